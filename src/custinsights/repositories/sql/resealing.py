"""How does what rests sealed get a new key?"""

import json
from collections.abc import Iterator
from typing import Final

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Table,
    and_,
    bindparam,
    or_,
    select,
    tuple_,
    update,
)

from custinsights.repositories.sql import schema
from custinsights.repositories.sql.session import Session
from custinsights.repositories.vaults import proof_of

__all__ = ["VAULT", "resealed"]

VAULT: Final = "vault"
"""The setting that proves to a store which vault is its own."""

_AT_ONCE: Final = 5_000
_NOTE: Final = "note"

_SEALED: Final[tuple[tuple[Table, tuple[str, ...]], ...]] = (
    (schema.people, ("name", "email", "phone", "birthday", "addresses", "coordinates")),
    (schema.identities, ("value",)),
    (schema.consents, ("evidence",)),
    (schema.orders, ("addresses",)),
    (schema.annotations, ("record",)),  # of notes
)
"""What rests sealed, by table."""


def resealed(session: Session) -> int:
    """Seal everything by the newest key of the vault, and return how many rows."""
    rows = 0
    for table, names in _SEALED:
        keys = [column.name for column in table.primary_key]
        changed = (
            update(table)
            .where(*(table.c[name] == bindparam(f"its_{name}") for name in keys))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        for some in _rows(session, table, names):
            told = [
                {
                    **{f"its_{name}": row[name] for name in keys},
                    **{f"new_{name}": session.seal(session.unseal(row[name])) for name in names},
                }
                for row in some
            ]
            session.writing.execute(changed, told)
            rows += len(told)
    proof = update(schema.settings).where(schema.settings.c.name == VAULT)
    session.writing.execute(proof.values(value=json.dumps(proof_of(session.vault))))
    return rows


def _rows(session: Session, table: Table, names: tuple[str, ...]) -> Iterator[list[RowMapping]]:
    """Yield the rows that hold something sealed, by ascending key."""
    keys = [*table.primary_key]
    wanted: ColumnElement[bool] = or_(*(table.c[name].is_not(None) for name in names))
    if table is schema.annotations:
        wanted = and_(wanted, table.c.kind == _NOTE)
    question = select(*keys, *(table.c[name] for name in names)).where(wanted).order_by(*keys)
    some = list(session.writing.execute(question.limit(_AT_ONCE)).mappings())
    while some:
        yield some
        last = tuple_(*keys) > tuple(some[-1][key.name] for key in keys)
        some = list(session.writing.execute(question.where(last).limit(_AT_ONCE)).mappings())
