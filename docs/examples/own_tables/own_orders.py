"""Orders in a table of one's own, as custinsights reads and writes them."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any, Self

from attrs import astuple

from custinsights.domain import Order
from custinsights.domain.records import record_of
from custinsights.repositories import order_rows as rows
from custinsights.repositories.batches import OrderBatch, ProductBatch
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.stored import Known


class OwnOrders:
    """A repository of orders over the table ``sale``: what is no key lies in ``told``, as JSON."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database

    def rows(self, source: str | None = None, id: str | None = None) -> Iterator[rows.OrderRow]:
        query = """SELECT customer, told FROM sale WHERE source = coalesce(?, source)
                   AND id = coalesce(?, id) ORDER BY source, id"""
        for customer, told in self.database.execute(query, (source, id)):
            order, *rest = json.loads(told)
            yield rows.OrderRow({**order, "customer": customer}, *rest)

    def get(self, order: str | int, source: str = "") -> Order | None:
        return next(map(rows.order_of, self.rows(source, str(order))), None)

    def add(self, *orders: Order) -> None:
        self.write(rows.batch_of(orders))

    def write(self, batch: OrderBatch) -> Mapping[str, int]:
        counts = Counter(added=0, changed=0, same=0)
        for row in rows.order_rows(batch):
            what, rests = rows.outcome(next(self.rows(*row.key), None), row)
            counts[what] += 1
            told = json.dumps(astuple(rests, recurse=False))
            cells = (*row.key, rests.order["customer"], told)
            self.database.execute("INSERT OR REPLACE INTO sale VALUES (?, ?, ?, ?)", cells)
        return counts

    def known(self, source: str, ids: Iterable[str | int]) -> Mapping[str, Known]:
        return rows.known_rows(row for one in ids for row in self.rows(source, str(one)))

    def of(self, customer: str | int) -> tuple[Order, ...]:
        found = chain.from_iterable(map(rows.orders_of, self.scan(customers=[customer])))
        return tuple(sorted(found, key=lambda order: order.placed_at))

    def scan(self, columns: Any = None, *, customers: Any = None, batch_rows: int = 65_536) -> Any:
        wanted = None if customers is None else {*map(str, customers)}
        found = [row for row in self.rows() if wanted is None or row.order["customer"] in wanted]
        return rows.batches_of_rows(found, columns, batch_rows)

    def products(self, _ids: object = None) -> Iterator[ProductBatch]:
        return iter(())

    def forget(self, customer: str | int) -> None:
        change = "UPDATE sale SET told = json_set(told, '$[0].addresses', NULL) WHERE customer = ?"
        self.database.execute(change, (str(customer),))

    def export(self, customer: str | int) -> Mapping[str, Any]:
        return {"orders": [record_of(order) for order in self.of(customer)], "refunds": []}


TABLE = """CREATE TABLE IF NOT EXISTS sale (source TEXT, id TEXT, customer TEXT, told TEXT,
           PRIMARY KEY (source, id))"""


class OwnWork:
    """A unit of work: both stores keep what was done where the with block comes to its end."""

    def __init__(self, path: str, rest: UnitOfWork, *, read_only: bool) -> None:
        self.database, self.rest = sqlite3.connect(path), rest
        self.database.execute("PRAGMA query_only = true" if read_only else TABLE)
        self.orders = OwnOrders(self.database)
        self.people, self.activities = rest.people, rest.activities
        self.annotations = rest.annotations

    def commit(self) -> None:
        self.rest.commit()
        self.database.commit()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: Any) -> None:
        try:
            self.rest.__exit__(*raised)
            if raised[0] is None:
                self.database.commit()
        finally:
            self.database.close()


class OwnStore:
    """Orders in a file of SQLite, and all else in the store that is given."""

    def __init__(self, path: str, rest: Store) -> None:
        self.path, self.rest = path, rest
        self.begin().__exit__(None, None, None)

    def begin(self, *, at: datetime | None = None, read_only: bool = False) -> OwnWork:
        rest = self.rest.begin(at=at, read_only=read_only)
        return OwnWork(self.path, rest, read_only=read_only)

    def close(self) -> None:
        self.rest.close()
