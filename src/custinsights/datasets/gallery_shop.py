"""What does a small shop with everything in it look like?

An invented art gallery in New York, for examples and tests: two years, a few hundred orders. It
holds what real exports hold and small examples forget: sizes and departments, five sales channels,
coupons, every order status, refunds of every kind, people who never bought, guests, free orders,
two orders in one minute, the hour that comes twice in autumn, quantities that are no whole number.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from custinsights.datasets.dice import Dice
from custinsights.datasets.gallery_activities import activities_of
from custinsights.datasets.gallery_catalogue import catalogue
from custinsights.datasets.gallery_fates import curiosities, loose_refunds, with_fates
from custinsights.datasets.gallery_orders import Till
from custinsights.datasets.gallery_people import prospects, visitors
from custinsights.domain.activities import Activity
from custinsights.domain.fields import refuse_other
from custinsights.domain.orders import Order, Refund
from custinsights.domain.people import Customer
from custinsights.domain.products import Product
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_activities, read_objects

TIMEZONE = "America/New_York"
_SEED = 12
_VISITORS = 118
_PROSPECTS = 16
_FIRST_NUMBER = 1001


@attrs.frozen
class GalleryObjects:
    """The gallery as objects: its people, products, orders, loose refunds and activities."""

    customers: tuple[Customer, ...]
    products: tuple[Product, ...]
    orders: tuple[Order, ...]
    refunds: tuple[Refund, ...]
    activities: tuple[Activity, ...]


def gallery_objects() -> GalleryObjects:
    """Return the invented gallery as domain objects, the same at every call.

    Returns
    -------
    GalleryObjects
        `customers` (people who signed up and never bought among them), `products`, `orders` in
        time order, `refunds` that name no order, and `activities`: letters, visits, bids, wishes,
        consignments, reviews, answers to surveys, tickets, referrals.

    Examples
    --------
    >>> shop = gallery_objects()
    >>> shop.orders[0].id, shop.products[0].title
    ('1001', 'Tide Table')
    """
    dice = Dice.seeded(_SEED)
    products = catalogue()
    buyers = visitors(dice, _VISITORS)
    signed_up = prospects(dice, _VISITORS + 1, _PROSPECTS)
    till = Till.opened(dice, products)
    placed = [order for visitor in buyers for order in till.orders_of(visitor)]
    customers = (*(visitor.customer for visitor in buyers), *signed_up)
    orders = tuple(_numbered([*with_fates(placed), *curiosities(customers)]))
    did = activities_of(Dice.seeded(_SEED + 1), customers, products, orders)
    return GalleryObjects(
        customers=customers,
        products=products,
        orders=orders,
        refunds=loose_refunds(customers),
        activities=tuple(sorted(did, key=lambda one: (one.at, str(one.customer), one.kind))),
    )


def gallery(*, activities: bool = False) -> OrderHistory:
    """Return the history of the invented gallery, the same at every call.

    Two years of an art gallery in New York, in dollars: departments, originals and prints in three
    sizes, the channels direct, etsy, gumroad, fair and manual, coupons, tags (collector, local,
    VIP, wholesale), refunds (partial, full, over, undated, naming a product, naming no order),
    all order statuses, guests, and people who signed up and never bought.

    Parameters
    ----------
    activities
        Whether it also holds what people did beside ordering: letters sent, opened and clicked,
        visits that led to orders and others, bids won and underbid, wishes, consignments, reviews,
        answers to surveys, tickets, referrals, calls and messages.

    Examples
    --------
    >>> gallery().currency
    'USD'
    >>> len(gallery(activities=True).activities) > 1000
    True
    """
    refuse_other(bool, "the argument activities", activities)
    shop = gallery_objects()
    history = read_objects(
        shop.orders,
        customers=shop.customers,
        products=shop.products,
        refunds=shop.refunds,
        timezone=TIMEZONE,
    )
    if not activities:
        return history
    return history.with_activities(read_activities(shop.activities, timezone=TIMEZONE))


def _numbered(orders: list[Order]) -> Iterator[Order]:
    """Yield the orders in time order under running numbers."""
    in_order = sorted(orders, key=lambda order: (order.placed_at, str(order.id)))
    for number, order in enumerate(in_order, start=_FIRST_NUMBER):
        yield attrs.evolve(order, id=str(number))
