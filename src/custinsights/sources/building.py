"""From a sheet of cells to a history: what every reader of tables ends in."""

from __future__ import annotations

import datetime as dt

import numpy as np

from custinsights.domain.load_report import LoadReport
from custinsights.errors import InvalidValue
from custinsights.history.columns import RefundColumns
from custinsights.history.localtime import to_datetime, to_microseconds
from custinsights.history.orders import OrderHistory
from custinsights.history.row_groups import RowGroups
from custinsights.sources.assembly import Assembled, assemble, report_of
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.ledger import Ledger
from custinsights.sources.options import Options
from custinsights.sources.rows import ParsedRows
from custinsights.sources.shaping import Shaped, shape
from custinsights.sources.sheet import Sheet


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
    ledger.note("over_refunded_orders", _over_refunded(shaped))
    report = report_of(rows, found.money)
    observed_from, observed_until = _observed(found, shaped.refunds, options)
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
        observed_until=observed_until if options.observed_until is None else options.observed_until,
        has_times=not placed.dates_only,
        load_report=report + LoadReport(timezone_assumed=is_assumed),
    )


def _over_refunded(shaped: Shaped) -> int:
    """Count the orders of which more was given back than was paid."""
    if shaped.refunds is None:
        return 0
    of_order = RowGroups(shaped.refunds.order, len(shaped.orders))
    return int(np.count_nonzero(of_order.sums(shaped.refunds.amount) > shaped.orders.amount))


def _observed(
    found: Assembled, refunds: RefundColumns | None, options: Options
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return the local days from the first row to the last one, used or left out."""
    instants = [] if found.span is None else [*found.span]
    if refunds is not None:
        instants += [int(refunds.refunded_at.min()), int(refunds.refunded_at.max())]
    if not instants:
        return None, None
    calendar = options.calendar
    given = options.observed_until
    if given is not None and to_microseconds(calendar.instant(given)) <= min(instants):
        begin = f"an instant after the first of them, {to_datetime(min(instants)).isoformat()}"
        raise InvalidValue("the option observed_until= lies before all rows", given, begin)
    first, last = (calendar.local_date(to_datetime(at)) for at in (min(instants), max(instants)))
    return calendar.start_of_day(first), calendar.start_of_day(last + dt.timedelta(days=1))
