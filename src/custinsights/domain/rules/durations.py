"""How long is 90d? Days, weeks, months and years back from a local day."""

from __future__ import annotations

import re
from datetime import date

import attrs
from dateutil.relativedelta import relativedelta

from custinsights.domain.fields import refuse_other
from custinsights.errors import InvalidValue

_DURATION = re.compile(r"([1-9][0-9]{0,4})([dwmy])", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FIELDS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
_TODAYS = (date(2023, 3, 1), date(2024, 3, 1), date(2023, 8, 31))
"""Days before which months and years are as short, and as long, as they can be."""

ALLOWED = "a duration such as '90d', '8w', '6m' or '1y'"
"""What a duration may be, in words."""


@attrs.frozen
class Duration:
    """A number of days, weeks, months or years, as a rule writes it.

    Parameters
    ----------
    text : str
        A whole number from 1 to 99999 and ``d``, ``w``, ``m`` or ``y``.

    Raises
    ------
    InvalidValue
        If the text is none.

    Examples
    --------
    >>> Duration("6m").before(date(2024, 8, 31))
    datetime.date(2024, 2, 29)
    """

    text: str = attrs.field()

    @text.validator
    def _is_one(self, _field: object, text: object) -> None:
        refuse_other(str, "a duration", text)
        if not _DURATION.fullmatch(str(text)):
            raise InvalidValue("this is no duration", text, ALLOWED)

    def before(self, day: date) -> date:
        """Return the day that lies so long before another.

        Where a month has no such day, its last day is meant. What lies before the year 1 is the
        first day that there is.
        """
        return self._shifted(day, -1, date.min)

    def after(self, day: date) -> date:
        """Return the day that lies so long after another; see `before`."""
        return self._shifted(day, 1, date.max)

    def _shifted(self, day: date, sign: int, furthest: date) -> date:
        found = _DURATION.fullmatch(self.text)
        assert found is not None  # noqa: S101 - the validator has seen to it
        count, unit = int(found[1]), _FIELDS[found[2]]
        try:
            return day + sign * relativedelta(**{unit: count})  # type: ignore[arg-type]  # a name
        except (OverflowError, ValueError):
            return furthest


def day_meant(text: str, today: date) -> date:
    """Return the day that a text means: a date, or a duration back from today.

    Examples
    --------
    >>> day_meant("2w", date(2024, 3, 15)), day_meant("2024-01-01", date(2024, 3, 15))
    (datetime.date(2024, 3, 1), datetime.date(2024, 1, 1))
    """
    return written_date(text) or Duration(text).before(today)


def never_before(first: str, last: str) -> bool:
    """Whether what a text means is at no day before what another one means.

    Of a date and a duration nothing is told: today decides. Today also decides whether 30 days or a
    month is longer.

    Examples
    --------
    >>> never_before("6m", "1y"), never_before("1y", "6m"), never_before("30d", "1m")
    (True, False, False)
    """
    if is_duration(first) != is_duration(last):
        return False
    return all(day_meant(first, today) >= day_meant(last, today) for today in _TODAYS)


def means_day(text: str) -> bool:
    """Whether a text is a date or a duration."""
    return is_duration(text) or written_date(text) is not None


def is_duration(text: str) -> bool:
    """Whether a text is a duration."""
    return _DURATION.fullmatch(text) is not None


def written_date(text: str) -> date | None:
    """Return the date that an ISO text writes, None for any other text."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
