"""What holds of every recommendation."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.recommendation.scoring import ONE_OFF, PARTS
from custinsights.domain import Interest, Money, Product
from tests.analyses.recommendation.plainly import Good, Shop, as_rows
from tests.analyses.recommendation.shops import (
    DEPARTMENTS,
    NAMES,
    PEOPLE,
    WORDS,
    deeds,
    interests,
    orders,
    shops,
)

ALL: dict[str, Any] = {"k": 6, "weights": ONE_OFF}
labels = st.sampled_from((*WORDS, *(f"department:{one}" for one in DEPARTMENTS)))


def scores(shop: Shop, own: list[Interest], **options: Any) -> dict[tuple[str, str], float]:
    """Return the score by customer and product."""
    found = as_rows(ci.recommend(shop.history(), interests=own, **{**ALL, **options}))
    return {key: row["score"] for key, row in found.items()}


def changed(own: list[Interest], label: str, state: str | None) -> list[Interest]:
    """Return a list in which the first of the people stands so to a label; None: not at all."""
    rest = [one for one in own if (one.customer, one.keyword) != (PEOPLE[0], label)]
    return rest if state is None else [*rest, Interest(PEOPLE[0], label, state)]


@pytest.mark.covers("B26")
@given(shops, interests, labels)
def test_starring_never_lowers(shop: Shop, own: list[Interest], label: str) -> None:
    """Of no product does the score fall when a label is made active, or what is active starred."""
    steps = [
        scores(shop, changed(own, label, state)) for state in ("inactive", "active", "starred")
    ]
    told = [scores(shop, changed(own, label, None)), *steps[1:]]
    for before, after in (steps[:2], steps[1:], told[:2]):
        assert before.keys() == after.keys()
        assert all(after[key] >= before[key] - 1e-9 for key in before)


@pytest.mark.covers("B26")
@given(shops, interests, labels, st.sampled_from((None, "active", "starred", "inactive")))
def test_refusing_never_raises(
    shop: Shop, own: list[Interest], label: str, state: str | None
) -> None:
    """Of no product does the score rise when a label is refused, and nothing comes in by it."""
    before = scores(shop, changed(own, label, state))
    after = scores(shop, changed(own, label, "refused"))
    assert before.keys() >= after.keys()
    assert all(after[key] <= before[key] + 1e-9 for key in after)


@given(shops, interests)
def test_what_is_wholly_refused_does_not_come_up(shop: Shop, own: list[Interest]) -> None:
    """A product of a refused department, or all of whose keywords are, scores 0 and is left out."""
    who = PEOPLE[0]
    refused = [*changed(own, "department:Prints", "refused")]
    for word in WORDS[:2]:
        refused = changed(refused, word, "refused")
    held = {word for word in WORDS if Interest(who, word, "refused") in refused}
    found = ci.recommend(shop.history(), interests=refused, **ALL)
    for good in shop.goods:
        is_refused = good.department == "Prints" or (good.keywords and set(good.keywords) <= held)
        match = found.explain(who, good.id)
        is_out = good.id not in found.of(who).product
        assert is_out == bool(match.left_out)
        if is_refused:
            assert (is_out, match.score) == (True, 0.0)


@given(shops, interests, st.lists(st.sampled_from(NAMES), unique=True))
def test_candidates_only_restrict(shop: Shop, own: list[Interest], chosen: list[str]) -> None:
    """With candidates, what is recommended is what would be of them, with the same scores."""
    whole = scores(shop, own)
    expected = {key: score for key, score in whole.items() if key[1] in chosen}
    assert scores(shop, own, candidates=chosen) == expected


@given(shops, interests)
def test_the_order_of_the_rows_does_not_matter(shop: Shop, own: list[Interest]) -> None:
    """Rows in another order tell the same, to the last bit."""
    ours, theirs = (
        ci.recommend(shop.history(reverse=way), interests=own, **ALL) for way in (False, True)
    )
    assert ours.to_dicts() == theirs.to_dicts()


@given(shops, interests)
def test_other_names_change_nothing(shop: Shop, own: list[Interest]) -> None:
    """Customers and products under other ids, sorted otherwise, get and have the same scores."""
    people = dict(zip(PEOPLE, reversed(PEOPLE), strict=True))
    goods = {**dict(zip(NAMES, reversed(NAMES), strict=True)), "gone": "gone"}
    other = attrs.evolve(
        shop,
        goods=tuple(attrs.evolve(one, id=goods[one.id]) for one in shop.goods),
        orders=tuple(
            attrs.evolve(
                one,
                customer=people[one.customer],
                products=tuple(goods[p] for p in one.products),
            )
            for one in shop.orders
        ),
        deeds=tuple(
            attrs.evolve(one, customer=people[one.customer], product=goods[one.product])
            for one in shop.deeds
        ),
    )
    theirs = scores(other, [attrs.evolve(one, customer=people[str(one.customer)]) for one in own])
    ours = {(people[who], goods[what]): x for (who, what), x in scores(shop, own).items()}
    assert theirs == pytest.approx(ours, abs=1e-9)


@given(shops, interests)
def test_the_unit_of_money_does_not_matter(shop: Shop, own: list[Interest]) -> None:
    """A hundred times as many of a hundredth unit score the same."""
    cheap, dear = (
        attrs.evolve(
            shop,
            goods=tuple(attrs.evolve(one, price=times * (one.price or 70)) for one in shop.goods),
            orders=tuple(attrs.evolve(one, paid=times * one.paid) for one in shop.orders),
        )
        for times in (1, 100)
    )
    assert scores(dear, own) == pytest.approx(scores(cheap, own), abs=1e-9)


@given(shops, interests, st.lists(orders, max_size=3), st.lists(deeds, max_size=3))
def test_the_future_does_not_matter(
    shop: Shop, own: list[Interest], more: list[Any], done: list[Any]
) -> None:
    """Nothing at or after as_of changes a recommendation."""
    later = attrs.evolve(
        shop,
        orders=(*shop.orders, *(attrs.evolve(one, day=one.day + 182) for one in more)),
        deeds=(*shop.deeds, *(attrs.evolve(one, day=one.day + 182) for one in done)),
    )
    assert scores(later, own, as_of="2024-07-01") == scores(shop, own)


@given(shops, interests, st.integers(1, 6))
def test_fewer_are_the_first_of_more(shop: Shop, own: list[Interest], k: int) -> None:
    """The best k are the first k of all."""
    whole = ci.recommend(shop.history(), interests=own, **ALL).to_dicts()
    few = ci.recommend(shop.history(), interests=own, weights=ONE_OFF, k=k).to_dicts()
    assert few == [row for row in whole if row["rank"] <= k]


@given(shops, interests, st.sampled_from(PEOPLE))
def test_one_is_told_what_all_are(shop: Shop, own: list[Interest], who: str) -> None:
    """A customer who is asked about alone gets what they get among all; `explain` agrees."""
    whole = ci.recommend(shop.history(), interests=own, **ALL)
    alone = ci.recommend(shop.history(), who, interests=own, **ALL)
    assert alone.to_dicts() == whole.of(who).to_dicts()
    for row in alone.to_dicts():
        match = whole.explain(who, row["product"])
        assert match.score == pytest.approx(row["score"], abs=1e-9)
        assert {part.name: part.value for part in match.parts} == {n: row[n] for n in PARTS}
        assert (match.basis, match.left_out) == (row["basis"], "")


@given(shops, interests)
def test_a_product_told_beside_is_one_of_the_history(shop: Shop, own: list[Interest]) -> None:
    """A lot of which only the candidates tell scores as one that the product table has."""
    lot = Good("lot", "Prints", "Sea", ("oil", "sea"), 4_000)
    told = Product(
        "lot",
        department="Prints",
        category="Sea",
        keywords=["oil", "sea"],
        price=Money("40", "EUR"),
    )
    within = attrs.evolve(shop, goods=(*shop.goods, lot))
    beside = scores(shop, own, candidates=[told])
    assert beside == pytest.approx(scores(within, own, candidates=["lot"]))
