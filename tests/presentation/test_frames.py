"""Frames of pandas, polars and pyarrow: the same values, the library's own types and nulls."""

import sys
from collections.abc import Callable
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from custinsights.errors import MissingExtra
from custinsights.presentation.frames import to_arrow, to_pandas, to_polars
from custinsights.results.table import Column, Table

Export = Callable[[Table], Any]


def test_pandas_types(table: Table) -> None:
    """Money in float64 major units, aware microseconds, nullable types only where needed."""
    frame = to_pandas(table)
    assert [str(dtype) for dtype in frame.dtypes[1:]] == [
        "int64",
        "float64",
        "float64",
        "float64",
        "float64",
        "datetime64[us, Europe/Berlin]",
        "boolean",
    ]
    assert frame["revenue"][:2].tolist() == [7321845.23, -0.05]
    assert frame["country"].isna().tolist() == [False, True, False]
    assert frame["revenue"].isna().tolist() == [False, False, True]
    assert frame["last"][0] == pd.Timestamp("2010-12-01 10:00", tz="Europe/Berlin")
    assert frame["last"].isna().tolist() == [False, True, False]
    assert frame["small"].isna().tolist() == [False, False, True]


def test_polars_types(table: Table) -> None:
    """Nulls, never NaN, and the same values."""
    frame = to_polars(table)
    assert frame.dtypes == [
        pl.String,
        pl.Int64,
        pl.Float64,
        pl.Float64,
        pl.Float64,
        pl.Float64,
        pl.Datetime("us", "Europe/Berlin"),
        pl.Boolean,
    ]
    assert frame["revenue"].to_list() == [7321845.23, -0.05, None]
    assert frame["gap"].to_list() == [39.958, None, 0.5]
    assert frame.null_count().row(0) == (1, 0, 1, 0, 1, 1, 1, 1)
    assert frame["last"][0].isoformat() == "2010-12-01T10:00:00+01:00"


def test_arrow_types(table: Table) -> None:
    """Nulls, never NaN, and the same values."""
    frame = to_arrow(table)
    assert frame.schema.types == [
        pa.string(),
        pa.int64(),
        pa.float64(),
        pa.float64(),
        pa.float64(),
        pa.float64(),
        pa.timestamp("us", "Europe/Berlin"),
        pa.bool_(),
    ]
    assert frame["revenue"].to_pylist() == [7321845.23, -0.05, None]
    assert frame["share"].null_count == 1


@pytest.mark.parametrize("export", [to_pandas, to_polars, to_arrow])
def test_integer_labels_stay_integers(export: Export) -> None:
    """Integer customer ids and order numbers are no text, also with one missing."""
    frame = export(Table("t", [Column("a", "label", [3, 1]), Column("b", "label", [None, 7])]))
    values = frame["a"].to_list() if export is to_polars else list(map(int, frame["a"].to_numpy()))
    assert values == [3, 1]
    assert "int" in str(frame["b"].type if export is to_arrow else frame["b"].dtype).lower()


@pytest.mark.parametrize("export", [to_pandas, to_polars, to_arrow])
def test_mixed_labels_become_text(export: Export) -> None:
    """A column of both text and integers has one type in a frame: text."""
    frame = export(Table("t", [Column("a", "label", [3, "10+", None])]))
    values = frame["a"].to_pylist() if export is to_arrow else frame["a"].to_list()
    assert values[:2] == ["3", "10+"]


@pytest.mark.parametrize("export", [to_pandas, to_polars, to_arrow])
@pytest.mark.parametrize("labels", [[], [None, None]])
def test_labels_may_all_be_missing(export: Export, labels: list[None]) -> None:
    """A column with no label at all keeps its rows."""
    assert len(export(Table("t", [Column("a", "label", labels)]))) == len(labels)


@pytest.mark.parametrize("export", [to_pandas, to_polars, to_arrow])
def test_empty_tables_keep_their_columns(export: Export, table: Table) -> None:
    """No rows still has every column, with its type."""
    frame = export(table.take([]))
    names = frame.column_names if export is to_arrow else list(frame.columns)
    assert names == list(table.names)
    assert len(frame) == 0


@pytest.mark.parametrize(
    ("export", "library", "brings"),
    [
        (to_pandas, "pandas", "pandas"),
        (to_polars, "polars", "polars"),
        (to_arrow, "pyarrow", r"'custinsights\[arrow\]'"),
    ],
)
def test_a_missing_library_is_named(
    export: Export, library: str, brings: str, monkeypatch: pytest.MonkeyPatch, table: Table
) -> None:
    """Without the library the error says which one is needed and how to install it."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra, match=f"needs {library}.*pip install {brings}"):
        export(table)


def test_frames_are_the_callers_own(table: Table) -> None:
    """Changing a frame changes no result."""
    frame = to_pandas(table)
    frame.loc[0, "orders"] = 5
    assert table.column("orders").values[0] == 16_649
