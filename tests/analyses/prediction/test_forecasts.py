# ruff: noqa: N803
# x, t_x and T are written as the papers write them.
"""What models tell of each customer: by integrals over who they may be, by simulation, as known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammainc

import custinsights as ci
from custinsights.analyses.prediction.counting import CountingModel
from custinsights.errors import Incompatible, InvalidValue, NoModel
from tests.oracles.bridge import to_history
from tests.oracles.published import cdnow_sample
from tests.oracles.purchases import (
    MODELS,
    NAMES,
    SIMULATED,
    cdnow,
    fitted,
    simulated_on,
    summary_of,
)

Array: TypeAlias = "np.ndarray[Any, Any]"
AHEAD = 13.0

# ---- by integrals: a customer is a rate of buying and a rate, or chance, of leaving --------------


@cache
def people(model: type[CountingModel]) -> tuple[Array, Array, Array]:
    """Return rates of buying, rates or chances of leaving, and how much each pair weighs."""
    nodes, weights = np.polynomial.legendre.leggauss(240)
    # Nodes gather at both ends, where the quantiles are steep.
    share = np.minimum(stats.beta(4, 4).cdf((nodes + 1) / 2), 1 - 1e-15)
    weights = weights / 2 * stats.beta(4, 4).pdf((nodes + 1) / 2)
    r, alpha, third, fourth = SIMULATED[model]
    leaving: Any = stats.beta(third, fourth)
    if model is ci.ParetoNBD:
        leaving = stats.gamma(third, scale=1 / fourth)
    rate = stats.gamma(r, scale=1 / alpha).ppf(share)[:, None]
    return rate, np.maximum(leaving.ppf(share), 1e-12)[None, :], np.outer(weights, weights)


def stays_and_leaves(
    model: type[CountingModel], x: int, t_x: float, T: float
) -> tuple[Array, Array]:
    """Return how likely the purchases are of each, who is still there or has left."""
    rate, leaving, _ = people(model)
    if model is ci.ParetoNBD:
        both = rate + leaving
        stays = rate**x * np.exp(-both * T)
        leaves = rate**x * leaving / both * (np.exp(-both * t_x) - np.exp(-both * T))
        return stays, leaves
    chances = x + (model is ci.ModifiedBetaGeoNBD)
    stays = (1 - leaving) ** chances * rate**x * np.exp(-rate * T)
    if not chances:
        return stays, np.zeros_like(stays)
    return stays, leaving * (1 - leaving) ** (chances - 1) * rate**x * np.exp(-rate * t_x)


def orders_ahead(model: type[CountingModel], t: float) -> Array:
    """Return the orders to expect within a time of who is there."""
    rate, leaving, _ = people(model)
    if model is ci.ParetoNBD:
        return rate / leaving * -np.expm1(-leaving * t)
    return -np.expm1(-rate * leaving * t) / leaving


def chance_of(model: type[CountingModel], n: int, t: float) -> Array:
    """Return the probability of n orders within a time of who is there."""
    rate, leaving, _ = people(model)
    if model is ci.ParetoNBD:
        both = rate + leaving
        left: Array = (rate / both) ** n * leaving / both * gammainc(n + 1, both * t)
        left += np.exp(-leaving * t) * stats.poisson.pmf(n, rate * t)
        return left
    stays: Array = (1 - leaving) ** n * stats.poisson.pmf(n, rate * t)
    if n:
        stays += leaving * (1 - leaving) ** (n - 1) * stats.poisson.sf(n - 1, rate * t)
    return stays


SEEN = [(0, 0.0, 30.0), (0, 0.0, 2.0), (1, 1.0, 30.0), (3, 28.0, 30.0), (9, 12.0, 52.0)]


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
@pytest.mark.parametrize("seen", SEEN)
def test_what_is_told_is_the_mean_over_who_the_customer_may_be(
    model: type[CountingModel], seen: tuple[int, float, float]
) -> None:
    """P(alive), orders, their distribution: integrals over all rates, weighed by the purchases."""
    stays, leaves = stays_and_leaves(model, *seen)
    weights = people(model)[2]

    def mean(told: Array | float = 1.0) -> float:
        return float((weights * stays * told).sum() / (weights * (stays + leaves)).sum())

    told = model(dict(zip(model.NAMES, SIMULATED[model], strict=True)), "week")
    summary = summary_of(*([one] for one in seen))
    alive = mean()
    assert told.probability_alive(summary)["probability_alive"][0] == pytest.approx(alive, rel=1e-6)
    orders = told.expected_orders(summary, horizon="13w")["expected_orders"][0]
    assert orders == pytest.approx(mean(orders_ahead(model, AHEAD)), rel=1e-5)
    chances = told.order_distribution(summary, horizon="13w", most=6)[0]
    by_integral = [mean(chance_of(model, n, AHEAD)) for n in range(7)]
    by_integral[0] += 1 - alive
    assert chances == pytest.approx(by_integral, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_new_customer_is_one_of_all(model: type[CountingModel]) -> None:
    """Of somebody who has just bought first the mean over all is to be expected."""
    rate, leaving, weights = people(model)
    orders = orders_ahead(model, AHEAD)
    if model is ci.ModifiedBetaGeoNBD:
        orders = orders * (1 - leaving)
    told = model(dict(zip(model.NAMES, SIMULATED[model], strict=True)), "week")
    assert rate.shape == (240, 1)
    assert told.expected_of_new("13w") == pytest.approx(float((weights * orders).sum()), rel=1e-5)


@pytest.mark.parametrize("model", MODELS[:2], ids=NAMES[:2])
@pytest.mark.parametrize(("a", "b"), [(1.0, 2.0), (0.4, 0.6), (1.0, 1.0)])
def test_there_are_no_holes_in_the_formula(model: type[CountingModel], a: float, b: float) -> None:
    """Where a is 1 or a + b is 1 the closed form has a hole, and the answer has none."""
    beside = [
        model({"r": 0.7, "alpha": 5.0, "a": a + shift, "b": b}, "week").expected_of_new("9w")
        for shift in (-1e-4, 0.0, 1e-4)
    ]
    assert beside[1] == pytest.approx((beside[0] + beside[2]) / 2, rel=1e-6)


@pytest.mark.parametrize(
    ("params", "weeks", "orders"),
    [  # by mpmath, to forty figures
        ((5.0, 100.0, 1.0, 1.0), 36500.0, 7.983230686915855),
        ((5.0, 100.0, 1 + 1e-6, 1.0), 36500.0, 7.983205871091773),
        ((300.0, 3000.0, 0.5, 0.5), 36500.0, 68.13821238961049),
        ((0.7, 5.0, 0.4, 0.6 - 1e-6), 63.0, 3.3780976203197587),
        ((0.7, 5.0, 1.0, 1e-7), 63.0, 0.839112518737567),
    ],
)
def test_in_and_beside_a_hole_the_answer_is_exact(
    params: tuple[float, ...], weeks: float, orders: float
) -> None:
    """Where a or a + b is 1, or nearly, the orders to expect are right to nine figures."""
    told = ci.BetaGeoNBD(dict(zip(ci.BetaGeoNBD.NAMES, params, strict=True)), "week")
    assert told.expected_of_new(weeks) == pytest.approx(orders, rel=1e-9)


@pytest.mark.parametrize(
    ("params", "x", "weeks", "orders"),
    [  # by mpmath, to fifty figures, where double precision overflows in the closed form
        ((0.5, 300.0, 7000.0, 50.0), 3, 400.0, 0.95168315126968),
        ((5.0, 30.0, 1500.0, 5000.0), 3, 400.0, 4.337291817276),
    ],
)
def test_what_overflows_is_integrated(
    params: tuple[float, ...], x: int, weeks: float, orders: float
) -> None:
    """Where the closed form overflows the answer is that of the integral over who leaves."""
    told = ci.BetaGeoNBD(dict(zip(ci.BetaGeoNBD.NAMES, params, strict=True)), "week")
    seen = told.purchases_of(summary_of([x], [9.0 if x else 0.0], [9.0]))
    assert told.orders_while_alive(seen, weeks)[0] == pytest.approx(orders, rel=1e-9)


# ---- by simulation ------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_what_is_expected_comes(model: type[CountingModel]) -> None:
    """In 15,000 simulated futures the orders, their numbers and the next ones come as told."""
    summary, came, comes = simulated_on(model, 15_000, seed=11, ahead=AHEAD)
    told = model(dict(zip(model.NAMES, SIMULATED[model], strict=True)), "week")
    expected = told.expected_orders(summary, horizon=AHEAD)["expected_orders"]
    chances = told.order_distribution(summary, horizon=AHEAD, most=2)
    for group in np.array_split(np.argsort(expected, kind="stable"), 5):
        sure = 4 * came[group].std() / np.sqrt(len(group))
        assert expected[group].mean() == pytest.approx(came[group].mean(), abs=sure)
        for n in range(3):
            share = float((came[group] == n).mean())
            sure = 4 * np.sqrt(share * (1 - share) / len(group))
            assert chances[group, n].mean() == pytest.approx(share, abs=sure)
    times = told.next_order(summary, interval=0.5)
    for name, chance in (("low", 0.25), ("median", 0.5)):
        soon = times[name] < AHEAD
        share = float((comes[soon] <= times[name][soon]).mean())
        sure = 4 * np.sqrt(chance * (1 - chance) / soon.sum())
        assert share == pytest.approx(chance, abs=sure), name


# ---- as published and as others tell ------------------------------------------------------------

# lifetimes 0.11.3 with the published parameters: the orders to expect in 39 weeks and P(alive) of
# customers 1, 2, 3, 6, 157 and 1516 of the sample.
LIFETIMES: dict[str, tuple[tuple[float, ...], list[float], list[float]]] = {
    "BetaGeoNBD": (
        (0.243, 4.414, 0.793, 2.426),
        [1.22611581, 0.20335104, 0.19510966, 3.33743935, 20.0547881, 20.7483537],
        [0.72658972, 0.21226006, 1.0, 0.641796, 0.9692184, 0.96885156],
    ),
    "ModifiedBetaGeoNBD": (
        (0.525, 6.183, 0.891, 1.614),
        [1.26305026, 0.18899155, 0.15402449, 3.16794282, 18.954268, 19.44935103],
        [0.70621506, 0.17096749, 0.389743, 0.622765, 0.9659513, 0.96549805],
    ),
    "ParetoNBD": (
        (0.553, 10.578, 0.606, 11.669),
        [1.45522613, 0.17122855, 0.10709283, 3.71263919, 19.59699832, 20.1161296],
        [0.86918615, 0.16812715, 0.29530337, 0.74954272, 0.99618848, 0.99787426],
    ),
}
SOME = np.array([0, 1, 2, 5, 156, 1515])


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_customers_of_the_sample_are_told_as_by_another_library(model: type[CountingModel]) -> None:
    """Lifetimes tells the same of the papers' customers, to all the figures that are kept."""
    params, orders, alive = LIFETIMES[model.__name__]
    told = model(dict(zip(model.NAMES, params, strict=True)), "week")
    some = cdnow().take(SOME)
    found = told.expected_orders(some, horizon="39w")["expected_orders"]
    assert found == pytest.approx(orders, rel=1e-7)
    assert told.probability_alive(some)["probability_alive"] == pytest.approx(alive, rel=1e-7)


def test_the_published_forecasts_of_new_and_old_customers() -> None:
    """52 weeks of a new customer and of customer 1516, as the vignette of BTYD tells them."""
    often = cdnow().take(np.array([1515]))
    new = {"BetaGeoNBD": 1.444010, "ParetoNBD": 1.473434}
    for model in (ci.BetaGeoNBD, ci.ParetoNBD):
        assert fitted(model).expected_of_new("52w") == pytest.approx(new[model.__name__], abs=2e-5)
    found = fitted(ci.BetaGeoNBD).expected_orders(often, horizon="52w")["expected_orders"]
    assert found[0] == pytest.approx(25.75659, abs=2e-3)
    found = fitted(ci.ParetoNBD).expected_orders(often, horizon="52w")["expected_orders"]
    assert found[0] == pytest.approx(25.46, abs=1e-2)


def test_the_published_value_of_an_order() -> None:
    """35.22 of a customer without repeats: p v ÷ (q − 1); lifetimes tells the same of others."""
    model = ci.GammaGamma({"p": 6.25, "q": 3.74, "v": 15.44}, "USD")
    found = model.expected_value(cdnow().take(SOME))["expected_value"]
    assert found[2] == pytest.approx(6.25 * 15.44 / 2.74)
    others = [24.65961286, 18.91685206, 35.2189781, 71.47101527, 26.39477689, 39.89121883]
    assert found == pytest.approx(others, rel=1e-8)


def test_the_value_of_an_order_is_the_mean_over_what_the_customer_may_spend() -> None:
    """With n ~ Gamma(q, γ) and values ~ Gamma(p, n): the mean of p ÷ n, weighed by the values."""
    p, q, v, x, m = 6.25, 3.74, 15.44, 3, 50.0
    rate = np.linspace(1e-6, 3, 400_001)
    weights = stats.gamma(q, scale=1 / v).pdf(rate) * stats.gamma(p * x, scale=1 / (rate * x)).pdf(
        m
    )
    mean = float((weights * p / rate).sum() / weights.sum())
    model = ci.GammaGamma({"p": p, "q": q, "v": v}, "USD")
    found = model.expected_value(summary_of([x], [5.0], [9.0], [m]))["expected_value"]
    assert found[0] == pytest.approx(mean, rel=1e-6)


# ---- dates and values ---------------------------------------------------------------------------


def test_the_next_order_comes_on_a_day() -> None:
    """The day by whose end it has come: 29.48 weeks are 207 days after the last whole day."""
    found = fitted(ci.BetaGeoNBD).next_order(interval=0.8)
    row = found.row(1)
    assert row["median"] == pytest.approx(29.48, abs=0.01)
    assert row["median_on"].date() == date(1998, 4, 25)
    assert (date(1998, 4, 25) - date(1997, 9, 30)).days == np.ceil(row["median"] * 7)
    assert row["high_on"] is None
    assert row["high"] is None
    soonest = fitted(ci.BetaGeoNBD).next_order(interval=1 - 1e-12)["low_on"].min()
    assert soonest == np.datetime64("1997-10-01")


@pytest.mark.parametrize("interval", [0, 1, -0.5, 80, True])
def test_an_interval_of_the_next_order_is_a_probability(interval: Any) -> None:
    """What is no probability between 0 and 1 is refused."""
    with pytest.raises(InvalidValue, match="The interval of the next order is out of range"):
        fitted(ci.BetaGeoNBD).next_order(interval=interval)


def test_lifetime_value_is_discounted_month_by_month() -> None:
    """By hand: the orders of each month × value × margin ÷ 1.1 to the years until its end."""
    seen = cdnow().take(SOME)
    orders, values = fitted(ci.ParetoNBD), ci.GammaGamma.fit(cdnow())
    month = 30.4375
    ends = [min(month * place, 100.0) for place in range(5)]
    until = [np.zeros(len(SOME))]
    until += [orders.expected_orders(seen, horizon=end / 7)["expected_orders"] for end in ends[1:]]
    by_hand = (
        sum(
            (late - early) / 1.1 ** (end / 365.25)
            for early, late, end in zip(until[:-1], until[1:], ends[1:], strict=True)
        )
        * values.expected_value(seen)["expected_value"]
    )
    found = ci.customer_lifetime_value(
        orders, values, seen, horizon="100d", discount_rate=0.1, margin=0.3
    )
    assert found["customer_lifetime_value"] == pytest.approx(0.3 * by_hand)


def test_a_model_tells_of_its_own_customers() -> None:
    """Without a summary a model tells of those that it was fitted to; a given one has none."""
    model = fitted(ci.BetaGeoNBD)
    assert model.expected_orders(horizon="13w") == model.expected_orders(cdnow(), horizon="13w")
    values = ci.GammaGamma.fit(cdnow())
    assert values.expected_value() == values.expected_value(cdnow())
    assert len(ci.customer_lifetime_value(model, values)) == 2357
    given = ci.BetaGeoNBD({"r": 0.2, "alpha": 4.0, "a": 0.8, "b": 2.4}, "week")
    with pytest.raises(NoModel, match="fitted to nobody, and no customers are given"):
        given.probability_alive()


@pytest.mark.parametrize(
    "params",
    [{"r": 1.0}, {"r": 1, "alpha": 2, "a": 0, "b": 1}, {"a": 1, "b": 1, "r": 1, "alpha": 1}],
)
def test_parameters_are_those_of_the_model(params: dict[str, float]) -> None:
    """Other names, another order, or a parameter of zero are refused."""
    with pytest.raises(InvalidValue, match=r"no parameters of BetaGeoNBD.*r, alpha, a, b"):
        ci.BetaGeoNBD(params, "week")


def test_values_in_another_currency_are_refused() -> None:
    """A model of pounds says nothing of dollars."""
    pounds = ci.GammaGamma({"p": 6.25, "q": 3.74, "v": 15.44}, "GBP")
    with pytest.raises(Incompatible, match="currencies of the model and the purchases"):
        pounds.expected_value(cdnow())
    with pytest.raises(Incompatible, match="currencies of the model and the purchases"):
        ci.customer_lifetime_value(fitted(ci.BetaGeoNBD), pounds)


def test_orders_of_a_day_that_is_not_over_do_not_turn_time_back() -> None:
    """Who first orders on the day of as_of has been watched for no time, not for less."""
    history = to_history(cdnow_sample())
    early = ci.purchase_summary(history, as_of="1997-01-20T12:00:00+00:00")
    model = fitted(ci.BetaGeoNBD)
    alive: Callable[..., Any] = model.probability_alive
    assert np.all(alive(early)["probability_alive"] <= 1)
    assert np.all(model.purchases_of(early).t_x <= model.purchases_of(early).T)


@pytest.mark.parametrize("most", [-1, 1001, 10**9, "a"])
def test_a_distribution_has_an_end(most: Any) -> None:
    """Of more than a thousand orders nothing is told one by one."""
    with pytest.raises(InvalidValue, match=r"largest number of orders is wrong.*from 0 to 1000"):
        fitted(ci.BetaGeoNBD).order_distribution(horizon="13w", most=most)
