"""Whose is a contact that somebody had before? Nobody's, but for what was told with it already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from custinsights.domain.identities import Identity
from custinsights.history.columnar.columns import Labels
from custinsights.repositories.protocols import PeopleRepository, UnitOfWork
from custinsights.repositories.stored import Key
from custinsights.repositories.whole import themselves
from custinsights.sources.importing.found import FoundOrders

__all__ = ["Held", "former", "kept_by_orders", "whose_today"]

_AT_ONCE = 5_000

Held: TypeAlias = tuple[Identity, Key | None]
"""An identity, and whose it is in the store."""


def former(people: PeopleRepository, asked: Iterable[Held]) -> set[Held]:
    """Return those of some contacts that are not today's of whom they find, before merging."""
    by_owner: dict[str, list[Held]] = defaultdict(list)
    for one in asked:
        if one[0].kind != "id" and one[1] is not None:
            by_owner[str(one[1])].append(one)
    ids = [*by_owner]
    found: set[Held] = set()
    for at in range(0, len(ids), _AT_ONCE):
        for customer in themselves(people, ids[at : at + _AT_ONCE]):
            held = by_owner[str(customer.id)]
            found |= {one for one in held if not customer.is_reached_by(one[0])}
    return found


def whose_today(people: PeopleRepository, contact: Identity) -> Key | None:
    """Return whose a contact is today, by the id that they have themselves."""
    [owner] = people.find_all([contact], before_merging=True)
    if owner is None or not former(people, [(contact, owner)]):
        return owner
    others = (one for one in people.listed(contact.value) if one.is_reached_by(contact))
    return next((one.id for one in others), None)


def kept_by_orders(
    work: UnitOfWork, orders: FoundOrders, held: Mapping[int, Sequence[Held]]
) -> dict[int, set[str]]:
    """Return whose those orders of persons are that are in the store, by the number of each."""
    rows = np.flatnonzero(np.isin(orders.person, [*held]))
    texts = (_texts(orders.orders[name].take(rows)) for name in ("source", "id"))
    places: dict[str, dict[str, int]] = defaultdict(dict)
    for source, name, person in zip(*texts, orders.person[rows].tolist(), strict=True):
        places[source][name] = person
    found: dict[int, set[str]] = defaultdict(set)
    for source, persons in places.items():
        for name, known in work.orders.known(source, [*persons]).items():
            found[persons[name]] |= {known.customer} if known.customer is not None else set()
    return found


def _texts(column: object) -> list[str]:
    taken = column.texts() if isinstance(column, Labels) else np.asarray(column)
    texts: list[str] = taken.tolist()
    return texts
