"""Which returning customers have been silent for longer than is usual for them? A list."""

from __future__ import annotations

from decimal import Decimal

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.cadence import USUAL_TIMES, IsOverdue, times
from custinsights.analyses.catalog import DEFAULT
from custinsights.analyses.customers.traits import Traits
from custinsights.analyses.declaring.declarations import Trait
from custinsights.history.facts import Facts, check_history, check_orders
from custinsights.history.orders import When
from custinsights.results.customer_table import CustomerTable

_FLAG = "is_overdue"
_TOLD = (
    *("order_count", "last_order_at", "days_since_last_order", "median_gap_days"),
    *("silence_in_gaps", "total_spent"),
)


@attrs.frozen
class Overdue(Analysis[CustomerTable, CustomerTable]):
    """The analysis behind `overdue`; its state is the `CustomerTable` itself."""

    k: float = attrs.field(default=USUAL_TIMES, converter=times)
    as_of: When | None = None

    def summarise(self, history: Facts) -> CustomerTable:
        """Return the overdue customers of a history or of a part of one."""
        check_history(history)
        check_orders(history, "telling who is overdue")
        definition = f"Silent for longer than {self.k} times the customer's own median gap."
        flag = Trait(_FLAG, IsOverdue(self.k), "flag", "", definition)
        table = Traits((*_TOLD, flag), as_of=self.as_of, catalog=DEFAULT).summarise(history)
        chosen = table.take(np.flatnonzero(table.column(_FLAG).values))
        columns = {name: column for name, column in chosen.columns.items() if name != _FLAG}
        title = f"customers silent for longer than {self.k} times their own median gap"
        return attrs.evolve(chosen, columns=columns, title=title)

    def finish(self, state: CustomerTable) -> CustomerTable:
        """Return the merged table."""
        return Traits().finish(state)


def overdue(
    history: Facts, *, k: float | Decimal = USUAL_TIMES, as_of: When | None = None
) -> CustomerTable:
    """List the customers who have been silent for longer than is usual for them.

    Parameters
    ----------
    history
        An order history.
    k
        A customer is overdue when the days since the last order exceed `k` times the median of
        the customer's own gaps between orders. With one order there is no gap, and with a median
        of 0 days nothing is usual: neither is ever overdue.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    CustomerTable
        One row per overdue customer, in the order of the ids: how long (`days_since_last_order`,
        `silence_in_gaps`) and what is usual (`median_gap_days`).

    Raises
    ------
    InvalidValue
        If `k` is no number above 0.
    MissingData
        If the history tells of activities only.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "ada", "bo", "bo"],
    ...     placed_at=["2024-01-01", "2024-01-08", "2024-01-01", "2024-02-01"],
    ...     amount=[10, 5, 7, 7],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ...     observed_until="2024-02-10",
    ... )
    >>> row = overdue(history).row("ada")
    >>> row["days_since_last_order"], row["median_gap_days"]
    (33.0, 7.0)
    """
    return Overdue(k, as_of)(history)
