"""What stands of a customer where a source tells otherwise than it did, or than others do?

Each field stands as the source tells that told it first, and follows it: what that source tells
later takes its place, what an older export of it tells does not. What others tell only fills what
is blank. What the shop has corrected by hand stays. Of who was merged each is told anew as who they
were, so that the merging can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from custinsights.domain.frozen import Frozen
from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.history.columnar.columns import AnyArray, IntArray, Labels
from custinsights.privacy.disclosure import RECTIFICATIONS
from custinsights.repositories.protocols import UnitOfWork
from custinsights.repositories.rows import instant_of
from custinsights.repositories.whole import joined
from custinsights.sources.importing.found import FoundOrders

__all__ = [
    "CONTACTS",
    "Latest",
    "Standing",
    "Told",
    "how_many",
    "latest_orders",
    "tells_anew",
    "told_anew",
    "told_by_orders",
    "told_by_table",
    "watch_table",
]

CONTACTS: Final = "contacts"
"""The log of what sources tell otherwise than before: the names of the fields, and not what stood
or stands in them. ``changed``: the source tells them from then on; ``kept``: another one does."""

_TABLES: Final = "customer_tables"
_OF_ATTRIBUTE: Final = "attributes."

_OTHER: Final = "other"
_LONG_AGO: Final = "0001-01-01T00:00:00+00:00"
_APART: Final = ("id", "tags", "attributes")

_Why: TypeAlias = Callable[[str], str]
"""Tells why a field that stands otherwise stays; blank where it follows."""


@attrs.frozen
class Latest:
    """The latest order of somebody in some files: which it is, when it was placed and watched."""

    source: str
    id: str
    placed_at: int
    observed_until: int


@attrs.frozen
class Told:
    """A customer after being told anew, and the fields that stood otherwise.

    Parameters
    ----------
    customer, was
        As they are now, and were before; the same object where nothing is told.
    changed
        The fields that follow.
    kept
        Those that stay, and why.
    until
        Until when the source was watched.
    """

    customer: Customer
    was: Customer
    changed: Sequence[str] = ()
    kept: Mapping[str, str] = Frozen[str, str]()
    until: datetime | None = None

    @property
    def is_news(self) -> bool:
        """Whether the customer is another than before."""
        return self.customer is not self.was

    def record(self, work: UnitOfWork, source: str) -> None:
        """Let the log of contacts keep it."""
        others = [name for name, why in self.kept.items() if why == _OTHER]
        seen = {} if self.until is None else {"until": self.until.astimezone(UTC).isoformat()}
        for what, fields in (("changed", self.changed), ("kept", others)):
            if fields:
                own = str(self.customer.id)
                entry = {"what": what, "fields": [*fields], "source": source, "id": own, **seen}
                work.annotations.record(CONTACTS, entry, customer=self.customer.id)


@attrs.frozen(eq=False)
class Standing:
    """What a store knows of who told the fields of customers."""

    by_hand: frozenset[tuple[str, str]]
    last: Mapping[tuple[str, str], tuple[str, datetime | None]]
    kept: frozenset[tuple[str, str, str]]
    tables: Mapping[str, str]

    @classmethod
    def read(cls, work: UnitOfWork) -> Standing:
        """Read it; of who was merged by the ids that they have themselves."""
        last: dict[tuple[str, str], tuple[str, datetime | None]] = {}
        kept = set()
        for own, name, entry in _fields(work, CONTACTS):
            until = entry.get("until")
            if entry["what"] == "kept":
                kept.add((own, name, entry["source"]))
            else:
                last[own, name] = (entry["source"], until and datetime.fromisoformat(until))
        return cls(
            frozenset((own, name) for own, name, _ in _fields(work, RECTIFICATIONS)),
            last,
            frozenset(kept),
            work.annotations.setting(_TABLES) or {},
        )

    def watched(self, source: str) -> datetime | None:
        """Return until when tables of a source were watched; None where there were none."""
        told = self.tables.get(source)
        return None if told is None else datetime.fromisoformat(told)

    def told(self, customer: Customer, said: Mapping[str, Any], why: _Why) -> Told:
        """Return a customer of whom something is said, as fields and attributes by name."""
        own = str(customer.id)
        stands = _said(customer)
        new, changed, kept = dict[str, Any](), list[str](), dict[str, str]()
        for name, value in said.items():
            if _key(name, stands.get(name)) == _key(name, value):
                continue
            reason = "by hand" if (own, name) in self.by_hand else ""
            if name in stands:
                reason = reason or why(name)
            if reason:
                kept[name] = reason
            else:
                new[name] = value
                changed += [name] if name in stands else []
        return Told(_evolved(customer, new) if new else customer, customer, changed, kept)

    def why_of_table(self, own: str, source: str, until: datetime | None) -> _Why:
        """Return why fields that stand otherwise stay before a table that was watched so long."""

        def why(name: str) -> str:
            instants = (self.last.get((own, name), ("", None))[1], self.watched(source))
            is_older = until and any(one is not None and until < one for one in instants)
            return "older" if is_older else ""

        return why

    def why_of_orders(self, own: str, source: str, until: datetime, before: str | None) -> _Why:
        """Return why fields that stand otherwise stay before orders; see `_before`."""

        def why(name: str) -> str:
            teller, seen = self.last.get((own, name), (None, None))
            is_said = (own, name, source) in self.kept
            is_its = before is not None and not is_said if teller is None else teller == source
            if not is_its:
                return "other, as before" if is_said else _OTHER
            return "older" if before == "later" or (seen is not None and until < seen) else ""

        return why


def _fields(work: UnitOfWork, log: str) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Return the fields of which a log tells, with whose they are and the entry."""
    entries = [one for one in work.annotations.records(log) if one.get("fields")]
    asked = {name: Identity("id", name) for one in entries if (name := one.get("id"))}
    now = work.people.find_all([*asked.values()], before_merging=True)
    ids = dict(zip(asked, now, strict=True))
    return [
        (str(ids.get(entry.get("id")) or entry["customer"]), name, entry)
        for entry in entries
        for name in (*entry["fields"], *entry.get("attributes", ()))
    ]


def told_anew(work: UnitOfWork) -> frozenset[str]:
    """Return whose contacts may have been others: as sources or the shop told them, or merged."""
    told = (one for log in (CONTACTS, RECTIFICATIONS) for one in work.annotations.records(log))
    return joined(work.people) | {str(one["customer"]) for one in told if "customer" in one}


def _said(customer: Customer) -> dict[str, Any]:
    """Return what is known of a customer, attributes each by its name."""
    names = [one.name for one in attrs.fields(Customer) if one.name not in _APART]
    told = {name: getattr(customer, name) for name in names}
    own = {f"{_OF_ATTRIBUTE}{name}": value for name, value in customer.attributes.items()}
    return {name: value for name, value in told.items() if value not in (None, ())} | own


def _evolved(customer: Customer, new: Mapping[str, Any]) -> Customer:
    """Return a customer with other fields and attributes."""
    fields = {name: value for name, value in new.items() if not name.startswith(_OF_ATTRIBUTE)}
    own = {
        name.removeprefix(_OF_ATTRIBUTE): value for name, value in new.items() if name not in fields
    }
    return attrs.evolve(customer, attributes={**customer.attributes, **own}, **fields)


def _key(name: str, value: Any) -> Any:
    """Return what is compared: contacts as identities are."""
    is_contact = name in ("email", "phone") and value is not None
    return Identity(name, value).key[2] or value if is_contact else value


def how_many(told: Sequence[Told]) -> dict[str, int]:
    """Return how many customers are told anew, and of how many something stays."""
    return {
        "customers_changed": sum(1 for one in told if one.is_news),
        "customers_kept": sum(1 for one in told if one.kept),
    }


def tells_anew(customer: Customer, said: Mapping[str, Any]) -> bool:
    """Whether something that is said of a customer is blank, or stands otherwise."""
    stands = _said(customer)
    return any(_key(n, stands.get(n)) != _key(n, value) for n, value in said.items())


def latest_orders(orders: FoundOrders, ids: Sequence[str | None]) -> dict[str, Latest]:
    """Return the latest order of each customer; `ids` are those of the persons of the orders."""
    placed, until = np.asarray(orders.orders["placed_at"]), orders.observed_until
    rows = np.lexsort((until, placed))
    rows = rows[orders.person[rows] >= 0]
    last = np.full(len(ids), -1, dtype=np.int64)
    last[orders.person[rows]] = rows  # of equal places the last is written last
    found: dict[str, Latest] = {}
    persons = np.flatnonzero(last >= 0)
    at = last[persons]
    named = (_texts(orders.orders[name], at) for name in ("source", "id"))
    columns = (*named, placed[at].tolist(), until[at].tolist())
    for person, *told in zip(persons.tolist(), *columns, strict=True):
        own, one = ids[person], Latest(*told)
        if own is not None:
            found[own] = max(found.get(own, one), one, key=_instants)
    return found


def _texts(column: Labels | AnyArray, at: IntArray) -> list[str]:
    taken = column.take(at)
    texts: list[str] = (taken.texts() if isinstance(taken, Labels) else taken).tolist()
    return texts


def _instants(order: Latest) -> tuple[int, int]:
    return order.placed_at, order.observed_until


def _before(work: UnitOfWork, latest: Mapping[str, Latest]) -> dict[str, str]:
    """Return of customers whose latest order is told: what a source told of them before.

    ``later``, a later order or the same one in an export that was watched for longer; ``earlier``
    otherwise. Nobody is there of whom it has told no order.
    """
    sources, merged = {one.source for one in latest.values()}, work.people.merged()
    several = {*map(str, merged.values())}
    placed: dict[str, int] = {}
    for batch in work.orders.scan(["placed_at"], customers=[*latest]):
        columns = (batch.orders[name].tolist() for name in ("source", "customer", "placed_at"))
        for source, own, at in zip(*columns, strict=True):
            if source in sources:
                placed[own] = max(placed.get(own, at), at)
    found = {}
    for own, one in latest.items():
        now = str(merged.get(own, own))
        if now in placed:
            known = work.orders.known(one.source, [one.id]).get(one.id)
            seen = known.observed_until if known is not None else None
            # a later order may be of another one with whom they were merged
            is_later = placed[now] > one.placed_at and now not in several
            is_later |= seen is not None and seen > one.observed_until
            found[own] = "later" if is_later else "earlier"
    return found


def told_by_orders(
    work: UnitOfWork,
    customers: Iterable[Customer],
    said: Mapping[str, Mapping[str, str]],
    source: str,
    latest: Mapping[str, Latest],
) -> list[Told]:
    """Return customers of whom orders say something, as they are after it.

    Parameters
    ----------
    said
        The contacts that are told of each.
    latest
        The latest order of each; of who has none the contacts only fill what is blank.
    """
    told = {str(one.id): one for one in customers}
    standing = Standing.read(work)
    before = _before(work, {own: latest[own] for own in told if own in latest})
    found = []
    for own, customer in told.items():
        order = latest.get(own)
        until = None if order is None else instant_of(order.observed_until)
        if until is None:
            one = standing.told(customer, said[own], lambda _: _OTHER)
            found.append(attrs.evolve(one, kept={}))
            continue
        is_told = before.get(own) or _by_table(work, standing, own, source, until)
        why = standing.why_of_orders(own, source, until, is_told)
        found.append(attrs.evolve(standing.told(customer, said[own], why), until=until))
    return found


def _by_table(
    work: UnitOfWork, standing: Standing, own: str, source: str, until: datetime
) -> str | None:
    """Return what a table of the same source told before orders did, as `_before` says it."""
    watched = standing.watched(source)
    known = () if watched is None else work.people.identities(own)
    if watched is None or not any((one.kind, one.source) == ("id", source) for one in known):
        return None
    return "later" if until < watched else "earlier"


def told_by_table(
    work: UnitOfWork,
    there: Mapping[str, Customer],
    said: Mapping[str, Customer],
    source: str,
    until: datetime | None,
) -> list[Told]:
    """Return those of who is there of whom a table tells something, as they are after it."""
    asked = {own: _said(said[own]) for own in there}
    others = [one for own, one in there.items() if tells_anew(one, asked[own])]
    standing = Standing.read(work)
    found = []
    for customer in others:
        own = str(customer.id)
        told = standing.told(customer, asked[own], standing.why_of_table(own, source, until))
        found.append(attrs.evolve(told, until=until))
    return found


def watch_table(work: UnitOfWork, source: str, until: datetime | None) -> None:
    """Keep until when a table of customers of a source was watched."""
    told = work.annotations.setting(_TABLES) or {}
    if until is not None and until > datetime.fromisoformat(told.get(source, _LONG_AGO)):
        work.annotations.set(_TABLES, {**told, source: until.astimezone(UTC).isoformat()})
