"""A store in a database says at every step what the store in memory says."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
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
    Product,
    Refund,
    Segment,
    TagChange,
)
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.order_rows import batch_of, batch_of_rows, order_rows
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.sql import open_store

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
LATER = datetime(2024, 4, 1, 12, tzinfo=UTC)
HOME = Address(street="1 Quai", city="Paris", country="FR", latitude=48.8, longitude=2.3)
ADA = Customer(
    "c1",
    name="Ada",
    email="Ada@Example.com",
    phone="+33 6 12 34 56 78",
    created_at=NOON,
    birthday=NOON.date(),
    addresses=[HOME, Address(city="Lyon")],
    attributes={"vip": True, "since": NOON.date(), "size": 42, "word": "x"},
)


def euros(amount: str) -> Money:
    """Return an amount."""
    return Money(amount, "EUR")


def begins(work: UnitOfWork) -> None:
    """Write customers, orders, products and activities."""
    work.people.put(ADA)
    work.people.put(Customer("c9", email="ada@example.com", name="ada b"))
    work.orders.add(
        Order(
            id="1",
            customer="c1",
            placed_at=NOON,
            lines=[
                OrderLine("p", 2, euros("4.50")),
                OrderLine("q", "1.5", euros("4.50"), discount=euros("1.00")),
            ],
            refunds=[Refund(euros("1.00"), LATER, product="p")],
            shipping_address=HOME,
            labels={"utm_source": "mail"},
        ),
        Order(id="2", customer="c2", placed_at=LATER, total=euros("9.00"), source="etsy"),
        Order(id="3", customer=None, placed_at=NOON, total=euros("3.00")),
        Order(id="10", customer="c2", placed_at=NOON, total=euros("4.00")),
    )
    work.orders.put_products(
        [Product("p", title="T", keywords=("a", "b"), price=euros("4.50"), stock=3), Product("q")]
    )
    bid = Activity("c3", NOON, "bid", amount=euros("5.00"), id="7")
    work.activities.add(Activity("c1", NOON, "visit"), Activity("c1", NOON, "visit"), bid)


def writes_down(work: UnitOfWork) -> None:
    """Write annotations, consents and identities."""
    work.annotations.put(Note("n1", "c1", [NoteText("likes cats", NOON, "me")]))
    work.annotations.put(Interest("c1", "Cats"))
    work.annotations.put(Interest("c2", "cats", state="starred"))
    work.annotations.put(Interest("c2", "dogs"))
    work.annotations.put(Segment("Big Ones", "order_count > 1"))
    work.annotations.tag(TagChange("c1", "vip", "added", NOON, by="me", why="x"))
    work.annotations.tag(TagChange("c2", "vip", "added", NOON, by="me", why="y"))
    work.annotations.set("shop", {"currency": "EUR"})
    work.annotations.record("access", {"who": "me"}, customer="c1")
    work.annotations.record("access", {"who": "you"})
    told: dict[str, Any] = {"purpose": "news", "channel": "email", "at": NOON, "how": "box"}
    work.people.consent(Consent(customer="c2", granted=True, evidence="form 1", **told))
    work.people.consent(Consent(customer="c2", granted=False, **told))
    work.people.identify("c2", [Identity("id", "77", "etsy"), Identity("phone", "0044 20 794600")])


def is_edited(work: UnitOfWork) -> None:
    """Tell again, with some differences."""
    work.orders.add(
        Order(id="1", customer="c2", placed_at=NOON, lines=[OrderLine("p", 3, euros("4.50"))]),
        Order(id="2", customer="c2", placed_at=LATER, total=euros("9.00"), source="etsy"),
        Order(id="4", customer="c4", placed_at=LATER, total=euros("1.00")),
    )
    work.orders.put_products([Product("q", title="Q"), Product("r"), Product("p")])
    told = work.annotations.get("note", "n1")
    assert told is not None
    assert isinstance(told.value, Note)
    work.annotations.put(told.value.edited("likes dogs", at=LATER, by="you"), version=1)
    work.annotations.put(told.value.edited("likes dogs", at=LATER, by="you"), version=2)
    work.annotations.set("shop", {"currency": "EUR", "zone": "UTC"})
    work.annotations.remove(Segment("big-ones", "x > 1"), version=1)
    work.people.write([Customer("c2", phone="+1 212 555 0100"), Customer("c7"), Customer("c7")])


def is_merged(work: UnitOfWork) -> None:
    """Make one of three, and write of them under all their ids."""
    work.people.merge("c2", "c1")
    work.people.merge("c9", "c2")
    work.people.rename("c9", "x1")
    work.orders.add(Order(id="2", customer="x1", placed_at=LATER, total=euros("9"), source="etsy"))
    work.orders.add(Order(id="5", customer="c2", placed_at=LATER, total=euros("2.00")))
    work.annotations.put(Interest("x1", "CATS", state="refused"), version=1)


def is_parted(work: UnitOfWork) -> None:
    """Undo a merging below another one, and merge anew."""
    work.people.unmerge("c2")
    work.people.put(Customer("c1", name="Zoe"), version=2)
    work.people.merge("c1", "c3")


def is_forgotten(work: UnitOfWork) -> None:
    """Forget two."""
    for name in ("c3", "c2"):
        parts = (work.orders, work.activities, work.annotations, work.people)
        for part in parts:
            part.forget(name)


def _said(before: Any) -> str:
    """Return what a change tells, as a text."""
    return repr(sorted((before or {}).items()))


STEPS = (begins, writes_down, is_edited, is_merged, is_parted, is_forgotten)
IDS = ("c1", "c2", "c3", "c4", "c7", "c9", "x1", "nobody")


def columns(batches: Iterator[Any], *parts: str) -> list[Any]:
    """Return the columns of batches as texts."""
    return [
        {name: repr(column.tolist()) for name, column in getattr(batch, part).items()}
        for batch in batches
        for part in parts
    ]


def everything(work: UnitOfWork) -> Iterator[Any]:
    """Yield what a unit of work says to every question."""
    annotations, orders, people = work.annotations, work.orders, work.people
    yield [work.people.get(one) for one in IDS]
    yield [orders.get(one, source) for one in ("1", "2", "9") for source in ("", "etsy")]
    for part in (people, orders, work.activities, annotations):
        yield [part.export(one) for one in IDS]
    yield [orders.of(one) for one in IDS]
    yield [work.activities.of(one, ["bid"]) for one in IDS]
    yield [annotations.of(one, kind) for one in IDS for kind in ("note", "interest", "segment")]
    yield [[*annotations.all(kind)] for kind in ("note", "interest", "segment")]
    yield [annotations.get("interest", one, " CATS ") for one in IDS]
    yield (annotations.get("segment", "big ones"), annotations.setting("shop"))
    yield (annotations.setting("none"), annotations.tag_changes(), annotations.records("access"))
    yield people.merged()
    asked = [Identity("email", "ADA@example.com"), Identity("id", "77", "etsy")]
    yield people.find_all(
        [*asked, Identity("phone", "+4420794600"), *(Identity("id", i) for i in IDS)]
    )
    for sort in ("id", "name", "created_at"):
        for descending in (False, True):
            yield [*people.listed(sort=sort, descending=descending)]
            yield [*people.listed(sort=sort, descending=descending, after="c2")]
    yield [[*people.listed(one)] for one in ("ADA", "612", "06 12", "c", "%", "example")]
    yield [*people.listed(customers=["c2", "c9"])]
    yield columns(people.scan(batch_rows=2), "people")
    yield columns(people.scan(customers=["c2", "c3"]), "people")
    yield columns(orders.scan(batch_rows=2), "orders", "lines", "refunds")
    yield columns(orders.scan(["amount", "channel"], customers=["c1"]), "orders", "lines")
    yield columns(orders.products(), "products")
    yield columns(orders.products(["q", "zz"]), "products")
    yield columns(work.activities.scan(), "activities")
    yield sorted((one.repository, one.key, one.what, _said(one.before)) for one in work.changes())
    yield work.last_change()


def told(store: Store) -> Iterator[Any]:
    """Yield all that a store says before and after each step is kept."""
    for step in STEPS:
        with store.begin(at=NOON) as work:
            step(work)
            yield from everything(work)
        with store.begin(read_only=True) as work:
            yield from everything(work)


def test_every_answer_is_that_of_memory(where: str) -> None:
    """After every step, before and after it is kept, each question has the answer of memory."""
    store = open_store(where)
    try:
        for at, (ours, theirs) in enumerate(zip(told(store), told(MemoryStore()), strict=True)):
            assert ours == theirs, at
    finally:
        store.close()


def test_a_batch_with_one_key_twice_is_written_in_turn(where: str) -> None:
    """Of two rows with one key in a batch the later one takes the place of the earlier one."""
    first, second = (
        Order(id="1", customer="c1", placed_at=NOON, lines=[OrderLine("p", n, euros("1.00"))])
        for n in (1, 2)
    )
    store = open_store(where)
    with store.begin() as work:
        assert work.orders.write(batch_of([first, second, second])) == {
            "added": 1,
            "changed": 1,
            "same": 1,
        }
        assert work.orders.of("c1") == (second,)
    store.close()


def test_refunds_with_keys_of_their_own_are_kept_beside_orders(where: str) -> None:
    """A refund that is told by itself is added, told anew and found, with its own key."""
    store = open_store(where)
    row = {"source": "s", "id": "r1", "customer": "c1", "refunded_at": None, "amount": 5}
    row |= {"product": None, "currency": "EUR", "names": "1"}
    with store.begin() as work:
        assert work.orders.write(batch_of_rows([], [row]))["added"] == 1
        assert work.orders.write(batch_of_rows([], [row]))["same"] == 1
        assert work.orders.write(batch_of_rows([], [{**row, "amount": 6}]))["changed"] == 1
        (batch,) = work.orders.scan()
        assert (len(batch), batch.refunds["amount"].tolist()) == (0, [6])
        assert [one.key for one in work.changes()][-1] == ("s", "r1", "refund")
        assert work.people.get("c1") is not None
    store.close()


def test_what_comes_out_goes_in_again_as_the_same(where: str) -> None:
    """A batch that was scanned is written as the same, in any order of its rows and lines."""
    store = open_store(where)
    with store.begin() as work:
        begins(work)
        (batch,) = work.orders.scan()
        assert work.orders.write(batch) == {"added": 0, "changed": 0, "same": 4}
        turned = batch_of_rows(order_rows(batch)[::-1])
        assert work.orders.write(turned)["same"] == 4
        batch.lines["amount"][0] += 1
        assert work.orders.write(batch) == {"added": 0, "changed": 1, "same": 3}
        (again,) = work.orders.scan()
        assert np.array_equal(again.lines["amount"], batch.lines["amount"])
    store.close()


@pytest.mark.parametrize(
    "part",
    [
        lambda work: work.people.put(ADA),
        lambda work: work.orders.write(batch_of([])),
        lambda work: work.activities.add(),
        lambda work: work.annotations.tag(),
    ],
)
def test_who_only_reads_is_refused_to_write(
    where: str, part: Callable[[UnitOfWork], object]
) -> None:
    """A read-only unit of work refuses every change, also one that would change nothing."""
    from custinsights.errors import InvalidValue

    store = open_store(where)
    with store.begin(read_only=True) as work, pytest.raises(InvalidValue, match="only reads"):
        part(work)
    with pytest.raises(InvalidValue, match="is over"):
        part(work)
    store.close()
