"""Pareto/NBD: customers buy at their own rate and drop out at their own rate, at any time.

Schmittlein, Morrison and Colombo, "Counting Your Customers: Who Are They and What Will They Do
Next?", Management Science 33 (1987); in the notation of Fader and Hardie, "A Note on Deriving the
Pareto/NBD Model and Related Expressions" (2005). Rates are λ ~ Gamma(r, α) and μ ~ Gamma(s, β).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from custinsights.analyses.prediction.counting import CountingModel
from custinsights.analyses.prediction.dropping_out import integral, mean_number, moved
from custinsights.analyses.prediction.patterns import Purchases
from custinsights.history.columnar.columns import FloatArray


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
            w * at_end + v * mean for at_end, mean in zip(moved(a, b, width), means, strict=True)
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
        gone, _ = integral((r, s), (alpha, beta), whole)
        neither = -r * np.log1p(whole / alpha) - s * np.log1p(whole / beta)
        silence: FloatArray = np.minimum(np.exp(neither) + s / beta * np.exp(gone), 1.0)
        return silence

    def number_while_alive(self, seen: Purchases, time: float, most: int) -> FloatArray:
        """Return P(X(t) = n): over when the drop-out lies, by quadrature."""
        r, alpha, s, beta = self._posterior(seen)
        return mean_number((r, s), (alpha, beta), time, most)


def _dropped_out(
    params: FloatArray,
    x: FloatArray,
    t_x: FloatArray,
    T: FloatArray,  # noqa: N803 - as the papers write it
) -> tuple[FloatArray, FloatArray]:
    """Return the logarithm of the odds to have dropped out, and the means of `integral`."""
    r, alpha, s, beta = params
    a, b, width = alpha + t_x, beta + t_x, T - t_x
    gone, means = integral((r + x, s), (a, b), width)
    stays = -(r + x) * np.log1p(width / a) - s * np.log1p(width / b)
    return np.log(s / b) + gone - stays, means
