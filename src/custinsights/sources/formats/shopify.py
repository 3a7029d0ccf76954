"""The orders export of Shopify: a row for each line; the first line of an order has its fields.

Total is not lowered by refunds, which stand in Refunded Amount. Taxes are inside the prices or on
top of them, so that the total is taken as it stands. A tip is a line without a SKU.
"""

from __future__ import annotations

from custinsights.history.columnar.columns import BoolArray
from custinsights.sources.formats.declaration import OrderFormat, Rows


def _is_tip(rows: Rows) -> BoolArray:
    is_tip = rows.texts("product_name").where(lambda name: name.casefold() == "tip")
    return is_tip & rows.texts("product").is_blank


SHOPIFY = OrderFormat(
    name="shopify",
    columns={
        "order_id": "Name",
        "email": "Email",
        "phone": "Phone",
        "billing_phone": "Billing Phone",
        "order_status": "Financial Status",
        "placed_at": "Created at",
        "cancelled_at": ("Cancelled at", "Canceled at"),
        "currency": "Currency",
        "amount": "Total",
        "refunded": "Refunded Amount",
        "discount": "Discount Amount",
        "shipping": "Shipping",
        "tax": "Taxes",
        "quantity": "Lineitem quantity",
        "product": "Lineitem sku",
        "product_name": "Lineitem name",
        "unit_price": "Lineitem price",
        "line_discount": "Lineitem discount",
        "coupon": "Discount Code",
        "payment_method": "Payment Method",
        "channel": "Source",
        "country": "Shipping Country",
        "region": ("Shipping Province Name", "Shipping Province"),
        "city": "Shipping City",
        "billing_country": "Billing Country",
        "billing_region": ("Billing Province Name", "Billing Province"),
        "billing_city": "Billing City",
    },
    recognised_by=frozenset({"Name", "Financial Status", "Lineitem name", "Total", "Created at"}),
    required=("order_id", "placed_at", "amount", "currency"),
    layout="first_line",
    statuses={
        "paid": "paid",
        "partially_paid": "paid",
        "partially_refunded": "paid",
        "refunded": "paid",
        "pending": "pending",
        "authorized": "pending",
        "voided": "voided",
        "expired": "voided",
        "": "paid",
    },
    refunded_statuses=frozenset({"refunded"}),
    decimal=".",
    source="shopify",
    tip_rows=_is_tip,
    fallbacks={"phone": "billing_phone"},
    address_prefixes=("", "billing_"),
    personal={
        "name": "Billing Name",
        "shipping_name": "Shipping Name",
        "street": ("Shipping Street", "Shipping Address1"),
        "postal_code": "Shipping Zip",
        "billing_street": ("Billing Street", "Billing Address1"),
        "billing_postal_code": "Billing Zip",
        "shipped_at": "Fulfilled at",
    },
)
