"""Which data of people does a shop want at all? A list of fields; what is not on it is dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

import attrs
import numpy as np

from custinsights.domain.activities import Activity
from custinsights.domain.fields import as_tuple
from custinsights.domain.frozen import frozen
from custinsights.domain.identities import Identity
from custinsights.domain.orders import Order
from custinsights.domain.people import Address, Customer
from custinsights.domain.records import object_of, record_of
from custinsights.errors import InvalidValue, UnknownName
from custinsights.privacy.data_inventory import category_of
from custinsights.repositories.batches import NOTHING, ActivityBatch, OrderBatch, PeopleBatch

__all__ = ["CHOSEN_FROM", "Collected", "Collection"]

T = TypeVar("T")

_NEEDED: Final = frozenset({"identity", "purchases", "tags"})
"""Categories without which there is no order and no customer, and what a log of its own holds."""

CHOSEN_FROM: Final = tuple(
    f"{owner.__name__}.{field.name}"
    for owner in (Customer, Address, Order, Activity)
    for field in attrs.fields(owner)
    if field.default is not attrs.NOTHING and category_of(owner)[field.name].name not in _NEEDED
)
"""The fields that a shop may want or not; all others are needed for orders to be orders."""

_WHOLE: Final = ("Customer.attributes", "Order.labels")
"""Fields of which parts can be wanted, by their names: ``Customer.attributes.vip``."""

_PLACE: Final = {name: f"Address.{name}" for name in ("country", "region", "city")}
_OF_ORDERS: Final = _PLACE
_OF_PEOPLE: Final = {
    **_PLACE,
    "latitude": "Address.latitude",
    "longitude": "Address.longitude",
    **{name: f"Customer.{name}" for name in ("created_at", "birthday", "acquisition_channel")},
}
_OF_ACTIVITIES: Final = {
    name: f"Activity.{name}"
    for name in ("subject", "outcome", "campaign", "channel", "amount", "score")
}


@attrs.frozen
class Collected(Generic[T]):
    """What is left of an object or a batch, and how much of which field was dropped."""

    kept: T = attrs.field(repr=False)
    dropped: Mapping[str, int] = attrs.field(converter=frozen)


def _names(given: Iterable[str]) -> frozenset[str]:
    names = frozenset(as_tuple(given))
    for name in names:
        is_part = isinstance(name, str) and name.rpartition(".")[0] in _WHOLE
        if name not in CHOSEN_FROM and not is_part:
            advice = "What orders and customers need is always collected"
            raise UnknownName("field to collect", name, CHOSEN_FROM, advice)
    if len(names & {"Address.latitude", "Address.longitude"}) == 1:
        what, allowed = "only one of latitude and longitude is collected", "both, or none of them"
        raise InvalidValue(what, tuple(sorted(names)), allowed)
    return names


@attrs.frozen
class Collection:
    """The fields about people that a shop collects; ids, purchases and what was asked for remain.

    Parameters
    ----------
    fields : iterable of str
        Any of `CHOSEN_FROM`, such as ``"Customer.email"``; of attributes and labels also single
        ones, such as ``"Customer.attributes.vip"``.

    Raises
    ------
    UnknownName
        If there is no such field to choose.
    InvalidValue
        If only one of latitude and longitude is wanted.

    Examples
    --------
    >>> lean = Collection(["Customer.email", "Customer.addresses", "Address.country"])
    >>> anna = Customer(
    ...     "c7", name="Anna", email="anna@example.com", addresses=[Address(city="Lyon")]
    ... )
    >>> lean.of(anna)
    Collected(dropped={'Customer.name': 1, 'Address.city': 1})
    >>> lean.of(anna).kept.addresses
    ()
    """

    fields: frozenset[str] = attrs.field(converter=_names)

    def wants(self, name: str) -> bool:
        """Whether a field is collected."""
        return name in self.fields or name not in CHOSEN_FROM

    def of(self, thing: T) -> Collected[T]:
        """Return what is left of a customer, an address, an order or an activity.

        Anything else is left as it is.
        """
        dropped: Counter[str] = Counter()
        return Collected(self._left(thing, dropped), dropped)

    def of_batch(self, batch: T) -> Collected[T]:
        """Return what is left of a batch of orders, people or activities."""
        dropped: Counter[str] = Counter()
        kept: Any = batch
        if isinstance(batch, OrderBatch):
            columns = self._columns(batch.orders, _OF_ORDERS, dropped)
            kept = attrs.evolve(batch, orders=columns)
        elif isinstance(batch, PeopleBatch):
            kept = attrs.evolve(batch, people=self._columns(batch.people, _OF_PEOPLE, dropped))
        elif isinstance(batch, ActivityBatch):
            columns = self._columns(batch.activities, _OF_ACTIVITIES, dropped)
            kept = attrs.evolve(batch, activities=columns)
        return Collected(kept, dropped)

    def of_identities(self, identities: Iterable[Identity]) -> Collected[tuple[Identity, ...]]:
        """Return the identities that may be kept: no addresses and numbers that are not wanted."""
        told = tuple(identities)
        kept = tuple(one for one in told if self.wants(f"Customer.{one.kind}"))
        gone = Counter(f"Customer.{one.kind}" for one in told if one not in kept)
        return Collected(kept, gone)

    def _left(self, thing: Any, dropped: Counter[str]) -> Any:
        owner = type(thing)
        if owner not in {Customer, Address, Order, Activity}:
            return thing
        changed = dict(self._changed(thing, owner, dropped))
        return attrs.evolve(thing, **changed) if changed else thing

    def _changed(
        self, thing: Any, owner: type, dropped: Counter[str]
    ) -> Iterator[tuple[str, object]]:
        for field in attrs.fields(owner):
            name, value = f"{owner.__name__}.{field.name}", getattr(thing, field.name)
            left = value
            if isinstance(value, Mapping):
                left = self._parts(name, value, dropped)
            elif not self.wants(name):
                if value not in (None, ()):
                    dropped[name] += 1
                left = () if isinstance(value, tuple) else None
            elif isinstance(value, Address):
                left = self._left(value, dropped)
                left = None if left == Address() else left
            elif isinstance(value, tuple) and owner is Customer:
                told = [self._left(one, dropped) for one in value]
                left = tuple(one for one in told if one != Address())
            if left is not value and left != value:
                yield field.name, left

    def _parts(self, name: str, told: Mapping[str, Any], dropped: Counter[str]) -> dict[str, Any]:
        kept = {
            part: value
            for part, value in told.items()
            if name in self.fields or f"{name}.{part}" in self.fields
        }
        if len(kept) < len(told):
            dropped[name] += len(told) - len(kept)
        return kept

    def _columns(
        self, columns: Mapping[str, Any], names: Mapping[str, str], dropped: Counter[str]
    ) -> Mapping[str, Any]:
        kept = dict(columns)
        for column, name in names.items():
            if column in columns and not self.wants(name):
                kept[column] = _emptied(columns[column], name, dropped)
        mappings = {"attributes": "Customer.attributes", "labels": "Order.labels"}
        for column, name in mappings.items():
            if column in columns and not self.wants(name):
                told = [self._parts(name, one or {}, dropped) for one in columns[column]]
                kept[column] = _objects([one or None for one in told])
        if "addresses" in columns:
            kept["addresses"] = _objects(
                [self._addresses(one or {}, dropped) for one in columns["addresses"]]
            )
        return MappingProxyType(kept)

    def _addresses(self, told: Mapping[str, Any], dropped: Counter[str]) -> object:
        found = {}
        for use, record in told.items():
            name = f"Order.{use}_address"
            if not self.wants(name):
                dropped[name] += 1
                continue
            left = self._left(object_of(Address, record), dropped)
            if left != Address():
                found[use] = record_of(left)
        return found or None


def _objects(values: list[Any]) -> Any:
    column = np.empty(len(values), dtype=object)
    for row, one in enumerate(values):
        column[row] = one
    return column


def _emptied(column: Any, name: str, dropped: Counter[str]) -> Any:
    """Return a column in which nothing is told, and count what was."""
    if column.dtype.kind == "O":
        told = sum(one is not None for one in column.tolist())
        empty = np.full(len(column), None, dtype=object)
    elif column.dtype.kind == "f":
        told, empty = int((~np.isnan(column)).sum()), np.full(len(column), np.nan)
    else:
        told, empty = int((column != NOTHING).sum()), np.full(len(column), NOTHING)
    if told:
        dropped[name] += told
    return empty
