"""Does the public workflow try what the package says of itself?"""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_every_named_python_is_tried() -> None:
    """The matrix holds the versions that the classifiers name, from the oldest that is required."""
    named = re.findall(r"Python :: (3\.\d+)$", "\n".join(PROJECT["classifiers"]), re.MULTILINE)
    matrix = re.search(r"python: \[(.*)\]", WORKFLOW)
    assert matrix is not None
    assert re.findall(r'"([^"]+)"', matrix[1]) == named
    assert PROJECT["requires-python"] == f">={named[0]}"


@pytest.mark.parametrize("system", ["ubuntu", "macos", "windows"])
def test_every_system_is_tried(system: str) -> None:
    """The package says that it depends on no operating system."""
    assert "Operating System :: OS Independent" in PROJECT["classifiers"]
    matrix = re.search(r"system: \[(.*)\]", WORKFLOW)
    assert matrix is not None
    assert f"{system}-latest" in matrix[1]


def test_actions_are_named_by_what_they_are() -> None:
    """A tag of an action can be moved, a commit cannot: every action is pinned to a commit."""
    used = re.findall(r"uses: (\S+)", WORKFLOW)
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one)] == []


def test_one_job_alone_may_publish() -> None:
    """Only the job that publishes may ask for an identity, and it waits for all the others."""
    before, publish = WORKFLOW.split("\n  publish:\n")
    assert "id-token" not in before
    assert "id-token: write" in publish
    jobs = re.findall(r"^  (\w+):$", before.split("\njobs:\n")[1], re.MULTILINE)
    assert f"needs: [{', '.join(jobs)}]" in publish
