"""Which way has an order gone, and where may it go from here?"""

from datetime import datetime
from typing import Final

import attrs
from attrs.validators import optional

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import aware, instance, named, refuse_naive
from custinsights.domain.money import Money
from custinsights.domain.orders import Order, Refund
from custinsights.domain.statuses import NEVER_COUNTED, Fulfilment
from custinsights.errors import InvalidValue

__all__ = ["ORDER_STATES", "OrderStep", "moved", "next_states", "order_steps"]

ORDER_STATES: Final = (
    "placed",
    "paid",
    "failed",
    "voided",
    "cancelled",
    "partly_shipped",
    "shipped",
    "delivered",
    "partly_refunded",
    "refunded",
)
"""The states through which an order goes, in the order of those that bear no instant."""


@attrs.frozen
class OrderStep:
    """A state that an order has reached.

    Parameters
    ----------
    state : str
        One of `ORDER_STATES`.
    at : aware datetime, optional
        When; None where no source tells.
    amount : Money, optional
        What was given back, of a refund.
    """

    state: str = attrs.field(validator=named("state of an order", ORDER_STATES))
    at: datetime | None = attrs.field(default=None, validator=optional(aware))
    amount: Money | None = attrs.field(default=None, validator=optional(instance(Money)))


def order_steps(order: Order, as_of: datetime | None = None) -> tuple[OrderStep, ...]:
    """Return the states that an order has reached, in the order of time; the last is where it is.

    A step without an instant stands where it belongs by its kind. Refunds that together reach the
    amount make the order ``refunded``, earlier ones ``partly_refunded``; who paid nothing is never
    refunded. A cancelled order that was paid keeps both steps: what came back, the refunds tell.

    Parameters
    ----------
    order
        The order.
    as_of
        Steps at or after it do not exist; None is all. One without an instant is taken to have
        been made with the one before it, for no source tells otherwise.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon, dusk = datetime(2024, 3, 5, 12, tzinfo=UTC), datetime(2024, 3, 5, 18, tzinfo=UTC)
    >>> sent = Fulfilment(shipped_at=dusk)
    >>> order = Order(id="1", customer="c7", placed_at=noon, total=Money(9, "EUR"), fulfilment=sent)
    >>> [step.state for step in order_steps(order)], order_steps(order)[-1].at == dusk
    (['placed', 'paid', 'shipped'], True)
    """
    steps = [OrderStep("placed", order.placed_at)]
    if order.status == "paid":
        steps.append(OrderStep("paid"))
    elif order.status in NEVER_COUNTED:
        steps.append(OrderStep(order.status, order.cancelled_at))
    if order.cancelled_at is not None and order.status not in NEVER_COUNTED:
        steps.append(OrderStep("cancelled", order.cancelled_at))
    steps += _sent(order.fulfilment)
    steps += _given_back(order)
    when = _in_time(steps)
    in_order = sorted(zip(when, range(len(steps)), steps, strict=True))
    return tuple(step for at, _, step in in_order if as_of is None or at < as_of)


def _sent(fulfilment: Fulfilment) -> list[OrderStep]:
    steps = []
    if fulfilment.status == "partial":
        steps.append(OrderStep("partly_shipped", fulfilment.shipped_at))
    elif fulfilment.status == "fulfilled":
        steps.append(OrderStep("shipped", fulfilment.shipped_at))
    if fulfilment.delivered_at is not None:
        steps.append(OrderStep("delivered", fulfilment.delivered_at))
    return steps


def _given_back(order: Order) -> list[OrderStep]:
    steps, total = [], 0
    for refund in sorted(order.refunds, key=order.refund_instant):
        total += refund.amount.minor
        is_full = total >= order.amount.minor > 0
        state = "refunded" if is_full else "partly_refunded"
        steps.append(OrderStep(state, order.refund_instant(refund), refund.amount))
    return steps


def _in_time(steps: list[OrderStep]) -> list[datetime]:
    """Return when each step was made, one without an instant with the step before it."""
    found: list[datetime] = []
    for step in steps:
        found.append(found[-1] if step.at is None else step.at)  # the first one has an instant
    return found


def next_states(order: Order) -> tuple[str, ...]:
    """Return the states to which an order may be `moved`.

    Who has not paid pays, or the order fails, is voided or cancelled; who has paid gets it, or it
    is cancelled before it is shipped; what was paid may be given back at any time.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2024, 3, 5, 12, tzinfo=UTC)
    >>> next_states(Order(id="1", customer="c7", placed_at=noon, total=Money(9, "EUR")))
    ('cancelled', 'partly_shipped', 'shipped', 'refunded')
    """
    if order.status == "pending":
        return () if order.cancelled_at else ("paid", "failed", "voided", "cancelled")
    if order.status != "paid":
        return ()
    is_left = order.amount.minor > order.refunded.minor
    return (*_next_shipments(order), *(("refunded",) if is_left else ()))


def _next_shipments(order: Order) -> tuple[str, ...]:
    if order.fulfilment.delivered_at is not None or order.cancelled_at is not None:
        return ()
    return {
        "unfulfilled": ("cancelled", "partly_shipped", "shipped"),
        "partial": ("shipped",),
        "fulfilled": ("delivered",),
    }[order.fulfilment.status]


def moved(order: Order, to: str, *, at: datetime) -> Order:
    """Return an order in its next state.

    Parameters
    ----------
    order
        The order.
    to
        One of its `next_states`. ``refunded`` gives back all that is left; what is less is a
        `Refund` of one's own. A paid order that is cancelled stays paid until it is refunded.
    at
        When: not before the last step.

    Raises
    ------
    InvalidValue
        The order cannot go there, or not at that instant.
    """
    refuse_naive("the instant of a step of an order", at)
    allowed = next_states(order)
    whose = f"the order {shown_id(order.id)}"
    if to not in allowed:
        state = order_steps(order)[-1].state
        offered = ", ".join(allowed) or "nothing more"
        raise InvalidValue(f"{whose} is {state} and cannot become this", to, offered)
    last = max(_in_time(list(order_steps(order))))
    if at < last:
        what = f"{whose} had a later step already"
        raise InvalidValue(what, at.isoformat(), f"an instant from {last.isoformat()} on")
    if to == "refunded":
        left = order.amount - order.refunded
        return attrs.evolve(order, refunds=(*order.refunds, Refund(left, at)))
    if to == "cancelled":
        status = "cancelled" if order.status == "pending" else order.status
        return attrs.evolve(order, cancelled_at=at, status=status)
    if to in ("paid", "failed", "voided"):
        return attrs.evolve(order, status=to)
    return attrs.evolve(order, fulfilment=_sent_on(order.fulfilment, to, at))


def _sent_on(fulfilment: Fulfilment, to: str, at: datetime) -> Fulfilment:
    if to == "delivered":
        return attrs.evolve(fulfilment, delivered_at=at)
    status = "partial" if to == "partly_shipped" else "fulfilled"
    return attrs.evolve(fulfilment, status=status, shipped_at=fulfilment.shipped_at or at)
