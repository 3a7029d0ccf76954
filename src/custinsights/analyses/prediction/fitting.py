"""How are the parameters of a model found? By maximum likelihood, with a verdict to be read.

Parameters are positive: they are searched on a log scale, where no step leaves what is allowed, by
a quasi-Newton method (BFGS) with the gradient of the model, and then by Newton's steps where that
ends early. The curvature there, by differences of the gradient, gives the verdict: whether it bends
down in every direction and nothing is left to gain. The covariance is its inverse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import attrs
import numpy as np

from custinsights.errors import MissingExtra
from custinsights.history.columnar.columns import FloatArray

LogLikelihood: TypeAlias = Callable[[FloatArray], tuple[float, FloatArray]]
"""From parameters to the log-likelihood and its gradient."""

Idle: TypeAlias = Callable[[FloatArray], tuple[Sequence[int], str]]
"""From parameters to the places of those that do nothing there, and what the reader is to know."""

_FARTHEST = 16.0
"""Parameters are searched from exp(-16) to exp(16)."""

_FLAT_TOP = 0.02
"""The curvature of the likelihood where a parameter may as well be a thousand times as large."""

_GAIN = 1e-6
"""What is left to gain of the log-likelihood, by gradient and curvature, where a search may end."""

_STEPS = 8
"""Newton's steps at most from where the search ended; most searches need none."""


@attrs.frozen
class Convergence:
    """Whether to believe a fit.

    Parameters
    ----------
    is_reached : bool
        Whether the likelihood has a maximum and it was found.
    reason : str
        What was found, or what failed.
    advice : str
        What to do, where something failed.
    """

    is_reached: bool
    reason: str
    advice: str = ""

    def __bool__(self) -> bool:
        return self.is_reached


GIVEN = Convergence(is_reached=True, reason="the parameters were given")
"""The verdict on a model that was not fitted."""


@attrs.frozen(eq=False)
class Fitted:
    """Parameters with what is known of them."""

    values: FloatArray
    log_likelihood: float
    covariance: FloatArray
    convergence: Convergence
    customers: int = 0


def nothing_is_idle(_params: FloatArray) -> tuple[Sequence[int], str]:
    """Return that every parameter does something."""
    return (), ""


def unfitted(parameters: int, reason: str, advice: str) -> Fitted:
    """Return the outcome for data to which no model can be fitted."""
    none = np.full(parameters, np.nan)
    return Fitted(
        none,
        float("nan"),
        np.full((parameters, parameters), np.nan),
        Convergence(is_reached=False, reason=reason, advice=advice),
    )


def maximised(
    log_likelihood: LogLikelihood,
    starts: Sequence[FloatArray],
    customers: int,
    advice: str,
    idle: Idle = nothing_is_idle,
    *,
    near: Fitted | None = None,
) -> Fitted:
    """Return the parameters of the largest likelihood that is found.

    A further start is tried where there is no maximum to be found from those before it, or but one
    at which some parameters are idle; unless they are so for a part of the customers, of which all
    starts were tried.

    Parameters
    ----------
    log_likelihood
        Of the natural parameters.
    starts
        Natural parameters to begin from.
    customers
        How many the likelihood is of.
    advice
        What to do where no maximum is found.
    idle
        Which parameters do nothing at a point, by their places, and what that means in words.
    near
        What was found for a part of the customers: where to begin, and with which curvature.

    Raises
    ------
    MissingExtra
        SciPy is not installed: the extra ``predict`` brings it.
    """
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        raise MissingExtra("scipy", "predict", "fitting a model") from error

    def cost(logs: FloatArray) -> tuple[float, FloatArray]:
        natural = np.exp(np.clip(logs, -_FARTHEST, _FARTHEST))
        value, gradient = log_likelihood(natural)
        if not np.isfinite(value):
            return 1e10, np.zeros_like(logs)
        is_inside = np.abs(logs) <= _FARTHEST
        return -value / customers, np.where(is_inside, -gradient * natural / customers, 0.0)

    best: Fitted | None = None
    was_idle = near is not None and bool(idle(near.values)[0])
    begin = [] if near is None else [(near.values, _spread(near))]
    for start, spread in (*begin, *((start, None) for start in starts)):
        search = partial(minimize, cost, np.log(start), jac=True, method="BFGS")
        found = _from(search(options=_options(spread)).x, cost, customers, advice, idle)
        if best is None or _rank(found) > _rank(best):
            best = found
        if best.convergence and (was_idle or not idle(best.values)[0]):
            break
    assert best is not None  # noqa: S101 - there is a start
    return best


def _rank(found: Fitted) -> tuple[bool, float]:
    """Return what makes one maximum better than another."""
    return bool(found.convergence), found.log_likelihood


def _options(spread: FloatArray | None) -> dict[str, Any]:
    """Return when to stop searching, and with which curvature to begin."""
    options = {"maxiter": 500, "gtol": 1e-8}
    return options if spread is None else {**options, "hess_inv0": spread}


def _spread(near: Fitted) -> FloatArray | None:
    """Return the inverse curvature per customer on the log scale, where it is known."""
    of_logs = near.customers * near.covariance / np.outer(near.values, near.values)
    return (of_logs + of_logs.T) / 2 if near.convergence and np.isfinite(of_logs).all() else None


def _from(
    ended: FloatArray,
    cost: Callable[[FloatArray], tuple[float, FloatArray]],
    customers: int,
    advice: str,
    idle: Idle,
) -> Fitted:
    """Return what is at the logarithms where a search ended."""
    logs = np.clip(np.asarray(ended, dtype=np.float64), -_FARTHEST, _FARTHEST)
    steps = 0
    while True:
        without, means = idle(np.exp(logs))
        free = np.array([place for place in range(len(logs)) if place not in without])
        curvature = _curvature(cost, logs)[np.ix_(free, free)] * customers
        value, gradient = cost(logs)
        step, gain = _newton(gradient[free] * customers, curvature)
        if steps == _STEPS or not _GAIN < gain < np.inf:
            break
        logs[free] = np.clip(logs[free] - step, -_FARTHEST, _FARTHEST)
        steps += 1
    natural = np.exp(logs)
    verdict, of_free = _verdict(logs[free], gain, curvature, advice)
    if verdict and means:
        verdict = attrs.evolve(verdict, reason=f"{verdict.reason}, where {means}")
    covariance = np.full((len(logs), len(logs)), np.nan)
    covariance[np.ix_(free, free)] = of_free
    scaled = natural[:, None] * covariance * natural[None, :]
    return Fitted(natural, -value * customers, scaled, verdict, customers)


def _curvature(
    cost: Callable[[FloatArray], tuple[float, FloatArray]], logs: FloatArray
) -> FloatArray:
    """Return the second derivatives of the cost on the log scale."""
    step = 1e-4
    rows = []
    for place in range(len(logs)):
        shift = np.zeros_like(logs)
        shift[place] = step
        rows.append((cost(logs + shift)[1] - cost(logs - shift)[1]) / (2 * step))
    matrix = np.array(rows)
    symmetric: FloatArray = (matrix + matrix.T) / 2
    return symmetric


def _newton(gradient: FloatArray, curvature: FloatArray) -> tuple[FloatArray, float]:
    """Return the step to the maximum of a likelihood of that curvature, and what it gains.

    Where the likelihood does not bend down in every direction there is no telling: infinitely much.
    """
    if np.linalg.eigvalsh(curvature)[0] <= 0:
        return gradient, np.inf
    step: FloatArray = np.asarray(np.linalg.solve(curvature, gradient), dtype=np.float64)
    longest = max(float(np.abs(step).max()), 1.0)  # farther away the curvature is another
    return step / longest, float(gradient @ step) / 2


def _verdict(
    logs: FloatArray, gain: float, curvature: FloatArray, advice: str
) -> tuple[Convergence, FloatArray]:
    """Say whether there is a maximum, and return the covariance on the log scale."""
    nowhere = np.full(curvature.shape, np.nan)
    if np.any(np.abs(logs) > _FARTHEST - 1):
        reason = "the likelihood grows towards parameters of zero or without bound"
        return Convergence(is_reached=False, reason=reason, advice=advice), nowhere
    if np.linalg.eigvalsh(curvature)[0] < _FLAT_TOP:
        reason = "the likelihood is flat: other parameters do as well"
        return Convergence(is_reached=False, reason=reason, advice=advice), nowhere
    if gain > _GAIN:
        reason = "the search ended where the likelihood still grows"
        return Convergence(is_reached=False, reason=reason, advice=advice), nowhere
    covariance: FloatArray = np.asarray(np.linalg.inv(curvature), dtype=np.float64)
    return Convergence(is_reached=True, reason="the maximum was found"), covariance
