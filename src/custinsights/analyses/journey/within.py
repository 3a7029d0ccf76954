"""How long may a journey take? Local days, or exact time, from its first step."""

from __future__ import annotations

import re
from datetime import timedelta

import attrs

from custinsights.domain.fields import as_int
from custinsights.errors import InvalidValue, counted
from custinsights.history.columnar.columns import AnyArray, IntArray
from custinsights.history.columnar.localtime import DAY, HOUR, LocalClock
from custinsights.history.context import Context

MOST_DAYS = 300 * 366
"""As long as all the years of which a history may tell."""

_DAYS = {"d": 1, "w": 7}
_MICROSECOND = timedelta(microseconds=1)


@attrs.frozen
class Within:
    """The longest that a journey may take: so many local days, or else microseconds.

    Examples
    --------
    >>> str(within_of("2w")), str(within_of("12h")), str(within_of(timedelta(minutes=90)))
    ('14 days', '12 hours', '1:30:00 hours')
    """

    length: int
    is_days: bool = True

    def __str__(self) -> str:
        if self.is_days:
            return counted(self.length, "day")
        hours, rest = divmod(self.length, HOUR)
        return f"{self.length * _MICROSECOND} hours" if rest else counted(hours, "hour")

    def measured(self, clock: LocalClock, instants: IntArray) -> AnyArray:
        """Return instants in what the length counts: local days, or microseconds."""
        return clock.days(instants) if self.is_days else instants

    def reaches(self, context: Context, end: int, as_of: int) -> bool:
        """Tell whether a journey from just before `end` may go on at `as_of`."""
        if self.is_days:
            return context.day(end - 1) + self.length >= context.day(as_of)
        return end - 1 + self.length >= as_of


def within_of(given: object) -> Within:
    """Return the length of time that a number of days, a text or a timedelta means.

    Raises
    ------
    InvalidValue
        If it means none, or one below 0 or above `MOST_DAYS`.
    """
    if isinstance(given, Within):
        return given
    found = _read(given)
    if found is None or not 0 <= found.length <= MOST_DAYS * (1 if found.is_days else DAY):
        raise InvalidValue(
            what="the time for a journey is no number of days or hours",
            given=given,
            allowed=f"30, '30d', '4w', '12h' or a timedelta, from 0 to {MOST_DAYS:,} days",
        )
    return found


def _read(given: object) -> Within | None:
    if isinstance(given, timedelta):
        days, rest = divmod(given, timedelta(days=1))
        return Within(given // _MICROSECOND, is_days=False) if rest else Within(days)
    text = re.fullmatch(r"([0-9]{1,9}) ?([hdw])", given) if isinstance(given, str) else None
    if text is None:
        number = as_int(given)
        return None if number is None else Within(number)
    number = int(text[1])
    if text[2] == "h":
        return Within(number * HOUR, is_days=False)
    return Within(number * _DAYS[text[2]])
