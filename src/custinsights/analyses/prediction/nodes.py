"""At which points is an integral taken? Gauss and Legendre's, made once."""

from __future__ import annotations

from functools import cache

import numpy as np

from custinsights.history.columnar.columns import FloatArray


@cache
def gauss_legendre(n: int) -> tuple[FloatArray, FloatArray]:
    """Return Gauss and Legendre's n nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return (nodes + 1) / 2, weights / 2
