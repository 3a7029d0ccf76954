"""What tests of privacy share: stores of every kind with a person full of markers."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import attrs
import pytest

from custinsights.domain import (
    Activity,
    Address,
    Consent,
    Customer,
    Identity,
    Interest,
    Money,
    Note,
    NoteText,
    Order,
    OrderLine,
    Refund,
    TagChange,
)
from custinsights.privacy import EncryptingVault, generate_key
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store
from custinsights.repositories.sql import open_store

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
LATER = datetime(2024, 9, 1, 9, tzinfo=UTC)
KEY = "the key of the shop's hashes, 32+"
HOME = Address(
    street="1 Markerstreet",
    postal_code="MARKER1",
    city="Lyon",
    region="Rhone",
    country="FR",
    latitude=45.7512345,
    longitude=4.8512345,
)
ANNA = Customer(
    "c7",
    name="Anna Markername",
    email="anna.marker@example.com",
    phone="+33 6 11 22 33 44",
    created_at=NOON,
    acquisition_channel="instagram",
    addresses=[HOME],
    birthday=date(1980, 4, 5),
    attributes={"vip": True, "company": "Marker Ltd"},
)
MARKS = ("marker", "11 22 33", "1122334", "1980-04-05", "45.7512345", "buyer-9", "lot-secret")
"""What must be nowhere once Anna is gone; case aside."""


def order(ident: str, customer: str, day: int, amount: str, home: Address | None = HOME) -> Order:
    """Return an order of one line."""
    return Order(
        id=ident,
        customer=customer,
        placed_at=NOON.replace(day=day),
        lines=[OrderLine("print-a3", 1, Money(amount, "EUR"))],
        channel="web",
        source="shopify",
        shipping_address=home,
        billing_address=home,
        refunds=[Refund(Money("1.50", "EUR"), NOON.replace(day=day + 1))],
    )


def fill(store: Store) -> None:
    """Write Anna, who was merged with another account of hers, and Bo."""
    with store.begin(at=NOON) as work:
        work.people.write([ANNA, Customer("c8", name="Anna Marker-Old"), Customer("bo")])
        work.people.identify("c7", [Identity("id", "buyer-9", "etsy")])
        work.people.identify("c8", [Identity("email", "old.marker@example.com")])
        work.orders.add(order("1", "c7", 1, "45.00"), order("2", "c8", 3, "10.10"))
        work.orders.add(order("3", "bo", 4, "7.77", None))
        work.people.merge("c8", "c7")
        work.activities.add(
            Activity("c7", NOON, "bid", subject="lot-secret", amount=Money(90, "EUR"), id="a1"),
            Activity("c8", NOON, "visit"),
            Activity("bo", NOON, "visit"),
        )
        work.annotations.put(Note("n1", "c7", [NoteText("Ms Marker likes blue", NOON, "Ada")]))
        work.annotations.put(Interest("c8", "markerism"))
        work.annotations.tag(
            TagChange("c7", "VIP", "added", NOON, by="Ada", why="Anna Marker asked")
        )
        work.people.consent(
            Consent(
                customer="c7",
                purpose="newsletter",
                channel="email",
                granted=True,
                at=NOON,
                how="form",
                evidence="signed Marker",
            )
        )
        work.annotations.record("identity", {"why": "both are Anna Marker"}, customer="c7")
    with store.begin(at=NOON) as work:
        found = work.people.get("c7")
        assert found is not None
        work.people.put(attrs.evolve(found.value, name="Anna B. Markername"), version=found.version)


VAULT = EncryptingVault([generate_key()], generate_key())


@pytest.fixture(params=["memory", "sqlite", "sealed", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give a store of each kind that the library ships."""
    makers: dict[str, Callable[[], Store]] = {
        "memory": MemoryStore,
        "sqlite": lambda: open_store(tmp_path / "shop.db"),
        "sealed": lambda: open_store(tmp_path / "shop.db", vault=VAULT),
        "postgresql": lambda: open_store(request.getfixturevalue("new_database")()),
    }
    made = makers[request.param]()
    yield made
    made.close()


@pytest.fixture
def shop(empty: Store) -> Store:
    """Give a store that knows Anna and Bo."""
    fill(empty)
    return empty
