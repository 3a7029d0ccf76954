"""What is a customer worth at the age of 30 days, of 90, of 360?"""

from __future__ import annotations

from collections.abc import Sequence

from custinsights.analyses.builtin.exact_ages import lifetime_value_at
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.grouping import By
from custinsights.analyses.measuring.measure import Measure
from custinsights.domain.fields import as_tuple
from custinsights.history.facts import Facts
from custinsights.history.orders import When
from custinsights.results.cube import Cube

AGES = (0, 30, 60, 90, 180, 360)
"""The ages in days for which none are named."""


def lifetime_value(
    history: Facts,
    ages: Sequence[int] = AGES,
    *,
    by: By | Sequence[By] = (),
    gross: bool = False,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Cube:
    """Return the lifetime value of customers at exact ages: LTV(d).

    The mean over the customers whose first counted order lies more than d days before `as_of` of
    what they paid up to d days after it, less what went back to them by then. Days are local dates:
    at age 0 lie the first order, what else was ordered later on its day, and refunds from its
    instant to the end of that day. What lies before that instant, also on the day itself, is in no
    age: orders that were refunded in full, and refunds that name no order.

    Parameters
    ----------
    history
        An order history.
    ages
        Days since the first counted order; the day itself is 0.
    by
        Labels of customers: ``"cohort_month"``, ``"customer_country"``, ``"first_channel"``,
        ``"first_product"`` (each customer in every product of the first order), ...
    gross
        Whether refunds are left aside.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    Cube
        A column ``lifetime_value_30`` for each age, float64 in major units, NaN where no customer
        is old enough; ``cube.denominator("lifetime_value_30")`` tells how many are. An older age
        rests on fewer, earlier customers: compare ages inside a cohort.

    Notes
    -----
    Cost: a pass over orders and refunds for every age.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-01-20"],
    ...     amount=[10, 5, 7],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> value = lifetime_value(history, (0, 15), as_of="2024-01-22")
    >>> value["lifetime_value_0"].tolist(), value["lifetime_value_15"].tolist()
    ([7.5], [11.0])
    """
    metrics = [lifetime_value_at(age, gross=gross) for age in as_tuple(ages)]
    return Measure(tuple(metrics), by=by, as_of=as_of, catalog=catalog)(history)
