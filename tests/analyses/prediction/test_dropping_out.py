# ruff: noqa: N803, N806
# x, t_x and T are written as the papers write them.
"""Pareto/NBD's integrals over the time of the drop-out, held to brute force over all parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln, logsumexp

import custinsights as ci
from tests.oracles.purchases import summary_of

Array: TypeAlias = "np.ndarray[Any, Any]"
Params: TypeAlias = tuple[float, float, float, float]


def ln_integral(ln_of: Callable[[Array], Array], until: float, smallest: float) -> float:
    """Return ln of an integral from 0, by thousands of nodes over the logarithm of the time."""
    low, high = np.log(min(smallest, until)) - 45, np.log(until)
    many = int((high - low) / 0.05) + 1
    nodes, weights = np.polynomial.legendre.leggauss(6)
    width = (high - low) / many
    logs = (low + (np.arange(many)[:, None] + (nodes + 1) / 2) * width).ravel()
    return float(logsumexp(logs + ln_of(np.exp(logs)), b=np.tile(weights * width / 2, many)))


def by_brute_force(params: Params, x: float, t_x: float, T: float) -> tuple[float, float]:
    """Return the log-likelihood of a customer and P(alive)."""
    r, alpha, s, beta = params
    a, b = alpha + t_x, beta + t_x
    before = gammaln(r + x) - gammaln(r) - r * np.log1p(t_x / alpha) - x * np.log(a)
    before -= s * np.log1p(t_x / beta)

    def falls(y: Array | float) -> Array:
        fallen: Array = -(r + x) * np.log1p(y / a) - s * np.log1p(y / b)
        return fallen

    stays = float(falls(T - t_x))
    if t_x == T:
        return before + stays, 1.0
    smallest = min(1 / ((r + x) / a + (s + 1) / b), a)
    left = np.log(s) + ln_integral(lambda y: falls(y) - np.log(b + y), T - t_x, smallest)
    both = float(np.logaddexp(stays, left))
    return before + both, float(np.exp(stays - both))


def number_by_brute_force(params: Params, time: float, n: int) -> float:
    """Return P(n orders) of a new customer within a time."""
    r, alpha, s, beta = params

    def comes(y: Array | float) -> Array:
        ways = gammaln(r + n) - gammaln(r) - gammaln(n + 1)
        chance: Array = ways - r * np.log1p(y / alpha) + n * np.log(y / (alpha + y))
        return chance - s * np.log1p(y / beta)

    smallest = min(1 / (r / alpha + (s + 1) / beta), alpha)
    left = ln_integral(lambda y: np.log(s / (beta + y)) + comes(y), time, smallest)
    return float(np.exp(left) + np.exp(comes(time)))


def powers_of_ten(low: float, high: float) -> st.SearchStrategy[float]:
    """Return numbers of all sizes between two powers of ten."""
    return st.floats(low, high).map(lambda power: float(10**power))


PARAMS = st.tuples(
    powers_of_ten(-3, 4), powers_of_ten(-4, 5), powers_of_ten(-3, 4), powers_of_ten(-4, 6)
)
SEEN = st.tuples(st.sampled_from([0, 0, 1, 3, 40, 900]), st.floats(0, 1), powers_of_ten(-2, 4))


def told_of(params: Params) -> ci.ParetoNBD:
    """Return the model of parameters."""
    return ci.ParetoNBD(dict(zip(ci.ParetoNBD.NAMES, params, strict=True)), "week")


def likelihood(params: Any, x: float, t_x: float, T: float) -> tuple[float, Array]:
    """Return the log-likelihood of one customer and its gradient by the logarithms."""
    seen = (np.array([float(value)]) for value in (x, t_x, T))
    value, gradient = ci.ParetoNBD.likelihood(np.array(params), *seen)
    return float(value[0]), gradient[:, 0] * params


@settings(max_examples=150, deadline=None)
@given(PARAMS, SEEN)
def test_the_likelihood_is_right_whatever_the_parameters(
    params: Params, seen: tuple[int, float, float]
) -> None:
    """Likelihood, its gradient and P(alive) agree with brute force from 1e-4 to 1e6."""
    x, share, T = seen
    t_x = share * T if x else 0.0
    value, gradient = likelihood(params, x, t_x, T)
    exact, alive = by_brute_force(params, x, t_x, T)
    r, alpha, *_ = params
    # Figures that are lost before the integral: in ln Γ, and in powers that nearly cancel.
    lost = 1e-15 * (abs(gammaln(r + x)) + (r + x) * (1 + abs(np.log(alpha + T))) + params[2] * 30)
    assert value == pytest.approx(exact, abs=1e-11 + lost, rel=1e-11)
    told = told_of(params).probability_alive(summary_of([x], [t_x], [T]))
    assert told["probability_alive"][0] == pytest.approx(alive, rel=1e-10 + 10 * lost, abs=1e-300)
    step = 1e-4
    for place in range(4):
        up, down = (np.array(params) for _ in range(2))
        up[place] *= np.exp(step)
        down[place] *= np.exp(-step)
        ends = [by_brute_force(tuple(end.tolist()), x, t_x, T)[0] for end in (up, down)]
        slope = (ends[0] - ends[1]) / (2 * step)
        bent = step**2 * (r + x + params[2] + 1)  # what differences leave out
        exactly = pytest.approx(slope, abs=1e-7 + bent + 1e4 * lost, rel=1e-6)
        assert gradient[place] == exactly, ci.ParetoNBD.NAMES[place]


# By mpmath, to thirty figures: r, alpha, s, beta of customers who all leave at nearly one rate,
# and P(alive) of who bought once, 1,825 days before the end.
ALIKE_IN_LEAVING: list[tuple[Params, float]] = [
    ((0.3, 0.1, 500.0, 1e5), 0.18958239193973933),
    ((0.5, 1.0, 500.0, 1e5), 0.14085023218906514),
    ((1.0, 1.0, 500.0, 1e5), 0.043107470749782946),
    ((0.5, 1.0, 50.0, 1e4), 0.1431587170301233),
    ((0.5, 1.0, 5.0, 1e3), 0.16473086700373865),
]


@pytest.mark.parametrize(("params", "alive"), ALIKE_IN_LEAVING)
def test_who_is_alive_where_all_leave_alike(params: Params, alive: float) -> None:
    """P(alive) is right where s and beta are large and alpha is small beside the time."""
    silent = summary_of([0], [0.0], [1825 / 7])
    found = told_of(params).probability_alive(silent)["probability_alive"][0]
    assert found == pytest.approx(alive, rel=1e-11)


NUMBERS = st.tuples(
    powers_of_ten(-2, 3), powers_of_ten(-2, 4), powers_of_ten(-2, 3.5), powers_of_ten(-3, 5)
)


@settings(max_examples=80, deadline=None)
@given(NUMBERS, powers_of_ten(-1, 4), st.sampled_from([3, 30, 300, 1000]))
def test_numbers_of_orders_are_right_whatever_the_parameters(
    params: Params, horizon: float, most: int
) -> None:
    """The distribution of orders of a new customer agrees with brute force, number by number."""
    new = summary_of([0], [0.0], [0.0])
    chances = told_of(params).order_distribution(new, horizon=horizon, most=most)[0]
    for n in (0, 1, most // 3, most):
        exact = number_by_brute_force(params, horizon, n)
        assert chances[n] == pytest.approx(exact, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("params", [(0.553, 10.0, 3.0, 2.0), (300.0, 3000.0, 50.0, 5.0)])
def test_the_mean_number_is_the_one_to_expect(params: Params) -> None:
    """Where hardly anybody lives through a small part of the horizon, too."""
    new = summary_of([0], [0.0], [0.0])
    chances = told_of(params).order_distribution(new, horizon=365, most=400)[0]
    assert chances @ np.arange(401) == pytest.approx(
        told_of(params).expected_of_new(365.0), rel=1e-7
    )


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e9])
def test_customers_of_all_kinds_are_told_at_once(scale: float) -> None:
    """Each row is told as by itself, however many nodes it needs beside the others."""
    x, t_x, T = np.array([0, 0, 2, 900]), np.array([0, 0, 3.0, 3.0]), np.array([0, 500, 3.0, 900])
    told = told_of((0.3, 1e-3 * scale, 500.0, 1e5 * scale))
    together = told.probability_alive(summary_of(x, t_x, T))["probability_alive"]
    for row in range(4):
        alone = summary_of(x[[row]], t_x[[row]], T[[row]])
        assert told.probability_alive(alone)["probability_alive"][0] == together[row]
    assert together[[0, 2]].tolist() == [1.0, 1.0]
