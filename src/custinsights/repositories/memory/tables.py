"""What rests in memory, and who is who after merging and renaming?

A person has a number that never changes. Whatever is written about somebody bears the number of the
person who had the id then; merging sets a pointer, and reading follows it.
"""

import json
from collections.abc import Collection, Mapping

import attrs

from custinsights.domain.consents import Consent
from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.domain.products import Product
from custinsights.domain.tag_changes import TagChange
from custinsights.errors import UnknownName
from custinsights.repositories.order_rows import OrderRow
from custinsights.repositories.protocols import Annotation
from custinsights.repositories.stored import IDENTITY_LOG, Change, Key, under_todays_ids

__all__ = ["Entry", "LogEntry", "Person", "Tables", "Written"]

_Place = tuple[str, str]


@attrs.frozen
class Person:
    """Somebody: what is known of them, and the number of the person whom they became."""

    customer: Customer
    version: int = 1
    merged_into: int | None = None


@attrs.frozen
class Entry:
    """An order, a refund or an activity: whose it is, its row, the last change that wrote it.

    The row of a refund or an activity has no lines. The customer in a row is None: `person` tells.
    Until when the source was watched that told it is known of orders alone.
    """

    person: int | None
    row: OrderRow
    change: int
    observed_until: int | None = None


@attrs.frozen
class Written:
    """An annotation, and of whom it was written."""

    person: int | None
    value: Annotation
    version: int


@attrs.frozen
class LogEntry:
    """An entry of a log; what it tells is JSON."""

    log: str
    person: int | None
    at: str | None
    tells: str


@attrs.define(eq=False, repr=False)
class Tables:
    """All that rests. Only the dicts and lists change, never what is in them."""

    people: dict[int, Person] = attrs.field(factory=dict)
    names: dict[str, int] = attrs.field(factory=dict)
    identities: dict[tuple[str, str, str], tuple[int, Identity]] = attrs.field(factory=dict)
    consents: list[tuple[int, Consent]] = attrs.field(factory=list)
    orders: dict[_Place, Entry] = attrs.field(factory=dict)
    refunds: dict[_Place, Entry] = attrs.field(factory=dict)
    products: dict[str, Product] = attrs.field(factory=dict)
    activities: dict[_Place, Entry] = attrs.field(factory=dict)
    annotations: dict[tuple[str, ...], Written] = attrs.field(factory=dict)
    tags: list[tuple[int, TagChange]] = attrs.field(factory=list)
    settings: dict[str, str] = attrs.field(factory=dict)
    logs: list[LogEntry] = attrs.field(factory=list)
    feed: list[Change] = attrs.field(factory=list)

    def copy(self) -> "Tables":
        """Return the same, to be changed without changing this."""
        return Tables(*(getattr(self, field.name).copy() for field in attrs.fields(Tables)))

    def own(self, customer: Key) -> int | None:
        """Return the person who has an id, or had it, whoever they are now."""
        return self.names.get(str(customer))

    def now(self, person: int) -> int:
        """Return whom a person became."""
        into = self.people[person].merged_into
        return person if into is None else self.now(into)

    def found(self, customer: Key) -> int | None:
        """Return the person whom an id means today."""
        own = self.own(customer)
        return None if own is None else self.now(own)

    def somebody(self, customer: Key) -> int:
        """Return the person who has an id, whoever they are now; there must be one."""
        own = self.own(customer)
        if own is None:
            raise UnknownName("customer", hidden_if_contact(customer), ())
        return own

    def id_of(self, person: int) -> str:
        """Return the id of whom a person became."""
        return str(self.people[self.now(person)].customer.id)

    def all_of(self, customer: Key) -> Collection[int]:
        """Return all who are today whom an id means."""
        found = self.found(customer)
        return () if found is None else {one for one in self.people if self.now(one) == found}

    def is_one(self, left: int | None, right: int | None) -> bool:
        """Whether two are one person, or both nobody."""
        if left is None or right is None:
            return left is right
        return self.now(left) == self.now(right)

    def wanted(self, customers: Collection[Key] | None) -> Collection[int | None]:
        """Return who is meant by some ids, or everybody and nobody."""
        if customers is None:
            return {None, *self.people}
        meant = {self.found(one) for one in customers} - {None}
        return {one for one in self.people if self.now(one) in meant}

    def add_person(self, customer: Customer) -> int:
        """Take in somebody new."""
        person = len(self.people) + 1
        self.people[person] = Person(customer)
        self.names[str(customer.id)] = person
        self.tell("people", (str(customer.id),), "added")
        return person

    def named(self, customer: Key | None) -> int | None:
        """Return who is named by an order or an activity; who is not known becomes known."""
        if customer is None:
            return None
        own = self.own(customer)
        return self.add_person(Customer(str(customer))) if own is None else own

    def tell(self, repository: str, key: tuple[str, ...], what: str, before: object = None) -> int:
        """Add to the feed of changes, and return the number."""
        number = self.feed[-1].number + 1 if self.feed else 1
        self.feed.append(Change(number, repository, key, what, before))
        return number

    def tell_under_todays_ids(self, former: Mapping[str, str]) -> None:
        """Let the feed and the log of identities name people by other ids than those they had."""
        self.feed = [_renamed(one, former) for one in self.feed]
        self.logs = [
            attrs.evolve(one, tells=json.dumps(under_todays_ids(json.loads(one.tells), former)))
            if one.log == IDENTITY_LOG
            else one
            for one in self.logs
        ]


def _renamed(change: Change, former: Mapping[str, str]) -> Change:
    """Return a change that names a customer by another id."""
    key, before = change.key, change.before
    is_person = change.repository == "people"
    if is_person or (change.repository == "annotations" and key[0] in ("interest", "tag")):
        key = (*key[:-1], former.get(key[-1], key[-1]))
    if isinstance(before, Mapping) and before.get("customer") in former:
        before = {**before, "customer": former[before["customer"]]}
    is_same = key == change.key and before is change.before
    return change if is_same else attrs.evolve(change, key=key, before=before)
