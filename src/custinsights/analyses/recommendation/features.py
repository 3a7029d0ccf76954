"""What are products about? Their departments, categories and keywords as one table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Final

import attrs
import numpy as np

from custinsights.domain.interests import rarity
from custinsights.history.columnar.columns import FloatArray
from custinsights.history.kernels.sparse import Sparse

KINDS: Final = ("department", "category", "keyword")
"""What a product may be about."""


@attrs.frozen(eq=False)
class Features:
    """Products by what they are about.

    Parameters
    ----------
    names
        Of each kind of `KINDS` the labels, as they are compared, ascending.
    marks
        Products by labels, 1 where a product has one. The columns are the departments, then the
        categories, then the keywords.
    rarity
        float64, what a mark weighs: of keywords how rare they are, of all else 1.
    shares
        Products by labels: of what the kinds are that a product has, each counts alike, and within
        the keywords each by its rarity; those of a product add up to 1.
    """

    names: Mapping[str, tuple[str, ...]]
    marks: Sparse
    rarity: FloatArray
    shares: Sparse

    @classmethod
    def of(cls, labels: Mapping[str, Sequence[Collection[str]]], products: int) -> Features:
        """Lay out the labels of products by kind."""
        names = {kind: tuple(sorted({*()}.union(*labels[kind]))) for kind in KINDS}
        place = {
            (kind, name): at
            for at, (kind, name) in enumerate((k, name) for k in KINDS for name in names[k])
        }
        cells = [
            (row, place[kind, name])
            for kind in KINDS
            for row, held in enumerate(labels[kind])
            for name in held
        ]
        rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
        marks = Sparse.summed(rows, columns, np.ones(len(rows)), (products, len(place)))
        rare = np.ones(len(place))
        words = slice(len(place) - len(names["keyword"]), None)
        rare[words] = [rarity(having, products) for having in marks.counts[words].tolist()]
        return cls(names, marks, rare, _shares(marks, rare, names))

    @property
    def stretches(self) -> tuple[slice, ...]:
        """The columns of each kind."""
        return _stretches(self.names)

    def name_of(self, label: int) -> str:
        """Return a column with its kind, such as ``keyword sea``."""
        kind = next(at for at, held in enumerate(self.stretches) if label < held.stop)
        return f"{KINDS[kind]} {self.names[KINDS[kind]][label - self.stretches[kind].start]}"


def _stretches(names: Mapping[str, tuple[str, ...]]) -> tuple[slice, ...]:
    """Return the columns of each kind."""
    ends = np.cumsum([0, *(len(names[kind]) for kind in KINDS)]).tolist()
    return tuple(slice(low, high) for low, high in pairwise(ends))


def _shares(marks: Sparse, rare: FloatArray, names: Mapping[str, tuple[str, ...]]) -> Sparse:
    weights = rare.take(marks.columns)
    shares = np.zeros(len(weights))
    kinds = np.zeros(len(marks))
    for kind in _stretches(names):
        inside = (marks.columns >= kind.start) & (marks.columns < kind.stop)
        total = marks.filled(np.where(inside, weights, 0.0)).sums
        kinds += total > 0
        shares += np.where(inside, weights / np.maximum(total, 1.0).take(marks.rows), 0.0)
    return marks.filled(shares / kinds.take(marks.rows))
