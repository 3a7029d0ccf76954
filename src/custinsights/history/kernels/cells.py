"""The grouping kernel: how are facts added into cells?

A cell is a non-negative integer. Dense totals are plain arrays; where the cells are too many for
that, sorted runs of (cell, total) are kept and merged. Whole numbers only: sums are exact and do
not depend on the order of the facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import attrs
import numpy as np

from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray

_HALF_WORD, _WORD = 32, 63
_MOST_RUNS = 64
DENSE_CELLS = 1 << 21
"""Up to this many cells, totals are dense arrays."""


@attrs.frozen(eq=False)
class CellTotals:
    """Int64 totals by name over a number of cells, to be added to.

    Parameters
    ----------
    size
        Cells are 0 to size - 1.
    """

    size: int
    _dense: dict[str, IntArray] = attrs.field(factory=dict, init=False)
    _runs: dict[str, list[tuple[IntArray, IntArray]]] = attrs.field(factory=dict, init=False)

    @property
    def is_dense(self) -> bool:
        """Whether totals are dense arrays."""
        return self.size <= DENSE_CELLS

    def count(self, name: str, cells: IntArray) -> None:
        """Add 1 to the cell of every fact."""
        if self.is_dense and is_one_cell(cells):
            self._total(name)[cells[0]] += len(cells)
        elif self.is_dense and self.size <= 4 * len(cells) + 1024:
            total = self._total(name)
            total += np.bincount(cells, minlength=self.size)
        elif self.is_dense:
            np.add.at(self._total(name), cells, 1)
        else:
            self._add_run(name, *_counted(cells))

    def add(self, name: str, cells: IntArray, values: AnyArray) -> None:
        """Add a whole number per fact to its cell; refuse anything that is not whole numbers."""
        values = whole(name, values, len(cells))
        if self.is_dense and is_one_cell(cells):
            self._total(name)[cells[0]] += int(values.sum(dtype=np.int64))
        elif self.is_dense:
            np.add.at(self._total(name), cells, values)
        else:
            self._add_run(name, *summed(cells, values))

    def count_distinct(
        self, name: str, cells: IntArray, starts: IntArray, *, never_falls: bool
    ) -> None:
        """Add 1 to a cell for every distinct owner with a fact in it.

        Facts come owner by owner and `starts` are the rows where an owner's begin, the first 0;
        `never_falls` promises that cells ascend within each.
        """
        n = len(cells)
        if not n:
            self.count(name, cells)
            return
        if never_falls:
            fresh = np.empty(n, dtype=np.bool_)
            np.not_equal(cells[1:], cells[:-1], out=fresh[1:])
            fresh[starts] = True
            if self.is_dense:
                np.add.at(self._total(name), cells, fresh.view(np.int8).astype(np.int64))
            else:
                self._add_run(name, *_counted(cells.take(np.flatnonzero(fresh))))
            return
        known = None
        bits = max(self.size - 1, 1).bit_length()
        if len(starts).bit_length() + bits > _WORD:  # cells too wide to lie beside an owner
            known, cells = distinct(cells)
            bits = len(known).bit_length()
        owners = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, n)))
        key: AnyArray = (owners << bits) | cells
        if len(starts).bit_length() + bits <= _HALF_WORD:
            key = key.astype(np.uint32)  # sorts twice as fast
        key.sort()
        found = key.take(starts_of(key)).astype(np.int64) & ((1 << bits) - 1)
        self.count(name, found if known is None else known.take(found))

    def touch(self, name: str) -> None:
        """Make sure that a total exists, also when no fact lies anywhere."""
        if self.is_dense:
            self._total(name)
        else:
            self._runs.setdefault(name, [])

    def __iadd__(self, other: Self) -> Self:
        """Add the totals of other facts over the same cells."""
        for name, total in other._dense.items():
            mine = self._total(name)
            mine += total
        for name, runs in other._runs.items():
            self._runs.setdefault(name, []).extend(runs)
        return self

    def finished(self, marker: str) -> tuple[IntArray, dict[str, IntArray]]:
        """Return the cells in which `marker` counted a fact, and every total in them."""
        if self.is_dense:
            cells = np.flatnonzero(self._total(marker))
            return cells, {name: total.take(cells) for name, total in self._dense.items()}
        merged = {name: _merged(runs) for name, runs in self._runs.items()}
        cells = merged[marker][0] if marker in merged else np.empty(0, dtype=np.int64)
        totals = {}
        for name, (found, sums) in merged.items():
            total = np.zeros(len(cells), dtype=np.int64)
            total[np.searchsorted(cells, found)] = sums
            totals[name] = total
        return cells, totals

    def _total(self, name: str) -> IntArray:
        total = self._dense.get(name)
        if total is None:
            total = self._dense[name] = np.zeros(self.size, dtype=np.int64)
        return total

    def _add_run(self, name: str, cells: IntArray, sums: IntArray) -> None:
        runs = self._runs.setdefault(name, [])
        runs.append((cells, sums))
        if len(runs) >= _MOST_RUNS:
            self._runs[name] = [_merged(runs)]


def one_cell(cell: int, count: int) -> IntArray:
    """Return the cells of facts that all lie in one, without room for each."""
    return np.broadcast_to(np.int64(cell), count)


def is_one_cell(cells: IntArray) -> bool:
    """Tell whether cells were made by `one_cell`, so that a sum is a plain sum."""
    return len(cells) > 0 and cells.strides == (0,)


def starts_of(owners: AnyArray) -> IntArray:
    """Return the rows where a new owner begins, the first row included."""
    if not len(owners):
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.append(True, owners[1:] != owners[:-1]))


def distinct(values: AnyArray) -> tuple[AnyArray, IntArray]:
    """Return the distinct values, ascending, and for every value its place among them."""
    found, places = np.unique(values, return_inverse=True)
    return found, places.astype(np.int64, copy=False)


def whole(name: str, values: AnyArray, count: int) -> IntArray:
    """Return a tally's values as int64; refuse floats, which would be truncated."""
    array = np.asarray(values)
    if array.dtype.kind not in "biu" or array.shape != (count,):
        raise InvalidValue(
            what=f"the tally {name!r} does not give one whole number per fact",
            given=f"{array.dtype} of shape {array.shape}",
            allowed=f"integers or truth values of shape ({count},)",
            advice="give money in minor units and quantities in thousandths",
        )
    return array if array.dtype.kind == "i" else array.astype(np.int64)


def truths(name: str, values: AnyArray, count: int) -> BoolArray:
    """Return truth values; refuse numbers, which would weigh the facts."""
    array = np.asarray(values)
    if array.dtype != np.bool_ or array.shape != (count,):
        raise InvalidValue(
            what=f"a condition of {name!r} does not say which facts count",
            given=f"an array of {array.dtype} of shape {array.shape}",
            allowed=f"one truth value per fact, an array of shape ({count},)",
        )
    return array


def _counted(cells: IntArray) -> tuple[IntArray, IntArray]:
    return summed(cells, np.ones(len(cells), dtype=np.int64))


def summed(cells: IntArray, values: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct cells in ascending order and the sum of the values in each."""
    if not len(cells):
        return cells.astype(np.int64), values.astype(np.int64)
    row_bits = (len(cells) - 1).bit_length()
    if int(cells.max()).bit_length() + row_bits <= _WORD:  # one sort of plain integers is faster
        key = (cells << row_bits) | np.arange(len(cells))
        key.sort()
        order, sorted_cells = key & ((1 << row_bits) - 1), key >> row_bits
    else:
        order = np.argsort(cells, kind="stable")
        sorted_cells = cells.take(order)
    starts = starts_of(sorted_cells)
    return sorted_cells.take(starts), np.add.reduceat(values.take(order), starts)


def _merged(runs: Sequence[tuple[IntArray, IntArray]]) -> tuple[IntArray, IntArray]:
    if not runs:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return summed(np.concatenate([run[0] for run in runs]), np.concatenate([r[1] for r in runs]))


def count_values(cells: IntArray, values: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the distinct (cell, value) pairs, sorted, and how often each occurs.

    Cost: one sort of 64-bit keys where cell and value fit one, else one by both.
    """
    if not len(cells):
        return cells, values, np.empty(0, dtype=np.int64)
    low, high = int(values.min()), int(values.max())
    value_bits = (high - low).bit_length()
    if int(cells.max()).bit_length() + value_bits <= _WORD:
        key = (cells << value_bits) | (values - low)
        key.sort()
        starts = starts_of(key)
        counts = np.diff(np.append(starts, len(key)))
        key = key.take(starts)
        return key >> value_bits, (key & ((1 << value_bits) - 1)) + low, counts
    order = np.lexsort((values, cells))
    cells, values = cells.take(order), values.take(order)
    is_new = (cells[1:] != cells[:-1]) | (values[1:] != values[:-1])
    starts = np.flatnonzero(np.append(True, is_new))
    return cells.take(starts), values.take(starts), np.diff(np.append(starts, len(order)))
