"""Who lives within a radius: by hand, by a plain haversine, by a gazetteer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custinsights as ci
from custinsights import testing
from custinsights.analyses.builtin.distances import EARTH_KM, kilometres_between
from custinsights.analyses.customers.nearby import Nearby
from custinsights.domain import Address, PlaceTable
from custinsights.errors import Incompatible, InvalidValue
from custinsights.history.orders import OrderHistory
from tests.oracles.bridge import to_history
from tests.oracles.hand import order, shop
from tests.oracles.shop import PlainPerson

PARIS, LONDON, LYON = (48.8566, 2.3522), (51.5074, -0.1278), (45.764, 4.8357)
TOWNS = PlaceTable({"Paris": PARIS, "London": LONDON, "Lyon": LYON})
MADE = shop(
    order("ada", "01-10", 1000, labels={"city": "Paris"}),
    order("bo", "01-11", 500, labels={"city": "LONDON", "country": "GB"}),
    order("cy", "01-12", 300, labels={"city": "Atlantis"}),
    people={
        "di": PlainPerson(labels={"city": "Lyon"}),
        "eve": PlainPerson(labels={"city": "Paris"}),
    },
)


def placed(degrees: dict[str, tuple[float, float]]) -> OrderHistory:
    """Return the history in whose customer table some people have coordinates."""
    history = to_history(MADE)
    nowhere = (math.nan, math.nan)
    rows = [degrees.get(who, nowhere) for who in history.customer_ids.tolist()]
    table = attrs.evolve(history.people_table, coordinates=np.array(rows))
    return attrs.evolve(history, people_table=table)


def plain_haversine(one: Sequence[float], other: Sequence[float]) -> float:
    """The same formula with the functions of Python."""
    north, east, north_2, east_2 = map(math.radians, (*one, *other))
    half = math.sin((north_2 - north) / 2) ** 2
    half += math.cos(north) * math.cos(north_2) * math.sin((east_2 - east) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


@pytest.mark.covers("A22")
def test_by_hand() -> None:
    """London is 344 km from Paris, Lyon 392; who is nowhere is in no radius and is counted."""
    found = ci.nearby(to_history(MADE), "Paris", 350, gazetteer=TOWNS)
    assert [tuple(row.values()) for row in found.to_dicts()] == [
        ("ada", 0.0, "place", "Paris", 1, 10),
        ("bo", pytest.approx(343.56, abs=0.01), "place", "LONDON", 1, 5),
        ("eve", 0.0, "place", "Paris", 0, 0),
    ]
    assert found.unlocated == 1
    assert "1 person without coordinates" in found.table().notes[-1]
    assert ci.nearby(to_history(MADE), PARIS, 400, gazetteer=TOWNS).ids.tolist() == [
        "ada",
        "bo",
        "di",
        "eve",
    ]
    assert ci.nearby(to_history(MADE), PARIS, 400).unlocated == 5


@pytest.mark.covers("A22")
def test_the_customer_table_comes_first() -> None:
    """Coordinates of an address are taken before those of its town."""
    history = placed({"ada": LYON, "cy": (48.9, 2.4)})
    found = ci.nearby(history, PARIS, 10, gazetteer=TOWNS)
    assert [(row["customer"], row["located_by"]) for row in found.to_dicts()] == [
        ("cy", "address"),
        ("eve", "place"),
    ]
    assert ci.nearby(history, PARIS, 10).ids.tolist() == ["cy"]
    at_home = Address(city="X", latitude=48.9, longitude=2.4)
    assert ci.nearby(history, at_home, 0.1).ids.tolist() == ["cy"]


def test_exactly_on_the_radius_is_inside() -> None:
    """Who lives as far away as the radius is inside, a little farther is not."""
    history = placed({"ada": LONDON})
    distance = ci.traits(history, [ci.distance_to(PARIS)])["distance_km"][0]
    assert ci.nearby(history, PARIS, distance).ids.tolist() == ["ada"]
    assert ci.nearby(history, PARIS, np.nextafter(distance, 0)).ids.tolist() == []


NORTH, EAST = st.floats(-90, 90), st.floats(-180, 180)


@given(st.tuples(NORTH, EAST), st.lists(st.tuples(NORTH, EAST), max_size=20))
def test_as_the_plain_formula(
    centre: tuple[float, float], points: list[tuple[float, float]]
) -> None:
    """Distances are those of the plain formula, never negative, at most half round the earth."""
    degrees = np.array(points, dtype=np.float64).reshape(-1, 2)
    found = kilometres_between(centre, degrees)
    expected = [plain_haversine(centre, point) for point in points]
    assert found.tolist() == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert ((found >= 0) & (found <= math.pi * EARTH_KM)).all()


def test_the_gazetteer_is_asked_once_per_place() -> None:
    """However many people live in a place, and it may be any object that locates."""

    class Asked:
        def __init__(self) -> None:
            self.places: list[Address] = []

        def locate(self, place: Address) -> tuple[float, float] | None:
            self.places.append(place)
            return TOWNS.locate(place)

    asked = Asked()
    many = shop(*(order(f"c{n}", "01-10", 1, labels={"city": "Paris"}) for n in range(50)))
    found = ci.nearby(to_history(many), PARIS, 1, gazetteer=asked)
    assert len(found) == 50
    assert asked.places == [Address(city="Paris")]


def test_places_that_share_labels_are_told_apart() -> None:
    """Every combination of country, region and city, known or not, is a place of its own."""
    names = (None, "a", "b")
    places = [
        {"country": country, "region": region, "city": city}
        for country, region, city in product(names, repeat=3)
    ]

    class Numbered:
        def locate(self, place: Address) -> tuple[float, float]:
            labels = {"country": place.country, "region": place.region, "city": place.city}
            return (0.0, float(places.index(labels)))

    people = (order(f"c{n:02}", "01-10", 1, labels=labels) for n, labels in enumerate(places))
    distance = ci.distance_to((0.0, 0.0), gazetteer=Numbered())
    found = ci.traits(to_history(shop(*people)), [distance])["distance_km"]
    expected = [plain_haversine((0, 0), (0, n)) for n in range(len(places))]
    assert found.tolist() == pytest.approx(expected)


def test_the_trait_keeps_the_laws() -> None:
    """The distance is a trait like any other, and so is the list a sum of its parts."""
    fresno = PlaceTable({"Fresno": (36.7, -119.8), "Cobh": (51.85, -8.29)})
    testing.check_trait(ci.distance_to("Cobh", gazetteer=fresno), max_examples=6)
    history = to_history(MADE)
    parts = [ci.nearby(part, PARIS, 350, gazetteer=TOWNS) for part in history.partition(3)]
    whole = ci.nearby(history, PARIS, 350, gazetteer=TOWNS)
    merged = parts[0] + parts[1] + parts[2]
    assert (merged, merged.unlocated) == (whole, 1)
    with pytest.raises(Incompatible, match="definitions of the tables differ"):
        _ = parts[0] + ci.nearby(history.partition(3)[1], LONDON, 350, gazetteer=TOWNS)


@pytest.mark.parametrize(
    ("centre", "kilometres", "gazetteer", "says"),
    [
        ("Paris", 5, None, "nothing says where the centre is"),
        ("Rome", 5, TOWNS, "nothing says where the centre is"),
        ((91, 0), 5, None, "latitude of an Address is out of range.*from -90 to 90"),
        ((1, 2, 3), 5, None, "centre is no place"),
        (5, 5, None, "centre is no place"),
        (PARIS, 0, None, "radius is wrong"),
        (PARIS, -1, None, "radius is wrong"),
        (PARIS, math.inf, None, "radius is wrong"),
        (PARIS, True, None, "radius is wrong"),
        (PARIS, 5, {"Paris": PARIS}, "gazetteer does not locate places"),
    ],
)
def test_what_is_nowhere_is_refused(
    centre: Any, kilometres: Any, gazetteer: Any, says: str
) -> None:
    """A centre is on earth, a radius is above 0, a gazetteer locates."""
    with pytest.raises(InvalidValue, match=f"(?i){says}"):
        Nearby(centre, kilometres, gazetteer)
