"""Which rows belong together, and what does a group of rows have? Its first row, its sums.

Rows that are not ordered yet, such as the lines of orders in a file, know their group by a dense
number.
"""

from __future__ import annotations

from functools import cached_property

import attrs
import numpy as np

from custinsights.history.columnar.columns import AnyArray, BoolArray, CodeArray, IntArray, locked
from custinsights.history.columnar.threads import gather

NO_ROW = -1
_BLOCK = 1 << 16


def repeated(value: int, n: int) -> IntArray:
    """Return a column of n times one number, which takes the room of one and cannot be changed.

    Examples
    --------
    >>> repeated(7, 3), repeated_in(repeated(7, 3)), repeated_in(np.array([7, 7, 7]))
    (array([7, 7, 7]), 7, None)
    """
    return np.broadcast_to(np.int64(value), (n,))


def repeated_in(column: IntArray) -> int | None:
    """Return the number that a column of `repeated` has in every row, None for other columns."""
    return int(column[0]) if len(column) and column.strides == (0,) else None


def coded(values: AnyArray) -> tuple[CodeArray, AnyArray]:
    """Return each row's place among the distinct values, and these in ascending order.

    Examples
    --------
    >>> coded(np.array([7, 3, 7]))
    (array([1, 0, 1], dtype=int32), array([3, 7]))
    """
    codes, distinct = placed(values)
    return codes.astype(np.int32), distinct


def placed(values: AnyArray) -> tuple[IntArray, AnyArray]:
    """Do the same in int64; integers that rise, or lie densely, are not sorted."""
    if len(values) and values.dtype.kind == "i":
        if _rises(values):
            return np.arange(len(values)), values.copy()
        low, high = int(values.min()), int(values.max())
        if high - low < 4 * len(values) + 1024:
            shifted = values - np.int64(low)
            is_known = np.zeros(high - low + 1, dtype=np.bool_)
            is_known[shifted] = True
            places = np.cumsum(is_known, dtype=np.int64) - 1
            return gather(places, shifted), (np.flatnonzero(is_known) + low).astype(values.dtype)
    distinct, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64, copy=False), distinct


def _rises(values: AnyArray) -> bool:
    """Tell whether each value is above the one before it; the first that is not ends the look."""
    starts = range(0, len(values), _BLOCK)
    blocks = (values[start : start + _BLOCK + 1] for start in starts)
    return all(bool((block[1:] > block[:-1]).all()) for block in blocks)


@attrs.frozen(eq=False, slots=False)
class RowGroups:
    """Rows in dense groups; a row of group -1 belongs to none.

    Parameters
    ----------
    codes
        int64[n], the group of each row: 0 to ``count - 1``, or -1.
    count
        The number of groups.
    """

    codes: IntArray
    count: int

    @classmethod
    def by(cls, *keys: AnyArray) -> RowGroups:
        """Group rows that are equal in all of some integer columns; -1 in any is no group."""
        codes = keys[0].astype(np.int64)
        count = int(codes.max(initial=-1)) + 1
        for key in keys[1:]:
            wide = int(key.max(initial=-1)) + 1
            codes = np.where((codes < 0) | (key < 0), -1, codes * wide + key)
            count = count * wide
        if count > 2 * len(codes) + 1_000:
            names, codes = np.unique(codes, return_inverse=True)
            has_none = len(names) > 0 and names[0] < 0
            codes = codes.astype(np.int64) - has_none
            count = len(names) - has_none
        return LoneRows(count) if _is_each_once(codes, count) else cls(codes, count)

    @property
    def holds(self) -> BoolArray:
        """bool[n], the rows that are in some group."""
        held: BoolArray = self.codes >= 0
        return held

    @property
    def is_again(self) -> BoolArray:
        """bool[n], the rows that are not the first of their group."""
        is_later: BoolArray = self.spread(self.first(), NO_ROW) != np.arange(len(self.codes))
        return self.holds & is_later

    def kept(self, where: BoolArray) -> RowGroups:
        """Return the groups of the marked rows, numbered in the order of their first rows."""
        left = RowGroups(np.where(where, self.codes, NO_ROW), self.count)
        first = left.first()
        heads = np.zeros(len(self.codes), dtype=np.bool_)
        heads[first[first >= 0]] = True
        numbers = np.append(np.cumsum(heads, dtype=np.int64) - 1, NO_ROW)
        return RowGroups(left.spread(numbers.take(first), NO_ROW), int(np.count_nonzero(heads)))

    def of_first(self, values: AnyArray) -> AnyArray:
        """Return to each group what its first row has; of a group without rows it is anything."""
        return values.take(self.first(), mode="wrap") if len(values) else values

    def first(self, where: BoolArray | None = None) -> IntArray:
        """Return the first row of each group (of those marked), -1 for a group without."""
        if where is None:
            return self._first
        return self._first_of(np.flatnonzero(where & (self.codes >= 0)))

    @cached_property
    def _first(self) -> IntArray:
        return self._first_of(np.flatnonzero(self.codes >= 0))

    def _first_of(self, rows: IntArray) -> IntArray:
        first = np.full(self.count, NO_ROW, dtype=np.int64)
        first[self.codes.take(rows)[::-1]] = rows[::-1]
        first.flags.writeable = False
        return first

    def any(self, where: BoolArray) -> BoolArray:
        """Return bool[count], whether the group has a marked row."""
        found = np.zeros(self.count, dtype=np.bool_)
        found[self.codes[where & (self.codes >= 0)]] = True
        return found

    def sizes(self, where: BoolArray | None = None) -> IntArray:
        """Return how many rows (marked ones) each group has."""
        codes = self.codes if where is None else self.codes[where]
        return np.bincount(codes[codes >= 0], minlength=self.count).astype(np.int64)

    def sums(self, values: IntArray) -> IntArray:
        """Return the sum of each group, exact."""
        sums = np.zeros(self.count, dtype=values.dtype)
        known = self.codes >= 0
        np.add.at(sums, self.codes[known], values[known])
        return sums

    def least(self, values: IntArray, where: BoolArray, default: int) -> IntArray:
        """Return the smallest value of each group over the marked rows."""
        least = np.full(self.count, np.iinfo(np.int64).max, dtype=np.int64)
        rows = np.flatnonzero(where & (self.codes >= 0))
        np.minimum.at(least, self.codes[rows], values[rows])
        return np.where(least == np.iinfo(np.int64).max, default, least)

    def spread(self, values: AnyArray, default: int = 0) -> AnyArray:
        """Return to each row what its group has."""
        if not self.count:
            return np.full(len(self.codes), default, dtype=values.dtype)
        return np.where(self.codes >= 0, values[self.codes], default)


class LoneRows(RowGroups):
    """Groups of one row each, numbered as the rows are: nothing has to be looked up.

    Examples
    --------
    >>> LoneRows(3).first(), LoneRows(3).sums(np.array([5, 6, 7]))
    (array([0, 1, 2]), array([5, 6, 7]))
    """

    def __init__(self, count: int) -> None:
        object.__setattr__(self, "count", count)

    @cached_property
    def codes(self) -> IntArray:
        """int64[n], the numbers of the rows."""
        return locked(np.arange(self.count))

    @property
    def holds(self) -> BoolArray:
        """bool[n], all rows."""
        return np.ones(self.count, dtype=np.bool_)

    @property
    def is_again(self) -> BoolArray:
        """bool[n], no row."""
        return np.zeros(self.count, dtype=np.bool_)

    def kept(self, where: BoolArray) -> RowGroups:
        """Return groups of the marked rows."""
        if where.all():
            return self
        codes = np.cumsum(where, dtype=np.int64) - 1
        count = int(codes[-1]) + 1
        codes[~where] = NO_ROW
        return RowGroups(codes, count)

    def of_first(self, values: AnyArray) -> AnyArray:
        """Return the values."""
        return values

    def first(self, where: BoolArray | None = None) -> IntArray:
        """Return the rows, -1 for those that are not marked."""
        return self.codes if where is None else np.where(where, self.codes, NO_ROW)

    def any(self, where: BoolArray) -> BoolArray:
        """Return which rows are marked."""
        return where

    def sizes(self, where: BoolArray | None = None) -> IntArray:
        """Return 1 for each row, 0 for those that are not marked."""
        return repeated(1, self.count) if where is None else where.astype(np.int64)

    def sums(self, values: IntArray) -> IntArray:
        """Return the values."""
        return values

    def least(self, values: IntArray, where: BoolArray, default: int) -> IntArray:
        """Return the values of the marked rows."""
        return np.where(where, values, default)

    def spread(self, values: AnyArray, default: int = 0) -> AnyArray:  # noqa: ARG002 - all have one
        """Return the values."""
        return values


def _is_each_once(codes: IntArray, count: int) -> bool:
    """Tell whether each of so many codes stands in one row."""
    if count != len(codes) or (count and int(codes.min()) < 0):
        return False
    is_there = np.zeros(count, dtype=np.bool_)
    is_there[codes] = True
    return bool(is_there.all())
