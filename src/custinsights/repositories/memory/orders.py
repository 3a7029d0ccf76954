"""How are orders and products kept in memory?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from custinsights.domain.orders import Order
from custinsights.domain.products import Product
from custinsights.domain.records import record_of
from custinsights.repositories.batches import (
    LINE_COLUMNS,
    ORDER_COLUMNS,
    REFUND_COLUMNS,
    OrderBatch,
    ProductBatch,
)
from custinsights.repositories.memory.entries import complete, keep, parted, shown
from custinsights.repositories.memory.session import Session
from custinsights.repositories.order_rows import (
    OrderRow,
    batch_of,
    batch_of_rows,
    order_of,
    order_rows,
    refund_records,
    selected,
)
from custinsights.repositories.rows import product_batch_of, rows_of
from custinsights.repositories.stored import Key, Known

__all__ = ["Orders"]


class Orders:
    """The orders in memory; see `OrderRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, order: Key, source: str = "") -> Order | None:
        """Return an order."""
        entry = self._session.seen.orders.get((source, str(order)))
        return None if entry is None else order_of(shown(self._session.seen, entry))

    def add(self, *orders: Order) -> None:
        """Write orders."""
        self.write(batch_of(orders))

    def write(self, batch: OrderBatch) -> Mapping[str, int]:
        """Write orders by (source, id), and return how many were added, changed, the same."""
        tables = self._session.changing()
        told = batch.observed_until
        counts = dict.fromkeys(
            ("added", "changed", "same", *(() if told is None else ("older",))), 0
        )
        for row in order_rows(batch):
            lines = tuple(complete(LINE_COLUMNS, one) for one in row.lines)
            refunds = tuple(complete(REFUND_COLUMNS, one) for one in row.refunds)
            whole = OrderRow(complete(ORDER_COLUMNS, row.order), lines, refunds)
            until = row.observed_until
            counts[keep(tables, tables.orders, whole, "orders", observed_until=until)] += 1
        for one in rows_of(batch.refunds):
            if one["order"] < 0:
                row = OrderRow(complete(REFUND_COLUMNS, one))
                counts[keep(tables, tables.refunds, row, "orders", ("refund",))] += 1
        return counts

    def known(self, source: str, ids: Sequence[Key]) -> Mapping[str, Known]:
        """Return what an import asks of the orders that are there, by their ids."""
        tables = self._session.seen
        found = {str(one): tables.orders.get((source, str(one))) for one in ids}
        return {
            name: Known(
                None if entry.person is None else tables.id_of(entry.person),
                entry.row.order["placed_at"],
                entry.observed_until,
            )
            for name, entry in found.items()
            if entry is not None
        }

    def of(self, customer: Key) -> tuple[Order, ...]:
        """Return the orders of a customer, by time, then source and id."""
        orders = [order_of(row) for rows in self._orders(customers=[customer]) for row in rows]
        return tuple(sorted(orders, key=lambda one: one.placed_at))

    def scan(
        self,
        columns: Sequence[str] | None = None,
        *,
        since: int = 0,
        customers: Sequence[Key] | None = None,
        batch_rows: int = 65_536,
    ) -> Iterator[OrderBatch]:
        """Yield orders as columns, by ascending (source, id), then refunds by themselves."""
        selected(batch_of_rows([]), columns)  # refuses wrong ones also where there is nothing
        for rows in self._orders(since, customers, batch_rows):
            yield selected(batch_of_rows(rows), columns)
        for rows in self._refunds(since, customers, batch_rows):
            yield selected(batch_of_rows([], [row.order for row in rows]), columns)

    def _orders(
        self, since: int = 0, customers: Sequence[Key] | None = None, batch_rows: int = 65_536
    ) -> Iterator[list[OrderRow]]:
        tables = self._session.seen
        return parted(tables, tables.orders, since, customers, batch_rows)

    def _refunds(
        self, since: int = 0, customers: Sequence[Key] | None = None, batch_rows: int = 65_536
    ) -> Iterator[list[OrderRow]]:
        tables = self._session.seen
        return parted(tables, tables.refunds, since, customers, batch_rows)

    def put_products(self, products: Iterable[Product]) -> None:
        """Write products; those that are there are told anew."""
        tables = self._session.changing()
        for given in products:
            name = str(given.id)
            product, before = attrs.evolve(given, id=name), tables.products.get(name)
            if before is None or record_of(before) != record_of(product):
                what = "added" if before is None else "changed"
                tables.products[name] = product
                tables.tell("orders", ("product", name), what)

    def products(self, ids: Sequence[Key] | None = None) -> Iterator[ProductBatch]:
        """Yield products as columns, by ascending id."""
        wanted = None if ids is None else {str(one) for one in ids}
        there = self._session.seen.products
        found = [there[name] for name in sorted(there) if wanted is None or name in wanted]
        if found:
            yield product_batch_of(found)

    def forget(self, customer: Key) -> None:
        """Remove what is personal from the orders of somebody."""
        tables = self._session.changing()
        tables.somebody(customer)
        everyone = tables.all_of(customer)
        for place, entry in [*tables.orders.items()]:
            if entry.person in everyone and entry.row.order["addresses"] is not None:
                row = attrs.evolve(entry.row, order={**entry.row.order, "addresses": None})
                number = tables.tell("orders", place, "changed")
                tables.orders[place] = attrs.evolve(entry, row=row, change=number)

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody."""
        rows = [row.order for rows in self._refunds(customers=[customer]) for row in rows]
        return {
            "orders": [record_of(one) for one in self.of(customer)],
            "refunds": refund_records(batch_of_rows([], rows)),
        }
