"""However a file is damaged: no foreign exception, and no row and no money lost in silence."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custinsights.errors import CustInsightsError
from custinsights.sources import read_orders
from custinsights.sources.formats.orders import BUILT_IN
from tests.sources.mutations import BYTES, CELLS, DOUBTFUL, HUGE, STYLES, TABLES, Style, Table
from tests.sources.reading import named
from tests.sources.subjects import SUBJECTS, Subject, Told, assert_law
from tests.sources.told import is_told_of

CDNOW = (Path(__file__).parents[1] / "data" / "sources" / "cdnow_orders.txt").read_bytes()[:2000]
NAMES = pytest.mark.parametrize("name", SUBJECTS)

FOUND: Iterable[tuple[str, Table | None, tuple[str, ...], str]] = (
    # the total on the first line cannot be read, and the others tell it too
    ("woocommerce_advanced", [["1", "Order Total Amount", "x"]], (), "as it is"),
    # nor is the currency on the first line known
    ("woocommerce_webtoffee_items", [["1", "order_currency", "3.5"]], (), "as it is"),
    # all lines of an order are left out, and with them what is told for the whole order
    ("etsy_items", None, (), "two exports"),
    ("etsy_items", [["1", "Currency", "XXQ"], ["2", "Order Shipping", ""]], (), "as it is"),
    # the header has blanks around its cells, and is there again
    ("customers_shopify", None, ("headers in another case",), "two exports"),
    # a comma alone is no number with a decimal comma
    ("generic_orders", [["1", "amount", ","], ["2", "amount", "1,250.00"]], (), "as it is"),
)
"""What fuzzing has found: cells by row and header, then mutations, then a style."""


def blocks(subject: Subject, at: int, cells: tuple[str, ...]) -> Table:
    """Return a table that has the first order again for each cell, which stands in one column."""
    header, *rows = subject.table
    ids = [place for place in subject.ids if place != at]
    block = [row for row in rows if ids and row[ids[0]] == rows[0][ids[0]]] or rows[:1]
    table = [header]
    for number, cell in enumerate((rows[0][at], *cells)):  # of the currency that is asked for
        for nth, row in enumerate(block):
            new = [f"{text}{number}" if here in ids else text for here, text in enumerate(row)]
            new[at] = cell if nth == 0 else new[at]
            table.append(new)
    return table


@NAMES
def test_whatever_a_cell_holds_is_used_or_bad(name: str) -> None:
    """A text in a column that is read makes its own order bad at most, and loses no money.

    Each column has every third text here; the corpus as a whole is drawn from below.
    """
    subject = SUBJECTS[name]
    for at in subject.columns:
        table = blocks(subject, at, CELLS[at % 3 :: 3])
        told = subject.told(table, 1)
        assert assert_law(subject, Style().written(table), told, "report"), subject.table[0][at]


@st.composite
def damaged(draw: st.DrawFn, subject: Subject) -> tuple[bytes, Told]:
    """Draw what befalls an export, and what it tells then, where that can be said."""

    def pick(count: int) -> int:
        return draw(st.integers(0, count - 1))

    table, style = subject.table, STYLES[draw(st.sampled_from([*STYLES]))]
    names = draw(st.lists(st.sampled_from([*TABLES]), max_size=4))
    for name in names:
        table = TABLES[name](table, pick)
    data = style.written(table)
    harm = draw(st.none() | st.sampled_from([*BYTES]))
    if harm is not None:
        return BYTES[harm](data, pick), (None, None)
    rows, money = subject.told(style.read_back(table), style.times)
    if any(HUGE in row for row in table):  # what follows a cell that is too long is a row more
        rows = None
    return data, (rows, None if DOUBTFUL in names else money)


@NAMES
@given(data=st.data())
@settings(max_examples=20)
def test_no_damage_loses_rows_or_money(name: str, data: st.DataObject) -> None:
    """Whatever befalls a file, it is read without loss or refused by an error of ours."""
    subject = SUBJECTS[name]
    damage, told = data.draw(damaged(subject))
    assert_law(subject, damage, told)


@pytest.mark.parametrize(("name", "cells", "mutations", "style"), FOUND)
def test_what_was_found_stays_mended(
    name: str, cells: Table | None, mutations: tuple[str, ...], style: str
) -> None:
    """What once lost rows or money is read without loss."""
    subject = SUBJECTS[name]
    table = [list(row) for row in subject.table]
    for row, header, cell in cells or ():
        table[int(row)][table[0].index(header)] = cell
    for mutation in mutations:
        table = TABLES[mutation](table, lambda _count: 0)
    told = subject.told(STYLES[style].read_back(table), STYLES[style].times)
    assert told[0] is not None
    assert assert_law(subject, STYLES[style].written(table), told, "report")


@NAMES
def test_every_harm_is_read_or_refused(name: str) -> None:
    """Each harm of the corpus befalls each file at least once."""
    subject = SUBJECTS[name]
    data = Style().written(subject.table)
    for harm in BYTES.values():
        assert_law(subject, harm(data, lambda count: count // 2), (None, None), "report")
    for style in STYLES.values():
        told = subject.told(style.read_back(subject.table), style.times)
        assert assert_law(subject, style.written(subject.table), told, "report")
    for mutation in TABLES.values():
        table = mutation(subject.table, lambda count: count // 2)
        rows, money = subject.told(table, 1)
        told = (rows, None if mutation is TABLES[DOUBTFUL] else money)
        assert_law(subject, Style().written(table), told, "report")


def test_the_corpus_has_every_format() -> None:
    """Every shipped format has an export here, alone or beside its orders, with its money."""
    held = {subject.format.name for subject in SUBJECTS.values() if subject.format is not None}
    assert held >= BUILT_IN.keys()
    assert all(map(is_told_of, BUILT_IN.values()))


def refused_or_balanced(data: bytes, **columns: str) -> None:
    """See that bytes are read into a history that balances, or refused by an error of ours."""
    with contextlib.suppress(CustInsightsError):
        history = read_orders(named(data), columns=columns, currency="USD", errors="report")
        assert history.load_report.balances


@given(st.integers(0, len(CDNOW)), st.binary(max_size=8))
@settings(max_examples=40)
def test_damaged_table_of_blanks_is_read_or_refused(at: int, junk: bytes) -> None:
    """The same holds of a table whose cells are parted by blanks."""
    data = CDNOW[:at] + junk + CDNOW[at:]
    refused_or_balanced(data, customer="customer_id", placed_at="date", amount="dollar_value")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Bytes that are no table at all are refused by an error of ours."""
    refused_or_balanced(data, customer="a", placed_at="b", amount="c")
