"""What does a cell hold in a spreadsheet? A typed value, and the format in which it is shown.

Numbers are not rounded: the format alone says how many decimals are shown. What a spreadsheet
would change, such as a number of more than fifteen digits, is a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import numpy as np

from custinsights.domain import CURRENCIES, minor_exponent
from custinsights.presentation.cells import instants, scaled
from custinsights.results.files import starts_formula
from custinsights.results.table import Column

__all__ = ["MOST_SIGNS", "Cell", "Format", "clipped", "typed_cells"]

MOST_SIGNS: Final = 32_767
"""How long a text in a cell can be, in units of UTF-16."""

_MOST_EXACT = 10**15
_FIRST_DAY = datetime(1900, 3, 1)  # noqa: DTZ001 - before it spreadsheets count days differently
_TINY = 0.1
_OF_PERIODS = re.compile(r"(\w+_)?(year|month|day)|cohort")
_SPELLINGS = {"%Y-%m-%d": "yyyy-mm-dd", "%Y-%m": "yyyy-mm"}

Format: TypeAlias = dict[str, Any]
"""What a cell looks like, by XlsxWriter's names."""

Cell: TypeAlias = tuple[str, Any, Format]
"""What is written (``string``, ``number``, ``datetime``, ``boolean``, ``blank``), as what."""

_TEXT: Format = {"align": "left", "indent": 1}
_MAYBE_FORMULA: Format = {**_TEXT, "quote_prefix": True}  # stays a text when it is edited
_UNSURE: Format = {"italic": True, "font_color": "#6B6B6B"}
_EMPTY: Cell = ("blank", None, {})


def typed_cells(column: Column, timezone: str) -> list[Cell]:
    """Return the cells of a column; those of which only part is known are in grey italics."""
    cells = _writers[column.kind](column, timezone)
    present = [
        _EMPTY if absent else cell
        for cell, absent in zip(cells, column.absent.tolist(), strict=True)
    ]
    if column.provisional is None:
        return present
    return [
        (how, value, {**form, **_UNSURE}) if unsure else (how, value, form)
        for (how, value, form), unsure in zip(present, column.provisional.tolist(), strict=True)
    ]


def clipped(text: str) -> str:
    """Return a text as far as a cell can hold it."""
    if len(text) <= MOST_SIGNS // 2:
        return text
    return text.encode("utf-16-le")[: 2 * MOST_SIGNS].decode("utf-16-le", "ignore")


def _text(text: str) -> Cell:
    return "string", clipped(text), _MAYBE_FORMULA if starts_formula(text) else _TEXT


def _labels(column: Column, _timezone: str) -> Iterator[Cell]:
    """Days and months as dates, in the format that spells them as before; years as numbers."""
    number: Format = {"num_format": "0"}
    values = column.values.tolist()
    if _OF_PERIODS.fullmatch(column.name):
        told = [value for value in values if value is not None]
        if told and all(_is_year(value) for value in told):
            values = [None if value is None else int(value) for value in values]
        for pattern, spelling in _SPELLINGS.items():
            if (dates := _dates(values, pattern)) is not None:
                form = {**_TEXT, "num_format": spelling}
                yield from (_EMPTY if one is None else ("datetime", one, form) for one in dates)
                return
    for value in values:
        if isinstance(value, int) and abs(value) < _MOST_EXACT:
            yield "number", value, number
        else:
            yield _text(str(value))


def _is_year(label: object) -> bool:
    return isinstance(label, str) and len(label) == 4 and label.isdecimal()  # noqa: PLR2004 - YYYY


def _dates(labels: Sequence[object], pattern: str) -> list[datetime | None] | None:
    """Return the beginnings of periods, None where one of the labels is no period so spelled."""
    try:
        dates = [
            None if label is None else datetime.strptime(str(label), pattern)  # noqa: DTZ007 - a day
            for label in labels
        ]
    except ValueError:
        return None
    return dates if all(one is None or one >= _FIRST_DAY for one in dates) else None


def _counts(column: Column, _timezone: str) -> Iterator[Cell]:
    return _numbers_in(column.values.tolist(), {"num_format": "#,##0"})


def _money(column: Column, _timezone: str) -> Iterator[Cell]:
    return _scaled(column, {"num_format": _money_format(column.unit, column.exponent)})


def _quantities(column: Column, _timezone: str) -> Iterator[Cell]:
    """Show as many decimals as one of them needs."""
    present = column.values[~column.absent]
    decimals = next(
        n for n in range(column.exponent + 1) if not np.any(present % 10 ** (column.exponent - n))
    )
    return _scaled(column, {"num_format": _decimals(decimals)})


def _scaled(column: Column, form: Format) -> Iterator[Cell]:
    whole = 10**column.exponent
    for value in column.values.tolist():
        if abs(value) < _MOST_EXACT:
            yield "number", value / whole if column.exponent else value, form
        else:
            yield "string", scaled(value, column.exponent), {**form, "align": "right"}


def _numbers(column: Column, _timezone: str) -> Iterator[Cell]:
    values = column.values.tolist()
    if column.units is None:
        present = np.abs(column.values[~column.absent])
        is_tiny = bool(present.size) and 0 < present.max() < _TINY
        return _numbers_in(values, _number_format(column.unit, "#,##0.0000" if is_tiny else ""))
    units = column.units.tolist()
    return (
        ("number", value, _number_format(unit, "#,##0" if value == value // 1 else ""))
        for value, unit in zip(values, units, strict=True)
    )


def _number_format(unit: str, otherwise: str) -> Format:
    if unit == "share":
        return {"num_format": "0.0%"}
    if unit in CURRENCIES:
        return {"num_format": _money_format(unit, minor_exponent(unit))}
    return {"num_format": otherwise or "#,##0.00"}


def _shares(column: Column, _timezone: str) -> Iterator[Cell]:
    form = "+0.0%;-0.0%;0.0%" if column.unit == "change" else "0.0%"
    return _numbers_in(column.values.tolist(), {"num_format": form})


def _numbers_in(values: Iterable[float], form: Format) -> Iterator[Cell]:
    return (("number", value, form) for value in values)


def _instants(column: Column, timezone: str) -> Iterator[Cell]:
    """Local times; days where none has a time of day."""
    moments = instants(column, timezone)
    local = [None if one is None else one.replace(tzinfo=None) for one in moments]
    are_days = all(one is None or one.time() == datetime.min.time() for one in local)
    form = {**_TEXT, "num_format": "yyyy-mm-dd" if are_days else "yyyy-mm-dd hh:mm:ss"}
    for one in local:
        if one is None:
            yield _EMPTY
        elif one < _FIRST_DAY:
            yield "string", one.isoformat(" "), _TEXT
        else:
            yield "datetime", one, form


def _flags(column: Column, _timezone: str) -> Iterator[Cell]:
    return (("boolean", value, _TEXT) for value in column.values.tolist())


def _money_format(currency: str, exponent: int) -> str:
    number = _decimals(exponent)
    return f"{number} [${currency}]" if currency in CURRENCIES else number


def _decimals(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


_writers: dict[str, Callable[[Column, str], Iterable[Cell]]] = {
    "label": _labels,
    "count": _counts,
    "money": _money,
    "quantity": _quantities,
    "number": _numbers,
    "share": _shares,
    "instant": _instants,
    "flag": _flags,
}
