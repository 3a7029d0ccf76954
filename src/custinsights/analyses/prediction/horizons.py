"""How far ahead? A duration as a number of a model's units, or for ever, discounted."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from custinsights.analyses.prediction.nodes import gauss_legendre
from custinsights.analyses.prediction.purchases import DAYS
from custinsights.domain.fields import as_number
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import FloatArray

_LETTERS = {"d": DAYS["day"], "w": DAYS["week"], "m": DAYS["month"], "y": DAYS["year"]}
_NODES, _GATHERED = 60, 4
_DURATION = re.compile(r"(\d{1,9})([dwmy])")


def as_float(given: Any) -> float:
    """Return a number as a float: NaN for what is none, or too large for one."""
    number = as_number(given)
    return math.nan if number is None or abs(number) > sys.float_info.max else float(number)


def in_unit(horizon: Any, unit: str) -> float:
    """Return a duration such as ``"13w"``, or a number of units, in units.

    Raises
    ------
    InvalidValue
        It is none, or not above zero.
    """
    if isinstance(horizon, str):
        found = _DURATION.fullmatch(horizon.strip())
        time = int(found[1]) * _LETTERS[found[2]] / DAYS[unit] if found else math.nan
    else:
        time = as_float(horizon)
    if not 0 < time < math.inf:
        allowed = f"a duration such as '90d', '13w', '6m', '1y', or a number of {unit}s above 0"
        raise InvalidValue("the horizon is no time ahead", horizon, allowed)
    return time


def for_ever(orders: Callable[[FloatArray | float], FloatArray], rate: float) -> FloatArray:
    """Return the orders that ever come, each discounted from when it comes: ∫ e^(−δt) dE(t).

    By parts that is the mean of E(t) over times t that are exponential with the rate δ; over their
    quantiles, t = −ln(u) ÷ δ, by quadrature whose nodes gather where t is large.

    Parameters
    ----------
    orders
        E: from a time to the orders to expect within it.
    rate
        δ, the continuous discount rate in the unit of time.
    """
    nodes, weights = gauss_legendre(_NODES)
    slopes = weights * _GATHERED * nodes ** (_GATHERED - 1)
    times = -_GATHERED * np.log(nodes) / rate
    total: FloatArray = np.asarray(0.0)
    for time, slope in zip(times.tolist(), slopes.tolist(), strict=True):
        total = total + slope * orders(time)
    return total


def continuous(discount_rate: Any, unit: str) -> float:
    """Return a discount rate by year as a continuous one in a unit of time."""
    rate = as_float(discount_rate)
    if not 0 < rate < math.inf:
        what = "orders that ever come are counted discounted"
        raise InvalidValue(what, discount_rate, "a discount rate by year above 0, such as 0.1")
    return math.log1p(rate) * DAYS[unit] / DAYS["year"]
