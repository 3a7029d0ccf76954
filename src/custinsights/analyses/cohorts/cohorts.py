"""What became of the customers who came in the same period, or with the same label?"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.dimensions import COHORT_UNITS
from custinsights.analyses.builtin.metrics import (
    observable_customers,
    retention_rate,
    second_orders,
)
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.cohorts.anchors import Anchor, anchor_of
from custinsights.analyses.declaring.declarations import Dimension, Metric, Trait, entries
from custinsights.analyses.declaring.grouping import By, as_label, grouped_by
from custinsights.analyses.declaring.nicknames import meant
from custinsights.analyses.measuring.finish import display_key
from custinsights.analyses.measuring.measure import Measure
from custinsights.analyses.measuring.measured import COUNT, FACTS, Measured
from custinsights.domain.fields import instance, named
from custinsights.domain.period import Period
from custinsights.errors import Refused, UnknownName, counted
from custinsights.history.columnar.columns import AnyArray, FloatArray, IntArray
from custinsights.history.columnar.periods import ordinals
from custinsights.history.facts import Facts
from custinsights.history.kernels.cells import summed
from custinsights.history.orders import When
from custinsights.results.cohort_grid import CohortGrid
from custinsights.results.cube import Cube

CUMULATIVE = "cumulative_revenue_per_customer"
LIFETIME_VALUE = "customer_lifetime_value"
BY_PERIOD = "period"
_ADVICE = f"Ask for {CUMULATIVE!r}: what a customer had paid by each age"


@attrs.frozen
class Cohorts(Analysis[Measured, CohortGrid]):
    """The analysis behind `cohorts`: a measurement by cohort and age, laid out as a grid."""

    period: str = attrs.field(default="month", validator=named("period of cohorts", COHORT_UNITS))
    by: str | Dimension | Trait = attrs.field(default=BY_PERIOD, converter=as_label)
    metric: str | Metric = "customers"
    anchor: str | Anchor = "first_order"
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def __attrs_post_init__(self) -> None:
        grouped_by((self.by,), Trait)
        entries("metric", (self.metric,), Metric)
        anchor_of(self.anchor)

    @property
    def label(self) -> Dimension:
        """The dimension whose labels are the cohorts."""
        if self.by == BY_PERIOD:
            return self.cohort
        if isinstance(self.by, str):
            found = self.catalog.dimension(self.by)
        else:
            found = self.by.as_dimension() if isinstance(self.by, Trait) else self.by
        if not found.of_customers:
            raise Refused(
                "cohorts",
                found.name,
                "it changes from order to order, and a cohort is what a customer stays in",
                "Take a label of customers, such as customer_country or first_channel",
            )
        return found

    @property
    def cohort(self) -> Dimension:
        """The period of the anchor, in this analysis' period."""
        plain = self.catalog.dimension(f"cohort_{self.period}")
        if self.anchor == "first_order":
            return plain
        name = self.anchor if isinstance(self.anchor, str) else self.anchor.__name__
        return attrs.evolve(plain, of=anchor_of(self.anchor), definition=f"By {name}.")

    @property
    def age(self) -> Dimension:
        """Age in this analysis' period and from its anchor, whatever dimension is beside it."""
        return attrs.evolve(self.catalog.dimension("age"), of=self.cohort.of, period=self.period)

    @property
    def asked(self) -> Metric:
        """The metric that the grid is made of."""
        if isinstance(self.metric, Metric):
            found = self.metric
        else:
            found = self._named("revenue" if self.metric == CUMULATIVE else self.metric)
        if found.name == LIFETIME_VALUE:
            raise Refused(found.name, "cohorts", "it is of no age, and cohorts go by age", _ADVICE)
        if any(tally.customer_type is not None for tally in found.tallies):
            raise Refused(
                found.name,
                "cohorts",
                "new is relative to a period or a window, and cohorts go by age over all time",
                "Ask for customers, orders or revenue",
            )
        return found

    def _named(self, name: str) -> Metric:
        try:
            return self.catalog.metric(name)
        except UnknownName as error:
            advice = _ADVICE if meant(name, (LIFETIME_VALUE,)) else error.advice
            raise UnknownName(error.kind, name, error.known, advice) from None

    @property
    def split(self) -> tuple[Dimension, ...]:
        """What the cells go by beside age.

        Customers of a label came at different times: what they had paid by an age is of those who
        are observable there, which the period of the anchor tells.
        """
        label, cohort = self.label, self.cohort
        is_told = self.metric != CUMULATIVE or label.name == cohort.name
        return (label,) if is_told else (label, cohort)

    def _measure(self) -> Measure:
        metrics = [self.catalog.metric("customers"), self.asked, observable_customers]
        metrics += [second_orders] if self.by == BY_PERIOD else [second_orders, retention_rate]
        by = (*self.split, self.age)
        return Measure(tuple(dict.fromkeys(metrics)), by=by, as_of=self.as_of, catalog=self.catalog)

    def summarise(self, history: Facts) -> Measured:
        """Return the mergeable state of a history or of a part of one."""
        return self._measure().summarise(history)

    def finish(self, state: Measured) -> CohortGrid:
        """Lay the merged cells out as a grid."""
        return _Grid(self, state, self._measure().finish(state)).grid()


@attrs.frozen(eq=False, slots=False)
class _Grid:
    """The cells of a merged state, laid out by cohort and age."""

    analysis: Cohorts
    state: Measured
    cells: Cube

    def grid(self) -> CohortGrid:
        """Return the finished grid."""
        name, column = self.analysis.asked.name, self.cells.metrics[self.analysis.asked.name]
        size, observed = self.begun_by_age[:, 0], self.observed
        nobody, left = size[:, None] == 0, self._ages_left
        is_over = np.where(nobody, left > (not self.is_at_start), observed == size[:, None])
        reached = np.where(nobody, left > 0, self.begun_by_age[:, : self.ages] > 0)
        if self.is_by_period:
            active, base = self._minor("customers"), np.repeat(size[:, None], self.ages, axis=1)
        else:  # the customers of a label came at different times
            active, base = self._minor(retention_rate.name), observed
        values = self._spread(name)
        kind, exponent = column.kind, column.exponent
        if self.analysis.metric == CUMULATIVE:
            so_far = self._so_far(name)  # whole numbers lose nothing
            with np.errstate(divide="ignore", invalid="ignore"):
                values = so_far / 10**exponent / np.where(base > 0, base, np.nan)
            name, kind, exponent = CUMULATIVE, "number", 0
        returned = np.cumsum(self._minor(second_orders.name), axis=1)
        return CohortGrid(
            cohorts=self.cohorts,
            sizes=size,
            values=np.where(reached, values, np.nan),
            partial=reached & ~is_over,
            active=np.where(reached, active, np.nan),
            base=np.where(reached, base, 0),
            returned=np.where(reached if self.is_by_period else is_over, returned, np.nan),
            observed=observed,
            metric=name,
            kind=kind,
            unit=column.unit,
            exponent=exponent,
            period=self.analysis.period,
            overlaps=self.analysis.label.several,
            provenance=attrs.evolve(self.cells.provenance, remarks=self._remarks),
        )

    @property
    def _remarks(self) -> tuple[str, ...]:
        """Say how many facts are in no cell, beside what is said of the cells."""
        said, tallies = self.cells.provenance.remarks, self.state.tallies
        ageless = [row for row, age in enumerate(tallies.labels_of("age")) if age is None]
        left = int(tallies.columns[FACTS][ageless].sum())
        if not left:
            return said
        people = "before the anchor or of people without one"
        return (*said, f"In no cell: {counted(left, 'fact')} {people}.")

    @property
    def is_by_period(self) -> bool:
        """Whether all customers of a cohort came in one period."""
        return self.analysis.by == BY_PERIOD

    @cached_property
    def exposed(self) -> tuple[list[Any], IntArray, IntArray]:
        """Cohorts, the number of ages that are over, and how many customers have both.

        Customers without an anchor have no age, and are in none.
        """
        exposed = self.state.exposed
        assert exposed is not None  # noqa: S101 - observable customers were asked for
        rows = np.flatnonzero(exposed.codes[-1] >= 0)
        labels = exposed.labels_of(self.analysis.label.name, rows)
        return labels, exposed.codes[-1].take(rows), exposed.columns[COUNT].take(rows)

    @cached_property
    def cohorts(self) -> tuple[Any, ...]:
        """Every period from the first to the last, or the labels that occur, None first."""
        occurring = sorted(set(self.exposed[0]), key=display_key(self.analysis.label, self.state))
        if not self.is_by_period:
            return tuple(occurring)
        found = [label for label in occurring if label is not None]
        if not found:
            return ()
        unit, calendar = self.analysis.period, self.state.context.calendar
        first, last = (Period.parse(label, calendar).ordinal for label in (found[0], found[-1]))
        return tuple(Period.from_ordinal(unit, o, calendar).label for o in range(first, last + 1))

    @property
    def _ages_left(self) -> IntArray:
        """int64[rows, ages], from each age on how many have begun, in cohorts by period."""
        rows, ages = np.arange(len(self.cohorts)), np.arange(self.ages)
        left: IntArray = self.ages - ages - rows[:, None]
        return left

    @cached_property
    def row(self) -> dict[Any, int]:
        """Cohort -> its row."""
        return {name: place for place, name in enumerate(self.cohorts)}

    @cached_property
    def ages(self) -> int:
        """How many ages have begun for somebody, at least one."""
        ended = [n for x, n in zip(self.exposed[0], self.exposed[1], strict=True) if x in self.row]
        return max(int(max(ended, default=0)) + (not self.is_at_start), 1)

    @cached_property
    def begun_by_age(self) -> IntArray:
        """int64[rows, ages + 1], the customers of whom so many ages are over, or one is running."""
        labels, ended, count = self.exposed
        rows = np.array([self.row.get(label, -1) for label in labels], dtype=np.int64)
        known = np.flatnonzero(rows >= 0)
        begun = np.zeros((len(self.cohorts), self.ages + 2), dtype=np.int64)
        ages = ended.take(known) + (not self.is_at_start)
        begun[rows.take(known), ages] = count.take(known)
        return np.cumsum(begun[:, ::-1], axis=1)[:, ::-1][:, 1:]

    @property
    def observed(self) -> IntArray:
        """int64[rows, ages], the customers whose period at each age is over."""
        return self.begun_by_age[:, : self.ages] if self.is_at_start else self.begun_by_age[:, 1:]

    @cached_property
    def is_at_start(self) -> bool:
        """Whether as_of is the very beginning of a period, so that none is running."""
        context = self.state.context
        day = context.day(self.state.question.as_of)
        now = ordinals(self.analysis.period, np.array([day]), context.calendar)[0]
        period = Period.from_ordinal(self.analysis.period, int(now), context.calendar)
        start = context.calendar.start_of_day(period.start)
        return bool(start == self.cells.provenance.as_of)

    def _so_far(self, name: str) -> IntArray:
        """int64[cohorts, ages], a sum up to each age, in cohorts by label of who is observable."""
        if self.is_by_period:
            return np.cumsum(self._minor(name), axis=1)
        exposed, cohort = self.state.exposed, self.analysis.split[-1].name
        assert exposed is not None  # noqa: S101 - observable customers were asked for
        over = dict(zip(exposed.labels_of(cohort), exposed.codes[-1].tolist(), strict=True))
        rows, places = self._places
        cohorts = self.cells.labels(cohort).take(rows).tolist()
        row, age = np.divmod(places, self.ages)
        ended = np.minimum([over[label] for label in cohorts], self.ages).astype(np.int64)
        # A value counts from its age on, as long as the ages of its cohort are over.
        value = np.where(age < ended, self.cells.minor(name).take(rows), 0)
        begins = row * (self.ages + 1)
        changes = np.concatenate([value, -value])
        cells, change = summed(np.concatenate([begins + age, begins + ended]), changes)
        grid = np.zeros((len(self.cohorts), self.ages + 1), dtype=np.int64)
        grid.reshape(-1)[cells] = change
        return np.cumsum(grid, axis=1)[:, : self.ages]

    def _spread(self, name: str) -> FloatArray:
        """Return a metric as float64[cohorts, ages]; 0 (or NaN for quotients) without a cell."""
        column = self.cells.metrics[name]
        is_sum = column.numerator is not None and column.denominator is None
        return self._laid(column.values, 0.0 if is_sum else np.nan)

    def _minor(self, name: str) -> IntArray:
        """Return a sum, or what is above the line of a quotient, as int64[cohorts, ages]."""
        above = self.cells.numerator(name)
        assert above is not None  # noqa: S101 - none of them is a quantile
        return self._laid(above, 0)

    @cached_property
    def _places(self) -> tuple[IntArray, IntArray]:
        """The rows of the cube that have a cohort and an age, and their flat places in the grid."""
        labels = self.cells.labels(self.analysis.label.name).tolist()
        found = [
            (place, self.row[cohort] * self.ages + age)
            for place, (cohort, age) in enumerate(
                zip(labels, self.cells.labels("age").tolist(), strict=True)
            )
            if cohort in self.row and age is not None and age < self.ages
        ]
        rows, places = np.array(found, dtype=np.int64).reshape(-1, 2).T
        return rows, places

    def _laid(self, values: AnyArray, empty: float) -> AnyArray:
        """Return values of the cells by cohort and age, and what stands where there is no cell."""
        grid = np.full((len(self.cohorts), self.ages), empty, dtype=values.dtype)
        rows, places = self._places
        taken = values.take(rows)
        if values.dtype.kind == "i":  # several cells of disjoint customers, or one
            places, taken = summed(places, taken)
        grid.reshape(-1)[places] = taken
        return grid


def cohorts(
    history: Facts,
    *,
    period: str = "month",
    by: By | Trait = BY_PERIOD,
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
        ``customer_country``, a label trait such as ``first_channel``, or ``first_product``,
        ``first_category`` and ``first_department``, of which a customer may have several: then
        the customer is in each of these cohorts. Or segments, as `segment_dimension` takes them.
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
        partial; later ones are NaN, never 0. The customers of a label came at different times:
        its retention and its cumulative revenue per customer at an age are those of the customers
        who are observable there, NaN where none is. Those whose label is unknown are the cohort
        None, so that the sizes add up to all who have an anchor.

    Notes
    -----
    Cost: one measurement of the history, a few passes over instants and customers. Facts
    before the anchor have no age and are in no cell, nor are those of customers without an
    anchor, who are in no cohort; a remark counts them, once for each cohort of theirs.
    """
    return Cohorts(period, by, metric, anchor, as_of, catalog)(history)
