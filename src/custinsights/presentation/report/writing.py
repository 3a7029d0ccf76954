"""Write the report on a history as one HTML file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from custinsights.analyses.measuring.measure import measure
from custinsights.domain.fields import refuse_other, whole_number
from custinsights.errors import InvalidValue
from custinsights.history.facts import check_history
from custinsights.history.orders import OrderHistory
from custinsights.presentation.report.drilling import levels, orders_of_days
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.page import Page, page
from custinsights.presentation.report.parts import Section, written
from custinsights.presentation.report.questions import Question, chosen
from custinsights.results.files import written_whole

__all__ = ["MOST_ORDERS", "report"]

MOST_ORDERS = 4_000
"""How many orders a page holds at most: the latest."""


def report(
    history: OrderHistory,
    path: str | os.PathLike[str],
    *,
    title: str = "Customer report",
    include_orders: bool = False,
    include_personal: bool = False,
    most_orders: int | None = None,
    sections: Iterable[str] | None = None,
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
        How many orders the file holds at most; 4,000 unless told.
    sections
        Which sections there are, by their names in the address of the page, such as ``"cohorts"``;
        default: all of them.
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
        An option is none that is allowed, `include_personal` or `most_orders` is told without
        the orders, or the path is that of a folder or in none.
    UnknownName
        A section is none of the report.
    """
    check_history(history)
    refuse_other(str, "the title of the report", title)
    if most_orders is not None:
        whole_number("the number of orders in the report is wrong", most_orders, 1)
    for given, is_told in (
        ("include_personal=True", include_personal),
        (f"most_orders={most_orders}", most_orders is not None),
    ):
        if is_told and not include_orders:
            what = "this is of the orders in the file, and these are not asked for"
            raise InvalidValue(what, given, "include_orders=True beside it")
    questions = chosen(sections)
    with written_whole(path) as draft:
        orders = None
        if include_orders:
            orders = orders_of_days(history, most_orders or MOST_ORDERS, personal=include_personal)
        whole = page(
            Page(
                title=title,
                facts=_facts(history),
                sections=[*_sections(Inquiry(history), questions, progress)],
                drill=levels(history),
                orders=orders,
            )
        )
        draft.write_text(whole, encoding="utf-8")
    return Path(path)


def _sections(
    inquiry: Inquiry,
    questions: Sequence[Question],
    progress: Callable[[int, int], object] | None,
) -> Iterator[Section]:
    for done, question in enumerate(questions, start=1):
        yield question.section(inquiry)
        if progress is not None:
            progress(done, len(questions))


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
