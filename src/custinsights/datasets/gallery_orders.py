"""What was ordered at the invented gallery?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import attrs

from custinsights.datasets.dice import Dice
from custinsights.datasets.gallery_catalogue import (
    CURRENCY,
    DOWNLOADS,
    FRAMING,
    ORIGINALS,
    PRINTS,
    STATIONERY,
)
from custinsights.datasets.gallery_people import CLOSED, Visitor
from custinsights.domain.money import Money
from custinsights.domain.orders import Order, OrderLine
from custinsights.domain.people import Address
from custinsights.domain.products import Product
from custinsights.domain.statuses import Fulfilment

_VISITS = {"once": (1, 1), "twice": (2, 2), "often": (3, 9), "collector": (3, 7)}
_WHOLESALE_VISITS = (14, 18)
_MEAN_DAYS_BETWEEN = {"twice": 80.0, "often": 45.0, "collector": 70.0, "wholesale": 38.0}
_CHANNELS = {"direct": 55.0, "etsy": 24.0, "fair": 11.0, "gumroad": 10.0}
_OFFERED = {
    "direct": {PRINTS: 62.0, STATIONERY: 22.0, FRAMING: 9.0, ORIGINALS: 7.0},
    "etsy": {PRINTS: 70.0, STATIONERY: 30.0},
    "fair": {STATIONERY: 55.0, PRINTS: 40.0, ORIGINALS: 5.0},
    "gumroad": {DOWNLOADS: 100.0},
    "manual": {ORIGINALS: 65.0, PRINTS: 35.0},
}
_PAID_BY = {
    "direct": {"card": 7.0, "paypal": 3.0},
    "etsy": {"etsy payments": 1.0},
    "fair": {"cash": 5.0, "card": 4.0},
    "gumroad": {"card": 1.0},
    "manual": {"bank transfer": 1.0},
}
_HOURS = {9: 2.0, 10: 3.0, 12: 4.0, 14: 3.0, 17: 4.0, 19: 6.0, 20: 7.0, 21: 6.0, 23: 2.0}
_FAIR_HOURS = {11: 2.0, 13: 4.0, 15: 4.0, 16: 3.0}
_SATURDAY = 5
_FREE_SHIPPING_FROM = Money("150.00", CURRENCY)
_SALES_TAX_OF_10_000 = 8_875
_NOTHING = Money("0.00", CURRENCY)


@attrs.define(eq=False)
class Till:
    """Rings up orders: draws with the dice, knows the products, and which originals are left."""

    dice: Dice
    products: tuple[Product, ...]
    originals: tuple[Product, ...] = ()

    @classmethod
    def opened(cls, dice: Dice, products: tuple[Product, ...]) -> Till:
        """Return a till on the first day, with every original for sale."""
        return cls(dice, products, tuple(p for p in products if p.department == ORIGINALS))

    def orders_of(self, visitor: Visitor) -> Iterator[Order]:
        """Yield all orders of a visitor in time order; the ids are still those of the visitor."""
        low, high = _VISITS.get(visitor.habit, _WHOLESALE_VISITS)
        moment = visitor.first_visit
        for number in range(self.dice.whole(low, high)):
            channel = self._channel(visitor)
            placed_at = self._hour(moment, channel)
            if placed_at >= CLOSED:
                return
            yield self._order(visitor, number, channel, placed_at)
            moment += timedelta(days=self.dice.waiting(_MEAN_DAYS_BETWEEN.get(visitor.habit, 1.0)))

    def _channel(self, visitor: Visitor) -> str:
        if visitor.habit == "wholesale" or (
            visitor.habit == "collector" and self.dice.chance(0.35)
        ):
            return "manual"
        return self.dice.weighted(_CHANNELS)

    def _hour(self, moment: datetime, channel: str) -> datetime:
        """Return the minute of the visit in New York; fairs are on Saturdays."""
        if channel == "fair":
            moment += timedelta(days=(_SATURDAY - moment.weekday()) % 7)
        hour = self.dice.weighted(_FAIR_HOURS if channel == "fair" else _HOURS)
        return moment.replace(hour=hour, minute=self.dice.whole(0, 59), second=0, microsecond=0)

    def _order(self, visitor: Visitor, number: int, channel: str, placed_at: datetime) -> Order:
        lines = tuple(self._lines(visitor, channel))
        goods = sum((line.revenue for line in lines), start=_NOTHING)
        coupon, discount = self._coupon(visitor, number, channel, placed_at, goods)
        address = visitor.customer.address or Address()
        sent = channel in {"direct", "etsy", "manual"}
        taxed = channel in {"direct", "fair"} and (channel == "fair" or address.region == "NY")
        after = goods - discount
        tax = _share(after, _SALES_TAX_OF_10_000) if taxed else _NOTHING
        return Order(
            id=f"{visitor.customer.id}-{number}",
            customer=visitor.customer.id,
            placed_at=placed_at,
            lines=lines,
            discount=discount if discount.minor else None,
            shipping=self._shipping(address, after, channel) if sent else None,
            tax=tax if tax.minor else None,
            tip=Money("5.00", CURRENCY) if channel == "fair" and self.dice.chance(0.15) else None,
            channel=channel,
            source="gallery" if channel in {"direct", "fair", "manual"} else channel,
            payment_method=self.dice.weighted(_PAID_BY[channel]),
            campaign="holiday cards" if coupon == "HOLIDAY15" else None,
            coupon=coupon,
            shipping_address=address if sent else None,
            billing_address=Address(country=address.country) if channel == "gumroad" else None,
            fulfilment=self._fulfilment(placed_at) if sent else Fulfilment(status="fulfilled"),
        )

    def _lines(self, visitor: Visitor, channel: str) -> Iterator[OrderLine]:
        wholesale = visitor.habit == "wholesale"
        offered: Mapping[str, float] = _OFFERED[channel]
        if wholesale:
            offered = {STATIONERY: 6.0, PRINTS: 4.0}
        chosen: set[str | int] = set()
        for _ in range(self.dice.whole(2, 4) if wholesale else self.dice.whole(1, 2)):
            department = self.dice.weighted(offered)
            product = self._choose(department)
            if product.id in chosen:
                continue
            chosen.add(product.id)
            price = product.price or _NOTHING
            quantity = self._quantity(department, wholesale=wholesale)
            half = Money.from_minor(price.minor * int(quantity) // 2, CURRENCY)
            yield OrderLine(product.id, quantity, price, discount=half if wholesale else None)

    def _choose(self, department: str) -> Product:
        """Return a product of a department; an original only once, afterwards a print."""
        if department == ORIGINALS and self.originals:
            original = self.dice.pick(self.originals)
            self.originals = tuple(other for other in self.originals if other is not original)
            return original
        sold = PRINTS if department == ORIGINALS else department
        return self.dice.pick([p for p in self.products if p.department == sold])

    def _quantity(self, department: str, *, wholesale: bool) -> Decimal:
        if wholesale:
            return Decimal(self.dice.whole(5, 20))
        if department == FRAMING:
            return Decimal(self.dice.whole(600, 3200)) / 1000
        if department == STATIONERY:
            return Decimal(self.dice.whole(1, 4))
        return Decimal(1)

    def _coupon(
        self, visitor: Visitor, number: int, channel: str, placed_at: datetime, goods: Money
    ) -> tuple[str | None, Money]:
        """Return the coupon of an order in the shop's own store, and what it takes off."""
        if channel != "direct":
            return None, _NOTHING
        if (placed_at.month, placed_at.day) >= (11, 20) and self.dice.chance(0.5):
            return "HOLIDAY15", _share(goods, 15_000)
        if number == 0 and self.dice.chance(0.35):
            return "WELCOME10", _share(goods, 10_000)
        if visitor.customer.is_tagged("vip", placed_at):
            return "FRIENDS20", _share(goods, 20_000)
        return None, _NOTHING

    def _shipping(self, address: Address, goods: Money, channel: str) -> Money:
        if channel == "manual" or (address.country == "US" and goods >= _FREE_SHIPPING_FROM):
            return _NOTHING
        return Money("6.50" if address.country == "US" else "18.00", CURRENCY)

    def _fulfilment(self, placed_at: datetime) -> Fulfilment:
        shipped_at = (placed_at + timedelta(days=self.dice.whole(1, 4))).replace(hour=11)
        delivered_at = (shipped_at + timedelta(days=self.dice.whole(2, 9))).replace(hour=14)
        if shipped_at >= CLOSED:
            return Fulfilment()
        arrived = delivered_at if delivered_at < CLOSED else None
        return Fulfilment(shipped_at=shipped_at, delivered_at=arrived)


def _share(money: Money, thousandths_of_percent: int) -> Money:
    """Return a share of an amount, in thousandths of a percent, rounded half up."""
    return Money.from_minor((money.minor * thousandths_of_percent + 50_000) // 100_000, CURRENCY)
