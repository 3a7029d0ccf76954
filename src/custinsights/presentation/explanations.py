"""How does an explanation read? What was found, as a sentence."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from custinsights.presentation.cells import of_unit

if TYPE_CHECKING:
    from custinsights.results.explanation import Explanation, Told


def sentence(explained: Explanation) -> str:
    """Return what was found for a clause: ``order_count is 2 orders``."""
    if explained.parts:
        right = sum(part.verdict is True for part in explained.parts)
        if len(explained.parts) > 1:
            return f"{right} of {len(explained.parts)} hold"
        return sentence(explained.parts[0])
    verb = "finds" if "(" in explained.subject else "is"
    name = explained.subject.partition("(")[0]
    if explained.value is None:
        return f"{name} is not known"
    return f"{name} {verb} {value_in_words(explained.value, explained.unit)}"


def value_in_words(value: Told, unit: str) -> str:
    """Return a value with its unit."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | date) or value is None:
        return str(value)
    shown = of_unit(float(value), unit)
    if value == 1 and unit.endswith("s"):
        unit = unit.removesuffix("s")
    return shown if unit == "share" else f"{shown} {unit}".rstrip()
