"""What is the median of every group?"""

from __future__ import annotations

import numpy as np

from custinsights.history.columnar.columns import FloatArray, IntArray


def median_per_group(values: IntArray, offsets: IntArray) -> FloatArray:
    """Return the median of consecutive groups of whole numbers; NaN for an empty group.

    The median of an even number of values is the mean of the two in the middle.

    Examples
    --------
    >>> median_per_group(np.array([3, 1, 2, 10, 20]), np.array([0, 3, 3, 5])).tolist()
    [2.0, nan, 15.0]
    """
    sizes = np.diff(offsets)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    ordered = values.take(np.lexsort((values, groups)))
    median = np.full(len(sizes), np.nan)
    filled = np.flatnonzero(sizes)
    low = ordered.take(offsets.take(filled) + (sizes.take(filled) - 1) // 2)
    high = ordered.take(offsets.take(filled) + sizes.take(filled) // 2)
    median[filled] = low + (high - low) / 2
    return median
