"""How does a result read in a terminal, a log or a doctest?

As one line of title, aligned columns with their units, and what the reader has to know below.
Long tables lose their middle rows, wide ones their middle columns, and say so.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from textwrap import wrap

import attrs

from custinsights.errors import counted
from custinsights.presentation.cells import (
    PARTLY,
    PROVISIONAL,
    align,
    clip,
    marked_once,
    plain,
    shown,
    shown_unit,
    width_of,
)
from custinsights.results.table import Column, Table

__all__ = ["as_text", "visible_rows"]

_GAP = "  "
_ELLIPSIS = "…"
_WIDEST_LABEL = 40


@attrs.frozen
class _Strip:
    """One printed column: its head, its unit, its cells, the side on which they stand."""

    head: str
    unit: str
    cells: tuple[str, ...]
    right: bool

    @property
    def width(self) -> int:
        return max(width_of(text) for text in (self.head, self.unit, *self.cells))

    def line(self, text: str) -> str:
        return align(text, self.width, right=self.right)


def as_text(table: Table, *, width: int = 100, rows: int = 20) -> str:
    """The table as plain text.

    Parameters
    ----------
    table : Table
        What to show. Labels that are e-mail addresses or phone numbers are masked.
    width : int, default 100
        How many terminal cells a line may take.
    rows : int, default 20
        How many rows to show before the middle is left out. A table that is meant to be read in
        full loses nothing.

    Returns
    -------
    str
        Without a line break at the end.
    """
    label = _WIDEST_LABEL
    if table.in_full:
        width, rows, label = sys.maxsize, sys.maxsize, sys.maxsize
    head, tail = visible_rows(len(table), rows)
    chosen = marked_once(table).take([*head, *tail])
    strips = _fitting([_strip(column, table.timezone, label) for column in chosen.columns], width)
    lines = [clip(plain(table.title), width)] if table.title else []
    lines.append(_line([strip.line(strip.head) for strip in strips]))
    if any(strip.unit for strip in strips):
        lines.append(_line([strip.line(strip.unit) for strip in strips]))
    body = [_line([strip.line(strip.cells[i]) for strip in strips]) for i in range(len(chosen))]
    if tail:
        body.insert(len(head), f"{_ELLIPSIS} {counted(len(table) - len(chosen), 'more row')}")
    lines.extend(body or ["no rows"])
    lines.extend(wrap(" · ".join(_footer(chosen)), width))
    return "\n".join(lines)


def visible_rows(total: int, limit: int) -> tuple[range, range]:
    """The rows to show at the start and at the end; no end when everything fits."""
    if total <= limit:
        return range(total), range(0)
    head = (limit + 1) // 2
    return range(head), range(total - (limit - head), total)


def _strip(column: Column, timezone: str, widest: int) -> _Strip:
    cells = shown(column, timezone)
    is_label = column.kind == "label"
    if is_label:
        cells = [clip(cell, widest) for cell in cells]
    right = not is_label or all(isinstance(value, int) for value in column.values)
    is_marked = column.provisional is not None and bool(column.provisional.any())
    head = plain(column.name) + (" " if right and is_marked else "")  # above the digits
    return _Strip(head, shown_unit(column), tuple(cells), right and len(column) > 0)


def _fitting(strips: list[_Strip], width: int) -> list[_Strip]:
    """The columns that fit: the first ones and the last one, an ellipsis for those between."""
    if _total(strips) <= width or len(strips) < 3:  # noqa: PLR2004 - two have no middle
        return strips
    left = _Strip(_ELLIPSIS, "", (_ELLIPSIS,) * len(strips[0].cells), right=True)
    kept = len(strips) - 1
    while kept > 1 and _total([*strips[:kept], left, strips[-1]]) > width:
        kept -= 1
    return [*strips[:kept], left, strips[-1]]


def _total(strips: Sequence[_Strip]) -> int:
    return sum(strip.width for strip in strips) + len(_GAP) * (len(strips) - 1)


def _line(cells: Sequence[str]) -> str:
    return _GAP.join(cells).rstrip()


def _footer(table: Table) -> list[str]:
    notes = [plain(note) for note in table.notes]
    if any(c.provisional is not None and c.provisional.any() for c in table.columns):
        notes.append(f"{PROVISIONAL} {PARTLY}")
    return notes
