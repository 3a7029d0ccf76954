"""How do activities, and refunds with keys of their own, get into tables by source and id?"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, update

from custinsights.repositories.batches import ACTIVITY_COLUMNS, REFUND_COLUMNS
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.bulk import insert_columns
from custinsights.repositories.sql.columns import Columns, taken, values_of
from custinsights.repositories.sql.digests import row_digests
from custinsights.repositories.sql.session import ChangeKey, Session
from custinsights.repositories.sql.standing import rows_in_turn, stand

__all__ = ["write_keyed"]

_KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    schema.activities.name: ACTIVITY_COLUMNS,
    schema.lone_refunds.name: REFUND_COLUMNS,
}


def write_keyed(
    session: Session, table: Table, repository: str, columns: Columns, suffix: ChangeKey = ()
) -> dict[str, int]:
    """Write rows by source and id, and return how many were added, changed and the same."""
    session.writing  # noqa: B018 - also where there is nothing to write, it must be allowed
    counts = {"added": 0, "changed": 0, "same": 0}
    kinds = {
        name: kind
        for name, kind in _KINDS[table.name].items()
        if kind != "row" and name != "customer"
    }
    said = {name: kind for name, kind in kinds.items() if name not in ("source", "id")}
    for rows in rows_in_turn(columns):
        told = taken(columns, rows)
        many = len(rows)
        standing = stand(session, table, told, row_digests(said, told, many))
        for name, found in standing.counts().items():
            counts[name] += found
        for what, its in (("added", standing.new), ("changed", standing.changed)):
            keys = [(*key, *suffix) for key in standing.keys(its)]
            changes = session.tell(repository, keys, what)
            some = taken(told, its)
            values: dict[str, Any] = {
                name: values_of(kind, some.get(name), len(its)) for name, kind in kinds.items()
            }
            values |= standing.columns(its, standing.known, changes)
            del values["key"]
            put = insert_columns if what == "added" else _update
            put(session.writing, table, values)
    return counts


def _update(connection: Connection, table: Table, values: Mapping[str, Sequence[Any]]) -> None:
    rows = [
        {f"new_{name}": column[at] for name, column in values.items()}
        for at in range(len(values["id"]))
    ]
    if rows:
        keys = ("source", "id")
        is_it = (table.c[name] == bindparam(f"new_{name}") for name in keys)
        new: dict[str, Any] = {n: bindparam(f"new_{n}") for n in values if n not in keys}
        connection.execute(update(table).where(*is_it).values(new), rows)
