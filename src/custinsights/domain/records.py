"""How does an object of the domain read as plain JSON, and the other way round?

A record is a mapping of texts, numbers, flags, lists and mappings. It leaves fields away that are
as they are where nothing is told of them; money is ``{"amount": "45.00", "currency": "EUR"}``, a
quantity a text, an instant a text in ISO 8601 in UTC. Equal records are equal objects, letter by
letter, also where the objects compare without case.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs

from custinsights.domain.fields import refuse_other
from custinsights.domain.money import Money
from custinsights.errors import InvalidValue, UnknownName

__all__ = ["json_text", "object_of", "record_of"]

T = TypeVar("T")

_MONEY: Final = frozenset({"amount", "currency"})
_DAY: Final = frozenset({"date"})


def record_of(thing: Any) -> dict[str, Any]:
    """Return an object of the domain as a record.

    Examples
    --------
    >>> from custinsights.domain import OrderLine
    >>> record_of(OrderLine("print-a3", "1.5", Money("45.00", "EUR")))
    {'product': 'print-a3', 'quantity': '1.5', 'unit_price': {'amount': '45.00', 'currency': 'EUR'}}
    """
    told = ((field, getattr(thing, field.name)) for field in attrs.fields(type(thing)))
    return {field.name: _plain(value) for field, value in told if not _is_default(field, value)}


def json_text(record: Mapping[str, Any], what: str) -> str:
    """Return a record as JSON has it; `what` it is stands in the error where JSON has none.

    Examples
    --------
    >>> json_text({"by": "Ada"}, "the entry of a log")
    '{"by": "Ada"}'
    """
    refuse_other(Mapping, what, record)
    try:
        return json.dumps(dict(record), allow_nan=False)
    except (TypeError, ValueError):
        given, allowed = type(record).__name__, "texts, numbers, flags, lists and mappings"
        raise InvalidValue(f"{what} is nothing that JSON has", given, allowed) from None


def object_of(wanted: type[T], record: Mapping[str, Any]) -> T:
    """Return the object of the domain that a record tells.

    Parameters
    ----------
    wanted
        The class, such as `Order`.
    record
        What `record_of` returned, also after it has been written as JSON and read again. Instants
        may have any offset.

    Raises
    ------
    InvalidValue, NaiveTime
        A field is missing, or its value is none that it can have. Values are not shown, for they
        may be personal.
    UnknownName
        There is no such field.

    Examples
    --------
    >>> from custinsights.domain import Tag
    >>> object_of(Tag, {"name": "VIP"})
    Tag(name='VIP', since=None, until=None)
    """
    what = f"the record of {_named(wanted)}"
    if not isinstance(record, Mapping):
        raise InvalidValue(f"{what} is no mapping", type(record).__name__, "fields with values")
    fields = {field.name: field for field in attrs.fields(wanted)}  # type: ignore[arg-type]  # of attrs
    for name in record:
        if name not in fields:
            raise UnknownName(f"field of {_named(wanted)}", name, tuple(fields))
    for name, field in fields.items():
        if field.default is attrs.NOTHING and name not in record:
            raise InvalidValue(f"{what} lacks {name!r}", tuple(record), "all that has no default")
    hints = _hints(wanted)  # type: ignore[arg-type]  # it can be hashed
    return wanted(
        **{
            name: _read(hints[name], value, f"the {name} in {what}")
            for name, value in record.items()
        }
    )


def _named(wanted: type) -> str:
    return f"{'an' if wanted.__name__[0] in 'AEIOU' else 'a'} {wanted.__name__}"


@cache
def _hints(wanted: type) -> Mapping[str, Any]:
    return MappingProxyType(get_type_hints(wanted))


def _is_default(field: "attrs.Attribute[Any]", value: object) -> bool:
    """Whether a field is as it is left where nothing is told of it, letter by letter."""
    return type(field.default) is type(value) and field.default == value


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    match value:
        case Money():
            return {"amount": str(value.amount), "currency": value.currency}
        case Decimal():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
        case Mapping():
            return {name: _attribute(one) for name, one in value.items()}
    return record_of(value) if attrs.has(type(value)) else value


def _attribute(value: Any) -> Any:
    """Return what a mapping holds as JSON has it; a day is told from a text."""
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _read(hint: Any, value: Any, what: str) -> Any:
    """Return what a plain value stands for where a field of some type wants it."""
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    if value is None and NoneType in options:
        return None
    kinds = tuple(one for one in options if one is not NoneType)
    if len(kinds) > 1:
        return _one_of(kinds, value, what)
    (kind,) = kinds
    if get_origin(kind) is tuple:
        _refuse_other(list | tuple, value, what, "a list")
        return tuple(_read(get_args(kind)[0], one, f"one of {what}") for one in value)
    if get_origin(kind) is Mapping:
        _refuse_other(Mapping, value, what, "a mapping")
        inner = get_args(kind)[1]
        return {name: _read(inner, one, f"one of {what}") for name, one in value.items()}
    if kind is not Money and attrs.has(kind):
        return object_of(kind, value)
    return _single(kind, value, what)


def _single(kind: Any, value: Any, what: str) -> Any:
    """Return a value that is one of its kind, out of a text where JSON has no such kind."""
    if kind is Money:
        return _money(value, what)
    if kind in (datetime, date, Decimal):
        _refuse_other(str, value, what, "a text")
        read: Any = kind if issubclass(kind, Decimal) else kind.fromisoformat
        try:
            return read(value)
        except (ValueError, InvalidOperation):
            raise InvalidValue(*_fault(value, what, f"a {kind.__name__} as a text")) from None
    return _one_of((kind,), value, what)


def _money(value: Any, what: str) -> Money:
    told = value if isinstance(value, Mapping) else {}
    amount = told.get("amount")
    if not told.keys() == _MONEY or not isinstance(amount, str):
        raise InvalidValue(*_fault(value, what, "an 'amount' as a text and a 'currency'"))
    return Money(amount, told["currency"])


def _one_of(kinds: tuple[type, ...], value: Any, what: str) -> Any:
    """Return a value as it is, if it is of a kind that JSON has; whole numbers may be floats."""
    if type(value) in kinds and not isinstance(value, date):
        return value
    if float in kinds and type(value) is int:
        return float(value)
    if date in kinds and isinstance(value, Mapping) and value.keys() == _DAY:
        return _single(date, value["date"], what)
    names = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise InvalidValue(*_fault(value, what, f"a value of {names}"))


def _refuse_other(kind: Any, value: object, what: str, allowed: str) -> None:
    if not isinstance(value, kind):
        raise InvalidValue(*_fault(value, what, allowed))


def _fault(value: object, what: str, allowed: str) -> tuple[str, str, str]:
    """What an error says: never the value, which may be personal."""
    return f"{what} is not what it should be", type(value).__name__, allowed
