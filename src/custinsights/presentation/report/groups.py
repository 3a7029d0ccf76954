"""Which groups are there? RFM, segments, lifecycle, and how the value is spread."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
from dateutil.relativedelta import relativedelta

from custinsights.analyses.customers.concentration import concentration
from custinsights.analyses.customers.rfm import rfm
from custinsights.analyses.customers.tiers import tiers
from custinsights.analyses.measuring.measure import measure
from custinsights.analyses.segments.presets import presets
from custinsights.analyses.segments.sets import lifecycle, segments
from custinsights.domain.segments import Segment
from custinsights.errors import MissingData
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.history.orders import OrderHistory
from custinsights.presentation.figures import lines
from custinsights.presentation.report.charting import of_table
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import (
    HeatTable,
    Listing,
    Part,
    Section,
    Tiles,
)
from custinsights.results.segment_set import SegmentSet
from custinsights.results.table import Column, Table

__all__ = ["concentrations", "lifecycles", "rfm_groups", "segment_sizes", "tier_sizes"]

_MOVES = "Where the customers were three months before, and where they are now."


def rfm_groups(inquiry: Inquiry) -> Section:
    """Return the RFM groups as tiles, the scores as a heat map, and who moved."""
    history = inquiry.history
    found = inquiry.once(rfm)
    frequency, recency = (found.column(name).values for name in ("f_score", "r_score"))
    moves = _migration(history, found.segments, "RFM groups")
    return Section(
        key="rfm_groups",
        title="RFM groups",
        about="by recency, frequency and what they spent; scores run from 1 to 5",
        parts=(Tiles("RFM groups", found.segments.table()), _scores(recency, frequency), *moves),
        remarks=found.segments.table().notes[1:],
    )


def _scores(recency: np.ndarray, frequency: np.ndarray) -> HeatTable:
    counts = RowGroups((5 - recency) * 5 + frequency - 1, 25).sizes().reshape(5, 5)
    most = max(int(counts.max(initial=0)), 1)
    return HeatTable(
        title="Customers by score",
        says="Recency score down, frequency score across; a stronger colour is more customers.",
        corner="recency \\ frequency",
        down=[str(score) for score in range(5, 0, -1)],
        across=[str(score) for score in range(1, 6)],
        numbers=counts.astype(np.float64),
        shades=counts / most,
    )


def _three_months_before(history: OrderHistory) -> dt.datetime | None:
    """Return the instant, None where it lies before the observation."""
    calendar = history.calendar
    last = calendar.local_date(history.observed_until)
    before = calendar.start_of_day(last - relativedelta(months=3))
    return before if before > history.observed_from else None


def _migration(history: OrderHistory, found: SegmentSet, what: str) -> list[HeatTable]:
    """Return the moves since three months ago, where there were customers then."""
    before = _three_months_before(history)
    if before is None:
        return []
    table = found.diff(before, history.observed_until).migration()
    first, *rest = table.columns
    counts = np.array([column.values for column in rest], dtype=np.float64).T
    sums = counts.sum(axis=1, keepdims=True)
    shades = np.divide(counts, sums, out=np.zeros_like(counts), where=sums > 0)
    return [
        HeatTable(
            title=f"Moves between {what} in three months",
            says=_MOVES,
            corner="from \\ to",
            down=[str(name) for name in first.values.tolist()],
            across=[column.name for column in rest],
            numbers=counts.astype(np.float64),
            shades=shades,
        )
    ]


def tier_sizes(inquiry: Inquiry) -> Section:
    """Return the tiers by value, frequency and recency."""
    history = inquiry.history
    kinds = ("value", "frequency", "recency")
    return Section(
        key="tiers",
        title="Tiers",
        about="all customers so far: by what they spent, how often they ordered, and when last",
        parts=tuple(Tiles(f"By {kind}", tiers(history, kind).table()) for kind in kinds),
    )


def segment_sizes(inquiry: Inquiry) -> Section:
    """Return the preset segments with their sizes, moves and overlaps."""
    history = inquiry.history
    parts: list[Part] = []
    remarks: list[str] = []
    chosen, untold = _askable(history)
    if chosen:
        found = segments(history, chosen)
        meanings = {name: segment.definition for name, segment in chosen.items()}
        parts = [Listing(_with_meaning(found.table(), meanings)), *_changes(history, found)]
        parts.append(_overlap(found))
        remarks.append(_of_whom(history, found))
    if untold:
        remarks.append(f"Not asked, for want of data: {', '.join(untold)}.")
    return Section(
        key="segments",
        title="Segments",
        about="ready-made; a customer may be in several",
        parts=tuple(parts),
        remarks=tuple(remarks),
    )


def _of_whom(history: OrderHistory, found: SegmentSet) -> str:
    """Return of whom shares are: also people without an order that counts are known."""
    everybody = len(found.customers)
    ordered = int(measure(history, ["total_customers"]).minor("total_customers").sum())
    people = f"Shares are of all {everybody:,} people who are known"
    if everybody == ordered:
        return f"{people}."
    return f"{people}, of whom {ordered:,} have an order that counts."


def _askable(history: OrderHistory) -> tuple[dict[str, Segment], list[str]]:
    """Return the presets that the history can answer, and the names of the others."""
    chosen, untold = {}, []
    for name in presets:
        try:
            segments(history, {name: presets[name]})
        except MissingData:
            untold.append(name.replace("_", " "))
        else:
            chosen[name] = presets[name]
    return chosen, untold


def _with_meaning(table: Table, meanings: Mapping[str, str]) -> Table:
    names = table.column("segment").values.tolist()
    kept = [c for c in table.columns if c.name in {"customers", "share", "total_spent"}]
    labels = [str(name).replace("_", " ") for name in names]
    told = [meanings.get(str(name), "") for name in names]
    columns = [Column("segment", "label", labels), *kept, Column("meaning", "label", told)]
    return Table("ready-made segments", columns)


def _changes(history: OrderHistory, found: SegmentSet) -> list[Listing]:
    """Return who came into each segment and who left it, where there were customers before."""
    before = _three_months_before(history)
    if before is None:
        return []
    table = found.diff(before, history.observed_until).table()
    kept = [table.column(name) for name in ("before", "after", "entered", "left", "stayed")]
    names = [str(name).replace("_", " ") for name in table.column("segment").values.tolist()]
    columns = [Column("segment", "label", names), *kept]
    return [Listing(Table("Moves of the segments in three months", columns))]


def _overlap(found: SegmentSet) -> HeatTable:
    """Return how many customers two segments share, of segments in which there is somebody."""
    table = found.overlap()
    first, *rest = table.columns
    counts = np.array([column.values for column in rest], dtype=np.float64).T
    sizes = np.diag(counts[:, : len(first)])
    held = np.flatnonzero(sizes)
    shared = counts[np.ix_(held, held)]
    names = [str(first.values[row]).replace("_", " ") for row in held.tolist()]
    return HeatTable(
        title="Overlap of the segments",
        says="How many customers of the segment in each row are also in that of the column.",
        corner="of \\ in",
        down=names,
        across=names,
        numbers=shared.astype(np.float64),
        shades=shared / sizes[held][:, None],
    )


def lifecycles(inquiry: Inquiry) -> Section:
    """Return how many are at each stage, and who moved on."""
    history = inquiry.history
    found = lifecycle(history)
    table = found.table()
    moves = _migration(history, found, "stages")
    return Section(
        key="lifecycle",
        title="Lifecycle",
        about="from prospect to advocate",
        parts=(Tiles("Lifecycle", table), *moves),
        remarks=(
            _of_whom(history, found),
            *(note for note in table.notes if not note.startswith("As of")),
        ),
    )


def concentrations(inquiry: Inquiry) -> Section:
    """Return what part of the revenue the best customers bring."""
    history = inquiry.history
    found = concentration(history)
    people, spent = found.lorenz
    notes = tuple(note for note in found.table().notes if not note.startswith("As of"))
    if np.isnan(found.gini):
        return Section(key="concentration", title="Value concentration", remarks=notes)
    at = np.linspace(0, len(people) - 1, min(len(people), 101)).astype(np.int64)
    curve = Table(
        "lorenz curve",
        [
            Column("customers", "share", people[at]),
            Column("share of what was spent", "share", spent[at]),
            Column("if all spent the same", "share", people[at]),
        ],
    )
    says = "Customers from the one who spent least to the one who spent most, and their part."
    return Section(
        key="concentration",
        title="Value concentration",
        about=f"Gini coefficient {found.gini:.2f}",
        parts=(
            of_table("Lorenz curve", says, curve, draw=lines, markers=False),
            Listing(found.table()),
        ),
        remarks=notes,
    )
