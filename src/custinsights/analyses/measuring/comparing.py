"""With which earlier window is a window compared?"""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

from dateutil.relativedelta import relativedelta

from custinsights.analyses.measuring.measure import Window, window_of
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.context import Context
from custinsights.history.orders import When

COMPARISONS = ("previous_period", "previous_year")
WHAT_THEY_ARE = (
    "previous_year is the same window a year earlier, previous_period the same number of days "
    "just before"
)

Span: TypeAlias = tuple[dt.datetime, dt.datetime]
"""Start and end, the end exclusive."""


def window_or_last_year(context: Context, window: Window, as_of: When | None) -> Span:
    """Return the window that is meant, by default the 12 months before as_of."""
    given = window_of(context, window)
    if given is not None:
        return to_datetime(given[0]), to_datetime(given[1])
    end = to_datetime(context.instant(as_of))
    return _shifted(context, end, relativedelta(years=-1)), end


def earlier_window(context: Context, window: Span, compare: str) -> Span:
    """Return the window of as many days before, or that with both ends one year earlier."""
    start, end = window
    if compare == "previous_year":
        year = relativedelta(years=-1)
        return _shifted(context, start, year), _shifted(context, end, year)
    days = (context.calendar.local_date(end) - context.calendar.local_date(start)).days
    return _shifted(context, start, relativedelta(days=-max(days, 1))), start


def _shifted(context: Context, instant: dt.datetime, by: relativedelta) -> dt.datetime:
    """Return an instant moved in the shop's calendar, at the same local time of day."""
    local = instant.astimezone(context.calendar.zone)
    moved = (local.replace(tzinfo=None) + by).replace(tzinfo=context.calendar.zone)
    return moved.astimezone(dt.UTC)
