"""What a customer cares for."""

from datetime import UTC, datetime
from math import log

import pytest

from custinsights.domain import Interest, Money, Product
from custinsights.domain.deeds import DEED_WEIGHTS, DEEDS
from custinsights.shop.interests import (
    DocumentCounts,
    Keyword,
    bubbles,
    departments,
    document_counts,
    keywords,
)
from custinsights.shop.items import Item

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
SEA = Product("sea", department="Originals", keywords=["Oil", "Sea"])
PEAR = Product("pear", department="Prints", title="Three pears", keywords=["ink"])
BOAT = Product("boat", department="Prints", title="Paper Boats")
SHOP = (SEA, PEAR, BOAT, Product("tide", keywords=["sea"]))


def item(product: Product | None, deed: str, name: str = "lost") -> Item:
    """Return a deed with a product."""
    return Item(name if product is None else str(product.id), deed, NOON, product)


def found(
    *items: Item, own: tuple[Interest, ...] = (), counts: DocumentCounts | None = None
) -> dict[str, Keyword]:
    """Return keywords by word."""
    return {one.word: one for one in keywords(items, own, counts)}


@pytest.mark.covers("B21")
def test_rare_keywords_weigh_more() -> None:
    """Deeds by their weight, times 1 + ln((1 + N) ÷ (1 + n)), against the largest."""
    words = found(item(SEA, "bought"), item(PEAR, "viewed"), counts=document_counts(SHOP))
    rare, common = 1 + log(5 / 2), 1 + log(5 / 3)
    assert list(words) == ["oil", "sea", "ink"]
    assert words["oil"].weight == 1.0
    assert words["sea"].weight == pytest.approx(common / rare)
    assert words["ink"].weight == pytest.approx(1 / 3)


def test_titles_speak_where_keywords_are_silent() -> None:
    """The words of the title are keywords of a product that has none."""
    assert set(found(item(BOAT, "bought"))) == {"paper", "boats"}
    assert set(found(item(PEAR, "bought"))) == {"ink"}


def test_a_deed_counts_once_for_each_product() -> None:
    """Looking often is looking once; what was bought and looked at was bought."""
    words = found(
        item(SEA, "viewed"), item(SEA, "viewed"), item(SEA, "bought"), item(PEAR, "wished")
    )
    assert words["ink"].weight == pytest.approx(2 / 4)
    assert (words["sea"].bought, words["sea"].looked_at) == (1, 0)
    assert (words["ink"].bought, words["ink"].looked_at) == (0, 1)
    assert words["ink"].department == "Prints"


def test_what_went_back_or_is_unknown_tells_nothing() -> None:
    """Returned and consigned items and unknown products make no interest."""
    assert found(item(SEA, "returned"), item(SEA, "consigned"), item(None, "bought")) == {}
    assert set(DEED_WEIGHTS) == set(DEEDS) - {"returned", "consigned"}


@pytest.mark.covers("B22", "B23", "B24", "B25")
def test_the_customers_own_word_decides() -> None:
    """Active adds 1, starred adds 2, refused and resting ones weigh nothing and stay listed."""
    own = (
        Interest("c7", "Gouache"),
        Interest("c7", "SEA", "starred"),
        Interest("c7", "oil", "refused"),
        Interest("c7", "ink", "inactive"),
        Interest("c7", "department:Prints"),
    )
    words = found(item(SEA, "bought"), item(PEAR, "bought"), own=own)
    assert {word: (one.weight, one.state) for word, one in words.items()} == {
        "SEA": (3.0, "starred"),
        "Gouache": (1.0, "active"),
        "ink": (0.0, "inactive"),
        "oil": (0.0, "refused"),
    }
    assert words["oil"].found == 1.0


@pytest.mark.covers("B03", "B09", "B20")
def test_departments_are_ranked_by_spend_and_by_hand() -> None:
    """Starred first, refused out, resting last; by spend, then by what was looked at."""
    euro = [Money(amount, "EUR") for amount in (10, 30, 5, 7)]
    spend = [
        ("Prints", "Seascapes", euro[0]),
        ("Prints", None, euro[1]),
        ("Cards", None, euro[2]),
        (None, None, euro[3]),
    ]
    looked = [item(SEA, "viewed"), item(SEA, "wished"), item(SEA, "returned")]
    plain = departments(spend, looked)
    assert [(one.name, one.spent, one.looked_at) for one in plain] == [
        ("Prints", Money(40, "EUR"), 0),
        ("Cards", euro[2], 0),
        ("Originals", None, 1),
    ]
    assert plain[0].categories == ((None, euro[1]), ("Seascapes", euro[0]))
    own = [
        Interest("c7", "department:cards", "starred"),
        Interest("c7", "department:Originals", "refused"),
        Interest("c7", "department:Prints", "inactive"),
        Interest("c7", "department:Books"),
        Interest("c7", "oil"),
    ]
    by_hand = [(one.name, one.state) for one in departments(spend, looked, own)]
    assert by_hand == [("Cards", "starred"), ("Books", "active"), ("Prints", "inactive")]


@pytest.mark.covers("B19")
def test_bubbles_have_size_and_colour() -> None:
    """The area is the weight against the largest; a colour stands for a department."""
    words = keywords(
        [item(SEA, "bought"), item(PEAR, "viewed")],
        [Interest("c7", "sea", "starred"), Interest("c7", "oil", "refused"), Interest("c7", "x")],
    )
    found = [(one.label, one.size, one.group, one.colour) for one in bubbles(words)]
    assert found == [
        ("sea", 1.0, "Originals", 0),
        ("x", pytest.approx(1 / 3), None, 2),
        ("ink", pytest.approx(1 / 9), "Prints", 1),
    ]
    assert [one.is_starred for one in bubbles(words, most=1)] == [True]
    assert bubbles(()) == ()
