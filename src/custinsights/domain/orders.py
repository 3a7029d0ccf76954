"""What was ordered, paid and given back."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property, partial
from typing import Final

import attrs
from attrs.validators import optional

from custinsights.domain.contacts import hidden_if_contact, shown_id
from custinsights.domain.fields import (
    as_tuple,
    aware,
    exact_quantity,
    flag,
    from_thousandths,
    identity,
    instance,
    members,
    named,
    not_negative,
    text,
    thousandths,
)
from custinsights.domain.frozen import Frozen, frozen
from custinsights.domain.money import Money
from custinsights.domain.people import Address
from custinsights.domain.statuses import ORDER_STATUSES, Fulfilment
from custinsights.errors import Incompatible, InvalidValue

__all__ = ["NO_LABELS", "Order", "OrderLine", "Refund"]

_CHARGE = optional([instance(Money), not_negative])


@attrs.frozen
class OrderLine:
    """So much of one product at one price.

    Parameters
    ----------
    product : str or int
        The identity of the product.
    quantity : Decimal
        More than zero, given as int, Decimal or text, exact to thousandths. What came back is a
        `Refund`.
    unit_price : Money
        The price of one, before the discount; not negative.
    discount : Money, optional
        What was taken off this line as a whole, at most its price.

    Raises
    ------
    InvalidValue
        If something is not what it should be.
    Incompatible
        If price and discount are in different currencies.

    Examples
    --------
    >>> line = OrderLine("cloth", "1.5", Money("3.33", "EUR"), discount=Money("0.50", "EUR"))
    >>> line.revenue, line.goods
    (Money('4.50', 'EUR'), Money('5.00', 'EUR'))
    """

    product: str | int = attrs.field(validator=identity)
    quantity: Decimal = attrs.field(converter=exact_quantity)
    unit_price: Money = attrs.field(validator=[instance(Money), not_negative])
    discount: Money | None = attrs.field(
        default=None, validator=optional([instance(Money), not_negative]), kw_only=True
    )

    @quantity.validator
    def _is_more_than_zero(self, _field: object, quantity: Decimal) -> None:
        if quantity <= 0:
            what = "the quantity of an OrderLine is not more than zero"
            advice = "Record what came back as a Refund"
            raise InvalidValue(what, quantity, "a number above 0", advice)

    def __attrs_post_init__(self) -> None:
        if self.discount is not None:
            _refuse_other_currency("a line's price and discount", self.unit_price, self.discount)
            if self.revenue.minor < 0:
                what = "the discount of an OrderLine is larger than its price"
                allowed = f"at most the {self.quantity} × {self.unit_price} of the line"
                raise InvalidValue(what, str(self.discount), allowed)

    @property
    def currency(self) -> str:
        """The currency of the line."""
        return self.unit_price.currency

    @cached_property
    def revenue(self) -> Money:
        """Quantity × unit price − discount, rounded half to even, once."""
        off = 0 if self.discount is None else self.discount.minor
        exact = thousandths(self.quantity) * self.unit_price.minor - 1000 * off
        return Money.from_minor(_rounded(exact), self.currency)

    @property
    def goods(self) -> Money:
        """What the line would cost without its discount: revenue + discount."""
        return self.revenue if self.discount is None else self.revenue + self.discount


@attrs.frozen
class Refund:
    """Money that was given back.

    Parameters
    ----------
    amount : Money
        How much, more than zero.
    refunded_at : aware datetime, optional
        When. Without it, the refund takes the order's ``cancelled_at``, else its ``placed_at``.
    order, customer : str or int, optional
        The order and the customer whom it names; inside an `Order` they may be left out. A
        refund may name no order.
    product : str or int, optional
        The product that came back.

    Raises
    ------
    InvalidValue
        If something is not what it should be.
    NaiveTime
        If the time has no zone.
    """

    amount: Money = attrs.field(validator=instance(Money))
    refunded_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    order: str | int | None = attrs.field(
        default=None, validator=optional(identity), repr=shown_id, kw_only=True
    )
    customer: str | int | None = attrs.field(
        default=None, validator=optional(identity), repr=shown_id, kw_only=True
    )
    product: str | int | None = attrs.field(
        default=None, validator=optional(identity), kw_only=True
    )

    @amount.validator
    def _is_more_than_zero(self, _field: object, amount: Money) -> None:
        if amount.minor <= 0:
            what = "the amount of a Refund is not more than zero"
            raise InvalidValue(what, str(amount), "what was given back, as a positive amount")


def _labels(order: "Order", _field: object, given: Mapping[str, str]) -> None:
    if not given:
        return
    for name, label in given.items():
        if not isinstance(name, str) or not name.strip() or name in NO_LABELS:
            what = f"a label of order {shown_id(order.id)} has no name of its own"
            raise InvalidValue(what, name, "a name that no field of an order has")
        if not isinstance(label, str) or not label.strip():
            what = f"the label {name!r} of order {shown_id(order.id)} says nothing"
            allowed = "a text with at least one visible character"
            raise InvalidValue(what, type(label).__name__, allowed, "Leave it away")


@attrs.frozen(kw_only=True)
class Order:
    """A purchase: who ordered what, when, for how much, and what became of it.

    The amount is what was paid to the shop, before refunds: goods − discounts + shipping + tax +
    tip. Where both lines and a total are given, they must agree; the total may also hold the tax
    inside the prices, as is usual with value-added tax.

    Parameters
    ----------
    id : str or int
        The identity of the order in its source.
    customer : str or int or None
        The identity of the customer; None for a guest whom nobody can tell.
    placed_at : aware datetime
        When it was placed.
    lines : tuple of OrderLine
        What was ordered; may be left out where ``total`` is given.
    total : Money, optional
        What was paid to the shop, not negative; without it, it is worked out from the lines.
    total_as_told : bool, default False
        True lets the total stand as its source told it although the lines and charges do not make
        it: exports round, leave lines out and take things off that they do not name.
    discount : Money, optional
        What was taken off the order as a whole, besides the discounts of its lines.
    shipping, tax, tip : Money, optional
        What was added to the goods. Tax that a marketplace collects and remits is not the shop's.
    refunds : tuple of Refund
        What was given back.
    status : {"paid", "pending", "failed", "voided", "cancelled"}
        How the payment stands; an order that was paid and refunded stays ``"paid"``.
    fulfilment : Fulfilment
        How far it has got on its way.
    cancelled_at : aware datetime, optional
        When it was cancelled. Beside a paid status it excludes nothing: the refunds decide.
    channel, source : str, optional
        Where the customer ordered, and the system from which the order comes.
    payment_method, campaign, coupon : str, optional
        How it was paid, and what led to it.
    shipping_address, billing_address : Address, optional
        Where the goods and the bill went.
    labels : mapping of str to str
        What else the source tells, by its name: ``utm_source``, ``attribution``. Never shown by
        ``repr``.

    Raises
    ------
    InvalidValue
        If something is not what it should be, or the amounts do not agree and nothing says that
        the total stands as told.
    NaiveTime
        If a time has no zone.
    Incompatible
        If the amounts are in several currencies.
    UnknownName
        If there is no such status.

    Examples
    --------
    >>> from datetime import UTC
    >>> prints = OrderLine("print-a3", 2, Money("45.00", "EUR"))
    >>> noon = datetime(2024, 3, 5, 12, tzinfo=UTC)
    >>> paid = {"discount": Money(9, "EUR"), "shipping": Money("4.90", "EUR")}
    >>> Order(id="1001", customer="c7", placed_at=noon, lines=[prints], **paid).amount
    Money('85.90', 'EUR')
    """

    id: str | int = attrs.field(validator=identity, repr=shown_id)
    customer: str | int | None = attrs.field(validator=optional(identity), repr=shown_id)
    placed_at: datetime = attrs.field(validator=aware)
    lines: tuple[OrderLine, ...] = attrs.field(
        default=(), converter=as_tuple, validator=members(instance(OrderLine))
    )
    total: Money | None = attrs.field(default=None, validator=_CHARGE)
    total_as_told: bool = attrs.field(default=False, validator=flag)
    discount: Money | None = attrs.field(default=None, validator=_CHARGE)
    shipping: Money | None = attrs.field(default=None, validator=_CHARGE)
    tax: Money | None = attrs.field(default=None, validator=_CHARGE)
    tip: Money | None = attrs.field(default=None, validator=_CHARGE)
    refunds: tuple[Refund, ...] = attrs.field(
        default=(), converter=as_tuple, validator=members(instance(Refund))
    )
    status: str = attrs.field(default="paid", validator=named("order status", ORDER_STATUSES))
    fulfilment: Fulfilment = attrs.field(factory=Fulfilment, validator=instance(Fulfilment))
    cancelled_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    channel: str | None = attrs.field(default=None, validator=optional(text))
    source: str | None = attrs.field(default=None, validator=optional(text))
    payment_method: str | None = attrs.field(default=None, validator=optional(text))
    campaign: str | None = attrs.field(default=None, validator=optional(text))
    coupon: str | None = attrs.field(default=None, validator=optional(text))
    shipping_address: Address | None = attrs.field(
        default=None, validator=optional(instance(Address))
    )
    billing_address: Address | None = attrs.field(
        default=None, validator=optional(instance(Address))
    )
    labels: Mapping[str, str] = attrs.field(
        default=Frozen[str, str](), converter=frozen, validator=_labels, repr=False, hash=False
    )

    def __attrs_post_init__(self) -> None:
        if not self.lines and self.total is None:
            what = f"the order {shown_id(self.id)} has neither lines nor a total"
            raise InvalidValue(what, None, "lines, a total, or both")
        first, *others = self._amounts()
        for other in others:
            _refuse_other_currency(f"the amounts of order {shown_id(self.id)}", first, other)
        if self.total_as_told and self.total is None:
            what = f"the total of order {shown_id(self.id)} stands as told, and none is told"
            raise InvalidValue(what, None, "a total")
        if self.lines and not self.total_as_told:
            self._refuse_disagreement()
        for refund in self.refunds:
            self._refuse_foreign(refund)

    def _amounts(self) -> Iterator[Money]:
        yield from (line.unit_price for line in self.lines)
        charges = (self.total, self.discount, self.shipping, self.tax, self.tip)
        yield from (charge for charge in charges if charge is not None)
        yield from (refund.amount for refund in self.refunds)

    def _worked_out(self) -> int:
        """The amount that the lines and charges make, in minor units."""
        charges = (self.shipping, self.tax, self.tip)
        added = sum(charge.minor for charge in charges if charge is not None)
        goods = sum(line.revenue.minor for line in self.lines)
        return goods + added - (0 if self.discount is None else self.discount.minor)

    def _refuse_disagreement(self) -> None:
        worked_out = self._worked_out()
        name, made = shown_id(self.id), partial(Money.from_minor, currency=self.currency)
        if worked_out < 0:
            what = f"the discount of order {name} is larger than what it is taken off"
            allowed = f"at most {made(worked_out) + (self.discount or self._zero)}"
            raise InvalidValue(what, str(self.discount), allowed)
        with_tax_inside = worked_out - (0 if self.tax is None else self.tax.minor)
        if self.total is not None and self.total.minor not in (worked_out, with_tax_inside):
            what = f"the total of order {name} does not agree with its lines"
            allowed = f"{made(worked_out)}, which is goods − discounts + shipping + tax + tip"
            if self.tax:
                allowed += f", or {made(with_tax_inside)}, with the tax inside the prices"
            raise InvalidValue(what, str(self.total), allowed)

    def _refuse_foreign(self, refund: Refund) -> None:
        names = (("order", refund.order, self.id), ("customer", refund.customer, self.customer))
        for what, its, ours in names:
            if its is not None and its != ours:
                said = f"a refund inside order {shown_id(self.id)} names another {what}"
                raise InvalidValue(said, hidden_if_contact(its), f"the same {what}, or None")

    @property
    def _zero(self) -> Money:
        return Money.from_minor(0, self.currency)

    @property
    def currency(self) -> str:
        """The one currency of all its amounts."""
        first = self.lines[0].unit_price if self.lines else next(self._amounts())
        return first.currency

    @property
    def amount(self) -> Money:
        """What was paid to the shop, before refunds: the total, else what the lines make."""
        if self.total is not None:
            return self.total
        return Money.from_minor(self._worked_out(), self.currency)

    @property
    def goods(self) -> Money | None:
        """What the lines cost before any discount; None without lines."""
        if not self.lines:
            return None
        return sum((line.goods for line in self.lines), start=self._zero)

    @property
    def discounts(self) -> Money | None:
        """What was taken off, by line and as a whole; None where nothing says so."""
        each = [*(line.discount for line in self.lines), self.discount]
        off = [discount for discount in each if discount is not None]
        return sum(off, start=self._zero) if off or self.lines else None

    @property
    def units(self) -> Decimal | None:
        """How much was ordered; None without lines."""
        if not self.lines:
            return None
        return from_thousandths(sum(thousandths(line.quantity) for line in self.lines))

    @property
    def refunded(self) -> Money:
        """What was given back so far."""
        return sum((refund.amount for refund in self.refunds), start=self._zero)

    def refund_instant(self, refund: Refund) -> datetime:
        """Return when a refund of this order happened, also if it is undated."""
        return refund.refunded_at or self.cancelled_at or self.placed_at

    @property
    def address(self) -> Address | None:
        """Where the order belongs: the shipping address, else the billing address."""
        return self.shipping_address or self.billing_address


NO_LABELS: Final = frozenset(one.name for one in attrs.fields(Order)) | {
    "country",
    "region",
    "city",
}
"""What no label of an order is named."""


def _rounded(thousandths_of_minor: int) -> int:
    """Return whole minor units, half to even."""
    whole, rest = divmod(thousandths_of_minor, 1000)
    return whole + (rest > 500 or (rest == 500 and whole % 2 == 1))  # noqa: PLR2004 - half of 1000


def _refuse_other_currency(what: str, left: Money, right: Money) -> None:
    if left.currency != right.currency:
        advice = "Convert one of them first, at a rate that you choose"
        raise Incompatible(f"the currencies of {what}", left.currency, right.currency, advice)
