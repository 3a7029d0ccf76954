"""When is a fact, on the shop's wall? What all facts with an instant of their own share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Protocol

import attrs
import numpy as np

from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, CodeArray, IntArray
from custinsights.history.columnar.localtime import LocalClock
from custinsights.history.facts import Facts


class Clocked(Protocol):
    """A history that knows local days and hours."""

    @property
    def clock(self) -> LocalClock:
        """Local days and hours."""


class Held(Protocol):
    """A history with its columns."""

    @property
    def facts(self) -> Facts:
        """The columns."""


class Owned(Protocol):
    """Facts that belong to people of a history."""

    @property
    def view(self) -> Held:
        """The history."""

    @property
    def customer(self) -> IntArray:
        """The customer code of each fact."""


def sum_per_customer(facts: Owned, values: AnyArray) -> IntArray:
    """Sum whole numbers or truth values of some facts for each person; 0 without any.

    Of counted orders, `CountedHistory.sum_per_customer` does it without looking at their owners.
    """
    array = np.asarray(values)
    if array.shape != facts.customer.shape or array.dtype.kind not in "biu":
        raise InvalidValue(
            what="the column is not one whole number or truth value per fact",
            given=f"{array.dtype} of shape {array.shape}",
            allowed=f"whole numbers of shape {facts.customer.shape}",
        )
    total = np.zeros(facts.view.facts.people, dtype=np.int64)
    filled = np.flatnonzero(array)
    np.add.at(total, facts.customer.take(filled), array.take(filled).astype(np.int64, copy=False))
    return total


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
