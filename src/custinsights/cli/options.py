"""What do the texts on the command line mean?

Each function turns one option into what the façade takes, or says what is wrong with it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer

from custinsights.domain import CURRENCIES, PurchasePolicy
from custinsights.errors import CustInsightsError, RuleError, UnreadableFile
from custinsights.history.columnar.instants import FIRST_YEAR, LAST_YEAR
from custinsights.sources.reading import check_options
from custinsights.sources.texts.files import opened
from custinsights.sources.texts.vocabulary import plain

__all__ = [
    "columns",
    "identity",
    "instant",
    "is_database",
    "listed",
    "one_of",
    "policy",
    "rates",
    "refuse_overwriting",
    "refuse_unusable",
    "rule",
    "statuses",
    "timezone",
    "traits",
    "window",
    "written",
]

#: A comma that ends a pair: the next field and its equals sign follow.
_NEXT_FIELD = r",(?=\s*\w+\s*=)"

#: How the URL of a database begins: its kind, and perhaps what speaks with it.
_URL = re.compile(r"\w+(\+\w+)?://")

#: The first bytes of every database of SQLite.
_SQLITE = b"SQLite format 3\0"

_RATE_COLUMNS = ("currency", "date", "rate")
_FILES = (".csv", ".csv.gz", ".parquet", ".db")
_EXAMPLE = "Write the columns currency, date and rate, and rows like EUR,2011-12-01,0.8571"


def columns(texts: Sequence[str] | None) -> dict[str, str] | None:
    """Pairs like ``customer=CustomerID,placed_at=InvoiceDate`` as field name to header.

    A header may hold commas and equals signs: ``amount=Total, net (a=b)``.
    """
    return _pairs("--columns", texts, _NEXT_FIELD, "customer=CustomerID,placed_at=InvoiceDate")


def statuses(texts: Sequence[str] | None) -> dict[str, str] | None:
    """Pairs like ``wc-completed=paid,wc-on-hold=pending`` as the file's word to ours."""
    return _pairs("--statuses", texts, ",", "wc-completed=paid,wc-on-hold=pending")


def _pairs(
    option: str, texts: Sequence[str] | None, between: str, example: str
) -> dict[str, str] | None:
    if not texts:
        return None
    pairs: dict[str, str] = {}
    for text in texts:
        for pair in re.split(between, text):
            key, equals, value = (part.strip() for part in pair.partition("="))
            if not (key and equals and value):
                fault = f"{pair.strip()!r} is no pair; write it like {example}"
                raise typer.BadParameter(fault, param_hint=option)
            if key in pairs:
                raise typer.BadParameter(f"{key!r} is given twice", param_hint=option)
            pairs[key] = value
    return pairs


def identity(text: str | None) -> tuple[str, ...] | None:
    """Field names in the order in which they are tried, separated by commas."""
    return listed(text)


def listed(text: str | None) -> tuple[str, ...] | None:
    """Names between commas; None of none."""
    return None if text is None else tuple(filter(None, map(str.strip, text.split(","))))


def timezone(name: str | None) -> str | None:
    """An IANA zone that this machine knows."""
    if name is not None:
        try:
            ZoneInfo(name)
        except (LookupError, ValueError, OSError):  # absent, malformed, a folder
            raise typer.BadParameter(
                f"{name!r} is no time zone; write it like Europe/London or UTC"
            ) from None
    return name


def instant(text: str | None) -> str | None:
    """A date, or an instant in ISO 8601; passed on in its usual form."""
    if text is None:
        return None
    advice = "write it like 2011-12-10 or 2011-12-10T12:00:00+00:00"
    try:
        moment: date = date.fromisoformat(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise typer.BadParameter(f"{text!r} is no date; {advice}") from None
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} is a time without its zone; {advice}")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        years = f"the years {FIRST_YEAR} to {LAST_YEAR}"
        raise typer.BadParameter(f"{text!r} lies too far out; allowed are {years}")
    return moment.isoformat()


def one_of(*words: str) -> Callable[[str | None], str | None]:
    """What refuses every word but some."""

    def check(word: str | None) -> str | None:
        if word is not None and word not in words:
            raise typer.BadParameter(f"{word!r} is none of {', '.join(words)}")
        return word

    return check


def refuse_unusable(reading: Mapping[str, Any]) -> None:
    """Refuse options with which no file could be read: another command line would mend that."""
    try:
        check_options(**reading)
    except CustInsightsError as error:
        raise typer.BadParameter(str(error)) from None


def rule(text: str) -> str:
    """A rule that can be read: told apart from the file behind which one was forgotten."""
    from custinsights.analyses.segments.rule import rule as read

    try:
        read(text)
    except RuleError as error:
        if text.casefold().endswith(_FILES) or os.path.isfile(text):  # noqa: PTH113 - of any length
            usage = 'custinsights segment FILES "order_count >= 3"'
            fault = f"{text!r} names a file, and what comes last is the rule: write {usage}"
            raise typer.BadParameter(fault) from None
        whole = "" if " " in text else "\nPut the rule in quotes, as one text."
        raise typer.BadParameter(f"{error}{whole}") from None
    except CustInsightsError as error:
        raise typer.BadParameter(str(error)) from None
    return text


def window(first: str | None, until: str | None) -> tuple[str, str] | None:
    """The days between two dates, of which one may be left out; None without both."""
    if first is None and until is None:
        return None
    return first or f"{FIRST_YEAR}-01-01", until or f"{LAST_YEAR}-12-31"


def traits(text: str | None) -> tuple[str, ...] | None:
    """Names of traits, separated by commas; each is known."""
    names = listed(text)
    if names is None:
        return None
    from custinsights.analyses.catalog import DEFAULT
    from custinsights.analyses.customers.traits import Traits

    try:
        _ = [DEFAULT.trait(name) for name in names], Traits(names)
    except CustInsightsError as error:
        raise typer.BadParameter(str(error), param_hint="--traits") from None
    if not names:
        raise typer.BadParameter("it names no trait", param_hint="--traits")
    return names


def written(path: Path | None) -> Path | None:
    """A file that can be made: it has a name, and its folder is there."""
    if path == Path():
        raise typer.BadParameter("it names no file")
    if path is not None and path.is_dir():
        raise typer.BadParameter(f"file {str(path)!r} is a directory")
    if path is not None and not path.resolve().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {str(path.parent)!r}; make it first")
    return path


def is_database(file: str) -> bool:
    """Whether a file is a database of SQLite, or a text is the URL of a database."""
    if _URL.match(file):
        return True
    try:
        with Path(file).open("rb") as opened_file:
            return opened_file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def refuse_overwriting(files: Sequence[str], written: Path | None, option: str) -> None:
    """Refuse to write a file that is read."""
    if written is not None and written.resolve() in [Path(file).resolve() for file in files]:
        fault = f"{str(written)!r} is read, and would be overwritten"
        raise typer.BadParameter(fault, param_hint=option)


def policy(*, pending: bool, zero_amount: bool, refund_date: str) -> PurchasePolicy | None:
    """The policy that the options describe, None when they are those of the default."""
    if not pending and zero_amount and refund_date == "order":
        return None
    return PurchasePolicy(
        counted_statuses=frozenset({"paid", "pending"} if pending else {"paid"}),
        zero_amount_counts=zero_amount,
        refund_date=refund_date,
    )


def rates(path: Path | None) -> dict[tuple[str, date], Decimal] | None:
    """Exchange rates from a CSV file with the columns currency, date and rate.

    One unit of the currency is worth that many units of the reporting currency on that day.
    """
    if path is None:
        return None
    found: dict[tuple[str, date], Decimal] = {}
    for line, (currency, day, worth) in _rate_rows(path):
        code = currency.upper()
        try:
            key, rate = (code, date.fromisoformat(day)), Decimal(worth)
        except (ValueError, InvalidOperation):
            reason = f"there is no date and number in its line {line}"
            raise UnreadableFile(path.name, reason, _EXAMPLE) from None
        if code not in CURRENCIES:
            reason = f"its line {line} names no currency of ISO 4217"
            raise UnreadableFile(path.name, reason, _EXAMPLE)
        if key in found or not (rate.is_finite() and rate > 0):
            fault = "two rates" if key in found else "a rate that is not above zero"
            raise UnreadableFile(path.name, f"it holds {fault} for {code} on {day}")
        found[key] = rate
    if not found:
        raise UnreadableFile(path.name, "it holds no rates", _EXAMPLE)
    return found


def _rate_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the currency, date and rate of each row, and its line."""
    with opened(path) as file:
        header = list(map(plain, file.header))
        if not set(_RATE_COLUMNS) <= set(header):
            raise UnreadableFile(file.name, "it lacks a column", _EXAMPLE)
        places = [header.index(name) for name in _RATE_COLUMNS]
        for chunk in file.chunks():
            for row in chunk.unread:
                raise UnreadableFile(file.name, f"{row.kind} in its line {row.line}")
            for line, cells in zip(chunk.lines.tolist(), chunk.rows, strict=True):
                yield line, [cells[at].strip() for at in places]
