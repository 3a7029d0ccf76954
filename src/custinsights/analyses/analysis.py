"""What is an analysis? Two functions: one sums a history up, the other says what came out."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from custinsights.history.facts import Facts

__all__ = ["Analysis"]

State = TypeVar("State")
Result = TypeVar("Result")


class Analysis(ABC, Generic[State, Result]):
    """A question to a history, asked by calling it.

    States of histories that share no customer are added with ``+``; only `finish` divides, ranks,
    takes a quantile or gives a score.
    """

    __slots__ = ()

    @abstractmethod
    def summarise(self, history: Facts) -> State:
        """Return the mergeable state of a history or of a part of one."""

    @abstractmethod
    def finish(self, state: State) -> Result:
        """Return the result of a merged state."""

    def __call__(self, history: Facts) -> Result:
        """Summarise and finish."""
        return self.finish(self.summarise(history))
