"""How is a column of whole numbers distributed?"""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.history.columnar.columns import AnyArray, FloatArray, IntArray

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


@attrs.frozen(eq=False, kw_only=True)
class GroupedValues:
    """The distinct values of groups, and how often each occurs; laid out in rows.

    Parameters
    ----------
    values, counts
        int64, group by group, the values of each ascending; no count is 0.
    starts
        int64, where each group begins, the first at 0.
    places
        int64, the row that each group belongs in, -1 for none; no two share one.
    rows
        How many rows there are; some may have no group.

    Examples
    --------
    >>> grouped = GroupedValues(
    ...     values=np.array([1, 4, 7]),
    ...     counts=np.array([1, 1, 2]),
    ...     starts=np.array([0, 2]),
    ...     places=np.array([2, 0]),
    ...     rows=3,
    ... )
    >>> grouped.quantile(0.5).tolist(), grouped.n.tolist(), grouped.total.tolist()
    ([7.0, nan, 2.5], [2, 0, 2], [14, 0, 5])
    """

    values: IntArray
    counts: IntArray
    starts: IntArray
    places: IntArray
    rows: int

    @property
    def n(self) -> IntArray:
        """int64[rows], how many values there are, repeats included."""
        return self._laid(self._summed(self.counts), 0)

    @property
    def total(self) -> IntArray:
        """int64[rows], what they sum to."""
        return self._laid(self._summed(self.values * self.counts), 0)

    def quantile(self, q: float) -> FloatArray:
        """float64[rows], the type-7 quantile; NaN without values."""
        reached = np.cumsum(self.counts)
        size = self._summed(self.counts)
        before = reached.take(self.starts) - self.counts.take(self.starts)
        position = float(q) * (size - 1)
        low = position.astype(np.int64)
        high = np.minimum(low + 1, size - 1)
        at_low, at_high = (
            self.values.take(np.searchsorted(reached, before + place, side="right"))
            for place in (low, high)
        )
        return self._laid(at_low + (at_high - at_low) * (position - low), np.nan)

    def binned(self, cuts: IntArray) -> IntArray:
        """int64[rows, len(cuts) + 1], values under the first cut, ..., from the last one on."""
        binned = np.zeros((self.rows, len(cuts) + 1), dtype=np.int64)
        sizes = np.diff(np.append(self.starts, len(self.values)))
        rows = np.repeat(self.places, sizes)
        kept = np.flatnonzero(rows >= 0)
        bins = np.searchsorted(cuts, self.values.take(kept), side="right")
        np.add.at(binned, (rows.take(kept), bins), self.counts.take(kept))
        return binned

    def _summed(self, column: IntArray) -> IntArray:
        return np.add.reduceat(column, self.starts) if len(self.starts) else column[:0]

    def _laid(self, of_groups: AnyArray, nothing: float) -> AnyArray:
        laid = np.full(self.rows, nothing, dtype=of_groups.dtype)
        laid[self.places[self.places >= 0]] = of_groups[self.places >= 0]
        return laid
