"""How do the parts of a page become rows, for a screen, a spreadsheet and a program?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import attrs

from custinsights.presentation.report.answers import Answer
from custinsights.presentation.report.parts import (
    Chart,
    HeatTable,
    Listing,
    Part,
    Section,
    Switch,
    Tiles,
)
from custinsights.presentation.report.views import (
    in_brief,
    sentence,
    without_zeros,
)
from custinsights.presentation.spreadsheet import Chart as Drawn
from custinsights.results.table import Table

__all__ = ["answers_of"]

_Tabled: TypeAlias = Chart | Tiles | HeatTable | Listing

_FIRST = 10
_BARS = 20


def answers_of(section: Section, *, is_whole: bool = True) -> Iterator[Answer]:
    """Yield an answer for each table behind the parts of a section; one that says why of none.

    Parameters
    ----------
    is_whole
        Whether nothing was told of the section before: its first rows bear its name.
    """
    found = [_answer(*one) for one in _by_table(section.parts)]
    if is_whole:
        first = found.pop(0) if found else Answer(key="", title="")
        about, remarks = section.about, section.remarks
        if not section.parts:
            about = ""
        first = attrs.evolve(first, key=section.key, title=section.title, about=about)
        yield attrs.evolve(first, remarks=(*first.remarks, *remarks))
    yield from found


def _by_table(parts: Sequence[Part]) -> Iterator[tuple[_Tabled, Table, list[Drawn]]]:
    """Yield every table once, with what is drawn of it."""
    told: dict[int, tuple[_Tabled, Table, list[Drawn]]] = {}
    for part in _each(parts):
        table = part.table
        is_curve = isinstance(part, Chart) and table.columns[0].kind == "share"
        if is_curve and len(table) > _FIRST:  # for the eye alone
            continue
        _, _, drawn = told.setdefault(id(table), (part, table, []))
        if isinstance(part, Chart):
            drawn.append(_drawn(part))
    yield from told.values()


def _each(parts: Sequence[Part]) -> Iterator[_Tabled]:
    for part in parts:
        if isinstance(part, Switch):
            yield from _each([*part.parts.values()])
        elif not isinstance(part, tuple):
            yield part


def _answer(part: _Tabled, table: Table, charts: list[Drawn]) -> Answer:
    title = sentence(part.title)
    name, _, _ = title.partition(" (")
    key, notes = (part.key, part.notes) if isinstance(part, Listing) else ("", ())
    told = Answer(
        key=key or re.sub(r"\W+", "_", name.casefold()).strip("_"),
        title=title,
        records=table,
        view=table,
        is_cut=True,
        charts=tuple(charts),
        remarks=notes,
    )
    if isinstance(part, Tiles):
        drawn = (Drawn(kind="column", labels="segment", values=("customers",), title=title),)
        return attrs.evolve(told, view=in_brief(table), is_cut=False, bars="share", charts=drawn)
    if isinstance(part, HeatTable):
        return attrs.evolve(told, view=without_zeros(table), is_heat=True)
    return told


def _drawn(part: Chart) -> Drawn:
    """Return how a spreadsheet draws a chart."""
    first = part.figure["data"][0]
    kind = "line" if first["type"] == "scatter" else "column"
    is_lying = first.get("orientation") == "h"
    return Drawn(
        kind="bar" if is_lying else kind,
        labels=part.table.names[0],
        values=part.series,
        title=part.title,
        is_stacked=part.figure["layout"].get("barmode") == "relative",
        rows=_BARS if is_lying else None,
    )
