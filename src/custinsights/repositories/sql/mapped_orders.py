"""How do a shop's own tables of orders, lines, refunds and products read?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
from sqlalchemy import Connection

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.fields import looked_up
from custinsights.domain.orders import Order
from custinsights.domain.records import record_of
from custinsights.errors import InvalidValue
from custinsights.repositories.batches import (
    LINE_COLUMNS,
    ORDER_COLUMNS,
    PRODUCT_COLUMNS,
    REFUND_COLUMNS,
    OrderBatch,
    ProductBatch,
)
from custinsights.repositories.order_rows import OrderRow, batch_of_rows, known_rows, order_of
from custinsights.repositories.rows import Row, columns_of
from custinsights.repositories.sql.mapped import Reader
from custinsights.repositories.sql.unmapped import refuse_writing
from custinsights.repositories.stored import Key, Known

__all__ = ["MappedOrders"]

_ALWAYS: Final = ("source", "id", "customer")
_ADDED: Final = ("shipping", "tax", "tip")


class MappedOrders:
    """The reading half of an `OrderRepository` over a shop's own tables."""

    add = write = put_products = forget = staticmethod(refuse_writing)

    def __init__(self, connection: Connection, readers: Mapping[str, Reader]) -> None:
        self._connection = connection
        self._readers = readers

    def get(self, order: Key, source: str = "") -> Order | None:
        """Return an order."""
        rows = self._rows("id", [str(order)])
        return next((order_of(row) for row in rows if row.order["source"] == source), None)

    def known(self, source: str, ids: Sequence[Key]) -> Mapping[str, Known]:
        """Return what is known of the orders of a source, by their ids."""
        rows = self._rows("id", [str(one) for one in ids])
        return known_rows(row for row in rows if row.order["source"] == source)

    def of(self, customer: Key) -> tuple[Order, ...]:
        """Return the orders of a customer, by time, then source and id."""
        found = map(order_of, self._rows("customer", [str(customer)]))
        return tuple(sorted(found, key=lambda one: one.placed_at))

    def scan(
        self,
        columns: Sequence[str] | None = None,
        *,
        since: int = 0,
        customers: Sequence[Key] | None = None,
        batch_rows: int = 65_536,
    ) -> Iterator[OrderBatch]:
        """Yield orders as columns, by ascending (source, id)."""
        if since:
            advice = "Scan everything"
            what = "a mapping of one's own tables does not know what changed"
            raise InvalidValue(what, since, "since=0", advice)
        wanted = [*ORDER_COLUMNS] if columns is None else [*columns]
        for name in wanted:
            looked_up("column of orders", name, ORDER_COLUMNS)
        names = [name for name in ORDER_COLUMNS if name in wanted or name in _ALWAYS]
        asked = None if customers is None else [str(one) for one in customers]
        rows = self._rows("customer", asked)
        for first in range(0, len(rows), batch_rows):
            batch = batch_of_rows(rows[first : first + batch_rows])
            yield attrs.evolve(batch, orders={name: batch.orders[name] for name in names})

    def products(self, ids: Sequence[Key] | None = None) -> Iterator[ProductBatch]:
        """Yield products as columns, all or those of some ids, by ascending id."""
        if "products" not in self._readers:
            return
        asked = None if ids is None else [str(one) for one in ids]
        reader = self._readers["products"]
        rows = reader.read(self._connection, "id", asked)
        told = [
            {**row, "currency": row["price"] and reader.currency, "keywords": ()}
            for row in sorted(rows, key=lambda row: row["id"])
        ]
        if told:
            yield ProductBatch(columns_of(PRODUCT_COLUMNS, told))

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody, as JSON has it."""
        return {"orders": [record_of(one) for one in self.of(customer)], "refunds": []}

    def _rows(self, among: str, values: Sequence[str] | None) -> list[OrderRow]:
        """Return orders with their lines and refunds, by ascending source and id."""
        reader = self._readers["orders"]
        orders: dict[tuple[str, str], Row] = {}
        for row in reader.read(self._connection, among, values):
            row["source"] = row["source"] or ""
            if (row["source"], row["id"]) in orders:
                what = "an order is there twice"
                advice = "Map a table or a subquery with a row for each order"
                raise InvalidValue(what, hidden_if_contact(row["id"]), "each id once", advice)
            orders[row["source"], row["id"]] = row
        some = None if values is None else [name for _, name in orders]
        lines, refunds = (self._parts(part, some) for part in ("lines", "refunds"))
        return [
            _completed(orders[key], lines.get(key[1], ()), refunds.get(key[1], ()), reader.currency)
            for key in sorted(orders)
        ]

    def _parts(self, part: str, orders: Sequence[str] | None) -> dict[str, list[Row]]:
        """Return the lines or the refunds of orders, by order."""
        found: dict[str, list[Row]] = {}
        if part in self._readers and orders != []:
            for row in self._readers[part].read(self._connection, "order", orders):
                found.setdefault(row.pop("order"), []).append(row)
        return found


def _completed(order: Row, lines: Sequence[Row], refunds: Sequence[Row], currency: str) -> OrderRow:
    """Return an order with what its parts make."""
    told = [_with_amount(line) for line in lines]
    row = {**dict.fromkeys(ORDER_COLUMNS), **order, "currency": currency}
    if told:
        row["units"] = sum(line["quantity"] for line in told)
        row["goods"] = sum(line["amount"] + (line["discount"] or 0) for line in told)
        off = [line["discount"] for line in told if line["discount"] is not None]
        if off:
            row["discount"] = sum(off) + (row["discount"] or 0)
    if row["amount"] is None:
        charges = sum(row[name] or 0 for name in _ADDED)
        off_lines = sum(line["discount"] or 0 for line in told)
        of_order = (row["discount"] or 0) - off_lines
        row["amount"] = sum(line["amount"] for line in told) + charges - of_order
    row["status"] = row["status"] or "paid"
    back = [{**dict.fromkeys(REFUND_COLUMNS), **refund} for refund in refunds]
    return OrderRow(row, tuple(told), tuple(back))


def _with_amount(line: Row) -> Row:
    row = {**dict.fromkeys(LINE_COLUMNS), **line}
    del row["order"]
    if row["amount"] is None:
        price, off = row["unit_price"] or 0, row["discount"] or 0
        whole, rest = divmod(row["quantity"] * price, 1000)
        half = 500
        rounded = whole + (rest > half or (rest == half and whole % 2 == 1))
        row["amount"] = rounded - off
    return row
