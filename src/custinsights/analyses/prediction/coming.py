"""On which day? Times after what was observed as local days."""

from __future__ import annotations

import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.history.columnar.columns import NO_INSTANT, FloatArray, IntArray
from custinsights.history.columnar.localtime import date_of, to_microseconds
from custinsights.history.kernels.cells import distinct

_FARTHEST = 3652 * 100
"""No day is told that lies more than a thousand years ahead."""


def days_ahead(days: FloatArray, last: int, calendar: Calendar) -> IntArray:
    """Return the first local day by whose end so many days have passed, as its first instant.

    Days pass from the end of the last whole day before as_of, which is given by its number. Missing
    where the days are NaN, or more than a thousand years.
    """
    is_told = days < _FARTHEST
    ahead = np.maximum(np.ceil(np.where(is_told, days, 1.0)), 1.0).astype(np.int64)
    found, of = distinct(ahead)
    dates = (date_of(last + day) for day in found.tolist())
    starts = [to_microseconds(calendar.start_of_day(date)) for date in dates]
    instants = np.array(starts, dtype=np.int64).take(of)
    return np.where(is_told, instants, NO_INSTANT)
