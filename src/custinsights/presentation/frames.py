"""How does a result become a frame of pandas, polars or pyarrow?

Money and quantities leave as float64 in natural units, instants as aware timestamps of
microseconds, labels as text or integers, missing values as the library's own null.
Each library is loaded when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from custinsights.errors import MissingExtra
from custinsights.results.table import Column, Table

__all__ = ["to_arrow", "to_pandas", "to_polars"]


def to_pandas(table: Table) -> Any:
    """A `pandas.DataFrame` with one column per column of the table.

    Counts with gaps are ``Int64`` and flags with gaps ``boolean``, so that they stay what they
    are; missing labels, numbers and instants are what pandas itself uses for them.
    """
    pandas = _library("pandas")
    return pandas.DataFrame(
        {column.name: _pandas_series(pandas, column, table.timezone) for column in table.columns}
    )


def to_polars(table: Table) -> Any:
    """A `polars.DataFrame` with one column per column of the table, null where missing."""
    polars = _library("polars")
    return polars.DataFrame(
        [_polars_series(polars, column, table.timezone) for column in table.columns]
    )


def to_arrow(table: Table) -> Any:
    """A `pyarrow.Table` with one column per column of the table, null where missing."""
    arrow = _library("pyarrow", "arrow")
    return arrow.table(
        {column.name: _arrow_array(arrow, column, table.timezone) for column in table.columns}
    )


def _library(name: str, extra: str = "") -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingExtra(name, extra, "handing a result over as a frame") from error


def _in_natural_units(column: Column) -> npt.NDArray[Any]:
    if column.kind in ("money", "quantity"):
        natural: npt.NDArray[Any] = column.values / float(10**column.exponent)
        return natural
    return column.values


def _label_values(column: Column) -> list[Any]:
    """Labels of one type: integers when all are, else text."""
    values = [None if absent else v for v, absent in zip(column.values, column.absent, strict=True)]
    if any(isinstance(value, str) for value in values):
        return [None if value is None else str(value) for value in values]
    return [None if value is None else int(value) for value in values]


def _of_integers(labels: list[Any]) -> bool:
    return any(isinstance(label, int) for label in labels)


def _pandas_series(pandas: Any, column: Column, timezone: str) -> Any:
    absent = column.absent
    if column.kind == "label":
        labels = _label_values(column)
        if _of_integers(labels):
            return pandas.Series(labels, dtype="Int64" if absent.any() else "int64")
        return pandas.Series(labels, dtype=None if any(labels) else object)
    if column.kind == "instant":
        moments = np.where(absent, np.iinfo(np.int64).min, column.values).view("datetime64[us]")
        return pandas.Series(moments).dt.tz_localize("UTC").dt.tz_convert(timezone)
    values = _in_natural_units(column)
    if values.dtype == np.float64:
        return pandas.Series(np.where(absent, np.nan, values))
    if absent.any():
        nullable = {"count": "Int64", "flag": "boolean"}[column.kind]
        return pandas.Series(pandas.array(values, dtype=nullable)).mask(absent)
    return pandas.Series(values.copy())


def _polars_series(polars: Any, column: Column, timezone: str) -> Any:
    if column.kind == "label":
        labels = _label_values(column)
        carrier = polars.Int64 if _of_integers(labels) else polars.String
        return polars.Series(column.name, labels, dtype=carrier)
    absent = column.absent
    series = polars.Series(column.name, _in_natural_units(column))
    if absent.any():
        series = series.scatter(np.flatnonzero(absent), None)
    if column.kind == "instant":
        return series.cast(polars.Datetime("us", "UTC")).dt.convert_time_zone(timezone)
    return series


def _arrow_array(arrow: Any, column: Column, timezone: str) -> Any:
    if column.kind == "label":
        labels = _label_values(column)
        return arrow.array(labels, arrow.int64() if _of_integers(labels) else arrow.string())
    carrier = arrow.timestamp("us", timezone) if column.kind == "instant" else None
    return arrow.array(_in_natural_units(column), carrier, mask=column.absent)
