"""Sold orders of an Etsy shop."""

from io import BytesIO
from typing import Any

import pytest

from custinsights.errors import BadRowsError, InvalidValue, MissingColumn, UnreadableFile
from custinsights.history.orders import OrderHistory
from tests.sources.exports import (
    assert_as_expected,
    backwards,
    changed,
    european,
    facts,
    refunds_of,
    table,
    with_cells,
    without,
    written,
)
from tests.sources.exports import read as read_export
from tests.sources.reading import amounts, left_out, owners

FILE = "etsy_sold_orders.csv"
BRITISH = "etsy_sold_orders_en_gb_variant.csv"
ORDERS = table(FILE)
MONEY = [name for name in ORDERS[0] if "Order " in name and name not in {"Order ID", "Order Type"}]
MONEY += ["Discount Amount", "Shipping Discount", "Shipping", "Sales Tax", "Card Processing Fees"]
MONEY += ["Adjusted Card Processing Fees"]


def read(rows: list[list[str]] | BytesIO, **options: Any) -> OrderHistory:
    """Read sold orders as a shop in New York does."""
    return read_export(rows, timezone="America/New_York", **options)


def days(history: OrderHistory) -> list[str]:
    """Return the day of each order by its id."""
    assert history.order_ids is not None
    local = history.placed_at.astype("M8[us]") - 4 * 3_600_000_000
    found = dict(zip(history.order_ids.tolist(), local.astype("M8[D]").astype(str), strict=True))
    return [str(found[order]) for order in sorted(found)]


@pytest.mark.parametrize("name", [FILE, BRITISH])
def test_export_comes_to_its_figures(name: str) -> None:
    """An export comes to the known figures; orders without a buyer's id are nobody's, and told."""
    history = read_export(name)
    assert_as_expected(name, history)
    assert history.load_report.balances


def test_amount_is_what_the_shop_was_paid() -> None:
    """It is value less discount plus shipping: no total with Etsy's taxes, no discount twice."""
    assert amounts(read(ORDERS)) == {2536857072: 2297, 2536790000: 7735, 2536780000: 4090}
    taxed = with_cells(ORDERS, 1, Order_Total="99.00", Sales_Tax="5.00", Shipping_Discount="9.00")
    assert amounts(read(taxed))[2536857072] == 2297


def test_adjusted_amounts_tell_a_refund_unless_they_are_zero() -> None:
    """A net amount that was adjusted tells what was given back; 0.00 is no adjustment at all."""
    at = "2022-07-14 04:00"  # the order's day: a refund is not dated
    assert refunds_of(read(ORDERS)) == [(2536790000, 7349, at)]
    none = with_cells(ORDERS, 3, Adjusted_Net_Order_Amount="0.00")
    assert refunds_of(read(none)) == []
    blank = with_cells(ORDERS, 3, Adjusted_Net_Order_Amount="", Order_Net="")
    assert refunds_of(read(blank)) == []
    more = with_cells(ORDERS, 3, Adjusted_Net_Order_Amount="80.00")
    assert refunds_of(read(more)) == []  # what was raised was not given back
    old = without(ORDERS, {"Adjusted Net Order Amount", "Adjusted Card Processing Fees"})
    assert refunds_of(read(old)) == []


def test_blank_status_is_paid() -> None:
    """Etsy leaves the status blank; what else stands there must be a word that is known."""
    assert len(amounts(read(with_cells(ORDERS, 1, Status="Canceled")))) == 2
    with pytest.raises(BadRowsError, match="unknown status: 1 row"):
        read(with_cells(ORDERS, 1, Status="?"))
    full = read(with_cells(ORDERS, 1, Status="Fully Refunded"))
    assert (2536857072, 2297, "2022-07-16 04:00") in refunds_of(full)


def test_buyers_are_known_by_their_id_alone() -> None:
    """Nobody is told by a name: guests of one name are not one customer."""
    assert owners(read(ORDERS)) == {
        2536857072: "adaex01",
        2536790000: "boex",
        2536780000: "adaex01",
    }
    guests = with_cells(with_cells(ORDERS, 1, Buyer_User_ID=""), 4, Buyer_User_ID="")
    assert left_out(read(guests)) == [("identity", "", 3)]


def test_coupon_is_told_once() -> None:
    """The coupon of an order is repeated for each of its items, and is one coupon."""
    rows = with_cells(ORDERS, 1, Coupon_Code="SUMMER10;SUMMER10;TEN")
    assert read(rows).labels["coupon"].names == ("SUMMER10;TEN", "WIN10")


def test_labels_come_with_the_orders() -> None:
    """Country, region, city, way of paying and items come in; the source is Etsy."""
    history = read(ORDERS)
    assert history.labels["country"].names == ("Canada", "United States")
    assert history.labels["source"].names == ("etsy",)
    assert history.labels["payment_method"].names == ("Credit Card",)
    assert history.numbers["units"].tolist() == [1000, 1000, 1000]
    assert sorted(history.numbers["discount"].tolist()) == [0, 214, 860]


def test_month_comes_first_in_etsys_own_dates() -> None:
    """07/08/22 is the 8th of July: Etsy writes all dates so, and nothing needs to tell."""
    rows = with_cells(ORDERS[:2], 1, Sale_Date="07/08/22")
    assert days(read(rows)) == ["2022-07-08"]
    assert days(read(rows, dayfirst=True)) == ["2022-08-07"]


def test_dates_of_a_spreadsheet_must_tell_their_day() -> None:
    """A spreadsheet may write the day first: the column tells, or `dayfirst` is asked for."""
    told = changed(ORDERS, "Sale Date", lambda day: f"{int(day[:2])}/{int(day[3:5])}/20{day[6:]}")
    assert facts(read(told)) == facts(read(ORDERS))
    rest = with_cells(told, 1, Sale_Date="16/07/2022")
    with pytest.raises(InvalidValue, match="both go beyond 12"):
        read(rest)
    open_ = with_cells(ORDERS[:2], 1, Sale_Date="7/8/2022")
    with pytest.raises(InvalidValue, match=r"'Sale Date' is the day.*dayfirst=True"):
        read(open_)
    assert days(read(open_, dayfirst=False)) == ["2022-07-08"]
    assert days(read(with_cells(ORDERS[:2], 1, Sale_Date="2022-07-08"))) == ["2022-07-08"]


def test_cell_that_is_no_date_leaves_the_others_as_they_are() -> None:
    """One cell that is no date is a bad row, and says nothing of how Etsy writes dates."""
    rows = with_cells(changed(ORDERS, "Sale Date", lambda _: "07/08/22"), 1, Sale_Date="soon")
    history = read(rows, errors="report")
    assert set(days(history)) == {"2022-07-08"}
    assert [bad.kind for bad in history.load_report.bad] == ["unreadable date"]


def test_file_is_read_as_a_spreadsheet_saves_it() -> None:
    """The order of columns, a byte order mark, line ends, semicolons and commas change nothing."""
    whole = facts(read(ORDERS))
    assert facts(read(backwards(ORDERS))) == whole
    assert facts(read(european(ORDERS, MONEY))) == whole
    assert facts(read(written(ORDERS, end="\r\n", encoding="utf-8-sig"))) == whole


def test_columns_that_nothing_needs_may_be_missing() -> None:
    """Only what makes up an order is needed; what else is missing is not known, and no error."""
    few = {"Sale Date", "Order ID", "Buyer User ID", "Currency", "Order Value"}
    few |= {"Discount Amount", "Shipping"}
    history = read(without(ORDERS, set(ORDERS[0]) - few))
    assert amounts(history) == amounts(read(ORDERS))
    for name in ("Currency", "Shipping", "Discount Amount", "Buyer User ID"):
        with pytest.raises(MissingColumn, match=f"looked for '{name}'"):
            read(without(ORDERS, {name}))


def test_header_that_is_translated_is_told_from_which_it_differs() -> None:
    """Where a header of the format is missing, the message names the format and that header."""
    renamed = [[cell.replace("Order Value", "Valeur") for cell in ORDERS[0]], *ORDERS[1:]]
    with pytest.raises(MissingColumn, match="like etsy_orders without 'Order Value'"):
        read(renamed)
    history = read(renamed, format="etsy_orders", columns={"goods": "Valeur"})
    assert facts(history) == facts(read(ORDERS))


def test_amount_that_is_blank_is_no_amount() -> None:
    """An order without a value is a bad row, not an order of nothing."""
    with pytest.raises(BadRowsError, match="unreadable number: 1 row"):
        read(with_cells(ORDERS, 1, Order_Value=""))


def test_exports_may_be_put_one_below_the_other() -> None:
    """A second header is no row, also the British one; what is told twice is the later's."""
    british = [table(BRITISH)[0], *with_cells(table(BRITISH), 1, Order_ID="7")[1:]]
    history = read([*ORDERS, *british])
    assert amounts(history) == amounts(read(ORDERS)) | {7: 2297}
    assert dict(history.load_report.notes)["repeated_headers"] == 1
    raised = with_cells(ORDERS[:2], 1, Order_Value="31.39")
    later = read([*ORDERS, *raised])
    assert amounts(later)[2536857072] == 3297
    assert ("duplicate", "updated", 1) in left_out(later)
    with pytest.raises(UnreadableFile, match="in another order, from line 6 on"):
        read([*ORDERS, *[[*row[1::-1], *row[2:]] for row in ORDERS]])


def test_order_that_is_there_twice_counts_once() -> None:
    """The same row again is left out; two things of one order in one export are bad."""
    assert facts(read([*ORDERS, ORDERS[1]])) == facts(read(ORDERS))
    with pytest.raises(BadRowsError, match="two orders under one order id: 2 rows"):
        read([*ORDERS, with_cells(ORDERS, 1, Order_Value="1.00")[1]])
