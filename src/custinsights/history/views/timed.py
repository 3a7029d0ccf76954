"""When is a fact, on the shop's wall? What all facts with an instant of their own share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Protocol

import attrs

from custinsights.history.columnar.columns import CodeArray, IntArray
from custinsights.history.columnar.localtime import LocalClock


class Clocked(Protocol):
    """A history that knows local days and hours."""

    @property
    def clock(self) -> LocalClock:
        """Local days and hours."""


@attrs.frozen(eq=False, slots=False)
class Timed(ABC):
    """Facts that are labelled by an instant of their own."""

    view: Clocked

    @property
    @abstractmethod
    def instant(self) -> IntArray:
        """int64, microseconds UTC, by which each fact is labelled."""

    @cached_property
    def slots(self) -> IntArray:
        """The quarter-hour slot of each fact in the history's clock."""
        return self.view.clock.slots(self.instant)

    @cached_property
    def day(self) -> CodeArray:
        """int32, local day number (days since 1970-01-01)."""
        return self.view.clock.day_table.take(self.slots)

    @cached_property
    def hour(self) -> CodeArray:
        """int32, local hour, 0 to 23."""
        return self.view.clock.hour_table.take(self.slots)
