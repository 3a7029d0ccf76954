"""Read a table of places and where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from custinsights.domain.people import MOST_DEGREES, Address
from custinsights.domain.places import PlaceTable
from custinsights.sources.beside.single import Typed
from custinsights.sources.beside.tables import Table, number, read_rows, settled_report
from custinsights.sources.formats.places import PLACES, TEXTS
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.texts.files import Progress

NO_PLACE, NO_PAIR = "no place on earth", "one of latitude and longitude alone"


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
    rows = read_rows(paths, PLACES.asked(None, columns), PLACES.needs, options, progress)
    degrees = coordinates(rows)
    for name in degrees:
        rows.ledger.bad(rows.is_blank(name), NO_PLACE, name)
    labels = [rows.texts(name) for name in TEXTS]
    is_nameless = np.logical_and.reduce([label.is_blank for label in labels])
    rows.ledger.bad(is_nameless, NO_PLACE, "city")
    settled_report(rows, options)
    cells = [label.array() for label in labels] + [one.values for one in degrees.values()]
    told = zip(*(column.tolist() for column in cells), strict=True)
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


def coordinates(rows: ParsedRows) -> dict[str, Typed]:
    """Read latitudes and longitudes; one beyond the globe or without the other is bad."""
    found = {name: number(rows, name) for name in MOST_DEGREES if rows.has(name)}
    is_both = np.logical_and.reduce([one.says for one in found.values()]) & (len(found) > 1)
    for name, column in found.items():
        is_far = np.abs(column.values) > MOST_DEGREES[name]
        rows.ledger.bad(column.says & is_far, NO_PLACE, name)
        rows.ledger.bad(column.says & ~is_both, NO_PAIR, name)
    return found
