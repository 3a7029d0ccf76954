"""Write the report on a history as one HTML file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from custinsights.analyses.measuring.measure import measure
from custinsights.domain.fields import refuse_other, whole_number
from custinsights.errors import InvalidValue, MissingData, Refused
from custinsights.history.facts import check_history
from custinsights.history.orders import OrderHistory
from custinsights.presentation.report import (
    buying,
    coming_back,
    driving,
    expecting,
    groups,
    headline,
    places,
    sourcing,
    winning,
)
from custinsights.presentation.report.drilling import levels, orders_of_days
from custinsights.presentation.report.page import Page, page
from custinsights.presentation.report.parts import Section, without_blanks, written
from custinsights.results.files import written_whole

__all__ = ["MOST_ORDERS", "report", "sections"]

MOST_ORDERS = 4_000
"""How many orders a page holds at most: the latest."""

_Question = Callable[[OrderHistory], Section]
QUESTIONS: dict[str, tuple[str, _Question]] = {
    "overview": ("Overview", headline.headlines),
    "composition": ("New and returning customers", buying.composition),
    "trend": ("Growth", buying.trend),
    "drivers": ("What drives growth", driving.drivers),
    "order_numbers": ("Purchase history by order number", buying.order_numbers),
    "intervals": ("Time since the last order, and between orders", buying.intervals),
    "rfm": ("RFM groups", groups.rfm_groups),
    "segments": ("Segments", groups.segment_sizes),
    "cohorts": ("Cohorts", coming_back.retention),
    "lifecycle": ("Lifecycle", groups.lifecycles),
    "forecast": ("What is to be expected", expecting.expectations),
    "concentration": ("Value concentration", groups.concentrations),
    "geography": ("Geography", places.geography),
    "products": ("Products", places.products),
    "preferences": ("What each group prefers", driving.tastes),
    "payments": ("Payment methods", places.payments),
    "peak_times": ("Peak times", places.peak_times),
    "acquisition": ("Acquisition", winning.channels),
    "funnel": ("Funnel", winning.steps),
    "quality": ("Data quality", sourcing.quality),
    "provenance": ("Provenance", sourcing.provenance),
}
"""The sections in order: the key of each, its title, and what asks it."""


def sections(
    history: OrderHistory, progress: Callable[[int, int], object] | None = None
) -> Iterator[Section]:
    """Yield every section; one that the history holds nothing for says so in one line."""
    for done, (key, (title, ask)) in enumerate(QUESTIONS.items(), start=1):
        try:
            yield without_blanks(ask(history))
        except (MissingData, Refused) as error:
            yield Section(key=key, title=title, remarks=(str(error),))
        if progress is not None:
            progress(done, len(QUESTIONS))


def report(
    history: OrderHistory,
    path: str | os.PathLike[str],
    *,
    title: str = "Customer report",
    include_orders: bool = False,
    include_personal: bool = False,
    most_orders: int = MOST_ORDERS,
    progress: Callable[[int, int], object] | None = None,
) -> Path:
    """Write the report on a history as one HTML file that asks for nothing.

    Parameters
    ----------
    history
        An order history.
    path
        The file. It is written beside and put in its place when it is whole.
    title
        What the report is of, such as the name of the shop.
    include_orders
        Whether the orders of each day are in the file, at most `most_orders`, the latest.
    include_personal
        Whether identities that are e-mail addresses or phone numbers are written as they are; else
        they are masked.
    most_orders
        How many orders the file holds at most.
    progress
        Called with the sections done and all of them.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    MissingExtra
        Plotly or Jinja is not installed: the extra ``report`` brings them.
    InvalidValue
        An option is none that is allowed, `include_personal` is told without the orders, or the
        path is that of a folder or in none.
    """
    check_history(history)
    refuse_other(str, "the title of the report", title)
    whole_number("the number of orders in the report is wrong", most_orders, 1)
    if include_personal and not include_orders:
        what = "personal fields are only in the orders, and these are not asked for"
        raise InvalidValue(what, "include_personal=True", "include_orders=True beside it")
    with written_whole(path) as draft:
        orders = None
        if include_orders:
            orders = orders_of_days(history, most_orders, personal=include_personal)
        whole = page(
            Page(
                title=title,
                facts=_facts(history),
                sections=[*sections(history, progress)],
                drill=levels(history),
                orders=orders,
            )
        )
        draft.write_text(whole, encoding="utf-8")
    return Path(path)


def _facts(history: OrderHistory) -> list[tuple[str, str]]:
    totals = measure(history, ["orders", "customers", "revenue"]).table()
    told = {column.name: written(column)[0] for column in totals.columns}
    calendar = history.calendar
    first, last = (
        calendar.local_date(instant) for instant in (history.observed_from, history.observed_until)
    )
    is_observed = history.observed_from < history.observed_until
    return [
        ("Orders", told["orders"]),
        ("Customers", told["customers"]),
        ("Revenue", f"{told['revenue']} {history.currency}"),
        ("Observed", f"{first} up to {last}" if is_observed else "nothing"),
    ]
