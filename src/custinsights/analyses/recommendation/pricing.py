"""Does the product cost what the customer's products cost?"""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.history.columnar.columns import FloatArray, IntArray
from custinsights.history.kernels.sparse import Sparse

OWN_SPREAD = 0.1
"""The variance of the logarithm of prices that one product alone would have: a third up or down."""


@attrs.frozen(eq=False)
class Prices:
    """What customers are used to pay, by the logarithms of prices.

    Parameters
    ----------
    usual, spread
        float64[customers]: mean and standard deviation; NaN for who has no product with a price.
    logarithm
        float64[products], NaN for products without a price.
    """

    usual: FloatArray
    spread: FloatArray
    logarithm: FloatArray

    @classmethod
    def of(cls, lately: Sparse, price: IntArray) -> Prices:
        """Return what customers are used to, of what they had to do with lately and its prices.

        Each product weighs as its deeds do (`Deeds.lately`). The variance is that of the logarithms
        with `OWN_SPREAD` added, so that who bought one thing is not held to one price.
        """
        with np.errstate(divide="ignore"):
            logarithm = np.where(price > 0, np.log(np.maximum(price, 1)), np.nan)
        known = lately.filled(np.where(price > 0, 1.0, 0.0).take(lately.columns) * lately.values)
        worth = np.where(price > 0, np.nan_to_num(logarithm), 0.0).take(lately.columns)
        with np.errstate(divide="ignore", invalid="ignore"):
            usual = known.filled(known.values * worth).sums / known.sums
            away = worth - usual.take(known.rows)
            variance = known.filled(known.values * np.nan_to_num(away) ** 2).sums / known.sums
        return cls(usual, np.sqrt(variance + OWN_SPREAD), logarithm)

    def fit(self, customers: IntArray) -> FloatArray:
        """Return how well prices fit some customers: 1 ÷ (1 + z²), in [0, 1].

        z is by how many standard deviations the logarithm of the price lies from the usual one: 1
        at the usual price, a half where it is one deviation away. 0 where the price is not known or
        nothing, or nothing is known of the customer.
        """
        away = self.logarithm - self.usual.take(customers)[:, None]
        away /= self.spread.take(customers)[:, None]
        away *= away
        away += 1.0
        fit: FloatArray = np.reciprocal(away, out=away)
        return np.nan_to_num(fit, copy=False)
