"""The facts of one history in the currency and the zone of another."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.load_report import LeftOut, LoadReport
from custinsights.domain.money import minor_exponent
from custinsights.errors import InvalidValue, counted
from custinsights.history.amounts import LARGEST, Decimals
from custinsights.history.columns import IntArray, Products
from custinsights.history.context import Context
from custinsights.history.joining import Columns, rearranged
from custinsights.history.localtime import DAY, Transitions, date_of, to_microseconds
from custinsights.history.row_groups import coded
from custinsights.sources.overlap import rows_and_money
from custinsights.sources.rates import Rates, as_decimals, rate_of


def in_zone(columns: Columns, context: Context, calendar: Calendar) -> tuple[Columns, Context]:
    """Return a history in the zone of a calendar: instants stay, and days without times too."""
    if context.has_times or context.calendar.timezone == calendar.timezone:
        return columns, context

    def moved(instants: IntArray) -> IntArray:
        codes, days = coded(_days(instants, context.calendar))
        starts = [to_microseconds(calendar.start_of_day(date_of(day))) for day in days.tolist()]
        return np.array(starts, dtype=np.int64).take(codes) if starts else instants

    span = np.array([context.observed_from, context.observed_until])
    first, last = moved(span).tolist()
    return attrs.evolve(
        columns,
        orders=attrs.evolve(columns.orders, placed_at=moved(columns.orders.placed_at)),
        refunds=attrs.evolve(columns.refunds, refunded_at=moved(columns.refunds.refunded_at)),
    ), attrs.evolve(context, observed_from=first, observed_until=last)


def without_facts(columns: Columns, currency: str) -> tuple[Columns, LoadReport]:
    """Return a history that stays out for its currency: the people whom its table lists."""
    nothing = np.empty(0, dtype=np.int64)
    rows, money = rows_and_money(columns)
    left_out = [LeftOut("currency", currency, rows, ((currency, money),))] if rows else []
    return rearranged(columns, nothing, nothing, nothing), LoadReport(left_out=left_out)


def without_prices(products: Products) -> Products:
    """Return products without prices: nobody knows of which day these are."""
    return attrs.evolve(
        products, numbers={n: column for n, column in products.numbers.items() if n != "price"}
    )


def converted(
    columns: Columns, currency: str, into: str, rates: Rates, calendar: Calendar
) -> tuple[Columns, LoadReport]:
    """Return a history in another currency; the report keeps its rows and their sum before.

    Everything of an order is converted by the rate of its day, its refunds too, so that what was
    given back in full stays so; a refund that names no order by the rate of its own day.

    Raises
    ------
    InvalidValue
        A day has no rate, or an amount becomes too large.
    """
    orders, refunds, lines = columns.orders, columns.refunds, columns.lines
    of_refund = np.where(
        refunds.order < 0, refunds.refunded_at, np.append(orders.placed_at, 0).take(refunds.order)
    )
    codes, days = coded(_days(np.concatenate([orders.placed_at, of_refund]), calendar))
    worth = [rate_of(rates, currency, date_of(day)) for day in days.tolist()]
    lost = [date_of(day) for day, rate in zip(days.tolist(), worth, strict=True) if rate is None]
    if lost:
        raise InvalidValue(
            f"there is no rate of {currency} in {into} for {counted(len(lost), 'day')}",
            lost[0],
            "a rate for each day of the orders",
            "Give it in rates=",
        )
    rate = as_decimals(worth)
    before, after = minor_exponent(currency), minor_exponent(into)

    def exchanged(minor: IntArray, at: IntArray) -> IntArray:
        exact = Decimals(minor, np.full(len(minor), before), np.zeros(len(minor), dtype=np.bool_))
        found, _, wrong = exact.times(rate.take(at)).scaled(after)
        if wrong.any():
            largest = int(np.abs(minor).max())
            what = f"an amount in {currency} is too large to be converted"
            raise InvalidValue(what, largest, f"up to {LARGEST:,} minor units of {into}")
        return found

    of_order, of_back = np.split(codes.astype(np.int64), [len(orders)])
    rows, total = rows_and_money(columns)
    notes = [(f"converted_from_{currency}", rows)]
    notes.append((f"converted_from_{currency}_in_minor_units", total))
    return attrs.evolve(
        columns,
        orders=attrs.evolve(
            orders,
            amount=exchanged(orders.amount, of_order),
            numbers={
                name: column if name == "units" else exchanged(column, of_order)
                for name, column in orders.numbers.items()
            },
        ),
        refunds=attrs.evolve(refunds, amount=exchanged(refunds.amount, of_back)),
        lines=None
        if lines is None
        else attrs.evolve(lines, amount=exchanged(lines.amount, of_order.take(lines.order))),
    ), LoadReport(notes=notes)


def _days(instants: IntArray, calendar: Calendar) -> IntArray:
    """Return the local day number of instants."""
    if not len(instants):
        return instants
    first, last = int(instants.min()), int(instants.max())
    return Transitions.of(calendar.zone, first, last).to_local(instants) // DAY
