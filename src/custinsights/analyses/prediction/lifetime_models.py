"""What is a customer going to bring? Orders to expect × their value, discounted."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from custinsights.analyses.prediction.counting import CountingModel
from custinsights.analyses.prediction.gamma_gamma import GammaGamma
from custinsights.analyses.prediction.horizons import in_unit
from custinsights.analyses.prediction.patterns import Purchases
from custinsights.analyses.prediction.purchases import DAYS
from custinsights.errors import InvalidValue
from custinsights.results.customer_table import CustomerTable
from custinsights.results.table import Column

_STEP = DAYS["month"]


def customer_lifetime_value(
    orders: CountingModel,
    values: GammaGamma,
    summary: CustomerTable,
    *,
    horizon: Any = "1y",
    discount_rate: float = 0.0,
    margin: float = 1.0,
) -> CustomerTable:
    """Return what each customer is expected to bring within a horizon, in major units.

    The sum over months of (orders to expect in the month) × (value to expect of an order) × margin,
    discounted from the end of each month: ÷ (1 + rate)^(years until then).

    Parameters
    ----------
    orders, values
        Models fitted to the same customers.
    summary
        The purchases of the customers.
    horizon
        A duration such as ``"1y"``, or a number of the model's units.
    discount_rate
        By year: 0.1 is 10 %.
    margin
        Which part of the value stays with the shop, from 0 to 1.
    """
    for what, rate, most in (("discount rate", discount_rate, np.inf), ("margin", margin, 1.0)):
        if not 0 <= rate <= most:
            allowed = "a number from 0" + (" to 1" if most == 1 else " on")
            raise InvalidValue(f"the {what} is out of range", rate, allowed)
    time = in_unit(horizon, orders.unit)
    step = _STEP / DAYS[orders.unit]
    ends = np.minimum(np.arange(1, int(np.ceil(time / step - 1e-9)) + 1) * step, time)
    alive = orders.probability_alive(summary)["probability_alive"]
    seen = Purchases.of(summary)
    total, before = np.zeros(len(alive)), np.zeros(len(alive))
    for end in ends.tolist():
        until = orders.orders_while_alive(seen, end)
        years = end * DAYS[orders.unit] / DAYS["year"]
        total += (until - before) / (1 + discount_rate) ** years
        before = until
    value = values.expected_value(summary)["expected_value"]
    column = Column(
        "customer_lifetime_value", "number", margin * alive * total * value, unit=values.currency
    )
    return attrs.evolve(
        summary,
        columns={"customer_lifetime_value": column},
        title="value to expect of each customer",
    )
