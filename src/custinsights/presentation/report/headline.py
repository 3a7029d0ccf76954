"""How is the shop doing? The headline numbers as cards."""

from __future__ import annotations

import numpy as np

from custinsights.analyses.measuring.measure import measure
from custinsights.analyses.trends.overview import overview
from custinsights.domain.money import minor_exponent
from custinsights.errors import CustInsightsError
from custinsights.history.orders import OrderHistory
from custinsights.presentation.figures import values
from custinsights.presentation.report.parts import Card, Section, written
from custinsights.results.cube import Cube
from custinsights.results.overview import Headline, Overview
from custinsights.results.table import Column

__all__ = ["headlines"]

_MONTHS = 13


def headlines(history: OrderHistory) -> Section:
    """Return a card for each headline number of the last twelve months."""
    found = overview(history, compare="previous_year")
    window = found.current.provenance.window
    trends = _trends(history, [headline.metric for headline in found.headlines])
    cards = tuple(_card(headline, found, trends) for headline in found.headlines)
    remarks = [note for note in found.table().notes if not note.startswith("As of")]
    calendar = history.calendar
    about = ""
    if window is not None:
        first, end = (calendar.local_date(instant) for instant in window)
        about = f"{first} up to {end}, beside the year before; the small lines are months"
    return Section(
        key="overview", title="Overview", about=about, parts=(cards,), remarks=tuple(remarks)
    )


def _trends(history: OrderHistory, metrics: list[str]) -> dict[str, list[float | None]]:
    """Return the months of each metric, of the last year."""
    try:
        by_month = measure(history, metrics, by=["month"])
    except CustInsightsError:  # a metric of one's own without months has no course
        return {}
    table = by_month.table()
    return {name: values(table.column(name))[-_MONTHS:] for name in metrics}


def _card(headline: Headline, found: Overview, trends: dict[str, list[float | None]]) -> Card:
    change = "" if headline.change is None else f"{100 * headline.change:+,.1f}%"
    return Card(
        name=headline.metric.replace("_", " "),
        value=_written(headline.value, headline.unit),
        unit="" if headline.unit == "share" else headline.unit,
        change=change,
        rises=None if headline.change is None else headline.change >= 0,
        trend=trends.get(headline.metric, []),
        target=_target(headline),
        definition=headline.definition,
        details=_details(headline, found.current),
    )


def _written(value: float | None, unit: str) -> str:
    column = Column("value", "number", np.array([np.nan if value is None else value]), units=[unit])
    return written(column)[0]


def _target(headline: Headline) -> str:
    if headline.target is None:
        return ""
    low, high = headline.target
    where = f", {headline.standing} it" if headline.standing else ""
    return f"healthy {100 * low:.0f} to {100 * high:.0f}%{where}"


def _details(headline: Headline, cube: Cube) -> str:
    """Return what a quotient is made of, and how sure a proportion is."""
    said = []
    top, bottom = cube.numerator(headline.metric), cube.denominator(headline.metric)
    if top is not None and bottom is not None:
        exponents = {"share": 0, cube.provenance.currency: minor_exponent(cube.provenance.currency)}
        exponent = exponents.get(headline.unit)
        if exponent is not None:
            said.append(f"{int(top[0]) / 10**exponent:,.{exponent}f} ÷ {int(bottom[0]):,}")
    if headline.low is not None and headline.high is not None:
        said.append(f"95% interval {100 * headline.low:.1f} to {100 * headline.high:.1f}%")
    return "; ".join(said)
