"""Every test of this folder that takes `where` runs on a file of SQLite and on PostgreSQL."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a store may be that is not there yet."""
    if request.param == "sqlite":
        return str(tmp_path / "shop.db")
    create: Callable[[], str] = request.getfixturevalue("new_database")
    return create()
