"""Which rows of a batch are new, which differ from what rests there, which are the same?"""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
from sqlalchemy import Table, literal, select

from custinsights.repositories.sql import schema
from custinsights.repositories.sql.columns import Columns
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.persons import add_people
from custinsights.repositories.sql.session import Session

__all__ = ["Standing", "rows_in_turn", "stand"]

_NOBODY = -1
_Rows = npt.NDArray[np.int64]


def rows_in_turn(columns: Columns) -> Iterator[_Rows]:
    """Yield the rows of a batch such that no key comes twice at once; what comes later is later."""
    keys = [*zip(columns["source"].tolist(), columns["id"].tolist(), strict=True)]
    if len(set(keys)) == len(keys):
        if keys:
            yield np.arange(len(keys))
        return
    turns: dict[tuple[str, str], int] = {}
    turn = np.zeros(len(keys), dtype=np.int64)
    for at, key in enumerate(keys):
        turn[at] = turns[key] = turns.get(key, -1) + 1
    for one in range(int(turn.max()) + 1):
        yield np.flatnonzero(turn == one)


@attrs.frozen(eq=False, repr=False)
class Standing:
    """How the rows of a batch stand to what rests there: their rows, by what they are."""

    sources: Sequence[str]
    ids: Sequence[str]
    digests: _Rows
    persons: _Rows
    known: _Rows  # the numbers of those that are there
    new: _Rows
    changed: _Rows
    older: _Rows = attrs.field(factory=lambda: np.empty(0, dtype=np.int64))  # left as they are

    @property
    def many(self) -> int:
        """How many rows there are."""
        return len(self.ids)

    def counts(self) -> dict[str, int]:
        """Return how many are new, how many differ and how many are the same."""
        same = self.many - len(self.new) - len(self.changed) - len(self.older)
        return {"added": len(self.new), "changed": len(self.changed), "same": same}

    def keys(self, rows: _Rows) -> list[tuple[str, ...]]:
        """Return the keys of some rows, as the feed of changes tells them."""
        return [(self.sources[row], self.ids[row]) for row in rows.tolist()]

    def columns(self, rows: _Rows, keys: _Rows, changes: int) -> dict[str, Sequence[Any]]:
        """Return what tables hold of some rows besides what they say.

        `keys` are the numbers of all rows, `changes` is the number of the change of the first.
        """
        return {
            "key": keys[rows].tolist(),
            "changed": range(changes, changes + len(rows)),
            "digest": self.digests[rows].tolist(),
            "person": [None if one == _NOBODY else one for one in self.persons[rows].tolist()],
        }


def stand(
    session: Session, table: Table, columns: Columns, said: npt.NDArray[np.uint64]
) -> Standing:
    """Look up rows by source and id; their customers become known."""
    sources, ids = columns["source"].tolist(), columns["id"].tolist()
    persons = _persons(session, columns["customer"])
    digests = said.view(np.int64)
    known, was, whose = _found(session, table, sources, ids)
    is_new = known == _NOBODY
    is_other = _are_other(session, persons, whose, ~is_new & (persons != whose))
    persons = np.where(is_new | is_other, persons, whose)
    changed = ~is_new & (is_other | (digests != was))
    rows = (np.flatnonzero(is_new), np.flatnonzero(changed))
    return Standing(sources, ids, digests, persons, known, *rows)


def _persons(session: Session, customers: npt.NDArray[Any]) -> _Rows:
    """Return the numbers of customers; nobody's is -1."""
    named = customers.tolist()
    numbers = add_people(session, (one for one in named if one is not None))
    return np.array([_NOBODY if one is None else numbers[one] for one in named], dtype=np.int64)


def _found(
    session: Session, table: Table, sources: Sequence[str], ids: Sequence[str]
) -> tuple[_Rows, _Rows, _Rows]:
    """Return number, digest and person of what rests under keys; the number is -1 if nothing."""
    key = table.c.key if "key" in table.c else literal(0)
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    for source in set(sources):
        asked = [one for its, one in zip(sources, ids, strict=True) if its == source]
        question = select(table.c.id, key, table.c.digest, table.c.person)
        question = question.where(table.c.source == source, one_of(table.c.id, asked))
        for one, number, digest, person in session.reading.execute(question):
            found[source, one] = (number, digest, _NOBODY if person is None else person)
    absent = (_NOBODY, 0, _NOBODY)
    rows = [found.get(key, absent) for key in zip(sources, ids, strict=True)]
    known, was, whose = np.array(rows, dtype=np.int64).reshape(len(ids), 3).T
    return known, was, whose


def _are_other(session: Session, persons: _Rows, whose: _Rows, asked: npt.NDArray[Any]) -> Any:
    """Tell where two people are not one by now."""
    rows = np.flatnonzero(asked)
    if not len(rows):
        return asked
    told = schema.people.c
    pairs = [*zip(persons[rows].tolist(), whose[rows].tolist(), strict=True)]
    question = select(told.key, told.root).where(
        one_of(told.key, {one for p in pairs for one in p})
    )
    now = dict(session.reading.execute(question).all())
    is_other = np.zeros(len(asked), dtype=bool)
    is_other[rows] = [now.get(one) != now.get(other) for one, other in pairs]
    return is_other
