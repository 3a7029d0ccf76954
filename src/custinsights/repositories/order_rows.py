"""How do orders become rows of a batch, and rows orders again?

A row tells what its source told, which an `Order` cannot always say. Where the price of a line is
missing, or does not make its amount, the price is the least one that is enough, and what is too
much is the discount of the line, so that its revenue is exact. A line without a product, without
anything of it or below nothing, a negative charge and a refund of nothing are left out, and the
total stands as told.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import attrs

from custinsights.domain.fields import from_thousandths, looked_up, thousandths
from custinsights.domain.money import Money
from custinsights.domain.orders import Order, OrderLine, Refund
from custinsights.domain.people import Address
from custinsights.domain.records import object_of, record_of
from custinsights.domain.statuses import Fulfilment
from custinsights.repositories.batches import (
    LINE_COLUMNS,
    NOTHING,
    ORDER_COLUMNS,
    REFUND_COLUMNS,
    OrderBatch,
)
from custinsights.repositories.rows import (
    Row,
    columns_of,
    instant_of,
    microseconds_of,
    money_of,
    rows_of,
)
from custinsights.repositories.stored import Known

__all__ = [
    "OrderRow",
    "batch_of",
    "batch_of_rows",
    "batches_of_rows",
    "known_rows",
    "order_of",
    "order_rows",
    "orders_of",
    "outcome",
    "refund_records",
    "refunds_of",
    "selected",
]

_KEY: Final = ("source", "id", "customer")
_PLACE: Final = ("country", "region", "city")
_CHARGES: Final = ("shipping", "tax", "tip")
_WORDS: Final = ("channel", "payment_method", "campaign", "coupon")


def _parts(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(rows)


@attrs.frozen
class OrderRow:
    """An order as a batch has it: its row, and those of its lines and refunds.

    The rows do not tell their place in a batch, so that equal orders have equal rows. Until when
    the source was watched (`OrderBatch.observed_until`) is nothing that an order says.
    """

    order: Row
    lines: tuple[Row, ...] = attrs.field(default=(), converter=_parts)
    refunds: tuple[Row, ...] = attrs.field(default=(), converter=_parts)
    observed_until: int | None = attrs.field(default=None, eq=False)

    @property
    def key(self) -> tuple[str, str]:
        """The source and the id."""
        return self.order["source"], self.order["id"]


def batch_of(orders: Iterable[Order]) -> OrderBatch:
    """Return orders as columns."""
    return batch_of_rows(_of_order(one) for one in orders)


def batch_of_rows(rows: Iterable[OrderRow], refunds: Iterable[Row] = ()) -> OrderBatch:
    """Return rows as columns, with refunds that have keys of their own."""
    orders, lines, back = [], [], []
    for at, one in enumerate(rows):
        orders.append(one.order)
        lines += [{**line, "order": at} for line in one.lines]
        back += [{**refund, "order": at} for refund in one.refunds]
    back += [{**refund, "order": -1} for refund in refunds]
    return OrderBatch(
        columns_of(ORDER_COLUMNS, orders),
        columns_of(LINE_COLUMNS, lines),
        columns_of(REFUND_COLUMNS, back),
    )


def order_rows(batch: OrderBatch) -> list[OrderRow]:
    """Return the rows of a batch by order; refunds with keys of their own are left out."""
    lines: list[list[Row]] = [[] for _ in range(len(batch))]
    refunds: list[list[Row]] = [[] for _ in range(len(batch))]
    for row in rows_of(batch.lines):
        lines[row.pop("order")].append(row)
    for row in rows_of(batch.refunds):
        at = row.pop("order")
        if at >= 0:
            refunds[at].append(row)
    seen = batch.observed_until
    until = [None] * len(batch) if seen is None else [*map(_told_number, seen.tolist())]
    return [
        OrderRow(order, tuple(its), tuple(back), instant)
        for order, its, back, instant in zip(
            rows_of(batch.orders), lines, refunds, until, strict=True
        )
    ]


def _told_number(number: int) -> int | None:
    return None if number == NOTHING else number


def outcome(was: OrderRow | None, told: OrderRow) -> tuple[str, OrderRow]:
    """Return what it is to be told an order, as `OrderRepository.write` counts it, and what rests.

    Parameters
    ----------
    was
        What rests there; None for nothing.
    told
        What is told now.

    Examples
    --------
    >>> march, may = (
    ...     OrderRow({"id": "1"}, observed_until=3),
    ...     OrderRow({"id": "1"}, observed_until=5),
    ... )
    >>> outcome(may, march)[0], outcome(march, may)[1].observed_until
    ('same', 5)
    >>> outcome(may, OrderRow({"id": "1", "status": "paid"}, observed_until=3)) == ("older", may)
    True
    """
    if was is None:
        return "added", told
    instants = (one.observed_until for one in (was, told))
    latest = max((one for one in instants if one is not None), default=None)
    if was != told and told.observed_until not in (None, latest):
        return "older", was
    what = "same" if was == told else "changed"
    return what, attrs.evolve(told, observed_until=latest)


def known_rows(rows: Iterable[OrderRow]) -> dict[str, Known]:
    """Return what an import asks of orders, as `OrderRepository.known` gives it."""
    return {
        row.order["id"]: Known(row.order["customer"], row.order["placed_at"], row.observed_until)
        for row in rows
    }


def batches_of_rows(
    rows: Sequence[OrderRow], columns: Sequence[str] | None, batch_rows: int
) -> Iterator[OrderBatch]:
    """Yield rows as batches of some columns, as `OrderRepository.scan` gives them.

    Raises
    ------
    UnknownName
        There is no such column, also where there are no rows.
    """
    selected(batch_of_rows([]), columns)
    for first in range(0, len(rows), batch_rows):
        yield selected(batch_of_rows(rows[first : first + batch_rows]), columns)


def selected(batch: OrderBatch, columns: Sequence[str] | None) -> OrderBatch:
    """Return a batch with some columns of orders, as `scan` gives it.

    Raises
    ------
    UnknownName
        There is no such column.
    """
    for name in columns or ():
        looked_up("column of orders", name, ORDER_COLUMNS)
    wanted = ORDER_COLUMNS if columns is None else (*_KEY, *columns)
    orders = {name: column for name, column in batch.orders.items() if name in wanted}
    return OrderBatch(orders, batch.lines, batch.refunds)


def orders_of(batch: OrderBatch) -> list[Order]:
    """Return the orders of a batch."""
    return [order_of(row) for row in order_rows(batch)]


def refunds_of(batch: OrderBatch) -> list[tuple[str, Refund]]:
    """Return the refunds of a batch that have keys of their own, each with its source."""
    lone = (row for row in rows_of(batch.refunds) if row["order"] < 0)
    return [(row["source"] or "", one) for row in lone for one in _refunds([row])]


def refund_records(batch: OrderBatch) -> list[Row]:
    """Return the refunds of a batch that have keys of their own, as records with their keys."""
    return [
        {"source": row["source"] or "", "id": row["id"], **record_of(one)}
        for row in rows_of(batch.refunds)
        if row["order"] < 0
        for one in _refunds([row])
    ]


def _refunds(rows: Iterable[Row]) -> Iterator[Refund]:
    for row in rows:
        if row["amount"] > 0:
            yield Refund(
                Money.from_minor(row["amount"], row["currency"]),
                instant_of(row["refunded_at"]),
                order=row["names"],
                customer=row["customer"],
                product=row["product"],
            )


def _of_order(order: Order) -> OrderRow:
    row = {
        "source": order.source or "",
        "id": str(order.id),
        "customer": None if order.customer is None else str(order.customer),
        "placed_at": microseconds_of(order.placed_at),
        "currency": order.currency,
        "amount": order.amount.minor,
        "goods": _minor(order.goods),
        "discount": _discount(order),
        **{name: _minor(getattr(order, name)) for name in _CHARGES},
        "units": None if order.units is None else thousandths(order.units),
        "status": order.status,
        "fulfilment": order.fulfilment.status,
        "cancelled_at": microseconds_of(order.cancelled_at),
        "shipped_at": microseconds_of(order.fulfilment.shipped_at),
        "delivered_at": microseconds_of(order.fulfilment.delivered_at),
        **{name: getattr(order, name) for name in _WORDS},
        **_place(order),
        "labels": dict(order.labels) or None,
        "addresses": _addresses(order),
    }
    return OrderRow(row, tuple(map(_of_line, order.lines)), tuple(map(_of_refund, order.refunds)))


def _minor(money: Money | None) -> int | None:
    return None if money is None else money.minor


def _discount(order: Order) -> int | None:
    """Return all that was taken off, None where nothing says so."""
    each = [*(line.discount for line in order.lines), order.discount]
    told = [discount.minor for discount in each if discount is not None]
    return sum(told) if told else None


def _place(order: Order) -> Row:
    """Return country, region and city, from the first address that says any."""
    for address in (order.shipping_address, order.billing_address):
        told = {name: getattr(address, name, None) for name in _PLACE}
        if any(told.values()):
            return told
    return dict.fromkeys(_PLACE)


def _addresses(order: Order) -> dict[str, Any] | None:
    """Return the addresses, None where the place of the order says them."""
    given = {"shipping": order.shipping_address, "billing": order.billing_address}
    told = {name: record_of(one) for name, one in given.items() if one is not None}
    says_all = (
        told.keys() == {"shipping"} and told["shipping"] and told["shipping"].keys() <= {*_PLACE}
    )
    return None if says_all or not told else told


def _of_line(line: OrderLine) -> Row:
    return {
        "product": str(line.product),
        "quantity": thousandths(line.quantity),
        "amount": line.revenue.minor,
        "unit_price": line.unit_price.minor,
        "discount": _minor(line.discount),
    }


def _of_refund(refund: Refund) -> Row:
    return {
        **dict.fromkeys(REFUND_COLUMNS),
        "refunded_at": microseconds_of(refund.refunded_at),
        "amount": refund.amount.minor,
        "product": None if refund.product is None else str(refund.product),
    }


def order_of(row: OrderRow) -> Order:
    """Return the order that a row tells."""
    order = row.order
    currency = order["currency"]
    lines = [*_lines(row)]
    charges: Row = {name: _not_negative(order[name]) for name in _CHARGES}
    charges["discount"] = _rest_of_discount(row)
    made = sum(line.revenue.minor for line in lines) - (charges["discount"] or 0)
    made += sum(charges[name] or 0 for name in _CHARGES)
    is_made = bool(lines) and made >= 0 and order["amount"] == made
    is_told = made >= 0 and order["amount"] == made - (charges["tax"] or 0)
    told: Row = {name: money_of(minor, currency) for name, minor in charges.items()}
    told |= {name: order[name] for name in _WORDS} | _addresses_of(order)
    return Order(
        id=order["id"],
        customer=order["customer"],
        placed_at=instant_of(order["placed_at"]),  # type: ignore[arg-type]  # it has one
        lines=lines,
        total=None if is_made else money_of(order["amount"], currency),
        total_as_told=bool(lines) and not is_made and not is_told,
        refunds=[*_refunds({**one, "currency": currency, "customer": None} for one in row.refunds)],
        status=order["status"] or "paid",
        fulfilment=_fulfilment(order),
        cancelled_at=instant_of(order["cancelled_at"]),
        source=order["source"] or None,
        labels=order["labels"] or {},
        **told,
    )


def _not_negative(minor: int | None) -> int | None:
    return None if minor is None or minor < 0 else minor


def _rest_of_discount(row: OrderRow) -> int | None:
    """Return what was taken off the order as a whole."""
    told = row.order["discount"]
    of_lines = [line["discount"] for line in row.lines if line["discount"] is not None]
    if told is None or not of_lines:
        return _not_negative(told)
    return max(told - sum(of_lines), 0) or None


def _fulfilment(order: Row) -> Fulfilment:
    told: Row = {name: instant_of(order[name]) for name in ("shipped_at", "delivered_at")}
    if order["fulfilment"] is not None:
        told["status"] = order["fulfilment"]
    return Fulfilment(**told)


def _addresses_of(order: Row) -> dict[str, Address | None]:
    told = order["addresses"] or {}
    place = {name: order[name] for name in _PLACE if order[name] is not None}
    if not told and place:
        return {"shipping_address": Address(**place)}
    return {f"{name}_address": object_of(Address, one) for name, one in told.items()}


def _lines(row: OrderRow) -> Iterator[OrderLine]:
    for line in row.lines:
        is_said = line["product"] is not None and (line["quantity"] or 0) > 0
        if is_said and line["amount"] >= 0:
            yield _line(line, row.order["currency"])


def _line(row: Row, currency: str) -> OrderLine:
    quantity, amount, price, off = (
        row[name] for name in ("quantity", "amount", "unit_price", "discount")
    )
    if not _makes(amount, quantity, price, off):
        price, off = _price_of(amount, quantity, _not_negative(off) or 0)
    return OrderLine(
        row["product"],
        from_thousandths(quantity),
        Money.from_minor(price, currency),
        discount=money_of(off, currency),
    )


def _makes(amount: int, quantity: int, price: int | None, off: int | None) -> bool:
    """Whether a price and a discount make the amount of a line, rounded half to even."""
    if price is None or price < 0 or (off or 0) < 0:
        return False
    whole, rest = divmod(quantity * price - 1000 * (off or 0), 1000)
    half = 500
    return amount == whole + (rest > half or (rest == half and whole % 2 == 1))


def _price_of(amount: int, quantity: int, off: int) -> tuple[int, int | None]:
    """Return the least price that is enough for an amount, and what is then taken off."""
    price = -(-1000 * (amount + off) // quantity)
    while True:
        more = (quantity * price - 1000 * amount) // 1000
        for discount in (more, more + 1):
            if _makes(amount, quantity, price, discount):
                return price, discount or None
        price += 1
