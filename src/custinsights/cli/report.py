"""How does a report come about? Read, ask section by section, and print each when it is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs
import typer
from rich.text import Text

from custinsights.analyses.measuring.measure import measure
from custinsights.cli.as_json import as_json
from custinsights.cli.asked import Asked, facts
from custinsights.cli.loading import load_report
from custinsights.cli.screen import screen, show
from custinsights.cli.section import Section, days
from custinsights.cli.sections import sections
from custinsights.cli.web_page import WebPage
from custinsights.errors import counted
from custinsights.history.orders import OrderHistory
from custinsights.presentation.cells import plain, shown
from custinsights.presentation.spreadsheet import Sheet, write_workbook
from custinsights.results.table import Column, Table

__all__ = ["print_report"]

_TOTALS = ("orders", "customers", "gross_revenue", "refunded", "revenue")


def print_report(
    asked: Asked, *, to_json: bool, xlsx: Path | None = None, page: WebPage | None = None
) -> None:
    """Print the report on a history, as one JSON object if wanted, and write it as a spreadsheet.

    Parameters
    ----------
    asked : Asked
        Which history, and as of when.
    to_json : bool
        Whether to print one JSON object.
    xlsx : Path or None
        Where every section is written to as a sheet.
    page : WebPage or None
        What is written for a browser; the report is not printed then.
    """
    history, remarks = asked.history()
    written = [] if page is None else [page.written(history)]
    loaded = load_report(history.load_report, history.calendar.timezone)
    totals = measure(history, _TOTALS).table()
    heading = _heading(history, totals)
    if to_json:
        told = [loaded, *sections(history)]
        answers = facts(history)
        answers["totals"] = totals.to_dicts()[0]
        answers |= {section.key: section.data for section in told}
        if xlsx is not None:
            _write(xlsx, told, heading, remarks)
        typer.echo(as_json(answers))
        return
    if page is None:
        with screen() as console:
            console.print(heading)
            for remark in remarks:
                console.print(remark)
            console.print()
            show(console, loaded)
    told = [loaded]
    for section in sections(history) if page is None or xlsx is not None else ():
        told.append(section)
        if page is None:
            with screen() as console:
                show(console, section)
    if xlsx is not None:
        _write(xlsx, told, heading, remarks)
        written.append(f"{plain(str(xlsx))}: {counted(len(told), 'sheet')}, and one of notes.")
    with screen() as console:
        for sentence in written if page is None else (*remarks, *written):
            console.print(sentence)


def _write(xlsx: Path, told: Sequence[Section], heading: Text, remarks: Sequence[str]) -> None:
    """Write a sheet of each section; what is told of all of them stands with the first."""
    first = (*heading.plain.splitlines()[1:], *remarks)
    sheets = []
    for section in told:
        rows = section.records if section.sheet is None else section.sheet
        if rows is None or section.view is None:
            rows = Table("", [Column("note", "label", section.remarks)])
        notes = (*first, *filter(None, (section.about, *section.remarks)))
        first = ()
        table = attrs.evolve(rows, title=section.title)
        charts = section.charts if len(table) else ()
        sheets.append(Sheet(name=section.title, table=table, notes=notes, charts=charts))
    write_workbook(sheets, xlsx)


def _heading(history: OrderHistory, totals: Table) -> Text:
    """Whose history it is, and what it sums to, in two lines."""
    row = {column.name: shown(column)[0] for column in totals.columns}
    orders, customers = (int(totals.column(name).values[0]) for name in ("orders", "customers"))
    span = days(history.calendar, history.observed_from, history.observed_until)
    parts = [
        f"{counted(orders, 'order')} of {counted(customers, 'customer')}",
        *([span] if history.observed_from < history.observed_until else []),
        history.currency,
    ]
    return Text.assemble(
        ("custinsights report\n", "bold"),
        f"{', '.join(parts)}\n",
        f"gross revenue {row['gross_revenue']} − refunded {row['refunded']} "
        f"= revenue {row['revenue']}",
    )
