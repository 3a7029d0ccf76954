"""How does a store in memory begin and end a unit of work?"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from threading import Lock

import attrs

from custinsights.errors import StaleWrite
from custinsights.repositories.ending import Ending
from custinsights.repositories.memory.activities import Activities
from custinsights.repositories.memory.annotations import Annotations
from custinsights.repositories.memory.orders import Orders
from custinsights.repositories.memory.people import People
from custinsights.repositories.memory.session import Session
from custinsights.repositories.memory.tables import Tables
from custinsights.repositories.stored import Change

__all__ = ["MemoryStore", "MemoryWork"]


class MemoryWork(Ending):
    """A unit of work in memory; see `UnitOfWork`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.people = People(session)
        self.orders = Orders(session)
        self.activities = Activities(session)
        self.annotations = Annotations(session)

    def changes(self, since: int = 0) -> Iterator[Change]:
        """Yield the changes with greater numbers, in order."""
        for change in [*self._session.seen.feed]:
            if change.number > since:
                yield attrs.evolve(change, before=deepcopy(change.before))

    def last_change(self) -> int:
        """Return the number of the last change, 0 where there was none."""
        feed = self._session.seen.feed
        return feed[-1].number if feed else 0

    def commit(self) -> None:
        """Keep the changes so far, and go on."""
        self._session.commit()

    def _close(self) -> None:
        self._session.close()


class MemoryStore:
    """A shop's memory that is gone with the program: the reference of what a store does.

    A unit of work sees all as it was when it began, and what it has changed itself. Of two that
    change anything, the one that commits later is refused (`StaleWrite`), and nothing of it is
    kept: nobody ever waits.

    Examples
    --------
    >>> from custinsights.domain import Customer
    >>> store = MemoryStore()
    >>> with store.begin() as work:
    ...     work.people.put(Customer("c7"))
    1
    >>> with store.begin(read_only=True) as work:
    ...     work.people.get("c7").version
    1
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._number, self._tables = 0, Tables()

    def begin(self, *, at: datetime | None = None, read_only: bool = False) -> MemoryWork:
        """Begin a unit of work."""
        return MemoryWork(Session(self, at, read_only=read_only))

    def latest(self) -> tuple[int, Tables]:
        """Return the number of the last commit, and all that rests since."""
        with self._lock:
            return self._number, self._tables

    def replace(self, number: int, tables: Tables) -> None:
        """Let other tables rest, if nothing was committed since."""
        with self._lock:
            if number != self._number:
                raise StaleWrite("the store", number, self._number)
            self._number, self._tables = number + 1, tables

    def close(self) -> None:
        """Let go of nothing: it is all in memory."""
