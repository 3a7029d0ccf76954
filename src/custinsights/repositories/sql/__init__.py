"""Where does a shop's memory rest in a database? In one file of SQLite, or in PostgreSQL.

Needs SQLAlchemy (the extra ``sql``), and for PostgreSQL psycopg (``postgres``).
"""

from custinsights.errors import MissingExtra

try:
    from custinsights.repositories.sql.mapped import Mapped
    from custinsights.repositories.sql.mapping import SqlMapping
    from custinsights.repositories.sql.opening import open_store
    from custinsights.repositories.sql.store import SqlStore, SqlWork
except ModuleNotFoundError as error:
    if error.name != "sqlalchemy":
        raise
    raise MissingExtra("sqlalchemy", "sql", "a shop in a database") from error

__all__ = ["Mapped", "SqlMapping", "SqlStore", "SqlWork", "open_store"]
