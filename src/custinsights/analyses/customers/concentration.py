"""How much of the revenue hangs on the best customers?"""

from __future__ import annotations

import attrs

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.customers.traits import Traits
from custinsights.domain.fields import refuse_other
from custinsights.history.facts import Facts
from custinsights.history.kernels.distribution import Distribution
from custinsights.history.orders import When
from custinsights.results.concentration import Concentration
from custinsights.results.customer_table import CustomerTable

COUNT, SPENT = "order_count", "total_spent"


@attrs.frozen
class Concentrating(Analysis[CustomerTable, Concentration]):
    """The analysis behind `concentration`; its state is a `CustomerTable` of what each spent."""

    as_of: When | None = None

    def summarise(self, history: Facts) -> CustomerTable:
        """Return orders and total spent of the people of a history or part."""
        return Traits((COUNT, SPENT), as_of=self.as_of).summarise(history)

    def finish(self, state: CustomerTable) -> Concentration:
        """Return the concentration of a merged table."""
        refuse_other(CustomerTable, "the state to finish", state)
        spent = state.column(SPENT)
        of_customers = spent.values[state.column(COUNT).values > 0]
        left_out = of_customers[of_customers <= 0]
        found = Distribution.of(of_customers[of_customers > 0])
        return Concentration(
            values=found.values,
            counts=found.counts,
            excluded=len(left_out),
            balance=int(left_out.sum()),
            exponent=spent.exponent,
            provenance=state.provenance,
        )


def concentration(history: Facts, *, as_of: When | None = None) -> Concentration:
    """Tell how much the best customers bring: top shares, Gini coefficient, Lorenz curve.

    Parameters
    ----------
    history
        An order history. Customers whose total spent is zero or less are left out, counted and
        summed.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    Concentration
        ``.top_share(0.2)``, ``.gini``, ``.lorenz``, ``.excluded``.

    Notes
    -----
    Cost: one pass over the orders and one sort of the distinct totals.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "cy"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     amount=[10, 30, 0],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> found = concentration(history)
    >>> found.top_share(0.75), found.gini, found.excluded
    (0.875, 0.25, 1)
    """
    return Concentrating(as_of)(history)
