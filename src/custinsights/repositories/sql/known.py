"""By what is somebody known? By ids elsewhere, and by contacts, which are looked up blinded."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select, update

from custinsights.domain.contacts import hidden_if_contact, masked
from custinsights.domain.identities import Identity
from custinsights.errors import AlreadyTaken, UnknownName
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.bulk import insert_columns
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.persons import ids_of, keys_of, people_under
from custinsights.repositories.sql.session import Session
from custinsights.repositories.stored import Key

__all__ = ["add_identities", "give_contacts", "holders", "identities_of", "now_of", "owners"]

_Place = tuple[str, str, str]
_TOLD = schema.identities.c
_PLACE = (_TOLD.kind, _TOLD.source, _TOLD.index)


def _place(session: Session, identity: Identity) -> _Place:
    """Return kind, source and index of an identity; the index of a contact is blinded."""
    kind, source, value = identity.key
    is_contact = kind != "id" or hidden_if_contact(value) != value
    return (kind, source, session.vault.blind(kind, value) if is_contact and value else value)


def _there(session: Session, places: Iterable[_Place]) -> dict[_Place, int]:
    """Return whose identities are, before merging."""
    asked: dict[tuple[str, str], list[str]] = {}
    for kind, source, index in places:
        if index:
            asked.setdefault((kind, source), []).append(index)
    found: dict[_Place, int] = {}
    for (kind, source), indexes in asked.items():
        question = select(_TOLD.index, _TOLD.person)
        question = question.where(_TOLD.kind == kind, _TOLD.source == source)
        rows = session.reading.execute(question.where(one_of(_TOLD.index, indexes)))
        found |= {(kind, source, index): person for index, person in rows}
    return found


def holders(session: Session, identities: Sequence[Identity]) -> list[int | None]:
    """Return whose identities are, before merging."""
    places = [_place(session, one) for one in identities]
    found = _there(session, places)
    own = [one.key[2] for one in identities if one.key[:2] == ("id", "")]
    ids = keys_of(session, own) if own else {}
    return [
        found.get(place, ids.get(one.key[2]) if one.key[:2] == ("id", "") else None)
        for one, place in zip(identities, places, strict=True)
    ]


def owners(session: Session, identities: Sequence[Identity]) -> list[int | None]:
    """Return whose identities are today."""
    own = holders(session, identities)
    now = now_of(session, {one for one in own if one is not None})
    return [None if one is None else now[one] for one in own]


def now_of(session: Session, people: Iterable[int]) -> dict[int, int]:
    """Return whom people became."""
    told = schema.people.c
    question = select(told.key, told.root).where(one_of(told.key, people))
    return dict(session.reading.execute(question).all())


def add_identities(session: Session, identities: Iterable[tuple[Key, Identity]]) -> None:
    """Add identities to people who are there, if none is somebody else's."""
    given = [(str(customer), one) for customer, one in identities]
    if not given:
        return
    keys = keys_of(session, {customer for customer, _ in given})
    for customer, _ in given:
        if customer not in keys:
            raise UnknownName("customer", hidden_if_contact(customer), ())
    own = holders(session, [one for _, one in given])
    now = now_of(session, {*keys.values(), *(one for one in own if one is not None)})
    new: dict[_Place, tuple[int, Identity]] = {}
    for (customer, identity), owner in zip(given, own, strict=True):
        place, person = _place(session, identity), keys[customer]
        whose = new[place][0] if place in new else owner
        if whose is not None and now[whose] != now[person]:
            raise AlreadyTaken(f"the {identity.kind} {masked(identity.value)}")
        if identity.key[2]:
            new.setdefault(place, (person, identity))
    there = _there(session, new)
    rows = {place: one for place, one in new.items() if place not in there}
    ids = ids_of(session, {person for person, _ in rows.values()})
    session.tell("people", [(ids[person],) for person, _ in rows.values()], "changed")
    _insert(session, rows)


def _insert(session: Session, rows: dict[_Place, tuple[int, Identity]]) -> None:
    """Write identities that are nobody's yet."""
    columns: dict[str, Iterable[Any]] = {
        "kind": [kind for kind, _, _ in rows],
        "source": [source for _, source, _ in rows],
        "index": [index for _, _, index in rows],
        "value": [session.vault.seal(one.value) for _, one in rows.values()],
        "person": [person for person, _ in rows.values()],
    }
    insert_columns(session.writing, schema.identities, columns)


def give_contacts(session: Session, contacts: Sequence[tuple[int, Identity]]) -> None:
    """Let people be known by their contacts, where those are nobody's, or nobody's any more."""
    rows: dict[_Place, tuple[int, Identity]] = {}
    for person, identity in contacts:
        rows.setdefault(_place(session, identity), (person, identity))
    there = _there(session, rows)
    _insert(session, {place: one for place, one in rows.items() if place not in there})
    others = {place: owner for place, owner in there.items() if owner != rows[place][0]}
    if not others:
        return
    told = schema.people.c
    question = select(told.key, told.id, told.email, told.phone)
    found = session.reading.execute(question.where(one_of(told.key, {*others.values()}))).mappings()
    people = {row["key"]: row for row in found}
    for place, owner in others.items():
        now = session.unseal(people[owner][place[0]])
        if now is None or _place(session, Identity(place[0], now)) != place:
            session.tell("people", [(people[owner]["id"],)], "changed")
            is_it = [column == part for column, part in zip(_PLACE, place, strict=True)]
            new = update(schema.identities).where(*is_it)
            session.writing.execute(new.values(person=rows[place][0]))


def identities_of(session: Session, customer: Key) -> tuple[Identity, ...]:
    """Return by what somebody is known, sorted."""
    people = people_under(session, [str(customer)])
    question = select(_TOLD.kind, _TOLD.value, _TOLD.source).where(one_of(_TOLD.person, people))
    found = [
        Identity(kind, session.vault.open(value), source)
        for kind, value, source in session.reading.execute(question)
    ]
    return tuple(sorted(found, key=lambda one: one.key))
