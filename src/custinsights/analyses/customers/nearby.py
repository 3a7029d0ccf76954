"""Who lives within a radius of a place?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from attrs.validators import optional

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.distances import kilometres_between, own_degrees
from custinsights.analyses.customers.traits import Traits
from custinsights.analyses.declaring.declarations import Trait
from custinsights.domain.fields import refuse_other
from custinsights.domain.people import Address
from custinsights.domain.places import Coordinates, Gazetteer
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import FloatArray, IntArray, Labels
from custinsights.history.facts import Facts
from custinsights.history.kernels.cells import distinct
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.customer_table import CustomerTable
from custinsights.results.nearby import NearbyCustomers

PLACE = ("country", "region", "city")
OWN, BY_PLACE = "address", "place"


def _knows_places(_owner: object, _field: object, given: Any) -> None:
    if not callable(getattr(given, "locate", None)):
        what = "the gazetteer does not locate places"
        raise InvalidValue(what, type(given).__name__, "a PlaceTable, or what has locate(place)")


def _centre(given: Any, gazetteer: Gazetteer | None) -> Coordinates:
    """Return the degrees of a centre, that of a place by the gazetteer."""
    if isinstance(given, str | Address):
        place = Address(city=given) if isinstance(given, str) else given
        found: Any = None
        if place.latitude is not None and place.longitude is not None:
            found = place.latitude, place.longitude
        elif gazetteer is not None:
            found = gazetteer.locate(place)
        if found is None:
            raise InvalidValue(
                what="nothing says where the centre is",
                given=place.city or place.region or place.country,
                allowed="degrees north and east, or a place that the gazetteer knows",
            )
        given = found
    if not isinstance(given, Sequence) or len(given) != 2:  # noqa: PLR2004 - a pair of degrees
        what = "the centre is no place"
        raise InvalidValue(what, given, "degrees north and degrees east, or the name of a place")
    place = Address(latitude=given[0], longitude=given[1])
    assert place.latitude is not None  # noqa: S101 - both were given
    assert place.longitude is not None  # noqa: S101 - as above
    return place.latitude, place.longitude


def located(history: CountedHistory, gazetteer: Gazetteer | None) -> FloatArray:
    """float64[k, 2], degrees north and east of everybody; NaN where nobody knows."""
    degrees = own_degrees(history).copy()
    rows = np.flatnonzero(np.isnan(degrees[:, 0]))
    if gazetteer is not None and len(rows):
        labels = [history.customer_label(name) for name in PLACE]
        keys: IntArray = np.zeros(len(rows), dtype=np.int64)
        for label in labels:
            keys = keys * (len(label.names) + 1) + label.codes.take(rows) + 1
        first, which = distinct(keys)
        known = np.full((len(first), 2), np.nan)
        at = np.zeros(len(first), dtype=np.int64)
        at[which] = rows  # somebody of each place
        for place, row in enumerate(at.tolist()):
            country, region, city = ((label.name_of(row) or "").strip() or None for label in labels)
            found = gazetteer.locate(Address(city=city, region=region, country=country))
            if found is not None:
                known[place] = _centre(found, None)
        degrees[rows] = known.take(which, axis=0)
    return degrees


@attrs.frozen
class Distance:
    """Kilometres from everybody to a centre."""

    centre: Coordinates
    gazetteer: Gazetteer | None

    def __call__(self, history: CountedHistory) -> FloatArray:
        """float64[k]; NaN where nobody knows."""
        return kilometres_between(self.centre, located(history, self.gazetteer))


def located_by(history: CountedHistory) -> Labels:
    """Labels of the k people: by what they are placed, if they are."""
    codes = np.isnan(own_degrees(history)[:, 0]).astype(np.int32)
    return Labels(codes, (OWN, BY_PLACE))


def distance_to(
    centre: Coordinates | str | Address, *, gazetteer: Gazetteer | None = None
) -> Trait:
    """Return the trait of how far away from a place everybody lives, in kilometres.

    Parameters
    ----------
    centre
        Degrees north and east, or the name of a city or an `Address` that the gazetteer knows.
    gazetteer
        Where people live whose coordinates the customer table does not have: it is asked for their
        city, region and country. Without it they have no distance.

    Examples
    --------
    >>> distance_to((48.8566, 2.3522)).name
    'distance_km'
    """
    if gazetteer is not None:
        _knows_places(None, None, gazetteer)
    degrees = _centre(centre, gazetteer)
    return Trait(
        "distance_km",
        Distance(degrees, gazetteer),
        "number",
        "km",
        f"Great-circle distance to {degrees[0]} north, {degrees[1]} east; none where unknown.",
    )


def _radius(given: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given < np.inf:
        raise InvalidValue("the radius is wrong", given, "a finite number of kilometres above 0")
    return given


@attrs.frozen
class Nearby(Analysis[CustomerTable, NearbyCustomers]):
    """The analysis behind `nearby`; its state is a `CustomerTable` of distances."""

    centre: Coordinates | str | Address
    kilometres: float = attrs.field(converter=_radius)
    gazetteer: Gazetteer | None = attrs.field(default=None, validator=optional(_knows_places))
    as_of: When | None = None

    def __attrs_post_init__(self) -> None:
        _centre(self.centre, self.gazetteer)

    def summarise(self, history: Facts) -> CustomerTable:
        """Return the distances of everybody in a history or part."""
        by = Trait("located_by", located_by, "label", "", "By what they are placed.")
        distance = distance_to(self.centre, gazetteer=self.gazetteer)
        names = (distance, by, "customer_city", "order_count", "total_spent")
        return Traits(names, as_of=self.as_of).summarise(history)

    def finish(self, state: CustomerTable) -> NearbyCustomers:
        """Keep those of a merged table who live inside the radius."""
        refuse_other(CustomerTable, "the state to finish", state)
        distance = state.column("distance_km").values
        near = state.take(np.flatnonzero(distance <= self.kilometres))
        fields = {name: getattr(near, name) for name in ("ids", "columns", "provenance", "parts")}
        return NearbyCustomers(
            **fields,
            title=f"people within {self.kilometres} km",
            unlocated=int(np.isnan(distance).sum()),
        )


def nearby(
    history: Facts,
    centre: Coordinates | str | Address,
    kilometres: float,
    *,
    gazetteer: Gazetteer | None = None,
    as_of: When | None = None,
) -> NearbyCustomers:
    """List the people who live within a radius of a place, prospects too.

    Parameters
    ----------
    history
        An order history, or a part of one.
    centre, gazetteer
        See `distance_to`.
    kilometres
        The radius; who lives exactly so far away is inside.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    NearbyCustomers
        One row per person inside, with distance, by what they are placed, orders and total spent;
        ``history.where(customers=found.ids)`` is their history. ``.unlocated`` people have no
        coordinates and are in no radius.

    Raises
    ------
    InvalidValue
        If the centre is no place that is known, or the radius is not above 0.

    Notes
    -----
    Cost: one pass over the people; the gazetteer is asked once per place and block of customers.

    Examples
    --------
    >>> import custinsights as ci
    >>> from custinsights.domain import PlaceTable
    >>> towns = PlaceTable({"New York": (40.7128, -74.0060), "Brooklyn": (40.6782, -73.9442)})
    >>> found = nearby(ci.datasets.gallery(), "Brooklyn", 5, gazetteer=towns)
    >>> len(found), found.unlocated
    (27, 68)
    """
    return Nearby(centre, kilometres, gazetteer, as_of)(history)
