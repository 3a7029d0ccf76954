"""What became of the orders of the invented gallery, and what happens there only now and then?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import attrs

from custinsights.datasets.gallery_catalogue import CURRENCY
from custinsights.datasets.gallery_people import CLOSED, ZONE
from custinsights.domain.money import Money
from custinsights.domain.orders import Order, OrderLine, Refund
from custinsights.domain.people import Customer
from custinsights.domain.statuses import Fulfilment

_EVERY = 47
_PRINT = "print-tide-table-medium"
_PRICE = Money("52.00", CURRENCY)


def with_fates(orders: Iterable[Order]) -> Iterator[Order]:
    """Yield the orders, some of them paid back, cancelled, declined or not paid yet."""
    for place, order in enumerate(orders):
        befall = _FATES.get(place % _EVERY)
        if befall is None or not order.amount.minor:
            yield order
        else:
            yield from befall(order)


def curiosities(customers: tuple[Customer, ...]) -> Iterator[Order]:
    """Yield a free replacement, orders on the days of clock changes, two at once, and guests."""
    first, second, third = (customer.id for customer in customers[:3])
    moments = {
        "free": (third, _in_new_york(2022, 9, 8, 10, 5), Money("0.00", CURRENCY)),
        "first half past one": (first, _in_new_york(2022, 11, 6, 1, 30), _PRICE),
        "second half past one": (second, _in_new_york(2022, 11, 6, 1, 30, fold=1), _PRICE),
        "after the gap": (first, _in_new_york(2023, 3, 12, 3, 5), _PRICE),
        "same minute": (second, _in_new_york(2023, 5, 20, 20, 15), _PRICE),
        "same minute too": (second, _in_new_york(2023, 5, 20, 20, 15), _PRICE),
        "guest": (None, _in_new_york(2023, 6, 17, 15, 40), _PRICE),
        "other guest": (None, _in_new_york(2023, 12, 2, 12, 10), _PRICE),
    }
    for name, (customer, placed_at, price) in moments.items():
        yield Order(
            id=name,
            customer=customer,
            placed_at=placed_at,
            lines=[OrderLine(_PRINT, 1, price)],
            channel="fair" if customer is None else "direct",
            source="gallery",
            payment_method="cash" if customer is None else "card",
        )


def loose_refunds(customers: tuple[Customer, ...]) -> tuple[Refund, ...]:
    """Return refunds that name no order: two of buyers, one of who bought before the records."""
    fourth, fifth, last = customers[3].id, customers[4].id, customers[-1].id
    cash = Money("18.00", CURRENCY)
    return (
        Refund(cash, _in_new_york(2023, 1, 14, 16, 0), customer=fourth, product="cards-botanical"),
        Refund(cash, _in_new_york(2023, 7, 3, 11, 20), customer=fifth),
        Refund(Money("36.00", CURRENCY), _in_new_york(2022, 4, 9, 13, 45), customer=last),
    )


def _part_came_back(order: Order) -> Iterator[Order]:
    line = order.lines[0]
    yield _back(order, line.revenue, 12, line.product) if line.revenue.minor else order


def _all_came_back(order: Order) -> Iterator[Order]:
    yield _back(order, order.amount, 75)


def _more_than_all_came_back(order: Order) -> Iterator[Order]:
    yield _back(_back(order, order.amount, 3), Money("5.00", CURRENCY), 9)


def _paid_and_cancelled(order: Order) -> Iterator[Order]:
    """Yield a paid order with a full refund that bears no date: it takes the cancellation's."""
    unsent = attrs.evolve(order, cancelled_at=order.placed_at, fulfilment=Fulfilment())
    yield _back(unsent, order.amount, None)


def _declined_at_first(order: Order) -> Iterator[Order]:
    before = order.placed_at - timedelta(minutes=3)
    yield _unpaid(attrs.evolve(order, id=f"{order.id}-declined", placed_at=before), "failed")
    yield order


def _pending(order: Order) -> Iterator[Order]:
    yield _unpaid(order, "pending")


def _voided(order: Order) -> Iterator[Order]:
    yield _unpaid(order, "voided")


def _cancelled(order: Order) -> Iterator[Order]:
    yield attrs.evolve(_unpaid(order, "cancelled"), cancelled_at=order.placed_at)


_FATES: Mapping[int, Callable[[Order], Iterator[Order]]] = {
    5: _part_came_back,
    13: _all_came_back,
    21: _paid_and_cancelled,
    28: _part_came_back,
    30: _more_than_all_came_back,
    34: _pending,
    41: _voided,
    44: _declined_at_first,
    46: _cancelled,
}


def _unpaid(order: Order, status: str) -> Order:
    return attrs.evolve(order, status=status, fulfilment=Fulfilment())


def _back(order: Order, amount: Money, days: int | None, product: str | int | None = None) -> Order:
    """Return an order with one refund more, undated where `days` is None."""
    latest = CLOSED - timedelta(hours=9)
    when = None if days is None else min(order.placed_at + timedelta(days=days), latest)
    refund = Refund(amount, when, product=product)
    return attrs.evolve(order, refunds=(*order.refunds, refund))


def _in_new_york(
    year: int, month: int, day: int, hour: int, minute: int, *, fold: int = 0
) -> datetime:
    """Return the instant of a minute on New York's clocks."""
    local = datetime(year, month, day, hour, minute, tzinfo=ZONE, fold=fold)
    return local.astimezone(UTC)
