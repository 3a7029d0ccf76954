"""How does what was told of somebody go on under another id, once the former ones are gone?"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, literal_column, or_, select, update

from custinsights.repositories.sql import schema
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.session import Session
from custinsights.repositories.stored import IDENTITY_LOG, under_todays_ids

__all__ = ["tell_under_todays_ids"]

_FEED, _LOGS = schema.changes, schema.logs


def tell_under_todays_ids(session: Session, former: Mapping[str, str]) -> None:
    """Let the feed of changes and the log of identities name people by other ids."""
    if not former:
        return
    told = _FEED.c
    # The words stand in the questions, so that indexes that hold some rows alone are used.
    of_people = told.repository == literal_column("'people'")
    of_annotations = told.repository == literal_column("'annotations'")
    for column, are_theirs in (
        (told.first, of_people),
        (told.second, of_annotations & told.first.in_(("interest", "tag"))),
    ):
        question = select(told.number, column).where(are_theirs, one_of(column, former))
        rows = session.writing.execute(question).all()
        _write(session, _FEED, column, {number: former[one] for number, one in rows})
    orders = _naming(session, told.before, former, told.before.is_not(None))
    for record in orders.values():
        if record.get("customer") in former:
            record["customer"] = former[record["customer"]]
    _write(session, _FEED, told.before, {n: json.dumps(one) for n, one in orders.items()})
    entries = _naming(session, _LOGS.c.entry, former, _LOGS.c.log == IDENTITY_LOG)
    renamed = {n: json.dumps(under_todays_ids(one, former)) for n, one in entries.items()}
    _write(session, _LOGS, _LOGS.c.entry, renamed)


def _naming(
    session: Session, column: Any, former: Mapping[str, str], where: ColumnElement[bool]
) -> dict[int, dict[str, Any]]:
    """Return the records that hold one of some ids, by their numbers."""
    holding = or_(*(column.contains(json.dumps(one), autoescape=True) for one in former))
    question = select(column.table.c.number, column).where(where, holding)
    return {number: json.loads(told) for number, told in session.writing.execute(question)}


def _write(session: Session, table: Table, column: Any, told: Mapping[int, str]) -> None:
    if told:
        its = update(table).where(table.c.number == bindparam("its"))
        rows = [{"its": number, "new": value} for number, value in told.items()]
        session.writing.execute(its.values({column.name: bindparam("new")}), rows)
