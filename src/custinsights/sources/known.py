"""People and products that are known beside the orders, given as objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from custinsights.domain.fields import thousandths
from custinsights.domain.people import Customer
from custinsights.domain.products import Product
from custinsights.errors import InvalidValue
from custinsights.history.columns import (
    NO_INSTANT,
    AnyArray,
    IntArray,
    Labels,
    People,
    Products,
    TagRow,
)
from custinsights.history.localtime import to_microseconds
from custinsights.sources import cells
from custinsights.sources.columns import Texts

_READERS = {
    "customer_id": cells.customer_ids,
    "email": cells.emails,
    "phone": cells.phones,
}
_NO_NUMBER = int(np.iinfo(np.int64).min)

T = TypeVar("T")


def objects(given: Iterable[T], kind: type[T], what: str) -> tuple[T, ...]:
    """Return objects of one class as a tuple; refuse others."""
    allowed = f"a list of objects of the class {kind.__name__} of custinsights.domain"
    if not isinstance(given, Iterable) or isinstance(given, str | bytes | Mapping):
        raise InvalidValue(f"the {what} are no list", type(given).__name__, allowed)
    found = tuple(given)
    for one in found:  # the value is not shown: it may be somebody's address
        if not isinstance(one, kind):
            what = f"one of the {what} is no {kind.__name__}"
            raise InvalidValue(what, type(one).__name__, allowed)
    return found


def contacts(customers: Sequence[Customer], kind: str) -> Texts:
    """Return an identity of each customer, normalised as those of orders are."""
    if kind == "customer_id":
        given = [str(one.id) for one in customers]
    else:
        given = [getattr(one, kind) or "" for one in customers]
    return _READERS[kind](Texts.of(given))


def people(customers: Sequence[Customer], ids: AnyArray | Labels) -> People | None:
    """Return the customer table; `ids` are the identities of the customers in the history."""
    if not customers:
        return None
    created = [
        NO_INSTANT if one.created_at is None else to_microseconds(one.created_at)
        for one in customers
    ]
    labels = {
        part: _labels(getattr(one.address, part, None) for one in customers)
        for part in ("country", "region", "city")
    }
    labels["acquisition_channel"] = _labels(one.acquisition_channel for one in customers)
    tags = [
        TagRow(
            person=row,
            name=tag.name,
            since=None if tag.since is None else to_microseconds(tag.since),
            until=None if tag.until is None else to_microseconds(tag.until),
        )
        for row, one in enumerate(customers)
        for tag in one.tags
    ]
    return People(
        ids=ids.texts() if isinstance(ids, Labels) else ids,
        created_at=np.array(created, dtype=np.int64),
        labels={name: column for name, column in labels.items() if column.names},
        tags=tuple(tags),
    )


def products(
    table: Products | None, codes: IntArray, given: Sequence[Product], currency: str
) -> tuple[IntArray, Products | None]:
    """Join the products of lines with those given, whose descriptions come first.

    Returns
    -------
    tuple
        The codes of the lines in the joined table, and the table.
    """
    if not given:
        return codes, table
    by_id = {str(one.id): one for one in given}
    if len(by_id) != len(given):
        raise InvalidValue("two products have the same id", len(given) - len(by_id), "each id once")
    own = () if table is None else table.ids
    ids = tuple(sorted({*own, *by_id}))
    place = {name: at for at, name in enumerate(ids)}
    moved = np.array([*(place[name] for name in own), -1], dtype=np.int64)
    labels = {}
    for name in ("title", "category", "department"):
        said = {} if table is None or name not in table.labels else _by_id(table, name)
        told = (getattr(by_id.get(one), name, None) or said.get(one) for one in ids)
        labels[name] = _labels(told)
    price = [_price(by_id.get(one), currency) for one in ids]
    stock = [_stock(by_id.get(one)) for one in ids]
    return moved.take(codes, mode="wrap"), Products(
        ids=ids,
        labels={name: column for name, column in labels.items() if column.names},
        numbers={"price": np.array(price), "stock": np.array(stock)},
        keywords=tuple(by_id[one].keywords if one in by_id else () for one in ids),
    )


def _by_id(table: Products, name: str) -> dict[str, str | None]:
    return dict(zip(table.ids, table.labels[name].texts().tolist(), strict=True))


def _price(product: Product | None, currency: str) -> int:
    if product is None or product.price is None or product.price.currency != currency:
        return _NO_NUMBER
    return product.price.minor


def _stock(product: Product | None) -> int:
    if product is None or product.stock is None:
        return _NO_NUMBER
    return thousandths(product.stock)


def _labels(texts: Iterable[str | None]) -> Labels:
    return Texts.of(text or "" for text in texts).labels()
