"""How many people go from step to step, in order and in time? A funnel, by any label of step 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.block import Block
from custinsights.analyses.declaring.declarations import Dimension, Metric
from custinsights.analyses.declaring.grouping import By, grouped_by
from custinsights.analyses.declaring.tally import Quantile, Sum, Tally
from custinsights.analyses.journey.not_asking import NotAsking
from custinsights.analyses.journey.paths import Paths
from custinsights.analyses.journey.steps import FIRST_PURCHASE, known_steps, steps_of, unheard_of
from custinsights.analyses.journey.within import Within, within_of
from custinsights.analyses.measuring.finish import finish
from custinsights.analyses.measuring.measure import Window, window_of
from custinsights.analyses.measuring.measured import FACTS, Measured
from custinsights.analyses.measuring.plan import Plan, Question
from custinsights.analyses.measuring.summarise import Totals, summarise
from custinsights.domain.fields import instance
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.history.columnar.localtime import HOUR
from custinsights.history.context import Context
from custinsights.history.facts import Facts, check_history
from custinsights.history.kernels.chains import furthest
from custinsights.history.orders import When
from custinsights.results.cube import Cube
from custinsights.results.metric_column import MetricColumn

STEP, PEOPLE, CONVERSION = "step", "people", "conversion"
OVERALL, HOURS = "overall_conversion", "median_hours"

_DEFINITIONS = {
    STEP: "What people did, in order.",
    PEOPLE: "People who took the step after those before it, within {} of step 1.",
    CONVERSION: "People at the step ÷ people at the step before.",
    OVERALL: "People at the step ÷ people at step 1.",
    HOURS: "Median hours from the step before to this one, of those who took both.",
}


@attrs.frozen
class Funnel(Analysis[Measured, Cube]):
    """The analysis behind `funnel`; its state merges as that of `Measure` does.

    Parameters
    ----------
    steps, within, by, window, as_of, catalog
        See `funnel`; by default all steps to a first purchase.
    untold
        Steps of which no activity tells; the result says so.
    """

    steps: tuple[Tally, ...] = attrs.field(default=FIRST_PURCHASE, converter=steps_of)
    within: Within = attrs.field(default=Within(30), converter=within_of)
    by: tuple[str | Dimension, ...] = attrs.field(default=(), converter=grouped_by)
    window: Window = None
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))
    untold: tuple[str, ...] = ()

    def summarise(self, history: Facts) -> Measured:
        """Return the mergeable state of a history or of a part of one."""
        check_history(history)
        work = partial(_chain, self.steps, self.within)
        return summarise(self.question(history.context), history, work)

    def question(self, context: Context) -> Question:
        """Return what is measured: the people at each step, and the time that each step took."""
        first = self.steps[0]
        people = [
            _people(attrs.evolve(step, facts=first.facts), self.within) for step in self.steps
        ]
        times = [_time(attrs.evolve(step, facts=first.facts)) for step in self.steps[1:]]
        by = [self.catalog.dimension(d) if isinstance(d, str) else d for d in self.by]
        if STEP in (dimension.name for dimension in by):
            raise InvalidValue("a label has the name of the steps", STEP, "another name")
        return Question(
            metrics=(*people, *times),
            by=tuple(by),
            window=window_of(context, self.window),
            as_of=context.instant(self.as_of),
        )

    def finish(self, state: Measured) -> Cube:
        """Lay the steps of every cell below each other."""
        return _long(self, finish(state))


def _people(step: Tally, within: Within) -> Metric:
    definition = f"{step.definition} Within {within} of step 1."  # states of others differ
    return Metric(step.name, Sum(((1, step),)), unit=PEOPLE, definition=definition)


def _time(step: Tally) -> Metric:
    # The chains give the values: they are of no single fact.
    values = Tally(step.name, step.facts, of=len, unit="microseconds")
    return Metric(f"time to {step.name}", quantile=Quantile(values), unit=values.unit)


def _chain(
    steps: Sequence[Tally], within: Within, plan: Plan, block: Block, totals: Totals
) -> None:
    """Add the people of a block at each step, and the time that each step took them."""
    paths = Paths(block.view, steps, within)
    stream = getattr(block.view, steps[0].facts)
    cells = plan.cells_of(block, stream).take(paths.first)
    totals.cells.count(FACTS, cells)
    reach, instants = paths.followed()
    customer = stream.customer.take(paths.first)
    rows = furthest(customer, cells, reach, instants, never_falls=plan.never_falls)
    cells, reach = cells.take(rows), reach.take(rows)
    for place, tally in enumerate(plan.question.tallies):
        arrived = np.flatnonzero(reach > place)
        here = cells.take(arrived)
        totals.cells.count(plan.question.key(tally), here)
        if place:
            taken = rows.take(arrived)
            times = instants[place].take(taken) - instants[place - 1].take(taken)
            totals.values[place - 1].append((here, times))


def _long(funnel: Funnel, wide: Cube) -> Cube:
    """Return a funnel with a row per step of every cell of a cube with a column per step."""
    names = [step.name for step in funnel.steps]
    count, cells = len(names), len(wide)
    people = np.stack([wide.minor(name) for name in names], axis=1)
    before = np.concatenate([np.zeros_like(people[:, :1]), people[:, :-1]], axis=1).reshape(-1)
    first = np.repeat(people[:, 0], count)
    people = people.reshape(-1)
    hours = np.full((cells, count), np.nan)
    for place, name in enumerate(names[1:], start=1):
        hours[:, place] = wide[f"time to {name}"] / HOUR
    rows = np.repeat(np.arange(cells), count)
    is_later = np.tile(np.arange(count) > 0, cells)
    steps = np.empty(count, dtype=object)
    steps[:] = names
    metrics = {
        PEOPLE: MetricColumn(
            name=PEOPLE,
            values=people.astype(np.float64),
            numerator=people,
            denominator=None,
            kind="count",
            unit=PEOPLE,
        ),
        CONVERSION: _share(CONVERSION, people, before),
        OVERALL: _share(OVERALL, people, first),
        HOURS: MetricColumn(
            name=HOURS,
            values=hours.reshape(-1),
            numerator=None,
            denominator=None,
            kind="number",
            unit="hours",
        ),
    }
    own = {name: text.format(funnel.within) for name, text in _DEFINITIONS.items()}
    meant = wide.provenance.definitions
    known = {name: meant[name] for name in wide.axes}
    untold = (f"No activity tells of: {', '.join(funnel.untold)}.",) if funnel.untold else ()
    remarks = (*wide.provenance.remarks, *untold)
    told = {step.name: step.definition for step in funnel.steps}
    return attrs.evolve(
        wide.take(rows),
        is_incomplete=wide.is_incomplete[rows] | _may_go_on(funnel, wide)[rows] & is_later,
        axes={
            **{name: labels[rows] for name, labels in wide.axes.items()},
            STEP: np.tile(steps, cells),
        },
        metrics=metrics,
        provenance=attrs.evolve(
            wide.provenance, definitions={**told, **own, **known}, remarks=remarks
        ),
        finish=funnel.finish,
        ask=NotAsking(),
    )


def _may_go_on(funnel: Funnel, wide: Cube) -> BoolArray:
    """Return which cells are of a period or window whose last day has not had all its time."""
    context, question = wide.state.context, wide.state.question
    if not question.units and question.window is None:
        return np.zeros(len(wide), dtype=np.bool_)
    ends = question.frames(context).end_instants
    is_open = [funnel.within.reaches(context, end, question.as_of) for end in ends]
    return np.array(is_open, dtype=np.bool_).take(wide.period)


def _share(name: str, part: IntArray, whole: IntArray) -> MetricColumn:
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(whole > 0, part / whole, np.nan)
    return MetricColumn(
        name=name,
        values=values,
        numerator=part,
        denominator=whole,
        kind="share",
        unit="share",
        is_proportion=True,
    )


def funnel(
    history: Facts,
    steps: Mapping[str, Any] | Sequence[Any] | None = None,
    *,
    within: int | str | timedelta = "30d",
    by: By | Sequence[By] = (),
    window: Window = None,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Cube:
    """Count the people who go from step to step, in order and in time.

    Parameters
    ----------
    history
        A history with activities.
    steps
        Two or more, in order: a kind of activity, several kinds (any of them), ``"order"``,
        ``"first_order"``, or a metric that counts orders or activities, such as
        ``ci.orders.where(...)`` and ``ci.activities.where(...)``. A mapping gives them names.
        Default: the way to a first purchase (discover, visit, browse, add to cart, purchase),
        without the steps of which no activity tells.
    within
        The time from step 1 in which all others must lie: days, counted as local dates (30,
        ``"30d"``, ``"4w"``), or exact hours (``"12h"``). A timedelta of whole days counts local
        dates, any other exact time.
    by
        Labels of step 1: periods, labels of customers, and what a fact of that kind has.
    window
        Limits where step 1 lies; the other steps may lie after it.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where the dimensions are looked up.

    Returns
    -------
    Cube
        A row per step of every cell: ``people``; ``conversion`` (÷ the step before) and
        ``overall_conversion`` (÷ step 1), proportions with ``interval(...)``; ``median_hours``
        from the step before, exact.

    Raises
    ------
    InvalidValue
        If something is no step, or there are fewer than two.
    UnknownName
        If a step is nearly a kind of activity, and none.
    MissingData
        If the history has no activities and a step is one.
    Refused
        If step 1 has no label of a dimension.

    Notes
    -----
    A person is in a cell once. Of the facts of step 1 there, the one from which the person gets
    furthest counts, of several such the earliest, of several at once the one whose steps come
    soonest. From it every step is as early as it can be, at or after the step before, so that equal
    instants are in order. A fact fills one step: where facts of one instant fit several, they take
    as many steps as they can. A step of which no activity before as_of tells stays at 0, and a note
    names it. People whose step 1 lies less than `within` before as_of may still go on: later steps
    of a period or a `window` that has such days are marked as not final, and a `window` that ends
    so much earlier leaves them out.

    Cost: a few passes over the facts of each step, in blocks of whole customers.

    Examples
    --------
    >>> from custinsights.history.activity_history import ActivityHistory
    >>> history = ActivityHistory.from_arrays(
    ...     customer=["ada", "ada", "bo"],
    ...     at=["2024-01-05 10:00", "2024-01-05 12:00", "2024-01-06 09:00"],
    ...     kind=["visit", "added_to_cart", "visit"],
    ...     timezone="Europe/Paris",
    ... )
    >>> funnel(history, ["visit", "added_to_cart"]).to_dicts()[1]
    {'step': 'added_to_cart', 'people': 1, 'conversion': 0.5, 'overall_conversion': 0.5, \
'median_hours': 2.0}
    """
    check_history(history)
    instant = history.context.instant(as_of)
    if steps is None:
        steps, untold = known_steps(history, instant)
    else:
        untold = unheard_of(history, steps_of(steps), instant)
    return Funnel(steps, within, by, window, as_of, catalog, untold)(history)
