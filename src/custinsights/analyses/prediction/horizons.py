"""How far ahead? A duration as a number of a model's units."""

from __future__ import annotations

import math
import re
from typing import Any

from custinsights.analyses.prediction.purchases import DAYS
from custinsights.domain.fields import as_number
from custinsights.errors import InvalidValue

_LETTERS = {"d": DAYS["day"], "w": DAYS["week"], "m": DAYS["month"], "y": DAYS["year"]}
_DURATION = re.compile(r"(\d+)([dwmy])")


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
        number = as_number(horizon)
        time = math.nan if number is None else float(number)
    if not 0 < time < math.inf:
        allowed = f"a duration such as '90d', '13w', '6m', '1y', or a number of {unit}s above 0"
        raise InvalidValue("the horizon is no time ahead", horizon, allowed)
    return time
