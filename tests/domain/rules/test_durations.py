"""Days, weeks, months and years are counted from a local day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain.rules.durations import (
    Duration,
    is_duration,
    means_day,
    never_before,
    written_date,
)
from custinsights.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "day", "before", "after"),
    [
        ("1d", date(2024, 3, 1), date(2024, 2, 29), date(2024, 3, 2)),
        ("8w", date(2024, 3, 1), date(2024, 1, 5), date(2024, 4, 26)),
        ("1m", date(2024, 3, 31), date(2024, 2, 29), date(2024, 4, 30)),
        ("6m", date(2024, 8, 31), date(2024, 2, 29), date(2025, 2, 28)),
        ("1y", date(2024, 2, 29), date(2023, 2, 28), date(2025, 2, 28)),
        ("4y", date(2024, 2, 29), date(2020, 2, 29), date(2028, 2, 29)),
        ("99999y", date(2024, 2, 29), date.min, date.max),
        ("99999m", date(2024, 2, 29), date.min, date.max),
    ],
)
def test_a_duration_leads_to_a_day(text: str, day: date, before: date, after: date) -> None:
    """Months and years keep the day, or the last one of the month; no day lies beyond the first."""
    assert Duration(text).before(day) == before
    assert Duration(text).after(day) == after


@given(st.integers(1, 99_999), st.dates())
def test_days_and_weeks_are_added(count: int, day: date) -> None:
    """A week is seven days, and what no calendar holds is its last or first day."""
    for unit, days in (("d", count), ("w", 7 * count)):
        reached = day.toordinal() + days
        after = date.fromordinal(reached) if reached <= date.max.toordinal() else date.max
        assert Duration(f"{count}{unit}").after(day) == after
        if after != date.max:
            assert Duration(f"{count}{unit}").before(after) == after - timedelta(days)


NONE = ["", "d", "90", "0d", "01d", "-1d", "+1d", "1.5d", "1D", "90 d", " 90d", "90d\n", "1h", "٣d"]
NONE += ["100000d", "1d1w"]


@pytest.mark.parametrize("text", NONE)
def test_another_text_is_no_duration(text: str) -> None:
    """A duration is a whole number from 1 to 99999 and one of d, w, m, y."""
    assert not is_duration(text)
    with pytest.raises(InvalidValue, match=r"no duration.* such as '90d'"):
        Duration(text)


def test_a_duration_is_a_text() -> None:
    """A number of days without its unit is none."""
    with pytest.raises(InvalidValue, match="duration is no text"):
        Duration(90)  # type: ignore[arg-type]


@given(st.dates())
def test_a_date_is_read_as_iso_writes_it(day: date) -> None:
    """Every day has one text."""
    assert written_date(str(day)) == day
    assert means_day(str(day))


@pytest.mark.parametrize(
    "text",
    ["", "2024-02-30", "2024-2-3", "20240203", "2024-W05-6", "2024-02-03T00:00", " 2024-02-03",
     "2024-02-03\n", "0000-01-01", "\uff12024-02-03", "90d"],
)  # fmt: skip
def test_another_text_is_no_date(text: str) -> None:
    """A date is four, two and two digits of a day that there is."""
    assert written_date(text) is None
    assert means_day(text) == (text == "90d")


@pytest.mark.parametrize(
    ("first", "last", "never"),
    [
        ("6m", "1y", True),
        ("1y", "6m", False),
        ("90d", "90d", True),
        ("30d", "1m", False),  # as the month is long or short
        ("1m", "30d", False),
        ("28d", "1m", True),
        ("365d", "1y", True),
        ("366d", "1y", False),
        ("2024-02-01", "2024-01-31", True),
        ("2024-01-31", "2024-02-01", False),
        ("2024-01-31", "1y", False),  # today decides
        ("1d", "2024-01-31", False),
    ],
)
def test_a_span_is_refused_that_no_day_lies_in(first: str, last: str, *, never: bool) -> None:
    """Of two days, or of two durations, the first may be no day before the second."""
    assert never_before(first, last) is never
