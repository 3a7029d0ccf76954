"""What does the report rest on? What was read and left out, and by which definitions."""

from __future__ import annotations

from custinsights.analyses.trends.overview import overview
from custinsights.domain.load_report import BadRows, LeftOut, LoadReport
from custinsights.domain.money import Money
from custinsights.history.orders import OrderHistory
from custinsights.presentation.report.parts import Listing, Section
from custinsights.results.table import Column, Table

__all__ = ["provenance", "quality"]


def quality(history: OrderHistory) -> Section:
    """Return what was read, what was left out or could not be read, and what it is worth."""
    report = history.load_report
    read = (
        f"{report.rows_read:,} rows were read: {report.rows_used:,} used, "
        f"{report.rows_left_out:,} left out, {report.rows_bad:,} could not be read."
    )
    remarks = [read]
    if report.timezone_assumed:
        remarks.append("No time zone was told: times are in UTC.")
    table = _left_out(report)
    notes = Table(
        "what was decided on the way",
        [
            Column("what", "label", [name.replace("_", " ") for name, _ in report.notes]),
            Column("times", "count", [times for _, times in report.notes]),
        ],
    )
    parts = [Listing(one) for one in (table, notes) if len(one)]
    return Section(
        key="quality",
        title="Data quality",
        about="what is in the numbers and what is not",
        parts=tuple(parts),
        remarks=tuple(remarks),
    )


def _left_out(report: LoadReport) -> Table:
    rows: list[tuple[str, str, LeftOut | BadRows]] = [
        *(("left out", f"{one.reason} {one.detail}".strip(), one) for one in report.left_out),
        *(("bad", one.kind, one) for one in report.bad),
    ]
    worth = [
        ", ".join(str(Money.from_minor(minor, currency)) for currency, minor in one.money)
        for _, _, one in rows
    ]
    return Table(
        "rows that are in no number",
        [
            Column("fate", "label", [fate for fate, _, _ in rows]),
            Column("why", "label", [why.replace("_", " ") for _, why, _ in rows]),
            Column("rows", "count", [one.rows for _, _, one in rows]),
            Column("worth", "label", worth),
        ],
    )


def provenance(history: OrderHistory) -> Section:
    """Return by which definitions, as of when, and under which policy."""
    found = overview(history).current.provenance
    definitions = Table(
        "definitions",
        [
            Column("metric", "label", [name.replace("_", " ") for name in found.definitions]),
            Column("definition", "label", [*found.definitions.values()]),
        ],
    )
    policy = found.policy
    counted = ", ".join(sorted(policy.counted_statuses))
    remarks = [
        *found.notes(),
        f"Times are those of {found.calendar.timezone}; all money is in {found.currency}.",
        f"Orders count whose status is {counted}.",
    ]
    return Section(
        key="provenance",
        title="Provenance",
        about="what the numbers mean",
        parts=(Listing(definitions, rows=len(definitions)),),
        remarks=tuple(remarks),
    )
