"""Sold order items of an Etsy shop, alone and beside the orders."""

from io import BytesIO
from typing import Any

import pytest

from custinsights.errors import MissingColumn
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_orders
from tests.sources.exports import (
    assert_as_expected,
    backwards,
    changed,
    european,
    facts,
    lines_of,
    table,
    with_cells,
    without,
    written,
)
from tests.sources.exports import read as read_export
from tests.sources.reading import amounts, left_out, owners

FILE = "etsy_sold_order_items.csv"
ITEMS = table(FILE)
MONEY = ["Price", "Discount Amount", "Shipping Discount", "Order Shipping", "Item Total"]
ORDERS = [
    [
        *("Sale Date", "Order ID", "Buyer User ID", "Currency"),
        *("Order Value", "Discount Amount", "Shipping", "Number of Items"),
    ],
    ["12/31/20", "1899977282", "adaex01", "USD", "11.10", "0.00", "2.00", "3"],
    ["11/30/20", "1856460346", "", "USD", "6.65", "1.00", "0.69", "2"],
]


def read(rows: list[list[str]] | BytesIO, **options: Any) -> OrderHistory:
    """Read items as a shop in New York does."""
    return read_export(rows, timezone="America/New_York", **options)


def beside(*files: list[list[str]], **options: Any) -> OrderHistory:
    """Read several exports in one call."""
    return read_orders([written(rows) for rows in files], timezone="America/New_York", **options)


def test_export_comes_to_its_figures() -> None:
    """The items alone are orders too: what is known of them comes out."""
    assert_as_expected(FILE, read_export(FILE))


def test_numbers_of_an_order_count_once() -> None:
    """Shipping is on each item of an order, the discount on one of them, whichever that is."""
    whole = {1899977282: 1110, 1856460346: 330 + 335 - 100 + 69}
    assert amounts(read(ITEMS)) == whole
    assert amounts(read([ITEMS[0], *ITEMS[:0:-1]])) == whole
    history = read(ITEMS)
    assert sorted(history.numbers["discount"].tolist()) == [0, 100]
    assert sorted(history.numbers["shipping"].tolist()) == [0, 69]


def test_item_is_a_line_of_its_listing() -> None:
    """Each item is a line: the listing, how many, what they cost before the order's discount."""
    assert lines_of(read(ITEMS)) == [
        (1899977282, "874127272", 1000, 450),
        (1899977282, "826037724", 2000, 660),
        (1856460346, "826037725", 1000, 330),
        (1856460346, "826037726", 1000, 335),
    ]
    products = read(ITEMS).products
    assert products is not None
    assert "moon | stickers" in products.labels["title"].names


@pytest.mark.parametrize(
    ("buyer", "owner"),
    [
        ("Ada Example (adaex01)", "adaex01"),
        ("Ada (of Austin) Example (adaex01)", "adaex01"),
        ("adaex01", "adaex01"),
        ("Ada Example", None),
        ("Guest", None),
        ("", None),
    ],
)
def test_buyer_is_the_user_name(buyer: str, owner: str | None) -> None:
    """The buyer is the user name, in brackets or alone; a name of a person is nobody's id."""
    history = read(with_cells(ITEMS[:2], 1, Buyer=buyer))
    assert owners(history) == ({} if owner is None else {1899977282: owner})
    assert history.load_report.left_out_by("identity").rows == (owner is None)


def test_item_that_is_there_twice_is_one() -> None:
    """Items have ids: the same again is left out, and two things under one id are bad."""
    history = read([*ITEMS, ITEMS[1]])
    assert facts(history) == facts(read(ITEMS))
    assert left_out(history) == [("duplicate", "", 1)]
    other = with_cells([*ITEMS, ITEMS[1]], 5, Quantity="9")
    assert [bad.kind for bad in read(other, errors="report").load_report.bad] == [
        "two lines under one line id"
    ]


def test_file_is_read_as_a_spreadsheet_saves_it() -> None:
    """The order of columns, semicolons, commas and the style of dates change nothing."""
    whole = facts(read(ITEMS))
    assert facts(read(backwards(ITEMS))) == whole
    assert facts(read(european(ITEMS, MONEY))) == whole
    dates = changed(ITEMS, "Sale Date", lambda day: f"{day[:6]}20{day[6:]}")
    assert facts(read(dates)) == whole


def test_columns_that_nothing_needs_may_be_missing() -> None:
    """Only what makes up an order is needed."""
    few = {"Sale Date", "Order ID", "Buyer", "Currency", "Item Name", "Item Total"}
    few |= {"Discount Amount", "Order Shipping", "Listing ID", "Quantity"}
    assert lines_of(read(without(ITEMS, set(ITEMS[0]) - few))) == lines_of(read(ITEMS))
    with pytest.raises(MissingColumn, match="looked for 'Order Shipping', 'Order Delivery'"):
        read(without(ITEMS, {"Order Shipping"}))


def test_items_beside_orders_tell_what_was_in_them() -> None:
    """Read in one call, the orders tell the amounts and whose they are, the items the lines."""
    history = beside(ORDERS, ITEMS)
    assert amounts(history) == {1899977282: 1310}
    assert owners(history) == {1899977282: "adaex01"}
    assert lines_of(history) == lines_of(read(ITEMS))[:2]
    assert history.numbers["goods"].tolist() == [1110]
    assert history.numbers["shipping"].tolist() == [200]
    assert history.numbers["units"].tolist() == [3000]
    assert history.labels.keys() == read_export(ORDERS).labels.keys()
    assert history.rows is not None
    assert history.rows.tolist() == [3]
    # the other order is a guest's, and so are its items
    assert left_out(history) == [("identity", "", 3)]
    assert history.load_report.left_out_by("identity").money == (("USD", 634),)
    assert history.load_report.balances


def test_order_of_the_files_does_not_matter() -> None:
    """Items come to their orders whether they are named before or after them."""
    assert facts(beside(ITEMS, ORDERS)) == facts(beside(ORDERS, ITEMS))


def test_items_without_their_order_are_left_out_and_counted() -> None:
    """What names an order that no file of orders tells is left out, and the report says so."""
    history = beside(ORDERS[:2], ITEMS)
    assert amounts(history) == {1899977282: 1310}
    assert left_out(history) == [("no_order", "etsy_items", 2)]
    assert "about orders that no file tells (etsy_items): 2 rows" in str(history.load_report)
    assert str(history.observed_from.date()) == "2020-12-31"


def test_later_file_of_items_wins() -> None:
    """Of items of one order in two exports the later one's are taken, beside the orders too."""
    later = with_cells(ITEMS[:3], 2, Quantity="1", Item_Total="3.3")
    history = beside(ORDERS, ITEMS, later)
    assert lines_of(history)[1] == (1899977282, "826037724", 1000, 330)
    assert ("duplicate", "updated", 2) in left_out(history)
    assert amounts(history) == {1899977282: 1310}


def test_later_file_of_orders_wins() -> None:
    """Of an order in two exports of orders the later one's is taken, and keeps its items."""
    later = with_cells(ORDERS[:2], 1, Order_Value="12.10")
    history = beside(ORDERS[:2], ITEMS[:3], later)
    assert amounts(history) == {1899977282: 1410}
    assert len(lines_of(history)) == 2
    assert left_out(history) == [("duplicate", "updated", 1)]


def test_bad_item_costs_its_order() -> None:
    """Without one of its items an order's lines are not true: it is bad as a whole."""
    bad = with_cells(ITEMS, 2, Item_Total="?")
    history = beside(ORDERS, bad, errors="report")
    kinds = {kind.kind: kind.rows for kind in history.load_report.bad}
    assert kinds == {"unreadable number": 1, "other lines of a bad order": 2}
    assert history.load_report.balances
    good = beside(ORDERS, ITEMS, bad, errors="report")  # the earlier export tells the same
    assert amounts(good) == {1899977282: 1310}
    assert len(lines_of(good)) == 2


def test_item_that_is_there_twice_is_one_beside_the_orders() -> None:
    """Items have ids beside the orders too."""
    history = beside(ORDERS, [*ITEMS[:3], ITEMS[2]])
    assert lines_of(history) == lines_of(beside(ORDERS, ITEMS[:3]))
    assert ("duplicate", "", 1) in left_out(history)


def test_items_are_counted_in_the_orders_currency() -> None:
    """Items have the currency of their order."""
    yen = with_cells(ORDERS[:2], 1, Currency="JPY", Order_Value="1110", Shipping="200")
    items = changed(ITEMS[:3], "Item Total", lambda cell: cell.replace(".", ""))
    history = beside(yen, items)
    assert amounts(history) == {1899977282: 1310}
    assert [amount for *_, amount in lines_of(history)] == [45, 66]
