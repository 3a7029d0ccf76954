"""Who asks to be gone is gone everywhere, and no total changes."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

import custinsights as ci
from custinsights.domain import Consent, Customer, Identity, Interest
from custinsights.errors import InvalidValue, NaiveTime, UnknownName, WrongKey
from custinsights.privacy import erase, suppress, suppressed
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store
from custinsights.repositories.rows import instant_of
from custinsights.shop import Identities
from tests.privacy.conftest import KEY, LATER, MARKS, fill, order


def exported(store: Store, customer: str) -> str:
    """Return all that rests of somebody, without case."""
    with store.begin(read_only=True) as work:
        rooms = (work.people, work.orders, work.activities, work.annotations)
        told = [room.export(customer) for room in rooms]
        logs = ("access", "erasure", "identity", "rectification", "suppression")
        rest = [[dict(one) for one in work.annotations.records(log)] for log in logs]
        feed = [repr((one.key, one.what, one.before)) for one in work.changes()]
    return json.dumps([told, rest, feed], ensure_ascii=False, default=str).casefold()


def report(store: Store) -> str:
    """Return a report of all orders: by month, country, product, channel, in money and counts."""
    with store.begin(read_only=True) as work:
        found: dict[str, list[object]] = {}
        for batch in work.orders.scan():
            for name in ("amount", "placed_at", "country", "city", "channel", "status"):
                found.setdefault(name, []).extend(batch.orders[name].tolist())
            found.setdefault("lines", []).extend(batch.lines["amount"].tolist())
            found.setdefault("refunds", []).extend(batch.refunds["amount"].tolist())
            owners = batch.orders["customer"].tolist()
            found.setdefault("sizes", []).extend(sorted(map(owners.count, {*owners})))
    return json.dumps(found)


def history(store: Store) -> ci.OrderHistory:
    """Return the orders of a store as a history."""
    told: dict[str, list[Any]] = {}
    with store.begin(read_only=True) as work:
        for batch in work.orders.scan():
            for name in ("customer", "placed_at", "amount", "id", "country"):
                told.setdefault(name, []).extend(batch.orders[name].tolist())
    return ci.OrderHistory.from_arrays(
        customer=told["customer"],
        placed_at=[instant_of(one) for one in told["placed_at"]],
        amount_minor=told["amount"],
        order_id=told["id"],
        country=told["country"],
        currency="EUR",
        timezone="Europe/Paris",
    )


@pytest.mark.covers("M56", "A40")
def test_nothing_of_the_person_is_left(shop: Store) -> None:
    """After erasure no repository, log or feed has any of it, also of who was merged into them."""
    before = exported(shop, "c7")
    assert [mark for mark in MARKS if mark not in before] in ([], ["1122334"])
    with shop.begin(at=LATER) as work:
        done = erase(work, "c7", at=LATER, by="Ada", key=KEY)
    after = exported(shop, done.name)
    assert [mark for mark in MARKS if mark in after] == []
    assert dict(done.removed) == {
        "activities": 2,
        "notes": 1,
        "interests": 1,
        "tags": 1,
        "consents": 1,
        "identities": 4,
    }
    with shop.begin(read_only=True) as work:
        assert work.people.get("c7") is None
        found = work.people.get(done.name)
        assert found is not None
        assert found.value == Customer(done.name)
        assert work.people.find(Identity("email", "anna.marker@example.com")) is None
        assert [*work.people.listed("anna")] == []


@pytest.mark.covers("A40")
def test_no_total_changes(shop: Store) -> None:
    """Orders, lines, refunds and every metric of them are the same to the cent."""
    asked = ["customers", "orders", "revenue", "average_order_value"]
    earlier, before = history(shop), report(shop)
    with shop.begin(at=LATER) as work:
        done = erase(work, "c8", at=LATER, by="Ada", key=KEY)
    assert done.orders_kept == 2
    assert report(shop) == before
    later = history(shop)
    for by in ((), ("month", "customer_type"), ("country",), ("order_number",)):
        assert ci.measure(later, asked, by=by) == ci.measure(earlier, asked, by=by)


def test_others_are_as_they_were(shop: Store) -> None:
    """Erasing somebody takes nothing of anybody else."""
    before = exported_of("bo", shop)
    with shop.begin(at=LATER) as work:
        erase(work, "c7", at=LATER, by="Ada", key=KEY)
    assert exported_of("bo", shop) == before


def exported_of(customer: str, store: Store) -> list[Mapping[str, object]]:
    """Return what the repositories export of somebody."""
    with store.begin(read_only=True) as work:
        rooms = (work.people, work.orders, work.activities, work.annotations)
        return [room.export(customer) for room in rooms]


def test_an_erasure_is_written_down(shop: Store) -> None:
    """The log says when, by whom, why and how much, and nothing of the person."""
    with shop.begin(at=LATER) as work:
        done = erase(work, "c7", at=LATER, by="Ada", key=KEY, why="request 17")
        (entry,) = work.annotations.records("erasure")
    assert (entry["name"], entry["by"], entry["why"]) == (done.name, "Ada", "request 17")
    assert entry["on"] == LATER.isoformat()
    assert entry["removed"] == dict(done.removed)
    assert "c7" not in json.dumps(dict(entry))


@pytest.mark.parametrize(
    "identity",
    [
        Identity("email", " Anna.Marker@EXAMPLE.com"),
        Identity("email", "old.marker@example.com"),
        Identity("phone", "0033611223344"),
        Identity("id", "buyer-9", "etsy"),
        Identity("id", "c7"),
        Identity("id", "c8"),
    ],
    ids=["email", "email of the merged", "phone", "id of a source", "id", "id of the merged"],
)
def test_who_was_erased_is_known_again(shop: Store, identity: Identity) -> None:
    """Each identity of the person, however it is written, leads to the pseudonym and no further."""
    with shop.begin(at=LATER) as work:
        assert identity not in suppressed(work, key=KEY)
        done = erase(work, "c7", at=LATER, by="Ada", key=KEY)
    with shop.begin(read_only=True) as work:
        known = suppressed(work, key=KEY)
        assert known.erased(identity) == done.name
        assert known.why(identity) == {"erased"}
        assert known.erased(Identity("email", "bo@example.com")) is None
        with pytest.raises(WrongKey, match="another key"):
            suppressed(work, key="another key of at least 32 bytes")
    assert "marker" not in repr(known)


def test_a_former_id_is_gone_too(shop: Store) -> None:
    """Somebody who was renamed is not found by any id they had, and known again by each."""
    with shop.begin(at=LATER) as work:
        work.people.rename("c7", "anna.marker@example.com")
        work.people.rename("anna.marker@example.com", "c9")
        done = erase(work, "c9", at=LATER, by="Ada", key=KEY)
        known = suppressed(work, key=KEY)
        for former in ("c7", "anna.marker@example.com", "c9"):
            assert work.people.get(former) is None
            assert known.erased(Identity("id", former)) == done.name


def test_no_id_is_left_of_who_is_gone(empty: Store) -> None:
    """Ids that a person ever had, and those of who was merged into them, are nowhere any more.

    Neither do they find anybody, nor stand in the feed, in logs of others, or in what orders were.
    """
    with empty.begin(at=LATER) as work:
        for one in ("marker-1", "marker-2", "marker-3", "bo"):
            work.people.put(Customer(one))
            work.annotations.put(Interest(one, "blue"))
        for place, one in enumerate(("marker-1", "marker-2", "bo")):
            work.orders.add(order(str(place), one, 2, "9.00", None))
        work.orders.add(order("2", "marker-1", 2, "9.00", None))  # which was Bo's
        work.orders.add(order("1", "bo", 2, "9.00", None))  # and now it is Bo's
    shop = Identities(empty)
    decided: Any = {"by": "marker-1", "at": LATER}  # who decides is no customer, whatever the name
    shop.different("bo", "marker-1", **decided)
    shop.merge("marker-3", "marker-2", **decided)
    shop.merge("marker-2", "marker-1", **decided)
    shop.merge("bo", "marker-1", **decided)
    shop.undo("bo", **decided)
    shop.rename("marker-1", "marker-4", **decided)
    with empty.begin(at=LATER) as work:
        done = erase(work, "marker-3", at=LATER, by="Ada", key=KEY)
    with empty.begin(read_only=True) as work:
        assert [work.people.get(f"marker-{place}") for place in (1, 2, 3, 4)] == [None] * 4
        ids = [one.id for one in work.people.listed()]
        assert ids == ["bo", done.name]
        assert {*work.people.merged().values()} == {done.name}
        [edited] = [one for one in work.changes() if one.before and one.key == ("shopify", "1")]
        assert isinstance(edited.before, Mapping)
        assert edited.before["customer"].startswith("erased-")
        told = [entry for entry in work.annotations.records("identity", "bo") if "from" in entry]
        assert [one["by"] for one in told] == ["marker-1"] * 4  # of each of whom they were one
        assert all(one["from"].startswith("erased-") for one in told)
    found = f"{exported(empty, 'bo')}{exported(empty, done.name)}".replace('"by": "marker-1"', "")
    assert "marker" not in found
    assert Identities(empty).review() == ()
    with empty.begin(at=LATER) as work:
        again = erase(work, done.name, at=LATER, by="Ada", key=KEY)
        assert again.name == done.name
        (first, _) = work.annotations.records("erasure")
        assert sorted(map(str, work.people.merged())) == first["others"]


def test_a_second_erasure_keeps_the_name(shop: Store) -> None:
    """What came to an erased person later can be erased again, under the same pseudonym."""
    with shop.begin(at=LATER) as work:
        done = erase(work, "c7", at=LATER, by="Ada", key=KEY)
        found = work.people.get(done.name)
        assert found is not None
        told = Customer(done.name, email="anna.marker@example.com")
        work.people.put(told, version=found.version)
        again = erase(work, done.name, at=LATER, by="Ada", key=KEY)
    assert again.name == done.name
    assert again.removed["identities"] == 1
    assert not [mark for mark in MARKS if mark in exported(shop, done.name)]


def test_the_name_is_the_same_for_the_same_key(shop: Store) -> None:
    """The pseudonym is worked out of the id and the key, so that two stores of a shop agree."""
    with shop.begin(at=LATER) as work:
        name = erase(work, "c7", at=LATER, by="Ada", key=KEY).name
    assert re.fullmatch("erased-[0-9a-f]{16}", name)
    store = MemoryStore()
    fill(store)
    with store.begin(at=LATER) as work:
        assert erase(work, "c8", at=LATER, by="Bo", key=KEY).name == name


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"customer": "anna.marker@example.com"}, "no customer named 'xxxx.xxxxxx@"),
        ({"by": " "}, "nobody is named"),
        ({"key": "short"}, "too short"),
    ],
)
def test_what_cannot_be_erased_is_refused(shop: Store, asked: dict[str, str], match: str) -> None:
    """Unknown people, nobody who does it and a weak key are refused, and nothing is changed."""
    before = exported(shop, "c7")
    told = {"customer": "c7", "by": "Ada", "key": KEY, **asked}
    with (
        pytest.raises((UnknownName, InvalidValue), match=f"(?i){match}") as refused,
        shop.begin(at=LATER) as work,
    ):
        erase(work, at=LATER, **told)
    assert "marker" not in str(refused.value)
    assert exported(shop, "c7") == before


def test_an_erasure_has_an_instant(shop: Store) -> None:
    """A naive instant is refused."""
    with pytest.raises(NaiveTime, match="instant of an erasure"), shop.begin() as work:
        erase(work, "c7", at=datetime(2024, 1, 1), by="Ada", key=KEY)


def test_an_erasure_that_fails_changes_nothing(shop: Store) -> None:
    """Erasure is all or nothing: what fails after it in the unit of work undoes it."""
    before = exported(shop, "c7")

    def fail() -> None:
        with shop.begin(at=LATER) as work:
            erase(work, "c7", at=LATER, by="Ada", key=KEY)
            work.people.consent(
                Consent(
                    customer="nobody",
                    purpose="offers",
                    channel="sms",
                    granted=True,
                    at=LATER,
                    how="form",
                )
            )

    with pytest.raises(UnknownName, match="nobody"):
        fail()
    assert exported(shop, "c7") == before


@pytest.mark.covers("M57")
def test_who_objects_is_on_the_list(empty: Store) -> None:
    """Somebody who is no customer can be suppressed; the list has their hash and no address."""
    mail = Identity("email", "eve.marker@example.com")
    with empty.begin(at=LATER) as work:
        assert suppress(work, [mail, mail, Identity("email", "none")], key=KEY) == 1
        assert suppress(work, [mail], key=KEY) == 0
        assert suppress(work, [mail], key=KEY, reason="bounced") == 1
        known = suppressed(work, key=KEY)
        assert known.why(mail) == {"objected", "bounced"}
        assert mail in known
        assert known.erased(mail) is None
        assert len(known) == 1
        entries = [dict(one) for one in work.annotations.records("suppression")]
    assert "marker" not in f"{entries}{known}"
