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
from typing import Any, TypeAlias

import attrs

from custinsights.errors import InvalidValue, MissingExtra, counted
from custinsights.presentation.cells import PARTLY, is_grid, shown, shown_unit, width_of
from custinsights.presentation.typed_cells import MOST_SIGNS, Format, clipped, typed_cells
from custinsights.results.files import written_whole
from custinsights.results.provenance import Provenance
from custinsights.results.table import Column, Table

__all__ = ["Chart", "Sheet", "write_workbook", "write_xlsx"]

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_CREATED = datetime(1980, 1, 1)  # noqa: DTZ001 - no clock: the same tables are the same bytes
_NARROWEST, _WIDEST, _LOOKED_AT = 8, 60, 500
_NOTES = "Notes"
_LONGEST_TAB = 31
_NOT_IN_TABS = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_HEAD: Format = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")  # Okabe and Ito: told apart by everybody
_LIGHT, _DARK = "#FFFFFF", "#4285BE"
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
    notes : tuple of str
        What stands of it on the sheet of notes, before the notes of the table.
    charts : tuple of Chart
        What is drawn beside it.
    provenance : Provenance, optional
        Where it comes from: the definitions stand on the sheet of notes.
    """

    name: str
    table: Table
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
    write_workbook([Sheet(name="Data", table=table, provenance=provenance)], target)


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
            _fill(page, sheet.table, formats)
            for place, chart in enumerate(sheet.charts):
                _draw(book, page, sheet.table, chart, place)
            notes += [(tab, *note) for note in _noted(sheet)]
        _fill(book.add_worksheet(_NOTES), _table_of(notes), formats)


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


def _fill(page: Any, table: Table, formats: _Formats) -> None:
    """Write a table with its header; rows in order, as they are kept no longer than needed."""
    writers = {
        "string": page.write_string,
        "number": page.write_number,
        "datetime": page.write_datetime,
        "boolean": page.write_boolean,
    }
    heads = [_heading(column, table.timezone) for column in table.columns]
    for at, (column, head) in enumerate(zip(table.columns, heads, strict=True)):
        form = {"text_wrap": True, "valign": "top"} if table.in_full else {}
        page.set_column(at, at, _width(column, head, table.timezone), formats(form))
        page.write_string(0, at, clipped(head), formats(_HEAD))
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
        page.ignore_errors({"number_stored_as_text": f"A1:XFD{_MOST_ROWS}"})
    if is_grid(table) and len(table):
        shares = [at for at, column in enumerate(table.columns) if column.kind == "share"]
        scale = {"type": "2_color_scale", "min_color": _LIGHT, "max_color": _DARK}
        page.conditional_format(1, shares[0], len(table), shares[-1], scale)


def _heading(column: Column, timezone: str) -> str:
    unit = timezone if column.kind == "instant" else shown_unit(column)
    return f"{column.name} ({unit})" if unit else column.name


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
        plain = _NOT_IN_TABS.sub(" ", name).strip(" '") or "Sheet"
        tab, number = plain[:_LONGEST_TAB].rstrip(" '"), 2
        while tab.casefold() in taken:
            end = f" {number}"
            tab, number = plain[: _LONGEST_TAB - len(end)] + end, number + 1
        taken.add(tab.casefold())
        tabs.append(tab)
    return tabs


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


def _draw(book: Any, page: Any, table: Table, chart: Chart, place: int) -> None:
    """Draw a chart at the right of a table, below those before it."""
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
    if chart.kind == "bar":
        drawn.set_y_axis({"reverse": True})
    drawn.set_size({"width": 720, "height": 380})
    page.insert_chart(1 + _CHART_ROWS * place, len(table.columns) + 1, drawn)
