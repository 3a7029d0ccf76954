"""From when to when was observed, and from when to when are there facts?"""

from __future__ import annotations

import datetime as dt

from custinsights.domain.calendar import Calendar
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import NO_INSTANT, IntArray, People
from custinsights.history.columnar.localtime import to_datetime, to_microseconds

__all__ = ["span_of", "with_people"]


def span_of(
    times: list[IntArray],
    calendar: Calendar,
    observed_from: dt.datetime | dt.date | str | None,
    observed_until: dt.datetime | dt.date | str | None,
) -> tuple[int, int, int, int]:
    """Return observed_from, observed_until, and the first and last instant of any fact."""
    times = [column for column in times if len(column)]
    given_from = None if observed_from is None else to_microseconds(calendar.instant(observed_from))
    given_until = (
        None if observed_until is None else to_microseconds(calendar.instant(observed_until))
    )
    if not times:
        start = given_from if given_from is not None else given_until or 0
        until = given_until if given_until is not None else start
        return start, max(start, until), start, start
    first = min(int(column.min()) for column in times)
    last = max(int(column.max()) for column in times)
    if given_from is None:
        day = calendar.local_date(to_datetime(first))
        given_from = to_microseconds(calendar.start_of_day(day))
    elif given_from > first:
        raise InvalidValue(
            what="a fact lies before the beginning of the observation",
            given=f"observed_from {to_datetime(given_from).isoformat()}",
            allowed=f"an instant at or before the first fact, {to_datetime(first).isoformat()}",
            advice="leave earlier rows out of the source, or leave observed_from away",
        )
    if given_until is None:
        day = calendar.local_date(to_datetime(last)) + dt.timedelta(days=1)
        given_until = to_microseconds(calendar.start_of_day(day))
        if given_until <= last:  # clocks went back over midnight: that day had begun before
            day += dt.timedelta(days=1)
            given_until = to_microseconds(calendar.start_of_day(day))
    return given_from, max(given_from, given_until), first, last


def with_people(people: People | None, first: int, last: int) -> tuple[int, int]:
    """Return the span of all facts with the creation of the people in it."""
    if people is None or people.created_at is None:
        return first, last
    known = people.created_at[people.created_at != NO_INSTANT]
    if not len(known):
        return first, last
    return min(first, int(known.min())), max(last, int(known.max()))
