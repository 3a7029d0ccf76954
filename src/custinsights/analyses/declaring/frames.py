"""Which periods does a question look at? The frames of time that its cells lie in."""

from __future__ import annotations

from functools import cached_property

import attrs
import numpy as np

from custinsights.domain.period import Period
from custinsights.history.columnar.columns import NO_INSTANT, BoolArray, IntArray
from custinsights.history.columnar.localtime import DAY, HOUR, LocalClock, day_number
from custinsights.history.columnar.periods import ordinals
from custinsights.history.context import Context


@attrs.frozen(slots=False, kw_only=True)
class Span:
    """The time that a question is about.

    Parameters
    ----------
    as_of
        Microseconds UTC, exclusive.
    window
        Half-open, microseconds UTC, or None.
    units
        The period units in `by`, in their order.
    """

    context: Context
    as_of: int
    window: tuple[int, int] | None
    units: tuple[str, ...]

    @property
    def start(self) -> int:
        """Where the cells begin."""
        return self.context.observed_from if self.window is None else self.window[0]

    @property
    def end(self) -> int:
        """Where the cells end: at the end of the window, at most as_of."""
        end = self.as_of if self.window is None else min(self.window[1], self.as_of)
        return max(end, self.start)

    @cached_property
    def first_day(self) -> int:
        """The local day of the start."""
        return self.context.day(self.start)

    @cached_property
    def last_day(self) -> int:
        """The local day after the last one, exclusive."""
        if self.end <= self.start:
            return self.first_day
        return self.context.day(self.end - 1) + 1

    @cached_property
    def skips_a_day(self) -> bool:
        """Whether the calendar leaves a date out, as Samoa's did on 30 December 2011."""
        days = self.last_day - self.first_day
        passed = self.context.start_of(self.last_day) - self.context.start_of(self.first_day)
        return passed <= (days - 1) * DAY + 4 * HOUR

    @cached_property
    def end_day(self) -> int:
        """The local date of the end, from which days are counted."""
        return self.context.day(self.end)


@attrs.frozen(slots=False)
class Frames:
    """The periods of a question: runs of local days with the same labels.

    Bucket 0 holds what lies before them, buckets 1 to `count` the frames, `count` + 1 what lies
    after.
    """

    span: Span

    @cached_property
    def _days(self) -> IntArray:
        return np.arange(self.span.first_day, self.span.last_day, dtype=np.int64)

    @cached_property
    def _run_starts(self) -> IntArray:
        """Indices into the days where a frame begins."""
        if not self.span.units:
            return np.zeros(1, dtype=np.int64)
        if not len(self._days):
            return np.empty(0, dtype=np.int64)
        changes = np.zeros(len(self._days), dtype=np.bool_)
        changes[0] = True
        for unit in self.span.units:
            values = ordinals(unit, self._days, self.span.context.calendar)
            changes[1:] |= values[1:] != values[:-1]
        return np.flatnonzero(changes)

    @property
    def is_all_time(self) -> bool:
        """Whether there is one frame that holds every fact before as_of."""
        return not self.span.units and self.span.window is None

    @property
    def count(self) -> int:
        """The number of frames."""
        return len(self._run_starts)

    @cached_property
    def buckets_of_days(self) -> IntArray:
        """Bucket of every day from the day before the span to the day after it."""
        inner = np.zeros(len(self._days), dtype=np.int64)
        inner[self._run_starts[: len(self._days)]] = 1
        return np.concatenate([[0], np.cumsum(inner), [self.count + 1]])

    def bucket_table(self, clock: LocalClock) -> IntArray:
        """Return the bucket of every slot of a clock."""
        days = clock.day_table.astype(np.int64) - self.span.first_day + 1
        return self.buckets_of_days.take(np.clip(days, 0, len(self._days) + 1))

    @cached_property
    def end_days(self) -> IntArray:
        """int64[count + 1]: the local date at which each bucket from 0 on ends."""
        if not self.span.units:
            return np.array([self.span.first_day, self.span.end_day], dtype=np.int64)
        starts = self.span.first_day + self._run_starts
        if not len(starts):
            return np.array([self.span.first_day], dtype=np.int64)
        if self.span.skips_a_day:  # a day that never was begins when the next one does
            context = self.span.context
            days = [context.day(context.start_of(day)) for day in starts.tolist()]
            starts = np.array(days, dtype=np.int64)
        return np.concatenate([starts, [self.span.end_day]]).astype(np.int64)

    @cached_property
    def end_instants(self) -> list[int]:
        """The instant at which each frame ends."""
        starts = (self.span.first_day + self._run_starts[1:]).tolist()
        return [*(self.span.context.start_of(day) for day in starts), self.span.end][: self.count]

    @cached_property
    def start_instants(self) -> list[int]:
        """The instant at which each frame begins; of one that is all time, the smallest int64."""
        context, window = self.span.context, self.span.window
        least = NO_INSTANT if window is None else window[0]
        if not self.span.units:
            return [least] * self.count
        days = (max(period.start for period in periods) for periods in self.periods)
        return [max(context.start_of(day_number(day)), least) for day in days]

    @cached_property
    def periods(self) -> tuple[tuple[Period, ...], ...]:
        """For every frame its period of each unit."""
        calendar = self.span.context.calendar
        columns = []
        days = self.span.first_day + self._run_starts
        for unit in self.span.units:
            found = {
                ordinal: Period.from_ordinal(unit, ordinal, calendar)
                for ordinal in dict.fromkeys(ordinals(unit, days, calendar).tolist())
            }
            columns.append([found[o] for o in ordinals(unit, days, calendar).tolist()])
        return tuple(zip(*columns, strict=True)) if columns else ((),) * self.count

    @cached_property
    def is_incomplete(self) -> BoolArray:
        """Which frames the window or as_of cuts, or one of their own periods another."""
        window = self.span.window
        cut = self._cut(None if window is None else window[0], self.span.end)
        for place, periods in enumerate(self.periods if self.span.units else ()):
            inside = max(p.start for p in periods), min(p.end for p in periods)
            cut[place] |= inside not in {(p.start, p.end) for p in periods}
        return cut

    @cached_property
    def is_unobserved(self) -> BoolArray:
        """Which frames begin before the observation does."""
        return self._cut(self.span.context.observed_from, None)

    def _cut(self, start: int | None, end: int | None) -> BoolArray:
        cut = np.zeros(self.count, dtype=np.bool_)
        context = self.span.context
        if not self.span.units or not self.count:
            return cut
        for place in range(self.count):
            periods = self.periods[place]
            first = max(day_number(period.start) for period in periods)
            last = min(day_number(period.end) for period in periods)
            is_late = end is not None and context.start_of(last) > end
            is_early = start is not None and context.start_of(first) < start
            cut[place] = is_late or is_early
        return cut

    def labels(self) -> list[tuple[str, ...]]:
        """Return for every frame the labels of its periods."""
        return [tuple(period.label for period in periods) for periods in self.periods]
