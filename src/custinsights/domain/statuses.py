"""The states of an order, the same words for every source.

Sources map their own states onto these: whether an order counts as a purchase is decided by the
`PurchasePolicy`, what was given back by the refunds, what was sent by the fulfilment.
"""

__all__ = ["FULFILMENT_STATUSES", "NEVER_COUNTED", "ORDER_STATUSES"]

ORDER_STATUSES = ("paid", "pending", "failed", "voided", "cancelled")
NEVER_COUNTED = frozenset({"failed", "voided", "cancelled"})
FULFILMENT_STATUSES = ("unfulfilled", "partial", "fulfilled")
