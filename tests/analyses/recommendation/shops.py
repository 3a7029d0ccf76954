"""Shops of any kind, small enough to be judged by loops."""

from __future__ import annotations

from hypothesis import strategies as st

from custinsights.domain import INTEREST_STATES, Interest
from tests.analyses.recommendation.plainly import Bought, Did, Good, Shop

NAMES = ("a", "b", "c", "d", "e", "f")
PEOPLE = ("ada", "bo", "cy", "di")
WORDS = ("oil", "sea", "ink", "Pear")
DEPARTMENTS = ("Prints", "Originals", "Cards")
DEEDS = (
    ("bid", "won"),
    ("bid", "underbid"),
    ("bid", None),
    ("wishlist", None),
    ("product_viewed", None),
    ("visit", None),
)


def _goods(name: str) -> st.SearchStrategy[Good]:
    return st.builds(
        Good,
        st.just(name),
        department=st.sampled_from((None, *DEPARTMENTS[:1], "Cards")),
        category=st.sampled_from((None, "Sea", "Still lifes")),
        keywords=st.lists(st.sampled_from(WORDS), unique=True, max_size=3).map(tuple),
        price=st.none() | st.integers(0, 90_000),
        stock=st.none() | st.integers(0, 3),
    )


orders = st.builds(
    Bought,
    st.sampled_from(PEOPLE),
    st.integers(0, 180),
    st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=3).map(tuple),
    paid=st.integers(0, 50_000),
)
deeds = st.builds(
    lambda who, day, deed, product: Did(who, day, deed[0], product, deed[1]),
    st.sampled_from(PEOPLE),
    st.integers(0, 180),
    st.sampled_from(DEEDS),
    st.sampled_from((*NAMES, "gone")),
)
shops = st.builds(
    Shop,
    goods=st.tuples(*map(_goods, NAMES)),
    orders=st.lists(orders, max_size=8).map(tuple),
    deeds=st.lists(deeds, max_size=6).map(tuple),
    people=st.just(PEOPLE),
)
interests = st.lists(
    st.builds(
        Interest,
        st.sampled_from(PEOPLE),
        st.sampled_from((*WORDS, *(f"department:{one}" for one in DEPARTMENTS))),
        st.sampled_from(INTEREST_STATES),
    ),
    max_size=5,
    unique_by=lambda one: (one.customer, one.keyword),
)
