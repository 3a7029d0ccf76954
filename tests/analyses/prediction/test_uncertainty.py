"""How sure forecasts are: standard errors, covariance, and bounds by drawn models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.prediction.counting import CountingModel
from custinsights.errors import InvalidValue, NoModel
from custinsights.results.customer_table import CustomerTable
from tests.oracles.purchases import MODELS, NAMES, SIMULATED, cdnow, fitted, simulated, summary_of

FEW = np.arange(0, 2357, 200)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_standard_errors_are_the_spread_of_fits(model: type[CountingModel]) -> None:
    """Fits to forty shops of one kind spread as far as one of them says that it is unsure."""
    fits = [model.fit(simulated(model, 3000, seed=seed)) for seed in range(40)]
    logs = np.log([[*one.params.values()] for one in fits])
    told = np.array([[*one.standard_errors.values()] for one in fits])
    said = np.median(told / np.exp(logs), axis=0)
    spread = logs.std(axis=0, ddof=1)
    assert np.all((said / spread > 0.6) & (said / spread < 1.6))
    assert fits[0].covariance == pytest.approx(fits[0].covariance.T)
    assert np.sqrt(np.diag(fits[0].covariance)) == pytest.approx(told[0])


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_drawn_models_have_the_fitted_covariance(model: type[CountingModel]) -> None:
    """The logarithms of drawn parameters spread as the fit says, around what it found."""
    one = fitted(model)
    drawn = ci.Draws(seed=3, number=20_000).of(one)
    logs = np.log([[*each.params.values()] for each in drawn])
    at = np.array([*one.params.values()])
    assert logs.mean(axis=0) == pytest.approx(np.log(at), abs=0.01)
    assert np.cov(logs.T) == pytest.approx(one.covariance / np.outer(at, at), rel=0.1, abs=3e-4)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_bounds_are_quantiles_of_what_drawn_models_tell(model: type[CountingModel]) -> None:
    """By hand: ask each drawn model, and take the quantiles; what is expected lies between."""
    draws, one, few = ci.Draws(seed=5, number=50, level=0.9), fitted(model), cdnow().take(FEW)
    found = one.expected_orders(few, horizon="39w", draws=draws)
    each = [m.expected_orders(few, horizon="39w")["expected_orders"] for m in draws.of(one)]
    low, high = np.quantile(each, [0.05, 0.95], axis=0, method="weibull")
    assert found["low"] == pytest.approx(low)
    assert found["high"] == pytest.approx(high)
    assert np.all((low < found["expected_orders"]) & (found["expected_orders"] < high))
    alive = one.probability_alive(few, draws=draws)
    assert np.all((alive["low"] >= 0) & (alive["high"] <= 1))
    assert list(alive.columns) == ["probability_alive", "low", "high"]
    assert {column.kind for column in alive.columns.values()} == {"share"}


def test_few_draws_do_not_make_bounds_narrow() -> None:
    """Of 39 draws a fortieth lies below or above all with 2 ÷ 40: these are the bounds at 95 %."""
    draws, one, few = ci.Draws(seed=5, number=39), fitted(ci.BetaGeoNBD), cdnow().take(FEW)
    found = one.probability_alive(few, draws=draws)
    each = [m.probability_alive(few)["probability_alive"] for m in draws.of(one)]
    assert found["low"] == pytest.approx(np.min(each, axis=0))
    assert found["high"] == pytest.approx(np.max(each, axis=0))


def test_bounds_hold_as_often_as_is_said_of_few_customers() -> None:
    """In 200 shops of 500 customers: 91 to 97 % of who came again, 89 % of who never did."""
    shape = (0.8, 840.0, 0.9, 2.0)
    model = ci.ModifiedBetaGeoNBD
    seen = summary_of([0, 2, 6, 3], [0.0, 2000, 3800, 400], [4000.0, 4000, 4000, 5000])
    true = model(dict(zip(model.NAMES, shape, strict=True)), "week")
    alive = true.probability_alive(seen)["probability_alive"]
    held = []
    for seed in range(200):
        found = model.fit(shop_of(500, shape, seed))
        if found.convergence:
            told = found.probability_alive(seen, draws=ci.Draws(1000 + seed))
            held.append((told["low"] <= alive) & (alive <= told["high"]))
    assert len(held) > 190
    never, *again = np.mean(held, axis=0)
    assert 0.82 < never < 0.95
    assert all(0.86 < one < 0.99 for one in again)


def shop_of(customers: int, shape: tuple[float, ...], seed: int) -> CustomerTable:
    """Return the purchases of customers who behave as MBG/NBD says, over many years."""
    dice = np.random.default_rng(seed)
    r, alpha, a, b = shape
    T = dice.uniform(3000, 6000, customers)  # noqa: N806 - as the papers write it
    rate, leaves = dice.gamma(r, 1 / alpha, customers), dice.beta(a, b, customers)
    x, t_x, now = (np.zeros(customers) for _ in range(3))
    is_there = dice.uniform(size=customers) >= leaves
    while is_there.any():
        now = now + dice.exponential(1 / rate)
        is_there &= now <= T
        x[is_there] += 1
        t_x[is_there] = now[is_there]
        is_there &= dice.uniform(size=customers) >= leaves
    return summary_of(x, t_x, T)


def test_more_customers_are_surer() -> None:
    """Of four times as many customers the bounds are about half as far apart."""
    widths = []
    for customers in (2000, 8000):
        model = ci.BetaGeoNBD.fit(simulated(ci.BetaGeoNBD, customers, seed=4))
        found = model.expected_orders(cdnow().take(FEW), horizon="13w", draws=ci.Draws(seed=1))
        widths.append(float(np.mean(found["high"] - found["low"])))
    assert 1.5 < widths[0] / widths[1] < 2.7


def test_bounds_of_the_true_orders_hold_at_their_level() -> None:
    """In 60 simulated shops the bounds hold what is truly to be expected about 9 times in 10."""
    true = ci.BetaGeoNBD(
        dict(zip(ci.BetaGeoNBD.NAMES, SIMULATED[ci.BetaGeoNBD], strict=True)), "week"
    )
    few = cdnow().take(FEW[:5])
    orders = true.expected_orders(few, horizon="26w")["expected_orders"]
    held = []
    for seed in range(60):
        model = ci.BetaGeoNBD.fit(simulated(ci.BetaGeoNBD, 800, seed=seed))
        found = model.expected_orders(few, horizon="26w", draws=ci.Draws(seed=seed, level=0.9))
        held.append((found["low"] <= orders) & (orders <= found["high"]))
    assert 0.8 < np.mean(held) < 0.98


def test_values_and_lifetime_values_have_bounds() -> None:
    """Both models are drawn for the value of a customer; the seed alone decides."""
    model, values = fitted(ci.BetaGeoNBD), ci.GammaGamma.fit(cdnow())
    few = cdnow().take(FEW)
    draws = ci.Draws(seed=9, number=40)
    value = values.expected_value(few, draws=draws)
    assert np.all(
        (value["low"] < value["expected_value"]) & (value["expected_value"] < value["high"])
    )
    worth = ci.customer_lifetime_value(model, values, few, discount_rate=0.1, draws=draws)
    assert worth == ci.customer_lifetime_value(model, values, few, discount_rate=0.1, draws=draws)
    told = worth["customer_lifetime_value"]
    assert np.all((worth["low"] < told) & (told < worth["high"]))
    other = ci.Draws(seed=10, number=40)
    assert worth != ci.customer_lifetime_value(model, values, few, discount_rate=0.1, draws=other)


def test_a_generator_goes_on() -> None:
    """A generator that is given is drawn from on and on; one of the same state gives the same."""
    one, few = fitted(ci.BetaGeoNBD), cdnow().take(FEW)
    dice = np.random.default_rng(7)
    first, second = (
        one.probability_alive(few, draws=ci.Draws(seed=dice, number=30)) for _ in range(2)
    )
    assert first != second
    assert first == one.probability_alive(few, draws=ci.Draws(seed=7, number=30))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"seed": None}, "The seed of the draws is wrong"),
        ({"seed": -1}, "The seed of the draws is wrong"),
        ({"seed": 1, "number": 1}, "The number of draws is wrong"),
        ({"seed": 1, "level": 95}, "The level of the draws is out of range"),
        ({"seed": 1, "level": 1.0}, "The level of the draws is out of range"),
    ],
)
def test_draws_are_asked_for_with_a_seed(wrong: dict[str, Any], message: str) -> None:
    """Without a seed there is no answer, for it would be another one every time."""
    with pytest.raises(InvalidValue, match=message):
        ci.Draws(**wrong)


def test_given_parameters_are_not_unsure() -> None:
    """What was not fitted has no standard errors and no bounds."""
    given = ci.ParetoNBD({"r": 0.5, "alpha": 10.0, "s": 0.6, "beta": 11.0}, "week")
    assert all(np.isnan(one) for one in given.standard_errors.values())
    with pytest.raises(NoModel, match="nothing tells how sure its parameters are"):
        given.expected_orders(cdnow(), horizon="4w", draws=ci.Draws(seed=1))


def test_bounds_say_what_they_take_for_certain() -> None:
    """Where nobody seems to stop, nothing tells how sure that is: the result says so."""
    dice = np.random.default_rng(2)
    x = dice.poisson(dice.gamma(3.0, 4.0, 500)) + 2
    seen = summary_of(x, 52.0 - dice.uniform(0, 0.3, 500), np.full(500, 52.0))
    found = ci.BetaGeoNBD.fit(seen)
    said = "The bounds take a, b for certain: nothing tells how sure."
    assert said in found.probability_alive(draws=ci.Draws(seed=1)).provenance.remarks
    assert said not in found.probability_alive().provenance.remarks
    values = ci.GammaGamma({"p": 6.25, "q": 3.74, "v": 15.44}, "USD")
    value = ci.customer_lifetime_value(found, values, seen)
    assert value.provenance.remarks == ("By BetaGeoNBD nobody seems to stop buying.",)
