"""How well does every product match every customer? The parts of the score, block by block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs
import numpy as np

from custinsights.analyses.recommendation.companions import companions_of, companionship_of
from custinsights.analyses.recommendation.content import (
    OwnWords,
    cares_of,
    content_of,
    found_of,
    refused_of,
)
from custinsights.analyses.recommendation.deeds import Deeds
from custinsights.analyses.recommendation.pricing import Prices
from custinsights.analyses.recommendation.recency import recency_of
from custinsights.analyses.recommendation.shelf import Shelf
from custinsights.domain.frozen import Frozen
from custinsights.errors import InvalidValue, UnknownName
from custinsights.history.columnar.columns import AnyArray, FloatArray, IntArray
from custinsights.history.kernels.sparse import Sparse
from custinsights.results.recommendations import BASES

PARTS: Final = ("content", "co_purchase", "price_fit", "recency")
"""What a match score is made of."""

ONE_OFF: Final[Mapping[str, float]] = Frozen(
    {"content": 0.4, "co_purchase": 0.3, "price_fit": 0.1, "recency": 0.2}
)
REPLENISHED: Final[Mapping[str, float]] = Frozen(
    {"content": 0.15, "co_purchase": 0.1, "price_fit": 0.05, "recency": 0.7}
)
"""What the parts weigh in shops where customers seldom buy a product again, and where they do."""

REPEAT_SHARE: Final = 0.25
"""From which share of repeated purchases on a shop is of the second kind."""


def weights_of(given: Mapping[str, float] | None, *, repeat_share: float) -> Mapping[str, float]:
    """Return the weight of each part, adding up to 1; refuse what are no weights."""
    if given is None:
        return REPLENISHED if repeat_share >= REPEAT_SHARE else ONE_OFF
    for name, weight in given.items():
        if name not in PARTS:
            raise UnknownName("part of the match score", name, PARTS)
        is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not is_number or not 0 <= weight < np.inf:
            raise InvalidValue(f"the weight of {name} is wrong", weight, "a number from 0 up")
    total = sum(given.values())
    if not total:
        raise InvalidValue("no part of the match score weighs anything", given, "a weight above 0")
    return Frozen({part: given.get(part, 0.0) / total for part in PARTS})


@attrs.frozen(eq=False, kw_only=True)
class Matcher:
    """What is needed to score products for customers.

    Parameters
    ----------
    shelf, deeds, own
        The products, what was done with them, what customers said themselves.
    companions
        Products by products: how closely they go together.
    prices
        What customers are used to pay.
    weights
        Of each part, adding up to 1.
    again
        Whether what a customer bought may be recommended again.
    """

    shelf: Shelf
    deeds: Deeds
    own: OwnWords
    companions: Sparse
    prices: Prices
    weights: Mapping[str, float]
    again: bool

    @classmethod
    def of(
        cls,
        shelf: Shelf,
        deeds: Deeds,
        own: OwnWords,
        weights: Mapping[str, float] | None,
        *,
        again: bool,
    ) -> Matcher:
        """Find out what scoring needs of all customers together."""
        return cls(
            shelf=shelf,
            deeds=deeds,
            own=own,
            companions=companions_of(deeds.bought),
            prices=Prices.of(deeds.lately, shelf.price),
            weights=weights_of(weights, repeat_share=deeds.repeat_share if again else 0.0),
            again=again,
        )

    def cares(self, customers: IntArray) -> FloatArray:
        """Return what some customers care for by their deeds: float64[customers, labels]."""
        found = found_of(self.deeds.cares.take(customers), self.shelf.features)
        return cares_of(found, self.own.take(customers))

    def parts(self, customers: IntArray) -> dict[str, FloatArray]:
        """Return the parts of the scores of all products for some customers, in [0, 1]."""
        lately, own = self.deeds.lately.take(customers), self.own.take(customers)
        parts = {
            "content": content_of(self.cares(customers), own, self.shelf.features),
            "co_purchase": companionship_of(lately, self.companions),
            "price_fit": self.prices.fit(customers),
            "recency": recency_of(lately, self.deeds.selling),
        }
        if own.is_refused.any():
            refused = refused_of(own, self.shelf.features, len(customers))
            for part in parts.values():
                part[refused] = 0.0
        return parts

    def scores(self, parts: Mapping[str, FloatArray]) -> FloatArray:
        """Return the weighted mean of the parts, times 100."""
        scores, weighed = np.zeros_like(parts["content"]), np.empty_like(parts["content"])
        for name in PARTS:
            scores += np.multiply(parts[name], 100.0 * self.weights[name], out=weighed)
        return scores

    def held(self, customers: IntArray) -> tuple[IntArray, IntArray]:
        """Return what customers have and is not recommended to them: their rows, and products.

        That is what is unique and theirs, and unless `again` all that they ever bought.
        """
        deeds = self.deeds.has if self.again else self.deeds.bought
        theirs = deeds.take(customers)
        is_left_out = self.shelf.is_unique.take(theirs.columns) | (not self.again)
        return theirs.rows[is_left_out], theirs.columns[is_left_out]

    def basis(self, customers: IntArray) -> AnyArray:
        """Return on what the recommendations for customers rest, one of `BASES` each."""
        has_deeds = np.diff(self.deeds.lately.take(customers).offsets) > 0
        says = self.own.customer[self.own.weight > 0]
        code = np.where(has_deeds, 0, np.where(np.isin(customers, says), 1, 2))
        return np.array(BASES, dtype=object).take(code)
