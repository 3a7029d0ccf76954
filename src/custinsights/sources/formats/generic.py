"""Any table of orders or order lines, by a mapping from our fields to its headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from custinsights.sources.formats.declaration import Layout, OrderFormat
from custinsights.sources.texts.vocabulary import ORDERS, Words, fields_named

STATUSES = {
    "": "paid",
    "paid": "paid",
    "complete": "paid",
    "completed": "paid",
    "processing": "paid",
    "shipped": "paid",
    "delivered": "paid",
    "fulfilled": "paid",
    "partially_paid": "paid",
    "partially_refunded": "paid",
    "refunded": "paid",
    "pending": "pending",
    "on-hold": "pending",
    "authorized": "pending",
    "unpaid": "pending",
    "failed": "failed",
    "voided": "voided",
    "expired": "voided",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}
"""Words for the state of an order that mean the same in every shop."""


def generic(columns: Mapping[str, str | Sequence[str]]) -> OrderFormat:
    """Return the format of a table whose columns are told.

    A table with unit prices, line amounts or line ids, or with both products and order ids, has
    a row for each line of an order; any other has a row for each order.
    """
    named = fields_named(columns)
    return OrderFormat(
        name="generic",
        columns=named,
        layout=_layout(named),
        required=("placed_at",),
        statuses=STATUSES,
        refunded_statuses=frozenset({"refunded"}),
        address_prefixes=("", "billing_"),
    )


def in_our_words(header: Sequence[str]) -> OrderFormat:
    """Return the format of a table whose headers are our own words, by which it is known."""
    columns = named_columns(header)
    return attrs.evolve(generic(columns), recognised_by=columns.values())


def named_columns(header: Iterable[str], words: Words = ORDERS) -> dict[str, str]:
    """Return the columns of a table whose headers are our own words."""
    columns: dict[str, str] = {}
    for cell in header:
        field = words.field_named("_".join(cell.split()).casefold())
        if field in words.fields:
            columns.setdefault(field, cell)
    return columns


def _layout(columns: Mapping[str, object]) -> Layout:
    if {"unit_price", "line_amount", "line_id"} & columns.keys():
        return "lines"
    return "lines" if {"product", "order_id"} <= columns.keys() else "orders"
