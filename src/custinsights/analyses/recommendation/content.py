"""Is the product about what the customer cares for, by what they did and by their own word?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs
import numpy as np

from custinsights.analyses.builtin.product_functions import folded
from custinsights.analyses.recommendation.features import KINDS, Features
from custinsights.domain.interests import OWN_WEIGHTS, Interest
from custinsights.history.columnar.columns import AnyArray, BoolArray, FloatArray, IntArray
from custinsights.history.columnar.ordering import ragged_rows
from custinsights.history.kernels.sparse import Pairs, Sparse, against_largest


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

        Of two rows for one keyword the last one holds. See `in_no_product`.
        """
        column = {
            (kind, name): held.labels.start + at
            for kind, held in zip(KINDS, features.kinds, strict=True)
            for at, name in enumerate(features.names[kind])
        }
        state: dict[tuple[int, int], str] = {}
        for one in interests:
            label = column.get(_label_of(one))
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

    def laid(self, said: BoolArray, shape: tuple[int, ...]) -> FloatArray:
        """Return float64[customers, labels], 1 for some of the words."""
        laid = np.zeros(shape)
        laid[self.customer[said], self.label[said]] = 1.0
        return laid


def _label_of(one: Interest) -> tuple[str, str]:
    """Return what an interest is in: a kind of `KINDS`, and the label as it is compared."""
    kind = "keyword" if one.department is None else "department"
    return kind, folded(one.department or one.keyword)


def in_no_product(interests: Iterable[Interest], features: Features) -> tuple[Interest, ...]:
    """Return the interests in what no product has, once each; those at rest do nothing anyway."""
    held = {kind: {*features.names[kind]} for kind in KINDS}
    lost: dict[tuple[str | int, str, str], Interest] = {}
    for one in interests:
        kind, name = _label_of(one)
        if one.state != "inactive" and name not in held[kind]:
            lost[one.customer, kind, name] = one
    return tuple(lost.values())


def found_of(cares: Sparse, features: Features) -> FloatArray:
    """Return what customers care for by their deeds: float64[customers, labels] in [0, 1].

    The sum over the products with the label of what the deeds weigh, times the rarity of the label,
    against the largest such sum of the customer among labels of the kind: as
    `custinsights.shop.interests.keywords` finds it for one customer.
    """
    found = cares.times(features.marks)
    found *= features.rarity
    for kind in features.kinds:
        against_largest(found[:, kind.labels])
    return found


def cares_of(found: FloatArray, own: OwnWords) -> FloatArray:
    """Return what customers care for by their deeds: nothing of what they refused or let rest."""
    is_silent = np.isnan(own.weight)
    cares = found.copy()
    cares[own.customer[is_silent], own.label[is_silent]] = 0.0
    return cares


def content_of(
    cares: FloatArray, own: OwnWords, features: Features, pairs: Pairs | None = None
) -> FloatArray:
    """Return how much of what products are about their customers care for, in [0, 1].

    That is the mean of `cares` over what the product is about (`Kind.scale`); an own word for one
    of its labels brings it own ÷ (1 + own) of the way from there to 1: half for an active one, two
    thirds for a starred one (`OWN_WEIGHTS`). Of several own words the strongest counts.

    Parameters
    ----------
    cares
        float64[customers, labels].
    pairs
        Rows of customers and the product beside each; default: each customer and product.
    """
    weighed = cares * features.rarity
    content, *others = (
        kind.marks.gathered(weighed, pairs) * _of_products(kind.scale, pairs)
        for kind in features.kinds
    )
    for part in others:
        content += part
    np.minimum(content, 1.0, out=content)
    if np.isnan(own.weight).all():
        return content
    brought = np.zeros_like(content)
    for weight in sorted(OWN_WEIGHTS.values()):  # the strongest comes last
        has = features.marks.gathered(own.laid(own.weight == weight, cares.shape), pairs)
        brought[has > 0] = weight / (1.0 + weight)
    content += (1.0 - content) * brought
    return content


def refused_of(
    cares: FloatArray, own: OwnWords, features: Features, pairs: Pairs | None = None
) -> BoolArray:
    """Return whether products are refused altogether by their customers.

    A product is when its department is refused, or every keyword that it has. The parameters are
    those of `content_of`.
    """
    laid = own.laid(own.is_refused, cares.shape)
    having = [(kind.marks, kind.marks.gathered(laid, pairs)) for kind in features.kinds]
    refused: BoolArray = np.logical_or.reduce(
        [(has > 0) & (has == _of_products(marks.lengths, pairs)) for marks, has in having]
    )
    return refused


def _of_products(column: AnyArray, pairs: Pairs | None) -> AnyArray:
    return column if pairs is None else column.take(pairs[1])
