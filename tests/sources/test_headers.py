"""Headers that are there twice, misspelt, missing, or no headers at all."""

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from custinsights.errors import InvalidValue, MissingColumn, UnknownName
from custinsights.sources import read_frame
from tests.sources.exports import read as read_export
from tests.sources.exports import without, written
from tests.sources.reading import HEADER, amounts, left_out, read

SHOPIFY = Path(__file__).parents[1] / "data" / "sources" / "shopify_orders_export.csv"
ROW = "1,ada,2024-01-05,1"


def test_header_of_a_field_that_is_there_twice_is_refused() -> None:
    """Which of two equal columns is meant cannot be known; case and blanks make no difference."""
    for again in ("amount", " Amount "):
        with pytest.raises(InvalidValue, match=r"2 columns have the header .*: 'amount' was given"):
            read(f"{HEADER},{again}", f"{ROW},2")
    assert amounts(read(f"{HEADER},memo,memo", f"{ROW},a,b")) == {1: 100}


def test_column_of_a_frame_that_is_there_twice_is_refused() -> None:
    """A frame may have a name twice as well; it does not matter where nothing is read from it."""
    names = ["who", "when", "paid", "paid"]
    cells: list[list[Any]] = [["ada"], ["2024-01-05"], [1], [2]]
    fields: dict[str, Any] = {"customer": "who", "placed_at": "when", "amount": "paid"}
    for frame in (
        pd.DataFrame(list(zip(*cells, strict=True)), columns=names),
        pa.table([pa.array(one) for one in cells], names=names),
    ):
        with pytest.raises(InvalidValue, match=r"2 columns have the header .*: 'paid' was given"):
            read_frame(frame, currency="EUR", **fields)
    unused = pd.DataFrame([["ada", "2024-01-05", 1, 2, 3]], columns=[*names[:3], "memo", "memo"])
    assert read_frame(unused, currency="EUR", **fields).amount.tolist() == [100]


def test_misspelt_field_is_no_label() -> None:
    """A name that is nearly a field is refused with the field's name."""
    columns = {"placed_at": "placed_at", "amount": "amount"}
    for name, meant in {
        "custmer": "customer",
        "cuontry": "country",
        "currencY": "currency",
    }.items():
        message = f"There is no field named '{name}'. Did you mean '{meant}'?"
        with pytest.raises(UnknownName, match=message.replace("?", r"\?")):
            read(HEADER, ROW, columns={**columns, name: "customer"})
    with pytest.raises(UnknownName, match="Did you mean 'customer'"):
        read_frame({"a": ["ada"]}, custmer="a")


def test_label_may_have_a_free_name() -> None:
    """A name that is near to no field, or to one that is named as well, is a label."""
    columns = {name: name for name in HEADER.split(",")}
    history = read(
        f"{HEADER},land,shire",
        f"{ROW},uk,kent",
        columns={**columns, "country": "land", "county": "shire", "customer_type": "shire"},
    )
    assert history.labels["county"].texts().tolist() == ["kent"]
    assert history.labels["customer_type"].texts().tolist() == ["kent"]


def test_named_columns_replace_the_matching_by_name() -> None:
    """Who names some columns is told why the others are not found under their own names."""
    told = "only those are read: no other is matched by its name"
    with pytest.raises(MissingColumn, match=rf"the customer .*{told}"):
        read(HEADER, ROW, columns={"placed_at": "placed_at", "amount": "amount"})
    with pytest.raises(MissingColumn, match=rf"the time of the order.*{told}"):
        read(HEADER, ROW, columns={"customer": "customer", "amount": "amount"})
    with pytest.raises(MissingColumn, match=r"the amount of the order.*only those are read"):
        read(HEADER, ROW, columns={"customer": "customer", "placed_at": "placed_at"})
    with pytest.raises(MissingColumn) as caught:
        read("placed_at,amount", "2024-01-05,1")
    assert told not in str(caught.value)


@pytest.mark.parametrize("columns", [None, {"customer": "Who", "placed_at": "When"}])
def test_first_line_that_is_no_header_is_not_shown(columns: dict[str, str] | None) -> None:
    """Of a file without a header no name and no address comes into a message."""
    rows = ["Ada Secret,ada@secret.org,2024-01-05,7.25", "Bo Secret,bo@secret.org,2024-01-06,8.25"]
    with pytest.raises(
        MissingColumn, match=r"found 4 columns .* the first line is no header"
    ) as got:
        read(*rows, columns=columns)
    assert "ecret" not in str(got.value)
    assert "7.25" not in str(got.value)


def test_told_columns_of_a_known_export_name_its_format() -> None:
    """Who means to change one column of a known export is told to pass its format too."""
    header = ("Purchase ID", "Purchase Email", "Sale Price ($)")
    with pytest.raises(MissingColumn, match=r"This is gumroad: .* pass format='gumroad' too"):
        read(",".join(header), "1,ada@x,2", columns={"amount": header[2]})


def test_header_cell_that_is_a_contact_is_masked() -> None:
    """Between headers that are known, a cell that looks like a contact shows its shape."""
    with pytest.raises(MissingColumn, match=r"found 'customer', 'xxx@xxxxxx.xxx'"):
        read("customer,ada@secret.org", "1,2")


@pytest.mark.parametrize("lost", ["Lineitem name", "Financial Status", "Name"])
def test_a_format_that_has_lost_a_column_is_not_read_by_our_own_words(lost: str) -> None:
    """An export with most columns of a format would be misread: states that never count would."""
    rows = without([*csv.reader(io.StringIO(SHOPIFY.read_text("utf-8"), newline=""))], [lost])
    with pytest.raises(MissingColumn, match=f"is like shopify without '{lost}'.*format='shopify'"):
        read_export(written(rows), currency="USD", errors="report")
    if lost == "Lineitem name":
        history = read_export(written(rows), format="shopify", currency="USD", errors="report")
        assert ("status", "voided", 1) in left_out(history)
