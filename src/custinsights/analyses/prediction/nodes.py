"""At which points is an integral taken? Gauss and Legendre's, made once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from custinsights.history.columnar.columns import FloatArray, IntArray


@cache
def gauss_legendre(n: int, pieces: int = 1) -> tuple[FloatArray, FloatArray]:
    """Return Gauss and Legendre's n nodes and weights of each equal piece of [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    starts = np.arange(pieces)[:, None]
    return ((starts + (nodes + 1) / 2) / pieces).ravel(), np.tile(weights / 2 / pieces, pieces)


def in_pieces(pieces: FloatArray) -> Iterator[tuple[int, IntArray | slice]]:
    """Return each number of pieces that is needed, rounded up, and the rows that need it."""
    needed = np.maximum(np.ceil(pieces), 1).astype(np.int64)
    for many in sorted(set(needed.tolist())):
        is_so = needed == many
        yield many, slice(None) if is_so.all() else np.flatnonzero(is_so)
