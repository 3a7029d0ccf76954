"""What is the smallest change of one trait that moves a customer in or out?

Nothing but the rule itself is asked, and it needs to be no sum: for every trait it is judged for
the values at and beside its thresholds, for the next hundred values on either side, and from there
at doubling distances, all at once, while everything else stays as it is. Between the nearest value
that moves the customer and the one before it is asked again, until they are neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import TypeGuard

import attrs
import numpy as np

from custinsights.analyses.builtin.lifecycle import STAGES
from custinsights.analyses.customers.cuts import EXACT
from custinsights.analyses.segments.columns import Flags, Held, Numbers, Texts, Times
from custinsights.analyses.segments.judging import Judge
from custinsights.domain.fields import looked_up
from custinsights.domain.rules.lexing import MOST_DECIMALS
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.tree import (
    Among,
    Arithmetic,
    Attribute,
    Comparison,
    Condition,
    Literal,
    Name,
    Value,
    children,
    nodes_of,
)
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import Labels
from custinsights.history.columnar.localtime import date_of, day_number
from custinsights.results.explanation import Change, Told

Leaf = Name | Attribute
_FINEST = Decimal("0.01")
_AROUND = range(-1, 3)
_NEAR = range(101)
_FAR = [2**k for k in range(7, 90)]
_AT_ONCE = 64
_LARGEST = 2**62
_FIRST_DAY, _LAST_DAY = day_number(date.min), day_number(date.max)
_ANOTHER = "another"


def smallest_change(judge: Judge, condition: Condition) -> Change | None:
    """Return the smallest change of one trait that moves the one customer of a judge."""
    is_in = bool(judge.holds(condition)[0])
    found = []
    for leaf in leaves_of(condition):
        value, to = judge.value(leaf).told(0), _nearest(judge, condition, leaf, is_in=is_in)
        if to is not None:
            share = _share(value, to, date_of(judge.view.as_of_day))
            moves = "out" if is_in else "in"
            found.append(Change(trait=written(leaf), value=value, to=to, moves=moves, share=share))
    return min(found, key=lambda one: (one.share, one.trait), default=None)


def leaves_of(condition: Condition) -> list[Leaf]:
    """Return the traits and attributes of a rule, by their text."""
    return sorted({node for node in nodes_of(condition) if isinstance(node, Leaf)}, key=written)


def _nearest(judge: Judge, condition: Condition, leaf: Leaf, *, is_in: bool) -> Told:
    """Return the nearest value of a trait that moves the customer; None where none is found."""

    def moving(column: Sequence[Told]) -> Sequence[int]:
        asked = supposing(judge, {leaf: column}, len(column))
        found: list[int] = np.flatnonzero(asked.holds(condition) != is_in).tolist()
        return found

    held = judge.value(leaf)
    if isinstance(held, Numbers | Times):
        return _nearest_step(_steps(judge, condition, leaf), moving)
    if isinstance(held, Flags):
        column: list[Told] = [True, False]
    elif leaf == Name("lifecycle"):
        own = held.told(0)
        place = STAGES.index(own) if own in STAGES else 0
        column = sorted(STAGES, key=lambda stage: abs(STAGES.index(stage) - place))
    else:
        column = _texts(judge, condition, leaf)
    return next((column[place] for place in moving(column)), None)


def _texts(judge: Judge, condition: Condition, leaf: Leaf) -> list[Told]:
    """Return the texts that a rule has beside a label, and one that it does not have."""
    found: dict[Told, None] = {}
    for node in nodes_of(condition):
        if isinstance(node, Comparison | Among) and leaf in children(node):
            found.update(dict.fromkeys(_beside(judge, leaf, node)))
    another = _ANOTHER
    while another in found:
        another += "_"
    return [*(text for text in found if isinstance(text, str)), another]


@attrs.frozen
class _Steps:
    """The values that a trait can have: whole multiples of a step.

    Parameters
    ----------
    origin
        Where the customer is, in steps; not always whole.
    least, most
        The ends, in steps.
    marks
        Where the rule may turn, in steps.
    told
        Returns a value by its steps.
    """

    origin: Decimal
    least: int
    most: int
    marks: frozenset[int]
    told: Callable[[int], Told]

    def sides(self) -> Iterator[list[int]]:
        """Yield what to try below and above the customer, the nearest first."""
        floor = int(self.origin.to_integral_value(ROUND_FLOOR))
        tried = {floor + sign * step for sign in (1, -1) for step in (*_NEAR, *_FAR)} | self.marks
        inside = sorted(step for step in tried if self.least <= step <= self.most)
        yield [step for step in reversed(inside) if step <= floor]
        yield [step for step in inside if step > floor]


def _nearest_step(steps: _Steps, moving: Callable[[Sequence[Told]], Sequence[int]]) -> Told:
    """Return the nearest value that moves a customer."""
    found = []
    for side in steps.sides():
        asked = side
        while asked:
            places = moving([steps.told(one) for one in asked])
            if not places:
                break
            at = places[0]
            gap = asked[at] - asked[at - 1] if at else 0
            if abs(gap) <= 1:
                found.append(asked[at])
                break
            each = max(1, abs(gap) // _AT_ONCE) * (1 if gap > 0 else -1)
            asked = [*range(asked[at - 1], asked[at], each), asked[at]]
    nearest = min(found, key=lambda one: (abs(one - steps.origin), one), default=None)
    return None if nearest is None else steps.told(nearest)


def _steps(judge: Judge, condition: Condition, leaf: Leaf) -> _Steps:
    """Return the values that a number or a time can have."""
    held = judge.value(leaf)
    own = held.told(0)
    if isinstance(held, Times):
        days = frozenset(_days(judge, condition, leaf))
        today = judge.view.as_of_day
        return _Steps(
            origin=Decimal(int(held.days[0]) if own is not None else max(days, default=today)),
            least=_FIRST_DAY,
            most=_last_day(judge) if isinstance(leaf, Name) else _LAST_DAY,
            marks=days,
            told=date_of,
        )
    thresholds = list(_thresholds(judge, condition, leaf))
    step, least = _step(judge, condition, leaf)
    most = _LARGEST if _is_whole(held) else _LARGEST**3
    marks = {int((one / step).to_integral_value(ROUND_FLOOR)) for one in thresholds}
    start = thresholds[0] if own is None and thresholds else Decimal(str(own or 0))
    return _Steps(
        origin=start / step,
        least=-most if least is None else least,
        most=most,
        marks=frozenset(mark + near for mark in marks for near in _AROUND),
        told=lambda steps: int(steps) if step == 1 else steps * step,
    )


def _is_whole(held: Held) -> bool:
    """Whether only whole numbers are kept."""
    return isinstance(held, Numbers) and held.values.dtype.kind != "f"


def _last_day(judge: Judge) -> int:
    """Return the last local day of which a fact can be that counts."""
    return judge.view.facts.context.day(judge.view.as_of - 1)


def supposing(judge: Judge, told: Mapping[Leaf, Sequence[Told]], rows: int) -> Judge:
    """Return a judge of rows in which some values are others and all else is the customer's."""
    zeros = np.zeros(rows, dtype=np.int64)
    values: dict[Value, Held] = {
        leaf: held.take(zeros)
        for leaf, held in judge.values.items()
        if not isinstance(leaf, Literal | Arithmetic)
    }
    for leaf, column in told.items():
        values[leaf] = _as_held(judge.value(leaf), column, written(leaf))
    return Judge(judge.view, judge.catalog, judge.days, values)


def _as_held(like: Held, column: Sequence[Told], name: str) -> Held:
    """Return values in natural units as a column of the kind of another."""
    match like:
        case Numbers(values, decimals) if all(_is_number(one) for one in column):
            exact = [Decimal(str(one)).scaleb(decimals, EXACT) for one in column]
            if values.dtype.kind == "f":
                return Numbers(np.array([float(one) for one in exact]), decimals)
            if all(one == one.to_integral_value() for one in exact):
                return Numbers(np.array([int(one) for one in exact], dtype=np.int64), decimals)
        case Times() if all(type(one) is date for one in column):  # no instants: days are local
            days = [day_number(one) for one in column if isinstance(one, date)]
            return Times(np.array(days, dtype=np.int64), np.ones(len(days), dtype=np.bool_))
        case Texts() if all(isinstance(one, str) for one in column):
            return Texts(Labels.encode([str(one) for one in column]))
        case Flags() if all(isinstance(one, bool) for one in column):
            return Flags(np.array(column, dtype=np.bool_))
    raise InvalidValue(
        f"{name} cannot be what is supposed of it", tuple(column), f"a value as {name} has it"
    )


def _is_number(value: object) -> TypeGuard[Decimal | float]:
    return isinstance(value, Decimal | int | float) and not isinstance(value, bool)


def supposed(judge: Judge, condition: Condition, told: Mapping[str, Told]) -> Judge:
    """Return a judge of the one customer in which some traits of a rule, by name, are others."""
    known = {written(leaf): leaf for leaf in leaves_of(condition)}
    named = {looked_up("trait of the rule", name, known): [one] for name, one in told.items()}
    return supposing(judge, named, 1)


def _share(value: Told, to: Told, today: date) -> float:
    """Return how large a change is against what it changes; days are counted from as_of's."""
    if isinstance(value, date) and isinstance(to, date):
        value, to = float((today - value).days), float((today - to).days)
    if not (_is_number(value) and _is_number(to)):
        return 1.0
    before, after = float(value), float(to)
    return abs(after - before) / max(abs(before), abs(after)) if before != after else 0.0


def _days(judge: Judge, condition: Condition, leaf: Leaf) -> Iterator[int]:
    """Yield the days at and beside those that a rule compares a time with."""
    for node in nodes_of(condition):
        if isinstance(node, Comparison | Among) and leaf in children(node):
            for one in _beside(judge, leaf, node):
                told = date_of(int(judge.day(one)[0])) if isinstance(one, str) else one
                if isinstance(told, date):
                    yield from (day_number(told) + step for step in (-1, 0, 1))


def _beside(judge: Judge, leaf: Leaf, node: Comparison | Among) -> list[Told]:
    """Return what a trait is compared with: what is written, or the customer's other value."""
    if isinstance(node, Among):
        return [one.value for one in node.options]
    other = node.right if node.left == leaf else node.left
    return [other.value if isinstance(other, Literal) else judge.value(other).told(0)]


def _thresholds(judge: Judge, condition: Condition, leaf: Leaf) -> Iterator[Decimal]:
    """Yield the values of a number at which a rule may turn."""
    found: list[object] = []
    for node in nodes_of(condition):
        match node:
            case Among(left, options) if left == leaf:
                found.extend(one.value for one in options)
            case Comparison(left, _, right) if leaf in nodes_of(node):
                found.append(_turning_point(judge, leaf, left, right))
    for one in found:
        if isinstance(one, Decimal) and one.is_finite() and abs(one) < _LARGEST:
            yield one


def _turning_point(judge: Judge, leaf: Leaf, left: Value, right: Value) -> object:
    """Return the value of a trait at which two sides are equal, if they differ by a line in it."""
    if left == leaf and isinstance(right, Literal):
        return right.value
    at = [_difference(judge, leaf, left, right, x) for x in (0, 1)]
    slope = at[1] - at[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = float(np.divide(-at[0], slope))
    return Decimal(repr(found)) if np.isfinite(found) else None


def _difference(judge: Judge, leaf: Leaf, left: Value, right: Value, x: int) -> float:
    asked = supposing(judge, {leaf: [x]}, 1)
    sides = []
    for side in (left, right):
        held = asked.value(side)
        if not isinstance(held, Numbers):
            return float("nan")
        sides.append(float(held.natural[0]))
    return sides[0] - sides[1]


def _step(judge: Judge, condition: Condition, leaf: Leaf) -> tuple[Decimal, int | None]:
    """Return how finely a trait can change, and the least that it can be."""
    held = judge.value(leaf)
    trait = judge.catalog.trait(leaf.name) if isinstance(leaf, Name) else None
    is_never_below = trait is not None and (
        trait.kind in ("count", "quantity") or trait.unit == "days"
    )
    least = 0 if is_never_below else None
    if trait is not None and trait.over_time == "counts_days":
        return Decimal(1), least
    if isinstance(held, Numbers) and _is_whole(held):
        return Decimal(1).scaleb(-held.decimals), least
    beside = (node for node in nodes_of(condition) if leaf in nodes_of(node))
    numbers = {one.value for node in beside for one in nodes_of(node) if isinstance(one, Literal)}
    exponents = [
        int(one.normalize().as_tuple().exponent)
        for one in numbers
        if isinstance(one, Decimal) and one.is_finite()
    ]
    written_to = min((one for one in exponents if one >= -MOST_DECIMALS), default=0)
    return min(_FINEST, Decimal(1).scaleb(written_to)), least
