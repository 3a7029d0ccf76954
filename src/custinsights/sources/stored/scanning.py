"""What do the repositories of a store hold, as columns over all of their batches?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from custinsights.history.columnar.amounts import distinct
from custinsights.history.columnar.columns import NO_NUMBER, AnyArray, IntArray, Labels
from custinsights.history.columnar.identities import ascending
from custinsights.repositories.batches import (
    LINE_COLUMNS,
    ORDER_COLUMNS,
    PRODUCT_COLUMNS,
    REFUND_COLUMNS,
)
from custinsights.repositories.protocols import OrderRepository
from custinsights.repositories.stored import Key
from custinsights.sources.formats.products import TEXTS
from custinsights.sources.orders.product_list import ProductList

_UNUSED = frozenset({"addresses", "fulfilment", "shipped_at", "delivered_at"})
_WANTED = tuple(name for name in ORDER_COLUMNS if name not in _UNUSED)
"""What a history does not ask of orders, and what it does."""


@attrs.frozen(eq=False)
class ScannedOrders:
    """All orders of a scan, one below the other, with their lines and refunds.

    The columns are those of `custinsights.repositories.batches`; the row of an order is its place
    here.
    """

    orders: Mapping[str, AnyArray]
    lines: Mapping[str, AnyArray]
    refunds: Mapping[str, AnyArray]

    def __len__(self) -> int:
        return len(self.orders["id"])


def scanned_orders(orders: OrderRepository, customers: Sequence[Key] | None) -> ScannedOrders:
    """Read the orders of all customers, or of some."""
    tables: dict[str, dict[str, list[AnyArray]]] = {
        "orders": {name: [] for name in _WANTED},
        "lines": {name: [] for name in LINE_COLUMNS},
        "refunds": {name: [] for name in REFUND_COLUMNS},
    }
    rows = 0
    for batch in orders.scan(_WANTED, customers=customers):
        held = {"orders": batch.orders, "lines": batch.lines, "refunds": batch.refunds}
        for table, columns in tables.items():
            for name, parts in columns.items():
                part = held[table][name]
                if name == "order":
                    part = np.where(part >= 0, part + rows, part)
                parts.append(part)
        rows += len(batch)
    kinds = {"orders": ORDER_COLUMNS, "lines": LINE_COLUMNS, "refunds": REFUND_COLUMNS}
    return ScannedOrders(
        **{
            table: {name: joined(parts, kinds[table][name]) for name, parts in columns.items()}
            for table, columns in tables.items()
        }
    )


def scanned(batches: Iterable[Mapping[str, AnyArray]], kinds: Mapping[str, str]) -> Any:
    """Return the columns of batches of one table, one below the other."""
    parts: dict[str, list[AnyArray]] = {name: [] for name in kinds}
    for columns in batches:
        for name, held in parts.items():
            held.append(columns[name])
    return {name: joined(held, kinds[name]) for name, held in parts.items()}


def joined(parts: Sequence[AnyArray], kind: str) -> AnyArray:
    """Return the parts of a column of some kind as one."""
    if len(parts) == 1:
        return parts[0]
    dtype = {"text": object, "texts": object, "mapping": object, "float": np.float64}
    nothing: AnyArray = np.empty(0, dtype=dtype.get(kind, np.int64))
    return np.concatenate(parts) if parts else nothing


def labels_of(texts: AnyArray) -> Labels:
    """Return a column of texts, None where there is none, as labels in ascending order."""
    codes, found = distinct(texts.tolist())
    named = [name for name in found if name]
    order = ascending(named)
    names = tuple(map(named.__getitem__, order.tolist()))
    place = {name: code for code, name in enumerate(names)}
    table = np.array([place.get(name, -1) for name in found], dtype=np.int32)
    return Labels(table.take(codes) if len(table) else codes, names)


def numbers_of(column: IntArray, *, is_part: bool) -> IntArray | None:
    """Return a column of numbers, 0 where there is none; None where a whole shop has none at all.

    ``is_part`` tells that it is a part of the shop's.
    """
    is_there = column != NO_NUMBER
    if is_there.all():
        return column
    return np.where(is_there, column, 0) if is_part or is_there.any() else None


def products_of(orders: OrderRepository, ids: Sequence[Key] | None) -> ProductList:
    """Return what is known of products, of all or some."""
    columns = scanned((batch.products for batch in orders.products(ids)), PRODUCT_COLUMNS)
    return ProductList(
        ids=tuple(columns["id"].tolist()),
        labels={name: labels_of(columns[name]) for name in TEXTS},
        keywords=tuple(tuple(words or ()) for words in columns["keywords"].tolist()),
        price=columns["price"],
        currency=labels_of(columns["currency"]),
        stock=columns["stock"],
        has_text_ids=True,
    )
