"""How lately and how often did the customer have to do with the product, and did everybody?"""

from __future__ import annotations

from typing import Final

import numpy as np

from custinsights.history.columnar.columns import FloatArray
from custinsights.history.kernels.sparse import Sparse

_OWN: Final = 2 / 3
"""How much of recency is the customer's own."""


def recency_of(lately: Sparse, selling: FloatArray) -> FloatArray:
    """Return (2 own + everybody's) ÷ 3 for customers by products, in [0, 1].

    The customer's own share is what their deeds with the product weigh (`Deeds.lately`: each halves
    in 180 days) against their product with most; everybody's is `Deeds.selling`, the orders of the
    shop with it (each halves in 30 days) against the product with most.

    Parameters
    ----------
    lately
        Customers by products.
    selling
        float64[products].

    References
    ----------
    Ding, Y. and Li, X. (2005). Time weight collaborative filtering. CIKM '05, 485-492: the
    exponential decay by half-life.
    """
    recency = np.tile(selling * (1.0 - _OWN), (len(lately), 1))
    own = lately.values * (_OWN / lately.largest.take(lately.rows))
    recency[lately.rows, lately.columns] += own
    return recency
