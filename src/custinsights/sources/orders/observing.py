"""Until when was a file watched? To the end of the last local day of which it tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.history.columnar.columns import NO_INSTANT, BoolArray, IntArray
from custinsights.history.columnar.instants import Instants
from custinsights.history.columnar.localtime import to_datetime, to_microseconds
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.sources.orders.sheet import Sheet

__all__ = ["end_of_day", "file_ends"]


def end_of_day(instant: int, calendar: Calendar) -> dt.datetime:
    """Return when the local day of an instant ends."""
    day = calendar.local_date(to_datetime(instant))
    return calendar.start_of_day(day + dt.timedelta(days=1))


def file_ends(
    sheet: Sheet, times: Mapping[str, tuple[Instants, BoolArray]], calendar: Calendar
) -> IntArray:
    """Return until when each file was watched: int64[files] in microseconds.

    By its orders and refunds, as the history that is read of it alone; `NO_INSTANT` where it tells
    of no time.
    """
    files = RowGroups(sheet.file.astype(np.int64), len(sheet.files))
    last = np.full(files.count, NO_INSTANT, dtype=np.int64)
    for name in times.keys() & {"placed_at", "refunded_at"}:
        instants, is_there = times[name]
        latest = -files.least(-instants.values, is_there, 0)
        last = np.where(files.any(is_there), np.maximum(last, latest), last)
    ends = [
        one if one == NO_INSTANT else to_microseconds(end_of_day(one, calendar))
        for one in last.tolist()
    ]
    return np.array(ends, dtype=np.int64)
