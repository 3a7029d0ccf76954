# ruff: noqa: N803, N806
# x, t_x and T are written as the papers write them.
"""Purchase summaries to ask models about: the papers' sample, of columns, and simulated ones."""

from __future__ import annotations

from functools import cache
from typing import Any

import attrs
import numpy as np

import custinsights as ci
from custinsights.analyses.prediction.counting import CountingModel
from custinsights.results.customer_table import CustomerTable
from tests.oracles.bridge import to_history
from tests.oracles.published import cdnow_sample

MODELS: list[type[CountingModel]] = [ci.BetaGeoNBD, ci.ModifiedBetaGeoNBD, ci.ParetoNBD]
NAMES = [model.__name__ for model in MODELS]


@cache
def cdnow() -> CustomerTable:
    """Return the purchases of the papers' sample up to the end of the calibration."""
    return ci.purchase_summary(to_history(cdnow_sample()), as_of="1997-10-01")


@cache
def fitted(model: type[CountingModel]) -> CountingModel:
    """Return a model of the papers' sample."""
    return model.fit(cdnow())


def simulated(model: type[CountingModel], customers: int, seed: int) -> CustomerTable:
    """Return the purchases of customers who behave as a model says, in weeks."""
    return simulated_on(model, customers, seed, ahead=0)[0]


def simulated_on(
    model: type[CountingModel], customers: int, seed: int, ahead: float
) -> tuple[CustomerTable, np.ndarray, np.ndarray]:
    """Return purchases, the orders in the time ahead of them, and when the first of these comes."""
    dice = np.random.default_rng(seed)
    r, alpha, third, fourth = SIMULATED[model]
    rate = dice.gamma(r, 1 / alpha, customers)
    T = dice.uniform(20, 60, customers)
    x, t_x, came = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    comes = np.full(customers, np.inf)
    if model is ci.ParetoNBD:
        leaves = dice.exponential(1 / dice.gamma(third, 1 / fourth, customers))
        share = np.full(customers, 0.0)
    else:
        leaves = np.full(customers, np.inf)
        share = dice.beta(third, fourth, customers)
    now = np.zeros(customers)
    is_alive = np.ones(customers, dtype=bool)
    if model is ci.ModifiedBetaGeoNBD:
        is_alive = dice.uniform(size=customers) >= share
    while is_alive.any():
        now = now + dice.exponential(1 / rate)
        is_alive &= (now <= T + ahead) & (now <= leaves)
        is_seen = is_alive & (now <= T)
        x[is_seen] += 1
        t_x[is_seen] = now[is_seen]
        is_later = is_alive & (now > T)
        came[is_later] += 1
        comes[is_later] = np.minimum(comes, now - T)[is_later]
        is_alive &= dice.uniform(size=customers) >= share
    return summary_of(x, t_x, T), came, comes


SIMULATED = {
    ci.BetaGeoNBD: (0.8, 6.0, 0.9, 2.5),
    ci.ModifiedBetaGeoNBD: (0.8, 6.0, 0.9, 2.5),
    ci.ParetoNBD: (0.8, 6.0, 0.9, 15.0),
}


def summary_of(x: Any, t_x: Any, T: Any, m: Any = None) -> CustomerTable:
    """Return a purchase summary of columns."""
    blank = cdnow().take(np.zeros(len(x), dtype=np.int64))
    values = {
        "repeat_orders": np.asarray(x, dtype=np.int64),
        "weeks_from_first_to_last": np.asarray(t_x, dtype=np.float64),
        "weeks_observed": np.asarray(T, dtype=np.float64),
        "mean_repeat_value": np.full(len(x), np.nan) if m is None else np.asarray(m, dtype=float),
    }

    columns_ = {
        name: attrs.evolve(blank.column(name), values=of, missing=None)
        for name, of in values.items()
    }
    return attrs.evolve(blank, ids=np.arange(len(x)), columns=columns_)
