"""How are activities kept in a database?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from custinsights.domain.activities import Activity
from custinsights.domain.records import record_of
from custinsights.repositories.batches import ACTIVITY_COLUMNS, ActivityBatch
from custinsights.repositories.rows import activities_of, activity_batch_of
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.keyed import write_keyed
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.order_pages import Asked, pages_of
from custinsights.repositories.sql.persons import needed_person, people_under
from custinsights.repositories.sql.session import Session
from custinsights.repositories.stored import Key

__all__ = ["Activities"]


class Activities:
    """The activities in a database; see `ActivityRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, *activities: Activity, source: str = "") -> None:
        """Write activities; those that are there already change nothing."""
        self.write(activity_batch_of(activities, source))

    def write(self, batch: ActivityBatch) -> Mapping[str, int]:
        """Write activities, and return how many were "added", "changed", "same"."""
        return write_keyed(self._session, schema.activities, "activities", batch.activities)

    def of(self, customer: Key, kinds: Sequence[str] | None = None) -> tuple[Activity, ...]:
        """Return the activities of somebody, of some kinds or all, by time."""
        found = [
            one
            for page in self.scan(customers=[customer])
            for one in activities_of(page)
            if kinds is None or one.kind in kinds
        ]
        return tuple(sorted(found, key=lambda one: one.at))

    def scan(
        self, *, since: int = 0, customers: Sequence[Key] | None = None, batch_rows: int = 65_536
    ) -> Iterator[ActivityBatch]:
        """Yield activities as columns, by ascending (source, id)."""
        asked = Asked.of(self._session, schema.activities, since, customers)
        for read in pages_of(self._session, schema.activities, ACTIVITY_COLUMNS, asked, batch_rows):
            yield ActivityBatch(read)

    def forget(self, customer: Key) -> None:
        """Remove the activities of somebody."""
        needed_person(self._session, customer)
        table = schema.activities
        is_theirs = one_of(table.c.person, people_under(self._session, [str(customer)]))
        question = select(table.c.source, table.c.id).where(is_theirs)
        keys = self._session.writing.execute(question.order_by(table.c.source, table.c.id))
        self._session.tell("activities", [(source, one) for source, one in keys], "removed")
        self._session.writing.execute(delete(table).where(is_theirs))

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody, as JSON has it."""
        return {"activities": [record_of(one) for one in self.of(customer)]}
