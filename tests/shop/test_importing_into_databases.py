"""A database tells what the files tell, and an import that was killed goes on in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import custinsights as ci
from custinsights import privacy
from custinsights.repositories.sql import open_store
from custinsights.shop import importing
from custinsights.shop.importing import import_orders
from tests.shop.answers import answers
from tests.shop.test_importing import EXPORTS, changes

NOON = dt.datetime(2024, 6, 1, 12, tzinfo=dt.UTC)
_KILLED = """
import os, signal, sys
from custinsights.repositories.sql import open_store
from custinsights.shop import importing
from tests.shop.test_importing import EXPORTS

importing.ROWS = 10
files, options = EXPORTS["online retail"]

def kill(done, total):
    if done >= 30:
        os.kill(os.getpid(), signal.SIGKILL)

importing.import_orders(open_store(sys.argv[1]), files, written=kill, **options)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a store may be that is not there yet."""
    if request.param == "sqlite":
        return str(tmp_path / "shop.db")
    create: Callable[[], str] = request.getfixturevalue("new_database")
    return create()


@pytest.mark.parametrize("export", ["shopify", "square", "online retail"])
def test_a_database_tells_what_the_files_tell(where: str, export: str) -> None:
    """Every number from a database is that from the files; the same again changes nothing."""
    files, options = EXPORTS[export]
    with contextlib.closing(open_store(where)) as store:
        first = import_orders(store, files, **options)
        after = changes(store)
        again = import_orders(store, files, **options)
        assert (again.changes_nothing, again.same) == (True, first.added)
        assert changes(store) == after
        history = ci.read_store(store)
    assert answers(history) == answers(ci.read_orders(files, **options))


def test_a_killed_import_goes_on(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that was kept is lost with the process, and the import goes on behind it."""
    run = subprocess.run([sys.executable, "-c", _KILLED, where], check=False)
    assert run.returncode == -signal.SIGKILL
    monkeypatch.setattr(importing, "ROWS", 10)
    files, options = EXPORTS["online retail"]
    with contextlib.closing(open_store(where)) as store:
        with store.begin(read_only=True) as work:
            kept = sum(len(batch) for batch in work.orders.scan(["id"]))
        report = import_orders(store, files, **options)
        history = ci.read_store(store)
    assert (kept, report.done_before) == (30, 30)
    assert answers(history) == answers(ci.read_orders(files, **options))


@pytest.mark.parametrize("export", ["shopify", "online retail"])
def test_to_erase_people_changes_no_number(where: str, export: str) -> None:
    """Without the names of those who were erased every number is as before, to the cent."""
    files, options = EXPORTS[export]
    key = privacy.generate_key()
    with contextlib.closing(open_store(where)) as store:
        import_orders(store, files, **options)
        before = ci.read_store(store)
        spent = ci.traits(before, ["total_spent"]).to_dicts()
        gone = [row["customer"] for row in sorted(spent, key=lambda row: row["total_spent"])]
        for who in (gone[0], gone[-1]):
            with store.begin(at=NOON) as work:
                privacy.erase(work, who, at=NOON, by="Bea", key=key)
        after = ci.read_store(store)
        assert {gone[0], gone[-1]} & {*after.customer_ids.tolist()} == set()
        with store.begin(read_only=True) as work:
            erased = privacy.suppressed(work, key=key).erased
        import_orders(store, files, erased=erased, **options)
        again = ci.read_store(store)
    assert answers(after) == answers(before)
    assert answers(again) == answers(before)
