"""What is bought in one order? Sets of labels and how many orders hold each, which add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs
import numpy as np

from custinsights.history.columnar.columns import IntArray
from custinsights.history.columnar.ordering import ragged_rows
from custinsights.history.kernels.cells import starts_of
from custinsights.history.kernels.tallies import Label, label_key

Ragged: TypeAlias = tuple[IntArray, IntArray, IntArray]
"""Lengths of baskets, their codes one after another, and how many orders each stands for."""

_WIDE = ">u4"  # texts of these bytes sort as the numbers do


@attrs.frozen(eq=False)
class BasketCounts:
    """Distinct baskets and the orders that hold exactly that; of disjoint customers they add up.

    Parameters
    ----------
    labels
        Those that occur, ascending.
    lengths
        int64[b], how many labels each basket has, ascending; an order may have none that is known.
    codes
        int64, the labels of the baskets one after another, ascending in each; baskets of one
        length ascend too, and no two are the same.
    orders
        int64[b].
    """

    labels: tuple[Label, ...]
    lengths: IntArray
    codes: IntArray
    orders: IntArray

    @classmethod
    def of(cls, labels: Sequence[Label], parts: Sequence[Ragged]) -> BasketCounts:
        """Make one of baskets in any order, whose codes are places in any labels."""
        lengths, codes, orders = (np.concatenate(column) for column in zip(*parts, strict=True))
        occurring = np.unique(codes)
        kept = sorted(occurring.tolist(), key=lambda code: label_key(labels[code]))
        if kept != occurring.tolist():
            place = np.zeros(len(labels), dtype=np.int64)
            place[kept] = np.arange(len(kept))
            codes = _ascending(lengths, place.take(codes), len(kept))
        else:
            codes = np.searchsorted(occurring, codes)
        return cls(tuple(labels[code] for code in kept), *_distinct(lengths, codes, orders))

    def __add__(self, other: BasketCounts) -> BasketCounts:
        if not isinstance(other, BasketCounts):
            return NotImplemented
        labels = self.labels
        if labels != other.labels:
            labels = tuple(sorted({*self.labels, *other.labels}, key=label_key))
        return BasketCounts.of(labels, [one.among(labels) for one in (self, other)])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BasketCounts):
            return NotImplemented
        return self.labels == other.labels and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("lengths", "codes", "orders")
        )

    def among(self, labels: tuple[Label, ...]) -> Ragged:
        """Return the baskets in the codes of more labels, ascending as its own do."""
        place = {label: code for code, label in enumerate(labels)}
        table = np.array([place[label] for label in self.labels], dtype=np.int64)
        return self.lengths, table.take(self.codes) if len(table) else self.codes, self.orders


def baskets_of(owners: IntArray, codes: IntArray, size: int) -> Ragged:
    """Return the distinct labels of every owner: one basket each, in ascending order.

    Parameters
    ----------
    owners
        int64, the owner of each fact, ascending.
    codes
        int64, its label from 1 to size - 1; 0 is none.
    """
    starts = starts_of(owners)
    basket = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(owners))))
    keys = basket[codes > 0] * size + codes[codes > 0]
    keys.sort()
    basket, found = np.divmod(keys.take(starts_of(keys)), size)
    ones = np.ones(len(starts), dtype=np.int64)
    return np.bincount(basket, minlength=len(starts)).astype(np.int64), found, ones


def _ascending(lengths: IntArray, codes: IntArray, size: int) -> IntArray:
    """Return the codes sorted inside every basket."""
    keys = np.repeat(np.arange(len(lengths)), lengths) * size + codes
    keys.sort()
    return keys % max(size, 1)


def _distinct(lengths: IntArray, codes: IntArray, orders: IntArray) -> Ragged:
    """Return every basket once, the shortest first, and the sum of its orders."""
    starts = np.cumsum(lengths) - lengths
    found: list[Ragged] = []
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        content = codes.take(ragged_rows(starts.take(rows), lengths.take(rows)))
        table = content.reshape(len(rows), length)
        order = np.arange(len(rows))
        if length and len(rows) > 1:
            order = np.argsort(table.astype(_WIDE).view(f"V{4 * length}").ravel(), kind="stable")
        table = table[order]
        is_new = np.ones(len(rows), dtype=np.bool_)
        is_new[1:] = (table[1:] != table[:-1]).any(axis=1)
        first = np.flatnonzero(is_new)
        counts = np.add.reduceat(orders.take(rows.take(order)), first)
        found.append((np.full(len(first), length), table[first].ravel(), counts))
    if not found:
        empty = np.empty(0, dtype=np.int64)
        return empty, empty, empty
    lengths, codes, orders = (np.concatenate(column) for column in zip(*found, strict=True))
    return lengths, codes, orders
