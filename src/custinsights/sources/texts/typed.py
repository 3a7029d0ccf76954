"""The columns of a table that is in memory, as cells.

No frame library is imported here: a frame is asked by its own methods, and never changed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np

from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, BoolArray
from custinsights.sources.texts.columns import Cells, Texts, Values

Foreign: TypeAlias = Any
"""A frame or a column of a library that need not be installed."""


def columns_of(df: Foreign) -> tuple[list[str], Callable[[str], Cells]]:
    """Return the names of a table's columns, and what reads one of them."""
    library = type(df).__module__.partition(".")[0]
    if library == "polars" and hasattr(df, "collect"):
        df = df.collect()
    if library == "pandas" and hasattr(df, "columns"):
        return [str(name) for name in df.columns], lambda name: from_pandas(_pick(df, name))
    if library == "polars" and hasattr(df, "get_column"):
        return list(df.columns), lambda name: from_polars(df.get_column(name))
    if library == "pyarrow" and hasattr(df, "column_names"):
        return list(df.column_names), lambda name: from_arrow(df.column(name))
    if isinstance(df, Mapping):
        named = {str(name): column for name, column in df.items()}
        return list(named), lambda name: from_array(named[name])
    raise InvalidValue(
        "this is no table",
        f"{type(df).__module__}.{type(df).__qualname__}".removeprefix("builtins."),
        "a DataFrame of pandas or polars, a Table of pyarrow, or a mapping of names to arrays",
    )


def _pick(df: Foreign, name: str) -> Foreign:
    """The first column of a name, which in pandas need not be a text, nor stand there once."""
    return df.iloc[:, [str(one) for one in df.columns].index(name)]


def from_pandas(series: Foreign) -> Cells:
    """Read a Series of pandas."""
    kind = series.dtype
    missing = series.isna().to_numpy()
    if getattr(kind, "tz", None) is not None:
        utc = series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        return Values(utc, missing, is_instant=True)
    if isinstance(kind, np.dtype) and kind.kind in "iufM":
        return Values(series.to_numpy(), missing)
    if getattr(kind, "kind", "") in {"i", "u", "f"}:  # numbers with gaps of their own
        number = np.float64 if kind.kind == "f" else np.int64
        return Values(series.fillna(0).to_numpy(dtype=number), missing)
    if hasattr(series, "cat"):
        names = ["" if name != name else str(name) for name in series.cat.categories]  # noqa: PLR0124 - NaN
        codes = series.cat.codes.to_numpy().astype(np.int32)
        return Texts(np.where(codes < 0, np.int32(len(names)), codes), [*names, ""])
    items = series.to_numpy(dtype=object)
    return _from_items([None if gone else item for item, gone in zip(items, missing, strict=True)])


def from_polars(series: Foreign) -> Cells:
    """Read a Series of polars."""
    kind = series.dtype
    if str(kind).startswith("Datetime") and getattr(kind, "time_zone", None) is not None:
        utc = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return Values(utc.to_numpy(), series.is_null().to_numpy(), is_instant=True)
    if kind.is_numeric() and not kind.is_decimal() and not str(kind).endswith("128"):
        missing = series.is_null().to_numpy()
        return Values(series.fill_null(0).to_numpy(), missing | _is_nan(series.to_numpy()))
    if kind.is_temporal():
        return Values(series.to_numpy(), series.is_null().to_numpy())
    return _from_items(series.to_list())


def from_arrow(column: Foreign) -> Cells:
    """Read a column of pyarrow."""
    kind = str(column.type)
    if hasattr(column, "combine_chunks"):
        column = column.combine_chunks()
    missing = np.zeros(len(column), dtype=np.bool_)
    if column.null_count:
        missing = column.is_null().to_numpy(zero_copy_only=False)
    if kind.startswith(("timestamp", "date")):
        is_instant = getattr(column.type, "tz", None) is not None
        return Values(column.to_numpy(zero_copy_only=False), missing, is_instant=is_instant)
    if kind.startswith(("int", "uint", "float", "double", "halffloat")):
        filled = column.fill_null(0) if column.null_count else column
        values = filled.to_numpy(zero_copy_only=False)
        return Values(values, missing | np.isnan(values) if values.dtype.kind == "f" else missing)
    if kind.startswith(("string", "large_string", "string_view", "dictionary")):
        is_text = not kind.startswith("dictionary")
        coded = column.dictionary_encode() if is_text else column
        names = coded.dictionary.to_pylist()
        if not is_text:  # by whoever made the table
            names = ["" if name is None else str(name) for name in names]
        codes = coded.indices
        if coded.null_count:
            codes, names = codes.fill_null(len(names)), [*names, ""]
        codes = codes.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
        return Texts(codes, names, is_distinct=is_text and not coded.null_count)
    return _from_items(column.to_pylist())


def from_array(values: Foreign) -> Cells:
    """Read an array, a column of a frame, or any sequence."""
    library = type(values).__module__.partition(".")[0]
    if library == "pandas" and hasattr(values, "iloc"):
        return from_pandas(values)
    if library == "polars" and hasattr(values, "to_list"):
        return from_polars(values)
    if library == "pyarrow" and hasattr(values, "is_null"):
        return from_arrow(values)
    if not isinstance(values, Iterable) or isinstance(values, str | bytes | Mapping):
        what = "a column is no list of values"
        raise InvalidValue(what, type(values).__name__, "an array or a list for each column")
    array = np.asarray(values) if hasattr(values, "__array__") else _as_objects(values)
    if array.ndim != 1:
        raise InvalidValue("a column must have one dimension", f"{array.ndim} dimensions", "1")
    if array.dtype.kind in "iufM":
        return Values.of(array)
    return _from_items(array.tolist())


def _as_objects(values: Iterable[object]) -> AnyArray:
    items = list(values)
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def _is_nan(values: AnyArray) -> BoolArray:
    is_float = values.dtype.kind == "f"
    return np.isnan(values) if is_float else np.zeros(len(values), dtype=np.bool_)


def _from_items(items: list[object]) -> Cells:
    """Read objects: texts are coded, anything else stays as it is."""
    kinds = {type(item) for item in items}
    if all(kind is type(None) or issubclass(kind, str) for kind in kinds):
        return Texts.of("" if item is None else str(item) for item in items)
    array = _as_objects(items)
    if kinds == {int}:
        with contextlib.suppress(OverflowError):
            return Values.of(array.astype(np.int64))
    return Values.of(array)
