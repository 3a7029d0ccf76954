"""What do models need to know of a customer? How often, how late and how long they were watched."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.customers.traits import Traits
from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.declaring.tally import MONEY
from custinsights.domain.fields import named
from custinsights.history.columnar.columns import FloatArray, IntArray
from custinsights.history.facts import Facts
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.customer_table import CustomerTable

DAYS: dict[str, float] = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
"""How many days the units of time have."""


def repeat_orders(history: CountedHistory) -> IntArray:
    """int64[k], days with an order after the first one; meaningless without an order."""
    day = history.day.astype(np.int64)
    begins = np.ones(len(day), dtype=np.int64)
    begins[1:] = day[1:] != day[:-1]
    begins[history.offsets.take(history.buyers)] = 1
    days: IntArray = history.sum_per_customer(begins)
    repeats: IntArray = np.maximum(days - 1, 0)
    return repeats


def mean_repeat_value(history: CountedHistory) -> FloatArray:
    """float64[k], minor units; NaN without a repeat order."""
    first = np.repeat(history.first_day, history.order_count)
    later = np.where(history.day.astype(np.int64) > first, history.net_amount, 0)
    repeats = repeat_orders(history)
    spent = history.sum_per_customer(later).astype(np.float64)
    mean: FloatArray = np.divide(
        spent, repeats, out=np.full(len(repeats), np.nan), where=repeats > 0
    )
    return mean


@attrs.frozen
class Span:
    """How much time lies between two days of a customer, in a unit."""

    days: float
    to_end: bool

    def __call__(self, history: CountedHistory) -> FloatArray:
        """Return float64[k]; NaN without an order."""
        last = history.last_day
        if self.to_end:  # as_of may lie within a day of orders
            last = np.maximum(history.as_of_day - 1, last)
        spans = (last - history.first_day) / self.days
        return np.where(history.order_count > 0, spans, np.nan)


def summary_traits(unit: str) -> tuple[Trait, ...]:
    """Return the traits of a purchase summary in a unit of time."""
    days = DAYS[unit]
    return (
        Trait(
            "repeat_orders",
            repeat_orders,
            "count",
            "orders",
            "Days with an order after the day of the first one (x).",
        ),
        Trait(
            f"{unit}s_from_first_to_last",
            Span(days, to_end=False),
            "number",
            f"{unit}s",
            "From the day of the first order to that of the last one (t_x).",
        ),
        Trait(
            f"{unit}s_observed",
            Span(days, to_end=True),
            "number",
            f"{unit}s",
            "From the day of the first order to the last day before as_of, or with an order (T).",
        ),
        Trait(
            "mean_repeat_value",
            mean_repeat_value,
            "number",
            MONEY,
            "Mean over the days after the first of their orders less the linked refunds (m).",
        ),
    )


@attrs.frozen
class PurchaseSummary(Analysis[CustomerTable, CustomerTable]):
    """The analysis behind `purchase_summary`; its state is the table itself."""

    as_of: When | None = None
    unit: str = attrs.field(default="week", validator=named("unit of time", tuple(DAYS)))

    def summarise(self, history: Facts) -> CustomerTable:
        """Return the table of a history or of a part of one."""
        table = Traits(summary_traits(self.unit), as_of=self.as_of)(history)
        observed = table.column(f"{self.unit}s_observed").values
        customers = table.take(np.flatnonzero(~np.isnan(observed)))
        return attrs.evolve(customers, title="purchases of each customer")

    def finish(self, state: CustomerTable) -> CustomerTable:
        """Return the merged table."""
        return state


def purchase_summary(
    history: Facts, *, as_of: When | None = None, unit: str = "week"
) -> CustomerTable:
    """Return what models of repeat buying need to know of each customer.

    Orders of one local day are one. ``repeat_orders`` (x) are the days with an order after the
    first; ``weeks_from_first_to_last`` (t_x) and ``weeks_observed`` (T) are local days ÷ 7, the
    latter up to the last day before `as_of`, or to a later one with an order where `as_of` lies
    within a day; ``mean_repeat_value`` (m) is the mean value, less
    linked refunds, of the days after the first.

    Parameters
    ----------
    history
        An order history, or a part of one: tables of disjoint customers merge with ``+``.
    as_of
        Limits the facts, exclusive; default: the end of the observation. The calibration of a paper
        that ends on 1997-09-30 is ``as_of="1997-10-01"``.
    unit
        ``"day"``, ``"week"``, ``"month"`` or ``"year"``: in what times are counted, and by which
        name the columns go.

    Returns
    -------
    CustomerTable
        A row for each customer with a counted order.
    """
    return PurchaseSummary(as_of, unit)(history)
