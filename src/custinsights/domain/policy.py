"""Which orders count as purchases."""

from collections.abc import Iterable

import attrs

from custinsights.domain.fields import flag, named
from custinsights.domain.statuses import NEVER_COUNTED, ORDER_STATUSES
from custinsights.errors import InvalidValue, UnknownName

__all__ = ["PurchasePolicy"]


def _statuses(values: Iterable[str]) -> frozenset[str]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        advice = f"Write {{{values!r}}}"
        raise InvalidValue("counted_statuses is a single value", values, "a set of names", advice)
    return frozenset(values)


@attrs.frozen
class PurchasePolicy:
    """Which orders count as purchases, and on which day a refund falls.

    A policy belongs to a history and is recorded in every result. Failed, voided and cancelled
    orders never count. A refund is never a purchase, whatever the policy.

    Parameters
    ----------
    counted_statuses : set of str, default {"paid"}
        The order statuses that count: ``"paid"``, ``"pending"`` or both, which is for shops that
        are paid on delivery.
    zero_amount_counts : bool, default True
        Whether orders of amount zero count, such as replacements and gifts.
    refund_date : {"order", "refund"}, default "order"
        Whether a refund that names its order falls on the order's day or on its own.

    Raises
    ------
    InvalidValue
        If a status that can never count is to count, or none at all.
    UnknownName
        If there is no such status or refund date.

    Examples
    --------
    >>> PurchasePolicy(counted_statuses={"paid", "pending"}).counts_status("pending")
    True
    """

    counted_statuses: frozenset[str] = attrs.field(
        default=frozenset({"paid"}),
        converter=_statuses,
        repr=lambda names: f"{{{', '.join(map(repr, sorted(names)))}}}",
    )
    zero_amount_counts: bool = attrs.field(default=True, validator=flag)
    refund_date: str = attrs.field(
        default="order", validator=named("refund date", ("order", "refund"))
    )

    @counted_statuses.validator
    def _can_count(self, _field: object, names: frozenset[str]) -> None:
        allowed = "'paid', 'pending' or both"
        if not names:
            raise InvalidValue("counted_statuses is empty, so nothing would count", (), allowed)
        for name in sorted(names, key=str):
            if name not in ORDER_STATUSES:
                raise UnknownName("order status", name, ORDER_STATUSES)
            if name in NEVER_COUNTED:
                raise InvalidValue(f"an order that is {name} is never a purchase", name, allowed)

    def counts_status(self, status: str) -> bool:
        """Whether orders of a status count as purchases.

        Raises
        ------
        UnknownName
            If there is no such status: a source must map its own words onto the known ones.
        """
        if not isinstance(status, str) or status not in ORDER_STATUSES:
            advice = "Map the words of your source onto these"
            raise UnknownName("order status", status, ORDER_STATUSES, advice)
        return status in self.counted_statuses
