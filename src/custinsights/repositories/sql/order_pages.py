"""How do orders come out of tables, a page at a time?"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Select, Table, select, tuple_

from custinsights.domain.fields import looked_up
from custinsights.repositories.batches import (
    LINE_COLUMNS,
    ORDER_COLUMNS,
    REFUND_COLUMNS,
    OrderBatch,
)
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.columns import array_of, nothing
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.session import Session
from custinsights.repositories.stored import Key, Known

__all__ = ["known_orders", "lone_refund_pages", "order_pages", "orders_with", "pages_of"]

_ALWAYS: Final = ("source", "id", "customer")
_AT_ONCE: Final = 300
_NOW: Final = schema.people.alias("become")
_Conditions = Sequence[ColumnElement[bool]]
_Read = dict[str, Sequence[Any]]


def order_pages(
    session: Session, columns: Sequence[str] | None, conditions: _Conditions, rows: int
) -> Iterator[OrderBatch]:
    """Yield orders that fulfil conditions, by ascending source and id."""
    wanted = [*ORDER_COLUMNS] if columns is None else [*columns]
    for name in wanted:
        looked_up("column of orders", name, ORDER_COLUMNS)
    names = [name for name in ORDER_COLUMNS if name in wanted or name in _ALWAYS]
    for read in pages_of(session, schema.orders, [*names, "key"], conditions, rows):
        yield _batch(session, names, read)


def orders_with(session: Session, keys: Sequence[int]) -> OrderBatch:
    """Return orders of some numbers, by ascending source and id."""
    names = [*ORDER_COLUMNS]
    condition = one_of(schema.orders.c.key, keys)
    read = _page(session, schema.orders, [*names, "key"], [condition], None)
    return _batch(session, names, read)


def known_orders(session: Session, source: str, ids: Sequence[Key]) -> dict[str, Known]:
    """Return what an import asks of the orders of a source that are there, by their ids."""
    names = ("id", "customer", "placed_at")
    told = schema.orders.c
    conditions = [told.source == source, one_of(told.id, map(str, ids))]
    read = _page(session, schema.orders, names, conditions, None)
    columns = [read[name] for name in names]
    return {one: Known(*rest) for one, *rest in zip(*columns, strict=True)}


def lone_refund_pages(
    session: Session, conditions: _Conditions, rows: int, columns: Sequence[str] | None
) -> Iterator[OrderBatch]:
    """Yield refunds with keys of their own, in batches without orders."""
    wanted = [name for name in ORDER_COLUMNS if columns is None or name in (*columns, *_ALWAYS)]
    names = [name for name in REFUND_COLUMNS if name != "order"]
    for read in pages_of(session, schema.lone_refunds, names, conditions, rows):
        found = {name: array_of(REFUND_COLUMNS[name], read[name]) for name in names}
        alone = np.full(len(found["id"]), -1, dtype=np.int64)
        yield OrderBatch(
            {name: nothing(ORDER_COLUMNS[name], 0) for name in wanted},
            {name: nothing(kind, 0) for name, kind in LINE_COLUMNS.items()},
            {"order": alone, **found},
        )


def pages_of(
    session: Session, table: Table, names: Sequence[str], conditions: _Conditions, rows: int
) -> Iterator[_Read]:
    """Yield pages of a table, by ascending source and id."""
    after: _Conditions = ()
    while len((read := _page(session, table, names, (*conditions, *after), rows))["id"]):
        yield read
        if len(read["id"]) < rows:
            return
        last = (read["source"][-1], read["id"][-1])
        after = (tuple_(table.c.source, table.c.id) > tuple_(*last),)


def _page(
    session: Session,
    table: Table,
    names: Sequence[str],
    conditions: _Conditions,
    rows: int | None,
) -> _Read:
    question = _question(table, tuple(names)).where(*conditions).limit(rows)
    return _read(session, question, names)


@cache
def _question(table: Table, names: tuple[str, ...]) -> Select[Any]:
    """Return the question for rows with today's ids of customers, by ascending source and id."""
    columns = [_NOW.c.id if name == "customer" else table.c[name] for name in names]
    people = schema.people
    source = table.outerjoin(people, table.c.person == people.c.key).outerjoin(
        _NOW, people.c.root == _NOW.c.key
    )
    return select(*columns).select_from(source).order_by(table.c.source, table.c.id)


def _read(session: Session, question: Any, names: Sequence[str]) -> _Read:
    result = session.reading.execute(question)
    columns: list[list[Any]] = [[] for _ in names]
    # The driver's own tuples, few at once: many that live long keep the garbage collector busy.
    while rows := result.cursor.fetchmany(_AT_ONCE):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    result.close()
    return dict(zip(names, columns, strict=True))


def _batch(session: Session, names: Sequence[str], read: _Read) -> OrderBatch:
    opened: dict[str, Callable[[str], str]] = {"addresses": session.vault.open}
    orders = {name: array_of(ORDER_COLUMNS[name], read[name], opened.get(name)) for name in names}
    keys = np.array(read["key"], dtype=np.int64)
    lines = _of_orders(session, schema.lines, LINE_COLUMNS, keys)
    refunds = _of_orders(session, schema.refunds, REFUND_COLUMNS, keys)
    return OrderBatch(orders, lines, refunds)


@cache
def _parts(table: Table, names: tuple[str, ...]) -> Select[Any]:
    return select(*(table.c[name] for name in names)).order_by(table.c.order, table.c.position)


def _of_orders(
    session: Session, table: Table, kinds: Any, keys: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[Any]]:
    """Return the rows of a table that belong to orders, in their order."""
    stored = [name for name in kinds if name in table.c]
    question = _parts(table, tuple(stored)).where(one_of(table.c.order, keys.tolist()))
    read = _read(session, question, stored)
    many = len(read["order"])
    columns = {
        name: array_of(kind, read[name]) if name in read else nothing(kind, many)
        for name, kind in kinds.items()
    }
    by_key = np.argsort(keys, kind="stable")
    rows = by_key[np.searchsorted(keys[by_key], columns["order"])] if many else columns["order"]
    columns["order"] = rows
    in_order = np.argsort(rows, kind="stable")
    return {name: column[in_order] for name, column in columns.items()}
