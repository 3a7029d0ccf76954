"""How is all that rests of one customer read once, for objects and for columns?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import attrs
import numpy as np

from custinsights.domain.activities import Activity
from custinsights.domain.orders import Order, Refund
from custinsights.domain.people import Customer
from custinsights.domain.tag_changes import TagChange
from custinsights.repositories.batches import (
    ActivityBatch,
    OrderBatch,
    PeopleBatch,
    ProductBatch,
)
from custinsights.repositories.order_rows import orders_of, refunds_of
from custinsights.repositories.protocols import UnitOfWork
from custinsights.repositories.rows import activities_of, people_batch_of
from custinsights.repositories.stored import Key

__all__ = ["Once"]


@attrs.frozen(eq=False)
class Once:
    """What a store holds of one customer: read as batches, told as objects.

    Parameters
    ----------
    work
        The unit of work that read it.
    customer, tags
        Who it is, and the log of their tags.
    orders, activities, products
        The batches; products are those that the others name.
    """

    work: UnitOfWork
    customer: Customer
    tags: tuple[TagChange, ...]
    orders: Sequence[OrderBatch]
    activities: Sequence[ActivityBatch]
    products: Sequence[ProductBatch]

    @classmethod
    def read(cls, work: UnitOfWork, customer: Customer) -> Once:
        """Read the tags, orders, activities and products of a customer."""
        orders = [*work.orders.scan(customers=[customer.id])]
        activities = [*work.activities.scan(customers=[customer.id])]
        named = sorted({*_named(orders, activities)})
        products = [*work.orders.products(named)] if named else []
        tags = work.annotations.tag_changes(customer.id)
        return cls(work, customer, tags, orders, activities, products)

    @property
    def order_keys(self) -> frozenset[tuple[str, ...]]:
        """Under which keys the feed of changes tells of the orders, refunds and products."""
        orders = (key for batch in self.orders for key in _keys(batch.orders))
        lone = ((*key, "refund") for batch in self.orders for key in _keys(batch.refunds))
        products = (("product", one) for one in _named(self.orders, self.activities))
        return frozenset({*orders, *lone, *products})

    @property
    def activity_keys(self) -> frozenset[tuple[str, ...]]:
        """Under which keys the feed of changes tells of the activities."""
        return frozenset(key for batch in self.activities for key in _keys(batch.activities))

    def told_orders(self) -> tuple[tuple[Order, ...], tuple[Refund, ...]]:
        """Return the orders, by time, then source and id, and the refunds of none of them.

        A refund that rests by itself goes with the order that it names.
        """
        found = {_key(one): one for batch in self.orders for one in orders_of(batch)}
        loose = []
        for source, refund in (one for batch in self.orders for one in refunds_of(batch)):
            key = (source, str(refund.order))
            if key in found:
                own = attrs.evolve(refund, order=None, customer=None)
                found[key] = attrs.evolve(found[key], refunds=(*found[key].refunds, own))
            else:
                loose.append(refund)
        in_time = sorted(found.values(), key=lambda one: (one.placed_at, *_key(one)))
        return tuple(in_time), tuple(loose)

    def told_activities(self) -> tuple[Activity, ...]:
        """Return the activities, by time."""
        found = [one for batch in self.activities for one in activities_of(batch)]
        return tuple(sorted(found, key=lambda one: one.at))

    def as_work(self) -> UnitOfWork:
        """Return the unit of work as one that scans what was read here."""
        return cast("UnitOfWork", _Work(self))


@attrs.frozen(eq=False)
class _Work:
    once: Once

    def __getattr__(self, name: str) -> Any:
        return getattr(self.once.work, name)

    @property
    def people(self) -> _People:
        return _People(self.once.customer)

    @property
    def annotations(self) -> _Annotations:
        return _Annotations(self.once)

    @property
    def orders(self) -> _Orders:
        return _Orders(self.once)

    @property
    def activities(self) -> _Activities:
        return _Activities(self.once)


@attrs.frozen(eq=False)
class _People:
    customer: Customer

    def merged(self) -> Mapping[Key, Key]:
        return {}  # the customer is told whole already

    def scan(self, **_: Any) -> Iterator[PeopleBatch]:
        yield people_batch_of([self.customer])


@attrs.frozen(eq=False)
class _Annotations:
    once: Once

    def tag_changes(self, _: Key) -> tuple[TagChange, ...]:
        return self.once.tags

    def setting(self, name: str) -> Mapping[str, Any] | None:
        return self.once.work.annotations.setting(name)


@attrs.frozen(eq=False)
class _Orders:
    once: Once

    def scan(
        self,
        columns: Sequence[str] | None = None,
        *,
        customers: Sequence[Key] | None = None,
        **told: Any,
    ) -> Iterator[OrderBatch]:
        if customers is None:
            return self.once.work.orders.scan(columns, **told)
        return iter(self.once.orders)

    def products(self, ids: Sequence[Key]) -> Iterator[ProductBatch]:
        wanted = {*map(str, ids)}
        for batch in self.once.products:
            rows = np.flatnonzero([one in wanted for one in batch.products["id"].tolist()])
            yield ProductBatch({name: column[rows] for name, column in batch.products.items()})


@attrs.frozen(eq=False)
class _Activities:
    once: Once

    def scan(self, **_: Any) -> Iterator[ActivityBatch]:
        return iter(self.once.activities)


def _key(order: Order) -> tuple[str, str]:
    return order.source or "", str(order.id)


def _keys(columns: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the keys of rows; refunds of orders have none, and are never asked for."""
    return zip(columns["source"].tolist(), columns["id"].tolist(), strict=True)


def _named(orders: Sequence[OrderBatch], activities: Sequence[ActivityBatch]) -> Iterator[str]:
    """Yield the ids of products that lines, refunds and activities name."""
    columns = [table["product"] for batch in orders for table in (batch.lines, batch.refunds)]
    columns += [batch.activities["subject"] for batch in activities]
    for column in columns:
        yield from (one for one in column.tolist() if one is not None)
