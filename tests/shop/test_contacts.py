"""A name, an address or a number stands as its source tells it last, and is nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

import custinsights as ci
from custinsights import privacy
from custinsights.domain import Customer, Identity
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store
from custinsights.shop.import_report import ImportReport
from custinsights.shop.importing import import_customers, import_orders
from tests.shop.test_importing import changes, csv

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HEAD = "order_id,customer,email,phone,name,placed_at,amount\n"
OPTIONS: dict[str, Any] = {"currency": "EUR", "timezone": "UTC", "source": "etsy", "at": NOON}
JANUARY = f"{HEAD}1,7,ada@example.com,+33612345678,Ada,2024-01-05,10\n"
FEBRUARY = f"""{HEAD}1,7,a.ray@example.com,+33612345678,Ada Ray,2024-01-05,10
2,8,,,Bo,2024-02-01,5
"""
"""The February export tells the same order of customer 7 with another address and name."""


@pytest.fixture
def store(empty_store: Store) -> Store:
    """A store in which nothing is yet."""
    return empty_store


def bring(store: Store, text: str, **options: Any) -> ImportReport:
    """Import an export of Etsy's."""
    return import_orders(store, csv(text), **{**OPTIONS, **options})


def contacts(store: Store, own: str = "7") -> tuple[str | None, str | None, str | None]:
    """Return the name, the address and the number of a customer."""
    with store.begin(read_only=True) as work:
        found = work.people.get(own)
    assert found is not None
    return found.value.name, found.value.email, found.value.phone


def finds(store: Store, email: str) -> object:
    """Return whom an address finds."""
    with store.begin(read_only=True) as work:
        return work.people.find(Identity("email", email))


def log(store: Store) -> list[tuple[str, str, list[str]]]:
    """Return what the log of contacts tells."""
    with store.begin(read_only=True) as work:
        entries = work.annotations.records("contacts")
    return [(one["customer"], one["what"], one["fields"]) for one in entries]


def test_a_later_export_tells_contacts_anew(store: Store) -> None:
    """What the same source tells later of the same id stands; old and new address find them."""
    bring(store, JANUARY)
    report = bring(store, FEBRUARY)
    assert contacts(store) == ("Ada Ray", "a.ray@example.com", "+33612345678")
    assert (report.customers_changed, report.customers_kept) == (1, 0)
    assert "1 told anew" in str(report)
    assert log(store) == [("7", "changed", ["name", "email"])]
    assert finds(store, "ada@example.com") == finds(store, "a.ray@example.com") == "7"


def test_the_same_or_an_older_export_changes_nothing(store: Store) -> None:
    """Neither a second import nor an older one, nor one that overlaps, takes a contact back."""
    bring(store, JANUARY)
    bring(store, FEBRUARY)
    before, number, told = contacts(store), changes(store), log(store)
    for again in (FEBRUARY, JANUARY, FEBRUARY):
        assert bring(store, again).changes_nothing
    assert (contacts(store), changes(store), log(store)) == (before, number, told)


@pytest.mark.parametrize("turn", [*permutations(range(3))], ids=str)
def test_contacts_come_in_any_order(turn: tuple[int, ...]) -> None:
    """In whatever order exports come in, that which was watched until last is believed."""
    later = f"{HEAD}3,7,new@example.com,+33612345678,Ada R.,2024-03-01,10\n"
    store = MemoryStore()
    for one in turn:
        bring(store, (JANUARY, FEBRUARY, later)[one])
    assert contacts(store) == ("Ada R.", "new@example.com", "+33612345678")


def test_an_export_of_the_same_day_is_believed_when_it_comes_later() -> None:
    """Of equal ones that one is believed which is imported later, as with orders."""
    store = MemoryStore()
    bring(store, JANUARY)
    bring(store, JANUARY.replace("ada@", "new@"))
    assert contacts(store)[1] == "new@example.com"
    bring(store, JANUARY, observed_until="2024-01-05T12:00Z")
    assert contacts(store)[1] == "new@example.com"


def test_what_is_corrected_by_hand_stays(store: Store) -> None:
    """A field that the shop corrected stays, also a blank one; the import says that it does."""
    bring(store, JANUARY)
    shop = ci.open_shop(store)
    told: dict[str, Any] = {"at": NOON, "by": "Bo", "email": "right@example.com", "phone": None}
    shop.personal_data.rectify("7", **told)
    report = bring(store, FEBRUARY)
    assert contacts(store) == ("Ada Ray", "right@example.com", None)
    assert (report.customers_changed, report.customers_kept) == (1, 1)
    assert "1 with contacts told otherwise, which stay" in str(report)
    account = Customer("7", email="table@example.com", attributes={"vip": False, "size": 9})
    shop.set_status("7", "vip", on=True, at=NOON, by="Bo")
    assert import_customers(store, [account], source="etsy", at=NOON + DAY).customers_kept == 1
    assert contacts(store)[1] == "right@example.com"
    assert shop.customer("7").attributes == {"vip": True, "size": 9}


def test_another_source_only_fills(store: Store) -> None:
    """What another system tells of somebody fills what is blank, and is said where it differs."""
    bring(store, JANUARY.replace("Ada", ""))
    head = "order_id,email,phone,name,placed_at,amount\n"
    fair = f"{head}1,ADA@example.com,+4912345678,A. R.,2024-02-01,5\n"
    for _ in range(2):
        report = import_orders(store, csv(fair), **{**OPTIONS, "source": "fair"})
        assert report.customers_kept == 1
    assert contacts(store) == ("A. R.", "ada@example.com", "+33612345678")
    assert log(store) == [("7", "kept", ["phone"])]
    bring(store, JANUARY.replace("+33612345678", "+33612345679").replace("Ada", ""))
    assert contacts(store)[2] == "+33612345679"
    assert import_orders(store, csv(fair), **{**OPTIONS, "source": "fair"}).changes_nothing


def test_a_table_of_customers_is_not_taken_back_by_older_orders(store: Store) -> None:
    """A table is believed before orders that were watched for less long, and not before newer."""
    bring(store, JANUARY)
    table = [Customer("7", email="table@example.com")]
    assert import_customers(store, table, source="etsy", at=NOON).changed == 1
    for older in (JANUARY, FEBRUARY):
        bring(store, older)
        assert contacts(store)[1] == "table@example.com"
    bring(store, FEBRUARY, observed_until="2024-04-01")
    assert contacts(store)[1] == "a.ray@example.com"
    report = import_customers(store, table, source="etsy", observed_until=NOON)
    assert (report.changes_nothing, report.customers_kept) == (True, 1)


def test_an_older_table_takes_nothing_back() -> None:
    """Of two tables that one is believed which was made later, in whatever order they come."""
    store = MemoryStore()
    for day, email in ((2, "late@example.com"), (1, "early@example.com")):
        table = [Customer("7", name="Ada", email=email)]
        import_customers(store, table, at=NOON + 9 * DAY, observed_until=NOON + day * DAY)
    assert contacts(store)[1] == "late@example.com"


def test_who_was_merged_is_told_anew_as_themselves(store: Store) -> None:
    """What one of two who are one is told goes with them when it is undone."""
    bring(store, FEBRUARY)
    shop = ci.open_shop(store)
    shop.identities.merge("8", "7", by="Bo", at=NOON)
    march = "3,8,bo@example.com,,Bo Ek,2024-03-01,10\n"
    number = changes(store)
    assert bring(store, FEBRUARY).changes_nothing
    assert changes(store) == number
    bring(store, FEBRUARY + march)
    assert contacts(store)[:2] == ("Ada Ray", "a.ray@example.com")
    shop.identities.undo("8", by="Bo", at=NOON)
    assert contacts(store)[:2] == ("Ada Ray", "a.ray@example.com")
    assert contacts(store, "8")[:2] == ("Bo Ek", "bo@example.com")


def test_who_was_erased_is_not_told_anew(store: Store) -> None:
    """Neither by the former nor by today's address does somebody come back who was erased."""
    bring(store, JANUARY)
    bring(store, FEBRUARY)
    shop, key = ci.open_shop(store), privacy.generate_key()
    name = shop.personal_data.erase("7", at=NOON, by="Bo", key=key).name
    for email in ("ada@example.com", "a.ray@example.com"):
        guest = f"order_id,email,name,placed_at,amount\n9,{email},Ada,2024-03-01,10\n"
        shop.imports.orders(csv(guest), key=key, currency="EUR", timezone="UTC", source="fair")
    shop.imports.orders(csv(FEBRUARY.replace("a.ray", "third")), key=key, **OPTIONS)
    assert contacts(store, name) == (None, None, None)
    assert {str(one.id) for one in shop.customers()} == {name, "8"}
    assert [entry.keys() for entry in shop_records(store)] == [{"at", "customer"}]


def shop_records(store: Store) -> list[Any]:
    """Return the entries of the log of contacts."""
    with store.begin(read_only=True) as work:
        return [*work.annotations.records("contacts")]


def test_who_objected_by_a_former_address_is_not_written_to() -> None:
    """An objection is heard under whatever address the customer has today."""
    store, key = MemoryStore(), privacy.generate_key()
    bring(store, JANUARY)
    shop = ci.open_shop(store)
    shop.personal_data.suppress([Identity("email", "ada@example.com")], at=NOON, key=key)
    bring(store, FEBRUARY)
    shop.sign_up("a.ray@example.com", at=NOON, how="form")
    assert not len(shop.exports.customers("email_list", key=key))


def test_a_former_address_is_nobody_elses_yes(store: Store) -> None:
    """A sign-up with an address that somebody had before is that of somebody else."""
    bring(store, JANUARY)
    shop = ci.open_shop(store)
    shop.personal_data.rectify("7", at=NOON, by="Bo", email="right@example.com")
    signed = shop.sign_up("ada@example.com", at=NOON, how="form")
    assert (signed.id, signed.email) == ("c1", "ada@example.com")
    assert [row["email"] for row in shop.exports.customers("email_list").to_dicts()] == [
        "ada@example.com"
    ]
    assert (finds(store, "ADA@example.com"), finds(store, "right@example.com")) == ("c1", "7")
    assert shop.sign_up("ada@example.com", at=NOON, how="form").id == "c1"


def test_orders_of_guests_are_not_those_of_who_had_the_address(store: Store) -> None:
    """A guest's order goes to a new customer; that which was imported already stays as it is."""
    guest = "order_id,email,placed_at,amount\n1,di@example.com,2024-01-05,10\n"
    told = {**OPTIONS, "source": "till"}
    import_orders(store, csv(guest), **told)
    shop = ci.open_shop(store)
    shop.personal_data.rectify("c1", at=NOON, by="Bo", email="cy@example.com")
    assert import_orders(store, csv(guest), **told).changes_nothing
    more = guest.replace("1,di", "2,di")
    assert import_orders(store, csv(more), **told).new_customers == 1
    assert import_orders(store, csv(more), **told).changes_nothing
    with store.begin(read_only=True) as work:
        assert [str(one.id) for one in work.orders.of("c1")] == ["1"]
        assert [str(one.id) for one in work.orders.of("c2")] == ["2"]
