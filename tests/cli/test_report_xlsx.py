"""The report as a spreadsheet: a sheet for every section, with numbers that are numbers."""

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import custinsights as ci
from tests.cli.conftest import LINES, Run


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The report on the bundled orders."""
    from custinsights.cli import main

    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    assert main(["report", "--xlsx", str(path)]) == 0
    return load_workbook(path)


def test_every_section_is_a_sheet(book: Any) -> None:
    """What a terminal shows, in its order, and the notes at the end."""
    assert book.sheetnames[:3] == ["What was read", "Overview", "New and returning by month"]
    assert book.sheetnames[-2:] == ["Provenance", "Notes"]
    told = {"Growth", "Tiers", "Top countries", "What is bought together", "Whom to offer what"}
    assert told < {*book.sheetnames}
    assert len(book.sheetnames) == 37
    assert all(sheet.freeze_panes and sheet.auto_filter.ref for sheet in book)


def test_the_cells_are_what_the_library_says(book: Any) -> None:
    """Months, with all digits, in the types of a spreadsheet; all products, the best one first."""
    history = ci.datasets.load_online_retail()
    cube = ci.measure(history, ["customers", "revenue"], by=["month", "customer_type"])
    wanted = {
        (row["month"], row["customer_type"]): (row["customers"], float(row["revenue"]))
        for row in cube.to_dicts()
    }
    heads, *rows = book["New and returning by month"].values
    rows = [(f"{row[0]:%Y-%m}", *row[1:]) for row in rows]
    assert heads[:4] == (*("month", "new customers", "returning customers", "new revenue (GBP)"),)
    assert {(row[0], "new"): (row[1], row[3]) for row in rows} == {
        key: value for key, value in wanted.items() if key[1] == "new"
    }
    products = [*book["Top products"].values][1:]
    assert len(products) == 3_684
    assert products[0][:2] == ("22423", "REGENCY CAKESTAND 3 TIER")
    revenue = [row[4] for row in products]
    assert revenue == sorted(revenue, reverse=True)
    units = {row[0].value: row[1].number_format for row in book["Overview"].iter_rows(min_row=2)}
    assert units["revenue"] == "#,##0.00 [$GBP]"
    assert units["repeat rate"] == "0.0%"
    assert units["orders"] == "#,##0"


def test_heads_and_tabs_are_words(book: Any) -> None:
    """No name of a program stands there, no word is cut, and no head says a unit twice."""
    heads = [cell.value for sheet in book for cell in sheet[1]]
    assert not [head for head in heads if "_" in head]
    assert "median days since last order" in heads
    assert {"average order value (GBP)", "out of", "the time before"} < {*heads}
    briefly = ("Time since the last order", "Moves between RFM groups", "Days between two orders")
    assert {*briefly} < {*book.sheetnames}


def test_what_was_read_is_money_too(book: Any) -> None:
    """Every row of the files is there with what it is worth, as a number."""
    rows = {row[0]: row[1:] for row in book["What was read"].values}
    assert rows["read"] == (541_909, None)
    assert rows["left out: nobody to whom they belong"] == (133_359, 1_755_276.64)
    assert rows["read"][0] == sum(
        n for name, (n, _) in rows.items() if name not in ("rows", "read")
    )


def test_the_main_ones_are_drawn(book: Any) -> None:
    """Revenue and customers by month are charts, one type on the other; cohorts are shaded."""
    first, second = book["New and returning by month"]._charts
    assert [chart.grouping for chart in (first, second)] == ["stacked", "stacked"]
    assert [len(chart.series) for chart in (first, second)] == [2, 2]
    assert first.series[0].val.numRef.f == "'New and returning by month'!$B$2:$B$14"
    [area] = book["Retention"].conditional_formatting
    assert str(area.sqref) == "C2:O14"
    [hours] = book["Peak times"].conditional_formatting
    assert str(hours.sqref) == "B2:Y8"
    sheets = {sheet.title for sheet in book if sheet._charts}
    assert {
        "Growth",
        "RFM groups",
        "Lifecycle",
        "Top countries",
        "Revenue by order number",
    } < sheets
    [best] = book["Top products"]._charts
    assert best.series[0].val.numRef.f == "'Top products'!$E$2:$E$21"


def test_the_notes_say_what_the_screen_says(book: Any) -> None:
    """What reads the numbers right stands on the last sheet, and nothing of what a screen cuts."""
    notes = [*book["Notes"].values]
    said = "18,536 orders of 4,339 customers, 2010-12-01 to 2011-12-09, GBP"
    assert ("What was read", "note", said) in notes
    assert ("New and returning by month", "grey italics", "only part of the period") in notes
    assert not [note for *_, note in notes if "--json" in note]


def test_a_section_without_rows_says_so(run: Run, tmp_path: Path) -> None:
    """A shop whose orders name no country has a sheet that says so."""
    orders, path = tmp_path / "orders.csv", tmp_path / "report.xlsx"
    orders.write_text("order_id,customer,placed_at,amount\n1,ada,2024-01-05,10\n")
    code, out, err = run("report", str(orders), "--currency", "EUR", "--xlsx", str(path))
    assert (code, err) == (0, "")
    assert "".join(out.split()).endswith("report.xlsx:29sheets,andoneofnotes.")
    found: Any = load_workbook(path)
    assert [*found["Top countries"].values][1:] == [("The orders name no country.",)]
    assert "needs order lines" in found["Top products"]["A2"].value
    assert not found["Top countries"]._charts


@pytest.mark.parametrize(
    "rows",
    ["", "1,ada,2024-01-05,10,10\n2,bo,2024-02-05,20,20\n", "1,,2024-01-05,10,0\n"],
    ids=["no rows", "all refunded", "all guests"],
)
def test_a_shop_without_an_order_that_counts_has_a_spreadsheet(
    rows: str, run: Run, tmp_path: Path
) -> None:
    """Nothing can be drawn of nothing: each sheet says why it is empty, and the file opens."""
    orders, path = tmp_path / "orders.csv", tmp_path / "report.xlsx"
    orders.write_text(f"order_id,customer,placed_at,amount,refunded\n{rows}")
    told = ("--currency", "EUR", "--timezone", "UTC", "--xlsx", str(path))
    code, _, err = run("report", str(orders), *told)
    assert (code, err) == (0, "")
    found: Any = load_workbook(path)
    assert not found["RFM groups"]._charts
    assert found["RFM groups"]["A1"].value == "note"


def test_json_and_spreadsheet_go_together(run: Run, lines_file: Path, tmp_path: Path) -> None:
    """A program gets its object alone on the output, and the file is written too."""
    path = tmp_path / "report.xlsx"
    code, out, err = run("report", str(lines_file), *LINES, "--json", "--xlsx", str(path))
    assert (code, err) == (0, "")
    assert json.loads(out)["totals"]["customers"] == 3
    assert load_workbook(path)["RFM groups"]["A1"].value == "segment"


def test_what_is_read_is_not_overwritten(run: Run, lines_file: Path, tmp_path: Path) -> None:
    """The file of the orders, and a folder that is not there, are no places for a report."""
    before = lines_file.read_bytes()
    code, out, err = run("report", str(lines_file), *LINES, "--xlsx", str(lines_file))
    assert (code, out) == (2, "")
    assert "would be overwritten" in " ".join(err.split())
    assert lines_file.read_bytes() == before
    code, _, err = run("report", "--xlsx", str(tmp_path / "none" / "r.xlsx"))
    assert code == 2
    assert "there is no folder" in err
