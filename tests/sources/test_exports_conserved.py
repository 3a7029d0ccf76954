"""Exports of Etsy, Gumroad and Square however they are: nothing is lost, nothing counts twice."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custinsights.sources import read_orders
from tests.sources.exports import DATA
from tests.sources.reading import named
from tests.sources.test_mutations import damaged, money_of, survives, written

PLACES: dict[str, dict[str, Any]] = {
    "etsy_sold_orders.csv": {"timezone": "America/New_York"},
    "etsy_sold_order_items.csv": {"timezone": "America/New_York"},
    "gumroad_sales.csv": {},
    "square_items_detail.csv": {"currency": "USD", "timezone": "America/New_York"},
}


@pytest.mark.parametrize("name", PLACES)
@given(data=st.data())
@settings(max_examples=60)
def test_damaged_export_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """A damaged export gives a history that balances, or an error of ours."""
    survives(data.draw(damaged((DATA / name).read_bytes())), **PLACES[name])


CENTS = {"10.00": 1000, "0": 0, "2.5": 250, "-1.00": -100, "x": None, "": None}
MONEY = st.sampled_from([*CENTS])
DAYS = st.sampled_from(["07/16/22", "02/29/24", "2/30/24", "", "01/01/70", "2024-03-01"])
ORDERS = st.tuples(
    st.sampled_from(["1", "2", "3", ""]),
    DAYS,
    st.sampled_from(["ada", "bo", ""]),
    st.sampled_from(["USD", "EUR"]),
    *(st.sampled_from(["10.00", "2.5", "x", ""]) for _ in range(3)),
)
ORDER_HEADER = (
    *("Order ID", "Sale Date", "Buyer User ID", "Currency", "Order Value"),
    *("Discount Amount", "Shipping"),
)
ITEM_HEADER = (
    *("Order ID", "Sale Date", "Transaction ID", "Buyer", "Currency", "Item Name", "Quantity"),
    *("Item Total", "Discount Amount", "Order Shipping"),
)
ITEMS = st.tuples(
    *(st.sampled_from(["1", "2", "4", ""]), DAYS, st.sampled_from(["t1", "t2", "t3", ""])),
    *(st.sampled_from(["ada", ""]), st.just("USD"), st.sampled_from(["cup", ""])),
    *(st.sampled_from(["1", "-1", "z"]), MONEY, st.just("0"), st.just("1.00")),
)
PAYMENTS = st.tuples(
    *(st.sampled_from(["1", "2", "4", ""]), st.sampled_from(["p1", "p2", ""])), MONEY, MONEY
)
PAYMENT_HEADER = ("Order ID", "Payment ID", "Gross Amount", "Refund Amount")


@given(
    orders=st.lists(st.lists(ORDERS, max_size=5), min_size=1, max_size=2),
    items=st.lists(st.lists(ITEMS, max_size=5), max_size=2),
    payments=st.lists(st.lists(PAYMENTS, max_size=5), max_size=2),
    turned=st.booleans(),
)
@settings(max_examples=200)
@example(
    orders=[[("1", "07/16/22", "ada", "USD", "10.00", "", "")]],
    items=[[("1", "", "t1", "", "USD", "cup", "1", "10.00", "0", "1.00")]],
    payments=[[("1", "p1", "10.00", "2.5")], [("1", "p1", "10.00", "2.5")]],
    turned=True,
)
def test_rows_and_money_of_etsys_exports_are_conserved(
    orders: list[list[tuple[str, ...]]],
    items: list[list[tuple[str, ...]]],
    payments: list[list[tuple[str, ...]]],
    *,
    turned: bool,
) -> None:
    """Each row of each file is used, left out or bad; the money is that of the orders' rows."""
    files = [written(ORDER_HEADER, rows) for rows in orders]
    files += [written(ITEM_HEADER, rows) for rows in items]
    files += [written(PAYMENT_HEADER, rows) for rows in payments]
    history = read_orders(
        [named(data, f"{at}.csv") for at, data in enumerate(files[::-1] if turned else files)],
        timezone="America/New_York",
        currency="USD",
        errors="report",
    )
    report = history.load_report
    assert report.balances
    told = [row for part in (*orders, *items, *payments) for row in part]
    assert report.rows_read == len([row for row in told if any(row)])
    expected: Counter[str] = Counter()
    for *_, currency, goods, discount, shipping in (row for rows in orders for row in rows):
        if goods and "x" not in (goods, discount, shipping):  # an amount that can be read
            value, off, sent = (CENTS[cell] or 0 for cell in (goods, discount, shipping))
            expected[currency] += value - off + sent
    assert money_of(history) == Counter({name: cents for name, cents in expected.items() if cents})
    seen = set(history.order_ids.tolist() if history.order_ids is not None else [])
    assert seen <= {1, 2, 3}
    assert history.refunds.amount.sum() <= history.amount.sum()


SQUARE_HEADER = (
    *("Date", "Time", "Time Zone", "Item", "Qty", "Net Sales", "Tax"),
    *("Transaction ID", "Event Type", "Customer ID"),
)
SQUARE = st.tuples(
    *(st.sampled_from(["2026-07-18", "2026-11-01", "7/18/2026", "soon", ""]),),
    *(st.sampled_from(["01:30:00", "1:30 PM", ""]),),
    *(st.sampled_from(["Eastern Time (US & Canada)", "Hawaii", "Nowhere", ""]),),
    *(st.sampled_from(["cup", ""]), st.sampled_from(["1.0", "-1.0", "y"])),
    *(st.sampled_from(["$10.00", "-$1.00", "$1,250.00", "($2.00)", "x"]),),
    *(st.sampled_from(["$0.62", "-$0.62", ""]), st.sampled_from(["T1", "T2", ""])),
    *(st.sampled_from(["Payment", "Refund"]), st.sampled_from(["ada", ""])),
)
DOLLARS = {
    "$10.00": 1000,
    "-$1.00": -100,
    "$1,250.00": 125000,
    "($2.00)": -200,
    "x": 0,
    "$0.62": 62,
    "-$0.62": -62,
    "": 0,
}


@given(st.lists(SQUARE, max_size=7))
@settings(max_examples=200)
def test_rows_and_money_of_squares_items_are_conserved(rows: list[tuple[str, ...]]) -> None:
    """Each row is used, left out or bad, and its net sales and tax are with it."""
    history = read_orders(
        named(written(SQUARE_HEADER, rows)),
        currency="USD",
        timezone="America/New_York",
        errors="report",
    )
    assert history.load_report.balances
    assert history.load_report.rows_read == len(rows)
    expected = 0
    for row in rows:
        cents = DOLLARS[row[5]] + DOLLARS[row[6]]
        expected += -abs(cents) if row[8] == "Refund" else cents
    assert money_of(history) == Counter({"USD": expected} if expected else {})
