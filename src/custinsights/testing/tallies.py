"""Does a tally, or a metric made of tallies, keep the laws?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal, overload

import attrs
import numpy as np

from custinsights.analyses.catalog import DEFAULT
from custinsights.analyses.catalog import metric as metric_of
from custinsights.analyses.declaring.declarations import Metric
from custinsights.analyses.declaring.tally import MONEY, Sum, Tally, scale_of
from custinsights.analyses.measuring.measure import Measure
from custinsights.analyses.measuring.plan import check as check_pair
from custinsights.errors import Refused
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.views.counted import CountedHistory
from custinsights.results.cube import Cube
from custinsights.testing.laws import SHARED, Law, check_thing, hold
from custinsights.testing.outcomes import Outcome
from custinsights.testing.scenes import Answer, Scene, Subject

USUAL_EXAMPLES = 25
QUESTIONS: tuple[tuple[str, ...], ...] = (
    (),
    ("month", "customer_country"),
    ("cohort_month", "age"),
    ("product",),
    ("activity_kind", "month"),
)
"""By what a metric is measured in the checks, as far as it goes by it."""

PROPORTION = "a proportion lies between 0 and 1"


@overload
def check_tally(
    tally: Metric | Tally,
    *,
    max_examples: int = ...,
    labels: Iterable[str] = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[True] = ...,
) -> None: ...
@overload
def check_tally(
    tally: Metric | Tally,
    *,
    max_examples: int = ...,
    labels: Iterable[str] = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[False],
) -> tuple[Outcome, ...]: ...
def check_tally(
    tally: Metric | Tally,
    *,
    max_examples: int = USUAL_EXAMPLES,
    labels: Iterable[str] = (),
    expected: Mapping[str, str] | None = None,
    raising: bool = True,
) -> tuple[Outcome, ...] | None:
    """Hold a tally, or a metric with all its tallies, to the laws on random histories.

    The laws: it works on every history and on an empty one; gives one whole number per fact, and
    its filters one truth value; adds up like units only; changes no column; reads no clock and
    draws nothing; gives the same bytes when asked again; depends on neither the order of the rows
    nor the names of the customers nor anything at or after as_of; its whole is the sum of its
    parts; and a proportion lies between 0 and 1. Metrics are measured by several dimensions, as
    far as they go by them.

    Parameters
    ----------
    tally
        What `custinsights.tally` made, a metric of several tallies, or a `Tally`.
    max_examples, labels, expected, raising
        See `custinsights.testing.check_trait`.

    Returns
    -------
    None or tuple of Outcome
        With ``raising=False`` one outcome per check.

    Raises
    ------
    ContractBroken
        Naming every failed check, what broke it, and what to do.

    Examples
    --------
    >>> from custinsights.analyses.builtin.metrics import orders
    >>> check_tally(orders.where(lambda o: o.has("coupon")), max_examples=5)
    """
    check_thing("tally", tally, Metric, Tally)
    metric = metric_of(tally) if isinstance(tally, Tally) else tally
    laws = (*SHARED, _proportion()) if metric.proportion else SHARED
    return hold(_subject(metric), laws, max_examples, expected, labels=labels, raising=raising)


def _subject(metric: Metric) -> Subject:
    asked = [by for by in QUESTIONS if _goes_by(metric, by)]

    def analyses(as_of: int) -> dict[str, Measure]:
        when = to_datetime(as_of)
        return {
            f"{metric.name} by {', '.join(by) or 'nothing'}": Measure((metric,), by=by, as_of=when)
            for by in asked
        }

    return Subject(
        thing=f"metric {metric.name!r}",
        analyses=analyses,
        read=read_cube,
        calls=lambda view: [call for _, call, _ in _calls(metric, view)],
        problem=lambda view: _problem(metric, view),
    )


def _goes_by(metric: Metric, by: Sequence[str]) -> bool:
    try:
        check_pair(metric, tuple(DEFAULT.dimension(name) for name in by), has_window=False)
    except Refused:
        return False
    return True


def read_cube(cube: Cube) -> Answer:
    """Return value, numerator and denominator of every metric in every cell."""
    found: Answer = {}
    labels = [column.tolist() for column in cube.axes.values()]
    for name, column in cube.metrics.items():
        nothing = [None] * len(cube)
        above = nothing if column.numerator is None else column.numerator.tolist()
        below = nothing if column.denominator is None else column.denominator.tolist()
        for place, value in enumerate(column.values.tolist()):
            key = (*(axis[place] for axis in labels), name)
            found[key] = Amount(repr(value), above[place], below[place])
    return found


@attrs.frozen
class Amount:
    """One metric in one cell."""

    value: str
    numerator: int | None
    denominator: int | None

    def __str__(self) -> str:
        if self.denominator is None:
            return self.value if self.numerator is None else str(self.numerator)
        return f"{self.numerator} ÷ {self.denominator}"


def _tallies(metric: Metric) -> Iterator[Tally]:
    for tally in metric.tallies if metric.quantile is None else (metric.quantile.values,):
        yield tally
        if tally.on_lines is not None:
            yield tally.on_lines


def _calls(metric: Metric, view: CountedHistory) -> Iterator[tuple[str, Callable[[], Any], int]]:
    """Yield every function of a metric: its name, a call of it, and how many facts it sees."""
    functions = [
        (tally.name, tally.facts, function)
        for tally in _tallies(metric)
        for function in (tally.of, *tally.filters)
        if function is not None
    ]
    for name, facts, function in functions:
        if not holds(view, facts):
            continue
        stream = view if facts == "customers" else getattr(view, facts)
        count = view.people if facts == "customers" else len(stream)
        yield name, partial(function, stream), count


def holds(view: CountedHistory, facts: str) -> bool:
    """Tell whether a history has a stream of facts."""
    if facts in ("lines", "line_refunds"):
        return view.facts.lines is not None
    return facts != "activities" or view.facts.activities is not None


def _problem(metric: Metric, view: CountedHistory) -> str | None:
    """Return what is wrong with the declaration, or with what a function gives."""
    for part in (metric.numerator, metric.denominator):
        if part is not None and (problem := _unit_problem(part)):
            return problem
    for name, call, count in _calls(metric, view):
        values = np.asarray(call())
        if values.shape != (count,):
            return f"{name} gives values of shape {values.shape} for {count} facts"
        if values.dtype.kind not in "biu":
            return f"{name} gives {values.dtype}, which is no whole number and no truth value"
    return None


def _unit_problem(part: Sum) -> str | None:
    kinds = {(tally.unit == MONEY, tally.scale) for _, tally in part.terms}
    units = {tally.unit: tally.scale for _, tally in part.terms}
    if len(kinds) > 1:
        return f"it adds up {' and '.join(sorted(unit or 'numbers' for unit in units))}"
    for unit, scale in units.items():
        if unit in (MONEY, "items") and scale != scale_of(unit, None):
            return f"{unit} has the scale {scale_of(unit, None)}, and {scale} is declared"
    return None


def _proportion() -> Law:
    def broken(scene: Scene) -> str | None:
        for key, amount in scene.whole.items():
            if not isinstance(amount, Amount) or amount.denominator is None:
                continue
            if not 0 <= (amount.numerator or 0) <= amount.denominator:
                where = ", ".join(str(part) for part in key if part is not None)
                return f"{where}: {amount} is no share"
        return None

    return Law(PROPORTION, "Count in the numerator only what the denominator counts.", broken)
