"""Who orders more often than so many times a year?"""

from __future__ import annotations

import attrs

from custinsights.analyses.builtin.customer_traits import YEAR, orders_last_year
from custinsights.analyses.declaring.declarations import Metric
from custinsights.analyses.declaring.tally import Sum, Tally
from custinsights.domain.fields import whole_number
from custinsights.history.columnar.columns import BoolArray
from custinsights.history.views.counted import CountedHistory

MANY_ORDERS = 15
"""More orders a year than this make a frequent customer, if not told otherwise."""


@attrs.frozen
class MoreOrders:
    """Which people placed more orders in a year than a number."""

    number: int

    def __call__(self, history: CountedHistory) -> BoolArray:
        """Return bool[k]."""
        return orders_last_year(history) > self.number


def frequent_customers(orders: int = MANY_ORDERS, *, name: str = "frequent_customers") -> Metric:
    """Return the number of customers with more orders than so many in a year.

    Judged at the end of every period, over the 365 days before it (stock). The trait
    ``orders_last_year`` tells who they are.

    Parameters
    ----------
    orders
        A customer with exactly as many is not counted.
    name
        What to call it in a catalog.
    """
    orders = whole_number("the number of orders a year is wrong", orders, 0)
    definition = f"Customers with more than {orders} orders in the {YEAR} days before the period's"
    tally = Tally(
        name=f"customers_above_{orders}_orders",
        facts="customers",
        of=MoreOrders(orders),
        unit="customers",
        definition=f"{definition} end.",
    )
    return Metric(
        name=name, numerator=Sum(((1, tally),)), unit=tally.unit, definition=tally.definition
    )
