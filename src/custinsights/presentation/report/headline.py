"""How is the shop doing? The headline numbers as cards."""

from __future__ import annotations

import datetime as dt
from itertools import product

import numpy as np
from dateutil.relativedelta import relativedelta

from custinsights.analyses.catalog import DEFAULT
from custinsights.analyses.declaring.declarations import Metric
from custinsights.analyses.declaring.tally import Sum
from custinsights.analyses.measuring.measure import measure
from custinsights.analyses.trends.overview import overview
from custinsights.domain.money import minor_exponent
from custinsights.errors import CustInsightsError
from custinsights.history.orders import OrderHistory
from custinsights.presentation.figures import values
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import Band, Card, Section, written
from custinsights.results.cube import Cube
from custinsights.results.overview import Headline, Overview
from custinsights.results.table import Column

__all__ = [
    "BEFORE",
    "headlines",
    "in_words",
    "told_change",
    "told_quiet",
    "told_spans",
    "told_window",
]

_MONTHS = 13
_QUIET = 12
_TOLD_ABOVE = ("As of", "Window", "Compared: Window")
BEFORE = {"previous_year": "a year earlier", "previous_period": "the time before"}
"""With what numbers are compared, in words."""


def told_window(history: OrderHistory) -> tuple[tuple[dt.datetime, dt.datetime] | None, str]:
    """Return the longest window up to now beside which an earlier one was observed, and which.

    Twelve months are tried, then six, three and one; each beside the year before, else beside as
    many days just before. Where nothing was observed for so long, it is the last twelve months.
    """
    calendar, end = history.calendar, history.observed_until
    last = calendar.local_date(end)
    for months, compare in product((12, 6, 3, 1), BEFORE):
        first = last - relativedelta(months=months)
        is_year = compare == "previous_year"
        earlier = first - (relativedelta(years=1) if is_year else last - first)
        if calendar.start_of_day(earlier) >= history.observed_from:
            return (calendar.start_of_day(first), end), compare
    return None, "previous_year"


def told_spans(
    history: OrderHistory, window: tuple[dt.datetime, dt.datetime] | None, compare: str
) -> tuple[str, ...]:
    """Return in words which days are compared with which, and what is odd about the earlier."""
    if window is None:
        return ()
    calendar = history.calendar
    first, end = map(calendar.local_date, window)
    before = first - (relativedelta(years=1) if compare == "previous_year" else end - first)
    last = end - (relativedelta(years=1) if compare == "previous_year" else end - first)
    said = [f"{first} up to {end}, compared with {before} up to {last}."]
    if calendar.start_of_day(before - relativedelta(days=31)) < history.observed_from:
        start = calendar.local_date(history.observed_from)
        said.append(
            f"The orders begin on {start}: who had bought before is not known, and many who came "
            "back soon after count as new, so that growth of returning customers is overstated."
        )
    return tuple(said)


def told_quiet(history: OrderHistory) -> tuple[str, ...]:
    """Return in words the longest time without an order between others, if over twelve months.

    One mistyped year makes such a time, and numbers of the last months of what lies behind it.
    """
    cube = measure(history, ["orders"], by=["month"])
    months, orders = cube.labels("month").tolist(), cube.minor("orders")
    at = np.flatnonzero(orders)
    lengths = np.diff(at) - 1
    if not lengths.size or lengths.max() <= _QUIET:
        return ()
    before = int(lengths.argmax())
    first, last = months[at[before] + 1], months[at[before + 1] - 1]
    after = int(orders[at[before + 1] :].sum())
    many = f"{after:,} of {orders.sum():,} come after it: see whether their dates are right"
    return (f"From {first} to {last} there is no order, and {many}.",)


def headlines(inquiry: Inquiry) -> Section:
    """Return a card for each headline number of the last months."""
    history = inquiry.history
    asked, compare = told_window(history)
    found = overview(history, window=asked, compare=compare)
    window = found.current.provenance.window
    trends = _trends(history, [headline.metric for headline in found.headlines])
    since = f"on {BEFORE[compare]}"
    cards = tuple(_card(headline, found, trends, since) for headline in found.headlines)
    remarks = [note for note in found.table().notes if not note.startswith(_TOLD_ABOVE)]
    remarks += [*told_quiet(history), *told_spans(history, asked, compare)[1:]]
    calendar = history.calendar
    about = ""
    if window is not None and history.observed_from < history.observed_until:
        first, end = (calendar.local_date(instant) for instant in window)
        spans = told_spans(history, asked, compare)
        about = f"{spans[0].rstrip('.') if spans else f'{first} up to {end}'}; small lines: months"
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
    over = len(table) - int(len(table) > 1 and bool(by_month.is_incomplete[-1]))
    return {name: values(table.column(name))[:over][-_MONTHS:] for name in metrics}


def _card(
    headline: Headline, found: Overview, trends: dict[str, list[float | None]], since: str
) -> Card:
    change = told_change(headline)
    name = headline.metric.replace("_", " ")
    is_plain = headline.value is None or headline.unit == "share" or headline.unit in name
    return Card(
        name=name,
        value=_written(headline.value, headline.unit),
        unit="" if is_plain else _short(headline.unit),
        change=change,
        since=since,
        rises=change.startswith("+") if change[:1] in ("+", "-") and change else None,
        trend=trends.get(headline.metric, []),
        band=_band(headline),
        definition=in_words(headline.definition),
        details=_details(headline, found.current),
        is_told=bool(headline.value),
    )


def _short(unit: str) -> str:
    """Return a unit beside the name of its metric: order frequency is per month."""
    _, per, period = unit.partition(" per ")
    return f"per {period}" if per else unit


def in_words(definition: str) -> str:
    """Return a definition as somebody reads it who asks for no cells of a cube."""
    return definition.replace("the cell", "the period").replace("its period and window", "it")


def told_change(headline: Headline) -> str:
    """Return how a headline changed: of shares in points, of other numbers in percent."""
    if headline.change is None:
        return ""
    if headline.unit == "share" and headline.value is not None and headline.previous is not None:
        change, unit = 100 * (headline.value - headline.previous), " points"
    else:
        change, unit = 100 * headline.change, "%"
    return f"{change:+,.1f}{unit}" if round(change, 1) else "no change"


def _written(value: float | None, unit: str) -> str:
    if value is None:
        return "no value"
    column = Column("value", "number", np.array([value]), units=[unit])
    return written(column)[0]


def _band(headline: Headline) -> Band | None:
    if headline.target is None or headline.value is None:
        return None
    low, high = headline.target
    where = f", {headline.standing} it" if headline.standing else ""
    most = max(1.25 * high, headline.value, 1e-9)
    return Band(
        says=f"healthy {100 * low:.0f} to {100 * high:.0f}%{where}",
        low=low / most,
        high=high / most,
        at=max(headline.value, 0.0) / most,
    )


def _details(headline: Headline, cube: Cube) -> str:
    """Return what a quotient is made of, and how sure a proportion is."""
    said = []
    metric = DEFAULT.metric(headline.metric)
    top, bottom = cube.numerator(headline.metric), cube.denominator(headline.metric)
    if top is not None and bottom is not None and metric.numerator and metric.denominator:
        currency = cube.provenance.currency
        amounts = [
            _amount(int(numbers[0]), of, currency)
            for numbers, of in ((top, metric.numerator), (bottom, metric.denominator))
        ]
        times = "" if metric.factor == 1 else f" × {metric.factor:,.10g}"
        said.append(f"{' ÷ '.join(amounts)}{times}")
    if headline.low is not None and headline.high is not None:
        said.append(f"95% interval {100 * headline.low:.1f} to {100 * headline.high:.1f}%")
    return "; ".join(said)


def _amount(number: int, of: Sum, currency: str) -> str:
    """Return a sum of tallies in natural units, with its unit."""
    _, tally = of.terms[0]
    if tally.unit == "money":
        exponent = minor_exponent(currency)
        return f"{number / 10**exponent:,.{exponent}f} {currency}"
    names = {one.unit for one in DEFAULT.metrics.values() if _is_plain(one, of)}
    unit = "customers" if "customers" in names else tally.unit
    amount = number / tally.scale
    return f"{amount:,.10g} {unit.removesuffix('s') if amount == 1 else unit}".strip()


def _is_plain(metric: Metric, of: Sum) -> bool:
    """Return whether a metric is just these tallies: it tells whom they count."""
    return metric.denominator is None and metric.numerator == of
