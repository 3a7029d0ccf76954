"""Pareto/NBD: customers buy at their own rate and drop out at their own rate, at any time.

Schmittlein, Morrison and Colombo, "Counting Your Customers: Who Are They and What Will They Do
Next?", Management Science 33 (1987); in the notation of Fader and Hardie, "A Note on Deriving the
Pareto/NBD Model and Related Expressions" (2005). Rates are λ ~ Gamma(r, α) and μ ~ Gamma(s, β).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from custinsights.analyses.prediction.counting import CountingModel
from custinsights.analyses.prediction.nodes import gauss_legendre
from custinsights.analyses.prediction.patterns import Purchases
from custinsights.history.columnar.columns import FloatArray

_NODES = 40
_GATHERED = 10
"""Nodes gather where the integral ends, by this power: there the integrand bends."""


class ParetoNBD(CountingModel):
    """Pareto/NBD: a customer may drop out at any time."""

    NAMES: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    STARTS: ClassVar[tuple[tuple[float, ...], ...]] = (
        (0.5, 0.3, 0.5, 0.3),
        (1.0, 1.0, 1.0, 1.0),
        (2.0, 0.5, 0.5, 2.0),
    )
    IS_TIME: ClassVar[tuple[bool, ...]] = (False, True, False, True)

    @classmethod
    def likelihood(
        cls,
        params: FloatArray,
        x: FloatArray,
        t_x: FloatArray,
        T: FloatArray,  # noqa: N803 - as the papers write it
    ) -> tuple[FloatArray, FloatArray]:
        """Return the log-likelihood of each pattern and its gradient.

        L = Γ(r+x)/Γ(r) α^r β^s {(α+T)^−(r+x) (β+T)^−s + s ∫ (α+y)^−(r+x) (β+y)^−(s+1) dy}, the
        integral from t_x to T: the drop-out lies there (the note, before its hypergeometric form).
        Powers are taken of ratios to α and β, so that no figures are lost where these are large.
        """
        from scipy.special import digamma, expit, gammaln

        r, alpha, s, beta = params
        a, b, width = alpha + t_x, beta + t_x, T - t_x
        odds, means = _dropped_out(params, x, t_x, T)
        stays = -(r + x) * np.log1p(width / a) - s * np.log1p(width / b)
        value = gammaln(r + x) - gammaln(r) - r * np.log1p(t_x / alpha) - x * np.log(a)
        value += stays - s * np.log1p(t_x / beta) + np.logaddexp(0.0, odds)
        w, v = expit(-odds), expit(odds)
        by_a, share_a, by_b, share_b = (
            w * at_end + v * mean for at_end, mean in zip(_moved(a, b, width), means, strict=True)
        )
        gradient = np.array(
            [
                digamma(r + x) - digamma(r) - np.log1p(t_x / alpha) - by_a,
                (r * t_x / alpha - x + (r + x) * share_a) / a,
                v / s - np.log1p(t_x / beta) - by_b,
                (s * t_x / beta - v + s * share_b + v * means[3]) / b,
            ]
        )
        return value, gradient

    @classmethod
    def leaving(cls, params: FloatArray) -> float:
        """Return which part drops out within one unit of time: 1 − (β/(β+1))^s."""
        _, _, s, beta = params
        return float(-np.expm1(-s * np.log1p(1 / beta)))

    def alive(self, seen: Purchases) -> FloatArray:
        """Return P(alive): the part of the likelihood in which the drop-out lies after T."""
        params = np.array([*self.params.values()])
        odds, _ = _dropped_out(params, seen.x, seen.t_x, seen.T)
        with np.errstate(over="ignore"):
            return np.asarray(1 / (1 + np.exp(odds)), dtype=np.float64)

    def _posterior(self, seen: Purchases) -> tuple[FloatArray, FloatArray, float, FloatArray]:
        r, alpha, s, beta = self.params.values()
        return r + seen.x, alpha + seen.T, s, beta + seen.T

    def orders_while_alive(self, seen: Purchases, time: FloatArray | float) -> FloatArray:
        """Return E[X(t)] of who is alive: r β / (α (s−1)) [1 − (β/(β+t))^(s−1)]."""
        r, alpha, s, beta = self._posterior(seen)
        log = np.log(beta / (beta + time))
        lived = -log if s == 1 else -np.expm1((s - 1) * log) / (s - 1)
        found: FloatArray = r * beta / alpha * lived
        return found

    def silence_while_alive(self, seen: Purchases, time: FloatArray | float) -> FloatArray:
        """Return P(no order within t | alive): the drop-out comes first, or neither comes."""
        r, alpha, s, beta = self._posterior(seen)
        whole = np.broadcast_to(np.asarray(time, dtype=np.float64), r.shape)
        gone, _ = _integral((r, alpha, s, beta), whole)
        neither = -r * np.log1p(whole / alpha) - s * np.log1p(whole / beta)
        silence: FloatArray = np.minimum(np.exp(neither) + s / beta * np.exp(gone), 1.0)
        return silence

    def number_while_alive(self, seen: Purchases, time: float, most: int) -> FloatArray:
        """Return P(X(t) = n): over when the drop-out lies, by quadrature."""
        from scipy.special import gammaln

        r, alpha, s, beta = (
            np.asarray(one)[..., None] if np.ndim(one) else one for one in self._posterior(seen)
        )
        n = np.arange(most + 1)

        def chance(lived: FloatArray | float) -> FloatArray:
            found: FloatArray = np.exp(
                gammaln(r + n)
                - gammaln(r)
                - gammaln(n + 1)
                - r * np.log1p(lived / alpha)
                + n * np.log(lived / (alpha + lived))
            )
            return found

        found = chance(time) * np.exp(-s * np.log1p(time / beta))
        nodes, weights = gauss_legendre(2 * _NODES)
        # The share of the lifetimes that end before `time`, cut into equal parts of probability.
        ends = -np.expm1(-s * np.log1p(time / beta))
        for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
            lived = beta * np.expm1(-np.log1p(-ends * node) / s)
            found = found + weight * ends * chance(np.maximum(lived, 1e-300))
        return found


def _dropped_out(
    params: FloatArray,
    x: FloatArray,
    t_x: FloatArray,
    T: FloatArray,  # noqa: N803 - as the papers write it
) -> tuple[FloatArray, FloatArray]:
    """Return the logarithm of the odds to have dropped out, and the means of `_integral`."""
    r, alpha, s, beta = params
    a, b, width = alpha + t_x, beta + t_x, T - t_x
    integral, means = _integral((r + x, a, s, b), width)
    stays = -(r + x) * np.log1p(width / a) - s * np.log1p(width / b)
    return np.log(s / b) + integral - stays, means


def _moved(a: FloatArray, b: FloatArray, y: FloatArray) -> FloatArray:
    """Return ln(1 + y/α), y ÷ (α+y), ln(1 + y/β) and y ÷ (β+y)."""
    return np.array([np.log1p(y / a), y / (a + y), np.log1p(y / b), y / (b + y)])


def _integral(
    params: tuple[FloatArray, FloatArray, float, FloatArray], width: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return ln ∫ (1+y/α)^−r (1+y/β)^−(s+1) dy from 0 to a width, and the means of `_moved` there.

    With y = c (v^(−1/κ) − 1), c and κ such that the integrand becomes nearly constant in v: it
    begins to fall as fast, and falls as the same power in the end. −∞ where the width is zero.
    """
    r, alpha, s, beta = params
    m = r + s + 1
    c = m / (r / alpha + (s + 1) / beta)
    kappa = m - 1
    last = np.exp(-kappa * np.log1p(width / c))  # v where the integral ends
    nodes, weights = gauss_legendre(_NODES)
    total = np.zeros_like(width)
    sums = np.zeros((4, *width.shape))
    for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
        v = last + (1 - last) * node**_GATHERED
        log_v = np.log(v)
        moved = _moved(alpha, beta, c * np.expm1(-log_v / kappa))
        height = np.exp(-r * moved[0] - (s + 1) * moved[2] - (kappa + 1) / kappa * log_v)
        height *= weight * _GATHERED * node ** (_GATHERED - 1)
        total += height
        sums += height * moved
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(total) + np.log(c / kappa) + np.log1p(-last)
        means = np.where(total > 0, sums / total, 0.0)
    return np.where(width > 0, value, -np.inf), means
