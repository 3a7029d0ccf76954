"""What a database cannot do is told in words, and nothing of what was committed is lost."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import custinsights as ci
from custinsights.domain import Customer, Note, NoteText, Order
from custinsights.domain.money import Money
from custinsights.errors import InvalidValue, StoreFailed, UnknownName
from custinsights.repositories.protocols import Store
from custinsights.repositories.sql import open_store, opening

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


def filled(store: Store) -> ci.Shop:
    """Return a shop of one customer, with a note."""
    shop = ci.open_shop(store, currency="EUR", timezone="UTC")
    shop.add_customer(Customer("ann", name="Ann"), at=NOON, by="Kim")
    shop.notes.add("ann", "first", at=NOON, by="Kim")
    return shop


def write_many(shop: ci.Shop) -> None:
    """Write more than fits."""
    for _ in range(90):
        shop.notes.add("ann", "zebra" * 2000, at=NOON, by="Kim")


def write_one(path: Path) -> None:
    """Write into a file."""
    with ci.open_shop(path) as shop:
        shop.notes.add("ann", "more", at=NOON, by="Kim")


def test_a_full_disk_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing more can be written, an error of ours says so, and what was there is there."""
    filled(open_store(tmp_path / "shop.db")).close()
    prepare = opening._prepare_sqlite

    def full(connection: Any, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA max_page_count = 90")

    monkeypatch.setattr(opening, "_prepare_sqlite", full)
    with ci.open_shop(tmp_path / "shop.db") as shop:
        with pytest.raises(StoreFailed, match=r"is full\. What was not committed is not kept"):
            write_many(shop)
        kept = shop.notes.of("ann")
    monkeypatch.undo()
    with ci.open_shop(tmp_path / "shop.db") as shop:
        assert shop.notes.of("ann") == kept
        assert "first" in [one.text for one in kept]
        assert shop.notes.add("ann", "last", at=NOON, by="Kim").text == "last"


def test_a_damaged_page_is_told_in_words(tmp_path: Path) -> None:
    """A file that is whole where it begins and not further on says so where it is met."""
    path = tmp_path / "shop.db"
    filled(open_store(path)).close()
    bytes_ = bytearray(path.read_bytes())
    bytes_[9000:20000] = b"\xff" * 11000
    path.write_bytes(bytes_)
    with pytest.raises(StoreFailed, match="malformed"):
        write_one(path)


@pytest.fixture
def shop(empty_store: Store) -> ci.Shop:
    """Return a shop of one customer in each kind of store."""
    return filled(empty_store)


REFUSED: dict[str, Callable[[str], object]] = {
    "id": Customer,
    "name": lambda text: Customer("b", name=text),
    "email": lambda text: Customer("b", email=f"{text}@x.example"),
    "order": lambda text: Order(id=text, customer="b", placed_at=NOON, total=Money(1, "EUR")),
    "note": lambda text: Note("n1", "b", [NoteText(text, NOON, "Kim")]),
}


@pytest.mark.parametrize("field", REFUSED)
def test_no_text_holds_what_not_every_store_can(field: str) -> None:
    """A NUL and half a sign are refused where they come in, without being shown."""
    for sign, said in (("\0", "a NUL"), ("\ud800", "half a sign")):
        with pytest.raises(InvalidValue, match=f"holds {said}") as refused:
            REFUSED[field](f"zebra{sign}")
        assert "zebra" not in str(refused.value)


def test_every_store_says_the_same_of_a_nul(shop: ci.Shop) -> None:
    """Asked for what cannot rest, every store finds nothing: a web form may send it."""
    assert shop.customers(search="\0").ids == ()
    assert shop.customers(search="ann\0").ids == ()
    for ask in (shop.customer, lambda one: shop.profile(one, as_of=NOON)):
        with pytest.raises(UnknownName, match="There is no customer"):
            ask("ann\0")
    with pytest.raises(UnknownName, match="There is no customer"):
        shop.notes.add("ann\0", "more", at=NOON, by="Kim")
    with pytest.raises(InvalidValue, match="a NUL"):
        shop.sign_up("ann\0@x.example", at=NOON, how="form")
    assert shop.customers(search="ann").ids == ("ann",)


def test_what_a_database_cannot_compare_is_told_in_words(new_database: Callable[[], str]) -> None:
    """A question that only some databases refuse is refused in words of ours."""
    with (
        contextlib.closing(open_store(new_database())) as store,
        store.begin(read_only=True) as work,
        pytest.raises(InvalidValue, match="cannot hold or compare"),
    ):
        work.annotations.setting("nix\0")
