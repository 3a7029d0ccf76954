"""From when until when is it a local day? So instants compare with days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import and_, or_

from custinsights.domain.calendar import Calendar
from custinsights.repositories.rows import microseconds_of

__all__ = ["Days"]

_EARLIEST: Final = date(1800, 1, 1).toordinal()
_LATEST: Final = date(2300, 1, 1).toordinal()
"""Before and after these are no facts: a day beyond is as far as the last one."""
_AROUND: Final = timedelta(hours=30)
_HOUR: Final = timedelta(hours=1)
_SECOND: Final = timedelta(seconds=1)


@attrs.frozen
class Days:
    """The local days of a calendar, of which one is today.

    Days are told by their ordinal numbers.
    """

    calendar: Calendar
    today: int

    def start(self, day: int) -> int | None:
        """Return the microseconds from which on it is that day or a later one.

        None where there is no such instant: clocks that go back over midnight repeat a day.
        """
        day = min(max(day, _EARLIEST), _LATEST)
        meant, zone = date.fromordinal(day), self.calendar.zone
        begin = self.calendar.start_of_day(meant)
        for before, after in _changes(zone, begin - _AROUND, begin + _AROUND):
            if after.astimezone(zone).date() < meant <= before.astimezone(zone).date():
                return None
        return microseconds_of(begin)

    def compared(self, column: Any, sign: str, day: int) -> Any | None:
        """Return the condition that the local day of a column compares with a day; None as above.

        Where the column is NULL, so is the condition.
        """
        begin, end = self.start(day), self.start(day + 1)
        if begin is None or end is None:
            return None
        match sign:
            case ">=":
                return column >= begin
            case "<":
                return column < begin
            case ">":
                return column >= end
            case "<=":
                return column < end
            case "==":
                return and_(column >= begin, column < end)
        return or_(column < begin, column >= end)


def _changes(
    zone: ZoneInfo, first: datetime, last: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the last second before, and the first after each change of a zone's clocks."""
    at = first
    while at < last:
        then = at + _HOUR
        low, high = at.astimezone(UTC), then.astimezone(UTC)
        if _offset(zone, low) != _offset(zone, high):
            while high - low > _SECOND:
                middle = low + (high - low) / 2
                middle = middle.replace(microsecond=0)
                if _offset(zone, middle) == _offset(zone, low):
                    low = middle
                else:
                    high = middle
            yield low, high
        at = then


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta | None:
    return instant.astimezone(zone).utcoffset()
