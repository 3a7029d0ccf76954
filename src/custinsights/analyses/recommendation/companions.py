"""Which products are bought by the same customers, more often than by chance?"""

from __future__ import annotations

import numpy as np

from custinsights.history.columnar.columns import FloatArray
from custinsights.history.columnar.threads import in_threads
from custinsights.history.kernels.sparse import Sparse, against_largest, strongest, united

MOST_COMPANIONS = 100
"""How many companions of a product count: those with the highest coefficients."""


def companions_of(bought: Sparse) -> Sparse:
    """Return how closely each two products go together: products by products, none by itself.

    Of N customers who bought anything, n_i bought product i, n_j product j and c both; their phi
    coefficient is (c - n_i n_j / N) ÷ √(n_i (1 - n_i / N) n_j (1 - n_j / N)): 1 where the same
    customers buy both, 0 where they meet as often as chance would have it, however popular they
    are. What is below 0 is left out, and so is what is not among the `MOST_COMPANIONS` highest of a
    product; of equals the first by id stay.

    Parameters
    ----------
    bought
        Customers by products, 1 where it was bought.

    Notes
    -----
    Cost: for each customer the square of the number of products that they bought, and a step for
    each two products, in blocks.

    References
    ----------
    Yule, G. U. (1912). On the methods of measuring association between two attributes. Journal of
    the Royal Statistical Society 75 (6), 579-652. Used between products as in Sarwar, B. et al.
    (2001). Item-based collaborative filtering recommendation algorithms. WWW '01, 285-295.
    """
    buyers = bought.counts.astype(np.float64)
    everybody = max(int(np.count_nonzero(bought.lengths)), 1)
    variance = buyers * (1 - buyers / everybody)
    scale = np.where(variance > 0, 1.0 / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)
    of_products = bought.transposed()

    def block(stretch: tuple[int, int]) -> Sparse:
        low, high = stretch
        together = of_products.part(low, high).meeting(bought)
        beyond: FloatArray = together - np.outer(buyers[low:high] / everybody, buyers)
        beyond *= scale
        beyond[np.arange(high - low), np.arange(low, high)] = 0.0
        kept = strongest(beyond, MOST_COMPANIONS)
        return kept.filled(kept.values * scale[low:high].take(kept.rows))

    return united(in_threads(block, of_products.blocks_for(bought)), bought.width)


def companionship_of(lately: Sparse, companions: Sparse) -> FloatArray:
    """Return how well products go with what customers had to do with, in [0, 1].

    The coefficients with each of those products, weighed by what the deeds weigh and by how lately
    they were (`Deeds.lately`), added up, against the product for which that is most. A product is
    no companion of itself.
    """
    return against_largest(lately.times(companions))
