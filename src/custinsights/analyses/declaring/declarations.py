"""How is a trait, a tally, a metric or a dimension declared?

Small frozen values. A function in them sees the facts of some customers that count at an instant,
never groups; the kernel alone groups and adds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from attrs.validators import optional

from custinsights.analyses.declaring.tally import MONEY, FactFunction, Quantile, Sum, Tally
from custinsights.domain.fields import (
    any_text,
    as_tuple,
    checked_name,
    flag,
    function,
    instance,
    named,
    text,
)
from custinsights.errors import InvalidValue

TRAIT_KINDS = {
    "count": "iu",
    "money": "iu",
    "quantity": "iu",
    "instant": "i",
    "number": "fiu",
    "flag": "b",
    "label": "OTU",
}
"""The kinds of traits, and the numpy kinds in which a function may give one."""

OVER_TIME = ("stays", "counts_days", "changes")
"""What becomes of a trait while nothing happens: it stays, it grows by one each local day, or it
may change in any way and is asked again for every day."""

FACTS_OF_DIMENSIONS = ("orders", "customers", "lines", "activities")
"""What the function of a dimension may see and label."""

SHARED_TEXTS = ("campaign", "channel")
"""The text columns that orders and activities both have."""


def entries(what: str, given: Any, *kinds: type) -> tuple[Any, ...]:
    """Return the names and entries that an argument lists; one alone may stand for its list."""
    if isinstance(given, (str, *kinds)):
        return (given,)
    or_kind = "".join(f" or a {kind.__name__}" for kind in kinds)
    if isinstance(given, bytes | Mapping) or not isinstance(given, Iterable):
        fault, allowed = f"the argument {what} is no list of names", f"a name{or_kind}, or a list"
        raise InvalidValue(fault, f"a value of type {type(given).__name__}", f"{allowed} of them")
    items = tuple(given)
    for item in items:
        if not isinstance(item, (str, *kinds)):
            raise InvalidValue(
                what=f"the argument {what} holds something else than names",
                given=f"a value of type {type(item).__name__}",
                allowed=f"a name{or_kind} each",
            )
    return items


def _positive(owner: object, field: attrs.Attribute[Any], value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        what = f"the {field.name} of a {type(owner).__name__} is wrong"
        raise InvalidValue(what, value, "a finite number above 0")


def _band(value: Any) -> tuple[float, float] | None:
    """Return the lower and the upper end of a band."""
    if value is None:
        return None
    ends = as_tuple(value)
    are_numbers = all(isinstance(end, int | float) and end == end for end in ends)  # noqa: PLR0124 - no NaN
    if not are_numbers or len(ends) != 2 or ends[0] > ends[1]:  # noqa: PLR2004 - from and to
        raise InvalidValue("the target of a metric is no band", ends, "two numbers, from and to")
    return ends[0], ends[1]


@attrs.frozen(repr=False)
class Metric:
    """A tally, or a tally over a tally divided at the end, with its meaning.

    Parameters
    ----------
    name
        Its name in results.
    numerator, denominator
        Sums of tallies; without a denominator the metric is the numerator itself.
    quantile
        Instead of both: an exact quantile.
    unit
        See `Tally`. A quotient is given in units of the numerator per unit of the denominator.
    factor
        A constant by which a quotient is multiplied (days in a month).
    proportion
        Whether the numerator is a part of the denominator: then it has a Wilson interval.
    is_difference
        Whether the numerator is one part of the denominator less another one: then it has an
        interval, too.
    definition
        One sentence, for docs and results.
    target
        The band that is thought healthy, or None.
    distribution
        The installed package that brought it, or None for ours.
    """

    name: str = attrs.field(validator=text)
    numerator: Sum | None = attrs.field(default=None, validator=optional(instance(Sum)))
    denominator: Sum | None = attrs.field(default=None, validator=optional(instance(Sum)))
    quantile: Quantile | None = attrs.field(default=None, validator=optional(instance(Quantile)))
    unit: str = attrs.field(default="", validator=any_text)
    factor: float = attrs.field(default=1.0, validator=_positive)
    proportion: bool = attrs.field(default=False, validator=flag)
    is_difference: bool = attrs.field(default=False, validator=flag)
    definition: str = attrs.field(default="", validator=any_text)
    target: tuple[float, float] | None = attrs.field(default=None, converter=_band)
    distribution: str | None = None

    def __attrs_post_init__(self) -> None:
        if (self.numerator is None) == (self.quantile is None):
            raise InvalidValue(
                what=f"the metric {self.name!r} is no sum, quotient or quantile",
                given="neither numerator nor quantile" if self.numerator is None else "both",
                allowed="a numerator, with or without a denominator, or a quantile",
            )
        low, high = self.target or (0, 1)
        if self.proportion and not 0 <= low <= high <= 1:
            what = f"the target of the proportion {self.name!r} is no band"
            allowed, advice = "two numbers from 0 to 1", "write 20 % as 0.2"
            raise InvalidValue(what, self.target, allowed, advice)

    def __repr__(self) -> str:
        return f"<Metric {self.name}: {self.definition}>"

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """Every tally in it, once."""
        sums = [part for part in (self.numerator, self.denominator) if part is not None]
        return tuple(dict.fromkeys(tally for part in sums for _, tally in part.terms))

    @property
    def facts(self) -> set[str]:
        """The streams that it looks at."""
        values = () if self.quantile is None else (self.quantile.values,)
        return {tally.facts for tally in (*self.tallies, *values)}

    @property
    def is_stock(self) -> bool:
        """Whether it tells the state at the end of a period."""
        if self.quantile is not None:
            return self.quantile.values.is_stock
        return any(tally.is_stock or tally.special == "lapsed" for tally in self.tallies)

    def where(self, condition: FactFunction) -> Metric:
        """Return the same metric of only the facts for which `condition` holds.

        The condition sees a stream of facts (``lambda o: o.has("coupon")``) and gives a truth
        value for each.
        """
        for tally in self.tallies:
            if tally.special is not None or tally.lasting_days is not None:
                raise InvalidValue(
                    what="a condition on single facts does not choose among states of customers",
                    given=f"where() on {self.name!r}",
                    allowed="metrics that add facts up, such as orders or revenue",
                    advice="measure history.where(customers=...) instead",
                )
        return attrs.evolve(
            self._plain("where"),
            numerator=self._sum("where").map(
                lambda tally: attrs.evolve(
                    tally,
                    name=f"{tally.name}_where",
                    filters=(*tally.filters, condition),
                )
            ),
        )

    def __truediv__(self, other: Metric) -> Metric:
        if not isinstance(other, Metric):
            return NotImplemented
        return Metric(
            name=f"{self.name}_per_{other.name}",
            numerator=self._sum("/"),
            denominator=other._sum("/"),
            unit=self.unit,
        )

    def __add__(self, other: Metric) -> Metric:
        if not isinstance(other, Metric):
            return NotImplemented
        return attrs.evolve(self._plain("+"), numerator=self._sum("+") + other._sum("+"))

    def __sub__(self, other: Metric) -> Metric:
        if not isinstance(other, Metric):
            return NotImplemented
        return attrs.evolve(self._plain("-"), numerator=self._sum("-") - other._sum("-"))

    def so_far(self) -> Metric:
        """Return the metric summed up to the end of each period (stock)."""
        for tally in self.tallies:
            relative = tally.distinct or tally.customer_type or tally.special
            if relative is not None or tally.is_stock:
                raise InvalidValue(
                    what="only what adds up from period to period can be summed so far",
                    given=f"so_far() on {self.name!r}",
                    allowed="metrics such as orders, first_orders or revenue",
                    advice="first_orders so far are the distinct customers so far",
                )
        return attrs.evolve(
            self._plain("so_far"),
            numerator=self._sum("so_far").map(
                lambda tally: attrs.evolve(
                    tally, name=f"{tally.name}_so_far", so_far=True, on_lines=None
                )
            ),
        )

    def named(
        self,
        name: str,
        *,
        unit: str | None = None,
        definition: str,
        proportion: bool = False,
        factor: float = 1.0,
        target: tuple[float, float] | None = None,
    ) -> Metric:
        """Return the metric under a name, with its unit and definition."""
        new_unit = self.unit if unit is None else unit
        return attrs.evolve(
            self,
            name=checked_name(name),
            unit=new_unit,
            definition=definition,
            proportion=proportion,
            factor=factor,
            target=target,
        )

    def _sum(self, operation: str) -> Sum:
        self._plain(operation)
        assert self.numerator is not None  # noqa: S101 - _plain has made sure
        return self.numerator

    def _plain(self, operation: str) -> Metric:
        if self.numerator is None or self.denominator is not None:
            raise InvalidValue(
                what=f"{operation!r} works on tallies, before anything is divided",
                given=f"the metric {self.name!r}",
                allowed="a metric that is a sum, such as orders or revenue",
                advice="apply it to the numerator and the denominator",
            )
        return self


@attrs.frozen
class Dimension:
    """One label per fact or per customer to group by.

    Parameters
    ----------
    name
        Its name in `by` and in results.
    facts
        What it labels: ``"instants"`` (any fact, by its time), ``"orders"``, ``"customers"``,
        ``"lines"`` or ``"activities"``.
    of
        From the orders, the counted history, the lines or the activities to one label each: texts,
        integers, truth values or `Labels`; None and -1 codes are unknown.
    kind
        Which of the kernel's own dimensions it is, or None for a function.
    period
        The period unit, for periods.
    never_falls
        Promises that labels ascend along the orders or activities of each customer, which saves a
        sort.
    closed
        All labels in order where they are known beforehand (hours, weekdays).
    definition
        One sentence.
    distribution
        The installed package that brought it, or None for ours.
    without_activities
        What a result says of it where the history has no activities, and it uses them; or nothing.
    content
        What tells it from others of its name and definition, where it holds labels of its own.
    learned_until
        As of a `Trait`.
    """

    name: str = attrs.field(validator=text)
    facts: str = attrs.field(
        validator=named("kind of facts for a dimension", ("instants", *FACTS_OF_DIMENSIONS))
    )
    of: FactFunction | None = attrs.field(default=None, validator=optional(function))
    kind: str | None = None
    period: str | None = None
    never_falls: bool = attrs.field(default=False, validator=flag)
    closed: tuple[str | int, ...] | None = None
    definition: str = attrs.field(default="", validator=any_text)
    distribution: str | None = None
    without_activities: str = attrs.field(default="", validator=any_text)
    content: str = attrs.field(default="", validator=any_text)
    learned_until: int | None = None

    @property
    def labels_activities(self) -> bool:
        """Whether activities carry its labels: their own, or by their time or customer."""
        own = self.facts == "activities" or (self.kind == "text" and self.name in SHARED_TEXTS)
        return own or self.facts in ("instants", "customers")

    @property
    def of_customers(self) -> bool:
        """Whether a customer keeps its labels in all cells."""
        return self.facts == "customers" and self.kind != "customer_type"

    @property
    def several(self) -> bool:
        """Whether a customer may carry several of its labels, so that its cells overlap."""
        return self.kind in ("first_lines", "tags", "segments")


@attrs.frozen
class Trait:
    """One value per customer, from that customer's facts alone.

    Parameters
    ----------
    name
        Its name in tables and rules.
    of
        From a counted history to an array over its k people.
    kind
        ``"count"`` (int64), ``"money"`` (int64 minor units), ``"quantity"`` (int64 thousandths),
        ``"number"`` (float64, NaN where undefined), ``"instant"`` (int64 microseconds UTC, the
        smallest int64 where undefined), ``"flag"`` or ``"label"``.
    unit
        What it is counted in. A number in ``"money"`` comes in minor units and one in ``"items"``
        in thousandths, as money and quantities do.
    definition
        One sentence.
    distribution
        The installed package that brought it, or None for ours.
    over_time
        What becomes of it while nothing happens: one of `OVER_TIME`.
    without_activities
        What a result says of it where the history has no activities, and it uses them; or nothing.
    closed
        All labels where they are known beforehand: a rule that asks for another is refused.
    learned_until
        Up to when other customers taught it, microseconds UTC; a result as of earlier says so.
    """

    name: str = attrs.field(validator=text)
    of: FactFunction = attrs.field(validator=function)
    kind: str = attrs.field(validator=named("kind of trait", tuple(TRAIT_KINDS)))
    unit: str = attrs.field(default="", validator=any_text)
    definition: str = attrs.field(default="", validator=any_text)
    distribution: str | None = None
    over_time: str = attrs.field(default="changes", validator=named("course over time", OVER_TIME))
    without_activities: str = attrs.field(default="", validator=any_text)
    closed: tuple[str, ...] | None = None
    learned_until: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.kind == "count" and self.unit in (MONEY, "items"):
            what = f"the trait {self.name!r} counts {self.unit}, which are kept in smaller units"
            allowed = "kind='money' for money, 'quantity' for items, or 'number' for a mean"
            raise InvalidValue(what, "kind='count'", allowed)

    def as_dimension(self) -> Dimension:
        """Return the dimension that groups customers by the trait, if its values are labels."""
        if self.kind != "label":
            what = f"the trait {self.name!r} does not give labels to group by"
            allowed = "a trait of the kind label, such as first_channel"
            advice = "a dimension of your own can give each of its ranges a label"
            raise InvalidValue(what, f"values of the kind {self.kind}", allowed, advice)
        return Dimension(
            self.name,
            "customers",
            of=self.of,
            never_falls=True,
            definition=self.definition,
            distribution=self.distribution,
            without_activities=self.without_activities,
            learned_until=self.learned_until,
        )
