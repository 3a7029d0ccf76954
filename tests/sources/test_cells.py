"""Cells are read as shops and spreadsheets write them; what could mean two things is refused."""

import datetime as dt
import re
from decimal import Decimal
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.errors import InvalidValue
from custinsights.history.columnar.time_texts import NO_TIME
from custinsights.sources.texts import cells
from custinsights.sources.texts.columns import Texts, Values, one_below_another


def numbers(*texts: str, decimal: str | None = None) -> list[Decimal | None]:
    """Read a column of numbers; None where a cell is wrong."""
    found = cells.numbers(Texts.of(texts), decimal=decimal)
    exact = zip(found.decimals.digits.tolist(), found.decimals.places.tolist(), strict=True)
    return [
        None if wrong else Decimal(digits).scaleb(-places)
        for (digits, places), wrong in zip(exact, found.wrong, strict=True)
    ]


def times(*texts: str, dayfirst: bool | None = None) -> list[str | None]:
    """Read a column of times; None where a cell is wrong."""
    found, _ = cells.times(Texts.of(texts), dayfirst=dayfirst, what="Date")
    shown = found.walls.astype("M8[us]").astype("M8[s]").astype(str).tolist()
    return [
        None if kind == NO_TIME else text for text, kind in zip(shown, found.kinds, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.50", "12.5"),
        (" 7 ", "7"),
        ("'-42", "-42"),
        ("$8.00", "8"),
        ("-$3.00", "-3"),
        ("$-3.00", "-3"),
        ("12.00 €", "12"),
        ("($3.00)", "-3"),
        ("(1,250.50 €)", "-1250.5"),
        ("£1,234.50", "1234.5"),
        ("1,234,567", "1234567"),
        ("1 234.50", "1234.5"),
        ("\u09f32,999.00", "2999"),
        ("12,5", "12.5"),
        ("1.234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1e3", "1000"),
    ],
)
def test_number_is_read_as_it_is_written(text: str, expected: str) -> None:
    """Symbols, separators of thousands, decimal commas and apostrophes are understood."""
    assert numbers(text) == [Decimal(expected)]


@pytest.mark.parametrize(
    "text", ["=1+1", "1-2", "12.00.00", "1,2,3", "$", "--3", "NaN", "12%", "(3.00)", "(-$3)", "($)"]
)
def test_number_that_is_none_is_wrong(text: str) -> None:
    """A cell that is no number is wrong."""
    assert numbers(text, "7") == [None, Decimal(7)]


def test_column_tells_what_its_commas_mean() -> None:
    """What one cell leaves open, the other cells of the column settle."""
    assert numbers("1,234", "5.50") == [Decimal(1234), Decimal("5.5")]
    assert numbers("1,234", "5,50") == [Decimal("1.234"), Decimal("5.5")]
    assert numbers("1.234", "5,50") == [Decimal(1234), Decimal("5.5")]
    assert numbers("1.234", "5.50") == [Decimal("1.234"), Decimal("5.5")]


@pytest.mark.parametrize("text", ["1,234", "1.234", "-12.345", "$ 123,456"])
@pytest.mark.parametrize("others", [["7"], [], ["Ada, 12"], ["1,2,3"]])
def test_mark_that_may_be_both_is_not_guessed(text: str, others: list[str]) -> None:
    """A comma and a point alike: before three figures, and with nothing that tells, refused."""
    with pytest.raises(InvalidValue, match=r"parts thousands or decimals.*decimal='\.' where"):
        numbers(text, *others)


@pytest.mark.parametrize(("mark", "other"), [(".", ","), (",", ".")])
def test_both_marks_are_read_by_one_rule(mark: str, other: str) -> None:
    """What settles a comma settles a point; what the column does not tell, `decimal` does."""
    open_one = f"1{other}234"
    for told in (f"5{mark}5", f"0{mark}125", f"1234{mark}125", f"1{other}234{mark}5", f"{mark}5"):
        assert numbers(open_one, told)[0] == 1234
        assert numbers(f"1{mark}234", told)[0] == Decimal("1.234")
    assert numbers(f"1{other}234{other}567", open_one) == [1234567, 1234]
    assert numbers(open_one, decimal=mark) == [1234]
    assert numbers(open_one, decimal=other) == [Decimal("1.234")]
    assert numbers(open_one, f"5{mark}5", decimal=other)[0] == 1234
    assert numbers(f"0{other}125") == [Decimal("0.125")]


def test_column_that_contradicts_itself_is_not_guessed() -> None:
    """Where both marks stand before decimals, cells with commas are wrong unless it is told."""
    assert numbers("1.50", "2,50", "1,234") == [Decimal("1.5"), None, None]
    assert numbers("1.50", "2,50", "1,234", decimal=".") == [Decimal("1.5"), None, 1234]
    assert numbers("1.50", "2,50", "1.234", decimal=",") == [None, Decimal("2.5"), 1234]


def test_numbers_with_a_type_are_written_with_a_point() -> None:
    """A Decimal of three decimals is no thousand; a text beside it is read as it would be."""
    column = Values.of(np.array([Decimal("1.234"), "5,678"], dtype=object))
    assert cells.numbers(column).decimals.scaled(3)[0].tolist() == [1234, 5678000]


def test_blank_number_is_no_wrong_number() -> None:
    """A blank cell is told apart from a wrong one."""
    found = cells.numbers(Texts.of(["", " ", "x", "1"]))
    assert found.is_blank.tolist() == [True, True, False, False]
    assert found.wrong.tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-05-31", "2023-05-31T00:00:00"),
        ("2023-5-1 8:05", "2023-05-01T08:05:00"),
        ("2023/05/31 10:00:01", "2023-05-31T10:00:01"),
        ("31/5/2023", "2023-05-31T00:00:00"),
        ("12/31/22", "2022-12-31T00:00:00"),
        ("12/31/1999 11:59 PM", "1999-12-31T23:59:00"),
        ("12/31/99 12:05 am", "1999-12-31T00:05:00"),
        ("3.4.2024", "2024-04-03T00:00:00"),
        ("31-12-2020 7:00:30", "2020-12-31T07:00:30"),
        ("'2023-05-31", "2023-05-31T00:00:00"),
    ],
)
def test_date_is_read_as_it_is_written(text: str, expected: str) -> None:
    """Dates in the styles of shops and spreadsheets are understood where they are clear."""
    assert times(text) == [expected]


@pytest.mark.parametrize(
    "text", ["31.02.2023", "5/32/2023", "12/31/22 13:00 pm", "yesterday", "43000", "2023-05"]
)
def test_date_that_is_none_is_wrong(text: str) -> None:
    """A cell that is no date is wrong."""
    assert times(text, dayfirst=True) == [None]


def test_column_tells_which_number_is_the_day() -> None:
    """One date beyond the 12th settles all dates of its column."""
    assert times("1/2/2024", "13/2/2024") == ["2024-02-01T00:00:00", "2024-02-13T00:00:00"]
    assert times("1/2/2024", "2/13/2024") == ["2024-01-02T00:00:00", "2024-02-13T00:00:00"]
    assert times("1/2/2024", dayfirst=True) == ["2024-02-01T00:00:00"]
    assert times("1/2/2024", dayfirst=False) == ["2024-01-02T00:00:00"]


def test_order_of_a_system_is_that_of_its_own_dates() -> None:
    """What is known of a system's dates holds where all of the column are written as it does."""

    def read(*texts: str) -> list[str]:
        own = re.compile(r"\d\d/\d\d/\d\d")
        found, _ = cells.times(Texts.of(texts), dayfirst=False, dates=own, what="Date")
        return [str(day) for day in found.walls.astype("M8[us]").astype("M8[D]")]

    assert read("01/02/24", "01/13/24", "2024-03-04", "?")[:3] == [
        "2024-01-02",
        "2024-01-13",
        "2024-03-04",
    ]
    assert read("01/02/24", "13/1/2024") == ["2024-02-01", "2024-01-13"]
    with pytest.raises(InvalidValue, match="no number goes beyond 12"):
        read("01/02/24", "1/2/2024")


def test_ambiguous_dates_ask_for_dayfirst() -> None:
    """Dates that could be read both ways, or only both ways, are refused."""
    with pytest.raises(InvalidValue, match=r"no number goes beyond 12.*1/2/2024.*dayfirst=True"):
        times("1/2/2024", "3/4/2024")
    with pytest.raises(InvalidValue, match="both go beyond 12"):
        times("13/2/2024", "2/13/2024")


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2199, 12, 31)))
def test_every_style_of_a_date_is_the_same_day(day: object) -> None:
    """A date is the same day in every style in which it can be written."""
    iso = str(day)
    year, month, date = iso.split("-")
    expected = [f"{iso}T00:00:00"]
    assert times(f"{date}/{month}/{year}", dayfirst=True) == expected
    assert times(f"{int(month)}/{int(date)}/{year}", dayfirst=False) == expected
    assert times(f"{int(date)}.{int(month)}.{year}") == expected
    assert times(f"{year}{month}{date}") == expected


def test_identities_are_normalised() -> None:
    """E-mails compare without case, phones by their figures, ids without decoration; 0 is none."""
    assert cells.emails(Texts.of([" Ada@X.org", "'bo@x.org", "n/a", "a b@x"])).array().tolist() == [
        "ada@x.org",
        "bo@x.org",
        "",
        "",
    ]
    phones = ["'+1 (555) 010-2030", "001 555 010 2030", "12", "4.4E+11"]
    assert cells.phones(Texts.of(phones)).array().tolist() == [
        "15550102030",
        "15550102030",
        "",
        "",
    ]
    ids = ["17850.0", "0", "0.0", "'007", "nan", " c7 ", "10.5", "Ada@X.org"]
    assert cells.customer_ids(Texts.of(ids)).array().tolist() == [
        "17850",
        "",
        "",
        "007",
        "",
        "c7",
        "10.5",
        "ada@x.org",
    ]


def test_labels_lose_the_apostrophe_that_keeps_formulas_quiet() -> None:
    """The apostrophe before a formula or a figure goes; one that belongs to a word stays."""
    texts = ["'=danger", "'90210", "'s-Hertogenbosch", " x ", "''"]
    assert cells.labels(Texts.of(texts)).array().tolist() == [
        "=danger",
        "90210",
        "'s-Hertogenbosch",
        "x",
        "'",
    ]


def test_currencies_are_codes_in_capitals() -> None:
    """A currency is one of ISO 4217, in any case; what is none is told."""
    codes, wrong = cells.currencies(Texts.of(["usd", " EUR", "XYZ", ""]))
    assert codes.array().tolist() == ["USD", "EUR", "XYZ", ""]
    assert wrong.tolist() == [False, False, True, False]


def test_values_are_texts_as_people_write_them() -> None:
    """A whole float is written without a point, and what is missing is blank."""
    column = Values.of(np.array([17850.0, np.nan, 2.5, np.inf]))
    assert column.texts().array().tolist() == ["17850", "", "2.5", "inf"]
    assert Values.of(np.array([3, -4])).texts().array().tolist() == ["3", "-4"]


def test_columns_of_several_files_become_one() -> None:
    """Columns of equal type stay typed; others become texts, with equal texts as equal codes."""
    both = one_below_another([Values.of(np.array([1, 2])), Values.of(np.array([3]))])
    assert isinstance(both, Values)
    assert both.array.tolist() == [1, 2, 3]
    mixed = one_below_another([Values.of(np.array([1, 2])), Texts.of(["2", "x"])])
    assert isinstance(mixed, Texts)
    assert mixed.array().tolist() == ["1", "2", "2", "x"]
    assert mixed.codes[1] == mixed.codes[2]


@given(st.lists(st.sampled_from(["", "a", " a", "b "])))
def test_texts_change_once_each(texts: list[str]) -> None:
    """A column can be changed, told and filled up text by text."""
    column = Texts.of(texts)
    assert column.stripped.array().tolist() == [text.strip() for text in texts]
    assert column.is_blank.tolist() == [text == "" for text in texts]
    assert column.or_else(Texts.same("z", len(texts))).array().tolist() == [
        text or "z" for text in texts
    ]
    labels = column.labels()
    assert labels.texts().tolist() == [text or None for text in texts]
    assert list(labels.names) == sorted(set(texts) - {""})


@given(st.lists(st.text(alphabet="0.aA@N\n ")))
def test_customer_ids_are_those_of_single_cells(texts: list[str]) -> None:
    """Whether other ids of a column must be written anew changes none."""
    plain = cells.customer_ids(Texts.of(texts)).array().tolist()
    beside = cells.customer_ids(Texts.of([*texts, "B@b"])).array().tolist()
    assert [*plain, "b@b"] == beside


def test_plain_customer_ids_are_judged_together() -> None:
    """Where no id has a capital, begins with 0 or says that there is none, all stay as they are."""
    ids = Texts.of(["ada@shop.example", "", "x7"])
    with mock.patch.object(Texts, "mapped", side_effect=AssertionError("one by one")):
        assert cells.customer_ids(ids) is ids
