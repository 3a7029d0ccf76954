"""The page of definitions says what the catalog says, and says it once."""

import pytest

import custinsights as ci
from docs._ext.catalog_tables import TABLES, group_rows
from tests.documents.pages import REPOSITORY

PAGE = (REPOSITORY / "docs" / "reference" / "definitions.rst").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())


@pytest.mark.parametrize("what", ["metrics", "dimensions", "traits", "functions", "presets"])
def test_every_definition_is_the_catalogs(what: str) -> None:
    """The page has a table of all entries, each with the definition that it declares."""
    assert f".. catalog-table:: {what}\n" in PAGE
    told = {row[0].strip("`").partition("(")[0]: row[1] for row in TABLES[what][2]()}
    entries = getattr(ci.DEFAULT, what)
    assert told.keys() == entries.keys()
    for name, entry in entries.items():
        assert entry.definition
        assert told[name].startswith(entry.definition)
        assert entry.definition.rstrip(".") not in WORDS, name


def test_no_quotient_of_the_catalog_is_written_by_hand() -> None:
    """What is above and below a line is said where the metric is declared, and nowhere else."""
    quotients = {name for name, one in ci.DEFAULT.metrics.items() if one.denominator is not None}
    for sentence in WORDS.split(". "):
        if "÷" in sentence:
            assert not [name for name in quotients if f"``{name}``" in sentence], sentence


def test_groups_are_those_of_the_presets() -> None:
    """The tables of groups are written from the maps that are used."""
    assert ".. group-table:: five\n" in PAGE
    assert ".. group-table:: eleven\n" in PAGE
    assert ["Loyal", "R 4 to 5 and 3 ≤ V < 4; or R = 3 and V ≥ 3"] in [*group_rows("five")]
    assert ["Needs attention", "R = 3 and 2 ≤ V < 4"] in [*group_rows("eleven")]
