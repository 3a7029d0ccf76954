"""When does time alone move a customer? The days ahead, judged all at once."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

import numpy as np

from custinsights.analyses.segments.columns import Flags, Held, Numbers, Texts, Times
from custinsights.analyses.segments.judging import Judge
from custinsights.domain.rules.durations import Duration
from custinsights.domain.rules.tree import (
    Attribute,
    Call,
    Condition,
    Name,
    Value,
    nodes_of,
)
from custinsights.history.columnar.columns import IntArray, Labels
from custinsights.history.columnar.localtime import date_of, day_number
from custinsights.history.facts import Facts
from custinsights.history.selection import up_to
from custinsights.history.views.counted import CountedHistory

T = TypeVar("T")


def turning_day(judge: Judge, condition: Condition, within: Duration) -> date | None:
    """Return the first local day at whose start a rule has another answer, if nothing happens."""
    today = judge.view.as_of_day
    last = day_number(within.after(date_of(today)))
    days = np.arange(today + 1, last + 1)
    facts = up_to(judge.view.facts, judge.view.as_of)
    leaves = {node for node in nodes_of(condition) if isinstance(node, Name | Attribute | Call)}
    values: dict[Value, Held] = {leaf: _ahead(judge, facts, leaf, days) for leaf in leaves}
    now = bool(judge.holds(condition)[0])
    later = Judge(judge.view, judge.catalog, days, values).holds(condition)
    turned = np.flatnonzero(np.broadcast_to(later, days.shape) != now)
    return date_of(int(days[turned[0]])) if len(turned) else None


def _ahead(judge: Judge, facts: Facts, leaf: Value, days: IntArray) -> Held:
    """Return the values of a trait or function at the start of each day ahead."""
    held = judge.value(leaf)
    match _over_time(judge, leaf):
        case "stays":
            return held.take(np.zeros(len(days), dtype=np.int64))
        case "counts_days" if isinstance(held, Numbers):
            return Numbers(held.values[0] + (days - judge.view.as_of_day), held.decimals)
    each = []
    for day in days.tolist():
        view = CountedHistory(facts, facts.context.start_of(day))
        each.append(Judge(view, judge.catalog).value(leaf))
    return _below_each_other(each)


def _over_time(judge: Judge, leaf: Value) -> str:
    """Return what becomes of a value while nothing happens."""
    match leaf:
        case Name(name):
            return judge.catalog.trait(name).over_time
        case Call(function):
            return judge.catalog.function(function).over_time
    return "stays"


def _below_each_other(each: list[Held]) -> Held:
    """Return the values of several days as one column."""
    match each[0]:
        case Numbers(_, decimals):
            return Numbers(np.concatenate([one.values for one in _all(Numbers, each)]), decimals)
        case Times():
            found = _all(Times, each)
            known = np.concatenate([one.is_known for one in found])
            return Times(np.concatenate([one.days for one in found]), known)
        case Texts():
            return Texts(Labels.encode([one.told(0) for one in _all(Texts, each)]))
        case Flags():
            flags = _all(Flags, each)
            known = np.concatenate([one.is_known for one in flags])
            return Flags(np.concatenate([one.values for one in flags]), known)


def _all(kind: type[T], each: list[Held]) -> list[T]:
    return [one for one in each if isinstance(one, kind)]
