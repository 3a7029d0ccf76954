"""Places are found by their names, to the letter, or not at all."""

from typing import Any

import pytest

from custinsights.domain import Address, PlaceTable
from custinsights.errors import InvalidValue


def place(
    city: str | None = None, region: str | None = None, country: str | None = None
) -> Address:
    """Return a place without coordinates."""
    return Address(city=city, region=region, country=country)


def at(degrees: int, *labels: str | None) -> Address:
    """Return a place at so many degrees north and east."""
    city, region, country = (*labels, None, None, None)[:3]
    return Address(city=city, region=region, country=country, latitude=degrees, longitude=degrees)


TABLE = PlaceTable(
    [
        at(1, "Paris"),
        at(2, "Paris", "TX", "US"),
        at(3, "Paris", None, "CA"),
        at(4, "Paris", "KY"),
        at(5, None, "Bretagne", "FR"),
        at(6, None, "Bretagne"),
        at(7, None, None, "MC"),
    ]
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (place("Paris"), 1),
        (place(" PARIS ", "Île-de-France", "FR"), 1),
        (place("Paris", "TX", "US"), 2),
        (place("Paris", "TX"), 1),
        (place("Paris", "KY", "CA"), 3),
        (place("Paris", "KY", "US"), 4),
        (place(None, "bretagne", "FR"), 5),
        (place(None, "Bretagne", "XX"), 6),
        (place("Brest", "Bretagne", "FR"), None),
        (place("Monaco", None, "MC"), None),
        (place(None, None, "mc"), 7),
        (place(None, "Fontvieille", "MC"), None),
        (place(), None),
    ],
)
def test_what_says_most_is_taken(asked: Address, found: int | None) -> None:
    """The same city, no other region or country; a country is never taken for one of its towns."""
    assert TABLE.locate(asked) == (None if found is None else (found, found))


def test_a_mapping_of_cities() -> None:
    """Cities with their degrees are a table too, and its repr tells how many."""
    table = PlaceTable({"Paris": (48.8566, 2.3522), "Cobh": [51.85, -8.29]})
    assert table.locate(place("cobh", country="IE")) == (51.85, -8.29)
    assert repr(table) == "<PlaceTable: 2 places>"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"Paris": 48.9}, "coordinates of 'Paris' are no pair"),
        ({"Paris": (95.0, 2.0)}, "latitude of an Address is out of range"),
        ({5: (1.0, 2.0)}, "name in a PlaceTable"),
        ([place("Paris")], "no coordinates or no name"),
        ([Address(latitude=1, longitude=2)], "no coordinates or no name"),
        ([at(1, "Paris"), at(2, "PARIS")], "has two coordinates"),
        (["Paris"], "place in a PlaceTable"),
    ],
)
def test_what_is_no_place_is_refused(given: Any, says: str) -> None:
    """A table has names and coordinates, each place once."""
    with pytest.raises(InvalidValue, match=says):
        PlaceTable(given)
