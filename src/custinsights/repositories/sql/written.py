"""Where does an annotation lie, and which of several with one key stands?"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import attrs
from sqlalchemy import select

from custinsights.domain.fields import looked_up, refuse_other
from custinsights.domain.interests import Interest
from custinsights.domain.notes import Note
from custinsights.domain.records import object_of, record_of
from custinsights.domain.segments import Segment, spelled
from custinsights.domain.spelling import folded
from custinsights.repositories.protocols import Annotation
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.persons import ids_of, needed_key, people_under, person_of
from custinsights.repositories.sql.session import Session
from custinsights.repositories.stored import Stored

__all__ = ["Written", "found", "place_of", "standing"]

_KINDS: Final[Mapping[str, Any]] = {"note": Note, "interest": Interest, "segment": Segment}
_TABLE: Final = schema.annotations
_COLUMNS: Final = ("kind", "owner", "key", "person", "version", "record")


@attrs.frozen(repr=False)
class Written:
    """An annotation as it rests; ``record`` is open, and without the customer."""

    kind: str
    owner: int
    key: tuple[str, ...]
    person: int | None
    customer: str | None
    version: int
    record: Mapping[str, Any]

    @property
    def shown(self) -> Annotation:
        """The annotation, with today's id of the customer."""
        whose = {} if self.customer is None else {"customer": self.customer}
        shown: Annotation = object_of(_KINDS[self.kind], {**self.record, **whose})
        return shown

    @property
    def stored(self) -> Stored[Annotation]:
        """The annotation with its version."""
        return Stored(self.shown, self.version)

    @property
    def feed_key(self) -> tuple[str, str]:
        """By what the feed of changes names it."""
        names = {"note": self.key[-1], "segment": self.record.get("name")}
        return (self.kind, names.get(self.kind) or self.customer or "")

    def resting(self, session: Session) -> str:
        """Return the record as it rests."""
        text = json.dumps(self.record)
        return session.vault.seal(text) if self.kind == "note" else text


def place_of(session: Session, annotation: Annotation) -> Written:
    """Return an annotation as it would rest if it were new; of whom it is must be there."""
    record = {name: one for name, one in record_of(annotation).items() if name != "customer"}
    if isinstance(annotation, Segment):
        return Written("segment", 0, (spelled(annotation.name),), None, None, 0, record)
    if not isinstance(annotation, Note):
        refuse_other(Interest, "what is neither a Note nor a Segment", annotation)
    person = needed_key(session, annotation.customer)
    customer = ids_of(session, [person])[person]
    if isinstance(annotation, Note):
        return Written("note", 0, (annotation.id,), person, customer, 0, record)
    key = (customer, folded(annotation.keyword))
    return Written("interest", person, key, person, customer, 0, record)


def found(session: Session, kind: str, key: tuple[str, ...]) -> Written | None:
    """Return the annotation with a key."""
    looked_up("kind of annotation", kind, _KINDS)
    question = _question(kind)
    if kind != "interest":
        one = spelled(key[0]) if kind == "segment" else key[0]
        rows = _rows(session, question.where(_TABLE.c.key == one))
        return next(iter(rows), None)
    customer, keyword = key
    people = people_under(session, [customer])
    now = person_of(session, customer)
    its = question.where(one_of(_TABLE.c.person, people), _TABLE.c.key == folded(keyword.strip()))
    return min(_rows(session, its), key=lambda one: (one.person != now, one.person), default=None)


def standing(
    session: Session, kind: str, people: Iterable[int] | None = None, *, are_all: bool = False
) -> list[Written]:
    """Return the annotations of a kind, by key; of two with one key that which stands, or all."""
    looked_up("kind of annotation", kind, _KINDS)
    question = _question(kind)
    if people is not None:
        question = question.where(one_of(_TABLE.c.person, people))
    rows = _rows(session, question.order_by(_TABLE.c.owner, _TABLE.c.key))
    if kind != "interest" or are_all:
        return rows
    told = schema.people.c
    question = select(told.key, told.root).where(one_of(told.key, {one.owner for one in rows}))
    now = dict(session.reading.execute(question).all())
    best: dict[tuple[str, str], Written] = {}
    for one in sorted(rows, key=lambda one: (now[one.owner] != one.owner, one.owner)):
        best.setdefault((one.customer or "", one.key[-1]), one)
    return [best[key] for key in sorted(best)]


@cache
def _question(kind: str) -> Any:
    people, now = schema.people, schema.people.alias("become")
    joined = _TABLE.outerjoin(people, _TABLE.c.person == people.c.key)
    joined = joined.outerjoin(now, people.c.root == now.c.key)
    columns = (*(_TABLE.c[name] for name in _COLUMNS), now.c.id)
    return select(*columns).select_from(joined).where(_TABLE.c.kind == kind)


def _rows(session: Session, question: Any) -> list[Written]:
    rows = []
    for kind, owner, key, person, version, text, customer in session.reading.execute(question):
        record = json.loads(session.vault.open(text) if kind == "note" else text)
        rows.append(Written(kind, owner, (key,), person, customer, version, record))
    return rows
