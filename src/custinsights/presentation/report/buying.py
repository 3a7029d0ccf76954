"""Who buys, how much and how often? Composition, counts, averages, order numbers, intervals."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from custinsights.analyses.measuring.measure import measure
from custinsights.analyses.trends.distributions import distribution
from custinsights.analyses.trends.sequence import order_sequence
from custinsights.errors import counted
from custinsights.presentation.figures import lines
from custinsights.presentation.report.charting import across, chart, of_table, shares_of
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import Chart, Part, Section, Switch
from custinsights.results.cube import Cube
from custinsights.results.distributions import Distributions
from custinsights.results.table import Column, Table

__all__ = ["composition", "intervals", "order_numbers", "trend"]

_TOLD_BY_MONTH = ("customers", "new_customers", "revenue")
_PERIODS = ("month", "quarter", "year")
_TYPES: Mapping[object, str] = {"new": "new", "returning": "returning", None: "other"}
_BINS = (30, 60, 90, 120, 180, 270, 365, 540, 730)


def composition(inquiry: Inquiry) -> Section:
    """Return new and returning customers: how many, which share, what revenue; what they spend."""
    history = inquiry.history
    by_period: dict[str, Part] = {}
    averages: dict[str, Part] = {}
    for period in _PERIODS:
        metrics = ["customers", "revenue", "average_order_value"]
        cube = measure(history, metrics, by=[period, "customer_type"])
        by_period[period] = Switch("Show", _mix(cube, period))
        table = across(cube, period, "customer_type", "average_order_value", _TYPES)
        title = f"Average order by {period} and customer type"
        averages[period] = of_table(title, "Revenue ÷ orders of each type.", table, draw=lines)
    return Section(
        key="composition",
        title="New and returning customers",
        about="New: the first order that counts lies in the period. Returning: it lies before.",
        parts=(Switch("Period", by_period), Switch("Period", averages)),
    )


def _mix(cube: Cube, period: str) -> dict[str, Part]:
    counts = across(cube, period, "customer_type", "customers", _TYPES)
    money = across(cube, period, "customer_type", "revenue", _TYPES)
    says = "A bar for each period, parted into new and returning customers."
    return {
        "customers": of_table(f"Customers by {period}", says, counts, stacked=True),
        "share": of_table(
            f"Share of customers by {period}",
            "The part of each period's customers that is new, and that has come back.",
            shares_of(counts),
            stacked=True,
        ),
        "revenue": of_table(f"Revenue by {period}", says, money, stacked=True),
    }


def trend(inquiry: Inquiry) -> Section:
    """Return customers and revenue by month, with months that stand out."""
    history = inquiry.history
    cube = measure(history, _TOLD_BY_MONTH, by=["month"])
    remarks = [
        "Unusual: more than 3.5 robust standard deviations off the months before, at most twelve."
    ]
    found = {name: np.ma.filled(cube.anomalies(name), False) for name in _TOLD_BY_MONTH}  # noqa: FBT003 - a fill
    table = _with_unusual(cube.table(), found)
    parts = []
    for title, names in (
        ("Customers by month", {"customers": "customers", "new_customers": "new customers"}),
        ("Revenue by month", {"revenue": "revenue"}),
    ):
        flags = {name: found[of] for of, name in names.items()}
        parts.append(
            chart(
                title,
                "A line over the months; unusual months are marked.",
                table,
                names,
                draw=lines,
                flags=flags,
            )
        )
    if bool(cube.is_incomplete.any()):
        remarks.append("The last month is not over.")
    return Section(
        key="trend", title="Growth", about="by month", parts=tuple(parts), remarks=tuple(remarks)
    )


def _with_unusual(table: Table, found: Mapping[str, np.ndarray]) -> Table:
    """Return the table with a last column: which of its numbers stand out."""
    texts = [
        ", ".join(name.replace("_", " ") for name, flags in found.items() if flags[row])
        for row in range(len(table))
    ]
    return attrs.evolve(table, columns=[*table.columns, Column("unusual", "label", texts)])


def order_numbers(inquiry: Inquiry) -> Section:
    """Return what the first order is worth, the second, and so on, and how many get there."""
    history = inquiry.history
    table = order_sequence(history)
    reached = np.flatnonzero(table.column("customers").values)
    table = table.take(np.arange(reached[-1] + 1 if len(reached) else 0))
    reaching = chart(
        "Customers who reach each order",
        "The share of customers who placed so many orders.",
        table,
        {"share_reaching": "share of customers"},
    )
    values = chart(
        "Value of each order",
        "The median and mean value of the first order, the second, and so on.",
        table,
        {"average_order_value": "average", "median_order_value": "median"},
    )
    return Section(
        key="order_numbers",
        title="Purchase history by order number",
        about="1 is a customer's first order",
        parts=(reaching, values),
        remarks=tuple(note for note in table.notes if not note.startswith("As of")),
    )


def intervals(inquiry: Inquiry) -> Section:
    """Return how long ago customers bought last, and how long they wait between orders."""
    history = inquiry.history
    parts = [
        _histogram(
            distribution(history, "days_since_last_order", bins=_BINS),
            "Days since the last order",
            "customers",
        ),
        _histogram(
            distribution(history, "gap_days", bins=_BINS),
            "Days between two orders",
            "gaps",
        ),
    ]
    return Section(
        key="intervals",
        title="Time since the last order, and between orders",
        about="in days",
        parts=tuple(part for part in parts if part is not None),
    )


def _histogram(found: Distributions, title: str, what: str) -> Chart | None:
    table = found.table()
    names = found.bin_names
    if not len(table) or not int(table.column("n").values[0]):
        return None
    counts = np.array([int(table.column(name).values[0]) for name in names], dtype=np.int64)
    median = float(table.column("q50").values[0])
    histogram = Table(
        title.lower(), [Column("days", "label", list(names)), Column(what, "count", counts)]
    )
    days = counted(round(median), "day")
    says = f"How many {what} fall into each span; the median is {days}."
    return of_table(f"{title} (median {median:,.0f})", says, histogram)
