"""Who is slipping away, and what may have driven them? Reasons from each customer's own facts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.cadence import USUAL_TIMES, IsOverdue, times
from custinsights.analyses.builtin.customer_traits import days_since_last_order
from custinsights.analyses.builtin.voice_metrics import (
    CSAT,
    NPS,
    REVIEW,
    SURVEY,
    TO_FIVE,
    TO_TEN,
    Graded,
)
from custinsights.analyses.customers.tiers import AT_RISK_DAYS, LAPSED_DAYS
from custinsights.analyses.customers.traits import in_blocks
from custinsights.analyses.measuring.measured import parts_of, provenance
from custinsights.domain.fields import (
    exact_quantity,
    from_thousandths,
    refuse_other,
    thousandths,
    whole_number,
)
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray
from custinsights.history.facts import Facts, check_history, check_orders
from custinsights.history.orders import When
from custinsights.history.views.activity_view import ActivityFacts
from custinsights.history.views.counted import CountedHistory
from custinsights.results.customer_table import CustomerTable
from custinsights.results.slipping import Slipping
from custinsights.results.table import Column

REASONS = {
    "refund": "Something was paid back since the last order.",
    "late_delivery": "A delivery since the last order was late (activities of the kind delivery "
    "with the outcome late).",
    "low_rating": "A grade since the last order was low: 0 to {low_nps} (nps), 1 to {low_csat} "
    "(csat), or 1 to {low_stars} stars.",
    "open_ticket": "A ticket is open.",
    "discount_gone": "The last order had no discount and no coupon, and the one before it had.",
    "cadence": "The customer has been silent for longer than {k} times their own median gap.",
}
DELIVERY, LATE = "delivery", "late"
Grade: TypeAlias = int | str | Decimal
LOW_NPS, LOW_CSAT, LOW_STARS = 6, 2, 2
_SCALES = {"low_nps": TO_TEN, "low_csat": TO_FIVE, "low_stars": TO_FIVE}
_TICKETS = ("ticket_opened", "ticket_reopened", "ticket_resolved", "ticket_replied")
_SOLVED, _REPLIED = _TICKETS[2:]
_SLIPPING = "is_slipping"
_WHO = (
    "The last order is at least {at_risk_days} days old, or the customer has been silent for "
    "longer than {k} times their own median gap; and it is less than {lapsed_days} days old."
)


def _days(_owner: object, field: attrs.Attribute[int], value: object) -> None:
    whole_number(f"{field.name} is no number of days", value, 1)


def _low(_owner: object, field: attrs.Attribute[Any], value: Any) -> None:
    """The highest grade that is low."""
    low, high = map(from_thousandths, _SCALES[field.name])
    if not low <= exact_quantity(value, field.name) <= high:
        what = f"{field.name} lies off its scale"
        raise InvalidValue(what, value, f"a grade from {low} to {high}")


def _told(name: str) -> str:
    return f"tells of {name}"


@attrs.frozen
class SlippingAway(Analysis[CustomerTable, Slipping]):
    """The analysis behind `slipping`; its state is a `CustomerTable` of all customers."""

    k: float = attrs.field(default=USUAL_TIMES, converter=times)
    at_risk_days: int = attrs.field(default=AT_RISK_DAYS, validator=_days)
    lapsed_days: int = attrs.field(default=LAPSED_DAYS, validator=_days)
    low_nps: Grade = attrs.field(default=LOW_NPS, validator=_low)
    low_csat: Grade = attrs.field(default=LOW_CSAT, validator=_low)
    low_stars: Grade = attrs.field(default=LOW_STARS, validator=_low)
    as_of: When | None = None

    def __attrs_post_init__(self) -> None:
        if self.lapsed_days <= self.at_risk_days:
            raise InvalidValue(
                what="customers would have lapsed before they are at risk",
                given=f"at_risk_days={self.at_risk_days}, lapsed_days={self.lapsed_days}",
                allowed="more lapsed_days than at_risk_days",
            )

    @property
    def grades(self) -> tuple[tuple[Graded, tuple[int, int]], ...]:
        """What is graded, and the band of it that is low."""
        nps, csat, stars = (
            thousandths(exact_quantity(low))
            for low in (self.low_nps, self.low_csat, self.low_stars)
        )
        return (
            (Graded(SURVEY, TO_TEN, NPS), (TO_TEN[0], nps)),
            (Graded(SURVEY, TO_FIVE, CSAT), (TO_FIVE[0], csat)),
            (Graded(REVIEW, TO_FIVE), (TO_FIVE[0], stars)),
        )

    def summarise(self, history: Facts) -> CustomerTable:
        """Return of everybody who is slipping away, for which reasons, and what is told at all."""
        check_history(history)
        check_orders(history, "telling who is slipping away")
        as_of = history.context.instant(self.as_of)
        blocks = in_blocks(history, as_of, lambda view: _Reasons(view, self).flags())
        cuts = attrs.asdict(self)
        told = {name: text.format(**cuts) for name, text in (*REASONS.items(), (_SLIPPING, _WHO))}
        return CustomerTable(
            history.customer_ids,
            {
                name: Column(name, "flag", np.concatenate([block[name] for block in blocks]))
                for name in blocks[0]
            },
            attrs.evolve(provenance(history.context, as_of, []), definitions=told),
            "customers slipping away",
            parts_of(history),
        )

    def finish(self, state: CustomerTable) -> Slipping:
        """Keep who is slipping away, and say which reasons nothing tells of."""
        refuse_other(CustomerTable, "the state to finish", state)
        chosen = state.take(np.flatnonzero(state.column(_SLIPPING).values))
        columns = {}
        for name in REASONS:
            is_told = bool(state.column(_told(name)).values.any())
            missing = None if is_told else np.ones(len(chosen), dtype=np.bool_)
            columns[name] = attrs.evolve(chosen.column(name), missing=missing)
        return Slipping(customers=attrs.evolve(chosen, columns=columns), reasons=tuple(REASONS))


@attrs.frozen(eq=False, slots=False)
class _Reasons:
    """What may have driven some customers away."""

    view: CountedHistory
    asked: SlippingAway

    def flags(self) -> dict[str, AnyArray]:
        """Return per person: slipping, each reason, and whether anything tells of it."""
        days = days_since_last_order(self.view)
        asked, overdue = self.asked, IsOverdue(self.asked.k)(self.view)
        with np.errstate(invalid="ignore"):
            is_slipping = (days < asked.lapsed_days) & ((days >= asked.at_risk_days) | overdue)
        found = {_SLIPPING: is_slipping}
        reasons: dict[str, Callable[[], tuple[BoolArray, BoolArray]]] = {
            "refund": self._refund,
            "late_delivery": self._late_delivery,
            "low_rating": self._low_rating,
            "open_ticket": self._open_ticket,
            "discount_gone": self._discount_gone,
            "cadence": lambda: (overdue, self.view.order_count > 1),
        }
        for name, reason in reasons.items():
            found[name], found[_told(name)] = reason()
        return found

    @cached_property
    def _last(self) -> IntArray:
        """int64[k], the instant of the last counted order; the largest int64 without one."""
        last = self.view.last_per_customer(self.view.placed_at)
        return np.where(self.view.order_count > 0, last, np.iinfo(np.int64).max)

    def _who(self, customer: IntArray) -> BoolArray:
        who = np.zeros(self.view.people, dtype=np.bool_)
        who[customer] = True
        return who

    def _since(self, customer: IntArray, instant: IntArray) -> BoolArray:
        """Return who has a fact at or after the last order."""
        return self._who(customer[instant >= self._last.take(customer)])

    def _refund(self) -> tuple[BoolArray, BoolArray]:
        refunds = self.view.refunds
        at = self.view.facts.refunds.refunded_at.take(refunds.rows)
        return self._since(refunds.customer, at), self._who(refunds.customer)

    @cached_property
    def _done(self) -> ActivityFacts | None:
        return None if self.view.facts.activities is None else self.view.activities

    def _activities(
        self, is_reason: Callable[[ActivityFacts], BoolArray], tells: Callable[..., BoolArray]
    ) -> tuple[BoolArray, BoolArray]:
        """Return who has such an activity since the last order, and who has one that tells."""
        done = self._done
        if done is None:
            nobody = np.zeros(self.view.people, dtype=np.bool_)
            return nobody, nobody
        rows = np.flatnonzero(is_reason(done))
        since = self._since(done.customer.take(rows), done.instant.take(rows))
        return since, self._who(done.customer[tells(done)])

    def _late_delivery(self) -> tuple[BoolArray, BoolArray]:
        return self._activities(
            lambda done: done.is_kind(DELIVERY) & done.is_outcome(LATE),
            lambda done: done.is_kind(DELIVERY),
        )

    def _low_rating(self) -> tuple[BoolArray, BoolArray]:
        grades = self.asked.grades
        return self._activities(
            lambda done: np.any([attrs.evolve(g, band=low)(done) for g, low in grades], axis=0),
            lambda done: np.any([graded(done) for graded, _ in grades], axis=0),
        )

    def _open_ticket(self) -> tuple[BoolArray, BoolArray]:
        """Return who has a ticket whose last change is no solution; of several at once the last.

        A reply changes nothing, and tells that there is a ticket.
        """
        done = self._done
        if done is None:
            nobody = np.zeros(self.view.people, dtype=np.bool_)
            return nobody, nobody
        rows = np.flatnonzero(done.is_kind(*_TICKETS))
        customer, ticket = done.customer.take(rows), done.subject.codes.take(rows)
        is_solved = done.is_kind(_SOLVED).take(rows)
        is_change = ~done.is_kind(_REPLIED).take(rows)
        order = np.lexsort((is_solved, done.instant.take(rows), is_change, ticket, customer))
        customer, ticket = customer.take(order), ticket.take(order)
        is_solved = is_solved.take(order)
        is_last = np.ones(len(rows), dtype=np.bool_)
        is_last[:-1] = (customer[1:] != customer[:-1]) | (ticket[1:] != ticket[:-1])
        return self._who(customer[is_last & ~is_solved]), self._who(customer)

    def _discount_gone(self) -> tuple[BoolArray, BoolArray]:
        view = self.view
        cheaper = view.has("discount") | view.has("coupon")
        gone = np.zeros(view.people, dtype=np.bool_)
        several = np.flatnonzero(view.order_count > 1)
        last = view.offsets[1:].take(several) - 1
        gone[several] = cheaper.take(last - 1) & ~cheaper.take(last)
        return gone, self._who(view.customer[cheaper])


def slipping(
    history: Facts,
    *,
    k: float | Decimal = USUAL_TIMES,
    at_risk_days: int = AT_RISK_DAYS,
    lapsed_days: int = LAPSED_DAYS,
    low_nps: Grade = LOW_NPS,
    low_csat: Grade = LOW_CSAT,
    low_stars: Grade = LOW_STARS,
    as_of: When | None = None,
) -> Slipping:
    """Find the customers who are slipping away, and what may have driven them.

    A customer is slipping away whose last order is less than `lapsed_days` old, and who has been
    silent for at least `at_risk_days`, or for longer than `k` times the median of their own gaps.

    Parameters
    ----------
    history
        An order history; with activities more reasons can be told.
    k
        See `overdue`.
    at_risk_days, lapsed_days
        After how many days without an order a customer is at risk, and after how many lapsed; the
        defaults are those of `tiers`.
    low_nps, low_csat, low_stars
        The highest grade that is low: of answers about ``nps`` (0 to 10), about ``csat`` (1 to 5),
        and of reviews (1 to 5).
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    Slipping
        ``.customers`` has a flag per reason; ``.counts``, and the rows that it shows, how many
        customers each may have driven: a customer may have several reasons or none. A reason of
        which nothing in the history tells is None and never 0, and a note names it. A ticket is
        open from its first activity on, until it is resolved and since it was opened again: a
        reply changes nothing. Those about no subject are one ticket of their customer. The reasons
        are what happened, not what was proved to matter.

    Raises
    ------
    InvalidValue
        If `k` is no number above 0, a grade lies off its scale, or customers would have lapsed
        before they are at risk.
    MissingData
        If the history tells of activities only.
    """
    asked = SlippingAway(
        k,
        at_risk_days=at_risk_days,
        lapsed_days=lapsed_days,
        low_nps=low_nps,
        low_csat=low_csat,
        low_stars=low_stars,
        as_of=as_of,
    )
    return asked(history)
