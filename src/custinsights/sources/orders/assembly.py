"""What becomes of the rows of a source, step by step.

Read every cell, group rows into orders, know the currency, add the money up, choose the currency,
tell whose it is. Each step may settle the fate of rows; what is left goes into the history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

import attrs
import numpy as np

from custinsights.domain import money as domain
from custinsights.domain.load_report import LoadReport
from custinsights.domain.statuses import ORDER_STATUSES
from custinsights.errors import BadRowsError, InvalidValue, SeveralCurrencies
from custinsights.history.columnar.columns import BoolArray, IntArray, Labels
from custinsights.history.columnar.instants import Instants
from custinsights.history.columnar.row_groups import NO_ROW, RowGroups, repeated, repeated_in
from custinsights.sources.orders import identity
from custinsights.sources.orders.conversion import NO_RATE, Conversion
from custinsights.sources.orders.grouping import OrderRows, group, picked, spread_bad, without
from custinsights.sources.orders.money import NEGATIVE_AMOUNT, NEGATIVE_QUANTITY, Money, add_up
from custinsights.sources.orders.observing import file_ends
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import (
    DATE,
    TOO_LARGE,
    UNKNOWN_CURRENCY,
    UNKNOWN_STATUS,
    ParsedRows,
)
from custinsights.sources.texts.columns import Texts, one_below_another

_REFUNDS = "Refunds are told by refunds='invoice_prefix:C', or by a function of a row"
_ADVICE = {
    DATE: "Dates are read as 2024-03-05, 5.3.2024, 3/5/2024 or 20240305, with a time or without",
    NEGATIVE_AMOUNT: _REFUNDS,
    NEGATIVE_QUANTITY: _REFUNDS,
    NO_RATE: "Every currency needs a rate for each of its days in rates=",
    UNKNOWN_STATUS: "What the words of a shop mean is told by statuses={'their word': 'paid', ...}",
}
"""What makes bad rows of some kinds readable as they are."""

_WIDEST_ID = 10**18
"""Ids of more figures are texts."""

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
    says = _says_currency(rows, options)
    ends = file_ends(rows.sheet, times, options.calendar)
    orders = group(rows, is_refund, ends)
    _refuse_blank_states(orders)
    placed_at = _place(orders, is_refund, times)
    _use_currency(orders, says)
    money = add_up(orders, is_refund)
    for what in rows.format.untold(rows.sheet.columns):
        if what != "refund_amounts" or money.given_back is None:
            ledger.note(f"files_without_{what}", len(rows.sheet.files))
    _refuse_bad(rows, money, options)
    placed, has_placed = times["placed_at"]
    good = ~ledger.is_bad & (has_placed | is_refund | money.orders.groups.holds)
    known_at = placed_at if good.all() else placed_at[good]
    span = (int(known_at.min()), int(known_at.max())) if len(known_at) else None
    currency = _choose_currency(rows, options, money)
    conversion = Conversion.of(rows, options, currency, placed_at, money.of_row)
    ledger.bad(conversion.too_large(money.of_row), TOO_LARGE, "amount")
    spread_bad(money.orders)
    _refuse_bad(rows, money, options)
    statuses = _status_of_orders(money.orders, statuses)
    linked = _linked(money.orders, is_refund)
    persons = _whose(money.orders, is_refund, linked, options)
    if not options.keeps_all:
        _leave_out_nobodys(rows, is_refund, statuses, persons, options)
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
        _of_orders_in(orders.groups, linked),
        span,
        ends,
    )


def report_of(rows: ParsedRows, money: Money) -> LoadReport:
    """Return the load report of the rows as they are settled."""
    return rows.ledger.report(money.of_row, rows.currency, rows.currencies, rounded=rows.rounded)


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


def _says_currency(rows: ParsedRows, options: Options) -> Labels:
    """Return the currency that each row says, or all of them have."""
    if rows.has("currency"):
        return rows.currency_cells()
    name = rows.format.currency or options.currency
    if name is None:
        raise InvalidValue(
            "nothing says in which currency the amounts are",
            None,
            "the code of a currency, or a column that holds it",
            "Pass currency='EUR' or another code, or columns={'currency': 'the header'}",
        )
    return Labels(np.zeros(len(rows), dtype=np.int32), (name,))


def _use_currency(orders: OrderRows, says: Labels) -> None:
    """Give every row of an order the currency that one of its rows says; without one it is bad."""
    rows, groups = orders.rows, orders.groups
    if len(says.names) == 1 and not (says.codes < 0).any():
        rows.use_currency(repeated(0, len(rows)), says.names)
        return
    codes = says.codes.astype(np.int64)
    if not orders.is_single and rows.has("currency"):
        first = groups.spread(groups.first(codes >= 0), NO_ROW)
        codes = np.where((codes < 0) & (first >= 0), picked(codes, first), codes)
    rows.use_currency(codes, says.names)
    rows.ledger.bad(codes < 0, UNKNOWN_CURRENCY, "currency")


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


def _choose_currency(rows: ParsedRows, options: Options, money: Money) -> str:
    """Leave out other currencies than the one wanted; where none is, there may be only one."""
    ledger = rows.ledger
    names: Sequence[str] = rows.currencies
    if repeated_in(rows.currency) == 0:
        present = [0] if ledger.is_open.any() else []
    else:
        codes = np.where(ledger.is_open, rows.currency, -1)
        present = np.flatnonzero(RowGroups(codes, len(names)).sizes()).tolist()
    leaves_out = options.rates is None and not options.keeps_all
    if options.currency is not None:
        there = [names[code] for code in present]
        if there and leaves_out and options.currency not in there:
            raise InvalidValue(
                "no row is in the currency that is asked for",
                options.currency,
                " or ".join(map(repr, there)),
                "Ask for one of these, or convert them with rates= beside currency=",
            )
        for code in present if leaves_out else ():
            if names[code] != options.currency:
                ledger.leave_out(rows.currency == code, "currency", names[code])
        return options.currency
    if len(present) > 1 and not options.keeps_all:
        told = []
        for code in present:
            here = ledger.is_open & (rows.currency == code)
            total = domain.Money.from_minor(sum(money.of_row[here].tolist()), names[code])
            told.append((names[code], int(np.count_nonzero(here)), total))
        raise SeveralCurrencies(told)
    if not present and not names:
        what = "there is no row" if not len(rows) else "no row says in which currency its amount is"
        raise InvalidValue(
            f"{what}, and no currency is told",
            "currency=None",
            "the code of a currency",
            "Pass currency='EUR' or another code",
        )
    return names[present[0] if present else 0]


def _status_of_orders(orders: OrderRows, statuses: Texts) -> Texts:
    """Return to every row the state of its order."""
    if orders.is_single or not orders.rows.has("order_status"):
        return statuses
    groups = orders.groups
    first = groups.spread(groups.first(~statuses.is_blank), NO_ROW)
    return Texts(
        np.where(first >= 0, picked(statuses.codes, first), statuses.codes), statuses.names
    )


def _linked(orders: OrderRows, is_refund: BoolArray) -> IntArray:
    """Return a row of the order that each refund's order id names, -1 where there is none."""
    if not is_refund.any():
        return repeated(NO_ROW, len(is_refund))
    return orders.keys.spread(orders.keys.first(orders.groups.holds), NO_ROW)


def _of_orders_in(groups: RowGroups, linked: IntArray) -> IntArray:
    """Return linked rows where their orders are left, -1 elsewhere."""
    if repeated_in(linked) == NO_ROW:
        return linked
    at = np.flatnonzero(linked >= 0)
    gone = at[groups.codes[linked[at]] < 0]
    left = linked.copy()
    left[gone] = NO_ROW
    return left


def _whose(
    orders: OrderRows, is_refund: BoolArray, linked: IntArray, options: Options
) -> identity.People:
    """Tell whose each order and each refund is; a refund that names an order is its customer's."""
    rows = orders.rows
    is_open = rows.ledger.is_open
    left = without(~is_open, orders.groups)
    asked = is_refund & is_open  # each refund, and each order by its first row
    asked |= left.holds & ~left.is_again
    at = None if asked.all() else np.flatnonzero(asked)
    n = len(rows) if at is None else len(at)
    columns = {}
    whole = _integer_ids(orders, options)
    if whole is not None:
        found = identity.resolve_integers(whole if at is None else whole.take(at))
    else:
        for kind in options.identity:
            own = _said_by_order(orders, left, kind) if rows.has(kind) else None
            own = own if own is None or at is None else own.take(at)
            columns[kind] = _with_known(own, options.customers.keys[kind], n)
        found = identity.resolve(columns, options.identity, beside=len(options.customers))
        for kind, times in found.of_several.items():
            rows.ledger.note(f"{kind}s_of_several", times)
    persons = found.codes[:n]
    if at is not None:
        persons = np.full(len(rows), identity.NOBODY, dtype=np.int64)
        persons[at] = found.codes[:n]
    if not orders.is_single:
        persons = np.where(left.holds, left.spread(left.of_first(persons)), persons)
    if is_refund.any():
        refunds = np.flatnonzero(is_refund & (_of_orders_in(left, linked) >= 0))
        persons = persons.copy()
        persons[refunds] = persons[linked[refunds]]
    return attrs.evolve(
        found,
        codes=persons,
        known=found.codes[n:],
        contacts=identity.contacts(found, columns, with_ids=options.keeps_all),
    )


def _integer_ids(orders: OrderRows, options: Options) -> IntArray | None:
    """Return the customer ids where they came as integers and nothing else tells who it is."""
    rows = orders.rows
    others = any(rows.has(kind) for kind in options.identity if kind != "customer_id")
    if others or options.keeps_all or len(options.customers) or not orders.is_single:
        return None
    ids = rows.integer_ids("customer_id") if "customer_id" in options.identity else None
    if ids is None or not len(ids):
        return None
    return ids if -_WIDEST_ID < int(ids.min()) <= int(ids.max()) < _WIDEST_ID else None


def _said_by_order(orders: OrderRows, left: RowGroups, kind: str) -> Texts:
    """Return to every row the identity that its order's first row with one says."""
    own = orders.rows.texts(kind)
    if orders.is_single:
        return own
    says = left.spread(left.first(~own.is_blank), NO_ROW)
    return Texts(np.where(says >= 0, picked(own.codes, says), own.codes), own.names)


def _with_known(own: Texts | None, known: Texts, n: int) -> Labels:
    """Return what n rows say, if anything, above what the customers known beside them have."""
    if own is None and not len(known):
        return Labels.missing(n)
    own = Texts.same("", n) if own is None else own
    both = one_below_another([own, known]) if len(known) else own
    return cast("Texts", both).labels()


def _leave_out_nobodys(
    rows: ParsedRows,
    is_refund: BoolArray,
    statuses: Texts,
    persons: identity.People,
    options: Options,
) -> None:
    """Leave out what is nobody's: by its status where that does not count, for that comes first."""
    ledger = rows.ledger
    nobodys = ledger.is_open & (persons.codes < 0)
    if not nobodys.any():
        return
    ledger.leave_out(nobodys & is_refund, "refund_identity")
    for status in ORDER_STATUSES:
        if not options.policy.counts_status(status):
            ledger.leave_out(nobodys & statuses.where(status.__eq__), "status", status)
    ledger.leave_out(nobodys, "identity")
    if rows.format.anonymous and not any(map(rows.has, options.identity)):
        ledger.note(rows.format.anonymous, int(np.count_nonzero(nobodys)))
