"""Which period is a local day in? Ordinals of periods for whole columns of day numbers."""

from __future__ import annotations

import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.period import Period
from custinsights.history.columnar.columns import AnyArray, IntArray

EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0


def ordinals(unit: str, days: AnyArray, calendar: Calendar) -> IntArray:
    """Return `Period.ordinal` for local day numbers; consecutive periods differ by 1."""
    if unit == "day":
        return days.astype(np.int64)
    if unit == "week":
        anchor = Period.from_ordinal("week", 0, calendar).start
        return np.floor_divide(days.astype(np.int64) - (anchor.toordinal() - 719_163), 7)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    if unit == "month":
        return months
    if unit == "quarter":
        return np.floor_divide(months, 3)
    if unit == "year":
        return np.floor_divide(months, 12)
    # A fiscal year is named after the calendar year in which it ends.
    shifted = months + (12 - (calendar.fiscal_start_month - 1)) % 12
    return np.floor_divide(shifted, 3 if unit == "fiscal_quarter" else 12)


def weekdays(days: AnyArray) -> IntArray:
    """Return the weekday (Monday is 0) of local day numbers."""
    return np.mod(days.astype(np.int64) + EPOCH_WEEKDAY, 7)


def days_in_year(dates: AnyArray, year: int) -> IntArray:
    """Return the local day numbers of the anniversaries of dates (datetime64[D]) in a year.

    Those of 29 February fall on the 28th in a year that has none.

    Examples
    --------
    >>> born = np.array(["1980-02-29", "1999-12-31"], dtype="M8[D]")
    >>> days_in_year(born, 2023).astype("M8[D]").astype(str).tolist()
    ['2023-02-28', '2023-12-31']
    """
    month = dates.astype("M8[M]")
    passed = year - 1970 - dates.astype("M8[Y]").astype(np.int64)
    this = month + passed * np.timedelta64(12, "M")
    first = this.astype("M8[D]").astype(np.int64)
    length = (this + 1).astype("M8[D]").astype(np.int64) - first
    found: IntArray = first + np.minimum((dates - month).astype(np.int64), length - 1)
    return found
