"""What do the texts on the command line mean?

Each function turns one option into what the façade takes, or says what is wrong with it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from custinsights.domain import PurchasePolicy
from custinsights.errors import UnreadableFile

__all__ = [
    "Errors",
    "RefundDate",
    "columns",
    "identity",
    "instant",
    "policy",
    "rates",
    "statuses",
    "timezone",
]

#: A comma that ends a pair: the next field and its equals sign follow.
_NEXT_FIELD = r",(?=\s*\w+\s*=)"


class Errors(StrEnum):
    """What to do with rows that cannot be read."""

    RAISE = "raise"
    REPORT = "report"


class RefundDate(StrEnum):
    """On which day a refund that names its order counts."""

    ORDER = "order"
    REFUND = "refund"


def columns(texts: Sequence[str] | None) -> dict[str, str] | None:
    """Pairs like ``customer=CustomerID,placed_at=InvoiceDate`` as field name to header.

    A header may hold commas and equals signs: ``amount=Total, net (a=b)``.
    """
    return _pairs(texts, _NEXT_FIELD, "customer=CustomerID,placed_at=InvoiceDate")


def statuses(texts: Sequence[str] | None) -> dict[str, str] | None:
    """Pairs like ``wc-completed=paid,wc-on-hold=pending`` as the file's word to ours."""
    return _pairs(texts, ",", "wc-completed=paid,wc-on-hold=pending")


def _pairs(texts: Sequence[str] | None, between: str, example: str) -> dict[str, str] | None:
    if not texts:
        return None
    pairs: dict[str, str] = {}
    for text in texts:
        for pair in re.split(between, text):
            key, equals, value = (part.strip() for part in pair.partition("="))
            if not (key and equals and value):
                raise typer.BadParameter(f"{pair.strip()!r} is no pair; write it like {example}")
            if key in pairs:
                raise typer.BadParameter(f"{key!r} is given twice")
            pairs[key] = value
    return pairs


def identity(text: str | None) -> tuple[str, ...] | None:
    """Field names in the order in which they are tried, separated by commas."""
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
        return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; {advice}") from None
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} is a time without its zone; {advice}")
    return moment.isoformat()


def policy(*, pending: bool, zero_amount: bool, refund_date: RefundDate) -> PurchasePolicy | None:
    """The policy that the options describe, None when they are those of the default."""
    if not pending and zero_amount and refund_date is RefundDate.ORDER:
        return None
    return PurchasePolicy(
        counted_statuses=frozenset({"paid", "pending"} if pending else {"paid"}),
        zero_amount_counts=zero_amount,
        refund_date=refund_date.value,
    )


def rates(path: Path | None) -> dict[tuple[str, date], Decimal] | None:
    """Exchange rates from a CSV file with the columns currency, date and rate.

    One unit of the currency is worth that many units of the reporting currency on that day.
    """
    if path is None:
        return None
    found: dict[tuple[str, date], Decimal] = {}
    for currency, day, rate in _rate_rows(path):
        if (currency, day) in found or rate <= 0:
            fault = "two rates" if rate > 0 else "a rate that is not above zero"
            raise UnreadableFile(path, f"it holds {fault} for {currency} on {day}")
        found[currency, day] = rate
    return found


def _rate_rows(path: Path) -> Iterator[tuple[str, date, Decimal]]:
    row = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row, cells in enumerate(csv.DictReader(stream), start=1):  # noqa: B007 - told below
                currency, day, rate = (cells[name].strip() for name in ("currency", "date", "rate"))
                yield currency.upper(), date.fromisoformat(day), Decimal(rate)
    except UnicodeDecodeError as error:
        raise UnreadableFile(path, "it is no UTF-8 text") from error
    except (KeyError, AttributeError) as error:
        advice = "Rates need the columns currency, date and rate"
        raise UnreadableFile(path, "it lacks a column", advice) from error
    except (ValueError, InvalidOperation) as error:
        reason = f"there is no date and number in its row {row}"
        raise UnreadableFile(path, reason, "Write rates like EUR,2011-12-01,0.8571") from error
    except OSError as error:
        raise UnreadableFile(path, error.strerror or "it cannot be opened") from error
