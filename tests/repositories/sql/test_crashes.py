"""What was kept stays kept when a process is killed, whatever it was doing; the rest never was."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custinsights.domain import Customer, Money, Order
from custinsights.errors import StaleWrite
from custinsights.repositories.sql import open_store
from custinsights.repositories.sql.migrating import MIGRATIONS
from tests.repositories.sql.test_opening import old_file, rows, shape

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)

# Stops for good after the first statement that begins with some words, and says so.
STOP = """
import sys
from sqlalchemy import Engine, event

def stop(_connection, _cursor, statement, *_rest):
    if statement.strip().startswith(BEGINNING):
        print("there", flush=True)
        sys.stdin.read()

event.listen(Engine, "after_cursor_execute", stop)
"""
OPEN = """
from custinsights.repositories.sql import open_store
from custinsights.repositories.sql.migrating import MIGRATIONS
open_store(sys.argv[1])
"""
WRITE = """
from datetime import UTC, datetime
from custinsights.domain import Money, Order
from custinsights.repositories.order_rows import batch_of
from custinsights.repositories.sql import open_store
from custinsights.repositories.sql.migrating import MIGRATIONS

def batch(first):
    noon = datetime(2024, 3, 5, 12, tzinfo=UTC)
    told = {"placed_at": noon, "total": Money("1.00", "EUR")}
    return batch_of([Order(id=str(n), customer=f"c{n}", **told) for n in range(first, first + 500)])

store = open_store(sys.argv[1])
with store.begin() as work:
    work.orders.write(batch(1))
    work.annotations.set("checkpoint", {"orders": 500})
    work.commit()
    BEGINNING = "UPDATE counters"
    work.orders.write(batch(501))
    work.annotations.set("checkpoint", {"orders": 1000})
"""


@contextmanager
def killed(program: str, where: str) -> Iterator[None]:
    """Run a program until it says that it is there, and kill it."""
    command = [sys.executable, "-c", program, where]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        yield


def test_a_migration_that_is_killed_never_was(tmp_path: Path) -> None:
    """A process is killed when the first change of an old file is made: the file is as it was."""
    path = old_file(tmp_path)
    was = shape(path)
    with killed(f"BEGINNING = 'CREATE INDEX'{STOP}{OPEN}", str(path)):
        assert shape(path) == was
        assert rows(path, "SELECT max(number) FROM custinsights_migrations") == [(1,)]
        assert shape(tmp_path / "old.db.schema-1") == was
    store = open_store(path)
    with store.begin(read_only=True) as work:
        assert work.orders.get("1") is not None
    store.close()
    assert rows(path, "SELECT max(number) FROM custinsights_migrations") == [(max(MIGRATIONS),)]


def test_a_first_opening_that_is_killed_leaves_nothing(where: str) -> None:
    """A process is killed while it makes the tables: the next one makes them all."""
    with killed(f"BEGINNING = 'CREATE TABLE'{STOP}{OPEN}", where):
        store = open_store(where)
        with store.begin() as work:
            assert work.people.put(Customer("c1")) == 1
        store.close()


def test_an_import_that_is_killed_keeps_what_was_committed(where: str) -> None:
    """A process is killed before its second commit: the first is whole, and one may go on."""
    with killed(f"BEGINNING = 'nothing yet'{STOP}{WRITE}", where):
        store = open_store(where)
        with store.begin() as work:
            assert work.annotations.setting("checkpoint") == {"orders": 500}
            found = [name for batch in work.orders.scan() for name in batch.orders["id"].tolist()]
            assert sorted(map(int, found)) == [*range(1, 501)]
            assert work.last_change() == 1001
            assert len([*work.changes()]) == 1001
            order = Order(id="501", customer="c501", placed_at=NOON, total=Money("1.00", "EUR"))
            work.orders.add(order)
        with store.begin() as work:
            assert work.last_change() == 1003
        store.close()


def test_a_file_that_lost_its_process_is_whole(tmp_path: Path) -> None:
    """After a kill SQLite itself finds nothing wrong with the file."""
    path = tmp_path / "shop.db"
    with killed(f"BEGINNING = 'nothing yet'{STOP}{WRITE}", str(path)):
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()


def test_writers_at_once_lose_no_update(where: str) -> None:
    """Four threads count in one setting and one customer, each again where it came too late."""
    store = open_store(where)
    with store.begin() as work:
        work.people.put(Customer("c1", attributes={"count": 0}))
        work.annotations.set("count", {"count": 0})
    faults: list[BaseException] = []

    def once() -> None:
        with store.begin() as work:
            told = work.annotations.setting("count")
            stored = work.people.get("c1")
            assert told is not None
            assert stored is not None
            work.annotations.set("count", {"count": told["count"] + 1})
            count = stored.value.attributes["count"]
            assert isinstance(count, float)
            customer = Customer("c1", attributes={"count": count + 1})
            work.people.put(customer, version=stored.version)

    def count() -> None:
        done = 0
        while done < 10 and not faults:
            try:
                once()
                done += 1
            except StaleWrite:
                continue
            except BaseException as error:  # noqa: BLE001 - told by the test
                faults.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with store.begin() as work:
        stored = work.people.get("c1")
        assert stored is not None
        assert (stored.value.attributes["count"], stored.version) == (40, 41)
        assert work.annotations.setting("count") == {"count": 40}
        assert [one.number for one in work.changes()] == [*range(1, 83)]
    store.close()


def test_blind_writers_of_one_thing_are_told(where: str) -> None:
    """Who began before another changed what it writes comes too late, also without a version."""
    store = open_store(where)
    early = store.begin()
    with store.begin() as work:
        work.annotations.set("shop", {"currency": "EUR"})
    with pytest.raises(StaleWrite, match="'setting', 'shop'"), early:
        early.annotations.set("shop", {"currency": "USD"})
    with store.begin() as work:
        assert work.annotations.setting("shop") == {"currency": "EUR"}
    store.close()
