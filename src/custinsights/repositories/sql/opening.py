"""How is a store opened, by the path of a file or by the address of a database?"""

from os import PathLike, fspath
from pathlib import Path
from sqlite3 import SQLITE_BUSY, SQLITE_LOCKED
from typing import Any, Final

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, DBAPIError, OperationalError

from custinsights.errors import InvalidValue, MissingExtra, StoreFailed, UnreadableFile
from custinsights.repositories.sql.migrating import brought_up_to_date
from custinsights.repositories.sql.phases import SECONDS_OF_PATIENCE
from custinsights.repositories.sql.store import SqlStore
from custinsights.repositories.vaults import PlainVault, Vault

__all__ = ["open_store"]

_MAGIC: Final = b"SQLite format 3\0"
_WAITING: Final = frozenset({SQLITE_BUSY, SQLITE_LOCKED, "40001", "40P01", "55P03"})
"""What SQLite and PostgreSQL say where others hold what is wanted."""

_ALLOWED: Final = "a path of a file, or an address such as postgresql://user@host/database"


def open_store(where: str | PathLike[str], *, vault: Vault | None = None) -> SqlStore:
    """Open a shop's memory, and make it where there is none yet.

    A store of an older version of the library is brought up to date, in one transaction; a file is
    copied before, to ``<path>.schema-<number>``.

    Parameters
    ----------
    where : str or path
        The path of a file of SQLite, or the address of a database: ``sqlite:///shop.db`` or
        ``postgresql://user@host/database``.
    vault : Vault, optional
        What seals contacts before they rest there; without it they rest as they are.

    Raises
    ------
    UnreadableFile
        It is no database, or not one of a shop, or cannot be reached.
    NewerStore
        A newer version of the library wrote it.
    WrongKey
        It was sealed by another vault.
    InvalidValue
        A vault is given, and it was made without one.
    MissingExtra
        The driver of the database is not installed.
    """
    url = _url(where)
    name = url.database or "" if url.get_backend_name() == "sqlite" else repr(url)
    if url.get_backend_name() == "sqlite":
        _refuse_other_file(name)
    engine = _engine(url)
    try:
        brought_up_to_date(engine, name, vault or PlainVault())
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA journal_mode = WAL")  # outside of any transaction
    except DBAPIError as error:
        engine.dispose()
        reason = "the database refuses: " + str(error.orig).strip().replace("\n", " ")
        raise UnreadableFile(
            name, reason, "Look whether it is there, and whether it is whole"
        ) from error
    except BaseException:
        engine.dispose()
        raise
    event.listen(engine, "handle_error", _say_in_words)
    return SqlStore(engine, vault or PlainVault())


def _url(where: str | PathLike[str]) -> URL:
    text = fspath(where)
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise InvalidValue("this is no address of a store", "an address", _ALLOWED) from error
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        what = "a store cannot rest in such a database"
        raise InvalidValue(what, url.drivername, "sqlite or postgresql")
    return url


def _refuse_other_file(name: str) -> None:
    """Refuse a file that is there and no file of SQLite."""
    if name in ("", ":memory:"):
        advice = "Take custinsights.repositories.memory.MemoryStore() for one that is not kept"
        raise InvalidValue("a store needs a file", name, "the path of a file", advice)
    path = Path(name)
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise UnreadableFile(
                name, "its folder does not exist", "Make the folder first"
            ) from None
        return
    except OSError as error:
        raise UnreadableFile(name, error.strerror or "it cannot be opened") from error
    if start not in (b"", _MAGIC):
        raise UnreadableFile(name, "it is no database", "Give a path where nothing is yet")


def _engine(url: URL) -> Engine:
    try:
        engine = create_engine(url, hide_parameters=True)  # they hold names and contacts
    except ModuleNotFoundError as error:
        raise MissingExtra("psycopg", "postgres", "a shop in PostgreSQL") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set what SQLite forgets from one connection to the next."""
    connection.isolation_level = None  # transactions begin where we say so
    for pragma in (
        f"busy_timeout = {1000 * SECONDS_OF_PATIENCE}",
        "foreign_keys = ON",
        "synchronous = NORMAL",
        "secure_delete = ON",  # what is forgotten is gone from the file
        "cache_size = -65536",  # KiB
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.execute(f"SET lock_timeout = '{SECONDS_OF_PATIENCE}s'")
    connection.commit()


def _say_in_words(context: ExceptionContext) -> None:
    """Raise what a database says of itself as an error of ours; who waits for others goes on."""
    error: Any = context.original_exception
    if isinstance(context.sqlalchemy_exception, DataError):
        what = "the database cannot hold or compare what it was given"
        advice = "Look for a NUL in a text, or a number that is too large"
        raise InvalidValue(what, type(error).__name__, "texts and numbers", advice) from error
    is_waiting = getattr(error, "sqlite_errorcode", 0) & 0xFF in _WAITING
    is_waiting |= getattr(error, "sqlstate", None) in _WAITING
    is_own = type(context.sqlalchemy_exception) in (DatabaseError, OperationalError)
    if is_own and not is_waiting:
        reason = str(error).strip().partition("\n")[0]
        raise StoreFailed(reason) from error
