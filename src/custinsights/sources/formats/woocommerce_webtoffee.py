"""What WebToffee's plug-in Order Export & Order Import writes: a row for each order.

Its lines lie packed in the cells of the columns line_item_1, line_item_2 and so on, its refunds and
coupons in one cell each. Older files have no refunded_total, so that the refunds are in their list
alone. The discount stands in three columns, which say the same. The instant is order_date, in the
shop's zone; paid_date is another one. An order's customer is 0 where a guest ordered. Where nothing
tells what was given back for the order, its lines do.

With its items in rows of their own, the file has an order's fields in each of them.
"""

from __future__ import annotations

import re

import attrs

from custinsights.sources.formats.declaration import OrderFormat, Packed
from custinsights.sources.formats.woocommerce_states import REFUNDED, STATES

_COUPON = re.compile(r"(?:^|;)code:([^|;]*)")

_LINE = OrderFormat(
    name="line_item",
    columns={
        "product_name": "name",
        "product_id": "product_id",
        "product": "sku",
        "quantity": "quantity",
        "line_amount": "total",
        "line_goods": "sub_total",
        "refunded": "refunded",
    },
    layout="lines",
    decimal=".",
    fallbacks={"product": "product_id"},
)
_REFUND = OrderFormat(
    name="refund",
    columns={"amount": "amount", "refunded_at": "date"},
    decimal=".",
)

WOOCOMMERCE_WEBTOFFEE = OrderFormat(
    name="woocommerce_webtoffee",
    columns={
        "order_id": ("order_number", "order_id"),
        "order_status": "status",
        "placed_at": "order_date",
        "customer_id": ("customer_id", "customer_user"),
        "email": ("customer_email", "billing_email"),
        "billing_email": "billing_email",
        "phone": "billing_phone",
        "currency": "order_currency",
        "amount": "order_total",
        "refunded": "refunded_total",
        "goods": "order_subtotal",
        "discount": ("discount_total", "cart_discount", "order_discount"),
        "shipping": "shipping_total",
        "tax": "tax_total",
        "refund_items": "refund_items",
        "coupon": "coupon_items",
        "payment_method": ("payment_method_title", "payment_method"),
        "country": "shipping_country",
        "region": "shipping_state",
        "city": "shipping_city",
        "billing_country": "billing_country",
        "billing_region": "billing_state",
        "billing_city": "billing_city",
    },
    recognised_by=frozenset({"order_number", "order_date", "order_total", "order_currency"}),
    required=("order_id", "placed_at", "amount", "currency", "order_status"),
    statuses=STATES,
    refunded_statuses=REFUNDED,
    decimal=".",
    source="woocommerce",
    kinds={"line_item": "code", "refund_items": "code"},
    column_patterns={"line_item_*": "line_item"},
    lines=Packed(field="line_item", rows=_LINE),
    refunds=Packed(field="refund_items", rows=_REFUND, separator=";"),
    converters={"coupon": lambda text: ", ".join(_COUPON.findall(text))},
    fallbacks={"email": "billing_email"},
    address_prefixes=("", "billing_"),
    personal={
        "first_name": "billing_first_name",
        "last_name": "billing_last_name",
        "street": "shipping_address_1",
        "street_2": "shipping_address_2",
        "postal_code": "shipping_postcode",
        "billing_street": "billing_address_1",
        "billing_street_2": "billing_address_2",
        "billing_postal_code": "billing_postcode",
    },
)

WOOCOMMERCE_WEBTOFFEE_ITEMS = attrs.evolve(
    WOOCOMMERCE_WEBTOFFEE,
    name="woocommerce_webtoffee_items",
    columns={
        **WOOCOMMERCE_WEBTOFFEE.columns,
        "product_name": "item_name",
        "product_id": "item_product_id",
        "product": "item_sku",
        "quantity": "item_quantity",
        "line_amount": "item_total",
        "line_goods": "item_subtotal",
    },
    recognised_by=WOOCOMMERCE_WEBTOFFEE.recognised_by | {"item_name", "item_total"},
    layout="lines",
    column_patterns={},
    lines=None,
    fallbacks={**WOOCOMMERCE_WEBTOFFEE.fallbacks, "product": "product_id"},
)
