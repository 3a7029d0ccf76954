"""What a field of a domain object may hold: the checks, and what they say."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from numbers import Real
from operator import index
from typing import Any, TypeAlias, TypeVar

import attrs

from custinsights.domain.contacts import shown_id
from custinsights.errors import Incompatible, InvalidValue, NaiveTime, UnknownName

__all__ = [
    "Identity",
    "any_text",
    "as_int",
    "as_number",
    "as_tuple",
    "aware",
    "checked_name",
    "day",
    "exact_quantity",
    "flag",
    "from_thousandths",
    "function",
    "identities",
    "identity",
    "in_order",
    "instance",
    "looked_up",
    "members",
    "named",
    "near_name",
    "not_negative",
    "number_of_days",
    "own_identity",
    "refuse_different",
    "refuse_naive",
    "refuse_other",
    "scaled_exactly",
    "shown_text",
    "text",
    "thousandths",
    "whole",
    "whole_number",
]

T = TypeVar("T")

Identity: TypeAlias = str | int
"""Of whom or what an identity outside tells."""

Check = Callable[[Any, "attrs.Attribute[Any]", Any], None]

_NEAR = 0.82  # as like a name as a word with a letter lost, added or changed
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+")
_MOST_QUANTITY_DIGITS = 15
_MOST_DAYS = 36_525


def _place(owner: object, field: "attrs.Attribute[Any]") -> str:
    """What an error calls the field: "the placed_at of an Order"."""
    name = type(owner).__name__
    return f"the {field.name} of {'an' if name[0] in 'AEIOU' else 'a'} {name}"


_HALF = re.compile("[\ud800-\udfff]")


def _given(field: "attrs.Attribute[Any]", value: object) -> object:
    """What an error shows of a value: of one that ``repr`` hides, its type alone."""
    is_harmless = isinstance(value, int | float | None) and field.repr is shown_id
    if field.repr is True or is_harmless or (isinstance(value, str) and not value.strip()):
        return value
    return type(value).__name__


def own_identity(given: Any) -> Identity:
    """Return an identity as Python's own, also one out of an array of whole numbers."""
    number = as_int(given)
    return given if number is None else number


def identities(given: Any) -> list[Identity]:
    """Return every identity of one or several once, in order."""
    if hasattr(given, "columns"):
        allowed = "the column with the customers, such as frame['customer']"
        raise InvalidValue("a table stands where customers belong", type(given).__name__, allowed)
    is_one = isinstance(given, str) or not isinstance(given, Iterable)
    found = [own_identity(one) for one in ([given] if is_one else given)]
    for one in found:
        if isinstance(one, bool) or not isinstance(one, str | int):
            what = "what is among the customers is no identity"
            raise InvalidValue(what, type(one).__name__, "texts or ints")
    return in_order({*found})


def in_order(given: Iterable[Identity]) -> list[Identity]:
    """Return identities in ascending order, whole numbers before texts."""
    return sorted(given, key=lambda one: (isinstance(one, str), one))


def text(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """A text that says something, and that every store can hold."""
    shown_text(owner, field, value)
    _refuse_nul(owner, field, str(value))


def shown_text(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """A text that says something."""
    if not isinstance(value, str) or not value.strip():
        what = f"{_place(owner, field)} is no text that says something"
        unknown = "" if field.default is not None else "Pass None where it is not known"
        allowed = "a text with at least one visible character"
        raise InvalidValue(what, _given(field, value), allowed, unknown)
    any_text(owner, field, value)


def any_text(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """A text, which may be empty."""
    if not isinstance(value, str):
        refuse_other(str, _place(owner, field), _given(field, value))
    elif not value.isascii() and _HALF.search(value):
        what = f"{_place(owner, field)} holds half a sign, which no file can hold"
        allowed = "a text of whole signs"
        raise InvalidValue(what, "a text with a lone surrogate", allowed, "Read it as UTF-8")


def _refuse_nul(owner: object, field: "attrs.Attribute[Any]", value: str) -> None:
    if "\0" in value:
        what = f"{_place(owner, field)} holds a NUL, which not every database can hold"
        raise InvalidValue(what, "a text with a NUL", "a text without one", "Leave it out")


def function(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """Something that can be called."""
    if not callable(value):
        raise InvalidValue(f"{_place(owner, field)} is no function", value, "a function")


def identity(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """An identity from outside: a text or a whole number, and 0 is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        what = f"{_place(owner, field)} is no identity"
        raise InvalidValue(what, _given(field, value), "a text or an int")
    if value == 0 or (isinstance(value, str) and not value.strip()):
        unknown = "" if field.default is not None else "Pass None where there is none"
        what = f"{_place(owner, field)} is empty"
        raise InvalidValue(
            what, value, "a text that is not blank, or an int that is not 0", unknown
        )
    if isinstance(value, str):
        any_text(owner, field, value)
        _refuse_nul(owner, field, value)


def aware(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """An instant: a datetime that knows its zone."""
    refuse_naive(
        _place(owner, field), value if isinstance(value, datetime) else _given(field, value)
    )


def refuse_naive(what: str, value: object) -> None:
    """Refuse what is no time, and a time that does not know its zone."""
    if not isinstance(value, datetime):
        raise InvalidValue(f"{what} is no instant", value, "an aware datetime")
    if value.utcoffset() is None:
        raise NaiveTime(what, value)


def day(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """A day without a time."""
    if not isinstance(value, date) or isinstance(value, datetime):
        what = f"{_place(owner, field)} is no day"
        raise InvalidValue(what, _given(field, value), "a date without a time")


def flag(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """True or False and nothing that only looks like it."""
    if not isinstance(value, bool):
        what = f"{_place(owner, field)} is neither True nor False"
        raise InvalidValue(what, value, "True or False")


def whole(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """A count: an int from 0 up."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidValue(f"{_place(owner, field)} is no count", value, "an int from 0 up")


def not_negative(owner: object, field: "attrs.Attribute[Any]", value: Any) -> None:
    """An amount of money from 0 up."""
    if value.minor < 0:
        what = f"{_place(owner, field)} is negative"
        raise InvalidValue(what, str(value), "an amount from 0 up")


def as_int(value: Any) -> int | None:
    """Return a whole number of any library's kind as an int, None for all else and truth values."""
    is_truth = isinstance(value, bool) or type(value).__name__ in {"bool", "bool_"}  # numpy's own
    try:
        return None if is_truth else index(value)
    except TypeError:
        return None


def as_number(value: Any) -> int | float | None:
    """Return a number of any library's kind as Python's own, None for all else and truth values."""
    whole = as_int(value)
    is_other = whole is None and isinstance(value, Real) and not isinstance(value, bool)
    return float(value) if is_other else whole


def whole_number(what: str, value: object, least: int, most: int | None = None) -> int:
    """Return a whole number of any library's kind as an int, if it lies within the limits.

    Examples
    --------
    >>> whole_number("the number of parts is wrong", 3, 1)
    3
    """
    number = as_int(value)
    if number is None or number < least or (most is not None and number > most):
        limits = f"{least} up" if most is None else f"{least} to {most}"
        raise InvalidValue(what, value, f"a whole number from {limits}")
    return number


def number_of_days(given: object) -> int:
    """Return how many days a time is to last, at most a hundred years."""
    return whole_number("the number of days is wrong", given, 1, _MOST_DAYS)


def looked_up(kind: str, name: object, table: Mapping[str, T]) -> T:
    """Return what a name stands for in a table, or say that there is no such name."""
    if not isinstance(name, str) or name not in table:
        raise UnknownName(kind, name, tuple(table))
    return table[name]


def named(kind: str, known: tuple[str, ...], advice: str = "") -> Check:
    """One of the known names."""

    def check(_owner: object, _field: "attrs.Attribute[Any]", value: object) -> None:
        if not isinstance(value, str) or value not in known:
            raise UnknownName(kind, value, known, advice)

    return check


def near_name(name: str, known: Collection[str]) -> str | None:
    """Return the known name that a word nearly is, and so misspells; None if there is none.

    Examples
    --------
    >>> near_name("chanel", ("channel", "country")), near_name("theme", ("channel", "country"))
    ('channel', None)
    """
    from difflib import get_close_matches

    return next(iter(get_close_matches(name.casefold(), known, n=1, cutoff=_NEAR)), None)


def instance(wanted: type) -> Check:
    """An object of the wanted class."""
    parts = attrs.fields(wanted) if attrs.has(wanted) else ()
    is_hidden = any(part.repr is False for part in parts)  # then what stands there instead is too

    def check(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
        if not isinstance(value, wanted):
            given = type(value).__name__ if is_hidden else _given(field, value)
            refuse_other(wanted, _place(owner, field), given)

    return check


def refuse_other(wanted: type, what: str, value: object, advice: str = "") -> None:
    """Refuse what is no object of the wanted class."""
    if not isinstance(value, wanted):
        name = "text" if wanted is str else wanted.__name__
        article = "an" if name[0] in "AEIOU" else "a"
        raise InvalidValue(f"{what} is no {name}", value, f"{article} {name}", advice)


def refuse_different(of: str, left: object, right: object, plurals: Mapping[str, str]) -> None:
    """Refuse two things that differ in one of their facts, which are given with their plurals."""
    for name, plural in plurals.items():
        ours, theirs = getattr(left, name), getattr(right, name)
        if ours != theirs:
            raise Incompatible(f"the {plural} of {of}", ours, theirs)


def checked_name(name: str) -> str:
    """Return a name that may stand in results and rules: a Python identifier."""
    if isinstance(name, str) and name.isidentifier():
        return name
    raise InvalidValue(
        what="a name of the catalog must be an identifier",
        given=name,
        allowed="letters, digits and underscores, not beginning with a digit",
    )


def members(check: Check) -> Check:
    """A tuple of which every member passes the check."""

    def check_all(owner: object, field: "attrs.Attribute[Any]", value: tuple[object, ...]) -> None:
        for one in value:
            check(owner, field, one)

    return check_all


def as_tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return the values as a tuple; a text is one value and not its letters."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        what = "a single value stands where several belong"
        raise InvalidValue(what, type(values).__name__, "a list or tuple")
    return tuple(values)


def exact_quantity(value: int | str | Decimal, what: str = "the quantity") -> Decimal:
    """Return a quantity exact to thousandths, which is as fine as a history counts.

    Examples
    --------
    >>> exact_quantity("1.50")
    Decimal('1.5')
    """
    if isinstance(value, Decimal) and _is_small_and_whole(value):
        return value
    exact = _exact(value)
    if exact is None:
        fault = f"{what} is no exact number"
        raise InvalidValue(fault, value, "an int, a Decimal or a text such as '1.5'")
    if not exact.is_finite() or (exact and exact.adjusted() >= _MOST_QUANTITY_DIGITS):
        raise InvalidValue(f"{what} is too large", str(value), "less than 10^15")
    scaled = scaled_exactly(exact, 3)
    if scaled is None:
        fault = f"{what} is finer than a thousandth"
        advice = "Round it before, or use a smaller unit"
        raise InvalidValue(fault, str(value), "at most 3 decimals", advice)
    return from_thousandths(scaled)


def _is_small_and_whole(number: Decimal) -> bool:
    """Whether a number is written as a whole one of few figures, as most quantities are."""
    _, figures, exponent = number.as_tuple()
    return exponent == 0 and len(figures) <= _MOST_QUANTITY_DIGITS


def from_thousandths(scaled: int) -> Decimal:
    """Return the quantity of so many thousandths, without needless zeros."""
    if scaled % 1000 == 0:
        return Decimal(scaled // 1000)
    units, rest = divmod(abs(scaled), 1000)
    decimals = f".{rest:03d}".rstrip("0") if rest else ""
    return Decimal(f"{'-' if scaled < 0 else ''}{units}{decimals}")


def scaled_exactly(number: Decimal, decimals: int) -> int | None:
    """Return number × 10^decimals if that is whole, None otherwise; nothing is ever rounded."""
    if not number:
        return 0
    sign, figures, exponent = number.as_tuple()
    if exponent == 0:  # as most are
        return int(number) * int(10**decimals)
    digits = "".join(map(str, figures))
    zeros = int(exponent) + decimals
    if zeros >= 0:
        digits += "0" * zeros
    elif -zeros < len(digits) and not digits[zeros:].strip("0"):
        digits = digits[:zeros]
    else:
        return None
    return -int(digits) if sign else int(digits)


def _exact(value: object) -> Decimal | None:
    """Return the number that an int, Decimal or plain text says, None for anything else."""
    if isinstance(value, str):
        return Decimal(value) if _PLAIN_NUMBER.fullmatch(value) else None
    number = value if isinstance(value, Decimal) else as_int(value)
    return None if number is None else Decimal(number)


def thousandths(value: Decimal) -> int:
    """Return a quantity as a whole number of thousandths."""
    return scaled_exactly(value, 3) or 0
