"""Which labels lie together in many baskets? All sets of them, exactly, block by block.

Sets grow by one label at a time. Where a set occurs, every later label of the basket may extend it
(labels ascend in a basket, so that each set is met once); the extensions of a block of sets are
counted, the frequent ones kept and grown in turn before the next block. So memory is bounded by a
block, whatever the baskets hold, and no work is done for sets that nobody bought.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import IntArray
from custinsights.history.columnar.ordering import ragged_rows
from custinsights.history.kernels.baskets import BasketCounts
from custinsights.history.kernels.cells import starts_of

_AT_ONCE = 1 << 21
_ROOM = 4
_FEW = 1024


@attrs.frozen(eq=False)
class FrequentSets:
    """Sets of labels as a tree: a set is its parent and one label after the parent's last.

    Parameters
    ----------
    parents
        int64[m], the place of the set without its last label; -1 for sets of one label.
    items
        int64[m], the code of the last label. Sets come by size, then ascending.
    orders
        int64[m], how many orders hold the set.
    """

    parents: IntArray
    items: IntArray
    orders: IntArray


def frequent_sets(baskets: BasketCounts, least: int, longest: int, most: int) -> FrequentSets:
    """Return every set of at most `longest` labels that lies in at least `least` orders.

    Parameters
    ----------
    baskets
        What is in the orders.
    least
        From 1 up.
    longest
        From 1 up.
    most
        How many sets there may be; more are refused as soon as they are found.

    Notes
    -----
    Cost: for every frequent set short of the longest and every order that holds it, a step for each
    label behind it.
    """
    return _Growing(baskets, least, longest, most).grown()


@attrs.define(eq=False)
class _Growing:
    """The baskets without rare labels, and the sets found so far, level by level."""

    baskets: BasketCounts
    least: int
    longest: int
    most: int
    codes: IntArray = attrs.field(init=False)
    behind: IntArray = attrs.field(init=False)
    """How many labels follow each in its basket."""
    weights: IntArray | None = attrs.field(init=False)
    size: int = attrs.field(init=False)
    """How many labels are frequent; `codes` are places among them."""
    levels: list[list[tuple[IntArray, IntArray, IntArray]]] = attrs.field(init=False)
    found: int = 0

    def grown(self) -> FrequentSets:
        """Return all sets."""
        baskets, size = self.baskets, len(self.baskets.labels)
        basket = np.repeat(np.arange(len(baskets.lengths)), baskets.lengths)
        weights = baskets.orders.take(basket)
        counts = _counted(baskets.codes, weights, size)
        frequent = np.flatnonzero(counts >= self.least)
        self.size = len(frequent)
        self.levels = [[] for _ in range(min(self.longest, int(baskets.lengths.max(initial=1))))]
        self._keep(0, np.full(self.size, -1), frequent, counts.take(frequent))
        place = np.full(size, -1)
        place[frequent] = np.arange(self.size)
        codes = place.take(baskets.codes)
        rows = np.flatnonzero(codes >= 0)
        self.codes = codes.take(rows)
        starts = starts_of(basket.take(rows))
        lengths = np.diff(np.append(starts, len(rows)))
        self.behind = np.repeat(starts + lengths, lengths) - np.arange(len(rows)) - 1
        self.weights = None if bool((weights == 1).all()) else weights.take(rows)
        order = np.argsort(self.codes, kind="stable")
        self._extend(1, self.codes.take(order), order)
        return self._tree(frequent)

    def _keep(self, level: int, parents: IntArray, items: IntArray, orders: IntArray) -> None:
        self.found += len(items)
        if self.found > self.most:
            raise InvalidValue(
                what="so many sets of things are bought together that nobody can read them",
                given=f"more than {self.most:,} of them in {self.least:,} orders or more each",
                allowed=f"up to {self.most:,}",
                advice="Raise least_support or least_orders, or lower longest",
            )
        self.levels[level].append((parents, items, orders))

    def _extend(self, level: int, sets: IntArray, rows: IntArray) -> None:
        """Grow the sets of a level, of which each lies, up to a row, in some baskets."""
        if level >= len(self.levels):
            return
        growing = np.flatnonzero(self.behind.take(rows) > 0)
        sets, rows = sets.take(growing), rows.take(growing)
        for low, high in _blocks(sets, self.behind.take(rows)):
            first = int(sets[low])
            count = (int(sets[high - 1]) - first + 1) * self.size
            cells, weights, later = self._cells(sets[low:high] - first, rows[low:high])
            kept, orders = _frequent(cells, weights, count, self.least)
            if not len(kept):
                continue
            parents, items = np.divmod(kept, self.size)
            place = sum(len(part[1]) for part in self.levels[level])
            self._keep(level, parents + first, items, orders)
            if level + 1 < len(self.levels):
                at = np.minimum(np.searchsorted(kept, cells), len(kept) - 1)
                held = np.flatnonzero(kept.take(at) == cells)
                at = at.take(held)
                order = np.argsort(at, kind="stable")
                self._extend(level + 1, at.take(order) + place, later.take(held.take(order)))

    def _cells(self, sets: IntArray, rows: IntArray) -> tuple[IntArray, IntArray | None, IntArray]:
        """Return set and label of every extension, its weight, and the row it goes up to."""
        behind = self.behind.take(rows)
        later = ragged_rows(rows + 1, behind)
        cells = np.repeat(sets * self.size, behind)
        cells += self.codes.take(later)
        return cells, None if self.weights is None else self.weights.take(later), later

    def _tree(self, frequent: IntArray) -> FrequentSets:
        """Put the levels one after another; a level is in order, as its blocks were."""
        begins = np.cumsum([0, *(sum(len(part[1]) for part in level) for level in self.levels)])
        columns = [
            (parents + begins[place - 1], frequent.take(items), orders)
            if place
            else (parents, items, orders)
            for place, level in enumerate(self.levels)
            for parents, items, orders in level
        ]
        return FrequentSets(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def _blocks(sets: IntArray, behind: IntArray) -> Iterator[tuple[int, int]]:
    """Yield stretches of whole sets with about so many extensions at once, or of one set."""
    if not len(sets):
        return
    starts = np.append(starts_of(sets), len(sets))
    reached = np.append(0, np.cumsum(behind)).take(starts)
    begin = 0
    while begin < len(starts) - 1:
        end = int(np.searchsorted(reached, reached[begin] + _AT_ONCE, side="right")) - 1
        end = max(end, begin + 1)
        yield int(starts[begin]), int(starts[end])
        begin = end


def _counted(cells: IntArray, weights: IntArray | None, size: int) -> IntArray:
    """Return the sum of the weights in every cell, which are whole and far below 2^53."""
    return np.bincount(cells, weights, minlength=size).astype(np.int64)


def _frequent(
    cells: IntArray, weights: IntArray | None, size: int, least: int
) -> tuple[IntArray, IntArray]:
    """Return the cells, ascending, whose weights come to the least, and what they come to."""
    if size <= _ROOM * len(cells) + _FEW:
        counts = _counted(cells, weights, size)
        kept = np.flatnonzero(counts >= least)
        return kept, counts.take(kept)
    order = np.argsort(cells, kind="stable")
    ordered = cells.take(order)
    starts = starts_of(ordered)
    if weights is None:
        counts = np.diff(np.append(starts, len(ordered)))
    else:
        counts = np.add.reduceat(weights.take(order), starts)
    kept = np.flatnonzero(counts >= least)
    return ordered.take(starts.take(kept)), counts.take(kept)
