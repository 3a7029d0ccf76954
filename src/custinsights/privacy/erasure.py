"""How is a person removed so that they stay away, and every total stays true?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

import attrs

from custinsights.domain.fields import refuse_naive
from custinsights.domain.frozen import frozen
from custinsights.domain.identities import Identity
from custinsights.errors import InvalidValue
from custinsights.privacy.keys import Secret, keyed_hash
from custinsights.privacy.suppression import ERASED, ERASURES, Suppressing
from custinsights.repositories.people import somebody

if TYPE_CHECKING:
    from custinsights.repositories.protocols import UnitOfWork

__all__ = ["ERASURES", "Erasure", "erase", "erase_each"]

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
    [done] = erase_each(work, [customer], at=at, by=by, key=key, why=why)
    return done


def erase_each(
    work: UnitOfWork,
    customers: Iterable[str | int],
    *,
    at: datetime,
    by: str,
    key: Secret,
    why: str = "",
) -> tuple[Erasure, ...]:
    """Remove people as `erase` does; what was erased and suppressed before is read once for all."""
    refuse_naive("the instant of an erasure", at)
    if not isinstance(by, str) or not by.strip():
        allowed = "the name of a person or a program"
        raise InvalidValue("nobody is named who erases", type(by).__name__, allowed)
    entries = work.annotations.records(ERASURES)
    names = {name for entry in entries for name in (entry["name"], *entry.get("others", ()))}
    listed = Suppressing.begun(work, key)
    told = {"by": by, "why": why, "on": at.isoformat()}
    return tuple(_erased(work, customer, names, listed, told) for customer in customers)


def _erased(
    work: UnitOfWork,
    customer: str | int,
    names: set[str],
    listed: Suppressing,
    told: Mapping[str, str],
) -> Erasure:
    """Remove one person; `names` are the pseudonyms so far, which who was erased already keeps."""
    own = str(somebody(work.people, customer).value.id)
    held = work.people.export(own)
    merged = [str(one["id"]) for one in held["merged"]]
    former = map(str, held.get("former_ids", ()))
    identities = work.people.identities(own)
    known = [*identities, *(Identity("id", one) for one in {own, str(customer), *merged, *former})]
    after = {
        one: one if one in names else f"erased-{keyed_hash(listed.key, 'erasure', one)[:_FIGURES]}"
        for one in (own, *merged)
    }
    names |= {*after.values()}
    name, others = after[own], {one: after[one] for one in merged}
    done = Erasure(
        name, {**_counts(work, own), "identities": len(identities)}, len(work.orders.of(own))
    )
    _rename(work, own, name, others)
    for room in (work.orders, work.activities, work.annotations, work.people):
        room.forget(name)
    listed.add(known, reason=ERASED, name=name)
    work.annotations.record(
        ERASURES,
        {
            "name": name,
            "others": sorted(others.values()),
            **told,
            "removed": dict(done.removed),
            "orders_kept": done.orders_kept,
        },
    )
    return done


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


def _counts(work: UnitOfWork, own: str) -> dict[str, int]:
    return {
        "activities": len(work.activities.of(own)),
        "notes": len(work.annotations.of(own, "note")),
        "interests": len(work.annotations.of(own, "interest")),
        "tags": len(work.annotations.tag_changes(own)),
        "consents": len(work.people.consents(own)),
    }
