"""How are orders and products kept in a database?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import and_, delete, select, tuple_, union

from custinsights.domain.orders import Order
from custinsights.domain.products import Product
from custinsights.domain.records import record_of
from custinsights.repositories.batches import PRODUCT_COLUMNS, OrderBatch, ProductBatch
from custinsights.repositories.order_rows import batch_of, orders_of, refund_records
from custinsights.repositories.rows import product_batch_of
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.columns import array_of, values_of
from custinsights.repositories.sql.keyed import write_keyed
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.order_pages import known_orders, lone_refund_pages, order_pages
from custinsights.repositories.sql.order_writing import write_orders
from custinsights.repositories.sql.persons import needed_person, people_under
from custinsights.repositories.sql.session import Session
from custinsights.repositories.stored import Key, Known

__all__ = ["Orders"]

_PAGE = 65_536


class Orders:
    """The orders and products in a database; see `OrderRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, order: Key, source: str = "") -> Order | None:
        """Return an order."""
        told = schema.orders.c
        conditions = [told.source == source, told.id == str(order)]
        pages = order_pages(self._session, None, conditions, 1)
        return next((one for page in pages for one in orders_of(page)), None)

    def add(self, *orders: Order) -> None:
        """Write orders."""
        self.write(batch_of(orders))

    def write(self, batch: OrderBatch) -> Mapping[str, int]:
        """Write orders by (source, id), and return how many were "added", "changed", "same"."""
        counts = write_orders(self._session, batch)
        alone = np.flatnonzero(batch.refunds["order"] < 0)
        refunds = {name: column[alone] for name, column in batch.refunds.items()}
        lone = write_keyed(self._session, schema.lone_refunds, "orders", refunds, ("refund",))
        return {name: many + lone.get(name, 0) for name, many in counts.items()}

    def known(self, source: str, ids: Sequence[Key]) -> Mapping[str, Known]:
        """Return what an import asks of the orders that are there, by their ids."""
        return known_orders(self._session, source, ids)

    def of(self, customer: Key) -> tuple[Order, ...]:
        """Return the orders of a customer, by time, then source and id."""
        found = [one for page in self.scan(customers=[customer]) for one in orders_of(page)]
        return tuple(sorted(found, key=lambda one: (one.placed_at, one.source or "", str(one.id))))

    def scan(
        self,
        columns: Sequence[str] | None = None,
        *,
        since: int = 0,
        customers: Sequence[Key] | None = None,
        batch_rows: int = _PAGE,
    ) -> Iterator[OrderBatch]:
        """Yield orders as columns, by ascending (source, id), then refunds with own keys."""
        of_orders, of_refunds = (
            [table.c.changed > since] if since else []
            for table in (schema.orders, schema.lone_refunds)
        )
        if customers is not None:
            people = people_under(self._session, map(str, customers))
            of_orders.append(one_of(schema.orders.c.person, people))
            of_refunds.append(_is_theirs(people))
        yield from order_pages(self._session, columns, of_orders, batch_rows)
        yield from lone_refund_pages(self._session, of_refunds, batch_rows, columns)

    def put_products(self, products: Iterable[Product]) -> None:
        """Write products; those that are there are told anew."""
        given = product_batch_of(products).products
        many = len(given["id"])
        values = {
            name: values_of(kind, given[name], many) for name, kind in PRODUCT_COLUMNS.items()
        }
        rows = {
            row[0]: dict(zip(values, row, strict=True))
            for row in zip(*values.values(), strict=True)
        }
        connection = self._session.writing
        table = schema.products
        question = select(*(table.c[name] for name in PRODUCT_COLUMNS))
        found = connection.execute(question.where(one_of(table.c.id, rows)))
        there = {row["id"]: dict(row) for row in found.mappings()}
        for what in ("added", "changed"):
            told = [
                row
                for key, row in rows.items()
                if ((key in there) == (what == "changed")) and there.get(key) != row
            ]
            number = self._session.tell("orders", [("product", row["id"]) for row in told], what)
            if what == "changed":
                gone = one_of(table.c.id, [row["id"] for row in told])
                connection.execute(delete(table).where(gone))
            self._session.add(table, ({**row, "changed": number} for row in told))

    def products(self, ids: Sequence[Key] | None = None) -> Iterator[ProductBatch]:
        """Yield products as columns, all or those of some ids, by ascending id."""
        table = schema.products
        question = select(*(table.c[name] for name in PRODUCT_COLUMNS)).order_by(table.c.id)
        if ids is not None:
            question = question.where(one_of(table.c.id, map(str, ids)))
        after = ""
        while found := self._session.reading.execute(
            question.where(table.c.id > after).limit(_PAGE)
        ).all():
            columns = dict(zip(PRODUCT_COLUMNS, zip(*found, strict=True), strict=True))
            after = columns["id"][-1]
            yield ProductBatch(
                {name: array_of(kind, columns[name]) for name, kind in PRODUCT_COLUMNS.items()}
            )
            if len(found) < _PAGE:
                return

    def forget(self, customer: Key) -> None:
        """Remove what is personal from the orders of somebody (addresses); amounts stay."""
        needed_person(self._session, customer)
        people = people_under(self._session, [str(customer)])
        told = schema.orders.c
        conditions = [one_of(told.person, people), told.addresses.is_not(None)]
        for page in [*order_pages(self._session, None, conditions, _PAGE)]:
            page.orders["addresses"][:] = None
            write_orders(self._session, page, tells_before=False)

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody, as JSON has it."""
        lone = [page for page in self.scan(["id"], customers=[customer]) if not len(page)]
        return {
            "orders": [record_of(one) for one in self.of(customer)],
            "refunds": [one for page in lone for one in refund_records(page)],
        }


def _is_theirs(people: Sequence[int]) -> Any:
    """Return the condition that a refund is of an order of some people, or of none and theirs."""
    order, refund = schema.orders.c, schema.lone_refunds.c
    names_it = and_(order.source == refund.source, order.id == refund.names)
    asked = select(refund.source, refund.id)
    of_order = asked.join(schema.orders, names_it).where(one_of(order.person, people))
    of_none = asked.outerjoin(schema.orders, names_it)
    of_none = of_none.where(order.key.is_(None), one_of(refund.person, people))
    return tuple_(refund.source, refund.id).in_(union(of_order, of_none))
