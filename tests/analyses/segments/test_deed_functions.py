"""What rules ask about deeds, against plain loops over the facts, and the words of refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import custinsights as ci
from custinsights.domain import Activity, Customer, Money, Order, OrderLine, Product
from custinsights.errors import MissingData, UnknownName
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.facts import Facts
from custinsights.history.orders import OrderHistory
from custinsights.testing.rows import Rows
from custinsights.testing.strategies import as_ofs as as_ofs_of_rows
from custinsights.testing.strategies import rows
from tests.oracles.bridge import to_history
from tests.oracles.dimensions import order_text
from tests.oracles.facts import View
from tests.oracles.hand import at, order, shop
from tests.oracles.periods import local_date, months_before
from tests.oracles.shop import Identity, PlainLine, PlainOrder, PlainPerson, PlainRefund
from tests.oracles.strategies import as_ofs, shops

EXPONENT = {"USD": 2, "JPY": 0, "KWD": 3}
BACK: dict[str, Callable[[date], date]] = {
    "1d": lambda day: day - timedelta(days=1),
    "5w": lambda day: day - timedelta(weeks=5),
    "6m": lambda day: months_before(day, 6),
    "1y": lambda day: months_before(day, 12),
}
"""Durations, and the day that lies so long before another."""


def members(history: Facts, rule: str, as_of: Any = None) -> set[Identity]:
    """Return who is in a segment."""
    mask = ci.segment(history, rule, as_of=as_of)
    return {*history.customer_ids[mask].tolist()}


def per_customer(
    view: View, fits: Callable[[PlainOrder], bool], within: str | None
) -> dict[Identity, int]:
    """Count the counted orders of each customer that fit, on the days that are asked for."""
    first = None if within is None else BACK[within](local_date(view.shop, view.as_of))
    found: dict[Identity, int] = {}
    for position in view.counted:
        one = view.shop.orders[position]
        if first is not None and local_date(view.shop, one.placed_at) < first:
            continue
        if fits(one):
            found[one.customer] = found.get(one.customer, 0) + 1
    return found


def revenue_of(
    view: View, is_meant: Callable[[str | None], bool], within: str | None
) -> dict[Identity, int]:
    """Sum the lines of the products that are meant, less the refunds that name one of them."""
    first = None if within is None else BACK[within](local_date(view.shop, view.as_of))
    sold = [
        view.order_fact(position, line)
        for position in view.counted
        for line in view.shop.orders[position].lines
    ]
    found: dict[Identity, int] = {}
    for sign, facts in ((1, sold), (-1, view.product_refund_facts)):
        for fact in facts:
            is_late = first is None or local_date(view.shop, fact.at) >= first
            if is_late and is_meant(fact.product):
                found[fact.customer] = found.get(fact.customer, 0) + sign * fact.amount
    return found


@given(st.data())
def test_bought_counts_orders_with_a_line_that_fits_everything(data: st.DataObject) -> None:
    """One line has all labels; orders count once; revenue is less what refunds of lines took."""
    made = data.draw(shops())
    assume(made.products)
    view = View(made, data.draw(as_ofs(made)))
    asked: dict[str, list[str]] = {}
    for name, texts in (
        ("product", ("p1", "p2", "p4", "no such")),
        ("category", ("Prints", "Cards", "prints")),
        ("department", ("Paper",)),
    ):
        if data.draw(st.booleans()):
            asked[name] = data.draw(st.lists(st.sampled_from(texts), min_size=1, max_size=2))
    words = data.draw(st.sampled_from((None, ["print"], ["A4", "Odd"])))
    within = data.draw(st.sampled_from((None, *BACK)))
    at_least = data.draw(st.sampled_from((1, 2)))
    spent = data.draw(st.sampled_from((None, "0", "10", "12.345")))

    def is_meant(product: str | None) -> bool:
        if product is None:
            return False
        own = {**made.products[product], "product": product}
        titled = (own["title"] or "").casefold().split()
        is_titled = words is None or any(word.casefold() in titled for word in words)
        folded = {name: (label or "").casefold() for name, label in own.items()}
        is_label = all(
            folded[name] in [text.casefold() for text in texts]
            for name, texts in asked.items()
            if name != "product"
        )
        return is_titled and is_label and product in asked.get("product", [product])

    orders = per_customer(view, lambda one: any(is_meant(n.product) for n in one.lines), within)
    expected = {customer for customer, count in orders.items() if count >= at_least}
    if spent is not None:
        least = Fraction(spent) * 10 ** EXPONENT[made.currency]
        money = revenue_of(view, is_meant, within)
        expected = {customer for customer in expected if money.get(customer, 0) >= least}
    options = [f"{name}={texts!r}" for name, texts in asked.items()]
    options += [] if words is None else [f"keyword={words!r}"]
    options += [] if within is None else [f"within={within!r}"]
    options += [] if spent is None else [f"spent={spent}"]
    rule = f"bought({', '.join([*options, f'at_least={at_least}'])})"
    assert members(to_history(made), rule, view.as_of) == expected


@given(st.data())
def test_ordered_counts_orders_whose_labels_fit(data: st.DataObject) -> None:
    """An order has every label and lies in the half-open span of local days."""
    made = data.draw(shops())
    assume(made.orders)
    view = View(made, data.draw(as_ofs(made)))
    asked = {
        name: data.draw(st.sampled_from(texts))
        for name, texts in (
            ("channel", ("web", "fair", "Web")),
            ("payment_method", ("card", "cheque")),
            ("coupon", ("SPRING", "spring")),
            ("country", ("US", "Éire")),
        )
        if data.draw(st.booleans())
    }
    within = data.draw(st.sampled_from((None, *BACK)))
    count = data.draw(st.sampled_from((1, 2, 3)))
    today = local_date(made, view.as_of)
    days = sorted({local_date(made, one.placed_at) for one in made.orders})
    ends = [data.draw(st.sampled_from((None, *days, *BACK))) for _ in range(2)]
    first, end = (BACK[one](today) if isinstance(one, str) else one for one in ends)
    if all(isinstance(one, date) for one in ends) or all(isinstance(one, str) for one in ends):
        assume(first is not None and end is not None and first < end)

    def fits(one: PlainOrder) -> bool:
        day = local_date(made, one.placed_at)
        if (first is not None and day < first) or (end is not None and day >= end):
            return False
        place = made.orders.index(one)
        return all(order_text(view, place, name) == text for name, text in asked.items())

    found = per_customer(view, fits, within)
    options = [f'{name}="{text}"' for name, text in asked.items()]
    options += [] if within is None else [f'within="{within}"']
    if ends != [None, None]:
        told = ["None" if one is None else f'"{one}"' for one in ends]
        options.append(f"between=[{', '.join(told)}]")
    rule = f"ordered({', '.join([*options, f'count={count}'])})"
    expected = {customer for customer, number in found.items() if number >= count}
    assert members(to_history(made), rule, view.as_of) == expected


@given(st.data())
def test_did_counts_activities(data: st.DataObject) -> None:
    """Kind, outcome, subject and local day fit; never_did is the opposite for all who are known."""
    drawn: Rows = data.draw(rows().filter(lambda one: one.activities is not None))
    as_of = data.draw(as_ofs_of_rows(drawn))
    held = drawn.activities
    assert held is not None
    kinds = data.draw(st.sampled_from((["bid"], ["Email sent"], ["visit", "studio_tour"])))
    outcome = data.draw(st.sampled_from((None, "won", "Delivered")))
    subject = data.draw(st.sampled_from((None, "lot 1", "letter")))
    within = data.draw(st.sampled_from((None, *BACK)))
    at_least = data.draw(st.sampled_from((1, 2)))
    calendar, history = drawn.calendar, drawn.history()
    today = calendar.local_date(to_datetime(as_of))
    first = date.min if within is None else BACK[within](today)
    texts = {name: column.texts().tolist() for name, column in held.labels.items()}
    found: dict[Identity, int] = {}
    for row, customer in enumerate(held.customer.tolist()):  # type: ignore[union-attr]
        instant = int(held.at[row])
        if instant < as_of and calendar.local_date(to_datetime(instant)) >= first:
            is_kind = texts["kind"][row] in {kind.lower().replace(" ", "_") for kind in kinds}
            ended = outcome is None or texts["outcome"][row] == outcome.lower()
            if is_kind and ended and subject in (None, texts["subject"][row]):
                found[customer] = found.get(customer, 0) + 1
    options = [] if outcome is None else [f'outcome="{outcome}"']
    options += [] if subject is None else [f'subject="{subject}"']
    options += [] if within is None else [f'within="{within}"']
    asked = ", ".join([str(kinds), *options])
    everybody = members(history, "order_count >= 0", to_datetime(as_of))
    often = {customer for customer, times in found.items() if times >= at_least}
    rule = f"did({asked}, at_least={at_least})"
    assert members(history, rule, to_datetime(as_of)) == often
    never = members(history, f"never_did({asked})", to_datetime(as_of))
    assert never == everybody - {*found}


VASE = Product("vase", title="A Vase", keywords=("Original", "one of a kind"))
PRINT = Product("print", title="Original print: Vase", keywords=("edition",))
CARD = Product("card", title="An Original-size card")


def sold(customer: str, product: Product, price: str = "10") -> Order:
    """Return an order of one product."""
    return Order(
        id=f"{customer} {product.id}",
        customer=customer,
        placed_at=at("03-05"),
        lines=[OrderLine(str(product.id), 1, Money(price, "EUR"))],
    )


def test_a_product_has_its_keywords_or_else_the_words_of_its_title() -> None:
    """The title counts only for a product without keywords; a keyword may have several words."""
    orders = [sold("ada", VASE), sold("bo", PRINT), sold("cy", CARD)]
    history = ci.read_objects(orders, products=[VASE, PRINT, CARD])
    assert members(history, 'bought(keyword="ORIGINAL")') == {"ada", "cy"}
    assert members(history, 'bought(keyword="One of a kind")') == {"ada"}
    assert members(history, 'bought(keyword=["edition", "size"])') == {"bo", "cy"}
    assert members(history, 'bought(keyword="vase")') == set()


def test_what_is_bought_twice_in_one_order_is_one_order() -> None:
    """`at_least` counts orders, not lines; a refund in full takes the order away."""
    two = (PlainLine("p1", 1000, 500), PlainLine("p1", 1000, 500))
    made = shop(
        order("ada", "03-01", 1000, lines=two),
        order("bo", "03-01", 500, lines=two[:1]),
        order("bo", "03-02", 500, lines=two[:1]),
        order("cy", "03-01", 500, lines=two[:1]),
        order("cy", "03-02", 500, lines=two[:1]),
        refunds=(PlainRefund("cy", at("03-09"), 500, 4),),
        products={"p1": {"title": "Print"}},
    )
    history = to_history(made)
    assert members(history, 'bought(product="p1", at_least=2)') == {"bo"}
    assert members(history, 'bought(product="p1", at_least=2)', "2024-03-09") == {"bo", "cy"}
    assert members(history, 'bought(product="p1", spent=10.00)') == {"ada", "bo"}
    assert members(history, 'bought(product="p1", spent=10.001)') == set()


def test_days_are_local_and_both_ends_are_as_they_are_told() -> None:
    """`within` takes the first day in; `between` takes the first and leaves the second out."""
    made = shop(
        order("ada", "03-01", 1, placed_at=at("03-01", 4)),  # 23:00 of 29 February in New York
        order("bo", "03-01", 1, placed_at=at("03-01", 5)),
        timezone="America/New_York",
    )
    history = to_history(made)
    assert members(history, 'ordered(within="10d")', "2024-03-11") == {"bo"}
    assert members(history, 'ordered(within="11d")', "2024-03-11") == {"ada", "bo"}
    assert members(history, 'ordered(between=["2024-03-01", None])') == {"bo"}
    assert members(history, 'ordered(between=[None, "2024-03-01"])') == {"ada"}
    assert members(history, 'ordered(between=["2w", "10d"])', "2024-03-11") == {"ada"}


def test_the_country_is_the_orders_else_the_customers() -> None:
    """As wherever an order's country is asked."""
    made = shop(
        order("ada", "03-01", 1, labels={"country": "US"}),
        order("bo", "03-01", 1, labels={"country": None}),
        people={name: PlainPerson(labels={"country": "CA"}) for name in ("ada", "bo")},
    )
    assert members(to_history(made), 'ordered(country="CA")') == {"bo"}


BARE = OrderHistory.from_arrays(
    customer=["ada"], placed_at=["2024-03-01"], amount=[1], currency="EUR", timezone="UTC"
)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ('bought(product="p1")', "needs order lines"),
        ('did("visit")', "needs activities"),
        ('never_did("visit")', "needs activities"),
        ('ordered(coupon="X")', "needs a column 'coupon' of its orders"),
        ('ordered(country="X")', "needs a column 'country' of its orders"),
        ('tagged("vip")', "needs tags in a customer table"),
        ('status("vip")', "needs a flag 'vip' or a text 'status'"),
    ],
)
def test_what_the_history_does_not_tell_is_missing(rule: str, told: str) -> None:
    """A column that the source lacks is an error, with the call and what to do."""
    with pytest.raises(MissingData, match=re.escape(f"The function {rule} {told}")):
        ci.segment(BARE, rule)


def test_products_without_what_is_asked_are_an_error() -> None:
    """No category at all, and no keyword nor title at all, cannot be asked for."""
    plain = Product("plain")
    history = ci.read_objects([sold("ada", plain)], products=[plain])
    bare = to_history(
        shop(
            order("ada", "03-01", 1, lines=(PlainLine("p1", 1, 1),)), products={"p1": {"sale": "s"}}
        )
    )
    assert members(history, 'bought(product="plain")') == {"ada"}
    with pytest.raises(MissingData, match="keywords of its products, or titles"):
        ci.segment(bare, 'bought(keyword="original")')
    with pytest.raises(MissingData, match="a column 'category' of its products"):
        ci.segment(bare, 'bought(category="Prints")')


def test_labels_that_nobody_has_are_no_error() -> None:
    """A rule stays what it is while a shop changes; only a misspelt kind is refused."""
    history = ci.datasets.gallery()
    assert not members(history, 'ordered(country="Atlantis") or bought(category="No such")')
    told = ci.read_activities([Activity("ada", at("03-01"), "visit")])
    joined = BARE.with_activities(told)
    assert members(joined, 'did("studio_tour")') == set()
    assert members(joined, 'did("visit", outcome="won")') == set()
    with pytest.raises(UnknownName, match=r"'visits'.*'visit'"):
        ci.segment(joined, 'did("visits")')


def test_one_order_among_objects_is_enough() -> None:
    """A rule is asked of objects of one customer."""
    history = ci.read_objects(
        [sold("ada", VASE)], customers=[Customer("ada", tags=["vip"])], products=[VASE]
    )
    rule = ci.rule('bought(keyword="original", within="30d") and tagged("VIP")')
    assert rule.matches(history, as_of="2024-03-06")
    assert not rule.matches(history, as_of="2024-05-01")


def test_an_explanation_shows_what_was_counted() -> None:
    """The number beside the verdict is that of orders, activities, days or kilometres."""
    made = shop(
        order("ada", "03-01", 1, labels={"channel": "web"}),
        order("ada", "03-05", 1, labels={"channel": "web"}),
        order("ada", "03-06", 1, labels={"channel": "fair"}),
        people={"ada": PlainPerson(created_at=at("01-20"))},
    )
    alone = to_history(made).history_of("ada")
    found = [
        (told.verdict, told.value, told.unit)
        for text in (
            'ordered(channel="web", count=3)',
            'ordered(within="6d")',
            'anniversary("created_at", within="1w")',
            "within_km(1, 2, 3)",
        )
        for told in [ci.rule(text).explain(alone, as_of="2024-03-11")]
    ]
    assert found == [
        (False, 2, "orders"),
        (True, 2, "orders"),
        (False, 315, "days"),
        (None, None, "km"),
    ]


def test_time_alone_ends_what_is_asked_within_a_duration() -> None:
    """The day on which the last order is no longer within the days that are asked for."""
    made = shop(order("ada", "03-01", 1), people={"ada": PlainPerson()})
    alone = to_history(made).history_of("ada")
    assert ci.rule('ordered(within="10d")').leaves_on(alone, as_of="2024-03-05") == date(
        2024, 3, 12
    )
    assert ci.rule("not within_km(1, 2, 3)").leaves_on(alone, as_of="2024-03-05") is None


def test_what_went_back_of_a_product_was_not_spent_on_it() -> None:
    """Refunds that name such a product lower its line revenue, by the day of their order."""
    bare = shop(
        order("ada", "03-01", 1000, lines=(PlainLine("p1", 1000, 1000),)),
        order("bo", "03-01", 1000, lines=(PlainLine("p1", 1000, 1000),)),
        refunds=(
            PlainRefund("ada", at("03-20"), 400, 0, "p1"),
            PlainRefund("bo", at("03-20"), 400, None, "p2"),
        ),
        products={"p1": {"title": "Print"}, "p2": {"title": "Card"}},
    )
    history = to_history(bare)
    assert members(history, 'bought(product="p1", spent=6)') == {"ada", "bo"}
    assert members(history, 'bought(product="p1", spent=6.01)') == {"bo"}
    assert members(history, 'bought(product="p1", spent=6.01)', "2024-03-20") == {"ada", "bo"}
    assert members(history, 'bought(spent=6, within="5w")', "2024-04-01") == {"ada", "bo"}
    assert members(history, 'bought(spent=6.01, within="5w")', "2024-04-01") == set()
