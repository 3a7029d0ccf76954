"""How do orders get into tables? Those that say something new, each once by source and id."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt
from sqlalchemy import bindparam, delete, select, update

from custinsights.repositories.batches import (
    LINE_COLUMNS,
    NOTHING,
    ORDER_COLUMNS,
    REFUND_COLUMNS,
    OrderBatch,
)
from custinsights.repositories.order_rows import order_rows
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.bulk import insert_columns
from custinsights.repositories.sql.columns import Columns, json_of, nothing, taken, values_of
from custinsights.repositories.sql.digests import per_order, places, row_digests
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.order_pages import orders_with
from custinsights.repositories.sql.persons import ids_of
from custinsights.repositories.sql.session import Session
from custinsights.repositories.sql.standing import Standing, rows_in_turn, stand

__all__ = ["write_orders"]

_NOWHERE: Final = -1
_SAID: Final = {
    name: kind for name, kind in ORDER_COLUMNS.items() if name not in ("source", "id", "customer")
}
_SAID_BY_LINES: Final = {name: kind for name, kind in LINE_COLUMNS.items() if name != "order"}
_SAID_BY_REFUNDS: Final = {
    name: REFUND_COLUMNS[name] for name in ("id", "refunded_at", "amount", "product")
}


@attrs.frozen(eq=False, repr=False)
class _Parts:
    """The lines or refunds of the orders of a batch, order by order."""

    columns: Columns
    starts: npt.NDArray[np.int64]
    at: npt.NDArray[np.int64]

    @classmethod
    def of(cls, columns: Columns, many: int) -> "_Parts":
        rows = np.asarray(columns["order"], dtype=np.int64)
        in_order = np.argsort(rows, kind="stable")
        return cls(taken(columns, in_order), *places(rows[in_order], many))

    def digests(self, name: str, kinds: Mapping[str, str]) -> npt.NDArray[np.uint64]:
        rows = row_digests(kinds, self.columns, len(self.at))
        return per_order(name, rows, self.starts, self.at)

    def insert(
        self,
        session: Session,
        table: Any,
        kinds: Mapping[str, str],
        keys: npt.NDArray[np.int64],
    ) -> None:
        """Insert those of the orders that have a key, which is not negative."""
        owners = keys[self.columns["order"]]
        rows = np.flatnonzero(owners >= 0)
        columns = taken(self.columns, rows)
        values = {
            name: values_of(kind, columns.get(name), len(rows)) for name, kind in kinds.items()
        }
        places = {"order": owners[rows].tolist(), "position": self.at[rows].tolist()}
        insert_columns(session.writing, table, {**places, **values})


def write_orders(
    session: Session, batch: OrderBatch, *, tells_before: bool = True
) -> dict[str, int]:
    """Write the orders of a batch, those of one key one after the other."""
    session.writing  # noqa: B018 - also where there is nothing to write, it must be allowed
    counts = {"added": 0, "changed": 0, "same": 0}
    if batch.observed_until is not None:
        counts["older"] = 0
    for rows in rows_in_turn(batch.orders):
        told = _write(session, batch.take(rows), tells_before=tells_before)
        found = {**told.counts(), "older": len(told.older)}
        counts = {name: many + found[name] for name, many in counts.items()}
    return counts


def _write(session: Session, batch: OrderBatch, *, tells_before: bool) -> Standing:
    many = len(batch)
    lines, refunds = (_Parts.of(one, many) for one in (batch.lines, batch.refunds))
    said = row_digests(_SAID, _blinded(session, batch.orders), many)
    said = said + lines.digests("lines", _SAID_BY_LINES)
    said = said + refunds.digests("refunds", _SAID_BY_REFUNDS)
    told = _without_older(session, stand(session, schema.orders, batch.orders, said), batch)
    keys = np.full(many, _NOWHERE, dtype=np.int64)
    if len(told.new):
        changes = session.tell("orders", told.keys(told.new), "added")
        first = session.take("order", len(told.new))
        keys[told.new] = np.arange(first, first + len(told.new))
        columns = _values(session, taken(batch.orders, told.new))
        columns |= told.columns(told.new, keys, changes) | _watched(batch, told.new)
        insert_columns(session.writing, schema.orders, columns)
    if len(told.changed):
        keys[told.changed] = told.known[told.changed]
        before = _before(session, batch, told) if tells_before else None
        changes = session.tell("orders", told.keys(told.changed), "changed", before)
        _replace(session, batch, told, keys, changes)
    lines.insert(session, schema.lines, _SAID_BY_LINES, keys)
    refunds.insert(session, schema.refunds, _SAID_BY_REFUNDS, keys)
    return told


def _blinded(session: Session, orders: Columns) -> Columns:
    """Return orders whose addresses are told as they are looked up: nothing can be read off."""
    if "addresses" not in orders:
        return orders
    texts = [json_of(one, in_order=True) if one else None for one in orders["addresses"]]
    blind = nothing("text", len(texts))
    blind[:] = [None if one is None else session.vault.blind("address", one) for one in texts]
    return {**orders, "addresses": blind}


def _values(session: Session, orders: Columns) -> dict[str, Sequence[Any]]:
    """Return what orders say as the table holds it."""
    many = len(orders["id"])
    values = {
        name: values_of(kind, orders.get(name), many)
        for name, kind in ORDER_COLUMNS.items()
        if name != "customer"
    }
    return {**values, "addresses": [session.seal(one) for one in values["addresses"]]}


def _watched(batch: OrderBatch, rows: npt.NDArray[np.int64]) -> dict[str, Sequence[Any]]:
    """Return until when the source of some orders was watched, where it is told."""
    until = batch.observed_until
    return {} if until is None else {"observed_until": until[rows].tolist()}


def _without_older(session: Session, told: Standing, batch: OrderBatch) -> Standing:
    """Let what was watched for less long change nothing; equal orders bear the later instant."""
    if batch.observed_until is None or len(told.new) == told.many:
        return told
    table, until = schema.orders, batch.observed_until
    asked = select(table.c.key, table.c.observed_until)
    found = session.reading.execute(asked.where(one_of(table.c.key, told.known.tolist())))
    stored = {key: NOTHING if one is None else one for key, one in found}
    was = np.array([stored.get(key, NOTHING) for key in told.known.tolist()], dtype=np.int64)
    is_changed = np.isin(np.arange(told.many), told.changed)
    is_longer = (told.known != _NOWHERE) & ~is_changed & (was < until)
    later = [
        {"the_key": key, "the_instant": instant}
        for key, instant in zip(
            told.known[is_longer].tolist(), until[is_longer].tolist(), strict=True
        )
    ]
    if later:
        change = update(table).where(table.c.key == bindparam("the_key"))
        session.writing.execute(change.values(observed_until=bindparam("the_instant")), later)
    is_older = is_changed & (was > until)
    return attrs.evolve(
        told, changed=np.flatnonzero(is_changed & ~is_older), older=np.flatnonzero(is_older)
    )


def _replace(
    session: Session,
    batch: OrderBatch,
    told: Standing,
    keys: npt.NDArray[np.int64],
    changes: int,
) -> None:
    """Put orders in the place of what they were; lines and refunds are let go."""
    rows = told.changed
    for table in (schema.lines, schema.refunds):
        session.writing.execute(delete(table).where(one_of(table.c.order, keys[rows].tolist())))
    columns = _values(session, taken(batch.orders, rows)) | told.columns(rows, keys, changes)
    columns |= _watched(batch, rows)
    names = [name for name in columns if name not in ("key", "source", "id")]
    target = update(schema.orders).where(schema.orders.c.key == bindparam("the_key"))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    session.writing.execute(
        target.values(values),
        [
            {"the_key": key, **{f"new_{name}": columns[name][at] for name in names}}
            for at, key in enumerate(columns["key"])
        ],
    )


def _before(session: Session, batch: OrderBatch, told: Standing) -> list[dict[str, Any]]:
    """Return what changed orders said before, by column; addresses are personal."""
    rows = told.changed
    new = _rows_of(batch.take(rows))
    old = _rows_of(orders_with(session, told.known[rows].tolist()))
    names = ids_of(session, {one for one in told.persons[rows].tolist() if one >= 0})
    before = []
    for key, person in zip(told.keys(rows), told.persons[rows].tolist(), strict=True):
        was, now = old[key], {**new[key], "customer": names.get(person)}
        before.append({name: said for name, said in was.items() if said != now[name]})
    return before


def _rows_of(batch: OrderBatch) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return what orders say but for addresses, with lines and refunds, by source and id."""
    whole = OrderBatch(
        _completed(ORDER_COLUMNS, batch.orders),
        _completed(LINE_COLUMNS, batch.lines),
        _completed(REFUND_COLUMNS, {**batch.refunds, **_unsaid(len(batch.refunds["id"]))}),
    )
    return {
        (one.order["source"], one.order["id"]): {
            **{name: value for name, value in one.order.items() if name != "addresses"},
            "lines": [_without_order(line) for line in one.lines],
            "refunds": [_without_order(refund) for refund in one.refunds],
        }
        for one in order_rows(whole)
    }


def _completed(kinds: Mapping[str, str], columns: Columns) -> Columns:
    many = len(next(iter(columns.values())))
    return {name: columns.get(name, nothing(kind, many)) for name, kind in kinds.items()}


def _unsaid(many: int) -> Columns:
    """Return the columns of refunds that say nothing inside an order."""
    return {name: nothing("text", many) for name in ("source", "customer", "currency", "names")}


def _without_order(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "order"}
