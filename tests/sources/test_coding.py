"""In whatever form a column is kept while it is read, it says what its cells said."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custinsights.errors import InvalidValue
from custinsights.sources.texts import cells
from custinsights.sources.texts.coding import ColumnCoder, amounts, integers
from custinsights.sources.texts.columns import Cells, Texts, Values
from custinsights.sources.texts.vocabulary import Kind

IDS = st.sampled_from(
    ["7", "0", "-3", "12345678901234567", "07", "+7", "", "7.0", "a7", " 7", "\u0667"]
)
MONEY = st.sampled_from(
    ["1.50", "0.00", "-0.50", "12345678.90", "1.5", "01.50", "7", "1.250", "12,50", "1,250.00", "",
     "nan", "1e5", "1_0.00", "+1.00", "99999999999999.99"]
)  # fmt: skip


def coded(kind: Kind, chunks: list[list[str]]) -> Cells:
    """Return a column that comes in chunks."""
    coder = ColumnCoder(kind)
    for chunk in chunks:
        if chunk:
            coder.add(chunk)
    return coder.column()


@given(st.lists(st.lists(IDS, max_size=3), max_size=4))
@example([["7", "8"], ["", "07"]])
@example([["07", ""], ["5"]])
def test_ids_are_told_again_as_they_were_written(chunks: list[list[str]]) -> None:
    """Ids that are kept as integers are the texts that they were."""
    texts = [text for chunk in chunks for text in chunk]
    expected = cells.keys(Texts.of(texts)).array().tolist()
    assert cells.keys(coded("key", chunks)).array().tolist() == expected
    people = cells.customer_ids(Texts.of(texts)).array().tolist()
    assert cells.customer_ids(coded("identity", chunks)).array().tolist() == people


@given(st.lists(st.lists(MONEY, max_size=3), max_size=4))
@example([["1.50", "2.00"], ["12,50"]])
@example([["1.5", "01.50"], ["7"]])
@example([["1.5", "1_0.00"]])
@example([["1.5", "1.250"], ["12,50"]])
@example([["7", "8"], ["1.250"], ["12,50"]])
@example([["2.00"], ["1.250"]])
def test_amounts_are_exact_in_every_form(chunks: list[list[str]]) -> None:
    """Amounts that are kept as floats are the decimals that they were."""
    texts = [text for chunk in chunks for text in chunk]

    def read(column: Cells) -> list[Decimal | str]:
        try:
            found = cells.numbers(column)
        except InvalidValue:
            return ["open"]
        exact = zip(
            found.decimals.digits.tolist(), found.decimals.places.tolist(), found.is_blank,
            found.wrong, strict=True,
        )  # fmt: skip
        return [
            "blank" if blank else "wrong" if wrong else Decimal(digits).scaleb(-places)
            for digits, places, blank, wrong in exact
        ]

    assert read(coded("money", chunks)) == read(Texts.of(texts))


@pytest.mark.parametrize("text", ["", "x", "1.0", "\u0667", "07", "1_000", "9" * 30, "-0"])
def test_integer_is_what_is_written_as_one(text: str) -> None:
    """A text that an integer would not be written as is none."""
    assert integers(["7", text]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x.yz",
        "1.5",
        "1.250",
        "nan",
        ".50",
        "1e.00",
        "1.e99",
        "9" * 16,
        "1_0.00",
        "-.50",
        "01.50",
        "9" * 14 + ".00",
        "1.50\n",
        " 1.50",
        "1.5\u0667",
    ],
)
def test_amount_is_what_is_written_with_two_decimals(text: str) -> None:
    """A text without exactly two decimals is no plain amount."""
    assert amounts(["7.00", text]) is None


def test_column_keeps_its_form_as_long_as_it_can() -> None:
    """Numbers stay numbers until a cell is none; then the column is texts, all of it."""
    whole = coded("key", [["7"], ["8"]])
    assert isinstance(whole, Values)
    assert whole.array.tolist() == [7, 8]
    mixed = coded("key", [["7"], ["x"], ["7"]])
    assert isinstance(mixed, Texts)
    assert mixed.array().tolist() == ["7", "x", "7"]
    assert mixed.codes[0] == mixed.codes[2]
    paid = coded("money", [["1.50"]])
    assert isinstance(paid, Values)
    assert paid.array.dtype == np.float64
