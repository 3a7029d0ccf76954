"""Money: an exact amount in one currency."""

import re
from decimal import Decimal
from functools import total_ordering
from typing import ClassVar, Self

import attrs

from custinsights.domain.currencies import minor_exponent
from custinsights.domain.fields import as_int, scaled_exactly
from custinsights.errors import Incompatible, InvalidValue

__all__ = ["Money", "minor_exponent"]

_PLAIN_AMOUNT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_MOST_DIGITS = 40
_MOST_MINOR = 2**63 - 1


@total_ordering
@attrs.frozen(init=False, repr=False, order=False, match_args=False)
class Money:
    """An exact amount in one currency, kept as a whole number of its minor units.

    Two amounts of one currency add, subtract and compare; an amount is multiplied by an int.
    Amounts of different currencies are unequal, and anything else between them is refused.
    ``sum`` works with and without a start.

    Parameters
    ----------
    amount : str, Decimal or int
        The amount in major units, with at most as many decimals as the currency has. A float is
        refused, because it is seldom the amount that it shows.
    currency : str
        A code of ISO 4217.

    Attributes
    ----------
    minor : int
        The amount in minor units, such as cents; within the range of an int64.

    Raises
    ------
    InvalidValue
        If the amount is a float, no plain number, too fine for the currency, or too large.
    UnknownName
        If there is no such currency.

    Examples
    --------
    >>> 3 * Money("45.00", "EUR") - Money(5, "EUR")
    Money('130.00', 'EUR')
    >>> Money("45.00", "EUR").minor
    4500
    """

    minor: int
    currency: str

    __match_args__: ClassVar[tuple[str, ...]] = ("amount", "currency")

    def __init__(self, amount: str | Decimal | int, currency: str) -> None:
        exponent = minor_exponent(currency)
        minor = scaled_exactly(_exact(amount, currency), exponent)
        if minor is None:
            what = f"the amount is finer than {currency} allows"
            allowed = f"at most {exponent} decimals" if exponent else "a whole number"
            raise InvalidValue(what, str(amount), allowed, "Round it before")
        self.__attrs_init__(_within_range(minor), currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Self:
        """Return the amount of so many minor units.

        Examples
        --------
        >>> Money.from_minor(4500, "EUR"), Money.from_minor(4500, "JPY")
        (Money('45.00', 'EUR'), Money('4500', 'JPY'))
        """
        number = minor if type(minor) is int else as_int(minor)
        if number is None:
            what = "minor units are counted in whole numbers"
            raise InvalidValue(what, minor, "an int", "Use Money(amount, currency) for major units")
        minor_exponent(currency)
        return cls._of(number, currency)

    @classmethod
    def _of(cls, minor: int, currency: str) -> Self:
        money = cls.__new__(cls)
        money.__attrs_init__(_within_range(minor), currency)
        return money

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with the decimals of the currency."""
        return Decimal(f"{self.minor}E-{minor_exponent(self.currency)}")

    def __repr__(self) -> str:
        return f"Money({str(self.amount)!r}, {self.currency!r})"

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor < self._alike(other).minor

    def __add__(self, other: object) -> Self:
        if not isinstance(other, Money):
            return NotImplemented
        return self._of(self.minor + self._alike(other).minor, self.currency)

    def __radd__(self, other: object) -> Self:
        """Let ``sum`` begin with its plain 0."""
        if isinstance(other, int) and other == 0:
            return self
        return NotImplemented

    def __sub__(self, other: object) -> Self:
        if not isinstance(other, Money):
            return NotImplemented
        return self._of(self.minor - self._alike(other).minor, self.currency)

    def __mul__(self, times: object) -> Self:
        number = as_int(times)
        if number is None:
            return NotImplemented
        return self._of(self.minor * number, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Self:
        return self._of(-self.minor, self.currency)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return self._of(abs(self.minor), self.currency)

    def _alike(self, other: "Money") -> "Money":
        """Return the other if it is in the same currency."""
        if self.currency != other.currency:
            advice = "Convert one of them first, at a rate that you choose"
            raise Incompatible(
                "the currencies of two amounts", self.currency, other.currency, advice
            )
        return other


def _exact(amount: object, currency: str) -> Decimal:
    """Return the number that the text, Decimal or int says."""
    if isinstance(amount, float):
        what = "the amount of a Money cannot be a float, which is seldom the amount that it shows"
        advice = f"Write Money({str(amount)!r}, {currency!r})"
        raise InvalidValue(what, amount, "a text, a Decimal or an int", advice)
    number = amount if isinstance(amount, str | Decimal) else as_int(amount)
    if number is None:
        what = "the amount of a Money is no number"
        raise InvalidValue(what, amount, "a text, a Decimal or an int")
    if isinstance(amount, str) and not _PLAIN_AMOUNT.fullmatch(amount):
        what = "the amount of a Money is no plain number"
        advice = "Leave out signs of currency, blanks and thousands separators"
        raise InvalidValue(what, amount, "digits with a point, such as '1234.50'", advice)
    exact = Decimal(number)
    if not exact.is_finite() or (exact and exact.adjusted() > _MOST_DIGITS):
        raise InvalidValue("the amount of a Money is too large", str(amount), _RANGE)
    return exact


_RANGE = "what an int64 of minor units holds, about 9 · 10^18"


def _within_range(minor: int) -> int:
    if abs(minor) > _MOST_MINOR:
        raise InvalidValue("the amount of a Money is too large", f"{minor:,} minor units", _RANGE)
    return minor
