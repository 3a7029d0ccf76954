"""How do many rows get into a table at once? By the driver's own way, without a step for each."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, insert

__all__ = ["insert_columns"]


def insert_columns(
    connection: Connection, table: Table, columns: Mapping[str, Iterable[Any]]
) -> None:
    """Insert rows that are given as columns of Python's own values."""
    names = [column.name for column in table.columns if column.name in columns]
    rows = zip(*(columns[name] for name in names), strict=True)
    dialect = connection.dialect
    if dialect.name == "sqlite":
        if many := list(rows):
            statement = insert(table).compile(dialect=dialect, column_keys=names)
            connection.exec_driver_sql(str(statement), many)
        return
    quoted = ", ".join(map(dialect.identifier_preparer.quote, names))
    target = dialect.identifier_preparer.format_table(table)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {target} ({quoted}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
