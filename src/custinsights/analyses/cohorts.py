"""What became of the customers who came in the same period, or with the same label?"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.anchors import Anchor, anchor_of
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declarations import Dimension, Metric, Trait, entries
from custinsights.analyses.dimensions import COHORT_UNITS
from custinsights.analyses.finish import provenance_of
from custinsights.analyses.measure import Measure
from custinsights.analyses.measured import COUNT, Measured
from custinsights.analyses.metrics import observable_customers
from custinsights.domain.fields import instance, named
from custinsights.domain.period import Period
from custinsights.errors import Refused
from custinsights.history.columns import AnyArray, FloatArray, IntArray
from custinsights.history.facts import Facts
from custinsights.history.orders import When
from custinsights.history.periods import ordinals
from custinsights.history.tallies import label_key
from custinsights.results.cohort_grid import CohortGrid
from custinsights.results.cube import Cube

CUMULATIVE = "cumulative_revenue_per_customer"
BY_PERIOD = "period"


@attrs.frozen
class Cohorts:
    """The analysis behind `cohorts`: a measurement by cohort and age, laid out as a grid."""

    period: str = attrs.field(default="month", validator=named("period of cohorts", COHORT_UNITS))
    by: str | Dimension | Trait = BY_PERIOD
    metric: str | Metric = "customers"
    anchor: str | Anchor = "first_order"
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def __attrs_post_init__(self) -> None:
        entries("by", (self.by,), Dimension, Trait)
        entries("metric", (self.metric,), Metric)
        anchor_of(self.anchor)

    def __call__(self, history: Facts) -> CohortGrid:
        """Summarise and finish."""
        return self.finish(self.summarise(history))

    @property
    def _label(self) -> Dimension:
        """The dimension whose labels are the cohorts."""
        if self.by == BY_PERIOD:
            return self._cohort
        if isinstance(self.by, Dimension):
            found = self.by
        elif isinstance(self.by, Trait) or self.by in self.catalog.traits:
            trait = self.by if isinstance(self.by, Trait) else self.catalog.traits[self.by]
            found = Dimension(trait.name, "customers", of=trait.of, never_falls=True)
            if trait.kind != "label":
                raise Refused(
                    "cohorts",
                    trait.name,
                    f"its values are of the kind {trait.kind}, and cohorts are labels",
                    "Take a trait that is a label",
                )
        else:
            found = self.catalog.dimension(self.by)
        if found.facts != "customers" or found.kind == "customer_type":
            raise Refused(
                "cohorts",
                found.name,
                "a customer has several such labels, and a cohort is one label of a customer",
                "Take a label of customers, such as customer_country or first_channel",
            )
        return found

    @property
    def _cohort(self) -> Dimension:
        plain = self.catalog.dimension(f"cohort_{self.period}")
        if self.anchor == "first_order":
            return plain
        name = self.anchor if isinstance(self.anchor, str) else self.anchor.__name__
        return attrs.evolve(plain, of=anchor_of(self.anchor), definition=f"By {name}.")

    @property
    def _age(self) -> Dimension:
        """Age in this analysis' period and from its anchor, whatever dimension is beside it."""
        return attrs.evolve(self.catalog.dimension("age"), of=self._cohort.of, period=self.period)

    @property
    def _metric(self) -> Metric:
        if isinstance(self.metric, Metric):
            return self.metric
        return self.catalog.metric("revenue" if self.metric == CUMULATIVE else self.metric)

    def _measure(self) -> Measure:
        active = self.catalog.metric("customers")
        metrics = tuple(dict.fromkeys((active, self._metric, observable_customers)))
        by = (self._label, self._age)
        return Measure(metrics, by=by, as_of=self.as_of, catalog=self.catalog)

    def summarise(self, history: Facts) -> Measured:
        """Return the mergeable state of a history or of a part of one."""
        return self._measure().summarise(history)

    def finish(self, state: Measured) -> CohortGrid:
        """Lay the merged cells out as a grid."""
        return _Grid(self, state, self._measure().finish(state)).grid()


@attrs.frozen(eq=False, slots=False)
class _Grid:
    analysis: Cohorts
    state: Measured
    cells: Cube

    def grid(self) -> CohortGrid:
        labels = self._labels()
        row = {name: place for place, name in enumerate(labels)}
        ages = self._ages(labels)
        size = np.array([self._sizes.get(name, 0) for name in labels], dtype=np.int64)
        seen = self._spread(row, ages, observable_customers.name)
        observed = np.nan_to_num(seen).astype(np.int64)
        is_over = (observed == size[:, None]) & (size[:, None] > 0)
        running = self._running(labels, observed, size)
        reached = is_over | running
        metric = self.analysis._metric  # noqa: SLF001
        active = np.where(reached, self._spread(row, ages, "customers"), np.nan)
        values = np.where(reached, self._spread(row, ages, metric.name), np.nan)
        column = self.cells.metrics[metric.name]
        kind, unit, name = column.kind, column.unit, metric.name
        if self.analysis.metric == CUMULATIVE:
            minor = self._laid(row, ages, self.cells.minor(metric.name), 0)
            so_far = np.cumsum(minor, axis=1) / 10**column.exponent  # whole numbers lose nothing
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.where(reached, so_far / size[:, None], np.nan)
            kind, name = "number", CUMULATIVE
        return CohortGrid(
            cohorts=tuple(labels),
            sizes=size,
            values=values,
            partial=reached & ~is_over,
            active=active,
            observed=observed,
            metric=name,
            kind=kind,
            unit=unit,
            exponent=column.exponent if kind == column.kind else 0,
            period=self.analysis.period,
            provenance=provenance_of(self.state),
        )

    @cached_property
    def _sizes(self) -> dict[Any, int]:
        """Cohort -> its customers."""
        exposed = self.state.exposed
        assert exposed is not None  # noqa: S101 - observable customers were asked for
        sizes: dict[Any, int] = {}
        labels = exposed.labels_of(self.analysis._label.name)  # noqa: SLF001
        for label, count in zip(labels, exposed.columns[COUNT].tolist(), strict=True):
            sizes[label] = sizes.get(label, 0) + count
        return sizes

    def _labels(self) -> list[Any]:
        """Return the cohorts: every period from the first to the last, or the labels."""
        found = sorted((label for label in self._sizes if label is not None), key=label_key)
        if self.analysis.by != BY_PERIOD or not found:
            return found
        calendar = self.state.context.calendar
        first = Period.parse(found[0], calendar).ordinal
        last = Period.parse(found[-1], calendar).ordinal
        unit = self.analysis.period
        return [Period.from_ordinal(unit, o, calendar).label for o in range(first, last + 1)]

    def _now(self) -> int:
        """The ordinal of the period that as_of lies in."""
        context = self.state.context
        day = context.day(self.state.question.as_of)
        found = ordinals(self.analysis.period, np.array([day]), context.calendar)
        return int(found[0])

    def _is_at_start(self) -> bool:
        """Whether as_of is the very beginning of a period, so that none is running."""
        context = self.state.context
        period = Period.from_ordinal(self.analysis.period, self._now(), context.calendar)
        start = context.calendar.start_of_day(period.start)
        return bool(start == self.cells.provenance.as_of)

    def _ages(self, labels: list[Any]) -> int:
        ages = [age for age in self.cells.labels("age").tolist() if age is not None]
        if self.analysis.by == BY_PERIOD and labels:
            first = Period.parse(labels[0], self.state.context.calendar).ordinal
            return max(self._now() - first + (0 if self._is_at_start() else 1), 1)
        return max(ages, default=0) + 1

    def _running(self, labels: list[Any], observed: IntArray, size: IntArray) -> Any:
        """Return which cells lie, for some customers, in a period that is not over."""
        running = np.zeros(observed.shape, dtype=np.bool_)
        if self.analysis.by != BY_PERIOD:
            running[:] = (observed > 0) & (observed < size[:, None])
            active = self._spread(
                {name: place for place, name in enumerate(labels)},
                observed.shape[1],
                "customers",
            )
            return running | ((active > 0) & (observed < size[:, None]))
        if self._is_at_start():
            return running
        now = self._now()
        for place, label in enumerate(labels):
            age = now - Period.parse(label, self.state.context.calendar).ordinal
            if 0 <= age < observed.shape[1]:
                running[place, age] = True
        return running

    def _spread(self, row: dict[Any, int], ages: int, name: str) -> FloatArray:
        """Return a metric as float64[cohorts, ages]; 0 (or NaN for quotients) without a cell."""
        column = self.cells.metrics[name]
        is_sum = column.numerator is not None and column.denominator is None
        return self._laid(row, ages, column.values, 0.0 if is_sum else np.nan)

    def _laid(self, row: dict[Any, int], ages: int, values: AnyArray, empty: float) -> AnyArray:
        """Return values of the cells by cohort and age, and what stands where there is no cell."""
        grid = np.full((len(row), ages), empty, dtype=values.dtype)
        label = next(iter(self.cells.axes))
        labels, found = self.cells.labels(label).tolist(), self.cells.labels("age").tolist()
        for place, (cohort, age) in enumerate(zip(labels, found, strict=True)):
            if cohort in row and age is not None and age < ages:
                grid[row[cohort], age] = values[place]
        return grid


def cohorts(
    history: Facts,
    *,
    period: str = "month",
    by: str | Dimension | Trait = BY_PERIOD,
    metric: str | Metric = "customers",
    anchor: str | Anchor = "first_order",
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> CohortGrid:
    """Follow the customers who share the period, or a label, of an anchor.

    Parameters
    ----------
    history
        An order history.
    period
        ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``: of the cohorts and of age.
    by
        ``"period"`` for the period of the anchor, or a label of customers: a dimension such as
        ``customer_country``, or a label trait such as ``first_channel``.
    metric
        A flow metric such as ``customers``, ``orders``, ``revenue``, ``average_order_value``, or
        ``"cumulative_revenue_per_customer"``.
    anchor
        ``"first_order"`` (counted), ``"created_at"``, or a function from a counted history to one
        instant per person.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    CohortGrid
        A cell whose whole period ended at or before `as_of` is observable; a running one is
        partial; later ones are NaN, never 0.

    Notes
    -----
    Cost: one measurement of the history, a few passes over instants and customers. Facts
    before the anchor have no age and are in no cell.
    """
    return Cohorts(period, by, metric, anchor, as_of, catalog)(history)
