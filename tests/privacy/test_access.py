"""Nobody sees what they may not, and who saw what of whom is written down."""

from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from custinsights.domain import (
    Activity,
    Address,
    Consent,
    Customer,
    Identity,
    Money,
    Note,
    NoteText,
    Order,
    Refund,
    Tag,
    TagChange,
)
from custinsights.errors import AccessRefused, InvalidValue
from custinsights.privacy import Access, enter, shown_to
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.stored import Stored

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
BO = Access({"customer_insights"}, who="Bo")
ADA = Access({"customer_insights", "pii"}, who="Ada")
HOME = Address(
    street="1 Marker Street",
    postal_code="MARKER 1",
    city="Lyon",
    country="FR",
    latitude=45.75,
    longitude=4.85,
)
ANNA = Customer(
    "c7",
    name="Anna Marker",
    email="anna.marker@example.com",
    phone="+33 6 11 22 33 44",
    created_at=NOON,
    acquisition_channel="instagram",
    addresses=[HOME],
    birthday=date(1980, 4, 5),
    tags=[Tag("VIP")],
    attributes={"vip": True, "points": 7, "company": "Marker Ltd", "wedding": date(2001, 2, 3)},
)
ORDER = Order(
    id="1001",
    customer="c7",
    placed_at=NOON,
    total=Money(9, "EUR"),
    refunds=[Refund(Money(1, "EUR"), customer="c7")],
    shipping_address=HOME,
    labels={"utm_source": "instagram", "gift for": "marker@example.com"},
)
THINGS: tuple[Any, ...] = (
    ANNA,
    HOME,
    ORDER,
    Note("n1", "c7", [NoteText("Ms Marker likes blue", NOON, "Ada")]),
    Identity("email", "anna.marker@example.com"),
    Activity("c7", NOON, "email_sent", subject="marker@example.com"),
    TagChange("c7", "VIP", "added", NOON, by="Ada", why="Anna Marker asked"),
    Consent(
        customer="c7",
        purpose="offers",
        channel="email",
        granted=True,
        at=NOON,
        how="form",
        evidence="signed Marker",
    ),
)


def told(thing: Any) -> str:
    """Return all that an object says, letter by letter, without case."""
    return str(attrs.asdict(thing)).casefold()


@pytest.mark.parametrize("thing", THINGS, ids=[type(one).__name__ for one in THINGS])
def test_without_pii_nobody_is_told_who_it_is(thing: object) -> None:
    """Names, addresses, numbers, notes and proofs come out as their shape, or not at all."""
    seen = told(shown_to(BO, thing))
    assert "marker" in told(thing)
    for mark in ("marker", "11 22", "1980", "45.75", "2001"):
        assert mark not in seen


@pytest.mark.parametrize("thing", THINGS, ids=[type(one).__name__ for one in THINGS])
def test_with_pii_all_comes_out_as_it_is(thing: object) -> None:
    """Who may see contacts, and the program itself, get what is there."""
    assert shown_to(ADA, thing) is thing
    assert shown_to(None, thing) is thing


def test_what_tells_nobody_stays() -> None:
    """Ids, places, tags, flags and amounts come out as they are."""
    seen = shown_to(BO, ANNA)
    assert (seen.id, seen.created_at, seen.tags) == ("c7", NOON, ANNA.tags)
    assert (seen.name, seen.email) == ("xxxx xxxxxx", "xxxx.xxxxxx@xxxxxxx.xxx")
    assert (seen.phone, seen.birthday) == ("+00 0 00 00 00 00", None)
    assert dict(seen.attributes) == {"vip": True, "points": 7.0, "company": "xxxxxx xxx"}
    assert seen.address == Address(
        street="0 xxxxxx xxxxxx", postal_code="xxxxxx 0", city="Lyon", country="FR"
    )
    order = shown_to(BO, ORDER)
    assert (order.id, order.amount, order.refunds) == ("1001", ORDER.amount, ORDER.refunds)
    assert order.labels["utm_source"] == "instagram"


def test_an_id_that_is_a_contact_is_masked() -> None:
    """Where a shop names people by their address, the name is masked too."""
    seen = shown_to(BO, Customer("anna.marker@example.com"))
    assert seen.id == "xxxx.xxxxxx@xxxxxxx.xxx"


def test_a_long_address_stays_one() -> None:
    """The shape of an address whose @ comes late is cut, and still one."""
    seen = shown_to(BO, Customer("c7", email="m" * 60 + "@example.com"))
    assert seen.email == "xxxx@xxxx"


def test_several_are_shown_at_once() -> None:
    """Lists, tuples and objects with their versions are shown by their parts."""
    assert shown_to(BO, [ANNA, ANNA]) == [shown_to(BO, ANNA)] * 2
    assert shown_to(BO, (ANNA,)) == (shown_to(BO, ANNA),)
    assert shown_to(BO, Stored(ANNA, 3)) == Stored(shown_to(BO, ANNA), 3)


@pytest.mark.parametrize("permissions", [[""], [7], "pii"])
def test_a_permission_says_something(permissions: list[str]) -> None:
    """Permissions are texts, several of them, and not the letters of one."""
    with pytest.raises(InvalidValue, match=r"says nothing|several"):
        Access(permissions, who="Bo")


def test_who_asks_is_named() -> None:
    """Somebody without a name is refused, and a name that is a contact is not shown."""
    with pytest.raises(InvalidValue, match="The who of an Access"):
        Access({"pii"}, who=" ")
    assert "ada@" not in repr(Access({"pii"}, who="ada@example.com"))


def store() -> MemoryStore:
    """Return a store that knows Anna."""
    made = MemoryStore()
    with made.begin(at=NOON) as work:
        work.people.write([attrs.evolve(ANNA, tags=())])
    return made


def log(of: MemoryStore, customer: str | None = None) -> list[dict[str, Any]]:
    """Return the log of access."""
    with of.begin(read_only=True) as work:
        return [dict(one) for one in work.annotations.records("access", customer)]


@pytest.mark.covers("P01")
def test_a_read_needs_a_permission() -> None:
    """Who may not read is refused by name of the permission, and the refusal is written down."""
    own = store()
    with pytest.raises(AccessRefused, match="The profile needs the permission 'customer_insights'"):
        enter(own, Access({"billing"}, who="Bo"), "the profile", customer="c7", at=NOON)
    (entry,) = log(own, "c7")
    assert entry == {
        "who": "Bo",
        "what": "the profile",
        "outcome": "refused",
        "needed": "customer_insights",
        "customer": "c7",
        "at": NOON.isoformat(),
    }


@pytest.mark.covers("A39")
def test_who_sees_contacts_is_written_down() -> None:
    """Who reads personal data is logged; who sees masked data, and the program itself, are not."""
    own = store()
    enter(own, BO, "the profile", customer="c7", at=NOON)
    enter(own, None, "the profile", customer="c7", at=NOON)
    assert log(own) == []
    enter(own, ADA, "the profile", customer="c7", at=NOON)
    enter(own, ADA, "the directory", at=NOON)
    found = [(one["who"], one["what"], one["outcome"], one.get("customer")) for one in log(own)]
    assert found == [("Ada", "the profile", "read", "c7"), ("Ada", "the directory", "read", None)]


def test_a_question_about_nobody_is_written_down_too() -> None:
    """Who asks for somebody unknown is logged, without whom they asked for."""
    own = store()
    enter(own, ADA, "the profile", customer="marker@example.com", at=NOON)
    assert "marker" not in str(log(own))
    assert len(log(own)) == 1


def test_more_than_reading_needs_more() -> None:
    """Every permission that something needs must be held."""
    own = store()
    needs = ("customer_insights", "pii")
    with pytest.raises(AccessRefused, match="'pii'; held: 'customer_insights'"):
        enter(own, BO, "all that is known", needs=needs)
    enter(own, ADA, "all that is known", needs=needs)
    assert [one["outcome"] for one in log(own)] == ["refused", "read"]
