"""What is the smallest change of one trait that moves a customer in or out?

Nothing but the rule itself is asked: for every trait the values right at and beside its thresholds
are tried, all at once, while everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal

import numpy as np

from custinsights.analyses.customers.cuts import EXACT
from custinsights.analyses.segments.columns import Flags, Held, Numbers, Texts, Times
from custinsights.analyses.segments.judging import Judge
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
    nodes_of,
)
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import Labels
from custinsights.history.columnar.localtime import date_of, day_number
from custinsights.results.explanation import Change, Told

Leaf = Name | Attribute
_FINEST = Decimal("0.01")
_AROUND = range(-1, 3)


def smallest_change(judge: Judge, condition: Condition) -> Change | None:
    """Return the smallest change of one trait that moves the one customer of a judge."""
    is_in = bool(judge.holds(condition)[0])
    changes = [
        change
        for leaf in leaves_of(condition)
        if (change := _change(judge, condition, leaf, is_in=is_in)) is not None
    ]
    return min(changes, key=lambda one: (one.share, one.trait), default=None)


def leaves_of(condition: Condition) -> list[Leaf]:
    """Return the traits and attributes of a rule, by their text."""
    return sorted({node for node in nodes_of(condition) if isinstance(node, Leaf)}, key=written)


def _change(judge: Judge, condition: Condition, leaf: Leaf, *, is_in: bool) -> Change | None:
    held = judge.value(leaf)
    told = list(dict.fromkeys(_candidates(judge, condition, leaf)))
    if not told:
        return None
    asked = supposing(judge, {leaf: told}, len(told))
    moved = np.flatnonzero(asked.holds(condition) != is_in).tolist()
    value = held.told(0)
    found = [
        Change(
            trait=written(leaf),
            value=value,
            to=told[place],
            moves="out" if is_in else "in",
            share=_share(value, told[place]),
        )
        for place in moved
    ]
    return min(found, key=lambda one: (one.share, str(one.to)), default=None)


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


def _is_number(value: object) -> bool:
    return isinstance(value, Decimal | int | float) and not isinstance(value, bool)


def _share(value: Told, to: Told) -> float:
    """Return how large a change is against what it changes."""
    if not (_is_number(value) and _is_number(to)):
        return 1.0
    before, after = float(value), float(to)  # type: ignore[arg-type]
    return abs(after - before) / max(abs(before), abs(after)) if before != after else 0.0


def _candidates(judge: Judge, condition: Condition, leaf: Leaf) -> Iterator[Told]:
    """Yield the values of a trait at which the rule may turn."""
    held = judge.value(leaf)
    for node in nodes_of(condition):
        if leaf not in nodes_of(node):
            continue
        match held, node:
            case Flags(), _:
                yield from (True, False)
            case Texts(), Comparison() | Among():
                texts = {one for one in _beside(judge, leaf, node) if isinstance(one, str)}
                yield from (*texts, _another(texts))
            case Times(), Comparison() | Among():
                for one in _beside(judge, leaf, node):
                    yield from _days_around(judge, one)
            case Numbers(), Among():
                for one in _beside(judge, leaf, node):
                    yield from _around(judge, leaf, one)
            case Numbers(), Comparison(left, _, right):
                yield from _around(judge, leaf, _turning_point(judge, leaf, left, right))


def _beside(judge: Judge, leaf: Leaf, node: Comparison | Among) -> list[Told]:
    """Return what a trait is compared with: what is written, or the customer's other value."""
    if isinstance(node, Among):
        return [one.value for one in node.options]
    other = node.right if node.left == leaf else node.left
    return [other.value if isinstance(other, Literal) else judge.value(other).told(0)]


def _days_around(judge: Judge, told: Told) -> Iterator[date]:
    """Yield a day that is told or written, and the days beside it that there are."""
    if isinstance(told, str):
        told = date_of(int(judge.day(told)[0]))
    if isinstance(told, date):
        first, last = date.min.toordinal(), date.max.toordinal()
        near = (told.toordinal() + step for step in (-1, 0, 1))
        yield from (date.fromordinal(one) for one in near if first <= one <= last)


def _another(texts: set[str]) -> str:
    """Return a text that is none of some."""
    name = "other"
    while name in texts:
        name += "_"
    return name


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


def _around(judge: Judge, leaf: Leaf, threshold: object) -> Iterator[Told]:
    """Yield the values that a trait can have right at a threshold and beside it."""
    if not isinstance(threshold, Decimal) or not threshold.is_finite():
        return
    step, least = _step(judge, leaf, threshold)
    at = (threshold / step).to_integral_value(ROUND_FLOOR)
    for near in _AROUND:
        value = (at + near) * step
        if least is None or value >= least:
            yield int(value) if step == 1 else value


def _step(judge: Judge, leaf: Leaf, threshold: Decimal) -> tuple[Decimal, Decimal | None]:
    """Return how finely a trait can change, and the least that it can be."""
    held = judge.value(leaf)
    trait = judge.catalog.trait(leaf.name) if isinstance(leaf, Name) else None
    if trait is not None and (trait.unit == "days" or trait.kind == "count"):
        return Decimal(1), Decimal(0)
    decimals = held.decimals if isinstance(held, Numbers) else 0
    if trait is not None and trait.kind in ("money", "quantity"):
        return Decimal(1).scaleb(-decimals), Decimal(0) if trait.kind == "quantity" else None
    written_to = -int(threshold.normalize().as_tuple().exponent)
    return min(_FINEST, Decimal(1).scaleb(-max(written_to, 0))), None
