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


def cares_of(found: FloatArray, own: OwnWords) -> FloatArray:
    """Return what customers care for by their deeds: nothing of what they refused or let rest."""
    is_silent = np.isnan(own.weight)
    cares = found.copy()
    cares[own.customer[is_silent], own.label[is_silent]] = 0.0
    return cares


def content_of(cares: FloatArray, own: OwnWords, features: Features) -> FloatArray:
    """Return how much of what a product is about its customer cares for, in [0, 1].

    That is the mean of `cares` over what the product is about (`Features.shares`); an own word for
    one of its labels brings it own ÷ (1 + own) of the way from there to 1: half for an active one,
    two thirds for a starred one (`OWN_WEIGHTS`). Of several own words the strongest counts.
    """
    content = features.shares.weighing(cares)
    np.minimum(content, 1.0, out=content)
    if np.isnan(own.weight).all():
        return content
    brought = np.zeros_like(content)
    for weight in sorted(OWN_WEIGHTS.values()):  # the strongest comes last
        said = np.flatnonzero(own.weight == weight)
        has = _has(own.customer[said], own.label[said], features, len(cares)) > 0
        brought[has] = weight / (1.0 + weight)
    content += (1.0 - content) * brought
    return content


def refused_of(own: OwnWords, features: Features, customers: int) -> BoolArray:
    """Return what is refused altogether: bool[customers, products].

    A product is when its department is refused, or every keyword that it has.
    """
    refused = np.zeros((customers, len(features.marks)), dtype=np.bool_)
    for stretch in features.stretches:
        inside = (own.label >= stretch.start) & (own.label < stretch.stop)
        rows = np.flatnonzero(own.is_refused & inside)
        if len(rows):
            every = np.zeros((1, features.marks.width))
            every[0, stretch] = 1.0
            needed = np.maximum(features.marks.weighing(every), 1.0)
            refused |= _has(own.customer[rows], own.label[rows], features, customers) >= needed
    return refused


def _has(customer: IntArray, label: IntArray, features: Features, customers: int) -> FloatArray:
    """Return how many of some labels of each customer each product has."""
    wanted = np.zeros((customers, features.marks.width))
    wanted[customer, label] = 1.0
    return features.marks.weighing(wanted)
