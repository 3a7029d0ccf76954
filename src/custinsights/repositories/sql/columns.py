"""How do the columns of a batch become values of a database, and the other way round?"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from custinsights.repositories.batches import NOTHING

__all__ = [
    "NUMBERS",
    "Columns",
    "array_of",
    "json_of",
    "mapping_of",
    "nothing",
    "taken",
    "values_of",
]

Columns = Mapping[str, npt.NDArray[Any]]
NUMBERS: Final = frozenset({"money", "quantity", "instant", "row"})
"""The kinds of columns that hold whole numbers."""
_JSON: Final = frozenset({"mapping", "texts"})


def values_of(kind: str, column: npt.NDArray[Any] | None, many: int) -> list[Any]:
    """Return a column as Python's own values, None where there is nothing, or no column."""
    if column is None:
        return [None] * many
    if kind in _JSON:
        return [json_of(one) if one else None for one in column]
    if kind not in NUMBERS:
        return [*column.tolist()]
    missing = column == NOTHING
    if not missing.any():
        return [*column.tolist()]
    if missing.all():
        return [None] * many
    values = column.astype(object)
    values[missing] = None
    return [*values.tolist()]


def array_of(
    kind: str, values: Sequence[Any], opened: Callable[[str], str] | None = None
) -> npt.NDArray[Any]:
    """Return values as the column of a batch; `opened` opens what is sealed."""
    is_empty = not values or (values[0] is None and list(values).count(None) == len(values))
    if kind in NUMBERS:
        return nothing(kind, len(values)) if is_empty else _numbers(values)
    column = nothing(kind, len(values))
    if kind == "texts":
        for at, one in enumerate(values):
            column[at] = () if one is None else tuple(json.loads(one))  # a tuple is one value
        return column
    if is_empty:
        return column
    if opened is not None:
        values = [None if one is None else opened(one) for one in values]
    if kind == "mapping":
        values = [None if one is None else mapping_of(one) for one in values]
    return np.fromiter(values, dtype=column.dtype, count=len(values))


def _numbers(values: Sequence[Any]) -> npt.NDArray[np.int64]:
    try:
        return np.array(values, dtype=np.int64)
    except TypeError:
        return np.array([NOTHING if one is None else one for one in values], dtype=np.int64)


def nothing(kind: str, many: int) -> npt.NDArray[Any]:
    """Return a column in which nothing is."""
    if kind in NUMBERS:
        return np.full(many, NOTHING, dtype=np.int64)
    return np.full(many, np.nan) if kind == "float" else np.full(many, None, dtype=object)


def taken(columns: Columns, rows: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Return some rows of columns."""
    return {name: column[rows] for name, column in columns.items()}


def json_of(value: Any, *, in_order: bool = False) -> str:
    """Return a value as JSON; names in order are the same for equal mappings."""
    return json.dumps(value, sort_keys=in_order, separators=(",", ":"), default=_day)


def _day(value: date) -> dict[str, str]:
    return {"date": value.isoformat()}


def mapping_of(text: str) -> dict[str, Any]:
    """Return a mapping out of JSON; days are days again."""
    read: dict[str, Any] = json.loads(text)
    for name, value in read.items():
        if isinstance(value, dict) and value.keys() == {"date"}:
            read[name] = date.fromisoformat(value["date"])
    return read
