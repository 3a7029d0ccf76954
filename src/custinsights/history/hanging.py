"""How do refunds, lines and people find their place in a history that is laid out?"""

from __future__ import annotations

import numpy as np

from custinsights.errors import InvalidValue
from custinsights.history.columns import (
    NO_INSTANT,
    AnyArray,
    IntArray,
    Labels,
    LineColumns,
    People,
    RefundColumns,
)
from custinsights.history.ordering import offsets_of
from custinsights.history.streams import UNLINKED, Lines, PeopleTable, Refunds, Tags

ALWAYS = int(np.iinfo(np.int64).max)


def hang_refunds(
    refunds: RefundColumns | None,
    codes: IntArray,
    place: IntArray | None,
    customers: int,
    *,
    takes_unlinked: bool,
) -> Refunds:
    """Lay refunds out by customer and instant.

    `place` is the new position of every order row, -1 for orders laid out elsewhere, with which
    their refunds go; refunds that name no order stay where `takes_unlinked` says so.
    """
    if refunds is None or place is None:
        return Refunds.none(customers)
    linked = refunds.order >= 0
    order = np.full(len(refunds), UNLINKED, dtype=np.int64)
    order[linked] = place.take(refunds.order[linked])
    here = np.where(linked, order >= 0, takes_unlinked)
    keys = [refunds.amount, refunds.product, order, refunds.refunded_at, codes]
    by_customer = np.lexsort([key[here] for key in keys])
    rows = np.flatnonzero(here).take(by_customer)
    return Refunds(
        offsets_of(codes.take(rows), customers),
        refunds.refunded_at.take(rows),
        refunds.amount.take(rows),
        order.take(rows),
        refunds.product.take(rows).astype(np.int32),
        np.ones(len(rows), dtype=np.int64) if refunds.rows is None else refunds.rows.take(rows),
    )


def check_owners(refunds: RefundColumns, codes: IntArray, order_codes: IntArray) -> None:
    """Refuse a refund whose order belongs to another customer."""
    linked = np.flatnonzero(refunds.order >= 0)
    wrong = codes.take(linked) != order_codes.take(refunds.order.take(linked))
    if wrong.any():
        raise InvalidValue(
            what="a refund names an order of another customer",
            given=f"{int(wrong.sum())} such refunds",
            allowed="the customer of the order",
        )


def hang_lines(lines: LineColumns | None, place: IntArray | None, orders: int) -> Lines | None:
    """Lay lines out by order; lines of orders laid out elsewhere are not here."""
    if lines is None or place is None:
        return None
    order = place.take(lines.order)
    here = np.flatnonzero(order >= 0)
    rows = here.take(np.argsort(order.take(here), kind="stable"))
    return Lines(
        offsets_of(order.take(rows), orders),
        lines.product.take(rows).astype(np.int32),
        lines.quantity.take(rows),
        lines.amount.take(rows),
    )


def hang_people(people: People | None, codes: IntArray, ids: AnyArray) -> PeopleTable:
    """Align the customer table to the customer codes."""
    if people is None or not len(people):
        return PeopleTable(None, {}, None)
    k = len(ids)
    created_at = None
    if people.created_at is not None:
        created_at = np.full(k, NO_INSTANT, dtype=np.int64)
        created_at[codes] = people.created_at
    labels = {}
    for name in sorted(people.labels):
        column = people.labels[name].canonical()
        aligned = np.full(k, -1, dtype=np.int32)
        aligned[codes] = column.codes
        labels[name] = Labels(aligned, column.names)
    is_listed = np.zeros(k, dtype=np.bool_)
    is_listed[codes] = True
    return PeopleTable(created_at, labels, _hang_tags(people, codes), is_listed)


def _hang_tags(people: People, codes: IntArray) -> Tags | None:
    if not people.tags:
        return None
    rows = sorted(
        (
            int(codes[tag.person]),
            tag.name,
            NO_INSTANT if tag.since is None else tag.since,
            ALWAYS if tag.until is None else tag.until,
        )
        for tag in people.tags
    )
    return Tags(
        np.array([row[0] for row in rows], dtype=np.int64),
        Labels.encode([row[1] for row in rows]),
        np.array([row[2] for row in rows], dtype=np.int64),
        np.array([row[3] for row in rows], dtype=np.int64),
    )
