"""What holds for the orders, products and activities of a store?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import attrs
import numpy as np

from custinsights.domain.money import Money
from custinsights.domain.orders import Order
from custinsights.errors import UnknownName
from custinsights.repositories.batches import REFUND_COLUMNS
from custinsights.repositories.order_rows import batch_of, batch_of_rows
from custinsights.repositories.protocols import Store
from custinsights.repositories.rows import microseconds_of, rows_of
from custinsights.repositories.stored import Known
from custinsights.testing.storing.asking import NOON, Check, differs, refused
from custinsights.testing.storing.observing import order_columns
from custinsights.testing.storing.shop import ACTIVITIES, ORDERS, fill

__all__ = [
    "CHECKS",
    "acts",
    "as_objects",
    "customers_of_orders",
    "edited",
    "refunds_of_named_orders",
    "scanned",
    "some_products",
    "twice_in_a_batch",
    "watched",
]

_KEYS = [("", "10"), ("", "2"), ("", "Z"), ("", "ä"), ("etsy", "10"), ("etsy", "2")]


def as_objects(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """An order comes back as the object that it was, by its key and with its customer."""
    with store.begin(at=NOON) as work:
        work.orders.add(*ORDERS)
    with store.begin(read_only=True) as work:
        for order in ORDERS:
            found = work.orders.get(order.id, order.source or "")
            yield from differs(f"the order {order.id!r} of {order.source!r}", found, order)
        yield from differs("an order that is not there", work.orders.get("10", "till"), None)
        yield from differs("the order with the id 2", work.orders.get(2), ORDERS[0])
        keys = [(one.source, one.id) for one in work.orders.of("c2")]
        yield from differs("the orders of c2, by time", keys, [(None, "10"), ("etsy", "2")])
        yield from differs("the orders of nobody", work.orders.of("nobody"), ())


def scanned(store: Store, parts: Collection[str]) -> Iterator[str]:
    """A scan gives each order once, by its key, in batches, with the columns that are asked for."""
    with store.begin(at=NOON) as work:
        fill(work, parts)
    with store.begin(read_only=True) as work:
        rows = order_columns(work)
        keys = [(row["source"], row["id"]) for row in rows]
        yield from differs("the keys of a scan", keys, _KEYS)
        for size in (1, 4, 6):
            yield from differs(f"a scan by {size}", order_columns(work, batch_rows=size), rows)
            sizes = [len(batch) for batch in work.orders.scan(batch_rows=size) if len(batch)]
            if max(sizes) > size:
                yield f"a batch holds {max(sizes)} orders, and at most {size} were asked for"
        for customers, wanted in (
            (["c2", "nobody"], [_KEYS[0], _KEYS[5]]),
            ([], []),
            (["nobody"], []),
        ):
            some = order_columns(work, customers=customers)
            found = [(row["source"], row["id"]) for row in some]
            yield from differs(f"the orders of {customers}", found, wanted)
        for batch in work.orders.scan(["amount", "channel"]):
            wanted_names = {"source", "id", "customer", "amount", "channel"}
            yield from differs("the columns of a scan", {*batch.orders}, wanted_names)
        amounts = [a for batch in work.orders.scan(["amount"]) for a in batch.orders["amount"]]
        yield from differs("the amounts alone", amounts, [row["amount"] for row in rows])
    yield from refused(
        store,
        UnknownName,
        "a scan of a column that there is not",
        lambda work: [*work.orders.scan(["amuont"])],
    )


def edited(store: Store, parts: Collection[str]) -> Iterator[str]:
    """An order that was edited takes the place of what it was, with all its lines and refunds."""
    first = ORDERS[0]
    less: Any = attrs.evolve(
        first, lines=first.lines[:1], refunds=(), status="cancelled", labels={"gift": "no"}
    )
    others = attrs.evolve(first, id="11")
    with store.begin(at=NOON) as work:
        counts = dict(work.orders.write(batch_of([first])))
        yield from differs(
            "the count of a new order", counts, {"added": 1, "changed": 0, "same": 0}
        )
        last = work.last_change() if "feed" in parts else 0
        counts = dict(work.orders.write(batch_of([less, others])))
        wanted = {"added": 1, "changed": 1, "same": 0}
        yield from differs("the count of an edited order and a new one", counts, wanted)
        if "feed" in parts:
            told = {change.key: change for change in work.changes(last)}
            before: Any = told[("", "2")].before
            yield from differs("what the status was", before["status"], "paid")
            yield from differs("how many lines there were", len(before["lines"]), 2)
            if "sent" in str(before):
                yield "the feed tells an address"
    with store.begin(read_only=True) as work:
        yield from differs("the edited order", work.orders.get("2"), less)
        yield from differs("how many orders there are", len(order_columns(work)), 2)


def watched(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """What was watched for less long changes nothing; an equal order bears the later instant."""
    first = ORDERS[0]
    other: Any = attrs.evolve(first, status="cancelled")
    with store.begin(at=NOON) as work:
        for until, order, wanted in (
            (10, first, "added"),
            (30, first, "same"),
            (20, other, "older"),
            (20, first, "same"),
            (29, other, "older"),
            (30, other, "changed"),
        ):
            batch = attrs.evolve(batch_of([order]), observed_until=np.array([until]))
            counts = {name for name, many in work.orders.write(batch).items() if many}
            yield from differs(f"what was told as watched until {until}", counts, {wanted})
        yield from differs("the order that was watched", work.orders.get("2"), other)
        known = dict(work.orders.known("", ["2", "nix"]))
        told = Known(str(first.customer), microseconds_of(first.placed_at) or 0, 30)
        yield from differs("what is known of orders by their ids", known, {"2": told})
        work.orders.write(batch_of([attrs.evolve(first, id="4")]))
        unsaid = work.orders.known("", [4])["4"].observed_until
        yield from differs("until when an order was watched of which nobody says it", unsaid, None)


def twice_in_a_batch(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """Of one key that is twice in a batch the later one stands."""
    one = Order(id="1", customer="c1", placed_at=NOON, total=Money(1, "EUR"))
    two = attrs.evolve(one, total=Money(2, "EUR"))
    with store.begin(at=NOON) as work:
        work.orders.write(batch_of([one, two, attrs.evolve(one, id="2", customer="c3")]))
        yield from differs("the order that is twice in a batch", work.orders.get("1"), two)
        whose = [order.customer for order in work.orders.of("c3")]
        yield from differs("whose the next order is", whose, ["c3"])


def refunds_of_named_orders(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """A refund with a key of its own is scanned with those whose the order is that it names."""
    at = {**dict.fromkeys(REFUND_COLUMNS), "source": "", "amount": 5, "currency": "EUR"}
    told = (("r1", None, "1"), ("r2", "c3", "1"), ("r3", "c1", "99"), ("r4", "c3", None))
    with store.begin(at=NOON) as work:
        work.orders.add(Order(id="1", customer="c1", placed_at=NOON, total=Money(1, "EUR")))
        work.orders.write(
            batch_of_rows(
                [],
                [{**at, "id": name, "customer": who, "names": order} for name, who, order in told],
            )
        )
        for who, wanted in (("c1", ["r1", "r2", "r3"]), ("c3", ["r4"])):
            found = [
                str(row["id"])
                for batch in work.orders.scan(customers=[who])
                for row in rows_of(batch.refunds)
            ]
            yield from differs(f"the refunds of {who}", found, wanted)


def customers_of_orders(store: Store, parts: Collection[str]) -> Iterator[str]:
    """Whoever an order or an activity names is known from then on."""
    with store.begin(at=NOON) as work:
        work.orders.add(ORDERS[0])
        if "activities" in parts:
            work.activities.add(attrs.evolve(ACTIVITIES[0], customer="c5"))
    with store.begin(read_only=True) as work:
        for who in ("c1", *(["c5"] if "activities" in parts else [])):
            found = work.people.get(who)
            yield from differs(f"the version of {who}", found and found.version, 1)


def some_products(store: Store, parts: Collection[str]) -> Iterator[str]:
    """Products are told anew, and found by their ids."""
    with store.begin(at=NOON) as work:
        fill(work, parts)
        found = [one for batch in work.orders.products() for one in batch.products["id"]]
        yield from differs("the products", found, ["p1", "p10", "p2"])
        batches = [*work.orders.products(["p2", "x", "p10"])]
        found = [one for batch in batches for one in batch.products["id"]]
        yield from differs("some products", found, ["p10", "p2"])
        none = [one for batch in work.orders.products([]) for one in batch.products["id"]]
        yield from differs("no products", none, [])


def acts(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """Activities come back by time; one without an id is one however often it is told."""
    with store.begin(at=NOON) as work:
        work.activities.add(*ACTIVITIES, ACTIVITIES[1])
        work.activities.add(ACTIVITIES[1])
        work.activities.add(ACTIVITIES[0], source="another")
    with store.begin(read_only=True) as work:
        wanted = [ACTIVITIES[1], ACTIVITIES[0], ACTIVITIES[0]]
        yield from differs("the activities of c1", [*work.activities.of("c1")], wanted)
        bids = [*work.activities.of("c1", ["bid", "call"])]
        yield from differs("the bids of c1", bids, wanted[1:])
        yield from differs("none of the kinds", work.activities.of("c1", []), ())
        batches = [*work.activities.scan(batch_rows=2)]
        keys = [(r["source"], r["id"]) for batch in batches for r in rows_of(batch.activities)]
        yield from differs("the order of keys", keys, sorted(keys))
        yield from differs("the sizes of batches", [len(one) for one in batches], [2, 2, 1])
        some = [
            r["customer"]
            for b in work.activities.scan(customers=["c2"])
            for r in rows_of(b.activities)
        ]
        yield from differs("the activities of some", some, ["c2"])


CHECKS = (
    Check(
        "orders are objects",
        ("orders",),
        "Turn rows into objects with repositories.order_rows.order_of.",
        as_objects,
    ),
    Check(
        "scans in the order of keys",
        ("orders",),
        'Order by source and id, by code points: COLLATE "C" or BINARY.',
        scanned,
    ),
    Check(
        "an edited order takes its place",
        ("orders",),
        "Remove the lines and refunds that it had before.",
        edited,
    ),
    Check(
        "older files change nothing",
        ("orders",),
        "Keep OrderBatch.observed_until with each order, and compare before an order is changed.",
        watched,
    ),
    Check(
        "the later of two stands",
        ("orders",),
        "Write a batch from first to last.",
        twice_in_a_batch,
    ),
    Check(
        "refunds go with the orders that they name",
        ("orders", "refunds"),
        "Look for the order of a refund first, by its source and the id that it names.",
        refunds_of_named_orders,
    ),
    Check(
        "orders make customers",
        ("people", "orders"),
        "Take in whoever an order or an activity names.",
        customers_of_orders,
    ),
    Check(
        "products by id",
        ("products",),
        "Order by id; tell some where ids are given.",
        some_products,
    ),
    Check(
        "activities once",
        ("activities",),
        "Give those without an id that of their content, repositories.rows.content_id.",
        acts,
    ),
)
