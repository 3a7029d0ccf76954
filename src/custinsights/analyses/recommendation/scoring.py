"""How well does every product match every customer? The parts of the score, block by block."""

from __future__ import annotations

import sys
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
from custinsights.domain.fields import refuse_other
from custinsights.domain.frozen import Frozen
from custinsights.errors import InvalidValue, UnknownName
from custinsights.history.columnar.columns import AnyArray, BoolArray, FloatArray, IntArray
from custinsights.history.kernels.sparse import Pairs, Sparse, best, leading, ranked
from custinsights.results.recommendations import BASES

PARTS: Final = ("content", "co_purchase", "price_fit", "recency")
"""What a match score is made of."""

ONE_OFF: Final[Mapping[str, float]] = Frozen(
    {"content": 0.4, "co_purchase": 0.3, "price_fit": 0.1, "recency": 0.2}
)
REPLENISHED: Final[Mapping[str, float]] = Frozen(
    {"content": 0.04, "co_purchase": 0.04, "price_fit": 0.02, "recency": 0.9}
)
"""What the parts weigh in shops where customers seldom buy a product again, and where they do."""

REPEAT_SHARE: Final = 0.25
"""From which share of repeated purchases on a shop is of the second kind."""

_LOOKED_INTO, _MANY, _ROUNDING = 64, 8, 1e-9


def weights_of(given: Mapping[str, float] | None, *, repeat_share: float) -> Mapping[str, float]:
    """Return the weight of each part, adding up to 1; refuse what are no weights."""
    if given is None:
        return REPLENISHED if repeat_share >= REPEAT_SHARE else ONE_OFF
    refuse_other(Mapping, "what weighs the parts", given)
    for name, weight in given.items():
        if name not in PARTS:
            raise UnknownName("part of the match score", name, PARTS)
        is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not is_number or not 0 <= weight <= sys.float_info.max:
            raise InvalidValue(f"the weight of {name} is wrong", weight, "a number from 0 up")
    most = max(given.values(), default=0)
    if not most:
        raise InvalidValue("no part of the match score weighs anything", given, "a weight above 0")
    shares = {part: given.get(part, 0.0) / most for part in PARTS}  # whose sum is never too large
    return Frozen({part: share / sum(shares.values()) for part, share in shares.items()})


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
    gone
        Which products nobody else can have: unique works that one customer has. Where the stock is
        told, it says what can be had; what two have is not unique, whatever its labels say.
    """

    shelf: Shelf
    deeds: Deeds
    own: OwnWords
    companions: Sparse
    prices: Prices
    weights: Mapping[str, float]
    again: bool
    gone: BoolArray

    @classmethod
    def of(
        cls,
        shelf: Shelf,
        deeds: Deeds,
        weights: Mapping[str, float] | None,
        *,
        again: bool,
    ) -> Matcher:
        """Find out what scoring needs of all customers together; of none an own word is known."""
        return cls(
            shelf=shelf,
            deeds=deeds,
            own=OwnWords.of((), {}, shelf.features),
            companions=companions_of(deeds.bought),
            prices=Prices.of(deeds.lately, shelf.price),
            weights=weights_of(weights, repeat_share=deeds.repeat_share if again else 0.0),
            again=again,
            gone=shelf.is_unique & shelf.is_untold & (deeds.has.counts == 1),
        )

    def of_strangers(self, own: OwnWords, strangers: int) -> Matcher:
        """Return one for people of whom the facts tell nothing, numbered from 0."""
        nothing = self.deeds.lately.take(np.empty(0, dtype=np.int64))
        nothing = attrs.evolve(nothing, offsets=np.zeros(strangers + 1, dtype=np.int64))
        return attrs.evolve(
            self,
            own=own,
            deeds=attrs.evolve(
                self.deeds, cares=nothing, lately=nothing, bought=nothing, has=nothing
            ),
            prices=Prices(np.full(strangers, -np.inf), np.ones(strangers), self.prices.logarithm),
        )

    def cares(self, customers: IntArray) -> FloatArray:
        """Return what some customers care for by their deeds: float64[customers, labels]."""
        found = found_of(self.deeds.cares.take(customers), self.shelf.features)
        return cares_of(found, self.own.take(customers))

    def beside(self, customers: IntArray) -> Beside:
        """Lay out for some customers what is quickly known of every product."""
        lately, own = self.deeds.lately.take(customers), self.own.take(customers)
        return Beside(
            matcher=self,
            own=own,
            cares=self.cares(customers),
            known={
                "co_purchase": companionship_of(lately, self.companions),
                "price_fit": self.prices.fit(customers),
                "recency": recency_of(lately, self.deeds.selling),
            },
        )

    def scores(self, parts: Mapping[str, FloatArray]) -> FloatArray:
        """Return the weighted mean of parts, times 100."""
        scores, *others = (part * (100.0 * self.weights[name]) for name, part in parts.items())
        for points in others:
            scores += points
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
        has_deeds = self.deeds.lately.take(customers).lengths > 0
        says = self.own.customer[self.own.weight > 0]
        code = np.where(has_deeds, 0, np.where(np.isin(customers, says), 1, 2))
        return np.array(BASES, dtype=object).take(code)


@attrs.frozen(eq=False, kw_only=True)
class Beside:
    """Some customers beside every product.

    Parameters
    ----------
    matcher
        What is needed to score.
    own
        What the customers said.
    cares
        What they care for by their deeds: float64[customers, labels].
    known
        The parts of the score that are quickly known, in [0, 1]: float64[customers, products]. The
        content is not among them; it is looked into where it may matter.
    """

    matcher: Matcher
    own: OwnWords
    cares: FloatArray
    known: Mapping[str, FloatArray]

    def parts(self, pairs: Pairs | None = None) -> dict[str, FloatArray]:
        """Return the parts of the scores of some pairs, in [0, 1]; of all as tables by default."""
        features = self.matcher.shelf.features
        parts = {"content": content_of(self.cares, self.own, features, pairs)}
        parts |= {n: part if pairs is None else part[pairs] for n, part in self.known.items()}
        if not self.own.is_refused.any():
            return parts
        refused = refused_of(self.cares, self.own, features, pairs)
        return {name: np.where(refused, 0.0, part) for name, part in parts.items()}

    def best(
        self, is_offered: BoolArray, held: Pairs, most: int
    ) -> tuple[IntArray, IntArray, dict[str, FloatArray]]:
        """Return the products with the highest scores for each customer, and their parts.

        What they refused altogether is none. The content is looked into of the products that lead
        without it, and then of those that it could bring up to the last of the best of these. Where
        that is a large part, it is of all.

        Parameters
        ----------
        is_offered
            bool[products].
        held
            Rows and products that are not offered to one customer.
        most
            How many products for each customer.
        """
        reach = self.matcher.scores(self.known)
        reach += 100.0 * self.matcher.weights["content"] + _ROUNDING
        reach[:, ~is_offered] = -np.inf
        reach[held] = -np.inf
        if self.own.is_refused.any():
            features = self.matcher.shelf.features
            reach[refused_of(self.cares, self.own, features)] = -np.inf
        able = leading(reach, max(most, _LOOKED_INTO))
        if _MANY * len(able[0]) < reach.size:
            able = self._able(reach, able, most)
        if _MANY * len(able[0]) < reach.size:
            parts = self.parts(able)
            scores = self.matcher.scores(parts)
            order, _ = ranked(able[0], scores, most)
            rows, products = (place.take(order) for place in able)
            return rows, products, {name: part.take(order) for name, part in parts.items()}
        parts = self.parts()
        scores = np.where(reach > -np.inf, self.matcher.scores(parts), -np.inf)
        rows, products = best(scores, most)
        return rows, products, {name: part[rows, products] for name, part in parts.items()}

    def _able(self, reach: FloatArray, some: Pairs, most: int) -> Pairs:
        """Return the pairs that may be among the best, by the scores of some."""
        scores = self.matcher.scores(self.parts(some))
        order, place = ranked(some[0], scores, most)
        last = order[place == most - 1]
        least = np.zeros((len(reach), 1))
        least[some[0].take(last), 0] = scores.take(last)
        rows, products = np.divmod(np.flatnonzero(reach >= least), reach.shape[1])
        return rows, products
