"""How does a result look in a notebook?

As one semantic table with its title as caption, everything escaped, styled by a few inline rules
that take their colours from the notebook, light or dark.
"""

from __future__ import annotations

from html import escape

import numpy as np

from custinsights.errors import counted
from custinsights.presentation.cells import (
    PARTLY,
    PROVISIONAL,
    is_grid,
    marked_once,
    shown,
    shown_unit,
)
from custinsights.presentation.text import visible_rows
from custinsights.results.table import Column, Table

__all__ = ["as_html"]

_RULE = "border-bottom:1px solid rgba(128,128,128,.4)"
_FAINT = "opacity:.65"
_CELL = "padding:.2em .7em"
_DIGITS = "font-variant-numeric:tabular-nums"


def as_html(table: Table, *, rows: int = 40) -> str:
    """The table as an HTML fragment for notebooks.

    Parameters
    ----------
    table : Table
        What to show. Labels that are e-mail addresses or phone numbers are masked.
    rows : int, default 40
        How many rows to show before the middle is left out.
    """
    head, tail = visible_rows(len(table), rows)
    chosen = marked_once(table).take([*head, *tail])
    cells = [_cells(column, table.timezone, heat=is_grid(table)) for column in chosen.columns]
    body = ["<tr>" + "".join(row) + "</tr>" for row in zip(*cells, strict=True)]
    if tail:
        style = f"{_CELL};{_FAINT};text-align:center"
        gap = f"… {counted(len(table) - len(chosen), 'more row')}"
        body.insert(len(head), f'<tr><td colspan="{len(cells)}" style="{style}">{gap}</td></tr>')
    return (
        f'<table style="border-collapse:collapse;{_DIGITS}">'
        f'<caption style="caption-side:top;text-align:left;font-weight:bold;{_CELL}">'
        f"{escape(table.title)}</caption>"
        f"<thead><tr>{''.join(map(_heading, chosen.columns))}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody>"
        f"{_footer(chosen)}</table>"
    )


def _heading(column: Column) -> str:
    unit = shown_unit(column)
    shown_below = (
        f'<br><span style="font-weight:normal;{_FAINT}">{escape(unit)}</span>' if unit else ""
    )
    style = f"{_CELL};{_RULE};text-align:{_side(column)};vertical-align:top"
    return f'<th scope="col" style="{style}">{escape(column.name)}{shown_below}</th>'


def _cells(column: Column, timezone: str, *, heat: bool) -> list[str]:
    texts = [escape(text) for text in shown(column, timezone)]
    whole = ";white-space:nowrap" if column.kind == "instant" else ""
    style = f"{_CELL};text-align:{_side(column)}{whole}"
    if column.kind == "label":
        plain = f"{style};font-weight:normal"
        return [f'<th scope="row" style="{plain}">{text}</th>' for text in texts]
    if heat and column.kind == "share":
        shades = np.where(column.absent, 0.0, np.clip(column.values, 0.0, 1.0)).tolist()
        return [
            f'<td style="{style};background:rgba(66,133,190,{shade:.2f})">{text}</td>'
            for shade, text in zip(shades, texts, strict=True)
        ]
    return [f'<td style="{style}">{text}</td>' for text in texts]


def _side(column: Column) -> str:
    return "left" if column.kind == "label" else "right"


def _footer(table: Table) -> str:
    notes = list(table.notes)
    if any(c.provisional is not None and c.provisional.any() for c in table.columns):
        notes.append(f"{PROVISIONAL} {PARTLY}")
    if not notes:
        return ""
    text = " · ".join(escape(note) for note in notes)
    return (
        f'<tfoot><tr><td colspan="{len(table.columns)}" style="{_CELL};{_FAINT};text-align:left">'
        f"{text}</td></tr></tfoot>"
    )
