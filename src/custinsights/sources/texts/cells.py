"""What a cell says: numbers, times, identities and codes, as shops and spreadsheets write them.

Each reader takes a column and returns values and what is wrong, row by row. What could mean two
things is settled by the evidence of the whole column or refused, never guessed for one cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from math import isfinite
from uuid import UUID

import attrs
import numpy as np

from custinsights.domain.currencies import CURRENCIES, SIGNS
from custinsights.domain.fields import as_int
from custinsights.domain.identities import email_key, phone_key
from custinsights.errors import InvalidValue
from custinsights.history.columnar.amounts import LARGEST, Decimals
from custinsights.history.columnar.columns import AnyArray, BoolArray
from custinsights.history.columnar.instants import Times, read_times, times_of
from custinsights.history.columnar.time_texts import AWARE, NO_TIME
from custinsights.sources.texts.columns import Cells, Texts, Values

_NOTHING = frozenset({"", "nan", "none", "null", "n/a", "nat", "<na>"})
_LONGEST = 40  # no number and no date is longer
_ZERO_ID = re.compile(r"0+(\.0+)?")
_WHOLE_FLOAT = re.compile(r"(\d+)\.0+")
_ROUNDED = re.compile(r"\d[Ee]\+\d")
_ROUNDED_ID = re.compile(r"\d([.,]\d+)?[Ee]\+\d+")
"""A number as spreadsheets write it that have rounded its last figures away: ``7.21045E+12``."""
_FORMULA_START = re.compile(r"^'(?=[=+\-@\t\d'])")

# A sign, a currency symbol on either side, figures with separators between them.
_SYMBOLS = r"[$¢£¤¥৲৳฿៛\u20a0-\u20cf]"
_SYMBOL = f"{_SYMBOLS}?"
_MONEY = re.compile(
    rf"(?P<sign>[+-]?)\s*{_SYMBOL}\s*(?P<inner>[+-]?)(?P<figures>\d[\d., \u00a0\u202f]*|[.,]\d+)"
    rf"\s*{_SYMBOL}",
    re.ASCII,
)
_BELOW_ZERO = re.compile(rf"\((?=.*{_SYMBOLS})([^()+-]+)\)")
_BLANKS_BETWEEN = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_INDIAN = r"[1-9]\d?(?:,\d{2})+,\d{3}"
"""Lakhs and crores parted, as in 1,23,456: it tells that the comma is no decimal mark."""
_GROUPS = {
    ".": re.compile(rf"[1-9]\d{{0,2}}(?:,\d{{3}})+|{_INDIAN}", re.ASCII),
    ",": re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII),
}
"""Whole numbers with thousands parted, by the mark that stands before decimals then."""
_CERTAIN = {
    mark: re.compile(
        rf"[+-]?(?:{more}[1-9]\d{{0,2}}(?:{other}\d{{3}}){{2,}}"
        rf"|[1-9]\d{{0,2}}(?:{other}\d{{3}})+{point}\d*"
        rf"|(?![1-9]\d{{0,2}}{point}\d{{3}}$)(?=.*\d)\d*{point}\d*)",
        re.ASCII,
    )
    for mark, point, other, more in (
        (".", r"\.", ",", rf"{_INDIAN}(?:\.\d*)?|"),
        (",", ",", r"\.", ""),
    )
}
"""Numbers that show their decimal mark beyond doubt."""
_POINT_GROUPS = re.compile(rf"(?<![\d.]){_GROUPS[','].pattern}(?![\d.])", re.ASCII)

_DATE = re.compile(
    r"(?:(?P<year>\d{4})(?P<a>[-/.])(?P<month>\d{1,2})(?P=a)(?P<day>\d{1,2})"
    r"|(?P<first>\d{1,2})(?P<b>[-/.])(?P<second>\d{1,2})(?P=b)(?P<years>\d{4}|\d{2}))"
    r"(?:,?[ T]+(?P<hour>\d{1,2}):(?P<rest>\d{2}(?::\d{2}(?:\.\d+)?)?)"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?(?P<zone>.*))?",
    re.ASCII,
)


@attrs.frozen(eq=False)
class Numbers:
    """A column of numbers: exact decimals, and where the cell is blank (0 there) or wrong."""

    decimals: Decimals
    is_blank: BoolArray
    wrong: BoolArray


def numbers(
    cells: Cells,
    *,
    decimal: str | None = None,
    what: str = "the column",
    show: Callable[[str], str] = str,
) -> Numbers:
    """Read numbers: plain ones, and those with symbols and separators of thousands.

    Of a comma and of a point alike: before other than three figures it is the decimal mark, and
    more than one part thousands. A single one before three figures (1,234 or 1.234) is what the
    other cells of the column tell, else what `decimal` says. A message shows a cell as `show` does.

    Raises
    ------
    InvalidValue
        Such a number, and neither the column nor `decimal` tells.
    """
    if isinstance(cells, Values) and cells.array.dtype.kind in "iuf":
        decimals = Decimals.of(cells.filled())
        return Numbers(decimals, cells.missing, decimals.wrong)
    if isinstance(cells, Values):  # a Decimal beside other objects is written with a point
        cells, decimal = cells.texts(), decimal or "."
    column = _tidied(cells)
    names = list(column.names)
    if column.has(",") or _POINT_GROUPS.search("\n".join(names)):
        names = _with_points(names, decimal, what, show)
    found = Decimals.of(names)
    odd = np.flatnonzero(found.wrong)
    if len(odd):
        again = Decimals.of([_bare(names[at]) for at in odd.tolist()])
        found.digits[odd], found.places[odd], found.wrong[odd] = (
            again.digits,
            again.places,
            again.wrong,
        )
    is_blank = column.is_blank
    return Numbers(found.take(column.codes), is_blank, found.wrong.take(column.codes) & ~is_blank)


def times(
    cells: Cells,
    *,
    dayfirst: bool | None,
    dates: re.Pattern[str] | None = None,
    what: str,
    show: Callable[[str], str] = str,
) -> tuple[Times, BoolArray]:
    """Read times; return them and bool[n] where the cell is blank.

    Where `dates` is told and some date such as 3/4/2024 is written otherwise, `dayfirst` says
    nothing. A message shows a cell as `show` does.

    Raises
    ------
    InvalidValue
        Dates such as 3/4/2024, and neither `dayfirst` nor the column says which is the day.
    """
    if isinstance(cells, Values) and cells.array.dtype.kind in "mM":
        found = times_of(cells.array)
        if cells.is_instant:
            kinds = np.where(found.wrong, found.kinds, np.int8(AWARE))
            found = Times(found.walls, kinds)
        return found, cells.missing
    if isinstance(cells, Values) and cells.array.dtype.kind == "O":
        return times_of(cells.array), cells.missing
    texts = cells.texts() if isinstance(cells, Values) else cells
    column = _tidied(texts)
    names = list(column.names)
    found = read_times(names)
    odd = [at for at in np.flatnonzero(found.kinds == NO_TIME).tolist() if names[at]]
    if odd:
        again = read_times(_iso([names[at] for at in odd], dates, what, show, dayfirst=dayfirst))
        found.walls[odd], found.kinds[odd] = again.walls, again.kinds
    return found.take(column.codes), column.is_blank


def customer_ids(cells: Cells) -> Texts:
    """Read customer ids: 0 is no id, a whole float is the integer that it was.

    An id that is an e-mail address compares as one, without case.
    """

    def read(text: str) -> str:
        if "@" in text:
            return email_key(text) or text
        return "" if text.casefold() in _NOTHING or _ZERO_ID.fullmatch(text) else text

    column = keys(cells)
    joined = "\n" + "\n".join(column.names)
    is_plain = joined.casefold() == joined and "\n0" not in joined
    is_plain = is_plain and _NOTHING.intersection(column.names) <= {""}
    return column if is_plain else column.mapped(read)


def emails(cells: Cells) -> Texts:
    """Read e-mail addresses, without case; what is none is blank."""
    return _tidied(as_texts(cells)).mapped(email_key)


def phones(cells: Cells) -> Texts:
    """Read phone numbers as their figures; what has few figures, or none, is blank.

    A plus and two noughts before the country are the same.
    """

    def read(text: str) -> str:
        return "" if _ROUNDED.search(text) else phone_key(text)

    return as_texts(cells).mapped(read)


def keys(cells: Cells) -> Texts:
    """Read ids of orders, lines and products."""

    def read(text: str) -> str:
        whole = _WHOLE_FLOAT.fullmatch(text)
        return whole[1] if whole else text

    column = _tidied(as_texts(cells))
    return column.mapped(read) if column.has(".0") else column


def rounded(cells: Cells) -> BoolArray:
    """bool[n], where an id is a number whose last figures a spreadsheet has rounded away."""
    if isinstance(cells, Values) or not (cells.has("E+") or cells.has("e+")):
        return np.zeros(len(cells), dtype=np.bool_)
    return cells.where(lambda text: bool(_ROUNDED_ID.fullmatch(text.strip(" '"))))


def labels(cells: Cells) -> Texts:
    """Read labels: texts without blanks around them and without the spreadsheet's apostrophe."""
    column = as_texts(cells).stripped
    if not column.has("'"):
        return column
    return column.mapped(lambda text: _FORMULA_START.sub("", text, count=1))


def currencies(cells: Cells) -> tuple[Texts, BoolArray]:
    """Read currency codes in capitals; return them and bool[n] where there is no such currency."""
    known = frozenset(CURRENCIES)
    column = _tidied(as_texts(cells)).mapped(str.upper)
    return column, column.where(lambda text: bool(text) and text not in known)


def signs(cells: Cells) -> Iterator[tuple[str, BoolArray]]:
    """Yield each sign of a currency that amounts are written with, and bool[n] where it is."""
    if isinstance(cells, Texts):
        together = "".join(cells.names)
        for sign in SIGNS:
            if sign in together:
                yield sign, cells.having(sign)


def no_texts(cells: Cells, *, is_id: bool) -> BoolArray:
    """bool[n], where a value is no text, and would be one only by its ``repr`` if at all.

    Numbers, truth values and times are texts as they are written; bytes and lists are none. An id
    is a text, a whole number that a float64 holds exactly, or a UUID.
    """
    none = np.zeros(len(cells), dtype=np.bool_)
    if isinstance(cells, Texts):
        return cells.where(_cannot_be_written) if _cannot_be_written("".join(cells.names)) else none
    if cells.array.dtype.kind in "iu" or (cells.array.dtype.kind != "O" and not is_id):
        return none
    if cells.array.dtype.kind == "f":
        values: AnyArray = cells.filled().astype(np.float64, copy=False)
        is_whole: BoolArray = (values == np.rint(values)) & (np.abs(values) <= LARGEST)
        return ~is_whole
    is_text = _is_id if is_id else _is_label
    told = np.fromiter(map(is_text, cells.array.tolist()), np.bool_, len(cells))
    return ~told & ~cells.missing


def _cannot_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a character
        return True
    return False


def _is_id(value: object) -> bool:
    if isinstance(value, float | Decimal):
        return isfinite(value) and abs(int(value)) <= LARGEST and value == int(value)
    return isinstance(value, str | UUID) or as_int(value) is not None


def _is_label(value: object) -> bool:
    return isinstance(value, str) or not isinstance(value, Iterable)


def as_texts(cells: Cells) -> Texts:
    """Return any column as texts."""
    return cells.texts() if isinstance(cells, Values) else cells


def _tidied(column: Texts) -> Texts:
    """Texts without blanks around them and without the apostrophe that keeps formulas quiet."""
    column = column.stripped
    if not column.has("'"):
        return column
    return column.mapped(lambda text: text.lstrip("'").strip())


def _bare(text: str) -> str:
    """A number without its symbol and the blanks between its figures; else what is no number.

    An amount in brackets, as spreadsheets write what is below 0, has a minus.
    """
    if len(text) <= _LONGEST and (below := _BELOW_ZERO.fullmatch(text)):
        text = f"-{below[1]}"
    found = _MONEY.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or (found["sign"] and found["inner"]):
        return text
    figures = _BLANKS_BETWEEN.sub("", found["figures"].strip())
    return f"{found['sign'] or found['inner']}{figures}"


def _with_points(
    names: Sequence[str], decimal: str | None, what: str, show: Callable[[str], str]
) -> list[str]:
    """Write the numbers of a column that has separators as plain ones with a decimal point."""
    bare = [_bare(name) for name in names]
    marks = {mark for name in bare for mark in _GROUPS if _CERTAIN[mark].fullmatch(name)}
    if len(marks) > 1 and decimal is None:  # both are decimal marks: the comma is the stranger
        return bare
    mark = marks.pop() if len(marks) == 1 else decimal
    if mark is not None:
        return [_as_plain(name, mark) for name in bare]
    for name in bare:
        if any(groups.fullmatch(name.lstrip("+-")) for groups in _GROUPS.values()):
            raise InvalidValue(
                f"it cannot be told whether a mark in the numbers of {what} parts thousands or "
                "decimals, for no other number of the column tells",
                show(name),
                "numbers of which one tells its decimal mark",
                "Pass decimal='.' where a point stands before decimals, decimal=',' where a comma",
            )
    return bare


def _as_plain(text: str, mark: str) -> str:
    sign = text[:1] if text[:1] in {"+", "-"} else ""
    whole, has_mark, decimals = text.removeprefix(sign).partition(mark)
    other = "," if mark == "." else "."
    if _GROUPS[mark].fullmatch(whole):
        whole = whole.replace(other, "")
    elif other in whole:
        return "?"
    return f"{sign}{whole}.{decimals}" if has_mark else f"{sign}{whole}"


def _iso(
    texts: Sequence[str],
    dates: re.Pattern[str] | None,
    what: str,
    show: Callable[[str], str],
    *,
    dayfirst: bool | None,
) -> list[str]:
    """Write dates of other styles as ISO texts; leave what is no date as it is."""
    found = [_DATE.fullmatch(text) if len(text) <= _LONGEST else None for text in texts]
    written = [match.string for match in found if match and match["first"]]
    if dates is not None and not all(map(dates.fullmatch, written)):
        dayfirst = None
    if dayfirst is None:
        dayfirst = _is_day_first(filter(None, found), what, show)
    return [
        text if match is None else _written(match, dayfirst=dayfirst)
        for text, match in zip(texts, found, strict=True)
    ]


def _is_day_first(dates: Iterable[re.Match[str]], what: str, show: Callable[[str], str]) -> bool:
    """Find by the column which of two numbers is the day: the one that goes beyond 12."""
    open_ones = [date for date in dates if date["first"] and date["b"] != "."]
    firsts = any(int(date["first"]) > 12 for date in open_ones)  # noqa: PLR2004 - months
    seconds = any(int(date["second"]) > 12 for date in open_ones)  # noqa: PLR2004 - months
    if open_ones and firsts == seconds:
        told = "both go beyond 12" if firsts else "no number goes beyond 12"
        raise InvalidValue(
            f"it cannot be told which number of a date in {what} is the day, for {told}",
            show(open_ones[0].string[: open_ones[0].end("years")]),
            "dates whose order is told",
            "Pass dayfirst=True for day/month/year, dayfirst=False for month/day/year",
        )
    return firsts


def _written(date: re.Match[str], *, dayfirst: bool) -> str:
    if date["year"]:
        year, month, day = date["year"], date["month"], date["day"]
    else:
        day, month = date["first"], date["second"]
        if not dayfirst and date["b"] != ".":
            day, month = month, day
        year = date["years"]
        if len(year) == 2:  # noqa: PLR2004 - a year without its century
            year = f"{'19' if int(year) >= 70 else '20'}{year}"  # noqa: PLR2004 - 1970 to 2069
    written = f"{year}-{month:0>2}-{day:0>2}"
    if date["hour"] is None:
        return written
    hour = int(date["hour"])
    if date["half"]:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - the hours of half a day
            return date.string
        hour = hour % 12 + (12 if date["half"] in "Pp" else 0)
    return f"{written} {hour:02}:{date['rest']}{date['zone']}"
