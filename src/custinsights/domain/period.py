"""Periods: the days, weeks, months, quarters and years into which a calendar divides time."""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import total_ordering
from typing import Protocol, Self

import attrs
from dateutil.relativedelta import relativedelta

from custinsights.domain.fields import as_int
from custinsights.errors import Incompatible, InvalidValue, UnknownName

__all__ = [
    "UNITS",
    "WEEKDAYS",
    "Period",
    "Reckoning",
    "check_label",
    "check_unit",
    "shorter_units",
]

UNITS = ("day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_STEPS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
    "fiscal_quarter": relativedelta(months=3),
    "fiscal_year": relativedelta(years=1),
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}
_EPOCH = date(1970, 1, 1).toordinal()
_EPOCH_WEEKDAY = 3  # a Thursday
_SPAN = "what lies in the years 1 to 9999"


class Reckoning(Protocol):
    """What a period asks of the `Calendar` to which it belongs."""

    @property
    def timezone(self) -> str:
        """The time zone's name."""

    @property
    def first_weekday(self) -> str:
        """The weekday on which weeks begin, by name."""

    @property
    def first_weekday_number(self) -> int:
        """The weekday on which weeks begin: 0 is Monday, 6 is Sunday."""

    @property
    def fiscal_start_month(self) -> int:
        """The month, 1 to 12, in which the fiscal year begins."""


def check_unit(unit: str) -> None:
    """Refuse what is no unit of time.

    Raises
    ------
    UnknownName
        If it is none of `UNITS`.
    """
    if not isinstance(unit, str) or unit not in UNITS:
        raise UnknownName("unit of time", unit, UNITS)


def shorter_units(unit: str) -> tuple[str, ...]:
    """Return the units whose periods are shorter than those of a unit, the longest first.

    Examples
    --------
    >>> shorter_units("quarter")
    ('month', 'week', 'day')
    """
    check_unit(unit)
    own = _MONTHS.get(unit, 0)
    months = {name: months for name, months in _MONTHS.items() if months < own}
    days = ("week", "day") if own else ("day",) if unit == "week" else ()
    return (*sorted(months, key=lambda name: -months[name]), *days)


@total_ordering
@attrs.frozen(repr=False, order=False)
class Period:
    """A day, week, month, quarter, year, fiscal quarter or fiscal year of a calendar.

    Periods of one unit and one calendar follow each other without a gap; their ordinals are
    consecutive integers, and they compare by time.

    Parameters
    ----------
    unit : str
        One of `UNITS`.
    start : date
        The first day. `Calendar.period` finds the period of any day.
    calendar : Calendar
        The calendar, whose first weekday and fiscal year decide where periods begin.

    Raises
    ------
    UnknownName
        If there is no such unit.
    InvalidValue
        If no such period begins on that day.

    Examples
    --------
    >>> from custinsights.domain import Calendar
    >>> march = Period.parse("2024-03", Calendar())
    >>> march.title(), march.end.isoformat(), march.next().label
    ('March 2024', '2024-04-01', '2024-04')
    """

    unit: str
    start: date
    calendar: Reckoning

    def __attrs_post_init__(self) -> None:
        check_unit(self.unit)
        if type(self.start) is not date:
            raise InvalidValue("the start of a Period is no day", self.start, "a date")
        if not hasattr(self.calendar, "fiscal_start_month"):
            raise InvalidValue("the calendar of a Period is none", self.calendar, "a Calendar")
        first = _first_day(self.unit, self.ordinal, self.calendar)
        if first != self.start:
            what = f"no {self.unit} of this calendar begins on that day"
            advice = f"Calendar.period({self.unit!r}, day) finds the period of any day"
            raise InvalidValue(what, self.start, f"a first day, such as {first}", advice)

    @classmethod
    def containing(cls, unit: str, day: date, calendar: Reckoning) -> Self:
        """Return the period of a unit in which a day lies."""
        check_unit(unit)
        if not isinstance(day, date) or isinstance(day, datetime):
            raise InvalidValue("the value is no day", day, "a date without a time")
        return cls.from_ordinal(unit, _ordinal(unit, day, calendar), calendar)

    @classmethod
    def from_ordinal(cls, unit: str, ordinal: int, calendar: Reckoning) -> Self:
        """Return the period that has an ordinal.

        Examples
        --------
        >>> from custinsights.domain import Calendar
        >>> Period.from_ordinal("month", 12 * 2024 + 2, Calendar())
        <Period month 2024-03>
        """
        check_unit(unit)
        return cls(unit, _first_day(unit, _whole(ordinal), calendar), calendar)

    @classmethod
    def parse(cls, label: str, calendar: Reckoning) -> Self:
        """Return the period that a label names; the form of the label tells its unit.

        Parameters
        ----------
        label : str
            ``2024``, ``2024-Q1``, ``2024-03``, ``2024-03-05``, ``FY2025``, ``FY2025-Q1``;
            ``2024-W10`` where weeks begin on Monday (the year and week of ISO 8601), otherwise
            ``W2024-03-03``, the first day of the week.
        calendar : Calendar
            The calendar to which the period belongs.

        Raises
        ------
        InvalidValue
            If the label names no period of the calendar.
        """
        label = str(label)
        unit, meant = _meant(label)
        if isinstance(meant, date):
            period = cls.containing(unit, meant, calendar)
        else:
            period = cls.from_ordinal(unit, meant, calendar)
        if period.label != label:  # a week in the form of a calendar whose weeks begin otherwise
            what = "the label names no week of this calendar"
            first = calendar.first_weekday.capitalize()
            allowed = f"a label such as {period.label!r}, because weeks begin on {first}"
            raise InvalidValue(what, label, allowed)
        return period

    @property
    def end(self) -> date:
        """The first day after the period."""
        return self._stepped(1)

    @property
    def ordinal(self) -> int:
        """The place of the period among those of its unit: consecutive integers.

        Days since 1970-01-01; weeks since the first of the calendar's weeks that begins on or
        after it; 12 · year + month − 1; 4 · year + quarter − 1; the year. A fiscal quarter or
        year counts with the year in which its fiscal year ends.
        """
        return _ordinal(self.unit, self.start, self.calendar)

    @property
    def label(self) -> str:
        """The name of the period in data: ``2024-03``."""
        year, part = divmod(self.ordinal, 12 // _MONTHS.get(self.unit, 12))
        match self.unit:
            case "day":
                return self.start.isoformat()
            case "week" if self.calendar.first_weekday_number == 0:
                iso = self.start.isocalendar()
                return f"{iso.year:04d}-W{iso.week:02d}"
            case "week":
                return f"W{self.start.isoformat()}"
            case "month":
                return f"{year:04d}-{part + 1:02d}"
            case "quarter" | "fiscal_quarter":
                return f"{self._prefix}{year:04d}-Q{part + 1}"
            case _:
                return f"{self._prefix}{year:04d}"

    @property
    def _prefix(self) -> str:
        return "FY" if self.unit.startswith("fiscal") else ""

    def title(self) -> str:
        """Return the name of the period for a reader: ``March 2024``, ``Q1 2024``."""
        day = f"{self.start.day} {_MONTH_NAMES[self.start.month - 1]} {self.start.year}"
        match self.unit:
            case "day":
                return day
            case "week" if self.calendar.first_weekday_number == 0:
                iso = self.start.isocalendar()
                return f"Week {iso.week}, {iso.year}"
            case "week":
                return f"Week of {day}"
            case "month":
                return day.partition(" ")[2]
            case "quarter" | "fiscal_quarter":
                year, quarter = divmod(self.ordinal, 4)
                return f"Q{quarter + 1} {self._prefix}{year}"
            case _:
                return f"{self._prefix}{self.ordinal}"

    def next(self, n: int = 1) -> Self:
        """Return the period n steps later, or earlier where n is negative."""
        return type(self)(self.unit, self._stepped(_whole(n)), self.calendar)

    def _stepped(self, n: int) -> date:
        try:
            return self.start + _STEPS[self.unit] * n
        except (ValueError, OverflowError):
            steps = f"{n} from {self.start}"
            raise InvalidValue(f"no {self.unit} lies so far out", steps, _SPAN) from None

    def __contains__(self, day: object) -> bool:
        return type(day) is date and _ordinal(self.unit, day, self.calendar) == self.ordinal

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        if (self.unit, self.calendar) != (other.unit, other.calendar):
            what = "the units or calendars of two periods"
            left, right = ((one.unit, one.calendar) for one in (self, other))
            raise Incompatible(what, left, right, "Compare their starts instead")
        return self.start < other.start

    def __str__(self) -> str:
        return self.label

    def __repr__(self) -> str:
        return f"<Period {self.unit} {self.label}>"


def check_label(label: str) -> None:
    """Refuse what is a period's label in no calendar at all.

    Raises
    ------
    InvalidValue
        If the label names no period.
    """
    _meant(label)


def _meant(label: str) -> tuple[str, int | date]:
    """Return the unit that a label's form tells, and the ordinal or a day of the period."""
    for form, (unit, read) in _FORMS.items():
        if found := form.fullmatch(label):
            try:
                return unit, read(*found.groups())
            except ValueError:
                what = "the label names a day or week that does not exist"
                raise InvalidValue(what, label, "one of the calendar") from None
    allowed = "a label such as '2024', '2024-Q1', '2024-03', '2024-W10', '2024-03-05', 'FY2025'"
    raise InvalidValue("the label names no period", label, allowed)


def _whole(number: object) -> int:
    whole = as_int(number)
    if whole is None:
        raise InvalidValue("periods are counted in whole numbers", number, "an int")
    return whole


def _ordinal(unit: str, day: date, calendar: Reckoning) -> int:
    """Return the ordinal of the period in which a day lies."""
    days = day.toordinal() - _EPOCH
    if unit == "day":
        return days
    if unit == "week":
        return (days - _first_week(calendar)) // 7
    return (12 * day.year + day.month - 1 + _fiscal_shift(unit, calendar)) // _MONTHS[unit]


def _first_day(unit: str, ordinal: int, calendar: Reckoning) -> date:
    """Return the day on which the period of an ordinal begins."""
    try:
        if unit == "day":
            return date.fromordinal(ordinal + _EPOCH)
        if unit == "week":
            return date.fromordinal(7 * ordinal + _first_week(calendar) + _EPOCH)
        year, month = divmod(ordinal * _MONTHS[unit] - _fiscal_shift(unit, calendar), 12)
        return date(year, month + 1, 1)
    except (ValueError, OverflowError):
        raise InvalidValue(f"no {unit} lies so far out", ordinal, _SPAN) from None


def _first_week(calendar: Reckoning) -> int:
    """Return how many days after 1970-01-01 the first week begins."""
    return (calendar.first_weekday_number - _EPOCH_WEEKDAY) % 7


def _fiscal_shift(unit: str, calendar: Reckoning) -> int:
    """Return the months by which a fiscal year, named after its end, runs ahead."""
    return (1 - calendar.fiscal_start_month) % 12 if unit.startswith("fiscal") else 0


_Reader = Callable[..., int | date]
_FORMS: dict[re.Pattern[str], tuple[str, _Reader]] = {
    re.compile(form): (unit, read)
    for form, unit, read in (
        (r"([0-9]{4})", "year", int),
        (r"([0-9]{4})-Q([1-4])", "quarter", lambda y, q: 4 * int(y) + int(q) - 1),
        (r"([0-9]{4})-(0[1-9]|1[0-2])", "month", lambda y, m: 12 * int(y) + int(m) - 1),
        (r"([0-9]{4}-[0-9]{2}-[0-9]{2})", "day", date.fromisoformat),
        (r"FY([0-9]{4})", "fiscal_year", int),
        (r"FY([0-9]{4})-Q([1-4])", "fiscal_quarter", lambda y, q: 4 * int(y) + int(q) - 1),
        (
            r"([0-9]{4})-W([0-9]{2})",
            "week",
            lambda y, w: date.fromisocalendar(int(y), int(w), 1),
        ),
        (r"W([0-9]{4}-[0-9]{2}-[0-9]{2})", "week", date.fromisoformat),
    )
}
