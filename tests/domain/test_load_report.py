"""A load report accounts for every row, adds up, and shows nobody's contact."""

import pickle
from functools import reduce
from operator import add
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain import LEFT_OUT_REASONS, BadCell, BadRows, LeftOut, LoadReport
from custinsights.errors import InvalidValue, UnknownName

MONEY = st.lists(
    st.tuples(st.sampled_from(["EUR", "JPY"]), st.integers(-1000, 1000)), max_size=2
).map(tuple)
CELLS = st.builds(
    BadCell, st.sampled_from(["a.csv", "b.csv"]), st.integers(1, 9), st.just("Date"), st.text()
)
REPORTS = st.builds(
    LoadReport,
    sources=st.sets(st.sampled_from(["a.csv", "b.csv"])),
    rows_read=st.integers(0, 99),
    rows_used=st.integers(0, 99),
    left_out=st.lists(
        st.builds(
            LeftOut,
            st.sampled_from(LEFT_OUT_REASONS),
            st.sampled_from(["", "voided"]),
            st.integers(0, 9),
            MONEY,
        ),
        max_size=4,
    ),
    bad=st.lists(
        st.builds(
            BadRows,
            st.sampled_from(["date", "number"]),
            st.integers(1, 9),
            st.lists(CELLS, max_size=7),
            MONEY,
        ),
        max_size=4,
    ),
    notes=st.lists(st.tuples(st.sampled_from(["rounded", "gap"]), st.integers(1, 9)), max_size=3),
    timezone_assumed=st.booleans(),
)


@given(REPORTS, REPORTS, REPORTS)
def test_reports_add_like_numbers(a: LoadReport, b: LoadReport, c: LoadReport) -> None:
    """Addition is associative and commutative, and the empty report changes nothing."""
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + LoadReport() == a
    assert sum([a, b]) == a + b


@given(st.lists(REPORTS, min_size=1, max_size=4))
def test_nothing_is_lost_in_a_sum(reports: list[LoadReport]) -> None:
    """Every row and every minor unit of the parts is in the whole."""
    whole = reduce(add, reports)
    for count in ("rows_read", "rows_used", "rows_left_out", "rows_bad"):
        assert getattr(whole, count) == sum(getattr(one, count) for one in reports)
    assert _money(whole) == sum(_money(one) for one in reports)


def _money(report: LoadReport) -> int:
    sums = [entry.money for entry in report.left_out] + [entry.money for entry in report.bad]
    return sum(minor for money in sums for _, minor in money)


@given(REPORTS)
def test_equal_content_is_an_equal_report(report: LoadReport) -> None:
    """The order in which entries were found does not show."""
    again = LoadReport(
        sources=report.sources[::-1],
        rows_read=report.rows_read,
        rows_used=report.rows_used,
        left_out=report.left_out[::-1],
        bad=report.bad[::-1],
        notes=report.notes[::-1],
        timezone_assumed=report.timezone_assumed,
    )
    assert again == report
    assert hash(again) == hash(report)
    assert pickle.loads(pickle.dumps(report)) == report


REPORT = LoadReport(
    sources=["orders_2.csv", "orders_1.csv"],
    rows_read=1200,
    rows_used=1190,
    left_out=[
        LeftOut("identity", "", 1),
        LeftOut("status", "voided", 3, [("EUR", 123450)]),
        LeftOut("currency", "ZAR", 2, [("ZAR", 500)]),
        LeftOut("status", "pending", 1, [("EUR", 550)]),
        LeftOut("status", "voided", 1, [("EUR", 50)]),
    ],
    bad=[BadRows("unreadable date", 2, [BadCell("orders_1.csv", 3, "Date", "31/31/2011")])],
    notes=[("amounts rounded", 7)],
    timezone_assumed=True,
)


def test_a_report_reads_in_rows_and_money() -> None:
    """Everything is told: what was read, used, left out and why, what is bad and where."""
    assert str(REPORT) == (
        "1,200 rows read from orders_1.csv, orders_2.csv: 1,190 used, 8 left out, 2 bad.\n"
        "Left out\n"
        "  in another currency (ZAR): 2 rows, ZAR 5.00\n"
        "  status does not count (pending): 1 row, EUR 5.50\n"
        "  status does not count (voided): 4 rows, EUR 1,235.00\n"
        "  nobody to whom they belong: 1 row\n"
        "Bad\n"
        "  unreadable date: 2 rows, such as orders_1.csv line 3, column 'Date': '31/31/2011'\n"
        "Notes\n"
        "  amounts rounded: 7\n"
        "No timezone= was given: days and hours are those of UTC."
    )


def test_an_empty_report_reads_too() -> None:
    """Nothing read is told in one line."""
    assert str(LoadReport()) == "0 rows read: 0 used, 0 left out, 0 bad."
    assert LoadReport().balances


def test_a_report_balances_when_every_row_is_one_thing() -> None:
    """Read is used plus left out plus bad."""
    assert REPORT.balances
    assert not (REPORT + LoadReport(rows_read=1)).balances


def test_what_was_left_out_is_found_by_reason() -> None:
    """The details of a reason are summed; a reason that did not occur has no rows."""
    assert REPORT.left_out_by("status") == LeftOut("status", "", 5, [("EUR", 124050)])
    assert REPORT.left_out_by("duplicate") == LeftOut("duplicate")
    with pytest.raises(UnknownName, match="Did you mean 'identity'"):
        REPORT.left_out_by("identities")


def test_a_kind_keeps_its_first_five_examples() -> None:
    """By file and line, each once, whatever was found first."""
    cells = [BadCell("a.csv", line, "Date", "x") for line in (9, 3, 7, 3, 1, 5, 8)]
    kept = BadRows("unreadable date", 7, cells).examples
    assert [cell.line for cell in kept] == [1, 3, 5, 7, 8]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("anna@example.com", "xxxx@xxxxxxx.xxx"),
        ("call +44 20 7946 0958", "xxxx +00 00 0000 0000"),
        ("31/31/2011", "31/31/2011"),
    ],
)
def test_a_contact_in_a_bad_cell_is_masked(cell: str, shown: str) -> None:
    """The report keeps the shape of a contact, not the contact."""
    assert BadCell("a.csv", 3, "Email", cell).cell == shown


def test_a_bad_cell_is_shown_on_one_line() -> None:
    """A long cell is cut, and what is invisible is spelled out."""
    assert str(BadCell("a.csv", 3, "", "a\nb\x00")) == r"a.csv line 3: 'a\nb\x00'"
    assert str(BadCell("a.csv", 3, "Note", "y" * 99)).endswith(f"'{'y' * 59}…'")


@pytest.mark.parametrize(
    ("fields", "error", "says"),
    [
        ({"rows_read": -1}, InvalidValue, "The rows_read of a LoadReport is no count: -1"),
        ({"rows_used": 1.0}, InvalidValue, "no count: 1.0 was given; allowed is an int from 0 up"),
        ({"sources": "a.csv"}, InvalidValue, "where several belong: 'str'"),
        ({"timezone_assumed": None}, InvalidValue, "neither True nor False"),
    ],
)
def test_a_report_is_validated(fields: dict[str, Any], error: type[Exception], says: str) -> None:
    """Counts are counts."""
    with pytest.raises(error, match=says):
        LoadReport(**fields)


def test_an_entry_is_validated() -> None:
    """Reasons and currencies are known ones, kinds have names."""
    with pytest.raises(UnknownName, match="no reason to leave rows out named 'other'"):
        LeftOut("other")
    with pytest.raises(UnknownName, match="no currency named 'EURO'"):
        LeftOut("currency", "EURO", 1, [("EURO", 5)])
    with pytest.raises(InvalidValue, match="The kind of a BadRows is no text"):
        BadRows("", 1)
