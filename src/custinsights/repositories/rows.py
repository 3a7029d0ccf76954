"""How do objects become rows of a batch, and rows objects again?

What an object says comes back as it was, but for what a batch does not tell apart: ids and products
are texts, instants are in UTC, a total is left away where the lines and charges make it, a discount
of the whole order where it is nothing beside discounts of lines, and a refund inside an order does
not name order and customer again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from custinsights.domain.activities import Activity
from custinsights.domain.fields import from_thousandths, thousandths
from custinsights.domain.money import Money
from custinsights.domain.people import Address, Customer
from custinsights.domain.products import Product
from custinsights.repositories.batches import (
    ACTIVITY_COLUMNS,
    NOTHING,
    PEOPLE_COLUMNS,
    PRODUCT_COLUMNS,
    ActivityBatch,
    PeopleBatch,
    ProductBatch,
)

__all__ = [
    "Row",
    "activities_of",
    "activity_batch_of",
    "columns_of",
    "content_id",
    "in_turn",
    "instant_of",
    "microseconds_of",
    "money_of",
    "people_batch_of",
    "people_of",
    "product_batch_of",
    "product_of",
    "products_of",
    "rows_of",
]

Row: TypeAlias = dict[str, Any]
"""One row of a batch: ints for numbers, None where there is nothing."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PEOPLE_AT_ONCE: Final = 20_000
_MICROSECOND: Final = timedelta(microseconds=1)
_NUMBERS: Final = frozenset({"money", "quantity", "instant", "row"})
_CONTENT: Final = "content:"
_PLACE: Final = ("country", "region", "city")


def columns_of(kinds: Mapping[str, str], rows: Sequence[Row]) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of some rows; `kinds` are names and kinds, as in ``ORDER_COLUMNS``."""
    return {name: _column(kind, [row[name] for row in rows]) for name, kind in kinds.items()}


def _column(kind: str, values: list[Any]) -> npt.NDArray[Any]:
    if kind in _NUMBERS:
        return np.array([NOTHING if one is None else one for one in values], dtype=np.int64)
    if kind == "float":
        return np.array([np.nan if one is None else one for one in values], dtype=np.float64)
    column = np.empty(len(values), dtype=object)
    for at, one in enumerate(values):
        column[at] = deepcopy(one) if kind == "mapping" else one
    return column


def rows_of(columns: Mapping[str, npt.NDArray[Any]]) -> list[Row]:
    """Return the rows of some columns."""
    values = {name: _values(column) for name, column in columns.items()}
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _values(column: npt.NDArray[Any]) -> list[Any]:
    if column.dtype.kind == "O":
        return [deepcopy(one) if isinstance(one, dict) else one for one in column]
    return [None if one == NOTHING or one != one else one for one in column.tolist()]  # noqa: PLR0124 - NaN


def microseconds_of(instant: datetime | None) -> int | None:
    """Return an instant as batches hold it."""
    return None if instant is None else (instant - _EPOCH) // _MICROSECOND


def instant_of(microseconds: int | None) -> datetime | None:
    """Return the instant that a batch holds, in UTC."""
    return None if microseconds is None else _EPOCH + microseconds * _MICROSECOND


def money_of(minor: int | None, currency: str | None) -> Money | None:
    """Return the amount that a batch holds."""
    return None if minor is None or currency is None else Money.from_minor(minor, currency)


def product_batch_of(products: Iterable[Product]) -> ProductBatch:
    """Return products as columns."""
    return ProductBatch(columns_of(PRODUCT_COLUMNS, [_of_product(one) for one in products]))


def _of_product(product: Product) -> Row:
    price = product.price
    return {
        "id": str(product.id),
        **{name: getattr(product, name) for name in ("title", "category", "department")},
        "keywords": product.keywords,
        "price": None if price is None else price.minor,
        "currency": None if price is None else price.currency,
        "stock": None if product.stock is None else thousandths(product.stock),
        "ladder": product.ladder,
        "sale": product.sale,
    }


def products_of(batch: ProductBatch) -> list[Product]:
    """Return the products of a batch."""
    return [product_of(row) for row in rows_of(batch.products)]


def product_of(row: Row) -> Product:
    """Return the product that a row tells."""
    return Product(
        row["id"],
        **{name: row[name] for name in ("title", "category", "department", "ladder", "sale")},
        keywords=row["keywords"] or (),
        price=money_of(row["price"], row["currency"]),
        stock=None if row["stock"] is None else from_thousandths(row["stock"]),
    )


def activity_batch_of(activities: Iterable[Activity], source: str = "") -> ActivityBatch:
    """Return activities of a source as columns; one without an id is given that of its content."""
    rows = [_of_activity(one, source) for one in activities]
    return ActivityBatch(columns_of(ACTIVITY_COLUMNS, rows))


def _of_activity(activity: Activity, source: str) -> Row:
    amount, score = activity.amount, activity.score
    row = {
        "source": source,
        "id": None if activity.id is None else str(activity.id),
        "customer": None if activity.customer is None else str(activity.customer),
        "at": microseconds_of(activity.at),
        **{name: getattr(activity, name) for name in ("kind", "subject", "outcome")},
        **{name: getattr(activity, name) for name in ("campaign", "channel")},
        "amount": None if amount is None else amount.minor,
        "currency": None if amount is None else amount.currency,
        "score": None if score is None else thousandths(score),
    }
    return row if row["id"] is not None else {**row, "id": content_id(row)}


def content_id(row: Row) -> str:
    """Return the id of an activity without one: the same for those that say the same."""
    said = {name: row[name] for name in ACTIVITY_COLUMNS if name not in ("source", "id")}
    return _CONTENT + sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def activities_of(batch: ActivityBatch) -> list[Activity]:
    """Return the activities of a batch; those that had no id have none again."""
    return [
        Activity(
            row["customer"],
            _EPOCH + row["at"] * _MICROSECOND,
            row["kind"],
            **{name: row[name] for name in ("subject", "outcome", "campaign", "channel")},
            amount=money_of(row["amount"], row["currency"]),
            score=None if row["score"] is None else from_thousandths(row["score"]),
            id=None if row["id"].startswith(_CONTENT) else row["id"],
        )
        for row in rows_of(batch.activities)
    ]


def people_batch_of(customers: Iterable[Customer]) -> PeopleBatch:
    """Return people as columns: without contacts and tags, with the place of the main address."""
    return PeopleBatch(columns_of(PEOPLE_COLUMNS, [*_people(customers)]))


def _people(customers: Iterable[Customer]) -> Iterator[Row]:
    for customer in customers:
        address = customer.address or Address()
        yield {
            "id": str(customer.id),
            "created_at": microseconds_of(customer.created_at),
            "birthday": None if customer.birthday is None else customer.birthday.isoformat(),
            **{name: getattr(address, name) for name in ("latitude", "longitude", *_PLACE)},
            "acquisition_channel": customer.acquisition_channel,
            "attributes": dict(customer.attributes) or None,
        }


def in_turn(customers: Iterable[Customer]) -> Iterator[list[Customer]]:
    """Yield some at a time, nobody twice at once."""
    some: dict[str, Customer] = {}
    for customer in customers:
        if str(customer.id) in some or len(some) == _PEOPLE_AT_ONCE:
            yield [*some.values()]
            some = {}
        some[str(customer.id)] = customer
    if some:
        yield [*some.values()]


def people_of(batch: PeopleBatch) -> list[Customer]:
    """Return the people of a batch."""
    return [
        Customer(
            row["id"],
            created_at=instant_of(row["created_at"]),
            acquisition_channel=row["acquisition_channel"],
            addresses=_addresses(row),
            birthday=None if row["birthday"] is None else date.fromisoformat(row["birthday"]),
            attributes=row["attributes"] or {},
        )
        for row in rows_of(batch.people)
    ]


def _addresses(row: Row) -> list[Address]:
    told = {name: row[name] for name in ("latitude", "longitude", *_PLACE)}
    return [] if set(told.values()) == {None} else [Address(**told)]
