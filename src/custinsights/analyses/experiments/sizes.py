"""How many customers does it take to see a difference, if there is one?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, sqrt
from statistics import NormalDist

import attrs

from custinsights.analyses.experiments.significance import power_of_means
from custinsights.domain.fields import whole_number
from custinsights.domain.frozen import frozen
from custinsights.errors import InvalidValue
from custinsights.results.assignment import weights_of
from custinsights.results.door import Presented
from custinsights.results.table import Column, Table

_MOST, _FEW = 1 << 40, 10
_SEES_LESS = (
    "Few are expected to convert, or not to: where fewer than five are, compare takes Fisher's "
    "exact test, which sees less than the power says. Plan for more."
)


@attrs.frozen(repr=False, kw_only=True)
class SampleSize(Presented):
    """How many customers an experiment takes.

    Parameters
    ----------
    sizes
        Arm -> customers in it; the first is the control.
    baseline, target
        What is compared: the control's conversion rate or mean value, and the least that is to be
        told from it.
    power
        How likely it is to be told if it is there.
    level
        How likely a difference is seen where there is none, in any of the arms.
    deviation
        The standard deviation of the values; None where rates are compared.
    """

    sizes: Mapping[str, int] = attrs.field(converter=frozen)
    baseline: float
    target: float
    power: float
    level: float
    deviation: float | None = None

    @property
    def expects_few(self) -> bool:
        """Whether fewer than ten are to be expected in an arm who convert, or who do not.

        Then `compare` is likely to take Fisher's exact test, which sees less than the power says.
        """
        if self.deviation is not None:
            return False
        control, *others = self.sizes.values()
        means = [(control * self.baseline + n * self.target) / (control + n) for n in others]
        pairs = zip(others, means, strict=True)
        return any(min(n, control) * min(mean, 1 - mean) < _FEW for n, mean in pairs)

    @property
    def per_arm(self) -> int:
        """Customers in each arm; in the smallest, where they are not alike."""
        return min(self.sizes.values())

    @property
    def arms(self) -> int:
        """How many arms, the control among them."""
        return len(self.sizes)

    @property
    def total(self) -> int:
        """Customers in all arms."""
        return sum(self.sizes.values())

    def table(self) -> Table:
        """Return one row."""
        people = "customers"
        are_alike = len({*self.sizes.values()}) == 1
        each = {"per_arm": self.per_arm}
        if not are_alike:
            each = {f"in {arm}": size for arm, size in self.sizes.items()}
        return Table(
            "how many customers it takes",
            [
                *(Column(arm, "count", [size], unit=people) for arm, size in each.items()),
                Column("total", "count", [self.total], unit=people),
                Column("arms", "count", [self.arms]),
                Column("baseline", "number", [self.baseline]),
                Column("target", "number", [self.target]),
                Column("power", "share", [self.power]),
                Column("level", "share", [self.level]),
            ],
            notes=(_SEES_LESS,) if self.expects_few else (),
        )


def sample_size(
    baseline: float,
    lift: float,
    *,
    deviation: float | None = None,
    power: float = 0.8,
    level: float = 0.05,
    arms: int | Sequence[str] | Mapping[str, int] = 2,
) -> SampleSize:
    """Tell how many customers each arm takes to tell a lift from none, two-sided.

    Arms of unequal size take more customers in all than equal ones.

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
        How many, the control among them; or as for `assign`: names, or name -> whole weight, the
        first of which is the control. What others call the ratio or the allocation is the weight of
        an arm ÷ that of the control.

    Returns
    -------
    SampleSize
        ``sizes`` by arm, ``per_arm`` (of the smallest, as ``planned=`` of `compare` takes it) and
        ``total``, rounded up: the control as small as it can be, the others by their weights.

    Raises
    ------
    InvalidValue
        If a rate is none, nothing is to be told, or it takes more than a million million.
    MissingExtra
        With `deviation` without SciPy: the extra ``predict`` brings it.

    Notes
    -----
    Of two rates, p of the n customers of the control and q of k times as many, with r = (p + k q) ÷
    (1 + k): n = (z₁ √((1 + k) r (1 - r)) + z₂ √(k p (1 - p) + q (1 - q)))² ÷ (k (p - q)²), where z₁
    and z₂ are the normal quantiles of 1 - level ÷ 2 and of the power; without correction for
    continuity. Of two means the power of the t-test at n and k n, exactly (noncentral t), whose
    other tail is left out. Where few are expected in a cell (``expects_few``) `compare` takes
    another test than that of the formula, and sees less.

    References
    ----------
    Fleiss, J. L., Levin, B. and Paik, M. C. (2003). Statistical Methods for Rates and Proportions,
    3rd edition, chapter 4. Cohen, J. (1988). Statistical Power Analysis for the Behavioral
    Sciences, 2nd edition, chapter 2.

    Examples
    --------
    >>> sample_size(0.50, 1.5, power=0.9).per_arm
    77
    >>> dict(sample_size(0.50, 1.5, power=0.9, arms={"control": 1, "letter": 3}).sizes)
    {'control': 50, 'letter': 150}
    """
    control, *others = (weights := _weights(arms)).values()
    each = _between("level", level, 0, 1) / len(others)
    _between("power", power, each, 1)
    _between("lift", lift, 0, float("inf"))
    _between("baseline", baseline, 0, 1 if deviation is None else float("inf"))
    target = baseline * lift
    if target == baseline or (deviation is None and target > 1):
        allowed = "one that makes another rate, at most 1" if deviation is None else "not 1"
        raise InvalidValue("the lift cannot be told", lift, allowed)
    shares = sorted({Fraction(weight, control) for weight in others})
    if deviation is None:
        size = max(_of_rates(baseline, target, power, each, share) for share in shares)
    else:
        _between("deviation", deviation, 0, float("inf"))
        effect = abs(target - baseline) / deviation
        size = max(_of_means(effect, power, each, share) for share in shares)
    sizes = {arm: _beside(size, Fraction(weight, control)) for arm, weight in weights.items()}
    return SampleSize(
        sizes=sizes, baseline=baseline, target=target, power=power, level=level, deviation=deviation
    )


def _weights(arms: object) -> Mapping[str, int]:
    """Return the weight of every arm by name; arms that are but counted have ones of their own."""
    if isinstance(arms, list | tuple | Mapping):
        return weights_of(arms)
    number = whole_number("the number of arms is wrong", arms, 2)
    return {"control": 1} | {f"arm {place}": 1 for place in range(1, number)}


def _between(what: str, given: float, low: float, high: float) -> float:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if not is_number or not low < given < high:
        limits = f"above {low}" if high == float("inf") else f"between {low} and {high}"
        raise InvalidValue(f"the {what} is wrong", given, f"a number {limits}")
    return float(given)


def _of_rates(p: float, q: float, power: float, level: float, share: Fraction) -> int:
    """Return the customers of the control, beside an arm of this share of them."""
    one, two = NormalDist().inv_cdf(1 - level / 2), NormalDist().inv_cdf(power)
    k = float(share)
    mean = (p + k * q) / (1 + k)
    spread = one * sqrt((1 + k) * mean * (1 - mean)) + two * sqrt(k * p * (1 - p) + q * (1 - q))
    return max(2, _checked(ceil((spread / (p - q)) ** 2 / k)))


def _of_means(effect: float, power: float, level: float, share: Fraction) -> int:
    """Return the smallest control whose power is enough, by halving; power grows with it."""

    def is_enough(size: int) -> bool:
        return power_of_means(size, _beside(size, share), effect, level) >= power

    high = 2
    while not is_enough(high):
        high = _checked(2 * high)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _beside(control: int, share: Fraction) -> int:
    """Return the customers of an arm; of one alone nothing is told."""
    return max(2, _checked(ceil(control * share)))


def _checked(size: int) -> int:
    if size > _MOST:
        raise InvalidValue(
            "so small a difference takes more customers than there are",
            f"{size:,} in each arm",
            f"up to {_MOST:,}",
            "Ask for a larger lift",
        )
    return size
