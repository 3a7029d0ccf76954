"""The shop's calendar: its time zone, its first weekday, its fiscal year."""

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import attrs

from custinsights.domain.fields import named, whole_number
from custinsights.domain.period import WEEKDAYS, Period, check_unit
from custinsights.errors import Incompatible, InvalidValue, NaiveTime, UnknownName

if TYPE_CHECKING:  # zoneinfo takes milliseconds to load, and many programs need no zone but UTC
    from zoneinfo import ZoneInfo

__all__ = ["Calendar"]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MIDNIGHT = time()
_TIMES = "an aware datetime, a date, or ISO text such as '2024-03-05' or '2024-03-05T10:00+01:00'"


_A_ZONE = "Give a name of the IANA database, such as 'Europe/London'"


def _zone_name(given: "str | ZoneInfo") -> str:
    """Return the name of a zone: the name itself, or that of a ZoneInfo."""
    name: object = given
    if not isinstance(given, str):
        import zoneinfo

        name = given.key if isinstance(given, zoneinfo.ZoneInfo) else None
    if not isinstance(name, str) or not name.strip():
        what = "the timezone of a Calendar names no zone"
        raise InvalidValue(what, given, "the name of a zone, or a ZoneInfo that has one", _A_ZONE)
    if name != "UTC":
        _zone(name)
    return name


def _month(given: int) -> int:
    """Return the number of a month."""
    what = "the fiscal_start_month of a Calendar is no month"
    return whole_number(what, given, 1, 12)


def _zone(name: str) -> "ZoneInfo":
    """Return the zone of a name of the IANA database."""
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        known = tuple(sorted(zoneinfo.available_timezones()))
        advice = _A_ZONE
        if not known:
            advice = "This machine has no time zones: install the package tzdata"
        raise UnknownName("time zone", name, known, advice) from None


@attrs.frozen
class Calendar:
    """The time zone, the first weekday and the fiscal year by which a shop counts its days.

    Parameters
    ----------
    timezone : str, default "UTC"
        A name of the IANA database, such as ``"America/New_York"``; a `zoneinfo.ZoneInfo` is kept
        by its name.
    first_weekday : str, default "monday"
        The weekday on which weeks begin, in small letters.
    fiscal_start_month : int, default 1
        The month, 1 to 12, on whose first day the fiscal year begins.

    Raises
    ------
    UnknownName
        If there is no such zone or weekday.
    InvalidValue
        If the month is none, or the zone neither a text nor a ZoneInfo with a name.

    Examples
    --------
    >>> calendar = Calendar("America/New_York", fiscal_start_month=7)
    >>> calendar.start_of_day(date(2024, 3, 5)).isoformat()
    '2024-03-05T05:00:00+00:00'
    >>> calendar.period("fiscal_year", date(2024, 7, 1)).label
    'FY2025'
    """

    timezone: str = attrs.field(default="UTC", converter=_zone_name)
    first_weekday: str = attrs.field(default="monday", validator=named("weekday", WEEKDAYS))
    fiscal_start_month: int = attrs.field(default=1, converter=_month)

    @property
    def zone(self) -> "ZoneInfo":
        """The time zone."""
        return _zone(self.timezone)

    @property
    def first_weekday_number(self) -> int:
        """The weekday on which weeks begin: 0 is Monday, 6 is Sunday."""
        return WEEKDAYS.index(self.first_weekday)

    def local_date(self, instant: datetime) -> date:
        """Return the day that the shop's calendar shows at an instant.

        Raises
        ------
        NaiveTime
            If the instant does not know its zone.
        """
        return self._local(instant).date()

    def start_of_day(self, day: date) -> datetime:
        """Return the instant at which a local day begins, in UTC.

        Where midnight comes twice, the first one; where the clock skips it, the instant to which
        the clock moves. A day that the zone left out altogether begins and ends at one instant.

        Raises
        ------
        InvalidValue
            If ``day`` is no date, or carries a time.
        """
        _refuse_time(day)
        try:
            return datetime.combine(day, _MIDNIGHT, self.zone).astimezone(UTC)
        except OverflowError:
            raise InvalidValue("the day lies too far out", day, "the years 1 to 9999") from None

    def instant(self, value: datetime | date | str) -> datetime:
        """Return what an argument such as ``as_of`` means, as an aware datetime in UTC.

        Parameters
        ----------
        value : datetime, date or str
            An aware datetime; a date, which means local midnight at its start; or either as ISO
            text.

        Raises
        ------
        NaiveTime
            If there is a time without a zone.
        InvalidValue
            If it is none of these.

        Examples
        --------
        >>> Calendar("Europe/London").instant("2011-06-10").isoformat()
        '2011-06-09T23:00:00+00:00'
        """
        meant = _read(value) if isinstance(value, str) else value
        if isinstance(meant, datetime):
            return _in_utc(meant, given=value)
        if isinstance(meant, date):
            return self.start_of_day(meant)
        raise InvalidValue("the value is no time", value, _TIMES)

    def period(self, unit: str, day: date) -> Period:
        """Return the period of a unit in which a day lies.

        Parameters
        ----------
        unit : str
            One of `UNITS`.
        day : date
            The day; an aware datetime means the local day on which it falls.

        Examples
        --------
        >>> Calendar().period("quarter", date(2024, 3, 5))
        <Period quarter 2024-Q1>
        """
        return Period.containing(unit, self._day(day), self)

    def periods(self, unit: str, start: date, end: date) -> tuple[Period, ...]:
        """Return all periods of a unit that overlap the days from start to before end.

        Raises
        ------
        InvalidValue
            If the end lies before the start.

        Examples
        --------
        >>> [p.label for p in Calendar().periods("month", date(2024, 1, 31), date(2024, 3, 1))]
        ['2024-01', '2024-02']
        """
        check_unit(unit)
        first, beyond = self._day(start), self._day(end)
        if beyond < first:
            what = "the end of the days lies before their start"
            raise InvalidValue(what, (first, beyond), "a start, and an end that is not before it")
        if beyond == first:
            return ()
        begin = Period.containing(unit, first, self).ordinal
        last = Period.containing(unit, date.fromordinal(beyond.toordinal() - 1), self).ordinal
        return tuple(Period.from_ordinal(unit, n, self) for n in range(begin, last + 1))

    def window(
        self, value: str | Period | tuple[datetime | date | str, datetime | date | str]
    ) -> tuple[datetime, datetime]:
        """Return the instants from which and before which a window reaches, in UTC.

        Parameters
        ----------
        value : str, Period or pair
            The label of a period (``"2011"``, ``"2011-Q1"``, ``"2011-03"``, ``"2011-W10"``,
            ``"2011-03-05"``, ``"FY2012"``), a period, or a start and an end, each as `instant`
            takes it.

        Raises
        ------
        InvalidValue
            If it is none of these, or the end does not come after the start.
        NaiveTime
            If there is a time without a zone.
        Incompatible
            If the period belongs to another calendar.

        Examples
        --------
        >>> start, end = Calendar("Europe/London").window("2011-06")
        >>> start.isoformat(), end.isoformat()
        ('2011-05-31T23:00:00+00:00', '2011-06-30T23:00:00+00:00')
        """
        if isinstance(value, str):
            value = Period.parse(value, self)
        if isinstance(value, Period):
            if value.calendar != self:
                advice = "Make the period by the calendar that counts here, or give its label"
                raise Incompatible(
                    "the calendars of a period and of what is asked", value.calendar, self, advice
                )
            return self.start_of_day(value.start), self.start_of_day(value.end)
        start, end = (self.instant(one) for one in _pair(value))
        if end <= start:
            what = "the window ends before it begins, or as it begins"
            raise InvalidValue(what, tuple(value), "a start, and an end that comes after it")
        return start, end

    def _local(self, instant: datetime) -> datetime:
        return _in_utc(instant, given=instant).astimezone(self.zone)

    def _day(self, day: object) -> date:
        """Return a date as it is and the local day of an instant."""
        if isinstance(day, datetime):
            return self.local_date(day)
        if not isinstance(day, date):
            raise InvalidValue("the value is no day", day, "a date or an aware datetime")
        return day


def _pair(value: object) -> tuple[datetime | date | str, datetime | date | str]:
    if isinstance(value, tuple | list) and len(value) == 2:  # noqa: PLR2004 - start and end
        return value[0], value[1]
    allowed = "the label of a period such as '2011-03', a Period, or a start and an end"
    raise InvalidValue("the value is no window of time", value, allowed)


def _refuse_time(day: object) -> None:
    if not isinstance(day, date) or isinstance(day, datetime):
        raise InvalidValue("the value is no day", day, "a date without a time")


def _in_utc(instant: object, given: object) -> datetime:
    """Return a plain datetime in UTC, also of a subclass that a data frame handed out."""
    if not isinstance(instant, datetime):
        raise InvalidValue("the value is no instant", given, "an aware datetime")
    if instant.utcoffset() is None:
        raise NaiveTime("the time", given, "Give its zone with it, or a date for local midnight")
    try:
        there = instant.astimezone(UTC)
    except OverflowError:
        raise InvalidValue("the time lies too far out", given, "the years 1 to 9999") from None
    whole = (there.year, there.month, there.day, there.hour, there.minute, there.second)
    return datetime(*whole, there.microsecond, tzinfo=UTC)


def _read(value: str) -> datetime | date:
    """Return the date or time that ISO text says, and nothing looser than that."""
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
        if _DAY.match(value) and value[10] in "T ":
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise InvalidValue("the text is neither a date nor a time", value, _TIMES)
