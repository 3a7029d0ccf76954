"""Recommendations are held against baskets that they have not seen."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import InvalidValue, MissingData
from tests.analyses.recommendation.plainly import Bought, Did, Good, Shop
from tests.analyses.recommendation.shops import NAMES, shops

GOODS = tuple(Good(name) for name in NAMES)
SHOP = Shop(
    GOODS,
    (
        Bought("ada", 1, ("a", "b")),
        Bought("ada", 50, ("a", "c")),
        Bought("bo", 2, ("b",)),
        Bought("bo", 3, ("b",)),
        Bought("bo", 60, ("d",)),
        Bought("once", 90, ("e",)),
    ),
)


class Rival:
    """Recommends the same to everybody, and remembers what it was told."""

    def __init__(self, *products: str) -> None:
        self.products = products
        self.known: Any = None

    def __call__(  # noqa: D102
        self, known: Any, customers: Sequence[Any], k: int
    ) -> list[tuple[str, ...]]:
        self.known, self.customers, self.k = known, [*customers], k
        return [self.products] * len(customers)


def evaluated(shop: Shop, *products: str, **options: Any) -> tuple[Any, Rival]:
    """Return the evaluation of a rival, and the rival."""
    rival = Rival(*products)
    return ci.evaluate_recommendations(shop.history(), against={"r": rival}, **options), rival


@pytest.mark.covers("B05", "E02")
def test_measures_by_hand() -> None:
    """Of two hidden baskets (a and c; d) one is hit by d and c, at the ranks 1 and 3."""
    found, rival = evaluated(SHOP, "d", "f", "c", k=3)
    assert (found.customers, found.k, rival.customers) == (2, 3, ["ada", "bo"])
    assert found.hit_rate["r"] == 1.0
    ada = (1 / log2(4)) / (1 / log2(2) + 1 / log2(3))
    assert found.ndcg["r"] == pytest.approx((ada + 1.0) / 2)
    assert found.coverage["r"] == pytest.approx(3 / 6)
    assert found.hit_rate["popularity"] == 0.5  # b, a, e: two buyers, then by id
    assert found.hit_rate["own favourites"] == 0.5  # a, b, e; b, a, e
    assert found.table().column("recommender").values.tolist()[0] == "r"
    assert "what 2 customers bought next" in repr(found)


def test_equal_favourites_come_by_popularity() -> None:
    """Of what a customer bought equally often, the naive answer is what more customers bought."""
    others = tuple(Bought(who, 5, ("z",)) for who in ("bo", "cy"))
    orders = (Bought("ada", 1, ("a", "z")), Bought("ada", 2, ("z",)), *others)
    found = ci.evaluate_recommendations(Shop((Good("a"), Good("z")), orders).history(), k=1)
    assert found.hit_rate["own favourites"] == 1.0


def test_the_hidden_basket_is_hidden() -> None:
    """The known history lacks the last order of who has two, and nobody else's."""
    _, rival = evaluated(SHOP)
    assert rival.known.history_of("ada").amount.tolist() == [2000]
    assert len(rival.known.history_of("bo")) == 2
    assert len(rival.known.history_of("once")) == 1
    _, earlier = evaluated(SHOP, back=1)
    assert (earlier.customers, len(earlier.known.history_of("bo"))) == (["bo"], 1)


def test_activities_after_the_hidden_basket_are_hidden() -> None:
    """What a customer did at or after it is not known; what others did is."""
    deeds = (
        Did("ada", 49, "wishlist", "c"),
        Did("ada", 50, "wishlist", "d"),
        Did("once", 99, "wishlist", "f"),
    )
    _, rival = evaluated(attrs.evolve(SHOP, deeds=deeds))
    assert sorted(rival.known.activities.label("subject").texts()) == ["c", "f"]


def test_an_instant_parts_what_is_known() -> None:
    """With `until` the first basket from then on is hidden, and nothing later is known."""
    found, rival = evaluated(SHOP, "b", until="2024-01-04", k=1)
    assert (rival.customers, len(rival.known)) == (["ada", "bo"], 2)
    assert found.hit_rate["r"] == 0.5  # bo's next basket is that of the day itself
    found, _ = evaluated(SHOP, "d", until="2024-01-05", k=1)
    assert found.hit_rate["r"] == 0.5
    found, rival = evaluated(SHOP, "c", until="2024-01-05", as_of="2024-02-25", k=1)
    assert (rival.customers, found.hit_rate["r"]) == (["ada"], 1.0)


def test_what_is_new_alone_may_be_looked_for() -> None:
    """Without `again` baskets keep what was never bought before, and who has none is left out."""
    found, rival = evaluated(SHOP, "a", "c", again=False, k=2)
    assert rival.customers == ["ada", "bo"]
    assert found.ndcg["r"] == pytest.approx(1 / log2(3) / 2)
    assert found.hit_rate["popularity"] == 0.5  # ada: e and c; bo: a and e
    again = Shop(GOODS, (Bought("ada", 1, ("a",)), Bought("ada", 2, ("a",))))
    with pytest.raises(InvalidValue, match="No basket can be hidden"):
        ci.evaluate_recommendations(again.history(), again=False)


@given(shops, st.integers(1, 4))
def test_ours_are_those_of_recommend(shop: Shop, k: int) -> None:
    """What is measured of `recommend` is what it says of the known history."""
    try:
        found, rival = evaluated(shop, k=k)
    except InvalidValue:
        return
    said = ci.recommend(rival.known, rival.customers, k=k, sold_out=True)

    def copy(_known: Any, customers: Sequence[Any], _k: int) -> list[tuple[str, ...]]:
        return [tuple(said.of(one).product) for one in customers]

    again = ci.evaluate_recommendations(shop.history(), k=k, against={"copy": copy})
    for measure in (again.hit_rate, again.ndcg, again.coverage):
        assert measure["copy"] == measure["recommend"]
        assert 0.0 <= measure["recommend"] <= 1.0
    assert found.ndcg["recommend"] == again.ndcg["recommend"]


def test_nobody_to_ask_is_refused() -> None:
    """One order each leaves no basket to hide; a history without lines none to look into."""
    with pytest.raises(InvalidValue, match="No basket can be hidden"):
        ci.evaluate_recommendations(Shop(GOODS, SHOP.orders[-1:]).history())
    bare = ci.OrderHistory.from_arrays(
        customer=["ada"] * 2,
        placed_at=["2024-01-05", "2024-01-06"],
        amount=[10, 10],
        currency="EUR",
        timezone="UTC",
    )
    with pytest.raises(MissingData, match="lines"):
        ci.evaluate_recommendations(bare)


@pytest.mark.parametrize("wrong", [lambda *_: [], lambda _k, c, _n: [("a", "a")] * len(c)])
def test_a_rival_that_does_not_answer_is_refused(wrong: Any) -> None:
    """Each customer needs a list of products, each product once."""
    with pytest.raises(InvalidValue, match="each product once"):
        ci.evaluate_recommendations(SHOP.history(), against={"wrong": wrong})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"again": "no"}, "recommended again is no bool"),
        ({"against": {"recommend": Rival("a")}}, "always held"),
        ({"against": {"popularity": Rival("a")}}, "always held"),
        ({"against": Rival("a")}, "held against is no Mapping"),
        ({"against": {"x": 7}}, "X is no recommender"),
        ({"against": {"x": lambda *_: None}}, "X recommends nothing"),
        ({"against": {"x": lambda h, c, k: ci.recommend(h, c, k=k)}}, "found.of"),
    ],
)
def test_what_is_no_recommender_is_refused(options: dict[str, Any], message: str) -> None:
    """Names of ours, and what cannot answer, are told apart before they are judged."""
    with pytest.raises(InvalidValue, match=message):
        ci.evaluate_recommendations(SHOP.history(), **options)
