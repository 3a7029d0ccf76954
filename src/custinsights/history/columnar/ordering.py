"""In which order do the rows lie?

Customer by customer, in time order, ties by the order's identity or, without one, by everything
else that the rows hold. The work is one sort of one 64-bit key per row (group, leading bits of
the instant, row), then a repair of the few runs that the key could not tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import attrs
import numpy as np

from custinsights.history.columnar.columns import AnyArray, IntArray
from custinsights.history.columnar.threads import gather

TieBreakers: TypeAlias = Callable[[IntArray], Sequence[AnyArray]]
"""Given rows, their values in the columns that settle ties, most significant first."""


@attrs.frozen(eq=False)
class Layout:
    """Where rows go: `rows` lists them in their new order, with their groups and instants."""

    rows: IntArray
    groups: IntArray
    placed_at: IntArray


def lay_out(groups: IntArray, placed_at: IntArray, tie_breakers: TieBreakers) -> Layout:
    """Order rows by group, then instant, then the tie breakers.

    Parameters
    ----------
    groups
        int64[n], not negative: a customer code, or an identity minus the smallest one.
    placed_at
        int64[n] instants.
    tie_breakers
        Called once, with the rows that share group and instant with another row.

    Notes
    -----
    Cost: one sort of n 64-bit integers, four passes and one gather of the instants; rows that
    share a key (equal instants, or instants nearer than the bits that fit) are sorted once more
    among themselves. Rows that come in time order need no bits for the time.
    """
    n = len(groups)
    if n == 0:
        empty = np.empty(0, dtype=np.int64)
        return Layout(empty, empty, empty)
    row_bits = max(n - 1, 1).bit_length()
    group_bits = int(groups.max()).bit_length()
    first = int(placed_at.min())
    span_bits = (int(placed_at.max()) - first).bit_length()
    is_in_time = bool((placed_at[1:] >= placed_at[:-1]).all())
    room = 64 - row_bits - group_bits
    time_bits = 0 if is_in_time else min(span_bits, room)
    if room < 0:  # identities too wide to lie beside a row number
        distinct, dense = np.unique(groups, return_inverse=True)
        layout = lay_out(dense.astype(np.int64, copy=False), placed_at, tie_breakers)
        return attrs.evolve(layout, groups=distinct.take(layout.groups))
    key = groups << (row_bits + time_bits)
    if time_bits:
        key |= ((placed_at - first) >> (span_bits - time_bits)) << row_bits
    key |= np.arange(n)
    sorting = key.view(np.uint64)
    sorting.sort()
    rows = key & ((1 << row_bits) - 1)
    sorting >>= np.uint64(row_bits)
    unsure = key[1:] == key[:-1]
    instants = gather(placed_at, rows) if is_in_time else None
    if instants is not None:  # rows of a group lie in time order already: only ties are unsure
        unsure &= instants[1:] == instants[:-1]
    places = np.flatnonzero(unsure)
    if len(places):
        _repair(rows, key, places, placed_at, tie_breakers)
    sorting >>= np.uint64(time_bits)
    return Layout(rows, key, gather(placed_at, rows) if instants is None else instants)


def _repair(
    rows: IntArray,
    key: IntArray,
    is_same: IntArray,
    placed_at: IntArray,
    tie_breakers: TieBreakers,
) -> None:
    """Put the rows of every run of equal keys into their exact order, in place."""
    places = np.union1d(is_same, is_same + 1)
    members = rows.take(places)
    runs = key.take(places)
    instants = placed_at.take(members)
    by_time = np.lexsort((instants, runs))
    members, runs, instants = members.take(by_time), runs.take(by_time), instants.take(by_time)
    equal = np.flatnonzero((runs[1:] == runs[:-1]) & (instants[1:] == instants[:-1]))
    if len(equal):
        ties = np.union1d(equal, equal + 1)
        tied = members.take(ties)
        keys = [*reversed([*tie_breakers(tied)]), instants.take(ties), runs.take(ties)]
        members[ties] = tied.take(np.lexsort(keys))
    rows[places] = members


def ragged_rows(starts: IntArray, lengths: IntArray) -> IntArray:
    """Return the positions of several stretches one after another.

    Examples
    --------
    >>> ragged_rows(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    total = int(lengths.sum())
    if not total:
        return np.empty(0, dtype=np.int64)
    filled = lengths > 0
    starts, lengths = starts[filled], lengths[filled]
    steps = np.ones(total, dtype=np.int64)
    ends = np.cumsum(lengths)
    steps[0] = starts[0]
    steps[ends[:-1]] = starts[1:] - (starts[:-1] + lengths[:-1] - 1)
    return np.cumsum(steps)


def offsets_of(sorted_groups: IntArray, count: int) -> IntArray:
    """Return int64[count + 1] offsets of dense sorted groups 0..count-1."""
    sizes = np.bincount(sorted_groups, minlength=count) if count else np.zeros(0, dtype=np.int64)
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets
