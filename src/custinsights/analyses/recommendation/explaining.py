"""Why does a product match a customer as well as it does?"""

from __future__ import annotations

import numpy as np

from custinsights.analyses.recommendation.content import refused_of
from custinsights.analyses.recommendation.scoring import PARTS, Matcher
from custinsights.domain.interests import OWN_WEIGHTS
from custinsights.domain.money import Money
from custinsights.history.columnar.columns import NO_NUMBER, IntArray
from custinsights.results.recommendations import Match, MatchPart

_MOST = 3


def match_of(
    matcher: Matcher, customer: IntArray, product: int, currency: str, *, is_gone: bool
) -> Match:
    """Return the match of one product with one customer (a code in an array), with its reasons.

    Of a product that is gone nobody can have one any more.
    """
    shelf = matcher.shelf
    pair, beside = (np.array([0]), np.array([product])), matcher.beside(customer)
    parts = {name: float(part[0]) for name, part in beside.parts(pair).items()}
    because = {
        "content": _labels(matcher, customer, product),
        "co_purchase": _companions(matcher, customer, product),
        "price_fit": _price(matcher, customer, currency),
        "recency": _recency(matcher, customer, product),
    }
    told = tuple(
        MatchPart(name, parts[name], matcher.weights[name], because[name] if parts[name] else ())
        for name in PARTS
    )
    price = int(shelf.price[product])
    left_out = "sold out" if shelf.is_sold_out[product] else "unique, and sold" if is_gone else ""
    if refused_of(beside.cares, beside.own, shelf.features, pair).any():
        left_out = "refused"
    if product in matcher.held(customer)[1]:
        left_out = "unique, and theirs" if matcher.again else "bought before"
    return Match(
        product=shelf.ids[product],
        title=shelf.titles[product],
        price=None if price == NO_NUMBER else Money.from_minor(price, currency),
        score=sum(part.points for part in told),
        basis=str(matcher.basis(customer)[0]),
        parts=told,
        left_out=left_out,
    )


def _labels(matcher: Matcher, customer: IntArray, product: int) -> tuple[str, ...]:
    """Return the labels of a product that its customer cares for, most first."""
    features = matcher.shelf.features
    cares = matcher.cares(customer)[0]
    own = matcher.own.take(customer)
    states = {weight: state for state, weight in OWN_WEIGHTS.items()}
    said = {
        label: weight
        for label, weight in zip(own.label.tolist(), own.weight.tolist(), strict=True)
        if weight in states
    }
    worth = {
        label: (said.get(label, 0.0), share * cares[label])
        for label, share in features.about(product).items()
    }
    best = sorted((label for label in worth if any(worth[label])), key=lambda one: worth[one])
    return tuple(
        features.name_of(label) + (f", {states[said[label]]}" if label in said else "")
        for label in best[: -_MOST - 1 : -1]
    )


def _companions(matcher: Matcher, customer: IntArray, product: int) -> tuple[str, ...]:
    """Return the products of a customer with which a product goes, closest first."""
    lately, shelf = matcher.deeds.lately.take(customer), matcher.shelf
    worth = matcher.companions.take(lately.columns).full()[:, product] * lately.values
    places = [at for at in np.argsort(-worth, kind="stable")[:_MOST].tolist() if worth[at] > 0]
    return tuple(shelf.titles[at] or shelf.ids[at] for at in lately.columns.take(places).tolist())


def _price(matcher: Matcher, customer: IntArray, currency: str) -> tuple[str, ...]:
    usual = round(float(np.exp(matcher.prices.usual[customer[0]])))
    return (f"usually about {Money.from_minor(usual, currency)}",)


def _recency(matcher: Matcher, customer: IntArray, product: int) -> tuple[str, ...]:
    is_own = product in matcher.deeds.lately.take(customer).columns
    own = ("they had to do with it",) if is_own else ()
    return (*own, *(("others buy it",) if matcher.deeds.selling[product] > 0 else ()))
