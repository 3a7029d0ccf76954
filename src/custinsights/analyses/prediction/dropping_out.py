"""When did, or will, a customer drop out? Integrals over that time, of falling powers of it.

They are taken over z with y = g (e^z − 1), g the least of the times in which the powers fall. There
ln of what is integrated is concave and bends by about 1 however large the powers and the times
are, and it has no pole nearer than π: Gauss and Legendre's nodes, so many for every four units of
z, are right to eleven figures (the tests hold them to it).
"""

from __future__ import annotations

import numpy as np

from custinsights.analyses.prediction.nodes import gauss_legendre, in_pieces
from custinsights.history.columnar.columns import FloatArray, IntArray

_NODES = 20
_LENGTH = 4.0
"""So many nodes in each piece of z, which is no longer than that."""

_NO_TIME = 1e-250


def integral(
    powers: tuple[FloatArray, float], times: tuple[FloatArray, FloatArray], width: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return ln ∫ (1+y/α)^−r (1+y/β)^−(s+1) dy from 0 to a width, and the means of `moved` there.

    Parameters
    ----------
    powers, times
        r and s; α and β.
    width
        Where the integral ends. It is −∞ where that is zero.
    """
    (r, s), (alpha, beta) = powers, times
    scale = _scale(powers, times)
    length = np.log1p(width / scale)
    value, means = np.full(width.shape, -np.inf), np.zeros((4, *width.shape))
    for pieces, rows in in_pieces(length / _LENGTH):
        of_r, of_alpha, of_beta, of_scale, until = (
            one[rows] for one in (r, alpha, beta, scale, length)
        )
        # Where it is largest, so that nothing overflows: at 0, unless r < 1 and α is small.
        rises = (1 - of_r) * (of_beta / of_alpha - 1) / (of_r + s)
        peak = np.clip(rises, 1.0, np.exp(np.minimum(until, 700)))
        at_peak = moved(of_alpha, of_beta, of_scale * (peak - 1))
        top = np.log(peak) - of_r * at_peak[0] - (s + 1) * at_peak[2]
        total, sums = np.zeros_like(until), np.zeros((4, *until.shape))
        for node, weight in zip(*gauss_legendre(_NODES, pieces), strict=True):
            z = node * until
            there = moved(of_alpha, of_beta, of_scale * np.expm1(z))
            height = weight * np.exp(z - of_r * there[0] - (s + 1) * there[2] - top)
            total += height
            sums += height * there
        with np.errstate(divide="ignore"):
            value[rows] = np.log(total * until * of_scale) + top
        means[:, rows] = sums / total
    return value, means


def moved(alpha: FloatArray, beta: FloatArray, y: FloatArray) -> FloatArray:
    """Return ln(1 + y/α), y ÷ (α+y), ln(1 + y/β) and y ÷ (β+y)."""
    by_a, by_b = y / alpha, y / beta
    return np.array([np.log1p(by_a), by_a / (1 + by_a), np.log1p(by_b), by_b / (1 + by_b)])


def _scale(powers: tuple[FloatArray, float], times: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Return how soon what is integrated falls, or α where that is less."""
    (r, s), (alpha, beta) = powers, times
    with np.errstate(over="ignore"):
        least = np.minimum(1 / (r / alpha + (s + 1) / beta), alpha)
    return np.maximum(least, _NO_TIME)


def mean_number(
    powers: tuple[FloatArray, float],
    times: tuple[FloatArray, FloatArray],
    time: float,
    most: int,
) -> FloatArray:
    """Return float64[k, most + 1]: P(n orders) of who drops out within a time, by then × P(that).

    ∫ s/β (1+y/β)^−(s+1) Γ(r+n) ÷ (Γ(r) n!) (α ÷ (α+y))^r (y ÷ (α+y))^n dy from 0 to the time, plus
    the same number at its end times the chance to be there then.
    """
    from scipy.special import gammaln

    (r, s), (alpha, beta) = powers, times
    n = np.arange(most + 1)
    ways = gammaln(r[:, None] + n) - gammaln(r)[:, None] - gammaln(n + 1)

    def number(rows: IntArray | slice, there: FloatArray, log: FloatArray) -> FloatArray:
        """Return e^log times the chance of each number until an end."""
        with np.errstate(divide="ignore"):
            one_more = np.maximum(np.log(there[1]), -1e3)[:, None]
        still = (log - r[rows] * there[0])[:, None]
        chances: FloatArray = np.exp(ways[rows] + still + n * one_more)
        return chances

    at_end = moved(alpha, beta, np.full(r.shape, time))
    found = number(slice(None), at_end, -s * at_end[2])
    scale = _scale(powers, times)
    length = np.log1p(time / scale)
    sharp = np.sqrt(1 + r * most / (r + most))  # how much more sharply it bends, by the numbers
    for pieces, rows in in_pieces(length * sharp / _LENGTH):
        for node, weight in zip(*gauss_legendre(_NODES, pieces), strict=True):
            z = node * length[rows]
            there = moved(alpha[rows], beta[rows], scale[rows] * np.expm1(z))
            per_z = np.log(weight * length[rows] * scale[rows] * s / beta[rows])
            found[rows] += number(rows, there, per_z + z - (s + 1) * there[2])
    return found
