"""A small shop, in every kind of store."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custinsights.domain import (
    Activity,
    Address,
    Consent,
    Customer,
    Fulfilment,
    Identity,
    Money,
    Order,
    OrderLine,
    Product,
    Refund,
    Segment,
)
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store
from custinsights.repositories.sql import open_store
from custinsights.shop.opening import open_shop
from custinsights.shop.shop import Shop

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def euro(text: str) -> Money:
    """Return an amount."""
    return Money(text, "EUR")


PRODUCTS = (
    Product(
        "print-a3",
        title="Low Water",
        department="Prints",
        category="Seascapes",
        keywords=["sea", "print"],
        price=euro("50.00"),
        stock=5,
    ),
    Product(
        "lot-12",
        title="Fog Signal",
        department="Originals",
        category="Seascapes",
        keywords=["sea", "original"],
        price=euro("720.00"),
        stock=0,
        sale="spring sale",
    ),
    Product("card", title="Cards", department="Stationery", price=euro("4.00")),
)


def order(number: int, customer: str, day: int, *lines: OrderLine, **told: object) -> Order:
    """Return an order of some lines on a day."""
    fields: dict[str, object] = {"source": "etsy", "lines": lines, **told}
    return Order(id=str(number), customer=customer, placed_at=NOON + day * DAY, **fields)  # type: ignore[arg-type]


ORDERS = (
    order(1, "c1", 0, OrderLine("print-a3", 2, euro("45.00")), campaign="March letter"),
    order(
        2,
        "c1",
        10,
        OrderLine("lot-12", 1, euro("700.00")),
        OrderLine("card", 3, euro("4.00")),
        fulfilment=Fulfilment(shipped_at=NOON + 12 * DAY),
        refunds=[Refund(euro("4.00"), NOON + 15 * DAY, product="card")],
    ),
    order(3, "c2", 5, OrderLine("card", 1, euro("4.00"))),
    order(4, "c3", 30, OrderLine("print-a3", 1, euro("45.00")), status="pending"),
    order(5, "c4", 20, OrderLine("print-a3", 4, euro("45.00"))),
)

ACTIVITIES = (
    Activity("c1", NOON - 2 * DAY, "email opened", campaign="March letter"),
    Activity("c1", NOON + 8 * DAY, "bid", subject="lot-12", outcome="won", amount=euro("700.00")),
    Activity("c1", NOON + 9 * DAY, "wishlist", subject="print-a3"),
    Activity("c5", NOON + 9 * DAY, "visit"),
)


def filled(shop: Shop) -> Shop:
    """Fill a shop: four buyers, one of them unpaid, a prospect, tags, notes, segments."""
    ada = Customer(
        "c1",
        name="Ada Byron",
        email="ada@example.com",
        phone="+33 6 12 34 56 78",
        addresses=[Address(street="1 Quay", city="Paris", country="FR")],
        tags=["VIP"],
        attributes={"vip": True},
    )
    etsy = [Identity("id", "4711", "etsy")]
    shop.add_customer(ada, at=NOON - 5 * DAY, by="Bo", identities=etsy)
    shop.add_customer(Customer("c2", name="bert"), at=NOON - 4 * DAY, by="Bo")
    shop.add_customer(Customer("c5", name="Cleo"), at=NOON - 3 * DAY, by="Bo")
    with shop.begin(at=NOON) as work:
        work.orders.put_products(PRODUCTS)
        work.orders.add(*ORDERS)
        work.activities.add(*ACTIVITIES, source="web")
        work.people.consent(
            Consent(
                customer="c1",
                purpose="newsletter",
                channel="email",
                granted=True,
                at=NOON,
                how="checkout box",
            )
        )
    shop.tags.add("press", "c2", at=NOON, by="Bo", why="fair")
    shop.tags.add("vip", "c2", at=NOON + DAY, by="Bo", why="dinner")
    shop.notes.add("c1", "prefers oils", at=NOON, by="Bo")
    shop.segments.put(Segment("Big spenders", "percentile(total_spent) >= 0.6"))
    shop.segments.put(Segment("Returning", "order_count >= 2"))
    return shop


def memory(_folder: Path) -> Store:
    """Return a store in memory."""
    return MemoryStore()


def sqlite(folder: Path) -> Store:
    """Return a store in a file."""
    return open_store(folder / "shop.db")


STORES: tuple[Callable[[Path], Store], ...] = (memory, sqlite)


@pytest.fixture(params=STORES, ids=lambda make: make.__name__)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """A shop in Paris of which nothing is known."""
    store = request.param(tmp_path)
    with open_shop(store, currency="EUR", timezone="Europe/Paris") as shop:
        yield shop


@pytest.fixture
def shop(empty: Shop) -> Shop:
    """A small shop."""
    return filled(empty)
