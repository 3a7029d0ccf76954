"""What does one activity look like? Those that happened before an instant."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import attrs
import numpy as np

from custinsights.domain.activities import ACTIVITY_KINDS, activity_kind, activity_word
from custinsights.errors import MissingData
from custinsights.history.activities import Activities
from custinsights.history.columnar.columns import NO_NUMBER, AnyArray, BoolArray, IntArray, Labels
from custinsights.history.columnar.localtime import LocalClock
from custinsights.history.facts import Facts
from custinsights.history.views.timed import Timed

MEDIUM = "message_medium"
"""A label that follows from the kind, and for messages of no certain medium from the channel."""

ACTIVITY_LABELS = ("activity_kind", "subject", "outcome", MEDIUM)
"""The labels that activities have and orders have not."""

_OTHER = "message"


class View(Protocol):
    """What activities need of the counted history that they belong to."""

    @property
    def facts(self) -> Facts:
        """The columns."""

    @property
    def clock(self) -> LocalClock:
        """Local days and hours."""


def activities_of(facts: Facts) -> Activities:
    """Return the activities of a history, or say that it has none."""
    if facts.activities is None:
        raise MissingData(
            "activities",
            needed_by="what is asked",
            advice="Load them with read_activities and join them: history.with_activities(...)",
        )
    return facts.activities


@attrs.frozen(eq=False, slots=False)
class ActivityFacts(Timed):
    """Some activities of a history, in its order.

    Parameters
    ----------
    view
        The counted history that they belong to.
    held
        All its activities.
    positions
        The positions of these among them, ascending; None for all.
    """

    view: View
    held: Activities
    positions: IntArray | None

    @classmethod
    def before(cls, view: View, as_of: int) -> ActivityFacts:
        """Return the activities before an instant, or an error that says there are none."""
        held = activities_of(view.facts)
        if view.facts.context.last < as_of:
            return cls(view, held, None)
        return cls(view, held, np.flatnonzero(held.at < as_of))

    def _taken(self, column: AnyArray) -> AnyArray:
        return column if self.positions is None else column.take(self.positions)

    def __len__(self) -> int:
        return len(self.held) if self.positions is None else len(self.positions)

    @cached_property
    def customer(self) -> IntArray:
        """int64, the customer code of each activity."""
        return self._taken(self.held.customer)

    @cached_property
    def instant(self) -> IntArray:
        """int64, microseconds UTC."""
        return self._taken(self.held.at)

    @cached_property
    def order(self) -> IntArray:
        """No activity belongs to an order: -1 each."""
        return np.full(len(self), -1, dtype=np.int64)

    @property
    def kind(self) -> Labels:
        """What happened; see `custinsights.domain.ACTIVITY_KINDS`."""
        return self.label("kind")

    @property
    def subject(self) -> Labels:
        """What it is about."""
        return self.label("subject")

    @property
    def outcome(self) -> Labels:
        """How it ended."""
        return self.label("outcome")

    @cached_property
    def amount(self) -> IntArray:
        """int64, minor units; 0 where there is none: ``has("amount")`` tells."""
        return self._number(self.held.amount)

    @cached_property
    def score(self) -> IntArray:
        """int64, thousandths; 0 where there is none: ``has("score")`` tells."""
        return self._number(self.held.score)

    def _number(self, column: IntArray | None) -> IntArray:
        if column is None:
            return np.zeros(len(self), dtype=np.int64)
        taken = self._taken(column)
        return np.where(taken == NO_NUMBER, 0, taken)

    def label(self, name: str) -> Labels:
        """Return a text column (kind, subject, outcome, campaign, channel) or ``message_medium``.

        All are missing where the source has none; other names are refused.
        """
        column = self.held.label(name) if name != MEDIUM else media(self.held)
        return Labels(self._taken(column.codes), column.names)

    def has(self, name: str) -> BoolArray:
        """Return which activities have a label, an ``amount`` or a ``score``."""
        if name not in ("amount", "score"):
            return self.label(name).codes >= 0
        column = self.held.numbers.get(name)
        if column is None:
            return np.zeros(len(self), dtype=np.bool_)
        return np.not_equal(self._taken(column), NO_NUMBER)

    def is_kind(self, *kinds: str) -> BoolArray:
        """Return which activities are of one of some kinds; a misspelt one is refused."""
        return self.kind.among({activity_kind(kind) for kind in kinds})

    def is_outcome(self, *outcomes: str) -> BoolArray:
        """Return which activities ended in one of some ways."""
        return self.outcome.among({activity_word(outcome) for outcome in outcomes})


def media(held: Activities) -> Labels:
    """Return by what each message went: email, sms, phone, else its channel, else ``message``."""
    kind, channel = held.label("kind"), held.label("channel")
    names = media_names(held)
    place = {name: code for code, name in enumerate(names)}
    mediums = [_medium(name) for name in kind.names]
    of_kind = np.array([place.get(medium or "", -1) for medium in [*mediums, None]], dtype=np.int32)
    codes = of_kind.take(kind.codes)
    if not channel.names or _OTHER not in mediums:
        return Labels(codes, names)
    own = np.array([*map(place.__getitem__, channel.names), -1], dtype=np.int32).take(channel.codes)
    is_other = (codes == place[_OTHER]) & (own >= 0)
    return Labels(np.where(is_other, own, codes), names)


def media_names(held: Activities) -> tuple[str, ...]:
    """Return every medium that there may be, in order."""
    mediums = {medium for name in held.label("kind").names if (medium := _medium(name))}
    channels = held.label("channel").names if _OTHER in mediums else ()
    return tuple(sorted({*mediums, *channels}))


def _medium(kind: str) -> str | None:
    known = ACTIVITY_KINDS.get(kind)
    return None if known is None else known.medium
