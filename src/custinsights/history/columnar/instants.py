"""Which instant is a time?

Times come as datetime64, as datetimes with or without a zone, as dates, or as ISO text. Here they
become int64 microseconds since 1970-01-01 UTC. A time without a zone is placed in the one given:
the hour that happens twice is taken at its first occurrence, a time that never happens moves
forward, and both are counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.errors import InvalidValue, NaiveTime, counted
from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray, first_rows, listed
from custinsights.history.columnar.localtime import DAY, SLOT, Transitions, day_number
from custinsights.history.columnar.time_texts import (
    AWARE,
    DATE,
    NAIVE,
    NO_TIME,
    TOO_FAR,
    read_block,
)

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""No shop took an order in another year: what lies outside is a mistake in the data."""

Placed: TypeAlias = tuple[IntArray, BoolArray, BoolArray]
"""Instants, which of them happened twice on the wall clock, and which never."""

_FIRST = day_number(dt.date(FIRST_YEAR, 1, 1)) * DAY
_END = day_number(dt.date(LAST_YEAR + 1, 1, 1)) * DAY
_LONGEST_TEXT = 40
_BLOCK = 1 << 16


@attrs.frozen(eq=False)
class Instants:
    """A column of instants and what was done to get there.

    Parameters
    ----------
    values
        int64[n], microseconds UTC; 0 where `wrong`.
    is_twice
        bool[n], the local time happened twice and was taken at its first occurrence.
    is_never
        bool[n], the local time never happened and was moved forward.
    wrong
        bool[n], where there is no instant.
    dates_only
        Whether no value has a time of day, so that nothing can be said about hours.
    is_aware
        Whether some value names its own zone or offset.
    """

    values: IntArray
    is_twice: BoolArray
    is_never: BoolArray
    wrong: BoolArray
    dates_only: bool
    is_aware: bool

    @classmethod
    def one_below_another(cls, columns: Sequence[Instants]) -> Instants:
        """Return several columns as one."""
        empty = np.zeros(0, dtype=np.bool_)
        return cls(
            np.concatenate([np.zeros(0, dtype=np.int64), *(one.values for one in columns)]),
            np.concatenate([empty, *(one.is_twice for one in columns)]),
            np.concatenate([empty, *(one.is_never for one in columns)]),
            np.concatenate([empty, *(one.wrong for one in columns)]),
            dates_only=bool(columns) and all(one.dates_only for one in columns),
            is_aware=any(one.is_aware for one in columns),
        )

    @property
    def ambiguous(self) -> int:
        """How many local times happened twice."""
        return int(np.count_nonzero(self.is_twice))

    @property
    def gaps(self) -> int:
        """How many local times never happened."""
        return int(np.count_nonzero(self.is_never))

    def take(self, rows: AnyArray) -> Instants:
        """Return the instants in some rows."""
        return attrs.evolve(
            self,
            values=self.values.take(rows),
            is_twice=self.is_twice.take(rows),
            is_never=self.is_never.take(rows),
            wrong=self.wrong.take(rows),
        )


@attrs.frozen(eq=False)
class Times:
    """Times as they were written: microseconds on the wall clock, or of UTC where `AWARE`.

    `kinds` is int8[n] of `NO_TIME`, `DATE`, `NAIVE`, `AWARE`, and `TOO_FAR` for years in which no
    shop took an order; `walls` is 0 where there is no time, or such a one.
    """

    walls: IntArray
    kinds: AnyArray

    @property
    def wrong(self) -> BoolArray:
        """bool[n], where there is no time that can be used."""
        wrong: BoolArray = (self.kinds == NO_TIME) | (self.kinds == TOO_FAR)
        return wrong

    def take(self, rows: AnyArray) -> Times:
        """Return the times in some rows."""
        return Times(self.walls.take(rows), self.kinds.take(rows))

    def placed_in(self, zone: ZoneInfo | None, what: str = "placed_at") -> Instants:
        """Turn times into instants; a wall-clock time needs the zone, a day alone takes UTC.

        Raises
        ------
        NaiveTime
            There are wall-clock times and no zone.
        """
        naive, days, aware = (
            int(np.count_nonzero(self.kinds == kind)) for kind in (NAIVE, DATE, AWARE)
        )
        if zone is None and naive:
            raise NaiveTime(
                what,
                f"{counted(naive, 'time')} such as {self._example()}",
                "Name the zone of the shop's clock, for example timezone='Europe/London'",
            )
        instants = self.walls
        is_twice = np.zeros(len(instants), dtype=np.bool_)
        is_never = np.zeros(len(instants), dtype=np.bool_)
        for kind, rows in ((NAIVE, naive), (DATE, days)):
            if zone is None or not rows:
                continue
            where = slice(None) if rows == len(instants) else self.kinds == kind
            instants = instants.copy() if instants is self.walls else instants
            instants[where], twice, never = _to_utc(self.walls[where], zone)
            if kind == NAIVE:  # a midnight that never happens is the day's first moment
                is_twice[where], is_never[where] = twice, never
        return Instants(
            instants,
            is_twice,
            is_never,
            wrong=self.wrong,
            dates_only=bool(days) and not naive and not aware,
            is_aware=bool(aware),
        )

    def _example(self) -> str:
        """Return the first wall-clock time."""
        row = int(np.argmax(self.kinds == NAIVE))
        return str(np.datetime64(int(self.walls[row]), "us")).removesuffix(".000000")


def to_instants(
    values: object,
    timezone: str | ZoneInfo | None = None,
    *,
    errors: Literal["raise", "mask"] = "raise",
    what: str = "placed_at",
) -> Instants:
    """Turn times into instants.

    Parameters
    ----------
    values
        [n] datetime64 of any unit, datetimes with or without a zone, dates, ISO texts, or a
        mixture of the last three; integers are microseconds UTC already.
    timezone
        The zone (IANA name) of times without one. A date means local midnight at its start, in
        UTC when no zone is given.
    errors
        ``"raise"`` refuses values that are no time of the years 1900 to 2199; ``"mask"`` marks
        them in ``wrong``.
    what
        The name of the column, for messages.

    Returns
    -------
    Instants
        The instants, and how many of them were ambiguous or never happened on the wall clock.

    Raises
    ------
    NaiveTime
        A time without a zone, and no `timezone`.
    InvalidValue
        Some values are no time; it says how many and which come first.

    Notes
    -----
    Cost: a few passes in blocks for numbers and distinct ISO texts; objects are read one by one.

    Examples
    --------
    >>> times = to_instants(["2024-03-31 01:30", "2024-10-27 01:30"], "Europe/London")
    >>> times.values.astype("M8[us]").astype("M8[m]").tolist()  # doctest: +ELLIPSIS
    [datetime.datetime(2024, 3, 31, 1, 30), datetime.datetime(2024, 10, 27, 0, 30)]
    >>> times.gaps, times.ambiguous
    (1, 1)
    """
    zone = None if timezone is None else Calendar(timezone).zone
    found = times_of(values).placed_in(zone, what)
    if errors == "raise" and found.wrong.any():
        raise InvalidValue(
            what=f"some values of {what} are no times, or lie too far out",
            given=first_rows(found.wrong),
            allowed=f"datetimes, dates or ISO texts of the years {FIRST_YEAR} to {LAST_YEAR}",
            advice="Leave those rows out, or correct them",
        )
    return found


def read_times(texts: list[str]) -> Times:
    """Read ISO texts: days, wall-clock times, and instants with an offset, ``Z`` or ``UTC``.

    Examples
    --------
    >>> times = read_times(["2024-03-05", "2024-03-05 10:00", "2024-03-05T10:00:00+01:00", "?"])
    >>> times.kinds.tolist()
    [1, 2, 3, 0]
    """
    walls = np.zeros(len(texts), dtype=np.int64)
    kinds = np.zeros(len(texts), dtype=np.int8)
    for start in range(0, len(texts), _BLOCK):
        block = texts[start : start + _BLOCK]
        longest = max(map(len, block))
        if not longest:
            continue
        if longest > _LONGEST_TEXT:
            block = [text if len(text) <= _LONGEST_TEXT else "" for text in block]
        walls[start : start + _BLOCK], kinds[start : start + _BLOCK] = read_block(block)
    return _within_years(walls, kinds)


def _to_utc(walls: IntArray, zone: ZoneInfo) -> tuple[IntArray, BoolArray, BoolArray]:
    """Place wall-clock times in a zone, in blocks; tell which happened twice there, which never."""
    first, last = int(walls.min()), int(walls.max())
    table = Transitions.of(zone, first - 2 * DAY, last + 2 * DAY)
    changes = table.starts[1:] + np.stack([table.offsets[:-1], table.offsets[1:]])
    place: Callable[[IntArray], Placed] = table.to_utc
    if len(walls) > _BLOCK and not (changes % SLOT).any():
        place = _by_slot(table, first // SLOT, last // SLOT)
    blocks = [place(walls[start : start + _BLOCK]) for start in range(0, len(walls), _BLOCK)]
    instants, is_twice, is_never = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return instants, is_twice, is_never


def _by_slot(table: Transitions, first: int, last: int) -> Callable[[IntArray], Placed]:
    """Place times by a table of whole quarters of an hour, where offsets change only with these."""
    slots = np.arange(first, last + 1, dtype=np.int64) * SLOT
    utc, is_twice, is_never = table.to_utc(slots)
    behind = utc - slots

    def place(walls: IntArray) -> Placed:
        slot = walls // SLOT - first
        return walls + behind.take(slot), is_twice.take(slot), is_never.take(slot)

    return place


def times_of(values: object) -> Times:
    """Read times of any kind that `to_instants` takes, before they are placed in a zone."""
    if hasattr(values, "__array__"):
        array = np.asarray(values)
    else:
        items = listed(values, "times")
        array = np.empty(len(items), dtype=object)
        array[:] = items
    if array.ndim != 1:
        raise InvalidValue("times must be one column", f"{array.ndim} dimensions", "1")
    if array.dtype.kind == "M":
        return _from_datetime64(array)
    if array.dtype.kind in "iu":
        return _within_years(array.astype(np.int64), np.full(len(array), AWARE, dtype=np.int8))
    items = array.tolist()
    if all(type(item) is str for item in items):
        texts = dict.fromkeys(items)
        places = {text: place for place, text in enumerate(texts)}
        rows = np.fromiter(map(places.__getitem__, items), dtype=np.int64, count=len(items))
        return read_times(list(texts)).take(rows)
    return _from_objects(items)


def _from_datetime64(array: AnyArray) -> Times:
    unit = np.datetime_data(array.dtype)[0]
    first = np.datetime64(str(FIRST_YEAR)).astype(array.dtype)
    end = np.datetime64(str(LAST_YEAR + 1)).astype(array.dtype)
    kinds = np.full(len(array), DATE if unit in {"Y", "M", "W", "D"} else NAIVE, dtype=np.int8)
    ticks = array.view(np.int64)  # where there is no time (NaT) this is the smallest integer
    if len(array) and not first.view(np.int64) <= ticks.min() <= ticks.max() < end.view(np.int64):
        is_time = (array >= first) & (array < end)
        kinds[~is_time] = np.where(np.isnat(array[~is_time]), NO_TIME, TOO_FAR)
        array = np.where(is_time, array, first)
    return Times(array.astype("M8[us]", copy=False).view(np.int64), kinds)


def _from_objects(items: list[object]) -> Times:
    walls = np.zeros(len(items), dtype=np.int64)
    kinds = np.zeros(len(items), dtype=np.int8)
    second = dt.timedelta(microseconds=1)
    for row, item in enumerate(items):
        if isinstance(item, dt.datetime) and item == item:  # noqa: PLR0124 - NaT is not itself
            offset = item.utcoffset()
            since = item.replace(tzinfo=None) - dt.datetime(1970, 1, 1)  # noqa: DTZ001 - wall clock
            walls[row] = (since - (offset or dt.timedelta())) // second
            kinds[row] = NAIVE if offset is None else AWARE
        elif isinstance(item, dt.date) and not isinstance(item, dt.datetime):
            walls[row], kinds[row] = day_number(item) * DAY, DATE
        elif isinstance(item, str):
            one = read_times([item])
            walls[row], kinds[row] = one.walls[0], one.kinds[0]
    return _within_years(walls, kinds)


def _within_years(walls: IntArray, kinds: AnyArray) -> Times:
    if len(walls) and not _FIRST <= int(walls.min()) <= int(walls.max()) < _END:
        is_outside = (walls < _FIRST) | (walls >= _END)
        kinds = np.where(is_outside & (kinds != NO_TIME), TOO_FAR, kinds).astype(np.int8)
        walls = np.where(is_outside, 0, walls)
    is_none = kinds == NO_TIME
    return Times(np.where(is_none, 0, walls) if is_none.any() else walls, kinds)
