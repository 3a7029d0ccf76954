"""What all orders that ever come are worth: by equation (2), by sums, as others worked it out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import hyperu

import custinsights as ci
from custinsights.errors import InvalidValue
from tests.oracles.bridge import to_history
from tests.oracles.published import cdnow_sample
from tests.oracles.purchases import MODELS, NAMES, cdnow, fitted, summary_of

PUBLISHED = ci.ParetoNBD({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, "week")
"""Of CDNOW after 39 weeks, by Fader, Hardie and Lee, "RFM and CLV" (2005)."""

YEAR = 365.25 / 7


def by_equation_2(model: Any, x: Any, t_x: Any, T: Any, delta: float) -> Any:  # noqa: N803
    """Return equation (2) of "RFM and CLV", whose likelihood is taken as P(alive) and its part."""
    r, alpha, s, beta = model.params.values()
    alive = model.probability_alive(summary_of(x, t_x, T))["probability_alive"]
    return (
        alive
        * ((r + x) / (alpha + T))
        * (delta ** (s - 1) * (beta + T) ** s)
        * hyperu(s, s, delta * (beta + T))
    )


@pytest.mark.parametrize(
    ("x", "t_x", "discounted"),
    [(0, 0, 0.18), (1, 30, 1.43), (7, 35, 0.89), (9, 40, 1.07), (1, 77, 3.12), (14, 77, 29.19)],
)
def test_discounted_orders_are_those_of_others(x: int, t_x: int, discounted: float) -> None:
    """With the paper's parameters, 77.86 weeks and .0027 a week, as readers of it worked it out."""
    seen = summary_of([x], [t_x], [77.86])
    found = PUBLISHED.discounted_orders(seen, discount_rate=np.expm1(0.0027 * YEAR))
    assert found["discounted_orders"][0] == pytest.approx(discounted, abs=0.005)


@pytest.mark.parametrize("rate", [0.005, 0.15, 1.0])
def test_pareto_nbd_has_a_closed_form(rate: float) -> None:
    """The quadrature is equation (2) with the confluent hypergeometric function of SciPy."""
    x = np.array([0.0, 1, 1, 3, 14, 40])
    t_x = np.array([0.0, 0.5, 70, 20, 77, 75.5])
    T = np.array([77.86, 60, 71, 77.86, 77.86, 76])  # noqa: N806
    delta = np.log1p(rate) / YEAR
    found = PUBLISHED.discounted_orders(summary_of(x, t_x, T), discount_rate=rate)
    by_hand = by_equation_2(PUBLISHED, x, t_x, T, delta)
    assert found["discounted_orders"] == pytest.approx(by_hand, rel=1e-6 if rate < 0.01 else 1e-11)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_discounted_orders_are_the_sum_of_all_times(model: Any) -> None:
    """The orders of each short time × what is left of their worth by then, until nothing is."""
    seen = cdnow().take(np.arange(0, 2357, 400))
    found = fitted(model).discounted_orders(seen, discount_rate=1.0)["discounted_orders"]
    ends = np.linspace(0, 40 * YEAR, 4001)[1:]
    until = [fitted(model).expected_orders(seen, horizon=float(one)) for one in ends]
    orders = np.diff([np.zeros(len(seen)), *(one["expected_orders"] for one in until)], axis=0)
    middles = ends - ends[0] / 2
    by_hand = (orders * 0.5 ** (middles / YEAR)[:, None]).sum(axis=0)
    assert found == pytest.approx(by_hand, rel=1e-5)


def test_value_without_a_horizon_is_what_long_ones_reach() -> None:
    """Margin × value × the discounted orders; a horizon so long that nothing is left is near it."""
    orders, values = fitted(ci.ParetoNBD), ci.GammaGamma.fit(cdnow())
    how: dict[str, Any] = {"discount_rate": 0.2, "margin": 0.3}
    for_ever = ci.customer_lifetime_value(orders, values, horizon=None, **how)
    long = ci.customer_lifetime_value(orders, values, horizon="100y", **how)
    name = "customer_lifetime_value"
    half_a_month = 1.2 ** (1 / 24)  # which the months of a horizon are discounted longer
    assert for_ever[name] == pytest.approx(long[name] * half_a_month, rel=1e-3)
    dert = orders.discounted_orders(discount_rate=0.2)["discounted_orders"]
    by_hand = 0.3 * dert * values.expected_value()["expected_value"]
    assert for_ever[name] == pytest.approx(by_hand)


def test_who_never_came_again_is_worth_what_was_published() -> None:
    """After 78 weeks about USD 4.40 each, near 5 % of all, at a margin of 30 % and 15 % by year."""
    seen = ci.purchase_summary(to_history(cdnow_sample()))
    orders, values = ci.ParetoNBD.fit(seen), ci.GammaGamma.fit(seen)
    known = [0.5629966, 12.5590370, 0.4081095, 10.5148048]  # the manual of BTYD, pnbd.DERT
    assert [*orders.params.values()] == pytest.approx(known, rel=2e-3)
    found = ci.customer_lifetime_value(
        orders, values, horizon=None, discount_rate=0.15, margin=0.3
    )["customer_lifetime_value"]
    never = seen["repeat_orders"] == 0
    assert float(found[never].mean()) == pytest.approx(4.40, abs=0.02)
    assert float(found[never].sum() / found.sum()) == pytest.approx(0.05, abs=0.003)


def test_bounds_hold_what_is_told() -> None:
    """The uncertainty of the parameters is told of it as of all else."""
    some = cdnow().take(np.array([1, 5, 9]))
    found = fitted(ci.ModifiedBetaGeoNBD).discounted_orders(
        some, discount_rate=0.1, draws=ci.Draws(seed=3)
    )
    assert np.all(found["low"] < found["discounted_orders"])
    assert np.all(found["discounted_orders"] < found["high"])


def test_the_trait_may_be_of_all_that_comes() -> None:
    """`predicted_lifetime_value` knows no end if the models are told none, also out of JSON."""
    history = to_history(cdnow_sample())
    models = ci.fit_models(history, orders=ci.ParetoNBD, horizon=None, discount_rate=0.1)
    again = type(models).from_json(models.to_json())
    told = [
        ci.traits(history, ["predicted_lifetime_value"], catalog=ci.DEFAULT.with_models(one))
        for one in (models, again)
    ]
    assert told[0] == told[1]
    year = ci.fit_models(history, orders=ci.ParetoNBD, discount_rate=0.1)
    short = ci.traits(history, ["predicted_lifetime_value"], catalog=ci.DEFAULT.with_models(year))
    name = "predicted_lifetime_value"
    assert float(np.mean(told[0][name])) > 2 * float(np.mean(short[name]))


def test_what_comes_for_ever_is_discounted() -> None:
    """Without a discount rate above 0 there may be no end of it, and it is refused."""
    orders, values = fitted(ci.ParetoNBD), ci.GammaGamma.fit(cdnow())
    rates: tuple[Any, ...] = (0, -0.1, True, np.inf, "10%")
    for rate in rates:
        with pytest.raises(InvalidValue, match="discount"):
            orders.discounted_orders(discount_rate=rate)
        with pytest.raises(InvalidValue, match="discount"):
            ci.customer_lifetime_value(orders, values, horizon=None, discount_rate=rate)
    with pytest.raises(InvalidValue, match="above 0, such as"):
        ci.fit_models(to_history(cdnow_sample()), horizon=None)
