"""A history under other names tells the same numbers, and not whose they are."""

import pytest
from hypothesis import given, settings

import custinsights as ci
from custinsights.errors import InvalidValue, UnknownName
from custinsights.privacy import generate_key, pseudonym, pseudonymised
from custinsights.testing.strategies import histories

KEY = "a key of thirty-two bytes, or more"
GALLERY = ci.datasets.gallery()


@given(histories())
@settings(max_examples=40)
def test_every_number_is_the_same(history: ci.OrderHistory) -> None:
    """Metrics of any history, by any dimension, do not ask who somebody is."""
    shared = pseudonymised(history, KEY)
    for by in ((), ("month", "customer_type"), ("order_number",), ("country",)):
        asked = ["customers", "orders", "revenue"]
        assert ci.measure(shared, asked, by=by) == ci.measure(history, asked, by=by)
    assert (shared.people, len(shared)) == (history.people, len(history))


def test_a_customer_is_the_same_person_under_the_name() -> None:
    """Each customer's traits lie under their pseudonym."""
    shared = pseudonymised(GALLERY, KEY)
    names = ("order_count", "total_spent", "days_since_last_order")
    told = {row.pop("customer"): row for row in ci.traits(GALLERY, names).to_dicts()}
    found = {row.pop("customer"): row for row in ci.traits(shared, names).to_dicts()}
    assert found == {pseudonym(one, KEY): row for one, row in told.items()}


def test_nothing_in_it_says_who_somebody_is() -> None:
    """Identities of people, orders and activities are gone, and so are contacts and birthdays."""
    shared = pseudonymised(GALLERY, KEY)
    table = shared.people_table
    assert {*table.contacts} == set()
    assert (table.birthday, table.coordinates, dict(table.attributes)) == (None, None, {})
    assert GALLERY.order_ids is not None
    assert shared.order_ids is not None
    pairs = [(GALLERY.customer_ids, shared.customer_ids), (GALLERY.order_ids, shared.order_ids)]
    for ours, theirs in pairs:
        assert not {*map(str, ours.tolist())} & {*theirs.tolist()}


def test_what_is_named_is_kept() -> None:
    """Birthdays, coordinates and attributes go along only where they are asked for."""
    shared = pseudonymised(GALLERY, KEY, keep=["birthday", "attributes"])
    ours, theirs = GALLERY.people_table, shared.people_table
    assert ours.birthday is not None
    assert theirs.birthday is not None
    assert sorted(map(str, theirs.birthday)) == sorted(map(str, ours.birthday))
    assert {*theirs.attributes} == {*ours.attributes}
    assert theirs.coordinates is None
    with pytest.raises(UnknownName, match="no field named 'birthdy'"):
        pseudonymised(GALLERY, KEY, keep=["birthdy"])


def test_another_key_gives_other_names() -> None:
    """Without the key nobody can tell, also not who has the pseudonyms of another key."""
    other = generate_key()
    assert pseudonym("c7", KEY) != pseudonym("c7", other)
    assert pseudonym(7, KEY) == pseudonym("7", KEY)
    ids = pseudonymised(GALLERY, KEY).customer_ids.tolist()
    assert not {*ids} & {*pseudonymised(GALLERY, other).customer_ids.tolist()}


@pytest.mark.parametrize("key", ["short", b"", None])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    """A key that could be guessed is refused, and not shown."""
    with pytest.raises(InvalidValue, match=r"is too short|is no key") as refused:
        pseudonymised(GALLERY, key)
    assert "short'" not in str(refused.value)


def test_an_activity_history_stays_one() -> None:
    """A history of activities alone comes out as its own kind."""
    visits = ci.read_activities(
        {
            "customer": ["ada", "bo"],
            "at": ["2024-01-05 10:00", "2024-01-04 11:00"],
            "kind": ["visit", "visit"],
            "id": ["v1", "v2"],
        },
        timezone="Europe/Paris",
    )
    shared = pseudonymised(visits, KEY)
    assert type(shared) is ci.ActivityHistory
    assert {*shared.customer_ids.tolist()} == {pseudonym(one, KEY) for one in ("ada", "bo")}
    assert visits.activities is not None
    assert shared.activities is not None
    assert visits.activities.ids is not None
    assert shared.activities.ids is not None
    assert len({*shared.activities.ids.tolist()} - {*visits.activities.ids.tolist()}) == 2
