"""The coverage page is true: names exist, pages exist, tests exist, and planned means planned."""

from operator import attrgetter

import pytest

import custinsights
from docs._ext.checklist import DOCS, PARTS, covering_tests, entries

ENTRIES = entries()
DONE = {ident: entry for ident, entry in ENTRIES.items() if "names" in entry}
TESTS = covering_tests()
IN_CATALOG = {
    *custinsights.DEFAULT.metrics,
    *custinsights.DEFAULT.dimensions,
    *custinsights.DEFAULT.traits,
}


def test_the_checklist_is_whole() -> None:
    """All five lists are there, numbered without a gap."""
    counts = {"A": 48, "P": 12, "M": 63, "B": 26, "E": 24}
    assert list(ENTRIES) == [
        f"{k}{n:02d}" for k, last in counts.items() for n in range(1, last + 1)
    ]


@pytest.mark.parametrize("ident", DONE)
def test_what_is_covered_is_public_told_and_tested(ident: str) -> None:
    """A covered id has public names that exist, a page that tells about it and a test."""
    entry = DONE[ident]
    names = entry["names"]
    assert isinstance(names, list)
    for name in names:
        package, _, path = name.partition(".")
        assert attrgetter(path)(custinsights) if path else package in IN_CATALOG
    page = (DOCS / f"{entry['page']}.rst").read_text(encoding="utf-8")
    assert [name for name in names if name.rpartition(".")[2] not in page] == []
    assert TESTS.get(ident), f"no test is marked covers({ident!r})"


def test_what_is_planned_says_with_what_it_comes() -> None:
    """An id is done or comes with a part of the library, never both; no part is empty."""
    assert {ident for ident, entry in ENTRIES.items() if "planned" not in entry} == {*DONE}
    assert {e["planned"] for e in ENTRIES.values() if "planned" in e} == {*PARTS}


def test_what_is_planned_has_no_test_yet() -> None:
    """An id that a test proves is not called planned."""
    assert set(TESTS) - set(DONE) == set()
