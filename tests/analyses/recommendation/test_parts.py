"""Every part of the score is what it is said to be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.recommendation.scoring import ONE_OFF, PARTS
from custinsights.domain import Interest
from tests.analyses.recommendation.plainly import Bought, Did, Good, Shop, as_rows, parts
from tests.analyses.recommendation.shops import interests, shops

EVERYTHING: dict[str, Any] = {"k": 6, "sold_out": True, "unique": ()}


@pytest.mark.covers("B05", "E02")
@given(shops, interests)
def test_the_parts_are_as_they_are_told_plainly(shop: Shop, own: list[Interest]) -> None:
    """Content, co-purchase, price fit and recency of every product agree with plain loops."""
    found = as_rows(ci.recommend(shop.history(), interests=own, weights=ONE_OFF, **EVERYTHING))
    for customer in shop.everybody:
        for product, expected in parts(shop, customer, own).items():
            row = found.get((customer, product))
            if row is None:  # unique, and theirs
                continue
            told = {name: row[name] for name in PARTS}
            assert told == pytest.approx(dict(expected), abs=1e-9), (customer, product)


@given(shops, interests, st.permutations(PARTS))
def test_the_parts_make_up_the_score(shop: Shop, own: list[Interest], order: list[str]) -> None:
    """The score is 100 times the weighted mean of parts in [0, 1], and ranks by it."""
    weights = dict(zip(order, (5.0, 2, 1, 0.5), strict=True))
    found = ci.recommend(shop.history(), interests=own, weights=weights, **EVERYTHING)
    assert sum(found.weights.values()) == pytest.approx(1.0)
    for row in found.to_dicts():
        assert all(0.0 <= row[name] <= 1.0 for name in PARTS)
        mean = sum(weights[name] * row[name] for name in PARTS) / 8.5
        assert row["score"] == pytest.approx(100 * mean, abs=1e-9)
    for customer in shop.everybody:
        scores = found.of(customer).score
        assert (scores[:-1] >= scores[1:] - 1e-9).all()
        assert found.of(customer).rank.tolist() == [*range(1, len(scores) + 1)]


SEA = Good("sea", "Originals", "Seascapes", ("oil", "sea"), 100_000)
PEAR = Good("pear", "Prints", "Still lifes", ("ink",), 4_000)
BOAT = Good("boat", "Prints", "Seascapes", ("ink", "sea"), 5_000)
SHOP = Shop((SEA, PEAR, BOAT), (Bought("ada", 180, ("pear",)), Bought("bo", 100, ("boat",))))


def test_by_hand() -> None:
    """Who bought a print in ink cares for ink and prints, and is used to its price."""
    row = as_rows(ci.recommend(SHOP.history(), "ada", weights=ONE_OFF))["ada", "boat"]
    rare = 1 + 0.28768207245178085  # ln(4 / 3): ink and sea are each in two of three products
    assert rare > 1
    assert row["content"] == pytest.approx((1 + 0 + 0.5) / 3)
    assert row["price_fit"] == pytest.approx(1 / (1 + 0.22314355131420976**2 / 0.1))  # ln(5 / 4)
    assert row["co_purchase"] == 0.0
    assert row["recency"] == pytest.approx(0.5 ** ((182 - 100) / 30) / 0.5 ** (2 / 30) / 3)
    assert (str(row["price"]), row["basis"]) == ("50.00", "deeds")


def test_keywords_are_those_of_the_profile() -> None:
    """What is found of keywords is what a profile shows: one definition, counted in two ways."""
    from custinsights.analyses.recommendation.content import found_of
    from custinsights.domain import Product
    from custinsights.shop.interests import document_counts, keywords
    from custinsights.shop.items import Item

    goods = {g.id: Product(g.id, keywords=g.keywords) for g in SHOP.goods}
    did = [("boat", "bought"), ("sea", "viewed"), ("sea", "viewed"), ("pear", "wished")]
    at = ci.domain.Calendar("UTC").instant("2024-03-01")
    counts = document_counts(goods.values())
    told = keywords([Item(n, deed, at, goods[n]) for n, deed in did], counts=counts)
    deeds = (
        Did("cy", 60, "product_viewed", "sea"),
        Did("cy", 60, "product_viewed", "sea"),
        Did("cy", 60, "wishlist", "pear"),
    )
    shop = Shop(SHOP.goods, (Bought("cy", 60, ("boat",)),), deeds)
    matcher = ci.Recommender.of(shop.history()).matcher
    found = found_of(matcher.deeds.cares, matcher.shelf.features)[0]
    names = [matcher.shelf.features.name_of(at) for at in range(len(found))]
    ours = {
        n.removeprefix("keyword "): x for n, x in zip(names, found, strict=True) if "keyword" in n
    }
    assert ours == pytest.approx({one.word: one.found for one in told})
