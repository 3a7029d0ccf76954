"""The states of an order, the same words for every source.

Sources map their own states onto these: whether an order counts as a purchase is decided by the
`PurchasePolicy`, what was given back by the refunds, what was sent by the fulfilment.
"""

from datetime import datetime

import attrs
from attrs.validators import optional

from custinsights.domain.fields import aware, named
from custinsights.errors import InvalidValue

__all__ = ["FULFILMENT_STATUSES", "NEVER_COUNTED", "ORDER_STATUSES", "Fulfilment"]

ORDER_STATUSES = ("paid", "pending", "failed", "voided", "cancelled")
NEVER_COUNTED = frozenset({"failed", "voided", "cancelled"})
FULFILMENT_STATUSES = ("unfulfilled", "partial", "fulfilled")


def _status_of_times(fulfilment: "Fulfilment") -> str:
    sent = fulfilment.shipped_at is not None or fulfilment.delivered_at is not None
    return "fulfilled" if sent else "unfulfilled"


@attrs.frozen(kw_only=True)
class Fulfilment:
    """How far an order has got on its way to the customer.

    Parameters
    ----------
    shipped_at, delivered_at : aware datetime, optional
        When it was sent and when it arrived.
    status : {"unfulfilled", "partial", "fulfilled"}, optional
        Without it, an order that was shipped or delivered is fulfilled and another is not.

    Raises
    ------
    InvalidValue
        If it was delivered before it was shipped, or is unfulfilled and yet shipped.
    NaiveTime
        If a time has no zone.
    UnknownName
        If there is no such status.
    """

    shipped_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    delivered_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    status: str = attrs.field(
        default=attrs.Factory(_status_of_times, takes_self=True),
        validator=named("fulfilment status", FULFILMENT_STATUSES),
    )

    def __attrs_post_init__(self) -> None:
        times = (self.shipped_at, self.delivered_at)
        if times[0] is not None and times[1] is not None and times[1] < times[0]:
            what = "the order was delivered before it was shipped"
            raise InvalidValue(what, times, "a delivered_at that is not before shipped_at")
        if self.status == "unfulfilled" and _status_of_times(self) != "unfulfilled":
            what = "the order is unfulfilled and yet has a time of shipping or delivery"
            raise InvalidValue(what, self.status, "'partial' or 'fulfilled'")
