"""Do the numbers of a history agree with each other? The conservation laws, on one's own data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial

import attrs
import numpy as np

from custinsights.analyses.builtin.dimensions import COHORT_UNITS
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.cohorts.cohorts import Cohorts
from custinsights.analyses.customers.rfm import RFM
from custinsights.analyses.customers.tiers import Tiers
from custinsights.analyses.declaring.declarations import Dimension, Metric
from custinsights.analyses.declaring.tally import Tally
from custinsights.analyses.measuring.finish import provenance_of
from custinsights.analyses.measuring.measure import Measure
from custinsights.analyses.measuring.plan import SPEND, check
from custinsights.domain.fields import instance
from custinsights.errors import InvalidValue, MissingData, NeedsModels, Refused, counted
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import When
from custinsights.results.audit import Audit, AuditOutcome
from custinsights.results.cube import Cube

_LINES = ("lines", "line_refunds")
_PERIODS = ("day", "week", "month", "quarter", "year")
_MOST_NAMED = 3


def is_additive(metric: Metric) -> bool:
    """Tell whether a metric is a flow whose cells add up: neither distinct nor relative."""
    return metric.denominator is None and metric.quantile is None and _adds_up(metric.tallies)


def _adds_up(tallies: Iterable[Tally]) -> bool:
    """Tell whether facts alone are added, each in one cell: spend needs its period whole."""
    is_relative = (t.is_stock or t.distinct or t.special or t.customer_type for t in tallies)
    return not any(is_relative) and not any(t.facts == SPEND for t in tallies)


@attrs.frozen(slots=False)
class Auditing:
    """The analysis behind `audit`: many measurements, and what they must have in common."""

    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def __call__(self, history: Facts) -> Audit:
        """Ask everything and compare."""
        check_history(history)
        return _Auditor(history, history.context.instant(self.as_of), self.catalog).audit()


@attrs.frozen(eq=False, slots=False)
class _Auditor:
    history: Facts
    as_of: int
    catalog: Catalog

    def audit(self) -> Audit:
        outcomes = [
            *self._identities(),
            *self._sums(),
            *self._customers(),
            self._proportions(),
            self._parts(),
        ]
        state = Measure("orders", as_of=self._when).summarise(self.history)
        return Audit(outcomes, provenance_of(state))

    @property
    def _when(self) -> When:
        return to_datetime(self.as_of)

    def _measure(self, metrics: Iterable[Metric], by: Iterable[Dimension] = ()) -> Cube:
        return self._asked(metrics, by)(self.history)

    def _asked(self, metrics: Iterable[Metric], by: Iterable[Dimension] = ()) -> Measure:
        # One window for all, so that new and returning have a frame and no fact is outside.
        window = (self.history.observed_from, max(self._when, self.history.observed_until))
        is_empty = window[0] == window[1]
        return Measure(
            tuple(metrics), tuple(by), None if is_empty else window, self._when, self.catalog
        )

    @cached_property
    def _held(self) -> dict[str, Metric]:
        """The metrics that this history can tell."""
        return {n: m for n, m in self.catalog.metrics.items() if self._can_tell(m)}

    def _can_tell(self, metric: Metric) -> bool:
        by = [self.catalog.dimension(name) for name in ("cohort_month", "age")]
        by = by if any(t.special in ("retained", "observable") for t in metric.tallies) else []
        nobody = self.history.part(0, 0)
        try:
            Measure(metric, by, None, self._when, self.catalog).summarise(nobody)
        except MissingData:
            return False
        return True

    # --- identities -----------------------------------------------------------------------------

    def _identities(self) -> Iterator[AuditOutcome]:
        yield self._identity("customers", "new_customers", "returning_customers")
        yield self._identity("gross_revenue", "revenue", "refunded")
        yield self._identity("total_customers", "one_time_customers", "repeat_customers")

    def _identity(self, whole: str, one: str, other: str) -> AuditOutcome:
        """Compare two metrics with a third in every period of every length."""
        metrics = [self.catalog.metric(name) for name in (whole, one, other)]
        broken: list[str] = []
        for unit in _PERIODS:
            cube = self._measure(metrics, [self.catalog.dimension(unit)])
            parts = cube.minor(one) + cube.minor(other)
            for row in np.flatnonzero(parts != cube.minor(whole)).tolist():
                label = cube.labels(unit)[row]
                broken.append(f"{label}: {parts[row]:,} and {cube.minor(whole)[row]:,}")
        return _outcome(f"{one} + {other} = {whole}", broken, f"by {', '.join(_PERIODS)}")

    # --- sums -----------------------------------------------------------------------------------

    def _sums(self) -> Iterator[AuditOutcome]:
        """Compare what additive flows sum to by every dimension with what they are by none."""
        metrics = [metric for metric in self._held.values() if is_additive(metric)]
        whole = self._measure(metrics)
        for dimension in self.catalog.dimensions.values():
            name = f"sums by {dimension.name} are the whole"
            asked = [metric for metric in metrics if _goes_by(metric, dimension)]
            try:
                cube = self._measure(asked, [dimension]) if asked else None
            except MissingData as missing:
                yield AuditOutcome(name, passed=True, detail=f"not asked: {missing}")
                continue
            if cube is not None:
                yield _outcome(name, list(_unequal(asked, cube, whole)), _names(asked))

    # --- customers ------------------------------------------------------------------------------

    def _customers(self) -> Iterator[AuditOutcome]:
        """Compare the sizes of what everybody is in once with the number of customers."""
        everybody = int(
            self._measure([self.catalog.metric("total_customers")]).minor("total_customers")[0]
        )
        for name, size in self._partitions():
            try:
                count = size()
            except (MissingData, NeedsModels) as missing:
                yield AuditOutcome(name, passed=True, detail=f"not asked: {missing}")
                continue
            broken = [] if count == everybody else [f"{count:,} and {everybody:,} customers"]
            yield _outcome(name, broken, counted(everybody, "customer"))

    def _partitions(self) -> Iterator[tuple[str, Callable[[], int]]]:
        when = self._when
        for space in ("value", "frequency", "recency"):
            name = f"{space} tiers hold every customer once"
            yield name, partial(self._in_segments, Tiers(space, as_of=when))
        for groups in ("five", "eleven"):
            name = f"groups of RFM ({groups}) hold every customer once"
            yield name, partial(self._in_segments, RFM(groups=groups, as_of=when))
        for unit in COHORT_UNITS:
            name = f"cohorts by {unit} hold every customer once"
            yield name, partial(self._in_cohorts, Cohorts(unit, as_of=when, catalog=self.catalog))
        for trait in self.catalog.traits.values():
            if trait.kind == "label":
                name = f"cohorts by {trait.name} hold every customer once"
                cohorts = Cohorts("year", by=trait, as_of=when, catalog=self.catalog)
                yield name, partial(self._in_cohorts, cohorts)
        for dimension in self.catalog.dimensions.values():
            is_one_each = dimension.facts == "customers" and not dimension.several
            if is_one_each and dimension.kind != "customer_type":
                name = f"labels of {dimension.name} hold every customer once"
                yield name, partial(self._in_labels, dimension)

    def _in_segments(self, segments: Tiers | RFM) -> int:
        return sum(segments(self.history).sizes.values())

    def _in_cohorts(self, cohorts: Cohorts) -> int:
        return int(cohorts(self.history).sizes.sum())

    def _in_labels(self, dimension: Dimension) -> int:
        cube = self._measure([self.catalog.metric("total_customers")], [dimension])
        return int(cube.minor("total_customers").sum())

    # --- every metric ---------------------------------------------------------------------------

    def _proportions(self) -> AuditOutcome:
        """Check that the numerator of a proportion is a part of its denominator."""
        asked = [m for m in self._held.values() if m.proportion and _needs_no_age(m)]
        cube = self._measure(asked, [self.catalog.dimension("month")])
        broken = []
        for metric in asked:
            above, below = cube.numerator(metric.name), cube.denominator(metric.name)
            assert above is not None  # noqa: S101 - a proportion is a quotient
            assert below is not None  # noqa: S101 - as above
            for row in np.flatnonzero((above < 0) | (above > below)).tolist():
                label = cube.labels("month")[row]
                broken.append(f"{metric.name} of {label}: {above[row]:,} of {below[row]:,}")
        return _outcome("proportions lie between 0 and 1", broken, _names(asked))

    def _parts(self) -> AuditOutcome:
        """Compare what two halves of the customers add up to with the whole."""
        asked = [metric for metric in self._held.values() if _needs_no_age(metric)]
        measure = self._asked(asked, [self.catalog.dimension("month")])
        whole = measure.finish(measure.summarise(self.history))
        half = self.history.people // 2
        parts = [self.history.part(0, half), self.history.part(half, self.history.people)]
        first, second = (measure.summarise(part) for part in parts)
        merged = measure.finish(first + second)
        broken = [
            f"{metric.name} differs"
            for metric in asked
            if not np.array_equal(whole[metric.name], merged[metric.name], equal_nan=True)
        ]
        return _outcome("the whole is the sum of its parts", broken, _names(asked))


def _goes_by(metric: Metric, dimension: Dimension) -> bool:
    """Tell whether the cells of an additive metric by a dimension are parts of the whole."""
    is_of_lines = all(tally.facts in _LINES for tally in metric.tallies)
    if dimension.several or (dimension.facts == "lines" and not is_of_lines):
        return False  # a customer, or by lines an order, lies in several cells
    try:
        check(metric, (dimension,), has_window=True)
    except (Refused, InvalidValue):
        return False
    return True


def _needs_no_age(metric: Metric) -> bool:
    return not any(tally.special in ("retained", "observable") for tally in metric.tallies)


def _unequal(metrics: Iterable[Metric], cube: Cube, whole: Cube) -> Iterator[str]:
    for metric in metrics:
        total, expected = int(cube.minor(metric.name).sum()), int(whole.minor(metric.name)[0])
        if total != expected:
            yield f"{metric.name}: {total:,} and {expected:,}"


def _names(metrics: Iterable[Metric]) -> str:
    return ", ".join(metric.name for metric in metrics)


def _outcome(name: str, broken: list[str], held: str) -> AuditOutcome:
    if not broken:
        return AuditOutcome(name, passed=True, detail=held)
    more = len(broken) - _MOST_NAMED
    told = "; ".join(broken[:_MOST_NAMED]) + (f"; and {more:,} more" if more > 0 else "")
    return AuditOutcome(name, passed=False, detail=told)


def audit(history: Facts, *, as_of: When | None = None, catalog: Catalog = DEFAULT) -> Audit:
    """Check on a history that the numbers agree with each other: the laws of conservation.

    New and returning customers are all customers, in every period of every length. What adds up
    (neither distinct counts nor what is relative) sums by every dimension, and so by day as by
    year, to the same whole. Tiers, groups, cohorts and labels of customers hold every customer
    once. Proportions lie between 0 and 1. Two halves of the customers add up to the whole.

    Parameters
    ----------
    history
        An order history.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Its metrics and dimensions are audited: those of a plug-in too, once they are in it.

    Returns
    -------
    Audit
        One outcome per law: name, passed, detail. Nothing is raised for a broken law.

    Notes
    -----
    Cost: some seventy measurements. `custinsights.testing` holds a single metric, trait or
    dimension to more laws, on random histories.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo"],
    ...     placed_at=["2024-01-05", "2024-01-06"],
    ...     amount=[10, 5],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> audit(history).passed
    True
    """
    return Auditing(as_of, catalog)(history)
