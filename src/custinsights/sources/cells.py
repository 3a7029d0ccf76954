"""What a cell says: numbers, times, identities and codes, as shops and spreadsheets write them.

Each reader takes a column and returns values and what is wrong, row by row. What could mean two
things is settled by the evidence of the whole column or refused, never guessed for one cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from custinsights.domain.currencies import CURRENCIES
from custinsights.errors import InvalidValue
from custinsights.history.amounts import Decimals
from custinsights.history.columns import BoolArray
from custinsights.history.instants import Times, read_times, times_of
from custinsights.history.time_texts import AWARE, NO_TIME
from custinsights.sources.columns import Cells, Texts, Values

_NOTHING = frozenset({"", "nan", "none", "null", "n/a", "nat", "<na>"})
_ZERO_ID = re.compile(r"0+(\.0+)?")
_WHOLE_FLOAT = re.compile(r"(\d+)\.0+")
_E_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_FEWEST_PHONE_FIGURES = 6
_FORMULA_START = re.compile(r"'(?=[=+\-@\t\d'])")

# A sign, a currency symbol on either side, figures with separators between them.
_SYMBOL = r"[$¢£¤¥৲৳฿៛\u20a0-\u20cf]?"
_MONEY = re.compile(
    rf"(?P<sign>[+-]?)\s*{_SYMBOL}\s*(?P<inner>[+-]?)(?P<figures>\d[\d., \u00a0\u202f]*|[.,]\d+)"
    rf"\s*{_SYMBOL}",
    re.ASCII,
)
_BLANKS_BETWEEN = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_POINT_GROUPS = re.compile(r"\d{1,3}(\.\d{3})+")
_COMMA_GROUPS = re.compile(r"\d{1,3}(,\d{3})+")

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


def numbers(cells: Cells) -> Numbers:
    """Read numbers: plain ones, and those with symbols and separators of thousands.

    A comma is the decimal mark or parts thousands: which one, the other cells of the column say;
    where none does, the cell is wrong.
    """
    if isinstance(cells, Values) and cells.array.dtype.kind in "iuf":
        decimals = Decimals.of(np.where(cells.missing, 0, cells.array))
        return Numbers(decimals, cells.missing, decimals.wrong)
    texts = cells.texts() if isinstance(cells, Values) else cells
    column = _tidied(texts)
    names = list(column.names)
    if column.has(","):
        names = _with_points(names)
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


def times(cells: Cells, *, dayfirst: bool | None, what: str) -> tuple[Times, BoolArray]:
    """Read times; return them and bool[n] where the cell is blank.

    Raises
    ------
    InvalidValue
        Dates such as 3/4/2024, and neither `dayfirst` nor the column says which is the day.
    """
    if isinstance(cells, Values) and cells.array.dtype.kind in "mM":
        found = times_of(cells.array)
        if cells.is_instant:
            kinds = np.where(found.kinds == NO_TIME, NO_TIME, AWARE).astype(np.int8)
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
        again = read_times(_iso([names[at] for at in odd], dayfirst, what))
        found.walls[odd], found.kinds[odd] = again.walls, again.kinds
    return found.take(column.codes), column.is_blank


def customer_ids(cells: Cells) -> Texts:
    """Read customer ids: 0 is no id, a whole float is the integer that it was.

    An id that is an e-mail address compares as one, without case.
    """

    def read(text: str) -> str:
        if text.casefold() in _NOTHING or _ZERO_ID.fullmatch(text):
            return ""
        return text.casefold() if _E_MAIL.fullmatch(text) else text

    return keys(cells).mapped(read)


def emails(cells: Cells) -> Texts:
    """Read e-mail addresses, without case; what is none is blank."""
    column = _tidied(as_texts(cells)).mapped(str.casefold)
    return column.mapped(lambda text: text if _E_MAIL.fullmatch(text) else "")


def phones(cells: Cells) -> Texts:
    """Read phone numbers as their figures; what has few figures, or none, is blank."""

    def read(text: str) -> str:
        if "e+" in text.casefold():  # a spreadsheet has rounded the figures away
            return ""
        figures = "".join(filter(str.isdecimal, text))
        return figures if len(figures) >= _FEWEST_PHONE_FIGURES else ""

    return as_texts(cells).mapped(read)


def keys(cells: Cells) -> Texts:
    """Read ids of orders, lines and products."""

    def read(text: str) -> str:
        whole = _WHOLE_FLOAT.fullmatch(text)
        return whole[1] if whole else text

    column = _tidied(as_texts(cells))
    return column.mapped(read) if column.has(".0") else column


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
    """A number without its symbol and the blanks between its figures; else what is no number."""
    found = _MONEY.fullmatch(text) if len(text) <= 40 else None  # noqa: PLR2004 - no number is longer
    if found is None or (found["sign"] and found["inner"]):
        return text
    figures = _BLANKS_BETWEEN.sub("", found["figures"].strip())
    return f"{found['sign'] or found['inner']}{figures}"


def _with_points(names: Sequence[str]) -> list[str]:
    """Write the numbers of a column with commas in it as plain numbers with a decimal point."""
    bare = [_bare(name) for name in names]
    marks = {mark for name in bare if (mark := _decimal_mark(name))}
    if len(marks) != 1:
        return [name if "," not in name else "?" for name in bare] if not marks else bare
    mark = marks.pop()
    groups = _COMMA_GROUPS if mark == "." else _POINT_GROUPS
    return [_as_plain(name, mark, groups) for name in bare]


def _decimal_mark(text: str) -> str:
    """The decimal mark that a number shows beyond doubt, or nothing."""
    figures = text.lstrip("+-")
    has_comma, has_point = "," in figures, "." in figures
    if has_comma and has_point:
        return max(",.", key=figures.rfind)
    if not has_comma and not has_point:
        return ""
    mark, other = (",", ".") if has_comma else (".", ",")
    if figures.count(mark) > 1:
        return other
    groups = _COMMA_GROUPS if has_comma else _POINT_GROUPS
    return "" if groups.fullmatch(figures) else mark


def _as_plain(text: str, mark: str, groups: re.Pattern[str]) -> str:
    sign = text[:1] if text[:1] in {"+", "-"} else ""
    whole, has_mark, decimals = text.removeprefix(sign).partition(mark)
    if groups.fullmatch(whole):
        whole = whole.replace("," if mark == "." else ".", "")
    return f"{sign}{whole}.{decimals}" if has_mark else f"{sign}{whole}"


def _iso(texts: Sequence[str], dayfirst: bool | None, what: str) -> list[str]:  # noqa: FBT001
    """Write dates of other styles as ISO texts; leave what is no date as it is."""
    found = [_DATE.fullmatch(text) if len(text) <= 40 else None for text in texts]  # noqa: PLR2004
    if dayfirst is None:
        dayfirst = _is_day_first(filter(None, found), what)
    return [
        text if match is None else _written(match, dayfirst)
        for text, match in zip(texts, found, strict=True)
    ]


def _is_day_first(dates: Iterable[re.Match[str]], what: str) -> bool:
    """Find by the column which of two numbers is the day: the one that goes beyond 12."""
    open_ones = [date for date in dates if date["first"] and date["b"] != "."]
    firsts = any(int(date["first"]) > 12 for date in open_ones)  # noqa: PLR2004 - months
    seconds = any(int(date["second"]) > 12 for date in open_ones)  # noqa: PLR2004 - months
    if open_ones and firsts == seconds:
        told = "both go beyond 12" if firsts else "no number goes beyond 12"
        raise InvalidValue(
            f"it cannot be told which number of a date in {what} is the day, for {told}",
            open_ones[0].string,
            "dates whose order is told",
            "Pass dayfirst=True for day/month/year, dayfirst=False for month/day/year",
        )
    return firsts


def _written(date: re.Match[str], dayfirst: bool) -> str:  # noqa: FBT001
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
