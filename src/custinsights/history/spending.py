"""What was spent to win the customers? Rows that belong to the shop, and to no customer."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike

import attrs
import numpy as np

from custinsights.domain.channels import channel_word
from custinsights.domain.fields import near_name, refuse_other
from custinsights.domain.spend import Spend
from custinsights.errors import Incompatible, InvalidValue, UnknownName
from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray, Labels
from custinsights.history.columnar.localtime import to_microseconds
from custinsights.history.context import Context, Spent

NEARLY_KNOWN = "spend_channels_nearly_known"


def spent(rows: Iterable[Spend], context: Context, channels: Iterable[str]) -> tuple[Spent, ...]:
    """Return what was spent in the instants and minor units of a history, in order of time.

    A channel that is one of the customers' `channels` but for its spelling is refused: it would
    never meet whom it won. One by which nobody came yet is none of theirs.
    """
    found, known = [], {*channels}
    words = {_letters(name) for name in known}
    for row in _listed(rows):
        if row.channel and row.channel not in known and _letters(row.channel) in words:
            advice = "Spell the channel of what was spent as the customers' own"
            raise UnknownName("channel of the customers", row.channel, sorted(known), advice)
        if row.amount.currency != context.currency:
            advice = "Convert what was spent first"
            what = "the currencies of history and spend"
            raise Incompatible(what, context.currency, row.amount.currency, advice)
        start, end = (to_microseconds(at) for at in context.calendar.window(row.period))
        found.append(Spent(start, end, row.channel, row.amount.minor, row.kind))
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.channel or "", one.kind)))


def _letters(channel: str) -> str:
    return channel_word(channel).replace(" ", "").replace(".", "")


def nearly_known(rows: Iterable[Spent], channels: Iterable[str]) -> int:
    """Return how many channels of what was spent are nearly one of the customers', and none."""
    known = {*channels}
    words = {channel_word(name) for name in known}
    others = {row.channel for row in rows if row.channel} - known
    return sum(near_name(channel_word(name), words) is not None for name in others)


def _listed(rows: object) -> list[Spend]:
    if isinstance(rows, str | PathLike):
        what, allowed = "a file is no list of spend", "what read_spend returns"
        raise InvalidValue(what, str(rows), allowed, "Read it: with_spend(ci.read_spend(path))")
    if isinstance(rows, Spend) or not isinstance(rows, Iterable):
        given = type(rows).__name__
        raise InvalidValue("there is no list of spend", given, "several Spend in a list")
    listed = list(rows)
    for row in listed:
        refuse_other(Spend, "a row of spend", row)
    return listed


@attrs.frozen(eq=False)
class SpendFacts:
    """What was spent by an instant, a row for each; the stream ``spend`` of tallies.

    Parameters
    ----------
    rows
        In order of time.
    """

    rows: tuple[Spent, ...]

    @classmethod
    def before(cls, rows: tuple[Spent, ...], as_of: int) -> SpendFacts:
        """Return what was spent in periods that are over at an instant."""
        return cls(tuple(row for row in rows if row.end <= as_of))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def amount(self) -> IntArray:
        """int64, minor units."""
        return np.array([row.amount for row in self.rows], dtype=np.int64)

    @property
    def is_media(self) -> BoolArray:
        """Which rows were paid for reach alone."""
        return np.array([row.kind == "media" for row in self.rows], dtype=np.bool_)

    @property
    def channel(self) -> Labels:
        """The acquisition channel of each row."""
        return Labels.encode([row.channel for row in self.rows])

    @property
    def start(self) -> IntArray:
        """int64, microseconds UTC, where each row's period begins."""
        return np.array([row.start for row in self.rows], dtype=np.int64)

    @property
    def end(self) -> AnyArray:
        """int64, microseconds UTC, where each row's period ends, exclusive."""
        return np.array([row.end for row in self.rows], dtype=np.int64)
