"""Nothing that a class of the domain or an error says of itself tells who somebody is."""

import importlib
import pickle
import pkgutil
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest

from custinsights import domain, errors
from custinsights.domain import (
    Activity,
    Address,
    Consent,
    Customer,
    Fulfilment,
    Identity,
    Interest,
    Money,
    Note,
    NoteText,
    Order,
    OrderLine,
    Refund,
    SegmentEvent,
    Tag,
    TagChange,
)
from custinsights.domain.contacts import looks_like_contact
from custinsights.domain.matching import Evidence, Match, Person
from custinsights.domain.matching.names import FullName
from custinsights.errors import CustInsightsError
from custinsights.privacy import category_of, classes_of_people

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
BORN = date(1980, 4, 5)
MAIL, PHONE = "anna.marker@example.com", "+33 6 11 22 33 44"
MARKS = ("marker", "11 22 33", "1122334", "1980", "45.75", "4.85")
HOME = Address(
    street="1 Marker Street", postal_code="MARKER 1", latitude=45.75, longitude=4.85, city="Lyon"
)
KNOWN = {"id": PHONE, "name": "Anna Marker", "email": MAIL, "phone": PHONE, "birthday": BORN}
SAID = {"purpose": "offers", "channel": "email", "granted": True, "at": NOON, "how": "form"}

# Every class of the domain that may tell who somebody is, with contacts and markers in all of it.
PERSONAL: dict[type, Any] = {
    type(one): one
    for one in (
        Customer(
            **KNOWN,  # type: ignore[arg-type]
            addresses=[HOME],
            tags=["VIP"],
            attributes={"company": "Marker Ltd", "wedding": BORN},
        ),
        HOME,
        Tag("VIP"),
        Order(
            id=MAIL,
            customer=MAIL,
            placed_at=NOON,
            total=Money(9, "EUR"),
            refunds=[Refund(Money(1, "EUR"), customer=MAIL, order=MAIL)],
            shipping_address=HOME,
            labels={"gift for": "Anna Marker"},
        ),
        OrderLine("print", 1, Money(9, "EUR")),
        Refund(Money(1, "EUR"), NOON, customer=MAIL, order=MAIL),
        Fulfilment(),
        Activity(MAIL, NOON, "email_sent", subject=MAIL, id=MAIL),
        Note("n1", MAIL, [NoteText("Ms Marker likes blue", NOON, MAIL)]),
        NoteText("Ms Marker likes blue", NOON, MAIL),
        Identity("email", MAIL),
        Interest(MAIL, "blue"),
        TagChange(MAIL, "VIP", "added", NOON, by=MAIL, why="Anna Marker asked"),
        Consent(customer=MAIL, evidence="signed Marker", **SAID),  # type: ignore[arg-type]
        SegmentEvent(MAIL, "best", "entered", NOON),
        Person(
            MAIL,
            names=["Anna Marker"],
            emails=[MAIL],
            phones=[PHONE],
            ids=[("etsy", "marker9")],
            addresses=[HOME],
            birthday=BORN,
        ),
        FullName(("anna", "marker")),
        Evidence("same name", 45, "anna marker", "marker anna"),
        Match(MAIL, PHONE, "same", (Evidence("same name", 45, "anna marker", "marker anna"),)),
    )
}

# Those that tell of goods, times, rules and files; what files had stands in them masked.
OF_NOBODY = {
    *("ActivityKind", "BadCell", "BadRows", "Calendar", "ChannelTaxonomy", "CountryNames"),
    *("LeftOut", "LoadReport", "Matching", "MatchingRule", "MatchingRules", "Money", "OrderStep"),
    *("Period", "PlaceTable", "PriceRule", "Product", "PurchasePolicy", "SpecialPrice", "Spend"),
    *("Campaign", "Sale", "Segment", "Carried", "Standing", "TagBook"),
}


def classes() -> Iterator[type]:
    """Yield every class of the domain that has fields, but for those of the language of rules."""
    for found in pkgutil.walk_packages(domain.__path__, "custinsights.domain."):
        module = importlib.import_module(found.name)
        for one in vars(module).values():
            is_own = isinstance(one, type) and one.__module__ == found.name
            if is_own and attrs.has(one) and ".rules." not in found.name:
                yield one


def test_every_class_of_the_domain_is_looked_at() -> None:
    """A class that is new is one of nobody, or has an object with markers here."""
    found = {*classes()}
    assert {one.__name__ for one in found - {*PERSONAL}} == OF_NOBODY
    matching = [one for one in PERSONAL if "matching" in one.__module__ or one is SegmentEvent]
    assert {*PERSONAL} - {*matching} == {*classes_of_people()}


@pytest.mark.parametrize("owner", PERSONAL, ids=[one.__name__ for one in PERSONAL])
def test_no_object_shows_whose_it_is(owner: type) -> None:
    """Neither `repr` nor `str` nor formatting shows a name, a contact, an address or a birthday."""
    thing = PERSONAL[owner]
    said = f"{thing!r}{thing!s}{thing}{[thing]}{ {1: thing} }".casefold()
    assert [mark for mark in MARKS if mark in said] == []


def test_the_markers_are_there() -> None:
    """All that is hidden holds a marker, so that not finding one means something."""
    for owner, thing in PERSONAL.items():
        for field in attrs.fields(owner):
            if field.repr is False:
                told = str(attrs.asdict(thing)[field.name]).casefold()
                is_marked = any(mark in told for mark in MARKS)
                assert is_marked or not getattr(thing, field.name), (owner, field.name)


class Odd:
    """Something of another library, which shows itself."""

    def __repr__(self) -> str:
        return f"Odd({MAIL})"


WRONG: tuple[Any, ...] = (
    *(MAIL, PHONE, "Anna Marker", "1 Marker Street", " ", "\n", b"marker", None, 7.5, True),
    *([MAIL], ("Anna Marker",), {"name": "Marker"}, {MAIL: "Marker"}, {"Marker"}, Odd(), [Odd()]),
    *(datetime(1980, 4, 5), BORN, Decimal("45.75"), 45.75, {"a name": "Marker"}, {"name": Odd()}),
)


def said_of(error: BaseException | None) -> str:
    """Return all that an error says, with those that led to it."""
    if error is None:
        return ""
    own = "".join(traceback.format_exception_only(error)) + repr(error) + str(error.args)
    return own + said_of(error.__cause__) + said_of(error.__context__)


def faults(thing: Any, field: str) -> Iterator[str]:
    """Yield what is said of all wrong values for a field of an object."""
    for value in WRONG:
        try:
            attrs.evolve(thing, **{field: value})
        except CustInsightsError as error:
            yield said_of(error)


# The orders of a Person are hidden because they are many; an instant may be shown.
PERSONAL_FIELDS = [
    (owner, field.name)
    for owner in PERSONAL
    for field in attrs.fields(owner)
    if (field.repr is False and field.name != "orders")
    or (owner in classes_of_people() and category_of(owner)[field.name].is_masked)
]


@pytest.mark.parametrize(
    ("owner", "field"),
    PERSONAL_FIELDS,
    ids=[f"{one.__name__}.{name}" for one, name in PERSONAL_FIELDS],
)
def test_a_value_that_is_none_is_not_shown(owner: type, field: str) -> None:
    """What is refused for a personal field is named by its type, or as its shape."""
    for said in faults(PERSONAL[owner], field):
        assert [mark for mark in MARKS if mark in said.casefold()] == [], said


@pytest.mark.parametrize("owner", PERSONAL, ids=[one.__name__ for one in PERSONAL])
def test_a_contact_in_another_field_is_not_shown(owner: type) -> None:
    """Wherever an address or a number stands by mistake, an error shows its shape alone."""
    for field in attrs.fields(owner):
        for said in faults(PERSONAL[owner], field.name):
            assert not [mark for mark in (MAIL, PHONE) if mark in said], said


def test_refusals_are_tried() -> None:
    """Nearly every field refuses something, so that the tests above have read messages."""
    tried = [sum(1 for _ in faults(PERSONAL[one], name)) for one, name in PERSONAL_FIELDS]
    assert sum(tried) > 300


def errors_there_are() -> list[type[CustInsightsError]]:
    """Return every class of errors."""
    found = [getattr(errors, name) for name in errors.__all__]
    return [one for one in found if isinstance(one, type) and one is not CustInsightsError]


@pytest.mark.parametrize("error", errors_there_are(), ids=lambda one: one.__name__)
@pytest.mark.parametrize(
    "value",
    [MAIL, PHONE, [MAIL], {"a": (MAIL,)}, {MAIL}, Odd()],
    ids=lambda one: type(one).__name__,
)
def test_no_error_shows_a_contact_that_was_given(
    error: type[CustInsightsError], value: object
) -> None:
    """A value that is or holds a contact comes out as its shape, also in an error sent on."""
    fields = attrs.fields(error)  # type: ignore[arg-type]
    wide = [field.name for field in fields if field.type in (object, "object")]
    for name in wide:
        told: dict[str, Any] = {field.name: "word" for field in fields}
        made = error(**{**told, name: value})
        again = pickle.loads(pickle.dumps(made))
        assert again.args == made.args
        for one in (made, again):
            assert not [mark for mark in (MAIL, PHONE) if mark in said_of(one)]
    assert wide or not any("given" in field.name for field in fields)
    assert not looks_like_contact(error.__doc__)
