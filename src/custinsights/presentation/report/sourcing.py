"""What does the report rest on? What was read and left out, and by which definitions."""

from __future__ import annotations

from custinsights.analyses.trends.overview import overview
from custinsights.history.orders import OrderHistory
from custinsights.presentation.fates import fates_table
from custinsights.presentation.report.parts import Listing, Section
from custinsights.results.table import Column, Table

__all__ = ["provenance", "quality"]


def quality(history: OrderHistory) -> Section:
    """Return what was read, what was left out or could not be read, and what it is worth."""
    report = history.load_report
    notes = Table(
        "what was decided on the way",
        [
            Column("what", "label", [name.replace("_", " ") for name, _ in report.notes]),
            Column("times", "count", [times for _, times in report.notes]),
        ],
    )
    rows = fates_table(report)
    parts = [Listing(one, rows=len(one)) for one in (rows, notes) if len(one)]
    return Section(
        key="quality",
        title="Data quality",
        about="what is in the numbers and what is not",
        parts=tuple(parts),
        remarks=("No time zone was told: times are in UTC.",) if report.timezone_assumed else (),
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
