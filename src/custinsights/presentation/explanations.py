"""How does an explanation read? What was found, as a sentence."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from custinsights.presentation.cells import of_unit

if TYPE_CHECKING:
    from custinsights.results.explanation import Explanation, Told

_CALL = re.compile(r"(?!attribute\()(?P<name>\w+)\([^()]*\)")


def sentence(explained: Explanation) -> str:
    """Return what was found for a clause: ``order_count is 2 orders``."""
    if explained.parts:
        right = sum(part.verdict is True for part in explained.parts)
        if len(explained.parts) > 1:
            return f"{right} of {len(explained.parts)} hold"
        return sentence(explained.parts[0])
    called = _CALL.fullmatch(explained.subject)
    name, verb = (called["name"], "finds") if called else (explained.subject, "is")
    if explained.value is None:
        return f"{name} is not known"
    given = explained.threshold
    beside = given if isinstance(given, tuple) else (given,)
    since = f" since {explained.since}" if explained.since else ""
    return f"{name} {verb} {value_in_words(explained.value, explained.unit, beside)}{since}"


def value_in_words(value: Told, unit: str, beside: tuple[Told, ...] = ()) -> str:
    """Return a value with its unit, in so many digits that it is not shown as another."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | date) or value is None:
        return str(value)
    numbers = [float(one) for one in beside if isinstance(one, Decimal | int | float)]
    shown = of_unit(float(value), unit, numbers)
    if value == 1 and unit.endswith("s"):
        unit = unit.removesuffix("s")
    return shown if unit == "share" else f"{shown} {unit}".rstrip()
