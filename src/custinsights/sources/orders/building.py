"""From a sheet of cells to a history: what every reader of tables ends in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from custinsights.domain.load_report import LoadReport
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import OrderColumns, RefundColumns
from custinsights.history.columnar.localtime import to_datetime, to_microseconds
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.history.orders import OrderHistory
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.orders.assembly import Assembled, assemble, report_of
from custinsights.sources.orders.ledger import Ledger
from custinsights.sources.orders.observing import end_of_day
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.orders.shaping import shape
from custinsights.sources.orders.sheet import Sheet


def history_of(sheet: Sheet, format: OrderFormat, options: Options) -> OrderHistory:
    """Make a history of a sheet of cells."""
    ledger = Ledger(sheet)
    rows = ParsedRows(
        sheet,
        ledger,
        format,
        zone=options.zone(format.timezone),
        dayfirst=options.dayfirst,
        decimal=options.decimal,
    )
    found = assemble(rows, options)
    shaped = shape(found, options)
    placed, _ = found.times["placed_at"]
    ledger.note("over_refunded_orders", over_refunded(shaped.orders, shaped.refunds))
    report = report_of(rows, found.money)
    observed_from, observed_until = observed(instants_of(found, shaped.refunds), options)
    is_assumed = options.timezone is None and not placed.dates_only
    return OrderHistory.of(
        shaped.orders,
        refunds=shaped.refunds,
        lines=shaped.lines,
        products=shaped.products,
        people=shaped.people,
        contacts=shaped.contacts,
        currency=found.conversion.currency,
        calendar=options.calendar,
        policy=options.policy,
        observed_from=observed_from,
        observed_until=observed_until,
        has_times=not placed.dates_only,
        load_report=report + LoadReport(timezone_assumed=is_assumed),
    )


def over_refunded(orders: OrderColumns, refunds: RefundColumns | None) -> int:
    """Count the orders of which more was given back than was paid."""
    if refunds is None:
        return 0
    of_order = RowGroups(refunds.order, len(orders))
    return int(np.count_nonzero(of_order.sums(refunds.amount) > orders.amount))


def instants_of(found: Assembled, refunds: RefundColumns | None) -> list[int]:
    """Return the first and the last instants of the rows, used or left out."""
    instants = [] if found.span is None else [*found.span]
    if refunds is not None:
        instants += [int(refunds.refunded_at.min()), int(refunds.refunded_at.max())]
    return instants


def observed(
    instants: Sequence[int], options: Options
) -> tuple[dt.datetime | None, dt.datetime | dt.date | str | None]:
    """Return from when until when a source was watched: the local days of its rows, or as told.

    Parameters
    ----------
    instants
        The first and the last of them, among others.

    Raises
    ------
    InvalidValue
        It is told to end before all rows.
    """
    calendar, given = options.calendar, options.observed_until
    if not instants:
        return None, given
    if given is not None and to_microseconds(calendar.instant(given)) <= min(instants):
        begin = f"an instant after the first of them, {to_datetime(min(instants)).isoformat()}"
        raise InvalidValue("the option observed_until= lies before all rows", given, begin)
    first = options.days.start_of_day(options.days.local_date(to_datetime(min(instants))))
    return first, end_of_day(max(instants), options.days) if given is None else given
