"""What happened, and what of it counts at as_of.

A `View` is everything that exists before as_of. Which orders count is decided here once, for all
cells. Each property repeats the sentence of the definitions that it follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

from tests.oracles.periods import days_between
from tests.oracles.shop import Identity, PlainLine, PlainOrder, PlainRefund, Shop


@dataclass(frozen=True)
class Fact:
    """One thing that happened: when it is dated, to whom, in which order, with which product."""

    at: datetime
    customer: Identity
    order: int | None
    product: str | None = None
    amount: int = 0


@dataclass(frozen=True)
class View:
    """The shop's facts before as_of (exclusive)."""

    shop: Shop
    as_of: datetime

    def allowed(self, order: PlainOrder) -> bool:
        """Whether it exists, and the policy counts its status and its amount."""
        return (
            order.placed_at < self.as_of
            and order.status in self.shop.counted_statuses
            and (order.amount != 0 or self.shop.zero_amount_counts)
        )

    @cached_property
    def refunds(self) -> list[PlainRefund]:
        """Refunds before as_of, but those of orders that the policy sets aside (reading 1)."""
        return [
            refund
            for refund in self.shop.refunds
            if refund.at < self.as_of
            and (refund.order is None or self.allowed(self.shop.orders[refund.order]))
        ]

    @cached_property
    def refunded_of(self) -> dict[int, int]:
        """What has been refunded of each order, by the order's position."""
        sums: dict[int, int] = {}
        for refund in self.refunds:
            if refund.order is not None:
                sums[refund.order] = sums.get(refund.order, 0) + refund.amount
        return sums

    def is_fully_refunded(self, position: int) -> bool:
        """When amount > 0 and refunds before as_of ≥ amount."""
        amount = self.shop.orders[position].amount
        return amount > 0 and self.refunded_of.get(position, 0) >= amount

    @cached_property
    def paid(self) -> list[int]:
        """Positions of the orders in gross revenue: also the fully refunded ones."""
        return [i for i, order in enumerate(self.shop.orders) if self.allowed(order)]

    @cached_property
    def counted(self) -> list[int]:
        """A fully refunded order leaves every tally but gross_revenue and refunded."""
        return [position for position in self.paid if not self.is_fully_refunded(position)]

    @cached_property
    def orders_of(self) -> dict[Identity, list[int]]:
        """The counted orders of every customer, in order of time (ties as in `tie_key`)."""
        mine: dict[Identity, list[int]] = {}
        for position in self.counted:
            mine.setdefault(self.shop.orders[position].customer, []).append(position)
        for positions in mine.values():
            positions.sort(key=lambda position: tie_key(self.shop.orders[position]))
        return mine

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The order number of every counted order: 1 for the customer's first."""
        return {
            position: number
            for positions in self.orders_of.values()
            for number, position in enumerate(positions, start=1)
        }

    def first_at(self, customer: Identity) -> datetime | None:
        """When the customer's first counted order was placed."""
        positions = self.orders_of.get(customer)
        return None if positions is None else self.shop.orders[positions[0]].placed_at

    @cached_property
    def known(self) -> set[Identity]:
        """Everybody with a fact before as_of or a row in the customer table by then (reading 4)."""
        orders = {order.customer for order in self.shop.orders if order.placed_at < self.as_of}
        refunds = {refund.customer for refund in self.shop.refunds if refund.at < self.as_of}
        table = {
            identity
            for identity, person in self.shop.people.items()
            if person.created_at is None or person.created_at < self.as_of
        }
        return orders | refunds | table

    def order_fact(self, position: int, line: PlainLine | None = None) -> Fact:
        """The order, or one of its lines, at the order's instant."""
        order = self.shop.orders[position]
        product, amount = (None, order.amount) if line is None else (line.product, line.amount)
        return Fact(order.placed_at, order.customer, position, product, amount)

    def refund_fact(self, refund: PlainRefund) -> Fact:
        """A linked refund is dated at its order by default, or at itself; one without at itself."""
        at = refund.at
        if refund.order is not None and self.shop.refund_date == "order":
            at = self.shop.orders[refund.order].placed_at
        return Fact(at, refund.customer, refund.order, refund.product, refund.amount)

    @cached_property
    def gross_facts(self) -> list[Fact]:
        """One per order in gross revenue."""
        return [self.order_fact(position) for position in self.paid]

    @cached_property
    def refund_facts(self) -> list[Fact]:
        """One per refund."""
        return [self.refund_fact(refund) for refund in self.refunds]

    @cached_property
    def product_refund_facts(self) -> list[Fact]:
        """Refunds that lower a product's line revenue, but those of orders that left the tally."""
        return [
            fact
            for fact in self.refund_facts
            if fact.product is not None and (fact.order is None or fact.order in self.numbers)
        ]

    @cached_property
    def gap_facts(self) -> list[Fact]:
        """Days between consecutive counted orders; a gap lies where its later order lies."""
        gaps = []
        for positions in self.orders_of.values():
            for earlier, later in pairwise(positions):
                before, after = self.shop.orders[earlier], self.shop.orders[later]
                days = days_between(self.shop, before.placed_at, after.placed_at)
                gaps.append(Fact(after.placed_at, after.customer, later, None, days))
        return gaps

    @cached_property
    def has_units(self) -> bool:
        """Whether every order says how much it holds."""
        return all(order.units is not None or order.lines for order in self.shop.orders)

    def units_of(self, position: int) -> int:
        """Thousandths in the order: its own number, else the sum of its lines."""
        order = self.shop.orders[position]
        if order.units is not None:
            return order.units
        return sum(line.quantity for line in order.lines)

    @cached_property
    def balances(self) -> dict[Identity, int]:
        """Gross revenue less refunds of everybody who has any."""
        sums: dict[Identity, int] = {}
        for fact in self.gross_facts:
            sums[fact.customer] = sums.get(fact.customer, 0) + fact.amount
        for fact in self.refund_facts:
            sums[fact.customer] = sums.get(fact.customer, 0) - fact.amount
        return sums

    def net_of(self, position: int) -> int:
        """The order's amount less its linked refunds."""
        return self.shop.orders[position].amount - self.refunded_of.get(position, 0)


def tie_key(order: PlainOrder) -> tuple[Any, ...]:
    """Orders of a customer lie by (placed_at, id), without ids by (placed_at, amount, the rest).

    Of two texts the shorter one is first: #999 before #1000.
    """
    if order.id is not None:
        is_text = isinstance(order.id, str)
        return (order.placed_at, len(order.id) if is_text else 0, order.id)  # type: ignore[arg-type]
    numbers = (order.goods, order.discount, order.shipping, order.tax, order.tip, order.units)
    labels = sorted((name, text or "") for name, text in order.labels.items())
    return (order.placed_at, order.amount, tuple(number or 0 for number in numbers), tuple(labels))
