"""What does one fact look like? Orders, lines, refunds and gaps that count at an instant.

Every stream tells for each of its facts the customer, the instant by which it is labelled, and the
place of its order among the sales (-1 for a refund that names none).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Protocol

import attrs
import numpy as np

from custinsights.errors import MissingData
from custinsights.history.columnar.columns import (
    PRODUCT_COLUMNS,
    AnyArray,
    BoolArray,
    IntArray,
    Labels,
    text_column,
)
from custinsights.history.columnar.localtime import LocalClock
from custinsights.history.facts import Facts
from custinsights.history.streams import Lines
from custinsights.history.views.timed import Timed


class View(Protocol):
    """What the streams need of the counted history that they belong to."""

    @property
    def facts(self) -> Facts:
        """The columns."""

    @property
    def clock(self) -> LocalClock:
        """Local days and hours."""

    @property
    def sales(self) -> OrderFacts:
        """Every order before as_of."""

    @property
    def orders(self) -> OrderFacts:
        """The counted orders."""

    @property
    def counted_places(self) -> IntArray | None:
        """Places of the counted orders among the sales; None for all."""

    @property
    def is_reversed(self) -> BoolArray | None:
        """Which sales were refunded in full."""

    @property
    def is_repeat(self) -> BoolArray:
        """Which counted orders are not their customer's first."""

    @property
    def order_number(self) -> IntArray:
        """The number of each counted order."""

    @property
    def number_of_sale(self) -> IntArray:
        """The order number of each sale."""

    @property
    def customer(self) -> IntArray:
        """The customer of each counted order."""

    @property
    def day(self) -> AnyArray:
        """The local day of each counted order."""

    def __len__(self) -> int: ...


def ordinal_in_group(offsets: IntArray, count: int) -> IntArray:
    """Return 1, 2, 3 ... within every group of consecutive rows."""
    steps = np.ones(count, dtype=np.int64)
    sizes = np.diff(offsets)
    filled = np.flatnonzero(sizes)
    starts = offsets.take(filled)
    steps[starts[1:]] -= sizes.take(filled[:-1])
    return np.cumsum(steps, out=steps)


@attrs.frozen(eq=False, slots=False)
class OrderFacts(Timed):
    """Some orders of a history, in its order.

    Parameters
    ----------
    view
        The counted history that they belong to.
    positions
        Their positions among all orders held, ascending; None for all.
    """

    view: View
    positions: IntArray | None

    def _taken(self, column: AnyArray) -> AnyArray:
        return column if self.positions is None else column.take(self.positions)

    def __len__(self) -> int:
        return len(self.view.facts) if self.positions is None else len(self.positions)

    @cached_property
    def customer(self) -> IntArray:
        """int64, the customer code of each order."""
        return self._taken(self.view.facts.customer)

    @cached_property
    def order(self) -> IntArray | None:
        """The place of each order among the sales, or None if it is the row itself."""
        return self.view.counted_places if self is not self.view.sales else None

    @cached_property
    def placed_at(self) -> IntArray:
        """int64, microseconds UTC."""
        return self._taken(self.view.facts.placed_at)

    @property
    def instant(self) -> IntArray:
        """The instant by which an order is labelled."""
        return self.placed_at

    @cached_property
    def amount(self) -> IntArray:
        """int64, minor units before refunds."""
        return self._taken(self.view.facts.amount)

    @cached_property
    def units(self) -> IntArray:
        """int64, items in thousandths."""
        return self.number("units")

    @cached_property
    def order_number(self) -> IntArray:
        """int64, 1 for a customer's first counted order; 0 for one refunded in full."""
        is_counted = self is self.view.orders
        return self.view.order_number if is_counted else self.view.number_of_sale

    def number(self, name: str) -> IntArray:
        """Return a whole-number column, or say that the source has none."""
        return self._taken(self.view.facts.number(name))

    def label(self, name: str) -> Labels:
        """Return a text column; all missing if the source has none. See `Facts.label`."""
        column = self.view.facts.label(name)
        return Labels(self._taken(column.codes), column.names)

    def has(self, name: str) -> BoolArray:
        """Return which orders have a label in a column, or a number other than 0."""
        return self._taken(self.view.facts.has(name))


@attrs.frozen(eq=False, slots=False)
class RefundFacts(Timed):
    """The refunds before as_of; `order` is the place among the sales, -1 for none."""

    view: View
    rows: IntArray
    order: IntArray

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def customer(self) -> IntArray:
        """int64, the customer code of each refund."""
        return self.view.facts.refunds.customer.take(self.rows)

    @cached_property
    def amount(self) -> IntArray:
        """int64, positive minor units."""
        return self.view.facts.refunds.amount.take(self.rows)

    @cached_property
    def product(self) -> IntArray:
        """The product code of each refund, -1 where it names none."""
        return self.view.facts.refunds.product.take(self.rows).astype(np.int64)

    @cached_property
    def instant(self) -> IntArray:
        """The instant by which a refund is labelled: its order's, or its own, by policy."""
        own = self.view.facts.refunds.refunded_at.take(self.rows)
        if self.view.facts.policy.refund_date == "refund" or not len(own):
            return own
        linked = np.flatnonzero(self.order >= 0)
        own[linked] = self.view.sales.placed_at.take(self.order.take(linked))
        return own

    def label(self, name: str) -> Labels:
        """Return a label of each refund's product, such as category; none where it names none."""
        return product_label(self.view, name, self.product)

    @cached_property
    def is_of_line(self) -> BoolArray:
        """Which refunds lower line revenue: they name a product, and their order still counts."""
        of_line = np.greater_equal(self.product, 0)
        if self.view.is_reversed is not None:
            gone = np.append(self.view.is_reversed, np.False_)
            of_line &= ~gone.take(self.order)
        return of_line


@attrs.frozen(eq=False, slots=False)
class _OfOrders(ABC):
    """Facts of counted orders, labelled as their orders are."""

    view: View

    @property
    @abstractmethod
    def counted_order(self) -> IntArray:
        """The row of each fact's order among the counted orders."""

    def __len__(self) -> int:
        return len(self.counted_order)

    @cached_property
    def order(self) -> IntArray:
        """The place of each fact's order among the sales."""
        places = self.view.counted_places
        return self.counted_order if places is None else places.take(self.counted_order)

    @cached_property
    def customer(self) -> IntArray:
        """int64, the customer code of each fact."""
        return self.view.customer.take(self.counted_order)

    @cached_property
    def slots(self) -> IntArray:
        """The quarter-hour slot of each fact's order."""
        return self.view.orders.slots.take(self.counted_order)

    @property
    def instant(self) -> IntArray:
        """The instant by which a fact is labelled: its order's."""
        return self.view.orders.placed_at.take(self.counted_order)

    @property
    def order_number(self) -> IntArray:
        """int64, the order number of each fact's order."""
        return self.view.order_number.take(self.counted_order)


@attrs.frozen(eq=False, slots=False)
class LineFacts(_OfOrders):
    """The lines of the counted orders, order by order."""

    held: Lines
    """The lines of all orders held."""

    @cached_property
    def _rows(self) -> IntArray | None:
        """Rows of the lines of counted orders, or None for all lines."""
        positions = self.view.orders.positions
        if positions is None:
            return None
        is_counted = np.zeros(len(self.view.facts), dtype=np.bool_)
        is_counted[positions] = True
        return np.flatnonzero(np.repeat(is_counted, np.diff(self.held.offsets)))

    def _taken(self, column: AnyArray) -> AnyArray:
        return column if self._rows is None else column.take(self._rows)

    @cached_property
    def counted_order(self) -> IntArray:
        """The row of each line's order among the counted orders."""
        lengths = np.diff(self.held.offsets)
        positions = self.view.orders.positions
        return np.repeat(
            np.arange(len(self.view)), lengths if positions is None else lengths.take(positions)
        )

    @cached_property
    def product(self) -> IntArray:
        """int64, the product code of each line."""
        return self._taken(self.held.product).astype(np.int64)

    @cached_property
    def quantity(self) -> IntArray:
        """int64, thousandths."""
        return self._taken(self.held.quantity)

    @cached_property
    def amount(self) -> IntArray:
        """int64, minor units."""
        return self._taken(self.held.amount)

    def label(self, name: str) -> Labels:
        """Return a label of each line's product, such as category."""
        return product_label(self.view, name, self.product)


def product_label(view: View, name: str, product: IntArray) -> Labels:
    """Return a label of products by code; -1 has none."""
    products = view.facts.products
    if products is None:
        raise MissingData("products", needed_by=name, advice="load a file of order lines")
    column = text_column("label of products", name, products.labels, PRODUCT_COLUMNS)
    if name == "product":
        return Labels(product.astype(np.int32), products.ids)
    if column is None:
        return Labels.missing(len(product))
    table = np.append(column.codes, np.int32(-1))
    return Labels(table.take(product), column.names)


@attrs.frozen(eq=False, slots=False)
class GapFacts(_OfOrders):
    """The gaps between consecutive counted orders; each belongs to its later order."""

    @cached_property
    def counted_order(self) -> IntArray:
        """The row of the later order among the counted orders."""
        return np.flatnonzero(self.view.is_repeat)

    @cached_property
    def days(self) -> IntArray:
        """int64, local calendar days between the two orders; 0 on the same day."""
        days = np.diff(self.view.day).astype(np.int64).take(self.counted_order - 1)
        return np.maximum(days, 0) if self.view.clock.transitions.repeats_days else days
