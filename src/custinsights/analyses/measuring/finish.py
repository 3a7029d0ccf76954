"""How does a merged state become a cube? Empty cells filled, stock run up, sums divided."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.declaring.axes import WEEKDAYS
from custinsights.analyses.declaring.declarations import Dimension, Metric
from custinsights.analyses.declaring.frames import Frames
from custinsights.analyses.declaring.tally import MONEY, Sum, Tally
from custinsights.analyses.measuring.measured import COUNT, ENDED, SLOPE, Measured, provenance
from custinsights.analyses.measuring.plan import SPEND
from custinsights.analyses.measuring.spent import SpentCells
from custinsights.domain.fields import refuse_other
from custinsights.domain.money import minor_exponent
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, BoolArray, FloatArray, IntArray
from custinsights.history.kernels.distribution import GroupedValues
from custinsights.history.kernels.tallies import Label, Tallies, label_key, starts_of_columns
from custinsights.results.cube import Cube
from custinsights.results.metric_column import MetricColumn
from custinsights.results.provenance import Provenance

MOST_CELLS = 50_000_000


def finish(state: Measured) -> Cube:
    """Finish the state of a measurement."""
    refuse_other(Measured, "the state to finish", state)
    return _Finish(state).cube()


def grouped_values(state: Measured) -> GroupedValues:
    """Return the values behind the first quantile metric, in the rows of the finished cube."""
    return _Finish(state).grouped(state.values[0])


def scale_of_values(state: Measured) -> int:
    """Return how many of the whole numbers behind the first quantile metric make one unit."""
    quantile = next(m.quantile for m in state.question.metrics if m.quantile is not None)
    return _scale(quantile.values, minor_exponent(state.context.currency))


@attrs.frozen(eq=False, slots=False)
class _Finish:
    """A state spread over its grid: buckets of time by combinations of labels."""

    state: Measured

    @cached_property
    def frames(self) -> Frames:
        return self.state.question.frames(self.state.context)

    @property
    def _labelled(self) -> tuple[Dimension, ...]:
        return self.state.question.labelled

    @cached_property
    def _label_rows(self) -> list[tuple[Label, ...]]:
        """The labels of every cell of the state, without its period."""
        tallies = self.state.tallies
        columns = [tallies.labels_of(dimension.name) for dimension in self._labelled]
        return list(zip(*columns, strict=True)) if columns else [()] * len(tallies)

    @cached_property
    def _buckets(self) -> IntArray:
        buckets: IntArray = self.state.tallies.codes[0]
        return buckets

    @cached_property
    def combinations(self) -> list[tuple[Label, ...]]:
        """Which combinations of labels are shown: those that occur, and all of closed axes."""
        looks_back = any(t.is_stock or t.special for t in self.state.question.tallies)
        first = 0 if looks_back else 1
        seen = {
            labels
            for labels, bucket in zip(self._label_rows, self._buckets.tolist(), strict=True)
            if first <= bucket <= self.frames.count
        }
        seen |= set(self._exposed_cells)
        seen |= {labels for cells in self._spent.values() for labels in cells}
        if not self._labelled:
            return [()]
        closed = [_closed(dimension, self.state) for dimension in self._labelled]
        if any(closed):
            is_open = [place for place, labels in enumerate(closed) if not labels]
            open_labels = {tuple(row[place] for place in is_open) for row in seen}
            self._check_size(prod(len(labels) for labels in closed if labels) * len(open_labels))
        if not seen and all(closed):
            seen = set(product(*closed))
        for place, labels in enumerate(closed):
            seen |= {(*row[:place], x, *row[place + 1 :]) for x in labels for row in seen}
        rows = list(seen)
        order = np.lexsort([self._ranks(rows, place) for place in range(len(closed))][::-1])
        return [rows[place] for place in order.tolist()]

    def _ranks(self, rows: list[tuple[Label, ...]], place: int) -> IntArray:
        """Return where the label of each row stands among those of its dimension."""
        labels = [row[place] for row in rows]
        key = display_key(self._labelled[place], self.state)
        ranks = {label: rank for rank, label in enumerate(sorted(set(labels), key=key))}
        return np.array([ranks[label] for label in labels], dtype=np.int64)

    @cached_property
    def _exposed_cells(self) -> dict[tuple[Label, ...], int]:
        """Customers by their labels and each age that has ended."""
        exposed = self.state.exposed
        if exposed is None:
            return {}
        columns = [exposed.labels_of(ENDED if d.kind == "age" else d.name) for d in self._labelled]
        place = next(i for i, d in enumerate(self._labelled) if d.kind == "age")
        ended: dict[tuple[Label, ...], dict[int, int]] = {}
        counts = exposed.columns[COUNT].tolist()
        for labels, count in zip(zip(*columns, strict=True), counts, strict=True):
            others = (*labels[:place], *labels[place + 1 :])
            ended.setdefault(others, {})[labels[place]] = count
        cells: dict[tuple[Label, ...], int] = {}
        for others, people in ended.items():
            so_far = 0
            for age in range(max(people) - 1, -1, -1):  # who is over at an age was so before
                so_far += people.get(age + 1, 0)
                cells[*others[:place], age, *others[place:]] = so_far
        return cells

    @cached_property
    def _spent_cells(self) -> SpentCells:
        """Where what was spent lies, if the question asks for it."""
        return SpentCells(self.state.context, self.frames, bool(self._labelled))

    @cached_property
    def _spent(self) -> dict[Tally, dict[tuple[Label, ...], IntArray]]:
        """What was spent, by its labels."""
        tallies = [tally for tally in self.state.question.tallies if tally.facts == SPEND]
        return {tally: self._spent_cells.of(tally) for tally in tallies}

    def _laid_out(self, cells: Mapping[tuple[Label, ...], AnyArray], dtype: type) -> AnyArray:
        """Return labels -> [frames] as [frames, combinations], 0 where there is no cell."""
        grid: AnyArray = np.zeros((self.frames.count, len(self.combinations)), dtype=dtype)
        for place, labels in enumerate(self.combinations):
            if labels in cells:
                grid[:, place] = cells[labels]
        return grid

    def _is_told(self, part: Sum) -> BoolArray:
        """Return in which cells of the result somebody said what was spent."""
        told = np.ones((self.frames.count, len(self.combinations)), dtype=np.bool_)
        for _, tally in part.terms:
            if tally.facts == SPEND:
                told &= self._laid_out(self._spent_cells.told(tally), np.bool_)
        return np.asarray(told.reshape(-1).take(self._order))

    def _check_size(self, width: int) -> None:
        if (self.frames.count + 2) * max(width, 1) > MOST_CELLS:
            raise InvalidValue(
                what="the question has too many cells to show",
                given=f"{self.frames.count:,} periods of {width:,} combinations of labels",
                allowed=f"up to {MOST_CELLS:,} cells",
                advice="take a coarser period, a window, or leave a dimension out",
            )

    @cached_property
    def _places(self) -> tuple[IntArray, IntArray]:
        """Rows of the state on the grid, and their flat places in it."""
        place = {labels: column for column, labels in enumerate(self.combinations)}
        width = len(place)
        self._check_size(width)
        columns = np.array([place.get(labels, -1) for labels in self._label_rows], dtype=np.int64)
        rows = np.flatnonzero(columns >= 0)
        return rows, self._buckets.take(rows) * width + columns.take(rows)

    def _spread(self, name: str) -> IntArray:
        """Return a column of the state as int64[buckets, combinations]."""
        rows, places = self._places
        grid = np.zeros((self.frames.count + 2, len(self.combinations)), dtype=np.int64)
        grid.reshape(-1)[places] = self.state.tallies.columns[name].take(rows)
        return grid

    def _tally(self, tally: Tally) -> IntArray:
        """Return a tally as int64[frames, combinations]."""
        last = self.frames.count + 1
        if tally.special == "observable":
            row = [self._exposed_cells.get(labels, 0) for labels in self.combinations]
            return np.array([row], dtype=np.int64).reshape(1, len(self.combinations))
        if tally.facts == SPEND:
            return self._laid_out(self._spent[tally], np.int64)
        name = self.state.question.key(tally)
        grid = self._spread(name)
        if tally.special in ("ageing", "exposure"):
            per_day = np.cumsum(self._spread(f"{name}{SLOPE}"), axis=0)[:last]
            so_far = np.cumsum(grid, axis=0)[:last] + per_day * self.frames.end_days[:, None]
            return so_far[1:] if tally.special == "ageing" else np.diff(so_far, axis=0)
        if tally.special == "at_start":
            return np.cumsum(grid, axis=0)[: last - 1]
        if tally.special == "lapsed" or not tally.is_stock or tally.facts == "customers":
            return grid[1:last]
        return np.cumsum(grid, axis=0)[1:last]

    def _sum(self, part: Sum) -> IntArray:
        total = np.zeros((self.frames.count, len(self.combinations)), dtype=np.int64)
        for weight, tally in part.terms:
            total += weight * self._tally(tally)
        return total

    @cached_property
    def _order(self) -> IntArray:
        """The cells of the grid in the order in which they are shown."""
        count, width = self.frames.count, len(self.combinations)
        by = self.state.question.by
        period_places = iter(range(len(by)))
        keys: list[AnyArray] = []
        frame = np.repeat(np.arange(count), width)
        column = np.tile(np.arange(width), count)
        labelled = 0
        for dimension in by:
            if dimension.kind == "period":
                unit = next(period_places)
                ordinals = np.array([p[unit].ordinal for p in self.frames.periods], dtype=np.int64)
                keys.append(ordinals.take(frame) if count else frame)
            else:
                rank = self._ranks(self.combinations, labelled)
                keys.append(rank.take(column) if width else column)
                labelled += 1
        return np.lexsort(keys[::-1]) if keys else np.arange(count * width)

    def cube(self) -> Cube:
        """Return the finished cube."""
        state, order, width = self.state, self._order, len(self.combinations)
        frame = order // width if width else order
        column = order % width if width else order
        quantiles = iter(state.values)
        metrics = {
            metric.name: self._metric(metric, next(quantiles) if metric.quantile else None)
            for metric in state.question.metrics
        }
        return Cube(
            axes=self._axes(frame, column),
            metrics=metrics,
            is_incomplete=self.frames.is_incomplete.take(frame),
            is_unobserved=self.frames.is_unobserved.take(frame),
            period=frame,
            provenance=self._provenance,
            state=state,
            finish=finish,
        )

    @property
    def _provenance(self) -> Provenance:
        found = provenance_of(self.state)
        spent = self._spent_cells.remarks() if self._spent else ()
        return attrs.evolve(found, remarks=(*found.remarks, *spent))

    def _axes(self, frame: IntArray, column: IntArray) -> dict[str, AnyArray]:
        axes: dict[str, AnyArray] = {}
        periods, labelled = 0, 0
        frame_labels = self.frames.labels()
        for dimension in self.state.question.by:
            if dimension.kind == "period":
                table = _objects([labels[periods] for labels in frame_labels])
                axes[dimension.name] = table.take(frame)
                periods += 1
            else:
                table = _objects([labels[labelled] for labels in self.combinations])
                axes[dimension.name] = table.take(column)
                labelled += 1
        return axes

    def _metric(self, metric: Metric, found: Tallies | None) -> MetricColumn:
        exponent = minor_exponent(self.state.context.currency)
        unit = self.state.context.currency if metric.unit == MONEY else metric.unit
        if found is not None:
            assert metric.quantile is not None  # noqa: S101 - it has values
            scale = _scale(metric.quantile.values, exponent)
            column = self.grouped(found).quantile(metric.quantile.q) / scale
            return MetricColumn(
                name=metric.name,
                values=column,
                numerator=None,
                denominator=None,
                kind="number",
                unit=unit,
            )
        assert metric.numerator is not None  # noqa: S101 - else it is a quantile
        above = self._sum(metric.numerator).reshape(-1).take(self._order)
        scale = _scale(metric.numerator, exponent)
        if metric.denominator is None:
            kind = "money" if metric.unit == MONEY else "quantity" if scale == 1000 else "count"  # noqa: PLR2004 - thousandths
            return MetricColumn(
                name=metric.name,
                values=above / scale,
                numerator=above,
                denominator=None,
                kind=kind,
                unit=unit,
                exponent={"money": exponent, "quantity": 3}.get(kind, 0),
            )
        below = self._sum(metric.denominator).reshape(-1).take(self._order)
        values = _divided(above, below, scale, _scale(metric.denominator, exponent), metric)
        if any(tally.facts == SPEND for _, tally in metric.numerator.terms):
            values = np.where(self._is_told(metric.numerator), values, np.nan)
        return MetricColumn(
            name=metric.name,
            values=values,
            numerator=above,
            denominator=below,
            kind="share" if metric.unit == "share" else "number",
            unit=unit,
            is_proportion=metric.proportion,
            subtracted=self._subtracted(metric.numerator) if metric.is_difference else None,
            factor=metric.factor,
            target=metric.target,
        )

    def _subtracted(self, part: Sum) -> IntArray:
        terms = tuple((-weight, tally) for weight, tally in part.terms if weight < 0)
        return self._sum(Sum(terms)).reshape(-1).take(self._order)

    def grouped(self, values: Tallies) -> GroupedValues:
        """Return the values of a quantile's cells, each cell in the row in which it is shown."""
        cells = values.codes[:-1]
        starts = starts_of_columns(cells)
        place = {labels: column for column, labels in enumerate(self.combinations)}
        firsts = [values.labels_of(d.name, starts) for d in self._labelled]
        labels = list(zip(*firsts, strict=True)) if firsts else [()] * len(starts)
        column = np.array([place.get(label, -1) for label in labels], dtype=np.int64)
        frame = cells[0].take(starts) - 1
        is_shown = (column >= 0) & (frame >= 0) & (frame < self.frames.count)
        shown = np.full(self.frames.count * len(place) + 1, -1, dtype=np.int64)
        shown[self._order] = np.arange(len(self._order))
        return GroupedValues(
            values=values.codes[-1],
            counts=values.columns[COUNT],
            starts=starts,
            places=shown.take(np.where(is_shown, frame * len(place) + column, -1)),
            rows=len(self._order),
        )


def _divided(
    above: IntArray, below: IntArray, scale: int, other_scale: int, metric: Metric
) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (above.astype(np.float64) * other_scale * metric.factor) / (
            below.astype(np.float64) * scale
        )
    return np.where(below == 0, np.nan, share)


def _scale(part: Sum | Tally, exponent: int) -> int:
    return int(10**exponent) if part.unit == MONEY else part.scale


def _closed(dimension: Dimension, state: Measured) -> tuple[Label, ...]:
    if dimension.kind == "hour":
        return tuple(range(24))
    if dimension.kind == "weekday":
        return _weekdays(state)
    return dimension.closed or ()


def _weekdays(state: Measured) -> tuple[str, ...]:
    start = state.context.calendar.first_weekday_number
    return WEEKDAYS[start:] + WEEKDAYS[:start]


def display_key(dimension: Dimension, state: Measured) -> Any:
    """Return the sort key of a dimension's labels: closed labels in their order, None first."""
    closed = _closed(dimension, state)
    if not closed:
        return label_key
    return lambda label: -1 if label is None else closed.index(label)


def _objects(values: list[Any]) -> AnyArray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def provenance_of(state: Measured) -> Provenance:
    """Return where a measurement comes from."""
    question = state.question
    named: list[Metric | Dimension] = [*question.metrics, *question.by]
    return provenance(state.context, question.as_of, named, question.window)
