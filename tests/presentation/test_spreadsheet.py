"""Spreadsheets: typed cells, whole files, and nothing in a text that runs."""

import csv
import os
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

import custinsights as ci
from custinsights.errors import InvalidValue, MissingExtra
from custinsights.presentation.spreadsheet import Chart, Sheet, write_workbook, write_xlsx
from custinsights.results.files import written_whole
from custinsights.results.table import Column, Table
from tests.hostile import HOSTILE


def _book(path: Path) -> Any:
    return load_workbook(path)


def _cells(table: Table, path: Path) -> list[tuple[Any, ...]]:
    table.to_xlsx(path)
    return [*_book(path)["Data"].iter_rows(min_row=2, values_only=True)]


@pytest.mark.covers("A45")
def test_cells_are_typed(table: Table, tmp_path: Path) -> None:
    """Money, quantities and shares are numbers, instants local times, and gaps are empty."""
    table.to_xlsx(tmp_path / "t.xlsx")
    data = _book(tmp_path / "t.xlsx")["Data"]
    heads, first, second, third = data.iter_rows()
    assert [cell.value for cell in heads] == [
        "country",
        "orders",
        "revenue (GBP)",
        "units (items)",
        "gap (days)",
        "share",
        "last (Europe/Berlin)",
        "small",
    ]
    nine = datetime(2010, 12, 1, 10)
    assert [cell.value for cell in first] == [
        *("United Kingdom", 16_649, 7_321_845.23, 1.5, 39.958, 0.9, nine, False)
    ]
    assert [cell.data_type for cell in first] == [*"snnnnndb"]
    assert [cell.number_format for cell in first[1:7]] == [
        *("#,##0", "#,##0.00 [$GBP]", "#,##0.0", "#,##0.00", "0.0%", "yyyy-mm-dd hh:mm:ss")
    ]
    assert [cell.value for cell in second] == [None, 1, -0.05, 3, None, 0.1, None, True]
    assert [cell.value for cell in third][2:6:3] == [None, None]


@pytest.mark.parametrize(
    ("currency", "exponent", "form"),
    [("JPY", 0, "#,##0 [$JPY]"), ("KWD", 3, "#,##0.000 [$KWD]"), ("", 2, "#,##0.00")],
)
def test_money_has_the_decimals_of_its_currency(
    currency: str, exponent: int, form: str, tmp_path: Path
) -> None:
    """The format has as many decimals as the currency has."""
    column = Column("m", "money", [1234], unit=currency, exponent=exponent)
    Table("t", [column]).to_xlsx(tmp_path / "t.xlsx")
    cell = _book(tmp_path / "t.xlsx")["Data"]["A2"]
    assert (cell.value, cell.number_format) == (1234 / 10**exponent, form)


def test_numbers_of_many_units_have_the_formats_of_each(tmp_path: Path) -> None:
    """Where rows stand for different things, each cell is shown as what it is."""
    units = ["share", "GBP", "orders", "days"]
    Table("t", [Column("v", "number", [0.5, 2.5, 3.0, 1.25], units=units)]).to_xlsx(
        tmp_path / "t.xlsx"
    )
    [column] = _book(tmp_path / "t.xlsx")["Data"].iter_cols(min_row=2)
    forms = ["0.0%", "#,##0.00 [$GBP]", "#,##0", "#,##0.00"]
    assert [cell.number_format for cell in column] == forms


def test_what_a_spreadsheet_would_change_is_a_text(tmp_path: Path) -> None:
    """Ids and amounts of more than fifteen digits, and early days, keep what they say."""
    early = int(datetime(1899, 5, 1, 12).timestamp()) * 1_000_000
    table = Table(
        "t",
        [
            Column("id", "label", [10**15, 10**15 - 1, "007"]),
            Column("m", "money", [10**15, 10**15 - 1, -(10**15)], exponent=2),
            Column("at", "instant", [early, 0, 0]),
        ],
    )
    assert [row[:2] for row in _cells(table, tmp_path / "t.xlsx")] == [
        ("1000000000000000", "10000000000000.00"),
        (999_999_999_999_999, 9_999_999_999_999.99),
        ("007", "-10000000000000.00"),
    ]
    assert _cells(table, tmp_path / "t.xlsx")[0][2].startswith("1899-05-01")


def test_days_are_days(tmp_path: Path) -> None:
    """Instants that are all midnight in the zone are shown without a time."""
    noon = 1_704_067_200_000_000 - 3_600_000_000  # midnight in Paris
    table = Table("t", [Column("d", "instant", [noon])], timezone="Europe/Paris")
    table.to_xlsx(tmp_path / "t.xlsx")
    cell = _book(tmp_path / "t.xlsx")["Data"]["A2"]
    assert (cell.value, cell.number_format) == (datetime(2024, 1, 1), "yyyy-mm-dd")


@pytest.mark.parametrize(
    ("by", "first", "form"),
    [
        ("day", datetime(2022, 3, 13), "yyyy-mm-dd"),
        ("month", datetime(2022, 3, 1), "yyyy-mm"),
        ("cohort_month", datetime(2022, 3, 1), "yyyy-mm"),
        ("year", 2022, "0"),
        ("quarter", "2022-Q1", "General"),
    ],
)
def test_periods_are_dates(by: str, first: object, form: str, tmp_path: Path) -> None:
    """Days and months can be sorted and filtered as dates; no date spells what is no period."""
    cube = ci.measure(ci.datasets.gallery(), "orders", by=[by])
    cube.to_xlsx(tmp_path / "t.xlsx")
    cell = _book(tmp_path / "t.xlsx")["Data"]["A2"]
    assert (cell.value, cell.number_format) == (first, form)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("product", ["2024-01"]),
        ("month", ["2024-01", "mean"]),
        ("day", ["2024-13-01", "1800-01-01"]),
    ],
)
def test_what_is_no_period_stays_a_text(name: str, labels: list[str], tmp_path: Path) -> None:
    """A label of another name, a row that is no period and a day that no sheet counts are texts."""
    cells = _cells(Table("t", [Column(name, "label", labels)]), tmp_path / "t.xlsx")
    assert [one for (one,) in cells] == labels


def test_a_sheet_is_ready_to_use(table: Table, tmp_path: Path) -> None:
    """The header stays in view, every column can be filtered and is as wide as what is in it."""
    table.to_xlsx(tmp_path / "t.xlsx")
    data = _book(tmp_path / "t.xlsx")["Data"]
    assert (data.freeze_panes, data.auto_filter.ref) == ("B2", "A1:H4")
    widths = [data.column_dimensions[letter].width for letter in "AH"]
    assert len("United Kingdom") < widths[0] < 25
    assert 8 <= widths[1] < 12


def test_what_may_still_change_is_marked_and_said(tmp_path: Path) -> None:
    """A provisional cell is in grey italics, and the notes say what that means."""
    column = Column("n", "count", [1, 2], provisional=[False, True])
    Table("t", [column]).to_xlsx(tmp_path / "t.xlsx")
    book = _book(tmp_path / "t.xlsx")
    assert [book["Data"][place].font.i for place in ("A2", "A3")] == [False, True]
    assert ("Data", "grey italics", "only part of the period") in [
        *book["Notes"].iter_rows(values_only=True)
    ]


def test_the_notes_say_where_a_result_comes_from(tmp_path: Path) -> None:
    """As of when, in which currency and zone, and how each number is defined."""
    history = ci.datasets.gallery()
    ci.measure(history, ["revenue"], by=["year"]).to_xlsx(tmp_path / "t.xlsx")
    rows = {row[1]: row[2] for row in _book(tmp_path / "t.xlsx")["Notes"].values}
    assert rows["note"].startswith("As of 20")
    assert (rows["currency"], rows["time zone"]) == (history.currency, history.calendar.timezone)
    assert rows["definition of revenue"] == ci.DEFAULT.metrics["revenue"].definition


@pytest.mark.covers("A45")
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_a_text(text: str, tmp_path: Path) -> None:
    """In a cell, a header and a note of XLSX, and in CSV: no formula, no link, nothing lost."""
    table = Table(text, [Column(text, "label", [text])], notes=[text])
    table.to_xlsx(tmp_path / "t.xlsx")
    book = _book(tmp_path / "t.xlsx")
    head, cell = book["Data"]["A1"], book["Data"]["A2"]
    kept = text[:32_767]
    for one in (head, cell, book["Notes"]["C2"], book["Notes"]["C3"]):
        assert (unescape(one.value), one.data_type, one.hyperlink) == (kept, "s", None)
    with ZipFile(tmp_path / "t.xlsx") as parts:
        assert not [name for name in parts.namelist() if "externalLink" in name]
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    table.to_csv(tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as stream:
        (in_head,), (in_cell,) = csv.reader(stream)
    assert in_head == in_cell
    assert in_cell in (text, f"'{text}")
    assert not in_cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_a_formula_stays_a_text_when_it_is_edited(tmp_path: Path) -> None:
    """A text that begins like a formula has the sign that keeps a spreadsheet from reading it."""
    Table("t", [Column("a", "label", ["=1", "x"])]).to_xlsx(tmp_path / "t.xlsx")
    data = _book(tmp_path / "t.xlsx")["Data"]
    assert [data[place].quotePrefix for place in ("A2", "A3")] == [True, False]


def test_a_text_that_is_too_long_is_cut_and_said(tmp_path: Path) -> None:
    """No cell holds more than 32,767 units of UTF-16; the notes count the texts that are cut."""
    texts = ["😀" * 20_000, "x" * 32_767, "y" * 32_768]
    Table("t", [Column("a", "label", texts)]).to_xlsx(tmp_path / "t.xlsx")
    book = _book(tmp_path / "t.xlsx")
    lengths = [len(row[0].encode("utf-16-le")) // 2 for row in book["Data"].values][1:]
    assert lengths == [32_766, 32_767, 32_767]
    said = "2 texts cut after 32,767 signs, the most that a cell holds"
    assert ("Data", "note", said) in [*book["Notes"].values]


def test_what_no_sheet_can_hold_is_refused(tmp_path: Path) -> None:
    """A table with too many rows is refused before anything is written."""
    table = Table("t", [Column("n", "count", np.zeros(1_048_576, dtype=np.int64))])
    with pytest.raises(InvalidValue, match=r"1,048,577 rows.*at most 1,048,576.*as CSV"):
        write_xlsx(table, tmp_path / "t.xlsx")
    wide = Table("t", [Column(f"n{i}", "count", []) for i in range(16_385)])
    with pytest.raises(InvalidValue, match=r"16,385 columns.*at most 16,384"):
        write_xlsx(wide, tmp_path / "t.xlsx")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("target", [5, None, b"t.xlsx"])
def test_only_the_path_of_a_file_is_written(target: Any) -> None:
    """A spreadsheet is written to a path."""
    with pytest.raises(InvalidValue, match="the path of a file"):
        write_xlsx(Table("t", []), target)


def test_the_same_table_is_the_same_bytes(table: Table, tmp_path: Path) -> None:
    """No clock is in the file."""
    for name in ("a.xlsx", "b.xlsx"):
        table.to_xlsx(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with ZipFile(tmp_path / "a.xlsx") as parts:
        assert b"1980-01-01T00:00:00Z" in parts.read("docProps/core.xml")


def test_a_missing_library_is_named(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without XlsxWriter the error says how to install it."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(MissingExtra, match=r"needs XlsxWriter.*'custinsights\[report\]'"):
        table.to_xlsx(tmp_path / "t.xlsx")


def test_tabs_are_names_that_a_spreadsheet_takes(table: Table, tmp_path: Path) -> None:
    """Forbidden signs are blanks, long names are cut, and no two are alike in any case."""
    names = ["a/b:c?", "A b C", "History", "Notes", "'x'", "", "n" * 40, "N" * 40, "[]"]
    write_workbook([Sheet(name=n, table=table.take([0])) for n in names], tmp_path / "t.xlsx")
    tabs = _book(tmp_path / "t.xlsx").sheetnames
    assert tabs[:7] == ["a b c", "A b C 2", "History 2", "Notes 2", "x", "Sheet", "n" * 31]
    assert tabs[7:] == ["N" * 29 + " 2", "Sheet 2", "Notes"]


def test_charts_draw_the_cells(table: Table, tmp_path: Path) -> None:
    """A native chart names the ranges of its columns, beside the table."""
    chart = Chart(
        kind="column", labels="country", values=("orders", "units"), title="T", is_stacked=True
    )
    write_workbook([Sheet(name="a b", table=table, charts=(chart, chart))], tmp_path / "t.xlsx")
    first, second = _book(tmp_path / "t.xlsx")["a b"]._charts
    assert (first.type, first.grouping) == ("col", "stacked")
    refs = [(s.tx.strRef.f, s.cat.strRef.f, s.val.numRef.f) for s in first.series]
    assert refs == [
        ("'a b'!$B$1", "'a b'!$A$2:$A$4", "'a b'!$B$2:$B$4"),
        ("'a b'!$D$1", "'a b'!$A$2:$A$4", "'a b'!$D$2:$D$4"),
    ]
    assert (first.anchor._from.col, first.anchor._from.row) == (9, 1)
    assert second.anchor._from.row > first.anchor.to.row


def test_a_grid_of_shares_is_shaded(tmp_path: Path) -> None:
    """From three columns of shares on, their cells are shaded by how large they are."""
    labels = Column("cohort", "label", ["a", "b"])
    shares = [Column(str(n), "share", [1.0, 0.5]) for n in range(3)]
    Table("t", [labels, *shares]).to_xlsx(tmp_path / "grid.xlsx")
    Table("t", [labels, *shares[:2]]).to_xlsx(tmp_path / "plain.xlsx")
    [area] = _book(tmp_path / "grid.xlsx")["Data"].conditional_formatting
    assert str(area.sqref) == "B2:D3"
    assert not _book(tmp_path / "plain.xlsx")["Data"].conditional_formatting


def test_axes_say_what_they_measure(tmp_path: Path) -> None:
    """Months stand along a chart as they do in the table; the unit stands beside the numbers."""
    table = ci.measure(ci.datasets.gallery(), ["revenue"], by=["month"]).table()
    chart = Chart(kind="line", labels="month", values=("revenue",), title="T")
    write_workbook([Sheet(name="s", table=table, charts=(chart,))], tmp_path / "t.xlsx")
    with ZipFile(tmp_path / "t.xlsx") as parts:
        drawn = parts.read("xl/charts/chart1.xml").decode()
    assert "<a:t>USD</a:t>" in drawn
    assert '<c:numFmt formatCode="yyyy-mm" sourceLinked="0"/>' in drawn


def test_a_map_of_heat_is_shaded(table: Table, tmp_path: Path) -> None:
    """Numbers of any kind are, where that is asked for."""
    counts = Table("t", [table.columns[0], table.columns[1]])
    write_workbook([Sheet(name="s", table=counts, is_heat=True)], tmp_path / "t.xlsx")
    [area] = _book(tmp_path / "t.xlsx")["s"].conditional_formatting
    assert str(area.sqref) == "B2:B4"


def test_an_empty_table_still_has_its_header(table: Table, tmp_path: Path) -> None:
    """No rows, and no columns either, are files that open."""
    assert _cells(table.take([]), tmp_path / "t.xlsx") == []
    assert _cells(Table("t", []), tmp_path / "t.xlsx") == []


def test_a_failed_write_leaves_the_old_file(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When writing fails midway the old file is untouched and nothing is left beside it."""
    path = tmp_path / "t.xlsx"
    path.write_text("old")
    monkeypatch.setattr("custinsights.presentation.spreadsheet._noted", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError, match="division"):
        table.to_xlsx(path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["t.xlsx"]


@pytest.mark.skipif(os.name == "nt", reason="there are no pipes with names")
def test_a_pipe_gets_what_is_written(tmp_path: Path) -> None:
    """A pipe is not replaced by a file: what reads it gets the whole."""
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with written_whole(pipe) as draft:
        draft.write_bytes(b"whole")
    reader.join()
    assert got == [b"whole"]
    assert pipe.is_fifo()
