"""The README's commands are those that are checked, and its figures those that were measured."""

import json
import re
from pathlib import Path

import pytest

from benchmarks.speed import PAGE, readme_text, replaced, speed_text
from tests.documents.pages import README, REPOSITORY

TEXT = README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["report", "tests"])
def test_a_command_does_all_the_set_up(name: str) -> None:
    """It is one line below its marker, begins with an environment, and the checks run it."""
    found = re.search(rf"^<!-- command: {name} -->\n```sh\n(.+)\n```$", TEXT, re.MULTILINE)
    assert found
    assert found[1].startswith("python3 -m venv .venv")
    assert f"readme_command {name})" in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")


KEPT = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(Path(REPOSITORY, "benchmarks", "results").glob("*.json"))
]


def test_the_benchmarks_are_those_that_were_kept() -> None:
    """The tables between the markers are written from the kept results and from nothing else."""
    page = PAGE.read_text(encoding="utf-8")
    assert replaced(TEXT, readme_text(KEPT)) == TEXT
    assert replaced(page, speed_text(KEPT)) == page
