"""What is added up? A whole number per fact, summed in every cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
from attrs.validators import optional

from custinsights.domain.fields import (
    any_text,
    function,
    members,
    named,
    refuse_other,
    text,
    whole_number,
)
from custinsights.errors import InvalidValue

FactFunction: TypeAlias = Callable[[Any], Any]
"""From a stream of facts (or a counted history) to one value per fact."""

STREAMS = (
    *("orders", "sales", "lines", "refunds", "line_refunds", "gaps"),
    *("activities", "customers", "spend"),
)
"""The streams that a tally can add up.

``sales`` are the orders that count and those refunded in full; ``line_refunds`` the refunds that
name a product; ``activities`` what people did beside ordering; ``customers`` are judged at the end
of every period (stock); ``spend`` are rows of what was spent to win customers, each in the cells
whose period holds all of its own.
"""

SPECIALS = {
    "ageing": "grows by one a day for every customer, up to the end of the period",
    "exposure": "days of the cell that passed since each customer's first order",
    "at_start": "customers active at the start of the period",
    "lapsed": "customers active at the start of the period and not at its end",
    "retained": "customers active at an age that was over at as_of",
    "observable": "customers whose period at an age was over at as_of",
    "to_age": "facts up to an exact age of their customers",
}
"""The tallies that are no plain sums, and what each of them adds up."""

MONEY = "money"
"""The unit of amounts in the history's currency, kept in minor units."""


_SCALE_OF_UNIT = {"items": 1000}
_DISTINCT = {
    "customers": ("orders", "sales", "lines", "refunds", "line_refunds", "gaps", "activities"),
    "orders": ("orders", "lines", "gaps"),
}


def _scale(given: int) -> int:
    return whole_number("the scale of a Tally is wrong", given, 1)


@attrs.frozen(cache_hash=True)
class Tally:
    """A whole number per fact, summed in every cell, or a distinct count.

    Parameters
    ----------
    name
        Its name in results and errors.
    facts
        The stream: see `STREAMS`.
    of
        From the stream to int64 per fact; None counts 1 each.
    distinct
        ``"customers"`` or ``"orders"``: count those with a fact in the cell instead.
    filters
        Truth values per fact: only facts where all hold.
    customer_type
        ``"new"``: only facts of customers whose first counted order lies in the cell's frame.
    so_far
        True sums everything up to the end of the cell's period (stock).
    lasting_days
        A customer is counted at a period's end while the last order is younger (stock).
    on_lines
        What to add up instead when the cells are labelled by product; the filters above apply to
        the orders of the lines.
    unit, scale
        ``"money"`` (minor units), ``"items"`` (thousandths), or any word with scale 1.
    definition
        One sentence.
    special
        How the kernel treats the few that are no plain sums; see `SPECIALS`.
    without_activities
        What a result says of it where the history has no activities, and it uses them; or nothing.
    """

    name: str = attrs.field(validator=text)
    facts: str = attrs.field(validator=named("stream of facts", STREAMS))
    of: FactFunction | None = attrs.field(default=None, validator=optional(function))
    distinct: str | None = None
    filters: tuple[FactFunction, ...] = attrs.field(default=(), validator=members(function))
    customer_type: str | None = attrs.field(
        default=None, validator=optional(named("type of customers", ("new",)))
    )
    so_far: bool = False
    lasting_days: int | None = None
    on_lines: Tally | None = None
    unit: str = attrs.field(default="", validator=any_text)
    scale: int = attrs.field(default=1, converter=_scale)
    definition: str = attrs.field(default="", validator=any_text)
    special: str | None = attrs.field(
        default=None, validator=optional(named("treatment of a tally", tuple(SPECIALS)))
    )
    without_activities: str = attrs.field(default="", validator=any_text)

    def __attrs_post_init__(self) -> None:
        known = _DISTINCT.get(self.distinct, ()) if isinstance(self.distinct, str) else ()
        if self.distinct is not None and self.facts not in known:
            raise InvalidValue(
                what=f"the tally {self.name!r} counts what its facts cannot tell apart",
                given=f"distinct {self.distinct!r} of {self.facts!r}",
                allowed="; ".join(
                    f"distinct {what!r} of {', '.join(map(repr, streams))}"
                    for what, streams in _DISTINCT.items()
                ),
            )

    @property
    def is_stock(self) -> bool:
        """Whether it tells the state at the end of a period rather than what happened in it."""
        return self.so_far or self.lasting_days is not None or self.facts == "customers"


@attrs.frozen
class Sum:
    """Tallies added up with whole weights: revenue is gross revenue less what was refunded."""

    terms: tuple[tuple[int, Tally], ...]

    @property
    def unit(self) -> str:
        """The unit of its tallies."""
        return self.terms[0][1].unit

    @property
    def scale(self) -> int:
        """How many of its whole numbers make one unit; money is scaled by its currency."""
        return self.terms[0][1].scale

    def __add__(self, other: Sum) -> Sum:
        return self._with(other.terms)

    def __sub__(self, other: Sum) -> Sum:
        return self._with(tuple((-weight, tally) for weight, tally in other.terms))

    def _with(self, terms: tuple[tuple[int, Tally], ...]) -> Sum:
        other = terms[0][1]
        if (self.unit == MONEY, self.scale) != (other.unit == MONEY, other.scale):
            raise InvalidValue(
                what="tallies in different units do not add up",
                given=f"{self.unit or 'numbers'} and {other.unit or 'numbers'}",
                allowed="money with money, items with items, counts with counts",
            )
        return Sum(self.terms + terms)

    def map(self, change: Callable[[Tally], Tally]) -> Sum:
        """Return the sum with every tally changed."""
        return Sum(tuple((weight, change(tally)) for weight, tally in self.terms))


def _single_values(given: Any) -> Tally:
    """Return a tally that gives one number per fact, and that goes by no line."""
    refuse_other(Tally, "what a Quantile is of", given)
    tally: Tally = given
    is_plain = tally.of is not None and not (tally.distinct or tally.special or tally.so_far)
    if not is_plain or tally.lasting_days is not None or tally.facts == "spend":
        raise InvalidValue(
            what="a quantile is of one whole number per fact",
            given=f"the tally {tally.name!r}, which counts or runs up",
            allowed="a tally with a function that gives a number per fact",
        )
    return attrs.evolve(tally, on_lines=None)


@attrs.frozen
class Quantile:
    """An exact quantile in every cell (type 7) of the whole numbers that a tally adds up."""

    values: Tally = attrs.field(converter=_single_values)
    q: float = attrs.field(default=0.5)

    @q.validator
    def _is_share(self, _field: object, q: object) -> None:
        if isinstance(q, bool) or not isinstance(q, int | float) or not 0 <= q <= 1:
            raise InvalidValue("the q of a Quantile is no share", q, "a number from 0 to 1")


def scale_of(unit: str, scale: int | None) -> int:
    """Return how many of a tally's whole numbers make one unit."""
    if scale is not None:
        return scale
    return _SCALE_OF_UNIT.get(unit, 1) if isinstance(unit, str) else 1
