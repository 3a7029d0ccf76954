"""Places are read as customers and products are: by their headers, bad rows by their line."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest

import custinsights as ci
from custinsights.domain import Address
from custinsights.errors import BadRowsError, InvalidValue, MissingColumn


def places(*lines: str, **options: Any) -> Any:
    """Read lines of a file."""
    return ci.read_places(io.BytesIO("\n".join(lines).encode()), **options)


@pytest.mark.covers("A22")
def test_a_file_of_places() -> None:
    """Headers are our words or such as are usual; what a row leaves blank it does not say."""
    table = places(
        "town,state,country,lat,lng", "Paris,,FR,48.8566,2.3522", "Paris,TX,US,33.66,-95.55"
    )
    assert len(table) == 2
    assert table.locate(Address(city="paris", country="FR")) == (48.8566, 2.3522)
    assert table.locate(Address(city="Paris", region="TX", country="US")) == (33.66, -95.55)
    assert table.locate(Address(city="Paris", country="IT")) is None


def test_a_frame_and_told_columns() -> None:
    """A table in memory does as well, and columns may be told."""
    frame = pd.DataFrame({"Ort": ["Cobh"], "N": [51.85], "O": [-8.29]})
    told = {"city": "Ort", "latitude": "N", "longitude": "O"}
    assert ci.read_places(frame, columns=told).locate(Address(city="Cobh")) == (51.85, -8.29)


@pytest.mark.parametrize(
    "row", ["Paris,91,2", "Paris,48,181", "Paris,48,", "Paris,north,2", ",48,2"]
)
def test_what_is_no_place_is_bad(row: str) -> None:
    """Beyond the globe, half a place, no number, no name: each says its line."""
    with pytest.raises(BadRowsError, match="line 2"):
        places("city,latitude,longitude", row)


def test_what_cannot_be_used_is_refused() -> None:
    """Both coordinates have columns, and no place lies in two."""
    with pytest.raises(MissingColumn, match="longitude"):
        places("city,latitude", "Paris,48")
    with pytest.raises(InvalidValue, match="has two coordinates"):
        places("city,latitude,longitude", "Paris,48,2", "PARIS,49,2")
