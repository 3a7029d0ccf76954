"""What do the repositories of one unit of work share?"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import attrs
from sqlalchemy import Connection, Engine, and_, insert, select, update
from sqlalchemy.exc import OperationalError

from custinsights.domain.contacts import shown_id
from custinsights.errors import InvalidValue, StaleWrite, StoreBusy
from custinsights.repositories.rows import microseconds_of
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.bulk import insert_columns
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.phases import (
    SECONDS_OF_PATIENCE,
    begin_reading,
    begin_writing,
    hold_counters,
)
from custinsights.repositories.stored import Change
from custinsights.repositories.vaults import Vault

__all__ = ["ChangeKey", "Session"]

ChangeKey = tuple[str, ...]
_PAGE: Final = 10_000
_MOST_PARTS: Final = 3


def _alone(connection: Connection) -> dict[str, int]:
    """Begin to write, and return the counters, which nobody else has by then."""
    try:
        begin_writing(connection)
        return hold_counters(connection)
    except OperationalError as error:
        connection.rollback()
        raise StoreBusy(SECONDS_OF_PATIENCE) from error


@attrs.define(eq=False, repr=False)
class Session:
    """A connection that reads until something is written, and writes from then on.

    Until then it sees one state. What others have committed between that and the first write is
    seen from then on, and what they changed of it cannot be changed here.
    """

    engine: Engine
    vault: Vault
    at: datetime | None
    is_read_only: bool
    _connection: Connection | None = None
    _is_writing: bool = False
    _is_over: bool = False
    _seen: int | None = None  # the last change of others that this unit of work may know
    _stale: int = 0  # the last change of others that it may not know
    _counters: dict[str, int] = attrs.field(factory=dict)
    same_person: dict[str, list[int]] = attrs.field(factory=dict)  # of whom it was asked, by id

    @property
    def reading(self) -> Connection:
        """The connection, for a question."""
        if self._is_over:
            what, allowed = "this unit of work is over", "one that was begun and has not ended"
            raise InvalidValue(what, "a question or a change", allowed, "Begin another one")
        if self._connection is None:
            self._connection = self.engine.connect()
        if not self._connection.in_transaction():
            begin_reading(self._connection)
            self.same_person.clear()
        return self._connection

    @property
    def writing(self) -> Connection:
        """The connection, for a change."""
        if self.is_read_only and not self._is_over:
            allowed = "questions"
            advice = "Begin a unit of work without read_only=True"
            raise InvalidValue("this unit of work only reads", "a change", allowed, advice)
        connection = self.reading
        if not self._is_writing:
            connection.rollback()
            self._counters = _alone(connection)
            self._is_writing = True
            self._stale = self._counters["change"]
        return connection

    def begin(self) -> None:
        """Note what is there when the unit of work begins."""
        self._seen = self.last_change()

    def last_change(self) -> int:
        """Return the number of the last change."""
        if self._is_writing:
            return self._counters["change"]
        return self.reading.scalar(select(schema.counters.c.change)) or 0

    def take(self, counter: str, many: int = 1) -> int:
        """Return the first of so many numbers that nobody else takes."""
        first = self._counters[counter] + 1
        self._counters[counter] += many
        return first

    def tell(
        self,
        repository: str,
        keys: Sequence[ChangeKey],
        what: str,
        before: Sequence[Any] | None = None,
    ) -> int:
        """Add changes to the feed, and return the number of the first; each key has as many parts.

        Raises
        ------
        StaleWrite
            Others changed one of them since this unit of work began.
        """
        if not keys:
            return self._counters["change"] + 1
        self._refuse_stale(repository, keys)
        first = self.take("change", len(keys))
        many = len(keys)
        parts = [*map(list, zip(*keys, strict=True))]
        parts += [[None] * many] * (_MOST_PARTS - len(parts))
        columns = {
            "number": range(first, first + many),
            "at": [microseconds_of(self.at)] * many,
            "repository": [repository] * many,
            **dict(zip(("first", "second", "third"), parts, strict=True)),
            "what": [what] * many,
            "before": [None] * many if before is None else [json.dumps(one) for one in before],
        }
        insert_columns(self.writing, schema.changes, columns)
        return first

    def _refuse_stale(self, repository: str, keys: Sequence[ChangeKey]) -> None:
        seen = self._seen or 0
        if self._stale <= seen:
            return
        told = schema.changes.c
        since = and_(told.number > seen, told.number <= self._stale, told.repository == repository)
        column = told.second if len(keys[0]) > 1 else told.first
        asked = {key[1] if len(key) > 1 else key[0] for key in keys}
        found = select(told.number, told.first, told.second, told.third)
        wanted = {*keys}
        for number, *parts in self.writing.execute(found.where(since, one_of(column, asked))):
            if tuple(part for part in parts if part is not None) in wanted:
                shown = ", ".join(shown_id(part) for part in parts if part is not None)
                raise StaleWrite(f"what {repository} keeps under {shown}", seen, number)

    def changes(self, since: int) -> Iterator[Change]:
        """Yield the changes with greater numbers, in order."""
        told = schema.changes.c
        columns = (told.number, told.first, told.second, told.third)
        question = select(*columns, told.repository, told.what, told.before).order_by(told.number)
        while page := self.reading.execute(question.where(told.number > since).limit(_PAGE)).all():
            for number, *parts, repository, what, before in page:
                key = tuple(part for part in parts if part is not None)
                was = None if before is None else json.loads(before)
                yield Change(number, repository, key, what, was)
                since = number

    def commit(self) -> None:
        """Keep what was written, and let others write."""
        connection = self.reading
        if self._is_writing:
            connection.execute(update(schema.counters).values(self._counters))
        connection.commit()
        self._seen = self._counters["change"] if self._is_writing else None
        self._is_writing = False
        if self._seen is None:
            self.begin()

    def close(self) -> None:
        """Let go of what was not kept, and of the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._is_writing, self._is_over = None, False, True

    def seal(self, text: str | None) -> str | None:
        """Return a text as it may rest."""
        return None if text is None else self.vault.seal(text)

    def unseal(self, text: str | None) -> str | None:
        """Return what was sealed."""
        return None if text is None else self.vault.open(text)

    def add(self, table: Any, rows: Iterable[dict[str, Any]]) -> None:
        """Insert some rows."""
        if listed := list(rows):
            self.writing.execute(insert(table), listed)
