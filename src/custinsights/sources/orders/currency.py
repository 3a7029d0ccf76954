"""In which currency is each row of a source, and in which is its history?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from custinsights.domain import money as domain
from custinsights.errors import InvalidValue, SeveralCurrencies
from custinsights.history.columnar.columns import Labels
from custinsights.history.columnar.row_groups import NO_ROW, RowGroups, repeated, repeated_in
from custinsights.sources.orders.grouping import OrderRows, picked
from custinsights.sources.orders.money import Money
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import UNKNOWN_CURRENCY, ParsedRows

__all__ = ["choose_currency", "says_currency", "use_currency"]


def says_currency(rows: ParsedRows, options: Options) -> Labels:
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


def use_currency(orders: OrderRows, says: Labels) -> None:
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


def choose_currency(rows: ParsedRows, options: Options, money: Money) -> str:
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
