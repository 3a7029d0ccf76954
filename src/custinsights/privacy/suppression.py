"""Who must not come back, and who must not be written to, though nothing of them is kept?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from custinsights.domain.frozen import frozen
from custinsights.domain.identities import Identity, phone_key
from custinsights.domain.matching.names import mailbox_of
from custinsights.domain.phones import to_e164
from custinsights.errors import MissingExtra, WrongKey
from custinsights.privacy.keys import Secret, keyed_hash, secret_bytes
from custinsights.sources.stored.reading import SHOP

if TYPE_CHECKING:
    from custinsights.repositories.protocols import UnitOfWork

__all__ = [
    "ERASED",
    "ERASURES",
    "OBJECTED",
    "Suppressed",
    "Suppressing",
    "erasure_instants",
    "suppress",
    "suppressed",
]

LOG: Final = "suppression"

ERASURES: Final = "erasure"
"""The log of erasures."""

ERASED: Final = "erased"
"""Why somebody is suppressed: they were erased, and imports must not bring them back."""

OBJECTED: Final = "objected"
"""Why somebody is suppressed: they want no advertising, whatever a source says."""


def _hashes(identity: Identity, key: Secret, region: str | None) -> list[str]:
    """Return the hash of an identity as people are told by it, then that of its key, if another.

    A list keeps both: the first finds who is written otherwise, the second what was put there
    before the shop told its country.
    """
    kind, source, value = identity.key
    told = value
    if value and kind == "email":
        told = mailbox_of(value)
    elif value and kind == "phone":
        told = phone_key(_dialled(identity.value, region))
    return [
        keyed_hash(key, "suppression", kind, source, one) for one in dict.fromkeys((told, value))
    ]


def _dialled(number: str, region: str | None) -> str:
    """Return a number with its country, where the country of the shop tells it."""
    if region is None:
        return number
    try:
        return to_e164(number, region) or number
    except MissingExtra:
        if number.strip().startswith(("+", "00")):  # its figures begin with the country
            return number
        raise


def _proof(key: Secret) -> str:
    """Return by what a key is known again: nothing that could be hashed with it tells more."""
    return keyed_hash(key, "key of the suppression")[:16]


@attrs.frozen(repr=False)
class Suppressed:
    """The list of those who are suppressed, by keyed hashes of what they are known by.

    `suppressed` reads it. Nobody can be read out of it: it answers for an identity that is given,
    however it is written: an e-mail address compares as the mailbox that it reaches, a phone number
    as it is dialled from anywhere, by the country of the shop.
    """

    key: Secret
    reasons: Mapping[str, frozenset[str]] = attrs.field(converter=frozen)
    names: Mapping[str, str] = attrs.field(converter=frozen)
    erased_on: Mapping[str, datetime] = attrs.field(default=frozen({}), converter=frozen)
    also: Mapping[str, str] = attrs.field(default=frozen({}), converter=frozen)
    region: str | None = None

    def __repr__(self) -> str:
        return f"<Suppressed: {len(self.reasons)} identities>"

    def __len__(self) -> int:
        return len(self.reasons)

    def why(self, identity: Identity) -> frozenset[str]:
        """Return for which reasons an identity is on the list; none where it is not."""
        return frozenset().union(*(self.reasons[one] for one in self._found(identity)))

    def _found(self, identity: Identity) -> list[str]:
        """Return under which hashes an identity is on the list."""
        if not self.reasons or not identity.key[2]:
            return []
        hashes = _hashes(identity, self.key, self.region)
        found = dict.fromkeys(self.also.get(one, one) for one in hashes)
        return [one for one in found if one in self.reasons]

    def __contains__(self, identity: Identity) -> bool:
        return bool(self.why(identity))

    def stops(self, identity: Identity, *, agreed_at: datetime | None) -> bool:
        """Whether nobody may write to an identity whose owner agreed then; None: never.

        Who was erased is kept from coming back by others, and not from coming back: what they agree
        to after their erasure counts. Who objected is stopped whatever they agreed to.
        """
        reasons = self.why(identity)
        if reasons != {ERASED} or agreed_at is None:
            return bool(reasons)
        gone = self.erased_on.get(self.erased(identity) or "")
        return gone is None or agreed_at <= gone

    def erased(self, identity: Identity) -> str | None:
        """Return the pseudonym of who was erased and had an identity; None for everybody else.

        An import gives their orders to it, and takes nothing else of them.
        """
        return next((self.names[one] for one in self._found(identity) if one in self.names), None)


def suppress(
    work: UnitOfWork,
    identities: Iterable[Identity],
    *,
    key: Secret,
    reason: str = OBJECTED,
    name: str | None = None,
) -> int:
    """Put identities on the list, as keyed hashes alone, and return how many are new there.

    Parameters
    ----------
    work : UnitOfWork
        Where it rests: the log ``suppression``.
    identities : iterable of Identity
        What somebody is known by; those that say nothing are left out.
    key : str or bytes
        The key of the hashes, always the same for a shop; it never rests in the store.
    reason : str, default "objected"
        ``"erased"``, ``"objected"`` or a word of the shop's own.
    name : str, optional
        The pseudonym of who was erased.

    Raises
    ------
    WrongKey
        The list was begun with another key.
    """
    return Suppressing.begun(work, key).add(identities, reason=reason, name=name)


@attrs.frozen(repr=False)
class Suppressing:
    """The list while it is written: read once, for however many who are put on it.

    `reasons` are those for which hashes are on it by now.
    """

    work: UnitOfWork
    key: Secret
    reasons: dict[str, set[str]]
    region: str | None

    @classmethod
    def begun(cls, work: UnitOfWork, key: Secret) -> Suppressing:
        """Read who is there."""
        there = suppressed(work, key=key)
        reasons = {one: {*why} for one, why in there.reasons.items()}
        return cls(work, key, reasons, there.region)

    def add(self, identities: Iterable[Identity], *, reason: str, name: str | None = None) -> int:
        """Put identities on the list, and return how many are new there; see `suppress`."""
        new = 0
        for identity in identities:
            if not identity.key[2]:
                continue
            hashed, *also = _hashes(identity, self.key, self.region)
            why = self.reasons.setdefault(hashed, set())
            if reason not in why:
                why.add(reason)
                new += 1
                told: dict[str, Any] = {"hash": hashed, "reason": reason, "key": _proof(self.key)}
                told |= {"also": also} if also else {}
                self.work.annotations.record(LOG, told if name is None else {**told, "name": name})
        return new


def suppressed(work: UnitOfWork, *, key: Secret) -> Suppressed:
    """Read the list of those who are suppressed.

    Parameters
    ----------
    work : UnitOfWork
        Where it rests.
    key : str or bytes
        The key with which it was written.

    Raises
    ------
    WrongKey
        It was written with another key, with which nobody would be found on it.
    """
    secret_bytes("the key", key)
    entries: list[Mapping[str, Any]] = [*work.annotations.records(LOG)]
    if not {one["key"] for one in entries} <= {_proof(key)}:
        raise WrongKey("the list of the suppressed")
    reasons: dict[str, frozenset[str]] = {}
    for one in entries:
        reasons[one["hash"]] = reasons.get(one["hash"], frozenset()) | {one["reason"]}
    names = {one["hash"]: one["name"] for one in entries if "name" in one}
    also = {other: one["hash"] for one in entries for other in one.get("also", ())}
    region = (work.annotations.setting(SHOP) or {}).get("country")
    return Suppressed(key, reasons, names, erasure_instants(work), also, region)


def erasure_instants(work: UnitOfWork) -> dict[str, datetime]:
    """Return when people were erased, by the pseudonyms that they have since."""
    told = work.annotations.records(ERASURES)
    return {one["name"]: datetime.fromisoformat(one["on"]) for one in told}
