"""A plain shop as an `OrderHistory`, through the door that every source uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.policy import PurchasePolicy
from custinsights.history.columnar.columns import (
    NO_INSTANT,
    AnyArray,
    IntArray,
    Labels,
    LineColumns,
    OrderColumns,
    People,
    Products,
    RefundColumns,
    TagRow,
)
from custinsights.history.orders import OrderHistory
from tests.oracles.shop import Identity, Shop

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUMBERS = ("goods", "discount", "shipping", "tax", "tip", "units")


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (at - EPOCH) // timedelta(microseconds=1)


def ints(values: Iterable[int]) -> IntArray:
    """Return an int64 column."""
    return np.array(list(values), dtype=np.int64)


def identities(values: Iterable[Identity | None], *, like: Identity | None) -> AnyArray:
    """Return a column of outside identities: int64 or objects, like the given one."""
    return np.array(list(values), dtype=object if isinstance(like, str) else np.int64)


def a_customer(shop: Shop) -> Identity:
    """Any identity of the shop: it tells whether they are numbers or texts."""
    everybody = [order.customer for order in shop.orders]
    everybody += [refund.customer for refund in shop.refunds]
    return [*everybody, *shop.people, 0][0]


def calendar_of(shop: Shop) -> Calendar:
    """Return the shop's zone, weeks and fiscal year."""
    return Calendar(
        timezone=shop.timezone,
        first_weekday=shop.first_weekday,
        fiscal_start_month=shop.fiscal_start_month,
    )


def order_columns(shop: Shop) -> OrderColumns:
    """One row per order; a number column only where every order has the number."""
    orders = shop.orders
    numbers = {}
    for name in NUMBERS:
        values = [getattr(order, name) for order in orders]
        if orders and None not in values:
            numbers[name] = ints(values)
    names = sorted({name for order in orders for name in order.labels})
    labels = {name: Labels.encode([order.labels.get(name) for order in orders]) for name in names}
    labels["order_status"] = Labels.encode([order.status for order in orders])
    has_ids = bool(orders) and orders[0].id is not None
    return OrderColumns(
        customer=identities((order.customer for order in orders), like=a_customer(shop)),
        placed_at=ints(micros(order.placed_at) for order in orders),
        amount=ints(order.amount for order in orders),
        order_id=identities((o.id for o in orders), like=orders[0].id) if has_ids else None,
        numbers=numbers,
        labels=labels,
    )


def refund_columns(shop: Shop, products: Sequence[str]) -> RefundColumns | None:
    """One row per refund."""
    refunds = shop.refunds
    if not refunds:
        return None
    return RefundColumns(
        customer=identities((refund.customer for refund in refunds), like=a_customer(shop)),
        refunded_at=ints(micros(refund.at) for refund in refunds),
        amount=ints(refund.amount for refund in refunds),
        order=ints(-1 if refund.order is None else refund.order for refund in refunds),
        product=ints(
            -1 if refund.product is None else products.index(refund.product) for refund in refunds
        ),
    )


def line_columns(shop: Shop, products: Sequence[str]) -> LineColumns | None:
    """One row per order line."""
    lines = [(row, line) for row, order in enumerate(shop.orders) for line in order.lines]
    if not products:
        return None
    return LineColumns(
        order=ints(row for row, _ in lines),
        product=ints(products.index(line.product) for _, line in lines),
        quantity=ints(line.quantity for _, line in lines),
        amount=ints(line.amount for _, line in lines),
    )


def product_table(shop: Shop) -> Products | None:
    """The product table in the order of its ids."""
    rows = list(shop.products.values())
    names = sorted({name for row in rows for name in row})
    labels = {name: Labels.encode([row.get(name) for row in rows]) for name in names}
    return Products(ids=tuple(shop.products), labels=labels) if rows else None


def people_table(shop: Shop) -> People | None:
    """The customer table."""
    rows = list(shop.people.values())
    if not rows:
        return None
    names = sorted({name for row in rows for name in row.labels})
    tags = [
        TagRow(
            person=place,
            name=tag.name,
            since=None if tag.since is None else micros(tag.since),
            until=None if tag.until is None else micros(tag.until),
        )
        for place, row in enumerate(rows)
        for tag in row.tags
    ]
    times = [NO_INSTANT if row.created_at is None else micros(row.created_at) for row in rows]
    return People(
        ids=identities(shop.people, like=a_customer(shop)),
        created_at=ints(times),
        labels={name: Labels.encode([row.labels.get(name) for row in rows]) for name in names},
        tags=tuple(tags),
    )


def to_history(shop: Shop) -> OrderHistory:
    """Build the history of the shop's facts, rows in the order of the shop."""
    products = list(shop.products)
    return OrderHistory.of(
        order_columns(shop),
        refunds=refund_columns(shop, products),
        lines=line_columns(shop, products),
        products=product_table(shop),
        people=people_table(shop),
        currency=shop.currency,
        calendar=calendar_of(shop),
        policy=PurchasePolicy(
            counted_statuses=shop.counted_statuses,
            zero_amount_counts=shop.zero_amount_counts,
            refund_date=shop.refund_date,
        ),
        observed_from=shop.observed_from,
        observed_until=shop.observed_until,
    )
