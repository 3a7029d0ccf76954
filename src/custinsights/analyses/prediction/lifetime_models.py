"""What is a customer going to bring? Orders to expect × their value, discounted."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.prediction.counting import CountingModel
from custinsights.analyses.prediction.fitted import with_remarks
from custinsights.analyses.prediction.gamma_gamma import GammaGamma
from custinsights.analyses.prediction.horizons import as_float, continuous, in_unit
from custinsights.analyses.prediction.patterns import Purchases
from custinsights.analyses.prediction.purchases import DAYS
from custinsights.analyses.prediction.uncertainty import Draws, check_draws
from custinsights.domain.fields import as_number, refuse_other
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import FloatArray
from custinsights.results.customer_table import CustomerTable
from custinsights.results.table import Column

_NAME = "customer_lifetime_value"
_MOST_MONTHS = 12_000


def _own(given: Any) -> Any:
    """Return a number as Python's own, and all else as it is."""
    number = as_number(given)
    return given if number is None else number


@attrs.frozen
class Worth:
    """How far ahead value counts, and how much of it.

    Parameters
    ----------
    horizon
        A duration such as ``"1y"``, or a number of the model's units; None is for ever.
    discount_rate
        By year: 0.1 is 10 %.
    margin
        Which part of the value stays with the shop, from 0 to 1.
    """

    horizon: Any = attrs.field(default="1y", converter=_own)
    discount_rate: float = attrs.field(default=0.0, converter=_own)
    margin: float = attrs.field(default=1.0, converter=_own)

    def __attrs_post_init__(self) -> None:
        limits = {"discount rate": (self.discount_rate, np.inf), "margin": (self.margin, 1.0)}
        for what, (rate, most) in limits.items():
            if not 0 <= as_float(rate) <= most:
                allowed = "a number from 0" + (" to 1" if most == 1 else " on")
                raise InvalidValue(f"the {what} is out of range", rate, allowed)
        if self.horizon is not None:
            in_unit(self.horizon, "day")
        else:
            continuous(self.discount_rate, "day")

    def of(self, orders: CountingModel, values: GammaGamma, seen: Purchases) -> FloatArray:
        """Return what customers are expected to bring."""
        distinct, rows = seen.distinct()
        return self.of_orders(orders, distinct).take(rows) * values.worth(seen)

    def of_orders(self, orders: CountingModel, seen: Purchases) -> FloatArray:
        """Return the orders to expect of customers, each counted as what stays of its value."""
        if self.horizon is None:
            rate = continuous(self.discount_rate, orders.unit)
            return self.margin * orders.residual(seen, rate)
        time = in_unit(self.horizon, orders.unit)
        step = DAYS["month"] / DAYS[orders.unit]
        if self.discount_rate and time > _MOST_MONTHS * step:
            what, allowed = "the horizon has too many months", f"{_MOST_MONTHS:,} months at most"
            raise InvalidValue(what, self.horizon, allowed, "None is for ever")
        ends = np.minimum(np.arange(1, int(np.ceil(time / step - 1e-9)) + 1) * step, time)
        if not self.discount_rate:
            ends = ends[-1:]
        total, before = np.zeros(len(seen.x)), np.zeros(len(seen.x))
        for end in ends.tolist():
            until = orders.orders_while_alive(seen, end)
            years = end * DAYS[orders.unit] / DAYS["year"]
            total += (until - before) / (1 + self.discount_rate) ** years
            before = until
        return self.margin * orders.alive(seen) * total


def customer_lifetime_value(
    orders: CountingModel,
    values: GammaGamma,
    summary: CustomerTable | None = None,
    *,
    horizon: Any = "1y",
    discount_rate: float = 0.0,
    margin: float = 1.0,
    draws: Draws | None = None,
) -> CustomerTable:
    """Return what each customer is expected to bring within a horizon, in major units.

    The sum over months of (orders to expect in the month) × (value to expect of an order) × margin,
    discounted from the end of each month: ÷ (1 + rate)^(years until then). A month has 30.4375
    days; the last one ends with the horizon. What the customer has brought so far is no part of it:
    that is the metric of the same name, ``measure(history, "customer_lifetime_value")``.

    Without a horizon it is the residual lifetime value, of all orders that ever come, each
    discounted from when it comes (`CountingModel.discounted_orders`).

    Parameters
    ----------
    orders, values
        Models fitted to the same customers.
    summary
        The purchases of the customers; default: those that `orders` was fitted to.
    horizon
        A duration such as ``"1y"``, or a number of the model's units; None is for ever, and takes a
        discount rate.
    discount_rate
        By year: 0.1 is 10 %.
    margin
        Which part of the value stays with the shop, from 0 to 1.
    draws
        Adds the columns ``low`` and ``high``: bounds as unsure as the parameters of both models
        are.

    Raises
    ------
    NoModel
        A model has not converged.
    Incompatible
        The purchases are in another currency than the values.
    """
    refuse_other(CountingModel, "the model of orders", orders)
    refuse_other(GammaGamma, "the model of values", values)
    check_draws(draws)
    worth = Worth(horizon, discount_rate, margin)
    table = values.asked(orders.asked(summary))
    values.purchases_of(table)
    seen = orders.purchases_of(table)
    told = {_NAME: worth.of(orders, values, seen)}
    if draws is not None:
        dice = draws.generator
        pairs = zip(draws.of(orders, dice), draws.of(values, dice), strict=True)
        told |= draws.bounds([partial(worth.of, *pair) for pair in pairs], seen)
    said = [one.remarks(are_drawn=draws is not None) for one in (orders, values)]
    return attrs.evolve(
        table,
        provenance=with_remarks(table.provenance, chain.from_iterable(said)),
        columns={name: Column(name, "number", of, unit=values.unit) for name, of in told.items()},
        title="value to expect of each customer",
    )
