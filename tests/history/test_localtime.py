"""The shop's wall clock, by zoneinfo, over every change of it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custinsights.domain.calendar import Calendar
from custinsights.domain.period import Period
from custinsights.history.columnar.columns import IntArray
from custinsights.history.columnar.localtime import (
    DAY,
    HOUR,
    SECOND,
    LocalClock,
    Transitions,
    date_of,
    day_number,
    to_datetime,
    to_microseconds,
)
from custinsights.history.columnar.periods import ordinals, weekdays
from tests.oracles.periods import PERIODS, Span, period_of
from tests.oracles.shop import WEEKDAYS, Shop

# A zone, and an instant around which its clocks did something.
CHANGES = (
    ("UTC", "2024-01-01T00:00"),
    ("America/New_York", "2024-03-10T07:00"),
    ("Europe/London", "2024-10-27T01:00"),
    ("Australia/Lord_Howe", "2024-04-06T15:00"),
    ("Australia/Lord_Howe", "2024-10-05T15:30"),
    ("Pacific/Apia", "2011-12-30T10:00"),
    ("Asia/Kathmandu", "1985-12-31T18:30"),
    ("Africa/Freetown", "1939-09-05T00:40"),  # four days, the shortest of all
    ("America/Recife", "2000-10-15T02:00"),
    ("Africa/Monrovia", "1972-01-07T00:44:30"),
    ("America/St_Johns", "2010-11-07T02:31"),
    ("Asia/Beirut", "2024-03-30T22:00"),
    ("America/Havana", "2024-11-03T05:00"),
    ("Europe/Amsterdam", "1937-06-30T23:40:28"),
    ("Asia/Pyongyang", "2015-08-14T15:00"),
    ("Pacific/Kwajalein", "1993-08-21T12:00"),
)
NEAR = st.integers(-2 * DAY, 2 * DAY) | st.sampled_from(
    [sign * n for n in (0, 1, SECOND, HOUR // 2, HOUR, HOUR + 1, DAY) for sign in (-1, 1)]
)
FAR = st.integers(-400 * DAY, 400 * DAY)


def instant(text: str) -> int:
    """Return microseconds of a time in UTC."""
    return to_microseconds(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC))


def ints(values: list[int]) -> IntArray:
    """Return an int64 column."""
    return np.array(values, dtype=np.int64)


def wall(zone: ZoneInfo, at: int) -> dt.datetime:
    """Return what the clock on the wall shows."""
    return to_datetime(at).astimezone(zone)


@pytest.mark.parametrize(("name", "change"), CHANGES, ids=str)
@given(data=st.data())
def test_days_and_hours_are_those_of_the_wall_clock(
    name: str, change: str, data: st.DataObject
) -> None:
    """Every instant has the local date and hour that zoneinfo gives it."""
    zone, at = ZoneInfo(name), instant(change)
    times = data.draw(st.lists((NEAR | FAR).map(at.__add__), min_size=1, max_size=20))
    clock = LocalClock.over(zone, min(times), max(times))
    walls = [wall(zone, time) for time in times]
    slots = clock.slots(ints(times))
    days = clock.days(ints(times)).tolist()
    assert [date_of(day) for day in days] == [shown.date() for shown in walls]
    assert clock.day_table.take(slots).tolist() == days
    assert clock.hour_table.take(slots).tolist() == [shown.hour for shown in walls]


@pytest.mark.parametrize(("name", "change"), CHANGES, ids=str)
@given(data=st.data())
def test_times_without_a_zone_are_placed_as_zoneinfo_places_them(
    name: str, change: str, data: st.DataObject
) -> None:
    """A time that happens twice is its first occurrence, one that never happens moves forward."""
    zone, at = ZoneInfo(name), instant(change)
    shown = to_microseconds(wall(zone, at).replace(tzinfo=dt.UTC))
    times = data.draw(st.lists(NEAR.map(shown.__add__), min_size=1, max_size=20))
    table = Transitions.of(zone, min(times) - 3 * DAY, max(times) + 3 * DAY)
    found, twice, never = table.to_utc(ints(times))
    for place, time in enumerate(times):
        naive = to_datetime(time).replace(tzinfo=zone)
        assert to_datetime(int(found[place])) == naive.astimezone(dt.UTC), naive
        first, second = (naive.replace(fold=fold).utcoffset() for fold in (0, 1))
        assert first is not None
        assert second is not None
        assert bool(twice[place]) == (first > second), naive
        assert bool(never[place]) == (first < second), naive


@given(st.sampled_from(CHANGES), st.lists(FAR, min_size=1, max_size=20))
def test_there_and_back(change: tuple[str, str], shifts: list[int]) -> None:
    """The local time of an instant is placed at that instant again, unless it happens twice."""
    zone, at = ZoneInfo(change[0]), instant(change[1])
    times = ints([at + shift for shift in shifts])
    table = Transitions.of(zone, int(times.min()) - 3 * DAY, int(times.max()) + 3 * DAY)
    back, twice, never = table.to_utc(table.to_local(times))
    assert not never.any()
    assert back[~twice].tolist() == times[~twice].tolist()
    assert (back <= times).all()


@pytest.mark.parametrize(
    ("name", "year", "does"),
    [
        ("America/St_Johns", 2010, True),
        ("America/St_Johns", 2020, False),
        ("America/Havana", 2024, False),
        ("Asia/Beirut", 2024, False),
        ("Pacific/Apia", 2011, False),
        ("Europe/London", 2024, False),
    ],
)
def test_which_clocks_repeat_a_day(name: str, year: int, *, does: bool) -> None:
    """Only clocks that go back over midnight show the end of a day after the next has begun."""
    table = Transitions.of(ZoneInfo(name), instant(f"{year}-01-01"), instant(f"{year}-12-31"))
    assert table.repeats_days is does


@given(
    st.integers(-50_000, 100_000),
    st.sampled_from(WEEKDAYS),
    st.integers(1, 12),
    st.sampled_from(PERIODS),
)
@example(day_number(dt.date(2024, 12, 30)), "monday", 1, "week")
def test_periods_of_days(day: int, weekday: str, month: int, unit: str) -> None:
    """A column of days has the ordinals of `Period`, and these the labels of the definitions."""
    calendar = Calendar(timezone="UTC", first_weekday=weekday, fiscal_start_month=month)
    shop = Shop(orders=(), first_weekday=weekday, fiscal_start_month=month)
    days = np.arange(day, day + 40)
    found = ordinals(unit, days, calendar).tolist()
    for date, ordinal in zip(map(date_of, days.tolist()), found, strict=True):
        period = Period.from_ordinal(unit, ordinal, calendar)
        expected = period_of(shop, unit, date)
        assert Span(period.label, period.start, period.end) == expected
    assert calendar.period(unit, date_of(day)).ordinal == found[0]


@given(st.lists(st.integers(-100_000, 100_000)))
def test_weekdays(days: list[int]) -> None:
    """Monday is 0, also before 1970."""
    assert weekdays(ints(days)).tolist() == [date_of(day).weekday() for day in days]


@given(st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30)))
def test_microseconds_and_days_are_exact(naive: dt.datetime) -> None:
    """Instants and dates of all years that Python knows go there and back."""
    at = naive.replace(tzinfo=dt.UTC)
    assert to_datetime(to_microseconds(at)) == at
    assert date_of(day_number(at.date())) == at.date()
