"""How does a result become plain Python records, or a CSV file that a spreadsheet opens safely?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from os import PathLike
from typing import Any, TextIO

from custinsights.errors import InvalidValue
from custinsights.presentation.cells import instants, scaled
from custinsights.results.files import starts_formula, written_whole
from custinsights.results.table import Column, Table

__all__ = ["natural", "to_dicts", "write_csv"]


def natural(column: Column, timezone: str = "UTC") -> list[Any]:
    """The values of a column in natural units, one Python object per row.

    Parameters
    ----------
    column : Column
        Any column of a table.
    timezone : str, default "UTC"
        The zone of its instants.

    Returns
    -------
    list
        Labels as they are, counts as int, money and quantities as exact Decimal, numbers and
        shares as float, instants as aware datetimes, flags as bool; None where there is none.
    """
    if column.kind == "instant":
        return list(instants(column, timezone))
    values = column.values.tolist()
    convert = _converters.get(column.kind)
    if convert is not None:
        values = [convert(value, column.exponent) for value in values]
    return [
        None if absent else value
        for value, absent in zip(values, column.absent.tolist(), strict=True)
    ]


def to_dicts(table: Table) -> list[dict[str, Any]]:
    """One dict per row, in the order of the rows; see `natural` for the values."""
    columns = [natural(column, table.timezone) for column in table.columns]
    return [dict(zip(table.names, row, strict=True)) for row in zip(*columns, strict=True)]


def write_csv(table: Table, target: str | PathLike[str] | TextIO) -> None:
    """Write a table as CSV: UTF-8, one header line, text quoted, numbers bare.

    A text that a spreadsheet would run as a formula starts with an apostrophe. A file appears
    whole or not at all: it is written beside its place and then renamed.

    Parameters
    ----------
    table : Table
        What to write. Money and quantities are exact, instants ISO 8601 with their offset,
        shares fractions of one, missing values empty.
    target : path or text file
        Where to. An open file is written to and left open.

    Raises
    ------
    InvalidValue
        The target is neither a path of a file nor a file that is open as text, or its folder is not
        there.
    """
    if not isinstance(target, str | PathLike):
        _refuse_no_file(target)
        target.writelines(_lines(table))
        return
    with (
        written_whole(target) as draft,
        draft.open("w", encoding="utf-8", newline="") as stream,
    ):
        stream.writelines(_lines(table))


def _refuse_no_file(target: Any) -> None:
    """Refuse what is no file that is open and takes texts."""
    try:
        target.write("")
    except (AttributeError, TypeError, ValueError) as error:  # no file, one of bytes, a closed one
        what, allowed = "no text can be written to this", "a path, or a file that is open as text"
        raise InvalidValue(what, type(target).__name__, allowed) from error


def _lines(table: Table) -> Iterator[str]:
    yield ",".join(_cell(name) for name in table.names) + "\r\n"
    columns = [natural(column, table.timezone) for column in table.columns]
    for row in zip(*columns, strict=True):
        yield ",".join(_cell(value) for value in row) + "\r\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        guard = "'" if starts_formula(value) else ""
        return '"' + guard + value.replace('"', '""') + '"'
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return repr(value) if isinstance(value, float) else str(value)


def _exact(value: int, exponent: int) -> Decimal:
    return Decimal(scaled(value, exponent))


def _shortest(value: int, exponent: int) -> Decimal:
    """Quantities are written without decimals that say nothing: 3, not 3.000."""
    text = scaled(value, exponent)
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


_converters: dict[str, Callable[[int, int], Decimal]] = {"money": _exact, "quantity": _shortest}
