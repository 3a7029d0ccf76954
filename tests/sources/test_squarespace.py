"""Squarespace's orders: the first line has the order, and a spreadsheet may have been there."""

import pytest

from custinsights.errors import BadRowsError, InvalidValue, NaiveTime
from custinsights.sources.formats.finding import format_for
from tests.sources.exports import (
    assert_as_expected,
    backwards,
    changed,
    export,
    figures,
    instants,
    notes,
    read,
    saved_by_a_spreadsheet,
    table,
    without,
    written,
)
from tests.sources.reading import amounts, left_out, owners

FILE = "squarespace_orders.csv"
HEADER = (
    "Order ID,Email,Financial Status,Currency,Amount Refunded,Total,Discount Amount,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Phone,Cancelled at"
)
ORDER = {
    "Order ID": "1",
    "Email": "ada@example.com",
    "Financial Status": "PAID",
    "Currency": "EUR",
    "Amount Refunded": "0",
    "Total": "30",
    "Created at": "2024-01-05 10:00:00 +0000",
    "Lineitem quantity": "2",
    "Lineitem name": "Mug",
    "Lineitem price": "10",
    "Lineitem sku": "M1",
}


def test_export_comes_to_its_figures() -> None:
    """The invented export has the people, orders and money that it was given."""
    history = read(FILE)
    assert_as_expected(FILE, history)
    assert history.load_report.rows_read == history.load_report.rows_used == 2


def test_lines_belong_to_the_order_above_them() -> None:
    """Of a continuation only the order's id and the line are told; it adds no money of its own."""
    history = read(FILE)
    assert amounts(history) == {1: 30_00}
    assert history.lines is not None
    assert history.lines.amount.tolist() == [10_00, 10_00]
    assert history.products is not None
    assert history.products.ids == ("SQ1", "SQ2")
    assert {name: column.tolist() for name, column in history.numbers.items()} == {
        "goods": [20_00], "discount": [0], "shipping": [10_00], "tax": [0], "units": [2000],
    }  # fmt: skip


def test_it_is_recognised_by_its_header() -> None:
    """Columns may stand in another order, and those that nothing needs may be missing."""
    rows = table(FILE)
    assert format_for(None, rows[0]).name == "squarespace"
    assert figures(read(written(backwards(rows)))) == figures(read(FILE))
    optional = ["Paid at", "Lineitem sku", "Lineitem variant", "Discount Code", "Private Notes"]
    fewer = read(written(without(rows, [*optional, "Shipping", "Taxes"])))
    assert figures(fewer) == figures(read(FILE))
    assert fewer.products is not None
    assert fewer.products.ids == ("Washed Colombian Coffee", "Washed Ethiopian Coffee")


def test_states_are_read_whatever_their_case() -> None:
    """PAID is paid; what is pending or voided does not count; a word that is not known is bad."""
    rows = [
        ORDER,
        {**ORDER, "Order ID": "2", "Financial Status": "PENDING"},
        {**ORDER, "Order ID": "3", "Financial Status": "Voided"},
    ]
    history = read(export(HEADER, *rows))
    assert figures(history)["orders"] == 1
    assert left_out(history) == [("status", "pending", 1), ("status", "voided", 1)]
    with pytest.raises(BadRowsError, match=r"unknown status: 1 row.*'on its way'"):
        read(export(HEADER, {**ORDER, "Financial Status": "on its way"}))


def test_refund_does_not_lower_the_total() -> None:
    """What was given back stands beside the total, and falls on the day of the cancelling."""
    cancelled = {"Financial Status": "REFUNDED", "Cancelled at": "2024-01-07 09:00:00 +0000"}
    history = read(
        export(
            HEADER,
            {**ORDER, "Amount Refunded": "4.50"},
            {**ORDER, "Order ID": "2", **cancelled, "Amount Refunded": "30"},
        )
    )
    assert amounts(history) == {1: 30_00, 2: 30_00}
    assert history.refunds.amount.tolist() == [4_50, 30_00]
    assert instants(history.refunds.refunded_at) == ["2024-01-05T10:00:00", "2024-01-07T09:00:00"]
    assert (figures(history)["orders"], notes(history)) == (1, {"undated_refunds": 2})


def test_missing_column_of_refunds_is_told() -> None:
    """Without Amount Refunded the state still tells full refunds, and the report what is lost."""
    header = HEADER.replace("Amount Refunded,", "")
    row = {name: cell for name, cell in ORDER.items() if name != "Amount Refunded"}
    refunded = read(export(header, {**row, "Financial Status": "REFUNDED"}))
    assert refunded.refunds.amount.tolist() == [30_00]
    assert notes(refunded)["files_without_refund_amounts"] == 1


def test_dates_of_a_spreadsheet_have_lost_their_zone() -> None:
    """Month/day/year is read where the column shows it; without the offset a zone is needed."""
    rows = changed(table(FILE), "Created at", lambda _: "7/25/2018 21:06")
    with pytest.raises(NaiveTime, match="Created at"):
        read(saved_by_a_spreadsheet(rows))
    history = read(saved_by_a_spreadsheet(rows), timezone="America/Los_Angeles")
    assert figures(history) == figures(read(FILE))
    assert instants(history.placed_at) == ["2018-07-26T04:06:00"]


def test_ambiguous_date_asks_which_number_is_the_day() -> None:
    """7/5/2018 may be in May or in July: who reads it has to say."""
    rows = changed(table(FILE), "Created at", lambda _: "7/5/2018 21:06")
    with pytest.raises(InvalidValue, match=r"which number of a date .* is the day.*dayfirst"):
        read(written(rows), timezone="UTC")
    for dayfirst, day in ((True, "2018-05-07"), (False, "2018-07-05")):
        history = read(written(rows), timezone="UTC", dayfirst=dayfirst)
        assert instants(history.placed_at) == [f"{day}T21:06:00"]


def test_two_exports_behind_each_other_are_one() -> None:
    """An order that is there twice counts once, with its lines."""
    rows = table(FILE)
    twice = read(written([*rows, *rows]))
    assert figures(twice)["revenue"] == figures(read(FILE))["revenue"]
    assert twice.lines is not None
    assert len(twice.lines) == 2
    assert left_out(twice) == [("duplicate", "", 2)]


def test_guards_against_formulas_are_taken_off() -> None:
    """An apostrophe or a blank before = + - @ is no part of a name, an id or a phone number."""
    row = {
        **ORDER,
        "Order ID": "'-1",
        "Email": "",
        "Billing Phone": "'+44 20 7946 0000",
        "Lineitem name": " =Mug",
        "Lineitem sku": "'@M1",
        "Lineitem price": "'10",
    }
    history = read(export(HEADER, row, {**ORDER, "Order ID": "2", "Lineitem name": "Class of '99"}))
    assert owners(history) == {-1: "phone:442079460000", 2: "ada@example.com"}
    assert history.products is not None
    assert history.products.ids == ("@M1", "M1")
    assert history.products.labels["title"].texts().tolist() == ["=Mug", "Class of '99"]
