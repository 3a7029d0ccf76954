"""Read a table of places and where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from custinsights.domain.people import Address
from custinsights.domain.places import PlaceTable
from custinsights.sources.files import Progress
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.listing import Listing, Table, read_rows, settled_report
from custinsights.sources.options import Options
from custinsights.sources.vocabulary import Words, fields_named

LABELS = ("country", "region", "city")
DEGREES = {"latitude": 90, "longitude": 180}
NO_PLACE = "no place on earth"
WORDS = Words(
    fields=frozenset({*LABELS, *DEGREES}),
    synonyms={
        "lat": "latitude",
        "lon": "longitude",
        "lng": "longitude",
        "state": "region",
        "province": "region",
        "town": "city",
        "place": "city",
    },
    example="'city', 'country', 'latitude', 'longitude'",
    has_others=False,
)


def _generic(columns: Mapping[str, str | Sequence[str]]) -> OrderFormat:
    return OrderFormat(
        name="generic",
        columns=fields_named(columns, words=WORDS),
        required=tuple(DEGREES),
        kinds=dict.fromkeys(DEGREES, "quantity"),
    )


PLACES = Listing(words=WORDS, built_in={}, generic=_generic, needs=tuple(DEGREES))


def read_places(
    paths: Table,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    decimal: Literal[".", ","] | None = None,
    progress: Progress | None = None,
) -> PlaceTable:
    r"""Read a table of places, a gazetteer for `nearby` and `distance_to`.

    Parameters
    ----------
    paths
        Files as for `read_orders`, or a table in memory as for `read_frame`.
    columns
        Our field to the header: city, region, country, latitude, longitude. Without it, headers
        that are these words are used.
    decimal, progress
        As in `read_orders`.

    Returns
    -------
    PlaceTable
        The places by their names.

    Raises
    ------
    MissingColumn
        There is no column of latitudes or longitudes.
    BadRowsError
        Rows cannot be read: numbers, coordinates beyond the globe or without a place; and all that
        makes a row of `read_orders` bad.
    InvalidValue
        A place has two coordinates; and as in `read_orders`.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO(b"city,country,lat,lon\nParis,FR,48.8566,2.3522\n")
    >>> read_places(file)
    <PlaceTable: 1 place>
    """
    options = Options(decimal=decimal)
    rows = read_rows(paths, PLACES, PLACES.asked(None, columns), options, progress)
    degrees = []
    for name, most in DEGREES.items():
        found = rows.decimals(name)
        values = found.digits / 10.0**found.places
        rows.ledger.bad((np.abs(values) > most) | rows.is_blank(name), NO_PLACE, name)
        degrees.append(values.tolist())
    labels = [rows.texts(name) for name in LABELS]
    is_nameless = np.logical_and.reduce([label.is_blank for label in labels])
    rows.ledger.bad(is_nameless, NO_PLACE, "city")
    settled_report(rows, options)
    told = zip(*(label.array().tolist() for label in labels), *degrees, strict=True)
    return PlaceTable(
        Address(
            country=country or None,
            region=region or None,
            city=city or None,
            latitude=latitude,
            longitude=longitude,
        )
        for country, region, city, latitude, longitude in told
    )
