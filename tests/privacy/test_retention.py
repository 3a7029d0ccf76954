"""What has been kept for long enough goes, and nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import event

from custinsights.domain import Activity, Consent, Customer, Note, NoteText
from custinsights.errors import InvalidValue, NaiveTime, UnknownName
from custinsights.privacy import RetentionRule, due, erase, retain
from custinsights.repositories.protocols import Store
from custinsights.repositories.sql import open_store
from tests.privacy.conftest import HOME, KEY, MARKS, NOON, order

DAY = timedelta(days=1)
GONE = RetentionRule("people", 365, "a year after the last contact")


def days(customer: str, *ages: int) -> list[Activity]:
    """Return visits so many days after noon."""
    return [Activity(customer, NOON + age * DAY, "visit", id=f"{customer}{age}") for age in ages]


def told(store: Store, *rules: RetentionRule, day: int) -> list[tuple[str, str, int]]:
    """Return what is due so many days after noon."""
    with store.begin(read_only=True) as work:
        found = due(work, rules, as_of=NOON + day * DAY)
    return [(one.rule.about, one.customer, one.count) for one in found]


def people(store: Store) -> None:
    """Write people who were last heard of in different ways."""
    with store.begin(at=NOON) as work:
        names = ("buyer", "visitor", "prospect", "undated", "talker")
        work.people.write([Customer(one) for one in names])
        found = work.people.get("prospect")
        assert found is not None
        work.people.put(attrs.evolve(found.value, created_at=NOON + DAY), version=found.version)
        work.orders.add(order("1", "buyer", 5, "9.00"))
        work.activities.add(*days("visitor", 0, 2), *days("talker", 0))
        work.people.consent(
            Consent(
                customer="talker",
                purpose="offers",
                channel="sms",
                granted=False,
                at=NOON + 3 * DAY,
                how="STOP",
            )
        )


def test_people_are_due_after_their_last_contact(empty: Store) -> None:
    """Orders, activities, words on consents and acquaintance count; who is undated is never due."""
    people(empty)
    assert told(empty, GONE, day=364) == []
    assert told(empty, GONE, day=365) == [("people", "buyer", 1)]
    after = {day: {who for _, who, _ in told(empty, GONE, day=day)} for day in (366, 367, 368, 999)}
    assert after[366] == {"buyer", "prospect"}
    assert after[367] == {"buyer", "prospect", "visitor"}
    assert after[368] == after[999] == {"buyer", "prospect", "visitor", "talker"}


def test_who_is_due_is_erased_once(shop: Store) -> None:
    """Retention erases as a request does, logs it, and has nothing to do afterwards."""
    with shop.begin(at=NOON) as work:
        done = retain(work, [GONE], as_of=NOON + 400 * DAY, by="nightly", key=KEY)
    assert done == {"people": 2}
    with shop.begin(at=NOON) as work:
        assert retain(work, [GONE], as_of=NOON + 500 * DAY, by="nightly", key=KEY) == {}
        erasures = work.annotations.records("erasure")
        (entry,) = work.annotations.records("retention")
        names = [entry["name"] for entry in erasures]
        held = [room.export(one) for one in names for room in (work.people, work.orders)]
    assert {one["why"] for one in erasures} == {GONE.name}
    assert (entry["rule"], entry["removed"], entry["by"]) == (GONE.name, 2, "nightly")
    assert not [mark for mark in MARKS if mark in f"{held}{erasures}{entry}".casefold()]


def test_who_was_erased_is_not_due(shop: Store) -> None:
    """Somebody who was erased on request is left alone by the rules."""
    with shop.begin(at=NOON) as work:
        erase(work, "c7", at=NOON, by="Ada", key=KEY)
    assert told(shop, GONE, day=999) == [("people", "bo", 1)]


def test_addresses_go_after_the_last_order(empty: Store) -> None:
    """All addresses of the orders go when the last order is old enough; orders stay."""
    rule = RetentionRule("addresses", 30)
    with empty.begin(at=NOON) as work:
        work.people.write([Customer("a"), Customer("b"), Customer("c")])
        work.orders.add(order("1", "a", 1, "9.00"), order("2", "a", 20, "9.00"))
        work.orders.add(order("3", "b", 2, "9.00"), order("4", "c", 2, "9.00", None))
    assert told(empty, rule, day=29) == [("addresses", "b", 1)]
    assert told(empty, rule, day=45) == [("addresses", "a", 2), ("addresses", "b", 1)]
    with empty.begin(at=NOON) as work:
        assert retain(work, [rule], as_of=NOON + 29 * DAY, by="Ada", key=KEY) == {"addresses": 1}
        kept = [one for name in "abc" for one in work.orders.of(name)]
    streets = {one.id: one.shipping_address and one.shipping_address.street for one in kept}
    assert streets == {"1": HOME.street, "2": HOME.street, "3": None, "4": None}
    assert told(empty, rule, day=29) == []


def test_old_activities_go_and_young_ones_stay(empty: Store) -> None:
    """Of each customer the activities go that are old enough, with their sources kept apart."""
    rule = RetentionRule("activities", 10)
    with empty.begin(at=NOON) as work:
        work.people.write([Customer("a"), Customer("b")])
        work.activities.add(*days("a", 0, 1, 5), source="etsy")
        work.activities.add(*days("b", 4), source="shop")
        before = work.activities.of("a")
    assert told(empty, rule, day=11) == [("activities", "a", 2)]
    with empty.begin(at=NOON) as work:
        assert retain(work, [rule], as_of=NOON + 11 * DAY, by="Ada", key=KEY) == {"activities": 2}
        assert work.activities.of("a") == before[2:]
        assert len(work.activities.of("b")) == 1
        sources = [one for batch in work.activities.scan() for one in batch.activities["source"]]
    assert sources == ["etsy", "shop"]


def test_old_notes_go_by_their_last_words(empty: Store) -> None:
    """A note goes when what it says last is old enough."""
    rule = RetentionRule("notes", 10)
    with empty.begin(at=NOON) as work:
        work.people.write([Customer("a")])
        work.annotations.put(Note("n1", "a", [NoteText("old", NOON, "Ada")]))
        second = Note("n2", "a", [NoteText("old", NOON, "Ada")])
        work.annotations.put(second.edited("new", at=NOON + 9 * DAY, by="Ada"))
    assert told(empty, rule, day=10) == [("notes", "a", 1)]
    with empty.begin(at=NOON) as work:
        assert retain(work, [rule], as_of=NOON + 10 * DAY, by="Ada", key=KEY) == {"notes": 1}
        assert [one.value for one in work.annotations.of("a", "note")] == [
            second.edited("new", at=NOON + 9 * DAY, by="Ada")
        ]


def test_to_ask_what_is_due_changes_nothing(shop: Store) -> None:
    """`due` answers in a unit of work that cannot write, rule by rule, and shows no contact."""
    rules = [RetentionRule(about, 10) for about in ("notes", "activities", "addresses", "people")]
    with shop.begin(read_only=True) as work:
        last = work.last_change()
        found = due(work, rules, as_of=NOON + 99 * DAY)
        assert work.last_change() == last
    assert [one.rule.about for one in found] == [
        *("notes", "activities", "activities", "addresses", "people", "people")
    ]
    assert "marker" not in repr(found).casefold()


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"about": "peple"}, UnknownName), ({"days": 0}, InvalidValue), ({"name": 5}, InvalidValue)],
)
def test_a_rule_says_something(wrong: dict[str, Any], error: type[Exception]) -> None:
    """An unknown subject and a time that is none are refused."""
    with pytest.raises(
        error, match=r"Did you mean 'people'|days of a RetentionRule|5 was given; allowed is a text"
    ):
        RetentionRule(**{"about": "people", "days": 9, **wrong})


def test_what_is_no_rule_is_refused(shop: Store) -> None:
    """Something else than a rule, a naive instant and a weak key are refused."""
    with shop.begin(at=NOON) as work:
        with pytest.raises(InvalidValue, match="how long something is kept"):
            due(work, ["people"], as_of=NOON)  # type: ignore[list-item]
        with pytest.raises(NaiveTime, match="retention rules"):
            due(work, [GONE], as_of=datetime(2024, 1, 1))
        with pytest.raises(InvalidValue, match="too short"):
            retain(work, [GONE], as_of=datetime(2030, 1, 1, tzinfo=UTC), by="Ada", key="short")


def test_however_many_go_the_lists_are_read_once(tmp_path: Path) -> None:
    """Who was erased and suppressed before is read once, and each person costs the same."""
    store = open_store(tmp_path / "shop.db")
    asked: list[str] = []

    def noted(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(store._engine, "before_cursor_execute", noted)
    of_lists, of_each = [], []
    for turn, many in enumerate((2, 4, 8)):
        names = [f"p{turn}{one}" for one in range(many)]
        with store.begin(at=NOON) as work:
            work.people.write(
                Customer(one, email=f"{one}@example.com", created_at=NOON) for one in names
            )
        asked.clear()
        with store.begin(at=NOON) as work:
            gone = retain(work, [GONE], as_of=NOON + 400 * DAY, by="Bo", key=KEY)
        assert gone == {"people": many}
        of_lists.append(sum(one.startswith("SELECT logs.person, logs.at") for one in asked))
        of_each.append(len(asked) / many)
    store.close()
    assert of_lists == [of_lists[0]] * 3
    assert of_each == sorted(of_each, reverse=True)
