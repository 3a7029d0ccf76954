"""Records and CSV files: exact, complete, safe to open."""

import csv
import io
import os
import stat
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.errors import InvalidValue
from custinsights.presentation.records import to_dicts, write_csv
from custinsights.results.table import Column, Table


def _written(table: Table) -> list[list[str]]:
    stream = io.StringIO(newline="")
    write_csv(table, stream)
    return list(csv.reader(io.StringIO(stream.getvalue(), newline="")))


def test_records_hold_natural_values(table: Table) -> None:
    """Money and quantities are Decimal in major units, instants aware, missing is None."""
    first, second, third = to_dicts(table)
    assert first == {
        "country": "United Kingdom",
        "orders": 16_649,
        "revenue": Decimal("7321845.23"),
        "units": Decimal("1.5"),
        "gap": 39.958,
        "share": 0.9,
        "last": datetime(2010, 12, 1, 10, 0, tzinfo=ZoneInfo("Europe/Berlin")),
        "small": False,
    }
    assert first["last"].utcoffset() == timedelta(hours=1)
    assert second["country"] is second["gap"] is second["last"] is None
    assert second["revenue"] == Decimal("-0.05")
    assert third["revenue"] is third["small"] is None
    assert third["orders"] == 0


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 4))
def test_money_is_exact_in_any_decimal_context(minor: int, exponent: int) -> None:
    """Sixty-four bits of minor units survive even a caller whose decimals have three digits."""
    column = Column("m", "money", [minor], exponent=exponent)
    with localcontext() as context:
        context.prec = 3
        (row,) = to_dicts(Table("t", [column]))
    assert row["m"].as_tuple().exponent == -exponent
    assert int(str(row["m"]).replace(".", "")) == minor


def test_csv_reads_back(table: Table) -> None:
    """One header, one line per row, exact numbers, empty cells where nothing is."""
    head, first, second, third = _written(table)
    assert head == list(table.names)
    assert first[:5] == ["United Kingdom", "16649", "7321845.23", "1.5", "39.958"]
    assert first[6:] == ["2010-12-01 10:00:00+01:00", "false"]
    assert second == ["", "1", "-0.05", "3", "", "0.1", "", "true"]
    assert third[2] == third[5] == third[7] == ""


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "  ="]
)
def test_no_text_starts_a_formula(start: str) -> None:
    """A label that a spreadsheet would run is written with an apostrophe in front, header too."""
    label = f"{start}cmd|' /C calc'!A0"
    ((head,), (cell,)) = _written(Table("t", [Column(label, "label", [label])]))
    assert head == cell == f"'{label}"


def test_negative_numbers_are_no_formulas() -> None:
    """Only text is guarded: a negative amount stays a number."""
    assert _written(Table("t", [Column("m", "money", [-150], exponent=2)]))[1] == ["-1.50"]


def test_quotes_and_line_breaks_survive() -> None:
    """Text is quoted whole, so nothing in a label can end its cell."""
    label = 'Sticker, "holo"\nlarge'
    assert _written(Table("t", [Column("p", "label", [label])]))[1] == [label]


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails midway the old file is untouched and nothing is left beside it."""
    path = tmp_path / "out.csv"
    path.write_text("old")
    table = Table("t", [Column("a", "label", ["x"])])
    with monkeypatch.context() as patch:
        patch.setattr("custinsights.presentation.records._cell", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError, match="division"):
            write_csv(table, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]
    write_csv(table, str(path))
    assert path.read_bytes() == b'"a"\r\n"x"\r\n'
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.skipif(os.name == "nt", reason="permissions are POSIX")
def test_a_rewritten_file_keeps_its_permissions(tmp_path: Path) -> None:
    """Replacing a file changes what is in it, not who may read it."""
    path = tmp_path / "out.csv"
    path.write_text("old")
    path.chmod(0o640)
    write_csv(Table("t", [Column("a", "label", ["x"])]), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_is_followed(tmp_path: Path) -> None:
    """Writing through a symbolic link renews the file it names and keeps the link."""
    path, link = tmp_path / "out.csv", tmp_path / "latest.csv"
    path.write_text("old")
    link.symlink_to(path)
    write_csv(Table("t", [Column("a", "label", ["x"])]), link)
    assert link.is_symlink()
    assert path.read_text().startswith('"a"')


def test_an_open_file_stays_open() -> None:
    """A text file that the caller opened is written to and left to the caller."""
    stream = io.StringIO()
    write_csv(Table("t", [Column("a", "count", [1])]), stream)
    assert not stream.closed
    assert stream.getvalue().splitlines() == ['"a"', "1"]


def test_an_empty_table_still_has_its_header() -> None:
    """No rows is a file with a header."""
    assert _written(Table("t", [Column("a", "count", [])])) == [["a"]]


@pytest.mark.parametrize("target", [5, None, b"x.csv", [], io.BytesIO(), "", "."])
def test_what_takes_no_texts_is_refused(target: Any) -> None:
    """A table is written to the path of a file or to a file that is open as text."""
    with pytest.raises(InvalidValue, match=r"open as text|the path of a file"):
        write_csv(Table("t", [Column("a", "count", [1])]), target)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """A file cannot be written into a folder that is not there, and none is made in silence."""
    with pytest.raises(InvalidValue, match=r"no such folder.*Make the folder"):
        write_csv(Table("t", (Column("n", "count", (1,)),)), tmp_path / "none" / "t.csv")
    assert not [*tmp_path.iterdir()]
