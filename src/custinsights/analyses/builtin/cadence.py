"""Who has been silent for longer than is usual for them?"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.builtin.customer_traits import days_since_last_order, median_gap_days
from custinsights.analyses.declaring.declarations import Trait
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import BoolArray, FloatArray
from custinsights.history.views.counted import CountedHistory

USUAL_TIMES = 2.0
"""Silent for longer than so many of one's own median gaps is out of the ordinary."""


def times(value: Any) -> float:
    """Return how many median gaps of silence are too many."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    number = float(value) if is_number else math.nan
    if not 0 < number < math.inf:
        raise InvalidValue("the number of median gaps is wrong", value, "a number above 0")
    return number


def silence_in_gaps(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN with fewer than two orders, or where half of the gaps are of no day."""
    usual = median_gap_days(history)
    silent = days_since_last_order(history)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(usual > 0, silent / usual, np.nan)


@attrs.frozen
class IsOverdue:
    """Which people have been silent for longer than so many of their own median gaps."""

    k: float = attrs.field(default=USUAL_TIMES, converter=times)

    def __call__(self, history: CountedHistory) -> BoolArray:
        """Return a truth value per person."""
        usual = median_gap_days(history)
        with np.errstate(invalid="ignore"):
            return (usual > 0) & (days_since_last_order(history) > self.k * usual)


TRAITS = (
    Trait(
        "silence_in_gaps",
        silence_in_gaps,
        "number",
        "",
        "Days since the last order ÷ the customer's own median gap.",
    ),
    Trait(
        "is_overdue",
        IsOverdue(),
        "flag",
        "",
        "Whether the customer has been silent for longer than twice their own median gap.",
    ),
)
