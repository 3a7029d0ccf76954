"""Whatever a store holds of somebody is in their bundle, also what comes to be held later."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from custinsights.domain import Money
from custinsights.privacy import SubjectAccess, subject_access
from custinsights.repositories.memory.tables import Tables
from custinsights.repositories.order_rows import batch_of_rows
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.sql import open_store
from tests.privacy.conftest import LATER, NOON, fill, order

# What is of nobody: how a store is made and counts, what it sells and how it is set. The feed of
# changes names no person by a number; what orders were is looked at by itself.
OF_NOBODY = {"custinsights_migrations", "counters", "products", "settings", "changes"}
IN_OTHER_WORDS = {"search", "figures", "sort_name", "index"}  # the same again, to be found by
UNDERSTOOD = {
    "annotations": {"note", "interest"},  # the names of their tables
    "orders": {"paid"},  # the state of an order where none other is told
}
UNKNOWN = {"order": -1, "source": "", "refunded_at": 1, "product": None, "names": None}


def fill_more(store: Store) -> None:
    """Write what the shop of the other tests lacks: an edited order, and a refund of no order."""
    fill(store)
    with store.begin(at=LATER) as work:
        edited = attrs.evolve(order("1", "c7", 1, "45.00"), labels={"gift for": "first marker"})
        work.orders.add(edited)
        work.orders.add(attrs.evolve(edited, labels={"gift for": "second marker"}))
        lone = {**UNKNOWN, "id": "lone-marker", "customer": "c7", "amount": 5, "currency": "EUR"}
        work.orders.write(batch_of_rows([], [lone]))
        work.people.rename("c7", "c9")


def bundle_of(work: UnitOfWork) -> SubjectAccess:
    """Return the bundle of Anna."""
    return subject_access(work, "c7", at=LATER)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Give the file of a shop, opened without the library."""
    store = open_store(tmp_path / "shop.db")
    fill_more(store)
    store.close()
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


def bundle_in(folder: Path) -> Any:
    """Return the JSON of Anna's bundle out of a file."""
    store = open_store(folder / "shop.db")
    with store.begin(read_only=True) as work:
        told = json.loads(bundle_of(work).files()["data.json"])
    store.close()
    return told


def leaves(value: object) -> Iterator[str]:
    """Yield the texts in plain JSON."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif isinstance(value, str):
        yield value


def texts_in(row: sqlite3.Row) -> Iterator[str]:
    """Yield the texts in a row, also those within JSON."""
    for name in row.keys():  # noqa: SIM118 - a row is no mapping
        value = row[name]
        if isinstance(value, str) and name not in IN_OTHER_WORDS:
            yield from leaves(json.loads(value)) if value[:1] in ("{", "[") else [value]


def rows_of_anna(file: sqlite3.Connection, table: str) -> list[sqlite3.Row]:
    """Return the rows that lead to Anna, by the foreign keys that the file itself tells."""
    anna = "SELECT key FROM people WHERE root = (SELECT person FROM ids WHERE id = 'c7')"
    orders = f"SELECT key FROM orders WHERE person IN ({anna})"
    if table == "people":
        return file.execute(f"SELECT * FROM people WHERE key IN ({anna})").fetchall()
    ways = file.execute(f"PRAGMA foreign_key_list({table})").fetchall()
    [way] = [one for one in ways if one["table"] in ("people", "orders")]
    among = anna if way["table"] == "people" else orders
    return file.execute(f'SELECT * FROM {table} WHERE "{way["from"]}" IN ({among})').fetchall()


def test_every_table_is_in_the_bundle(file: sqlite3.Connection, tmp_path: Path) -> None:
    """Each table of the file is of nobody, or all texts of a person's rows are in their bundle.

    A new table has no rows of Anna, or rows that are not in the bundle, until somebody sees to it.
    """
    asked = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    tables = [name for (name,) in file.execute(asked).fetchall()]
    told = {*leaves(bundle_in(tmp_path))}
    assert {*tables} > OF_NOBODY
    left = {}
    for table in tables:
        if table in OF_NOBODY:
            assert not file.execute(f"PRAGMA foreign_key_list({table})").fetchall()
            continue
        rows = rows_of_anna(file, table)
        assert rows, f"no row of {table} is Anna's: write one in fill_more"
        missing = {one for row in rows for one in texts_in(row) if one and one not in told}
        left[table] = {one for one in missing if not one.startswith("content:")}  # ids of none
    assert {table: texts for table, texts in left.items() if texts} == UNDERSTOOD


def test_what_orders_were_is_in_the_bundle(file: sqlite3.Connection, tmp_path: Path) -> None:
    """What the feed keeps of edited orders is told, as it was."""
    asked = "SELECT before FROM changes WHERE before IS NOT NULL"
    kept = [json.loads(before) for (before,) in file.execute(asked).fetchall()]
    told = bundle_in(tmp_path)["data"]["changes"]["orders"]
    assert [one["was"] for one in told] == kept
    assert "first marker" in json.dumps(kept)
    assert {(one["source"], one["id"]) for one in told} == {("shopify", "1")}


def test_every_table_in_memory_is_known() -> None:
    """What rests in memory is what rests in a file: a new table has to be told of too."""
    names = {field.name for field in attrs.fields(Tables)}
    of_people = {"people", "names", "identities", "consents", "orders", "refunds", "activities"}
    assert names == {*of_people, "annotations", "tags", "logs", "products", "settings", "feed"}


def test_every_kind_of_store_tells_the_same(empty: Store, tmp_path: Path) -> None:
    """The bundle of a store is that of a file, letter by letter."""
    fill_more(empty)
    there = open_store(tmp_path / "another.db")
    fill_more(there)
    bundles = []
    for store in (empty, there):
        with store.begin(read_only=True) as work:
            bundles.append(bundle_of(work).files())
    there.close()
    assert bundles[0] == bundles[1]


def test_nothing_of_others_is_in_the_bundle(empty: Store) -> None:
    """Whose order it was before is not told to whose it is now."""
    fill_more(empty)
    with empty.begin(at=LATER) as work:
        work.orders.add(order("3", "c7", 4, "7.77", None))  # Bo's until now
        data = bundle_of(work).to_dict()
    told = {*leaves(json.loads(json.dumps(data, default=str)))}
    assert "bo" not in told
    assert "3" in told


def test_a_table_is_in_the_csv_too(empty: Store) -> None:
    """Every text of the JSON is in one of the tables."""
    fill_more(empty)
    with empty.begin(read_only=True) as work:
        files = bundle_of(work).files()
    tables = "".join(text for name, text in files.items() if name.endswith(".csv"))
    assert "changes-orders.csv" in files
    for one in leaves(json.loads(files["data.json"])["data"]):
        assert one.replace('"', '""') in tables.replace('""""', '""'), one
    assert Money("45.00", "EUR").currency in tables
    assert NOON.isoformat() in tables
