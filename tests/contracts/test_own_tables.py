"""A repository over one's own tables is short, and keeps the contract."""

import sys
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest

from custinsights.repositories.memory import MemoryStore
from custinsights.testing import check_repository

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "own_tables"


def test_a_repository_of_ones_own_is_short() -> None:
    """The class of the guide has fewer than forty lines."""
    text = (EXAMPLE / "own_orders.py").read_text(encoding="utf-8")
    lines = [
        line
        for line in text.partition("class OwnOrders")[2].partition("TABLE")[0].splitlines()
        if line.strip()
    ]
    assert 20 < len(lines) < 40


def test_the_repository_of_the_guide_keeps_the_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every check of orders passes on it, and random acts end as they do in memory."""
    monkeypatch.syspath_prepend(EXAMPLE)
    OwnStore = import_module("own_orders").OwnStore  # noqa: N806 - a class
    numbers = count()
    check_repository(
        lambda: OwnStore(tmp_path / f"{next(numbers)}.db", MemoryStore()), parts=["orders"]
    )
    assert next(numbers) > 30
    sys.modules.pop("own_orders")
