"""How do refunds, lines and people find their place in a history that is laid out?"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import (
    NO_INSTANT,
    AnyArray,
    ContactColumns,
    IntArray,
    Labels,
    LineColumns,
    People,
    RefundColumns,
    Tags,
)
from custinsights.history.columnar.ordering import offsets_of
from custinsights.history.streams import UNLINKED, Contacts, Lines, PeopleTable, Refunds

_MISSING: Mapping[str, object] = {"f": np.nan, "M": "NaT", "i": -1}
"""What stands in a typed column of attributes where nothing is known."""


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


def hang_people(
    people: People | None, codes: IntArray, ids: AnyArray, contacts: Mapping[str, Contacts]
) -> PeopleTable:
    """Align the customer table to the customer codes."""
    if people is None or not len(people):
        return PeopleTable(contacts=contacts)
    at = np.full(len(ids), -1, dtype=np.int64)
    at[codes] = np.arange(len(people))

    def aligned(column: AnyArray, missing: object) -> AnyArray:
        is_row = (at >= 0).reshape(-1, *(1 for _ in column.shape[1:]))
        return np.where(is_row, column[at], np.array(missing, dtype=column.dtype))

    def labels(column: Labels) -> Labels:
        column = column.canonical()
        return Labels(np.where(at >= 0, column.codes[at], np.int32(-1)), column.names)

    return PeopleTable(
        created_at=None if people.created_at is None else aligned(people.created_at, NO_INSTANT),
        birthday=None if people.birthday is None else aligned(people.birthday, "NaT"),
        coordinates=None if people.coordinates is None else aligned(people.coordinates, np.nan),
        labels={name: labels(people.labels[name]) for name in sorted(people.labels)},
        attributes={
            name: labels(column)
            if isinstance(column, Labels)
            else aligned(column, _MISSING[column.dtype.kind])
            for name, column in sorted(people.attributes.items())
        },
        tags=_hang_tags(people.tags, codes),
        is_listed=at >= 0 if people.is_listed is None else aligned(people.is_listed, missing=False),
        contacts=contacts,
    )


def _hang_tags(tags: Tags, codes: IntArray) -> Tags | None:
    if not len(tags):
        return None
    names = tags.name.canonical()
    owners = codes.take(tags.customer)
    rows = np.lexsort((tags.until, tags.since, names.codes, owners))
    return attrs.evolve(tags, name=names).take(rows, owners.take(rows))


def hang_contacts(contacts: ContactColumns, codes: IntArray) -> Contacts:
    """Lay contacts out customer by customer, each once."""
    value = contacts.value.canonical()
    count = max(len(value.names), 1)
    pairs = np.sort(codes * count + value.codes)
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]]
    return Contacts(pairs // count, Labels((pairs % count).astype(np.int32), value.names))
