"""One person once: who is merged, who is looked at, and that all of it can be undone."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import custinsights as ci
from custinsights.domain import Address, Customer, Identity, Money, Note, NoteText, Order, TagChange
from custinsights.errors import (
    AccessRefused,
    AlreadyTaken,
    InvalidValue,
    NaiveTime,
    UnknownName,
)
from custinsights.privacy import Access
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store
from custinsights.repositories.sql import open_store
from custinsights.shop import Identities

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
HOME = Address(street="12 Oak Street", postal_code="10001", city="Exampleton", country="US")
BORN = date(1980, 5, 17)
DECIDED: dict[str, Any] = {"by": "Kim", "at": NOON}


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Open an empty store of either kind."""
    opened: Store = MemoryStore() if request.param == "memory" else open_store(tmp_path / "shop.db")
    yield opened
    opened.close()


def fill(store: Store) -> Identities:
    """Let a shop know Ada by two ids, Ben of the same home, and a namesake of Ada."""
    people = [
        Customer("c1", name="Ada Ray", email="ada@mail.example", phone="(555) 234-5678"),
        Customer("c2", name="RAY, Ada", phone="+1 555 234 5678", birthday=BORN),
        Customer("c3", name="Ben Ray", phone="+15552345678", addresses=[HOME]),
        Customer("c4", name="Ada Ray", email="ray@post.example"),
    ]
    with store.begin(at=NOON) as work:
        for one in people:
            work.people.put(one)
        work.people.identify("c2", [Identity("id", "77", "etsy")])
        work.orders.add(*[order(n, who) for n, who in enumerate(("c1", "c2", "c2", "c3"), 1)])
        for who in ("c1", "c2"):
            work.annotations.put(Note(f"n{who}", who, (NoteText("hello", NOON, "Kim"),)))
            work.annotations.tag(TagChange(who, "vip", "added", NOON, by="Kim", why="asked"))
    return Identities(store, region="US")


def order(number: int, customer: str, **told: Any) -> Order:
    """Return the order of a month."""
    placed = NOON + timedelta(days=31 * number)
    return Order(
        id=number, customer=customer, placed_at=placed, total=Money(10 * number, "USD"), **told
    )


def everything(store: Store) -> bytes:
    """Return all that rests in a store of everybody, but for the log of identities."""
    told: dict[str, Any] = {}
    with store.begin(read_only=True) as work:
        for customer in [*work.people.listed()]:
            for name in ("people", "orders", "activities", "annotations"):
                told[f"{customer.id} {name}"] = getattr(work, name).export(customer.id)
        told["merged"] = dict(work.people.merged())
        held = [work.people.get(one.id) for one in work.people.listed()]
        told["versions"] = [one.version for one in held if one is not None]
    for kept in told.values():
        if isinstance(kept, dict) and "logs" in kept:
            kept["logs"] = {name: log for name, log in kept["logs"].items() if name != "identity"}
    return json.dumps(told, default=str, sort_keys=True).encode()


def pairs(shop: Identities) -> list[tuple[Any, ...]]:
    """Return who is to be looked at."""
    return [(one.left, one.right) for one in shop.review()]


@pytest.mark.covers("B06")
def test_who_is_one_person_is_merged_and_says_why(store: Store) -> None:
    """Rules merge whom they are sure of, the log says why, and a second time nothing happens."""
    shop = fill(store)
    [match] = shop.merge_same(**DECIDED)
    assert (match.left, match.right, match.reasons) == ("c1", "c2", ("same phone", "same name"))
    with store.begin(read_only=True) as work:
        assert dict(work.people.merged()) == {"c2": "c1"}
    assert shop.merge_same(**DECIDED) == ()
    [entry] = shop.log()
    assert {**entry} == {
        "what": "merged",
        "id": "c2",
        "into": "c1",
        "customer": "c1",
        "by": "Kim",
        "at": "2024-03-05T12:00:00+00:00",
        "score": 105,
        "reasons": ["same phone", "same name"],
    }
    assert shop.log("c2") == (entry,)
    assert shop.log("c3") == ()


def test_who_was_known_first_stays(store: Store) -> None:
    """Of two the one created earlier stays, and whose instant is known before whose is not."""
    with store.begin() as work:
        for id, created in (("a", None), ("b", NOON), ("c", NOON - timedelta(days=9))):
            work.people.put(Customer(id, name="Ada Ray", addresses=[HOME], created_at=created))
    Identities(store).merge_same(**DECIDED)
    with store.begin(read_only=True) as work:
        assert dict(work.people.merged()) == {"a": "c", "b": "c"}


def answer_of(history: ci.OrderHistory) -> list[dict[str, Any]]:
    """Return how many bought in each month, what and how much, new ones and others."""
    asked = ["customers", "orders", "revenue"]
    return ci.measure(history, asked, by=["month", "customer_type"]).to_dicts()


def is_new_in_may(row: dict[str, Any]) -> bool:
    """Whether a row tells of who is new in the month in which Ada ordered by her other id."""
    return bool(str(row["month"]) == "2024-05" and row["customer_type"] == "new")


@pytest.mark.covers("B06")
def test_history_metrics_and_who_is_new_follow(store: Store) -> None:
    """After merging the history is that of one person; after undoing, of two again."""
    shop = fill(store)
    before = answer_of(ci.read_store(store))
    shop.merge_same(**DECIDED)
    merged = ci.read_store(store)
    with store.begin(read_only=True) as work:
        orders = [one for who in ("c1", "c3") for one in work.orders.of(who)]
    answer = answer_of(merged)
    assert answer == answer_of(ci.read_objects(orders, timezone="UTC"))
    new_in_may = [one["orders"] for told in (before, answer) for one in told if is_new_in_may(one)]
    assert new_in_may == [1, 0]
    assert ci.overview(merged)["total_customers"].value == 2
    shop.undo("c2", **DECIDED)
    again = answer_of(ci.read_store(store))
    assert again == before


@pytest.mark.covers("B06")
def test_undoing_restores_every_byte(store: Store, tmp_path: Path) -> None:
    """All that rests of anybody is after merging and undoing what it was, but for the logs."""
    shop = fill(store)
    before, rows = everything(store), dumped(tmp_path)
    shop.merge_same(**DECIDED)
    shop.merge("c3", "c2", **DECIDED)
    assert everything(store) != before
    shop.undo("c2", **DECIDED)
    shop.undo("c3", **DECIDED)
    assert everything(store) == before
    assert dumped(tmp_path) == rows
    told = [(one["what"], one["id"], one.get("from")) for one in shop.log()][2:]
    assert told == [("undone", "c2", "c1"), ("different", "c2", "c3"), ("undone", "c3", "c1")]


def test_who_was_taken_out_of_a_person_is_none_of_the_others(store: Store) -> None:
    """Two who were merged into a third, and taken out again, are not made one by rules either."""
    shop = Identities(store)
    with store.begin() as work:
        for name in ("a", "b", "c"):
            work.people.put(Customer(name, name="Ada Ray", phone="+44 20 7946 0018"))
    assert len(shop.merge_same(**DECIDED)) > 1
    for name in ("b", "c"):
        shop.undo(name, **DECIDED)
    assert shop.matches().matches == ()
    assert shop.merge_same(**DECIDED) == ()


def dumped(folder: Path) -> list[str]:
    """Return the rows of a store in a file, but for logs and changes and how many they are."""
    path = folder / "shop.db"
    if not path.exists():
        return []
    with sqlite3.connect(path) as file:
        told = [line for line in file.iterdump() if line.startswith("INSERT")]
    return [line for line in told if not line.startswith(APPENDED)]


APPENDED = tuple(f'INSERT INTO "{name}"' for name in ("changes", "counters", "logs"))


def test_what_was_decided_does_not_come_back(store: Store) -> None:
    """Two who are different are so for good: by new ids, as parts of others, by way of others."""
    shop = fill(store)
    assert pairs(shop) == [("c1", "c3"), ("c2", "c3")]
    shop.different("c3", "c1", **DECIDED)
    assert pairs(shop) == [("c2", "c3")]
    shop.rename("c1", "ada", **DECIDED)
    assert pairs(shop) == [("c2", "c3")]
    shop.merge_same(**DECIDED)
    assert pairs(shop) == []
    with store.begin() as work:
        work.people.put(Customer("c9", phone="+15552345678", addresses=[HOME], birthday=BORN))
    assert [(one.left, one.right) for one in shop.matches().same] == [("ada", "c9")]
    assert pairs(shop) == [("c3", "c9")]


def test_who_was_merged_wrongly_is_not_merged_again(store: Store) -> None:
    """Undoing says that two are different; somebody may still merge them by hand."""
    shop = fill(store)
    shop.merge_same(**DECIDED)
    shop.undo("c2", by="Lee", at=NOON)
    assert shop.merge_same(**DECIDED) == ()
    assert ("c1", "c2") not in pairs(shop)
    shop.merge("c1", "c2", **DECIDED)
    with store.begin(read_only=True) as work:
        assert dict(work.people.merged()) == {"c1": "c2"}


def test_what_others_were_before_merging_tells_too(store: Store) -> None:
    """Name, birthday and address of who was merged count for the one that they became."""
    with store.begin() as work:
        work.people.put(Customer("c1", email="a@mail.example"))
        work.people.put(Customer("c2", name="Ada Ray", addresses=[HOME], birthday=BORN))
        work.people.put(Customer("c3", name="Ada Ray", addresses=[HOME], birthday=BORN))
    shop = Identities(store)
    shop.merge("c2", "c1", **DECIDED)
    [match] = shop.matches().matches
    assert (match.left, match.right, match.score) == ("c1", "c3", 130)


def test_addresses_of_orders_tell_too(store: Store) -> None:
    """Where goods were sent is where somebody may be known again."""
    with store.begin() as work:
        for number in (1, 2):
            work.people.put(Customer(f"c{number}", name="Ada Ray"))
            work.orders.add(order(number, f"c{number}", shipping_address=HOME))
    assert [one.reasons for one in Identities(store).matches().same] == [
        ("same address", "same name")
    ]


@pytest.mark.covers("B06")
def test_another_id_carries_everything(store: Store) -> None:
    """Orders, notes, tags, identities and history are found by the new id and by the old one."""
    shop = fill(store)
    before = everything(store)
    shop.rename("c2", "ada-2", **DECIDED)
    with store.begin(read_only=True) as work:
        for id in ("c2", "ada-2"):
            held = work.people.get(id)
            assert held is not None
            assert held.value.id == "ada-2"
            assert [one.customer for one in work.orders.of(id)] == ["ada-2", "ada-2"]
            notes = [one.value for one in work.annotations.of(id, "note")]
            assert [one.customer for one in notes if isinstance(one, Note)] == ["ada-2"]
            assert [one.customer for one in work.annotations.tag_changes(id)] == ["ada-2"]
            assert len(work.people.identities(id)) == 2
    assert ci.read_store(store, customers=["c2"]).customer_ids.tolist() == ["ada-2"]
    shop.rename("ada-2", "c2", **DECIDED)
    with store.begin(read_only=True) as work:
        assert work.people.get("ada-2") == work.people.get("c2")
    assert json.loads(everything(store))["c2 orders"] == json.loads(before)["c2 orders"]
    assert [one["before"] for one in shop.log("c2")] == ["c2", "ada-2"]


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (
            lambda shop: shop.merge("c1", "nobody", **DECIDED),
            UnknownName,
            "named 'nobody'",
        ),
        (lambda shop: shop.merge("c1", "c1", **DECIDED), InvalidValue, "one person already"),
        (lambda shop: shop.different("x@y.example", "c1", **DECIDED), UnknownName, "'x@x.xxxxxxx'"),
        (lambda shop: shop.different("c1", "c1", **DECIDED), InvalidValue, "two are one person"),
        (lambda shop: shop.undo("c1", **DECIDED), InvalidValue, "was not merged"),
        (lambda shop: shop.undo("nobody", **DECIDED), UnknownName, "named 'nobody'"),
        (lambda shop: shop.rename("c1", "c2", **DECIDED), AlreadyTaken, "id 'c2'"),
        (
            lambda shop: shop.rename("nobody", "c8", **DECIDED),
            UnknownName,
            "named 'nobody'",
        ),
        (
            lambda shop: shop.merge("c1", "c2", by="Kim", at=datetime(2024, 3, 5)),
            NaiveTime,
            "decision",
        ),
        (lambda shop: shop.merge("c1", "c2", by=None, at=NOON), InvalidValue, "Who decides"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    store: Store, act: Callable[[Identities], None], error: type[Exception], message: str
) -> None:
    """Strangers, one person, nobody merged, a taken id, no instant: refused, nothing changes."""
    shop = fill(store)
    before = everything(store)
    with pytest.raises(error, match=message):
        act(shop)
    assert everything(store) == before
    assert shop.log() == ()


def test_who_may_not_see_contacts_sees_the_reasons(store: Store) -> None:
    """Without the permission, what rules have found comes out as its shape; logs show nobody."""
    shop = fill(store)
    seen = Identities(store, Access({"customer_insights"}, who="Bo"), region="US")
    masked = [("same phone", "00000000000"), ("same name", "xxx xxx")]
    assert [(one.rule, one.left) for one in seen.matches().matches[0].evidence] == masked
    assert seen.review()[0].evidence[0].right == masked[0][1]
    with pytest.raises(AccessRefused, match="Who may be one person"):
        Identities(store, Access(set(), who="Bo")).review()
    with pytest.raises(AccessRefused, match="Merging customers"):
        Identities(store, Access(set(), who="Bo")).merge("c1", "c2", **DECIDED)
    [match] = seen.merge_same(**DECIDED)
    assert [(one.rule, one.left) for one in match.evidence] == masked
    assert "ray" not in str(shop.log()).casefold()
    assert "555" not in str(shop.log())


def test_who_was_forgotten_is_no_pair(store: Store) -> None:
    """After erasure the decisions of somebody are gone, and nothing is left that could match."""
    shop = fill(store)
    shop.different("c3", "c1", **DECIDED)
    with store.begin() as work:
        for name in ("people", "orders", "activities", "annotations"):
            getattr(work, name).forget("c3")
    assert [(one.left, one.right) for one in shop.matches().matches] == [("c1", "c2")]
