"""Which orders of a store go into a history, in which currency, and what hangs on them?"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from custinsights.domain.currencies import NO_CURRENCY
from custinsights.domain.load_report import LeftOut
from custinsights.domain.money import Money
from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import InvalidValue, SeveralCurrencies
from custinsights.history.columnar.columns import (
    NO_INSTANT,
    NUMBER_COLUMNS,
    BoolArray,
    IntArray,
    Labels,
    LineColumns,
    OrderColumns,
    Products,
    RefundColumns,
)
from custinsights.sources.formats.products import TEXTS
from custinsights.sources.orders import known
from custinsights.sources.orders.grouping import picked
from custinsights.sources.orders.product_list import ProductList
from custinsights.sources.stored.scanning import ScannedOrders, labels_of, numbers_of

_LABELS = {
    "status": "order_status",
    **{
        name: name
        for name in (
            *("source", "channel", "country", "region", "city"),
            *("payment_method", "campaign", "coupon"),
        )
    },
}
"""The text columns of orders in a store, and the labels that they are in a history."""


@attrs.frozen(eq=False)
class Coded:
    """The orders of a store with what decides about them.

    Parameters
    ----------
    held
        The columns.
    customer, currency
        Whose each order is, and in which currency.
    status
        Its state.
    refund_of
        int64[r], the order that each refund is of or names; -1 for none.
    refund_currency
        The currency of each refund.
    """

    held: ScannedOrders
    customer: Labels
    currency: Labels
    status: Labels
    refund_of: IntArray
    refund_currency: Labels

    @classmethod
    def of(cls, held: ScannedOrders) -> Coded:
        """Code what decides."""
        customer, currency = labels_of(held.orders["customer"]), labels_of(held.orders["currency"])
        refund_of = _orders_of_refunds(held)
        both = np.where(
            refund_of >= 0,
            picked(held.orders["currency"], refund_of),
            held.refunds["currency"],
        )
        status = labels_of(held.orders["status"])
        return cls(held, customer, currency, status, refund_of, labels_of(both))

    @property
    def instants(self) -> list[int]:
        """The first and the last instant of all orders and refunds."""
        columns = (self.held.orders["placed_at"], self.held.refunds["refunded_at"])
        told = [column[column != NO_INSTANT] for column in columns]
        return [int(end) for one in told if len(one) for end in (one.min(), one.max())]

    def currency_asked(self, asked: str | None, usual: str | None) -> str:
        """Return the currency of the history: as asked, else the shop's, else the only one.

        Where there is neither an order nor a currency there is no money.
        """
        names = self.currency.names
        if asked is not None and names and asked not in names:
            raise InvalidValue(
                "no order is in the currency that is asked for",
                asked,
                " or ".join(map(repr, names)),
                "Ask for one of these",
            )
        if asked or usual:
            return str(asked or usual)
        if len(names) > 1:
            told = []
            for code, name in enumerate(names):
                at = self.currency.codes == code
                total = sum(self.held.orders["amount"][at].tolist())
                told.append((name, int(np.count_nonzero(at)), Money.from_minor(total, name)))
            raise SeveralCurrencies(told)
        return names[0] if names else NO_CURRENCY


def _orders_of_refunds(held: ScannedOrders) -> IntArray:
    """Return the order of each refund: that in which it rests, or which it names in its source."""
    own, names = held.refunds["order"], held.refunds["names"]
    at = [row for row, name in enumerate(names.tolist()) if name is not None and own[row] < 0]
    if not at:
        return own
    orders = zip(held.orders["source"].tolist(), held.orders["id"].tolist(), strict=True)
    place = {key: row for row, key in enumerate(orders)}
    named = zip(held.refunds["source"][at].tolist(), names[at].tolist(), strict=True)
    linked = own.copy()
    linked[at] = [place.get(key, -1) for key in named]
    return linked


@attrs.frozen(eq=False)
class Chosen:
    """What of the orders goes into a history, of how many rows, and what does not."""

    orders: OrderColumns
    refunds: RefundColumns | None
    lines: LineColumns | None
    products: Products | None
    rows: int
    left_out: Sequence[LeftOut]
    undated: int  # refunds without a day of their own

    @property
    def refunded(self) -> list[int]:
        """The first and the last instant of the refunds: undated ones are on the order's."""
        if self.refunds is None:
            return []
        return [int(self.refunds.refunded_at.min()), int(self.refunds.refunded_at.max())]


def chosen(
    coded: Coded, currency: str, policy: PurchasePolicy, given: ProductList, *, is_part: bool
) -> Chosen:
    """Leave out what is in other currencies, and what is nobody's; shape the others.

    Of a part of the shop nobody can tell which columns the shop has: it has those of every shop.
    """
    held = coded.held
    is_other = ~coded.currency.among((currency,))
    is_nobodys = ~is_other & (coded.customer.codes < 0)
    at = np.flatnonzero(~is_other & ~is_nobodys)
    place = np.full(len(held), -1, dtype=np.int64)
    place[at] = np.arange(len(at))
    orders = OrderColumns(
        # Who is left out with all orders is nobody in the history.
        customer=coded.customer if len(at) == len(held) else labels_of(held.orders["customer"][at]),
        placed_at=held.orders["placed_at"][at],
        amount=held.orders["amount"][at],
        order_id=held.orders["id"][at],
        numbers={
            name: column
            for name in NUMBER_COLUMNS
            if (column := numbers_of(held.orders[name][at], is_part=is_part)) is not None
        },
        labels=_labels(coded, at, is_part=is_part),
    )
    refunds, refunds_out = _refunds(coded, place, currency)
    lines = held.lines
    kept = np.flatnonzero(place.take(lines["order"]) >= 0)
    sold = lines["product"][kept]
    back = np.empty(0, dtype=object) if refunds is None else held.refunds["product"][refunds.at]
    named = labels_of(np.concatenate([sold, back]))
    has_lines = is_part or len(lines["order"]) > 0
    table = Products(ids=named.names) if has_lines or named.names else None
    codes, table = known.products(table, named.codes.astype(np.int64), given, currency)
    if is_part and table is not None:
        nothing = labels_of(np.full(len(table.ids), None, dtype=object))
        table = attrs.evolve(table, labels={**dict.fromkeys(TEXTS, nothing), **table.labels})
    left_out = [
        *_orders_out(coded, is_other, is_nobodys, policy),
        *refunds_out,
    ]
    return Chosen(
        orders,
        None if refunds is None else refunds.columns(codes[len(kept) :]),
        LineColumns(
            order=place.take(lines["order"][kept]),
            product=codes[: len(kept)],
            quantity=lines["quantity"][kept],
            amount=lines["amount"][kept],
        )
        if has_lines
        else None,
        table,
        len(held) + int(np.count_nonzero(held.refunds["order"] < 0)),
        left_out,
        0 if refunds is None else refunds.undated,
    )


def _labels(coded: Coded, at: IntArray, *, is_part: bool) -> dict[str, Labels]:
    held = coded.held.orders
    labels = {}
    for name, label in _LABELS.items():
        column = coded.status.take(at) if name == "status" else labels_of(held[name][at])
        if name == "status" or is_part or column.names:
            labels[label] = column
    others = held["labels"][at].tolist()
    for name in sorted({name for one in others if one for name in one}):
        texts = np.array([(one or {}).get(name) for one in others], dtype=object)
        labels[name] = labels_of(texts)
    return labels


@attrs.frozen(eq=False)
class _Refunds:
    """The refunds that go into a history: their rows in the store, and their columns."""

    at: IntArray
    customer: Labels
    refunded_at: IntArray
    amount: IntArray
    order: IntArray
    rows: IntArray
    undated: int

    def columns(self, product: IntArray) -> RefundColumns:
        return RefundColumns(
            customer=self.customer,
            refunded_at=self.refunded_at,
            amount=self.amount,
            order=self.order,
            product=product,
            rows=self.rows,
        )


def _refunds(coded: Coded, place: IntArray, currency: str) -> tuple[_Refunds | None, list[LeftOut]]:
    """Return the refunds of the orders that are left, and those of no order; and what stays out."""
    held, of = coded.held, coded.refund_of
    refunds = held.refunds
    if not len(of):
        return None, []
    has_key = refunds["order"] < 0
    whose = labels_of(np.where(of >= 0, picked(held.orders["customer"], of), refunds["customer"]))
    at = refunds["refunded_at"]
    is_undated = at == NO_INSTANT
    for name in ("cancelled_at", "placed_at"):
        at = np.where((at == NO_INSTANT) & (of >= 0), picked(held.orders[name], of), at)
    is_other = ~coded.refund_currency.among((currency,))
    is_nobodys = ~is_other & ((whose.codes < 0) | (at == NO_INSTANT))
    is_gone = is_other | is_nobodys | ((of >= 0) & (picked(place, of) < 0))
    kept = np.flatnonzero(~is_gone)
    found = _Refunds(
        kept,
        whose.take(kept),
        at[kept],
        refunds["amount"][kept],
        np.where(of >= 0, picked(place, of), -1)[kept],
        has_key[kept].astype(np.int64),
        int(np.count_nonzero(is_undated & ~is_other)),
    )
    out = [
        _left_out("refund_identity", "", has_key & is_nobodys, -refunds["amount"], currency),
        *(
            _left_out("currency", name, has_key & is_it, -refunds["amount"], name)
            for code, name in enumerate(coded.refund_currency.names)
            if name != currency
            for is_it in [coded.refund_currency.codes == code]
        ),
    ]
    return found if len(kept) else None, [entry for entry in out if entry.rows]


def _orders_out(
    coded: Coded, is_other: BoolArray, is_nobodys: BoolArray, policy: PurchasePolicy
) -> list[LeftOut]:
    """Tell of the orders that stay out; of nobody's first those whose state does not count."""
    amount = coded.held.orders["amount"]
    currencies = coded.currency.names
    out = [
        _left_out("currency", name, is_other & (coded.currency.codes == code), amount, name)
        for code, name in enumerate(currencies)
    ]
    own = {name: currencies.index(name) for name in currencies}
    for name in currencies:
        here = is_nobodys & (coded.currency.codes == own[name])
        for code, status in enumerate(coded.status.names):
            if not policy.counts_status(status):
                is_it = here & (coded.status.codes == code)
                out.append(_left_out("status", status, is_it, amount, name))
                here &= ~is_it
        out.append(_left_out("identity", "", here, amount, name))
    return [entry for entry in out if entry.rows]


def _left_out(
    reason: str, detail: str, rows: BoolArray, amount: IntArray, currency: str
) -> LeftOut:
    times = int(np.count_nonzero(rows))
    total = sum(amount[rows].tolist())
    return LeftOut(reason, detail, times, ((currency, total),) if times else ())
