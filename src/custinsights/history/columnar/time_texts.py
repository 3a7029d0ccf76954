"""What time does a text tell? ISO dates and times, read in blocks of characters."""

from __future__ import annotations

import re

import numpy as np

from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray
from custinsights.history.columnar.localtime import DAY, HOUR, SECOND

MINUTE = 60 * SECOND
NO_TIME, DATE, NAIVE, AWARE, TOO_FAR = range(5)
"""What a value says: nothing that can be read, a day, a wall-clock time, an instant, or a time that
lies too far out."""

_MONTH_STARTS = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365])
_TAIL = re.compile(
    r"(?:\.(?P<fraction>\d{1,9}))?\s?"
    r"(?:(?P<utc>Z|z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?)?",
    re.ASCII,
)


def read_block(texts: list[str]) -> tuple[IntArray, AnyArray]:
    """Read one block of texts: the fixed places at once, what follows the time by its own table."""
    array = np.array(texts, dtype=np.str_)
    width = max(19, array.dtype.itemsize // 4)
    characters = array.astype(f"U{width}").view(np.uint32).reshape(len(texts), width).T
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))

    day, is_day, is_compact = _read_days(characters, lengths)
    hour, has_hour = _two(characters, 11)
    minute, has_minute = _two(characters, 14)
    second, has_second = _two(characters, 17)
    has_clock = is_day & ~is_compact & has_hour & has_minute
    has_clock &= (characters[10] == ord(" ")) | (characters[10] == ord("T"))
    has_clock &= (characters[13] == ord(":")) & (hour < 24) & (minute < 60)  # noqa: PLR2004 - a clock
    with_second = has_clock & has_second & (characters[16] == ord(":")) & (second < 60)  # noqa: PLR2004 - a clock
    has_clock &= with_second | (characters[16] != ord("."))
    tails, places = _read_tails(texts, lengths, np.where(with_second, 19, 16), has_clock)
    tail = tails[places]  # microseconds to add, and the kind that results

    walls = day * DAY
    clock = hour * HOUR + minute * MINUTE + np.where(with_second, second, 0) * SECOND
    walls += np.where(has_clock, clock + tail[:, 0], 0)
    is_date = is_day & (lengths == np.where(is_compact, 8, 10))
    kinds = np.where(is_date, DATE, np.where(has_clock, tail[:, 1], NO_TIME)).astype(np.int8)
    return walls, kinds


def _read_days(characters: AnyArray, lengths: IntArray) -> tuple[IntArray, BoolArray, BoolArray]:
    """Days since 1970 of YYYY-MM-DD, YYYY/MM/DD and YYYYMMDD, and where these stand."""
    century, first = _two(characters, 0)
    years, second = _two(characters, 2)
    dash = characters[4]
    dashed = ((dash == ord("-")) | (dash == ord("/"))) & (characters[7] == dash)
    is_compact = ~dashed & (lengths == 8)  # noqa: PLR2004 - YYYYMMDD
    month, third = _two(characters, np.where(is_compact, 4, 5))
    day, fourth = _two(characters, np.where(is_compact, 6, 8))
    year = century * 100 + years
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    month = np.clip(month, 0, 13)
    is_day = first & second & third & fourth & (dashed | is_compact)
    is_day &= (month >= 1) & (month <= 12) & (day >= 1)  # noqa: PLR2004 - months of a year
    month = np.where(is_day, month, 1)
    long_month = np.diff(_MONTH_STARTS).take(month - 1) + (is_leap & (month == 2))  # noqa: PLR2004 - February
    is_day &= day <= long_month
    before = year - 1
    days = 365 * before + before // 4 - before // 100 + before // 400
    days += _MONTH_STARTS.take(month - 1) + (is_leap & (month > 2)) + day - 1  # noqa: PLR2004 - February
    return np.where(is_day, days - 719_162, 0), is_day, is_compact


def _two(characters: AnyArray, at: int | AnyArray) -> tuple[IntArray, BoolArray]:
    """The number that two figures from a place on make, and whether they are figures."""
    if isinstance(at, int):
        left, right = characters[at], characters[at + 1]
    else:
        columns = np.arange(characters.shape[1])
        left, right = characters[at, columns], characters[at + 1, columns]
    tens, ones = left - np.uint32(48), right - np.uint32(48)  # wraps far up before "0"
    is_number = (tens < 10) & (ones < 10)  # noqa: PLR2004 - the ten figures
    return np.where(is_number, tens * 10 + ones, 0).astype(np.int64), is_number


def _read_tails(
    texts: list[str], lengths: IntArray, starts: IntArray, has_clock: BoolArray
) -> tuple[IntArray, IntArray]:
    """What stands behind the time: a fraction, an offset. Every distinct tail is read once."""
    places: dict[str, int] = {"": 0}
    rows = np.zeros(len(texts), dtype=np.int64)
    with_tail = np.flatnonzero(has_clock & (lengths > starts))
    rows[with_tail] = [
        places.setdefault(texts[row][start:], len(places))
        for row, start in zip(with_tail.tolist(), starts[with_tail].tolist(), strict=True)
    ]
    tails = np.array([_read_tail(tail) for tail in places], dtype=np.int64)
    return tails, rows


def _read_tail(tail: str) -> tuple[int, int]:
    found = _TAIL.fullmatch(tail)
    if found is None:
        return 0, NO_TIME
    shift = int((found["fraction"] or "0").ljust(6, "0")[:6])
    if found["sign"]:
        hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
        if hours > 23 or minutes > 59:  # noqa: PLR2004 - no offset reaches a day
            return 0, NO_TIME
        ahead = hours * HOUR + minutes * MINUTE
        return shift + (ahead if found["sign"] == "-" else -ahead), AWARE
    return shift, AWARE if found["utc"] else NAIVE
