"""Which facts count before an instant?

A `CountedHistory` is what every trait, tally and dimension sees: the facts before `as_of`, without
the orders that had been refunded in full. It cannot be forgotten to filter.
"""

from __future__ import annotations

from functools import cached_property

import attrs
import numpy as np

from custinsights.errors import InvalidValue, MissingData
from custinsights.history.columnar.columns import (
    PEOPLE_COLUMNS,
    TEXT_COLUMNS,
    AnyArray,
    BoolArray,
    FloatArray,
    IntArray,
    Labels,
    text_column,
)
from custinsights.history.columnar.localtime import LocalClock
from custinsights.history.facts import Facts
from custinsights.history.spending import SpendFacts
from custinsights.history.views.activity_view import ActivityFacts
from custinsights.history.views.streamviews import (
    GapFacts,
    LineFacts,
    OrderFacts,
    RefundFacts,
    ordinal_in_group,
)


@attrs.frozen(eq=False, slots=False)
class CountedHistory:
    """The facts of a history, or of a stretch of its customers, that count at an instant.

    Parameters
    ----------
    facts
        The columns; every order in them counts by status.
    as_of
        Microseconds UTC, exclusive: later facts do not exist.

    Notes
    -----
    Arrays of orders are int64[n] over the counted orders, customer by customer in time order;
    arrays of customers are over all k known people. An order is refunded in full, and leaves,
    when its amount is positive and its refunds before `as_of` reach it.
    """

    facts: Facts
    as_of: int

    @cached_property
    def sold(self) -> IntArray | None:
        """Positions of the orders before as_of, or None if that is all of them."""
        if self.facts.context.last < self.as_of:
            return None
        held = np.flatnonzero(self.facts.placed_at < self.as_of)
        return None if len(held) == len(self.facts) else held

    @cached_property
    def sales(self) -> OrderFacts:
        """Every order before as_of, also those refunded in full."""
        return OrderFacts(self, self.sold)

    @cached_property
    def _refund_places(self) -> tuple[IntArray, IntArray]:
        """Rows of the refunds before as_of, and the place of each one's order among the sales."""
        refunds = self.facts.refunds
        rows = np.flatnonzero(refunds.refunded_at < self.as_of)
        order = refunds.order.take(rows)
        if self.sold is not None and len(rows):
            place = np.searchsorted(self.sold, order)
            is_sold = np.zeros(len(rows), dtype=np.bool_)
            inside = np.flatnonzero(place < len(self.sold))
            is_sold[inside] = self.sold.take(place.take(inside)) == order.take(inside)
            exists = (order < 0) | is_sold
            rows, order = rows[exists], np.where(order < 0, -1, place)[exists]
        return rows, order

    @cached_property
    def refunded_of_sales(self) -> IntArray | None:
        """Refunds before as_of of each sale, or None if no refund names an order."""
        rows, order = self._refund_places
        linked = np.flatnonzero(order >= 0)
        if not len(linked):
            return None
        total = np.zeros(len(self.sales), dtype=np.int64)
        np.add.at(total, order.take(linked), self.facts.refunds.amount.take(rows.take(linked)))
        return total

    @cached_property
    def is_reversed(self) -> BoolArray | None:
        """Which sales were refunded in full, or None if none was."""
        refunded = self.refunded_of_sales
        if refunded is None:
            return None
        amount = self.sales.amount
        reversed_ = (amount > 0) & (refunded >= amount)
        return reversed_ if reversed_.any() else None

    @cached_property
    def counted_places(self) -> IntArray | None:
        """Places of the counted orders among the sales, or None if all of them count."""
        return None if self.is_reversed is None else np.flatnonzero(~self.is_reversed)

    @cached_property
    def orders(self) -> OrderFacts:
        """The counted orders."""
        places = self.counted_places
        if places is None:
            return self.sales
        return OrderFacts(self, places if self.sold is None else self.sold.take(places))

    @cached_property
    def number_of_sale(self) -> IntArray:
        """The order number of each sale: 1 for a customer's first; 0 when refunded in full."""
        if self.counted_places is None:
            return self.order_number
        numbers = np.zeros(len(self.sales), dtype=np.int64)
        numbers[self.counted_places] = self.order_number
        return numbers

    @property
    def people(self) -> int:
        """The number k of known people."""
        return self.facts.people

    @property
    def customer_ids(self) -> AnyArray:
        """The outside identities of the k people."""
        return self.facts.customer_ids

    @cached_property
    def offsets(self) -> IntArray:
        """int64[k + 1] over the counted orders."""
        positions = self.orders.positions
        if positions is None:
            return self.facts.offsets
        return np.searchsorted(positions, self.facts.offsets).astype(np.int64)

    @cached_property
    def order_count(self) -> IntArray:
        """int64[k], counted orders of each person."""
        return np.diff(self.offsets)

    @cached_property
    def buyers(self) -> IntArray:
        """Codes of the customers: the people with a counted order."""
        return np.flatnonzero(self.order_count)

    @cached_property
    def first_day(self) -> IntArray:
        """int64[k], local day number of the first counted order; meaningless without one."""
        return self._days_of_buyers(self.first_per_customer(self.placed_at))

    @cached_property
    def last_day(self) -> IntArray:
        """int64[k], local day number of the last counted order; meaningless without one."""
        return self._days_of_buyers(self.last_per_customer(self.placed_at))

    def _days_of_buyers(self, instants: IntArray) -> IntArray:
        covered = np.where(self.order_count > 0, instants, self.facts.context.first)
        return self.clock.days(covered).astype(np.int64)

    @cached_property
    def is_repeat(self) -> BoolArray:
        """bool[n], which counted orders are not their customer's first."""
        repeat = np.ones(len(self), dtype=np.bool_)
        repeat[self.offsets.take(self.buyers)] = False
        return repeat

    @property
    def as_of_day(self) -> int:
        """The local day number of as_of."""
        return self.facts.context.day(self.as_of)

    def customer_label(self, name: str) -> Labels:
        """Return a label of each person: the customer table's, else the latest counted order's."""
        facts, theirs = self.facts, self.facts.people_table.labels
        known = (*TEXT_COLUMNS, *PEOPLE_COLUMNS)
        text_column("label of customers", name, {**facts.labels, **theirs}, known)
        held = name in facts.labels
        latest = self.orders.label(name) if held else Labels.missing(len(self))
        aligned = np.full(self.people, -1, dtype=np.int32)
        aligned[self.buyers] = latest.codes.take(self.offsets[1:].take(self.buyers) - 1)
        table = theirs.get(name)
        if table is None:
            return Labels(aligned, latest.names)
        names = tuple(sorted({*table.names, *latest.names}))
        own = table.renamed(names).codes
        return Labels(
            np.where(own >= 0, own, Labels(aligned, latest.names).renamed(names).codes), names
        )

    def __len__(self) -> int:
        """Return the number n of counted orders."""
        return len(self.orders)

    @cached_property
    def customer(self) -> IntArray:
        """int64[n], the customer code of each counted order."""
        return np.repeat(np.arange(self.people), self.order_count)

    @cached_property
    def order_number(self) -> IntArray:
        """int64[n], 1 for a customer's first counted order, 2 for the second, ..."""
        return ordinal_in_group(self.offsets, len(self))

    @property
    def placed_at(self) -> IntArray:
        """int64[n], microseconds UTC."""
        return self.orders.placed_at

    @property
    def amount(self) -> IntArray:
        """int64[n], minor units before refunds."""
        return self.orders.amount

    @property
    def units(self) -> IntArray:
        """int64[n], items in thousandths."""
        return self.orders.units

    @property
    def day(self) -> AnyArray:
        """int32[n], local day number."""
        return self.orders.day

    @cached_property
    def refunded(self) -> IntArray:
        """int64[n], linked refunds before as_of of each counted order, minor units."""
        refunded = self.refunded_of_sales
        if refunded is None:
            return np.zeros(len(self), dtype=np.int64)
        return refunded if self.counted_places is None else refunded.take(self.counted_places)

    @cached_property
    def net_amount(self) -> IntArray:
        """int64[n], amount less linked refunds before as_of, minor units."""
        return self.amount if self.refunded_of_sales is None else self.amount - self.refunded

    @cached_property
    def days_advanced(self) -> IntArray:
        """int64[n], days since the customer's previous order; for the first, its day number."""
        day = self.day.astype(np.int64)
        advanced = np.diff(day, prepend=0)
        first = self.offsets.take(self.buyers)
        advanced[first] = day.take(first)
        return advanced

    def number(self, name: str) -> IntArray:
        """Return a whole-number column of the counted orders."""
        return self.orders.number(name)

    def label(self, name: str) -> Labels:
        """Return a text column of the counted orders."""
        return self.orders.label(name)

    def has(self, name: str) -> BoolArray:
        """Return which counted orders have a label, or a number other than 0."""
        return self.orders.has(name)

    @cached_property
    def refunds(self) -> RefundFacts:
        """The refunds before as_of."""
        return RefundFacts(self, *self._refund_places)

    @cached_property
    def line_refunds(self) -> RefundFacts:
        """The refunds that lower line revenue: they name a product, and their order counts."""
        of_line = np.flatnonzero(self.refunds.is_of_line)
        rows, order = self._refund_places
        return RefundFacts(self, rows.take(of_line), order.take(of_line))

    @cached_property
    def lines(self) -> LineFacts:
        """The lines of the counted orders, or an error that says there are none."""
        if self.facts.lines is None:
            raise MissingData(
                "order lines",
                needed_by="what is asked",
                advice="load a file that has a row per order line",
            )
        return LineFacts(self, self.facts.lines)

    @cached_property
    def gaps(self) -> GapFacts:
        """The gaps between consecutive counted orders of a customer."""
        return GapFacts(self)

    @cached_property
    def spend(self) -> SpendFacts:
        """What the shop has spent to win customers in periods that are over at as_of."""
        if self.facts.context.spend is None:
            raise MissingData(
                "what was spent to win customers",
                needed_by="what is asked",
                advice="Say it: history.with_spend([Spend('2024-03', Money('250.00', 'EUR'))])",
            )
        return SpendFacts.before(self.facts.context.spend, self.as_of)

    @cached_property
    def activities(self) -> ActivityFacts:
        """What people did beside ordering before as_of, or an error that says nobody told."""
        return ActivityFacts.before(self, self.as_of)

    @property
    def clock(self) -> LocalClock:
        """Local days and hours."""
        return self.facts.context.clock

    def _checked(self, values: AnyArray) -> AnyArray:
        """Refuse what is not one value for each counted order: it would be added up askew."""
        array = np.asarray(values)
        if array.shape != (len(self),):
            raise InvalidValue(
                what="the column is not one value per counted order",
                given=f"{array.dtype} of shape {array.shape}",
                allowed=f"an array of shape ({len(self)},)",
                advice="Columns of this history, such as amount and units, are",
            )
        return array

    def sum_per_customer(self, values: AnyArray) -> AnyArray:
        """Sum a column of the counted orders for each person; 0 without orders.

        Whole numbers and truth values give int64, exactly; floats give float64.
        """
        values = self._checked(values)
        if values.dtype.kind in "biu":
            values = values.astype(np.int64, copy=False)
        total = np.zeros(self.people, dtype=values.dtype)
        if len(self.buyers) == self.people and self.people:
            return np.add.reduceat(values, self.offsets[:-1])
        if len(self.buyers):
            total[self.buyers] = np.add.reduceat(values, self.offsets.take(self.buyers))
        return total

    def mean_per_customer(self, values: AnyArray) -> FloatArray:
        """Return the mean of a column of the counted orders per person; NaN without orders."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.sum_per_customer(values) / self.order_count, dtype=np.float64)

    def first_per_customer(self, values: AnyArray) -> AnyArray:
        """Return the value at each person's first counted order; 0 without orders."""
        values = self._checked(values)
        first = np.zeros(self.people, dtype=values.dtype)
        first[self.buyers] = values.take(self.offsets.take(self.buyers))
        return first

    def last_per_customer(self, values: AnyArray) -> AnyArray:
        """Return the value at each person's last counted order; 0 without orders."""
        values = self._checked(values)
        last = np.zeros(self.people, dtype=values.dtype)
        last[self.buyers] = values.take(self.offsets[1:].take(self.buyers) - 1)
        return last

    @cached_property
    def refunded_per_customer(self) -> IntArray:
        """int64[k], all refunds before as_of of each person, minor units."""
        total = np.zeros(self.people, dtype=np.int64)
        if len(self.refunds):
            np.add.at(total, self.refunds.customer, self.refunds.amount)
        return total

    @cached_property
    def spent(self) -> IntArray:
        """int64[k], what each person paid less what went back, minor units."""
        total: IntArray = self.sum_per_customer(self.amount)
        if self.is_reversed is not None:
            gone = np.flatnonzero(self.is_reversed)
            np.add.at(total, self.sales.customer.take(gone), self.sales.amount.take(gone))
        return total - self.refunded_per_customer if len(self.refunds) else total
