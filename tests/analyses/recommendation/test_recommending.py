"""What is recommended to whom, what is left out, and what is said of it."""

from __future__ import annotations

import pickle
from typing import Any

import attrs
import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.recommendation.scoring import ONE_OFF, REPLENISHED
from custinsights.domain import Interest, Money, Product
from custinsights.errors import CannotAsk, Incompatible, InvalidValue, MissingData, UnknownName
from tests.analyses.recommendation.plainly import Bought, Did, Good, Shop

SEA = Good("sea", "Originals", "Seascapes", ("oil", "sea"), 100_000, 2)
PEAR = Good("pear", "Prints", "Still lifes", ("ink",), 4_000)
BOAT = Good("boat", "Prints", "Seascapes", ("ink", "sea"), 5_000)
TIDE = Good("tide", "Originals", "Seascapes", ("sea",), 90_000)
SHOP = Shop(
    (SEA, PEAR, BOAT, TIDE),
    (
        Bought("ada", 100, ("sea", "pear")),
        Bought("bo", 170, ("pear", "boat")),
        Bought("cy", 175, ("boat",)),
    ),
    people=("ada", "new"),
)


def products(found: ci.Recommendations) -> list[str]:
    """Return what is recommended, best first."""
    return [str(product) for product in found.product]


@pytest.mark.covers("B05")
def test_a_unique_work_that_they_have_is_left_out() -> None:
    """An original is not recommended to its owner, a print may be; others get both."""
    history = SHOP.history()
    assert "sea" not in products(ci.recommend(history, "ada"))
    assert "pear" in products(ci.recommend(history, "ada"))
    assert "sea" in products(ci.recommend(history, "bo"))
    assert ci.recommend(history).explain("ada", "sea").left_out == "unique, and theirs"


def test_one_in_stock_of_which_one_was_sold_is_unique() -> None:
    """Without a word for it, what was sold once and is in stock once at most is unique too."""
    goods = (Good("one", stock=1), Good("many", stock=2), Good("told"), Good("twice", stock=1))
    orders = (Bought("ada", 1, ("one", "many", "told", "twice")), Bought("bo", 1, ("twice",)))
    found = ci.recommend(Shop(goods, orders).history(), "ada")
    assert sorted(products(found)) == ["many", "told", "twice"]


@pytest.mark.covers("B05")
def test_a_unique_work_that_somebody_has_is_sold() -> None:
    """Where no stock is told a sold original is offered to nobody, unless it is said to be had."""
    goods = (Good("sold", "Originals"), Good("twice", "Originals"), Good("free", "Originals"))
    orders = (Bought("ada", 1, ("sold", "twice")), Bought("bo", 2, ("twice",)))
    history = Shop(goods, orders, people=("cy",)).history()
    found = ci.recommend(history, "cy")
    assert sorted(products(found)) == ["free", "twice"]  # of what two have there is not only one
    assert found.explain("cy", "sold").left_out == "unique, and sold"
    assert ci.Recommender.of(history).explain("cy", "sold").left_out == "unique, and sold"
    assert found.explain("ada", "sold").left_out == "unique, and theirs"
    offered = ci.recommend(history, "cy", candidates=["sold"])
    assert (products(offered), offered.explain("cy", "sold").left_out) == (["sold"], "")
    assert "sold" in products(ci.recommend(history, "cy", sold_out=True))
    assert "sold" in products(ci.recommend(history, "cy", unique=["one of a kind"]))


def test_words_for_unique_works_may_be_others() -> None:
    """The shop says by which words its unique works are known."""
    found = ci.recommend(SHOP.history(), "ada", unique=["Prints"])
    assert "sea" in products(found)
    assert "pear" not in products(found)


def test_what_was_given_back_may_come_again() -> None:
    """A unique work that went back to the shop is recommended as others are."""
    orders = [
        ci.domain.Order(
            id=name,
            customer="ada",
            placed_at=ci.domain.Calendar("UTC").instant("2024-03-01"),
            lines=[ci.domain.OrderLine(name, 1, Money("10", "EUR"))],
            refunds=refunds,
        )
        for name, refunds in (
            ("kept", ()),
            ("back", [ci.domain.Refund(amount=Money("4", "EUR"), product="back")]),
        )
    ]
    goods = [Product(name, department="Originals") for name in ("kept", "back")]
    history = ci.read_objects(orders, products=goods, timezone="UTC")
    assert products(ci.recommend(history, "ada")) == ["back"]


def test_what_was_bought_need_not_come_again() -> None:
    """Without `again` nothing that a customer ever bought is recommended to them."""
    found = ci.recommend(SHOP.history(), ["ada", "bo"], again=False)
    assert sorted(products(found.of("ada"))) == ["boat", "tide"]
    assert sorted(products(found.of("bo"))) == ["sea", "tide"]


def test_what_is_sold_out_is_left_out() -> None:
    """Of what is told to be in stock there must be some, unless the caller says otherwise."""
    goods = (Good("here", stock=5), Good("out", stock=0), Good("untold"))
    history = Shop(goods, people=("ada",)).history()
    assert sorted(products(ci.recommend(history))) == ["here", "untold"]
    assert sorted(products(ci.recommend(history, sold_out=True))) == ["here", "out", "untold"]
    assert ci.recommend(history).explain("ada", "out").left_out == "sold out"


@pytest.mark.covers("B05")
def test_who_is_not_known_gets_what_sells() -> None:
    """Of whom nothing is known the basis is popularity; their own interests come before."""
    history = SHOP.history()
    cold = ci.recommend(history, "new", k=2)
    assert products(cold) == ["boat", "pear"]
    assert [row["basis"] for row in cold.to_dicts()] == ["popularity"] * 2
    assert "Nothing is known of them" in cold.explain("new", "boat").words
    warm = ci.recommend(history, "new", k=1, interests=[Interest("new", "OIL", "starred")])
    assert (products(warm), warm.basis.tolist()) == (["sea"], ["interests"])
    assert "keyword oil, starred" in warm.explain("new", "sea").words
    assert ci.recommend(history, "ada").basis.tolist() == ["deeds"]


@pytest.mark.covers("B05")
def test_who_is_not_in_the_history_is_answered() -> None:
    """A visitor gets what somebody of whom nothing is known gets, and the answer names them."""
    history = SHOP.history()
    found = ci.recommend(history, ["visitor", "bo"], k=3)
    assert found.customers.tolist() == ["bo", "visitor"]
    assert (found.unknown, found.basis.tolist()) == (("visitor",), ["deeds", "popularity"])
    assert "Not in the history: 'visitor'." in repr(found)
    assert "Not in the history: &#x27;visitor&#x27;." in found._repr_html_()
    assert found.of("bo").to_dicts() == ci.recommend(history, "bo", k=3).to_dicts()
    assert (found.of("bo").unknown, found.of("visitor").unknown) == ((), ("visitor",))
    cold = {row["product"]: row["score"] for row in ci.recommend(history, "new", k=3).to_dicts()}
    assert {row["product"]: row["score"] for row in found.of("visitor").to_dicts()} == cold
    assert "Nothing is known of them" in found.explain("visitor", "boat").words
    assert ci.recommend(history, "new").unknown == ()


def test_strangers_are_told_of_by_what_they_say() -> None:
    """Who is not in the history is known by their own interests alone, each by their own."""
    said = [Interest("eve", "oil", "starred"), Interest("sam", "department:Prints", "refused")]
    found = ci.recommend(SHOP.history(), ["sam", "bo", "eve"], interests=said)
    assert found.customers.tolist() == ["bo", "eve", "sam"]
    assert found.basis.tolist() == ["deeds", "interests", "popularity"]
    assert products(found.of("eve"))[0] == "sea"
    assert sorted(products(found.of("sam"))) == ["sea", "tide"]
    assert found.unheard == ()
    known = ci.recommend(SHOP.history(), "new", interests=[Interest("new", "oil", "starred")])
    assert found.of("eve").score.tolist() == pytest.approx(known.score.tolist())
    assert "keyword oil, starred" in found.explain("eve", "sea").words


def test_a_stranger_who_is_a_contact_is_not_told() -> None:
    """Whoever asks by e-mail reads in the note that it is not known, and not whose it is."""
    assert (
        ci.recommend(SHOP.history(), "eve@example.com")
        .table()
        .notes[-1]
        .startswith("Not in the history: 'xxx@")
    )


def test_numbers_and_texts_are_strangers_to_each_other() -> None:
    """Visitors may go by texts where customers go by numbers."""
    found = ci.recommend(SHOP.history(), [17, "bo"], k=1)
    assert (found.customers.tolist(), found.unknown) == (["bo", 17], (17,))
    assert len(found.of(17)) == 1


def test_interests_that_do_nothing_are_named() -> None:
    """What no product has, and what is of nobody asked about, is told beside the answer."""
    said = [
        Interest("ada", "oyl", "starred"),
        Interest("ada", "OYL", "starred"),
        Interest("ada", "department:Printz", "refused"),
        Interest("ada", "ink"),
        Interest("ada", "glass", "inactive"),
        Interest("bo", "glas"),
        Interest("adda", "ink"),
    ]
    recommender = ci.Recommender.of(SHOP.history(), interests=said)
    of_ada = (said[1], said[2])
    assert recommender.recommend("ada").unheard == (*of_ada, said[-1])
    assert recommender.recommend("cy").unheard == (said[-1],)
    assert recommender.recommend().unheard == (*of_ada, said[5], said[-1])
    assert recommender.recommend().of("ada").unheard == of_ada
    assert recommender.recommend(["adda", "cy"]).unheard == ()
    told = " ".join(repr(recommender.recommend("ada")).split())
    assert "Interests that no product has: 'OYL', 'department:Printz'. They do nothing." in told
    assert "Interests of nobody asked about: 1." in told
    assert "nterests" not in repr(ci.recommend(SHOP.history(), "ada", interests=said[3:5]))


def test_activities_count() -> None:
    """Bids, wishes and views make tastes; who only looked is known by deeds."""
    shop = Shop(SHOP.goods, SHOP.orders, (Did("new", 170, "wishlist", "tide"),))
    found = ci.recommend(shop.history(), "new")
    assert (products(found)[0], found.basis.tolist()) == ("tide", ["deeds"])
    row = found.to_dicts()[0]
    assert (row["content"], row["recency"]) == (pytest.approx(1.0), pytest.approx(2 / 3))


@pytest.mark.covers("B05")
def test_a_coming_sale_is_a_list_of_products() -> None:
    """Lots that the history does not know are recommended with price and score."""
    lots = [
        Product("lot-1", department="Originals", keywords=["oil"], price=Money("800", "EUR")),
        Product("lot-2", department="Cards"),
    ]
    found = ci.recommend(SHOP.history(), "ada", candidates=lots, weights={"content": 1})
    assert products(found) == ["lot-1", "lot-2"]
    first, second = found.to_dicts()
    assert (str(first["price"]), second["price"], second["score"]) == ("800.00", None, 0.0)
    assert first["score"] > 50


def test_weights_follow_what_the_shop_sells() -> None:
    """Where customers buy things again, recency leads; where they do not, content does."""
    assert ci.recommend(SHOP.history(), "ada").weights == ONE_OFF
    again = Shop((PEAR,), tuple(Bought("ada", day, ("pear",)) for day in (1, 2, 3)))
    found = ci.recommend(again.history())
    assert found.weights == REPLENISHED
    assert ci.recommend(again.history(), weights={"recency": 3, "content": 1}).weights == {
        "content": 0.25,
        "co_purchase": 0.0,
        "price_fit": 0.0,
        "recency": 0.75,
    }
    assert "recency 90 %" in repr(found)
    large = {"recency": 1e308, "content": 1e308}
    assert ci.recommend(SHOP.history(), weights=large).weights == {
        **dict.fromkeys(("co_purchase", "price_fit"), 0.0),
        **dict.fromkeys(("content", "recency"), 0.5),
    }


def test_it_is_told_in_words() -> None:
    """An explanation says what the score is made of, and what that comes from."""
    match = ci.recommend(SHOP.history(), "bo").explain("bo", "sea")
    assert match.words == (
        "sea (EUR 1,000.00) matches by 46 of 100: 30 for co_purchase (pear), 15 for content "
        "(category seascapes; keyword sea), 1 for recency (others buy it)."
    )
    assert [part.name for part in match.parts] == ["content", "co_purchase", "price_fit", "recency"]
    assert sum(part.points for part in match.parts) == pytest.approx(match.score)
    assert match.table().column("because").values[1] == "pear"
    assert match.words in repr(match)


def test_it_leaves_the_library_as_other_results_do() -> None:
    """Frames, dicts and pickles hold the same; a pickled one explains nothing any more."""
    found = ci.recommend(SHOP.history())
    assert len(found.to_pandas()) == len(found.to_polars()) == len(found) == 15
    again = pickle.loads(pickle.dumps(found))
    assert again.to_dicts() == found.to_dicts()
    with pytest.raises(CannotAsk, match="explain"):
        again.explain("ada", "pear")
    assert "recommended products" in repr(found)
    assert not found.row.flags.writeable


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"customers": [1.5]}, InvalidValue, "no identity"),
        ({"candidates": ["boot"]}, UnknownName, "boat"),
        ({"k": 0}, InvalidValue, "number of products"),
        ({"weights": {"price": 1}}, UnknownName, "price_fit"),
        ({"weights": {"content": -1}}, InvalidValue, "from 0 up"),
        ({"weights": {"content": True}}, InvalidValue, "from 0 up"),
        ({"weights": {"content": 0}}, InvalidValue, "above 0"),
        ({"weights": {"content": 10**400}}, InvalidValue, "from 0 up"),
        ({"candidates": [Product("x"), Product("x")]}, InvalidValue, "more than once: 'x'"),
        ({"interests": ["oil"]}, InvalidValue, "an Interest"),
        ({"weights": [1, 2, 3, 4]}, InvalidValue, "weighs the parts is no Mapping"),
        ({"again": "no"}, InvalidValue, "recommended again is no bool"),
        ({"sold_out": "yes"}, InvalidValue, "sold-out products are recommended is no bool"),
        ({"unique": None}, InvalidValue, "single value stands where several"),
        ({"unique": [5]}, InvalidValue, "word for unique works is no text"),
        ({"candidates": [Product("x", price=Money("1", "USD"))]}, Incompatible, "USD"),
    ],
)
def test_what_is_wrong_is_said(options: dict[str, Any], error: type, message: str) -> None:
    """Names that are not known, and values that cannot be, are refused with what is allowed."""
    with pytest.raises(error, match=message):
        ci.recommend(SHOP.history(), **options)


def test_a_customer_who_was_not_asked_about_is_said() -> None:
    """Of whom nothing was asked, nothing is told."""
    with pytest.raises(UnknownName, match="asked about"):
        ci.recommend(SHOP.history(), "ada").of("bo")


def test_a_history_without_products_is_refused() -> None:
    """Without order lines there is nothing to recommend, unless the candidates are told."""
    history = ci.OrderHistory.from_arrays(
        customer=["ada"], placed_at=["2024-01-05"], amount=[10], currency="EUR", timezone="UTC"
    )
    with pytest.raises(MissingData, match="products"):
        ci.recommend(history)
    assert products(ci.recommend(history, candidates=[Product("a")])) == ["a"]


def test_a_part_of_a_history_is_refused() -> None:
    """What goes with what is learned from everybody."""
    with pytest.raises(InvalidValue, match="Recommendations take everybody"):
        ci.recommend(SHOP.history().partition(2)[0])


def test_an_empty_history_recommends_nothing() -> None:
    """Nobody is recommended nothing, in a table of no rows."""
    found = ci.recommend(Shop((PEAR,)).history())
    assert (len(found), found.to_dicts()) == (0, [])
    assert len(found.to_pandas()) == 0


def test_blocks_tell_what_one_would() -> None:
    """Customers who do not fit into one block are told the same as alone."""
    rng = np.random.default_rng(7)
    goods = tuple(Good(f"g{n:04}", keywords=(f"w{n % 50}",), price=100 + n) for n in range(3000))
    orders = tuple(
        Bought(f"c{n % 400:03}", int(rng.integers(0, 180)), (f"g{rng.integers(0, 3000):04}",))
        for n in range(1600)
    )
    history = Shop(goods, orders).history()
    recommender = ci.Recommender.of(history)
    whole = recommender.recommend(k=5)
    for customer in ("c000", "c199", "c399"):
        assert whole.of(customer).to_dicts() == recommender.recommend(customer, k=5).to_dicts()


@pytest.mark.parametrize("weights", [None, REPLENISHED, {"content": 0.8, "recency": 0.2}])
def test_the_best_are_those_of_all_scores(weights: dict[str, float] | None) -> None:
    """Looking only into what can be among the best finds the best of all that may be offered."""
    draw = np.random.default_rng(11)
    goods = tuple(
        Good(f"g{n:04}", f"d{n % 7}", f"c{n % 40}", (f"w{n % 31}", f"w{n % 53}"), 100 + n)
        for n in range(2000)
    )
    orders = tuple(
        Bought(f"c{n % 60:02}", int(draw.integers(0, 180)), tuple(f"g{at:04}" for at in {*some}))
        for n, some in enumerate(((draw.integers(0, 30, (700, 3)) * 7) + 210).tolist())
    )
    own = [Interest("c07", "w3", "refused"), Interest("c08", "w3", "starred")]
    recommender = ci.Recommender.of(
        Shop(goods, orders, people=("new",)).history(), weights=weights, interests=own, again=False
    )
    offered = [good.id for good in goods if not good.id.endswith("3")]
    every = recommender.recommend(candidates=offered, k=len(goods)).to_dicts()
    for k in (2, 9):
        best = recommender.recommend(candidates=offered, k=k).to_dicts()
        assert best == [row for row in every if row["rank"] <= k]
        assert len(best) == 61 * k


@pytest.mark.covers("A33")
def test_members_of_a_segment_are_asked_about() -> None:
    """An audience, such as those to win back, is a table of customers, and is taken as it is."""
    history = ci.datasets.gallery()
    lapsed = ci.segments(history, [ci.presets["win_back"]]).members("win_back")
    letters = ci.recommend(history, lapsed, k=1, again=False)
    assert letters.customers.tolist() == lapsed.ids.tolist()
    alone = ci.recommend(history, "c035", k=1, again=False)
    assert letters.of("c035").to_dicts() == alone.to_dicts()


def test_a_recommender_is_asked_by_id() -> None:
    """A product that it was not told of is told at its making, which the message says."""
    with pytest.raises(InvalidValue, match=r"by id.*Recommender.of\(products=\)"):
        ci.Recommender.of(SHOP.history()).recommend("ada", candidates=[Product("lot")])  # type: ignore[list-item]


def test_nothing_of_a_thing_is_no_deed() -> None:
    """A line of a quantity of 0, such as one that was taken off an order, tells nothing."""
    history = SHOP.history()
    assert history.lines is not None
    nothing = attrs.evolve(history.lines, quantity=np.zeros_like(history.lines.quantity))
    found = ci.recommend(attrs.evolve(history, lines=nothing))
    assert set(found.basis) == {"popularity"}
    assert found.score.tolist() == [0.0] * len(found)
