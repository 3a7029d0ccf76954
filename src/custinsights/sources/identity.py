"""Whose row is it? By customer id, then e-mail, then phone.

Every row (an order, a refund, a person) may carry several of these. A value of the first kind is a
person. A row without it belongs to the person who alone has its e-mail; an e-mail that nobody has
is a person itself, unless its phone belongs to exactly one person of the kinds before. What belongs
to several people tells nothing. All rows with the same value get the same answer, so that the order
of the rows does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from custinsights.domain.fields import looked_up
from custinsights.errors import InvalidValue
from custinsights.history.columns import IntArray, Labels
from custinsights.history.row_groups import RowGroups

KINDS = ("customer_id", "email", "phone")
NOBODY, SEVERAL = -1, -2


@attrs.frozen(eq=False)
class People:
    """The person of each row: int64[n] codes into `names`, `NOBODY` where it cannot be told.

    `known` are the persons of the customers that were given beside the rows; `contacts` are the
    e-mail addresses and phone numbers by which persons were found, with their persons, by kind.
    """

    codes: IntArray
    names: tuple[str, ...]
    known: IntArray = attrs.field(factory=lambda: np.empty(0, dtype=np.int64))
    contacts: Mapping[str, tuple[IntArray, Labels]] = attrs.field(factory=dict, repr=False)


def check_kinds(kinds: Sequence[str]) -> tuple[str, ...]:
    """Refuse an ``identity=`` that is empty, unknown or double."""
    wanted = (kinds,) if isinstance(kinds, str) else kinds
    is_list = isinstance(wanted, list | tuple)
    for kind in wanted if is_list else ():
        looked_up("kind of identity", kind, dict.fromkeys(KINDS))
    if not is_list or not wanted or len(set(wanted)) != len(wanted):
        what = "the option identity= does not name kinds of identity, each once"
        raise InvalidValue(what, kinds, f"one or more of {', '.join(KINDS)}")
    return tuple(wanted)


def resolve(columns: Mapping[str, Labels], kinds: Sequence[str]) -> People:
    """Find the person of each row.

    Parameters
    ----------
    columns
        For each kind that the source has, what the rows carry; missing where they carry none.
    kinds
        The kinds in the order in which they are tried.
    """
    given = [(kind, columns[kind]) for kind in kinds if kind in columns]
    n = len(next(iter(columns.values()))) if columns else 0
    persons = np.full(n, NOBODY, dtype=np.int64)
    names: list[tuple[str, str]] = []
    for level, (kind, column) in enumerate(given):
        codes = column.codes.astype(np.int64)
        owner = _owners(codes, len(column.names), persons)
        for _, lower in given[
            level + 1 :
        ]:  # a value that nobody has may have a phone that somebody has
            if level == 0:
                break
            values = lower.codes.astype(np.int64)
            of_lower = RowGroups(values, len(lower.names)).spread(
                _owners(values, len(lower.names), persons), NOBODY
            )
            through = _owners(codes, len(column.names), of_lower)
            owner = np.where((owner == NOBODY) & (through >= 0), through, owner)
        if kind == "email":  # an id that is an e-mail address is the person with that address
            owner = _with_namesakes(owner, column.names, names)
        own = np.flatnonzero(owner == NOBODY)
        owner[own] = len(names) + np.arange(len(own))
        names.extend((kind, column.names[at]) for at in own.tolist())
        found = RowGroups(codes, len(column.names)).spread(owner, NOBODY)
        persons = np.where(persons >= 0, persons, np.where(found >= 0, found, persons))
    return People(persons, _spelled(names))


def contacts(found: People, columns: Mapping[str, Labels]) -> dict[str, tuple[IntArray, Labels]]:
    """Return whose the e-mail addresses and phone numbers of the rows are.

    Parameters
    ----------
    found
        The persons of the rows.
    columns
        What the rows carry, as for `resolve`.

    Notes
    -----
    Where rows carry e-mail addresses alone these are the names of the persons, and nothing has to
    be told of them.
    """
    carried = {kind: column for kind, column in columns.items() if len(column.names)}
    if set(carried) <= {"customer_id"} or set(carried) == {"email"}:
        return {}
    told = {}
    for kind in carried.keys() & {"email", "phone"}:
        column = carried[kind]
        groups = RowGroups(column.codes.astype(np.int64), len(column.names))
        is_whose = found.codes >= 0
        first = groups.first(is_whose)  # most belong to one person: these need no comparing
        owner = np.where(first >= 0, found.codes.take(first, mode="wrap"), NOBODY)
        is_other = is_whose & (groups.codes >= 0) & (found.codes != groups.spread(owner, NOBODY))
        values = np.concatenate([np.flatnonzero(owner >= 0), groups.codes[is_other]])
        persons = np.concatenate([owner[owner >= 0], found.codes[is_other]])
        told[kind] = (persons, Labels(values.astype(np.int32), column.names))
    return told


def _owners(values: IntArray, count: int, persons: IntArray) -> IntArray:
    """Return the one person of each value: `NOBODY` for none, `SEVERAL` for more."""
    groups = RowGroups(values, count)
    known = persons >= 0
    first = groups.first(known)
    owner = (
        np.where(first >= 0, persons.take(first, mode="wrap"), NOBODY) if len(persons) else first
    )
    differs = known & (persons != groups.spread(owner, NOBODY))
    return np.where(groups.any(differs), SEVERAL, owner)


def _with_namesakes(
    owner: IntArray, values: Sequence[str], names: Sequence[tuple[str, str]]
) -> IntArray:
    place = {name: person for person, (_, name) in enumerate(names) if "@" in name}
    if not place:
        return owner
    namesakes = np.array([place.get(value, NOBODY) for value in values], dtype=np.int64)
    return np.where(owner == NOBODY, namesakes, owner)


def _spelled(names: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Spell the people; two kinds with the same spelling stay two people."""
    taken: set[str] = set()
    spelled = []
    for kind, name in names:
        while name in taken:
            name = f"{kind}:{name}"  # noqa: PLW2901 - until nobody else is called so
        taken.add(name)
        spelled.append(name)
    return tuple(spelled)
