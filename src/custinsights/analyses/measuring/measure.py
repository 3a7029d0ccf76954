"""How is a history measured? Metrics by dimensions, as of an instant, in a window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.declarations import Dimension, Metric, entries
from custinsights.analyses.declaring.grouping import By, grouped_by
from custinsights.analyses.declaring.tally import Sum
from custinsights.analyses.measuring.finish import finish
from custinsights.analyses.measuring.measured import Measured
from custinsights.analyses.measuring.plan import SPEND, Question
from custinsights.analyses.measuring.rows import rows_where
from custinsights.analyses.measuring.summarise import summarise
from custinsights.domain.fields import instance
from custinsights.domain.period import Period, shorter_units
from custinsights.errors import InvalidValue, Refused
from custinsights.history.columnar.localtime import day_number, to_datetime, to_microseconds
from custinsights.history.context import Context
from custinsights.history.facts import Facts, check_history, check_orders
from custinsights.history.orders import When
from custinsights.results.cube import Cube
from custinsights.results.freezing import meant
from custinsights.results.table import Table

ACTIVITIES = "activities"
_WITHOUT_ORDERS = {ACTIVITIES, "customers", SPEND}
"""The streams that a history of activities alone has; functions see everybody as they are."""

Window: TypeAlias = str | Period | tuple[When, When] | None
"""A period's label, a Period, or (start, end), the end exclusive."""


def metrics_of(given: str | Metric | Iterable[str | Metric]) -> tuple[str | Metric, ...]:
    """Return the metrics that are meant, of which there is at least one."""
    items = entries("metrics", given, Metric)
    if not items:
        raise InvalidValue(
            what="there is nothing to measure",
            given="no metrics",
            allowed="at least one, such as 'revenue'",
        )
    return items


@attrs.frozen
class Measure(Analysis[Measured, Cube]):
    """The analysis behind `measure`: metrics by dimensions.

    ``Measure(metrics, by=by)(history)`` is ``measure(history, metrics, by=by)``. `summarise` gives
    a state; states of histories of disjoint customers merge with ``+``; `finish` makes the cube.

    Parameters
    ----------
    metrics, by
        Names in the catalog, or entries of their own.
    window
        See `measure`.
    as_of
        See `measure`.
    catalog
        Where names are looked up.
    """

    metrics: tuple[str | Metric, ...] = attrs.field(converter=metrics_of)
    by: tuple[str | Dimension, ...] = attrs.field(default=(), converter=grouped_by)
    window: Window = None
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def __call__(self, history: Facts) -> Cube:
        """Summarise and finish; the cube can ask the history again."""
        cube = self.finish(self.summarise(history))
        return attrs.evolve(cube, ask=Asking(self, history))

    def summarise(self, history: Facts) -> Measured:
        """Return the mergeable state of a history or of a part of one."""
        check_history(history)
        question = self.question(history.context)
        for metric in question.metrics:
            if not metric.facts <= _WITHOUT_ORDERS:
                check_orders(history, f"the metric {metric.name!r}")
        return summarise(question, history)

    def finish(self, state: Measured) -> Cube:
        """Finish a merged state."""
        return finish(state)

    def question(self, context: Context) -> Question:
        """Resolve names and instants for a history."""
        metrics = tuple(
            self.catalog.metric(item) if isinstance(item, str) else item for item in self.metrics
        )
        by = tuple(
            self.catalog.dimension(item) if isinstance(item, str) else item for item in self.by
        )
        return Question(
            metrics=metrics,
            by=by,
            window=window_of(context, self.window),
            as_of=context.instant(self.as_of),
        )


def window_of(context: Context, window: Window) -> tuple[int, int] | None:
    """Return a window in microseconds UTC."""
    if window is None:
        return None
    start, end = context.calendar.window(window)
    return to_microseconds(start), to_microseconds(end)


def measure(
    history: Facts,
    metrics: str | Metric | Sequence[str | Metric],
    *,
    by: By | Sequence[By] = (),
    window: Window = None,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Cube:
    """Measure a history: metrics in the cells that dimensions make.

    Parameters
    ----------
    history
        An order history, or a part of one.
    metrics
        Names of metrics such as ``"revenue"``, or metrics; the reference lists them all.
    by
        Names of dimensions such as ``"month"`` or ``"country"``, dimensions, or segments. Periods
        taken together are the frame that new and returning are relative to.
    window
        Limits the cells: a period's label (``"2011"``, ``"2011-Q3"``), or ``(start, end)`` with
        the end exclusive. Customers are new or returning against all facts before as_of.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    Cube
        One row per cell: float64 in natural units, NaN where a denominator is 0. Every period of
        the window has its rows, also an empty one.

    Raises
    ------
    Refused
        If a metric makes no sense by a dimension (revenue by product); it names what does.
    UnknownName
        If a name is in neither the catalog nor an installed package.
    MissingData
        If the history lacks what a metric or dimension needs.

    Notes
    -----
    Cost: a few passes over the columns that the question touches, in blocks of whole customers;
    distinct customers by labels that can fall along a customer cost one more sort per block.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     amount=[10, 5, 7],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> measure(history, ["revenue", "new_customers"], by="month").to_dicts()[0]
    {'month': '2024-01', 'revenue': Decimal('15.00'), 'new_customers': 2}
    """
    return Measure(metrics, by=by, window=window, as_of=as_of, catalog=catalog)(history)


@attrs.frozen(eq=False)
class Asking:
    """How a cube asks its history again.

    `labels` are those of the cells that slices and drills have chosen so far: what is asked again
    stays inside them.
    """

    measure: Measure
    history: Facts
    labels: Mapping[str, Any] = attrs.field(factory=dict)

    def within(self, labels: Mapping[str, Any]) -> Asking:
        """Ask inside some cells only."""
        return attrs.evolve(self, labels={**self.labels, **labels})

    def drill(self, cube: Cube, dimension: str, labels: Mapping[str, Any]) -> Cube:
        """Measure by a finer dimension inside some cells."""
        for name in labels:
            cube.labels(name)  # refuses what is no dimension of the cube
        self._check(cube, labels)
        chosen = {**self.labels, **labels}
        by = self.measure.question(self.history.context).by
        periods = [item.name for item in by if item.kind == "period"]
        window = self.measure.window
        for name in periods:
            if name in chosen:
                window = self._narrowed(window, str(chosen[name]))
        self._check_finer(dimension, by)
        finer: list[str | Dimension] = [dimension]
        finer += [item for item in by if item.name not in periods]
        measure = attrs.evolve(self.measure, by=finer, window=window)
        return self._inside(measure, {n: x for n, x in chosen.items() if n not in periods})

    def _check_finer(self, dimension: str, by: tuple[Dimension, ...]) -> None:
        """Refuse periods that are no shorter than those of the cells."""
        given = self.measure.catalog.dimension(dimension)
        for item in by:
            finer = (*shorter_units(str(item.period)), "hour") if item.kind == "period" else ()
            if given.kind == item.kind == "period" and given.period not in finer:
                raise Refused(
                    "drill",
                    dimension,
                    f"the cells are by {item.name}, and a drill goes to what is finer",
                    f"Drill into {', '.join(finer)}, or into a label such as country",
                )

    def _inside(self, measure: Measure, labels: Mapping[str, Any]) -> Cube:
        """Measure, and return the cells with some labels."""
        cube = measure(self.history)
        kept = {n: meant(x, set(cube.axes[n].tolist())) for n, x in labels.items()}
        is_inside = np.ones(len(cube), dtype=np.bool_)
        for name, label in kept.items():
            is_inside &= np.array([held == label for held in cube.axes[name].tolist()], bool)
        asking = Asking(measure, self.history, kept)
        return attrs.evolve(cube.take(np.flatnonzero(is_inside)), ask=asking)

    def since(self, cube: Cube, periods: int) -> Cube:
        """Measure all cells, from so many periods before the window on; relative words hold.

        They are relative to the periods, and those before the window are not cut by it. Of two
        periods in `by` one cuts the other, so that more of them hold so many whole ones.
        """
        context = self.history.context
        question = self.measure.question(context)
        window = question.window
        if window is None or window[0] <= context.observed_from:
            return self.measure(self.history) if cube.is_slice else cube
        first = context.calendar.local_date(to_datetime(window[0]))
        starts = [
            Period.containing(unit, first, context.calendar)
            .next(-periods * len(question.units))
            .start
            for unit in question.units
        ]
        earlier = max(context.start_of(day_number(max(starts))), context.observed_from)
        span = (to_datetime(min(earlier, window[0])), to_datetime(window[1]))
        return attrs.evolve(self.measure, window=span)(self.history)

    def _narrowed(self, window: Window, label: str) -> Window:
        calendar = self.history.calendar
        start, end = calendar.window(label)
        if window is not None:
            first, last = calendar.window(window)
            start, end = max(start, first), min(end, last)
        return start, end

    def _check(self, cube: Cube, labels: Mapping[str, Any]) -> None:
        for name, label in labels.items():
            if name in cube.axes:
                cube.at(**{name: label})

    def without(self, dimension: str) -> Cube:
        """Measure without a dimension, inside the other labels."""
        by = tuple(
            item
            for item in self.measure.by
            if (item if isinstance(item, str) else item.name) != dimension
        )
        measure = attrs.evolve(self.measure, by=by)
        return self._inside(measure, {n: x for n, x in self.labels.items() if n != dimension})

    def rows(
        self, cube: Cube, stream: str, labels: Mapping[str, Any], sort: str, limit: int | None
    ) -> Table:
        """Return the facts of a stream in some cells, also of finer dimensions than the cube's."""
        self._check(cube, labels)
        counting = self._counting(stream)
        chosen = {**self.labels, **labels}
        question = self.measure.question(self.history.context)
        own = {dimension.name: dimension for dimension in question.by}
        # Periods are the frame of what is relative, also where none of them is chosen.
        names = dict.fromkeys([*(n for n, d in own.items() if d.kind == "period"), *chosen])
        dimensions = []
        for name in names:
            dimension = own[name] if name in own else self.measure.catalog.dimension(name)
            if dimension.kind == "period" and name in chosen:
                self.history.calendar.window(str(chosen[name]))  # refuses what is no period
            dimensions.append(dimension)
        asked = Question(
            metrics=counting,
            by=tuple(dimensions),
            window=question.window,
            as_of=question.as_of,
        )
        return rows_where(asked, self.history, chosen, sort, limit)

    def _counting(self, stream: str) -> tuple[Metric, ...]:
        """Return metrics that count the rows behind those of the cube, if there are such rows."""
        metrics = self.measure.question(self.history.context).metrics
        streams = set().union(*(metric.facts for metric in metrics))
        is_of_activities = stream == ACTIVITIES
        if (ACTIVITIES not in streams) if is_of_activities else (streams == {ACTIVITIES}):
            other = "orders" if is_of_activities else ACTIVITIES
            raise InvalidValue(
                what=f"no {stream} lie behind the metrics of the cube",
                given=", ".join(metric.name for metric in metrics),
                allowed=f"metrics of {stream}",
                advice=f"cube.{other}(...) gives what lies behind these",
            )
        if not is_of_activities:
            return (self.measure.catalog.metric("orders"),)
        values = [m.quantile.values for m in metrics if m.quantile is not None]
        tallies = [*(tally for metric in metrics for tally in metric.tallies), *values]
        return tuple(
            Metric(f"{place} {tally.name}", Sum(((1, tally),)))
            for place, tally in enumerate(dict.fromkeys(tallies))
            if tally.facts == ACTIVITIES
        )
