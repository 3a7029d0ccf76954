"""The notebooks of the tutorial run from top to bottom, and lie without what they gave."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.documents import pages

NOTEBOOKS = sorted((pages.REPOSITORY / "docs" / "tutorial").glob("*.ipynb"))


def _code(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_there_are_two() -> None:
    """One on the bundled orders, one on the gallery."""
    assert [path.stem for path in NOTEBOOKS] == ["gallery", "online-retail"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_lies_without_results(path: Path) -> None:
    """They are worked out where the documentation is built, so that none can be stale."""
    assert [cell for cell in _code(path) if cell["outputs"] or cell["execution_count"]] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path) -> None:
    """Every cell, in order, in one session."""
    session: dict[str, Any] = {}
    for cell in _code(path):
        exec(compile("".join(cell["source"]), path.name, "exec"), session)
