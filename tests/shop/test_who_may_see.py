"""Nobody reads anything of a shop without a permission, by whatever method, now or later."""

import importlib
import pickle
import pkgutil
import struct
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import attrs
import numpy as np
import pytest

import custinsights as ci
from custinsights import shop
from custinsights.domain import Customer, Product, Segment, TagBook
from custinsights.domain.identities import Identity
from custinsights.errors import AccessRefused
from custinsights.privacy import Access, RetentionRule
from custinsights.repositories.memory import MemoryStore
from custinsights.shop.shop import Shop
from tests.privacy.conftest import KEY, LATER, fill, order

AS_OF = LATER + timedelta(days=1)
BY: dict[str, Any] = {"at": LATER, "by": "Kim"}
RULES = [RetentionRule("notes", 36_500)]
ORDERS = b"Order,Buyer,Date,Total\n90,marker@example.org,2024-03-01,5.00\n"
COLUMNS = {"order_id": "Order", "customer": "Buyer", "placed_at": "Date", "total": "Total"}
VISITS = b"customer,at,kind\nc7,2024-03-01T12:00:00Z,visit\n"

# A call of everything public that a shop and its parts offer to who has an access.
CALLS: dict[str, Callable[[Shop], Any]] = {
    "Shop.begin": lambda shop: shop.begin(read_only=True),
    "Shop.history": lambda shop: shop.history(),
    "Shop.history_of": lambda shop: shop.history_of("c7"),
    "Shop.customer": lambda shop: shop.customer("c7"),
    "Shop.add_customer": lambda shop: shop.add_customer(
        Customer("c9", name="Eve Markername"), **BY
    ),
    "Shop.set_status": lambda shop: shop.set_status("c7", "vip", on=False, **BY),
    "Shop.free_id": lambda shop: shop.free_id(),
    "Shop.sign_up": lambda shop: shop.sign_up("anna.marker@example.com", at=LATER, how="form"),
    "Shop.refresh_cuts": lambda shop: shop.refresh_cuts(),
    "Shop.cuts": lambda shop: shop.cuts(),
    "Shop.profile": lambda shop: shop.profile("c7", as_of=AS_OF),
    "Shop.customers": lambda shop: shop.customers(),
    "Notes.of": lambda shop: shop.notes.of("c7"),
    "Notes.add": lambda shop: shop.notes.add("c7", "called twice", **BY),
    "Notes.edit": lambda shop: shop.notes.edit("n1", "Ms Markername left", **BY),
    "Notes.delete": lambda shop: shop.notes.delete("n1", **BY),
    "Tags.book": lambda shop: shop.tags.book(),
    "Tags.add": lambda shop: shop.tags.add("local", "c7", why="Anna Marker asked", **BY),
    "Tags.remove": lambda shop: shop.tags.remove("VIP", "c7", why="Anna Marker asked", **BY),
    "Tags.write": lambda shop: shop.tags.write(book_of(shop)),
    "Interests.of": lambda shop: shop.interests.of("c7"),
    "Interests.set": lambda shop: shop.interests.set("c7", "red", at=LATER),
    "Interests.set_department": lambda shop: shop.interests.set_department("c7", "Art", at=LATER),
    "Interests.remove": lambda shop: shop.interests.remove("c8", "markerism", at=LATER),
    "SavedSegments.all": lambda shop: shop.segments.all(),
    "SavedSegments.put": lambda shop: shop.segments.put(Segment("best", "order_count > 1")),
    "SavedSegments.remove": lambda shop: shop.segments.remove("kept"),
    "Imports.orders": lambda shop: shop.imports.orders(
        BytesIO(ORDERS), at=LATER, source="web", columns=COLUMNS
    ),
    "Imports.customers": lambda shop: shop.imports.customers([Customer("5", name="Marker")]),
    "Imports.activities": lambda shop: shop.imports.activities(
        ci.read_activities(BytesIO(VISITS), timezone="UTC")
    ),
    "Imports.products": lambda shop: shop.imports.products([Product("p1")]),
    "Exports.customers": lambda shop: shop.exports.customers(),
    "Exports.orders": lambda shop: shop.exports.orders(fields=["id", "customer", "shipping_city"]),
    "Recommending.of": lambda shop: shop.recommendations.of("c7", candidates=[Product("p1")]),
    "Identities.matches": lambda shop: shop.identities.matches(),
    "Identities.review": lambda shop: shop.identities.review(),
    "Identities.merge_same": lambda shop: shop.identities.merge_same(**BY),
    "Identities.merge": lambda shop: shop.identities.merge("bo", "c7", **BY),
    "Identities.different": lambda shop: shop.identities.different("bo", "c7", **BY),
    "Identities.undo": lambda shop: shop.identities.undo("c8", **BY),
    "Identities.rename": lambda shop: shop.identities.rename("c7", "anna", **BY),
    "Identities.log": lambda shop: shop.identities.log("bo"),
    "PersonalData.export": lambda shop: shop.personal_data.export("c7", at=LATER),
    "PersonalData.rectify": lambda shop: shop.personal_data.rectify("c7", name="A", **BY),
    "PersonalData.erase": lambda shop: shop.personal_data.erase("c7", key=KEY, **BY),
    "PersonalData.suppressed": lambda shop: shop.personal_data.suppressed(key=KEY),
    "PersonalData.suppress": lambda shop: shop.personal_data.suppress(
        [Identity("email", "anna.marker@example.com")], at=LATER, key=KEY
    ),
    "PersonalData.due": lambda shop: shop.personal_data.due(RULES, as_of=LATER),
    "PersonalData.retain": lambda shop: shop.personal_data.retain(
        RULES, as_of=LATER, by="Kim", key=KEY
    ),
    "PersonalData.preferences": lambda shop: shop.personal_data.preferences("c7", at=LATER),
    "PersonalData.choose": lambda shop: shop.personal_data.choose(
        "c7", {"offers": {"sms": True}}, at=LATER, how="form"
    ),
    "PersonalData.unsubscribe": lambda shop: shop.personal_data.unsubscribe(
        "c7", at=LATER, how="link"
    ),
}

# What only hands the access on, or shows nothing.
OPEN = {
    "Shop": {"close", "seen_by", "notes", "tags", "interests", "segments", "imports", "exports"}
    | {"identities", "personal_data", "recommendations"}
}
NEED_BOTH = {
    *("Shop.begin", "Shop.sign_up", "Tags.write", "Exports.customers", "PersonalData.export"),
    *(f"PersonalData.{name}" for name in ("rectify", "erase", "suppressed", "suppress")),
    *("PersonalData.due", "PersonalData.retain"),
}
"""What is of no use to who may not see contacts, and so refused."""

MARKS = (
    *("markername", "marker@", "anna marker", "marker-old", "markerstreet", "marker1"),
    *("11 22 33", "1122334", "likes blue", "signed", "marker ltd"),
)
IN_BYTES = (b"\x07\xbc\x04\x05", struct.pack(">d", 45.7512345), struct.pack("<d", 45.7512345))
"""A birthday and a latitude, as they are pickled."""


IDS = ("eve.marker@id.example", "ann.marker@id.example")
"""Ids that are contacts, and of one shape."""


def book_of(shop: Shop) -> TagBook:
    """Return the tags that rest in a shop, without asking who may see them."""
    with shop.store.begin(read_only=True) as work:
        return TagBook(work.annotations.tag_changes())


def kinds() -> Iterator[type]:
    """Yield every class of the room that is told who asks."""
    for found in pkgutil.walk_packages(shop.__path__, "custinsights.shop."):
        module = importlib.import_module(found.name)
        for one in vars(module).values():
            is_own = isinstance(one, type) and one.__module__ == found.name and attrs.has(one)
            if is_own and any(field.name == "access" for field in attrs.fields(one)):
                yield one


def test_every_method_is_called_here() -> None:
    """What a shop or a part of it offers publicly is in the table above, or is known as open."""
    offered = {
        f"{one.__name__}.{name}"
        for one in kinds()
        for name in vars(one)
        if not name.startswith("_")
        and name not in {field.name for field in attrs.fields(one)}
        and name not in OPEN.get(one.__name__, ())
    }
    assert offered == {*CALLS}


def opened(permissions: set[str] | None) -> Shop:
    """Open a shop of Anna and Bo for who has some permissions."""
    store = MemoryStore()
    fill(store)
    with store.begin(at=LATER) as work:
        work.orders.add(*(order(one[0], one, 5, "9.00") for one in IDS))
        work.annotations.record("identity", {"what": "renamed", "id": IDS[0], "by": "Kim"})
    whole = ci.open_shop(store, currency="EUR", timezone="UTC")
    whole.segments.put(Segment("kept", "order_count > 0"))
    whole.refresh_cuts()
    return whole.seen_by(None if permissions is None else Access(permissions, who="Cy"), at=LATER)


def log(of: Shop) -> list[Any]:
    """Return the log of access."""
    with of.store.begin(read_only=True) as work:
        return [dict(one) for one in work.annotations.records("access")]


@pytest.mark.covers("P01", "A39")
@pytest.mark.parametrize("call", CALLS)
def test_nothing_is_read_without_the_permission(call: str) -> None:
    """Who may not read customers is refused, which is written down, and nothing is changed."""
    own = opened({"billing"})
    with own.store.begin(read_only=True) as work:
        last = work.last_change()
    with pytest.raises(AccessRefused, match="'customer_insights'"):
        CALLS[call](own)
    [entry] = log(own)
    assert (entry["who"], entry["outcome"], entry["at"]) == ("Cy", "refused", LATER.isoformat())
    assert not [mark for mark in MARKS if mark in str(entry).casefold()]
    with own.store.begin(read_only=True) as work:
        assert work.last_change() == last


def shown(told: object) -> list[str]:
    """Return which marks are anywhere in what came out, in whatever way they are kept."""
    whole = pickle.dumps(told)
    text = whole.lower()
    found = [mark for mark in MARKS if mark.encode() in text or mark.encode("utf-32-le") in text]
    return found + [repr(one) for one in IN_BYTES if one in whole]


@pytest.mark.covers("A39")
@pytest.mark.parametrize("call", CALLS)
def test_nobody_is_seen_without_the_other_permission(call: str) -> None:
    """Who may read, and not see contacts, is refused, or gets nothing in which one is.

    Nor do they find any in the log of what they did.
    """
    own = opened({"customer_insights"})
    if call in NEED_BOTH:
        with pytest.raises(AccessRefused, match="'pii'"):
            CALLS[call](own)
        assert [one["outcome"] for one in log(own)] == ["refused"]
        return
    told = CALLS[call](own)
    assert shown(told) == []
    assert log(own) == []
    assert not [mark for mark in MARKS if mark in repr(told).casefold()]


@pytest.mark.parametrize("call", CALLS)
def test_who_saw_it_is_written_down(call: str) -> None:
    """Who may see contacts is let in, and stands in the log, with the instant."""
    own = opened({"customer_insights", "pii"})
    CALLS[call](own)
    told = log(own)
    assert {one["at"] for one in told} == {LATER.isoformat()}
    # Of who is erased a log keeps that something happened.
    assert all(one.get("who", call) in ("Cy", "PersonalData.erase") for one in told)
    assert {one.get("outcome", "read") for one in told} == {"read"}


HIDDEN = {
    'attribute("company") == "Marker Ltd"': "a rule about the attribute 'company'",
    'order_count > 1 or not attribute("company") is None': "a rule about the attribute 'company'",
    "within_km(45.75, 4.85, 1)": "a rule about coordinates",
    'email_domain("example.com")': "a rule about e-mail addresses",
    'anniversary("birthday", within="1y")': "a rule about birthdays",
    'in_segment("preset:birthday_soon")': "a rule about birthdays",
    'in_segment("Of Marker Ltd")': "a rule about the attribute 'company'",
    "Of Marker Ltd": "a rule about the attribute 'company'",
}
"""Rules about what is masked, and what the refusal says."""

ASK: dict[str, Callable[[Shop, str], Any]] = {
    "customers": lambda shop, rule: shop.customers(segment=rule),
    "export of customers": lambda shop, rule: shop.exports.customers(fields=["id"], segment=rule),
    "export of orders": lambda shop, rule: shop.exports.orders(
        fields=["id", "amount"], segment=rule
    ),
    "segment": lambda shop, rule: shop.segments.put(Segment("new", rule)),
}


@pytest.mark.covers("A39")
@pytest.mark.parametrize("asks", ASK)
@pytest.mark.parametrize("rule", HIDDEN)
def test_nobody_is_guessed_by_a_rule(rule: str, asks: str) -> None:
    """A rule about what who asks may not see is refused, wherever it is asked, and written down."""
    whole, own = opened(None), opened({"customer_insights"})
    if asks == "segment" and "(" not in rule:
        rule = f'in_segment("{rule}")'
    of_marker = Segment("Of Marker Ltd", 'attribute("company") == "Marker Ltd"')
    for one in (whole, own):
        one.seen_by(None).segments.put(of_marker)
    with pytest.raises(AccessRefused, match="'pii'") as refused:
        ASK[asks](own, rule)
    said = HIDDEN.get(rule, HIDDEN["Of Marker Ltd"])
    assert refused.value.what == said
    assert [(one["what"], one["outcome"]) for one in log(own)] == [(said, "refused")]
    assert "new" not in own.seen_by(None).segments.all()
    ASK[asks](whole, rule)
    ASK[asks](whole.seen_by(Access({"customer_insights", "pii"}, who="Ada")), rule)


def test_ids_that_are_contacts_stay_apart() -> None:
    """Of two ids of one shape each has its own figures in a history, and rows in an export."""
    own = opened({"customer_insights"})
    history = own.history()
    shapes = [one for one in history.customer_ids.tolist() if "@" in one]
    assert shapes == ["xxx.xxxxxx@xx.xxxxxxx", "xxx.xxxxxx@xx.xxxxxxx 2"]
    assert ci.measure(history, ["revenue", "customers"]) == ci.measure(
        opened(None).history(), ["revenue", "customers"]
    )
    assert own.history_of(IDS[0]).customer_ids.tolist() == shapes[:1]
    asked = own.exports.customers(fields=["id", "total_spent"]).to_dicts()
    spent = [str(row["total_spent"]) for row in asked if row["id"] == shapes[0]]
    assert spent == ["7.50", "7.50"]
    assert opened(None).exports.orders(fields=["customer"], customers=IDS[:1]).to_dicts() == [
        {"customer": IDS[0]}
    ]


def test_a_status_is_no_secret() -> None:
    """Flags are shown, so that rules may ask them; a text by the name of status is not asked."""
    told = {"vip": True, "status": "marker"}
    everybody = opened(None)
    everybody.personal_data.rectify("c7", attributes=told, **BY)
    own = everybody.seen_by(Access({"customer_insights"}, who="Cy"))
    assert own.customers(segment='status("vip")', as_of=AS_OF).ids == ("c7",)
    assert everybody.customers(segment='status("marker")', as_of=AS_OF).ids == ("c7",)
    with pytest.raises(ci.errors.MissingData, match="a flag 'marker'"):
        own.customers(segment='status("marker")', as_of=AS_OF)


def test_a_profile_tells_of_no_segment_about_what_is_masked() -> None:
    """Whether somebody is in it is said to who may see it, and left open to others."""
    whole = opened(None)
    whole.segments.put(Segment("Of Marker Ltd", 'attribute("company") == "Marker Ltd"'))
    whole.refresh_cuts()
    ada, own = whole.profile("c7", as_of=AS_OF), opened({"customer_insights"})
    assert (ada.segments, ada.unjudged) == (("kept", "Of Marker Ltd"), ())
    own = whole.seen_by(Access({"customer_insights"}, who="Cy"))
    seen = own.profile("c7", as_of=AS_OF)
    assert (seen.segments, seen.unjudged) == (("kept",), ("Of Marker Ltd",))


def test_traits_of_ones_own_see_what_who_asks_may_see() -> None:
    """By a trait that tells of a birthday nobody is sorted, exported or shown to who may not."""

    @ci.trait(unit="customers", definition="Whether a birthday is known, 1 or 0.")
    def birthdays(history: Any) -> Any:
        born = history.facts.people_table.birthday
        return np.zeros(history.people) if born is None else 1.0 - np.isnat(born)

    store = MemoryStore()
    fill(store)
    catalog = ci.DEFAULT.with_(birthdays)
    whole = ci.open_shop(store, currency="EUR", timezone="UTC", catalog=catalog)
    found = []
    for one in (whole, whole.seen_by(Access({"customer_insights"}, who="Cy"))):
        page = one.customers(sort="-birthdays", as_of=AS_OF)
        exported = one.exports.customers(fields=["birthdays"], as_of=AS_OF)
        profile = one.profile("c7", as_of=AS_OF, metrics=["birthdays"])
        most = max(exported.columns[0].values.tolist())
        found.append((max(page.values), most, profile.metrics["birthdays"]))
    assert found == [(1.0, 1.0, 1.0), (0.0, 0.0, 0.0)]


def test_the_program_itself_sees_contacts() -> None:
    """What is looked for is there, so that not finding it means something."""
    own = opened(None)
    assert {*MARKS} - {*shown(own.personal_data.export("c7", at=LATER))} == {"1122334"}
    assert "likes blue" in shown(own.notes.of("c7"))
    assert repr(IN_BYTES[0]) in shown(own.customer("c7"))
    assert log(own) == []
