"""What one shop adds to custinsights: a metric, and the format of its till."""

import custinsights as ci
from custinsights.sources.formats import OrderFormat

with_coupon = ci.orders.where(lambda orders: orders.has("coupon"))
coupon_share = (with_coupon / ci.orders).named(
    "coupon_share", unit="share", proportion=True, definition="Orders with a coupon ÷ orders."
)

TILL = OrderFormat(
    name="my_till",
    columns={
        "order_id": "order",
        "customer_id": "buyer",
        "placed_at": "when",
        "amount": "total",
        "order_status": "state",
        "coupon": "voucher",
    },
    statuses={"paid": "paid", "pending": "pending"},
    currency="EUR",
)
