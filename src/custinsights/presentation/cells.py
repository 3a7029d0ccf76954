"""What does one cell look like to a person?

The only place where numbers are rounded for display. Text, HTML and the command line all show
the strings that are made here, so that a number reads the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from unicodedata import combining, east_asian_width
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from custinsights.domain import CURRENCIES, minor_exponent
from custinsights.domain.contacts import looks_like_contact, masked
from custinsights.results.table import Column, Table

__all__ = [
    "MISSING",
    "PARTLY",
    "PROVISIONAL",
    "UNKNOWN",
    "align",
    "clip",
    "instants",
    "is_grid",
    "marked_once",
    "of_unit",
    "plain",
    "scaled",
    "shown",
    "shown_unit",
    "width_of",
]

MISSING = "·"
UNKNOWN = "(unknown)"
PROVISIONAL = "*"
PARTLY = "only part of the period"

#: From this many share columns on, a table is a grid whose pattern is easier to see than to read.
_GRID = 3

#: A column whose numbers are all smaller than this gets more decimals.
_TINY = 0.1

_MOST_DECIMALS = 17

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def scaled(value: int, exponent: int) -> str:
    """A scaled integer written out exactly: ``scaled(-5, 2)`` is ``"-0.05"``."""
    if exponent == 0:
        return str(value)
    digits = str(abs(value)).rjust(exponent + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-exponent]}.{digits[-exponent:]}"


def instants(column: Column, timezone: str) -> list[datetime | None]:
    """The instants of a column as aware datetimes in the zone, None where there is none."""
    zone = ZoneInfo(timezone)
    return [
        None if absent else (_EPOCH + timedelta(microseconds=value)).astimezone(zone)
        for value, absent in zip(column.values.tolist(), column.absent.tolist(), strict=True)
    ]


def plain(text: str) -> str:
    """The text with every character that could move a cursor or hide others made a blank."""
    return "".join(character if character.isprintable() else " " for character in text)


def width_of(text: str) -> int:
    """How many terminal cells the text takes: two for wide characters, none for accents."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )


def clip(text: str, width: int) -> str:
    """The text, shortened with an ellipsis to fit the width."""
    if width_of(text) <= width:
        return text
    kept = text
    while kept and width_of(kept) > width - 1:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def align(text: str, width: int, *, right: bool) -> str:
    """The text filled with blanks to the width."""
    blanks = " " * max(0, width - width_of(text))
    return blanks + text if right else text + blanks


def is_grid(table: Table) -> bool:
    """Whether a table is shares in so many columns that its cells are shaded."""
    return sum(column.kind == "share" for column in table.columns) >= _GRID


def marked_once(table: Table) -> Table:
    """The table with a row that is provisional as a whole marked at its first label alone."""
    labels = [column for column in table.columns if column.kind == "label"]
    values = [column for column in table.columns if column.kind != "label"]
    marks = {None if c.provisional is None else c.provisional.tobytes() for c in values}
    if not labels or len(marks) != 1 or values[0].provisional is None:
        return table
    marked = attrs.evolve(labels[0], provisional=values[0].provisional)
    columns = (
        marked if column is labels[0] else attrs.evolve(column, provisional=None)
        for column in table.columns
    )
    return attrs.evolve(table, columns=columns)


def shown_unit(column: Column) -> str:
    """The unit to print beside a column's name; nothing where the cells say it themselves."""
    if column.kind in ("label", "flag", "instant", "share") or column.unit in (
        "share",
        "customers",
    ):
        return ""
    return "" if column.unit == column.name else column.unit


def shown(column: Column, timezone: str = "UTC", *, marks: bool = True) -> list[str]:
    """Every cell of the column as people read it; provisional ones end with a mark."""
    write = _writers[column.kind](column, timezone)
    nothing = UNKNOWN if column.kind == "label" else MISSING
    texts = [
        nothing if absent else text
        for text, absent in zip(write, column.absent.tolist(), strict=True)
    ]
    if not marks or column.provisional is None or not column.provisional.any():
        return texts
    filler = "" if column.kind == "label" else " "
    return [
        text + (PROVISIONAL if provisional and text != nothing else filler)
        for text, provisional in zip(texts, column.provisional.tolist(), strict=True)
    ]


def _labels(column: Column, _timezone: str) -> list[str]:
    return [plain(masked(v) if looks_like_contact(v) else str(v)) for v in column.values]


def _counts(column: Column, _timezone: str) -> list[str]:
    return [f"{value:,}" for value in column.values.tolist()]


def _money(column: Column, _timezone: str) -> list[str]:
    return [_grouped(scaled(value, column.exponent)) for value in column.values.tolist()]


def _quantities(column: Column, _timezone: str) -> list[str]:
    texts = [_grouped(scaled(value, column.exponent)) for value in column.values.tolist()]
    spare = min((_trailing_zeros(text) for text in texts), default=0)
    return [text[: len(text) - spare].removesuffix(".") for text in texts]


def _numbers(column: Column, _timezone: str) -> list[str]:
    values = column.values.tolist()
    if column.units is not None:
        return [of_unit(*pair) for pair in zip(values, column.units.tolist(), strict=True)]
    present = np.abs(column.values[~column.absent])
    decimals = 4 if present.size and 0 < present.max() < _TINY else 2
    return [f"{value:,.{decimals}f}" for value in values]


def of_unit(value: float, unit: str, beside: Collection[float] = ()) -> str:
    """A number as its unit wants it: shares as percent, money in full, whole things as such.

    With as many more digits as it takes to tell it from those that it stands beside.
    """
    if unit == "share":
        return f"{100 * value:,.{_telling(value, beside, 3) - 2}f}%"
    decimals = minor_exponent(unit) if unit in CURRENCIES else 0 if value.is_integer() else 2
    if unit not in CURRENCIES and 0 < abs(value) < _TINY:
        decimals = 4
    return f"{value:,.{_telling(value, beside, decimals)}f}"


def _telling(value: float, beside: Collection[float], decimals: int) -> int:
    """How many decimals keep the value on its side of the others."""
    while decimals < _MOST_DECIMALS and any(
        np.sign(round(value, decimals) - other) != np.sign(value - other)
        for other in beside
        if np.isfinite(other)
    ):
        decimals += 1
    return decimals


def _shares(column: Column, _timezone: str) -> list[str]:
    sign = "+" if column.unit == "change" else ""
    return [f"{100 * value:{sign},.1f}%" for value in column.values.tolist()]


def _instants(column: Column, timezone: str) -> list[str]:
    moments = instants(column, timezone)
    midnight = all(
        m is None or m.timetz().replace(tzinfo=None).isoformat() == "00:00:00" for m in moments
    )
    pattern = "%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M"
    return ["" if moment is None else moment.strftime(pattern) for moment in moments]


def _flags(column: Column, _timezone: str) -> list[str]:
    return ["yes" if value else "no" for value in column.values.tolist()]


def _grouped(number: str) -> str:
    whole, point, decimals = number.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.removeprefix('-')):,}{point}{decimals}"


def _trailing_zeros(number: str) -> int:
    return len(number) - len(number.rstrip("0")) if "." in number else 0


_writers: dict[str, Callable[[Column, str], Sequence[str]]] = {
    "label": _labels,
    "count": _counts,
    "money": _money,
    "quantity": _quantities,
    "number": _numbers,
    "share": _shares,
    "instant": _instants,
    "flag": _flags,
}
