"""How does a connection read a state at rest, and write alone?

To read is to see one state: in SQLite and PostgreSQL alike that of the first question. Who writes
holds the one row of counters (in SQLite the file) until the end, and waits for others before: so
numbers follow the order of commits, and what is written rests on what is there.
"""

from typing import Final

from sqlalchemy import Connection, select

from custinsights.repositories.sql import schema

__all__ = ["SECONDS_OF_PATIENCE", "begin_reading", "begin_writing", "hold_counters"]

SECONDS_OF_PATIENCE: Final = 60
"""How long a writer waits for another one."""


def begin_reading(connection: Connection) -> None:
    """Begin to see one state."""
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    connection.execution_options(is_writing=False)
    connection.begin()


def begin_writing(connection: Connection) -> None:
    """Begin to write, after others have ended."""
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="READ COMMITTED", postgresql_readonly=False)
    connection.execution_options(is_writing=True)
    connection.begin()


def hold_counters(connection: Connection) -> dict[str, int]:
    """Return the counters, and keep all other writers waiting."""
    return dict(connection.execute(select(schema.counters).with_for_update()).mappings().one())
