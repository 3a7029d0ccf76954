"""How does what is known of people and products join the rows of orders?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias, TypeVar

import numpy as np

from custinsights.domain.people import Customer
from custinsights.domain.products import Product
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import (
    AnyArray,
    IntArray,
    Labels,
    People,
    Products,
)
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.history.columnar.uniting import united_people, united_products
from custinsights.sources.orders.customer_list import CustomerList
from custinsights.sources.orders.product_list import ProductList

T = TypeVar("T")
Names: TypeAlias = Callable[[IntArray], AnyArray | Labels]
"""From persons, as codes, to their identities."""


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


def customer_list(given: Iterable[Customer] | None) -> CustomerList:
    """Return customers as columns."""
    if isinstance(given, CustomerList):
        return given
    return CustomerList.of(() if given is None else objects(given, Customer, "customers"))


def product_list(given: Iterable[Product] | None) -> ProductList:
    """Return products as columns."""
    if isinstance(given, ProductList):
        return given
    return ProductList.of(() if given is None else objects(given, Product, "products"))


def people(customers: CustomerList, persons: IntArray, names: Names) -> tuple[People | None, int]:
    """Return the customer table, and how many rows tell more of somebody who has one already.

    Parameters
    ----------
    persons
        int64[n], the person of each customer, -1 for nobody.
    names
        The identities of the persons in the history, by code.

    Notes
    -----
    Of somebody in several rows, one with an id is believed before one with an e-mail address, and
    this before one with a phone number; of equal ones the smallest value.
    """
    if not len(customers):
        return None, 0
    rows = np.flatnonzero(persons >= 0)
    more = len(rows) - int(np.count_nonzero(RowGroups(persons, int(persons.max()) + 1).sizes()))
    if not more:
        return _table(customers, rows, names(persons[rows])), 0
    rank = np.full(len(customers), 2)
    for level, kind in ((1, "email"), (0, "customer_id")):
        rank[~customers.keys[kind].is_blank] = level
    tables = [
        _table(customers, at, names(persons[at]))
        for at in (rows[rank[rows] == level] for level in range(3))
    ]
    return united_people(tables, range(len(tables))), more


def _table(customers: CustomerList, rows: IntArray, ids: AnyArray | Labels) -> People:
    tags = customers.tags
    place = np.full(len(customers), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    held = np.flatnonzero(place.take(tags.customer) >= 0)
    return People(
        ids=ids,
        **customers.known.known(rows),
        tags=tags.take(held, place.take(tags.customer[held])),
    )


def products(
    table: Products | None, codes: IntArray, given: ProductList, currency: str
) -> tuple[IntArray, Products | None]:
    """Join the products of lines with those given, whose descriptions come first.

    Returns
    -------
    tuple
        The codes of the lines in the joined table, and the table. A price in another currency
        than the history's is none in it.
    """
    if not len(given):
        return codes, table
    told = Products(
        ids=given.ids,
        labels={name: column for name, column in given.labels.items() if column.names},
        numbers={"price": given.prices_in(currency), "stock": given.stock},
        keywords=given.keywords,
    )
    joined, (_, places) = united_products([told, table], [0, 1])
    if places is None:
        return codes, joined
    return np.append(places, -1).take(codes), joined
