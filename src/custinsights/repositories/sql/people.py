"""How are people kept in a database?"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
from sqlalchemy import delete, select, update

from custinsights.domain.consents import Consent
from custinsights.domain.contacts import hidden_if_contact, shown_id
from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.domain.records import object_of, record_of
from custinsights.errors import AlreadyTaken, InvalidValue, StaleWrite
from custinsights.repositories.batches import PeopleBatch
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.columns import json_of, mapping_of
from custinsights.repositories.sql.directory import listed, people_pages
from custinsights.repositories.sql.known import add_identities, holders, identities_of, owners
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.people_rows import there
from custinsights.repositories.sql.people_writing import (
    change,
    put_person,
    set_pointer,
    write_people,
)
from custinsights.repositories.sql.persons import (
    ids_of,
    key_of,
    needed_key,
    needed_person,
    own_ids_of,
    people_under,
    person_of,
)
from custinsights.repositories.sql.renaming import tell_under_todays_ids
from custinsights.repositories.sql.session import Session
from custinsights.repositories.stored import MERGED_HAS_IT, Key, Stored

__all__ = ["People"]

_TOLD = schema.people.c

_NOW: Final = schema.people.alias("become")
_MERGED: Final = (
    select(_TOLD.id, _NOW.c.id)
    .join(_NOW, _TOLD.root == _NOW.c.key)
    .where(_TOLD.merged_into.is_not(None))
)


class People:
    """The people in a database; see `PeopleRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, customer: Key) -> Stored[Customer] | None:
        """Return a customer."""
        person = person_of(self._session, customer)
        return None if person is None else Stored(*there(self._session, person))

    def put(self, customer: Customer, *, version: int = 0) -> int:
        """Write a customer and return the new version."""
        session = self._session
        session.writing  # noqa: B018 - what is read from here on does not change
        person = person_of(session, customer.id)
        found = 0 if person is None else there(session, person)[1]
        if found != version:
            raise StaleWrite(f"the customer {shown_id(customer.id)}", version, found)
        return there(session, put_person(session, person, customer))[1]

    def write(
        self, customers: Iterable[Customer], identities: Iterable[tuple[Key, Identity]] = ()
    ) -> None:
        """Write many at once; one who was merged is told anew as who they were."""
        session = self._session
        session.writing  # noqa: B018 - what is read from here on does not change
        write_people(session, customers)
        add_identities(session, identities)

    def find(self, identity: Identity) -> Key | None:
        """Return whose an identity is."""
        return self.find_all([identity])[0]

    def find_all(
        self, identities: Sequence[Identity], *, before_merging: bool = False
    ) -> Sequence[Key | None]:
        """Return whose each of many identities is, today or before merging."""
        found = (holders if before_merging else owners)(self._session, identities)
        ids = own_ids_of(self._session, {one for one in found if one is not None})
        return [None if one is None else ids[one] for one in found]

    def identify(self, customer: Key, identities: Iterable[Identity]) -> None:
        """Add identities to somebody."""
        session = self._session
        session.writing  # noqa: B018 - what is read from here on does not change
        needed_key(session, customer)
        add_identities(session, ((customer, one) for one in identities))

    def identities(self, customer: Key) -> tuple[Identity, ...]:
        """Return by what somebody is known, sorted."""
        return identities_of(self._session, customer)

    def rename(self, customer: Key, to: Key) -> None:
        """Give somebody another id; the old one still finds them."""
        session = self._session
        connection = session.writing
        person = needed_person(session, customer)
        taken = owners(session, [Identity("id", str(to))])[0]
        if taken not in (None, person):
            raise AlreadyTaken(f"the id {shown_id(to)}")
        own = key_of(session, to)
        if own not in (None, person):
            raise AlreadyTaken(f"the id {shown_id(to)}", MERGED_HAS_IT)
        if own is None:
            session.add(schema.ids, [{"id": str(to), "person": person}])
        else:
            is_it = schema.ids.c.id == str(to)
            connection.execute(update(schema.ids).where(is_it).values(person=person))
        customer_there, _ = there(session, person)
        change(session, person, attrs.evolve(customer_there, id=str(to)))

    def merge(self, customer: Key, into: Key) -> None:
        """Make one person of two."""
        session = self._session
        session.writing  # noqa: B018 - what is read from here on does not change
        one, other = needed_person(session, customer), needed_person(session, into)
        if one == other:
            given = (hidden_if_contact(customer), hidden_if_contact(into))
            raise InvalidValue("these two are one person already", given, "the ids of two people")
        set_pointer(session, one, other)

    def unmerge(self, customer: Key) -> None:
        """Undo the merging of somebody."""
        session = self._session
        connection = session.writing
        person = needed_key(session, customer)
        pointer = select(_TOLD.merged_into).where(_TOLD.key == person)
        if connection.scalar(pointer) is None:
            given, allowed = hidden_if_contact(customer), "the id of one of merged()"
            raise InvalidValue("the customer was not merged into anybody", given, allowed)
        set_pointer(session, person, None)

    def merged(self) -> Mapping[Key, Key]:
        """Return who was merged, with the one they are now."""
        return dict(self._session.reading.execute(_MERGED).all())

    def scan(
        self, *, customers: Sequence[Key] | None = None, batch_rows: int = 65_536
    ) -> Iterator[PeopleBatch]:
        """Yield people as columns, by ascending key."""
        return people_pages(self._session, customers, batch_rows)

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
        return listed(
            self._session,
            search,
            sort=sort,
            descending=descending,
            after=after,
            customers=customers,
        )

    def consent(self, *entries: Consent) -> None:
        """Add to the ledger of consents."""
        session = self._session
        session.writing  # noqa: B018 - also where there is nothing to write, it must be allowed
        people = [needed_key(session, entry.customer) for entry in entries]
        ids = ids_of(session, people)
        session.tell("people", [(ids[one],) for one in people], "changed")
        first = session.take("entry", len(entries))
        rows = []
        for at, (person, entry) in enumerate(zip(people, entries, strict=True)):
            record = record_of(entry)
            del record["customer"]
            evidence = session.seal(record.pop("evidence", None))
            row = {"number": first + at, "person": person, "evidence": evidence}
            rows.append({**row, "record": json_of(record)})
        session.add(schema.consents, rows)

    def consents(self, customer: Key | None = None) -> tuple[Consent, ...]:
        """Return the ledger of all or of one customer, in the order in which it was written."""
        session, told = self._session, schema.consents.c
        question = select(told.person, told.record, told.evidence).order_by(told.number)
        if customer is not None:
            people = people_under(session, [str(customer)])
            question = question.where(one_of(told.person, people))
        rows = session.reading.execute(question).all()
        ids = ids_of(session, {person for person, *_ in rows})
        return tuple(
            attrs.evolve(
                object_of(Consent, {**mapping_of(record), "customer": ids[person]}),
                evidence=session.unseal(evidence),
            )
            for person, record, evidence in rows
        )

    def forget(self, customer: Key) -> None:
        """Remove all that is personal; the person stays as an empty one, under the same id."""
        session = self._session
        connection = session.writing
        needed_key(session, customer)
        people = people_under(session, [str(customer)])
        question = select(_TOLD.key, _TOLD.id).where(one_of(_TOLD.key, people))
        current = dict(connection.execute(question.order_by(_TOLD.key)).all())
        for person, name in current.items():
            change(session, person, Customer(name))
        ids = schema.ids.c
        theirs = connection.execute(select(ids.id, ids.person).where(one_of(ids.person, people)))
        former = {one: current[person] for one, person in theirs if one != current[person]}
        connection.execute(delete(schema.ids).where(one_of(ids.id, former)))
        tell_under_todays_ids(session, former)
        for table in (schema.identities, schema.consents):
            connection.execute(delete(table).where(one_of(table.c.person, people)))

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody, as JSON has it."""
        session = self._session
        people = sorted(people_under(session, [str(customer)]))
        everyone = {one: there(session, one)[0] for one in people}
        now = person_of(session, customer)
        former = select(schema.ids.c.id).where(one_of(schema.ids.c.person, people))
        current = {str(one.id) for one in everyone.values()}
        return {
            "customer": None if now is None else record_of(everyone[now]),
            "merged": [record_of(one) for person, one in everyone.items() if person != now],
            "former_ids": sorted({*session.reading.scalars(former)} - current),
            "identities": [record_of(one) for one in self.identities(customer)],
            "consents": [record_of(one) for one in self.consents(customer)],
        }
