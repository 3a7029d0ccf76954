"""What does a result say of itself? Of what, as of when, by which definitions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs

from custinsights.domain.calendar import Calendar
from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import InvalidValue

PLURALS = {
    "as_of": "as-of instants",
    "window": "windows",
    "currency": "currencies",
    "calendar": "calendars",
    "policy": "policies",
    "observed_from": "beginnings of the observation",
    "observed_until": "ends of the observation",
    "definitions": "definitions",
    "distributions": "packages behind the definitions",
}
"""What a message calls the facts of two results that differ in them."""


def refuse_repeated(parts: frozenset[int | str], others: frozenset[int | str]) -> None:
    """Refuse to add up parts that have customers in common."""
    if parts & others:
        raise InvalidValue(
            what="customers would be counted twice",
            given="the same customers again",
            allowed="parts of disjoint customers, each once",
        )


@attrs.frozen(kw_only=True)
class Provenance:
    """Where a result comes from.

    Parameters
    ----------
    as_of
        Exclusive: no fact at or after it is in the result.
    window
        Half-open, or None for all that was observed.
    observed_from, observed_until
        Where the observation begins and ends.
    currency, calendar, policy
        Of the history.
    definitions
        Metric or trait name -> its definition.
    distributions
        Name -> the installed package that brought it, for what is not ours.
    remarks
        What else a reader has to know, in sentences.
    """

    as_of: dt.datetime
    currency: str
    calendar: Calendar
    policy: PurchasePolicy
    observed_from: dt.datetime
    observed_until: dt.datetime
    window: tuple[dt.datetime, dt.datetime] | None = None
    definitions: Mapping[str, str] = attrs.field(factory=dict)
    distributions: Mapping[str, str] = attrs.field(factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether neither the beginning of the observation nor as_of cuts the window."""
        window = self.window
        return window is None or (self.observed_from <= window[0] and window[1] <= self.as_of)

    def notes(self) -> tuple[str, ...]:
        """Return what a reader has to know of the result, in sentences."""
        notes = [f"As of {self._local(self.as_of)} {self.calendar.timezone}, exclusive."]
        if self.as_of == self.observed_from == self.observed_until:
            notes = ["Nothing was observed."]
        if self.window is not None:
            start, end = map(self._local, self.window)
            notes.append(f"Window {start} to {end}, exclusive.")
        return (*notes, *self._unobserved(), *self.remarks)

    def comparison(self) -> str:
        """Return what a reader has to know of it where a result is compared with it."""
        return "Compared: " + " ".join(self.notes()[1:])

    def _unobserved(self) -> list[str]:
        """Say what of the time that was asked about nobody observed, or as_of cuts off."""
        start, end = (self.observed_from, self.as_of) if self.window is None else self.window
        last, notes = min(end, self.as_of), []
        if self.observed_from < self.observed_until:
            if end <= self.observed_from or self.as_of <= start < end:
                asked = "before as_of" if self.window is None else "of this window"
                notes.append(f"Nothing {asked} was observed.")
            elif self.as_of < end:
                notes.append("The window is not over: as_of cuts it.")
            if min(start, last) < self.observed_from:
                since = self._local(self.observed_from)
                notes.append(f"The observation begins on {since}; nothing earlier is known.")
        if self.as_of > self.observed_until:
            until = self._local(self.observed_until)
            notes.append(f"The observation ends on {until}; nothing later is known.")
        return notes

    def _local(self, instant: dt.datetime) -> str:
        return f"{instant.astimezone(self.calendar.zone):%Y-%m-%d %H:%M}"
