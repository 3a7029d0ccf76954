"""What a page names in passing is there: the files, and the classes of the library."""

import ast
import builtins
import re
from pathlib import Path

import pytest

from tests.documents.pages import REPOSITORY, pages

PACKAGE = REPOSITORY / "src" / "custinsights"
CLASSES = {
    node.name
    for path in PACKAGE.rglob("*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.ClassDef)
}
_LITERAL = {".rst": re.compile(r"``([^`]+)``"), ".md": re.compile(r"(?<!`)`([^`\n]+)`(?!`)")}
_CLASS = re.compile(r"[A-Z][a-z]\w+")
_FILE = re.compile(r"[\w./-]*/[\w.-]*|\w+\.(?:py|toml|rst)")


def missing(text: str, suffix: str) -> list[str]:
    """Return the classes and files that a page names and that are not there."""
    named = _LITERAL[suffix].findall(text)
    classes = [name for name in named if _CLASS.fullmatch(name) and not hasattr(builtins, name)]
    files = [name for name in named if _FILE.fullmatch(name)]
    return [name for name in classes if name not in CLASSES] + [
        name for name in files if not any((root / name).exists() for root in (REPOSITORY, PACKAGE))
    ]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    """No page tells of a class or a file that was renamed or never made."""
    assert missing(page.read_text(encoding="utf-8"), page.suffix) == []


def test_a_name_that_is_not_there_is_seen() -> None:
    """A page that names another class or file than there are fails, in both kinds of page."""
    assert missing("``CustomerTables`` of ``results/tables.py``", ".rst") == [
        "CustomerTables",
        "results/tables.py",
    ]
    assert missing("`CustomerTable` of `results/`", ".md") == []
