"""Customers, addresses and tags are whole, and keep to themselves what is personal."""

import pickle
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain import Address, Customer, Money, Product, Tag
from custinsights.errors import InvalidValue, NaiveTime

_SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)
MEMBER = date(2019, 12, 24)
ANNA = Customer(
    "c7",
    name="Anna Smith",
    email="anna@example.com",
    phone="+44 20 7946 0958",
    created_at=NOON,
    acquisition_channel="fair",
    addresses=[
        Address(
            street="1 Main Street",
            postal_code="SW1A 1AA",
            city="London",
            country="GB",
            latitude=51.501,
            longitude=Decimal("-0.1419"),
        ),
        Address(city="Bath"),
    ],
    birthday=date(1990, 1, 31),
    tags=["Collector", Tag("VIP", since=NOON, until=LATER)],
    attributes={"shoe_size": 41, "likes": "seascapes", "member_since": MEMBER, "is_local": True},
)


def test_a_customer_is_whole() -> None:
    """The first address is the main one; a plain text among the tags is a tag for always."""
    assert ANNA.address == ANNA.addresses[0]
    assert ANNA.tags[0] == Tag("Collector")
    assert Customer("c8").address is None


def test_nothing_personal_shows() -> None:
    """The repr of a customer has no name, contact, street, place, birthday or attribute."""
    shown = repr(ANNA)
    for personal in ("Anna", "Smith", "example", "7946", "Main", "SW1A", "1990", "51.5", "seasc"):
        assert personal not in shown
    assert "'c7'" in shown
    assert "London" in shown


def test_a_contact_as_identity_is_masked() -> None:
    """Where the e-mail address is the identity, its shape is shown."""
    assert "id='xxxx@xxxxxxx.xxx'" in repr(Customer("anna@example.com"))


def test_a_customer_is_a_value() -> None:
    """It hashes and pickles."""
    again = pickle.loads(pickle.dumps(ANNA))
    assert again == ANNA
    assert len({ANNA, again}) == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"id": 0}, "The id of a Customer is empty: 0 was given"),
        ({"id": None}, "The id of a Customer is no identity"),
        ({"name": " "}, "The name of a Customer is no text .* Pass None where it is not known"),
        ({"email": "anna"}, "e-mail address of a Customer is none: 'xxxx' was given"),
        ({"email": "@example.com"}, "e-mail address of a Customer is none"),
        ({"email": "+44 20 7946 0958"}, "e-mail address of a Customer is none"),
        ({"phone": "unknown"}, "phone number of a Customer has no digits: 'xxxxxxx' was given"),
        ({"birthday": NOON}, "birthday of a Customer is no day"),
        ({"created_at": date(2024, 3, 5)}, "created_at of a Customer is no instant"),
        ({"addresses": Address(city="Bath")}, "single value stands where several belong"),
        ({"addresses": ["Bath"]}, "addresses of a Customer is no Address"),
        ({"tags": "vip"}, "single value stands where several belong: 'str'"),
        ({"tags": [5]}, "tags of a Customer is no Tag: 5 was given"),
        ({"acquisition_channel": 3}, "acquisition_channel of a Customer is no text"),
        ({"attributes": [("a", 1)]}, "attributes of a Customer is no Mapping"),
        ({"attributes": {"shoe size": 1}}, "attribute of a Customer has no name: 'shoe size'"),
        ({"attributes": {"size": None}}, "'size' of a Customer is of no kind .* Leave away"),
        ({"attributes": {"size": float("nan")}}, "'size' of a Customer is of no kind"),
        ({"attributes": {"met_at": NOON}}, "'met_at' of a Customer is of no kind"),
        ({"attributes": {"likes": " "}}, "'likes' of a Customer is of no kind"),
    ],
)
def test_a_customer_is_validated(fields: dict[str, Any], says: str) -> None:
    """The message names the field and what it may be."""
    with pytest.raises(InvalidValue, match=says):
        Customer(**({"id": "c7"} | fields))


@pytest.mark.parametrize("field", ["email", "phone"])
def test_a_wrong_contact_is_masked_in_the_message(field: str) -> None:
    """The message shows what is wrong with a contact and not whose it is."""
    with pytest.raises(InvalidValue, match="xxxx xxxxx") as caught:
        Customer("c7", **{field: "anna smith"})  # type: ignore[arg-type]
    assert "anna" not in str(caught.value)


def test_an_address_is_validated() -> None:
    """What is not known is None and not an empty text."""
    with pytest.raises(InvalidValue, match=r"The city of an Address .* Pass None"):
        Address(city="")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"latitude": 51.5}, "one of latitude and longitude: 'only one' was given"),
        ({"longitude": 0}, "one of latitude and longitude"),
        ({"latitude": 90.1, "longitude": 0}, "latitude of an Address is out of range"),
        ({"latitude": 0, "longitude": -181}, "longitude .* a number from -180 to 180"),
        ({"latitude": "51", "longitude": 0}, "latitude of an Address is out of range: 'str'"),
        ({"latitude": True, "longitude": 0}, "latitude of an Address is out of range"),
    ],
)
def test_coordinates_are_degrees_and_come_together(fields: dict[str, Any], says: str) -> None:
    """A place has both, within the globe; the message does not tell where somebody lives."""
    with pytest.raises(InvalidValue, match=says):
        Address(**fields)
    assert Address(latitude=90, longitude=-180).latitude == 90.0


def test_attributes_keep_their_kinds() -> None:
    """Numbers become floats; texts, dates and flags stay what they are, and nobody changes them."""
    assert ANNA.attributes == {
        "shoe_size": 41.0,
        "likes": "seascapes",
        "member_since": MEMBER,
        "is_local": True,
    }
    assert isinstance(ANNA.attributes["shoe_size"], float)
    assert ANNA.attributes["is_local"] is True
    with pytest.raises(InvalidValue, match="cannot be changed"):
        ANNA.attributes["likes"] = "portraits"  # type: ignore[index]


@given(st.text(_SIGNS, min_size=1).filter(str.strip))
def test_tags_compare_casefolded_and_keep_their_spelling(name: str) -> None:
    """Two spellings are one tag: equal, of one hash, found by either."""
    tag, folded = Tag(name), Tag(name.casefold())
    assert tag.name == name.strip()
    assert folded.is_named(name)
    if folded.name == name.strip().casefold():
        assert tag == folded
        assert hash(tag) == hash(folded)


def test_tags_of_two_times_are_two() -> None:
    """The same name for another time is another fact."""
    assert Tag("vip", since=NOON) != Tag("VIP")
    assert Tag("Straße") == Tag("STRASSE")


def test_a_tag_holds_from_since_to_before_until() -> None:
    """Half-open like every span; undated is always."""
    tag = Tag("vip", since=NOON, until=LATER)
    just_before = timedelta(microseconds=1)
    held = [tag.holds_at(t) for t in (NOON - just_before, NOON, LATER - just_before, LATER)]
    assert held == [False, True, True, False]
    assert Tag("vip").holds_at(NOON)
    assert Tag("vip", since=NOON).holds_at(LATER)
    assert not Tag("vip", until=NOON).holds_at(NOON)
    with pytest.raises(NaiveTime, match="The instant has no time zone"):
        tag.holds_at(datetime(2024, 3, 6))


def test_a_customer_is_tagged_at_an_instant_or_ever() -> None:
    """Without an instant any time counts."""
    assert ANNA.is_tagged("vip")
    assert ANNA.is_tagged(" VIP ", at=NOON)
    assert not ANNA.is_tagged("vip", at=LATER)
    assert ANNA.is_tagged("collector", at=LATER)
    assert not ANNA.is_tagged("wholesale")


@pytest.mark.parametrize(
    ("name", "since", "until", "says"),
    [
        (" ", None, None, "The name of a Tag is no text that says something: '' was given"),
        (5, None, None, "The name of a Tag is no text"),
        ("vip", NOON, NOON, "tag 'vip' ends before it begins"),
        ("vip", LATER, NOON, "an until that lies after since"),
        ("vip", date(2024, 3, 5), None, "since of a Tag is no instant"),
    ],
)
def test_a_tag_is_validated(name: Any, since: Any, until: Any, says: str) -> None:
    """A tag has a name, and ends after it began."""
    with pytest.raises(InvalidValue, match=says):
        Tag(name, since, until)


def test_a_product_is_validated() -> None:
    """Its price is not negative, its stock may be, its keywords are several."""
    assert str(Product("p", stock="-1.50", price=Money(0, "EUR")).stock) == "-1.5"
    with pytest.raises(InvalidValue, match=r"price of a Product is negative: 'EUR -1.00'"):
        Product("p", price=Money(-1, "EUR"))
    with pytest.raises(InvalidValue, match="where several belong: 'str'"):
        Product("p", keywords="print")
    with pytest.raises(InvalidValue, match="The id of a Product is empty"):
        Product("")
    with pytest.raises(InvalidValue, match="keywords of a Product is no text"):
        Product("p", keywords=["print", ""])


def test_half_a_sign_is_no_text() -> None:
    """No file and no database can hold it."""
    with pytest.raises(InvalidValue, match=r"name of a Customer holds half a sign") as refused:
        Customer("c1", name="Zebedee\ud800")
    assert "Zebedee" not in str(refused.value)
