"""What was spent in each cell? Rows of the shop, whole periods in whole frames."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.declaring.frames import Frames
from custinsights.analyses.declaring.tally import Tally
from custinsights.domain.money import Money
from custinsights.errors import counted
from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.history.columnar.localtime import date_of
from custinsights.history.context import Context
from custinsights.history.kernels.cells import truths, whole
from custinsights.history.kernels.tallies import Label
from custinsights.history.spending import SpendFacts

_TOLD = 3
"""How many spans of days a note tells."""


def _each(rows: Any) -> IntArray:
    return np.ones(len(rows), dtype=np.int64)


@attrs.frozen(eq=False, slots=False)
class SpentCells:
    """What was spent in the frames of a question, by acquisition channel or as a whole.

    A row counts in the frame that holds all of its period, so far in all frames at whose end its
    period is over. What was spent before the observation began counts nowhere, for nobody saw whom
    it won.
    """

    context: Context
    frames: Frames
    is_labelled: bool

    @cached_property
    def rows(self) -> SpendFacts:
        """The rows whose period is over at as_of."""
        return SpendFacts.before(self.context.spend or (), self.frames.span.as_of)

    @cached_property
    def labels(self) -> list[tuple[Label, ...]]:
        """The labels of the cells in which each row lies."""
        names = self.rows.channel.texts().tolist()
        return [(name,) if self.is_labelled else () for name in names]

    def inside(self, *, so_far: bool) -> BoolArray:
        """bool[frames, rows], which frames hold all of a row's period."""
        end = np.array(self.frames.end_instants, dtype=np.int64)[:, None]
        start = np.array(self.frames.start_instants, dtype=np.int64)[:, None]
        found = (self.rows.end <= end) & (self.rows.end > self.context.observed_from)
        return found if so_far else found & (self.rows.start >= start)

    def of(self, tally: Tally) -> dict[tuple[Label, ...], IntArray]:
        """Return a tally of what was spent: labels -> int64[frames]."""
        rows = self.rows
        values = whole(tally.name, rows.amount if tally.of is None else tally.of(rows), len(rows))
        for condition in tally.filters:
            values = values * truths(tally.name, condition(rows), len(rows))
        cells: dict[tuple[Label, ...], IntArray] = defaultdict(
            lambda: np.zeros(self.frames.count, dtype=np.int64)
        )
        for labels, value, lies in zip(
            self.labels, values.tolist(), self.inside(so_far=tally.so_far).T, strict=True
        ):
            cells[labels] += value * lies
        return dict(cells)

    def told(self, tally: Tally) -> dict[tuple[Label, ...], BoolArray]:
        """Return in which cells anything was said of what was spent: labels -> bool[frames].

        What was spent on no channel alone says nothing of the customers whose channel is unknown.
        """
        counts = self.of(attrs.evolve(tally, of=_each))
        nothing = np.zeros(self.frames.count, dtype=np.bool_)
        return {
            labels: nothing if None in labels else count > 0 for labels, count in counts.items()
        }

    def remarks(self) -> tuple[str, ...]:
        """Say of which time nothing is told, and what was spent and lies in no cell."""
        return (*self._untold(), *self._left_out())

    def _untold(self) -> tuple[str, ...]:
        """Say of which days spend is told, where a cell with spend reaches beyond them."""
        frames = np.array([self.frames.start_instants, self.frames.end_instants])
        frames = frames.clip(self.context.observed_from)
        found: dict[str, list[str]] = defaultdict(list)
        for labels in sorted({*self.labels} - {(None,)}):
            own = np.array([one == labels for one in self.labels])
            spans = _spans(self.rows.start[own], self.rows.end[own])
            holds = self.inside(so_far=False)[:, own].any(axis=1)
            if not all(_is_covered(start, end, spans) for start, end in frames.T[holds].tolist()):
                found[self._days(spans)] += map(str, labels)
        weighed = "a cell of more days weighs it against all of its customers and orders"
        return tuple(
            f"Spend{' on ' if names else ''}{', '.join(names)} is told of {days} only; {weighed}."
            for days, names in found.items()
        )

    def _days(self, spans: list[tuple[int, int]]) -> str:
        """Return the first and the last day of some spans of time."""
        days = [[date_of(self.context.day(at)) for at in (a, b - 1)] for a, b in spans]
        told = ", ".join(f"{first} to {last}" for first, last in days[:_TOLD])
        more = len(days) - _TOLD
        return f"{told} and {counted(more, 'more span')}" if more > 0 else told

    def _left_out(self) -> tuple[str, ...]:
        """Say what was spent in the time of the cells and lies in none of them."""
        start = max(min(self.frames.start_instants, default=0), self.context.observed_from)
        every = SpendFacts(self.context.spend or ())
        is_near = (every.start < self.frames.span.end) & (every.end > start)
        near = int(every.amount[is_near].sum())
        inside = self.inside(so_far=False).any(axis=0)
        left = near - int(self.rows.amount[inside].sum())
        if not left:
            return ()
        money = Money.from_minor(left, self.context.currency)
        return (f"{money} of spend lies in no cell: none holds the whole of its period.",)


def _spans(start: IntArray, end: IntArray) -> list[tuple[int, int]]:
    """Return the stretches of time that periods cover without a gap."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted(zip(start.tolist(), end.tolist(), strict=True)):
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(last, spans[-1][1])
        else:
            spans.append((first, last))
    return spans


def _is_covered(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in spans)
