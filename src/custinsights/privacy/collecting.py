"""How does a store never get what the shop does not want to know?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, cast

from custinsights.privacy.collection import Collected, Collection

if TYPE_CHECKING:
    from custinsights.domain.activities import Activity
    from custinsights.domain.identities import Identity
    from custinsights.domain.orders import Order
    from custinsights.domain.people import Customer
    from custinsights.repositories.batches import ActivityBatch, OrderBatch
    from custinsights.repositories.protocols import Store, UnitOfWork
    from custinsights.repositories.stored import Key

__all__ = ["COLLECTIONS", "collecting"]

COLLECTIONS: Final = "collection"
"""The log of what was not collected."""


def collecting(store: Store, collection: Collection) -> Store:
    """Return a store that lets only what is wanted into another one, by whatever way it comes.

    What is not on the list is dropped before it is written: from customers, identities, orders,
    addresses and activities, one by one or as batches, so also when files are imported. How much of
    which field was dropped stands in the log ``collection``, an entry for each unit of work that
    dropped something. What rests there already stays.

    Parameters
    ----------
    store : Store
        Where the rest rests.
    collection : Collection
        What is wanted. Without e-mail addresses and phone numbers people are told apart by ids
        alone.

    Examples
    --------
    >>> from custinsights.domain import Customer
    >>> from custinsights.repositories.memory import MemoryStore
    >>> store = collecting(MemoryStore(), Collection(["Customer.email"]))
    >>> with store.begin() as work:
    ...     version = work.people.put(Customer("c7", name="Anna", email="anna@example.com"))
    ...     print(work.people.get("c7").value.name)
    None
    """
    return cast("Store", _Store(store, collection))


class _Store:
    """A store whose units of work collect."""

    def __init__(self, store: Store, collection: Collection) -> None:
        self._store = store
        self._collection = collection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def begin(self, *, at: datetime | None = None, read_only: bool = False) -> UnitOfWork:
        work = self._store.begin(at=at, read_only=read_only)
        return work if read_only else cast("UnitOfWork", _Work(work, self._collection))


class _Dropping:
    """Passes on what is wanted, and counts the rest."""

    def __init__(self, collection: Collection, dropped: Counter[str]) -> None:
        self.collection = collection
        self._dropped = dropped

    def kept(self, collected: Collected[Any]) -> Any:
        self._dropped.update(collected.dropped)
        return collected.kept

    def each(self, things: Iterable[Any]) -> list[Any]:
        return [self.kept(self.collection.of(one)) for one in things]


class _Work:
    """A unit of work that collects, and logs at its end what it dropped."""

    def __init__(self, work: UnitOfWork, collection: Collection) -> None:
        self._work = work
        self._dropped: Counter[str] = Counter()
        dropping = _Dropping(collection, self._dropped)
        self.people = _People(work.people, dropping)
        self.orders = _Orders(work.orders, dropping)
        self.activities = _Activities(work.activities, dropping)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)

    def commit(self) -> None:
        self._log()
        self._work.commit()

    def __enter__(self) -> Self:
        self._work.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._log()
        self._work.__exit__(kind, error, trace)

    def _log(self) -> None:
        if self._dropped:
            self._work.annotations.record(
                COLLECTIONS, {"dropped": dict(sorted(self._dropped.items()))}
            )
            self._dropped.clear()


class _Room:
    """A repository of which some methods collect."""

    def __init__(self, room: Any, dropping: _Dropping) -> None:
        self._room = room
        self._dropping = dropping

    def __getattr__(self, name: str) -> Any:
        return getattr(self._room, name)


class _People(_Room):
    def put(self, customer: Customer, *, version: int = 0) -> int:
        [kept] = self._dropping.each([customer])
        written: int = self._room.put(kept, version=version)
        return written

    def write(
        self, customers: Iterable[Customer], identities: Iterable[tuple[Key, Identity]] = ()
    ) -> None:
        told = [(customer, one) for customer, own in identities for one in self._identities([own])]
        self._room.write(self._dropping.each(customers), told)

    def identify(self, customer: Key, identities: Iterable[Identity]) -> None:
        self._room.identify(customer, self._identities(identities))

    def _identities(self, identities: Iterable[Identity]) -> tuple[Identity, ...]:
        kept: tuple[Identity, ...] = self._dropping.kept(
            self._dropping.collection.of_identities(identities)
        )
        return kept


class _Orders(_Room):
    def add(self, *orders: Order) -> None:
        self._room.add(*self._dropping.each(orders))

    def write(self, batch: OrderBatch) -> Mapping[str, int]:
        kept = self._dropping.kept(self._dropping.collection.of_batch(batch))
        counts: Mapping[str, int] = self._room.write(kept)
        return counts


class _Activities(_Room):
    def add(self, *activities: Activity, source: str = "") -> None:
        self._room.add(*self._dropping.each(activities), source=source)

    def write(self, batch: ActivityBatch) -> Mapping[str, int]:
        kept = self._dropping.kept(self._dropping.collection.of_batch(batch))
        counts: Mapping[str, int] = self._room.write(kept)
        return counts
