"""Orders, their lines, refunds and fulfilment hold together and say what does not."""

import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custinsights.domain import Address, Fulfilment, Money, Order, OrderLine, Refund
from custinsights.errors import Incompatible, InvalidValue, NaiveTime, UnknownName

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
QUANTITIES = st.integers(1, 10**7).map(lambda n: Decimal(n).scaleb(-3))
PRICES = st.integers(0, 10**7).map(lambda minor: Money.from_minor(minor, "EUR"))
LINES = st.builds(OrderLine, st.just("p"), QUANTITIES, PRICES)


def euros(amount: str | int) -> Money:
    """Write an amount in euros."""
    return Money(amount, "EUR")


def an_order(**fields: Any) -> Order:
    """Make the order of which a test changes one thing."""
    whole: dict[str, Any] = {
        "id": "1001",
        "customer": "c7",
        "placed_at": NOON,
        "lines": [OrderLine("print-a3", 2, euros(45))],
    }
    return Order(**(whole | fields))


@pytest.mark.parametrize(
    ("quantity", "kept"),
    [
        (1, "1"),
        ("1.50", "1.5"),
        (Decimal("0.001"), "0.001"),
        (Decimal("1E+2"), "100"),
        ("100.000", "100"),
        (Decimal("2.50000"), "2.5"),
    ],
)
def test_a_quantity_is_kept_exactly(quantity: int | str | Decimal, kept: str) -> None:
    """Ints, texts and Decimals of up to three decimals stay as they are."""
    assert str(OrderLine("p", quantity, euros(1)).quantity) == kept


@pytest.mark.parametrize(
    ("quantity", "says"),
    [
        (1.5, r"no exact number: 1\.5 was given; allowed is an int, a Decimal or a text"),
        ("1,5", "no exact number"),
        ("", "no exact number"),
        (True, "no exact number"),
        (None, "no exact number"),
        ("0.0001", "finer than a thousandth"),
        (Decimal("1.0000000000000000000000000000000000001"), "finer than a thousandth"),
        (Decimal("NaN"), "too large"),
        (10**15, "too large"),
        (0, r"not more than zero: 0 was given.*Record what came back as a Refund"),
        ("-1", "not more than zero"),
    ],
)
def test_what_is_no_quantity_is_refused(quantity: Any, says: str) -> None:
    """Nothing is rounded, and nothing negative is sold."""
    with pytest.raises(InvalidValue, match=says):
        OrderLine("p", quantity, euros(1))


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "revenue"),
    [
        ("1", "45.00", "0", "45.00"),
        ("1.5", "3.33", "0", "5.00"),  # 4.995: half goes to the even cent
        ("0.5", "0.01", "0", "0.00"),  # 0.005
        ("1.5", "0.01", "0", "0.02"),  # 0.015
        ("2.5", "0.01", "0.01", "0.02"),  # 0.015 after the discount, not 0.02 less 0.01
        ("3", "10.00", "2.50", "27.50"),
        ("3", "10.00", "30.00", "0.00"),
    ],
)
def test_line_revenue_by_hand(quantity: str, price: str, discount: str, revenue: str) -> None:
    """Quantity times price less discount, rounded half to even once."""
    line = OrderLine("p", quantity, euros(price), discount=euros(discount))
    assert line.revenue == euros(revenue)
    assert line.goods - euros(discount) == line.revenue


@given(QUANTITIES, PRICES, st.integers(0, 10**10))
def test_line_revenue_is_rounded_like_fractions(quantity: Decimal, price: Money, off: int) -> None:
    """The integers give what Python's own rounding of a fraction gives."""
    exact = Fraction(quantity) * price.minor - off
    assume(exact >= 0)
    line = OrderLine("p", quantity, price, discount=Money.from_minor(off, "EUR"))
    assert line.revenue.minor == round(exact)


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: OrderLine("", 1, euros(1)), InvalidValue, "The product of an OrderLine is empty"),
        (lambda: OrderLine(0, 1, euros(1)), InvalidValue, "The product of an OrderLine is empty"),
        (lambda: OrderLine("p", 1, "45"), InvalidValue, "is no Money: '45' was given"),  # type: ignore[arg-type]
        (lambda: OrderLine("p", 1, euros(-1)), InvalidValue, "unit_price of an OrderLine is neg"),
        (
            lambda: OrderLine("p", 1, euros(1), discount=euros(-1)),
            InvalidValue,
            "The discount of an OrderLine is negative: 'EUR -1.00' was given",
        ),
        (
            lambda: OrderLine("p", 2, euros(1), discount=euros(3)),
            InvalidValue,
            r"larger than its price: 'EUR 3.00' was given; allowed is at most the 2 × EUR 1\.00",
        ),
        (
            lambda: OrderLine("p", 1, euros(1), discount=Money(1, "USD")),
            Incompatible,
            "currencies of a line's price and discount differ: 'EUR' and 'USD'",
        ),
    ],
)
def test_a_line_is_validated(make: Callable[[], object], error: type[Exception], says: str) -> None:
    """A line names its product, and its amounts make sense."""
    with pytest.raises(error, match=says):
        make()


def test_the_amount_is_what_was_paid_to_the_shop() -> None:
    """Goods less all discounts, with shipping, tax and tip; checked by hand."""
    order = an_order(
        lines=[
            OrderLine("print-a3", 2, euros(45), discount=euros(10)),
            OrderLine("card", "3", euros("2.50")),
        ],
        discount=euros("7.50"),
        shipping=euros("4.90"),
        tax=euros("16.15"),
        tip=euros(1),
    )
    assert order.goods == euros("97.50")
    assert order.discounts == euros("17.50")
    assert order.amount == euros("102.05")
    assert order.units == 5
    assert order.currency == "EUR"


@given(st.lists(LINES, min_size=1, max_size=5), PRICES, PRICES, PRICES)
def test_the_amount_adds_up(lines: list[OrderLine], tax: Money, tip: Money, off: Money) -> None:
    """Amount = goods − discounts + shipping + tax + tip, in any order of the lines."""
    goods = sum((line.goods for line in lines), start=euros(0))
    off = min(off, goods)
    order = an_order(lines=lines, tax=tax, tip=tip, discount=off)
    assert order.amount == goods - off + tax + tip
    assert order.goods == goods
    assert order.discounts == off
    assert an_order(lines=lines[::-1], tax=tax, tip=tip, discount=off).amount == order.amount


def test_units_do_not_depend_on_the_decimal_context() -> None:
    """Quantities add exactly in a program that works with three digits."""
    with localcontext() as context:
        context.prec = 3
        order = an_order(lines=[OrderLine("p", "1234.567", euros(1)), OrderLine("q", 1, euros(1))])
        assert str(order.units) == "1235.567"


def test_a_total_without_lines_is_the_amount() -> None:
    """An order of which only the total is known has an amount, and no goods or units."""
    order = an_order(lines=(), total=euros(45), tax=euros(5))
    assert order.amount == euros(45)
    assert (order.goods, order.units, order.discounts) == (None, None, None)
    assert an_order(lines=(), total=euros(45), discount=euros(5)).discounts == euros(5)


@pytest.mark.parametrize("total", ["107.00", "90.00"])
def test_a_total_may_hold_the_tax(total: str) -> None:
    """With lines, the total has the tax on top of the prices or inside them."""
    assert an_order(total=euros(total), tax=euros(17)).amount == euros(total)


def test_a_total_that_disagrees_is_refused() -> None:
    """Any other total is a mistake, and the message says what would have been right."""
    says = r"total of order '1001' does not agree with its lines: 'EUR 99.00' .* EUR 107.00, which"
    with pytest.raises(InvalidValue, match=rf"{says}.*, or EUR 90.00, with the tax inside"):
        an_order(total=euros(99), tax=euros(17))
    with pytest.raises(InvalidValue, match=r"allowed is EUR 90\.00, which is goods − discounts"):
        an_order(total=euros(99))


def test_an_order_without_amounts_is_refused() -> None:
    """Lines, a total, or both."""
    with pytest.raises(InvalidValue, match="order '1001' has neither lines nor a total"):
        an_order(lines=())


def test_an_order_that_pays_back_is_refused() -> None:
    """A discount is not larger than what it is taken off."""
    with pytest.raises(InvalidValue, match=r"larger than .* 'EUR 95.01' .* at most EUR 95\.00"):
        an_order(discount=euros("95.01"), shipping=euros(5))
    assert not an_order(discount=euros(95), shipping=euros(5)).amount


DOLLAR = Money(1, "USD")


@pytest.mark.parametrize(
    "mixed",
    [
        {"lines": [OrderLine("p", 1, euros(1)), OrderLine("q", 1, DOLLAR)]},
        {"total": DOLLAR},
        {"discount": DOLLAR},
        {"shipping": DOLLAR},
        {"tax": DOLLAR},
        {"tip": DOLLAR},
        {"refunds": [Refund(DOLLAR)]},
        {"lines": (), "total": euros(1), "tip": DOLLAR},
    ],
    ids="+".join,
)
def test_an_order_has_one_currency(mixed: dict[str, object]) -> None:
    """Every amount of an order is in the same currency."""
    with pytest.raises(Incompatible, match="amounts of order '1001' differ: 'EUR' and 'USD'"):
        an_order(**mixed)


@pytest.mark.parametrize("field", ["total", "discount", "shipping", "tax", "tip"])
def test_no_charge_is_negative(field: str) -> None:
    """What goes the other way has a field of its own."""
    with pytest.raises(InvalidValue, match=f"The {field} of an Order is negative: 'EUR -1.00'"):
        an_order(**{field: euros(-1)})
    with pytest.raises(InvalidValue, match=f"The {field} of an Order is no Money: 1 was given"):
        an_order(**{field: 1})


NAIVE = datetime(2024, 3, 5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: an_order(placed_at=NAIVE),
        lambda: an_order(cancelled_at=NAIVE),
        lambda: Refund(euros(1), NAIVE),
        lambda: Fulfilment(shipped_at=NAIVE),
        lambda: Fulfilment(delivered_at=NAIVE),
    ],
)
def test_times_are_aware(make: Callable[[], object]) -> None:
    """Every time knows its zone."""
    with pytest.raises(NaiveTime, match="has no time zone: 2024-03-05T00:00:00 was given"):
        make()


@pytest.mark.parametrize(
    ("fields", "error", "says"),
    [
        ({"id": ""}, InvalidValue, "The id of an Order is empty"),
        ({"id": None}, InvalidValue, "The id of an Order is no identity: None was given"),
        ({"id": 1.0}, InvalidValue, "The id of an Order is no identity"),
        ({"customer": 0}, InvalidValue, "customer of an Order is empty: 0 was given"),
        ({"customer": " "}, InvalidValue, "customer of an Order is empty"),
        ({"placed_at": "2024-03-05"}, InvalidValue, "placed_at of an Order is no instant"),
        ({"lines": "abc"}, InvalidValue, "single value stands where several belong: 'str'"),
        ({"lines": OrderLine("p", 1, euros(1))}, InvalidValue, "where several belong"),
        ({"lines": ["print"]}, InvalidValue, "lines of an Order is no OrderLine: 'print'"),
        ({"refunds": [euros(1)]}, InvalidValue, "refunds of an Order is no Refund"),
        ({"status": "refunded"}, UnknownName, "no order status named 'refunded'"),
        ({"status": "payed"}, UnknownName, "Did you mean 'paid'"),
        ({"fulfilment": "sent"}, InvalidValue, "is no Fulfilment"),
        ({"channel": ""}, InvalidValue, "channel of an Order .* Pass None where it is not known"),
        ({"coupon": 10}, InvalidValue, "coupon of an Order is no text"),
        ({"shipping_address": "Main Street 1"}, InvalidValue, "is no Address"),
        ({"refunds": [Refund(euros(1), order="1002")]}, InvalidValue, "names another order"),
        ({"refunds": [Refund(euros(1), customer="c8")]}, InvalidValue, "names another customer"),
    ],
)
def test_an_order_is_validated(
    fields: dict[str, object], error: type[Exception], says: str
) -> None:
    """The message names the field and what it may be."""
    with pytest.raises(error, match=says):
        an_order(**fields)


def test_a_guest_has_no_customer() -> None:
    """An order of somebody whom nobody can tell is an order."""
    assert an_order(customer=None).customer is None


@pytest.mark.parametrize("amount", [0, -1])
def test_a_refund_gives_something_back(amount: int) -> None:
    """Its amount is more than zero."""
    with pytest.raises(InvalidValue, match="amount of a Refund is not more than zero"):
        Refund(euros(amount))
    with pytest.raises(InvalidValue, match="amount of a Refund is no Money"):
        Refund(5)  # type: ignore[arg-type]


def test_refunds_add_up_and_may_exceed_the_order() -> None:
    """An order that gave back more than it took is a fact, not a mistake."""
    order = an_order(refunds=[Refund(euros(60)), Refund(euros(50), order="1001", customer="c7")])
    assert order.refunded == euros(110) > order.amount
    assert an_order().refunded == euros(0)


def test_an_undated_refund_has_the_time_of_its_order() -> None:
    """Its own time, else when the order was cancelled, else when it was placed."""
    later, latest = NOON + timedelta(days=1), NOON + timedelta(days=2)
    undated, dated = Refund(euros(1)), Refund(euros(1), latest)
    assert an_order().refund_instant(undated) == NOON
    assert an_order(cancelled_at=later).refund_instant(undated) == later
    assert an_order(cancelled_at=later).refund_instant(dated) == latest


@pytest.mark.parametrize(
    ("times", "status"),
    [
        ({}, "unfulfilled"),
        ({"shipped_at": NOON}, "fulfilled"),
        ({"delivered_at": NOON}, "fulfilled"),
        ({"shipped_at": NOON, "delivered_at": NOON}, "fulfilled"),
    ],
)
def test_the_times_tell_the_fulfilment(times: dict[str, datetime], status: str) -> None:
    """What was shipped or delivered is fulfilled, unless it is said to be partial."""
    assert Fulfilment(**times).status == status  # type: ignore[arg-type]
    assert Fulfilment(**times, status="partial").status == "partial"


def test_fulfilment_has_an_order() -> None:
    """Nothing arrives before it was sent, and nothing sent is unfulfilled."""
    east = NOON.astimezone(timezone(timedelta(hours=9)))
    assert Fulfilment(shipped_at=east, delivered_at=NOON).delivered_at == NOON
    with pytest.raises(InvalidValue, match="delivered before it was shipped"):
        Fulfilment(shipped_at=NOON, delivered_at=NOON - timedelta(seconds=1))
    with pytest.raises(InvalidValue, match="unfulfilled and yet has a time"):
        Fulfilment(shipped_at=NOON, status="unfulfilled")
    with pytest.raises(UnknownName, match="no fulfilment status named 'sent'"):
        Fulfilment(status="sent")


def test_an_order_belongs_where_it_was_sent() -> None:
    """The shipping address, else the billing address, else none."""
    berlin, paris = Address(city="Berlin"), Address(city="Paris")
    assert an_order(shipping_address=berlin, billing_address=paris).address == berlin
    assert an_order(billing_address=paris).address == paris
    assert an_order().address is None


def test_an_order_is_a_value() -> None:
    """It does not change, it hashes, it pickles, and a changed copy is another one."""
    order = an_order(refunds=[Refund(euros(1), NOON, product="print-a3")], tip=euros(1))
    again = pickle.loads(pickle.dumps(order))
    assert again == order
    assert len({order, again}) == 1
    assert attrs.evolve(order, status="cancelled") != order
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        order.status = "cancelled"  # type: ignore[misc]


def test_what_was_handed_in_stays_outside() -> None:
    """A list changed afterwards does not change the order."""
    lines = [OrderLine("p", 1, euros(1))]
    order = an_order(lines=lines)
    lines.clear()
    assert len(order.lines) == 1


def test_no_contact_shows() -> None:
    """Where an e-mail address serves as an identity, neither repr nor error shows it."""
    address = Address(street="1 Main Street", postal_code="90210", city="Beverly Hills")
    contact = "anna@example.com"
    order = an_order(customer=contact, shipping_address=address)
    refund = Refund(euros(1), customer=contact)
    shown = repr(order) + repr(refund)
    with pytest.raises(InvalidValue, match="names another customer") as caught:
        an_order(refunds=[refund])
    for personal in (contact, "anna", "Main Street", "90210"):
        assert personal not in shown + str(caught.value)
    assert "xxxx@xxxxxxx.xxx" in shown


def test_a_total_may_stand_as_it_was_told() -> None:
    """Real exports name totals that their lines do not make: they stand, where it is said."""
    lines = [OrderLine("print-a3", 2, euros(45))]
    with pytest.raises(InvalidValue, match="does not agree"):
        an_order(lines=lines, total=euros(85))
    order = an_order(lines=lines, total=euros(85), total_as_told=True)
    assert order.amount == euros(85)
    assert order.goods == euros(90)
    assert an_order(lines=lines, total=euros(0), discount=euros(99), total_as_told=True).amount == (
        euros(0)
    )
    with pytest.raises(InvalidValue, match="stands as told, and none is told"):
        an_order(lines=lines, total_as_told=True)
    with pytest.raises(InvalidValue, match="total_as_told of an Order is neither True nor False"):
        an_order(lines=lines, total=euros(85), total_as_told=1)


def test_labels_are_kept_and_never_shown() -> None:
    """What else a source tells is kept by name; it may be personal, so that no repr shows it."""
    order = an_order(labels={"utm_source": "letter", "gift note": "For Anna"})
    assert order.labels == {"utm_source": "letter", "gift note": "For Anna"}
    assert "Anna" not in repr(order)
    assert hash(order) == hash(an_order())
    with pytest.raises(InvalidValue, match="cannot be changed"):
        order.labels["utm_source"] = "x"  # type: ignore[index]


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ({"channel": "x"}, r"has no name of its own: 'channel' was given"),
        ({"city": "x"}, "has no name of its own"),
        ({" ": "x"}, "has no name of its own"),
        ({7: "x"}, "has no name of its own"),
        ({"note": " "}, "The label 'note' of order '1001' says nothing: 'str' was given"),
        ({"note": 7}, "says nothing: 'int' was given.*Leave it away"),
        ([("note", "x")], "is no Mapping"),
    ],
)
def test_what_is_no_label_is_refused(labels: object, says: str) -> None:
    """A label has a name that no field has, and says something."""
    with pytest.raises(InvalidValue, match=says):
        an_order(labels=labels)
