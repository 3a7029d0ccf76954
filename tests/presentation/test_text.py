"""Text for terminals: aligned, within its width, honest about what it leaves out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.presentation.cells import clip, shown, width_of
from custinsights.presentation.text import as_text
from custinsights.results.table import Column, Table


def test_a_table_reads_well(table: Table) -> None:
    """Title, heads, units, aligned cells, notes; the rounding is for the eye alone."""
    assert as_text(table).splitlines() == [
        "Orders by country",
        "country         orders       revenue  units    gap  share              last  small",
        "                                 GBP  items   days",
        "United Kingdom  16,649  7,321,845.23    1.5  39.96  90.0%  2010-12-01 10:00     no",
        "(unknown)            1         -0.05    3.0      ·  10.0%                 ·    yes",
        "Eire                 0             ·    0.0   0.50      ·  2010-12-01 10:01      ·",
        "as_of 2011-12-10 (Europe/Berlin)",
    ]


def test_repr_is_the_text(table: Table) -> None:
    """What a console shows is what the module makes."""
    assert repr(table) == as_text(table)


def test_long_tables_lose_their_middle() -> None:
    """First and last rows stay, the line between counts those left out."""
    lines = as_text(Table("", [Column("n", "count", np.arange(100))]), rows=5).splitlines()
    assert [line.strip() for line in lines] == ["n", "0", "1", "2", "… 95 more rows", "98", "99"]
    assert "… 1 more row\n" in as_text(Table("", [Column("n", "count", np.arange(6))]), rows=5)


def test_wide_tables_lose_their_middle_columns() -> None:
    """First columns and the last stay, an ellipsis stands for the others."""
    table = Table("", [Column(f"column_{i:02}", "count", [i]) for i in range(30)])
    lines = as_text(table, width=50).splitlines()
    assert lines[0] == "column_00  column_01  column_02  …  column_29"
    assert lines[1].split() == ["0", "1", "2", "…", "29"]


@given(
    st.lists(st.one_of(st.none(), st.text(max_size=80)), min_size=1, max_size=30),
    st.integers(60, 120),
)
def test_no_line_is_wider_than_asked(labels: list[str | None], width: int) -> None:
    """Whatever is in the labels, every line fits and the number of lines is known."""
    columns = [Column("label", "label", labels)]
    columns += [Column(f"n{i}", "count", np.full(len(labels), 10**i)) for i in range(12)]
    lines = as_text(Table("t" * 200, columns), width=width).splitlines()
    assert all(width_of(line) <= width for line in lines)
    assert len(lines) == 2 + min(len(labels), 21)


def test_provisional_values_are_marked_and_explained() -> None:
    """In a grid each value that may still change has a star, and the star is explained."""
    rates = [
        Column("0", "share", [1.0, 1.0], provisional=[False, True]),
        Column("1", "share", [0.5, np.nan], provisional=[True, False]),
    ]
    table = Table("", [Column("month", "label", ["2011-11", "2011-12"]), *rates])
    assert as_text(table).splitlines() == [
        "month         0       1",
        "2011-11  100.0%   50.0%*",
        "2011-12  100.0%*      ·",
        "* only part of the period",
    ]


def test_a_row_that_is_not_over_is_marked_once() -> None:
    """When every value of a row may still change, its label alone has the star."""
    values = [Column(name, "count", [5, 3], provisional=[False, True]) for name in "ab"]
    table = Table("", [Column("month", "label", ["2011-11", "2011-12"]), *values])
    assert as_text(table).splitlines() == [
        "month     a  b",
        "2011-11   5  5",
        "2011-12*  3  3",
        "* only part of the period",
    ]


def test_each_headline_has_its_own_unit() -> None:
    """Numbers of different units in one column are written as each unit wants it."""
    units = ["share", "JPY", "GBP", "orders", "days", "share"]
    column = Column(
        "value", "number", [0.212, 1234.0, 1234.0, 18_536.0, 40.25, np.nan], units=units
    )
    assert shown(column) == ["21.2%", "1,234", "1,234.00", "18,536", "40.25", "·"]
    growth = Column("change", "share", [0.1, -0.25], unit="change")
    assert shown(growth) == ["+10.0%", "-25.0%"]


@pytest.mark.parametrize(
    ("label", "seen"),
    [
        ("ada@example.com", "xxx@xxxxxxx.xxx"),
        ("+44 20 7946 0018", "+00 00 0000 0000"),
        ("2011-12-09", "2011-12-09"),
        ("Box @ home", "Box @ home"),
        ("\x1b[31mred\nline", " [31mred line"),
    ],
)
def test_labels_are_fit_to_be_seen(label: str, seen: str) -> None:
    """Contact data is masked in what lands in logs, and nothing can command a terminal."""
    assert shown(Column("a", "label", [label])) == [seen]


def test_no_rows_says_so() -> None:
    """An empty result is no blank screen."""
    assert as_text(Table("Orders", [Column("n", "count", [])])).splitlines()[-1] == "no rows"


def test_small_numbers_keep_their_digits() -> None:
    """A column of small numbers has enough decimals to tell them apart."""
    assert shown(Column("a", "number", [0.0123, 0.0])) == ["0.0123", "0.0000"]


def test_yen_have_no_decimals() -> None:
    """Money shows the decimals of its currency."""
    assert shown(Column("a", "money", [-1_234_567], unit="JPY")) == ["-1,234,567"]


def test_dates_without_time_stay_dates() -> None:
    """When every instant is a local midnight, the time of day says nothing and is not shown."""
    assert shown(Column("a", "instant", [1_291_190_400_000_000 - 28_800_000_000])) == ["2010-12-01"]


def test_clip_counts_wide_characters() -> None:
    """A label of wide characters takes two cells each."""
    assert clip("版画の展覧会", 7) == "版画の…"
