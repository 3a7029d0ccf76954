"""Which things go with which, and how much? Tables that are mostly empty, multiplied by rows.

A row holds its filled columns behind offsets. Products are laid out full, a block of rows at a
time, so that no more than a block is ever in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Self, TypeAlias

import attrs
import numpy as np

from custinsights.history.columnar.columns import AnyArray, FloatArray, IntArray, locked
from custinsights.history.columnar.ordering import offsets_of, ragged_rows

BLOCK_CELLS = 1 << 17
"""About how many cells of a product to lay out at once: what stays near the processor."""

_BLOCK_STEPS = 1 << 20
_GROUPS = 4
_KEY_BITS = 63


Pairs: TypeAlias = tuple[IntArray, IntArray]
"""Rows, and a column or another row beside each."""


@attrs.frozen(eq=False)
class Sparse:
    """A table of numbers of which few are other than 0.

    Parameters
    ----------
    offsets
        int64[rows + 1]: row r is filled at ``columns[offsets[r]:offsets[r + 1]]``.
    columns
        int64, ascending within a row.
    values
        float64, what stands there.
    width
        How many columns there are.
    """

    offsets: IntArray = attrs.field(converter=locked)
    columns: IntArray = attrs.field(converter=locked)
    values: FloatArray = attrs.field(converter=locked)
    width: int

    @classmethod
    def summed(
        cls, rows: IntArray, columns: IntArray, values: AnyArray, shape: tuple[int, int]
    ) -> Self:
        """Make a table of cells in any order; what falls into one cell is added up."""
        height, width = shape
        cells = rows * width + columns
        order = _in_order(cells)
        cells = cells.take(order)
        is_first = np.ones(len(cells), dtype=np.bool_)
        np.not_equal(cells[1:], cells[:-1], out=is_first[1:])
        starts = np.flatnonzero(is_first)
        held = values.take(order).astype(np.float64)
        if len(starts) < len(cells):
            held = np.add.reduceat(held, starts)
        row, column = np.divmod(cells.take(starts), max(width, 1))
        return cls(offsets_of(row, height), column, held, width)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.offsets) - 1

    @cached_property
    def lengths(self) -> IntArray:
        """int64[rows], how many cells of each row are filled."""
        return np.diff(self.offsets)

    @cached_property
    def places(self) -> IntArray:
        """int64[most, rows], the filled columns of each row from above; `width` where no more are.

        `most` is how many the fullest row has.
        """
        places = np.full((int(self.lengths.max(initial=0)), len(self)), self.width)
        filled = np.arange(len(self.columns)) - self.offsets[:-1].take(self.rows)
        places[filled, self.rows] = self.columns
        return places

    @property
    def rows(self) -> IntArray:
        """int64, the row of each filled cell."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @property
    def sums(self) -> FloatArray:
        """float64[rows], what the cells of each row add up to."""
        sums: FloatArray = np.bincount(self.rows, self.values, len(self)).astype(np.float64)
        return sums

    @property
    def largest(self) -> FloatArray:
        """float64[rows], the largest positive number of each row, and 1 where there is none."""
        largest = np.zeros(len(self))
        np.maximum.at(largest, self.rows, self.values)
        return np.where(largest > 0, largest, 1.0)

    @property
    def totals(self) -> FloatArray:
        """float64[width], what the cells of each column add up to."""
        sums: FloatArray = np.bincount(self.columns, self.values, self.width).astype(np.float64)
        return sums

    @property
    def counts(self) -> IntArray:
        """int64[width], in how many rows each column is filled."""
        return np.bincount(self.columns, minlength=self.width)

    def filled(self, values: FloatArray) -> Self:
        """Return the table with other numbers in the filled cells."""
        return attrs.evolve(self, values=values)

    def take(self, rows: IntArray) -> Self:
        """Return some rows, in the order given."""
        begins = self.offsets.take(rows)
        lengths = self.offsets.take(rows + 1) - begins
        held = ragged_rows(begins, lengths)
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return attrs.evolve(
            self, offsets=offsets, columns=self.columns.take(held), values=self.values.take(held)
        )

    def part(self, low: int, high: int) -> Self:
        """Return the rows low to high as a view."""
        begin, end = int(self.offsets[low]), int(self.offsets[high])
        return attrs.evolve(
            self,
            offsets=self.offsets[low : high + 1] - begin,
            columns=self.columns[begin:end],
            values=self.values[begin:end],
        )

    def transposed(self) -> Sparse:
        """Return the table with its rows as columns."""
        order = np.argsort(self.columns, kind="stable")
        columns = self.columns.take(order)
        return Sparse(
            offsets_of(columns, self.width),
            self.rows.take(order),
            self.values.take(order),
            len(self),
        )

    def full(self) -> FloatArray:
        """Return float64[rows, width] with every cell laid out."""
        laid = np.zeros((len(self), self.width))
        laid[self.rows, self.columns] = self.values
        return laid

    def times(self, other: Sparse) -> FloatArray:
        """Return the product with a table that has a row for each column of this one, full.

        Notes
        -----
        Cost: a step for each filled cell of the row of `other` that a filled cell here points to.
        """
        lengths, reached, cells = self._reaching(other)
        weights = np.repeat(self.values, lengths)
        weights *= other.values.take(reached)
        laid: FloatArray = np.bincount(cells, weights, len(self) * other.width).astype(
            np.float64, copy=False
        )
        return laid.reshape(len(self), other.width)

    def meeting(self, other: Sparse) -> IntArray:
        """Return what `times` would, were every value 1, as int64."""
        *_, cells = self._reaching(other)
        laid = np.bincount(cells, minlength=len(self) * other.width)
        return laid.reshape(len(self), other.width)

    def _reaching(self, other: Sparse) -> tuple[IntArray, IntArray, IntArray]:
        """Return how many cells of `other` each cell reaches, which, and where in the product."""
        lengths = other.lengths.take(self.columns)
        reached = ragged_rows(other.offsets.take(self.columns), lengths)
        cells = np.repeat(self.rows * other.width, lengths)
        cells += other.columns.take(reached)
        return lengths, reached, cells

    def gathered(self, laid: FloatArray, pairs: Pairs | None = None) -> FloatArray:
        """Return what stands in other rows where rows here are filled, added up.

        That is the product of `laid` with the transposed table, were every value 1.

        Parameters
        ----------
        laid
            float64[others, width].
        pairs
            Rows of `laid`, and the row here beside each; default: each beside each, as
            float64[others, rows].

        Notes
        -----
        Cost: for each pair as many steps as the fullest of the rows has cells.
        """
        ended = np.concatenate([laid, np.zeros((len(laid), 1))], axis=1)
        if pairs is None:
            full = np.zeros((len(laid), len(self)))
            for place in self.places:
                full += ended.take(place, axis=1)
            return full
        others, rows = pairs
        begins, gathered = others * (self.width + 1), np.zeros(len(rows))
        for place in self.places[: int(self.lengths.take(rows).max(initial=0))]:
            gathered += ended.take(place.take(rows) + begins)
        return gathered

    def blocks_for(self, other: Sparse) -> Iterator[tuple[int, int]]:
        """Yield stretches of rows of which the product with a table is not too large at once."""
        steps = other.lengths.take(self.columns)
        work = np.concatenate([[0], np.cumsum(steps)]).take(self.offsets)
        most, low = max(1, BLOCK_CELLS // max(other.width, 1)), 0
        while low < len(self):
            reach = int(np.searchsorted(work, work[low] + _BLOCK_STEPS, side="right")) - 1
            high = min(len(self), low + most, max(reach, low + 1))
            yield low, high
            low = high


def _in_order(keys: IntArray) -> IntArray:
    """Return the rows by key, equal ones as they lie: as a stable argsort, by one plain sort."""
    bits = max(len(keys) - 1, 1).bit_length()
    if not len(keys) or int(keys.min()) < 0 or int(keys.max()).bit_length() + bits > _KEY_BITS:
        return np.argsort(keys, kind="stable")
    packed = (keys << bits) | np.arange(len(keys))
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


def against_largest(laid: FloatArray) -> FloatArray:
    """Divide each row by its largest number, in place; a row of zeros stays."""
    most = laid.max(axis=1, initial=0.0, keepdims=True)
    laid *= 1.0 / np.where(most > 0, most, 1.0)
    return laid


def last_of_each(keys: IntArray) -> IntArray:
    """Return the row in which each key stands last, in ascending order of the keys.

    Examples
    --------
    >>> last_of_each(np.array([7, 3, 7, 3, 5])).tolist()
    [3, 4, 2]
    """
    order = _in_order(keys)
    ordered = keys.take(order)
    is_last = np.ones(len(keys), dtype=np.bool_)
    is_last[:-1] = ordered[1:] != ordered[:-1]
    last: IntArray = order[is_last]
    return last


def strongest(laid: FloatArray, most: int) -> Sparse:
    """Return the largest positive numbers of each row, at most so many; of equals the first ones.

    Parameters
    ----------
    laid
        float64[rows, width].
    most
        How many of a row to keep.
    """
    rows, columns = best(laid, most, above=0.0)
    order = np.lexsort((columns, rows))
    rows, columns = rows.take(order), columns.take(order)
    return Sparse(offsets_of(rows, len(laid)), columns, laid[rows, columns], laid.shape[1])


def best(laid: FloatArray, most: int, *, above: float = -np.inf) -> Pairs:
    """Return where the largest numbers of each row stand: rows, and columns from the best down.

    Equal numbers come in the order of the columns.

    Parameters
    ----------
    laid
        float64[rows, width], without NaN.
    most
        How many of a row to return.
    above
        Numbers must be larger than this.
    """
    rows, columns = leading(laid, most, above=above)
    order, _ = ranked(rows, laid[rows, columns], most)
    return rows.take(order), columns.take(order)


def leading(laid: FloatArray, most: int, *, above: float = -np.inf) -> Pairs:
    """Return where the largest numbers of each row stand and some more, in the order of the cells.

    Those are the `most` largest above a bound with all that equal them, and none that is smaller
    than the largest of each of `most` groups of columns. The parameters are those of `best`.
    """
    height, width = laid.shape
    size = width // (_GROUPS * most)
    if size > 1:  # so many numbers are as large as the largest ones of so many groups
        groups = width // size
        tops = laid[:, : groups * size].reshape(height, size, groups).max(axis=1)
        kth = np.partition(tops, groups - most, axis=1)[:, groups - most, None]
        held = np.flatnonzero(laid >= np.maximum(kth, np.nextafter(above, np.inf)))
    else:
        held = np.flatnonzero(laid > above)
    rows, columns = np.divmod(held, max(width, 1))
    return rows, columns


def ranked(rows: IntArray, numbers: FloatArray, most: int) -> tuple[IntArray, IntArray]:
    """Return which of some cells hold the largest numbers of their row, and the place of each.

    Row by row from the largest number down, equal ones as they lie; places count from 0.

    Parameters
    ----------
    rows, numbers
        The row of each cell, and what stands there.
    most
        How many of a row to return.
    """
    order = np.lexsort((-numbers, rows))
    ordered = rows.take(order)
    place = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    kept = np.flatnonzero(place < most)
    return order.take(kept), place.take(kept)


def united(parts: list[Sparse], width: int) -> Sparse:
    """Return the rows of several tables one below the other."""
    lengths = [part.lengths for part in parts]
    offsets = np.concatenate([[0], np.cumsum(np.concatenate([[], *lengths]))]).astype(np.int64)
    nothing: list[AnyArray] = [np.empty(0, dtype=np.int64)]
    return Sparse(
        offsets,
        np.concatenate(nothing + [part.columns for part in parts]),
        np.concatenate([np.empty(0), *(part.values for part in parts)]),
        width,
    )
