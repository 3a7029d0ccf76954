"""How many customers it takes: published figures, and trials made up with a seed."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from scipy import stats

import custinsights as ci
from custinsights.errors import InvalidValue


@pytest.mark.parametrize(
    ("p", "q", "power", "level", "published"),
    [
        (0.50, 0.75, 0.90, 0.05, 77),  # R, power.prop.test: n = 76.7
        (0.50, 0.75, 0.80, 0.05, 58),
    ],
)
def test_published_rates(p: float, q: float, power: float, level: float, published: int) -> None:
    """Two rates take what R's manual tells."""
    found = ci.sample_size(p, q / p, power=power, level=level)
    assert (found.per_arm, found.total) == (published, 2 * published)


@pytest.mark.parametrize(
    ("effect", "power", "published"),
    [
        (1.0, 0.90, 23),  # R, power.t.test: n = 22.02110
        (0.2, 0.80, 394),  # Cohen (1988), table 2.4.1: 393 by rounding
        (0.5, 0.80, 64),
        (0.8, 0.80, 26),
    ],
)
def test_published_means(effect: float, power: float, published: int) -> None:
    """Two means take what R's manual and Cohen's table tell."""
    assert ci.sample_size(1, 1 + effect, deviation=1, power=power).per_arm == published


@pytest.mark.parametrize(
    ("rates", "asked", "weights", "control"),
    [  # statsmodels 0.15.0, samplesize_proportions_2indep_onetail: nobs1, ratio = nobs2 ÷ nobs1
        ((0.10, 0.12), (0.05, 0.80), (1, 3), 2599.9665913263854),
        ((0.10, 0.12), (0.05, 0.80), (3, 1), 7555.614147311882),
        ((0.50, 0.75), (0.05, 0.90), (1, 2), 56.7287307752166),
        ((0.10, 0.08), (0.01, 0.80), (1, 9), 2543.4510980861105),
    ],
)
def test_rates_in_unequal_arms(
    rates: tuple[float, float],
    asked: tuple[float, float],
    weights: tuple[int, int],
    control: float,
) -> None:
    """The control is what statsmodels tells, rounded up, and the other arm by its weight."""
    (p, q), (level, power) = rates, asked
    arms = dict(zip(("control", "letter"), weights, strict=True))
    found = ci.sample_size(p, q / p, level=level, power=power, arms=arms)
    size = ceil(control)
    assert found.sizes == {"control": size, "letter": ceil(Fraction(size * weights[1], weights[0]))}
    assert found.total == sum(found.sizes.values())
    assert found.per_arm == min(found.sizes.values())


@pytest.mark.parametrize(
    ("effect", "level", "power", "weights", "control"),
    [  # statsmodels 0.15.0, TTestIndPower.solve_power: nobs1, ratio = nobs2 ÷ nobs1
        (0.5, 0.05, 0.80, (1, 3), 42.34616238585293),
        (1.0, 0.01, 0.80, (1, 2), 18.654150209535747),
        (0.1, 0.05, 0.80, (1, 9), 872.2877282772386),
    ],
)
def test_means_in_unequal_arms(
    effect: float, level: float, power: float, weights: tuple[int, int], control: float
) -> None:
    """The power of the t-test is enough at what is told, and with one customer less is not."""
    arms = dict(zip(("control", "letter"), weights, strict=True))
    found = ci.sample_size(1, 1 + effect, deviation=1, level=level, power=power, arms=arms)
    assert found.sizes == {"control": ceil(control), "letter": ceil(control) * weights[1]}


@pytest.mark.parametrize("weights", [(1, 3), (4, 1)])
def test_the_power_in_unequal_arms_is_as_said(weights: tuple[int, int]) -> None:
    """Of all pairs of binomial numbers, those that Pearson's test tells come four times in five."""
    arms = dict(zip(("control", "letter"), weights, strict=True))
    n, m = ci.sample_size(0.3, 1.5, arms=arms).sizes.values()
    one, other = np.arange(n + 1)[:, None], np.arange(m + 1)[None, :]
    pooled = (one + other) / (n + m)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (other / m - one / n) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    chance = stats.binom.pmf(one, n, 0.3) * stats.binom.pmf(other, m, 0.45)
    assert float(chance[stats.norm.sf(z) < 0.025].sum()) == pytest.approx(0.8, abs=0.015)


@pytest.mark.parametrize(
    ("baseline", "lift", "few"), [(0.5, 2, True), (0.01, 10, True), (0.35, 1.15, False)]
)
def test_it_is_said_where_another_test_is_taken(baseline: float, lift: float, few: bool) -> None:
    """Where compare may take Fisher's test, which sees less than is told, a note says so."""
    found = ci.sample_size(baseline, lift)
    assert found.expects_few == few
    assert ("Fisher" in repr(found)) == few
    assert not ci.sample_size(baseline, lift, deviation=baseline).expects_few


def test_arms_are_told_as_they_are_assigned() -> None:
    """The sizes are by the weights that `assign` takes; the smallest has what is planned."""
    arms = {"control": 2, "letter": 5, "call": 1}
    found = ci.sample_size(0.1, 1.3, arms=arms)
    shares = [size / found.total for size in found.sizes.values()]
    assert shares == pytest.approx([2 / 8, 5 / 8, 1 / 8], abs=1e-3)
    assert found.per_arm == found.sizes["call"]
    alone = ci.sample_size(0.1, 1.3, level=0.05 / 2, arms={"control": 2, "call": 1})
    assert found.sizes["control"] == alone.sizes["control"]  # the harder comparison decides
    assert list(found.to_dicts()[0])[:4] == ["in control", "in letter", "in call", "total"]
    assert ci.sample_size(0.1, 1.3, arms=["a", "b"]).sizes == dict.fromkeys(
        "ab", ci.sample_size(0.1, 1.3).per_arm
    )
    assert ci.sample_size(1, 9, deviation=1, arms={"control": 900, "letter": 1}).per_arm == 2
    with pytest.raises(InvalidValue, match="no arms of an experiment"):
        ci.sample_size(0.1, 1.3, arms={"control": 0.5, "letter": 0.5})  # type: ignore[dict-item]


def test_the_power_is_as_said() -> None:
    """Of 4,000 trials of the size that was told, four in five see the lift, and 5 % see none."""
    chance = np.random.default_rng(20240105)
    size = ci.sample_size(0.10, 1.3).per_arm
    trials = 4_000
    control, better, alike = (chance.binomial(size, p, trials) for p in (0.10, 0.13, 0.10))
    for other, share in ((better, 0.80), (alike, 0.05)):
        pooled = (control + other) / (2 * size)
        z = (other - control) / np.sqrt(2 * size * pooled * (1 - pooled))
        seen = np.mean(stats.chi2.sf(z * z, 1) < 0.05)
        assert seen == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / trials))


def test_several_arms_take_more() -> None:
    """Each of three comparisons is made at a third of the level."""
    three = ci.sample_size(0.1, 1.2, arms=4)
    assert three.per_arm == ci.sample_size(0.1, 1.2, level=0.05 / 3).per_arm
    assert three.total == 4 * three.per_arm
    assert three.to_dicts()[0]["per_arm"] == three.per_arm


def test_smaller_lifts_take_more() -> None:
    """The smaller the lift, the higher the power and the stricter the level, the more it takes."""
    sizes = [ci.sample_size(0.1, lift).per_arm for lift in (1.5, 1.2, 1.1, 1.01)]
    assert sizes == sorted(sizes)
    assert ci.sample_size(0.1, 1.2, power=0.9).per_arm > ci.sample_size(0.1, 1.2).per_arm
    assert ci.sample_size(0.1, 1.2, level=0.01).per_arm > ci.sample_size(0.1, 1.2).per_arm
    assert ci.sample_size(0.1, 0.8).per_arm > 0  # what makes it worse can be told too


def test_what_cannot_be_told_is_refused() -> None:
    """Rates that are none, no lift, a rate above one, levels and arms that are none say so."""
    for baseline in (0, 1, -0.1, True, "10%"):
        with pytest.raises(InvalidValue, match="baseline is wrong"):
            ci.sample_size(baseline, 1.2)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match=r"lift cannot be told: 1\.0"):
        ci.sample_size(0.1, 1.0)
    with pytest.raises(InvalidValue, match=r"lift cannot be told: 3.*rate, at most 1"):
        ci.sample_size(0.5, 3)
    with pytest.raises(InvalidValue, match="power is wrong"):
        ci.sample_size(0.5, 1.2, power=0.01)
    with pytest.raises(InvalidValue, match="level is wrong"):
        ci.sample_size(0.5, 1.2, level=1)
    with pytest.raises(InvalidValue, match="number of arms is wrong"):
        ci.sample_size(0.5, 1.2, arms=1)
    with pytest.raises(InvalidValue, match="deviation is wrong"):
        ci.sample_size(10, 1.2, deviation=0)
    with pytest.raises(InvalidValue, match="more customers than there are"):
        ci.sample_size(0.1, 1 + 1e-7)
