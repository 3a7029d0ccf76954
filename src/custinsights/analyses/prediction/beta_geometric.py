"""BG/NBD and MBG/NBD: customers buy at their own rate and may drop out after any order.

BG/NBD: Fader, Hardie and Lee, "Counting Your Customers the Easy Way: An Alternative to the
Pareto/NBD Model", Marketing Science 24 (2005). MBG/NBD: Batislam, Denizel and Filiztekin,
"Empirical validation and comparison of models for customer base analysis", International Journal of
Research in Marketing 24 (2007); there a customer may also drop out right after the first order.

Orders come as a Poisson process at the rate λ ~ Gamma(r, α); after an order a customer drops out
with probability p ~ Beta(a, b).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from custinsights.analyses.prediction.counting import CountingModel
from custinsights.analyses.prediction.nodes import gauss_legendre
from custinsights.analyses.prediction.patterns import Purchases
from custinsights.history.columnar.columns import FloatArray

_BESIDE = 2e-6
"""The formula of expected orders has removable holes at a = 1 and a + b = 1: nearer to them than
that it is asked at that distance on both sides, between which the answer is straight."""

_NODES = 120
_NO_CHANCE = 1e-300


class _BetaGeometric(CountingModel):
    """What the two have in common; they differ in who may have dropped out, and by how much."""

    NAMES: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    STARTS: ClassVar[tuple[tuple[float, ...], ...]] = (
        (0.5, 0.3, 0.8, 2.5),
        (1.0, 1.0, 1.0, 1.0),
        (2.0, 0.5, 0.3, 5.0),
    )
    IS_TIME: ClassVar[tuple[bool, ...]] = (False, True, False, False)
    FIRST_COUNTS: ClassVar[bool]
    """Whether a customer may drop out after the first order."""

    @classmethod
    def likelihood(
        cls,
        params: FloatArray,
        x: FloatArray,
        t_x: FloatArray,
        T: FloatArray,  # noqa: N803 - as the papers write it
    ) -> tuple[FloatArray, FloatArray]:
        """Return the log-likelihood of each pattern and its gradient.

        BG/NBD: equation (6) of the paper, in log space. With k = b + x − 1 (MBG/NBD: b + x) and
        where a drop-out is possible,
        ln L = ln Γ(r+x) − ln Γ(r) + r ln α + ln B(a, k+1) − ln B(a, b)
        + ln[(α+T)^−(r+x) + (a/k) (α+t_x)^−(r+x)],
        whose powers are taken of ratios to α, so that no figures are lost where r and α are large.
        """
        from scipy.special import digamma, expit, gammaln

        r, alpha, a, b = params
        chances = x + 1 if cls.FIRST_COUNTS else x  # to drop out, of which none was taken
        may_be_gone = chances > 0
        k = np.where(may_be_gone, b + chances - 1, 1.0)
        odds = np.log(a) - np.log(k) + (r + x) * np.log1p((T - t_x) / (alpha + t_x))
        odds = np.where(may_be_gone, odds, -np.inf)
        until, last = np.log1p(T / alpha), np.log1p(t_x / alpha)
        value = gammaln(r + x) - gammaln(r) - r * until - x * np.log(alpha + T)
        value += np.logaddexp(0.0, odds)
        value += gammaln(a + b) - gammaln(a + b + chances) + gammaln(b + chances) - gammaln(b)
        left, stays = expit(odds), expit(-odds)
        by_b = digamma(a + b) - digamma(a + b + chances)
        gradient = np.array(
            [
                digamma(r + x) - digamma(r) - stays * until - left * last,
                stays * (r * T / alpha - x) / (alpha + T)
                + left * (r * t_x / alpha - x) / (alpha + t_x),
                by_b + left / a,
                by_b + digamma(b + chances) - digamma(b) - left / k,
            ]
        )
        return value, gradient

    @classmethod
    def leaving(cls, params: FloatArray) -> float:
        """Return the mean of p: a ÷ (a + b)."""
        _, _, a, b = params
        return float(a / (a + b))

    def alive(self, seen: Purchases) -> FloatArray:
        """Return P(alive): 1 ÷ (1 + (a/k) ((α+T)/(α+t_x))^(r+x)).

        With k as in `likelihood`: the part of it in which nobody has dropped out.
        """
        r, alpha, a, b = self.params.values()
        chances = seen.x + 1 if self.FIRST_COUNTS else seen.x
        k = np.where(chances > 0, b + chances - 1, 1.0)
        odds = np.log(a / k) + (seen.x + r) * (np.log(alpha + seen.T) - np.log(alpha + seen.t_x))
        with np.errstate(over="ignore"):
            return np.where(chances > 0, 1 / (1 + np.exp(odds)), 1.0)

    def _posterior(self, seen: Purchases) -> tuple[FloatArray, FloatArray, float, FloatArray]:
        """Return r, α, a, b of who is alive: as of a new customer under BG/NBD."""
        r, alpha, a, b = self.params.values()
        chances = seen.x + 1 if self.FIRST_COUNTS else seen.x
        return r + seen.x, alpha + seen.T, a, b + chances

    def orders_while_alive(self, seen: Purchases, time: FloatArray | float) -> FloatArray:
        """Return E[X(t)] of who is alive: equation (9) with the parameters of who is alive.

        (a+b−1)/(a−1) · [1 − (α/(α+t))^r · 2F1(r, b; a+b−1; t/(α+t))], with r + x, α + T and b + x
        (MBG/NBD: b + x + 1) in the places of r, α and b; × P(alive) it is equation (10).
        """
        r, alpha, a, b = self._posterior(seen)
        found = _orders(r, a - 1, a + b - 1, time / (alpha + time))
        if (lost := np.flatnonzero(~np.isfinite(found))).size:
            times = np.broadcast_to(time, r.shape)
            found[lost] = _by_quadrature(r[lost], alpha[lost], a, b[lost], times[lost])
        return found

    def silence_while_alive(self, seen: Purchases, time: FloatArray | float) -> FloatArray:
        """Return P(no order within t | alive) = (α/(α+t))^r: nobody drops out without an order."""
        r, alpha, _, _ = self._posterior(seen)
        silence: FloatArray = np.exp(-r * np.log1p(time / alpha))
        return silence

    def time_silent(self, seen: Purchases, wanted: FloatArray) -> FloatArray:
        """Return after what time who is alive is silent with a probability: α (w^(−1/r) − 1)."""
        r, alpha, _, _ = self._posterior(seen)
        with np.errstate(over="ignore"):
            time: FloatArray = alpha * np.expm1(-np.log(wanted) / r)
        return time

    def number_while_alive(self, seen: Purchases, time: float, most: int) -> FloatArray:
        """Return P(X(t) = n), equation (8), for n up to `most`."""
        from scipy.special import betaln, gammaln

        r, alpha, a, b = self._posterior(seen)
        n = np.arange(most + 1)
        r, alpha, b = r[:, None], alpha[:, None], b[:, None]
        comes = np.exp(
            gammaln(r + n)
            - gammaln(r)
            - gammaln(n + 1)
            + r * np.log(alpha / (alpha + time))
            + n * np.log(time / (alpha + time))
        )
        stays = np.exp(betaln(a, b + n) - betaln(a, b)) * comes
        fewer = np.cumsum(comes, axis=1) - comes
        before = np.where(n > 0, betaln(a + 1, b + np.maximum(n - 1, 0)) - betaln(a, b), -np.inf)
        leaves = np.exp(before) * np.maximum(1 - fewer, 0)
        found: FloatArray = stays + leaves
        return found


def _orders(r: FloatArray, d: float, c: FloatArray, z: FloatArray) -> FloatArray:
    """Return equation (9), of d = a − 1, c = a + b − 1 and z; not finite where it overflows."""
    from scipy.special import hyp2f1

    if abs(d) < _BESIDE:
        low, high = (_orders(r, side, c, z) for side in (-_BESIDE, _BESIDE))
        return low + (high - low) * (d + _BESIDE) / (2 * _BESIDE)

    def at(c: FloatArray) -> FloatArray:
        with np.errstate(over="ignore", invalid="ignore"):
            # Euler's transformation keeps the series short: c − a − b of it is a − 1 − r.
            within = np.exp(d * np.log1p(-z)) * hyp2f1(c - r, d, c, z)
            return np.asarray(c / d * (1 - within), dtype=np.float64)

    is_near = np.abs(c) < _BESIDE
    if not is_near.any():
        return at(c)
    low, high = (at(np.where(is_near, side, c)) for side in (-_BESIDE, _BESIDE))
    return low + (high - low) * np.where(is_near, (c + _BESIDE) / (2 * _BESIDE), 0.0)


def _by_quadrature(
    r: FloatArray, alpha: FloatArray, a: float, b: FloatArray, time: FloatArray
) -> FloatArray:
    """Return E[X(t)] as the mean of [1 − (α/(α+pt))^r] ÷ p over p, where the closed form overflows.

    Nodes are quantiles of p ~ Beta(a, b), gathered at both ends.
    """
    from scipy.special import betaincinv

    nodes, weights = gauss_legendre(_NODES)
    found = np.zeros_like(r)
    for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
        share = node**3 * (10 - 15 * node + 6 * node**2)
        slope = 30 * node**2 * (1 - node) ** 2
        p = np.maximum(betaincinv(a, b, share), _NO_CHANCE)
        found += weight * slope * -np.expm1(-r * np.log1p(p * time / alpha)) / p
    return found


class BetaGeoNBD(_BetaGeometric):
    """BG/NBD: a customer may drop out after each repeat order."""

    FIRST_COUNTS: ClassVar[bool] = False


class ModifiedBetaGeoNBD(_BetaGeometric):
    """MBG/NBD: a customer may drop out after each order, the first one too."""

    FIRST_COUNTS: ClassVar[bool] = True
