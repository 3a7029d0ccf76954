"""The exports of an Etsy shop: sold orders, sold order items, and payments.

The orders tell what was paid to the shop, the items what was in it, and the payments what was given
back. Read in one call they are one history.

Dates are days such as 07/16/22, without a zone. What was paid to the shop is the order value less
the discount plus shipping; the order total holds taxes that Etsy collects and hands on. The orders
show a part that was given back by their adjusted amounts, of which 0.00 means no adjustment: that
all of it was given back, only the payments tell.

References
----------
Etsy help, "How Are Sales & Credits in My Payment Account Calculated?", for the gross amount, which
is without the taxes that Etsy collects, and the adjusted gross amount.
"""

from __future__ import annotations

import re

import numpy as np

from custinsights.history.columnar.amounts import Decimals
from custinsights.sources.formats.declaration import OrderFormat, Rows
from custinsights.sources.texts.cells import Numbers
from custinsights.sources.texts.columns import Texts

_DATES = r"\d\d/\d\d/\d\d"
_ADJUSTMENT = ("net", "fees", "adjusted_net", "adjusted_fees")
_BUYER = re.compile(r"(?:.*\()?(\w+)\)?", re.ASCII | re.DOTALL)


def _amount(rows: Rows) -> Numbers:
    """What was paid to the shop."""
    goods = rows.decimals("goods").minus(rows.decimals("discount"))
    return _where_told(rows, "goods", goods.plus(rows.decimals("shipping")))


def _refunded(rows: Rows) -> Numbers:
    """What an adjustment took from what was paid; without one there is none.

    Without one of its columns nothing of it is known.
    """
    paid = rows.decimals("net").plus(rows.decimals("fees"))
    left = rows.decimals("adjusted_net").plus(rows.decimals("adjusted_fees"))
    back = paid.minus(left)
    is_adjusted = (rows.decimals("adjusted_net").digits != 0) & (back.digits > 0)
    is_adjusted &= all(map(rows.has, _ADJUSTMENT))
    digits = np.where(is_adjusted, back.digits, 0)
    return _where_told(rows, "goods", Decimals(digits, back.places, back.wrong))


def _where_told(rows: Rows, field: str, numbers: Decimals) -> Numbers:
    return Numbers(numbers, rows.is_blank(field), numbers.wrong)


def _coupons(rows: Rows) -> Texts:
    """The coupons of an order; each item of it repeats them."""
    return rows.texts("codes").mapped(lambda text: ";".join(dict.fromkeys(text.split(";"))))


def _buyer(rows: Rows) -> Texts:
    """The buyer's user name, which stands alone or behind the full name; a name alone is nobody."""

    def user(text: str) -> str:
        found = _BUYER.fullmatch(text)
        return found[1] if found and text.casefold() != "guest" else ""

    return rows.texts("buyer").mapped(user)


ETSY_ORDERS = OrderFormat(
    name="etsy_orders",
    family="etsy",
    columns={
        "order_id": "Order ID",
        "customer_id": "Buyer User ID",
        "placed_at": "Sale Date",
        "currency": "Currency",
        "goods": "Order Value",
        "discount": "Discount Amount",
        "shipping": ("Shipping", "Delivery"),
        "fees": "Card Processing Fees",
        "net": "Order Net",
        "adjusted_fees": "Adjusted Card Processing Fees",
        "adjusted_net": "Adjusted Net Order Amount",
        "units": "Number of Items",
        "order_status": "Status",
        "codes": "Coupon Code",
        "payment_method": "Payment Method",
        "sale_type": "Order Type",
        "country": ("Ship Country", "Delivery Country"),
        "region": ("Ship State", "Delivery State"),
        "city": ("Ship City", "Delivery City"),
    },
    recognised_by=frozenset({"Sale Date", "Order ID", "Order Value"}),
    required=("order_id", "placed_at", "currency", "goods", "discount", "shipping"),
    statuses={
        "": "paid",
        "paid": "paid",
        "completed": "paid",
        "partially_refunded": "paid",
        "fully_refunded": "paid",
        "payment_processing": "pending",
        "canceled": "cancelled",
    },
    refunded_statuses=frozenset({"fully_refunded"}),
    dayfirst=False,
    date_pattern=_DATES,
    decimal=".",
    source="etsy",
    kinds={
        "fees": "money",
        "net": "money",
        "adjusted_fees": "money",
        "adjusted_net": "money",
        "codes": "code",
    },
    computed={"amount": _amount, "refunded": _refunded, "coupon": _coupons},
    told_by={"refund_amounts": _ADJUSTMENT},
    personal={
        "name": "Full Name",
        "street": "Street 1",
        "street_2": "Street 2",
        "postal_code": ("Ship Zipcode", "Delivery Zipcode"),
        "shipped_at": ("Date Shipped", "Date Posted"),
    },
)

ETSY_ITEMS = OrderFormat(
    name="etsy_items",
    family="etsy",
    columns={
        "order_id": "Order ID",
        "line_id": "Transaction ID",
        "buyer": "Buyer",
        "placed_at": "Sale Date",
        "currency": "Currency",
        "product": "Listing ID",
        "product_name": "Item Name",
        "quantity": "Quantity",
        "line_amount": "Item Total",
        "discount": "Discount Amount",
        "shipping": ("Order Shipping", "Order Delivery"),
        "codes": "Coupon Code",
        "sale_type": "Order Type",
        "country": ("Ship Country", "Delivery Country"),
        "region": ("Ship State", "Delivery State"),
        "city": ("Ship City", "Delivery City"),
    },
    recognised_by=frozenset({"Sale Date", "Order ID", "Item Name", "Item Total"}),
    required=("order_id", "placed_at", "currency", "line_amount", "discount", "shipping"),
    layout="lines",
    dayfirst=False,
    date_pattern=_DATES,
    decimal=".",
    source="etsy",
    kinds={"buyer": "code", "codes": "code"},
    computed={"customer_id": _buyer, "coupon": _coupons},
    summed=frozenset({"discount"}),
    adds=("order_id", "line_id", "product", "product_name", "quantity", "line_amount"),
    personal={
        "name": "Ship Name",
        "street": "Ship Address1",
        "street_2": "Ship Address2",
        "postal_code": ("Ship Zipcode", "Delivery Zipcode"),
    },
)

ETSY_PAYMENTS = OrderFormat(
    name="etsy_payments",
    family="etsy",
    columns={
        "order_id": "Order ID",
        "line_id": "Payment ID",
        "payment_gross": "Gross Amount",
        "payment_refunded": "Refund Amount",
    },
    recognised_by=frozenset({"Payment ID", "Order ID", "Gross Amount"}),
    required=("order_id", "payment_gross", "payment_refunded"),
    layout="beside",
    decimal=".",
    summed=frozenset({"payment_gross", "payment_refunded"}),
    adds=("order_id", "line_id", "payment_gross", "payment_refunded"),
)
