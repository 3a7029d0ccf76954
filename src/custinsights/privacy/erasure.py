"""How is a person removed so that they stay away, and every total stays true?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

import attrs

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.fields import refuse_naive
from custinsights.domain.frozen import frozen
from custinsights.domain.identities import Identity
from custinsights.errors import InvalidValue, UnknownName
from custinsights.privacy.keys import Secret, keyed_hash
from custinsights.privacy.suppression import ERASED, ERASURES, suppress

if TYPE_CHECKING:
    from custinsights.repositories.protocols import UnitOfWork

__all__ = ["ERASURES", "Erasure", "erase"]

_FIGURES: Final = 16


@attrs.frozen
class Erasure:
    """What was done to erase somebody; nothing in it is personal.

    Parameters
    ----------
    name : str
        The pseudonym under which their orders stay.
    removed : mapping of str to int
        How many ``activities``, ``notes``, ``interests``, ``tags``, ``consents`` and ``identities``
        were removed.
    orders_kept : int
        How many orders stay under the pseudonym.
    """

    name: str
    removed: Mapping[str, int] = attrs.field(converter=frozen)
    orders_kept: int


def erase(
    work: UnitOfWork, customer: str | int, *, at: datetime, by: str, key: Secret, why: str = ""
) -> Erasure:
    """Remove a person everywhere, keep their orders under a pseudonym, and see that they stay away.

    Names, contacts, addresses (of orders too), birthday, attributes, activities, notes, interests,
    tags, consents, identities and former ids go, also of who was merged into them; logs keep that
    something happened. Orders stay with amounts, dates, products, city, region and country, so that
    no total changes. Labels of customers go with them: what was counted by acquisition channel or
    tag is counted as unknown. All is done in the unit of work that is given, or nothing.

    A keyed hash of every identity is put on the list of `custinsights.privacy.suppressed`, so that
    an import of an old export gives orders to the pseudonym and brings nobody back. The log
    ``erasure`` says when, by whom and how much.

    Parameters
    ----------
    work : UnitOfWork
        Of the store from which the person goes. Exports, backups and other systems are not reached.
    customer : str or int
        Any id that finds them.
    at : aware datetime
        When it is done.
    by : str
        Who does it.
    key : str or bytes
        The key of the shop's hashes: what `custinsights.privacy.generate_key` made, always the
        same, and kept outside of the store.
    why : str, default ""
        The reason, such as ``"request 17"`` or the name of a retention rule. Never personal.

    Raises
    ------
    UnknownName
        If nobody is found.
    InvalidValue
        If the key is none, or nobody is named who does it.
    """
    refuse_naive("the instant of an erasure", at)
    if not isinstance(by, str) or not by.strip():
        allowed = "the name of a person or a program"
        raise InvalidValue("nobody is named who erases", type(by).__name__, allowed)
    found = work.people.get(customer)
    if found is None:
        advice = "Look up the id of the customer"
        raise UnknownName("customer", hidden_if_contact(customer), (), advice)
    own = str(found.value.id)
    merged = [str(one) for one, now in work.people.merged().items() if str(now) == own]
    name, others = _names(work, own, merged, key)
    known = list(_identities(work, own, {str(customer), *merged}))
    done = Erasure(name, _counts(work, own), len(work.orders.of(own)))
    _rename(work, own, name, others)
    for room in (work.orders, work.activities, work.annotations, work.people):
        room.forget(name)
    suppress(work, known, key=key, reason=ERASED, name=name)
    work.annotations.record(
        ERASURES,
        {
            "name": name,
            "others": sorted(others.values()),
            "by": by,
            "why": why,
            "on": at.isoformat(),
            "removed": dict(done.removed),
            "orders_kept": done.orders_kept,
        },
    )
    return done


def _names(
    work: UnitOfWork, own: str, merged: Iterable[str], key: Secret
) -> tuple[str, dict[str, str]]:
    """Return the pseudonyms of who is erased, and of who was merged into them.

    Who was erased already keeps theirs.
    """
    entries = work.annotations.records(ERASURES)
    known = {name for entry in entries for name in (entry["name"], *entry.get("others", ()))}

    def named(one: str) -> str:
        return one if one in known else f"erased-{keyed_hash(key, 'erasure', one)[:_FIGURES]}"

    return named(own), {one: named(one) for one in merged}


def _rename(work: UnitOfWork, own: str, name: str, others: Mapping[str, str]) -> None:
    """Give a person and who was merged into them other names.

    Each of these is renamed alone, and merged again: an id means whom somebody became.
    """
    for one in others:
        work.people.unmerge(one)
    for before, after in {own: name, **others}.items():
        if before != after:
            work.people.rename(before, after)
    for one in others.values():
        work.people.merge(one, name)


def _identities(work: UnitOfWork, own: str, others: Iterable[str]) -> Iterator[Identity]:
    """Yield all by which somebody is known, also the ids that they had before."""
    yield from work.people.identities(own)
    former = work.people.export(own).get("former_ids", ())
    for one in {own, *others, *map(str, former)}:
        yield Identity("id", one)


def _counts(work: UnitOfWork, own: str) -> dict[str, int]:
    return {
        "activities": len(work.activities.of(own)),
        "notes": len(work.annotations.of(own, "note")),
        "interests": len(work.annotations.of(own, "interest")),
        "tags": len(work.annotations.tag_changes(own)),
        "consents": len(work.people.consents(own)),
        "identities": len(work.people.identities(own)),
    }
