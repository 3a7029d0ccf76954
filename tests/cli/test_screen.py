"""Sections on a screen: aligned, within the width, readable without colour."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from custinsights.cli.screen import show
from custinsights.presentation.cells import width_of
from custinsights.presentation.report.answers import Answer as Section
from custinsights.results.table import Column, Table


def _shown(section: Section, width: int = 80, encoding: str = "utf-8", **looks: bool) -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    console = Console(file=file, width=width, highlight=False, **looks)  # type: ignore[arg-type]
    with console.capture() as painted:
        show(console, section)
    return painted.get()


def _section(view: Table | None, **facts: Any) -> Section:
    return Section(key="k", title="Title", about="about", view=view, **facts)


def _shares(labels: list[str]) -> Table:
    count = len(labels)
    return Table(
        "t",
        [
            Column("name", "label", labels),
            Column("average_order_value", "money", [123_456] * count, exponent=2),
            Column("of revenue", "share", [1 / 2**i for i in range(count)]),
        ],
    )


def test_a_section_reads_well() -> None:
    """A title with its explanation, heads of two lines at most, cells, bars, remarks."""
    section = _section(_shares(["a", "b", "c"]), bars="of revenue", remarks=("Said.",))
    assert _shown(section).splitlines() == [
        "Title  about",
        "            average       of",
        "  name  order value  revenue",
        "  a        1,234.56   100.0%  ████████████████████████",
        "  b        1,234.56    50.0%  ████████████",
        "  c        1,234.56    25.0%  ██████",
        "  Said.",
        "",
    ]


def test_without_room_there_are_no_bars() -> None:
    """A narrow screen shows the numbers alone."""
    assert "█" not in _shown(_section(_shares(["a"]), bars="of revenue"), width=34)


def test_old_encodings_get_plain_bars() -> None:
    """Where block characters cannot be written, bars are hashes."""
    text = _shown(_section(_shares(["a"]), bars="of revenue"), encoding="ascii")
    assert "#" * 24 in text
    assert text.isascii()


def test_a_pipe_gets_no_colour() -> None:
    """Escape codes are for terminals."""
    section = _section(_shares(["a"]), bars="of revenue")
    assert "\x1b" not in _shown(section)
    assert "\x1b[1mTitle" in _shown(section, force_terminal=True)


@given(
    st.lists(st.text(max_size=90), min_size=1, max_size=5),
    st.text(max_size=30),
    st.integers(60, 140),
)
def test_no_row_is_wider_than_the_screen(labels: list[str], remark: str, width: int) -> None:
    """Whatever is in the labels, rows fit, and none is broken or paints anything."""
    section = Section(
        key="k",
        title="T",
        about=remark * 9,
        view=_shares(labels),
        bars="of revenue",
        remarks=(remark,),
    )
    lines = _shown(section, width).splitlines()
    assert all(width_of(line) <= width for line in lines)
    assert sum("1,234.56" in line for line in lines) == len(labels)
    assert not any("\x1b" in line for line in lines)


def test_markup_in_data_is_text() -> None:
    """Square brackets in a label are no styles."""
    assert "[bold red]x[/]" in _shown(_section(_shares(["[bold red]x[/]"])))


def _grid(ages: int) -> Table:
    rates = [
        Column(str(age), "share", [0.366, float("nan")], provisional=[age == ages, False])
        for age in range(1, ages + 1)
    ]
    return Table("t", [Column("cohort", "label", ["2010-12", "2011-01"]), *rates])


def test_a_grid_is_tight() -> None:
    """Whole percents, a dot where nothing could be observed, a star where it is not over."""
    assert _shown(_section(_grid(3), is_grid=True)).splitlines()[1:-1] == [
        "  cohort     1    2    3",
        "  2010-12   37   37   37*",
        "  2011-01    ·    ·    ·",
    ]


def test_a_wide_grid_says_what_it_hides() -> None:
    """Columns that do not fit are counted, not dropped in silence."""
    text = _shown(_section(_grid(40), is_grid=True))
    assert "26 more columns on a wider screen" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_a_section_without_rows_says_why() -> None:
    """No rows: the title and one sentence."""
    text = _shown(_section(None, remarks=("The orders name no country.",)))
    assert text.splitlines() == ["Title  about", "  The orders name no country.", ""]


@pytest.mark.parametrize("width", [40, 80])
def test_remarks_are_wrapped(width: int) -> None:
    """Sentences break between words."""
    text = _shown(_section(None, remarks=("word " * 40,)), width)
    assert max(map(len, text.splitlines())) <= width
    assert text.split().count("word") == 40


def test_columns_without_room_are_cut_and_counted() -> None:
    """Where a section allows it, columns that do not fit are left out, and it is said how many."""
    columns = [Column(f"column {n}", "count", [1_000 * n]) for n in range(8)]
    path = "/a/very-long-folder/of-mine/that-has-hyphens.csv"
    section = _section(Table("t", columns), is_cut=True, remarks=(f"Written to {path}.",))
    assert _shown(section, width=36).splitlines() == [
        "Title  about",
        "  column  column  column  column",
        "       0       1       2       3",
        "       0   1,000   2,000   3,000",
        "  4 more columns on a wider screen",
        "  and in --json.",
        "  Written to",
        f"  {path}.",
        "",
    ]
    assert "more columns" not in _shown(_section(Table("t", columns)), width=36)
