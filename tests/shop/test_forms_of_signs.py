"""One name or address is one, however its accents are written: at once, or sign by sign."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import normalize

import pytest

import custinsights as ci
from custinsights.domain import Customer, Identity, Tag
from custinsights.domain.tag_changes import key_of
from custinsights.repositories.protocols import Store

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = "k" * 32
WHOLE = "José"
APART = normalize("NFD", WHOLE)


@pytest.fixture
def shop(empty_store: Store) -> ci.Shop:
    """Return an empty shop in each kind of store."""
    return ci.open_shop(empty_store, currency="EUR", timezone="UTC")


def written_to(shop: ci.Shop, **options: Any) -> list[str]:
    """Return who gets the newsletter."""
    return [row["email"] for row in shop.exports.customers("email_list", **options).to_dicts()]


def test_an_address_is_one_in_both_forms(shop: ci.Shop) -> None:
    """Who signs up in one form and unsubscribes in the other is not written to again."""
    first = shop.sign_up(f" {APART}@x.example ", at=NOON, how="form")
    assert first.email == f"{APART}@x.example"
    again = shop.sign_up(f"{WHOLE}@X.example", at=NOON, how="form")
    assert again.id == first.id
    assert len(written_to(shop)) == 1
    shop.personal_data.suppress([Identity("email", f"{WHOLE}@x.example")], at=NOON, key=KEY)
    assert written_to(shop, key=KEY) == []
    shop.personal_data.unsubscribe(again.id, at=NOON + DAY, how="link")
    assert written_to(shop, key=KEY) == []


def test_an_import_finds_an_address_in_both_forms(shop: ci.Shop) -> None:
    """Files made on some systems hold accents sign by sign."""
    rows = f"1,{APART}@x.example,2024-01-01,10\n2,{WHOLE}@x.example,2024-01-02,5\n"
    file = io.BytesIO(f"order_id,email,date,total\n{rows}".encode())
    assert shop.imports.orders(file).new_customers == 1


def test_names_are_found_in_both_forms(shop: ci.Shop) -> None:
    """What is looked for finds what was written, whichever of them has which form."""
    for own, name in (("a", WHOLE), ("b", APART)):
        shop.add_customer(Customer(own, name=name), at=NOON, by="Kim")
    for asked in (WHOLE, APART, WHOLE.upper(), APART.lower()):
        assert shop.customers(search=asked).ids == ("a", "b")


def test_keywords_and_tags_are_one_in_both_forms(shop: ci.Shop) -> None:
    """A keyword stands once in the list, and a tag is on somebody once."""
    shop.add_customer(Customer("a"), at=NOON, by="Kim")
    shop.interests.set("a", APART, at=NOON)
    shop.interests.set("a", WHOLE, "starred", at=NOON)
    assert [one.state for one in shop.interests.of("a")] == ["starred"]
    shop.interests.remove("a", APART, at=NOON)
    assert shop.interests.of("a") == ()
    assert Tag(APART) == Tag(WHOLE)
    assert Tag(APART).is_named(WHOLE)
    assert key_of(APART) == key_of(WHOLE)
