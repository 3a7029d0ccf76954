"""Who came back at which age: retention, the cohort grid, lifetime value at an exact age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from tests.oracles.dimensions import Window, age_unit, customer_label
from tests.oracles.facts import Fact, View
from tests.oracles.flow import Key, ratio
from tests.oracles.periods import (
    Span,
    days_between,
    local_date,
    period_of,
    periods_between,
    start_of,
)
from tests.oracles.shop import Identity, Shop, Value


def anchors(view: View, anchor: str) -> dict[Identity, datetime]:
    """The anchor instant of every customer: first counted order, or created_at where known."""
    found: dict[Identity, datetime] = {}
    for customer in view.orders_of:
        at = view.first_at(customer)
        if anchor == "created_at":
            person = view.shop.people.get(customer)
            at = None if person is None else person.created_at
        if at is not None and at < view.as_of:
            found[customer] = at
    return found


def nth_period(shop: Shop, unit: str, at: datetime, age: int) -> Span:
    """The period so many periods after the one in which the instant lies."""
    span = period_of(shop, unit, local_date(shop, at))
    for _ in range(age):
        span = period_of(shop, unit, span.end)
    return span


def is_observable(view: View, span: Span) -> bool:
    """A cell is observable when its whole period ended at or before as_of."""
    return start_of(view.shop, span.end) <= view.as_of


def is_partial(view: View, span: Span) -> bool:
    """A running period: it has begun before as_of and ends after it."""
    return not is_observable(view, span) and start_of(view.shop, span.first) < view.as_of


def measure_retention(
    view: View, by: Sequence[str], window: Window | None
) -> dict[Key, dict[str, Value]]:
    """Active at age a ÷ observable at age a, by age and labels of the customer."""
    shop, unit = view.shop, age_unit(by)
    counts: dict[Key, list[int]] = {}
    for customer, first in anchors(view, "first_order").items():
        labels = {n: customer_label(view, n, customer) for n in by if n != "age"}
        days = [local_date(shop, shop.orders[i].placed_at) for i in view.orders_of[customer]]
        span, age = nth_period(shop, unit, first, 0), 0
        while is_observable(view, span):
            if window is None or is_inside(view, span, window):
                key = tuple(age if name == "age" else labels[name] for name in by)
                count = counts.setdefault(key, [0, 0])
                count[0] += any(span.first <= day < span.end for day in days)
                count[1] += 1
            span, age = period_of(shop, unit, span.end), age + 1
    return {key: {"retention_rate": ratio(*count)} for key, count in counts.items()}


def is_inside(view: View, span: Span, window: Window) -> bool:
    """Whether the whole period lies in the window (reading 9)."""
    start, end = start_of(view.shop, span.first), start_of(view.shop, span.end)
    return window[0] <= start and end <= window[1]


@dataclass
class PlainGrid:
    """Rows are cohorts in order of time, columns ages; None where nobody could have returned."""

    cohorts: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    values: list[list[Value]] = field(default_factory=list)
    partial: list[list[bool]] = field(default_factory=list)

    def retention(self) -> list[list[Value]]:
        """Each count of customers ÷ the cohort's size."""
        return [
            [None if value is None else ratio(value, size) for value in row]
            for row, size in zip(self.values, self.sizes, strict=True)
        ]

    def mean(self, age: int) -> Value:
        """The mean at an age of a tally per customer, by the customers observable at that age."""
        total, people = Fraction(0), 0
        for row, marks, size in zip(self.values, self.partial, self.sizes, strict=True):
            value = row[age]
            if value is not None and not marks[age]:
                total, people = total + value, people + size
        return ratio(total, people)


def cohort_grid(
    shop: Shop,
    period: str = "month",
    metric: str = "customers",
    as_of: datetime | None = None,
    anchor: str = "first_order",
) -> PlainGrid:
    """Customers, orders, revenue, average_order_value or cumulative_revenue by cohort and age."""
    view = View(shop, shop.observed_until if as_of is None else as_of)
    anchored = anchors(view, anchor)
    grid = PlainGrid()
    if not anchored:
        return grid
    rows = periods_between(shop, period, min(anchored.values()), view.as_of)
    for row in rows:
        members = {
            customer
            for customer, at in anchored.items()
            if row.first <= local_date(shop, at) < row.end
        }
        since = {customer: anchored[customer] for customer in members}
        orders = [view.order_fact(position) for position in view.counted]
        facts = Facts(
            view=view,
            size=len(members),
            orders=from_anchor(orders, since),
            gross=from_anchor(view.gross_facts, since),
            refunds=from_anchor(view.refund_facts, since),
        )
        spans = [
            nth_period(shop, period, start_of(shop, row.first), age) for age in range(len(rows))
        ]
        begun = [start_of(shop, span.first) < view.as_of for span in spans]
        grid.cohorts.append(row.label)
        grid.sizes.append(len(members))
        grid.values.append(
            [
                facts.value(metric, spans[: age + 1]) if has_begun else None
                for age, has_begun in enumerate(begun)
            ]
        )
        grid.partial.append([is_partial(view, span) for span in spans])
    return grid


def from_anchor(facts: Sequence[Fact], since: dict[Identity, datetime]) -> list[Fact]:
    """Those of the given customers, at or after the customer's anchor."""
    return [fact for fact in facts if fact.customer in since and fact.at >= since[fact.customer]]


@dataclass(frozen=True)
class Facts:
    """The facts of one cohort, none of them before its customer's anchor."""

    view: View
    size: int
    orders: list[Fact]
    gross: list[Fact]
    refunds: list[Fact]

    def within(self, facts: Sequence[Fact], span: Span) -> list[Fact]:
        """Those in the period."""
        shop = self.view.shop
        return [fact for fact in facts if span.first <= local_date(shop, fact.at) < span.end]

    def revenue(self, span: Span) -> int:
        """gross_revenue − refunded."""
        gross, back = self.within(self.gross, span), self.within(self.refunds, span)
        return sum(fact.amount for fact in gross) - sum(fact.amount for fact in back)

    def value(self, metric: str, spans: Sequence[Span]) -> Value:
        """The metric at the last of the ages; the cumulative one needs all of them."""
        orders = self.within(self.orders, spans[-1])
        if metric == "customers":
            return len({fact.customer for fact in orders})
        if metric == "orders":
            return len(orders)
        if metric == "revenue":
            return self.revenue(spans[-1])
        if metric == "average_order_value":
            return ratio(self.revenue(spans[-1]), len(orders))
        if metric == "cumulative_revenue":
            return ratio(sum(self.revenue(span) for span in spans), self.size)
        raise KeyError(metric)


def lifetime_value(
    shop: Shop,
    days: int,
    as_of: datetime,
    *,
    gross: bool = False,
    of: set[Identity] | None = None,
) -> Value:
    """LTV(d): money at days ≤ d since the anchor, of customers with anchor date + d < as_of's date.

    Facts before the anchor are no part of it. `of` is whom it is of, by default everybody.
    """
    view = View(shop, as_of)
    firsts = anchors(view, "first_order")
    today = local_date(shop, as_of)
    seen = {
        customer
        for customer, at in firsts.items()
        if local_date(shop, at) + timedelta(days=days) < today and (of is None or customer in of)
    }

    def early(facts: Sequence[Fact]) -> int:
        return sum(
            fact.amount
            for fact in facts
            if fact.customer in seen
            and fact.at >= firsts[fact.customer]
            and days_between(shop, firsts[fact.customer], fact.at) <= days
        )

    money = early(view.gross_facts) - (0 if gross else early(view.refund_facts))
    return ratio(money, len(seen))
