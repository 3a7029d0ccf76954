"""Which rows belong together, and what does a group of rows have? Its first row, its sums.

Rows that are not ordered yet, such as the lines of orders in a file, know their group by a dense
number.
"""

from __future__ import annotations

from functools import cached_property

import attrs
import numpy as np

from custinsights.history.columns import AnyArray, BoolArray, CodeArray, IntArray
from custinsights.history.threads import gather

NO_ROW = -1


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
    """Do the same in int64; integers that lie densely are counted and not sorted."""
    if len(values) and values.dtype.kind == "i":
        low, high = int(values.min()), int(values.max())
        if high - low < 4 * len(values) + 1024:
            shifted = values - np.int64(low)
            is_known = np.zeros(high - low + 1, dtype=np.bool_)
            is_known[shifted] = True
            places = np.cumsum(is_known, dtype=np.int64) - 1
            return gather(places, shifted), (np.flatnonzero(is_known) + low).astype(values.dtype)
    distinct, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64, copy=False), distinct


@attrs.frozen(eq=False)
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
        return cls(codes, count)

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
