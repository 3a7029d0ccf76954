"""What can be told as a distribution? Whole numbers by name, one per fact or per customer."""

from __future__ import annotations

from typing import Any

from custinsights.analyses.declaring.tally import MONEY, Tally

# Named functions, not lambdas: results that hold them can be pickled and sent to another process.


def _days(gaps: Any) -> Any:
    return gaps.days


def _net_amount(orders: Any) -> Any:
    return orders.view.net_amount


def _days_since(history: Any) -> Any:
    return history.as_of_day - history.last_day


GAP_DAYS = Tally(
    "gap_days",
    "gaps",
    of=_days,
    unit="days",
    definition="Days between two consecutive orders of a customer, in the cell of the later one.",
)
ORDER_VALUE = Tally(
    "order_value",
    "orders",
    of=_net_amount,
    unit=MONEY,
    definition="Amount of a counted order less its refunds.",
)
DAYS_SINCE_LAST_ORDER = Tally(
    "days_since_last_order",
    "customers",
    of=_days_since,
    unit="days",
    definition="Days from a customer's last order to the end of the cell's period.",
)
VALUES = {tally.name: tally for tally in (GAP_DAYS, ORDER_VALUE, DAYS_SINCE_LAST_ORDER)}
"""The whole numbers that have names of their own; traits and tallies add theirs."""
