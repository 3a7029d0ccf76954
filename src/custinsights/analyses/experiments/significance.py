"""Is it more than chance? The tests, which are SciPy's, and the correction for several of them."""

from __future__ import annotations

from math import sqrt
from typing import Any

import attrs
import numpy as np

from custinsights.errors import MissingExtra
from custinsights.history.columnar.columns import FloatArray, IntArray

CHI_SQUARE, FISHER, WELCH = "chi-square", "Fisher's exact", "Welch's t"

_FEWEST = 5
"""Fewer to be expected in a cell are too few for the chi-square test (Cochran 1954)."""


def _stats(purpose: str) -> Any:
    try:
        from scipy import stats
    except ImportError as error:
        raise MissingExtra("scipy", "predict", purpose) from error
    return stats


def of_rates(
    converted: int, customers: int, others: int, other_customers: int
) -> tuple[float, str]:
    """Return the p-value of two conversion rates being one, and by which test.

    The chi-square test without correction; Fisher's exact one where fewer than five are to be
    expected in a cell. NaN where an arm is empty or nobody, or everybody, converted.
    """
    stats = _stats("comparing arms")
    cells = [[converted, customers - converted], [others, other_customers - others]]
    table = np.array(cells, dtype=np.float64)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if not rows.all() or not columns.all():
        return float("nan"), CHI_SQUARE
    if np.outer(rows, columns).min() < _FEWEST * table.sum():
        return float(stats.fisher_exact(cells).pvalue), FISHER
    return float(stats.chi2_contingency(table, correction=False).pvalue), CHI_SQUARE


@attrs.frozen
class Difference:
    """What a t-test says of the difference of two means."""

    p_value: float
    low: float
    high: float


def of_mean(values: FloatArray, level: float) -> tuple[float, float]:
    """Return the bounds of a mean by the t distribution; NaN where there are under two."""
    if len(values) < 2:  # noqa: PLR2004 - else no variance
        return float("nan"), float("nan")
    error = float(values.std(ddof=1)) / sqrt(len(values))
    half = float(_stats("comparing arms").t.isf(level / 2, len(values) - 1)) * error
    return float(values.mean()) - half, float(values.mean()) + half


def of_means(values: FloatArray, others: FloatArray, level: float) -> Difference:
    """Return what Welch's t-test says of two means; NaN where there are under two, or no spread."""
    stats = _stats("comparing arms")
    n, m = len(values), len(others)
    if min(n, m) < 2 or not (np.ptp(values) or np.ptp(others)):  # noqa: PLR2004 - else no variance
        return Difference(*(float("nan"),) * 3)
    alike = [one[0] for one in (values, others) if not np.ptp(one)]
    origin = alike[0] if alike else 0.0  # values that are all one lose no figures at nothing
    found = stats.ttest_ind(values - origin, others - origin, equal_var=False)
    low, high = found.confidence_interval(1 - level)
    return Difference(float(found.pvalue), float(low), float(high))


def of_sizes(counts: IntArray, expected: list[float]) -> float:
    """Return the p-value of arms being as large as their weights say; NaN for nobody."""
    stats = _stats("checking the sizes of arms")
    return float(stats.chisquare(counts, expected).pvalue) if counts.sum() else float("nan")


def power_of_means(customers: int, others: int, effect: float, level: float) -> float:
    """Return how likely the t-test of two arms tells a difference of so many deviations."""
    stats = _stats("the size of an experiment on values")
    freedom = customers + others - 2
    bound = stats.t.isf(level / 2, freedom)
    away = effect * sqrt(customers * others / (customers + others))
    return float(stats.nct.sf(bound, freedom, away))


def holm(p_values: FloatArray) -> FloatArray:
    """Return p-values corrected for their number, so that none errs more often than it says.

    Holm's step-down of Bonferroni's correction; NaN stays, and counts as no test.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal
    of Statistics 6, 65-70.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    corrected = p_values.copy()
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return corrected
