"""How are people listed, a page at a time?"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select, tuple_

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.fields import looked_up
from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.domain.spelling import folded
from custinsights.errors import UnknownName
from custinsights.repositories.batches import PEOPLE_COLUMNS, PeopleBatch
from custinsights.repositories.people import figures_asked, listed_people
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.known import owners
from custinsights.repositories.sql.one_of import one_of, one_of_told
from custinsights.repositories.sql.people_rows import COLUMNS, customer_of, seals
from custinsights.repositories.sql.persons import person_of, persons_of
from custinsights.repositories.sql.session import Session
from custinsights.repositories.sql.whole_columns import columns_of, gathered
from custinsights.repositories.stored import Key

__all__ = ["listed", "people_pages"]

_TOLD: Final = schema.people.c
_ORDERS: Final[Mapping[str, Any]] = {
    "id": _TOLD.id,
    "name": _TOLD.sort_name,
    "created_at": _TOLD.created_at,
}
_FIRST_PAGE: Final = 100  # what a screen shows
_PAGE: Final = 2_000


_STORED: Final = {
    **{name: kind for name, kind in PEOPLE_COLUMNS.items() if kind != "float"},
    "coordinates": "text",
}
_PAGES: Final = (
    select(*(_TOLD[name] for name in _STORED))
    .where(_TOLD.merged_into.is_(None), _TOLD.id > bindparam("after"))
    .order_by(_TOLD.id)
    .limit(bindparam("rows"))
)
_PEOPLE: Final = gathered(_PAGES, _STORED.values())
_SOME_PEOPLE: Final = gathered(_PAGES.where(one_of_told(_TOLD.key, "people")), _STORED.values())


def people_pages(
    session: Session, customers: Sequence[Key] | None, rows: int
) -> Iterator[PeopleBatch]:
    """Yield people as columns, by ascending key."""
    question, told = _PEOPLE, {"after": "", "rows": rows}
    if customers is not None:
        question = _SOME_PEOPLE
        told["people"] = persons_of(session, map(str, customers))
    opened = {"birthday": session.vault.open, "coordinates": session.vault.open}
    while True:
        page = columns_of(session, question, _STORED, told, opened)
        many = len(page["id"])
        places = page.pop("coordinates")
        page["latitude"], page["longitude"] = np.full((2, many), np.nan)
        for row in np.flatnonzero(places != None):  # noqa: E711 - element by element
            page["latitude"][row], page["longitude"][row] = json.loads(places[row])
        if many:
            yield PeopleBatch(page)
        if many < rows:
            return
        told["after"] = page["id"][-1]


def _some(session: Session, customers: Collection[Key] | None) -> list[ColumnElement[bool]]:
    """Return the conditions that somebody is there, and one of some."""
    conditions: list[ColumnElement[bool]] = [_TOLD.merged_into.is_(None)]
    if customers is not None:
        conditions.append(one_of(_TOLD.key, persons_of(session, map(str, customers))))
    return conditions


def listed(
    session: Session,
    search: str,
    *,
    sort: str,
    descending: bool,
    after: Key | None,
    customers: Collection[Key] | None,
) -> Iterator[Customer]:
    """Yield people as a directory lists them."""
    column = looked_up("order of people", sort, _ORDERS)
    last = None if after is None else _needed(session, after)
    conditions = [*_some(session, customers), *_search(session, search)]
    if sort == "name" and seals(session):
        yield from _by_sealed_names(session, conditions, descending=descending, last=last)
        return
    place = None if last is None else _place(session, column, last)
    if place is None or place[0] is not None:  # who has none comes last
        told = [*conditions, column.is_not(None)]
        yield from _in_order(session, told, (column, _TOLD.id), place, descending=descending)
        place = None
    rest = [*conditions, column.is_(None)]
    after_name = None if place is None else place[1:]
    yield from _in_order(session, rest, (_TOLD.id,), after_name, descending=descending)


def _in_order(
    session: Session,
    conditions: Sequence[Any],
    keys: Sequence[Any],
    place: tuple[Any, ...] | None,
    *,
    descending: bool,
) -> Iterator[Customer]:
    """Yield who comes after a place, by keys of which the last is the id."""
    order = [one.desc() if descending else one for one in keys]
    question = select(*COLUMNS, *(key.label(f"key_{at}") for at, key in enumerate(keys)))
    question = question.where(*conditions).order_by(*order)
    rows = _FIRST_PAGE
    while True:
        further = question.limit(rows)
        if place is not None:
            here, there = tuple_(*keys), tuple_(*place)
            further = further.where(here < there if descending else here > there)
        page = session.reading.execute(further).mappings().all()
        for row in page:
            yield customer_of(session, row)
        if len(page) < rows:
            return
        place = tuple(page[-1][f"key_{at}"] for at in range(len(keys)))
        rows = _PAGE


def _needed(session: Session, customer: Key) -> int:
    person = person_of(session, customer)
    if person is None:
        raise UnknownName("customer", hidden_if_contact(str(customer)), ())
    return person


def _place(session: Session, column: Any, person: int) -> tuple[Any, str]:
    row = session.reading.execute(select(column, _TOLD.id).where(_TOLD.key == person)).one()
    return (row[0], row[1])


def _search(session: Session, search: str) -> list[ColumnElement[bool]]:
    """Return the condition that somebody has a text in the id or, as they rest, the contacts."""
    wanted = folded(search.strip())
    if not wanted:
        return []
    if "\0" in wanted:  # nothing that rests has one, and not every database can be asked
        return [false()]
    found: list[Any] = [_TOLD.search.contains(wanted, autoescape=True)]
    if seals(session):
        found.append(_is_whole(session, search.strip()))
        return [or_(*found)]
    if figures := figures_asked(wanted):
        found.append(_TOLD.figures.contains(figures, autoescape=True))
    return [or_(*found)]


def _is_whole(session: Session, search: str) -> Any:
    """Return the condition that an address or a number is somebody's."""
    asked = [Identity("email", search), Identity("phone", search)]
    found = [one for one in owners(session, asked) if one is not None]
    return one_of(_TOLD.key, found) if found else false()


def _by_sealed_names(
    session: Session,
    conditions: Any,
    *,
    descending: bool,
    last: int | None,
) -> Iterator[Customer]:
    """Yield people by names that only the vault can open: all of them are opened."""
    question = select(*COLUMNS, _TOLD.key).where(or_(and_(*conditions), _TOLD.key == (last or 0)))
    rows = session.reading.execute(question).mappings()
    found = {row["key"]: customer_of(session, row) for row in rows}
    before = None if last is None else found[last]
    yield from listed_people(found.values(), sort="name", descending=descending, last=before)
