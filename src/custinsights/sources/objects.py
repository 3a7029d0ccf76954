"""Read orders that are objects of the domain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from custinsights.domain.channels import ChannelTaxonomy
from custinsights.domain.contacts import shown_id
from custinsights.domain.orders import Order, OrderLine, Refund
from custinsights.domain.people import Customer
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.products import Product
from custinsights.domain.statuses import ORDER_STATUSES
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import BoolArray
from custinsights.history.orders import OrderHistory
from custinsights.sources.formats.declaration import OrderFormat, Rows
from custinsights.sources.orders.building import history_of
from custinsights.sources.orders.known import objects
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rates import Rates
from custinsights.sources.orders.sheet import Sheet
from custinsights.sources.texts.columns import Texts
from custinsights.sources.texts.vocabulary import KINDS, LINE_FIELDS, PERSONAL

_FIELDS = (
    "customer_id",
    "order_id",
    "placed_at",
    "cancelled_at",
    "refunded_at",
    "currency",
    "order_status",
    "amount",
    "discount",
    "shipping",
    "tax",
    "tip",
    "product",
    "quantity",
    "unit_price",
    "line_discount",
    "channel",
    "source",
    "payment_method",
    "campaign",
    "coupon",
    "country",
    "region",
    "city",
    "billing_country",
    "billing_region",
    "billing_city",
    "refund",
)
_CHARGES = ("shipping", "tax", "tip")
_WORDS = ("channel", "source", "payment_method", "campaign", "coupon")

_TAKEN = frozenset({*_FIELDS, *KINDS, *LINE_FIELDS, *PERSONAL})
"""What no label can be named."""


def _is_refund(rows: Rows) -> BoolArray:
    return ~rows.texts("refund").is_blank


OBJECTS = OrderFormat(
    name="objects",
    columns={field: field for field in _FIELDS},
    layout="first_line",
    statuses={status: status for status in ORDER_STATUSES},
    decimal=".",
    kinds={"refund": "label"},
    refund_rows=_is_refund,
    address_prefixes=("", "billing_"),
)


def read_objects(
    orders: Iterable[Order],
    customers: Iterable[Customer] = (),
    products: Iterable[Product] = (),
    *,
    refunds: Iterable[Refund] = (),
    currency: str | None = None,
    rates: Rates | None = None,
    timezone: str | ZoneInfo | None = None,
    policy: PurchasePolicy | None = None,
    observed_until: dt.datetime | dt.date | str | None = None,
    errors: Literal["raise", "report"] = "raise",
    channels: ChannelTaxonomy | None = None,
) -> OrderHistory:
    """Read orders that are objects, with the people and products known beside them.

    Parameters
    ----------
    orders
        Orders in any order. An order without a customer is left out of the history and counted.
    customers
        People known to the shop, with and without orders.
    products
        What is known of the products that lines name.
    refunds
        Refunds that are not inside an order. One that names an order of `orders` is its refund;
        one that names none needs its customer and its time.
    currency, rates, timezone, policy, observed_until, errors, channels
        As in `read_orders`. Ids compare as they are written: 7 and ``"7"`` are one customer.

    Returns
    -------
    OrderHistory
        The history. Its load report counts a row for each line of an order (one for an order
        without lines) and one for each refund.

    Raises
    ------
    SeveralCurrencies
        The orders are in several currencies, and neither `currency` nor `rates` is given.
    BadRowsError
        Two different orders have the same id and source.
    InvalidValue
        There is no order, and no currency is given; or a refund has no time and no order to take
        one from.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from custinsights.domain.money import Money
    >>> order = Order(
    ...     id="1001",
    ...     customer="c7",
    ...     placed_at=datetime(2024, 3, 5, 12, tzinfo=UTC),
    ...     lines=[OrderLine("print-a3", 2, Money("45.00", "EUR"))],
    ... )
    >>> history = read_objects([order], timezone="Europe/Paris")
    >>> history.amount.tolist(), history.customer_ids.tolist()
    ([9000], ['c7'])
    """
    given = objects(orders, Order, "orders")
    options = Options(
        customers=customers,
        products=products,
        currency=currency,
        rates=rates,
        timezone=timezone,
        policy=policy,
        observed_until=observed_until,
        errors=errors,
        channels=channels,
    )
    fields = (*_FIELDS, *sorted({name for order in given for name in _labels(order)}))
    rows = [row for order in given for row in _rows(order)]
    by_id = {order.id: order for order in given}
    rows += [
        _of_refund(refund, None if refund.order is None else by_id.get(refund.order))
        for refund in objects(refunds, Refund, "refunds")
    ]
    told = set().union(*rows)
    columns = {
        field: Texts.of([row.get(field, "") for row in rows])
        if field in told
        else Texts.same("", len(rows))
        for field in fields
    }
    text_ids = {
        field
        for field, ids in (
            ("customer_id", [order.customer for order in given]),
            ("order_id", [order.id for order in given]),
        )
        if any(isinstance(one, str) for one in ids)
    }
    sheet = Sheet(
        columns,
        {field: field for field in fields},
        ["orders"],
        np.zeros(len(rows), dtype=np.int32),
        np.arange(len(rows), dtype=np.int64),
        text_ids=frozenset(text_ids),
    )
    return history_of(sheet, OBJECTS, options)


def _rows(order: Order) -> Iterator[Mapping[str, str]]:
    """Yield the rows of an order: its lines, what is the order's on the first; its refunds."""
    of_order = {**_of_order(order), **_labels(order)}
    lines = [_of_line(line) for line in order.lines] or [{}]
    key = {"order_id": str(order.id), "source": order.source or ""}
    for at, line in enumerate(lines):
        yield {**(of_order if at == 0 else key), **line}
    for refund in order.refunds:
        yield _of_refund(refund, order)


def _labels(order: Order) -> Mapping[str, str]:
    """Return the labels of an order, none of which has a name that means something else here."""
    for name in order.labels:
        if name in _TAKEN:
            what = f"a label of order {shown_id(order.id)} is named as a field of another kind"
            raise InvalidValue(what, name, "a name that says nothing else of orders or people")
    return order.labels


def _of_order(order: Order) -> dict[str, str]:
    paid = order.amount
    told: dict[str, object] = {
        "customer_id": order.customer,
        "order_id": order.id,
        "placed_at": _written(order.placed_at),
        "currency": paid.currency,
        "order_status": order.status,
        "amount": paid.amount,
    }
    if order.cancelled_at is not None:
        told["cancelled_at"] = _written(order.cancelled_at)
    off = [line.discount.amount for line in order.lines if line.discount is not None]
    if order.discount is not None:
        off.append(order.discount.amount)
    if off:
        told["discount"] = sum(off)
    for name in _WORDS:
        told[name] = getattr(order, name)
    for name in _CHARGES:
        charge = getattr(order, name)
        if charge is not None:
            told[name] = charge.amount
    for prefix, address in (("", order.shipping_address), ("billing_", order.billing_address)):
        if address is not None:
            for part in ("country", "region", "city"):
                told[f"{prefix}{part}"] = getattr(address, part)
    return {field: str(value) for field, value in told.items() if value is not None}


def _written(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat()


def _of_line(line: OrderLine) -> dict[str, str]:
    told = {
        "product": str(line.product),
        "quantity": str(line.quantity),
        "unit_price": str(line.unit_price.amount),
    }
    if line.discount is not None:
        told["line_discount"] = str(line.discount.amount)
    return told


def _of_refund(refund: Refund, order: Order | None) -> dict[str, str]:
    """Return the row of a refund; what it does not say is its order's."""
    at = refund.refunded_at
    customer = refund.customer
    if order is not None:
        at = at or order.cancelled_at or order.placed_at
        customer = order.customer if customer is None else customer
    if at is None:
        raise InvalidValue(
            "a refund has no time, and names no order to take one from",
            str(refund.amount),
            "a refund with refunded_at, or of an order that is given",
        )
    told: dict[str, object] = {
        "refund": "yes",
        "order_id": refund.order if order is None else order.id,
        "source": None if order is None else order.source,
        "customer_id": customer,
        "currency": refund.amount.currency,
        "refunded_at": _written(at),
        "amount": -refund.amount.amount,
        "product": refund.product,
    }
    return {field: str(value) for field, value in told.items() if value is not None}
