"""The stock metrics: the state of all customers at the end of each cell.

`order_frequency` lives here too: it is a flow, but its denominator counts every customer's days,
also of those who did nothing in the cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import product

from tests.oracles.dimensions import Window, customer_label
from tests.oracles.facts import View
from tests.oracles.flow import Key, ratio
from tests.oracles.periods import PERIODS, days_between, periods_between, start_of
from tests.oracles.shop import Identity, Label, Value

ACTIVE_DAYS = 90
CHURN_DAYS = 180
DAYS_PER_MONTH = Fraction("30.4375")


@dataclass(frozen=True)
class Moment:
    """One cell: the people with its labels, and its [start, end) in time."""

    view: View
    people: frozenset[Identity]
    start: datetime | None
    end: datetime

    def times(self, customer: Identity, before: datetime) -> list[datetime]:
        """When the customer placed counted orders before the instant."""
        placed = (self.view.shop.orders[i].placed_at for i in self.view.orders_of[customer])
        return [at for at in placed if at < before]

    def order_times(self) -> list[list[datetime]]:
        """For every customer with a counted order up to the end: the instants so far."""
        mine = (self.times(c, self.end) for c in self.people if c in self.view.orders_of)
        return [times for times in mine if times]

    def revenue(self) -> int:
        """Revenue of these people so far, the balance of refund-only people included."""
        gross = self.view.gross_facts
        back = self.view.refund_facts
        ours = [f.amount for f in gross if f.customer in self.people and f.at < self.end]
        theirs = [f.amount for f in back if f.customer in self.people and f.at < self.end]
        return sum(ours) - sum(theirs)

    def is_active(self, customer: Identity, at: datetime, days: int) -> bool:
        """Whether the last counted order before the instant is less than so many days old."""
        times = self.times(customer, at)
        return bool(times) and days_between(self.view.shop, times[-1], at) < days


def total_customers(moment: Moment) -> int:
    """Customers with a counted order up to the end."""
    return len(moment.order_times())


def repeat_customers(moment: Moment) -> int:
    """Those with two or more."""
    return sum(len(times) >= 2 for times in moment.order_times())


def active_customers(moment: Moment) -> int:
    """Those whose last order is less than 90 days old."""
    return sum(days < ACTIVE_DAYS for days in days_since_last(moment))


def days_since_last(moment: Moment) -> list[int]:
    """Days from every customer's last order so far to the end."""
    return [days_between(moment.view.shop, times[-1], moment.end) for times in moment.order_times()]


def churn_rate(moment: Moment) -> Value:
    """Over [s, e): active at s and not at e ÷ active at s."""
    start = moment.start
    if start is None:
        return None
    ours = [customer for customer in moment.people if customer in moment.view.orders_of]
    before = [customer for customer in ours if moment.is_active(customer, start, CHURN_DAYS)]
    lost = [c for c in before if not moment.is_active(c, moment.end, CHURN_DAYS)]
    return ratio(len(lost), len(before))


def order_frequency(moment: Moment) -> Value:
    """Orders ÷ customer-months; from the later of first order and cell start to the cell's end."""
    orders, days = 0, 0
    for times in moment.order_times():
        start = times[0] if moment.start is None else max(times[0], moment.start)
        days += days_between(moment.view.shop, start, moment.end)
        orders += sum(moment.start is None or at >= moment.start for at in times)
    return ratio(orders, Fraction(days) / DAYS_PER_MONTH)


STOCK: dict[str, Callable[[Moment], Value]] = {
    "total_customers": total_customers,
    "repeat_customers": repeat_customers,
    "one_time_customers": lambda moment: total_customers(moment) - repeat_customers(moment),
    "active_customers": active_customers,
    "repeat_rate": lambda moment: ratio(repeat_customers(moment), total_customers(moment)),
    "customer_lifetime_value": lambda m: ratio(m.revenue(), total_customers(m)),
    "average_days_since_last_order": lambda m: ratio(sum(days_since_last(m)), total_customers(m)),
    "churn_rate": churn_rate,
    "order_frequency": order_frequency,
}


def moments(view: View, by: Sequence[str], window: Window | None) -> dict[Key, Moment]:
    """Every period that the window overlaps × every combination of customer labels."""
    groups: dict[Key, set[Identity]] = {} if any(n not in PERIODS for n in by) else {(): set()}
    for customer in view.known:
        labels = tuple(customer_label(view, n, customer) for n in by if n not in PERIODS)
        groups.setdefault(labels, set()).add(customer)
    cells: dict[Key, Moment] = {}
    for times, start, end in intervals(view, [n for n in by if n in PERIODS], window):
        for labels, people in groups.items():
            parts = {True: iter(times), False: iter(labels)}
            key = tuple(next(parts[name in PERIODS]) for name in by)
            cells[key] = Moment(view, frozenset(people), start, end)
    return cells


def intervals(
    view: View, units: Sequence[str], window: Window | None
) -> list[tuple[tuple[Label, ...], datetime | None, datetime]]:
    """The labels, start and end of every combination of periods that have time in common."""
    shop = view.shop
    if window is None:
        facts = [fact.at for fact in (*view.gross_facts, *view.refund_facts)]
        begin, finish = min([shop.observed_from, *facts]), view.as_of
    else:
        begin, finish = window[0], min(window[1], view.as_of)
    if not units:
        return [((), None if window is None else begin, finish)]
    found: list[tuple[tuple[Label, ...], datetime | None, datetime]] = []
    for spans in product(*(periods_between(shop, unit, begin, finish) for unit in units)):
        start = max(start_of(shop, span.first) for span in spans)
        end = min(finish, *(start_of(shop, span.end) for span in spans))
        if window is not None:
            start = max(start, begin)
        # A day that the calendar leaves out begins and ends at once; it is shown like any other.
        was_never = any(start_of(shop, span.first) == start_of(shop, span.end) for span in spans)
        was_never &= max(span.first for span in spans) < min(span.end for span in spans)
        if start < end or (was_never and start == end):
            found.append((tuple(span.label for span in spans), start, end))
    return found


def measure_stock(
    view: View, metrics: Sequence[str], by: Sequence[str], window: Window | None
) -> dict[Key, dict[str, Value]]:
    """Each metric at the end of each cell."""
    return {
        key: {metric: STOCK[metric](moment) for metric in metrics}
        for key, moment in moments(view, by, window).items()
    }
