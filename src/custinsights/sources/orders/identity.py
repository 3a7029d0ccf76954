"""Whose row is it? By customer id, then e-mail, then phone.

Every row (an order, a refund, a person) may carry several of these. A value of the first kind is a
person. A row without it belongs to the person who alone has its e-mail; an e-mail that nobody has
is a person itself, unless its phone belongs to exactly one person of the kinds before. What belongs
to several people tells nothing. All rows with the same value get the same answer, so that the order
of the rows does not matter.

Customers known beside the rows (``customers=``) say more of whose rows are, and take nobody away: a
row that the source by itself tells to be somebody's stays so. An e-mail or phone that belongs to
several only by way of them is the person who alone has it in the source, else a person itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from custinsights.domain.contacts import BY_PHONE
from custinsights.domain.fields import looked_up
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray, Labels
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.sources.texts.vocabulary import IDENTITIES

NOBODY, SEVERAL = -1, -2
INTEGER = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)
"""An id that is written as a whole number."""


@attrs.frozen(eq=False)
class People:
    """The person of each row: int64[n] codes into `names`, `NOBODY` where it cannot be told.

    Where all of them came as integers the names are a range, in which each one's code lies at its
    place.
    `known` are the persons of the customers that were given beside the rows; `contacts` are the
    e-mail addresses and phone numbers by which persons were found, with their persons, by kind.
    `of_several` counts those, by kind, which belong to several only by the customers known beside.
    """

    codes: IntArray
    names: tuple[str, ...] | range
    known: IntArray = attrs.field(factory=lambda: np.empty(0, dtype=np.int64))
    contacts: Mapping[str, tuple[IntArray, Labels]] = attrs.field(factory=dict, repr=False)
    of_several: Mapping[str, int] = attrs.field(factory=dict)


def check_kinds(kinds: Sequence[str]) -> tuple[str, ...]:
    """Refuse an ``identity=`` that is empty, unknown or double."""
    wanted = (kinds,) if isinstance(kinds, str) else kinds
    is_list = isinstance(wanted, list | tuple)
    for kind in wanted if is_list else ():
        looked_up("kind of identity", kind, dict.fromkeys(IDENTITIES))
    if not is_list or not wanted or len(set(wanted)) != len(wanted):
        what = "the option identity= does not name kinds of identity, each once"
        raise InvalidValue(what, kinds, f"one or more of {', '.join(IDENTITIES)}")
    return tuple(wanted)


def resolve(columns: Mapping[str, Labels], kinds: Sequence[str], *, beside: int = 0) -> People:
    """Find the person of each row.

    Parameters
    ----------
    columns
        For each kind that the source has, what the rows carry; missing where they carry none.
    kinds
        The kinds in the order in which they are tried.
    beside
        How many rows at the end are no rows of the source, but what is known of people beside it.
    """
    given = [(kind, columns[kind]) for kind in kinds if kind in columns and columns[kind].names]
    n = len(next(iter(columns.values()))) if columns else 0
    if not given:
        return People(np.full(n, NOBODY, dtype=np.int64), ())
    told = _told_alone(columns, kinds, n - beside) if beside else None
    of_several: dict[str, int] = {}
    kind, column = given[0]  # every value of the first kind is a person
    persons = column.codes.astype(np.int64)
    names = [(kind, column.names)]  # of those found by each kind
    count = len(column.names)
    for level, (kind, column) in enumerate(given[1:], start=1):
        codes = column.codes.astype(np.int64)
        groups = RowGroups(codes, len(column.names))
        owner = _owners(groups, persons)
        # A value that nobody has may have a phone that somebody has.
        for _, lower in given[level + 1 :]:
            values = RowGroups(lower.codes.astype(np.int64), len(lower.names))
            of_lower = values.spread(_owners(values, persons), NOBODY)
            through = _owners(groups, of_lower)
            owner = np.where((owner == NOBODY) & (through >= 0), through, owner)
        if told is not None:
            is_left = (owner == SEVERAL) & groups.any(told & (persons < 0))
            in_source = np.where(np.arange(n) < n - beside, persons, NOBODY)
            owner = np.where(is_left, np.maximum(_owners(groups, in_source), NOBODY), owner)
            of_several[kind] = int(np.count_nonzero(is_left))
        if kind == "email":  # an id that is an e-mail address is the person with that address
            owner = _with_namesakes(owner, column.names, names)
        own = np.flatnonzero(owner == NOBODY)
        owner[own] = count + np.arange(len(own))
        count += len(own)
        names.append((kind, tuple(column.names[at] for at in own.tolist())))
        found = groups.spread(owner, NOBODY)
        persons = np.where(persons >= 0, persons, np.where(found >= 0, found, persons))
    return People(persons, _spelled(names), of_several=of_several)


def _told_alone(columns: Mapping[str, Labels], kinds: Sequence[str], n: int) -> BoolArray:
    """Tell of each row whether the first n of them, which alone are the source, say whose it is."""
    found = resolve({kind: column.take(slice(n)) for kind, column in columns.items()}, kinds)
    told = np.zeros(len(next(iter(columns.values()))), dtype=np.bool_)
    told[:n] = found.codes >= 0
    return told


def resolve_integers(ids: IntArray) -> People:
    """Find the person of each row where nothing but integer ids tells it; 0 is no id."""
    least = int(ids.min(initial=0))
    codes = ids - least if least else ids
    is_none = ids == 0
    return People(
        np.where(is_none, NOBODY, codes) if is_none.any() else codes,
        range(least, int(ids.max(initial=0)) + 1),
    )


def outside_ids(names: Sequence[str], *, is_text: bool) -> AnyArray:
    """Return identities: integers where every one is written as one, else (and if told) texts."""
    if names and not is_text and all(map(INTEGER.fullmatch, names)):
        return np.array([int(name) for name in names], dtype=np.int64)
    array = np.empty(len(names), dtype=object)
    array[:] = names
    return array


def contacts(
    found: People, columns: Mapping[str, Labels], *, with_ids: bool = False
) -> dict[str, tuple[IntArray, Labels]]:
    """Return whose the e-mail addresses and phone numbers of the rows are, and the ids if wanted.

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
    if not with_ids and (set(carried) <= {"customer_id"} or set(carried) == {"email"}):
        return {}
    told = {}
    for kind in IDENTITIES if with_ids else IDENTITIES[1:]:
        if kind not in carried:
            continue
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


def _owners(groups: RowGroups, persons: IntArray) -> IntArray:
    """Return the one person of each value: `NOBODY` for none, `SEVERAL` for more."""
    known = persons >= 0
    if not known.any():
        return np.full(groups.count, NOBODY, dtype=np.int64)
    first = groups.first(known)
    owner = np.where(first >= 0, persons.take(first, mode="wrap"), NOBODY)
    differs = known & (persons != groups.spread(owner, NOBODY))
    return np.where(groups.any(differs), SEVERAL, owner)


def _with_namesakes(
    owner: IntArray, values: Sequence[str], names: Sequence[tuple[str, Sequence[str]]]
) -> IntArray:
    known = enumerate(name for _, of_kind in names for name in of_kind)
    place = {name: person for person, name in known if "@" in name}
    if not place:
        return owner
    namesakes = np.array([place.get(value, NOBODY) for value in values], dtype=np.int64)
    return np.where(owner == NOBODY, namesakes, owner)


def _spelled(names: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    """Spell the people; a phone number says that it is one, and two kinds stay two people."""
    names = [
        (kind, tuple(BY_PHONE + name for name in of_kind) if kind == "phone" else of_kind)
        for kind, of_kind in names
    ]
    if sum(1 for _, of_kind in names if of_kind) <= 1:
        return max((of_kind for _, of_kind in names), key=len)
    taken: set[str] = set()
    spelled = []
    for kind, of_kind in names:
        for name in of_kind:
            while name in taken:
                name = f"{kind}:{name}"  # noqa: PLW2901 - until nobody else is called so
            taken.add(name)
            spelled.append(name)
    return tuple(spelled)
