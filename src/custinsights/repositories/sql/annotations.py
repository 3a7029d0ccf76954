"""How are notes, interests, segments, tags, settings and logs kept in a database?"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from custinsights.domain.records import json_text, object_of, record_of
from custinsights.domain.tag_changes import TagChange
from custinsights.errors import StaleWrite
from custinsights.repositories.protocols import Annotation
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.persons import (
    ids_of,
    needed_key,
    needed_person,
    people_under,
)
from custinsights.repositories.sql.session import Session
from custinsights.repositories.sql.written import Written, found, place_of, standing
from custinsights.repositories.stored import Key, Stored

__all__ = ["Annotations"]

_TABLE = schema.annotations
_ASKED = bindparam("asked", type_=schema.TEXT)
_SETTING = select(schema.settings.c.value).where(schema.settings.c.name == _ASKED)  # made once


class Annotations:
    """What the shop writes down, in a database; see `AnnotationRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, kind: str, *key: Key) -> Stored[Annotation] | None:
        """Return an annotation by its kind and key."""
        written = found(self._session, kind, tuple(map(str, key)))
        return None if written is None else written.stored

    def put(self, annotation: Annotation, *, version: int = 0) -> int:
        """Write an annotation and return its new version."""
        session = self._session
        connection = session.writing
        place = place_of(session, annotation)
        before = found(session, place.kind, place.key)
        _refuse_stale(place.kind, version, before)
        record = place.resting(session)
        if before is None:
            session.tell("annotations", [place.feed_key], "added")
            values = {"kind": place.kind, "owner": place.owner, "key": place.key[-1]}
            values |= {"person": place.person, "version": 1, "record": record}
            connection.execute(insert(_TABLE).values(values))
            return 1
        if record_of(before.shown) == record_of(place.shown):
            return version
        whose = before.person if _are_one(session, before.person, place.person) else place.person
        session.tell("annotations", [place.feed_key], "changed")
        values = {"record": record, "version": version + 1, "person": whose}
        is_it = (*_place(before), _TABLE.c.version == version)
        connection.execute(update(_TABLE).where(*is_it).values(values))
        return version + 1

    def remove(self, annotation: Annotation, *, version: int) -> None:
        """Remove an annotation."""
        session = self._session
        connection = session.writing
        place = place_of(session, annotation)
        before = found(session, place.kind, place.key)
        _refuse_stale(place.kind, version, before)
        if before is not None:
            session.tell("annotations", [place.feed_key], "removed")
            connection.execute(delete(_TABLE).where(*_place(before)))

    def of(self, customer: Key, kind: str) -> tuple[Stored[Annotation], ...]:
        """Return the annotations of one kind of somebody, by key."""
        people = people_under(self._session, [str(customer)])
        return tuple(one.stored for one in standing(self._session, kind, people))

    def all(self, kind: str) -> Iterator[Stored[Annotation]]:
        """Yield all annotations of one kind, by key."""
        return (one.stored for one in standing(self._session, kind))

    def tag(self, *changes: TagChange) -> None:
        """Add to the log of tags."""
        session = self._session
        session.writing  # noqa: B018 - also where there is nothing to write, it must be allowed
        people = [needed_key(session, one.customer) for one in changes]
        ids = ids_of(session, people)
        session.tell("annotations", [("tag", ids[one]) for one in people], "added")
        first = session.take("entry", len(changes))
        session.add(
            schema.tag_changes,
            (
                {"number": first + at, "person": person, "record": _without_customer(change)}
                for at, (person, change) in enumerate(zip(people, changes, strict=True))
            ),
        )

    def tag_changes(self, customer: Key | None = None) -> tuple[TagChange, ...]:
        """Return the log of tags, of all or of one customer, in the order of writing."""
        table = schema.tag_changes
        rows = self._rows(select(table.c.person, table.c.record), table, customer)
        ids = ids_of(self._session, {person for person, _ in rows})
        return tuple(
            object_of(TagChange, {**json.loads(record), "customer": ids[person]})
            for person, record in rows
        )

    def setting(self, name: str) -> Mapping[str, Any] | None:
        """Return a setting of the shop."""
        value = self._session.reading.scalar(_SETTING, {"asked": name})
        return None if value is None else json.loads(value)

    def set(self, name: str, value: Mapping[str, Any]) -> None:
        """Write a setting."""
        session, table = self._session, schema.settings
        connection = session.writing
        told = json_text(value, "the value of a setting")
        is_it = table.c.name == name
        before = connection.scalar(select(table.c.value).where(is_it))
        if told == before:
            return
        what = "added" if before is None else "changed"
        session.tell("annotations", [("setting", name)], what)
        if before is None:
            connection.execute(insert(table).values(name=name, value=told))
        else:
            connection.execute(update(table).where(is_it).values(value=told))

    def record(self, log: str, entry: Mapping[str, Any], *, customer: Key | None = None) -> None:
        """Add an entry to a log."""
        session = self._session
        connection = session.writing
        person = None if customer is None else needed_key(session, customer)
        values = {
            "number": session.take("entry"),
            "log": log,
            "at": None if session.at is None else session.at.isoformat(),
            "person": person,
            "entry": json_text(entry, "the entry of a log"),
        }
        connection.execute(insert(schema.logs).values(values))

    def records(self, log: str, customer: Key | None = None) -> tuple[Mapping[str, Any], ...]:
        """Return the entries of a log, in the order of writing."""
        table = schema.logs
        question = select(table.c.person, table.c.at, table.c.entry).where(table.c.log == log)
        rows = self._rows(question, table, customer)
        ids = ids_of(self._session, {person for person, *_ in rows if person is not None})
        return tuple(
            {
                **json.loads(entry),
                **({} if at is None else {"at": at}),
                **({} if person is None else {"customer": ids[person]}),
            }
            for person, at, entry in rows
        )

    def _rows(self, question: Any, table: Any, customer: Key | None) -> Any:
        if customer is not None:
            people = people_under(self._session, [str(customer)])
            question = question.where(one_of(table.c.person, people))
        return self._session.reading.execute(question.order_by(table.c.number)).all()

    def forget(self, customer: Key) -> None:
        """Remove notes, interests, tags and what logs tell of somebody."""
        session = self._session
        connection = session.writing
        needed_person(session, customer)
        people = people_under(session, [str(customer)])
        name = ids_of(session, people)
        whose = select(_TABLE.c.kind, _TABLE.c.key, _TABLE.c.person)
        theirs = connection.execute(whose.where(one_of(_TABLE.c.person, people))).all()
        for kind, key, person in theirs:
            feed = (kind, key if kind == "note" else name[person])
            session.tell("annotations", [feed], "removed")
        tags = schema.tag_changes
        tagged = connection.scalars(select(tags.c.person).where(one_of(tags.c.person, people)))
        session.tell("annotations", [("tag", name[one]) for one in tagged], "removed")
        for table in (_TABLE, tags):
            connection.execute(delete(table).where(one_of(table.c.person, people)))
        is_theirs = one_of(schema.logs.c.person, people)
        connection.execute(update(schema.logs).where(is_theirs).values(entry="{}"))

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody, as JSON has it."""
        session = self._session
        people = people_under(session, [str(customer)])
        logs = select(schema.logs.c.log).distinct().where(one_of(schema.logs.c.person, people))
        interests = standing(session, "interest", people, are_all=True)
        return {
            "notes": [record_of(one.value) for one in self.of(customer, "note")],
            "interests": [record_of(one.shown) for one in interests],
            "tags": [record_of(one) for one in self.tag_changes(customer)],
            "logs": {
                log: [*self.records(log, customer)] for log in sorted(session.reading.scalars(logs))
            },
        }


def _place(written: Written) -> tuple[Any, ...]:
    told = _TABLE.c
    owner, key = written.owner, written.key[-1]
    return (told.kind == written.kind, told.owner == owner, told.key == key)


def _refuse_stale(kind: str, version: int, before: Written | None) -> None:
    there = 0 if before is None else before.version
    if there != version:
        raise StaleWrite(f"the {kind}", version, there)


def _are_one(session: Session, left: int | None, right: int | None) -> bool:
    if left is None or right is None:
        return left is right
    ids = ids_of(session, [left, right])
    return ids[left] == ids[right]


def _without_customer(change: TagChange) -> str:
    return json.dumps({k: v for k, v in record_of(change).items() if k != "customer"})
