"""Which local day and hour is an instant?

A zone's offsets over a history's span become a small table, and an instant becomes a
quarter-hour slot that looks its local day and hour up: two passes over a column, exact over
daylight-saving changes.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING

import attrs
import numpy as np

from custinsights.history.columnar.columns import BoolArray, CodeArray, IntArray

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
SLOT = 15 * 60 * SECOND
SLOTS_PER_DAY = DAY // SLOT

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_PROBE = 2 * 24 * 3600  # seconds; no offset ever held for less than four days (Freetown in 1939)
_EARLIEST = -62_135_596_800 * SECOND + 2 * DAY  # year 1, with room for any offset
_LATEST = 253_402_300_799 * SECOND - 2 * DAY  # year 9999


def to_microseconds(instant: dt.datetime) -> int:
    """Return an aware datetime as microseconds since 1970-01-01 UTC."""
    return (instant - _EPOCH) // dt.timedelta(microseconds=1)


def to_datetime(microseconds: int) -> dt.datetime:
    """Return microseconds since 1970-01-01 UTC as an aware datetime."""
    return _EPOCH + dt.timedelta(microseconds=microseconds)


def day_number(date: dt.date) -> int:
    """Return the days from 1970-01-01 to a date."""
    return date.toordinal() - 719_163


def date_of(day: int) -> dt.date:
    """Return the date of a day number."""
    return dt.date.fromordinal(day + 719_163)


@attrs.frozen(eq=False)
class Transitions:
    """The offsets of a zone over a span of time.

    Parameters
    ----------
    starts
        int64[m], microseconds UTC from which each offset holds; the first one lies at or before
        the beginning of the span.
    offsets
        int64[m], local time minus UTC in microseconds.
    """

    starts: IntArray
    offsets: IntArray

    @classmethod
    def of(cls, zone: ZoneInfo, first: int, last: int) -> Transitions:
        """Find a zone's offsets between two instants (microseconds UTC, both included)."""

        def offset(second: int) -> int:
            instant = _EPOCH + dt.timedelta(seconds=second)
            ahead = instant.astimezone(zone).utcoffset() or dt.timedelta()
            return ahead // dt.timedelta(microseconds=1)

        at = max(min(first, _LATEST), _EARLIEST) // SECOND  # offsets change on whole seconds
        end = max(min(last, _LATEST) // SECOND, at)
        starts, offsets = [at], [offset(at)]
        while at < end:
            probe = min(at + _PROBE, end)
            there = offset(probe)
            if there != offsets[-1]:
                low, high = at, probe
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (low, middle) if offset(middle) == there else (middle, high)
                starts.append(high)
                offsets.append(there)
            at = probe
        return cls(np.array(starts, dtype=np.int64) * SECOND, np.array(offsets, dtype=np.int64))

    @property
    def repeats_days(self) -> bool:
        """Whether clocks go back over midnight, so that a day begins, ends and goes on again.

        They did in Newfoundland until 2011, at one minute past midnight.
        """
        changes = self.starts[1:]
        last, first = changes - 1 + self.offsets[:-1], changes + self.offsets[1:]
        return bool((np.floor_divide(first, DAY) < np.floor_divide(last, DAY)).any())

    def to_local(self, instants: IntArray) -> IntArray:
        """Return instants as local wall-clock microseconds since 1970-01-01 00:00 local."""
        if len(self.starts) == 1:
            return instants + int(self.offsets[0])
        place = np.searchsorted(self.starts, instants, side="right") - 1
        return instants + self.offsets.take(np.maximum(place, 0))

    def to_utc(self, local: IntArray) -> tuple[IntArray, BoolArray, BoolArray]:
        """Return local wall-clock times as instants.

        The hour that happens twice is taken at its first occurrence; a time that never happens
        moves forward by the length of the gap.

        Returns
        -------
        tuple
            Instants (int64), which times happened twice, which never happened.
        """
        twice = np.zeros(len(local), dtype=np.bool_)
        never = np.zeros(len(local), dtype=np.bool_)
        before, after = self.offsets[:-1], self.offsets[1:]
        # Wall-clock time from which the offset before a change no longer holds.
        walls = self.starts[1:] + before
        place = np.searchsorted(walls, local, side="right")
        instants = local - self.offsets.take(place)
        if len(walls):
            change = np.maximum(place - 1, 0)
            gap = after.take(change) - before.take(change)
            since = local - walls.take(change)
            never = (place > 0) & (gap > 0) & (since < gap)
            instants = np.where(never, local - before.take(change), instants)
            coming = np.minimum(place, len(walls) - 1)
            fold = before.take(coming) - after.take(coming)
            until = walls.take(coming) - local
            twice = (place < len(walls)) & (fold > 0) & (until <= fold) & (until > 0)
        return instants, twice, never


@attrs.frozen(eq=False, slots=False)
class LocalClock:
    """Local days and hours for the instants of one span.

    Parameters
    ----------
    transitions
        The zone's offsets over the span.
    first, last
        The span in microseconds UTC, both included.
    """

    transitions: Transitions
    first: int
    last: int

    @classmethod
    def over(cls, zone: ZoneInfo, first: int, last: int) -> LocalClock:
        """Make the clock of a zone for the instants from `first` to `last`."""
        last = max(first, last)
        return cls(Transitions.of(zone, first, last), first, last)

    @cached_property
    def _is_aligned(self) -> bool:
        """Whether every change of the offset falls on a quarter of an hour, in UTC and locally."""
        moved = self.transitions.starts[1:] % SLOT
        return not moved.any() and not (self.transitions.offsets % SLOT).any()

    @cached_property
    def _origin(self) -> int:
        if self._is_aligned:
            return self.first // SLOT
        return int(self.transitions.to_local(np.array([self.first])).min() - DAY) // SLOT

    @cached_property
    def _table(self) -> IntArray:
        """The local quarter-hour number of every slot of the span."""
        if self._is_aligned:
            slots = np.arange(self.first // SLOT, self.last // SLOT + 1, dtype=np.int64)
            return np.floor_divide(self.transitions.to_local(slots * SLOT), SLOT)
        end = int(self.transitions.to_local(np.array([self.last])).max() + DAY) // SLOT
        return np.arange(self._origin, end + 1, dtype=np.int64)

    @cached_property
    def day_table(self) -> CodeArray:
        """The local day number of every slot."""
        return np.floor_divide(self._table, SLOTS_PER_DAY).astype(np.int32)

    @cached_property
    def hour_table(self) -> CodeArray:
        """The local hour (0 to 23) of every slot."""
        return np.floor_divide(np.mod(self._table, SLOTS_PER_DAY), 4).astype(np.int32)

    def slots(self, instants: IntArray) -> IntArray:
        """Return the slot of each instant of the span: an index into the tables.

        Cost: one pass where offsets change on quarters of an hour, as they do since 1972.
        """
        wall = instants if self._is_aligned else self.transitions.to_local(instants)
        slots = np.floor_divide(wall, SLOT)
        slots -= self._origin
        return slots

    def days(self, instants: IntArray) -> CodeArray:
        """Return the local day number (days since 1970-01-01) of each instant.

        Cost: one pass; the table of days is made only where there are more instants than slots.
        """
        if len(instants) < (self.last - self.first) // SLOT:
            return np.floor_divide(self.transitions.to_local(instants), DAY).astype(np.int32)
        return self.day_table.take(self.slots(instants))
