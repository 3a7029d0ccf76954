"""What do files tell that a store takes: orders as columns, and who ordered?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import attrs
import numpy as np

from custinsights.domain.load_report import LoadReport
from custinsights.domain.products import Product
from custinsights.history.columnar.columns import NO_NUMBER, AnyArray, IntArray, Labels
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.repositories.batches import (
    LINE_COLUMNS,
    ORDER_COLUMNS,
    REFUND_COLUMNS,
    OrderBatch,
)
from custinsights.sources.texts.columns import Texts

_NUMBERS = frozenset({"instant", "money", "quantity", "row"})


@attrs.frozen(eq=False, repr=False)
class FoundPeople:
    """The people of a source, by a number each.

    Parameters
    ----------
    count
        How many they are.
    source
        The system that gave the ids; blank: the shop itself.
    known
        By what they are known, by kind of identity (``id``, ``email``, ``phone``): a person and a
        text in each row. What several have is not there.
    told
        The name, e-mail address and phone number of each as their latest order has it, blank where
        there is none.
    """

    count: int
    source: str
    known: Mapping[str, tuple[IntArray, Labels]]
    told: Mapping[str, Texts]


def of_one(person: IntArray, values: Labels) -> tuple[IntArray, Labels]:
    """Return the texts that one person alone has."""
    times = RowGroups(values.codes.astype(np.int64), len(values.names)).sizes()
    at = np.flatnonzero(times[values.codes] == 1)
    return person[at], values.take(at)


@attrs.frozen(eq=False, repr=False)
class FoundOrders:
    """Orders with their lines and refunds, in the columns of `custinsights.repositories`.

    Texts are `Labels`, and mappings arrays of objects, until `batches` makes a batch of some rows.

    Parameters
    ----------
    orders, lines, refunds
        The columns but those of customers; one that is not there is nothing in all rows.
    person, refund_person
        The person of each order, and of each refund with a key of its own; -1 for nobody.
    observed_until
        int64 by order, until when the file was watched that tells it.
    """

    orders: Mapping[str, Labels | AnyArray]
    lines: Mapping[str, Labels | AnyArray]
    refunds: Mapping[str, Labels | AnyArray]
    person: IntArray
    refund_person: IntArray
    observed_until: IntArray

    def __len__(self) -> int:
        return len(self.person)

    def batches(self, ids: AnyArray, rows: int, start: int = 0) -> Iterator[tuple[int, OrderBatch]]:
        """Yield the orders from one on, so many at once, with how many are done then.

        Refunds with keys of their own come last.

        Parameters
        ----------
        ids
            The id of each person, as an array of objects.
        """
        named = np.array([*ids.tolist(), None], dtype=object)
        line_of, refund_of = np.asarray(self.lines["order"]), np.asarray(self.refunds["order"])
        own = int(np.searchsorted(refund_of, 0))  # those with keys of their own lie before
        for low in range(start, len(self), rows):
            at = slice(low, min(low + rows, len(self)))
            lines = slice(*np.searchsorted(line_of, [at.start, at.stop]).tolist())
            refunds = slice(*np.searchsorted(refund_of, [at.start, at.stop]).tolist())
            yield at.stop, self._batch(at, lines, refunds, named)
        if own:
            yield len(self), self._batch(slice(0, 0), slice(0, 0), slice(0, own), named)

    def _batch(self, at: slice, lines: slice, refunds: slice, named: AnyArray) -> OrderBatch:
        orders = columns_of(self.orders, ORDER_COLUMNS, at)
        orders["customer"] = named[self.person[at]]
        back = columns_of(self.refunds, REFUND_COLUMNS, refunds)
        back["customer"] = named[self.refund_person[refunds]]
        sold = columns_of(self.lines, LINE_COLUMNS, lines)
        sold["order"] = sold["order"] - at.start
        back["order"] = np.where(back["order"] >= 0, back["order"] - at.start, -1)
        return OrderBatch(orders, sold, back, self.observed_until[at])


def columns_of(
    held: Mapping[str, Labels | AnyArray], kinds: Mapping[str, str], at: slice
) -> dict[str, AnyArray]:
    """Return some rows of all columns of a table."""
    n = at.stop - at.start
    found: dict[str, AnyArray] = {}
    for name, kind in kinds.items():
        column = held.get(name)
        if isinstance(column, Labels):
            found[name] = column.take(at).texts()
        elif column is not None:
            found[name] = column[at]
        elif kind in _NUMBERS:
            found[name] = np.full(n, NO_NUMBER, dtype=np.int64)
        else:
            found[name] = np.full(n, None, dtype=object)
    return found


@attrs.frozen(eq=False, repr=False)
class Found:
    """What files tell that a store takes.

    Parameters
    ----------
    orders
        The orders.
    people
        Who ordered.
    products
        What lines say of products.
    currency
        The one currency of all orders; None where they are in several.
    observed
        From when until when the files were watched; None where there is nothing in them.
    report
        What was read, and left out.
    """

    orders: FoundOrders
    people: FoundPeople
    products: Sequence[Product]
    currency: str | None
    observed: tuple[dt.datetime, dt.datetime] | None
    report: LoadReport
