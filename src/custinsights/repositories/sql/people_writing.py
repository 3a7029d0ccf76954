"""How do people get into tables, and how do two become one?"""

from collections.abc import Iterable, Sequence
from typing import Final

import attrs
from sqlalchemy import select, update

from custinsights.domain.people import Customer
from custinsights.domain.records import record_of
from custinsights.repositories.people import contacts_of, refuse_tags
from custinsights.repositories.rows import in_turn
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.bulk import insert_columns
from custinsights.repositories.sql.known import give_contacts
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.people_rows import (
    COLUMNS,
    customer_of,
    resting,
    there,
)
from custinsights.repositories.sql.persons import keys_of
from custinsights.repositories.sql.session import Session

__all__ = ["change", "put_person", "set_pointer", "write_people"]

_TOLD: Final = schema.people.c


def put_person(session: Session, person: int | None, customer: Customer) -> int:
    """Write somebody who may be new, and return the number."""
    return _write(session, [(person, customer)])[0]


def write_people(session: Session, customers: Iterable[Customer]) -> None:
    """Write many, each as who they were before merging."""
    for some in in_turn(customers):
        keys = keys_of(session, [str(one.id) for one in some])
        _write(session, [(keys.get(str(one.id)), one) for one in some])


def _write(session: Session, given: Sequence[tuple[int | None, Customer]]) -> list[int]:
    for _, customer in given:
        refuse_tags(customer)
    new = [attrs.evolve(one, id=str(one.id)) for person, one in given if person is None]
    numbers = iter(_add(session, new))
    old = _there_now(session, [person for person, _ in given if person is not None])
    keys, contacts = [], []
    for person, customer in given:
        key = next(numbers) if person is None else person
        if person is not None:
            change(session, person, attrs.evolve(customer, id=old[person][0].id), old[person])
        keys.append(key)
        contacts += [(key, identity) for identity in contacts_of(customer)]
    give_contacts(session, contacts)
    return keys


def _there_now(session: Session, people: Sequence[int]) -> dict[int, tuple[Customer, int]]:
    if not people:
        return {}
    question = select(*COLUMNS, _TOLD.key, _TOLD.version).where(one_of(_TOLD.key, people))
    rows = session.reading.execute(question).mappings()
    return {row["key"]: (customer_of(session, row), row["version"]) for row in rows}


def _add(session: Session, customers: Sequence[Customer]) -> Sequence[int]:
    if not customers:
        return ()
    ids = [str(one.id) for one in customers]
    first = session.tell("people", [(one,) for one in ids], "added")
    number = session.take("person", len(ids))
    numbers = range(number, number + len(ids))
    rows = [resting(session, one) for one in customers]
    columns = {
        "key": numbers,
        "id": ids,
        "version": [1] * len(ids),
        "changed": range(first, first + len(ids)),
        "root": numbers,
        **{name: [row[name] for row in rows] for name in rows[0]},
    }
    insert_columns(session.writing, schema.people, columns)
    insert_columns(session.writing, schema.ids, {"id": ids, "person": numbers})
    return numbers


def change(
    session: Session,
    person: int,
    customer: Customer,
    before: tuple[Customer, int] | None = None,
) -> None:
    """Write somebody who is there, where it is another than before."""
    was, version = there(session, person) if before is None else before
    if record_of(was) == record_of(customer):
        return
    number = session.tell("people", [(str(customer.id),)], "changed")
    values = {"id": str(customer.id), "version": version + 1, "changed": number}
    is_it = (_TOLD.key == person, _TOLD.version == version)
    statement = update(schema.people).where(*is_it)
    session.writing.execute(statement.values({**values, **resting(session, customer)}))


def set_pointer(session: Session, person: int, into: int | None) -> None:
    """Let somebody be another one, or again themselves, with all who were merged into them."""
    connection = session.writing
    now = connection.scalar(select(_TOLD.root).where(_TOLD.key == person))
    for changed in (person, now if into is None else into):
        name = connection.scalar(select(_TOLD.id).where(_TOLD.key == changed)) or ""
        session.tell("people", [(name,)], "changed")
    is_it = _TOLD.key == person
    connection.execute(update(schema.people).where(is_it).values(merged_into=into))
    question = select(_TOLD.key, _TOLD.merged_into).where(_TOLD.root == now)
    pointers = dict(connection.execute(question).all())
    theirs = {person}
    while more := {key for key, to in pointers.items() if to in theirs} - theirs:
        theirs |= more
    whom = person if into is None else into
    statement = update(schema.people).where(one_of(_TOLD.key, theirs))
    connection.execute(statement.values(root=whom))
