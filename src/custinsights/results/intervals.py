"""How sure is a proportion, or a difference, and how sure that one is higher than another?"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""

SMALL = 30
"""A proportion of fewer is marked small."""


def wilson(
    successes: npt.NDArray[np.int64], trials: npt.NDArray[np.int64], z: float = Z_95
) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper bounds of proportions, 95 % by default; NaN without trials.

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
    z2 = z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def lift(
    successes: npt.NDArray[np.int64],
    trials: npt.NDArray[np.int64],
    other_successes: npt.NDArray[np.int64],
    other_trials: npt.NDArray[np.int64],
    z: float = Z_95,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the ratio of two proportions with its lower and upper bound, 95 % by default.

    NaN where a proportion has no trials or the second is 0; the bounds also where the first is, and
    where both are 1, of which the method knows no error.

    References
    ----------
    Katz, D., Baptista, J., Azen, S. P. and Pike, M. C. (1978). Obtaining confidence intervals for
    the risk ratio in cohort studies. Biometrics 34, 469-474.

    Examples
    --------
    >>> one = [np.array([n]) for n in (20, 40, 10, 40)]
    >>> [round(float(value[0]), 3) for value in lift(*one)]
    [2.0, 1.076, 3.717]
    """
    a, n, c, m = (
        np.where(count > 0, count, np.nan).astype(np.float64)
        for count in (successes, trials, other_successes, other_trials)
    )
    ratio = (successes / n) / (c / m)
    variance = 1 / a - 1 / n + 1 / c - 1 / m
    spread = np.exp(z * np.sqrt(np.where(variance > 0, variance, np.nan)))
    return ratio, ratio / spread, ratio * spread


def standing(value: float | None, target: tuple[float, float] | None) -> str | None:
    """Tell whether a value lies ``"below"``, ``"within"`` or ``"above"`` a band, ends included.

    None where there is no value or no band. A band is advice, not a test.

    Examples
    --------
    >>> standing(0.2, (0.2, 0.3)), standing(0.31, (0.2, 0.3)), standing(0.31, None)
    ('within', 'above', None)
    """
    if value is None or target is None or value != value:  # noqa: PLR0124 - NaN
        return None
    return "below" if value < target[0] else "above" if value > target[1] else "within"


def difference(
    first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], trials: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return 95 % bounds of the difference of two proportions of one sample; NaN without trials.

    The parts exclude each other. Wilson's bounds of either proportion are put together by square
    and add, with the correlation that two parts of one sample have: -1 where every trial is one or
    the other, and 0 where one part is empty or all of the sample, for there is none to tell. No
    bound falls when a trial goes over to the first part or away from the second.

    References
    ----------
    Newcombe, R. G. (1998). Improved confidence intervals for the difference between binomial
    proportions based on paired data. Statistics in Medicine 17, 2635-2650. Method 10, without
    correction for continuity.

    Examples
    --------
    >>> low, high = difference(np.array([6]), np.array([2]), np.array([10]))
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (-0.1363, 0.7391)
    """
    n = np.where(trials > 0, trials, np.nan).astype(np.float64)
    p, q = first / n, second / n
    (p_low, p_high), (q_low, q_high) = wilson(first, trials), wilson(second, trials)
    others = (1 - p) * (1 - q)
    with np.errstate(invalid="ignore", divide="ignore"):
        alike = -np.where(others > 0, np.sqrt(p * q / others), 0.0)
    down, up = (p - p_low, q_high - q), (p_high - p, q - q_low)
    low, high = (np.sqrt(np.maximum(a * a - 2 * alike * a * b + b * b, 0.0)) for a, b in (down, up))
    return np.maximum(p - q - low, -1.0), np.minimum(p - q + high, 1.0)


def apart(
    successes: npt.NDArray[np.int64],
    trials: npt.NDArray[np.int64],
    other_successes: npt.NDArray[np.int64],
    other_trials: npt.NDArray[np.int64],
    z: float = Z_95,
) -> tuple[FloatArray, FloatArray]:
    """Return bounds, 95 % by default, of the difference of proportions of two samples.

    Wilson's bounds of either proportion are put together by square and add. NaN without trials.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions:
    comparison of eleven methods. Statistics in Medicine 17, 873-890. Method 10.

    Examples
    --------
    >>> low, high = apart(*(np.array([n]) for n in (56, 70, 48, 80)))
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.0524, 0.3339)
    """
    p, q = (
        top / np.where(below > 0, below, np.nan)
        for top, below in ((successes, trials), (other_successes, other_trials))
    )
    (p_low, p_high), (q_low, q_high) = (
        wilson(top, below, z)
        for top, below in ((successes, trials), (other_successes, other_trials))
    )
    return p - q - np.hypot(p - p_low, q_high - q), p - q + np.hypot(p_high - p, q - q_low)
