"""How are people kept in memory?"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from custinsights.domain.consents import Consent
from custinsights.domain.contacts import hidden_if_contact, masked, shown_id
from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.domain.records import record_of
from custinsights.errors import AlreadyTaken, InvalidValue, StaleWrite
from custinsights.repositories.batches import PeopleBatch
from custinsights.repositories.memory.session import Session
from custinsights.repositories.memory.tables import Tables
from custinsights.repositories.people import contacts_of, listed_people, refuse_tags
from custinsights.repositories.rows import in_turn, people_batch_of
from custinsights.repositories.stored import MERGED_HAS_IT, Key, Stored

__all__ = ["People"]


class People:
    """The people in memory; see `PeopleRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, customer: Key) -> Stored[Customer] | None:
        """Return a customer."""
        tables = self._session.seen
        found = tables.found(customer)
        if found is None:
            return None
        return Stored(tables.people[found].customer, tables.people[found].version)

    def put(self, customer: Customer, *, version: int = 0) -> int:
        """Write a customer and return the new version."""
        tables = self._session.changing()
        person = tables.found(customer.id)
        there = 0 if person is None else tables.people[person].version
        if there != version:
            raise StaleWrite(f"the customer {shown_id(customer.id)}", version, there)
        person = _write(tables, person, customer)
        _give_contacts(tables, [(person, customer)])
        return tables.people[person].version

    def write(
        self, customers: Iterable[Customer], identities: Iterable[tuple[Key, Identity]] = ()
    ) -> None:
        """Write many at once; one who was merged is told anew as who they were."""
        tables = self._session.changing()
        for some in in_turn(customers):
            _give_contacts(tables, [(_write(tables, tables.own(one.id), one), one) for one in some])
        for customer_id, identity in identities:
            _identify(tables, customer_id, [identity])

    def find(self, identity: Identity) -> Key | None:
        """Return whose an identity is."""
        found = _owner(self._session.seen, identity)
        return None if found is None else self._session.seen.id_of(found)

    def find_all(
        self, identities: Sequence[Identity], *, before_merging: bool = False
    ) -> Sequence[Key | None]:
        """Return whose each of many identities is, today or before merging."""
        if not before_merging:
            return [self.find(one) for one in identities]
        tables = self._session.seen
        held = [_holder(tables, one) for one in identities]
        return [None if one is None else tables.people[one].customer.id for one in held]

    def identify(self, customer: Key, identities: Iterable[Identity]) -> None:
        """Add identities to somebody."""
        _identify(self._session.changing(), customer, [*identities])

    def identities(self, customer: Key) -> tuple[Identity, ...]:
        """Return by what somebody is known, sorted."""
        tables = self._session.seen
        everyone = tables.all_of(customer)
        own = [one for person, one in tables.identities.values() if person in everyone]
        return tuple(sorted(own, key=lambda one: one.key))

    def rename(self, customer: Key, to: Key) -> None:
        """Give somebody another id; the old one still finds them."""
        tables = self._session.changing()
        person = tables.now(tables.somebody(customer))
        taken = _owner(tables, Identity("id", str(to)))
        if taken not in (None, person):
            raise AlreadyTaken(f"the id {shown_id(to)}")
        if tables.own(to) not in (None, person):
            raise AlreadyTaken(f"the id {shown_id(to)}", MERGED_HAS_IT)
        _change(tables, person, attrs.evolve(tables.people[person].customer, id=str(to)))
        tables.names[str(to)] = person

    def merge(self, customer: Key, into: Key) -> None:
        """Make one person of two."""
        tables = self._session.changing()
        one, other = (tables.now(tables.somebody(who)) for who in (customer, into))
        if one == other:
            given = (hidden_if_contact(customer), hidden_if_contact(into))
            raise InvalidValue("these two are one person already", given, "the ids of two people")
        _point(tables, one, other)

    def unmerge(self, customer: Key) -> None:
        """Undo the merging of somebody."""
        tables = self._session.changing()
        person = tables.somebody(customer)
        if tables.people[person].merged_into is None:
            given, allowed = hidden_if_contact(customer), "the id of one of merged()"
            raise InvalidValue("the customer was not merged into anybody", given, allowed)
        _point(tables, person, None)

    def merged(self) -> Mapping[Key, Key]:
        """Return who was merged, with the one they are now."""
        tables = self._session.seen
        gone = [one for one, person in tables.people.items() if person.merged_into is not None]
        return {tables.people[one].customer.id: tables.id_of(one) for one in gone}

    def scan(
        self, *, customers: Sequence[Key] | None = None, batch_rows: int = 65_536
    ) -> Iterator[PeopleBatch]:
        """Yield people as columns, by ascending key."""
        there = sorted(_there(self._session.seen, customers), key=lambda one: str(one.id))
        for first in range(0, len(there), batch_rows):
            yield people_batch_of(there[first : first + batch_rows])

    def listed(
        self,
        search: str = "",
        *,
        sort: str = "id",
        descending: bool = False,
        after: Key | None = None,
        customers: Collection[Key] | None = None,
    ) -> Iterator[Customer]:
        """Yield people as a directory lists them."""
        tables = self._session.seen
        last = None
        if after is not None:
            last = tables.people[tables.now(tables.somebody(after))].customer
        there = _there(tables, customers)
        yield from listed_people(there, search, sort=sort, descending=descending, last=last)

    def consent(self, *entries: Consent) -> None:
        """Add to the ledger of consents."""
        tables = self._session.changing()
        for entry in entries:
            person = tables.somebody(entry.customer)
            tables.consents.append((person, entry))
            tables.tell("people", (tables.id_of(person),), "changed")

    def consents(self, customer: Key | None = None) -> tuple[Consent, ...]:
        """Return the ledger of all or of one customer, in the order in which it was written."""
        tables = self._session.seen
        everyone = tables.people if customer is None else tables.all_of(customer)
        return tuple(
            attrs.evolve(one, customer=tables.id_of(person))
            for person, one in tables.consents
            if person in everyone
        )

    def forget(self, customer: Key) -> None:
        """Remove all that is personal; the person stays as an empty one, under the same id."""
        tables = self._session.changing()
        tables.somebody(customer)
        everyone = tables.all_of(customer)
        former: dict[str, str] = {}
        for person in everyone:
            current = str(tables.people[person].customer.id)
            names = [name for name, whose in tables.names.items() if whose == person]
            former |= dict.fromkeys({*names} - {current}, current)
            _change(tables, person, Customer(current))
        for name in former:
            del tables.names[name]
        tables.tell_under_todays_ids(former)
        for key, (person, _) in [*tables.identities.items()]:
            if person in everyone:
                del tables.identities[key]
        tables.consents = [one for one in tables.consents if one[0] not in everyone]

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody."""
        tables = self._session.seen
        people = [tables.people[one].customer for one in sorted(tables.all_of(customer))]
        everyone = tables.all_of(customer)
        current = {str(one.id) for one in people}
        found = self.get(customer)
        return {
            "customer": None if found is None else record_of(found.value),
            "merged": [record_of(one) for one in people if found and one.id != found.value.id],
            "former_ids": sorted(
                name
                for name, whose in tables.names.items()
                if whose in everyone and name not in current
            ),
            "identities": [record_of(one) for one in self.identities(customer)],
            "consents": [record_of(one) for one in self.consents(customer)],
        }


def _write(tables: Tables, person: int | None, customer: Customer) -> int:
    """Write somebody who may be new, and return the number."""
    refuse_tags(customer)
    if person is None:
        person = tables.add_person(attrs.evolve(customer, id=str(customer.id)))
    else:
        _change(tables, person, attrs.evolve(customer, id=tables.people[person].customer.id))
    return person


def _give_contacts(tables: Tables, customers: Sequence[tuple[int, Customer]]) -> None:
    """Let people be known by their contacts, where those are nobody's, or nobody's any more."""
    for person, customer in customers:
        for identity in contacts_of(customer):
            owner, _ = tables.identities.setdefault(identity.key, (person, identity))
            if not tables.people[owner].customer.is_reached_by(identity):
                tables.identities[identity.key] = (person, identity)
                tables.tell("people", (str(tables.people[owner].customer.id),), "changed")


def _change(tables: Tables, person: int, customer: Customer) -> None:
    """Write somebody who is there, where it is another than before."""
    before = tables.people[person]
    if record_of(before.customer) != record_of(customer):
        version = before.version + 1
        tables.people[person] = attrs.evolve(before, customer=customer, version=version)
        tables.tell("people", (str(customer.id),), "changed")


def _point(tables: Tables, person: int, into: int | None) -> None:
    """Let somebody be another one, or again themselves."""
    for changed in (person, tables.now(person) if into is None else into):
        tables.tell("people", (str(tables.people[changed].customer.id),), "changed")
    tables.people[person] = attrs.evolve(tables.people[person], merged_into=into)


def _holder(tables: Tables, identity: Identity) -> int | None:
    """Return the person whose an identity is, before merging."""
    kind, source, value = identity.key
    own = tables.identities.get(identity.key, (None,))[0] if value else None
    return tables.own(value) if own is None and (kind, source) == ("id", "") else own


def _owner(tables: Tables, identity: Identity) -> int | None:
    """Return the person today whose an identity is."""
    own = _holder(tables, identity)
    return None if own is None else tables.now(own)


def _identify(tables: Tables, customer: Key, identities: Sequence[Identity]) -> None:
    person = tables.somebody(customer)
    for identity in identities:
        owner = _owner(tables, identity)
        if owner not in (None, tables.now(person)):
            raise AlreadyTaken(f"the {identity.kind} {masked(identity.value)}")
    for identity in identities:
        if identity.key[2] and identity.key not in tables.identities:
            tables.identities[identity.key] = (person, identity)
            tables.tell("people", (tables.id_of(person),), "changed")


def _there(tables: Tables, customers: Collection[Key] | None) -> list[Customer]:
    """Return who is there, of some or all, but not who was merged."""
    wanted = tables.wanted(customers)
    return [
        person.customer
        for number, person in tables.people.items()
        if number in wanted and person.merged_into is None
    ]
