"""The store in memory does what the contract says, by hand; the rest is checked as any store is."""

from datetime import UTC, datetime

import attrs
import pytest

from custinsights.domain import (
    Address,
    Customer,
    Identity,
    Interest,
    Money,
    Note,
    NoteText,
    Order,
    Segment,
    Tag,
    TagChange,
)
from custinsights.errors import AlreadyTaken, InvalidValue, NaiveTime, StaleWrite, UnknownName
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store, UnitOfWork

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


def work_of(store: Store) -> UnitOfWork:
    """Begin to work with a store; the type says that the store in memory is one."""
    return store.begin(at=NOON)


def an_order(customer: str | None, name: str = "1", cents: int = 100) -> Order:
    """Return an order of a cent or more."""
    home = Address(street="1 Quai", city="Paris")
    total = Money.from_minor(cents, "EUR")
    return Order(id=name, customer=customer, placed_at=NOON, total=total, shipping_address=home)


def put_and_fail(store: Store) -> None:
    """Write somebody, and something stale after that."""
    with work_of(store) as work:
        work.people.put(Customer("c1"))
        work.people.put(Customer("c1"), version=7)


def put_twice(store: Store) -> None:
    """Let another unit of work commit while one is open, and then this one."""
    with work_of(store) as work:
        work.people.put(Customer("c1", name="One"), version=1)
        with work_of(store) as other:
            other.people.put(Customer("c1", name="Two"), version=1)


def test_a_unit_of_work_is_kept_or_undone() -> None:
    """What fails leaves nothing; what is not yet committed is seen by nobody else."""
    store = MemoryStore()
    with pytest.raises(StaleWrite):
        put_and_fail(store)
    with work_of(store) as work:
        assert work.people.get("c1") is None
        work.people.put(Customer("c2"))
        assert work_of(store).people.get("c2") is None
        work.commit()
        assert work_of(store).people.get("c2") is not None
        work.people.put(Customer("c3"))
    assert work_of(store).people.get("c3") is not None
    with pytest.raises(InvalidValue, match=r"unit of work is over.*Begin another one"):
        work.people.put(Customer("c4"))


def test_a_read_only_unit_of_work_writes_nothing() -> None:
    """Whoever asks only to read cannot write by mistake."""
    with pytest.raises(InvalidValue, match="This unit of work is read-only"):
        MemoryStore().begin(read_only=True).people.put(Customer("c1"))
    with pytest.raises(NaiveTime, match="The instant of a unit of work"):
        MemoryStore().begin(at=datetime(2024, 1, 1))


def test_the_later_of_two_writers_is_refused() -> None:
    """Whoever commits second has not seen what the first one wrote; nothing is lost in silence."""
    store = MemoryStore()
    with work_of(store) as work:
        work.people.put(Customer("c1"))
    with pytest.raises(StaleWrite, match="The store was changed meanwhile"):
        put_twice(store)
    stored = work_of(store).people.get("c1")
    assert stored is not None
    assert (stored.value.name, stored.version) == ("Two", 2)


def test_merging_moves_a_pointer_and_undoing_moves_it_back() -> None:
    """All that belongs to one belongs to the other, until the merging is undone."""
    with work_of(MemoryStore()) as work:
        work.people.write([Customer("c1", email="one@example.com"), Customer("c2")])
        work.people.write([Customer("c3")])
        work.orders.add(an_order("c1"))
        work.annotations.put(Interest("c1", "sea"))
        work.annotations.put(Interest("c2", "Sea", "starred"))
        work.people.merge("c1", "c2")
        work.people.merge("c2", "c3")
        assert [one.customer for one in work.orders.of("c1")] == ["c3"]
        assert work.people.find(Identity("email", "ONE@example.com")) == "c3"
        assert dict(work.people.merged()) == {"c1": "c3", "c2": "c3"}
        found = work.annotations.get("interest", "c3", "sea")
        assert found is not None
        assert found.value == Interest("c3", "sea")  # known earlier than the other
        with pytest.raises(InvalidValue, match="one person already"):
            work.people.merge("c3", "c1")
        work.people.unmerge("c2")
        assert dict(work.people.merged()) == {"c1": "c2"}
        found = work.annotations.get("interest", "c1", "sea")
        assert found is not None
        assert found.value == Interest("c2", "sea", "starred")
        with pytest.raises(InvalidValue, match="not merged into anybody"):
            work.people.unmerge("c3")


def test_a_new_id_carries_everything_and_the_old_one_finds_it() -> None:
    """Whoever is renamed keeps orders, and whoever has an id keeps it."""
    with work_of(MemoryStore()) as work:
        work.orders.add(an_order("c1"), an_order("c2", "2"))
        with pytest.raises(AlreadyTaken, match="The id 'c2' belongs to another customer already"):
            work.people.rename("c1", "c2")
        work.people.rename("c1", 7)
        assert [one.customer for one in work.orders.of("c1")] == ["7"]
        with pytest.raises(AlreadyTaken):
            work.people.rename("c2", "c1")
        work.people.rename("c1", "c1")
        assert work.people.find(Identity("id", "7")) == "c1"


def test_nobody_is_told_of_whom_the_store_does_not_know() -> None:
    """Orders make customers; notes, identities, consents and merging do not."""
    note = Note("n1", "c9", (NoteText("likes blue", NOON, "Kim"),))
    with work_of(MemoryStore()) as work:
        for wrong in (
            lambda: work.people.identify("c9", []),
            lambda: work.people.merge("c9", "c8"),
            lambda: work.people.forget("c9"),
            lambda: work.annotations.put(note),
            lambda: work.annotations.tag(TagChange("c9", "VIP", "added", NOON, by="x", why="y")),
        ):
            with pytest.raises(UnknownName, match="no customer named 'c9'"):
                wrong()
        assert work.last_change() == 0


def test_tags_rest_in_their_own_log() -> None:
    """A customer with tags is refused, and the message says where they belong."""
    with (
        work_of(MemoryStore()) as work,
        pytest.raises(InvalidValue, match=r"tags of a customer rest in the annotations.*\.tag"),
    ):
        work.people.put(Customer("c1", tags=[Tag("VIP")]))


def test_a_change_of_an_order_tells_what_it_was() -> None:
    """The feed has the columns that differ, but never an address."""
    with work_of(MemoryStore()) as work:
        work.orders.add(an_order("c1"))
        work.orders.add(an_order("c1"))
        elsewhere = attrs.evolve(
            an_order("c1", cents=200), shipping_address=Address(street="2 Quai", city="Lyon")
        )
        work.orders.add(elsewhere)
        told = [(one.number, one.repository, one.key, one.what) for one in work.changes()]
        assert told == [
            (1, "people", ("c1",), "added"),
            (2, "orders", ("", "1"), "added"),
            (3, "orders", ("", "1"), "changed"),
        ]
        (change,) = work.changes(since=2)
        assert change.before == {"amount": 100, "city": "Paris"}


def test_the_later_of_two_notes_is_refused() -> None:
    """A note, an interest and a segment have versions; an equal one leaves it."""
    with work_of(MemoryStore()) as work:
        segment = Segment("Big spenders", "total_spent >= 500")
        assert work.annotations.put(segment) == 1
        assert work.annotations.put(segment, version=1) == 1
        respelled = Segment("big-spenders", "total_spent >= 500")
        assert work.annotations.put(respelled, version=1) == 2
        with pytest.raises(StaleWrite, match="version 1 was to be replaced and version 2 is there"):
            work.annotations.put(segment, version=1)
        with pytest.raises(StaleWrite):
            work.annotations.remove(segment, version=1)
        work.annotations.remove(segment, version=2)
        assert work.annotations.get("segment", "Big spenders") is None
        with pytest.raises(UnknownName, match="no kind of annotation named 'notes'"):
            work.annotations.get("notes", "n1")


def test_settings_and_logs_hold_what_json_has() -> None:
    """They come back as JSON has them; what has no JSON is refused and not shown."""
    with work_of(MemoryStore()) as work:
        work.annotations.set("shop", {"currency": "EUR", "zones": ("a", "b")})
        assert work.annotations.setting("shop") == {"currency": "EUR", "zones": ["a", "b"]}
        work.annotations.record("access", {"by": "Kim"})
        assert work.annotations.records("access") == ({"by": "Kim", "at": NOON.isoformat()},)
        with pytest.raises(InvalidValue, match="entry of a log is nothing that JSON has: 'dict'"):
            work.annotations.record("access", {"by": object()})
