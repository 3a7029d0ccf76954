"""How is a rule written in Python? Words of a catalog that compare, add up and join.

What is written prints as text, and that text is read as any other rule: nothing is checked twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias

import attrs
import numpy as np

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.nicknames import hint
from custinsights.analyses.segments.rule import Clause, Rule
from custinsights.analyses.segments.words import CatalogWords
from custinsights.domain.fields import as_int, instance
from custinsights.domain.rules.durations import Duration
from custinsights.domain.rules.lexing import MOST_DECIMALS
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.reading import read
from custinsights.domain.rules.signatures import MEASURED, NUMERIC
from custinsights.domain.rules.tree import (
    Among,
    Argument,
    Arithmetic,
    Attribute,
    Call,
    Comparison,
    Condition,
    Is,
    IsUnknown,
    Literal,
    Name,
    Value,
)
from custinsights.errors import InvalidValue, UnknownName

Number: TypeAlias = int | float | str | Decimal
"""A number as Python writes one; a text is exact, a float its shortest decimal, to 12 places."""

_DAY = timedelta(days=1)
_FINEST = Decimal(1).scaleb(-MOST_DECIMALS)
_OF_DAYS = "A rule compares local days: give the date"
_OF_RULES = (
    "an int, a Decimal, a float, a text, True or False, a date, a timedelta of whole days, or a "
    "word of custinsights.words"
)


@attrs.frozen(eq=False, repr=False)
class Word(Clause):
    """A value of a customer: a trait, an attribute, what a function finds, or a sum of these.

    Compared with ``==``, ``!=``, ``<``, ``<=``, ``>`` and ``>=`` it is a `Rule`; numbers add up
    with ``+``, ``-``, ``*`` and ``/``. One that is true or false is a condition by itself and joins
    with ``&``, ``|`` and ``~``.

    Parameters
    ----------
    value
        The tree.
    catalog
        What its names and functions mean.
    """

    value: Value
    catalog: Catalog

    def __str__(self) -> str:
        return written(self.value)

    def __repr__(self) -> str:
        return f"<{self}>"

    def as_rule(self) -> Rule:
        """Return the rule that the value is true; one that is no flag is refused."""
        return self._rule(Is(self.value))

    def is_in(self, options: Iterable[Any]) -> Rule:
        """Return the rule that the value is one of some."""
        if isinstance(options, str) or not isinstance(options, Iterable):
            raise InvalidValue("is_in looks into a list", options, 'a list, such as ["US", "CA"]')
        return self._rule(Among(self.value, tuple(self._literal(one) for one in options)))

    def is_unknown(self) -> Rule:
        """Return the rule that the value is unknown; it is never unknown itself."""
        return self._rule(IsUnknown(self.value))

    def __eq__(self, other: object) -> Rule:  # type: ignore[override]  # a rule is what it tells
        return self._compared("==", other)

    def __ne__(self, other: object) -> Rule:  # type: ignore[override]  # a rule is what it tells
        return self._compared("!=", other)

    def __lt__(self, other: object) -> Rule:
        return self._compared("<", other)

    def __le__(self, other: object) -> Rule:
        return self._compared("<=", other)

    def __gt__(self, other: object) -> Rule:
        return self._compared(">", other)

    def __ge__(self, other: object) -> Rule:
        return self._compared(">=", other)

    __hash__ = None  # type: ignore[assignment]  # == makes a rule

    def __add__(self, other: object) -> Word:
        return self._calculated("+", other)

    def __radd__(self, other: object) -> Word:
        return self._calculated("+", other, is_turned=True)

    def __sub__(self, other: object) -> Word:
        return self._calculated("-", other)

    def __rsub__(self, other: object) -> Word:
        return self._calculated("-", other, is_turned=True)

    def __mul__(self, other: object) -> Word:
        return self._calculated("*", other)

    def __rmul__(self, other: object) -> Word:
        return self._calculated("*", other, is_turned=True)

    def __truediv__(self, other: object) -> Word:
        return self._calculated("/", other)

    def __rtruediv__(self, other: object) -> Word:
        return self._calculated("/", other, is_turned=True)

    def _compared(self, sign: str, other: object) -> Rule:
        return self._rule(Comparison(self.value, sign, self._other(other)))

    def _calculated(self, sign: str, other: object, *, is_turned: bool = False) -> Word:
        sides = (self.value, self._other(other, is_number=True))
        left, right = sides[::-1] if is_turned else sides
        return _checked(Arithmetic(sign, left, right), self.catalog)

    def _other(self, other: object, *, is_number: bool = False) -> Value:
        if isinstance(other, Word):
            if other.catalog is not self.catalog:
                what = "the words are of two catalogs"
                raise InvalidValue(what, repr(other.catalog), "words of one catalog")
            return other.value
        return self._literal(other, is_number=is_number)

    def _literal(self, given: object, *, is_number: bool = False) -> Literal:
        if given is None:
            raise InvalidValue(
                f"{self} is compared with None", None, f"is_unknown(), as in ({self}).is_unknown()"
            )
        found = _argument(given)
        if isinstance(found, str) and (is_number or self._is_number):
            found = _number_of(found)
        if not isinstance(found, Decimal | str | bool):
            raise InvalidValue(f"{self} is compared with what no rule writes", given, _OF_RULES)
        return Literal(found)

    @property
    def _is_number(self) -> bool:
        words = CatalogWords(self.catalog)
        match self.value:
            case Name(name):
                return words.kind_of(name) in NUMERIC
            case Call(function):
                signature = words.function(function)
                return signature is not None and signature.gives in NUMERIC
        return isinstance(self.value, Arithmetic)

    def _rule(self, condition: Condition) -> Rule:
        return Rule(read(written(condition), CatalogWords(self.catalog)), self.catalog)


def _checked(value: Value, catalog: Catalog) -> Word:
    """Return a value as a reader of rules has it."""
    words = CatalogWords(catalog)
    signature = words.function(value.function) if isinstance(value, Call) else None
    if signature is not None and signature.gives_a_share:
        compared = read(written(Comparison(value, ">=", Literal(Decimal(0)))), words)
        assert isinstance(compared, Comparison)  # noqa: S101 - so it is written
        return Word(compared.left, catalog)
    found = read(written(IsUnknown(value)), words)
    assert isinstance(found, IsUnknown)  # noqa: S101 - so it is written
    return Word(found.value, catalog)


def _number_of(text: str) -> Decimal | str:
    """Return the number that a text writes; any other text is left to the reader to refuse."""
    plain = text.removeprefix("-")
    if plain.isascii() and plain.replace(".", "", 1).isdecimal() and plain[-1] != ".":
        return Decimal(text)
    return text


def _of_kind(given: object, kind: str | None) -> Argument:
    """Return what Python writes for a parameter as a rule writes it."""
    found = _argument(given)
    return _number_of(found) if kind in MEASURED and isinstance(found, str) else found


def _argument(given: object) -> Argument:
    """Return what Python writes as a rule writes it."""
    match given:
        case Word(Name() as name):
            return name
        case None | bool() | str():
            return given
        case Decimal() | float() | np.floating() if math.isfinite(given):
            return given if isinstance(given, Decimal) else _shortest(given)
        case Duration(text):
            return text
        case date() | timedelta() | np.datetime64() | np.timedelta64():
            return _time(given)
        case list() | tuple():
            return tuple(map(_argument, given))
    number = as_int(given)
    if number is not None:
        return Decimal(number)
    if isinstance(given, _Function):
        given.refuse()
    raise InvalidValue("no rule writes this", given, _OF_RULES)


def _shortest(given: float | np.floating[Any]) -> Decimal:
    """Return the shortest decimal that is this float, to as many decimals as a rule writes."""
    found = Decimal(str(given))
    _, _, exponent = found.as_tuple()
    return found.quantize(_FINEST) if int(exponent) < -MOST_DECIMALS else found


def _time(given: date | timedelta | np.datetime64 | np.timedelta64) -> str:
    """Return a local day, or a time of whole days; other units of numpy are not exact."""
    unit = np.datetime_data(given.dtype)[0] if isinstance(given, np.generic) else None
    match given:
        case timedelta() if given >= _DAY and not given % _DAY:
            return f"{given // _DAY}d"
        case date() if not isinstance(given, datetime):
            return given.isoformat()
        case np.datetime64() if unit == "D" and not np.isnat(given):
            return str(given)
        case np.timedelta64() if unit not in ("M", "Y", "generic"):
            days = given.astype("timedelta64[D]")
            if given == days:
                return _time(days.item())
    is_span = isinstance(given, timedelta | np.timedelta64)
    advice = 'Give whole days, or a duration such as "6m"' if is_span else _OF_DAYS
    raise InvalidValue("no rule writes this", str(given), _OF_RULES, advice)


@attrs.frozen(repr=False)
class RuleWords:
    """The words that a rule may use, as attributes: traits, functions, and ``attribute``.

    Parameters
    ----------
    catalog
        Where they are looked up.

    Notes
    -----
    Texts where a number belongs, such as ``w.total_spent > "45.00"``, are numbers; a float is its
    shortest decimal, rounded half to even where that has more than 12 places, so that ``0.1 + 0.2``
    is 0.3; a date stands for a local day, a timedelta of whole days for a duration such
    as ``"90d"``. Python binds ``&`` and ``|`` more tightly than comparisons: each comparison needs
    brackets. ``and``, ``or``, ``not`` and ``a < x < b`` are refused: Python tells nobody of them.
    ``w.in_segment`` names the segments that there always are; a rule that names one of yours is
    written as text.

    Examples
    --------
    >>> w = RuleWords()
    >>> rule = (w.order_count >= 3) & ~w.tagged("wholesale") | w.customer_country.is_in(["US"])
    >>> rule.text
    'order_count >= 3 and not tagged("wholesale") or customer_country in ["US"]'
    >>> (w.total_spent > 2 * w.average_order_value).text
    'total_spent > 2 * average_order_value'
    """

    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def __repr__(self) -> str:
        return f"<words of {self.catalog!r}>"

    def attribute(self, name: str) -> Word:
        """Return a further column of the customer table."""
        return _checked(Attribute(name), self.catalog)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            return object.__getattribute__(self, name)  # what Python itself asks for
        words = CatalogWords(self.catalog)
        if words.kind_of(name) is not None:
            return Word(Name(name), self.catalog)
        if words.function(name) is not None:
            return _Function(name, self.catalog)
        advice = hint(name, self.catalog.traits) or "All of them are listed by dir()"
        raise UnknownName("word of rules", name, words.known(), advice)

    def __dir__(self) -> list[str]:
        return sorted(CatalogWords(self.catalog).known())


@attrs.frozen(eq=False, repr=False)
class _Function:
    """A function of rules that has not been called."""

    name: str
    catalog: Catalog

    def __repr__(self) -> str:
        return f"<{CatalogWords(self.catalog).function(self.name)}>"

    def __call__(self, *arguments: Any, **options: Any) -> Word:
        signature = CatalogWords(self.catalog).function(self.name)
        assert signature is not None  # noqa: S101 - the words have seen to it
        parameters = {one.name: one.kind for one in signature.parameters}
        kinds = [*parameters.values(), *[""] * len(arguments)]
        given = tuple(map(_of_kind, arguments, kinds))
        named = tuple((name, _of_kind(one, parameters.get(name))) for name, one in options.items())
        return _checked(Call(self.name, given, named), self.catalog)

    def refuse(self, _other: object = None) -> NoReturn:
        """Refuse to stand where the value belongs that it gives when it is called."""
        told = CatalogWords(self.catalog).function(self.name)
        what, advice = "a function of rules is not called", f"Call it, as in w.{self.name}(...)"
        given = f"what it gives when it is called: {told}"
        raise InvalidValue(what, self.name, given, advice)

    __bool__ = __invert__ = is_unknown = refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = refuse
    __and__ = __rand__ = __or__ = __ror__ = is_in = refuse
    __add__ = __radd__ = __sub__ = __rsub__ = refuse
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = refuse
    __hash__ = None  # type: ignore[assignment]  # == makes a rule


words = RuleWords()
"""The words of the built-in catalog."""
