"""Why is a customer in a segment, or not? A tree of clauses, each with value and verdict."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import attrs

from custinsights.results.door import Presented, sentence
from custinsights.results.table import Column, Table

Told: TypeAlias = Decimal | float | str | date | bool | None
"""A value in natural units; None where it is unknown."""

VERDICTS = {True: "yes", False: "no", None: "unknown"}


@attrs.frozen(repr=False, kw_only=True)
class Explanation(Presented):
    """A clause of a rule, judged for one customer.

    Parameters
    ----------
    clause
        Its text.
    verdict
        Whether it is true; None where it is unknown.
    subject
        What it looks at, where it joins no others: a trait, or a function as it is called.
    value
        What the customer has, in natural units: None where it is unknown, or where the clause
        joins others.
    unit
        What the value is counted in.
    threshold
        What it is compared with: a value, or several where one of them is enough.
    since
        The first local day that counts for it; None where all do.
    parts
        The clauses that it joins, or what it means.
    """

    clause: str
    verdict: bool | None
    subject: str = ""
    value: Told = None
    unit: str = ""
    threshold: Told | tuple[Told, ...] = None
    since: date | None = None
    parts: tuple[Explanation, ...] = ()

    @property
    def words(self) -> str:
        """What was found, as a sentence."""
        return sentence(self)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Explanation]]:
        """Yield every clause with its depth, each before its parts."""
        yield depth, self
        for part in self.parts:
            yield from part.walk(depth + 1)

    def to_json(self) -> dict[str, Any]:
        """Return the tree as JSON holds it: money and dates as text."""
        return {
            "clause": self.clause,
            "verdict": self.verdict,
            "words": self.words,
            "value": _plain(self.value),
            "unit": self.unit,
            "threshold": [_plain(one) for one in self.threshold]
            if isinstance(self.threshold, tuple)
            else _plain(self.threshold),
            "since": _plain(self.since),
            "parts": [part.to_json() for part in self.parts],
        }

    def table(self) -> Table:
        """Return a row for each clause, its parts set in below it."""
        rows = list(self.walk())
        return Table(
            f"{VERDICTS[self.verdict]}: {self.clause}",
            [
                Column("clause", "label", ["  " * depth + one.clause for depth, one in rows]),
                Column("verdict", "label", [VERDICTS[one.verdict] for _, one in rows]),
                Column("found", "label", [one.words for _, one in rows]),
            ],
            in_full=True,
        )


def _plain(value: Told) -> bool | float | str | None:
    return value if isinstance(value, bool | int | float | None) else str(value)


@attrs.frozen(kw_only=True)
class Change:
    """The smallest change of one trait that moves a customer in or out of a segment.

    Parameters
    ----------
    trait
        Which trait, or attribute, as a rule names it.
    value, to
        What the customer has, and what would move them, in natural units.
    moves
        ``"in"`` or ``"out"``.
    share
        How large the change is: its amount ÷ the larger of both amounts, 1 for what is no number.
    """

    trait: str
    value: Told
    to: Told
    moves: str
    share: float

    def __str__(self) -> str:
        known = "unknown" if self.value is None else self.value
        return f"{self.trait}: {self.to} instead of {known} moves the customer {self.moves}"
