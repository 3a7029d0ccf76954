"""Quotes that are never closed and cells that are too large: every line is counted."""

import pytest

from custinsights.errors import UnreadableFile
from custinsights.sources import read_orders
from tests.sources.reading import HEADER, amounts, bad_kinds, named, read

ROWS = [f"{n},ada,2024-01-05,{n}" for n in range(1, 1000)]


def test_cell_that_is_too_large_is_one_bad_row() -> None:
    """A cell of 5 MB in the first row or any other makes that row bad; the rest is used."""
    huge = "2,ada,2024-01-05," + "9" * 5_000_000
    for at in (0, 1, 998, 999):
        rows = [*ROWS[:at], huge, *ROWS[at:]]
        assert bad_kinds(HEADER, *rows) == {"cell too long": 1}
        assert len(read(HEADER, *rows, errors="report")) == 999


def test_quote_that_is_never_closed_costs_the_lines_it_swallows() -> None:
    """All lines from the open quote to the end of the file are bad, and said to be lost."""
    rows = [*ROWS]
    rows[1] = '2,"ada,2024-01-05,2'
    assert bad_kinds(HEADER, *rows) == {"quote never closed": 998}
    report = read(HEADER, *rows, errors="report").load_report
    assert (report.rows_read, report.rows_used) == (999, 1)
    [kind] = report.bad
    assert kind.examples[0].line == 3
    assert "line 3, 998 lines" in kind.examples[0].cell


def test_quote_in_the_last_line_is_one_bad_row() -> None:
    """A quote in the last line swallows nothing but its row, with or without a line end."""
    data = "\n".join([HEADER, *ROWS[:3], '4,ada,2024-01-05,"4'])
    for end in ("", "\n"):
        report = read_orders(
            named((data + end).encode()), currency="EUR", errors="report"
        ).load_report
        assert {kind.kind: kind.rows for kind in report.bad} == {"quote never closed": 1}
        assert (report.rows_read, report.rows_used) == (4, 3)


def test_quote_that_swallows_more_than_a_cell_holds() -> None:
    """Where a cell grows too long over many lines, those lines are bad; the others are used."""
    rows = [f"{n},ada,2024-01-05,{n}" for n in range(1, 20_000)]
    rows[4] = '5,"ada,2024-01-05,5'
    report = read(HEADER, *rows, errors="report").load_report
    [kind] = report.bad
    assert kind.kind == "quote never closed"
    assert 1000 < kind.rows < 15_000
    assert report.rows_read == 19_999
    assert report.balances


@pytest.mark.parametrize("column", range(5))
@pytest.mark.parametrize("closing", range(5))
def test_quote_that_another_row_closes(column: int, closing: int) -> None:
    """The lines up to a later row's first quote are bad, whether the cells add up or not."""
    table = [["1", "ada", "2024-01-05", "1", "a"] for _ in range(9)]
    for n, cells in enumerate(table):
        cells[0] = str(n + 1)
    table[2][column] = '"' + table[2][column]
    table[6][closing] = f'"{table[6][closing]}"'
    rows = [",".join(cells) for cells in table]
    assert bad_kinds(f"{HEADER},note", *rows) == {"quote never closed": 5}
    assert set(amounts(read(f"{HEADER},note", *rows, errors="report"))) == {1, 2, 8, 9}


def test_notes_of_several_lines_are_no_open_quotes() -> None:
    """A quoted cell may hold line ends, commas and quotes."""
    notes = ['"ring twice,\nthen ""wait"""', '"a,b,c,d,e,f\n\nx,y,z,1,2,3,4"', '"\r\n"', '""']
    rows = [f"{n},ada,2024-01-05,{n},{note}" for n, note in enumerate(notes, 1)]
    history = read(f"{HEADER},note", *rows)
    assert amounts(history) == {1: 100, 2: 200, 3: 300, 4: 400}


def test_quote_in_the_header_is_told() -> None:
    """A header that swallows the file is refused."""
    with pytest.raises(UnreadableFile, match="quote in its first row is never closed"):
        read('order_id,"customer,placed_at,amount', *ROWS)
