"""Whose is each order of a source, and each refund?"""

from __future__ import annotations

from typing import cast

import attrs
import numpy as np

from custinsights.domain.statuses import ORDER_STATUSES
from custinsights.history.columnar.columns import BoolArray, IntArray, Labels
from custinsights.history.columnar.row_groups import NO_ROW, RowGroups, repeated, repeated_in
from custinsights.sources.orders import identity
from custinsights.sources.orders.grouping import OrderRows, picked, without
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.texts.columns import Texts, one_below_another

__all__ = ["leave_out_nobodys", "linked_in", "linked_rows", "whose"]

_WIDEST_ID = 10**18
"""Ids of more figures are texts."""


def linked_rows(orders: OrderRows, is_refund: BoolArray) -> IntArray:
    """Return a row of the order that each refund's order id names, -1 where there is none."""
    if not is_refund.any():
        return repeated(NO_ROW, len(is_refund))
    return orders.keys.spread(orders.keys.first(orders.groups.holds), NO_ROW)


def linked_in(groups: RowGroups, linked: IntArray) -> IntArray:
    """Return linked rows where their orders are left, -1 elsewhere."""
    if repeated_in(linked) == NO_ROW:
        return linked
    at = np.flatnonzero(linked >= 0)
    gone = at[groups.codes[linked[at]] < 0]
    left = linked.copy()
    left[gone] = NO_ROW
    return left


def whose(
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
        refunds = np.flatnonzero(is_refund & (linked_in(left, linked) >= 0))
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


def leave_out_nobodys(
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
