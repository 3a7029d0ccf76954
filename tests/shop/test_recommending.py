"""What a shop recommends to whom."""

from datetime import timedelta

import pytest

import custinsights as ci
from custinsights.domain import Money, Product
from custinsights.errors import AccessRefused, InvalidValue, UnknownName
from custinsights.privacy.access import Access
from custinsights.results.recommendations import Recommendations
from custinsights.shop.shop import Shop
from tests.shop.conftest import DAY, NOON

AS_OF = NOON + 40 * DAY


def products(found: Recommendations) -> list[str]:
    """Return what is recommended, best first."""
    return [str(one) for one in found.product]


@pytest.mark.covers("B05", "B26")
def test_a_shop_recommends_what_its_history_does(shop: Shop) -> None:
    """It is what `recommend` says of the whole history, with the customers' own lists."""
    shop.interests.set("c1", "print", "starred", at=NOON)
    shop.interests.set_department("c2", "Originals", "refused", at=NOON)
    said = [*shop.interests.of("c1"), *shop.interests.of("c2")]
    expected = ci.recommend(shop.history(), as_of=AS_OF, interests=said)
    assert shop.recommendations.of(as_of=AS_OF).to_dicts() == expected.to_dicts()
    for who in ("c1", "c2", "c5"):
        alone = shop.recommendations.of(who, as_of=AS_OF, k=2)
        assert alone.to_dicts() == [row for row in expected.of(who).to_dicts() if row["rank"] <= 2]
    assert "keyword print, starred" in expected.explain("c1", "print-a3").words


@pytest.mark.covers("B05")
def test_it_knows_what_is_on_offer(shop: Shop) -> None:
    """What is sold out or unique and theirs is left out; a sale or candidates limit it."""
    assert "lot-12" not in products(shop.recommendations.of("c1", sold_out=True))
    assert "lot-12" not in products(shop.recommendations.of("c2"))
    assert products(shop.recommendations.of("c2", sale="spring sale", sold_out=True)) == ["lot-12"]
    assert products(shop.recommendations.of("c2", candidates=["card"])) == ["card"]
    coming = Product("lot-13", department="Originals", price=Money("90", "EUR"))
    assert products(shop.recommendations.of("c1", candidates=[coming])) == ["lot-13"]
    with pytest.raises(UnknownName, match="spring sale"):
        shop.recommendations.of("c2", sale="winter sale")
    with pytest.raises(InvalidValue, match="sale and candidates"):
        shop.recommendations.of("c2", sale="spring sale", candidates=["card"])


def test_who_is_not_known_is_told_so(shop: Shop) -> None:
    """A prospect gets what sells, and the basis says so; a visitor too, whom the answer names."""
    cold = shop.recommendations.of("c5", k=1)
    assert cold.basis.tolist() == ["popularity"]
    shop.interests.set("c5", "sea", "starred", at=NOON)
    assert shop.recommendations.of("c5", k=1).basis.tolist() == ["interests"]
    both = shop.recommendations.of(["c5", "visitor"], k=1)
    assert (both.unknown, both.basis.tolist()) == (("visitor",), ["interests", "popularity"])
    assert len(both.of("visitor")) == 1


def test_a_list_that_no_product_answers_is_told_so(shop: Shop) -> None:
    """Interests that the shop has nothing for are named, of those who are asked about."""
    shop.interests.set("c1", "oyl", "starred", at=NOON)
    assert [one.keyword for one in shop.recommendations.of("c1").unheard] == ["oyl"]
    assert [one.keyword for one in shop.recommendations.of().unheard] == ["oyl"]
    assert shop.recommendations.of("c2").unheard == ()


def test_people_go_by_the_ids_that_they_had(shop: Shop) -> None:
    """Who was merged is asked about by either id; who changed the list sees it at once."""
    shop.identities.merge("c2", "c5", at=AS_OF, by="Bo")
    assert products(shop.recommendations.of("c5")) == products(shop.recommendations.of("c2"))
    before = products(shop.recommendations.of("c1"))
    assert "print-a3" in before
    shop.interests.set_department("c1", "Prints", "refused", at=AS_OF + timedelta(days=1))
    assert "print-a3" not in products(shop.recommendations.of("c1"))


def test_it_takes_the_permission_to_read(shop: Shop) -> None:
    """Who may not read customers is refused; who may not see contacts learns no more by it."""
    with pytest.raises(AccessRefused):
        shop.seen_by(Access(set(), who="Bo")).recommendations.of("c1")
    seen = shop.seen_by(Access({"customer_insights"}, who="Bo"))
    assert products(seen.recommendations.of("c1")) == products(shop.recommendations.of("c1"))
