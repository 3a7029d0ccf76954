"""What a field of a domain object may hold: the checks, and what they say."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import attrs

from custinsights.errors import InvalidValue, NaiveTime, UnknownName

__all__ = [
    "as_tuple",
    "aware",
    "day",
    "flag",
    "identity",
    "instance",
    "members",
    "named",
    "quantity",
    "text",
    "thousandths",
    "whole",
]

T = TypeVar("T")
Check = Callable[[Any, "attrs.Attribute[Any]", Any], None]

_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+")
_MOST_THOUSANDTHS = 2**63 - 1


def _place(owner: object, field: "attrs.Attribute[Any]") -> str:
    """What an error calls the field: "placed_at of an Order"."""
    name = type(owner).__name__
    return f"{field.name} of {'an' if name[0] in 'AEIOU' else 'a'} {name}"


def text(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """A text that says something."""
    if not isinstance(value, str) or not value.strip():
        what = f"{_place(owner, field)} is no text that says something"
        unknown = "" if field.default is attrs.NOTHING else "Pass None where it is not known"
        raise InvalidValue(what, value, "a text with at least one visible character", unknown)


def identity(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """An identity from outside: a text or a whole number, and 0 is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        what = f"{_place(owner, field)} is no identity"
        raise InvalidValue(what, value, "a text or an int")
    if value == 0 or (isinstance(value, str) and not value.strip()):
        unknown = "" if field.default is attrs.NOTHING else "Pass None where there is none"
        what = f"{_place(owner, field)} is empty"
        raise InvalidValue(
            what, value, "a text that is not blank, or an int that is not 0", unknown
        )


def aware(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """An instant: a datetime that knows its zone."""
    if not isinstance(value, datetime):
        raise InvalidValue(f"{_place(owner, field)} is no instant", value, "an aware datetime")
    if value.utcoffset() is None:
        raise NaiveTime(_place(owner, field), value)


def day(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """A day without a time."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise InvalidValue(f"{_place(owner, field)} is no day", value, "a date without a time")


def flag(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """True or False and nothing that only looks like it."""
    if not isinstance(value, bool):
        what = f"{_place(owner, field)} is neither True nor False"
        raise InvalidValue(what, value, "True or False")


def whole(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """A count: a whole number from 0 up."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidValue(f"{_place(owner, field)} is no count", value, "an int from 0 up")


def named(kind: str, known: tuple[str, ...]) -> Check:
    """One of the known names."""

    def check(_owner: object, _field: "attrs.Attribute[Any]", value: object) -> None:
        if not isinstance(value, str) or value not in known:
            raise UnknownName(kind, value, known)

    return check


def instance(wanted: type) -> Check:
    """An object of the wanted class."""

    def check(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
        if not isinstance(value, wanted):
            name = wanted.__name__
            article = "an" if name[0] in "AEIOU" else "a"
            what = f"{_place(owner, field)} is no {name}"
            raise InvalidValue(what, value, f"{article} {name}")

    return check


def members(check: Check) -> Check:
    """A tuple of which every member passes the check."""

    def check_all(owner: object, field: "attrs.Attribute[Any]", value: tuple[object, ...]) -> None:
        for one in value:
            check(owner, field, one)

    return check_all


def as_tuple(values: Iterable[T]) -> tuple[T, ...]:
    """Return the values as a tuple; a text is one value and not its letters."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InvalidValue("a single value stands where several belong", values, "a list or tuple")
    return tuple(values)


def quantity(value: int | str | Decimal) -> Decimal:
    """Return a quantity exact to thousandths, which is as fine as a history counts.

    Examples
    --------
    >>> quantity("1.50")
    Decimal('1.5')
    """
    refuses = isinstance(value, bool) or not isinstance(value, int | str | Decimal)
    if refuses or (isinstance(value, str) and not _PLAIN_NUMBER.fullmatch(value)):
        what = "the quantity is no exact number"
        raise InvalidValue(what, value, "an int, a Decimal or a text such as '1.5'")
    exact = Decimal(value)
    if not exact.is_finite():
        raise InvalidValue("the quantity is no number", value, "a finite number")
    if abs(exact) > _MOST_THOUSANDTHS // 1000:
        raise InvalidValue("the quantity is too large", value, "at most 9 · 10^15")
    scaled = exact.scaleb(3)
    if scaled != int(scaled):
        what = "the quantity is finer than a thousandth"
        raise InvalidValue(
            what, value, "at most 3 decimals", "Round it before, or use a finer unit"
        )
    return Decimal(int(scaled)).scaleb(-3).normalize() + 0


def thousandths(value: Decimal) -> int:
    """Return a quantity as a whole number of thousandths."""
    return int(value.scaleb(3))
