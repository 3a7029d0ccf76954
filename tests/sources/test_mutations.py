"""However a file is damaged: no foreign exception, and no row and no money lost in silence."""

import csv
import gzip
import io
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from custinsights.domain.load_report import BadRows, LeftOut
from custinsights.errors import CustInsightsError
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_orders
from tests.sources.reading import named

DATA = Path(__file__).parents[1] / "data" / "sources"
SHOPIFY = (DATA / "shopify_orders_export.csv").read_bytes()
LINES = gzip.decompress((DATA / "online_retail_lines.csv.gz").read_bytes())[:6000]
CDNOW = (DATA / "cdnow_orders.txt").read_bytes()[:2000]
ONLINE_RETAIL: dict[str, Any] = {
    "columns": {
        "order_id": "InvoiceNo",
        "product": "StockCode",
        "quantity": "Quantity",
        "placed_at": "InvoiceDate",
        "unit_price": "UnitPrice",
        "customer": "CustomerID",
    },
    "currency": "GBP",
    "timezone": "Europe/London",
    "refunds": "invoice_prefix:C",
}
CDNOW_COLUMNS = {"customer": "customer_id", "placed_at": "date", "amount": "dollar_value"}

# Cells as they come, and what an amount among them is worth in cents (None: no number).
AMOUNTS: dict[str, int | None] = {
    "10.00": 1000,
    "0": 0,
    "3.5": 350,
    "-2.00": -200,
    " 7.25 ": 725,
    "$1,250.00": 125000,
    "'-1.00": -100,
    "=1+1": None,
    "": None,
    "NaN": None,
    "1e400": None,
    "9" * 200: None,
    "x": None,
}
IDS = st.sampled_from(["1", "2", "3", "C3", "", " 1", "x" * 200])
PEOPLE = st.sampled_from(["ada", "bo", "", "0", "7", "7.0", "'7", "nan", "=cmd()", "\u2028"])
TIMES = st.sampled_from(
    ["2024-01-05", "2024-02-29 10:00", "2023-11-05 01:30", "2023-03-12 02:30", "1970-01-01",
     "2100-12-31", "2024-02-30", "", "0001-01-01", "9999-12-31", "soon", "2024-01-05T10:00-0500"]
)  # fmt: skip
CURRENCIES = st.sampled_from(["USD", "usd", "EUR", "JPY", "XXQ", ""])
STATUSES = st.sampled_from(["paid", "refunded", "pending", "voided", "", "odd"])
ORDER_ROWS = st.tuples(IDS, PEOPLE, TIMES, st.sampled_from([*AMOUNTS]), CURRENCIES, STATUSES)
ORDER_HEADER = ("order_id", "customer", "placed_at", "amount", "currency", "order_status")


def written(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    """Write a table as CSV."""
    file = io.StringIO()
    csv.writer(file).writerows([header, *rows])
    return file.getvalue().encode("utf-8", "surrogatepass")


def money_of(history: OrderHistory) -> Counter[str]:
    """Return all money of a load report and the history that it belongs to, by currency."""
    report = history.load_report
    found: Counter[str] = Counter()
    entries: list[LeftOut | BadRows] = [*report.left_out, *report.bad]
    for entry in entries:
        found.update(dict(entry.money))
    found[history.currency] += int(history.amount.sum())
    in_rows = history.refunds.rows > 0  # the others are told by their orders' rows
    found[history.currency] -= int(history.refunds.amount[in_rows].sum())
    return Counter({name: minor for name, minor in found.items() if minor})


@given(rows=st.lists(ORDER_ROWS, max_size=8), by_rule=st.booleans())
@settings(max_examples=100)
@example(rows=[("1", "ada", "2024-01-05", "10.00", "USD", "paid")] * 2, by_rule=False)
def test_rows_and_money_of_orders_are_conserved(
    rows: list[tuple[str, ...]], *, by_rule: bool
) -> None:
    """Rows read are rows used, left out and bad together; so is their money in every currency."""
    history = read_orders(
        named(written(ORDER_HEADER, rows)),
        currency="USD",
        timezone="America/New_York",
        errors="report",
        refunds="invoice_prefix:C" if by_rule else None,
    )
    report = history.load_report
    assert report.balances
    assert report.rows_read == len([row for row in rows if any(row)])
    expected: Counter[str] = Counter()
    for row in rows:
        cents, currency = AMOUNTS[row[3]], row[4].upper()
        if cents is not None and currency in {"USD", "EUR", "JPY"}:
            minor = Decimal(cents) if currency != "JPY" else (Decimal(cents) / 100).quantize(1)
            is_refund = by_rule and row[0].strip() == "C3"
            expected[currency] += -abs(int(minor)) if is_refund else int(minor)
    assert money_of(history) == Counter({k: v for k, v in expected.items() if v})


QUANTITIES = st.sampled_from(["1", "2.5", "-1", "0", "", "x", "1e30"])
PRICES = st.sampled_from(["2.00", "0.335", "-1", "", "y", "1e15"])
LINE_ROWS = st.tuples(IDS, PEOPLE, TIMES, st.sampled_from(["p", "q", ""]), QUANTITIES, PRICES)
LINE_HEADER = ("order_id", "customer", "placed_at", "product", "quantity", "unit_price")


@given(rows=st.lists(LINE_ROWS, max_size=8), by_rule=st.booleans())
@settings(max_examples=100)
def test_rows_and_money_of_lines_are_conserved(
    rows: list[tuple[str, ...]], *, by_rule: bool
) -> None:
    """The same holds of tables of lines: no line is lost, and none counts twice."""
    history = read_orders(
        named(written(LINE_HEADER, rows)),
        currency="USD",
        timezone="America/New_York",
        errors="report",
        refunds="invoice_prefix:C" if by_rule else None,
    )
    report = history.load_report
    assert report.balances
    assert report.rows_read == len([row for row in rows if any(row)])
    expected = 0
    for row in rows:
        try:
            exact = Decimal(row[4]) * Decimal(row[5]) * 100
        except ArithmeticError:
            continue
        if abs(exact) <= 10**14:
            cents = int(exact.to_integral_value())
            expected += -abs(cents) if by_rule and row[0].strip() == "C3" else cents
    assert money_of(history) == Counter({"USD": expected} if expected else {})


HEADS = st.tuples(
    st.sampled_from(["#1", "#2", ""]),
    st.sampled_from(["ada@x.org", "", "bo@x.org"]),
    st.sampled_from(["paid", "voided", "refunded", "partially_refunded", "odd"]),
    st.sampled_from(["2024-01-05 10:00:00 -0700", "2024-01-05 10:00:00 -0800", "soon"]),
    st.sampled_from(["USD", "EUR"]),
    st.sampled_from(["10.00", "0.00", "-1", "x"]),
    st.sampled_from(["0.00", "4.00", "11.00", ""]),
    st.sampled_from(["cup", "Tip", ""]),
    st.sampled_from(["1", "-1", "z", ""]),
)
TAILS = HEADS.map(lambda row: (*row[:2], "", "", "", "", "", *row[7:]))
SHOPIFY_HEADER = (
    "Name",
    "Email",
    "Financial Status",
    "Created at",
    "Currency",
    "Total",
    "Refunded Amount",
    "Lineitem name",
    "Lineitem quantity",
)


@given(st.lists(st.one_of(HEADS, TAILS), max_size=8))
@settings(max_examples=100)
def test_rows_and_money_of_shopify_orders_are_conserved(rows: list[tuple[str, ...]]) -> None:
    """The same holds where only the first line of an order has its total."""
    history = read_orders(named(written(SHOPIFY_HEADER, rows)), currency="USD", errors="report")
    report = history.load_report
    assert report.balances
    assert report.rows_read == len([row for row in rows if any(row)])
    expected: Counter[str] = Counter()
    for row in rows:
        cents = {"10.00": 1000, "-1": -100}.get(row[5], 0)
        expected[row[4]] += cents
    assert money_of(history) == Counter({name: cents for name, cents in expected.items() if cents})


def survives(data: bytes, **options: Any) -> None:
    """Read a file whatever it holds: a history that balances, or an error of ours."""
    for errors in ("report", "raise"):
        try:
            history = read_orders(named(data), errors=errors, **options)
        except CustInsightsError as error:
            told = str(error)
        else:
            assert history.load_report.balances
            told = str(history.load_report)
        assert told.encode()  # what a message quotes can be shown


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Damage a file: cut it, overwrite, insert or drop bytes, move and repeat rows and columns."""
    kind = draw(st.sampled_from(["bytes", "cut", "rows", "columns", "cells", "gzip", "encoding"]))
    if kind == "bytes":
        at = draw(st.integers(0, len(data)))
        end = draw(st.integers(at, min(len(data), at + 40)))
        return data[:at] + draw(st.binary(max_size=40)) + data[end:]
    if kind == "cut":
        return data[: draw(st.integers(0, len(data)))]
    if kind == "gzip":
        packed = gzip.compress(data, mtime=0)
        at = draw(st.integers(0, len(packed)))
        return packed[:at] + draw(st.binary(max_size=4)) + packed[at + draw(st.integers(0, 9)) :]
    if kind == "encoding":
        return data.decode().encode(draw(st.sampled_from(["utf-16", "utf-8-sig", "utf-16-le"])))
    table = [*csv.reader(io.StringIO(data.decode(), newline=""))][:12]
    if kind == "rows":
        picks = draw(st.lists(st.integers(0, len(table) - 1), max_size=15))
        table = [table[0], *(table[at] for at in picks)]
    elif kind == "columns":
        width = len(table[0])
        picks = draw(st.lists(st.integers(0, width - 1), min_size=1, max_size=width))
        keep = draw(st.booleans())
        order = [*range(width), *picks] if keep else picks
        table = [[row[at] for at in order if at < len(row)] for row in table]
    else:
        row = draw(st.integers(0, len(table) - 1))
        at = draw(st.integers(0, len(table[row]) - 1))
        table[row][at] = draw(
            st.one_of(
                st.text(max_size=20),
                st.sampled_from(["=1", "-1", "1e99", "0001-01-01", "x" * 140_000, '"', "\n", "\0"]),
            )
        )
    file = io.StringIO()
    csv.writer(file, delimiter=draw(st.sampled_from(",;\t"))).writerows(table)
    return file.getvalue().encode("utf-8", "surrogatepass")


@given(damaged(SHOPIFY))
@settings(max_examples=100)
@example(SHOPIFY + SHOPIFY)
def test_damaged_shopify_export_is_read_or_refused(data: bytes) -> None:
    """A damaged Shopify export gives a history that balances, or an error of ours."""
    survives(data, currency="USD")


@given(damaged(LINES))
@settings(max_examples=60)
@example(gzip.compress(LINES, mtime=0)[:2000])
def test_damaged_order_lines_are_read_or_refused(data: bytes) -> None:
    """Damaged order lines give a history that balances, or an error of ours."""
    survives(data, **ONLINE_RETAIL)


@given(st.integers(0, len(CDNOW)), st.binary(max_size=8))
@settings(max_examples=40)
def test_damaged_table_of_blanks_is_read_or_refused(at: int, junk: bytes) -> None:
    """A damaged table whose cells are parted by blanks does so too."""
    survives(CDNOW[:at] + junk + CDNOW[at:], columns=CDNOW_COLUMNS, currency="USD")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Bytes that are no table at all are refused by an error of ours."""
    survives(data, columns={"customer": "a", "placed_at": "b", "amount": "c"}, currency="USD")
