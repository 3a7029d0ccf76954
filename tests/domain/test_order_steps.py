"""The way of an order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custinsights.domain import Fulfilment, Money, Order, Refund
from custinsights.domain.order_steps import ORDER_STATES, moved, next_states, order_steps
from custinsights.errors import InvalidValue, NaiveTime

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def euro(text: str) -> Money:
    """Return an amount."""
    return Money(text, "EUR")


def order(**fields: Any) -> Order:
    """Return an order of 20 euros."""
    return Order(id="1001", customer="c7", placed_at=NOON, **{"total": euro("20.00"), **fields})


def states(one: Order, as_of: datetime | None = None) -> list[str]:
    """Return the states of an order."""
    return [step.state for step in order_steps(one, as_of)]


def at_hours(*hours: int) -> tuple[datetime, ...]:
    """Return instants after noon."""
    return tuple(NOON + hour * HOUR for hour in hours)


@pytest.mark.covers("M22")
def test_an_order_tells_its_way_with_the_instants_that_are_known() -> None:
    """Placed, paid (nobody tells when), shipped, delivered: each with its instant or none."""
    shipped, delivered = at_hours(2, 30)
    sent = Fulfilment(shipped_at=shipped, delivered_at=delivered)
    found = [(step.state, step.at) for step in order_steps(order(fulfilment=sent))]
    assert found == [
        ("placed", NOON),
        ("paid", None),
        ("shipped", shipped),
        ("delivered", delivered),
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "pending"}, ["placed"]),
        ({"status": "failed"}, ["placed", "failed"]),
        ({"status": "voided", "cancelled_at": NOON + HOUR}, ["placed", "voided"]),
        ({"status": "cancelled", "cancelled_at": NOON + HOUR}, ["placed", "cancelled"]),
        ({"status": "paid", "cancelled_at": NOON + HOUR}, ["placed", "paid", "cancelled"]),
        ({"fulfilment": Fulfilment(status="partial")}, ["placed", "paid", "partly_shipped"]),
        ({"fulfilment": Fulfilment(status="fulfilled")}, ["placed", "paid", "shipped"]),
    ],
)
def test_every_status_is_a_state(fields: dict[str, Any], expected: list[str]) -> None:
    """The last step is where an order is; cancelling a paid order does not unpay it."""
    assert states(order(**fields)) == expected


def test_refunds_add_up() -> None:
    """What comes back in parts is partly refunded until it reaches the amount, in time order."""
    second, first, sent = at_hours(9, 3, 5)
    back = [Refund(euro("15.00"), second), Refund(euro("5.00"), first)]
    found = order(refunds=back, fulfilment=Fulfilment(shipped_at=sent))
    assert states(found) == ["placed", "paid", "partly_refunded", "shipped", "refunded"]
    assert [str(step.amount) for step in order_steps(found) if step.amount] == [
        "EUR 5.00",
        "EUR 15.00",
    ]


def test_an_undated_refund_lies_where_the_order_says() -> None:
    """A refund without an instant has that of the cancellation, else of the order."""
    one = order(refunds=[Refund(euro("20.00"))], cancelled_at=NOON + HOUR)
    assert order_steps(one)[-1].at == NOON + HOUR
    assert states(one)[-1] == "refunded"


def test_what_is_given_back_of_nothing_is_no_full_refund() -> None:
    """An order of amount zero is not refunded by what is given back beside it."""
    free = order(total=euro("0.00"), refunds=[Refund(euro("1.00"))])
    assert states(free)[-1] == "partly_refunded"


def test_nothing_at_or_after_as_of_has_happened() -> None:
    """as_of is exclusive; a step without an instant goes with the one before it."""
    sent = order(fulfilment=Fulfilment(shipped_at=NOON + HOUR))
    assert states(sent, NOON + HOUR) == ["placed", "paid"]
    assert states(sent, NOON) == []


@pytest.mark.covers("M22")
def test_an_order_moves_from_state_to_state() -> None:
    """A pending order is paid, shipped, delivered and refunded, and then is at its end."""
    one = order(status="pending")
    way = ["paid", "shipped", "delivered", "refunded"]
    for hours, state in enumerate(way, start=1):
        assert state in next_states(one)
        one = moved(one, state, at=NOON + hours * HOUR)
        assert states(one)[-1] == state
    assert next_states(one) == ()
    assert one.refunded == one.amount


@pytest.mark.parametrize(
    ("fields", "allowed"),
    [
        ({"status": "pending"}, ("paid", "failed", "voided", "cancelled")),
        ({"status": "pending", "cancelled_at": NOON}, ()),
        ({"status": "failed"}, ()),
        ({"fulfilment": Fulfilment(status="partial")}, ("shipped", "refunded")),
        ({"cancelled_at": NOON}, ("refunded",)),
        ({"total": Money("0.00", "EUR")}, ("cancelled", "partly_shipped", "shipped")),
    ],
)
def test_where_an_order_may_go(fields: dict[str, Any], allowed: tuple[str, ...]) -> None:
    """An order goes on from where it is, and what is over stays over."""
    assert next_states(order(**fields)) == allowed
    assert set(allowed) <= set(ORDER_STATES)


def test_a_cancelled_order_that_was_paid_stays_paid() -> None:
    """Cancelling a paid order excludes nothing: the refund decides; a pending one is cancelled."""
    paid = moved(order(), "cancelled", at=NOON + HOUR)
    unpaid = moved(order(status="pending"), "cancelled", at=NOON + HOUR)
    assert (paid.status, unpaid.status) == ("paid", "cancelled")
    assert paid.cancelled_at == unpaid.cancelled_at == NOON + HOUR


def test_the_first_shipment_stays_the_instant_of_shipping() -> None:
    """What was shipped in part and then in full was shipped when the first part went."""
    part = moved(order(), "partly_shipped", at=NOON + HOUR)
    whole = moved(part, "shipped", at=NOON + 2 * HOUR)
    assert (whole.fulfilment.status, whole.fulfilment.shipped_at) == ("fulfilled", NOON + HOUR)


def test_a_wrong_move_is_refused() -> None:
    """An order cannot go where it may not, nor before its last step, and the error says where."""
    with pytest.raises(InvalidValue, match=r"is paid and cannot become this.*'delivered'"):
        moved(order(), "delivered", at=NOON + HOUR)
    with pytest.raises(InvalidValue, match=r"nothing more"):
        moved(order(status="failed"), "paid", at=NOON)
    with pytest.raises(InvalidValue, match="had a later step already"):
        moved(order(), "shipped", at=NOON - HOUR)
    with pytest.raises(NaiveTime, match="The instant of a step"):
        moved(order(), "shipped", at=datetime(2024, 3, 5, 12))
