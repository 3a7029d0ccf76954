"""Where on earth is a place that has a name? A gazetteer tells, or nobody does."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias

import attrs

from custinsights.domain.fields import as_tuple, refuse_other
from custinsights.domain.frozen import Frozen
from custinsights.domain.people import Address
from custinsights.errors import InvalidValue

__all__ = ["Coordinates", "Gazetteer", "PlaceTable"]

Coordinates: TypeAlias = tuple[float, float]
"""Degrees north and degrees east."""

_Key: TypeAlias = tuple[str, str, str]


class Gazetteer(Protocol):
    """What knows where places are; bring your own, or take a `PlaceTable`."""

    def locate(self, place: Address) -> Coordinates | None:
        """Return the coordinates of a city, region and country, None where they are not known.

        It is asked once for every three labels that occur together, with what is not known None.
        """


def _key(place: Address) -> _Key:
    """Return what places are compared by: their labels without case and doubled blanks."""
    country, region, city = (
        " ".join((label or "").casefold().split())
        for label in (place.country, place.region, place.city)
    )
    return country, region, city


def _addresses(given: Any) -> Iterable[Address]:
    if not isinstance(given, Mapping):
        return as_tuple(given)
    found = []
    for city, degrees in given.items():
        refuse_other(str, "a name in a PlaceTable", city)
        if not isinstance(degrees, tuple | list) or len(degrees) != 2:  # noqa: PLR2004 - a pair
            what = f"the coordinates of {city!r} are no pair"
            raise InvalidValue(what, degrees, "degrees north and degrees east")
        found.append(Address(city=city, latitude=degrees[0], longitude=degrees[1]))
    return found


def _table(given: Any) -> Mapping[_Key, Coordinates]:
    table: dict[_Key, Coordinates] = {}
    for place in _addresses(given):
        refuse_other(Address, "a place in a PlaceTable", place)
        key = _key(place)
        if place.latitude is None or place.longitude is None or not any(key):
            what = "a place in a PlaceTable has no coordinates or no name"
            raise InvalidValue(what, place, "a city, region or country with latitude and longitude")
        degrees = (place.latitude, place.longitude)
        if table.setdefault(key, degrees) != degrees:
            what = "a place in a PlaceTable has two coordinates"
            raise InvalidValue(what, place, "each place once, however it is spelled")
    return Frozen(table)


@attrs.frozen(repr=False)
class PlaceTable:
    """Places in memory, found by their names: without case, but otherwise to the letter.

    Of what it holds, a place is what has the same city and contradicts neither its region nor its
    country; the one that says more is taken first, a country before a region. So ``Paris`` alone is
    any Paris, and ``Paris`` with the country ``US`` no other. A place without a city is found by
    its region alone, one without both by its country: the middle of a country is never taken for
    one of its towns.

    Parameters
    ----------
    places : mapping of str to (float, float), or iterable of Address
        The degrees north and east of every city, or addresses with their coordinates.

    Raises
    ------
    InvalidValue
        If a place has no name or no coordinates, or two.

    Examples
    --------
    >>> table = PlaceTable({"Paris": (48.8566, 2.3522)})
    >>> table.locate(Address(city="PARIS", country="FR"))
    (48.8566, 2.3522)
    """

    places: Mapping[_Key, Coordinates] = attrs.field(converter=_table)

    def __len__(self) -> int:
        return len(self.places)

    def __repr__(self) -> str:
        return f"<PlaceTable: {len(self)} place{'' if len(self) == 1 else 's'}>"

    def locate(self, place: Address) -> Coordinates | None:
        """Return the coordinates of a place, None where it is not in the table."""
        country, region, city = _key(place)
        keys = [(country, region, city), (country, "", city), ("", region, city), ("", "", city)]
        if not city:
            keys = keys[:1] if not region else [(country, region, ""), ("", region, "")]
        return next((self.places[key] for key in keys if key in self.places), None)
