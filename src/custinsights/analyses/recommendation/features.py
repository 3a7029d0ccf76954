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
class Kind:
    """The labels of one kind.

    Parameters
    ----------
    labels
        The columns of the kind.
    marks
        Products by the columns of every kind, 1 where a product has a label of this one.
    scale
        float64[products]: the share of a label in what the product is about, for each 1 that the
        label weighs. Of what the kinds are that a product has, each counts alike, and within a kind
        each label by what it weighs; the shares of a product add up to 1.
    """

    labels: slice
    marks: Sparse
    scale: FloatArray


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
    kinds
        The same, kind by kind.
    """

    names: Mapping[str, tuple[str, ...]]
    marks: Sparse
    rarity: FloatArray
    kinds: tuple[Kind, ...]

    @classmethod
    def of(cls, labels: Mapping[str, Sequence[Collection[str]]], products: int) -> Features:
        """Lay out the labels of products by kind."""
        names = {kind: tuple(sorted({*()}.union(*labels[kind]))) for kind in KINDS}
        ends = np.cumsum([0, *(len(names[kind]) for kind in KINDS)]).tolist()
        stretches = [slice(low, high) for low, high in pairwise(ends)]
        held = [
            _marks(labels[kind], names[kind], stretch.start, (products, ends[-1]))
            for kind, stretch in zip(KINDS, stretches, strict=True)
        ]
        marks = Sparse.summed(
            np.concatenate([one.rows for one in held]),
            np.concatenate([one.columns for one in held]),
            np.ones(sum(len(one.columns) for one in held)),
            (products, ends[-1]),
        )
        rare = np.ones(ends[-1])
        words = stretches[KINDS.index("keyword")]
        rare[words] = [rarity(having, products) for having in marks.counts[words].tolist()]
        weights = [one.filled(rare.take(one.columns)).sums for one in held]
        having = np.maximum(np.count_nonzero(weights, axis=0), 1)
        scales = [1.0 / (np.where(weight > 0, weight, 1.0) * having) for weight in weights]
        return cls(names, marks, rare, tuple(map(Kind, stretches, held, scales)))

    def about(self, product: int) -> dict[int, float]:
        """Return the labels of a product and the share of each in what it is about."""
        return {
            label: float(self.rarity[label] * kind.scale[product])
            for kind in self.kinds
            for label in kind.marks.part(product, product + 1).columns.tolist()
        }

    def name_of(self, label: int) -> str:
        """Return a column with its kind, such as ``keyword sea``."""
        at = next(at for at, kind in enumerate(self.kinds) if label < kind.labels.stop)
        return f"{KINDS[at]} {self.names[KINDS[at]][label - self.kinds[at].labels.start]}"


def _marks(
    labels: Sequence[Collection[str]], names: Sequence[str], first: int, shape: tuple[int, int]
) -> Sparse:
    place = {name: first + at for at, name in enumerate(names)}
    cells = [(row, place[name]) for row, held in enumerate(labels) for name in held]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    return Sparse.summed(rows, columns, np.ones(len(rows)), shape)
