"""What of a whole shop is worked out once, and kept until what it rests on changes?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import Any, Final

import attrs

from custinsights.analyses.catalog import Catalog
from custinsights.analyses.customers.cuts import Cuts, cuts
from custinsights.analyses.customers.kept_cuts import cuts_of_record, record_of_cuts
from custinsights.analyses.segments.rule import Rule
from custinsights.analyses.segments.segment import cuts_for
from custinsights.domain.calendar import Calendar
from custinsights.domain.fields import refuse_other
from custinsights.domain.people import Customer
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.products import Product
from custinsights.domain.segments import Segment
from custinsights.domain.tags import TagBook
from custinsights.errors import UnknownName
from custinsights.history.orders import OrderHistory, When
from custinsights.repositories.batches import ProductBatch
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.rows import Row, product_of, products_of, rows_of
from custinsights.repositories.stored import Key
from custinsights.repositories.whole import joined, whole
from custinsights.shop.annotating import all_of
from custinsights.shop.interests import DocumentCounts, document_counts
from custinsights.shop.items import spelled_alike
from custinsights.shop.judging import attributes_of, read_segments, with_attributes
from custinsights.shop.noticing import noticed
from custinsights.shop.once import Once
from custinsights.shop.profiling import (
    Gathered,
    Population,
    gathered,
    notes_of,
)
from custinsights.sources.stored.reading import SHOP, read_store

__all__ = ["ProductLabels", "Remembered"]

CUTS: Final = "cuts"
KEYWORDS: Final = "keywords"
ATTRIBUTES: Final = "attributes"
"""The settings of a store that tell of its whole population, and of all its products."""

MOST_SEEN: Final = 32
"""Of how many customers all is kept in memory, while nothing of theirs changes."""

_FACTS: Final = ("people", "orders", "activities", "tag", "setting")
"""What a history is made of."""


@attrs.frozen(eq=False, repr=False)
class _Seen:
    """What was read of one customer; the notes may have changed since."""

    once: Once
    told: Gathered
    history: OrderHistory
    has_notes: bool = True


@attrs.frozen(repr=False)
class ProductLabels:
    """Asks a store in which departments or categories products are; does not travel."""

    store: Store

    def __call__(self, label: str) -> tuple[str, ...]:
        """Return the departments or categories of all products."""
        with self.store.begin(read_only=True) as work:
            return _labels(work, label)

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        return type(None), ()


def _labels(work: UnitOfWork, label: str) -> tuple[str, ...]:
    batches = work.orders.products()
    told = {one for batch in batches for one in batch.products[label].tolist()}
    return tuple(sorted(told - {None}))


@attrs.frozen(eq=False, repr=False)
class Remembered:
    """The history of a shop, its tags, its segments and its cuts, each as the store has it now.

    Parameters
    ----------
    catalog
        Where the names of traits and rules are looked up.
    """

    catalog: Catalog
    _held: dict[Hashable, tuple[int, Any]] = attrs.field(factory=dict, init=False)
    _products: dict[str, tuple[Row, Product]] = attrs.field(factory=dict, init=False)
    _seen: dict[str, _Seen] = attrs.field(factory=dict, init=False)
    _seen_at: list[int] = attrs.field(factory=lambda: [0], init=False)  # the change looked at last

    def forget(self) -> None:
        """Let go of all of it."""
        self._held.clear()
        self._products.clear()
        self._seen.clear()

    def _still(
        self, name: Hashable, work: UnitOfWork, kinds: Iterable[str], make: Callable[[], Any]
    ) -> Any:
        """Return what was made, while nothing of some kinds has changed since; else make it.

        Who counts no changes has none, and always makes it.
        """
        version = work.last_change()
        if version == 0:
            return make()
        since, found = self._held.get(name, (version + 1, None))
        if since > version:
            found = make()
        elif since < version:
            changes = noticed(work, since)
            if changes is None or changes.of(*kinds):
                found = make()
        self._held[name] = (version, found)
        return found

    def history(self, work: UnitOfWork, policy: PurchasePolicy | None = None) -> OrderHistory:
        """Return the history of the whole shop."""

        def read() -> OrderHistory:
            return read_store(work, policy=policy, name="shop")

        found: OrderHistory = self._still(("history", policy), work, _FACTS, read)
        return found

    def history_of(self, work: UnitOfWork, customer: Key) -> OrderHistory:
        """Return the history of one customer by today's id, with the attributes of all."""
        kinds = work.annotations.setting(ATTRIBUTES) or {}
        return with_attributes(read_store(work, customers=[customer]), kinds)

    def one(self, work: UnitOfWork, customer: Customer) -> tuple[Gathered, OrderHistory]:
        """Return all that rests of a customer; of the last few it is read again where it changed.

        Nothing is kept of who is nobody any more: who was erased is gone.
        """
        name, version = str(customer.id), work.last_change()
        if version < self._seen_at[0]:
            alone = self._read(work, customer)
            return alone.told, alone.history
        self._let_go(work, version)
        seen = self._seen.pop(name, None)
        if seen is None or seen.told.customer != customer:
            seen = self._read(work, customer)
        elif not seen.has_notes:
            told = attrs.evolve(seen.told, notes=notes_of(work, customer.id))
            seen = attrs.evolve(seen, told=told, has_notes=True)
        if version:
            while len(self._seen) >= MOST_SEEN:
                self._seen.pop(next(iter(self._seen)))
            self._seen[name] = seen
        return seen.told, seen.history

    def _read(self, work: UnitOfWork, customer: Customer) -> _Seen:
        once = Once.read(work, customer)
        told = gathered(once, self.products(once.products))
        return _Seen(once, told, self.history_of(once.as_work(), customer.id))

    def _let_go(self, work: UnitOfWork, version: int) -> None:
        """Let go of those of whom anything has changed since it was looked for last."""
        since, self._seen_at[0] = self._seen_at[0], version
        if since == version or not self._seen:
            return
        changes = noticed(work, since)
        if changes is None:
            self._seen.clear()
            return
        for name in changes.touched(work, {name: one.once for name, one in self._seen.items()}):
            del self._seen[name]
        if changes.of("note"):
            for name, one in self._seen.items():
                self._seen[name] = attrs.evolve(one, has_notes=False)

    def whole(self, work: UnitOfWork, customers: Iterable[Customer]) -> list[Customer]:
        """Return customers with what those who were merged into them told."""
        several = self._still("joined", work, ("people",), lambda: joined(work.people))
        return [*whole(work.people, customers, several)]

    def products(self, batches: Iterable[ProductBatch]) -> dict[str, Product]:
        """Return products by id; those that say the same as before are the same objects."""
        found = {}
        for batch in batches:
            for row in rows_of(batch.products):
                name = row["id"]
                held = self._products.get(name)
                if held is None or held[0] != row:
                    held = self._products[name] = (row, product_of(row))
                found[name] = held[1]
        return found

    def book(self, work: UnitOfWork) -> TagBook:
        """Return the book of tags."""

        def read() -> TagBook:
            return TagBook(work.annotations.tag_changes())

        found: TagBook = self._still("tags", work, ("people", "tag"), read)
        return found

    def rules(self, work: UnitOfWork) -> dict[str, Rule]:
        """Return the rules of the shop's own segments by name."""

        def read() -> dict[str, Rule]:
            held = [one.value for one in all_of(work, "segment", Segment)]
            return read_segments(held, self.catalog)

        found: dict[str, Rule] = self._still("rules", work, ("segment",), read)
        return found

    def population(self, work: UnitOfWork) -> Population:
        """Return what is kept of all customers and products."""

        def read() -> Population:
            kept, words = work.annotations.setting(CUTS), work.annotations.setting(KEYWORDS)
            return Population(
                None if kept is None else cuts_of_record(kept),
                DocumentCounts(words["products"], words["of"]) if words else DocumentCounts(),
                self.rules(work),
            )

        found: Population = self._still("population", work, ("segment", "setting"), read)
        return found

    def refresh(self, work: UnitOfWork, as_of: When | None) -> Cuts:
        """Keep what all customers and products say at an instant."""
        history, rules = self.history(work), [*self.rules(work).values()]
        found = cuts_for(history, rules, as_of=as_of, cuts=None) or cuts(history, as_of=as_of)
        counts = document_counts(
            one for batch in work.orders.products() for one in products_of(batch)
        )
        work.annotations.set(CUTS, record_of_cuts(found))
        work.annotations.set(KEYWORDS, {"products": counts.products, "of": dict(counts.of)})
        work.annotations.set(ATTRIBUTES, attributes_of(history))
        return found

    def learned(self, work: UnitOfWork, about: Hashable, learn: Callable[[], Any]) -> Any:
        """Return what was learned of the history; the last question about it is kept."""
        found = self._still("learned", work, _FACTS, lambda: (about, learn()))
        if found[0] != about:
            del self._held["learned"]
            found = self._still("learned", work, _FACTS, lambda: (about, learn()))
        return found[1]

    def refuse_department(
        self, work: UnitOfWork, history: OrderHistory, department: str | None
    ) -> None:
        """Refuse a department that no product has, where any has one; a history may be without it.

        Raises
        ------
        UnknownName
            There is no such department, in whatever case.
        """
        if department is None:
            return
        refuse_other(str, "the department", department)
        held = None if history.products is None else history.products.labels.get("department")
        names = () if held is None else held.names
        if spelled_alike(department, names) is None:
            known = _labels(work, "department")
            if known and spelled_alike(department, known) is None:
                raise UnknownName("department", department, known)

    def calendar(self, work: UnitOfWork) -> Calendar:
        """Return by which days the shop counts."""
        shop = work.annotations.setting(SHOP) or {}
        return Calendar(shop.get("timezone") or "UTC")

    def instant(self, work: UnitOfWork, as_of: When | None) -> datetime:
        """Return what is meant by an instant; by default the end of the observation."""
        if as_of is None:
            return self.history(work).observed_until
        return self.calendar(work).instant(as_of)
