"""The facts of one history in the currency and the zone of another."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.load_report import LeftOut, LoadReport
from custinsights.domain.money import minor_exponent
from custinsights.errors import InvalidValue, counted
from custinsights.history.activities import ActivityColumns
from custinsights.history.building.joining import Columns, rearranged
from custinsights.history.columnar.amounts import LARGEST, Decimals
from custinsights.history.columnar.columns import NO_NUMBER, IntArray, Products
from custinsights.history.columnar.localtime import DAY, Transitions, date_of, to_microseconds
from custinsights.history.columnar.row_groups import coded
from custinsights.history.context import Context
from custinsights.sources.orders.rates import Rates, as_decimals, rate_of
from custinsights.sources.several.overlap import rows_and_money


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
        activities=None
        if columns.activities is None
        else attrs.evolve(columns.activities, at=moved(columns.activities.at)),
    ), attrs.evolve(context, observed_from=first, observed_until=last)


def without_facts(columns: Columns, currency: str) -> tuple[Columns, LoadReport]:
    """Return a history that stays out for its currency: the people whom its table lists."""
    nothing = np.empty(0, dtype=np.int64)
    rows, money = rows_and_money(columns)
    rows += 0 if columns.activities is None else len(columns.activities)
    left_out = [LeftOut("currency", currency, rows, ((currency, money),))] if rows else []
    return rearranged(columns, nothing, nothing, nothing, nothing), LoadReport(left_out=left_out)


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
    given back in full stays so; a refund that names no order, and the amount of an activity, by
    the rate of its own day.

    Raises
    ------
    InvalidValue
        A day has no rate, or an amount becomes too large.
    """
    orders, refunds, lines = columns.orders, columns.refunds, columns.lines
    done, worth_at = _amounts_of(columns.activities)
    of_refund = np.where(
        refunds.order < 0, refunds.refunded_at, np.append(orders.placed_at, 0).take(refunds.order)
    )
    instants = [orders.placed_at, of_refund, worth_at]
    codes, days = coded(_days(np.concatenate(instants), calendar))
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

    ends = np.cumsum([len(orders), len(refunds)])
    of_order, of_back, of_done = np.split(codes.astype(np.int64), ends)
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
        activities=columns.activities
        if not len(done) or columns.activities is None
        else _with_amounts(columns.activities, lambda minor: exchanged(minor, of_done)),
    ), LoadReport(notes=notes)


def _amounts_of(activities: ActivityColumns | None) -> tuple[IntArray, IntArray]:
    """Return the rows of activities with an amount, and their instants."""
    if activities is None or activities.amount is None:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    rows = np.flatnonzero(activities.amount != NO_NUMBER)
    return rows, activities.at.take(rows)


def _with_amounts(
    activities: ActivityColumns, change: Callable[[IntArray], IntArray]
) -> ActivityColumns:
    """Return activities of which the amounts that there are have changed."""
    rows, _ = _amounts_of(activities)
    assert activities.amount is not None  # noqa: S101 - some activity has one
    amount = activities.amount.copy()
    amount[rows] = change(amount.take(rows))
    return attrs.evolve(activities, amount=amount)


def _days(instants: IntArray, calendar: Calendar) -> IntArray:
    """Return the local day number of instants."""
    if not len(instants):
        return instants
    first, last = int(instants.min()), int(instants.max())
    return Transitions.of(calendar.zone, first, last).to_local(instants) // DAY
