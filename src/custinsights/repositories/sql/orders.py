"""How are orders and products kept in a database?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import and_, bindparam, delete, select, tuple_, union

from custinsights.domain.orders import Order
from custinsights.domain.products import Product
from custinsights.domain.records import record_of
from custinsights.repositories.batches import PRODUCT_COLUMNS, OrderBatch, ProductBatch
from custinsights.repositories.order_rows import batch_of, orders_of, refund_records
from custinsights.repositories.rows import product_batch_of
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.columns import values_of
from custinsights.repositories.sql.keyed import write_keyed
from custinsights.repositories.sql.one_of import one_of, one_of_told
from custinsights.repositories.sql.order_pages import (
    Asked,
    is_of,
    known_orders,
    lone_refund_pages,
    order_pages,
)
from custinsights.repositories.sql.order_writing import write_orders
from custinsights.repositories.sql.persons import needed_person, people_under
from custinsights.repositories.sql.session import Session
from custinsights.repositories.sql.whole_columns import columns_of, gathered
from custinsights.repositories.stored import Key, Known

__all__ = ["Orders"]

_PAGE = 65_536


class Orders:
    """The orders and products in a database; see `OrderRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, order: Key, source: str = "") -> Order | None:
        """Return an order."""
        asked = Asked(_IS_KEY, {"source": source, "id": str(order)})
        pages = order_pages(self._session, None, asked, 1)
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
        orders = Asked.of(self._session, schema.orders, since, customers)
        refunds = Asked.of(self._session, schema.lone_refunds, since, customers, _OF_REFUNDS)
        yield from order_pages(self._session, columns, orders, batch_rows)
        yield from lone_refund_pages(self._session, refunds, batch_rows, columns)

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
        question = _PRODUCTS if ids is None else _SOME_PRODUCTS
        told = {"ids": [*map(str, ids or ())], "after": "", "rows": _PAGE}
        while True:
            page = columns_of(self._session, question, PRODUCT_COLUMNS, told)
            many = len(page["id"])
            if many:
                yield ProductBatch(page)
            if many < _PAGE:
                return
            told["after"] = page["id"][-1]

    def forget(self, customer: Key) -> None:
        """Remove what is personal from the orders of somebody (addresses); amounts stay."""
        needed_person(self._session, customer)
        people = people_under(self._session, [str(customer)])
        asked = Asked((is_of(schema.orders), _HAS_ADDRESSES), {"people": people})
        for page in [*order_pages(self._session, None, asked, _PAGE)]:
            page.orders["addresses"][:] = None
            write_orders(self._session, page, tells_before=False)

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody, as JSON has it."""
        lone = [page for page in self.scan(["id"], customers=[customer]) if not len(page)]
        return {
            "orders": [record_of(one) for one in self.of(customer)],
            "refunds": [one for page in lone for one in refund_records(page)],
        }


def _of_people() -> Any:
    """Return the condition that a refund is of an order of some people, or of none and theirs."""
    order, refund = schema.orders.c, schema.lone_refunds.c
    names_it = and_(order.source == refund.source, order.id == refund.names)
    asked = select(refund.source, refund.id)
    of_order = asked.join(schema.orders, names_it).where(one_of_told(order.person, "people"))
    of_none = asked.outerjoin(schema.orders, names_it)
    of_none = of_none.where(order.key.is_(None), one_of_told(refund.person, "people"))
    return tuple_(refund.source, refund.id).in_(union(of_order, of_none))


# Asked again and again, and so made once.
_IS_KEY: Final = (
    schema.orders.c.source == bindparam("source"),
    schema.orders.c.id == bindparam("id"),
)
_OF_REFUNDS: Final = _of_people()
_PAGES: Final = (
    select(*(schema.products.c[name] for name in PRODUCT_COLUMNS))
    .where(schema.products.c.id > bindparam("after"))
    .order_by(schema.products.c.id)
    .limit(bindparam("rows"))
)
_PRODUCTS: Final = gathered(_PAGES, PRODUCT_COLUMNS.values())
_SOME_PRODUCTS: Final = gathered(
    _PAGES.where(one_of_told(schema.products.c.id, "ids")), PRODUCT_COLUMNS.values()
)
_HAS_ADDRESSES: Final = schema.orders.c.addresses.is_not(None)
