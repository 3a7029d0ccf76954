"""What the first order tells of a customer, and whether a second one follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from tests.oracles.cohorts import Facts, anchors, from_anchor, is_observable, is_partial, nth_period
from tests.oracles.dimensions import (
    LINE_LABELS,
    customer_place,
    line_label,
    order_label,
    time_label,
)
from tests.oracles.facts import View
from tests.oracles.flow import ratio
from tests.oracles.periods import Span, days_between, local_date
from tests.oracles.shop import Identity, Label, Value


def labels_of(view: View, name: str, customer: Identity) -> set[Label]:
    """A customer's labels: several by first_product and its like, None alone for none."""
    if name.startswith("customer_"):
        return {customer_place(view, customer, name.removeprefix("customer_"))}
    own = view.orders_of[customer][0]
    return first_labels(view, name.removeprefix("first_"), own)


def first_labels(view: View, name: str, position: int) -> set[Label]:
    """The labels of an order; by line labels those of its lines."""
    order = view.shop.orders[position]
    if name in LINE_LABELS:
        return {line_label(view, name, line.product) for line in order.lines} or {None}
    if name == "weekday":
        return {time_label(view, name, order.placed_at)}
    return {order_label(view, name, position)}


def groups(view: View, name: str) -> dict[Label, set[Identity]]:
    """The customers with each label; they overlap where a customer has several."""
    found: dict[Label, set[Identity]] = {}
    for customer in view.orders_of:
        for label in labels_of(view, name, customer):
            found.setdefault(label, set()).add(customer)
    return found


class LabelGrid:
    """The customers of one label by their own age in periods."""

    def __init__(
        self, view: View, period: str, members: set[Identity], anchor: str = "first_order"
    ) -> None:
        self.view = view
        self.since = {c: at for c, at in anchors(view, anchor).items() if c in members}
        self.spans: Callable[[Identity, int], Span] = lambda customer, age: nth_period(
            view.shop, period, self.since[customer], age
        )

    def observable(self, age: int) -> set[Identity]:
        """Those whose whole period at the age ended at or before as_of."""
        return {c for c in self.since if is_observable(self.view, self.spans(c, age))}

    def has_begun(self, age: int) -> bool:
        """Whether for somebody the period at the age is over or running."""
        running = any(is_partial(self.view, self.spans(c, age)) for c in self.since)
        return running or bool(self.observable(age))

    def facts(self, customer: Identity) -> Facts:
        """All facts of one customer from the first order on."""
        view, since = self.view, {customer: self.since[customer]}
        orders = [view.order_fact(position) for position in view.counted]
        gross, back = view.gross_facts, view.refund_facts
        mine = (from_anchor(facts, since) for facts in (orders, gross, back))
        return Facts(view, 1, *mine)

    def value(self, metric: str, age: int) -> Value:
        """The sum of a tally over the customers at the age, running periods included."""
        values = [self.facts(c).value(metric, [self.spans(c, age)]) for c in self.since]
        return sum((value for value in values if value is not None), Fraction(0))

    def retention(self, age: int) -> Value:
        """Active at the age ÷ observable at it, of the observable."""
        seen = self.observable(age)
        active = [self.facts(c).value("customers", [self.spans(c, age)]) for c in seen]
        return ratio(sum(bool(value) for value in active), len(seen))

    def returned(self, age: int) -> int:
        """Customers whose second order lies at the age or before, not before the anchor."""
        found = 0
        for customer, since in self.since.items():
            mine = self.view.orders_of[customer]
            if len(mine) > 1 and self.view.shop.orders[mine[1]].placed_at >= since:
                day = local_date(self.view.shop, self.view.shop.orders[mine[1]].placed_at)
                found += day < self.spans(customer, age).end
        return found


def observable_for(view: View, days: int) -> set[Identity]:
    """Customers with the date of the first order + d before the date of as_of."""
    today = local_date(view.shop, view.as_of)
    return {
        customer
        for customer, at in anchors(view, "first_order").items()
        if local_date(view.shop, at) + timedelta(days=days) < today
    }


def days_to_second(view: View, customer: Identity) -> int | None:
    """Days from the first counted order to the second."""
    mine = view.orders_of[customer]
    if len(mine) == 1:
        return None
    first, second = (view.shop.orders[position].placed_at for position in mine[:2])
    return days_between(view.shop, first, second)


def ordered_again(view: View, days: int) -> set[Identity]:
    """Observable customers with a second order at most so many days after the first."""
    waits = {customer: days_to_second(view, customer) for customer in observable_for(view, days)}
    return {customer for customer, wait in waits.items() if wait is not None and wait <= days}


def second_order_table(
    view: View, days: int, names: Sequence[str]
) -> dict[tuple[str, Label], tuple[int, int]]:
    """Observable customers and those who ordered again, by each label of the first order."""
    seen, again = observable_for(view, days), ordered_again(view, days)
    found: dict[tuple[str, Label], tuple[int, int]] = {}
    for name in names:
        for customer in seen:
            for label in first_labels(view, name, view.orders_of[customer][0]):
                n, back = found.get((name, label), (0, 0))
                found[name, label] = n + 1, back + (customer in again)
    return found


def amount_thirds(view: View, days: int) -> list[tuple[int, int]]:
    """The same by thirds of the first order's amount: 3 · (customers with a smaller one) // N."""
    seen, again = observable_for(view, days), ordered_again(view, days)
    amount = {c: view.shop.orders[view.orders_of[c][0]].amount for c in seen}
    thirds: list[list[Identity]] = [[], [], []]
    for customer in seen:
        smaller = sum(other < amount[customer] for other in amount.values())
        thirds[3 * smaller // len(seen)].append(customer)
    return [(len(third), len(again & {*third})) for third in thirds] if seen else []


def orders_last_year(view: View, customer: Identity, at: datetime) -> int:
    """Counted orders before an instant, at most 365 days old then."""
    placed = [view.shop.orders[i].placed_at for i in view.orders_of.get(customer, [])]
    return sum(day < at and days_between(view.shop, day, at) <= 365 for day in placed)
