"""Real and real-looking files come to the figures that are known of them."""

import csv
import gzip
from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import numpy as np
import pytest

from custinsights.errors import SeveralCurrencies
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_orders

DATA = Path(__file__).parents[1] / "data" / "sources"
ONLINE_RETAIL = {
    "order_id": "InvoiceNo",
    "product": "StockCode",
    "product_name": "Description",
    "quantity": "Quantity",
    "placed_at": "InvoiceDate",
    "unit_price": "UnitPrice",
    "customer": "CustomerID",
    "country": "Country",
}


def online_retail(path: Path = DATA / "online_retail_lines.csv.gz") -> OrderHistory:
    """Read Online Retail as its users do."""
    return read_orders(
        path,
        columns=ONLINE_RETAIL,
        currency="GBP",
        timezone="Europe/London",
        refunds="invoice_prefix:C",
        errors="report",
    )


def pence(line: dict[str, str]) -> int:
    """Round the revenue of a line to pence, the slow and obvious way."""
    exact = Decimal(line["Quantity"]) * Decimal(line["UnitPrice"]) * 100
    return int(exact.to_integral_value(ROUND_HALF_EVEN))


def lines_of(path: Path) -> list[dict[str, str]]:
    """Return the lines of a compressed file as the standard library reads them."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_online_retail_agrees_with_a_plain_reading() -> None:
    """Every line of Online Retail lands where the definitions say, in rows and in pence."""
    path = DATA / "online_retail_lines.csv.gz"
    sold: defaultdict[str, int] = defaultdict(int)
    refunded = unknown = refunds_of_nobody = bad = lines = 0
    customers = set()
    for line in lines_of(path):
        is_refund = line["InvoiceNo"].startswith("C")
        if not is_refund and (int(line["Quantity"]) < 0 or pence(line) < 0):
            bad += 1
        elif not line["CustomerID"]:
            refunds_of_nobody += is_refund
            unknown += not is_refund
        elif is_refund:
            refunded -= pence(line)
        else:
            order = line["InvoiceNo"]
            lines += 1
            sold[order] += pence(line)
            customers.add(int(line["CustomerID"]))

    history = online_retail()
    report = history.load_report

    assert history.order_ids is not None
    ids = history.order_ids.tolist()
    assert dict(zip(ids, history.amount.tolist(), strict=True)) == {
        int(order): amount for order, amount in sold.items()
    }
    assert int(history.refunds.amount.sum()) == refunded
    assert history.lines is not None
    assert len(history.lines) == lines
    buyers = np.flatnonzero(np.diff(history.offsets))
    assert set(history.customer_ids[buyers].tolist()) == customers
    assert report.rows_bad == bad
    assert report.left_out_by("identity").rows == unknown
    assert report.left_out_by("refund_identity").rows == refunds_of_nobody
    assert report.balances


def test_invoice_with_two_times_is_placed_at_the_earlier() -> None:
    """An order whose lines carry several times is placed at the earliest; they are counted."""
    history = online_retail()
    times: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines_of(DATA / "online_retail_lines.csv.gz"):
        if line["CustomerID"] and not line["InvoiceNo"].startswith("C"):
            times[line["InvoiceNo"]].add(line["InvoiceDate"])
    several = {int(order): min(found) for order, found in times.items() if len(found) > 1}
    assert several
    assert dict(history.load_report.notes)["orders_with_several_times"] == len(several)
    assert history.order_ids is not None
    clock = history.context.clock.transitions.to_local(history.placed_at).astype("M8[us]")
    placed = dict(zip(history.order_ids.tolist(), clock.astype("M8[s]").astype(str), strict=True))
    assert {order: placed[order].replace("T", " ") for order in several} == several


def test_cdnow_keeps_its_duplicates_and_its_zero_orders() -> None:
    """Equal rows without an order id are separate orders; dates alone leave no hours."""
    path = DATA / "cdnow_orders.txt"
    rows = [line.split() for line in path.read_text().splitlines()[1:]]
    columns = {"customer": "customer_id", "placed_at": "date", "amount": "dollar_value"}
    history = read_orders(path, columns={**columns, "units": "number_of_cds"}, currency="USD")
    assert len(set(map(tuple, rows))) < len(rows) == len(history)
    assert int(history.amount.sum()) == sum(int(row[3].replace(".", "")) for row in rows)
    assert int(history.numbers["units"].sum()) == 1000 * sum(int(row[2]) for row in rows)
    assert set(history.customer_ids.tolist()) == {row[0] for row in rows}
    assert not history.context.has_times
    assert history.load_report.left_out == ()


SHOPIFY = DATA / "shopify_orders_export.csv"


def test_shopify_export_comes_to_the_known_figures() -> None:
    """The invented Shopify shop has the people, orders and money that it was given."""
    history = read_orders(SHOPIFY, currency="USD", errors="report")
    report = history.load_report
    assert history.people == 4
    assert int(history.amount.sum()) == 295_63
    assert int(history.refunds.amount.sum()) == 74_94
    assert history.order_ids is not None
    counts = dict(zip(history.customer_ids.tolist(), np.diff(history.offsets), strict=True))
    assert counts == {
        "ada@example.com": 3,
        "bo@example.com": 2,
        "cy@example.com": 1,
        "dee@example.com": 0,
    }
    assert [(one.reason, one.detail, one.rows, one.money) for one in report.left_out] == [
        ("currency", "BDT", 1, (("BDT", 1500_00),)),
        ("currency", "ZAR", 1, (("ZAR", 784_00),)),
        ("status", "voided", 1, (("USD", 16_00),)),
    ]
    assert report.rows_read == 11
    assert report.balances
    assert report.timezone_assumed


def test_shopify_parts_of_an_order_are_told_apart() -> None:
    """The tip is no product, the discount is told once, and a refund is dated by its cancelling."""
    history = read_orders(SHOPIFY, currency="USD", timezone="America/Los_Angeles")
    assert history.order_ids is not None
    row = {order: at for at, order in enumerate(history.order_ids.tolist())}
    tipped, discounted, cancelled = row["#1008"], row["#1007"], row["#1006"]
    numbers = history.numbers
    assert (numbers["tip"][tipped], numbers["units"][tipped]) == (2_00, 2_000)
    assert (
        numbers["goods"][tipped] + numbers["shipping"][tipped] + numbers["tax"][tipped] + 200
        == (history.amount[tipped])
    )
    assert numbers["discount"][discounted] == 38_45
    refund = np.flatnonzero(history.refunds.order == cancelled)
    at = history.refunds.refunded_at[refund].astype("M8[us]").astype("M8[s]").astype(str)
    assert at.tolist() == ["2023-05-30T13:54:13"]
    assert history.products is not None
    assert "Tip" not in history.products.labels["title"].texts().tolist()
    assert history.labels["country"].texts().tolist() == ["US"] * 6
    assert not history.load_report.timezone_assumed


def test_shopify_without_a_currency_names_them_all() -> None:
    """Several currencies are an error that names each with its rows and sum."""
    with pytest.raises(SeveralCurrencies, match=r"USD \(9 rows, USD 311\.63\).*BDT.*ZAR") as caught:
        read_orders(SHOPIFY)
    assert {name for name, _, _ in caught.value.rows_and_sums} == {"USD", "BDT", "ZAR"}


def test_same_export_twice_is_one_export() -> None:
    """The rows of an export that is given twice are left out once, as duplicates."""
    once = read_orders(SHOPIFY, currency="USD")
    twice = read_orders([SHOPIFY, SHOPIFY], currency="USD")
    assert twice.amount.tolist() == once.amount.tolist()
    assert twice.load_report.left_out_by("duplicate").rows == 11
    assert twice.load_report.balances
