"""What would it be to order the same again? A draft of an earlier basket, at today's prices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final

import attrs

from custinsights.domain.fields import named
from custinsights.domain.money import Money
from custinsights.domain.orders import Order, OrderLine
from custinsights.domain.products import UNIQUE_WORDS, Product, is_unique

__all__ = ["AVAILABILITIES", "Draft", "DraftLine", "reorder"]

AVAILABILITIES: Final = ("available", "untold", "too_few", "sold_out", "owned", "gone")
"""Whether a product can be had again: enough is in stock; the stock is not told; there is less;
there is none; it was the only one and they have it; the shop does not sell it any more."""


@attrs.frozen
class DraftLine:
    """One product of an earlier basket, as it could be ordered today.

    Parameters
    ----------
    id : str
        The identity of the product.
    quantity : Decimal
        How much was ordered then.
    paid : Money
        The price of one then, before discounts.
    availability : str
        One of `AVAILABILITIES`.
    product : Product, optional
        The product; None where it is gone.
    """

    id: str
    quantity: Decimal
    paid: Money
    availability: str = attrs.field(validator=named("availability", AVAILABILITIES))
    product: Product | None = None

    @property
    def price(self) -> Money | None:
        """The price of one today; None where it is gone, or has none."""
        return None if self.product is None else self.product.price

    @property
    def obtainable(self) -> Decimal:
        """How much of what was ordered then can be ordered today."""
        if self.availability in ("available", "untold"):
            return self.quantity
        if self.availability == "too_few" and self.product is not None:
            return self.product.stock or Decimal(0)
        return Decimal(0)


@attrs.frozen
class Draft:
    """An earlier basket as it could be ordered today."""

    order: str
    lines: tuple[DraftLine, ...]

    @property
    def is_complete(self) -> bool:
        """Whether all that was ordered then can be ordered today."""
        return all(line.obtainable == line.quantity for line in self.lines)

    @property
    def order_lines(self) -> tuple[OrderLine, ...]:
        """The lines of a new order: what can be had and has a price, at today's prices."""
        return tuple(
            OrderLine(line.id, line.obtainable, line.price)
            for line in self.lines
            if line.obtainable > 0 and line.price is not None
        )

    @property
    def total(self) -> Money | None:
        """What `order_lines` come to; None where there are none."""
        revenues = [line.revenue for line in self.order_lines]
        return sum(revenues[1:], start=revenues[0]) if revenues else None


def reorder(
    order: Order, products: Mapping[str, Product], *, unique: Collection[str] = UNIQUE_WORDS
) -> Draft:
    """Return the basket of an order as it could be ordered today.

    Lines of one product are one. What is the only one of its kind (one of its keywords, its
    category or its department is among `unique`) cannot be had again by who has it, unless it was
    given back.

    Parameters
    ----------
    order
        The earlier order.
    products
        Today's products by id, as text.
    unique
        The words, without case, by which unique works are known.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> euro = lambda text: Money(text, "EUR")
    >>> noon = datetime(2024, 3, 5, 12, tzinfo=UTC)
    >>> lines = [OrderLine("a3", 2, euro("45")), OrderLine("a4", 1, euro("20"))]
    >>> then = Order(id="1", customer="c7", placed_at=noon, lines=lines)
    >>> draft = reorder(then, {"a3": Product("a3", price=euro("48"), stock=1)})
    >>> [(line.id, line.availability) for line in draft.lines], draft.total
    ([('a3', 'too_few'), ('a4', 'gone')], Money('48.00', 'EUR'))
    """
    returned = {str(refund.product) for refund in order.refunds if refund.product is not None}
    baskets: dict[str, list[OrderLine]] = {}
    for line in order.lines:
        baskets.setdefault(str(line.product), []).append(line)
    lines = []
    for name, held in baskets.items():
        quantity = sum((line.quantity for line in held), start=Decimal(0))
        product = products.get(name)
        is_kept = name not in returned
        found = _availability(product, quantity, is_owned=is_kept and _is_one(product, unique))
        lines.append(DraftLine(name, quantity, held[0].unit_price, found, product))
    return Draft(str(order.id), tuple(lines))


def _is_one(product: Product | None, unique: Collection[str]) -> bool:
    if product is None:
        return False
    return is_unique((*product.keywords, product.category, product.department), unique)


def _availability(product: Product | None, quantity: Decimal, *, is_owned: bool) -> str:
    if product is None:
        return "gone"
    if is_owned:
        return "owned"
    if product.stock is None:
        return "untold"
    if product.stock >= quantity:
        return "available"
    return "too_few" if product.stock > 0 else "sold_out"
