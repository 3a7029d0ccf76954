"""What came out of a measurement? Metrics in cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.fields import looked_up
from custinsights.domain.frozen import frozen
from custinsights.domain.period import UNITS
from custinsights.errors import CannotAsk, Incompatible, InvalidValue, UnknownName
from custinsights.results.across import laid_across
from custinsights.results.door import Pictured
from custinsights.results.earlier import compared
from custinsights.results.freezing import frozen_arrays, meant
from custinsights.results.intervals import standing
from custinsights.results.metric_column import MetricColumn, proportion
from custinsights.results.provenance import Provenance
from custinsights.results.series import LOOK_BACK, MaskedBools, Series, outlying
from custinsights.results.table import Column, Table

DAYS_OF_WEEK = 7

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
ObjectArray: TypeAlias = npt.NDArray[Any]


class Ask(Protocol):
    """How a cube asks its history again; analyses supply one."""

    def drill(self, cube: Cube, dimension: str, labels: Mapping[str, Any]) -> Cube:
        """Return the cells of a finer dimension inside some cells."""

    def rows(
        self, cube: Cube, stream: str, labels: Mapping[str, Any], sort: str, limit: int | None
    ) -> Table:
        """Return the orders or activities in some cells, some of them at most."""

    def without(self, dimension: str) -> Cube:
        """Return the cube without a dimension."""

    def since(self, cube: Cube, periods: int) -> Cube:
        """Return all cells of its question, from so many periods before its window on."""

    def within(self, labels: Mapping[str, Any]) -> Ask:
        """Return how to ask inside some cells only."""


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Cube(Pictured):
    """Metrics by dimensions: one row per cell.

    Parameters
    ----------
    axes
        Dimension name -> the label of every cell (text, integer, truth value or None).
    metrics
        Metric name -> its column.
    is_incomplete
        bool[m], cells whose period the window or as_of cuts, or of two periods one the other.
    is_unobserved
        bool[m], cells whose period begins before the observation does.
    period
        int64[m], which period of the question each cell is in, counted from 0.
    provenance
        Of what, as of when, by which definitions.
    state
        The mergeable state that was finished; ``cube + other`` merges them.
    is_slice
        Whether it holds only some of the cells of its state, as `at` gives.

    Notes
    -----
    Rows are sorted by the dimensions in the order of `by`, None first, periods in time.
    """

    axes: Mapping[str, ObjectArray] = attrs.field(converter=frozen_arrays)
    metrics: Mapping[str, MetricColumn] = attrs.field(converter=frozen)
    is_incomplete: BoolArray
    is_unobserved: BoolArray
    period: IntArray
    provenance: Provenance
    state: Any
    finish: Callable[[Any], Cube]
    ask: Ask | None = None
    is_slice: bool = False

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self.period)

    @property
    def is_partial(self) -> BoolArray:
        """bool[m], cells of whose period only part is known; marked, and not compared."""
        return self.is_incomplete | self.is_unobserved

    def __getitem__(self, metric: str) -> FloatArray:
        """Return a metric of every cell in natural units, NaN where undefined."""
        return self._metric(metric).values

    def minor(self, metric: str) -> IntArray:
        """Return a sum of every cell as whole numbers: minor units, thousandths or counts."""
        column = self._metric(metric)
        if column.numerator is None or column.denominator is not None:
            raise InvalidValue(
                what=f"{metric!r} is no sum of whole numbers",
                given="a quotient or a quantile",
                allowed="a metric such as revenue, orders or units",
                advice="numerator(name) and denominator(name) give the whole numbers in it",
            )
        return column.numerator

    def numerator(self, metric: str) -> IntArray | None:
        """Return the scaled whole number above the line, None for a quantile."""
        return self._metric(metric).numerator

    def denominator(self, metric: str) -> IntArray | None:
        """Return the scaled whole number below the line (the n of a proportion), or None."""
        return self._metric(metric).denominator

    def interval(self, metric: str) -> tuple[FloatArray, FloatArray]:
        """Return 95 % bounds of a proportion; orders, or answers, are treated as independent.

        They are Wilson's; of a difference of two, such as the net promoter score, those of
        `difference` in `custinsights.results.intervals`.
        """
        return proportion(self._metric(metric), self.metrics).interval()

    def rate(self, metric: str) -> Table:
        """Return a proportion of every cell with its n, interval and standing to its target.

        ``small`` marks fewer than 30. A metric that has a target, which `Catalog.with_targets`
        sets, has a column ``standing``: below, within or above the band.
        """
        column = self._metric(metric)
        low, high = self.interval(metric)
        return Table(
            self._title(metric),
            [
                *(Column(name, "label", labels) for name, labels in self.axes.items()),
                self._shown(column),
                Column("n", "count", column.denominator),  # type: ignore[arg-type]  # `interval` asked
                Column("low", column.kind, low, unit=column.unit),
                Column("high", column.kind, high, unit=column.unit),
                Column("small", "flag", self.is_small(metric)),
                *([] if column.target is None else [self._standing(column)]),
            ],
            notes=self.provenance.notes(),
            timezone=self.provenance.calendar.timezone,
        )

    def is_small(self, metric: str) -> BoolArray:
        """Return in which cells a proportion rests on fewer than 30."""
        return proportion(self._metric(metric), self.metrics).is_small

    def labels(self, dimension: str) -> ObjectArray:
        """Return the label of every cell on one dimension."""
        return looked_up("dimension of the cube", dimension, self.axes)

    def at(self, **labels: Any) -> Cube:
        """Return the cells with some labels, e.g. ``cube.at(month="2024-03")``."""
        rows = np.arange(len(self))
        chosen = {}
        for name, wanted in labels.items():
            column = self.labels(name)
            held = set(column.tolist())
            wanted = meant(wanted, held)  # noqa: PLW2901 - 2011 means the label "2011"
            if wanted not in held:
                known = tuple(str(hidden_if_contact(label)) for label in sorted(held, key=str))
                given = str(hidden_if_contact(wanted))
                raise UnknownName(f"{name} of the cube", given, known)
            rows = rows[[column[row] == wanted for row in rows.tolist()]]
            chosen[name] = wanted
        ask = None if self.ask is None else self.ask.within(chosen)
        return attrs.evolve(self.take(rows), ask=ask)

    def take(self, rows: IntArray) -> Cube:
        """Return some of the cells, by their rows."""
        return attrs.evolve(
            self,
            axes={name: column[rows] for name, column in self.axes.items()},
            metrics={name: column.take(rows) for name, column in self.metrics.items()},
            is_incomplete=self.is_incomplete[rows],
            is_unobserved=self.is_unobserved[rows],
            period=self.period[rows],
            is_slice=self.is_slice or len(rows) < len(self),
        )

    def growth(self, metric: str) -> FloatArray:
        """Return (this − previous) ÷ previous period, for every cell.

        Periods before the window are asked of the history; a cube that cannot ask, merged or
        stored, has those of its window only, whichever cells were taken of it. NaN where the
        previous period is unknown or not positive, and where either is incomplete or unobserved.
        Without periods it is refused.
        """
        why = "growth compares a period with the one before it"
        return self._compared(metric, why, 1, Series.growth)

    def z_scores(self, metric: str) -> FloatArray:
        """Return how far every cell lies from the ordinary: (x − median) ÷ (1.4826 MAD).

        Median and median absolute deviation are over the 12 complete and observed periods before
        it, of the same labels, asked as for `growth`; a day's are days of its weekday. NaN where
        under 8 of them have a value or their deviation is 0, and where it is no such period itself.

        References
        ----------
        Iglewicz, B. and Hoaglin, D. C. (1993). How to Detect and Handle Outliers. ASQC.
        """
        why = "an anomaly stands out against the periods before it"
        season = DAYS_OF_WEEK if "day" in self._periods else 1
        return self._compared(metric, why, LOOK_BACK * season, lambda s: s.z_scores(season))

    def anomalies(self, metric: str) -> MaskedBools:
        """Return which cells are out of the ordinary: ``abs(z_scores(metric)) > 3.5``.

        Where `z_scores` are undefined nobody can tell: these cells are masked, None in
        ``.tolist()``, and no anomaly where the flags choose cells.
        """
        return outlying(self.z_scores(metric))

    def _compared(
        self, metric: str, why: str, periods: int, compare: Callable[[Series], FloatArray]
    ) -> FloatArray:
        """Compare every cell with so many periods before it."""
        self._metric(metric)
        if not self._periods:
            raise InvalidValue(
                what=f"{why}, and the cube has no periods",
                given="by " + (", ".join(self.axes) or "nothing"),
                allowed=f"a cube by {', '.join(UNITS[:-1])} or {UNITS[-1]}, and what else you like",
            )
        whole = self
        if self.ask is not None:
            whole = self.ask.since(self, periods)
        elif self.is_slice:
            whole = self.finish(self.state)
        return compared(self, whole, metric, compare)

    @property
    def _periods(self) -> set[str]:
        """The units of its periods."""
        return {d.period for d in self.state.question.by if d.kind == "period"}

    def __add__(self, other: Cube) -> Cube:
        """Merge the measurements of disjoint customers; both cubes whole, not slices of them."""
        if not isinstance(other, Cube):
            return NotImplemented
        if self.is_slice or other.is_slice:
            held = ["some cells" if cube.is_slice else "all cells" for cube in (self, other)]
            raise Incompatible(
                what="the cells of the cubes",
                left=held[0],
                right=held[1],
                advice="Add the cubes first, then take cells with at()",
            )
        return attrs.evolve(self.finish(self.state + other.state), ask=None)

    def __eq__(self, other: object) -> bool:
        """Tell whether two cubes hold the same cells and numbers."""
        if not isinstance(other, Cube):
            return NotImplemented
        return (
            self.provenance == other.provenance
            and self.axes.keys() == other.axes.keys()
            and self.metrics.keys() == other.metrics.keys()
            and all(column.tolist() == other.axes[n].tolist() for n, column in self.axes.items())
            and all(
                np.array_equal(column.values, other.metrics[n].values, equal_nan=True)
                for n, column in self.metrics.items()
            )
        )

    def across(self, dimension: str, metric: str | None = None) -> Table:
        """Lay one metric out as a grid: the labels of one dimension become columns.

        ``ci.measure(history, "orders", by=["weekday", "hour"]).across("hour")`` is a heat map of
        the week. A sum is 0 where no fact lies, any other metric missing there.

        Parameters
        ----------
        dimension
            Whose labels become columns.
        metric
            Which metric; default: the first.
        """
        self.labels(dimension)
        name = next(iter(self.metrics)) if metric is None else metric
        axes = [axis for axis in self.axes if axis != dimension]
        found = laid_across(self.axes, dimension, self._metric(name), self.is_partial)
        return Table(
            f"{name} by {', '.join([*axes, dimension])}",
            found,
            notes=self.provenance.notes(),
            timezone=self.provenance.calendar.timezone,
        )

    def drill(self, dimension: str, **labels: Any) -> Cube:
        """Ask the same metrics by a finer dimension inside some cells.

        ``years.drill("month", year="2011")`` gives the months of 2011, which drill into days, and
        these into hours; periods no shorter than the cells are refused. The history is asked again,
        for numbers such as distinct or new customers do not add up. Labels chosen before, also by
        `at`, hold on.
        """
        return self._asked("drill").drill(self, dimension, labels)

    def orders(self, *, sort: str = "placed_at", limit: int | None = None, **labels: Any) -> Table:
        """Return the counted orders in some cells, e.g. ``years.orders(month="2011-11")``.

        Parameters
        ----------
        sort
            ``"placed_at"`` or ``"amount"``, with a minus before it for the latest or the largest
            first. Orders of one amount lie by time.
        limit
            How many at most; all by default.
        **labels
            Of the cube's dimensions or of others; labels chosen before hold on. Those of lines,
            such as ``category``, give the orders that have such a line, each once.
        """
        return self._asked("orders").rows(self, "orders", labels, sort, limit)

    def activities(self, *, sort: str = "at", limit: int | None = None, **labels: Any) -> Table:
        """Return the activities that a metric of the cube counts, in some cells.

        ``ci.measure(history, "emails_sent", by="month").activities(month="2024-03")`` gives the
        e-mails of March: who, when, and what the source tells of each.

        Parameters
        ----------
        sort
            ``"at"``, ``"amount"`` or ``"score"``, with a minus before it for the latest or the
            largest first. One without amount or score lies where 0 would; equal ones by time.
        limit
            How many at most; all by default.
        **labels
            Of the cube's dimensions or of others, such as ``activity_kind``; labels chosen before
            hold on.
        """
        return self._asked("activities").rows(self, "activities", labels, sort, limit)

    def without(self, dimension: str) -> Cube:
        """Ask the same metrics without one of the dimensions, inside labels chosen before."""
        self.labels(dimension)
        return self._asked("without").without(dimension)

    def _asked(self, what: str) -> Ask:
        if self.ask is None:
            raise CannotAsk(what)
        return self.ask

    def __getstate__(self) -> dict[str, Any]:
        fields = {field.name: getattr(self, field.name) for field in attrs.fields(Cube)}
        return {**fields, "ask": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)

    def _metric(self, name: str) -> MetricColumn:
        return looked_up("metric of the cube", name, self.metrics)

    def _shown(self, column: MetricColumn) -> Column:
        is_sum = column.kind in ("money", "quantity", "count")
        return Column(
            column.name,
            column.kind,
            column.numerator if is_sum else column.values,  # type: ignore[arg-type]  # sums have one
            unit=column.unit,
            exponent=column.exponent if is_sum else 0,
            provisional=self.is_partial if self.is_partial.any() else None,
        )

    def _standing(self, column: MetricColumn) -> Column:
        places = [standing(value, column.target) for value in column.values.tolist()]
        return Column("standing", "label", places)

    def _title(self, what: str) -> str:
        return what + (" by " + ", ".join(self.axes) if self.axes else "")

    def table(self) -> Table:
        """Return the cells as rows: labels, then metrics."""
        columns = [Column(name, "label", labels) for name, labels in self.axes.items()]
        columns += [self._shown(column) for column in self.metrics.values()]
        return Table(
            self._title(", ".join(self.metrics)),
            columns,
            notes=self.provenance.notes(),
            timezone=self.provenance.calendar.timezone,
        )
