"""How does a table become a spreadsheet, with real numbers and dates?

Texts are written as texts, whatever they look like: nothing in them runs, and nothing is linked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from itertools import cycle
from os import PathLike
from textwrap import wrap
from typing import Any, TypeAlias

import attrs

from custinsights.errors import InvalidValue, MissingExtra, counted
from custinsights.presentation.cells import PARTLY, is_grid, plain, shown, shown_unit, width_of
from custinsights.presentation.typed_cells import MOST_SIGNS, Format, clipped, typed_cells
from custinsights.results.files import written_whole
from custinsights.results.provenance import Provenance
from custinsights.results.table import KINDS, Column, Table

__all__ = ["Chart", "Sheet", "write_workbook", "write_xlsx"]

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_CREATED = datetime(1980, 1, 1)  # noqa: DTZ001 - no clock: the same tables are the same bytes
_NARROWEST, _WIDEST, _LOOKED_AT = 8, 60, 500
_NOTES = "Notes"
_LONGEST_TAB = 31
_END_OF_TAB = re.compile(r",? (and|in|of) |, | \(")
_OURS = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_HEADS = {"n": "out of"}
_NOT_IN_TABS = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_HEAD: Format = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")  # Okabe and Ito: told apart by everybody
_LIGHT, _DARK = "#FFFFFF", "#4285BE"
_LEFT: Format = {"align": "left", "indent": 1}
_RIGHT: Format = {"align": "right"}
_PLAIN: Format = {"bold": False}
_GRID_LINES = {"visible": True, "line": {"color": "#D9D9D9"}}
_LINE, _MOST_LINES = 15, 6  # how high a line of the header is, and how many of them
_CHART_ROWS = 20  # of the height of a row, which is that of a chart

_Note: TypeAlias = tuple[str, str, str]
"""Of which sheet, about what, and what."""


@attrs.frozen(kw_only=True)
class Chart:
    """A native chart beside a table.

    Parameters
    ----------
    kind : {"column", "line", "bar"}
        Which one.
    labels : str
        The column whose cells stand along the axis.
    values : tuple of str
        The columns that are drawn.
    title : str
        What it shows.
    is_stacked : bool, default False
        Whether one stands on the other.
    rows : int, optional
        How many rows are drawn, from the first; all of them unless told.
    """

    kind: str
    labels: str
    values: tuple[str, ...]
    title: str
    is_stacked: bool = False
    rows: int | None = None


@attrs.frozen(kw_only=True)
class Sheet:
    """A table in a workbook.

    Parameters
    ----------
    name : str
        What stands on its tab, as far as a tab can hold it.
    table : Table
        What is in it. A table of many shares is shaded like a map of heat.
    is_heat : bool, default False
        Whether the numbers of another table are shaded too.
    has_names : bool, default False
        Whether names head the columns as a program knows them, in place of words.
    notes : tuple of str
        What stands of it on the sheet of notes, before the notes of the table.
    charts : tuple of Chart
        What is drawn beside it.
    provenance : Provenance, optional
        Where it comes from: the definitions stand on the sheet of notes.
    """

    name: str
    table: Table
    is_heat: bool = False
    has_names: bool = False
    notes: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    provenance: Provenance | None = None


def write_xlsx(
    table: Table, target: str | PathLike[str], provenance: Provenance | None = None
) -> None:
    """Write a table as a spreadsheet: a sheet with its rows, and one with its notes.

    Money is a number in the format of its currency, a share a percentage, an instant a local time
    with the zone in the header; text is always text. Numbers of more than fifteen digits, which a
    spreadsheet would change, and days before March 1900 are written as texts.

    Parameters
    ----------
    table : Table
        What to write.
    target : path
        Where to; the file appears whole or not at all.
    provenance : Provenance, optional
        Where the rows come from.

    Raises
    ------
    InvalidValue
        There are more rows or columns than a sheet has, or no such folder.
    MissingExtra
        XlsxWriter is not installed.
    """
    sheet = Sheet(name="Data", table=table, has_names=True, provenance=provenance)
    write_workbook([sheet], target)


def write_workbook(sheets: Sequence[Sheet], target: str | PathLike[str]) -> None:
    """Write tables as sheets of one file, in order, and the notes of all as the last sheet.

    See `write_xlsx` for what is in the cells.
    """
    try:
        library: Any = import_module("xlsxwriter")
    except ImportError as error:
        raise MissingExtra("XlsxWriter", "report", "writing a spreadsheet") from error
    for sheet in sheets:
        _refuse_too_large(sheet.table)
    is_plain = not any(sheet.charts for sheet in sheets)  # charts look cells up again
    with (
        written_whole(target) as draft,
        library.Workbook(
            str(draft), {"constant_memory": is_plain, "tmpdir": str(draft.parent)}
        ) as book,
    ):
        book.set_properties({"created": _CREATED})
        formats = _Formats(book)
        notes: list[_Note] = []
        for sheet, tab in zip(sheets, _tabs([sheet.name for sheet in sheets]), strict=True):
            page = book.add_worksheet(tab)
            heads = _heads(sheet)
            _fill(page, sheet.table, heads, formats)
            _shade(page, sheet)
            for place, chart in enumerate(sheet.charts):
                _draw(book, page, sheet.table, chart, heads, place=place)
            notes += [(tab, *note) for note in _noted(sheet)]
        listed = Sheet(name=_NOTES, table=_table_of(notes))
        _fill(book.add_worksheet(_NOTES), listed.table, _heads(listed), formats)


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, form: Format) -> Any:
        key = tuple(form.items())
        if key and key not in self._made:
            self._made[key] = self._book.add_format(form)
        return self._made.get(key)


def _refuse_too_large(table: Table) -> None:
    for given, most, what in (
        (len(table) + 1, _MOST_ROWS, "rows with the header"),
        (len(table.columns), _MOST_COLUMNS, "columns"),
    ):
        if given > most:
            fault = "a sheet of a spreadsheet cannot hold this table"
            advice = "Write it as CSV, or in parts"
            raise InvalidValue(fault, f"{given:,} {what}", f"at most {most:,}", advice)


def _fill(page: Any, table: Table, heads: Sequence[str], formats: _Formats) -> None:
    """Write a table with its header; rows in order, as they are kept no longer than needed."""
    writers = {
        "string": page.write_string,
        "number": page.write_number,
        "datetime": page.write_datetime,
        "boolean": page.write_boolean,
    }
    lines = 1
    for at, (column, head) in enumerate(zip(table.columns, heads, strict=True)):
        form = {"text_wrap": True, "valign": "top"} if table.in_full else {}
        width = _width(column, head, table.timezone)
        lines = max(lines, len(wrap(plain(head), width - 3)))
        page.set_column(at, at, width, formats(form))
        side: Format = _LEFT if column.kind in {"label", "instant", "flag"} else _RIGHT
        page.write_string(0, at, clipped(head), formats({**_HEAD, **side}))
    page.set_row(0, _LINE * min(lines, _MOST_LINES))
    cells = [typed_cells(column, table.timezone) for column in table.columns]
    for row, line in enumerate(zip(*cells, strict=True), start=1):
        for at, (how, value, form) in enumerate(line):
            if how != "blank":
                whole = {**form, "text_wrap": True, "valign": "top"} if table.in_full else form
                writers[how](row, at, value, formats(whole))
    if table.columns:
        first_is_label = table.columns[0].kind == "label" and len(table.columns) > 1
        page.freeze_panes(1, int(first_is_label))
        page.autofilter(0, 0, len(table), len(table.columns) - 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.ignore_errors({"number_stored_as_text": f"A1:XFD{_MOST_ROWS}"})


def _shade(page: Any, sheet: Sheet) -> None:
    """Shade the cells of a map of heat by how large they are."""
    table = sheet.table
    unshaded = {"label"} if sheet.is_heat else {*KINDS} - {"share"}
    shaded = [at for at, column in enumerate(table.columns) if column.kind not in unshaded]
    if len(table) and shaded and (sheet.is_heat or is_grid(table)):
        scale = {"type": "2_color_scale", "min_color": _LIGHT, "max_color": _DARK}
        page.conditional_format(1, shaded[0], len(table), shaded[-1], scale)


def _heads(sheet: Sheet) -> list[str]:
    """The names of the columns, as a reader wants them unless told otherwise, and their units."""
    heads = []
    for column in sheet.table.columns:
        name = column.name
        if not sheet.has_names:
            name = _HEADS.get(name, name.replace("_", " ") if _OURS.fullmatch(name) else name)
        unit = sheet.table.timezone if column.kind == "instant" else shown_unit(column)
        heads.append(f"{name} ({unit})" if unit and unit not in name.split() else name)
    return heads


def _width(column: Column, head: str, timezone: str) -> int:
    """As wide as the first cells, and as the longest word of the header."""
    first = column.take(range(min(_LOOKED_AT, len(column))))
    words = [*shown(first, timezone, marks=False), *head.split()]
    widest = max(map(width_of, words)) + (len(column.unit) + 1 if column.kind == "money" else 0)
    return min(max(_NARROWEST, widest + 3), _WIDEST)  # the filter's button takes room too


def _tabs(names: Sequence[str]) -> list[str]:
    """What stands on the tabs: names without what is forbidden there, each once."""
    taken, tabs = {_NOTES.casefold(), "history"}, []
    for name in names:
        plain = _NOT_IN_TABS.sub(" ", _brief(name)).strip(" '") or "Sheet"
        tab, number = plain[:_LONGEST_TAB].rstrip(" '"), 2
        while tab.casefold() in taken:
            end = f" {number}"
            tab, number = plain[: _LONGEST_TAB - len(end)] + end, number + 1
        taken.add(tab.casefold())
        tabs.append(tab)
    return tabs


def _brief(name: str) -> str:
    """A name as it is where a tab can hold it, else as much of it as says something."""
    if len(name) <= _LONGEST_TAB:
        return name
    ends = [found.start() for found in _END_OF_TAB.finditer(name)]
    return name[: max((end for end in ends if end <= _LONGEST_TAB), default=len(name))]


def _noted(sheet: Sheet) -> list[tuple[str, str]]:
    """What has to be known of a sheet: about what, and what."""
    table = sheet.table
    notes = [("title", table.title)] if table.title else []
    notes += [("note", note) for note in (*sheet.notes, *table.notes)]
    if any(c.provisional is not None and c.provisional.any() for c in table.columns):
        notes.append(("grey italics", PARTLY))
    texts = (v for c in table.columns if c.kind == "label" for v in c.values)
    cut = sum(isinstance(text, str) and clipped(text) != text for text in texts)
    if cut:
        fact = f"{counted(cut, 'text')} cut after {MOST_SIGNS:,} signs, the most that a cell holds"
        notes.append(("note", fact))
    if (told := sheet.provenance) is not None:
        notes += [("currency", told.currency), ("time zone", told.calendar.timezone)]
        notes += [(f"definition of {name}", text) for name, text in told.definitions.items()]
    return notes


def _table_of(notes: Sequence[_Note]) -> Table:
    heads = ("sheet", "about", "note")
    columns = zip(*notes, strict=True) if notes else ([], [], [])
    named = [Column(head, "label", list(texts)) for head, texts in zip(heads, columns, strict=True)]
    return Table(_NOTES, named, in_full=True)


def _draw(
    book: Any, page: Any, table: Table, chart: Chart, heads: Sequence[str], *, place: int
) -> None:
    """Draw a chart at the right of a table, below those before it; its axes say their units."""
    kind = {"type": chart.kind} | ({"subtype": "stacked"} if chart.is_stacked else {})
    drawn = book.add_chart(kind)
    labels = table.names.index(chart.labels)
    last = len(table) if chart.rows is None else min(chart.rows, len(table))
    for name, colour in zip(chart.values, cycle(_COLOURS), strict=False):
        at = table.names.index(name)
        drawn.add_series(
            {
                "name": [page.get_name(), 0, at],
                "categories": [page.get_name(), 1, labels, last, labels],
                "values": [page.get_name(), 1, at, last, at],
                "fill": {"color": colour},
                "line": {"color": colour},
            }
        )
    drawn.set_title({"name": chart.title, "name_font": {"size": 12}, "overlay": False})
    drawn.set_legend({"position": "bottom"} if len(chart.values) > 1 else {"none": True})
    is_lying = chart.kind == "bar"
    along: dict[str, Any] = {"label_position": "low", "text_axis": True, "reverse": is_lying}
    if is_lying:
        along["crossing"] = "max"  # or the numbers stood above
    for _, _, form in typed_cells(table.columns[labels].take([0]), table.timezone):
        along |= {name: told for name, told in form.items() if name == "num_format"}
    up: dict[str, Any] = {"num_format": "#,##0", "major_gridlines": _GRID_LINES}
    drawn_first = table.column(chart.values[0])
    if drawn_first.kind == "share":
        up["num_format"] = "0%"
    elif drawn_first.unit:
        up |= {"name": drawn_first.unit, "name_font": _PLAIN}
    if not is_lying:
        along |= {"name": heads[labels], "name_font": _PLAIN}
    drawn.set_x_axis(up if is_lying else along)
    drawn.set_y_axis(along if is_lying else up)
    drawn.set_size({"width": 720, "height": 380})
    page.insert_chart(1 + _CHART_ROWS * place, len(table.columns) + 1, drawn)
