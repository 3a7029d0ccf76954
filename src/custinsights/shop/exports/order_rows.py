"""How are the orders of a store laid out for a file? One row each, with what was given back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.currencies import minor_exponent
from custinsights.domain.fields import from_thousandths
from custinsights.repositories.batches import NOTHING, ORDER_COLUMNS, OrderBatch
from custinsights.repositories.protocols import OrderRepository
from custinsights.repositories.rows import Row, rows_of

__all__ = ["OrderRows", "read_orders_of"]

_Array: TypeAlias = npt.NDArray[Any]


@attrs.frozen(eq=False, repr=False)
class OrderRows:
    """Columns of orders, and of refunds that have no order, each with a row of its own.

    Parameters
    ----------
    columns : mapping of str to array
        As in a batch, with ``entry``, ``products``, ``refunded`` and ``net``.
    """

    columns: Mapping[str, _Array]

    def __len__(self) -> int:
        return len(self.columns["id"])

    def texts(self, name: str) -> list[str | None]:
        """Return a column of texts."""
        texts: list[str | None] = self.columns[name].tolist()
        return texts

    def numbers(self, name: str) -> npt.NDArray[np.int64]:
        """Return a column of numbers, `NOTHING` where there is none."""
        return self.columns[name]

    def part(self, name: str, *keys: str) -> list[Any]:
        """Return what lies under some keys in a column of mappings, None where nothing does."""
        found = list(self.columns[name])
        for key in keys:
            found = [None if one is None else one.get(key) for one in found]
        return found

    def take(self, rows: _Array) -> Self:
        """Return some rows."""
        return attrs.evolve(
            self, columns={name: column[rows] for name, column in self.columns.items()}
        )

    def within(self, span: tuple[int, int] | None, *, with_refunds: bool) -> Self:
        """Return the rows of a half-open span, by time; refunds of no order only if wanted."""
        at = self.numbers("placed_at")
        kept = np.ones(len(self), dtype=bool) if span is None else (span[0] <= at) & (at < span[1])
        if not with_refunds:
            kept &= self.columns["entry"] == "order"
        rows = np.flatnonzero(kept)
        return self.take(rows[np.argsort(at[rows], kind="stable")])

    def in_one_unit(self, values: npt.NDArray[np.int64]) -> tuple[str, int, npt.NDArray[np.int64]]:
        """Return the currency ("" for several), the most decimals, and values in these."""
        codes = self.texts("currency")
        known = sorted({code for code in codes if code is not None})
        exponent = max(map(minor_exponent, known), default=2)
        factors = {code: 10 ** (exponent - minor_exponent(code)) for code in known}
        if len({*factors.values()}) > 1:
            values = values * np.array([factors.get(code or "", 1) for code in codes])
        return known[0] if len(known) == 1 else "", exponent, values

    def loose_by_currency(self) -> dict[str, list[int]]:
        """Return the amounts of the refunds of no order, by currency."""
        found: dict[str, list[int]] = {}
        rows = zip(
            self.texts("entry"), self.texts("currency"), self.numbers("refunded"), strict=True
        )
        for entry, currency, amount in rows:
            if entry == "refund" and currency is not None:
                found.setdefault(currency, []).append(int(amount))
        return dict(sorted(found.items()))


def read_orders_of(
    orders: OrderRepository,
    columns: Sequence[str],
    customers: Sequence[str] | None,
    *,
    with_lines: bool,
) -> OrderRows:
    """Read the orders of a store, or of some customers, with what was given back of each.

    Parameters
    ----------
    orders
        Where they rest.
    columns
        The columns of orders that are wanted; source, id and customer are always there.
    customers
        Whose, or None for everybody's.
    with_lines
        Whether their products are wanted.
    """
    batches = list(orders.scan(columns, customers=customers))
    names = [name for name in ORDER_COLUMNS if name in ("source", "id", "customer", *columns)]
    held = {name: _together(name, [batch.orders[name] for batch in batches]) for name in names}
    refunded, loose = _refunded(held, batches)
    products = _products(batches) if with_lines else _empty(len(refunded))
    rows = OrderRows(
        {
            **held,
            "entry": _filled(len(refunded), "order"),
            "products": products,
            "refunded": refunded,
            "net": held["amount"] - refunded,
        }
    )
    return _with_loose(rows, loose)


def _together(name: str, parts: list[_Array]) -> _Array:
    kind = np.int64 if ORDER_COLUMNS[name] in ("instant", "money", "quantity") else object
    return np.concatenate([np.empty(0, dtype=kind), *parts])


def _filled(rows: int, text: str) -> _Array:
    column = _empty(rows)
    column[:] = text
    return column


def _empty(rows: int) -> _Array:
    return np.full(rows, None, dtype=object)


def _refunded(
    held: Mapping[str, _Array], batches: Iterable[OrderBatch]
) -> tuple[npt.NDArray[np.int64], list[Row]]:
    """Return what was given back of each order, and the refunds that have none."""
    sums = [0] * len(held["id"])
    first, alone = 0, []
    for batch in batches:
        for row in rows_of(batch.refunds):
            if row["order"] >= 0:
                sums[first + row["order"]] += row["amount"]
            else:
                alone.append(row)
        first += len(batch)
    place: dict[tuple[str, str | None], int] = {}
    if any(row["names"] is not None for row in alone):
        keys = zip(held["source"].tolist(), held["id"].tolist(), strict=True)
        place = {key: at for at, key in enumerate(keys)}
    loose = []
    for row in alone:
        at = place.get((row["source"], row["names"]))
        if at is not None and held["currency"][at] == row["currency"]:
            sums[at] += row["amount"]
        else:
            loose.append(row)
    return np.array(sums, dtype=np.int64), loose


def _products(batches: Iterable[OrderBatch]) -> _Array:
    """Return the products of each order as a text: ``2 × mug; 1 × print``."""
    told: list[str | None] = []
    for batch in batches:
        of: list[list[str]] = [[] for _ in range(len(batch))]
        for row in rows_of(batch.lines):
            if row["product"] is not None:
                quantity = "" if row["quantity"] is None else from_thousandths(row["quantity"])
                of[row["order"]].append(f"{quantity} × {row['product']}")
        told.extend("; ".join(one) or None for one in of)
    column = _empty(len(told))
    column[:] = told
    return column


def _with_loose(rows: OrderRows, loose: Sequence[Row]) -> OrderRows:
    """Return the rows followed by those of refunds without an order."""
    extra = {
        "source": [row["source"] for row in loose],
        "id": [row["id"] for row in loose],
        "customer": [row["customer"] for row in loose],
        "currency": [row["currency"] for row in loose],
        "placed_at": [
            NOTHING if row["refunded_at"] is None else row["refunded_at"] for row in loose
        ],
        "entry": ["refund"] * len(loose),
        "refunded": [row["amount"] for row in loose],
        "net": [-row["amount"] for row in loose],
    }
    columns = {}
    for name, column in rows.columns.items():
        added = np.full(len(loose), NOTHING if column.dtype.kind == "i" else None, column.dtype)
        if name in extra:
            added[:] = extra[name]
        columns[name] = np.concatenate([column, added])
    return OrderRows(columns)
