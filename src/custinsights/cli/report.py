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
from custinsights.cli.screen import screen, show
from custinsights.cli.web_page import WebPage
from custinsights.errors import counted
from custinsights.history.orders import OrderHistory
from custinsights.presentation.cells import plain, shown
from custinsights.presentation.report.answers import Answer, days
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.questions import Question, answers, pointer, told_in_order
from custinsights.presentation.spreadsheet import Sheet, write_workbook
from custinsights.results.table import Column, Table

__all__ = ["print_report"]

_TOTALS = ("orders", "customers", "gross_revenue", "refunded", "revenue")


def print_report(
    asked: Asked,
    questions: Sequence[Question],
    *,
    in_brief: bool,
    to_json: bool,
    xlsx: Path | None = None,
    page: WebPage | None = None,
) -> None:
    """Print the report on a history, as one JSON object if wanted, and write it as a spreadsheet.

    Parameters
    ----------
    asked : Asked
        Which history, and as of when.
    questions : sequence of Question
        Which sections it has.
    in_brief : bool
        Whether what is printed has the rows that tell most alone.
    to_json : bool
        Whether to print one JSON object.
    xlsx : Path or None
        Where every section is written to as a sheet.
    page : WebPage or None
        What is written for a browser; the report is not printed then.
    """
    history, remarks = asked.history()
    written = [] if page is None else [page.written(history)]
    totals = measure(history, _TOTALS).table()
    heading = _heading(history, totals)
    if page is None and not to_json:
        with screen() as console:
            console.print(heading)
            for remark in remarks:
                console.print(remark)
            console.print()
    inquiry = Inquiry(history)
    if to_json or page is not None:
        told = [*answers(inquiry, questions)] if to_json or xlsx else []
    elif in_brief:
        told = _print_brief(inquiry, questions, every=xlsx is not None)
    else:
        told = [_printed(answer) for answer in answers(inquiry, questions)]
    if xlsx is not None:
        _write(xlsx, told, heading, remarks)
        written.append(f"{plain(str(xlsx))}: {counted(len(told), 'sheet')}, and one of notes.")
    if to_json:
        data = {answer.key: answer.data for answer in told}
        typer.echo(as_json({**facts(history), "totals": totals.to_dicts()[0], **data}))
        return
    with screen() as console:
        for sentence in written if page is None else (*remarks, *written):
            console.print(sentence)


def _printed(answer: Answer) -> Answer:
    """Print an answer, and return it."""
    with screen() as console:
        show(console, answer)
    return answer


def _print_brief(inquiry: Inquiry, questions: Sequence[Question], *, every: bool) -> list[Answer]:
    """Print what tells most, and where the rest is; return all that was asked."""
    told: list[Answer] = []
    named: list[Question] = []
    blank: list[Question] = []
    for question in told_in_order(questions):
        found = [*question.answers(inquiry)] if question.rows or every else []
        told += found
        brief = question.in_brief(found) if question.rows else None
        if brief is not None:
            _printed(brief)
        else:
            (blank if question.rows else named).append(question)
    _printed(pointer(named, blank))
    return told


def _write(xlsx: Path, told: Sequence[Answer], heading: Text, remarks: Sequence[str]) -> None:
    """Write a sheet of each section; what is told of all of them stands with the first."""
    first = (*heading.plain.splitlines()[1:], *remarks)
    sheets = []
    for answer in told:
        rows, charts = answer.rows, answer.charts
        if rows is None or not len(rows):
            rows, charts = Table("", [Column("note", "label", answer.remarks)]), ()
        notes = (*first, *filter(None, (answer.about, *answer.remarks)))
        first = ()
        table = attrs.evolve(rows, title=answer.title)
        sheet = Sheet(name=answer.title, table=table, notes=notes, charts=charts)
        sheets.append(attrs.evolve(sheet, is_heat=answer.is_heat))
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
