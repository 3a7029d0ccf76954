"""The export of Magento's order grid: a row for each order, amounts in the shop's currency."""

import time

import attrs

from custinsights.sources.formats import Decimals, OrderFormat, Rows


def _iso(text: str) -> str:
    """Return Mar 8, 2024 14:05:00 PM as 2024-03-08 14:05:00, and any other text as it is."""
    for written in ("%b %d, %Y %I:%M:%S %p", "%b %d, %Y %H:%M:%S %p"):
        try:
            return time.strftime("%Y-%m-%d %H:%M:%S", time.strptime(text, written))
        except ValueError:
            continue
    return text


def _amount(rows: Rows) -> Decimals:
    """Return what was paid; no number where that was in a currency which the file does not name."""
    paid, base = rows.decimals("paid"), rows.decimals("base")
    return attrs.evolve(paid, wrong=paid.wrong | (paid.minus(base).digits != 0))


MAGENTO = OrderFormat(
    name="magento",
    columns={"order_id": "ID", "email": "Customer Email", "placed_at": "Purchase Date",
             "paid": "Grand Total (Purchased)", "base": "Grand Total (Base)",
             "refunded": "Total Refunded", "order_status": "Status",
             "payment_method": "Payment Method", "customer_group": "Customer Group"},
    recognised_by={"Purchase Point", "Purchase Date", "Grand Total (Purchased)"},
    required=("order_id", "placed_at", "order_status", "paid", "base"),
    statuses={"Processing": "paid", "Complete": "paid", "Closed": "paid", "Pending": "pending",
              "Pending Payment": "pending", "On Hold": "pending", "Canceled": "cancelled"},
    refunded_statuses={"Closed"},
    converters={"placed_at": _iso},
    kinds={"paid": "money", "base": "money"}, computed={"amount": _amount},
)  # fmt: skip
