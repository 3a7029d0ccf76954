"""Who is meant by an id? The person who has it or had it, and whom they became by merging.

A person has a whole number that never changes; what belongs to somebody names that number. Merging
sets a pointer; ``root`` is the person to whom the pointers lead.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, select

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.spelling import folded
from custinsights.errors import UnknownName
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.bulk import insert_columns
from custinsights.repositories.sql.one_of import one_of, one_of_told
from custinsights.repositories.sql.session import Session
from custinsights.repositories.stored import Key

__all__ = [
    "add_people",
    "ids_of",
    "key_of",
    "keys_of",
    "needed_key",
    "needed_person",
    "own_ids_of",
    "people_under",
    "person_of",
    "persons_of",
]

_PEOPLE = schema.people.c
_NOW = schema.people.alias("become")
_ASKED = bindparam("asked", type_=schema.TEXT)

# Asked again and again, and so made once.
_KEY = select(schema.ids.c.person).where(schema.ids.c.id == _ASKED)
_ROOT = select(_PEOPLE.root).where(_PEOPLE.key == _KEY.scalar_subquery())
_ALL = select(_PEOPLE.key).where(_PEOPLE.root == _ROOT.scalar_subquery())
_IDS = (
    select(_PEOPLE.key, _NOW.c.id)
    .join(_NOW, _PEOPLE.root == _NOW.c.key)
    .where(one_of_told(_PEOPLE.key, "asked"))
)


def keys_of(session: Session, ids: Iterable[str]) -> dict[str, int]:
    """Return the numbers of people by ids that they have or had, before merging."""
    told = schema.ids.c
    found = session.reading.execute(select(told.id, told.person).where(one_of(told.id, ids)))
    return dict(found.all())


def key_of(session: Session, customer: Key) -> int | None:
    """Return the number of a person, before merging."""
    return session.reading.scalar(_KEY, {"asked": _id(customer)})


def _id(customer: Key) -> str:
    """Return an id as it is asked for; blank, which nobody's is, for one that cannot rest."""
    told = str(customer)
    return "" if "\0" in told else told


def needed_key(session: Session, customer: Key) -> int:
    """Return the number of a person, before merging, who must be there."""
    found = key_of(session, customer)
    if found is None:
        raise UnknownName("customer", hidden_if_contact(str(customer)), ())
    return found


def person_of(session: Session, customer: Key) -> int | None:
    """Return the number of whom a person became."""
    return session.reading.scalar(_ROOT, {"asked": _id(customer)})


def needed_person(session: Session, customer: Key) -> int:
    """Return the number of whom a person became, who must be there."""
    needed_key(session, customer)
    return person_of(session, customer) or 0


def persons_of(session: Session, ids: Iterable[str]) -> list[int]:
    """Return the numbers of all people that some are now, each once."""
    told = schema.ids.join(schema.people, schema.ids.c.person == _PEOPLE.key)
    question = select(_PEOPLE.root).distinct().select_from(told)
    return [*session.reading.scalars(question.where(one_of(schema.ids.c.id, ids)))]


def people_under(session: Session, ids: Iterable[str]) -> list[int]:
    """Return the numbers of all people who are now those whom some ids mean."""
    asked = [*ids]
    if len(asked) == 1:
        return _people_under(session, asked[0])
    now = persons_of(session, asked)
    return [*session.reading.scalars(select(_PEOPLE.key).where(one_of(_PEOPLE.root, now)))]


def _people_under(session: Session, customer: str) -> list[int]:
    """Return the numbers of one; who only reads is told the same as before."""
    reading, known = session.reading, session.same_person
    if customer not in known or not session.is_read_only:
        known[customer] = [*reading.scalars(_ALL, {"asked": customer})]
    return known[customer]


def ids_of(session: Session, keys: Iterable[int]) -> Mapping[int, str]:
    """Return today's ids of people by their numbers, those of whom they became."""
    asked = [*keys]
    return dict(session.reading.execute(_IDS, {"asked": asked}).all()) if asked else {}


def own_ids_of(session: Session, keys: Iterable[int]) -> Mapping[int, str]:
    """Return the ids of people by their numbers, those of who was merged too."""
    question = select(_PEOPLE.key, _PEOPLE.id).where(one_of(_PEOPLE.key, keys))
    return dict(session.reading.execute(question).all())


def add_people(session: Session, ids: Iterable[str]) -> dict[str, int]:
    """Return the numbers of people by id, before merging; who is not known becomes known."""
    wanted = [*dict.fromkeys(ids)]
    session.writing  # noqa: B018 - what is there must not change before new ones are added
    known = keys_of(session, wanted)
    new = [one for one in wanted if one not in known]
    if not new:
        return known
    change = session.tell("people", [(one,) for one in new], "added")
    first = session.take("person", len(new))
    numbers = range(first, first + len(new))
    columns = {
        "key": numbers,
        "id": new,
        "version": [1] * len(new),
        "changed": range(change, change + len(new)),
        "root": numbers,
        "search": [folded(one) for one in new],
    }
    insert_columns(session.writing, schema.people, columns)
    insert_columns(session.writing, schema.ids, {"id": new, "person": numbers})
    return {**known, **dict(zip(new, numbers, strict=True))}
