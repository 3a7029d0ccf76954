"""How does a shop's own table of customers read?"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from custinsights.domain.consents import Consent
from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.identities import Identity
from custinsights.domain.people import Address, Customer
from custinsights.domain.records import record_of
from custinsights.errors import UnknownName
from custinsights.repositories.batches import PeopleBatch
from custinsights.repositories.people import contacts_of, listed_people
from custinsights.repositories.rows import Row, instant_of, people_batch_of
from custinsights.repositories.sql.mapped import Reader
from custinsights.repositories.sql.unmapped import refuse_writing
from custinsights.repositories.stored import Key, Stored

__all__ = ["PERSON_COLUMNS", "MappedPeople"]

_PLACE: Final = ("street", "postal_code", "city", "region", "country")
_DEGREES: Final = ("latitude", "longitude")
PERSON_COLUMNS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("id", "name", "email", "phone", "acquisition_channel"), "text"),
    "created_at": "instant",
    "birthday": "day",
    **dict.fromkeys(_PLACE, "text"),
    **dict.fromkeys(_DEGREES, "float"),
}
"""What a table of customers may tell, and of which kind it is."""

_ATTRIBUTE: Final = "attribute_"


class MappedPeople:
    """The reading half of a `PeopleRepository` over a shop's own table.

    Without a table of customers, those who ordered are known by their ids alone.
    """

    put = write = identify = rename = merge = unmerge = staticmethod(refuse_writing)
    consent = forget = staticmethod(refuse_writing)

    def __init__(self, connection: Connection, readers: Mapping[str, Reader]) -> None:
        self._connection = connection
        self._readers = readers

    def get(self, customer: Key) -> Stored[Customer] | None:
        """Return a customer; nothing tells versions, so that it is always 1."""
        found = self._people([str(customer)])
        return Stored(found[0], 1) if found else None

    def find(self, identity: Identity) -> Key | None:
        """Return whose an identity is: an id, or a contact of somebody."""
        return self.find_all([identity])[0]

    def find_all(
        self, identities: Sequence[Identity], *, before_merging: bool = False
    ) -> Sequence[Key | None]:
        """Return whose each of many identities is; contacts are looked for in all of the table."""
        del before_merging  # nobody is merged here
        ids = [one.value.strip() for one in identities if one.key[:2] == ("id", "")]
        known: dict[tuple[str, str, str], str] = {}
        if any(one.kind != "id" for one in identities):
            known = {
                contact.key: str(one.id)
                for one in reversed(self._people(None))
                for contact in contacts_of(one)
            }
        there = {str(one.id) for one in (self._people(ids) if ids else ())}
        known |= {("id", "", name): name for name in there}
        return [known.get(one.key) for one in identities]

    def identities(self, customer: Key) -> tuple[Identity, ...]:
        """Return the contacts of somebody, sorted."""
        found = self._people([str(customer)])
        own = [one for person in found for one in contacts_of(person)]
        return tuple(sorted(own, key=lambda one: one.key))

    def merged(self) -> Mapping[Key, Key]:
        """Return nobody."""
        return {}

    def scan(
        self, *, customers: Sequence[Key] | None = None, batch_rows: int = 65_536
    ) -> Iterator[PeopleBatch]:
        """Yield all people, or some, as columns, by ascending key."""
        found = self._people(None if customers is None else [str(one) for one in customers])
        for first in range(0, len(found), batch_rows):
            yield people_batch_of(found[first : first + batch_rows])

    def listed(
        self,
        search: str = "",
        *,
        sort: str = "id",
        descending: bool = False,
        after: Key | None = None,
        customers: Collection[Key] | None = None,
    ) -> Iterator[Customer]:
        """Yield people as a directory lists them; all are read for it."""
        some = self._people(None if customers is None else [str(one) for one in customers])
        last = None if after is None else self.get(after)
        if after is not None and last is None:
            raise UnknownName("customer", hidden_if_contact(str(after)), ())
        before = None if last is None else last.value
        yield from listed_people(some, search, sort=sort, descending=descending, last=before)

    def consents(self, customer: Key | None = None) -> tuple[Consent, ...]:
        """Return nothing: nobody tells of any."""
        del customer
        return ()

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody, as JSON has it."""
        found = self.get(customer)
        return {
            "customer": None if found is None else record_of(found.value),
            "merged": [],
            "former_ids": [],
            "identities": [record_of(one) for one in self.identities(customer)],
            "consents": [],
        }

    def _people(self, ids: Sequence[str] | None) -> list[Customer]:
        """Return people, all or some, by ascending id."""
        if "customers" in self._readers:
            rows = self._readers["customers"].read(self._connection, "id", ids)
            found: Iterable[Customer] = map(_customer, rows)
        else:
            orders = self._readers["orders"].read(self._connection, "customer", ids)
            named = {row["customer"] for row in orders if row["customer"] is not None}
            found = map(Customer, named)
        return sorted(found, key=lambda one: str(one.id))


def _customer(row: Row) -> Customer:
    born = row["birthday"]
    place = {name: row[name] for name in (*_PLACE, *_DEGREES) if row[name] is not None}
    return Customer(
        row["id"],
        **{name: row[name] for name in ("name", "email", "phone", "acquisition_channel")},
        created_at=instant_of(row["created_at"]),
        birthday=None if born is None else date.fromisoformat(born),
        addresses=[Address(**place)] if place else [],
        attributes={
            name.removeprefix(_ATTRIBUTE): value
            for name, value in row.items()
            if name.startswith(_ATTRIBUTE) and value is not None
        },
    )
