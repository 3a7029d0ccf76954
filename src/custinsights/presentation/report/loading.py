"""What was read, and what became of every row?"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from custinsights.domain import LoadReport, Money
from custinsights.errors import counted
from custinsights.presentation.fates import fates, fates_table
from custinsights.presentation.report.answers import Answer
from custinsights.results.table import Column, Table

__all__ = ["in_short", "load_report"]

_IN_UTC = "No --timezone was given: days and hours are those of UTC."


def load_report(report: LoadReport, timezone: str) -> Answer:
    """The load report of a history as the first section."""
    remarks = [f"{name.replace('_', ' ')}: {count:,}" for name, count in report.notes]
    if report.timezone_assumed:
        remarks.append(_IN_UTC)
    return Answer(
        key="load_report",
        title="What was read",
        about=", ".join([*report.sources, f"{timezone} time"]),
        view=_view(report),
        sheet=fates_table(report),
        document=_document(report),
        remarks=tuple(remarks),
    )


def in_short(report: LoadReport) -> tuple[str, ...]:
    """What a reader has to know of it who asks for something else."""
    missing = report.rows_left_out + report.rows_bad
    about = (
        f"{counted(missing, 'row')} of {report.rows_read:,} in no number: see custinsights report."
    )
    return (*([about] if missing else []), *([_IN_UTC] if report.timezone_assumed else []))


def _view(report: LoadReport) -> Table:
    """Rows read, used, left out and bad, one below the other."""
    labels, rows, worth = zip(*fates(report), strict=True)
    columns = [Column("rows", "count", rows), Column("were", "label", labels)]
    if any(worth):
        columns.append(Column("worth", "label", [_spoken(money) for money in worth]))
    return Table("", columns)


def _spoken(money: Iterable[tuple[str, int]]) -> str:
    amounts = (Money.from_minor(minor, currency) for currency, minor in money)
    return ", ".join(f"{one.currency} {one.amount:,}" for one in amounts)


def _document(report: LoadReport) -> dict[str, Any]:
    return {
        "sources": list(report.sources),
        "rows_read": report.rows_read,
        "rows_used": report.rows_used,
        "rows_left_out": report.rows_left_out,
        "rows_bad": report.rows_bad,
        "left_out": [
            {
                "reason": entry.reason,
                "detail": entry.detail,
                "rows": entry.rows,
                "money": _amounts(entry.money),
            }
            for entry in report.left_out
        ],
        "bad": [
            {
                "kind": entry.kind,
                "rows": entry.rows,
                "money": _amounts(entry.money),
                "examples": [
                    {"file": e.file, "line": e.line, "column": e.column, "cell": e.cell}
                    for e in entry.examples
                ],
            }
            for entry in report.bad
        ],
        "notes": dict(report.notes),
        "timezone_assumed": report.timezone_assumed,
    }


def _amounts(money: Iterable[tuple[str, int]]) -> dict[str, Decimal]:
    return {code: Money.from_minor(minor, code).amount for code, minor in money}
