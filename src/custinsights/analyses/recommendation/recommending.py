"""Which products does each customer most likely want, of those on offer?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from custinsights.analyses.measuring.measured import provenance
from custinsights.analyses.recommendation.asking import Asked, Block, Group, Said, groups_of
from custinsights.analyses.recommendation.deeds import deeds_of
from custinsights.analyses.recommendation.explaining import match_of
from custinsights.analyses.recommendation.scoring import PARTS, Matcher
from custinsights.analyses.recommendation.shelf import Shelf
from custinsights.domain.fields import (
    Identity,
    as_tuple,
    refuse_other,
    whole_number,
)
from custinsights.domain.interests import Interest
from custinsights.domain.products import UNIQUE_WORDS, Product
from custinsights.errors import InvalidValue, MissingData
from custinsights.history.columnar.columns import BoolArray
from custinsights.history.columnar.ordering import offsets_of
from custinsights.history.facts import Facts, check_history, refuse_part
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.history.views.streamviews import ordinal_in_group
from custinsights.results.recommendations import Match, Recommendations

Candidate: TypeAlias = str | int | Product
"""The identity of a product of the history, or a product with what is known of it."""


def _several(given: Any) -> tuple[Interest, ...]:
    return (given,) if isinstance(given, Interest) else as_tuple(given)


@attrs.frozen(eq=False, kw_only=True)
class Recommender:
    """What a shop's history says of who likes what: made once, asked for many customers.

    `recommend` makes one and asks it. Make it with `of` where customers are asked about one by one,
    as in a web shop.

    Parameters
    ----------
    view
        The facts before as_of.
    matcher
        Scores products for customers.
    said
        What customers said, or the shop for them.
    """

    view: CountedHistory
    matcher: Matcher
    said: Said = attrs.field(factory=Said, repr=False)

    @classmethod
    def of(
        cls,
        history: Facts,
        *,
        as_of: When | None = None,
        interests: Iterable[Interest] = (),
        products: Iterable[Product] = (),
        weights: Mapping[str, float] | None = None,
        again: bool = True,
        unique: Collection[str] = UNIQUE_WORDS,
    ) -> Recommender:
        """Learn from a history; the arguments are as in `recommend`.

        Parameters
        ----------
        products
            Products of which the history does not tell, or tells otherwise.
        """
        check_history(history)
        refuse_part(history, "recommendations")
        refuse_other(bool, "whether things are recommended again", again)
        for word in as_tuple(unique):
            refuse_other(str, "a word for unique works", word)
        words = {word.strip().casefold() for word in unique}
        view = CountedHistory(history, history.context.instant(as_of))
        beside = as_tuple(products)
        for one in beside:
            refuse_other(Product, "what is among the products", one)
        told = Counter(str(one.id) for one in beside)
        if twice := tuple(one for one, number in told.items() if number > 1):
            raise InvalidValue("a product is told more than once", twice, "each product once")
        if history.products is None and not beside:
            advice = "Load order lines or products with read_orders, or pass candidates as Products"
            raise MissingData("products", "recommend", advice)
        shelf = Shelf.of(view, beside, words)
        matcher = Matcher.of(shelf, deeds_of(view, shelf.ids), weights, again=again)
        return cls(view=view, matcher=matcher).hearing(interests)

    def hearing(self, interests: Iterable[Interest]) -> Recommender:
        """Return the same with other lists of what customers said; nothing is learned anew."""
        told = _several(interests)
        for one in told:
            refuse_other(Interest, "what is among the interests", one)
        said, matcher = Said(told).heard_by(self.view.facts, self.matcher)
        return attrs.evolve(self, matcher=matcher, said=said)

    def recommend(
        self,
        customers: Asked = None,
        *,
        candidates: Iterable[str | int] | None = None,
        k: int = 10,
        sold_out: bool = False,
    ) -> Recommendations:
        """Return the best products for some customers; the arguments are as in `recommend`."""
        most = whole_number("the number of products is wrong", k, 1)
        refuse_other(bool, "whether sold-out products are recommended", sold_out)
        is_offered = self._offer(candidates, sold_out=sold_out)
        groups = self.groups(customers)
        found = self._result(groups, [group.blocks(is_offered, most) for group in groups])
        found = attrs.evolve(found, ask=_Asked(self, are_named=candidates is not None))
        if customers is None:
            return attrs.evolve(found, unheard=self.said.in_vain)
        return attrs.evolve(found, unheard=self.said.unheard(self.view.facts, groups))

    def explain(self, customer: Identity, product: Identity) -> Match:
        """Tell why a product matches a customer as well as it does, recommended or not."""
        return _Asked(self).explain(customer, product)

    def groups(self, customers: Asked) -> list[Group]:
        """Return who is asked about: those whom the history knows, and then the others, if any."""
        return groups_of(self.view, customers, self.said, self.matcher)

    def _offer(self, candidates: Iterable[Identity] | None, *, sold_out: bool) -> BoolArray:
        shelf = self.matcher.shelf
        offer = np.ones(len(shelf), dtype=np.bool_) if sold_out else ~shelf.is_sold_out
        if candidates is None and not sold_out:
            offer &= ~self.matcher.gone
        if candidates is not None:
            is_candidate = np.zeros(len(shelf), dtype=np.bool_)
            is_candidate[shelf.places_of(as_tuple(candidates))] = True
            offer &= is_candidate
        return offer

    def _result(self, groups: Sequence[Group], blocks: Sequence[list[Block]]) -> Recommendations:
        nothing = np.empty(0, dtype=np.int64)
        shelf, facts = self.matcher.shelf, self.view.facts
        first, *others = (group.ids for group in groups)
        strangers = tuple(one for ids in others for one in ids.tolist())
        customers = np.array([*first.tolist(), *strangers], dtype=object) if strangers else first
        begins = (0, len(first))[: len(groups)]  # strangers come after all others
        row = np.concatenate(
            [nothing, *(one[0] + at for at, of in zip(begins, blocks, strict=True) for one in of)]
        )
        every = [one for of in blocks for one in of]
        product = np.concatenate([nothing, *(one[1] for one in every)])
        return Recommendations(
            customers=customers,
            unknown=strangers,
            row=row,
            rank=ordinal_in_group(offsets_of(row, len(customers)), len(row)),
            product=np.array(shelf.ids, dtype=object).take(product),
            title=np.array(shelf.titles, dtype=object).take(product),
            price=shelf.price.take(product),
            parts={
                name: np.concatenate([np.empty(0), *(one[2][name] for one in every)])
                for name in PARTS
            },
            basis=np.concatenate([group.matcher.basis(group.codes) for group in groups]),
            weights=self.matcher.weights,
            provenance=attrs.evolve(
                provenance(facts.context, self.view.as_of, ()), remarks=self._remarks()
            ),
        )

    def _remarks(self) -> tuple[str, ...]:
        weights = ", ".join(
            f"{part} {round(100 * w)} %" for part, w in self.matcher.weights.items()
        )
        return (f"Weights of the parts: {weights}.",)


@attrs.frozen(eq=False)
class _Asked:
    """Answers for recommendations that are asked why; does not travel with them."""

    recommender: Recommender
    are_named: bool = False  # what may be recommended: then all of it can be had

    def explain(self, customer: Identity, product: Identity) -> Match:
        matcher, facts = self.recommender.matcher, self.recommender.view.facts
        place = int(matcher.shelf.places_of([product])[0])
        one = self.recommender.groups(customer)[-1]
        is_gone = bool(matcher.gone[place]) and not self.are_named
        return match_of(one.matcher, one.codes, place, facts.currency, is_gone=is_gone)

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        return type(None), ()


def recommend(
    history: Facts,
    customers: Asked = None,
    *,
    candidates: Iterable[Candidate] | None = None,
    k: int = 10,
    as_of: When | None = None,
    interests: Iterable[Interest] = (),
    weights: Mapping[str, float] | None = None,
    again: bool = True,
    sold_out: bool = False,
    unique: Collection[str] = UNIQUE_WORDS,
) -> Recommendations:
    """Recommend products to customers, with a match score from 0 to 100 and what it is made of.

    The score is 100 times the weighted mean of four parts, each in [0, 1]; what nothing is known of
    is 0:

    * ``content``: how much of what the product is about its customer cares for. A product is about
      its department, its category and its keywords (without any, the words of its title), each of
      these kinds alike, and within the keywords by their rarity, 1 + ln((1 + products) ÷ (1 +
      products with it)) (Spärck Jones 1972). A customer cares for a label by the weights of their
      deeds with products that have it (`custinsights.domain.deeds.DEED_WEIGHTS`; each deed with a
      product once), times its rarity, against their largest of the kind, and for what they refused
      or let rest by 0. An own interest in a label of the product brings the mean half of the way to
      1 if it is active, and two thirds if it is starred.
    * ``co_purchase``: the phi coefficients (Yule 1912) of the product with all that the customer
      had to do with lately, added up, against the product for which that is most. The coefficient
      corrects for popularity: it is 0 where two products meet in as many customers as chance would
      have it, and those below 0 are left out. A product is no companion of itself; the 100 closest
      of each count.
    * ``price_fit``: 1 ÷ (1 + z²), where z is by how many standard deviations the logarithm of the
      price lies from the usual one of the customer: the mean over their products, each weighed as
      its deeds with their halving, and the root of the variance + 0.1, so that who bought one thing
      is not held to one price. The price is today's, else what one cost on average.
    * ``recency``: two thirds of what the customer did with the product itself and one third of what
      everybody bought of it, each against the largest. A deed of the customer halves in 180 days,
      an order of anybody in 30 days (the decay of Ding and Li 2005).

    So starring never lowers a score and refusing never raises one; a product whose department, or
    whose every keyword, is refused scores 0 and is not recommended. Who has no deeds is told of by
    their own interests; who has none either gets what sells lately, and ``basis`` says so.

    Parameters
    ----------
    history
        An order history, the whole one: what goes with what is learned from everybody.
    customers
        One identity or several, or a table of customers such as the members of a segment; default:
        everybody known. Who is not in the history, such as a visitor, is answered too, and
        ``unknown`` names them.
    candidates
        What may be recommended, such as the lots of the next sale: ids of products of the history,
        or `custinsights.domain.Product` of which it need not know; default: every product. The
        scores do not depend on it.
    k
        How many products each gets at most.
    as_of
        Limits the facts, exclusive; default: the end of the observation. Stocks, prices and
        interests are not dated: they are today's.
    interests
        What customers said, or the shop for them: `custinsights.domain.Interest`. What is in no
        product does nothing, and ``unheard`` names it.
    weights
        Of the parts by name; those that are not told weigh nothing. Default, where at least a
        quarter of what customers buy after their first order they had bought before: recency 0.9,
        content 0.04, co_purchase 0.04, price_fit 0.02. Elsewhere, and without `again`: content 0.4,
        co_purchase 0.3, recency 0.2, price_fit 0.1. How they were found: see
        `evaluate_recommendations`.
    again
        Whether what a customer bought may be recommended again. Unique works that they have are
        left out anyway.
    sold_out
        Whether products may be recommended of which none is in stock, or of which there is only one
        that somebody has; where the stock is told, it decides, and candidates can be had.
    unique
        The keywords, categories and departments of works of which there is only one. So is a
        product of which one was sold at most and one is in stock at most.

    Returns
    -------
    Recommendations
        The best first; of equal scores the first id. ``explain`` tells why in words.

    Raises
    ------
    UnknownName
        A product or a part of the score is not known.
    MissingData
        The history knows no products, and no candidate is told.
    InvalidValue
        `k` or a weight is wrong.
    Incompatible
        A candidate has a price in another currency.

    Notes
    -----
    Cost: for each customer a step for each companion of their products, a few for each product, and
    one for each label of the products that may be among their best, in blocks of customers, so that
    memory grows with the products and the facts and not with their product.

    References
    ----------
    Spärck Jones, K. (1972). Journal of Documentation 28 (1), 11-21. Yule, G. U. (1912). Journal of
    the Royal Statistical Society 75 (6), 579-652. Ding, Y. and Li, X. (2005). CIKM '05, 485-492.

    Examples
    --------
    >>> import custinsights as ci
    >>> found = recommend(ci.datasets.gallery(), "c001", k=1)
    >>> [(row["product"], str(row["price"]), row["basis"]) for row in found.to_dicts()]
    [('print-late-dahlias-medium', '52.00', 'deeds')]
    """
    offered = None if candidates is None else as_tuple(candidates)
    told = [one for one in offered or () if isinstance(one, Product)]
    recommender = Recommender.of(
        history,
        as_of=as_of,
        interests=interests,
        products=told,
        weights=weights,
        again=again,
        unique=unique,
    )
    ids = (
        None
        if offered is None
        else [one.id if isinstance(one, Product) else one for one in offered]
    )
    return recommender.recommend(customers, candidates=ids, k=k, sold_out=sold_out)
