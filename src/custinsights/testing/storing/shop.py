"""Which small shop do the checks of a store write? Everything personal in it bears a mark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from custinsights.domain.activities import Activity
from custinsights.domain.consents import Consent
from custinsights.domain.identities import Identity
from custinsights.domain.interests import Interest
from custinsights.domain.money import Money
from custinsights.domain.notes import Note, NoteText
from custinsights.domain.orders import Order, OrderLine, Refund
from custinsights.domain.people import Address, Customer
from custinsights.domain.products import Product
from custinsights.domain.segments import Segment
from custinsights.domain.statuses import Fulfilment
from custinsights.domain.tag_changes import TagChange
from custinsights.repositories.batches import REFUND_COLUMNS, OrderBatch
from custinsights.repositories.order_rows import OrderRow, batch_of, batch_of_rows, order_rows
from custinsights.repositories.protocols import UnitOfWork
from custinsights.repositories.rows import microseconds_of
from custinsights.testing.objects import EPOCH as NOON
from custinsights.testing.objects import MARK

__all__ = [
    "ACTIVITIES",
    "ORDERS",
    "WHO",
    "fill",
    "log",
    "marks",
    "note",
    "orders_batch",
    "person",
]

WHO = ("c1", "c10", "c2", "Éva")
"""Who has ids in the order of their code points."""

_DAY = dt.timedelta(days=1)


def marks(who: str, *fields: str) -> list[str]:
    """Return the texts that stand for what is personal."""
    return [f"{MARK}-{who}-{field}-{MARK}" for field in fields]


def person(who: str) -> Customer:
    """Return somebody of whom everything is known."""
    name, street, code, size = marks(who, "name", "street", "code", "size")
    number = 100 + WHO.index(who)
    return Customer(
        who,
        name=name,
        email=f"{marks(who, 'email')[0]}@example.com",
        phone=f"+33 6 99 12 34 {number}",
        created_at=NOON + number * _DAY,
        acquisition_channel="fair",
        addresses=[
            Address(street=street, postal_code=code, city="Lyon", latitude=45.7, longitude=4.8),
            Address(street=street, country="FR"),
        ],
        birthday=dt.date(1980, 2, 29),
        attributes={"vip": True, "size": size, "shoes": 41.5, "since": dt.date(2020, 1, 31)},
    )


def _order(who: str | None, name: str, source: str | None, **fields: Any) -> Order:
    sent = marks(str(who), "sent")[0]
    told: dict[str, Any] = {
        "lines": [
            OrderLine("p1", "2", Money("45.00", "EUR"), discount=Money("5.00", "EUR")),
            OrderLine("p2", "0.5", Money("3.33", "EUR")),
        ],
        "discount": Money("4.00", "EUR"),
        "shipping": Money("4.90", "EUR"),
        "tax": Money("1.00", "EUR"),
        "tip": Money("2.00", "EUR"),
        "refunds": [Refund(Money("1.50", "EUR"), NOON + 9 * _DAY, product="p2")],
        "fulfilment": Fulfilment(shipped_at=NOON + _DAY, delivered_at=NOON + 3 * _DAY),
        "channel": "direct",
        "payment_method": "cash",
        "campaign": "spring",
        "coupon": "FIVE",
        "shipping_address": Address(street=sent, city="Lyon", country="FR", region="ARA"),
        "billing_address": Address(street=sent, postal_code=sent),
        "labels": {"utm_source": "letter", "gift": "yes"},
    }
    placed_at = NOON + dt.timedelta(hours=len(name), microseconds=1)
    return Order(
        **{**told, "id": name, "customer": who, "source": source, "placed_at": placed_at}, **fields
    )


ORDERS = (
    _order("c1", "2", None),
    _order("c1", "10", "etsy", status="cancelled", cancelled_at=NOON + _DAY),
    _order("c2", "2", "etsy"),
    _order(None, "Z", None),
    _order("c10", "ä", None),
    Order(id="10", customer="c2", placed_at=NOON, total=Money(5, "JPY"), status="pending"),
)
"""Orders that are not in the order of their keys."""

ACTIVITIES = tuple(
    Activity(
        who,
        NOON + days * _DAY,
        kind,
        subject=None if who is None else marks(who, "subject")[0],
        outcome="won",
        campaign="spring",
        channel="fair",
        amount=Money("90.00", "EUR"),
        score="-0.5",
        id=name,
    )
    for who, days, kind, name in (
        ("c1", 2, "bid", "b2"),
        ("c1", 1, "visit", None),
        ("c2", 0, "bid", "b10"),
        (None, 0, "visit", "b1"),
    )
)
"""Activities, one of them without an id."""

_PRODUCTS = (
    Product(
        "p2", title="Cloth", keywords=("sea", "blue"), price=Money("3.33", "EUR"), stock="-2.5"
    ),
    Product("p1", title="Print", category="Prints", department="Paper", ladder="size", sale="May"),
    Product("p10"),
)


def orders_batch(*, refunds: bool = True) -> OrderBatch:
    """Return the orders as a source tells them: with what an `Order` cannot say."""
    rows = order_rows(batch_of(ORDERS))
    odd = {"goods": 12345, "discount": 777, "shipping": -1, "units": None, "fulfilment": None}
    line = {"product": None, "quantity": None, "amount": -5, "unit_price": None, "discount": None}
    rows[2] = OrderRow({**rows[2].order, **odd}, (*rows[2].lines, line), rows[2].refunds)
    loose = [
        {
            **dict.fromkeys(REFUND_COLUMNS),
            "source": "etsy",
            "id": name,
            "customer": who,
            "refunded_at": microseconds_of(at),
            "amount": 150,
            "currency": "EUR",
            "names": names,
            "product": "p1",
        }
        for name, who, at, names in (("r2", "c1", NOON, "10"), ("r10", None, None, None))
    ]
    return batch_of_rows(rows, loose if refunds else [])


def note(who: str, name: str) -> Note:
    """Return a note of two texts."""
    first, second = marks(who, "note", "edited")
    return Note(name, who, (NoteText(first, NOON, "Kim"),)).edited(second, at=NOON + _DAY, by="Lee")


def fill(work: UnitOfWork, parts: Collection[str]) -> dict[str, Mapping[str, int]]:
    """Write what does not add up when it is written twice, and return what was counted."""
    counts: dict[str, Mapping[str, int]] = {}
    if "people" in parts:
        outside = [(who, Identity("id", marks(who, "outside")[0], "etsy")) for who in WHO]
        work.people.write([person(who) for who in reversed(WHO)], outside)
    if "orders" in parts:
        counts["orders"] = dict(work.orders.write(orders_batch(refunds="refunds" in parts)))
    if "products" in parts:
        work.orders.put_products(_PRODUCTS)
    if "activities" in parts:
        work.activities.add(*ACTIVITIES, source="shop")
    if "annotations" in parts and "people" in parts:
        for number, who in enumerate(WHO):
            _write_down(work, note(who, f"n{number}"))
            _write_down(work, Interest(who, marks(who, "keyword")[0], "starred"))
        _write_down(work, Segment("Big spenders", "total_spent >= 500", "They spend.", "Call."))
        work.annotations.set("shop", {"currency": "EUR", "zones": ["a"]})
    return counts


def _write_down(work: UnitOfWork, thing: Note | Interest | Segment) -> None:
    if isinstance(thing, Note):
        found = work.annotations.get("note", thing.id)
    elif isinstance(thing, Interest):
        found = work.annotations.get("interest", thing.customer, thing.keyword)
    else:
        found = work.annotations.get("segment", thing.name)
    work.annotations.put(thing, version=0 if found is None else found.version)


def log(work: UnitOfWork, parts: Collection[str]) -> None:
    """Write what is added each time: consents, tags, entries of logs."""
    for who in WHO:
        proof, tag, why, entry = marks(who, "evidence", "tag", "why", "entry")
        agreed: dict[str, Any] = {"customer": who, "channel": "email", "at": NOON, "how": "a form"}
        if "people" in parts:
            for granted in (True, False):
                work.people.consent(
                    Consent(**agreed, purpose="news", granted=granted, evidence=proof)
                )
        if "annotations" in parts and "people" in parts:
            work.annotations.tag(TagChange(who, tag, "added", NOON, by="Kim", why=why))
            work.annotations.record("access", {"by": "Kim", "what": entry}, customer=who)
    if "annotations" in parts:
        work.annotations.record("access", {"by": "Kim", "fields": ["email"]})
