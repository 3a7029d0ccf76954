"""How does a store of yesterday become one of today?

Each migration has a number, which the store keeps once it is made. Tables, columns and indexes say
in the schema with which migration they came; one that changes rows besides has a function here.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, Engine, Table, func, insert, inspect, select
from sqlalchemy.schema import CreateColumn

from custinsights.errors import NewerStore, UnreadableFile
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.phases import begin_reading, begin_writing
from custinsights.repositories.sql.resealing import VAULT
from custinsights.repositories.vaults import Vault, proof_of, refuse_other_vault

__all__ = ["MIGRATIONS", "brought_up_to_date"]

MIGRATIONS: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "tables",
        2: "what changed since a number is found by an index",
        3: "what the feed and logs tell of somebody is found by an index",
        4: "refunds are found by the orders that they name",
        5: "orders know until when the source was watched that told them",
    }
)
"""The migrations that there are, in order."""

_ROWS: Final[Mapping[int, Callable[[Connection], None]]] = MappingProxyType({})
_LOCK: Final = 7_220_161_213  # among the advisory locks of a database of PostgreSQL


def brought_up_to_date(engine: Engine, name: str, vault: Vault) -> None:
    """Make what is missing in a database, all in one transaction, or refuse it."""
    with engine.connect() as connection:
        begin_reading(connection)
        if _version(connection, name) == max(MIGRATIONS):  # then nobody has to wait
            _know_vault(connection, vault)
            return
        connection.rollback()
        begin_writing(connection)
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        found = _version(connection, name)
        if found > max(MIGRATIONS):
            raise NewerStore(name, found, max(MIGRATIONS))
        if found:
            _know_vault(connection, vault)
        if found and engine.dialect.name == "sqlite":
            _copy(name, found)
        _migrate(connection, found)
        if not found:
            _begin_rows(connection, vault)
        connection.commit()


def _version(connection: Connection, name: str) -> int:
    """Return the number of the last migration, 0 where nothing is there yet."""
    there = inspect(connection).get_table_names()
    if not there:
        return 0
    if schema.migrations.name not in there:
        reason = "it holds tables, and not those of a shop's memory"
        raise UnreadableFile(name, reason, "Give a database of its own")
    return connection.scalar(select(func.max(schema.migrations.c.number))) or 0


def _copy(name: str, number: int) -> None:
    """Copy a file as it is, beside it; a copy that is there is whole."""
    path = Path(f"{name}.schema-{number}")
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    source, target = sqlite3.connect(name), sqlite3.connect(unfinished)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    unfinished.replace(path)


def _migrate(connection: Connection, found: int) -> None:
    there = inspect(connection).get_table_names()
    for table in schema.tables.sorted_tables:
        if table.name not in there:
            table.create(connection)
        else:
            _complete(connection, table, found)
    for number, name in MIGRATIONS.items():
        if number > found:
            _ROWS.get(number, _nothing)(connection)
            connection.execute(insert(schema.migrations).values(number=number, name=name))


def _begin_rows(connection: Connection, vault: Vault) -> None:
    """Write what a store holds from the first."""
    connection.execute(insert(schema.counters).values(change=0, person=0, order=0, entry=0))
    proof = json.dumps(proof_of(vault))
    connection.execute(insert(schema.settings).values(name=VAULT, value=proof))


def _complete(connection: Connection, table: Table, found: int) -> None:
    """Add to a table what came later."""
    quoted = connection.dialect.identifier_preparer.format_table(table)
    for column in table.columns:
        if _since(column.info) > found:
            told = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {quoted} ADD COLUMN {told}")
    for index in table.indexes:
        if _since(index.info) > found:
            index.create(connection)


def _since(info: Mapping[str, int]) -> int:
    return info.get("since", 1)


def _nothing(_connection: Connection) -> None:
    """Leave the rows as they are."""


def _know_vault(connection: Connection, vault: Vault) -> None:
    told = schema.settings
    proof = connection.scalar(select(told.c.value).where(told.c.name == VAULT))
    refuse_other_vault(vault, json.loads(proof or "{}"))
