"""What becomes of the rows of a source, step by step.

Read every cell, group rows into orders, know the currency, add the money up, choose the currency,
tell whose it is. Each step may settle the fate of rows; what is left goes into the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs
import numpy as np

from custinsights.domain.load_report import LoadReport
from custinsights.errors import BadRowsError
from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.history.columnar.instants import Instants
from custinsights.history.columnar.row_groups import NO_ROW
from custinsights.sources.orders import identity
from custinsights.sources.orders.conversion import NO_RATE, Conversion
from custinsights.sources.orders.currency import choose_currency, says_currency, use_currency
from custinsights.sources.orders.grouping import OrderRows, group, picked, spread_bad
from custinsights.sources.orders.money import NEGATIVE_AMOUNT, NEGATIVE_QUANTITY, Money, add_up
from custinsights.sources.orders.observing import file_ends
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import (
    DATE,
    TOO_LARGE,
    UNKNOWN_STATUS,
    ParsedRows,
)
from custinsights.sources.orders.whose import leave_out_nobodys, linked_in, linked_rows, whose
from custinsights.sources.texts.columns import Texts

_REFUNDS = "Refunds are told by refunds='invoice_prefix:C', or by a function of a row"
_ADVICE = {
    DATE: "Dates are read as 2024-03-05, 5.3.2024, 3/5/2024 or 20240305, with a time or without",
    NEGATIVE_AMOUNT: _REFUNDS,
    NEGATIVE_QUANTITY: _REFUNDS,
    NO_RATE: "Every currency needs a rate for each of its days in rates=",
    UNKNOWN_STATUS: "What the words of a shop mean is told by statuses={'their word': 'paid', ...}",
}
"""What makes bad rows of some kinds readable as they are."""

_TIMES = ("placed_at", "refunded_at", "cancelled_at", "shipped_at")
Times: TypeAlias = Mapping[str, tuple[Instants, BoolArray]]


@attrs.frozen(eq=False)
class Assembled:
    """What the rows of a source come to, before it takes the shape of a history.

    Parameters
    ----------
    rows, money, conversion
        The rows, their amounts, and how these become amounts of the history.
    orders
        The rows of each order that goes into the history.
    of_order
        int64 by order, what was paid, in the order's own currency.
    is_refund
        bool[n], the rows that are refunds; those that nothing speaks against are used.
    placed_at
        int64[n], the instant of each row: of an order its earliest one.
    times
        The instants of the rows by field, and where there is one.
    statuses
        The state of each row's order in our words.
    persons
        The person of each row that is used.
    linked
        int64[n], a row of the order that each refund's order id names, -1 where there is none.
    span
        The first and last instant of the rows used or left out; None where there is none.
    ends
        Until when each file was watched.
    """

    rows: ParsedRows
    money: Money
    conversion: Conversion
    orders: OrderRows
    of_order: IntArray
    is_refund: BoolArray
    placed_at: IntArray
    times: Times
    statuses: Texts
    persons: identity.People
    linked: IntArray
    span: tuple[int, int] | None
    ends: IntArray


def assemble(rows: ParsedRows, options: Options) -> Assembled:
    """Settle the fate of every row; see the module.

    Raises
    ------
    BadRowsError
        There are bad rows, and ``errors="raise"``.
    SeveralCurrencies
        The good rows are in several currencies, and nothing says what to do.
    """
    ledger = rows.ledger
    if rows.format.skip_rows is not None:
        ledger.skip(rows.format.skip_rows(rows))
    is_refund = options.refund_rows(rows)
    times = {field: rows.instants(field) for field in _TIMES if rows.has(field)}
    for field in rows.fields:
        if rows.kind(field) in {"money", "quantity"}:
            rows.decimals(field)
    statuses = rows.statuses(options.statuses)
    says = says_currency(rows, options)
    ends = file_ends(rows.sheet, times, options.days)
    orders = group(rows, is_refund, ends)
    _refuse_blank_states(orders)
    placed_at = _place(orders, is_refund, times)
    use_currency(orders, says)
    money = add_up(orders, is_refund)
    _note_untold(rows, money)
    _refuse_bad(rows, money, options)
    placed, has_placed = times["placed_at"]
    good = ~ledger.is_bad & (has_placed | is_refund | money.orders.groups.holds)
    span = _span_of(placed_at if good.all() else placed_at[good])
    currency = choose_currency(rows, options, money)
    conversion = Conversion.of(rows, options, currency, placed_at, money.of_row)
    ledger.bad(conversion.too_large(money.of_row), TOO_LARGE, "amount")
    spread_bad(money.orders)
    _refuse_bad(rows, money, options)
    statuses = _status_of_orders(money.orders, statuses)
    linked = linked_rows(money.orders, is_refund)
    persons = whose(money.orders, is_refund, linked, options)
    if not options.keeps_all:
        leave_out_nobodys(rows, is_refund, statuses, persons, options)
    orders = money.orders.settled()
    if not orders.is_single:
        differs = has_placed & ~is_refund & (placed.values != placed_at)
        ledger.note("orders_with_several_times", int(np.count_nonzero(orders.groups.any(differs))))
    of_order = money.of_order
    if orders.groups is not money.orders.groups:
        of_order = picked(of_order, orders.groups.of_first(money.orders.groups.codes))
    return Assembled(
        rows,
        money,
        conversion,
        orders,
        of_order,
        is_refund,
        placed_at,
        times,
        statuses,
        persons,
        linked_in(orders.groups, linked),
        span,
        ends,
    )


def report_of(rows: ParsedRows, money: Money) -> LoadReport:
    """Return the load report of the rows as they are settled."""
    return rows.ledger.report(money.of_row, rows.currency, rows.currencies, rounded=rows.rounded)


def _note_untold(rows: ParsedRows, money: Money) -> None:
    """Note what such files do not tell."""
    for what in rows.format.untold(rows.sheet.columns):
        if what != "refund_amounts" or money.given_back is None:
            rows.ledger.note(f"files_without_{what}", len(rows.sheet.files))


def _span_of(instants: IntArray) -> tuple[int, int] | None:
    return (int(instants.min()), int(instants.max())) if len(instants) else None


def _refuse_bad(rows: ParsedRows, money: Money, options: Options) -> None:
    if options.errors == "raise" and (rows.ledger.is_bad.any() or rows.sheet.unread):
        report = report_of(rows, money)
        advice = dict.fromkeys(_ADVICE[kind.kind] for kind in report.bad if kind.kind in _ADVICE)
        raise BadRowsError(report, ". ".join(advice))


def _refuse_blank_states(orders: OrderRows) -> None:
    """Call orders bad that say no state, unless the format knows what a blank cell means."""
    rows, groups = orders.rows, orders.groups
    if "" in rows.format.statuses or not rows.has("order_status"):
        return
    says = ~rows.texts("order_status").is_blank
    rows.ledger.bad(groups.spread(~groups.any(says), default=False), UNKNOWN_STATUS, "order_status")


def _place(orders: OrderRows, is_refund: BoolArray, times: Times) -> IntArray:
    """Return the instant of each row: an order's earliest one, a refund's own."""
    groups, ledger = orders.groups, orders.rows.ledger
    placed, has_placed = times["placed_at"]
    instants, is_dated = placed.values, has_placed
    if "refunded_at" in times:
        refunded, is_there = times["refunded_at"]
        instants = np.where(is_refund & is_there, refunded.values, instants)
        is_dated = has_placed | is_there
    ledger.bad(is_refund & ~is_dated, DATE, "placed_at")
    for name, mask in (("ambiguous_times", placed.is_twice), ("skipped_times", placed.is_never)):
        ledger.note(name, int(np.count_nonzero(mask & ledger.is_open)))
    if orders.is_single:
        ledger.bad(~has_placed & ~is_refund, DATE, "placed_at")
        return instants
    ledger.bad(groups.spread(~groups.any(has_placed), default=False), DATE, "placed_at")
    earliest = groups.spread(groups.least(placed.values, has_placed, 0))
    return np.where(groups.codes >= 0, earliest, instants)


def _status_of_orders(orders: OrderRows, statuses: Texts) -> Texts:
    """Return to every row the state of its order."""
    if orders.is_single or not orders.rows.has("order_status"):
        return statuses
    groups = orders.groups
    first = groups.spread(groups.first(~statuses.is_blank), NO_ROW)
    return Texts(
        np.where(first >= 0, picked(statuses.codes, first), statuses.codes), statuses.names
    )
