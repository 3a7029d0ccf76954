"""What does a unit of work in memory see, and what does it change?"""

from datetime import datetime
from typing import Protocol

from custinsights.domain.fields import refuse_naive
from custinsights.errors import InvalidValue
from custinsights.repositories.memory.tables import Tables

__all__ = ["Kept", "Session"]


class Kept(Protocol):
    """What is committed: all that rests, and how often it was changed."""

    def latest(self) -> tuple[int, Tables]:
        """Return the number of the last commit, and all that rests since."""

    def replace(self, number: int, tables: Tables) -> None:
        """Let other tables rest, if nothing was committed since; else raise `StaleWrite`."""


class Session:
    """The tables as they were when the unit of work began, copied where it changes them."""

    def __init__(self, kept: Kept, at: datetime | None, *, read_only: bool) -> None:
        if at is not None:
            refuse_naive("the instant of a unit of work", at)
        self.at = at
        self._kept = kept
        self._read_only = read_only
        self._is_over = False
        self._begin()

    def _begin(self) -> None:
        self._number, self._tables = self._kept.latest()
        self._is_own = False

    @property
    def seen(self) -> Tables:
        """What the unit of work sees."""
        return self._tables

    def changing(self) -> Tables:
        """Return what it sees, to be changed."""
        if self._read_only or self._is_over:
            state = "over" if self._is_over else "read-only"
            allowed = "a unit of work that may write"
            advice = "Begin another one: with store.begin() as work"
            raise InvalidValue(f"this unit of work is {state}", "a change", allowed, advice)
        if not self._is_own:
            self._tables, self._is_own = self._tables.copy(), True
        return self._tables

    def commit(self) -> None:
        """Keep the changes; where somebody else has kept others since, nothing is kept.

        Raises
        ------
        StaleWrite
            Another unit of work has committed since this one began.
        """
        if self._is_own:
            self._kept.replace(self._number, self._tables)
        self._begin()

    def close(self) -> None:
        """Let the changes go."""
        self._begin()
        self._is_over = True
