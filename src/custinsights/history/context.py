"""What holds for a whole history and every part of it?"""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import attrs

from custinsights.domain.calendar import Calendar
from custinsights.domain.load_report import LoadReport
from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import InvalidValue
from custinsights.history.columnar.instants import FIRST_YEAR, LAST_YEAR
from custinsights.history.columnar.localtime import (
    LocalClock,
    date_of,
    day_number,
    to_datetime,
    to_microseconds,
)

PLURALS = {"currency": "currencies", "calendar": "calendars", "policy": "policies"}
"""What histories share that are put together, and what a message calls it."""


@attrs.frozen
class Spent:
    """What was spent from `start` to before `end` (microseconds UTC) to win customers.

    `amount` is in minor units; the others are as in `custinsights.domain.Spend`.
    """

    start: int
    end: int
    channel: str | None
    amount: int
    kind: str


@attrs.frozen(slots=False, kw_only=True)
class Context:
    """Currency, calendar, policy and span: shared by a history and all its parts.

    Parameters
    ----------
    currency
        ISO 4217 code of every amount.
    calendar
        Zone, first weekday, fiscal start.
    policy
        Which orders count and when a linked refund happens.
    observed_from, observed_until
        The half-open span that the source covers, microseconds UTC.
    first, last
        No fact lies before `first` or after `last` (microseconds UTC).
    has_times
        False for a source that knows dates only: it has no hours.
    source_report, load_report
        What was read and what was left out, before and after the policy.
    spend
        What was spent to win the customers; None where nobody said.
    has_activities
        Whether anything is told of what people did beside ordering.
    part
        Which part this is, counted from 0, of how many; None for a whole history.
    """

    currency: str
    calendar: Calendar
    policy: PurchasePolicy
    observed_from: int
    observed_until: int
    first: int
    last: int
    has_times: bool = True
    source_report: LoadReport = attrs.field(factory=LoadReport, repr=False)
    load_report: LoadReport = attrs.field(factory=LoadReport, repr=False)
    spend: tuple[Spent, ...] | None = attrs.field(default=None, repr=False)
    has_activities: bool = False
    part: tuple[int, int] | None = None

    @cached_property
    def clock(self) -> LocalClock:
        """Local days and hours of every fact."""
        return LocalClock.over(self.calendar.zone, self.first, self.last)

    def instant(self, value: dt.datetime | dt.date | str | None) -> int:
        """Return an as-of argument in microseconds UTC; None means the end of the observation."""
        return self.observed_until if value is None else self.moment(value)

    def moment(self, value: dt.datetime | dt.date | str) -> int:
        """Return an instant that is told in microseconds UTC.

        Raises
        ------
        InvalidValue
            It is no instant, or of a year in which no shop takes orders.
        """
        found = self.calendar.instant(value)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            years = f"an instant of the years {FIRST_YEAR} to {LAST_YEAR}"
            raise InvalidValue("as_of lies too far out", value, years)
        return to_microseconds(found)

    def day(self, instant: int) -> int:
        """Return the local day number of any instant, whether the clock covers it or not."""
        return day_number(self.calendar.local_date(to_datetime(instant)))

    def start_of(self, day: int) -> int:
        """Return the instant at which a local day begins."""
        return to_microseconds(self.calendar.start_of_day(date_of(day)))
