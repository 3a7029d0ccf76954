"""Where does every column of a history lie, and what is a part of it?

`Facts` are the columns alone, customer by customer, in time order. `OrderHistory` adds what a
user does with them.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from html import escape
from typing import Self

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.currencies import NO_CURRENCY
from custinsights.domain.fields import as_int, looked_up
from custinsights.domain.load_report import LoadReport
from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import InvalidValue, MissingData, UnknownName, counted
from custinsights.history.activities import Activities
from custinsights.history.columnar.columns import (
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
    AnyArray,
    BoolArray,
    IntArray,
    Labels,
    Products,
    locked,
    text_column,
)
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.context import Context
from custinsights.history.streams import Lines, PeopleTable, Refunds

BLOCK = 1 << 18
"""About how many orders and activities to work on at once, so that they stay near the processor."""


def check_history(given: object) -> None:
    """Refuse what is no history, with what makes one."""
    if not isinstance(given, Facts):
        raise InvalidValue(
            what="what is asked is no order history",
            given=f"a value of type {type(given).__name__}",
            allowed="an OrderHistory or an ActivityHistory",
            advice="Ask the history that they are of"
            if isinstance(given, Activities)
            else "read_orders, read_activities and OrderHistory.from_arrays make one",
        )


def check_orders(history: Facts, needed_by: str) -> None:
    """Refuse a history that tells of activities only; one whose orders are none is asked."""
    if not history.tells_orders:
        raise MissingData(
            "orders",
            needed_by=needed_by,
            advice="Load them with read_orders and join these: orders.with_activities(...)",
        )


def refuse_part(history: Facts, what: str) -> None:
    """Refuse a part of a history where what is asked about takes everybody."""
    if history.context.part is not None:
        place, parts = history.context.part
        given = f"part {place + 1} of {parts}"
        raise InvalidValue(f"{what} take everybody, and this is a part", given, "a whole history")


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Facts:
    """The columns of a history.

    Customer ``c`` (a code: the position in `customer_ids`) owns the orders
    ``offsets[c]:offsets[c + 1]``, by instant.

    Parameters
    ----------
    customer_ids
        k outside identities in ascending order; some may have no order.
    offsets
        int64[k + 1].
    placed_at
        int64[n], microseconds UTC.
    amount
        int64[n], paid to the shop before refunds, minor units.
    numbers
        Further int64[n] columns: goods, discount, shipping, tax, tip; units in thousandths.
    labels
        Text columns: order_status, channel, country, region, city, payment_method, coupon, ...
    order_ids
        Outside order identities, or None.
    rows
        int64[n], rows of the source behind each order.
    refunds, lines, products, people_table
        The other streams and tables; see `custinsights.history.streams`.
    aside
        The orders that do not count by status or amount, as a history of the same customers;
        another policy may bring them back. None if there are none.
    context
        Currency, calendar, policy, span, load report.
    activities
        What people did beside ordering, or None where the source does not tell.
    """

    customer_ids: AnyArray = attrs.field(converter=locked)
    offsets: IntArray = attrs.field(converter=locked)
    placed_at: IntArray = attrs.field(converter=locked)
    amount: IntArray = attrs.field(converter=locked)
    numbers: Mapping[str, IntArray]
    labels: Mapping[str, Labels]
    order_ids: AnyArray | None = attrs.field(converter=attrs.converters.optional(locked))
    rows: IntArray | None = attrs.field(converter=attrs.converters.optional(locked))
    refunds: Refunds
    lines: Lines | None
    products: Products | None
    people_table: PeopleTable
    aside: Facts | None
    context: Context
    activities: Activities | None = None

    @property
    def tells_orders(self) -> bool:
        """Whether its source tells of orders, be there any or none."""
        return True

    def __len__(self) -> int:
        """Return the number of orders whose status counts."""
        return len(self.amount)

    @property
    def people(self) -> int:
        """The number of known people, with and without orders."""
        return len(self.customer_ids)

    @property
    def currency(self) -> str:
        """The ISO 4217 code of every amount."""
        return self.context.currency

    @property
    def calendar(self) -> Calendar:
        """Zone, first weekday and fiscal start."""
        return self.context.calendar

    @property
    def policy(self) -> PurchasePolicy:
        """Which orders count."""
        return self.context.policy

    @property
    def load_report(self) -> LoadReport:
        """What was read, left out and why, in rows and in money."""
        return self.context.load_report

    @property
    def observed_from(self) -> dt.datetime:
        """Where the observation begins."""
        return to_datetime(self.context.observed_from)

    @property
    def observed_until(self) -> dt.datetime:
        """Where the observation ends, exclusive; the default `as_of` of every analysis."""
        return to_datetime(self.context.observed_until)

    def _repr_html_(self) -> str:
        return f'<pre style="white-space:pre-wrap">{escape(repr(self))}</pre>'

    def __repr__(self) -> str:
        first = self.calendar.local_date(self.observed_from)
        until = self.calendar.local_date(self.observed_until)
        span = f"{first.isoformat()} to {until.isoformat()} "
        if not len(self) and self.observed_from == self.observed_until:
            span = ""  # nobody looked, and no fact tells when
        part = ""
        if self.context.part is not None:
            place, parts = self.context.part
            part = f" (part {place + 1} of {parts})"
        return (
            f"<{type(self).__name__}{part}: {self._contents} of "
            f"{counted(self.people, 'person', 'people')}, "
            f"{span}{self.calendar.timezone}{self._in_currency}>"
        )

    @property
    def _contents(self) -> str:
        """What is in it, as a text shows it."""
        orders = counted(len(self), "order")
        if self.activities is None:
            return orders
        activities = counted(len(self.activities), "activity", "activities")
        return f"{orders} and {activities}" if len(self) else activities

    @property
    def _in_currency(self) -> str:
        return "" if self.currency == NO_CURRENCY else f", {self.currency}"

    @property
    def customer(self) -> IntArray:
        """int64[n], the customer code of each order."""
        return np.repeat(np.arange(self.people), np.diff(self.offsets))

    def number(self, name: str) -> IntArray:
        """Return a whole-number column of the orders, or say that the source has none."""
        table: dict[str, IntArray | None] = dict.fromkeys(NUMBER_COLUMNS)
        table |= {"amount": self.amount, **self.numbers}
        column = looked_up("number column", name, table)
        if column is None:
            raise MissingData(
                f"a column {name!r} of its orders",
                needed_by="what is asked",
                advice=f"Map the column {name!r}",
            )
        return column

    def label(self, name: str) -> Labels:
        """Return a text column of the orders; all missing if the source has none.

        A name that is none of `TEXT_COLUMNS`, nor of the source's own columns, is refused.
        """
        column = text_column("text column", name, self.labels, TEXT_COLUMNS)
        return Labels.missing(len(self)) if column is None else column

    def has(self, name: str) -> BoolArray:
        """Return which orders have a label or a number other than 0 in a column.

        None has where the source lacks a column that a history may have; other names are refused.
        """
        known = (*TEXT_COLUMNS, *NUMBER_COLUMNS, "amount")
        column = text_column("column", name, self.labels, known)
        if column is not None:
            return column.codes >= 0
        is_held = name == "amount" or name in self.numbers
        return self.number(name) != 0 if is_held else np.zeros(len(self), dtype=np.bool_)

    def code_of(self, customer: int | str) -> int:
        """Return the code of an outside identity, or raise `UnknownName`."""
        ids = self.customer_ids
        is_text = ids.dtype.kind == "T"
        number = as_int(customer)
        fits = is_text or (number is not None and abs(number) < 1 << 63)
        if isinstance(customer, str) == is_text and fits and len(ids):
            place = bisect_left(ids, customer)
            if place < len(ids) and ids[place] == customer:
                return place
        raise UnknownName(
            "customer",
            hidden_if_contact(customer),
            (),
            "The identities of this history are "
            + ("texts" if is_text else "integers")
            + "; customer_ids lists them",
        )

    def part(self, low: int, high: int) -> Self:
        """Return the customers with codes low to high as a view."""
        begin, end = int(self.offsets[low]), int(self.offsets[high])
        return attrs.evolve(
            self,
            customer_ids=self.customer_ids[low:high],
            offsets=self.offsets[low : high + 1] - begin,
            placed_at=self.placed_at[begin:end],
            amount=self.amount[begin:end],
            numbers={name: column[begin:end] for name, column in self.numbers.items()},
            labels={name: column.take(slice(begin, end)) for name, column in self.labels.items()},
            order_ids=None if self.order_ids is None else self.order_ids[begin:end],
            rows=None if self.rows is None else self.rows[begin:end],
            refunds=self.refunds.part(low, high, begin),
            lines=None if self.lines is None else self.lines.part(begin, end),
            people_table=self.people_table.part(low, high),
            aside=None if self.aside is None else self.aside.part(low, high),
            activities=None if self.activities is None else self.activities.part(low, high),
        )

    @property
    def weights(self) -> IntArray:
        """int64[k + 1], how many orders and activities lie before each customer."""
        return self.offsets if self.activities is None else self.offsets + self.activities.offsets

    def cuts_by_orders(self, orders: int) -> IntArray:
        """Return customer codes that cut the history into stretches of about so many orders.

        An activity is work as an order is, and counts as one.
        """
        weights = self.weights
        goals = np.arange(0, max(int(weights[-1]), 1), max(orders, 1))[1:]
        inner = np.searchsorted(weights, goals, side="left")
        return np.unique(np.concatenate([[0], inner, [self.people]]))

    def blocks(self, orders: int = BLOCK) -> Iterator[Self]:
        """Yield views of whole customers, about `orders` orders each, in customer order.

        A history without customers is one empty block.
        """
        cuts = self.cuts_by_orders(orders)
        if len(cuts) == 1:
            yield self
        for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            yield self.part(low, high)
