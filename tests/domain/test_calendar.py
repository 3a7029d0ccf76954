"""A calendar knows which day it is where the shop is, and when that day begins."""

import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custinsights.domain import Calendar, Period
from custinsights.errors import Incompatible, InvalidValue, NaiveTime, UnknownName

ZONES = (
    "UTC",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
)
IN_ZONES = st.sampled_from(ZONES)
INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))
DAYS = st.dates(date(1971, 1, 1), date(2037, 1, 1))


@given(IN_ZONES, INSTANTS, IN_ZONES)
def test_the_local_date_is_that_of_the_zone(zone: str, instant: datetime, seen_from: str) -> None:
    """Whatever zone an instant is written in, the calendar reads its own clock."""
    expected = instant.astimezone(ZoneInfo(zone)).date()
    assert Calendar(zone).local_date(instant.astimezone(ZoneInfo(seen_from))) == expected


@given(IN_ZONES, DAYS)
@example("Pacific/Apia", date(2011, 12, 30))
@example("America/Sao_Paulo", date(2018, 11, 4))
@example("Australia/Lord_Howe", date(2024, 4, 7))
def test_a_day_begins_with_its_first_instant(zone: str, day: date) -> None:
    """The start of a day is of that day, and the moment before is of another one."""
    calendar = Calendar(zone)
    start = calendar.start_of_day(day)
    assert start.tzinfo is UTC
    assert start == datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert calendar.local_date(start - timedelta(microseconds=1)) < day
    skipped = (zone, day) == ("Pacific/Apia", date(2011, 12, 30))
    assert calendar.local_date(start) == (day + timedelta(days=1) if skipped else day)


@given(IN_ZONES, DAYS)
def test_days_follow_each_other(zone: str, day: date) -> None:
    """No day ends before it begins, and the longest has 25 hours."""
    start, end = Calendar(zone).window(day.isoformat())
    assert timedelta(0) <= end - start <= timedelta(hours=25)
    assert end == Calendar(zone).start_of_day(day + timedelta(days=1))


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("America/New_York", "2024-03-05", "2024-03-05T05:00", 24),
        ("America/New_York", "2024-03-10", "2024-03-10T05:00", 23),
        ("America/New_York", "2024-11-03", "2024-11-03T04:00", 25),
        ("Europe/London", "2011-03-27", "2011-03-27T00:00", 23),
        ("Europe/London", "2011-06-10", "2011-06-09T23:00", 24),
        ("Australia/Lord_Howe", "2024-04-07", "2024-04-06T13:00", 24.5),
        ("Australia/Lord_Howe", "2024-10-06", "2024-10-05T13:30", 23.5),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00", 0),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00", 24),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00", 23),
    ],
)
def test_days_by_hand(zone: str, day: str, start: str, hours: float) -> None:
    """Days of 23 and 25 hours, of half an hour more or less, one that never was."""
    begin, end = Calendar(zone).window(day)
    assert begin == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert end - begin == timedelta(hours=hours)


@given(IN_ZONES, INSTANTS, IN_ZONES)
def test_an_aware_time_is_the_same_instant(zone: str, instant: datetime, written_in: str) -> None:
    """An aware time, or its text, means itself, in UTC, whatever the calendar."""
    there = instant.astimezone(ZoneInfo(written_in))
    for given_as in (there, there.isoformat(), there.isoformat(sep=" ")):
        meant = Calendar(zone).instant(given_as)
        assert meant == instant
        assert meant.tzinfo is UTC


@given(IN_ZONES, DAYS)
def test_a_date_means_local_midnight_at_its_start(zone: str, day: date) -> None:
    """A date, or its text, is where that day begins."""
    calendar = Calendar(zone)
    assert calendar.instant(day) == calendar.instant(day.isoformat()) == calendar.start_of_day(day)


def test_as_of_the_tenth_includes_the_ninth() -> None:
    """The definition's example, in London in winter."""
    assert Calendar("Europe/London").instant("2011-12-10") == datetime(2011, 12, 10, tzinfo=UTC)


def test_an_instant_in_utc_may_be_written_with_z() -> None:
    """The letter Z is an offset of zero."""
    assert Calendar().instant("2024-03-05T10:00:00Z") == datetime(2024, 3, 5, 10, tzinfo=UTC)


def test_the_instant_of_a_subclass_is_a_plain_datetime() -> None:
    """A time out of a data frame comes back as Python's own."""

    class Stamp(datetime):
        pass

    meant = Calendar().instant(Stamp(2024, 3, 5, 10, 0, 0, 7, tzinfo=UTC))
    assert type(meant) is datetime
    assert meant == datetime(2024, 3, 5, 10, 0, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "naive", [datetime(2024, 3, 5, 10), "2024-03-05T10:00", "2024-03-05 10:00"]
)
def test_a_time_without_a_zone_is_refused(naive: datetime | str) -> None:
    """Nobody guesses the zone of a time."""
    with pytest.raises(NaiveTime, match=r"has no time zone: .* was given.*Give its zone with it"):
        Calendar().instant(naive)


@pytest.mark.parametrize(
    "value",
    [
        "2024",
        "2024-03",
        "2024-W10-2",
        "20240305",
        "5 March 2024",
        "2024-03-05T25:00Z",
        "",
        "2024-02-30",
        "2024-03-05x",
        "2024-03-05T",
    ],
)
def test_only_iso_dates_and_times_are_read(value: str) -> None:
    """Text is a date or a time by ISO 8601, written in full."""
    with pytest.raises(InvalidValue, match=r"neither a date nor a time: .* allowed is an aware"):
        Calendar().instant(value)


@pytest.mark.parametrize("value", [None, 5, 5.0, b"2024-03-05", ("2024-03-05",)])
def test_only_times_are_instants(value: Any) -> None:
    """A number is no time, and neither is nothing."""
    with pytest.raises(InvalidValue, match="The value is no time"):
        Calendar().instant(value)


def test_an_instant_beyond_the_years_is_refused() -> None:
    """A time that has no place among the years 1 to 9999 in UTC is said to be too far out."""
    early = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))
    with pytest.raises(InvalidValue, match="lies too far out"):
        Calendar().instant(early)
    with pytest.raises(InvalidValue, match="lies too far out"):
        Calendar("Asia/Tokyo").start_of_day(date.min)


@pytest.mark.parametrize(
    ("label", "start", "end"),
    [
        ("2011", "2011-01-01T00:00", "2012-01-01T00:00"),
        ("2011-Q2", "2011-03-31T23:00", "2011-06-30T23:00"),
        ("2011-03", "2011-03-01T00:00", "2011-03-31T23:00"),
        ("2011-W10", "2011-03-07T00:00", "2011-03-14T00:00"),
        ("2011-03-05", "2011-03-05T00:00", "2011-03-06T00:00"),
        ("FY2012", "2011-03-31T23:00", "2012-03-31T23:00"),
        ("FY2012-Q1", "2011-03-31T23:00", "2011-06-30T23:00"),
    ],
)
def test_a_window_by_label(label: str, start: str, end: str) -> None:
    """A label stands for its period, from local midnight to local midnight."""
    london = Calendar("Europe/London", fiscal_start_month=4)
    expected = tuple(datetime.fromisoformat(t).replace(tzinfo=UTC) for t in (start, end))
    assert london.window(label) == expected
    assert london.window(Period.parse(label, london)) == expected


def test_a_window_by_its_ends() -> None:
    """A start and an end are each whatever an instant may be."""
    london = Calendar("Europe/London")
    noon = datetime(2011, 6, 1, 12, tzinfo=UTC)
    assert london.window(("2011-06-01", noon)) == (london.start_of_day(date(2011, 6, 1)), noon)


@pytest.mark.parametrize(
    ("value", "error", "says"),
    [
        (("2011-06-02", "2011-06-01"), InvalidValue, "window ends before it begins, or as it beg"),
        (("2011-06-01", "2011-06-01"), InvalidValue, "window ends before it begins, or as it beg"),
        (("2011-06-02",), InvalidValue, "no window of time.*a Period, or a start and an end"),
        (None, InvalidValue, "no window of time"),
        ("last month", InvalidValue, "names no period"),
        (("2011-06-01T10:00", "2011-07-01"), NaiveTime, "has no time zone"),
        (Period.parse("2011", Calendar("Asia/Tokyo")), Incompatible, "calendars of a period and"),
    ],
)
def test_what_is_no_window_is_refused(value: Any, error: type[Exception], says: str) -> None:
    """A window is a label, a period of this calendar, or a start and an end in order."""
    with pytest.raises(error, match=says):
        Calendar("Europe/London").window(value)


def test_a_period_of_an_instant_is_that_of_the_local_day() -> None:
    """Late evening in New York is still the month that New York has."""
    new_york = Calendar("America/New_York")
    assert new_york.period("month", datetime(2024, 4, 1, 3, tzinfo=UTC)).label == "2024-03"
    with pytest.raises(NaiveTime, match="has no time zone"):
        new_york.period("month", datetime(2024, 4, 1, 3))
    with pytest.raises(InvalidValue, match="The value is no day"):
        new_york.period("month", "2024-04-01")  # type: ignore[arg-type]


def test_periods_need_their_days_in_order() -> None:
    """An end before the start is a mistake, not an empty span."""
    with pytest.raises(InvalidValue, match="end of the days lies before their start"):
        Calendar().periods("month", date(2024, 3, 2), date(2024, 3, 1))
    with pytest.raises(UnknownName, match="There is no unit of time named 'months'"):
        Calendar().periods("months", date(2024, 3, 1), date(2024, 3, 1))


@pytest.mark.parametrize("unzoned", [datetime(2024, 1, 1), date(2024, 1, 1), None])
def test_a_local_date_needs_an_instant(unzoned: Any) -> None:
    """Only an aware time falls on a local day."""
    with pytest.raises((NaiveTime, InvalidValue), match=r"no time zone|no instant"):
        Calendar().local_date(unzoned)


def test_the_start_of_a_day_needs_a_day() -> None:
    """A datetime is no day."""
    with pytest.raises(InvalidValue, match=r"The value is no day: .*a date without a time"):
        Calendar().start_of_day(datetime(2024, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("settings", "error", "says"),
    [
        ({"timezone": "Europe/Lndon"}, UnknownName, "Did you mean 'Europe/London'.*IANA"),
        ({"timezone": "Europe"}, UnknownName, "There is no time zone named 'Europe'"),
        ({"timezone": "/etc/localtime"}, UnknownName, "There is no time zone"),
        ({"timezone": "../UTC"}, UnknownName, "There is no time zone"),
        ({"timezone": ""}, InvalidValue, "The timezone of a Calendar"),
        ({"timezone": None}, InvalidValue, "The timezone of a Calendar"),
        ({"first_weekday": "Monday"}, UnknownName, "Did you mean 'monday'"),
        ({"first_weekday": 0}, UnknownName, "There is no weekday named 0"),
        ({"fiscal_start_month": 0}, InvalidValue, "is no month: 0 was given"),
        ({"fiscal_start_month": 13}, InvalidValue, "a whole number from 1 to 12"),
        ({"fiscal_start_month": True}, InvalidValue, "is no month"),
    ],
)
def test_a_calendar_is_validated(
    settings: dict[str, Any], error: type[Exception], says: str
) -> None:
    """The message says which setting is wrong and what it may be."""
    with pytest.raises(error, match=says):
        Calendar(**settings)


def test_a_calendar_is_a_value() -> None:
    """Equal settings are an equal calendar, which hashes and pickles."""
    calendar = Calendar("Europe/London", "sunday", 4)
    again = pickle.loads(pickle.dumps(calendar))
    assert again == calendar
    assert hash(again) == hash(calendar)
    assert calendar != Calendar("Europe/London")
    assert (calendar.zone, calendar.first_weekday_number) == (ZoneInfo("Europe/London"), 6)
