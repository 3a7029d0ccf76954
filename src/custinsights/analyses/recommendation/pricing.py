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
    usual, variance
        float64[customers]: mean and variance; -inf and 1 for who has no product with a price.
    logarithm
        float64[products], inf for products without a price: far from everybody's.
    """

    usual: FloatArray
    variance: FloatArray
    logarithm: FloatArray

    @classmethod
    def of(cls, lately: Sparse, price: IntArray) -> Prices:
        """Return what customers are used to, of what they had to do with lately and its prices.

        Each product weighs as its deeds do (`Deeds.lately`). The variance is that of the logarithms
        with `OWN_SPREAD` added, so that who bought one thing is not held to one price.
        """
        is_priced = price > 0
        logarithm = np.log(np.where(is_priced, price, 1))
        weight = lately.filled(np.where(is_priced.take(lately.columns), lately.values, 0.0))
        total = weight.sums
        is_known = total > 0
        divisor = np.where(is_known, total, 1.0)
        worth = logarithm.take(lately.columns)
        usual = lately.filled(weight.values * worth).sums / divisor
        away = worth - usual.take(lately.rows)
        variance = lately.filled(weight.values * away**2).sums / divisor
        return cls(
            np.where(is_known, usual, -np.inf),
            np.where(is_known, variance + OWN_SPREAD, 1.0),
            np.where(is_priced, logarithm, np.inf),
        )

    def fit(self, customers: IntArray) -> FloatArray:
        """Return how well prices fit some customers: 1 ÷ (1 + z²), in [0, 1].

        z is by how many standard deviations the logarithm of the price lies from the usual one: 1
        at the usual price, a half where it is one deviation away. 0 where the price is not known or
        nothing, or nothing is known of the customer.
        """
        variance = self.variance.take(customers)[:, None]
        away = self.logarithm - self.usual.take(customers)[:, None]
        away *= away
        away += variance
        return np.divide(variance, away, out=away)
