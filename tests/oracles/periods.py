"""Local days, weeks, months …: which one an instant lies in, where it begins and ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from tests.oracles.shop import WEEKDAYS, Shop

PERIODS = ("day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year")
MICROSECOND = timedelta(microseconds=1)
MONTHS_IN = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}


class Span(NamedTuple):
    """A period: its label, its first day and the first day after it."""

    label: str
    first: date
    end: date


def local_date(shop: Shop, at: datetime) -> date:
    """The calendar date that the shop's wall shows at the instant."""
    return at.astimezone(shop.zone).date()


def days_between(shop: Shop, earlier: datetime, later: datetime) -> int:
    """Difference of local calendar dates, never negative."""
    return max(0, (local_date(shop, later) - local_date(shop, earlier)).days)


def start_of(shop: Shop, day: date) -> datetime:
    """Local midnight at the day's start; one that the clocks skip moves forward."""
    return datetime.combine(day, time(0), tzinfo=shop.zone).astimezone(UTC)


def instant(shop: Shop, value: date | datetime) -> datetime:
    """An aware datetime as it is; a date means local midnight at its start."""
    return value if isinstance(value, datetime) else start_of(shop, value)


def add_months(first_of_month: date, months: int) -> date:
    """The first of the month so many months later."""
    count = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def period_of(shop: Shop, unit: str, day: date) -> Span:
    """The period of this unit in which the day lies."""
    if unit == "day":
        return Span(day.isoformat(), day, day + timedelta(days=1))
    if unit == "week":
        past = (day.weekday() - WEEKDAYS.index(shop.first_weekday)) % 7
        first = day - timedelta(days=past)
        iso = first.isocalendar()
        monday = f"{iso.year}-W{iso.week:02d}"
        label = monday if shop.first_weekday == "monday" else f"W{first.isoformat()}"
        return Span(label, first, first + timedelta(days=7))
    opening = shop.fiscal_start_month if unit.startswith("fiscal") else 1
    length = MONTHS_IN[unit]
    months_into_year = (day.month - opening) % 12
    first = add_months(day.replace(day=1), -(months_into_year % length))
    end = add_months(first, length)
    quarter = months_into_year // 3 + 1
    ends_in = add_months(day.replace(day=1), 11 - months_into_year).year
    label = {
        "month": f"{day.year}-{day.month:02d}",
        "quarter": f"{day.year}-Q{quarter}",
        "year": f"{day.year}",
        "fiscal_quarter": f"FY{ends_in}-Q{quarter}",
        "fiscal_year": f"FY{ends_in}",
    }[unit]
    return Span(label, first, end)


def periods_between(shop: Shop, unit: str, start: datetime, end: datetime) -> list[Span]:
    """Every period that shares a day with [start, end), in order, also the empty ones."""
    spans: list[Span] = []
    if start >= end:
        return spans
    last = local_date(shop, end - MICROSECOND)
    span = period_of(shop, unit, local_date(shop, start))
    while span.first <= last:
        spans.append(span)
        span = period_of(shop, unit, span.end)
    return spans


def periods_apart(shop: Shop, unit: str, earlier: date, later: date) -> int:
    """How many periods the later day's period lies after the earlier day's, counted by steps."""
    span, goal = period_of(shop, unit, earlier), period_of(shop, unit, later)
    steps = 0
    while span.first < goal.first:
        span, steps = period_of(shop, unit, span.end), steps + 1
    while span.first > goal.first:
        span, steps = period_of(shop, unit, span.first - timedelta(days=1)), steps - 1
    return steps


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or that month's last day."""
    target = add_months(day.replace(day=1), -months)
    last = (add_months(target, 1) - timedelta(days=1)).day
    return target.replace(day=min(day.day, last))
