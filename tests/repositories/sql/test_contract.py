"""A store in a database keeps the contract of every store."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from custinsights.repositories.sql import SqlStore, open_store
from custinsights.testing import check_repository


@pytest.fixture(params=["sqlite", "postgresql"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], SqlStore]]:
    """Return what gives an empty store, another one each time."""
    numbers = count()

    def in_a_file() -> str:
        return str(tmp_path / f"shop_{next(numbers)}.db")

    is_file = request.param == "sqlite"
    where = in_a_file if is_file else request.getfixturevalue("new_database")
    with ExitStack() as opened:

        def create() -> SqlStore:
            store = open_store(where())
            opened.callback(store.close)
            return store

        yield create


def test_the_contract_of_stores_is_kept(new_store: Callable[[], SqlStore]) -> None:
    """Whatever is asked of a store, by hand and at random, is what the store in memory says."""
    check_repository(new_store, examples=8)
