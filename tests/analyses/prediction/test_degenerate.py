# ruff: noqa: N806
"""Shops that no model fits get a verdict, and no warning; units of time change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.prediction.counting import CountingModel
from custinsights.errors import InvalidValue, NoModel
from tests.oracles.bridge import to_history
from tests.oracles.hand import order, shop
from tests.oracles.published import cdnow_sample
from tests.oracles.purchases import MODELS, NAMES, cdnow, simulated, summary_of

GIVEN = ci.BetaGeoNBD({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, "week")
DEGENERATE = {
    "there are no customers": ([], [], []),
    "there are fewer than 10 customers": ([3], [2.0], [10.0]),
    "nobody has ordered again": ([0] * 50, [0.0] * 50, [10.0] * 50),
    "all customers first bought on the last day": ([0] * 50, [0.0] * 50, [0.0] * 50),
}


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
@pytest.mark.parametrize("reason", DEGENERATE)
def test_a_degenerate_shop_gets_a_verdict(model: type[CountingModel], reason: str) -> None:
    """Where no model can be fitted the verdict says why, and nothing is predicted."""
    seen = summary_of(*DEGENERATE[reason])
    found = model.fit(seen)
    assert not found.convergence.is_reached
    assert found.convergence.reason == reason
    assert found.convergence.advice
    for ask in (
        lambda: found.expected_orders(horizon="4w"),
        found.probability_alive,
        found.next_order,
        lambda: found.order_distribution(horizon="4w"),
        lambda: found.expected_orders(seen, horizon="4w", draws=ci.Draws(seed=1)),
    ):
        with pytest.raises(NoModel, match=reason):
            ask()


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_shop_in_which_everybody_does_the_same_gets_a_verdict(model: type[CountingModel]) -> None:
    """Equal customers have no spread to be fitted: no parameters are passed off as a maximum."""
    found = model.fit(summary_of([4] * 200, [30.0] * 200, [31.0] * 200))
    assert not found.convergence.is_reached
    assert found.convergence.advice


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_shop_that_nobody_leaves_is_told_so(model: type[CountingModel]) -> None:
    """Customers who all buy until the end: the model is the NBD, all are alive, and it says so."""
    dice = np.random.default_rng(2)
    x = dice.poisson(dice.gamma(3.0, 4.0, 500)) + 2
    T = np.full(500, 52.0)
    found = model.fit(summary_of(x, T - dice.uniform(0, 0.3, 500), T))
    assert found.convergence.reason == "the maximum was found, where nobody seems to stop buying"
    assert found.nobody_stops
    r, alpha = (found.params[name] for name in ("r", "alpha"))
    T = found.purchases_of(None).T
    assert found.probability_alive()["probability_alive"] == pytest.approx(np.ones(500), abs=0.01)
    expected = found.expected_orders(horizon="13w")
    assert expected["expected_orders"] == pytest.approx(13 * (r + x) / (alpha + T), rel=0.01)
    assert "nobody seems to stop buying" in repr(expected)
    errors = [*found.standard_errors.values()]
    assert errors[0] > 0
    assert np.isnan(errors[2:]).all()
    bounds = found.expected_orders(horizon="13w", draws=ci.Draws(seed=1))
    assert np.all(bounds["low"] < bounds["high"])


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_shop_where_everybody_repeats_can_be_fitted(model: type[CountingModel]) -> None:
    """That all have ordered again is no reason not to tell when they stop."""
    seen = simulated(model, 4000, seed=8)
    repeating = seen.take(np.flatnonzero(seen["repeat_orders"] > 0))
    found = model.fit(repeating)
    if found.convergence:
        assert np.all(np.isfinite(found.expected_orders(horizon="13w")["expected_orders"]))
    else:
        assert found.convergence.advice


shops = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 40), st.integers(0, 40)), min_size=10, max_size=40
)


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.sampled_from(MODELS), shops, st.sampled_from([1e-6, 1.0, 1e6]))
def test_any_shop_is_fitted_or_gets_a_verdict(
    model: type[CountingModel], shop: list[tuple[int, int, int]], unit: float
) -> None:
    """However few, odd or long: finite answers between their limits, or a reason; no warning."""
    T = unit * np.array([float(max(one[1:])) for one in shop])
    t_x = unit * np.array([float(min(one[1:])) for one in shop])
    x = np.array([one[0] if last > 0 else 0 for one, last in zip(shop, t_x, strict=True)])
    found = model.fit(summary_of(x, np.where(x > 0, t_x, 0.0), T))
    if not found.convergence:
        assert found.convergence.reason
        assert found.convergence.advice
        return
    assert all(0 < one < np.inf for one in found.params.values())
    if not found.nobody_stops:
        assert all(0 < one < np.inf for one in found.standard_errors.values())
    alive = found.probability_alive()["probability_alive"]
    assert np.all((alive >= 0) & (alive <= 1))
    orders = found.expected_orders(horizon=10 * unit)["expected_orders"]
    assert np.all(np.isfinite(orders) & (orders >= 0))


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
@pytest.mark.parametrize("times", [1e-6, 7.0, 1e6])
def test_the_unit_of_time_changes_only_times(model: type[CountingModel], times: float) -> None:
    """Chances and orders are the same in any unit, parameters that are times grow with it."""
    weekly, seen = model.fit(cdnow()), cdnow()
    found = model.fit(
        summary_of(
            seen["repeat_orders"],
            times * seen["weeks_from_first_to_last"],
            times * seen["weeks_observed"],
        )
    )
    for (name, here), there, is_time in zip(
        found.params.items(), weekly.params.values(), model.IS_TIME, strict=True
    ):
        assert here == pytest.approx(there * (times if is_time else 1), rel=1e-5), name
    for (name, here), there, is_time in zip(
        found.standard_errors.items(), weekly.standard_errors.values(), model.IS_TIME, strict=True
    ):
        assert here == pytest.approx(there * (times if is_time else 1), rel=1e-3), name
    repeats = float(seen["repeat_orders"].sum())
    shifted = weekly.log_likelihood - repeats * np.log(times)
    assert found.log_likelihood == pytest.approx(shifted, abs=1e-3)
    assert found.probability_alive()["probability_alive"] == pytest.approx(
        weekly.probability_alive()["probability_alive"], rel=1e-5
    )
    assert found.expected_orders(horizon=39 * times)["expected_orders"] == pytest.approx(
        weekly.expected_orders(horizon=39)["expected_orders"], rel=1e-5
    )


@pytest.mark.parametrize("unit", ["day", "month", "year"])
def test_a_horizon_means_the_same_in_any_unit(unit: str) -> None:
    """What is asked in weeks of a model in days, months or years is what one in weeks tells."""
    weekly = ci.ModifiedBetaGeoNBD.fit(cdnow())
    summary = ci.purchase_summary(to_history(cdnow_sample()), as_of="1997-10-01", unit=unit)
    found = ci.ModifiedBetaGeoNBD.fit(summary)
    assert found.unit == unit
    assert found.expected_orders(horizon="39w")["expected_orders"] == pytest.approx(
        weekly.expected_orders(horizon="39w")["expected_orders"], rel=1e-4
    )
    ours, theirs = found.next_order()["median_on"], weekly.next_order()["median_on"]
    assert np.array_equal(np.isnat(ours), np.isnat(theirs))
    known = ~np.isnat(ours) & (theirs < np.datetime64("2030-01-01"))
    assert np.all(np.abs(ours[known] - theirs[known]) <= np.timedelta64(1, "D"))


# ---- values -------------------------------------------------------------------------------------


def test_values_of_nothing_are_left_out_and_counted() -> None:
    """Customers whose repeat orders are worth nothing or less are no part of the fit."""
    dice = np.random.default_rng(3)
    m = np.concatenate([dice.gamma(3.0, 10.0, 200), [0.0, -5.0]])
    found = ci.GammaGamma.fit(summary_of([2] * 202, [3.0] * 202, [9.0] * 202, m))
    assert (found.customers, found.left_out) == (200, 2)


def test_values_of_nothing_are_told_as_little() -> None:
    """Whose orders were worth nothing is expected to spend little; below zero counts as zero."""
    model = ci.GammaGamma({"p": 6.25, "q": 3.74, "v": 15.44}, "USD")
    seen = summary_of([2, 2, 2, 0], [3.0] * 3 + [0.0], [9.0] * 4, [0.0, -5.0, 30.0, np.nan])
    nothing, less, some, nobody = model.expected_value(seen)["expected_value"].tolist()
    assert nothing == less == pytest.approx(6.25 * 15.44 / (2 * 6.25 + 2.74))
    assert 0 < nothing < some < nobody


VALUES: dict[str, tuple[Any, Any]] = {
    "fewer than 10 customers have repeat orders of a value above zero": ([2] * 9, [5.0] * 9),
    "the orders of all customers are worth the same": ([2] * 50, [7.1] * 50),
}


@pytest.mark.parametrize("reason", VALUES)
def test_values_that_no_model_fits_get_a_verdict(reason: str) -> None:
    """Too few values, or values that do not vary, are told as such."""
    x, m = VALUES[reason]
    found = ci.GammaGamma.fit(summary_of(x, [3.0] * len(x), [9.0] * len(x), m))
    assert found.convergence.reason == reason
    with pytest.raises(NoModel, match=reason):
        found.expected_value()
    zeros = ci.GammaGamma.fit(summary_of([2] * 50, [3.0] * 50, [9.0] * 50, [0.0, -1.0] * 25))
    assert zeros.left_out == 50
    assert not zeros.convergence


@pytest.mark.parametrize("times", [1e-6, 1e6])
def test_the_currency_changes_only_money(times: float) -> None:
    """In a currency worth a million times less v and values are a million times more."""
    seen = cdnow()
    dollars = ci.GammaGamma.fit(seen)
    x, t_x, T = (
        seen[name] for name in ("repeat_orders", "weeks_from_first_to_last", "weeks_observed")
    )
    found = ci.GammaGamma.fit(summary_of(x, t_x, T, times * seen["mean_repeat_value"]))
    p, q, v = found.params.values()
    assert [p, q, v / times] == pytest.approx([*dollars.params.values()], rel=1e-5)
    assert found.expected_value()["expected_value"] / times == pytest.approx(
        dollars.expected_value()["expected_value"], rel=1e-5
    )


def test_a_maximum_at_infinity_is_none() -> None:
    """Where customers buy at one rate, r and alpha grow for ever, and the verdict says so."""
    rng = np.random.default_rng(5)
    observed = rng.uniform(30, 60, 400)
    x = rng.poisson(0.1 * observed)  # all at one rate, and nobody leaves
    t_x = np.where(x > 0, observed * rng.beta(np.maximum(x, 1), 1), 0.0)
    seen = summary_of(x.tolist(), t_x.tolist(), observed.tolist())
    for model in MODELS:
        found = model.fit(seen)
        assert not found.convergence, found
        assert "flat" in found.convergence.reason or "without bound" in found.convergence.reason


API: Any = ci
ANY_GIVEN: Any = GIVEN


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: API.BetaGeoNBD.fit(to_history(cdnow_sample())), "summary of purchases is no Cust"),
        (lambda: API.GammaGamma.fit(None), "summary of purchases is no CustomerTable"),
        (
            lambda: ANY_GIVEN.expected_orders(to_history(cdnow_sample()), horizon=1),
            "no CustomerTable",
        ),
        (lambda: ANY_GIVEN.probability_alive(draws=7), "asks for bounds is no Draws"),
        (lambda: ANY_GIVEN.next_order(interval="a"), "interval of the next order"),
        (lambda: API.BetaGeoNBD({**GIVEN.params, "b": float("nan")}, "week"), "no parameters"),
        (lambda: API.validate(ci.GammaGamma, None, until="1997"), "no model of how often"),
        (lambda: API.validate("BG", None, until="1997"), "'BG' was given"),
        (lambda: API.fit_models(None, orders=()), "no model of how often"),
        (lambda: API.fit_models(None, horizon="x"), "no time ahead"),
        (lambda: API.fit_models(None, horizon=0), "no time ahead"),
    ],
)
def test_what_is_no_question_is_refused_where_it_is_asked(ask: Any, message: str) -> None:
    """A history for a summary, a seed for draws, an instance for a class: each is told apart."""
    with pytest.raises(InvalidValue, match=message):
        ask()


def test_numbers_of_numpy_are_numbers() -> None:
    """A horizon may come out of an array."""
    assert GIVEN.expected_of_new(np.int64(3)) == GIVEN.expected_of_new(3)
    assert GIVEN.expected_of_new(np.float64(3)) == GIVEN.expected_of_new(3)


def test_within_a_day_nothing_is_negative() -> None:
    """As of an instant within a day with orders, a customer was watched up to that day."""
    history = to_history(shop(order("ada", "01-10", 10_00), order("bo", "03-01", 10_00)))
    seen = ci.purchase_summary(history, as_of="2024-03-01T20:00+00:00")
    assert (seen["weeks_observed"] >= seen["weeks_from_first_to_last"]).all()
    assert seen["weeks_observed"].min() == 0


def test_what_of_their_time_nobody_observed_is_said() -> None:
    """Models as of an instant after the end of the observation bear a note."""
    history = to_history(cdnow_sample())
    models = ci.fit_models(history, as_of="2030-01-01", orders=ci.BetaGeoNBD)
    assert "nothing later is known" in " ".join(models.table().notes)
