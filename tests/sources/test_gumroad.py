"""Sales of a Gumroad account."""

from io import BytesIO
from typing import Any

import pytest

from custinsights.domain import PurchasePolicy
from custinsights.errors import BadRowsError, InvalidValue, MissingColumn
from custinsights.history.orders import OrderHistory
from tests.sources.exports import (
    american,
    assert_as_expected,
    backwards,
    changed,
    european,
    facts,
    figures,
    lines_of,
    refunds_of,
    table,
    with_cells,
    without,
    written,
)
from tests.sources.exports import read as read_export
from tests.sources.reading import amounts, left_out, owners

FILE = "gumroad_sales.csv"
SALES = table(FILE)
MONEY = [name for name in SALES[0] if name.endswith("($)")]


def read(rows: list[list[str]] | BytesIO, **options: Any) -> OrderHistory:
    """Read sales; nothing needs to be told."""
    return read_export(rows, **options)


def cell(line: int, header: str, text: str) -> OrderHistory:
    """Read the sales with one cell changed."""
    return read(with_cells(SALES, line, **{header: text}))


def test_export_comes_to_its_figures() -> None:
    """An export comes to the known figures, with nothing told."""
    history = read_export(FILE)
    assert_as_expected(FILE, history)
    assert history.currency == "USD"
    assert history.load_report.balances


def test_row_of_totals_is_no_sale() -> None:
    """The last row adds up the others: it is passed over wherever it stands, and counted."""
    history = read([SALES[0], SALES[-1], *SALES[1:-1]])
    assert facts(history) == facts(read(SALES[:-1]))
    assert dict(history.load_report.notes)["skipped_rows"] == 1
    assert history.load_report.rows_read == 6


def test_refunds_are_full_or_in_part_or_lost_disputes() -> None:
    """A refund has its amount only where it is a part; a dispute that is lost is a full one."""
    assert refunds_of(read(SALES)) == [
        ("g102", 1296, "2025-03-02 23:59"),
        ("g104", 20000, "2025-03-04 08:00"),
        ("g106", 700, "2025-03-06 09:00"),
    ]
    won = cell(6, "Dispute Won?", "1")
    assert [order for order, *_ in refunds_of(won)] == ["g102", "g104"]
    both = cell(4, "Disputed?", "1")
    assert ("g104", 120000, "2025-03-04 08:00") in refunds_of(both)
    old = without(SALES, {"Fully Refunded?"})  # refunded, and not in part
    assert refunds_of(read(old)) == refunds_of(read(SALES))
    words = changed(SALES, "Refunded?", lambda flag: {"1": "TRUE", "0": "FALSE"}.get(flag, flag))
    assert refunds_of(read(without(words, {"Fully Refunded?"}))) == refunds_of(read(SALES))


def test_tip_shipping_and_tax_are_inside_the_price() -> None:
    """What was paid is the sale price; the product's own part is what is left of it."""
    history = read(with_cells(SALES, 4, **{"Shipping ($)": "10.0", "Taxes ($)": "7.0"}))
    assert amounts(history)["g104"] == 120000
    assert ("g104", "abcde", 1000, 118000) in lines_of(history)
    at = [*amounts(history)].index("g104")
    parts = {name: int(column[at]) for name, column in history.numbers.items()}
    assert parts == {"goods": 118000, "shipping": 1000, "tax": 700, "tip": 300, "units": 1000}


def test_amounts_are_dollars_whatever_the_buyer_paid_in() -> None:
    """The buyer's own currency and total are not the shop's."""
    rows = with_cells(SALES, 1, **{"Buyer Currency": "EUR", "Buyer Total": "11.04"})
    assert amounts(read(rows)) == amounts(read(SALES))


@pytest.mark.parametrize(
    "time", ["2025-03-01 10:11:12 UTC", "2025-03-01 10:11:12 +0000", "2025-03-01 05:11:12 -0500"]
)
def test_time_is_of_utc_or_tells_its_offset(time: str) -> None:
    """The column of the time holds the day too, in UTC or with an offset."""
    history = cell(1, "Purchase Time (UTC timezone)", time)
    assert history.placed_at.min() == 1740823872000000  # 2025-03-01 10:11:12 UTC


def test_day_alone_is_one_of_utc() -> None:
    """Without the column of the time the day is left: that of UTC, wherever the shop is."""
    days = without(SALES, {"Purchase Time (UTC timezone)"})
    history = read(days, timezone="America/New_York")
    assert history.placed_at.min() == 1740787200000000  # 2025-03-01 00:00 UTC
    resaved = changed(days[:-1], "Purchase Date", american)
    with pytest.raises(InvalidValue, match=r"'Purchase Date' is the day.*dayfirst="):
        read(resaved)
    assert facts(read(resaved, dayfirst=False)) == facts(read(days))


def test_free_sale_is_an_order() -> None:
    """A sale of nothing is an order like others; whether it counts is the policy's."""
    assert amounts(read(SALES))["g105"] == 0
    policy = PurchasePolicy(zero_amount_counts=False)
    assert figures(read(SALES, policy=policy))["orders"] == 3


def test_giver_is_the_customer() -> None:
    """A gift is its buyer's, who is known by the address of the purchase, else of the account."""
    assert owners(read(SALES))["g106"] == "eve@example.com"
    account = with_cells(SALES, 6, **{"Purchase Email": "", "Buyer Email": "EVE@example.com"})
    assert owners(read(account))["g106"] == "eve@example.com"
    assert left_out(cell(1, "Purchase Email", "")) == [("identity", "", 1)]


@pytest.mark.parametrize("flag", ["Free trial purchase?", "Pre-order authorization?"])
def test_authorisation_is_no_sale(flag: str) -> None:
    """Nothing is paid for a trial or a pre-order until its own sale: it never counts."""
    history = cell(1, flag, "1")
    assert "g101" not in amounts(history)
    left = history.load_report.left_out_by("status")
    assert (left.rows, left.money) == (1, (("USD", 1200),))


def test_apostrophe_of_the_exporter_is_no_part_of_a_name() -> None:
    """The exporter keeps formulas quiet by an apostrophe, which nobody wrote."""
    history = cell(6, "Product ID", "'-xyz")
    assert history.products is not None
    titles = history.products.labels["title"].texts().tolist()
    products = dict(zip(history.products.ids, titles, strict=True))
    assert products == {"abcde": "Brush pack", "-xyz": "=danger"}


def test_labels_come_with_the_sales() -> None:
    """Where buyers come from comes in; what only the reading needs does not."""
    labels = read(SALES).labels
    assert labels["utm_source"].names == ("newsletter",)
    assert labels["coupon"].names == ("SPRING",)
    assert labels["country"].names == ("Germany", "United States")
    assert labels["payment_method"].names == ("Card", "PayPal")
    assert labels["source"].names == ("gumroad",)
    assert not {"buyer_email", "is_trial", "partial_refund"} & labels.keys()


def test_columns_of_the_seller_may_repeat_those_of_the_system() -> None:
    """Behind the system's columns stand the seller's own, under any name: the first is meant."""
    rows = [[*SALES[0], "Country", "Sale Price ($)"], *([*row, "x", "x"] for row in SALES[1:])]
    assert facts(read(rows)) == facts(read(SALES))


def test_older_exports_lack_columns() -> None:
    """Only what makes up a sale is needed."""
    few = {"Purchase ID", "Purchase Email", "Purchase Date", "Sale Price ($)"}
    history = read(without(SALES, set(SALES[0]) - few))
    assert amounts(history) == amounts(read(SALES))
    assert owners(history) == owners(read(SALES))
    for name in ("Purchase Email", "Purchase ID", "Sale Price ($)"):
        with pytest.raises(MissingColumn, match=f"like gumroad without '{name[:5]}"):
            read(without(SALES, {name}))


def test_payouts_are_no_sales() -> None:
    """The export of payouts, which has refunds as rows, is not taken for one of sales."""
    header = ["Type", "Date", "Purchase ID", "Item Name", "Buyer Name", "Buyer Email"]
    header += ["Taxes ($)", "Shipping ($)", "Sale Price ($)", "Gumroad Fees ($)", "Net Total ($)"]
    row = ["Sale", "2025-03-01", "g1", "A", "B", "b@x.org", "0", "0", "1", "0", "1"]
    with pytest.raises(MissingColumn, match="There is no column for the customer"):
        read([header, row], currency="USD")


def test_file_is_read_as_a_spreadsheet_saves_it() -> None:
    """The order of columns, a byte order mark, line ends, semicolons and commas change nothing."""
    whole = facts(read(SALES))
    assert facts(read(backwards(SALES))) == whole
    assert facts(read(european(SALES, MONEY))) == whole
    assert facts(read(written(SALES, end="\r\n", encoding="utf-8-sig"))) == whole
    short = SALES
    for header in MONEY:
        short = changed(short, header, lambda text: text.removesuffix(".0"))
    assert facts(read(short)) == whole


def test_amount_that_cannot_be_read_is_bad() -> None:
    """A sale whose price is blank is a bad row, and no sale of nothing."""
    with pytest.raises(BadRowsError, match="unreadable number: 1 row"):
        cell(1, "Sale Price ($)", "")
