"""What is a part under check asked, and of which history? The answers that the laws compare.

A part is turned into a `Subject`: analyses that use it, a way to read their results as plain values
by key, and direct calls of its functions. A `Scene` puts it to one history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import attrs

from custinsights.analyses.analysis import Analysis
from custinsights.errors import MissingData, Refused
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.history.views.counted import CountedHistory
from custinsights.testing.rows import Rows

Key: TypeAlias = tuple[Any, ...]
Answer: TypeAlias = dict[Key, Any]

CELLS = "cells"
"""The first of the key under which an answer tells how many values it holds."""


@attrs.frozen(kw_only=True)
class Subject:
    """A part under check.

    Parameters
    ----------
    thing
        How it is called in messages.
    analyses
        From an instant (microseconds UTC) to the analyses that use the part, by name.
    read
        From a finished result to plain values by key; equal results have equal values.
    calls
        From a counted history to direct calls of the part's functions.
    problem
        What is wrong with what those calls give, as a sentence, or None.
    is_by_customer
        Whether the first of every key is the outside identity of a customer.
    """

    thing: str
    analyses: Callable[[int], Mapping[str, Analysis[Any, Any]]]
    read: Callable[[Any], Answer]
    calls: Callable[[CountedHistory], Sequence[Callable[[], Any]]]
    problem: Callable[[CountedHistory], str | None]
    is_by_customer: bool = False


@attrs.frozen(eq=False, slots=False)
class Scene:
    """One history under one question, and its variants."""

    subject: Subject
    rows: Rows
    as_of: int
    seed: int

    @cached_property
    def history(self) -> OrderHistory:
        """The history itself."""
        return self.rows.history()

    @cached_property
    def whole(self) -> Answer:
        """What the subject answers of it."""
        return self.answer(self.history)

    @property
    def has_answer(self) -> bool:
        """Whether it holds what the subject needs, and the subject does not fail on it."""
        return bool(self.whole) and not any(is_failure(value) for value in self.whole.values())

    def view(self) -> CountedHistory:
        """Return what functions see, fresh."""
        return CountedHistory(self.history, self.as_of)

    def answer(self, history: OrderHistory) -> Answer:
        """Return what the subject answers of a history: values by analysis and key."""
        return self._answers(lambda analysis: analysis.summarise(history))

    def merged(self, parts: Sequence[OrderHistory]) -> Answer:
        """Return what the subject answers of several parts, state by state."""

        def summarise(analysis: Analysis[Any, Any]) -> Any:
            states = [analysis.summarise(part) for part in parts]
            total = states[0]
            for state in states[1:]:
                total = added(total, state)
            return total

        return self._answers(summarise)

    def _answers(self, summarise: Callable[[Analysis[Any, Any]], Any]) -> Answer:
        found: Answer = {}
        for name, analysis in self.subject.analyses(self.as_of).items():
            try:
                result = analysis.finish(summarise(analysis))
            except (MissingData, Refused):
                continue
            except Exception as error:  # noqa: BLE001 - whatever a foreign function raises
                found[(name,)] = Failure.of(error)
                continue
            read = self.subject.read(result)
            found |= {(*key, name): value for key, value in read.items()}
            found[(CELLS, name)] = len(read)
        return found

    def __str__(self) -> str:
        orders, people = len(self.history), self.history.people
        return (
            f"in a history of {orders} order{'' if orders == 1 else 's'} and {people} "
            f"{'person' if people == 1 else 'people'} as of {to_datetime(self.as_of).isoformat()}"
        )


@attrs.frozen
class Failure:
    """What a function raised instead of answering."""

    message: str

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """Keep what was raised."""
        return cls(f"{type(error).__name__}: {error}")

    def __str__(self) -> str:
        return f"raises {self.message}"


def is_failure(value: object) -> bool:
    """Tell whether a value stands for an exception."""
    return isinstance(value, Failure)


def differing(ours: Answer, theirs: Answer, what: str) -> str | None:
    """Return a sentence about the first value in which two answers differ, or None."""
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        if ours.get(key) != theirs.get(key):
            where = ", ".join(str(part) for part in key if part is not None)
            return f"{where}: {_shown(ours, key)}, but {_shown(theirs, key)} {what}"
    return None


def _shown(answer: Answer, key: Key) -> str:
    return str(answer[key]) if key in answer else "nothing"


def added(left: Any, right: Any) -> Any:
    """Return the sum of two states; tuples of states are added element by element."""
    if isinstance(left, tuple):
        return tuple(added(a, b) for a, b in zip(left, right, strict=True))
    return left + right
