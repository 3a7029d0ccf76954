"""The gallery holds what real shops hold, and is the same every time."""

from collections import Counter
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from custinsights import measure
from custinsights.datasets import GalleryObjects, gallery, gallery_objects
from custinsights.domain import ACTIVITY_KINDS, ORDER_STATUSES, Order

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def shop() -> GalleryObjects:
    """Return the gallery's objects."""
    return gallery_objects()


def paid(shop: GalleryObjects) -> list[Order]:
    """Return the orders that were paid."""
    return [order for order in shop.orders if order.status == "paid"]


def test_it_is_the_same_every_time(shop: GalleryObjects) -> None:
    """Two calls give equal objects."""
    assert gallery_objects() == shop


def test_orders_are_numbered_in_time_order(shop: GalleryObjects) -> None:
    """A later order has a higher number, and no number twice."""
    assert [int(order.id) for order in shop.orders] == list(range(1001, 1001 + len(shop.orders)))
    instants = [order.placed_at for order in shop.orders]
    assert instants == sorted(instants)


def test_people_did_what_their_orders_say(shop: GalleryObjects) -> None:
    """Activities lie between opening and closing, and those about orders agree with them."""
    kinds = Counter(one.kind for one in shop.activities)
    assert 1500 <= len(shop.activities) <= 3000
    assert {*kinds} <= {*ACTIVITY_KINDS}
    assert min(kinds[kind] for kind in ("bid", "consignment", "wishlist", "referral", "call")) > 0
    known = {customer.id for customer in shop.customers}
    assert {one.customer for one in shop.activities} <= known
    direct = [one for one in paid(shop) if one.channel == "direct" and one.customer is not None]
    assert kinds["checkout_started"] == len(direct)
    first = {o.customer: o.placed_at for o in sorted(paid(shop), key=lambda o: o.placed_at)[::-1]}
    reviews = [one for one in shop.activities if one.kind == "review"]
    assert all(one.at > first[one.customer] for one in reviews)
    lots = [one for one in shop.activities if one.kind == "bid"]
    for lot in {one.subject for one in lots}:
        best = [one for one in lots if one.subject == lot and one.outcome == "won"]
        assert [one.amount for one in best] == [
            max(one.amount for one in lots if one.subject == lot and one.amount is not None)
        ]


def test_with_activities_the_orders_are_the_same() -> None:
    """The gallery with activities answers about orders as it does without."""
    bare, whole = gallery(), gallery(activities=True)
    for by in ("month", "customer_country"):
        names = ["orders", "customers", "revenue", "repeat_rate"]
        assert measure(bare, names, by=by).to_dicts() == measure(whole, names, by=by).to_dicts()
    assert whole.people == bare.people


def test_it_is_a_small_shop(shop: GalleryObjects) -> None:
    """A few hundred orders of about a hundred people in two years."""
    assert 250 <= len(shop.orders) <= 450
    assert 100 <= len({order.customer for order in shop.orders}) <= 150
    assert (shop.orders[-1].placed_at - shop.orders[0].placed_at).days > 600


def test_nobody_is_real(shop: GalleryObjects) -> None:
    """Every address is at example.com, every phone number is of the block kept for fiction."""
    mails = [customer.email or "" for customer in shop.customers]
    assert all(mail.endswith("@example.com") for mail in mails)
    assert len(set(mails)) == len(mails)
    phones = [customer.phone for customer in shop.customers if customer.phone]
    assert phones
    assert all(phone.startswith("+1 212 555 01") for phone in phones)


def test_every_channel_and_status_occurs(shop: GalleryObjects) -> None:
    """Five channels, all order statuses, several payment methods, coupons, a campaign."""
    assert {o.channel for o in shop.orders} == {"direct", "etsy", "gumroad", "fair", "manual"}
    assert {order.status for order in shop.orders} == set(ORDER_STATUSES)
    assert len({order.payment_method for order in shop.orders}) >= 4
    assert {o.coupon for o in shop.orders} == {None, "WELCOME10", "HOLIDAY15", "FRIENDS20"}
    assert {order.campaign for order in shop.orders} == {None, "holiday cards"}
    assert {order.fulfilment.status for order in shop.orders} == {"fulfilled", "unfulfilled"}


def test_departments_sell(shop: GalleryObjects) -> None:
    """Every department sells, prints in three sizes, moulding by the metre."""
    products = {product.id: product for product in shop.products}
    lines = [line for order in paid(shop) for line in order.lines]
    sold = Counter(products[line.product].department for line in lines)
    assert set(sold) == {"Originals", "Prints", "Stationery", "Downloads", "Framing"}
    sizes = {
        str(line.product).rpartition("-")[2] for line in lines if "print-" in str(line.product)
    }
    assert sizes == {"small", "medium", "large"}
    assert any(line.quantity != int(line.quantity) for line in lines)


def test_an_original_is_sold_once(shop: GalleryObjects) -> None:
    """There is one of each original."""
    lines = [line for order in paid(shop) for line in order.lines]
    sold = Counter(line.product for line in lines if str(line.product).startswith("original-"))
    assert sold
    assert set(sold.values()) == {1}


def test_refunds_of_every_kind(shop: GalleryObjects) -> None:
    """Partial, full, more than all, undated, naming a product, and naming no order."""
    back = [order for order in paid(shop) if order.refunds]
    assert any(order.refunded < order.amount for order in back)
    assert any(order.refunded == order.amount for order in back)
    assert any(order.refunded > order.amount for order in back)
    assert any(refund.refunded_at is None for order in back for refund in order.refunds)
    assert any(refund.product for order in back for refund in order.refunds)
    assert all(refund.order is None for refund in shop.refunds)
    assert {refund.product is None for refund in shop.refunds} == {True, False}


def test_some_people_never_bought(shop: GalleryObjects) -> None:
    """Newsletter sign-ups have no order; one of them has a refund."""
    buyers = {order.customer for order in shop.orders}
    prospects = {customer.id for customer in shop.customers} - buyers
    assert len(prospects) > 10
    assert prospects & {refund.customer for refund in shop.refunds}


def test_people_carry_tags(shop: GalleryObjects) -> None:
    """Four tags, some for always, some since a day, some until another."""
    tags = [tag for customer in shop.customers for tag in customer.tags]
    assert {tag.name for tag in tags} == {"VIP", "collector", "wholesale", "local"}
    assert any(tag.since is None for tag in tags)
    assert any(tag.until is not None for tag in tags)


def test_the_rare_cases_are_there(shop: GalleryObjects) -> None:
    """Guests, free orders, tips, line discounts, an hour that came twice, two orders at once."""
    assert any(order.customer is None for order in shop.orders)
    assert any(order.amount.minor == 0 for order in paid(shop))
    assert any(order.tip for order in shop.orders)
    assert any(line.discount for order in shop.orders for line in order.lines)
    local = [order.placed_at.astimezone(NEW_YORK) for order in shop.orders]
    twice = [at for at in local if (at.month, at.day, at.hour) == (11, 6, 1)]
    assert {at.fold for at in twice} == {0, 1}
    at_once = Counter((order.customer, order.placed_at) for order in paid(shop))
    assert max(at_once.values()) == 2


def test_it_sells_to_several_places(shop: GalleryObjects) -> None:
    """Six countries, several regions and cities, and orders whose place nobody knows."""
    places = [order.address for order in shop.orders]
    assert {place.country for place in places if place} == {"US", "CA", "GB", "DE", "NL", "AU"}
    assert len({place.city for place in places if place}) >= 10
    assert None in places


def test_the_history_is_of_the_objects(shop: GalleryObjects) -> None:
    """The history counts the paid orders of known people, and knows everybody."""
    history = gallery()
    counted = [order for order in paid(shop) if order.customer is not None]
    assert len(history) == len(counted)
    assert history.people == len(shop.customers)
    assert int(history.amount.sum()) == sum(order.amount.minor for order in counted)
    assert (history.currency, history.calendar.timezone) == ("USD", "America/New_York")
    last = max(order.placed_at for order in shop.orders)
    assert history.observed_until > last.astimezone(UTC)
    assert history.load_report.balances
