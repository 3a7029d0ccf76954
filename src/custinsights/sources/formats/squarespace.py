"""The orders export of Squarespace: a row for each line; the first line of an order has its fields.

Total is not lowered by refunds, which stand in Amount Refunded. The first line alone has an e-mail,
a date and a currency; the others only the order's id and what is bought.
"""

from __future__ import annotations

from custinsights.sources.formats.declaration import OrderFormat

SQUARESPACE = OrderFormat(
    name="squarespace",
    columns={
        "order_id": "Order ID",
        "email": "Email",
        "phone": "Billing Phone",
        "order_status": "Financial Status",
        "placed_at": "Created at",
        "cancelled_at": ("Cancelled at", "Canceled at"),
        "currency": "Currency",
        "amount": "Total",
        "refunded": "Amount Refunded",
        "discount": "Discount Amount",
        "shipping": "Shipping",
        "tax": "Taxes",
        "quantity": "Lineitem quantity",
        "product": "Lineitem sku",
        "product_name": "Lineitem name",
        "unit_price": "Lineitem price",
        "coupon": "Discount Code",
        "payment_method": "Payment Method",
        "country": "Shipping Country",
        "region": "Shipping Province",
        "city": "Shipping City",
        "billing_country": "Billing Country",
        "billing_region": "Billing Province",
        "billing_city": "Billing City",
    },
    recognised_by=frozenset({"Order ID", "Financial Status", "Lineitem name"}),
    required=("order_id", "placed_at", "amount", "currency", "order_status"),
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
    },
    refunded_statuses=frozenset({"refunded"}),
    decimal=".",
    source="squarespace",
    address_prefixes=("", "billing_"),
    personal={
        "name": "Billing Name",
        "shipping_name": "Shipping Name",
        "street": "Shipping Address1",
        "street_2": "Shipping Address2",
        "postal_code": "Shipping Zip",
        "billing_street": "Billing Address1",
        "billing_street_2": "Billing Address2",
        "billing_postal_code": "Billing Zip",
        "shipped_at": "Fulfilled at",
    },
)
