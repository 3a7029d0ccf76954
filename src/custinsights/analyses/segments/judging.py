"""For whom is a rule true? Judged block by block, every part of the rules once.

A condition is asked for whom it holds and for whom it fails; who is in neither is unknown. `not`
exchanges the two questions, so that unknown values need no masks of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.builtin.segment_functions import check_told
from custinsights.analyses.catalog import Catalog
from custinsights.analyses.customers.traits import checked, exponent_of, in_blocks
from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.declaring.segment_functions import asking
from custinsights.analyses.segments.columns import (
    COMPARES,
    KINDS,
    Flags,
    Held,
    Numbers,
    Texts,
    Times,
    attribute_column,
    days_of,
    of_kind,
)
from custinsights.domain.fields import looked_up
from custinsights.domain.rules.durations import day_meant
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.tree import (
    OPPOSITE,
    Among,
    And,
    Arithmetic,
    Attribute,
    Call,
    Comparison,
    Condition,
    Is,
    IsUnknown,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Value,
)
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import (
    NO_INSTANT,
    AnyArray,
    BoolArray,
    FloatArray,
    IntArray,
)
from custinsights.history.columnar.localtime import date_of, day_number
from custinsights.history.facts import Facts, check_history
from custinsights.history.selection import is_known
from custinsights.history.views.counted import CountedHistory

BIRTHDAY, CREATED_AT = "birthday", "created_at"
_ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}


@attrs.frozen(eq=False)
class Judge:
    """What counts of a history, and every answer about it so far.

    Parameters
    ----------
    view
        The facts that count.
    catalog
        What the names and functions of the rules mean.
    days
        The local days of as_of: one for everybody, or one for each row of `values`.
    values
        Of the k people, so far; what is put in beforehand stands instead of the history's own.
    answers
        To which conditions, so far.
    """

    view: CountedHistory
    catalog: Catalog
    days: IntArray = attrs.field()
    values: dict[Value, Held] = attrs.field(factory=dict)
    answers: dict[tuple[Condition, bool], BoolArray] = attrs.field(factory=dict)

    @days.default
    def _day_of_as_of(self) -> IntArray:
        return np.array([self.view.as_of_day])

    def holds(self, condition: Condition) -> BoolArray:
        """bool[k], for whom a condition is true."""
        return self.answer(condition, wanted=True)

    def fails(self, condition: Condition) -> BoolArray:
        """bool[k], for whom a condition is false."""
        return self.answer(condition, wanted=False)

    def answer(self, condition: Condition, *, wanted: bool) -> BoolArray:
        """bool[k], for whom a condition has the answer that is wanted."""
        key = (condition, wanted)
        if key not in self.answers:
            self.answers[key] = self._answer(condition, wanted=wanted)
        return self.answers[key]

    def _answer(self, condition: Condition, *, wanted: bool) -> BoolArray:
        match condition:
            case Not(part):
                return self.answer(part, wanted=not wanted)
            case And(parts) | Or(parts):
                together = np.logical_and if isinstance(condition, And) == wanted else np.logical_or
                masks = (self.answer(part, wanted=wanted) for part in parts)
                found: BoolArray = reduce(together, masks)
                return found
            case IsUnknown(value):
                known = self.value(value).is_known
                return ~known if wanted else known
            case Is(value):
                return self._flags(value).where(true=wanted)
            case Among(value, options):
                return self._among(condition, value, options, inside=wanted)
            case Comparison(left, sign, right):
                return self._compared(condition, left, sign if wanted else OPPOSITE[sign], right)

    def value(self, value: Value) -> Held:
        """Return the values of the k people."""
        if value not in self.values:
            self.values[value] = self._value(value)
        return self.values[value]

    def _value(self, value: Value) -> Held:
        match value:
            case Name(name):
                trait = self.catalog.trait(name)
                return self._held(trait, trait.of(self.view))
            case Attribute(name):
                table = self.view.facts.people_table.attributes
                return attribute_column(looked_up("attribute", name, table))
            case Call():
                return self._called(value)
            case Arithmetic(sign, left, right):
                sides = [self._numbers(value, side).natural for side in (left, right)]
                return self._calculated(sign, sides)
            case Literal(number):
                return Numbers(np.array([float(number)]))

    def _called(self, call: Call) -> Held:
        declared = self.catalog.function(call.function)
        gives = declared.signature.gives
        called = f"the function {written(call)}"
        as_trait = Trait(call.function, declared.of, gives, declared.unit)
        with asking(call):
            found = declared.of(self.view, **self.arguments(call))
            if gives == "flag" and getattr(found, "dtype", None) == np.int8:
                self._held(as_trait, found == 1, called)
                return Flags(found == 1, found >= 0)
            return self._held(as_trait, found, called)

    def arguments(self, call: Call) -> dict[str, Any]:
        """Return the arguments of a call by name, as its function wants them for these people."""
        declared = self.catalog.function(call.function)
        kinds = {one.name: one.kind for one in declared.signature.parameters}
        found = declared.arguments(call)
        for name, given in found.items():
            if kinds[name] == "moment":
                found[name] = self._dates(given)
            elif kinds[name] == "trait":
                found[name] = self._numbers(call, given).natural
        return found

    def _dates(self, name: str) -> AnyArray:
        """Return datetime64[D][k], local dates that are asked for by name; NaT where unknown."""
        table, dates = self.view.facts.people_table, np.full(self.view.people, "NaT", dtype="M8[D]")
        if name == BIRTHDAY:
            check_told(self.view, table.birthday, "birthdays")
            return dates if table.birthday is None else table.birthday
        if name == CREATED_AT:
            created = table.created_at
            check_told(self.view, created, "times of creation")
            if created is None:
                return dates
            told = np.where(created < self.view.as_of, created, NO_INSTANT)
            held: Held = days_of(told, self.view.facts.context)
        else:
            held = self.value(Name(name))
        assert isinstance(held, Times)  # noqa: S101 - the reader has seen to it
        known = np.flatnonzero(held.is_known)
        dates[known] = held.days.take(known).astype("M8[D]")
        return dates

    def _held(self, trait: Trait, values: Any, called: str = "") -> Held:
        """Return values as a trait declares them; refuse others."""
        found = checked(trait, values, self.view.people, called)
        if trait.kind == "instant":
            assert isinstance(found, np.ndarray)  # noqa: S101 - only labels are no arrays
            return days_of(found, self.view.facts.context)
        currency = self.view.facts.context.currency
        return of_kind(found, trait.kind, exponent_of(trait.kind, trait.unit, currency))

    def _calculated(self, sign: str, sides: Sequence[FloatArray]) -> Numbers:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = _ARITHMETIC[sign](*sides)
        return Numbers(np.where(np.isfinite(found), found, np.nan))

    def _compared(self, clause: Node, left: Value, sign: str, right: Value) -> BoolArray:
        if not isinstance(right, Literal):
            return self._both(clause, left, sign, right)
        held = self.value(left)
        match held, right.value:
            case Texts(), str() as text:
                return held.among((text,), inside=sign == "==")
            case Times(), str() as text:
                return held.compare(sign, self.day(text))
            case Numbers(), number if not isinstance(number, str | bool):
                return held.compare(sign, number)
        raise InvalidValue(*_of_other_kind(clause, left, held))

    def _among(
        self, clause: Node, value: Value, options: Sequence[Literal], *, inside: bool
    ) -> BoolArray:
        held = self.value(value)
        if isinstance(held, Texts):
            texts = {one.value for one in options if isinstance(one.value, str)}
            if len(texts) == len(options):
                return held.among(texts, inside=inside)
        together = np.logical_or if inside else np.logical_and
        sign = "==" if inside else "!="
        each = (self._compared(clause, value, sign, one) for one in options)
        found: BoolArray = reduce(together, each)
        return found

    def _both(self, clause: Node, left: Value, sign: str, right: Value) -> BoolArray:
        one, other = self.value(left), self.value(right)
        match one, other:
            case Numbers(), Numbers():
                found = COMPARES[sign](one.natural, other.natural)
            case Times(), Times():
                found = COMPARES[sign](one.days, other.days)
            case Texts(), Texts():
                names = tuple(sorted({*one.labels.names, *other.labels.names}))
                codes = (side.labels.renamed(names).codes for side in (one, other))
                found = COMPARES[sign](*codes)
            case _:
                raise InvalidValue(*_of_other_kind(clause, left, one))
        return found & one.is_known & other.is_known

    def _numbers(self, clause: Node, value: Value) -> Numbers:
        held = self.value(value)
        if not isinstance(held, Numbers):
            raise InvalidValue(*_of_other_kind(clause, value, held))
        return held

    def _flags(self, value: Value) -> Flags:
        held = self.value(value)
        if not isinstance(held, Flags):
            raise InvalidValue(*_of_other_kind(Is(value), value, held))
        return held

    def day(self, text: str) -> IntArray:
        """Return the local days that a date means, or a duration before as_of."""
        todays = map(date_of, self.days.tolist())
        return np.array([day_number(day_meant(text, today)) for today in todays])


def _of_other_kind(clause: Node, value: Value, held: Held) -> tuple[str, str, str]:
    """Return what is wrong when a clause takes a value for what is of another kind."""
    kind = KINDS[type(held)]
    allowed = f"a comparison with {kind}" if clause != Is(value) else "a comparison, or a flag"
    what = f"the values of {written(value)} are {kind}, for which its clause cannot be asked"
    return what, written(clause), allowed


def is_heard_of(judge: Judge) -> bool:
    """Whether the one customer of a judge was known before as_of."""
    known = is_known(judge.view.facts, judge.view.as_of)
    return known is None or bool(known[0])


def judged(
    history: Facts, conditions: Sequence[Condition], as_of: int, catalog: Catalog
) -> list[BoolArray]:
    """Return for whom of the k people each condition is true: nobody who is not known yet."""

    def work(view: CountedHistory) -> list[BoolArray]:
        judge = Judge(view, catalog)
        return [judge.holds(condition) for condition in conditions]

    found = [np.concatenate(masks) for masks in zip(*in_blocks(history, as_of, work), strict=True)]
    known = is_known(history, as_of)
    return found if known is None else [mask & known for mask in found]


def check_one(history: Facts) -> None:
    """Refuse what is not the history of one customer."""
    check_history(history)
    if history.people != 1:
        raise InvalidValue(
            what="one customer is asked about",
            given=f"a history of {history.people} people",
            allowed="the history of one",
            advice="history.history_of(id) gives it; custinsights.segment asks about all",
        )
