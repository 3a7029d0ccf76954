"""The sales export of Gumroad: a row for each purchase of a product, and one of totals at the end.

All amounts are in US dollars, all times of UTC. The sale price holds taxes, shipping and the tip;
what is left is the product's. Trials and pre-orders are authorised, not paid. A refund has no date
of its own; a dispute that was not won is a full one; a blank flag is not set. Behind the system's
columns there is one for each question that a seller asks at the checkout, under whatever name.

References
----------
The exporter itself: antiwork/gumroad, app/services/exports/purchase_export_service.rb, and
app/models/concerns/purchase/accounting.rb for the subtotal.
"""

from __future__ import annotations

import numpy as np

from custinsights.history.columnar.amounts import Decimals
from custinsights.history.columnar.columns import BoolArray
from custinsights.sources.formats.declaration import OrderFormat, Rows
from custinsights.sources.texts.columns import Texts

_YES = frozenset({"1", "1.0", "true", "yes"})
_NO = frozenset({"0", "0.0", "false", "no", ""})
_FLAGS = (
    *("is_refunded", "is_fully_refunded", "is_disputed", "is_dispute_won"),
    *("is_trial", "is_preorder"),
)


def _is_set(rows: Rows, flag: str) -> BoolArray:
    return rows.texts(flag).where(lambda text: text.casefold() in _YES)


def _goods(rows: Rows) -> Decimals:
    """What the product itself came to."""
    goods = rows.decimals("amount")
    for part in ("tax", "shipping", "tip"):
        goods = goods.minus(rows.decimals(part))
    return goods


def _refunded(rows: Rows) -> Decimals:
    """All of it, or the part that is told; where a column of it is missing, what is certain."""
    part, whole = rows.decimals("partial_refund"), rows.decimals("amount")
    is_full = _is_set(rows, "is_fully_refunded")
    if rows.has("is_dispute_won"):
        is_full |= _is_set(rows, "is_disputed") & ~_is_set(rows, "is_dispute_won")
    if rows.has("partial_refund"):
        is_full |= _is_set(rows, "is_refunded") & (part.digits == 0)
    return Decimals(
        np.where(is_full, whole.digits, part.digits),
        np.where(is_full, whole.places, part.places),
        whole.wrong | part.wrong,
    )


def _status(rows: Rows) -> Texts:
    """What kind of row it is: nothing is paid for a trial or a pre-order until it is a sale."""
    codes = np.where(_is_set(rows, "is_preorder"), 2, 0)
    codes = np.where(_is_set(rows, "is_trial"), 1, codes).astype(np.int32)
    return Texts(codes, ["paid", "free trial", "pre-order"])


GUMROAD = OrderFormat(
    name="gumroad",
    columns={
        "order_id": "Purchase ID",
        "product": "Product ID",
        "product_name": "Item Name",
        "quantity": "Quantity",
        "email": "Purchase Email",
        "buyer_email": "Buyer Email",
        "placed_at": ("Purchase Time (UTC timezone)", "Purchase Date"),
        "amount": "Sale Price ($)",
        "tax": "Taxes ($)",
        "shipping": "Shipping ($)",
        "tip": "Tip ($)",
        "is_refunded": "Refunded?",
        "partial_refund": "Partial Refund ($)",
        "is_fully_refunded": "Fully Refunded?",
        "is_disputed": "Disputed?",
        "is_dispute_won": "Dispute Won?",
        "is_trial": "Free trial purchase?",
        "is_preorder": "Pre-order authorization?",
        "country": "Country",
        "region": "State",
        "city": "City",
        "coupon": "Discount Code",
        "payment_method": "Payment Type",
        "referrer": "Referrer",
        "utm_source": "UTM Source",
        "utm_medium": "UTM Medium",
        "campaign": "UTM Campaign",
    },
    recognised_by=frozenset({"Purchase ID", "Purchase Email", "Sale Price ($)"}),
    required=("order_id", "placed_at", "amount"),
    statuses={"paid": "paid", "free_trial": "voided", "pre-order": "voided"},
    decimal=".",
    timezone="UTC",
    currency="USD",
    source="gumroad",
    kinds={
        "buyer_email": "identity",
        "partial_refund": "money",
        **dict.fromkeys(_FLAGS, "code"),
    },
    words=dict.fromkeys(_FLAGS, _YES | _NO),
    computed={"line_amount": _goods, "refunded": _refunded, "order_status": _status},
    told_by={
        "refund_amounts": ("is_refunded", "partial_refund", "is_fully_refunded"),
        "disputes": ("is_disputed", "is_dispute_won"),
        "order_states": ("is_trial", "is_preorder"),
    },
    skip_rows=lambda rows: rows.texts("order_id").where(lambda text: text == "Totals"),
    fallbacks={"email": "buyer_email"},
    repeats_headers=True,
    personal={"name": "Buyer Name", "street": "Street Address", "postal_code": "Zip Code"},
)
