"""What does every group have most often?"""

from __future__ import annotations

import numpy as np

from custinsights.history.columnar.columns import CodeArray, IntArray


def most_frequent(codes: CodeArray, offsets: IntArray) -> CodeArray:
    """Return the code that each of consecutive groups has most often; -1 for none.

    Of codes that are equally frequent the one that comes last in its group is taken; -1 is no
    code. It serves whatever lies group by group in time order: orders of customers, and any other
    stream of facts.

    Examples
    --------
    >>> most_frequent(np.array([3, 1, 1, -1, 2, 5], np.int32), np.array([0, 4, 4, 6])).tolist()
    [1, -1, 5]
    """
    groups = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    rows = np.flatnonzero(codes >= 0)
    found = np.full(len(offsets) - 1, -1, dtype=np.int32)
    if not len(rows):
        return found
    group, code = groups.take(rows), codes.take(rows).astype(np.int64)
    order = np.lexsort((rows, code, group))
    group, code, rows = group.take(order), code.take(order), rows.take(order)
    is_last = np.append((group[1:] != group[:-1]) | (code[1:] != code[:-1]), np.True_)
    ends = np.flatnonzero(is_last)
    counts = np.diff(ends, prepend=-1)
    best = np.lexsort((rows.take(ends), counts, group.take(ends)))
    found[group.take(ends).take(best)] = code.take(ends).take(best)  # the last of a group stays
    return found
