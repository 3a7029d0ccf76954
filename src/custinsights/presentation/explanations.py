"""How does an explanation read? What was found, as a sentence."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from custinsights.presentation.cells import of_unit

if TYPE_CHECKING:
    from custinsights.results.explanation import Explanation, Told
    from custinsights.results.recommendations import Match

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


_WORTH_TELLING = 0.5  # what does not round to nothing
_BASIS = {
    "deeds": "",
    "interests": " They did nothing yet: this rests on the interests that they told.",
    "popularity": " Nothing is known of them: this rests on what sells lately.",
}


def match_in_words(match: Match) -> str:
    """Return why a product matches a customer as well as it does."""
    price = "" if match.price is None else f" ({match.price})"
    told = [
        f"{part.points:.0f} for {part.name}"
        + (f" ({'; '.join(part.because)})" if part.because else "")
        for part in sorted(match.parts, key=lambda one: -one.points)
        if part.points >= _WORTH_TELLING
    ]
    made_of = ", ".join(told) or "nothing speaks for it"
    left_out = f" It is not recommended: {match.left_out}." if match.left_out else ""
    return (
        f"{match.title or match.product}{price} matches by {match.score:.0f} of 100: {made_of}."
        f"{_BASIS[match.basis]}{left_out}"
    )
