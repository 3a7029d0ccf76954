"""Payments of an Etsy shop, which tell what was given back of its orders."""

from typing import Any

import pytest

from custinsights.errors import BadRowsError, InvalidValue, MissingColumn
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_orders
from tests.sources.exports import (
    backwards,
    european,
    facts,
    refunds_of,
    table,
    with_cells,
    without,
    written,
)
from tests.sources.exports import read as read_export
from tests.sources.reading import amounts, left_out

HEADER = [
    *("Payment ID", "Buyer Username", "Buyer Name", "Order ID", "Gross Amount", "Fees"),
    *("Net Amount", "Posted Gross", "Posted Fees", "Posted Net", "Adjusted Gross"),
    *("Adjusted Fees", "Adjusted Net", "Currency", "Listing Amount", "Listing Currency"),
    *("Exchange Rate", "VAT Amount", "Gift Card Applied?", "Status", "Funds Available"),
    *("Order Date", "Buyer", "Order Type", "Payment Type", "Refund Amount"),
]
ORDERS = table("etsy_sold_orders.csv")
ADA, BO, ADA_LAST = 2536857072, 2536790000, 2536780000  # 22.97, 77.35, 40.90
ITEMS = table("etsy_sold_order_items.csv")


def payment(number: int, order: int, gross: str, refund: str, currency: str = "USD") -> list[str]:
    """Return a row of the payments."""
    told = {
        "Payment ID": str(number),
        "Order ID": str(order),
        "Gross Amount": gross,
        "Refund Amount": refund,
        "Currency": currency,
        "Status": "SETTLED",
        "Order Date": "07/16/2022",
    }
    return [told.get(name, "") for name in HEADER]


FULL = payment(1, ADA, "22.97", "22.97")
PAYMENTS = [
    HEADER,
    FULL,
    payment(2, BO, "77.35", "73.49"),
    payment(3, ADA_LAST, "40.90", "0"),
    payment(4, 2536795942, "27.70", "0.00"),
]


def read(*files: list[list[str]], **options: Any) -> OrderHistory:
    """Read several exports in one call."""
    return read_orders([written(rows) for rows in files], timezone="America/New_York", **options)


def given_back(*payments: list[str]) -> dict[object, int]:
    """Return what was given back of each order."""
    return {order: amount for order, amount, _ in refunds_of(read(ORDERS, [HEADER, *payments]))}


def test_payments_tell_full_refunds() -> None:
    """A full refund is in the payments only; read beside the orders it is that order's."""
    at = "2022-07-16 04:00"  # the order's day: the payments do not date refunds
    assert refunds_of(read(ORDERS)) == [(BO, 7349, "2022-07-14 04:00")]
    history = read(ORDERS, PAYMENTS)
    assert refunds_of(history) == [(BO, 7349, "2022-07-14 04:00"), (ADA, 2297, at)]
    assert amounts(history) == amounts(read(ORDERS))
    assert left_out(history) == [("identity", "", 2)]
    assert history.load_report.rows_read == 8
    assert history.load_report.balances
    assert history.rows is not None
    assert history.rows.tolist() == [2, 2, 2]


def test_order_of_files_and_columns_does_not_matter() -> None:
    """Payments come to their orders in whatever order files and columns are, and re-saved."""
    whole = facts(read(ORDERS, PAYMENTS))
    assert facts(read(PAYMENTS, ORDERS)) == whole
    assert facts(read(backwards(PAYMENTS), backwards(ORDERS))) == whole
    few = set(HEADER) - {"Payment ID", "Order ID", "Gross Amount", "Refund Amount"}
    assert facts(read(without(PAYMENTS, few), ORDERS)) == whole
    semicolons = european(PAYMENTS, ["Gross Amount", "Refund Amount"])
    both = [written(ORDERS), semicolons]
    assert facts(read_orders(both, timezone="America/New_York")) == whole


def test_payments_count_before_adjusted_amounts_once() -> None:
    """Where both tell a refund it is one refund, the payments'; where they tell none, the other."""
    assert given_back(payment(2, BO, "77.35", "10.00")) == {BO: 1000}
    assert given_back(payment(2, BO, "77.35", "0.00")) == {BO: 7349}
    assert given_back(payment(2, BO, "77.35", "")) == {BO: 7349}


def test_what_is_not_the_shops_is_not_given_back_by_it() -> None:
    """A payment may hold a tax, or be in another currency: the same part of the order is meant."""
    assert given_back(payment(1, ADA, "25.09", "25.09"))[ADA] == 2297
    assert given_back(payment(1, ADA, "22.97", "25.09"))[ADA] == 2297
    assert given_back(payment(1, ADA, "45.94", "10.00", "EUR"))[ADA] == 500
    assert given_back(payment(1, ADA, "3.00", "1.00"))[ADA] == 766  # 7.65666


def test_payments_of_one_order_add_up() -> None:
    """An order may be paid in parts; the part that was given back is that of all of them."""
    parts = [payment(1, ADA, "20.00", "0"), payment(9, ADA, "2.97", "2.97")]
    assert given_back(*parts)[ADA] == 297


def test_payment_that_is_there_twice_is_one() -> None:
    """Payments have ids: the same again counts once, in a file and across files."""
    half = payment(1, ADA, "22.97", "10.00")
    assert given_back(half, half)[ADA] == 1000
    history = read(ORDERS, [HEADER, half], [HEADER, FULL])  # of two dates: the later wins
    assert (ADA, 2297, "2022-07-16 04:00") in refunds_of(history)
    assert ("duplicate", "updated", 1) in left_out(history)
    again = read(ORDERS, [HEADER, half, HEADER, FULL])  # put into one file, it is the same
    assert refunds_of(again) == refunds_of(history)


def test_refund_without_its_order_is_left_out_and_counted() -> None:
    """A payment for an order that no file tells lowers nothing, and the load report counts it."""
    history = read(ORDERS, [HEADER, payment(7, 99, "5.00", "5.00")])
    assert refunds_of(history) == refunds_of(read(ORDERS))
    assert ("no_order", "etsy_payments", 1) in left_out(history)
    assert "about orders that no file tells (etsy_payments): 1 row" in str(history.load_report)
    assert dict(history.load_report.notes)["refunds_without_their_order"] == 1
    assert history.observed_from == read(ORDERS).observed_from


def test_all_three_exports_are_one_history() -> None:
    """Orders, items and payments in one call: amounts, lines and refunds."""
    items = with_cells(ITEMS[:2], 1, Order_ID=str(ADA))
    history = read(ORDERS, items, PAYMENTS)
    assert amounts(history) == amounts(read(ORDERS))
    assert (ADA, 2297, "2022-07-16 04:00") in refunds_of(history)
    assert history.lines is not None
    assert history.lines.amount.tolist() == [450]


def test_orders_whose_format_is_told_have_payments_too() -> None:
    """Where the orders' format is told, since a header is renamed, payments are still known."""
    renamed = [[cell.replace("Order Value", "Valeur") for cell in ORDERS[0]], *ORDERS[1:]]
    told = {"format": "etsy_orders", "columns": {"goods": "Valeur"}}
    assert facts(read(renamed, PAYMENTS, **told)) == facts(read(ORDERS, PAYMENTS))


def test_payments_without_orders_are_refused() -> None:
    """Payments hold no orders, and items none to which they could be joined: the error says so."""
    with pytest.raises(
        InvalidValue, match=r"not the orders themselves: 'etsy_payments' .*one call"
    ):
        read(PAYMENTS)
    with pytest.raises(InvalidValue, match="'etsy_items', 'etsy_payments'"):
        read(ITEMS, PAYMENTS)


def test_payments_without_refunds_are_refused() -> None:
    """Older exports lack the refunds, for which alone they are read."""
    with pytest.raises(MissingColumn, match="looked for 'Refund Amount'"):
        read(ORDERS, without(PAYMENTS, {"Refund Amount"}))


def test_bad_payment_costs_its_order() -> None:
    """Where it cannot be read what was given back, the order's revenue is not known."""
    rows = with_cells(PAYMENTS, 1, Refund_Amount="?")
    with pytest.raises(BadRowsError, match="unreadable number: 1 row"):
        read(ORDERS, rows)
    history = read(ORDERS, rows, errors="report")
    assert ADA not in amounts(history)
    assert history.load_report.balances
    negative = with_cells(PAYMENTS, 1, Refund_Amount="-1.00")
    with pytest.raises(BadRowsError, match="negative amount: 1 row"):
        read(ORDERS, negative)


def test_refunds_may_all_be_written_with_a_minus() -> None:
    """Where every refund is below 0, its size is what was given back."""
    minus = [HEADER, payment(1, ADA, "22.97", "-22.97"), payment(2, BO, "77.35", "-73.49")]
    assert refunds_of(read(ORDERS, minus)) == refunds_of(read(ORDERS, PAYMENTS))


def test_orders_alone_stay_what_they_are() -> None:
    """Read by themselves, the orders are the same as beside files that tell nothing of them."""
    assert facts(read(ORDERS, [HEADER])) == facts(read_export(ORDERS, timezone="America/New_York"))


def test_more_than_was_paid_is_noted() -> None:
    """A refund beyond its payment gives back the order, and is noted as it is elsewhere."""
    history = read(ORDERS, [HEADER, payment(1, ADA, "22.97", "9999")])
    assert (ADA, 2297) in [(order, back) for order, back, _ in refunds_of(history)]
    assert dict(history.load_report.notes)["over_refunded_orders"] == 1
    exact = read(ORDERS, [HEADER, FULL])
    assert "over_refunded_orders" not in dict(exact.load_report.notes)
