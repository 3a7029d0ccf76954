"""Two who change a shop at the same time: nobody is refused who changed nothing of the other's."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

import custinsights as ci
from custinsights.domain import Customer
from custinsights.errors import AlreadyTaken, StaleWrite
from custinsights.privacy import Access
from custinsights.repositories.again import written
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.shop.shop import Shop

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
COLUMNS = {"order_id": "order", "customer": "who", "email": "email", "placed_at": "at"}
FILE = b"order,who,email,at,total\n1,k1,a@x.example,2024-01-05,10\n2,k2,b@x.example,2024-01-06,5\n"


@attrs.define
class Overtaken:
    """A store in which another is quicker: right after a unit of work has begun that may write."""

    store: Store
    by: Callable[[Shop], Any] | None = None

    def begin(self, *, at: datetime | None = None, read_only: bool = False) -> UnitOfWork:
        """Begin a unit of work, and let the other be quicker once."""
        work = self.store.begin(at=at, read_only=read_only)
        if not read_only and self.by is not None:
            other, self.by = self.by, None
            other(ci.open_shop(self.store))
        return work

    def close(self) -> None:
        """Let go of files."""
        self.store.close()


@pytest.fixture
def store(empty_store: Store) -> Store:
    """Return a store of two customers."""
    shop = ci.open_shop(empty_store, currency="EUR", timezone="Europe/Berlin")
    for own in ("ann", "bea"):
        shop.add_customer(Customer(own), at=NOON, by="Kim")
    return empty_store


CHANGES: dict[str, tuple[Callable[[Shop], Any], Callable[[Shop], Any], Callable[[Shop], Any]]] = {
    "notes": (
        lambda shop: shop.notes.add("ann", "mine", at=NOON, by="Kim"),
        lambda shop: shop.notes.add("bea", "theirs", at=NOON, by="Lee"),
        lambda shop: [shop.notes.of(one)[0].texts[0].text for one in ("ann", "bea")],
    ),
    "sign-ups": (
        lambda shop: shop.sign_up("mine@x.example", at=NOON, how="form"),
        lambda shop: shop.sign_up("theirs@x.example", at=NOON, how="form"),
        lambda shop: sorted(one.email for one in shop.customers() if one.email),
    ),
    "tags": (
        lambda shop: shop.tags.add("mine", "ann", at=NOON, by="Kim", why="so"),
        lambda shop: shop.tags.add("theirs", "ann", at=NOON, by="Lee", why="so"),
        lambda shop: sorted(one.tag for one in shop.tags.book().log),
    ),
    "interests": (
        lambda shop: shop.interests.set("ann", "same", "starred", at=NOON),
        lambda shop: shop.interests.set("ann", "same", at=NOON),
        lambda shop: [one.state for one in shop.interests.of("ann")],
    ),
    "status": (
        lambda shop: shop.set_status("ann", "mine", on=True, at=NOON, by="Kim"),
        lambda shop: shop.set_status("ann", "theirs", on=True, at=NOON, by="Lee"),
        lambda shop: sorted(shop.customer("ann").attributes),
    ),
    "choices": (
        lambda shop: shop.personal_data.choose(
            "ann", {"newsletter": {"email": True}}, at=NOON, how="form"
        ),
        lambda shop: shop.personal_data.unsubscribe("bea", at=NOON, how="link"),
        lambda shop: shop.personal_data.preferences("ann", at=NOON)["newsletter"]["email"],
    ),
}
EXPECTED: dict[str, Any] = {
    "notes": ["mine", "theirs"],
    "sign-ups": ["mine@x.example", "theirs@x.example"],
    "tags": ["mine", "theirs"],
    "interests": ["starred"],
    "status": ["mine", "theirs"],
    "choices": True,
}


@pytest.mark.parametrize("what", CHANGES)
def test_who_was_overtaken_makes_the_change_anew(store: Store, what: str) -> None:
    """A change that reads by itself what it rests on is made on what the other left."""
    mine, theirs, read = CHANGES[what]
    shop = ci.open_shop(Overtaken(store, theirs))
    mine(shop)
    assert read(shop) == EXPECTED[what]


def test_reads_of_personal_data_are_logged_at_the_same_time(store: Store) -> None:
    """The log of who read what takes both entries."""
    shop = ci.open_shop(Overtaken(store, lambda other: other.refresh_cuts(NOON)))
    seen = shop.seen_by(Access({"customer_insights", "pii"}, who="Kim"), at=NOON)
    assert seen.customer("ann").id == "ann"
    with store.begin(read_only=True) as work:
        assert [entry["who"] for entry in work.annotations.records("access")] == ["Kim"]


def test_one_id_is_given_once(store: Store) -> None:
    """Of two who create a customer of one id, the second is told that it is taken."""
    shop = ci.open_shop(
        Overtaken(store, lambda other: other.add_customer(Customer("cy"), at=NOON, by="Lee"))
    )
    with pytest.raises(AlreadyTaken, match="'cy'"):
        shop.add_customer(Customer("cy"), at=NOON, by="Kim")


def test_who_is_overtaken_always_is_told(store: Store) -> None:
    """After a hundred times it is a stale write."""
    tries: list[int] = []

    def change(_work: UnitOfWork) -> None:
        tries.append(1)
        raise StaleWrite("the note", 0, 1)

    with pytest.raises(StaleWrite, match="The note"):
        written(store, change)
    assert len(tries) == 101


def test_what_two_import_at_once_is_counted_once(store: Store) -> None:
    """Who came in by another import meanwhile is not counted as new by this one."""
    options: dict[str, Any] = {"columns": {**COLUMNS, "amount": "total"}}
    shop = ci.open_shop(
        Overtaken(store, lambda other: other.imports.orders(io.BytesIO(FILE), **options))
    )
    if isinstance(store, MemoryStore):  # where nobody waits, the second is refused whole
        with pytest.raises(StaleWrite):
            shop.imports.orders(io.BytesIO(FILE), **options)
    report = shop.imports.orders(io.BytesIO(FILE), **options)
    assert (report.new_customers, report.added, report.same) == (0, 0, 2)
    assert len(shop.customers().ids) == 4
