"""How many customers it takes: published figures, and trials made up with a seed."""

from __future__ import annotations

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
