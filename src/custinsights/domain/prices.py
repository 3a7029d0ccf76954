"""What does somebody pay who carries a tag? Rules for prices, and the one that decides."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
from attrs.validators import optional

from custinsights.domain.fields import (
    as_int,
    as_tuple,
    aware,
    exact_quantity,
    identity,
    instance,
    not_negative,
    refuse_naive,
    refuse_other,
    text,
    thousandths,
)
from custinsights.domain.money import Money
from custinsights.domain.people import Tag
from custinsights.domain.products import Product
from custinsights.domain.tag_changes import key_of
from custinsights.errors import Incompatible, InvalidValue

__all__ = ["PriceRule", "SpecialPrice", "price_for"]

_WHOLE = 100_000
"""A hundred percent, in thousandths of one."""

_WAYS = ("percent_off", "amount_off", "fixed_price")
_THINGS = ("product", "category", "department")


def _percent(value: Any) -> Decimal:
    return exact_quantity(value, "the percent_off of a PriceRule")


def _amount(value: Any) -> Decimal:
    return exact_quantity(value, "the at_least of a PriceRule")


def _whole(_owner: object, _field: "attrs.Attribute[Any]", value: object) -> None:
    if as_int(value) is None:
        raise InvalidValue("the priority of a PriceRule is no whole number", value, "an int")


@attrs.frozen
class PriceRule:
    """What is taken off for customers who carry a tag.

    Exactly one of `percent_off`, `amount_off` and `fixed_price` tells how much; at most one of
    `product`, `category` and `department` tells of what, and without any it is of everything.

    Parameters
    ----------
    tag : str
        Who pays less: customers who carry it, however it is spelled.
    percent_off : Decimal, optional
        Above 0 and up to 100, given as int, Decimal or text, exact to thousandths.
    amount_off : Money, optional
        Off the price of one; what costs less is free.
    fixed_price : Money, optional
        The price of one.
    product : str or int, optional
        The identity of the product.
    category, department : str, optional
        As the products have them.
    at_least : Decimal, optional
        From which quantity on.
    since, until : aware datetime, optional
        From when on, and before when; None is always.
    priority : int, default 0
        Of rules that hold, those of the highest priority decide.

    Raises
    ------
    InvalidValue, NaiveTime
        If something is not what it should be.

    Examples
    --------
    >>> print(PriceRule("wholesale", percent_off="12.5", category="Prints", at_least=10))
    wholesale: 12.5 % off in the category 'Prints' from 10 on
    """

    tag: str = attrs.field(validator=text)
    percent_off: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(_percent), kw_only=True
    )
    amount_off: Money | None = attrs.field(
        default=None, validator=optional([instance(Money), not_negative]), kw_only=True
    )
    fixed_price: Money | None = attrs.field(
        default=None, validator=optional([instance(Money), not_negative]), kw_only=True
    )
    product: str | int | None = attrs.field(
        default=None, validator=optional(identity), kw_only=True
    )
    category: str | None = attrs.field(default=None, validator=optional(text), kw_only=True)
    department: str | None = attrs.field(default=None, validator=optional(text), kw_only=True)
    at_least: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(_amount), kw_only=True
    )
    since: datetime | None = attrs.field(default=None, validator=optional(aware), kw_only=True)
    until: datetime | None = attrs.field(default=None, validator=optional(aware), kw_only=True)
    priority: int = attrs.field(default=0, validator=_whole, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if len(self._told(_WAYS)) != 1:
            what = "a PriceRule says in none or in several ways what is taken off"
            raise InvalidValue(what, self._told(_WAYS), f"one of {', '.join(_WAYS)}")
        if len(self._told(_THINGS)) > 1:
            what = "a PriceRule says in several ways of what it takes off"
            raise InvalidValue(what, self._told(_THINGS), f"at most one of {', '.join(_THINGS)}")
        if self.percent_off is not None and not 0 < self.percent_off <= 100:  # noqa: PLR2004 - all of it
            what = "the percent_off of a PriceRule is out of range"
            raise InvalidValue(what, self.percent_off, "a number above 0, up to 100")
        Tag(self.tag, self.since, self.until)  # refuses an end before the beginning

    def _told(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if getattr(self, name) is not None)

    def holds(self, product: Product | None, *, at: datetime, quantity: Decimal) -> bool:
        """Whether it holds for a product at an instant, in a quantity; None is none known."""
        if self._told(_THINGS) and not (product is not None and self._means(product)):
            return False
        is_enough = self.at_least is None or quantity >= self.at_least
        return is_enough and Tag(self.tag, self.since, self.until).holds_at(at)

    def _means(self, product: Product) -> bool:
        """Whether a rule of some things is of a product; an identity is known by its digits."""
        if self.product is not None:
            return str(self.product) == str(product.id)
        if self.category is not None:
            return self.category == product.category
        return self.department == product.department

    def applied_to(self, price: Money) -> Money:
        """Return the price of one, in whole minor units, rounded half to even, once.

        Raises
        ------
        Incompatible
            If its amount is in another currency.
        """
        if self.percent_off is not None:
            rest = _WHOLE - thousandths(self.percent_off)
            return Money.from_minor(round(Fraction(price.minor * rest, _WHOLE)), price.currency)
        told = self.fixed_price if self.amount_off is None else self.amount_off
        assert told is not None  # noqa: S101 - one of the three is told
        if told.currency != price.currency:
            what = f"the currencies of the price and of the rule for {self.tag!r}"
            advice = "Give the rule an amount in the currency of the price, or leave it out"
            raise Incompatible(what, price.currency, told.currency, advice)
        return told if self.amount_off is None else max(price - told, 0 * price)

    def __str__(self) -> str:
        if self.percent_off is not None:
            told = f"{self.percent_off} % off"
        else:
            off = self.amount_off
            told = f"{self.fixed_price}" if off is None else f"{off} off"
        things = (f" in the {name} {getattr(self, name)!r}" for name in self._told(_THINGS[1:]))
        product = "" if self.product is None else f" for the product {self.product!r}"
        enough = "" if self.at_least is None else f" from {self.at_least} on"
        return f"{self.tag}: {told}{product}{''.join(things)}{enough}"


@attrs.frozen
class SpecialPrice:
    """The price of one thing for one customer, and why.

    Parameters
    ----------
    price : Money
        What one costs the customer.
    usual : Money
        What one costs anybody else.
    rule : PriceRule or None
        What has lowered the price; None where nothing has.

    Examples
    --------
    >>> rule = PriceRule("wholesale", percent_off=20)
    >>> print(SpecialPrice(Money("36.00", "EUR"), Money("45.00", "EUR"), rule))
    EUR 36.00 instead of EUR 45.00 (wholesale: 20 % off)
    """

    price: Money
    usual: Money
    rule: PriceRule | None

    @property
    def saved(self) -> Money:
        """What the customer saves on one."""
        return self.usual - self.price

    def __str__(self) -> str:
        if self.rule is None:
            return str(self.price)
        return f"{self.price} instead of {self.usual} ({self.rule})"


def price_for(
    product: Product | Money,
    tags: Iterable[Tag | str],
    rules: Iterable[PriceRule],
    *,
    at: datetime,
    quantity: Decimal | int | str = 1,
) -> SpecialPrice:
    """Return what one of a product costs somebody who carries some tags.

    A rule holds if its tag is carried, its time has come, the product is meant and the quantity
    suffices. A rule that would not lower the price is passed over: nobody pays more for a tag. Of
    the others those of the highest priority decide, among them the one with the lowest price, and
    of equal prices the first in the list. Rules do not add up.

    Parameters
    ----------
    product
        With its price; or a price alone, for which only rules of everything hold.
    tags
        What the customer carries, such as ``book.tags_of("c7", at=now)``; a `Tag` counts where it
        holds at the instant, a text always.
    rules
        In any order; it tells only which of several rules with one price is named.
    at
        When it is bought, an aware datetime.
    quantity
        How many, above 0.

    Returns
    -------
    SpecialPrice
        The price of one, the usual one, and the rule.

    Raises
    ------
    Incompatible
        If a rule that holds has an amount in another currency than the price.
    InvalidValue
        If the product has no price, or a value is none.
    NaiveTime
        If the instant has no zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> rules = [
    ...     PriceRule("wholesale", percent_off=30, category="Prints", at_least=10),
    ...     PriceRule("wholesale", amount_off=Money("2.00", "EUR")),
    ... ]
    >>> print_a3 = Product("print-a3", category="Prints", price=Money("45.00", "EUR"))
    >>> today = datetime(2024, 3, 5, tzinfo=UTC)
    >>> [price_for(print_a3, ["Wholesale"], rules, at=today, quantity=n).price for n in (1, 10)]
    [Money('43.00', 'EUR'), Money('31.50', 'EUR')]
    """
    usual, thing = _priced(product)
    refuse_naive("the instant of a price", at)
    number = exact_quantity(quantity)
    if number <= 0:
        raise InvalidValue("the quantity of a price is not more than zero", number, "above 0")
    carried = {key_of(tag.name) for tag in map(_tag, as_tuple(tags)) if tag.holds_at(at)}
    prices = []
    for rule in as_tuple(rules):
        refuse_other(PriceRule, "one of the rules for prices", rule)
        if key_of(rule.tag) in carried and rule.holds(thing, at=at, quantity=number):
            prices.append((rule.applied_to(usual), rule))
    lower = [(price, rule) for price, rule in prices if price < usual]
    if not lower:
        return SpecialPrice(usual, usual, None)
    price, rule = min(lower, key=lambda one: (-one[1].priority, one[0]))  # of equals the first
    return SpecialPrice(price, usual, rule)


def _priced(product: object) -> tuple[Money, Product | None]:
    """Return the usual price, and the product where one is given."""
    if isinstance(product, Money):
        if product.minor < 0:
            what = "the price to be lowered is negative"
            raise InvalidValue(what, str(product), "an amount from 0 up")
        return product, None
    refuse_other(Product, "what is to be priced", product, "A Money does as well")
    assert isinstance(product, Product)  # noqa: S101 - for mypy
    if product.price is None:
        raise InvalidValue("the product to be priced has no price", None, "a Product with a price")
    return product.price, product


def _tag(tag: object) -> Tag:
    given = Tag(tag) if isinstance(tag, str) else tag
    refuse_other(Tag, "one of the tags", given)
    assert isinstance(given, Tag)  # noqa: S101 - for mypy
    return given
