"""What does the report rest on? What was read and left out, and by which definitions."""

from __future__ import annotations

import attrs

from custinsights.analyses.trends.overview import overview
from custinsights.presentation.fates import fates_table
from custinsights.presentation.report.answers import Answer
from custinsights.presentation.report.headline import in_words
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.loading import load_report
from custinsights.presentation.report.parts import Listing, Section
from custinsights.results.table import Column, Table

__all__ = ["definitions", "provenance", "quality", "what_was_read"]


def quality(inquiry: Inquiry) -> Section:
    """Return what was read, what was left out or could not be read, and what it is worth."""
    history = inquiry.history
    report = history.load_report
    notes = Table(
        "what was decided on the way",
        [
            Column("what", "label", [name.replace("_", " ") for name, _ in report.notes]),
            Column("times", "count", [times for _, times in report.notes]),
        ],
    )
    remarks = [] if report.rows_read else ["No row was read."]
    if report.timezone_assumed:
        remarks.append("No time zone was told: times are in UTC.")
    rows = [fates_table(report)] if report.rows_read else []
    parts = [Listing(one, rows=len(one)) for one in (*rows, notes) if len(one)]
    return Section(
        key="quality",
        title="Data quality",
        about="what is in the numbers and what is not",
        parts=tuple(parts),
        remarks=tuple(remarks),
    )


def provenance(inquiry: Inquiry) -> Section:
    """Return by which definitions, as of when, and under which policy."""
    history = inquiry.history
    found = overview(history).current.provenance
    definitions = Table(
        "definitions",
        [
            Column("metric", "label", [name.replace("_", " ") for name in found.definitions]),
            Column("definition", "label", [*map(in_words, found.definitions.values())]),
        ],
    )
    policy = found.policy
    counted = ", ".join(sorted(policy.counted_statuses))
    remarks = [
        *(note for note in found.notes() if not note.startswith("Window")),
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


def what_was_read(inquiry: Inquiry, _answer: Answer) -> Answer:
    """Return what was read, as a program wants it too."""
    history = inquiry.history
    return load_report(history.load_report, history.calendar.timezone)


def definitions(inquiry: Inquiry, answer: Answer) -> Answer:
    """Return the definitions for a program and a spreadsheet; a screen shows the other facts."""
    section = provenance(inquiry)
    [table] = [part.table for part in section.parts if isinstance(part, Listing)]
    said = ("The definitions of the metrics are in --json and --xlsx.",)
    return attrs.evolve(
        answer, about=section.about, records=table, on_screen=said, remarks=section.remarks
    )
