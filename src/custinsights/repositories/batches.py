"""How do many orders travel at once? As columns, an element for each.

A batch is what importing writes and what building a history reads, so that neither makes an object
of each order. Numbers are int64: minor units, thousandths, microseconds since 1970 UTC; `NOTHING`
stands where there is none. Texts are object arrays of str, None where there is none.
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

__all__ = [
    "ACTIVITY_COLUMNS",
    "LINE_COLUMNS",
    "NOTHING",
    "ORDER_COLUMNS",
    "PEOPLE_COLUMNS",
    "PRODUCT_COLUMNS",
    "REFUND_COLUMNS",
    "ActivityBatch",
    "OrderBatch",
    "PeopleBatch",
    "ProductBatch",
]

NOTHING: Final = int(np.iinfo(np.int64).min)
"""Stands in a column of numbers where there is none."""

ORDER_COLUMNS: Final[Mapping[str, str]] = {
    "source": "text",  # never None: "" is the shop's own
    "id": "text",
    "customer": "text",  # None for a guest whom nobody can tell
    "placed_at": "instant",
    "currency": "text",
    "amount": "money",  # what was paid to the shop, before refunds
    "goods": "money",
    "discount": "money",  # all that was taken off, by line and as a whole
    "shipping": "money",
    "tax": "money",
    "tip": "money",
    "units": "quantity",
    "status": "text",
    "fulfilment": "text",
    "cancelled_at": "instant",
    "shipped_at": "instant",
    "delivered_at": "instant",
    "channel": "text",
    "country": "text",
    "region": "text",
    "city": "text",
    "payment_method": "text",
    "campaign": "text",
    "coupon": "text",
    "labels": "mapping",  # other text columns: utm_source, attribution, labels of one's own
    "addresses": "mapping",  # {"shipping": {...}, "billing": {...}} as records; personal
}
"""The columns of orders and their kinds."""

LINE_COLUMNS: Final[Mapping[str, str]] = {
    "order": "row",  # the row of the order in the batch; the lines of an order in its own order
    "product": "text",
    "quantity": "quantity",
    "amount": "money",  # revenue of the line
    "unit_price": "money",  # NOTHING where the source does not tell
    "discount": "money",
}
"""The columns of the lines of the orders in a batch."""

REFUND_COLUMNS: Final[Mapping[str, str]] = {
    "order": "row",  # -1: the refund is no part of an order, and has a key of its own
    "source": "text",  # of a refund with a key of its own, which is (source, id)
    "id": "text",
    "customer": "text",
    "refunded_at": "instant",  # NOTHING: undated
    "amount": "money",
    "product": "text",
    "currency": "text",  # of a refund with a key of its own
    "names": "text",  # of a refund with a key of its own: the id of the order that it names
}
"""The columns of refunds: those of the orders in the batch, and those with keys of their own.

A refund that is told by itself, and not with its order, has a key of its own also where it names
the order: an order that is written anew keeps it, and a history links the two by (source, id)."""

PRODUCT_COLUMNS: Final[Mapping[str, str]] = {
    "id": "text",
    "title": "text",
    "category": "text",
    "department": "text",
    "keywords": "texts",
    "price": "money",
    "currency": "text",
    "stock": "quantity",
    "ladder": "text",
    "sale": "text",
}
"""The columns of products."""

PEOPLE_COLUMNS: Final[Mapping[str, str]] = {
    "id": "text",
    "created_at": "instant",
    "birthday": "text",  # ISO
    "latitude": "float",
    "longitude": "float",
    "country": "text",
    "region": "text",
    "city": "text",
    "acquisition_channel": "text",
    "attributes": "mapping",
}
"""The columns of people, without contacts."""

ACTIVITY_COLUMNS: Final[Mapping[str, str]] = {
    "source": "text",
    "id": "text",  # never None: one made of the content where the source has none
    "customer": "text",
    "at": "instant",
    "kind": "text",
    "subject": "text",
    "outcome": "text",
    "campaign": "text",
    "channel": "text",
    "amount": "money",
    "currency": "text",
    "score": "quantity",
}
"""The columns of activities."""

_Columns = Mapping[str, npt.NDArray[Any]]


def _taken(columns: _Columns, rows: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[Any]]:
    return {name: column[rows] for name, column in columns.items()}


@attrs.frozen(eq=False, repr=False)
class OrderBatch:
    """Orders with their lines and refunds.

    `observed_until` is int64 by order, in microseconds: until when the source was watched that
    tells it. It is nothing that an order says; None where nobody knows.
    """

    orders: _Columns
    lines: _Columns
    refunds: _Columns
    observed_until: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.orders["id"])

    def take(self, rows: npt.NDArray[np.int64]) -> "OrderBatch":
        """Return some orders, with their lines and refunds, which name them by their new rows.

        Refunds with keys of their own stay out.
        """
        new = np.full(len(self) + 1, -1, dtype=np.int64)
        new[rows] = np.arange(len(rows))
        parts = []
        for columns in (self.lines, self.refunds):
            owners = new[columns["order"].astype(np.int64)]  # the last one is nobody's
            kept = np.flatnonzero(owners >= 0)
            parts.append({**_taken(columns, kept), "order": owners[kept]})
        lines, refunds = parts
        until = None if self.observed_until is None else self.observed_until[rows]
        return OrderBatch(_taken(self.orders, rows), lines, refunds, until)


@attrs.frozen(eq=False, repr=False)
class PeopleBatch:
    """People without their contacts."""

    people: _Columns

    def __len__(self) -> int:
        return len(self.people["id"])


@attrs.frozen(eq=False, repr=False)
class ProductBatch:
    """Products."""

    products: _Columns

    def __len__(self) -> int:
        return len(self.products["id"])


@attrs.frozen(eq=False, repr=False)
class ActivityBatch:
    """Activities."""

    activities: _Columns

    def __len__(self) -> int:
        return len(self.activities["id"])
