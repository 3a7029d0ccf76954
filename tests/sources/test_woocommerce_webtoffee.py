"""WebToffee's Order Export: an order in a row, its lines, refunds and coupons packed in cells."""

import pytest

from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import BadRowsError, InvalidValue, MissingColumn
from custinsights.sources.formats.finding import format_for
from tests.sources.exports import (
    DATA,
    assert_as_expected,
    backwards,
    changed,
    export,
    figures,
    instants,
    lines_of,
    notes,
    read,
    refunds_of,
    saved_by_a_spreadsheet,
    table,
    without,
    written,
)
from tests.sources.reading import amounts, left_out, owners

FILE = "woocommerce_webtoffee_orders.csv"
ITEMS = "woocommerce_webtoffee_items.csv"
LONDON = {"timezone": "Europe/London"}
HEADER = (
    "order_id,order_number,order_date,paid_date,status,cart_discount,order_discount,"
    "discount_total,order_total,order_subtotal,refunded_total,order_currency,customer_id,"
    "customer_email,billing_email,billing_phone,coupon_items,refund_items,line_item_1,line_item_2"
)
ORDER = {
    "order_id": "1",
    "order_number": "1",
    "order_date": "2024-01-05 10:00:00",
    "status": "completed",
    "order_total": "30.00",
    "refunded_total": "0",
    "order_currency": "GBP",
    "customer_id": "0",
    "billing_email": "ada@example.com",
    "line_item_1": "name:Mug|product_id:11|sku:M1|quantity:2|total:18.00|sub_total:20.00",
}


def test_export_comes_to_its_figures() -> None:
    """The invented export has the people, orders, lines and money that it was given."""
    history = read(FILE)
    assert_as_expected(FILE, history)
    assert history.load_report.rows_read == history.load_report.rows_used == 2


def test_lines_come_out_of_their_cells() -> None:
    """Each line_item column that is filled is a line: product, quantity, what it came to."""
    history = read(FILE)
    assert history.lines is not None
    assert history.lines.offsets.tolist() == [0, 2, 3]
    assert history.lines.quantity.tolist() == [1000, 2000, 1000]
    assert history.lines.amount.tolist() == [54_55, 45_45, 25_00]
    assert history.products is not None
    assert history.products.ids == ("DSK", "LMP")
    assert history.products.labels["title"].texts().tolist() == ["Desk, oak", "Lamp"]
    assert history.numbers["units"].tolist() == [3000, 1000]
    assert "line_item_1" not in history.labels


def test_line_without_a_sku_is_known_by_its_product_id() -> None:
    """A product has a SKU, else an id, else its name."""
    history = read(
        export(
            HEADER,
            {**ORDER, "line_item_1": "name:Mug|product_id:11|sku:|quantity:1|total:9.00",
             "line_item_2": "name:Gift|product_id:|sku:|quantity:1|total:1.00"},
        ),
        **LONDON,
    )  # fmt: skip
    assert history.products is not None
    assert history.products.ids == ("11", "Gift")


def test_what_parts_a_cell_may_stand_in_a_name() -> None:
    """A bar, a colon and a semicolon in a product's name are the name's."""
    name = "Mat 60|90; size:L|colour:red"
    item = f"name:{name}|product_id:1|sku:A:1|quantity:1|total:5.00|sub_total:5.00|meta:size:L"
    history = read(export(HEADER, {**ORDER, "line_item_2": item}), **LONDON)
    assert history.products is not None
    assert history.products.ids == ("A:1", "M1")
    assert history.products.labels["title"].texts().tolist() == [name, "Mug"]
    assert history.lines is not None
    assert sorted(history.lines.amount.tolist()) == [5_00, 18_00]


def test_gift_card_among_the_lines_is_no_line() -> None:
    """A cell that tells of a gift card has other words, and nothing was sold in it."""
    card = "giftcard-name:XYZ|giftcard-id:3|used_balance:10|available_balance:0"
    history = read(export(HEADER, {**ORDER, "line_item_2": card}), **LONDON)
    assert history.lines is not None
    assert len(history.lines) == 1


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ("Mug x 2", "unreadable list in a cell"),
        ("name:Mug|quantity:x|total:5.00", "unreadable number"),
        ("name:Mug|quantity:1|total:", "unreadable number"),
        ("name:Mug|quantity:-1|total:5.00", "negative quantity"),
        ("name:Mug|quantity:1|total:-5.00", "negative amount"),
    ],
)
def test_order_with_a_bad_line_is_bad(item: str, kind: str) -> None:
    """What is wrong in a cell is shown with its line; the money of the order is not lost."""
    file = export(HEADER, ORDER, {**ORDER, "order_number": "2", "line_item_2": item})
    report = read(file, errors="report", **LONDON).load_report
    assert [(one.kind, one.rows, one.money) for one in report.bad] == [(kind, 1, (("GBP", 30_00),))]
    (example,) = report.bad[0].examples
    assert (example.line, example.column.startswith("line_item")) == (3, True)
    assert report.balances
    file.seek(0)
    with pytest.raises(BadRowsError, match=f"{kind}: 1 row"):
        read(file, **LONDON)


def test_parts_of_an_order_are_told_once() -> None:
    """Three columns hold the one discount; goods are before it, and lines after it."""
    history = read(FILE)
    numbers = {name: column.tolist() for name, column in history.numbers.items()}
    assert (numbers["discount"], numbers["goods"]) == ([10_00, 0], [110_00, 25_00])
    bare = without(table(FILE), ["order_subtotal", "discount_total", "order_discount"])
    fewer = read(written(without(bare, ["cart_discount"])), **LONDON)
    assert fewer.numbers["goods"].tolist() == [110_00, 25_00]
    assert fewer.numbers["discount"].tolist() == [10_00, 0]


def test_refunds_have_the_dates_in_their_list() -> None:
    """Each refund of the list is one, on its own day; a reason may hold what parts the list."""
    listed = (
        "amount:5.00|reason:broken; amount:1|size:L|date:2024-02-01 09:00:00;"
        "amount:2.50|reason:|date:2024-03-01 08:00:00"
    )
    history = read(
        export(HEADER, {**ORDER, "refunded_total": "7.50", "refund_items": listed}),
        policy=PurchasePolicy(refund_date="refund"),
        **LONDON,
    )
    assert history.refunds.amount.tolist() == [5_00, 2_50]
    assert history.refunds.order.tolist() == [0, 0]
    assert instants(history.refunds.refunded_at) == ["2024-02-01T09:00:00", "2024-03-01T08:00:00"]
    assert "undated_refunds" not in notes(history)
    assert instants(read(FILE).refunds.refunded_at) == ["2024-01-07T09:00:00"]


def test_list_and_total_of_refunds_are_told_apart() -> None:
    """What the total has beyond the list is another refund, undated; less than it is counted."""
    listed = "amount:5.00|reason:|date:2024-02-01 09:00:00"
    rows = [
        {**ORDER, "refunded_total": "7.50", "refund_items": listed},
        {**ORDER, "order_number": "2", "refunded_total": "1.00", "refund_items": listed},
    ]
    history = read(export(HEADER, *rows), **LONDON)
    assert sorted(history.refunds.amount.tolist()) == [2_50, 5_00, 5_00]
    assert notes(history) == {"undated_refunds": 1, "refunds_beyond_their_total": 1}


def test_older_files_tell_refunds_in_the_list_alone() -> None:
    """Without refunded_total the list is all; without the list the total is, undated."""
    without_total = read(written(without(table(FILE), ["refunded_total"])), **LONDON)
    assert figures(without_total) == figures(read(FILE))
    without_list = read(written(without(table(FILE), ["refund_items"])), **LONDON)
    assert figures(without_list) == figures(read(FILE))
    assert notes(without_list) == {"undated_refunds": 1}
    neither = without(table(FILE), ["refund_items", "refunded_total"])
    assert notes(read(written(neither), **LONDON)) == {
        "full_refunds_by_status": 1, "undated_refunds": 1, "files_without_refund_amounts": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        ("all of it", "unreadable list in a cell"),
        ("amount:|reason:|date:2024-02-01 09:00:00", "unreadable number"),
        ("amount:-5.00|reason:|date:2024-02-01 09:00:00", "negative amount"),
        ("amount:5.00|reason:|date:2024-02-30 09:00:00", "unreadable date"),
    ],
)
def test_order_with_a_bad_refund_is_bad(listed: str, kind: str) -> None:
    """A refund that cannot be read makes its order bad."""
    with pytest.raises(BadRowsError, match=rf"{kind}: 1 row, GBP 30\.00"):
        read(export(HEADER, {**ORDER, "refund_items": listed}), **LONDON)


def test_coupons_are_told_by_their_codes() -> None:
    """Of several coupons all codes are the order's label."""
    listed = "code:save10|amount:10.00;code:spring|amount:2.00"
    history = read(
        export(HEADER, {**ORDER, "coupon_items": listed}, {**ORDER, "order_number": "2"}), **LONDON
    )
    assert sorted(map(str, history.labels["coupon"].texts())) == ["None", "save10, spring"]


def test_guests_are_told_by_their_address() -> None:
    """Customer 0 is nobody; the account's address comes before that of the bill."""
    history = read(
        export(
            HEADER,
            ORDER,
            {**ORDER, "order_number": "2", "customer_id": "7", "customer_email": "bo@example.com"},
            {**ORDER, "order_number": "3", "billing_email": "BO@example.com"},
            {**ORDER, "order_number": "4", "billing_email": "", "billing_phone": "'+442079460001"},
        ),
        **LONDON,
    )
    assert owners(history) == {1: "ada@example.com", 2: "7", 3: "7", 4: "phone:442079460001"}


def test_orders_are_placed_at_their_date_in_the_zone_of_the_shop() -> None:
    """order_date is local; paid_date is another instant, with its own offset."""
    history = read(FILE, timezone="Europe/Warsaw")
    assert instants(history.placed_at) == ["2024-01-05T09:00:00", "2024-01-06T10:30:00"]
    assert instants(history.refunds.refunded_at) == ["2024-01-07T08:00:00"]


def test_it_is_recognised_by_its_header() -> None:
    """Columns may stand in another order, with any number of lines; some may be missing."""
    rows = table(FILE)
    assert (DATA / FILE).read_bytes().startswith(b"\xef\xbb\xbf")
    assert format_for(None, rows[0]).name == "woocommerce_webtoffee"
    assert figures(read(written(backwards(rows)), **LONDON)) == figures(read(FILE))
    mark = ["meta:wpml_language", "line_item_12"]
    more = [[*row, *(["en", ""] if at else mark)] for at, row in enumerate(rows)]
    more[1][-1] = "name:Bulb|product_id:13|sku:BLB|quantity:4|total:8.00|sub_total:8.00"
    history = read(written(more), **LONDON)
    assert history.numbers["units"].tolist() == [7000, 1000]
    none = read(written(without(rows, ["line_item_1", "line_item_2", "coupon_items"])), **LONDON)
    assert (figures(none), none.lines) == (figures(read(FILE)), None)
    assert not {name for name in history.labels if "meta" in name or "line_item" in name}
    optional = ["order_id", "paid_date", "customer_user", "billing_phone", "wt_import_key"]
    assert figures(read(written(without(rows, optional)), **LONDON)) == figures(read(FILE))
    with pytest.raises(MissingColumn, match="order_status: looked for 'status'"):
        read(written(without(rows, ["status"])), **LONDON)


def test_file_that_a_spreadsheet_saved_is_the_same() -> None:
    """A spreadsheet changes dates and decimals of columns, and nothing inside the lists."""
    rows = changed(table(FILE), "order_date", lambda cell: f"{cell[8:10]}/01/2024 {cell[11:16]}")
    for header in ("order_total", "order_subtotal", "discount_total", "refunded_total"):
        rows = changed(rows, header, lambda cell: cell.replace(".", ","))
    with pytest.raises(InvalidValue, match=r"order_date.*dayfirst"):
        read(saved_by_a_spreadsheet(rows), **LONDON)
    rows = changed(rows, "line_item_2", lambda cell: cell.replace("quantity:2", "quantity:1.250"))
    history = read(saved_by_a_spreadsheet(rows), dayfirst=True, decimal=",", **LONDON)
    assert figures(history) == figures(read(FILE))
    assert history.lines is not None
    assert history.lines.amount.tolist() == [54_55, 45_45, 25_00]
    assert history.lines.quantity.tolist() == [1000, 1250, 1000]
    assert instants(history.refunds.refunded_at) == ["2024-01-07T09:00:00"]


def test_two_exports_behind_each_other_are_one() -> None:
    """An order that is there twice counts once, with its lines and refunds."""
    rows = table(FILE)
    twice = read(written([*rows, *rows]), **LONDON)
    assert figures(twice)["revenue"] == figures(read(FILE))["revenue"]
    assert twice.lines is not None
    assert len(twice.lines) == 3
    assert left_out(twice) == [("duplicate", "", 2)]


def test_amounts_in_cells_are_in_the_currency_of_their_order() -> None:
    """A line of an order in yen has no decimals, and is converted with its order."""
    yen = {
        **ORDER,
        "order_number": "2",
        "order_currency": "JPY",
        "order_total": "1500",
        "refund_items": "amount:500|reason:|date:2024-01-06 10:00:00",
        "line_item_1": "name:Cup|product_id:12|sku:C1|quantity:1|total:1000|sub_total:1000",
    }
    two = {**ORDER, "line_item_2": ORDER["line_item_1"]}
    history = read(export(HEADER, two, yen), currency="GBP", rates={"JPY": "0.005"}, **LONDON)
    assert amounts(history) == {1: 30_00, 2: 7_50}
    assert history.lines is not None
    assert sorted(history.lines.amount.tolist()) == [5_00, 18_00, 18_00]
    assert history.refunds.amount.tolist() == [2_50]


def test_lines_tell_refunds_where_nothing_else_does() -> None:
    """Without the total and the list of refunds, what the lines give back is the order's refund."""
    header = HEADER.replace(",refunded_total", "").replace(",refund_items", "")
    bare = {name: cell for name, cell in ORDER.items() if name != "refunded_total"}
    line = {"line_item_1": "name:A|sku:A|quantity:1|total:20.00|refunded:7.50"}
    history = read(export(header, {**bare, **line}), **LONDON)
    assert history.refunds.amount.tolist() == [7_50]
    assert history.refunds.order.tolist() == [0]
    assert notes(history) == {"refunds_told_by_lines_alone": 1, "undated_refunds": 1}
    full = read(export(header, {**bare, **line, "status": "refunded"}), **LONDON)
    assert full.refunds.amount.tolist() == full.amount.tolist()
    told = read(export(HEADER, {**ORDER, **line, "refunded_total": "8.00"}), **LONDON)
    assert told.refunds.amount.tolist() == [8_00]
    with pytest.raises(BadRowsError, match="negative amount"):
        read(export(header, {**bare, "line_item_1": "name:A|refunded:-1"}), **LONDON)


def test_items_in_rows_of_their_own_are_the_lines_of_their_order() -> None:
    """With a row for each item, an order's fields stand in each, and count once."""
    items, orders = read(ITEMS), read(FILE)
    assert_as_expected(ITEMS, items)
    assert amounts(items) == amounts(orders)
    assert lines_of(items) == lines_of(orders)
    assert items.numbers["discount"].tolist() == orders.numbers["discount"].tolist()
    assert refunds_of(items) == refunds_of(orders)
    assert items.load_report.balances
