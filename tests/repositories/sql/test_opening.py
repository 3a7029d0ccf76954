"""A store is made, known again, brought up to date, or refused, and nothing is lost on the way."""

import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from custinsights.domain import Customer, Identity, Money, Order
from custinsights.errors import (
    InvalidValue,
    NewerStore,
    StoreBusy,
    UnreadableFile,
    WrongKey,
)
from custinsights.privacy import generate_key
from custinsights.privacy.vault import EncryptingVault
from custinsights.repositories.sql import open_store, opening
from custinsights.repositories.sql.migrating import MIGRATIONS

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
VERSION_1 = Path(__file__).with_name("version_1.sql")


def old_file(folder: Path) -> Path:
    """Make a file as the first version of the library left it."""
    path = folder / "old.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(VERSION_1.read_text())
    connection.close()
    return path


def rows(path: Path, question: str) -> list[tuple[object, ...]]:
    """Ask a file without the library."""
    connection = sqlite3.connect(path)
    found = connection.execute(question).fetchall()
    connection.close()
    return found


def shape(path: Path) -> list[tuple[object, ...]]:
    """Return the tables and indexes of a file, however they are spaced."""
    told = rows(path, "SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
    return [(kind, name, re.sub(r"\s+", "", str(sql))) for kind, name, sql in told]


def test_a_file_is_made_as_it_is_promised(tmp_path: Path) -> None:
    """A new file has every migration, a journal that readers need not wait for, and keys."""
    path = tmp_path / "shop.db"
    store = open_store(path)
    with store.begin() as work:
        connection = work._session.reading
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    store.close()
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "secure_delete": 1,
    }
    assert rows(path, "SELECT number FROM custinsights_migrations") == [(n,) for n in MIGRATIONS]


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """An old file becomes as a new one, keeps what rests in it, and is copied before."""
    path = old_file(tmp_path)
    was = shape(path)
    store = open_store(path)
    with store.begin() as work:
        order = work.orders.get("1")
        assert order is not None
        assert order.amount == Money("9.00", "EUR")
        assert work.people.find(Identity("email", "ADA@example.com")) == "c1"
        work.orders.add(order)
        assert work.last_change() == 6
    store.close()
    open_store(tmp_path / "new.db").close()
    assert shape(path) == shape(tmp_path / "new.db")
    assert shape(path) != was
    copy = tmp_path / "old.db.schema-1"
    assert shape(copy) == was
    assert rows(copy, "SELECT count(*) FROM orders") == [(2,)]
    assert rows(path, "SELECT number FROM custinsights_migrations") == [(n,) for n in MIGRATIONS]


def test_an_up_to_date_file_is_not_copied(tmp_path: Path) -> None:
    """Opening a store again makes and copies nothing."""
    path = tmp_path / "shop.db"
    for _ in range(2):
        open_store(path).close()
    assert [one.name for one in tmp_path.iterdir()] == ["shop.db"]


def test_a_database_of_the_first_version_is_brought_up_to_date(
    new_database: Callable[[], str],
) -> None:
    """An old store in PostgreSQL gets what it lacks."""
    address = new_database()
    open_store(address).close()
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX orders_changed"))
        connection.execute(text("DROP INDEX activities_changed"))
        for name in ("changes_people", "changes_annotations", "changes_before", "people_merged"):
            connection.execute(text(f"DROP INDEX {name}"))
        connection.execute(text("DROP INDEX logs_log"))
        connection.execute(text("DROP INDEX lone_refunds_names"))
        connection.execute(text("ALTER TABLE orders DROP COLUMN observed_until"))
        connection.execute(text("DELETE FROM custinsights_migrations WHERE number > 1"))
    open_store(address).close()
    with engine.begin() as connection:
        found = connection.execute(text("SELECT indexname FROM pg_indexes")).scalars().all()
    engine.dispose()
    indexes = {"orders_changed", "changes_people", "logs_log", "lone_refunds_names"}
    assert indexes <= {*found}


def test_a_store_of_a_newer_version_is_left_alone(where: str) -> None:
    """What a newer library wrote is refused, and not changed."""
    store = open_store(where)
    with store.begin() as work:
        connection = work._session.writing
        connection.execute(text("INSERT INTO custinsights_migrations VALUES (99, 'later')"))
    store.close()
    with pytest.raises(NewerStore, match="has schema 99; allowed is at most 5"):
        open_store(where)


def test_what_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    """A text, a damaged database and one of somebody else are told apart and not touched."""
    text_file = tmp_path / "orders.csv"
    text_file.write_text("Order,Total\n1,2\n")
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE people (name TEXT)")
    connection.close()
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(foreign.read_bytes()[:100] + b"\xff" * 5000)
    faults = {
        text_file: "is no database",
        foreign: "not those of a shop's memory",
        damaged: "the database refuses",
        tmp_path: "irectory",
        tmp_path / "none" / "shop.db": "its folder does not exist",
    }
    for path, match in faults.items():
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(UnreadableFile, match=match):
            open_store(path)
        assert before is None or path.read_bytes() == before


def test_an_address_that_is_none_is_refused() -> None:
    """Other databases, broken addresses and no file at all are refused; passwords stay hidden."""
    with pytest.raises(InvalidValue, match="'mysql' was given; allowed is sqlite or postgresql"):
        open_store("mysql://me:secret@host/shop")
    with pytest.raises(InvalidValue, match="no address of a store"):
        open_store("post gres://")
    with pytest.raises(InvalidValue, match="needs a file"):
        open_store(":memory:")
    with pytest.raises(UnreadableFile) as caught:
        open_store("postgresql://me:secret@localhost:1/shop")
    assert "secret" not in str(caught.value)


def vault() -> EncryptingVault:
    """Return a vault with keys of its own."""
    return EncryptingVault([generate_key()], generate_key())


def test_what_a_database_refuses_is_told_without_what_was_written(tmp_path: Path) -> None:
    """The parameters of a statement, which hold names and contacts, are in no message."""
    engine = opening._engine(make_url(f"sqlite:///{tmp_path / 'shop.db'}"))
    with engine.connect() as connection, pytest.raises(OperationalError) as refused:
        connection.execute(text("SELECT :name FROM nowhere"), {"name": "Zzyzx"})
    engine.dispose()
    assert "nowhere" in str(refused.value)
    assert "Zzyzx" not in f"{refused.value}{refused.value!r}"


def test_a_sealed_store_shows_nobody(tmp_path: Path) -> None:
    """No contact, note or address of a sealed store can be read in its file; it is still found."""
    from tests.repositories.sql.test_same_as_memory import ADA, STEPS

    path, key = tmp_path / "shop.db", vault()
    store = open_store(path, vault=key)
    with store.begin(at=NOON) as work:
        STEPS[0](work)
        STEPS[1](work)
    with store.begin() as work:
        found = work.people.get("c1")
        assert found is not None
        assert (found.value, found.version) == (ADA, 1)
        assert work.people.find(Identity("email", "ada@example.com")) == "c1"
        assert work.people.find(Identity("phone", "0044 20 794600")) == "c2"
        assert [one.id for one in work.people.listed("Ada@example.com")] == ["c1"]
        assert [one.id for one in work.people.listed("06 12")] == []
        assert [one.id for one in work.people.listed(sort="name")] == ["c1", "c9", "c2", "c3"]
        assert [one.id for one in work.people.listed(sort="name", after="c9")] == ["c2", "c3"]
        (batch,) = work.people.scan(customers=["c1"])
        assert batch.people["latitude"].tolist() == [48.8]
        order = work.orders.get("1")
        assert order is not None
        work.orders.add(order)
        assert not [one for one in work.changes() if one.what == "changed" and one.key[0] == ""]
    store.close()
    told = path.read_bytes().lower()
    # None of these is by chance in what is sealed, which has neither blanks nor points nor "@".
    secrets = (b"ada@", b"ada b", b"example", b"612345678", b"1 quai", b"likes cats", b"48.8")
    assert [one for one in secrets if one in told] == []
    with pytest.raises(WrongKey):
        open_store(path, vault=vault())
    with pytest.raises(WrongKey):
        open_store(path)


def test_who_is_forgotten_is_gone_from_the_file(tmp_path: Path) -> None:
    """After forgetting, nothing of a contact is left in the file, also where it was before."""
    path = tmp_path / "shop.db"
    store = open_store(path)
    with store.begin() as work:
        work.people.put(Customer("c1", name="Zebedee Quux", email="zebedee@example.com"))
        work.people.put(Customer("c1", name="Zebedee Q.", email="zeb@example.com"), version=1)
    store.close()
    assert b"zebedee" in path.read_bytes().lower()
    store = open_store(path)
    with store.begin() as work:
        work.people.forget("c1")
    store.close()
    assert b"zeb" not in path.read_bytes().lower()


def test_a_writer_that_waits_too_long_is_told(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who cannot write because somebody else does is told so, and nothing is changed."""
    monkeypatch.setattr(opening, "SECONDS_OF_PATIENCE", 1)
    store = open_store(where)
    with store.begin() as holder:
        holder.people.put(Customer("c1"))
        with pytest.raises(StoreBusy, match="Another writer"), store.begin() as other:
            other.people.put(Customer("c2"))
    with store.begin() as work:
        assert work.people.get("c2") is None
        work.orders.add(Order(id="1", customer="c2", placed_at=NOON, total=Money("1.00", "EUR")))
    store.close()
