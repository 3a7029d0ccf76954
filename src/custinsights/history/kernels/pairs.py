"""Which labels does one owner have together? Counted by pairs, sparse, for catalogues of any size.

Cells are ``size * x + y``: how many owners have both x and y; ``y`` alone (x = 0), how many have
y; 0, how many owners there are.
"""

from __future__ import annotations

import numpy as np

from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.history.columnar.ordering import ragged_rows
from custinsights.history.kernels.cells import CellTotals, starts_of

PAIRS = "pairs"
_AT_ONCE = 1 << 22


def count_pairs(
    totals: CellTotals, owners: IntArray, codes: IntArray, size: int, is_first: BoolArray
) -> None:
    """Add the owners who have two labels, for every two, to totals over ``size * size`` cells.

    Parameters
    ----------
    totals
        What to add to.
    owners, codes
        The owner of each fact, ascending, and its label from 1 on; 0 is no label.
    is_first
        bool[size], which labels may be the x of a pair.

    Notes
    -----
    Cost: one sort of the facts, and a step for each pair of labels of one owner whose first may be
    first; nothing is laid out for pairs that nobody has.
    """
    totals.touch(PAIRS)
    if not len(owners):
        return
    totals.count(PAIRS, np.zeros(len(starts_of(owners)), dtype=np.int64))
    keys = np.unique(owners[codes > 0] * size + codes[codes > 0])
    owner, code = np.divmod(keys, size)
    totals.count(PAIRS, code)
    starts = starts_of(owner)
    lengths = np.diff(np.append(starts, len(owner)))
    group = np.repeat(np.arange(len(starts)), lengths)
    firsts = np.flatnonzero(is_first.take(code))
    widths = lengths.take(group.take(firsts))
    reached = np.cumsum(widths)
    cuts = np.searchsorted(reached, np.arange(_AT_ONCE, int(widths.sum()) + _AT_ONCE, _AT_ONCE))
    begin = 0
    for end in (np.minimum(cuts, len(firsts) - 1) + 1).tolist():
        part, width = firsts[begin:end], widths[begin:end]
        others = ragged_rows(starts.take(group.take(part)), width)
        totals.count(PAIRS, np.repeat(code.take(part), width) * size + code.take(others))
        begin = end
