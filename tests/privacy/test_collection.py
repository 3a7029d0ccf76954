"""What a shop does not want to know never gets into its store, by no way."""

import attrs
import pytest

from custinsights.domain import Activity, Address, Customer, Identity, Money
from custinsights.errors import InvalidValue, StaleWrite, UnknownName
from custinsights.privacy import CHOSEN_FROM, Collection, collecting
from custinsights.repositories.order_rows import batch_of, orders_of
from custinsights.repositories.protocols import Store
from custinsights.repositories.rows import activity_batch_of, people_batch_of
from tests.privacy.conftest import ANNA, HOME, NOON, order

LEAN = Collection(["Customer.email", "Order.shipping_address", "Address.city", "Address.country"])
ALL = Collection(CHOSEN_FROM)
BID = Activity("c7", NOON, "bid", subject="lot-secret", amount=Money(90, "EUR"), id="a1")


@pytest.mark.covers("M55")
def test_only_what_is_wanted_is_left() -> None:
    """Fields that are not on the list are empty afterwards, and counted."""
    left = LEAN.of(ANNA)
    assert left.kept == Customer("c7", email=ANNA.email)
    assert left.dropped == {
        "Customer.name": 1,
        "Customer.phone": 1,
        "Customer.created_at": 1,
        "Customer.acquisition_channel": 1,
        "Customer.addresses": 1,
        "Customer.birthday": 1,
        "Customer.attributes": 2,
    }
    assert "marker" not in repr(left).casefold()


def test_an_order_stays_an_order() -> None:
    """Ids, amounts, lines and instants of an order are always collected."""
    told = order("1", "c7", 1, "45.00")
    left = LEAN.of(told)
    assert left.kept == attrs.evolve(
        told, shipping_address=Address(city="Lyon", country="FR"), billing_address=None
    )
    assert left.dropped["Order.billing_address"] == 1
    assert left.dropped["Address.street"] == 1
    assert Collection([]).of(told).kept == attrs.evolve(
        told, shipping_address=None, billing_address=None
    )


def test_who_wants_everything_gets_it() -> None:
    """A list of all fields drops nothing."""
    for thing in (ANNA, HOME, BID, order("1", "c7", 1, "45.00"), "a text", None):
        left = ALL.of(thing)
        assert left.kept is thing
        assert left.dropped == {}


def test_single_attributes_can_be_wanted() -> None:
    """Of attributes and labels some can be kept by their names."""
    left = Collection(["Customer.attributes.vip"]).of(ANNA)
    assert dict(left.kept.attributes) == {"vip": True}
    assert left.dropped["Customer.attributes"] == 1


def test_an_address_without_anything_is_none() -> None:
    """Where nothing of an address is wanted there is none."""
    assert Collection(["Customer.addresses"]).of(ANNA).kept.addresses == ()
    assert (
        Collection(["Order.billing_address"]).of(order("1", "c7", 1, "9")).kept.billing_address
        is None
    )


def test_a_batch_is_collected_as_its_objects_are() -> None:
    """Batches and objects leave the same, counted the same."""
    orders = [order("1", "c7", 1, "45.00"), order("2", "c7", 3, "10.10", None)]
    lean = Collection(["Order.shipping_address", "Address.street"])
    left = lean.of_batch(batch_of(orders))
    told = [lean.of(one).kept for one in orders]
    for found, wanted in zip(orders_of(left.kept), told, strict=True):
        assert found.shipping_address == wanted.shipping_address
        assert found.billing_address is None
        assert found.amount == wanted.amount
    assert left.kept.orders["city"].tolist() == [None, None]
    assert left.kept.orders["addresses"].tolist() == [
        {"shipping": {"street": HOME.street}},
        None,
    ]
    assert left.dropped["Order.billing_address"] == 1


def test_batches_of_people_and_activities_are_emptied() -> None:
    """Columns that are not wanted hold nothing, of whatever kind they are."""
    people = LEAN.of_batch(people_batch_of([attrs.evolve(ANNA, tags=()), Customer("bo")]))
    columns = people.kept.people
    empty = people_batch_of([Customer("c7"), Customer("bo")]).people
    for name in ("created_at", "birthday", "latitude", "longitude", "acquisition_channel"):
        wanted = pytest.approx(empty[name].tolist(), nan_ok=True)
        assert columns[name].tolist() == wanted
    assert columns["city"].tolist() == ["Lyon", None]
    assert people.dropped["Customer.birthday"] == people.dropped["Address.latitude"] == 1
    assert people.dropped["Customer.attributes"] == 2
    done = LEAN.of_batch(activity_batch_of([BID], ""))
    assert done.kept.activities["subject"].tolist() == [None]
    assert done.kept.activities["kind"].tolist() == ["bid"]
    assert done.dropped == {"Activity.subject": 1, "Activity.amount": 1}
    assert LEAN.of_batch("no batch").kept == "no batch"


@pytest.mark.covers("M55")
def test_nothing_else_gets_into_the_store(empty: Store) -> None:
    """By put, write, identify, add and batches only what is wanted comes in, and it is counted."""
    store = collecting(empty, LEAN)
    with store.begin(at=NOON) as work:
        work.people.put(attrs.evolve(ANNA, tags=()))
        bo = Customer("bo", name="Bo Marker")
        work.people.write([bo], [("bo", Identity("phone", "+33 6 11 22 33 45"))])
        work.people.identify(
            "bo", [Identity("email", "bo@example.com"), Identity("id", "7", "etsy")]
        )
        work.orders.add(order("1", "c7", 1, "45.00"))
        work.orders.write(batch_of([order("2", "c7", 3, "10.10")]))
        work.activities.add(BID)
        work.activities.write(activity_batch_of([attrs.evolve(BID, id="a2")], ""))
    with store.begin(read_only=True) as work:
        rooms = (work.people, work.orders, work.activities)
        told = str([room.export(one) for room in rooms for one in ("c7", "bo")]).casefold()
        (entry,) = work.annotations.records("collection")
        kinds = [(one.kind, one.source) for one in work.people.identities("bo")]
    assert "bo@example.com" in told
    for mark in ("markername", "bo marker", "street", "11 22 33", "1980", "lot-secret", "etsy.com"):
        assert mark not in told
    assert sorted(kinds) == [("email", ""), ("id", "etsy")]
    dropped = entry["dropped"]
    assert dropped["Customer.name"] == 2
    assert dropped["Customer.phone"] == 2
    assert dropped["Order.billing_address"] == 2
    assert dropped["Activity.subject"] == 2


def test_a_unit_of_work_that_drops_nothing_logs_nothing(empty: Store) -> None:
    """Units of work that dropped something and were kept have an entry, and so have commits."""
    store = collecting(empty, LEAN)
    with store.begin(at=NOON) as work:
        work.people.put(Customer("c1", email="a@example.com"))
    with pytest.raises(StaleWrite, match="'c2' was changed"), store.begin(at=NOON) as work:
        work.people.put(Customer("c2", name="Marker"), version=3)
    with store.begin(at=NOON) as work:
        assert work.annotations.records("collection") == ()
        work.people.put(Customer("c3", name="Marker"))
        work.commit()
        work.people.put(Customer("c4", email="b@example.com"))
    with store.begin(read_only=True) as work:
        assert len(work.annotations.records("collection")) == 1
        assert work.people.get("c2") is None
    store.close()


@pytest.mark.parametrize("name", ["Customer.mail", "Customer.id", "Order.total", "email", 7])
def test_a_field_to_collect_is_one(name: str) -> None:
    """What is no field to choose is refused with those that are."""
    with pytest.raises(UnknownName, match="no field to collect named"):
        Collection([name])


def test_degrees_come_in_pairs() -> None:
    """Latitude and longitude are wanted both or not at all."""
    with pytest.raises(InvalidValue, match="Only one of latitude and longitude"):
        Collection(["Address.latitude"])
