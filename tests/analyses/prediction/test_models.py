# ruff: noqa: N803, N806
# x, t_x and T are written as the papers write them.
"""Models of repeat buying: published figures, gradients, laws, recovery of what was simulated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.special import gammaln, hyp2f1

import custinsights as ci
from custinsights.analyses.prediction import gamma_gamma
from custinsights.analyses.prediction.counting import CountingModel
from custinsights.errors import InvalidValue, NoModel
from tests.oracles.bridge import to_history
from tests.oracles.published import cdnow_sample
from tests.oracles.purchases import (
    MODELS,
    NAMES,
    SIMULATED,
    cdnow,
    fitted,
    simulated,
    summary_of,
)

# The calibration of the papers ends on 1997-09-30. Fader, Hardie and Lee (2005), table 2, for
# BG/NBD and Pareto/NBD; Fader and Hardie (2013) for Gamma-Gamma.
PUBLISHED: list[tuple[Any, dict[str, float], float | None]] = [
    (ci.BetaGeoNBD, {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.4),
    (ci.ParetoNBD, {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9595.0),
    (ci.ModifiedBetaGeoNBD, {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, None),
    (ci.GammaGamma, {"p": 6.25, "q": 3.74, "v": 15.44}, None),
]


@pytest.mark.parametrize(
    ("model", "params", "log_likelihood"), PUBLISHED, ids=[one[0].__name__ for one in PUBLISHED]
)
def test_the_published_parameters_come_out(
    model: Any, params: dict[str, float], log_likelihood: float | None
) -> None:
    """A fit to the papers' sample gives the papers' parameters to their last figure."""
    found = model.fit(cdnow())
    assert found.convergence.is_reached
    for name, published in params.items():
        decimals = len(str(published).partition(".")[2])
        assert round(found.params[name], decimals) == pytest.approx(
            published, abs=1.1 * 10**-decimals
        )
    if log_likelihood is not None:
        assert found.log_likelihood == pytest.approx(log_likelihood, abs=0.06)


def test_the_forecast_of_the_sample_is_the_published_one() -> None:
    """BG/NBD expects 1,653 orders of the 39 weeks after the calibration (1,882 came)."""
    found = fitted(ci.BetaGeoNBD).expected_orders(cdnow(), horizon="39w")
    assert found["expected_orders"].sum() == pytest.approx(1653.4, abs=0.5)


positive = st.floats(0.05, 20.0)
counts = st.lists(
    st.tuples(st.integers(0, 300), st.floats(0, 1), st.floats(0.0, 60.0)), min_size=1, max_size=6
)


def columns(given_: list[tuple[int, float, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x, t_x and T: who has not ordered again has a t_x of 0."""
    x = np.array([float(n if T > 0 else 0) for n, _, T in given_])
    T = np.array([T for _, _, T in given_])
    return x, np.where(x > 0, np.array([part for _, part, _ in given_]) * T, 0.0), T


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(MODELS), st.lists(positive, min_size=4, max_size=4), counts)
def test_a_gradient_is_that_of_the_likelihood(
    model: type[CountingModel], params: list[float], seen: list[tuple[int, float, float]]
) -> None:
    """Each gradient agrees with finite differences of the log-likelihood."""
    x, t_x, T = columns(seen)
    at = np.array(params)
    _, gradient = model.likelihood(at, x, t_x, T)

    def whole(point: np.ndarray) -> float:
        return float(model.likelihood(point, x, t_x, T)[0].sum())

    by_differences = approx_fprime(at, whole, 1e-7 * at)
    scale = np.abs(model.likelihood(at, x, t_x, T)[0]).sum() + 1
    assert gradient.sum(axis=1) * at == pytest.approx(
        by_differences * at, abs=2e-5 * scale, rel=2e-4
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(positive, min_size=3, max_size=3), st.integers(1, 50), st.floats(0.01, 100))
def test_the_gradient_of_values_is_that_of_the_likelihood(
    params: list[float], x: int, m: float
) -> None:
    """The gradient of Gamma-Gamma agrees with finite differences."""
    at, columns_ = np.array(params), (np.array([float(x)]), np.array([m]))
    value, gradient = gamma_gamma.likelihood(at, *columns_)

    def whole(point: np.ndarray) -> float:
        return float(gamma_gamma.likelihood(point, *columns_)[0].sum())

    by_differences = approx_fprime(at, whole, 1e-7 * at)
    scale = abs(float(value[0])) + 1
    assert gradient.sum(axis=1) * at == pytest.approx(
        by_differences * at, abs=2e-5 * scale, rel=2e-4
    )


@settings(max_examples=100, deadline=None)
@given(
    st.tuples(positive, positive, positive, positive),
    st.integers(0, 40),
    st.floats(0, 1),
    st.floats(0.1, 60),
)
def test_pareto_nbd_agrees_with_its_closed_form(
    params: tuple[float, float, float, float], x: int, part: float, T: float
) -> None:
    """The likelihood by quadrature is that of the note by Gauss's hypergeometric function."""
    r, alpha, s, beta = params
    t_x = part * T if x else 0.0
    m = r + s + x
    high, low, order = (alpha, beta, s + 1) if alpha >= beta else (beta, alpha, r + x)

    def part_of(t: float) -> float:
        return float(hyp2f1(m, order, m + 1, (high - low) / (high + t)) * (high + t) ** -m)

    A0 = part_of(t_x) - part_of(T)
    L = (alpha + T) ** -(r + x) * (beta + T) ** -s + s / m * A0
    closed = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(L)
    ours, _ = ci.ParetoNBD.likelihood(
        np.array(params), np.array([float(x)]), np.array([t_x]), np.array([T])
    )
    if np.isfinite(closed):
        assert ours[0] == pytest.approx(closed, rel=2e-6, abs=2e-6)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_what_is_told_of_customers_hangs_together(model: type[CountingModel]) -> None:
    """Chances add up to one, orders grow with the horizon, distribution and median agree."""
    told, seen = fitted(model), cdnow().take(np.arange(0, len(cdnow()), 40))
    alive = told.probability_alive(seen)["probability_alive"]
    assert np.all((alive > 0) & (alive <= 1))
    short, long = (
        told.expected_orders(seen, horizon=one)["expected_orders"] for one in ("4w", "52w")
    )
    assert np.all((short > 0) & (long > short))
    chances = told.order_distribution(seen, horizon="8w", most=80)
    assert np.all(chances >= 0)
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(seen)), abs=1e-6)
    expected = told.expected_orders(seen, horizon="8w")["expected_orders"]
    assert chances @ np.arange(81) == pytest.approx(expected, rel=1e-4)
    times = told.next_order(seen, interval=0.5)
    known = ~np.isnan(times["median"])
    assert np.array_equal(known, alive > 0.5)
    assert np.all(times["low"][known] < times["median"][known])
    for row in np.flatnonzero(known)[:5].tolist():
        one = seen.take(np.array([row]))
        median = float(times["median"][row])
        silent = told.order_distribution(one, horizon=median, most=0)[0, 0]
        assert silent == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_more_recent_customers_are_more_likely_alive(model: type[CountingModel]) -> None:
    """Of two customers with as many orders the one who bought later is more likely alive."""
    weeks = np.arange(1.0, 40.0)
    seen = summary_of(np.full(39, 2), weeks, np.full(39, 40.0))
    alive = fitted(model).probability_alive(seen)["probability_alive"]
    assert np.all(np.diff(alive) > 0)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_what_was_simulated_is_recovered(model: type[CountingModel]) -> None:
    """The parameters lie within four standard errors of those that made 20,000 customers."""
    found = model.fit(simulated(model, 20_000, seed=5))
    assert found.convergence.is_reached
    errors = found.standard_errors
    for name, true in zip(found.params, SIMULATED[model], strict=True):
        assert abs(found.params[name] - true) < 4 * errors[name], name


def test_a_customer_is_worth_between_their_own_mean_and_that_of_all() -> None:
    """Who ordered once is worth the mean of all; the more orders, the nearer to the own mean."""
    model = ci.GammaGamma({"p": 6.25, "q": 3.74, "v": 15.44}, "USD")
    of_all = 15.44 * 6.25 / (3.74 - 1)
    seen = summary_of([0, 1, 30], [0.0, 2.0, 9.0], [9.0] * 3, [np.nan, 100.0, 100.0])
    nobody, once, often = model.expected_value(seen)["expected_value"].tolist()
    assert nobody == pytest.approx(of_all)
    assert of_all < once < often < 100


def test_lifetime_value_is_orders_times_value_without_discount() -> None:
    """Without a discount it is orders × value × margin; a discount lowers it, time raises it."""
    seen = cdnow()
    orders, values = fitted(ci.BetaGeoNBD), ci.GammaGamma.fit(seen)

    def worth(**options: Any) -> np.ndarray:
        table = ci.customer_lifetime_value(orders, values, seen, **options)
        return table["customer_lifetime_value"]

    whole = worth(horizon="1y", margin=0.4)
    expected = orders.expected_orders(seen, horizon="1y")["expected_orders"]
    value = values.expected_value(seen)["expected_value"]
    assert whole == pytest.approx(0.4 * expected * value)
    assert np.all(worth(horizon="1y", margin=0.4, discount_rate=0.1) < whole)
    assert np.all(worth(horizon="2y", margin=0.4) > whole)
    same = worth(horizon=np.int64(26), discount_rate=np.float32(0.5), margin=np.int64(1))
    assert same == pytest.approx(worth(horizon=26, discount_rate=0.5, margin=1))
    with pytest.raises(InvalidValue, match="The margin is out of range: 40 was given"):
        worth(margin=40)


@pytest.mark.parametrize("horizon", ["soon", 0, -1, "13", True, float("nan"), float("inf"), None])
def test_a_horizon_is_a_time_ahead(horizon: Any) -> None:
    """What is no duration above zero is refused."""
    with pytest.raises(InvalidValue, match="The horizon is no time ahead"):
        fitted(ci.BetaGeoNBD).expected_orders(cdnow(), horizon=horizon)


def test_purchases_in_other_units_are_refused() -> None:
    """A model of weeks says nothing of purchases in days."""
    days = ci.purchase_summary(to_history(cdnow_sample()), as_of="1997-10-01", unit="day")
    with pytest.raises(NoModel, match="it counts weeks, and these purchases days"):
        fitted(ci.BetaGeoNBD).probability_alive(days)
    with pytest.raises(InvalidValue, match="This table is no summary of purchases"):
        ci.BetaGeoNBD.fit(ci.traits(to_history(cdnow_sample())))


def test_the_unit_changes_only_the_times() -> None:
    """A fit in days has the same chances; its times are seven times as long."""
    days = ci.purchase_summary(to_history(cdnow_sample()), as_of="1997-10-01", unit="day")
    found = ci.BetaGeoNBD.fit(days)
    weekly = fitted(ci.BetaGeoNBD)
    assert found.params["alpha"] == pytest.approx(7 * weekly.params["alpha"], rel=1e-4)
    assert found.params["r"] == pytest.approx(weekly.params["r"], rel=1e-4)
    ours = found.expected_orders(days, horizon="39w")["expected_orders"]
    theirs = weekly.expected_orders(cdnow(), horizon="39w")["expected_orders"]
    assert ours == pytest.approx(theirs, rel=1e-4)


def test_a_model_shows_its_parameters_and_its_verdict() -> None:
    """The parameters, how sure they are, and whether to believe them are read at a glance."""
    shown = repr(fitted(ci.ParetoNBD))
    assert "alpha" in shown
    assert "Fitted to 2,357 customers: the maximum was found." in shown
    failed = repr(ci.ParetoNBD.fit(summary_of([0] * 50, [0.0] * 50, [10.0] * 50)))
    assert "Not to be used." in failed


def test_a_likelihood_that_rises_for_ever_has_no_maximum() -> None:
    """Of few customers rates may as well be all alike: ever larger r and alpha do ever better."""
    seen, dice = cdnow(), np.random.default_rng(0)
    for customers in (40, 60):
        for _ in range(20):
            some = seen.take(np.sort(dice.choice(len(seen), customers, replace=False)))
            found = ci.ModifiedBetaGeoNBD.fit(some)
            if found.convergence and not found.nobody_stops:
                assert max(found.params.values()) < 1000
                assert largest_far_away(found, some) < found.log_likelihood


def largest_far_away(found: CountingModel, seen: Any) -> float:
    """Return the largest likelihood where rates, or chances to stop, are nearly all alike."""
    x, t_x, T = (
        seen[name].astype(float)
        for name in ("repeat_orders", "weeks_from_first_to_last", "weeks_observed")
    )
    at, best = np.array([*found.params.values()]), -np.inf
    for pair in ([0, 1], [2, 3]):
        far = at.copy()
        far[pair] *= 1e4
        best = max(best, float(type(found).likelihood(far, x, t_x, T)[0].sum()))
    return best


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_no_figures_are_lost_where_parameters_are_large(model: type[CountingModel]) -> None:
    """Where r and alpha are a million times as large the gradient is exact to six figures."""
    x, t_x, T = (np.array([value]) for value in (3.0, 20.0, 30.0))
    less, more = (
        model.likelihood(np.array([2 * many, 30 * many, 0.8, 2.5]), x, t_x, T)[1][:, 0]
        for many in (1e3, 1e7)
    )
    scale = np.array([2, 30])  # along the ridge r ÷ alpha = 1/15 nothing changes any more
    assert abs(float((more[:2] * scale).sum()) * 1e7) < 1e-6
    assert more[:2] * 1e7 == pytest.approx(less[:2] * 1e3, rel=1e-2)
    assert more[2:] == pytest.approx(less[2:], rel=1e-2)


def test_one_order_however_large_hides_no_maximum() -> None:
    """One value of 9e10 among 175 of tens has an inner maximum all the same."""
    dice = np.random.default_rng(4)
    m = dice.gamma(3.0, 10.0, 175) / dice.gamma(4.0, 0.3, 175)
    m[7] = 9e10
    seen = summary_of(dice.integers(1, 6, 175), [3.0] * 175, [9.0] * 175, m)
    found = ci.GammaGamma.fit(seen)
    assert found.convergence
    x, at = seen["repeat_orders"].astype(float), np.array([*found.params.values()])
    for place in range(3):
        for factor in (0.5, 0.99, 1.01, 2.0):
            beside = at.copy()
            beside[place] *= factor
            less = float(gamma_gamma.likelihood(beside, x, m)[0].sum())
            assert less < found.log_likelihood


def test_values_without_a_mean_say_so() -> None:
    """With q below 1 the mean of all is infinite: the verdict and what is told say so."""
    dice = np.random.default_rng(5)
    x = dice.integers(1, 9, 400)
    z = dice.gamma(0.5, 1.0, 400)
    m = dice.gamma(0.5 * x) / x / z
    found = ci.GammaGamma.fit(summary_of(x, [3.0] * 400, [9.0] * 400, m))
    assert found.params["q"] < 1
    assert "no mean is to be expected" in found.convergence.reason
    assert "no mean is to be expected" in " ".join(found.expected_value().provenance.notes())
