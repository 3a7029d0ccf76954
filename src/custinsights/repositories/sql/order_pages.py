"""How do orders come out of tables, a page at a time?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Select, Table, bindparam, select, tuple_

from custinsights.domain.fields import looked_up
from custinsights.repositories.batches import (
    LINE_COLUMNS,
    NOTHING,
    ORDER_COLUMNS,
    REFUND_COLUMNS,
    OrderBatch,
)
from custinsights.repositories.rows import rows_of
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.columns import nothing
from custinsights.repositories.sql.one_of import one_of_told
from custinsights.repositories.sql.persons import ids_of, people_under
from custinsights.repositories.sql.session import Session
from custinsights.repositories.sql.whole_columns import columns_of, gathered
from custinsights.repositories.stored import Key, Known

__all__ = [
    "Asked",
    "is_of",
    "known_orders",
    "lone_refund_pages",
    "order_pages",
    "orders_with",
    "pages_of",
]

_ALWAYS: Final = ("source", "id", "customer")
_KEY: Final = {"key": "row"}
_Conditions = tuple[ColumnElement[bool], ...]
_Read = dict[str, npt.NDArray[Any]]
_People = dict[int, str]


@attrs.frozen
class Asked:
    """Which rows: conditions that are the same objects again, and what their parameters are told.

    Parameters
    ----------
    conditions
        All of them hold.
    told
        The values of their parameters.
    """

    conditions: _Conditions
    told: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        session: Session,
        table: Table,
        since: int,
        customers: Sequence[Key] | None,
        is_theirs: ColumnElement[bool] | None = None,
    ) -> Asked:
        """Ask for what was written since a change, and belongs to some customers.

        `is_theirs` is the condition for people, where it is not the person of the row.
        """
        conditions: list[ColumnElement[bool]] = []
        told: dict[str, Any] = {}
        if since:
            conditions.append(_is_newer(table))
            told["since"] = since
        if customers is not None:
            conditions.append(is_of(table) if is_theirs is None else is_theirs)
            told["people"] = people_under(session, map(str, customers))
        return cls((*conditions,), told)


@cache
def _is_newer(table: Table) -> ColumnElement[bool]:
    """Return the condition that a row was written after the change ``since``."""
    return table.c.changed > bindparam("since")


@cache
def is_of(table: Table) -> ColumnElement[bool]:
    """Return the condition that a row is of one of ``people``."""
    condition: ColumnElement[bool] = one_of_told(table.c.person, "people")
    return condition


_IS_ONE: Final = one_of_told(schema.orders.c.key, "keys")
_ARE_THESE: Final = (
    schema.orders.c.source == bindparam("source"),
    one_of_told(schema.orders.c.id, "ids"),
)


def order_pages(
    session: Session, columns: Sequence[str] | None, asked: Asked, rows: int
) -> Iterator[OrderBatch]:
    """Yield orders that fulfil conditions, by ascending source and id."""
    wanted = [*ORDER_COLUMNS] if columns is None else [*columns]
    for name in wanted:
        looked_up("column of orders", name, ORDER_COLUMNS)
    kinds = {n: kind for n, kind in ORDER_COLUMNS.items() if n in wanted or n in _ALWAYS}
    for read in pages_of(session, schema.orders, kinds | _KEY, asked, rows):
        yield _batch(session, read)


def orders_with(session: Session, keys: Sequence[int]) -> OrderBatch:
    """Return orders of some numbers, by ascending source and id."""
    some = Asked((_IS_ONE,), {"keys": keys})
    [page] = order_pages(session, None, some, len(keys) + 1)
    return page


def known_orders(session: Session, source: str, ids: Sequence[Key]) -> dict[str, Known]:
    """Return what an import asks of the orders of a source that are there, by their ids."""
    kinds = {name: ORDER_COLUMNS[name] for name in ("source", "id", "customer", "placed_at")}
    kinds["observed_until"] = "instant"
    asked = Asked(_ARE_THESE, {"source": source, "ids": [*map(str, ids)]})
    pages = pages_of(session, schema.orders, kinds, asked, len(ids) + 1)
    rows = (row for read in pages for row in rows_of(read))
    return {
        row["id"]: Known(row["customer"], row["placed_at"], row["observed_until"]) for row in rows
    }


def lone_refund_pages(
    session: Session, asked: Asked, rows: int, columns: Sequence[str] | None
) -> Iterator[OrderBatch]:
    """Yield refunds with keys of their own, in batches without orders."""
    wanted = [name for name in ORDER_COLUMNS if columns is None or name in (*columns, *_ALWAYS)]
    kinds = {name: kind for name, kind in REFUND_COLUMNS.items() if name != "order"}
    for read in pages_of(session, schema.lone_refunds, kinds, asked, rows):
        alone = np.full(len(read["id"]), -1, dtype=np.int64)
        yield OrderBatch(
            {name: nothing(ORDER_COLUMNS[name], 0) for name in wanted},
            {name: nothing(kind, 0) for name, kind in LINE_COLUMNS.items()},
            {"order": alone, **read},
        )


def pages_of(
    session: Session, table: Table, kinds: Mapping[str, str], asked: Asked, rows: int
) -> Iterator[_Read]:
    """Yield pages of a table as columns, by ascending source and id."""
    # Customers are told by number, and looked up by the id that they have today.
    stored = {name: "row" if name == "customer" else kind for name, kind in kinds.items()}
    opened = {"addresses": session.vault.open}
    told = {**asked.told, "rows": rows}
    people: _People = {}
    while True:
        question = _page(table, tuple(stored.items()), asked.conditions, goes_on="after" in told)
        read = columns_of(session, question, stored, told, opened)
        many = len(read["id"])
        if "customer" in read:
            read["customer"] = _todays_ids(session, read["customer"], people)
        if many:
            yield read
        if many < rows:
            return
        told |= {"after_source": read["source"][-1], "after": read["id"][-1]}


@cache
def _page(
    table: Table, kinds: tuple[tuple[str, str], ...], conditions: _Conditions, *, goes_on: bool
) -> Select[Any]:
    """Return the question for a page; it is the same object again, which saves most of its time."""
    columns = (table.c["person" if name == "customer" else name] for name, _ in kinds)
    key = (table.c.source, table.c.id)
    question = select(*columns).where(*conditions).order_by(*key).limit(bindparam("rows"))
    if goes_on:
        last = (bindparam("after_source", type_=schema.TEXT), bindparam("after", type_=schema.TEXT))
        question = question.where(tuple_(*key) > tuple_(*last))
    return gathered(question, (kind for _, kind in kinds))


def _todays_ids(session: Session, keys: npt.NDArray[Any], people: _People) -> npt.NDArray[Any]:
    """Return today's ids of people; those that are known by now are not looked up again."""
    numbers = keys.tolist()
    if unknown := {*numbers} - people.keys() - {NOTHING}:
        people.update(ids_of(session, unknown))
    return np.fromiter(map(people.get, numbers), dtype=object, count=len(numbers))


def _batch(session: Session, read: _Read) -> OrderBatch:
    keys = read.pop("key")
    lines = _of_orders(session, schema.lines, LINE_COLUMNS, keys)
    refunds = _of_orders(session, schema.refunds, REFUND_COLUMNS, keys)
    return OrderBatch(read, lines, refunds)


@cache
def _parts(table: Table, kinds: tuple[tuple[str, str], ...]) -> Select[Any]:
    question = select(*(table.c[name] for name, _ in kinds))
    question = question.where(one_of_told(table.c.order, "orders"))
    question = question.order_by(table.c.order, table.c.position)
    return gathered(question, (kind for _, kind in kinds))


def _of_orders(
    session: Session, table: Table, kinds: Mapping[str, str], keys: npt.NDArray[Any]
) -> _Read:
    """Return the rows of a table that belong to orders, in their order."""
    stored = {name: kind for name, kind in kinds.items() if name in table.c}
    question = _parts(table, tuple(stored.items()))
    read = columns_of(session, question, stored, {"orders": keys.tolist()})
    many = len(read["order"])
    by_key = np.argsort(keys, kind="stable")
    rows = by_key[np.searchsorted(keys[by_key], read["order"])] if many else read["order"]
    read["order"] = rows
    in_order = np.argsort(rows, kind="stable")
    return {
        name: read[name][in_order] if name in read else nothing(kind, many)
        for name, kind in kinds.items()
    }
