"""Periods follow each other without a gap, and their labels name them."""

import pickle
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custinsights.domain import UNITS, WEEKDAYS, Calendar, Period
from custinsights.errors import Incompatible, InvalidValue, UnknownName

CALENDARS = st.builds(
    Calendar,
    first_weekday=st.sampled_from(WEEKDAYS),
    fiscal_start_month=st.integers(1, 12),
)
DAYS = st.dates(date(2, 1, 1), date(9998, 1, 1))
PERIODS = st.builds(
    lambda unit, day, calendar: calendar.period(unit, day), st.sampled_from(UNITS), DAYS, CALENDARS
)

SUNDAYS = Calendar(first_weekday="sunday")
JULY = Calendar(fiscal_start_month=7)
# unit, calendar, first day, day after the last, label, title: by hand, from a wall calendar
BY_HAND = [
    ("day", Calendar(), "2024-03-05", "2024-03-06", "2024-03-05", "5 March 2024"),
    ("week", Calendar(), "2024-03-04", "2024-03-11", "2024-W10", "Week 10, 2024"),
    ("week", SUNDAYS, "2024-03-03", "2024-03-10", "W2024-03-03", "Week of 3 March 2024"),
    ("month", Calendar(), "2024-03-01", "2024-04-01", "2024-03", "March 2024"),
    ("quarter", Calendar(), "2024-01-01", "2024-04-01", "2024-Q1", "Q1 2024"),
    ("year", Calendar(), "2024-01-01", "2025-01-01", "2024", "2024"),
    ("fiscal_quarter", JULY, "2024-01-01", "2024-04-01", "FY2024-Q3", "Q3 FY2024"),
    ("fiscal_year", JULY, "2023-07-01", "2024-07-01", "FY2024", "FY2024"),
    ("fiscal_quarter", Calendar(), "2024-01-01", "2024-04-01", "FY2024-Q1", "Q1 FY2024"),
    ("fiscal_year", Calendar(), "2024-01-01", "2025-01-01", "FY2024", "FY2024"),
]


@pytest.mark.parametrize(("unit", "calendar", "start", "end", "label", "title"), BY_HAND)
def test_the_period_of_a_day(  # noqa: PLR0917
    unit: str, calendar: Calendar, start: str, end: str, label: str, title: str
) -> None:
    """5 March 2024 lies where a wall calendar shows it."""
    period = calendar.period(unit, date(2024, 3, 5))
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)
    assert (period.label, str(period), period.title()) == (label, label, title)
    assert repr(period) == f"<Period {unit} {label}>"
    assert Period.parse(label, calendar) == period


@pytest.mark.parametrize(
    ("start_month", "day", "label"),
    [
        (7, date(2024, 6, 30), "FY2024"),
        (7, date(2024, 7, 1), "FY2025"),
        (10, date(2024, 9, 30), "FY2024"),
        (10, date(2024, 10, 1), "FY2025"),
        (2, date(2024, 1, 31), "FY2024"),
        (2, date(2024, 2, 1), "FY2025"),
        (12, date(2024, 12, 1), "FY2025"),
    ],
)
def test_a_fiscal_year_is_named_after_the_year_in_which_it_ends(
    start_month: int, day: date, label: str
) -> None:
    """FY2025 is the fiscal year whose last day lies in 2025."""
    period = Calendar(fiscal_start_month=start_month).period("fiscal_year", day)
    assert period.label == label
    assert (period.end - timedelta(days=1)).year == period.ordinal == int(label[2:])


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2021, 1, 3), "2020-W53"),
        (date(2021, 1, 4), "2021-W01"),
        (date(2018, 12, 31), "2019-W01"),
        (date(2023, 1, 1), "2022-W52"),
    ],
)
def test_a_monday_week_is_named_by_iso_8601(day: date, label: str) -> None:
    """At the turn of a year the week's year is that of its Thursday."""
    assert Calendar().period("week", day).label == label


@pytest.mark.parametrize(
    ("unit", "day", "ordinal"),
    [
        ("day", date(1970, 1, 1), 0),
        ("day", date(1969, 12, 31), -1),
        ("week", date(1970, 1, 5), 0),
        ("week", date(1970, 1, 4), -1),
        ("month", date(2024, 3, 5), 12 * 2024 + 2),
        ("quarter", date(2024, 3, 5), 4 * 2024),
        ("year", date(2024, 3, 5), 2024),
    ],
)
def test_ordinals_count_from_where_they_say(unit: str, day: date, ordinal: int) -> None:
    """Days from the first of 1970, weeks from its first Monday, the others from the year 0."""
    assert Calendar().period(unit, day).ordinal == ordinal


@given(PERIODS)
def test_a_label_names_one_period(period: Period) -> None:
    """Reading a label gives the period back, of its unit."""
    assert Period.parse(period.label, period.calendar) == period


@given(PERIODS)
def test_an_ordinal_names_one_period(period: Period) -> None:
    """The period of an ordinal has that ordinal."""
    assert Period.from_ordinal(period.unit, period.ordinal, period.calendar) == period


@given(PERIODS, st.integers(-30, 30))
def test_ordinals_are_consecutive(period: Period, n: int) -> None:
    """A step forward in time is a step of one in the ordinals, whatever the direction."""
    assume(2 <= period.start.year + n <= 9998)
    assert period.next(n).ordinal == period.ordinal + n
    assert period.next(n).next(-n) == period
    assert period.next().start == period.end


@given(PERIODS, st.integers(0, 400))
def test_a_period_holds_its_days_and_no_others(period: Period, offset: int) -> None:
    """The days from start to before end are in it, those around are not."""
    length = (period.end - period.start).days
    inside = period.start + timedelta(days=offset % length)
    assert inside in period
    assert Calendar.period(_calendar(period), period.unit, inside) == period
    assert period.end not in period
    assert period.start - timedelta(days=1) not in period


def _calendar(period: Period) -> Calendar:
    assert isinstance(period.calendar, Calendar)
    return period.calendar


@given(st.sampled_from(UNITS), DAYS, st.integers(0, 800), CALENDARS)
def test_periods_tile_a_span(unit: str, start: date, days: int, calendar: Calendar) -> None:
    """The periods of a span cover every day of it once, and none of them lies outside."""
    end = start + timedelta(days=days)
    periods = calendar.periods(unit, start, end)
    assert all(a.end == b.start for a, b in pairwise(periods))
    if days:
        assert periods[0].start <= start < periods[0].end
        assert periods[-1].start < end <= periods[-1].end
    else:
        assert periods == ()


@given(PERIODS, DAYS)
def test_periods_of_a_kind_compare_by_time(period: Period, day: date) -> None:
    """Earlier is less, as the ordinals are."""
    other = _calendar(period).period(period.unit, day)
    assert (period < other) == (period.ordinal < other.ordinal)
    assert (period >= other) == (period.start >= other.start)


@given(PERIODS)
def test_a_period_is_a_value(period: Period) -> None:
    """Equal periods hash alike, and survive pickling."""
    again = pickle.loads(pickle.dumps(period))
    assert again == period
    assert hash(again) == hash(period)


def test_periods_of_two_kinds_do_not_compare() -> None:
    """A month is neither before nor after a year."""
    month, year = Period.parse("2024-03", Calendar()), Period.parse("2024", Calendar())
    with pytest.raises(Incompatible, match="units or calendars of two periods differ"):
        _ = month < year
    with pytest.raises(TypeError, match="not supported"):
        _ = month < 5


def test_periods_of_two_calendars_are_two() -> None:
    """The month of one zone is not that of another."""
    assert Period.parse("2024-03", Calendar()) != Period.parse("2024-03", Calendar("Asia/Tokyo"))


@pytest.mark.parametrize(
    "label",
    [
        "",
        "24",
        "2024-3",
        "2024-13",
        "2024-00",
        "2024-Q5",
        "2024-Q0",
        "2024-w10",
        "FY24",
        "fy2024",
        "2024-03-5",
        "2024-03\n",
        " 2024",
        "٢٠٢٤",
        "2024-W1",
        "2024/03",
        "March 2024",
        "20240305",
    ],
)
def test_what_is_no_label_is_refused(label: str) -> None:
    """Labels have one form each."""
    with pytest.raises(
        InvalidValue, match=r"The label names no period: .* allowed is a label such"
    ):
        Period.parse(label, Calendar())


@pytest.mark.parametrize("label", ["2023-02-29", "2023-W53", "2024-W00", "2024-04-31"])
def test_a_label_of_what_does_not_exist_is_refused(label: str) -> None:
    """The 29th of February of a common year is no day, nor is every year's 53rd week one."""
    with pytest.raises(InvalidValue, match="names a day or week that does not exist"):
        Period.parse(label, Calendar())


@pytest.mark.parametrize(
    ("calendar", "label", "allowed"),
    [
        (SUNDAYS, "2024-W10", "'W2024-03-03', because weeks begin on Sunday"),
        (Calendar(), "W2024-03-04", "'2024-W10', because weeks begin on Monday"),
        (SUNDAYS, "W2024-03-04", "'W2024-03-03', because weeks begin on Sunday"),
    ],
)
def test_a_week_is_named_in_the_form_of_its_calendar(
    calendar: Calendar, label: str, allowed: str
) -> None:
    """A week label that another calendar would use is refused, with the one to use."""
    with pytest.raises(InvalidValue, match=rf"names no week of this calendar.*{allowed}"):
        Period.parse(label, calendar)


def test_a_period_begins_where_its_unit_does() -> None:
    """A period is made from its first day, and the message says how else."""
    with pytest.raises(
        InvalidValue, match=r"such as 2024-03-01\. Calendar\.period\('month', day\)"
    ):
        Period("month", date(2024, 3, 5), Calendar())


@pytest.mark.parametrize(
    ("unit", "start", "calendar", "error", "says"),
    [
        ("months", date(2024, 3, 1), Calendar(), UnknownName, "Did you mean 'month'"),
        ("month", datetime(2024, 3, 1), Calendar(), InvalidValue, "start of a Period is no day"),
        ("month", "2024-03-01", Calendar(), InvalidValue, "start of a Period is no day"),
        ("month", date(2024, 3, 1), "UTC", InvalidValue, "calendar of a Period is none"),
    ],
)
def test_a_period_is_validated(
    unit: str, start: Any, calendar: Any, error: type[Exception], says: str
) -> None:
    """Its unit, day and calendar are what they should be."""
    with pytest.raises(error, match=says):
        Period(unit, start, calendar)


@pytest.mark.parametrize(
    "beyond",
    [
        lambda: Period.parse("9999", Calendar()).end,
        lambda: Period.parse("9999-12", Calendar()).next(),
        lambda: Period.parse("0001", Calendar()).next(-1),
        lambda: Period.parse("2024", Calendar()).next(10**12),
        lambda: Period.parse("0000", Calendar()),
        lambda: Period.from_ordinal("day", 10**9, Calendar()),
        lambda: Period.from_ordinal("year", 10**30, Calendar()),
        lambda: SUNDAYS.period("week", date(1, 1, 1)),
        lambda: JULY.period("fiscal_year", date(1, 1, 1)),
    ],
)
def test_time_has_an_end(beyond: Callable[[], object]) -> None:
    """Before the year 1 and after the year 9999 there are no periods."""
    with pytest.raises(InvalidValue, match=r"lies so far out.*the years 1 to 9999"):
        beyond()
