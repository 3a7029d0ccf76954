"""How is a column of whole numbers distributed?"""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.history.columns import IntArray

_DENSE = 1 << 22


@attrs.frozen(eq=False)
class Distribution:
    """The distinct values of a column, ascending, and how often each occurs; mergeable."""

    values: IntArray
    counts: IntArray

    @classmethod
    def of(cls, column: IntArray) -> Distribution:
        """Count the values of a column.

        Cost: two passes where the values lie in a narrow range, else one sort.
        """
        empty = np.empty(0, dtype=np.int64)
        if not len(column):
            return cls(empty, empty)
        low, high = int(column.min()), int(column.max())
        if high - low < min(_DENSE, 8 * len(column) + 1024):
            counts = np.bincount(column - low)
            found = np.flatnonzero(counts)
            return cls(found + low, counts.take(found))
        ordered = np.sort(column)
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        return cls(ordered.take(starts), np.diff(np.append(starts, len(ordered))))

    def __add__(self, other: Distribution) -> Distribution:
        if not isinstance(other, Distribution):
            return NotImplemented
        values = np.union1d(self.values, other.values)
        counts = np.zeros(len(values), dtype=np.int64)
        counts[np.searchsorted(values, self.values)] += self.counts
        counts[np.searchsorted(values, other.values)] += other.counts
        return Distribution(values, counts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Distribution):
            return NotImplemented
        return np.array_equal(self.values, other.values) and np.array_equal(
            self.counts, other.counts
        )

    @property
    def total(self) -> int:
        """How many values there are, repeats included."""
        return int(self.counts.sum())

    @property
    def up_to(self) -> IntArray:
        """For every distinct value, how many values are equal to it or smaller."""
        return np.cumsum(self.counts)
