"""What an export says in a word that its format does not know."""

import pytest

from custinsights.errors import BadRowsError
from custinsights.sources import read_orders
from custinsights.sources.formats.orders import BUILT_IN
from tests.sources.exports import with_cells, written
from tests.sources.mutations import Table
from tests.sources.subjects import OPTIONS, SUBJECTS, Subject
from tests.sources.told import headers_of


def _bad(subject: Subject, rows: Table) -> dict[str, int]:
    """Return the kinds of bad rows, which refuse the file unless they are to be reported."""
    given = {"currency": subject.currency, **OPTIONS}
    with pytest.raises(BadRowsError) as caught:
        read_orders(written(rows), **given)
    history = read_orders(written(rows), errors="report", **given)
    assert history.load_report.balances
    assert history.load_report.bad == caught.value.report.bad
    return {one.kind: one.rows for one in history.load_report.bad}


@pytest.mark.parametrize(
    ("name", "header"),
    [
        (name, header)
        for name, format in BUILT_IN.items()
        for field in format.words
        for header in headers_of(format, field)
        if name in SUBJECTS and header in SUBJECTS[name].table[0]
    ],
)
@pytest.mark.parametrize("word", ["Remboursement", "2", "nein", "x"])
def test_a_word_that_is_none_of_a_few_makes_its_row_bad(name: str, header: str, word: str) -> None:
    """A word that a format does not know is neither yes nor no, neither a sale nor a refund."""
    subject = SUBJECTS[name]
    assert _bad(subject, with_cells(subject.table, 1, **{header: word})) == {"unknown word": 1}


def test_an_event_of_square_is_told() -> None:
    """A row of Square is a payment or a refund; one that says neither, or nothing, is bad."""
    square = SUBJECTS["square_items"]
    for word in ("Exchange", ""):
        rows = with_cells(square.table, 1, **{"Event Type": word})
        assert _bad(square, rows)["unknown word"] == 1


@pytest.mark.parametrize(
    ("name", "header"),
    [
        (name, next(one for one in headers_of(format, "order_status") if one in table[0]))
        for name, format in BUILT_IN.items()
        for table in [SUBJECTS[name].table if name in SUBJECTS else []]
        if table and "" not in format.statuses and "order_status" in format.columns
    ],
)
def test_an_order_says_its_state_unless_a_blank_is_one(name: str, header: str) -> None:
    """Where a format does not know what a blank state is, an order of none is bad and not paid."""
    subject = SUBJECTS[name]
    rows = subject.table
    for line in range(1, len(rows)):
        rows = with_cells(rows, line, **{header: ""})
    assert set(_bad(subject, rows)) <= {"unknown status", "other lines of a bad order"}
