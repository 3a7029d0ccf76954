"""How many customers does it take to see a difference, if there is one?"""

from __future__ import annotations

from math import ceil, sqrt
from statistics import NormalDist

import attrs

from custinsights.analyses.experiments.significance import power_of_means
from custinsights.domain.fields import whole_number
from custinsights.errors import InvalidValue
from custinsights.results.door import Presented
from custinsights.results.table import Column, Table

_MOST = 1 << 40


@attrs.frozen(repr=False, kw_only=True)
class SampleSize(Presented):
    """How many customers an experiment takes.

    Parameters
    ----------
    per_arm
        Customers in each arm.
    arms
        How many arms, the control among them.
    baseline, target
        What is compared: the control's conversion rate or mean value, and the least that is to be
        told from it.
    power
        How likely it is to be told if it is there.
    level
        How likely a difference is seen where there is none, in any of the arms.
    """

    per_arm: int
    arms: int
    baseline: float
    target: float
    power: float
    level: float

    @property
    def total(self) -> int:
        """Customers in all arms."""
        return self.per_arm * self.arms

    def table(self) -> Table:
        """Return one row."""
        people = "customers"
        return Table(
            "how many customers it takes",
            [
                Column("per_arm", "count", [self.per_arm], unit=people),
                Column("total", "count", [self.total], unit=people),
                Column("arms", "count", [self.arms]),
                Column("baseline", "number", [self.baseline]),
                Column("target", "number", [self.target]),
                Column("power", "share", [self.power]),
                Column("level", "share", [self.level]),
            ],
        )


def sample_size(
    baseline: float,
    lift: float,
    *,
    deviation: float | None = None,
    power: float = 0.8,
    level: float = 0.05,
    arms: int = 2,
) -> SampleSize:
    """Tell how many customers each arm takes to tell a lift from none, two-sided.

    Parameters
    ----------
    baseline
        The control's conversion rate; with `deviation` its mean value.
    lift
        The least ratio to the baseline that is to be told: 1.2 is a fifth more.
    deviation
        The standard deviation of the value from customer to customer, in the same unit. Values of
        customers are wide: take it from the past, those who buy nothing included.
    power
        How likely a difference of that size is told.
    level
        How likely a difference is seen where there is none; with several arms in any of them:
        each is compared with the control at level ÷ (arms - 1).
    arms
        How many, the control among them.

    Returns
    -------
    SampleSize
        ``per_arm`` and ``total``, rounded up.

    Raises
    ------
    InvalidValue
        If a rate is none, nothing is to be told, or it takes more than a million million.
    MissingExtra
        With `deviation` without SciPy: the extra ``predict`` brings it.

    Notes
    -----
    Of two rates p and q, with r their mean: n = (z₁ √(2 r (1 - r)) + z₂ √(p (1 - p) + q (1 - q)))²
    ÷ (p - q)², where z₁ and z₂ are the normal quantiles of 1 - level ÷ 2 and of the power; without
    correction for continuity. Of two means the power of the t-test at n, exactly (noncentral t),
    whose other tail is left out.

    References
    ----------
    Fleiss, J. L., Levin, B. and Paik, M. C. (2003). Statistical Methods for Rates and Proportions,
    3rd edition, chapter 4. Cohen, J. (1988). Statistical Power Analysis for the Behavioral
    Sciences, 2nd edition, chapter 2.

    Examples
    --------
    >>> sample_size(0.50, 1.5, power=0.9).per_arm
    77
    """
    arms = whole_number("the number of arms is wrong", arms, 2)
    each = _between("level", level, 0, 1) / (arms - 1)
    _between("power", power, each, 1)
    _between("lift", lift, 0, float("inf"))
    _between("baseline", baseline, 0, 1 if deviation is None else float("inf"))
    target = baseline * lift
    if target == baseline or (deviation is None and target > 1):
        allowed = "one that makes another rate, at most 1" if deviation is None else "not 1"
        raise InvalidValue("the lift cannot be told", lift, allowed)
    if deviation is None:
        per_arm = _of_rates(baseline, target, power, each)
    else:
        _between("deviation", deviation, 0, float("inf"))
        per_arm = _of_means(abs(target - baseline) / deviation, power, each)
    return SampleSize(
        per_arm=per_arm, arms=arms, baseline=baseline, target=target, power=power, level=level
    )


def _between(what: str, given: float, low: float, high: float) -> float:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if not is_number or not low < given < high:
        limits = f"above {low}" if high == float("inf") else f"between {low} and {high}"
        raise InvalidValue(f"the {what} is wrong", given, f"a number {limits}")
    return float(given)


def _of_rates(p: float, q: float, power: float, level: float) -> int:
    one, two = NormalDist().inv_cdf(1 - level / 2), NormalDist().inv_cdf(power)
    mean = (p + q) / 2
    spread = one * sqrt(2 * mean * (1 - mean)) + two * sqrt(p * (1 - p) + q * (1 - q))
    return max(2, _checked(ceil((spread / (p - q)) ** 2)))


def _of_means(effect: float, power: float, level: float) -> int:
    """Return the smallest number whose power is enough, by halving; power grows with it."""
    high = 2
    while power_of_means(high, effect, level) < power:
        high = _checked(2 * high)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        enough = power_of_means(middle, effect, level) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def _checked(size: int) -> int:
    if size > _MOST:
        raise InvalidValue(
            "so small a difference takes more customers than there are",
            f"{size:,} in each arm",
            f"up to {_MOST:,}",
            "Ask for a larger lift",
        )
    return size
