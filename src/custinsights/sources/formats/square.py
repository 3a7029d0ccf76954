"""The items export of Square: a row for each item of a transaction, sold or given back.

Each row names its time zone as Ruby on Rails does. Net sales are after discounts and without tax,
which the shop collects itself; rows of refunds are negative and name the transaction.
"""

from __future__ import annotations

from custinsights.sources.formats.declaration import OrderFormat, Rows
from custinsights.sources.texts.columns import Texts


def _time(rows: Rows) -> Texts:
    days, clocks = rows.texts("date").array(), rows.texts("time").array()
    return Texts.of(f"{day} {clock}".strip() for day, clock in zip(days, clocks, strict=True))


def _category(rows: Rows) -> Texts:
    """The category; the word None is written for items without one."""
    return rows.texts("category_name").mapped(lambda text: "" if text == "None" else text)


SQUARE_ITEMS = OrderFormat(
    name="square_items",
    columns={
        "order_id": "Transaction ID",
        "customer_id": "Customer ID",
        "date": "Date",
        "time": "Time",
        "time_zone": "Time Zone",
        "event": "Event Type",
        "product": "SKU",
        "product_name": "Item",
        "category_name": "Category",
        "quantity": "Qty",
        "line_goods": "Gross Sales",
        "line_amount": "Net Sales",
        "tax": "Tax",
        "channel": "Channel",
        "location": "Location",
    },
    recognised_by=frozenset({"Date", "Time", "Time Zone", "Transaction ID", "Net Sales"}),
    required=("order_id", "date", "time", "time_zone", "event", "line_amount", "tax"),
    layout="lines",
    decimal=".",
    source="square",
    kinds={"date": "code", "time": "code", "event": "code", "category_name": "code"},
    computed={"placed_at": _time, "category": _category},
    summed=frozenset({"tax"}),
    words={"event": {"payment", "refund"}},
    personal={"name": "Customer Name"},
    refund_rows=lambda rows: rows.texts("event").where(lambda text: text.casefold() == "refund"),
)
