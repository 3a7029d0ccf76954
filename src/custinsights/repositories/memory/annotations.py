"""How are notes, interests, segments, tags, settings and logs kept in memory?"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from custinsights.domain.fields import looked_up, refuse_other
from custinsights.domain.interests import Interest
from custinsights.domain.notes import Note
from custinsights.domain.records import json_text, record_of
from custinsights.domain.segments import Segment, spelled
from custinsights.domain.spelling import folded
from custinsights.domain.tag_changes import TagChange
from custinsights.errors import StaleWrite
from custinsights.repositories.memory.session import Session
from custinsights.repositories.memory.tables import LogEntry, Tables, Written
from custinsights.repositories.protocols import Annotation
from custinsights.repositories.stored import Key, Stored

__all__ = ["Annotations"]

_KINDS: Final[Mapping[str, type]] = {"note": Note, "interest": Interest, "segment": Segment}


class Annotations:
    """What the shop writes down, in memory; see `AnnotationRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, kind: str, *key: Key) -> Stored[Annotation] | None:
        """Return an annotation by its kind and key."""
        tables = self._session.seen
        place = _found(tables, kind, tuple(map(str, key)))
        return None if place is None else _shown(tables, tables.annotations[place])

    def put(self, annotation: Annotation, *, version: int = 0) -> int:
        """Write an annotation and return its new version."""
        tables = self._session.changing()
        kind, key, person = _told(tables, annotation)
        place = _found(tables, kind, key)
        before = None if place is None else tables.annotations[place]
        _refuse_stale(kind, version, before)
        if before is None or place is None:
            own = (kind, *key) if kind != "interest" else (kind, str(person), key[1])
            tables.annotations[own] = Written(person, annotation, 1)
            tables.tell("annotations", _key(tables, annotation, person), "added")
            return 1
        whose = before.person if tables.is_one(before.person, person) else person
        new = Written(whose, annotation, version + 1)
        if _record(tables, new) == _record(tables, before):
            return version
        tables.annotations[place] = new
        tables.tell("annotations", _key(tables, annotation, person), "changed")
        return new.version

    def remove(self, annotation: Annotation, *, version: int) -> None:
        """Remove an annotation."""
        tables = self._session.changing()
        kind, key, person = _told(tables, annotation)
        place = _found(tables, kind, key)
        before = None if place is None else tables.annotations[place]
        _refuse_stale(kind, version, before)
        if place is not None:
            del tables.annotations[place]
            tables.tell("annotations", _key(tables, annotation, person), "removed")

    def of(self, customer: Key, kind: str) -> tuple[Stored[Annotation], ...]:
        """Return the annotations of one kind of somebody, by key."""
        tables = self._session.seen
        found, everyone = self._all(kind), tables.all_of(customer)
        return tuple(_shown(tables, one) for one in found if one.person in everyone)

    def all(self, kind: str) -> Iterator[Stored[Annotation]]:
        """Yield all annotations of one kind, by key."""
        tables = self._session.seen
        return (_shown(tables, one) for one in self._all(kind))

    def _all(self, kind: str) -> list[Written]:
        """Return the annotations of one kind, by key; of two with one key that which stands."""
        looked_up("kind of annotation", kind, _KINDS)
        tables = self._session.seen
        standing = {}
        for place, written in tables.annotations.items():
            if place[0] == kind:
                key = _key_today(tables, place, written)
                if _found(tables, kind, key) == place:
                    standing[key] = written
        return [standing[key] for key in sorted(standing)]

    def tag(self, *changes: TagChange) -> None:
        """Add to the log of tags."""
        tables = self._session.changing()
        for change in changes:
            person = tables.somebody(change.customer)
            tables.tags.append((person, change))
            tables.tell("annotations", ("tag", tables.id_of(person)), "added")

    def tag_changes(self, customer: Key | None = None) -> tuple[TagChange, ...]:
        """Return the log of tags, of all or of one customer, in the order of writing."""
        tables = self._session.seen
        wanted = tables.wanted(None if customer is None else [customer])
        return tuple(
            attrs.evolve(change, customer=tables.id_of(person))
            for person, change in tables.tags
            if person in wanted
        )

    def setting(self, name: str) -> Mapping[str, Any] | None:
        """Return a setting of the shop."""
        told = self._session.seen.settings.get(name)
        return None if told is None else json.loads(told)

    def set(self, name: str, value: Mapping[str, Any]) -> None:
        """Write a setting."""
        tables = self._session.changing()
        told, before = json_text(value, "the value of a setting"), tables.settings.get(name)
        if told != before:
            tables.settings[name] = told
            what = "added" if before is None else "changed"
            tables.tell("annotations", ("setting", name), what)

    def record(self, log: str, entry: Mapping[str, Any], *, customer: Key | None = None) -> None:
        """Add an entry to a log."""
        tables, at = self._session.changing(), self._session.at
        person = None if customer is None else tables.somebody(customer)
        instant = None if at is None else at.isoformat()
        told = json_text(entry, "the entry of a log")
        tables.logs.append(LogEntry(log, person, instant, told))

    def records(self, log: str, customer: Key | None = None) -> tuple[Mapping[str, Any], ...]:
        """Return the entries of a log, in the order of writing."""
        tables = self._session.seen
        wanted = tables.wanted(None if customer is None else [customer])
        entries = [one for one in tables.logs if one.log == log and one.person in wanted]
        return tuple(_entry(tables, one) for one in entries)

    def forget(self, customer: Key) -> None:
        """Remove notes, interests, tags and what logs tell of somebody."""
        tables = self._session.changing()
        tables.somebody(customer)
        everyone = tables.all_of(customer)
        for place, written in [*tables.annotations.items()]:
            if written.person in everyone:
                key = _key(tables, written.value, written.person)
                del tables.annotations[place]
                tables.tell("annotations", key, "removed")
        for person, _ in tables.tags:
            if person in everyone:
                tables.tell("annotations", ("tag", tables.id_of(person)), "removed")
        tables.tags = [one for one in tables.tags if one[0] not in everyone]
        tables.logs = [
            attrs.evolve(one, tells="{}") if one.person in everyone else one for one in tables.logs
        ]

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody."""
        tables = self._session.seen
        everyone = tables.all_of(customer)
        logs = {one.log for one in tables.logs if one.person in everyone}
        return {
            "notes": [record_of(one.value) for one in self.of(customer, "note")],
            "interests": [
                _record(tables, one)
                for one in tables.annotations.values()
                if one.person in everyone and isinstance(one.value, Interest)
            ],
            "tags": [record_of(one) for one in self.tag_changes(customer)],
            "logs": {log: [*self.records(log, customer)] for log in sorted(logs)},
        }


def _told(tables: Tables, annotation: Annotation) -> tuple[str, tuple[str, ...], int | None]:
    """Return the kind and the key of an annotation, and of whom it is."""
    if isinstance(annotation, Segment):
        return "segment", (spelled(annotation.name),), None
    if isinstance(annotation, Note):
        return "note", (annotation.id,), tables.somebody(annotation.customer)
    refuse_other(Interest, "what is neither a Note nor a Segment", annotation)
    person = tables.somebody(annotation.customer)
    return "interest", (str(annotation.customer), folded(annotation.keyword)), person


def _found(tables: Tables, kind: str, key: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return where the annotation with a key lies; None where there is none."""
    looked_up("kind of annotation", kind, _KINDS)
    if kind == "segment":
        key = tuple(map(spelled, key))
    if kind != "interest":
        return (kind, *key) if (kind, *key) in tables.annotations else None
    customer, keyword = key
    found = tables.found(customer)
    for person in sorted(tables.all_of(customer), key=lambda one: (one != found, one)):
        place = (kind, str(person), folded(keyword.strip()))
        if place in tables.annotations:
            return place
    return None


def _key_today(tables: Tables, place: tuple[str, ...], written: Written) -> tuple[str, ...]:
    """Return the key of what lies somewhere, with today's id."""
    if written.person is None or place[0] != "interest":
        return place[1:]
    return (tables.id_of(written.person), place[2])


def _key(tables: Tables, annotation: Annotation, person: int | None) -> tuple[str, ...]:
    """Return by what the feed of changes names an annotation."""
    if isinstance(annotation, Note):
        return ("note", annotation.id)
    if isinstance(annotation, Segment):
        return ("segment", annotation.name)
    return ("interest", str(annotation.customer) if person is None else tables.id_of(person))


def _refuse_stale(kind: str, version: int, before: Written | None) -> None:
    there = 0 if before is None else before.version
    if there != version:
        raise StaleWrite(f"the {kind}", version, there)


def _of_today(tables: Tables, written: Written) -> Annotation:
    if written.person is None or isinstance(written.value, Segment):
        return written.value
    return attrs.evolve(written.value, customer=tables.id_of(written.person))


def _record(tables: Tables, written: Written) -> dict[str, Any]:
    return record_of(_of_today(tables, written))


def _shown(tables: Tables, written: Written) -> Stored[Annotation]:
    return Stored(_of_today(tables, written), written.version)


def _entry(tables: Tables, entry: LogEntry) -> dict[str, Any]:
    told: dict[str, Any] = {**json.loads(entry.tells)}
    if entry.at is not None:
        told["at"] = entry.at
    if entry.person is not None:
        told["customer"] = tables.id_of(entry.person)
    return told
