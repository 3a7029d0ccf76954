"""How are activities kept in memory?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from custinsights.domain.activities import Activity
from custinsights.domain.records import record_of
from custinsights.repositories.batches import ACTIVITY_COLUMNS, ActivityBatch
from custinsights.repositories.memory.entries import complete, keep, parted
from custinsights.repositories.memory.session import Session
from custinsights.repositories.order_rows import OrderRow
from custinsights.repositories.rows import activities_of, activity_batch_of, columns_of, rows_of
from custinsights.repositories.stored import Key

__all__ = ["Activities"]


class Activities:
    """The activities in memory; see `ActivityRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, *activities: Activity, source: str = "") -> None:
        """Write activities."""
        self.write(activity_batch_of(activities, source))

    def write(self, batch: ActivityBatch) -> Mapping[str, int]:
        """Write activities, and return how many were added, changed, the same."""
        tables = self._session.changing()
        counts = {"added": 0, "changed": 0, "same": 0}
        for row in rows_of(batch.activities):
            whole = OrderRow(complete(ACTIVITY_COLUMNS, row))
            counts[keep(tables, tables.activities, whole, "activities")] += 1
        return counts

    def of(self, customer: Key, kinds: Sequence[str] | None = None) -> tuple[Activity, ...]:
        """Return the activities of somebody, of some kinds or all, by time."""
        found = [one for batch in self.scan(customers=[customer]) for one in activities_of(batch)]
        told = [one for one in found if kinds is None or one.kind in kinds]
        return tuple(sorted(told, key=lambda one: one.at))

    def scan(
        self, *, since: int = 0, customers: Sequence[Key] | None = None, batch_rows: int = 65_536
    ) -> Iterator[ActivityBatch]:
        """Yield activities as columns, by ascending (source, id)."""
        tables = self._session.seen
        for rows in parted(tables, tables.activities, since, customers, batch_rows):
            yield ActivityBatch(columns_of(ACTIVITY_COLUMNS, [row.order for row in rows]))

    def forget(self, customer: Key) -> None:
        """Remove the activities of somebody."""
        tables = self._session.changing()
        tables.somebody(customer)
        everyone = tables.all_of(customer)
        for place, entry in [*tables.activities.items()]:
            if entry.person in everyone:
                del tables.activities[place]
                tables.tell("activities", place, "removed")

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody."""
        return {"activities": [record_of(one) for one in self.of(customer)]}
