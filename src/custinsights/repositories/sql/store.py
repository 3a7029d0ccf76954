"""What is a store in a database, and a unit of work in it?"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine

from custinsights.domain.calendar import Calendar
from custinsights.domain.fields import refuse_naive
from custinsights.domain.rules.tree import Condition
from custinsights.repositories.ending import Ending
from custinsights.repositories.sifting import Sifted
from custinsights.repositories.sql.activities import Activities
from custinsights.repositories.sql.annotations import Annotations
from custinsights.repositories.sql.orders import Orders
from custinsights.repositories.sql.people import People
from custinsights.repositories.sql.resealing import resealed
from custinsights.repositories.sql.rules import sift
from custinsights.repositories.sql.session import Session
from custinsights.repositories.stored import Change
from custinsights.repositories.vaults import Vault

__all__ = ["SqlStore", "SqlWork"]


class SqlWork(Ending):
    """A unit of work in a database; see `UnitOfWork`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.people = People(session)
        self.orders = Orders(session)
        self.activities = Activities(session)
        self.annotations = Annotations(session)
        session.begin()

    def changes(self, since: int = 0) -> Iterator[Change]:
        """Yield the changes with greater numbers, in order."""
        return self._session.changes(since)

    def last_change(self) -> int:
        """Return the number of the last change, 0 where there was none."""
        return self._session.last_change()

    def sift(
        self, condition: Condition, *, as_of: datetime, currency: str | None, calendar: Calendar
    ) -> Sifted | None:
        """Tell who fulfils a condition before an instant, as far as the database can."""
        return sift(self._session, condition, as_of=as_of, currency=currency, calendar=calendar)

    def commit(self) -> None:
        """Keep the changes so far, and go on."""
        self._session.commit()

    def reseal(self) -> int:
        """Seal everything by the newest key of the vault, and return how many rows."""
        return resealed(self._session)

    def _close(self) -> None:
        self._session.close()


class SqlStore:
    """A shop's memory in a database; see `Store`. Opened by `open_store`."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    def begin(self, *, at: datetime | None = None, read_only: bool = False) -> SqlWork:
        """Begin a unit of work; `at` is the instant that changes and logs bear, where given."""
        if at is not None:
            refuse_naive("the instant of a unit of work", at)
        return SqlWork(Session(self._engine, self._vault, at, read_only))

    def reseal(self) -> int:
        """Seal everything by the newest key of the vault, in one unit of work.

        Afterwards the older keys are needed no more, but for copies of the store. Versions and the
        feed of changes stay as they are.

        Returns
        -------
        int
            How many rows were sealed anew.

        Raises
        ------
        WrongKey
            Something was sealed by a key that the vault does not have; nothing was changed.
        """
        with self.begin() as work:
            return work.reseal()

    def close(self) -> None:
        """Let go of files and connections."""
        self._engine.dispose()
