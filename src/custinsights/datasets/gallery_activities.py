"""What did people do at the invented gallery beside ordering?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from custinsights.datasets.dice import Dice
from custinsights.datasets.gallery_catalogue import ORIGINALS
from custinsights.datasets.gallery_people import CLOSED, OPENED, ZONE
from custinsights.domain.activities import Activity
from custinsights.domain.money import Money
from custinsights.domain.orders import Order
from custinsights.domain.people import Customer
from custinsights.domain.products import Product

_LETTERS = [datetime(2022 + n // 4, 3 * (n % 4) + 2, 1, 9, tzinfo=ZONE) for n in range(1, 9)]
_SALES = [datetime(2022, 10, 15, 18, tzinfo=ZONE), datetime(2023, 5, 13, 18, tzinfo=ZONE)]
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_GRADES = {10: 5.0, 9: 5.0, 8: 4.0, 7: 3.0, 6: 2.0, 4: 1.0, 1: 1.0}
_STARS = {5: 6.0, 4: 4.0, 3: 2.0, 2: 1.0}


def activities_of(
    dice: Dice,
    customers: Sequence[Customer],
    products: Sequence[Product],
    orders: Sequence[Order],
) -> Iterator[Activity]:
    """Yield what everybody did, in no particular order; everything before the gallery closed."""
    doings = _Doings(dice, [str(product.id) for product in products])
    for customer in customers:
        yield from _known(doings.of_person(customer))
    originals = [product for product in products if product.department == ORIGINALS]
    bidders = [one.id for one in customers if one.is_tagged("collector") or one.is_tagged("vip")]
    yield from doings.sales(originals, bidders)
    for order in orders:
        if order.customer is not None and order.status == "paid":
            yield from _known(doings.of_order(order))


def _known(activities: Iterator[Activity]) -> Iterator[Activity]:
    return (one for one in activities if OPENED <= one.at < CLOSED)


@attrs.frozen(eq=False)
class _Doings:
    """Draws with the dice; knows what can be looked at."""

    dice: Dice
    products: Sequence[str]

    def of_person(self, customer: Customer) -> Iterator[Activity]:
        """Yield what somebody did on their own: letters, visits, wishes, likes, calls."""
        dice, who = self.dice, customer.id
        since = max(customer.created_at or OPENED, OPENED)
        if dice.chance(0.7):
            yield Activity(who, since, "subscribed", channel="storefront")
            until = CLOSED if dice.chance(0.85) else since + _DAY * dice.whole(60, 400)
            for letter in _LETTERS:
                if since < letter < until:
                    yield from self._letter(who, letter)
            yield Activity(who, until, "unsubscribed")
        for _ in range(dice.whole(0, 3)):
            at = since + (CLOSED - since) * dice.share()
            yield from self._visit(who, at, [dice.pick(self.products)], is_bought=False)
        if dice.chance(0.15):
            at = since + _DAY * dice.whole(3, 90)
            yield Activity(who, at, "social_followed", channel="instagram")
            yield Activity(who, at + _DAY, "social_liked", channel="instagram", score="0.8")
        if dice.chance(0.08):
            said = "converted" if dice.chance(0.5) else "invited"
            yield Activity(who, since + _DAY * 40, "referral", outcome=said)
        if customer.phone is not None:
            at = since + _DAY * 20
            yield Activity(who, at, "sms_sent", outcome="delivered", campaign="fair-2023")
        if customer.is_tagged("wholesale"):
            yield Activity(who, since + _DAY * 5, "call", outcome="answered")
        if customer.is_tagged("collector") and dice.chance(0.4):
            worth = Money(100 * dice.whole(3, 20), "USD")
            at = since + _DAY * 100
            yield Activity(who, at, "consignment", subject=f"estate-{who}", amount=worth)

    def of_order(self, order: Order) -> Iterator[Activity]:
        """Yield what belongs to an order: the visit before, the voice and the trouble after it."""
        dice, who, at = self.dice, order.customer, order.placed_at
        bought = [str(line.product) for line in order.lines]
        if order.channel == "direct":
            start = at - _MINUTE * dice.whole(4, 30)
            yield from self._visit(who, start, bought, is_bought=True, campaign=order.campaign)
        arrived = order.fulfilment.delivered_at
        if arrived is not None and dice.chance(0.35):
            grade = dice.weighted(_GRADES)
            yield Activity(who, arrived + _DAY * 3, "survey_response", subject="nps", score=grade)
        if arrived is not None and bought and dice.chance(0.2):
            stars, subject = dice.weighted(_STARS), dice.pick(bought)
            at = arrived + _DAY * dice.whole(1, 20)
            yield Activity(who, at, "review", subject=subject, outcome="published", score=stars)
        if order.refunds:
            yield from self._ticket(who, order)

    def sales(
        self, originals: Sequence[Product], bidders: Sequence[str | int]
    ) -> Iterator[Activity]:
        """Yield the bids of the sales: of each lot the highest wins."""
        for number, sale in enumerate(_SALES):
            for place, product in enumerate(originals[number * 8 : number * 8 + 8]):
                price = 0 if product.price is None else product.price.minor
                rivals = sorted({self.dice.pick(bidders) for _ in range(3)}, key=str)
                for step, who in enumerate(rivals, start=1):
                    yield Activity(
                        who,
                        sale + _MINUTE * (5 * place + step),
                        "bid",
                        subject=str(product.id),
                        outcome="won" if step == len(rivals) else "underbid",
                        campaign=f"sale-{sale.year}",
                        channel="auction room" if self.dice.chance(0.5) else "online",
                        amount=Money.from_minor(price * (70 + 10 * step) // 100, "USD"),
                    )

    def _letter(self, who: str | int, sent: datetime) -> Iterator[Activity]:
        dice = self.dice
        told: dict[str, Any] = {"subject": "letter", "campaign": f"letter-{sent:%Y-%m}"}
        if dice.chance(0.03):
            yield Activity(who, sent, "email_sent", outcome="bounced", **told)
            return
        yield Activity(who, sent, "email_sent", outcome="delivered", **told)
        if dice.chance(0.45):
            opened = sent + _MINUTE * dice.whole(5, 4000)
            yield Activity(who, opened, "email_opened", **told)
            if dice.chance(0.3):
                told["subject"] = dice.pick(self.products)
                yield Activity(who, opened + _MINUTE, "email_clicked", **told)

    def _visit(
        self,
        who: str | int | None,
        at: datetime,
        looked_at: Sequence[str],
        *,
        is_bought: bool,
        campaign: str | None = None,
    ) -> Iterator[Activity]:
        dice, came_by = self.dice, self.dice.pick(("search", "instagram", "newsletter", "direct"))
        at = at.replace(second=0, microsecond=0)
        yield Activity(who, at, "visit", channel=came_by, campaign=campaign)
        for subject in looked_at:
            yield Activity(who, at + _MINUTE, "product_viewed", subject=subject)
            if is_bought or dice.chance(0.3):
                yield Activity(who, at + _MINUTE * 2, "added_to_cart", subject=subject)
            elif dice.chance(0.3):
                yield Activity(who, at + _MINUTE * 2, "wishlist", subject=subject)
        if is_bought:
            yield Activity(who, at + _MINUTE * 3, "checkout_started")

    def _ticket(self, who: str | int | None, order: Order) -> Iterator[Activity]:
        at, subject = order.placed_at + _DAY * 2, f"ticket-{order.id}"
        yield Activity(who, at, "message_received", subject=subject, channel="whatsapp")
        yield Activity(who, at, "ticket_opened", subject=subject)
        answered = at + _MINUTE * self.dice.whole(20, 2500)
        yield Activity(who, answered, "ticket_replied", subject=subject)
        yield Activity(who, answered + _DAY, "ticket_resolved", subject=subject, outcome="refunded")
