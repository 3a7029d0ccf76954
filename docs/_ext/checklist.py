"""What the library shall do and which tests prove it: coverage.toml and `covers` markers."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parents[1]
COVERAGE = DOCS / "reference" / "coverage.toml"
TESTS = DOCS.parent / "tests"

PARTS = ("messages, service and loyalty",)
"""With what comes that is planned."""


def covering_tests(root: Path = TESTS) -> dict[str, list[str]]:
    """Find the tests marked `covers`, without running any: id to file and function."""
    found: dict[str, list[str]] = {}
    for path in sorted(root.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for covered in _covered(node):
                    place = f"{path.relative_to(root.parent).as_posix()}::{node.name}"
                    found.setdefault(covered, []).append(place)
    return found


def _covered(node: ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    for mark in node.decorator_list:
        match mark:
            case ast.Call(func=ast.Attribute(attr="covers") | ast.Name(id="covers"), args=ids):
                yield from (ast.literal_eval(one) for one in ids)


def entries() -> dict[str, dict[str, object]]:
    """Read what the library shall do, by id."""
    return tomllib.loads(COVERAGE.read_text(encoding="utf-8"))
