"""Is the product about what the customer cares for, by what they did and by their own word?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs
import numpy as np

from custinsights.analyses.builtin.product_functions import folded
from custinsights.analyses.recommendation.features import KINDS, Features
from custinsights.domain.interests import OWN_WEIGHTS, Interest
from custinsights.history.columnar.columns import BoolArray, FloatArray, IntArray
from custinsights.history.columnar.ordering import ragged_rows
from custinsights.history.kernels.sparse import Sparse, against_largest


@attrs.frozen(eq=False)
class OwnWords:
    """What customers said themselves of departments and keywords, customer by customer.

    Parameters
    ----------
    customer, label
        int64, codes of customers, ascending, and columns of the features.
    weight
        float64: by `OWN_WEIGHTS`; NaN for what is refused or rests.
    is_refused
        Which are refused.
    """

    customer: IntArray
    label: IntArray
    weight: FloatArray
    is_refused: BoolArray

    @classmethod
    def of(
        cls, interests: Iterable[Interest], codes: Mapping[str | int, int], features: Features
    ) -> OwnWords:
        """Code the lists of customers; what is of nobody known or in no product is left out.

        Of two rows for one keyword the last one holds.
        """
        column = {
            (kind, name): stretch.start + at
            for kind, stretch in zip(KINDS, features.stretches, strict=True)
            for at, name in enumerate(features.names[kind])
        }
        state: dict[tuple[int, int], str] = {}
        for one in interests:
            kind = "keyword" if one.department is None else "department"
            label = column.get((kind, folded(one.department or one.keyword)))
            if label is not None and one.customer in codes:
                state[codes[one.customer], label] = one.state
        told = sorted(state.items())
        return cls(
            np.array([customer for (customer, _), _ in told], dtype=np.int64),
            np.array([label for (_, label), _ in told], dtype=np.int64),
            np.array([OWN_WEIGHTS.get(how, np.nan) for _, how in told], dtype=np.float64),
            np.array([how == "refused" for _, how in told], dtype=np.bool_),
        )

    def take(self, customers: IntArray) -> OwnWords:
        """Return the words of some customers (ascending), who are numbered from 0 then."""
        begins = np.searchsorted(self.customer, customers)
        lengths = np.searchsorted(self.customer, customers, side="right") - begins
        rows = ragged_rows(begins, lengths)
        return OwnWords(
            np.repeat(np.arange(len(customers)), lengths),
            self.label.take(rows),
            self.weight.take(rows),
            self.is_refused.take(rows),
        )


def found_of(cares: Sparse, features: Features) -> FloatArray:
    """Return what customers care for by their deeds: float64[customers, labels] in [0, 1].

    The sum over the products with the label of what the deeds weigh, times the rarity of the label,
    against the largest such sum of the customer among labels of the kind: as
    `custinsights.shop.interests.keywords` finds it for one customer.
    """
    found = cares.times(features.marks)
    found *= features.rarity
    for kind in features.stretches:
        against_largest(found[:, kind])
    return found


def said_of(found: FloatArray, own: OwnWords) -> FloatArray:
    """Return what customers care for by deeds and own word: (found + own) ÷ (1 + own).

    ``own`` is 1 for what is active and 2 for what is starred (`OWN_WEIGHTS`), else 0; what is
    refused or rests is cared for by 0.
    """
    cares = found.copy()
    said = (found[own.customer, own.label] + own.weight) / (1.0 + own.weight)
    cares[own.customer, own.label] = np.where(np.isnan(said), 0.0, said)
    return cares


def content_of(cares: FloatArray, features: Features) -> FloatArray:
    """Return how much of what a product is about its customer cares for, in [0, 1].

    Parameters
    ----------
    cares
        float64[customers, labels] in [0, 1].
    """
    content = features.shares.weighing(cares)
    return np.minimum(content, 1.0, out=content)


def refused_of(own: OwnWords, features: Features, customers: int) -> BoolArray:
    """Return what is refused altogether: bool[customers, products].

    A product is when its department is refused, or every keyword that it has.
    """
    refused = np.zeros((customers, len(features.marks)), dtype=np.bool_)
    for stretch in features.stretches:
        inside = (own.label >= stretch.start) & (own.label < stretch.stop)
        rows = np.flatnonzero(own.is_refused & inside)
        if len(rows):
            no = np.zeros((customers, features.marks.width))
            no[own.customer[rows], own.label[rows]] = 1.0
            every = np.zeros((1, features.marks.width))
            every[0, stretch] = 1.0
            held = features.marks.weighing(every)
            refused |= features.marks.weighing(no) >= np.maximum(held, 1.0)
    return refused
