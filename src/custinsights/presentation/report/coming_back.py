"""Who comes back? Cohorts as a grid: retention, revenue, cumulative value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from custinsights.analyses.cohorts.cohorts import cohorts
from custinsights.domain.period import Period
from custinsights.history.columnar.columns import FloatArray
from custinsights.history.orders import OrderHistory
from custinsights.presentation.cells import PROVISIONAL
from custinsights.presentation.report.charting import word
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import HeatTable, Part, Section, Switch
from custinsights.results.cohort_grid import CohortGrid

__all__ = ["begun_before", "retention"]

_MOST = 24
_TOLD = (
    "Hatched: the period is not over. *: it begins before the orders do. Empty: nobody could have "
    "come back yet. What lies before a customer's first order, such as a refund, is in no cohort."
)


def retention(inquiry: Inquiry) -> Section:
    """Return the grids of the cohorts by month and by quarter."""
    history = inquiry.history
    by_period: dict[str, Part] = {}
    for period in ("month", "quarter", "year"):
        people = cohorts(history, period=period)
        money = cohorts(history, period=period, metric="revenue")
        value = cohorts(history, period=period, metric="cumulative_revenue_per_customer")
        worth = f"Revenue per customer so far in {value.unit}"
        cut = begun_before(history, people)
        labels = [
            f"{word(label)} ({size:,}{PROVISIONAL if mark else ''})"
            for label, size, mark in zip(people.cohorts, people.sizes.tolist(), cut, strict=True)
        ]
        by_period[period] = Switch(
            "Show",
            {
                "retention": _grid(people, people.retention, "Retention", "share", labels),
                "revenue": _grid(money, money.values, f"Revenue in {money.unit}", "number", labels),
                "lifetime value": _grid(value, value.values, worth, "number", labels),
            },
        )
    return Section(
        key="cohorts",
        title="Cohorts",
        about="customers by the period of their first order, and the periods since",
        parts=(Switch("Period", by_period),),
    )


def begun_before(history: OrderHistory, found: CohortGrid) -> list[bool]:
    """Return of which cohorts only part is known, for their period begins before the orders do."""
    calendar = history.calendar
    starts = (Period.parse(str(label), calendar).start for label in found.cohorts)
    return [calendar.start_of_day(start) < history.observed_from for start in starts]


def _grid(
    found: CohortGrid, numbers: FloatArray, title: str, kind: str, labels: Sequence[str]
) -> HeatTable:
    kept = np.flatnonzero(found.sizes)[-_MOST:]
    ages = min(found.ages, _MOST)
    chosen, partial = numbers[kept, :ages], found.partial[kept, :ages]
    later = chosen[:, 1:] if ages > 1 else chosen
    whole = later[~np.isnan(later)]
    most = float(np.quantile(np.abs(whole), 0.95)) if whole.size else 0.0
    shades = np.clip(chosen / (most or 1.0), 0, 1)
    shades = np.where(np.isnan(chosen), np.nan, np.maximum(shades, 0))
    strongest = f"{most:.0%}" if kind == "share" else f"{most:,.2f}"
    told = f"The colour is strongest from {strongest} on. {_TOLD}" if most else _TOLD
    if np.count_nonzero(found.sizes) > _MOST or found.ages > _MOST:
        told = f"{_TOLD} The latest {_MOST} cohorts, and {_MOST} ages."
    return HeatTable(
        title=f"{title} by {found.period} and age",
        says=f"A row for each cohort, a column for each {found.period} since. {told}",
        corner="cohort (size)",
        down=[labels[row] for row in kept.tolist()],
        across=[str(age) for age in range(ages)],
        numbers=chosen,
        kind=kind,
        shades=shades,
        hatched=partial,
    )
