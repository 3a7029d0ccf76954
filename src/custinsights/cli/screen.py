"""How does a section look on a screen, or in a pipe?

Cells are laid out here, to the width of the screen; rich only paints them, and leaves the paint
away where nobody would see it. Rows are as long as they need to be and never wrapped.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from textwrap import wrap

import attrs
import numpy as np
import typer
from rich.console import Console
from rich.text import Text

from custinsights.errors import counted
from custinsights.presentation.cells import (
    MISSING,
    PROVISIONAL,
    align,
    clip,
    plain,
    shown,
    width_of,
)
from custinsights.presentation.report.answers import Answer
from custinsights.results.table import Column, Table

__all__ = ["screen", "show"]

_WIDEST = 140
_INDENT = "  "
_GAP = "  "
_HEAD_LINES = 2
_NARROWEST_LABEL, _NARROW_LABEL = 12, 20
_NARROWEST_BAR, _WIDEST_BAR = 6, 24
_EIGHTHS = " ▏▎▍▌▋▊▉"
#: How a share in a grid is painted, from this part of the largest share on.
_HEAT = ((0.75, "bold cyan"), (0.5, "cyan"), (0.25, ""), (0.0, "dim"))


@contextmanager
def screen() -> Iterator[Console]:
    """The output, on which what the block prints appears as a whole.

    Yields
    ------
    Console
        As wide as the terminal, within reason.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # an old encoding shows ? and does not fail
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = min(console.width, _WIDEST)
    with console.capture() as painted:
        yield console
    typer.echo(painted.get(), nl=False)


@attrs.frozen(slots=False)
class _Strip:
    """One column of cells with their paint; its name stands above in one line or two."""

    name: str
    cells: list[str]
    right: bool = True
    paints: list[str] | None = None
    gap: str = "  "
    spare: str = ""

    @cached_property
    def width(self) -> int:
        cells = max(map(width_of, self.cells), default=0)
        fits = (w for w in range(len(self.name) + 1) if len(_broken(self.name, w)) <= _HEAD_LINES)
        return max(cells, next(fits))

    @property
    def heads(self) -> list[str]:
        lines = _broken(self.name, self.width)
        return [""] * (_HEAD_LINES - len(lines)) + [line + self.spare for line in lines]


def _broken(name: str, width: int) -> list[str]:
    """The name in lines of the width; a word that is longer makes them too many."""
    if not name:
        return [""]
    longest = max(map(len, name.split()))
    return [""] * (_HEAD_LINES + 1) if longest > width else wrap(name, width)


def show(console: Console, section: Answer) -> None:
    """Print a section: its title, what it says in a line, and its rows or why it has none."""
    remarks = list(map(plain, (*section.on_screen, *section.remarks)))
    about, room = plain(section.about), console.width - len(section.title) - len(_GAP)
    is_beside = width_of(about) <= room
    _say(console, Text.assemble((section.title, "bold"), "  ", (about if is_beside else "", "dim")))
    for line in [] if is_beside else _wrapped(about, console):
        line.truncate(console.width)
        _say(console, line)
    view = section.view
    if view is not None and len(view):
        strips = _strips(section, view, console)
        for i in range(_HEAD_LINES):
            heads = [s.heads[i] for s in strips]
            if any(map(str.strip, heads)):
                _say(console, _row(strips, heads, ["dim"] * len(strips)))
        for i in range(len(view)):
            paints = [s.paints[i] if s.paints else "" for s in strips]
            _say(console, _row(strips, [s.cells[i] for s in strips], paints))
        if (section.is_grid or section.is_cut) and (hidden := len(view.columns) - len(strips)):
            more = counted(hidden, "more column")
            remarks.insert(0, f"{more} on a wider screen and in --json.")
    for remark in remarks:
        for line in _wrapped(remark, console):
            _say(console, line)
    _say(console, Text())


def _wrapped(text: str, console: Console) -> list[Text]:
    width = console.width - len(_INDENT)
    lines = wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [Text(_INDENT + line, style="dim") for line in lines]


def _say(console: Console, line: Text) -> None:
    line.rstrip()
    console.print(line, soft_wrap=True)


def _row(strips: Sequence[_Strip], texts: Sequence[str], paints: Sequence[str]) -> Text:
    line = Text(_INDENT)
    for i, (strip, text, paint) in enumerate(zip(strips, texts, paints, strict=True)):
        line.append(strip.gap if i else "")
        line.append(align(text, strip.width, right=strip.right), style=paint)
    return line


def _strips(section: Answer, view: Table, console: Console) -> list[_Strip]:
    """The columns of a section, fitted to the width: labels shrink, bars take what is left."""
    room = console.width - len(_INDENT)
    if section.is_grid:
        return _fitting(_grid(view), room)
    strips = [_strip(column, view.timezone) for column in view.columns]
    strips = _shrunk(strips, room, _NARROW_LABEL if section.is_cut else _NARROWEST_LABEL)
    if section.is_cut:
        return _fitting(strips, room)
    length = min(_WIDEST_BAR, room - _taken(strips) - len(_GAP))
    if section.bars and length >= _NARROWEST_BAR:
        shares = view.column(section.bars)
        strips.append(_bars(shares, length, fine=not console.options.ascii_only))
    return strips


def _shrunk(strips: list[_Strip], room: int, least: int) -> list[_Strip]:
    """The columns with labels cut, the widest first, until they fit or have their least width."""
    while (over := _taken(strips) - room) > 0:
        widest = max(range(len(strips)), key=lambda i: -1 if strips[i].right else strips[i].width)
        width = strips[widest].width
        if strips[widest].right or width <= least:
            break
        cells = [clip(cell, max(least, width - over)) for cell in strips[widest].cells]
        strips[widest] = attrs.evolve(strips[widest], cells=cells)
        if strips[widest].width == width:
            break
    return strips


def _fitting(strips: list[_Strip], room: int) -> list[_Strip]:
    """The first columns, as many as there is room for."""
    while len(strips) > 1 and _taken(strips) > room:
        strips.pop()
    return strips


def _taken(strips: Sequence[_Strip]) -> int:
    return sum(strip.width + len(strip.gap) for strip in strips) - len(strips[0].gap)


def _strip(column: Column, timezone: str) -> _Strip:
    name = plain(column.name).replace("_", " ").strip()
    are_numbers = all(isinstance(value, int) for value in column.values)
    right = column.kind != "label" or are_numbers
    return _Strip(name, shown(column, timezone), right=right)


def _grid(view: Table) -> list[_Strip]:
    """The columns of a grid: whole percents without the sign, painted by how large they are."""
    shares = [column for column in view.columns if column.kind == "share"]
    present = [column.values[~column.absent] for column in shares]
    highest = max((float(part.max()) for part in present if part.size), default=0.0) or 1.0
    are_marked = any(c.provisional is not None and c.provisional.any() for c in shares)
    strips = []
    for column in view.columns:
        if column.kind != "share":
            strips.append(_strip(column, view.timezone))
        else:
            gap = _GAP if column is shares[0] else " "
            strips.append(_grid_strip(column, highest, gap, spare=" " if are_marked else ""))
    return strips


def _grid_strip(column: Column, highest: float, gap: str, *, spare: str) -> _Strip:
    cells, paints = [], []
    marks = np.zeros(len(column), bool) if column.provisional is None else column.provisional
    for value, absent, mark in zip(column.values, column.absent, marks, strict=True):
        text = MISSING if absent else f"{100 * value:.0f}"
        cells.append(f"{text:>3}" + (PROVISIONAL if mark and not absent else spare))
        heat = 0.0 if absent else value / highest
        paints.append(next(paint for least, paint in _HEAT if heat >= least))
    return _Strip(column.name, cells, paints=paints, gap=gap, spare=spare)


def _bars(shares: Column, length: int, *, fine: bool) -> _Strip:
    """Horizontal bars, the largest share as long as the room allows."""
    values = np.where(shares.absent, 0.0, np.clip(shares.values, 0.0, None))
    whole = float(values.max(initial=0.0)) or 1.0
    eighths = [round(8 * length * value / whole) for value in values.tolist()]
    if fine:
        bars = ["█" * (n // 8) + _EIGHTHS[n % 8].strip() for n in eighths]
    else:
        bars = ["#" * round(n / 8) for n in eighths]
    return _Strip("", bars, right=False, paints=["cyan"] * len(bars))
