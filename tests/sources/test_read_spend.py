"""Tables of what was spent: periods, days, channels, kinds, and rows that say nothing."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

import custinsights as ci
from custinsights.domain import ChannelTaxonomy, Money, Spend
from custinsights.errors import BadRowsError, InvalidValue, MissingColumn
from custinsights.sources.beside.spend import SpendList


def read(text: str, **options: Any) -> SpendList:
    """Read the text of a file, in euros unless said otherwise."""
    file = io.BytesIO(text.encode())
    return ci.read_spend(file, **{"currency": "EUR", **options})


def eur(text: str) -> Money:
    """Return euros."""
    return Money(text, "EUR")


def test_labels_of_periods_and_words_of_channels() -> None:
    """A month by its label; a platform is the channel that the taxonomy gives it."""
    found = read("month,platform,spend,kind\n2024-03,facebook,250.00,\n2024-Q1,,40,Other\n")
    assert list(found) == [
        Spend("2024-03", eur("250.00"), channel="social"),
        Spend("2024-Q1", eur("40.00"), kind="other"),
    ]
    assert found.load_report.rows_used == 2
    assert repr(found).startswith("<SpendList: 2 rows")


def test_first_and_last_day_are_both_spent_in() -> None:
    """An advertiser's report names the last day; a single day is one row."""
    told = "Reporting starts,Reporting ends,Amount spent\n2024-03-01,2024-03-07,12\n"
    assert read(told)[0].period == (date(2024, 3, 1), date(2024, 3, 8))
    assert read("day,cost\n2024-02-29,1\n")[0].period == (date(2024, 2, 29), date(2024, 3, 1))


def test_columns_that_are_told_and_words_of_ones_own() -> None:
    """Headers and channels of any name."""
    text = "Monat;Kanal;Kosten\n2024-03;Messe;1.250,50\n"
    found = read(
        text,
        columns={"period": "Monat", "channel": "Kanal", "amount": "Kosten"},
        channels=ChannelTaxonomy().with_(channel={"Messe": "fair"}),
    )
    assert list(found) == [Spend("2024-03", eur("1250.50"), channel="fair")]


def test_each_row_may_have_its_currency() -> None:
    """A column says it; the option where the column is blank."""
    found = read("month,amount,currency\n2024-03,5,USD\n2024-04,6,\n")
    assert [row.amount for row in found] == [Money("5", "USD"), eur("6")]


def test_a_table_in_memory() -> None:
    """Frames and mappings of arrays are read as files are."""
    table = {"month": ["2024-03"], "channel": ["email"], "amount": [7]}
    assert list(ci.read_spend(table, currency="EUR")) == [
        Spend("2024-03", eur("7"), channel="email")
    ]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("2024-13,web,5,", "no period"),
        (",web,5,", "no period"),
        ("2024-03,web,,", "no amount"),
        ("2024-03,web,-5,", "negative"),
        ("2024-03,web,much,", "unreadable number"),
        ("2024-03,web,5,fun", "neither media nor other"),
    ],
    ids=["no month", "blank", "no amount", "negative", "words", "kind"],
)
def test_bad_rows(row: str, kind: str) -> None:
    """Each is counted with its kind, and the others are used."""
    text = f"month,channel,amount,kind\n2024-01,web,1,\n{row}\n"
    with pytest.raises(BadRowsError, match=kind):
        read(text)
    report = read(text, errors="report").load_report
    assert (report.rows_read, report.rows_used, report.rows_bad) == (2, 1, 1)


def test_days_that_end_before_they_begin() -> None:
    """No period is turned round in silence."""
    with pytest.raises(BadRowsError, match="not after the last one"):
        read("start,end,cost\n2024-03-07,2024-03-01,1\n")


def test_what_cannot_be_read_at_all() -> None:
    """Without amounts or a currency there is nothing to read; an unknown field is refused."""
    with pytest.raises(MissingColumn, match="amount"):
        read("month,channel\n2024-03,web\n")
    with pytest.raises(InvalidValue, match="in which currency"):
        read("month,amount\n2024-03,5\n", currency=None)
    with pytest.raises(InvalidValue, match="cost centre"):
        read("month,amount\n2024-03,5\n", columns={"cost centre": "month"})


def test_an_empty_table_is_no_spend() -> None:
    """A header alone is a list of nothing."""
    assert list(read("month,amount\n")) == []
