"""What else happened beside orders? Refunds and order lines, and what is known of the people.

Each lies in the order of what it belongs to, behind offsets, so that a stretch of customers is a
view.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from custinsights.history.columnar.columns import (
    ALWAYS,
    BoolArray,
    CodeArray,
    IntArray,
    KnownOfPeople,
    Labels,
    Tags,
    locked,
)
from custinsights.history.columnar.ordering import ragged_rows

UNLINKED = -1
"""The order of a refund that names none."""


@attrs.frozen(eq=False)
class Refunds:
    """Refunds customer by customer, by instant.

    Parameters
    ----------
    offsets
        int64[k + 1], customer c owns refunds ``offsets[c]:offsets[c + 1]``.
    refunded_at
        int64[r], microseconds UTC.
    amount
        int64[r], positive minor units.
    order
        int64[r], the position of its order in the same history, or -1.
    product
        int32[r], a code into the product table, or -1.
    rows
        int64[r], rows of the source behind each refund.
    """

    offsets: IntArray = attrs.field(converter=locked)
    refunded_at: IntArray = attrs.field(converter=locked)
    amount: IntArray = attrs.field(converter=locked)
    order: IntArray = attrs.field(converter=locked)
    product: CodeArray = attrs.field(converter=locked)
    rows: IntArray = attrs.field(converter=locked)

    @classmethod
    def none(cls, customers: int) -> Refunds:
        """Return no refunds for a number of customers."""
        empty = np.empty(0, dtype=np.int64)
        return cls(
            np.zeros(customers + 1, dtype=np.int64),
            empty,
            empty,
            empty,
            empty.astype(np.int32),
            empty,
        )

    def __len__(self) -> int:
        return len(self.amount)

    @property
    def customer(self) -> IntArray:
        """int64[r], the code of each refund's customer."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    def part(self, low: int, high: int, first_order: int) -> Refunds:
        """Return the refunds of customers low to high, whose orders begin at `first_order`."""
        begin, end = int(self.offsets[low]), int(self.offsets[high])
        order = self.order[begin:end]
        return Refunds(
            self.offsets[low : high + 1] - begin,
            self.refunded_at[begin:end],
            self.amount[begin:end],
            np.where(order == UNLINKED, UNLINKED, order - first_order) if end > begin else order,
            self.product[begin:end],
            self.rows[begin:end],
        )


@attrs.frozen(eq=False)
class Lines:
    """Order lines order by order.

    Parameters
    ----------
    offsets
        int64[n + 1], order i owns lines ``offsets[i]:offsets[i + 1]``.
    product
        int32[l], a code into the product table.
    quantity
        int64[l], thousandths.
    amount
        int64[l], minor units.
    """

    offsets: IntArray = attrs.field(converter=locked)
    product: CodeArray = attrs.field(converter=locked)
    quantity: IntArray = attrs.field(converter=locked)
    amount: IntArray = attrs.field(converter=locked)

    def __len__(self) -> int:
        return len(self.amount)

    @property
    def order(self) -> IntArray:
        """int64[l], the position of each line's order."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    def part(self, low: int, high: int) -> Lines:
        """Return the lines of orders low to high."""
        begin, end = int(self.offsets[low]), int(self.offsets[high])
        return Lines(
            self.offsets[low : high + 1] - begin,
            self.product[begin:end],
            self.quantity[begin:end],
            self.amount[begin:end],
        )

    def take(self, orders: IntArray) -> Lines:
        """Return the lines of some orders, in the order given."""
        lengths = np.diff(self.offsets).take(orders)
        rows = ragged_rows(self.offsets.take(orders), lengths)
        offsets = np.zeros(len(orders) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return Lines(
            offsets, self.product.take(rows), self.quantity.take(rows), self.amount.take(rows)
        )


@attrs.frozen(eq=False, repr=False)
class Contacts:
    """Whose is a contact: customer codes in ascending order, and a normalised text for each.

    One text may belong to several customers. Personal: nothing shows it.
    """

    customer: IntArray = attrs.field(converter=locked)
    value: Labels

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, rows: IntArray | slice, customer: IntArray) -> Contacts:
        """Return some of the contacts, of customers with other numbers."""
        return Contacts(customer, self.value.take(rows))


def _stretch(owners: IntArray, low: int, high: int) -> tuple[slice, IntArray]:
    """Return the rows of customers low to high, who are numbered from 0 then."""
    begin, end = np.searchsorted(owners, [low, high])
    return slice(begin, end), owners[begin:end] - low


def _rows_of(owners: IntArray, customers: IntArray) -> tuple[IntArray, IntArray]:
    """Return the rows of some customers (sorted codes), who are numbered from 0 then."""
    place = np.searchsorted(customers, owners)
    place = np.minimum(place, max(len(customers) - 1, 0))
    is_held = customers.take(place) == owners if len(customers) else owners < 0
    rows = np.flatnonzero(is_held)
    return rows, place.take(rows)


@attrs.frozen(eq=False, kw_only=True)
class PeopleTable(KnownOfPeople):
    """What is known of every customer beside the facts: aligned to the customer codes.

    Parameters
    ----------
    tags
        Customer by customer.
    is_listed
        bool[k], who has a row in the customer table; None is nobody.
    contacts
        Whose the ids, e-mail addresses and phone numbers are that a source has beside the
        identities of the history, by kind: ``customer_id``, ``email``, ``phone``. By them
        histories are combined.
    """

    tags: Tags | None = None
    is_listed: BoolArray | None = attrs.field(
        default=None, converter=attrs.converters.optional(locked)
    )
    contacts: Mapping[str, Contacts] = attrs.field(factory=dict, repr=False)

    def tagged_at(self, as_of: int) -> IntArray:
        """Return the rows of the tags that are carried just before an instant."""
        if self.tags is None:
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero((self.tags.since < as_of) & (self.tags.until >= as_of))

    def before(self, as_of: int) -> PeopleTable:
        """Return the table with the tags as they stood at an instant: no later one, no later end.

        What else is known of somebody is not dated.
        """
        if self.tags is None:
            return self
        rows = np.flatnonzero(self.tags.since < as_of)
        tags = self.tags.take(rows, self.tags.customer.take(rows))
        until = np.where(tags.until >= as_of, ALWAYS, tags.until)
        names = Labels.encode(tags.name.texts())
        held = attrs.evolve(tags, name=names, until=until)
        return attrs.evolve(self, tags=held if len(rows) else None)

    def part(self, low: int, high: int) -> PeopleTable:
        """Return the rows of customers low to high."""
        return PeopleTable(
            **self.known(slice(low, high)),
            tags=None
            if self.tags is None
            else self.tags.take(*_stretch(self.tags.customer, low, high)),
            is_listed=None if self.is_listed is None else self.is_listed[low:high],
            contacts={
                kind: held.take(*_stretch(held.customer, low, high))
                for kind, held in self.contacts.items()
            },
        )

    def take(self, customers: IntArray) -> PeopleTable:
        """Return the rows of some customers (sorted codes)."""
        return PeopleTable(
            **self.known(customers),
            tags=None
            if self.tags is None
            else self.tags.take(*_rows_of(self.tags.customer, customers)),
            is_listed=None if self.is_listed is None else self.is_listed[customers],
            contacts={
                kind: held.take(*_rows_of(held.customer, customers))
                for kind, held in self.contacts.items()
            },
        )
