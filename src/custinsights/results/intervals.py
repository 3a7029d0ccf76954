"""How sure is a proportion? Wilson's score interval."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""

SMALL = 30
"""A proportion of fewer is marked small."""


def wilson(
    successes: npt.NDArray[np.int64], trials: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the lower and upper 95 % bounds of proportions; NaN without trials.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> low, high = wilson(np.array([8]), np.array([10]))
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.4902, 0.9433)
    """
    n = np.where(trials > 0, trials, np.nan).astype(np.float64)
    share = successes / n
    z2 = Z_95 * Z_95
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
