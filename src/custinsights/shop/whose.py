"""Whose is what a source tells? The people of a store, found by ids, e-mail and phone numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import count
from typing import Final, TypeAlias

import attrs
import numpy as np

from custinsights.domain.contacts import looks_like_contact
from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import NO_INSTANT, AnyArray
from custinsights.privacy.suppression import LOG as SUPPRESSIONS
from custinsights.privacy.suppression import erasure_instants
from custinsights.repositories.protocols import UnitOfWork
from custinsights.repositories.rows import microseconds_of
from custinsights.repositories.stored import Key
from custinsights.repositories.whole import themselves
from custinsights.shop.contacts import Latest, Told, latest_orders, tells_anew, told_by_orders
from custinsights.shop.former import former, kept_by_orders
from custinsights.sources.importing.found import FoundOrders, FoundPeople

__all__ = ["Erased", "Whose", "is_kept_away", "keep_number", "last_number", "whose"]

Erased: TypeAlias = Callable[[Identity], Key | None]
"""Tells whose an identity was who was erased and must not come back; None for nobody's."""

_NUMBERS: Final = "customer_ids"
_AT_ONCE: Final = 5_000

_Known: TypeAlias = Mapping[int, Sequence[tuple[Identity, Key | None]]]
"""By what each person of a source is known, and whose each of it is in the store."""


@attrs.frozen(eq=False, repr=False)
class Whose:
    """The people that a source tells of, as customers of a store.

    Parameters
    ----------
    source
        The system that gave the ids.
    ids
        The id of each person, as an array of objects: of who was merged that which they have
        themselves, so that what comes in goes with them when the merging is undone.
    erased
        The ids of those who were erased.
    new, completed
        Customers who are not in the store yet, and those of whom something is told that is blank
        or stands otherwise.
    identities
        By what customers are known from now on.
    last_number
        The number in the last id that the shop itself gave.
    returned
        The ids of those customers whom the contacts of some find who were erased: they came back.
    merged
        Who was merged, with the one who they are now.
    kept_away
        Of how many nothing is taken but orders, or no e-mail address, as of who was erased.
    """

    source: str
    ids: AnyArray
    erased: frozenset[str]
    new: Sequence[Customer]
    completed: Sequence[Told]
    identities: Sequence[tuple[Key, Identity]]
    last_number: int
    returned: Mapping[int, str]
    merged: Mapping[Key, Key]
    kept_away: int

    def today(self, customer: str) -> str:
        """Return the id of the one who a customer is now."""
        return str(self.merged.get(customer, customer))

    def owners(self, work: UnitOfWork, orders: FoundOrders) -> tuple[AnyArray, FoundOrders]:
        """Return the ids, and the orders of whom: those of who came back are theirs from then on.

        What they ordered before stays with the nameless customer.
        """
        ids, person = [*self.ids.tolist()], orders.person.copy()
        placed, erased = np.asarray(orders.orders["placed_at"]), erasure_instants(work)
        for one in themselves(work.people, self.returned.values()):
            for number in [n for n, living in self.returned.items() if living == str(one.id)]:
                back = max(erased[ids[number]], one.created_at or erased[ids[number]])
                is_later = placed >= microseconds_of(back)
                person[(orders.person == number) & is_later] = len(ids)
            ids.append(str(one.id))
        told = np.fromiter(ids, dtype=object, count=len(ids))
        return told, attrs.evolve(orders, person=person)

    def write(self, work: UnitOfWork) -> None:
        """Write who is new, and what is new of others."""
        told = [one.customer for one in self.completed if one.is_news]
        if self.new or told or self.identities:
            work.people.write([*self.new, *told], self.identities)
        for one in self.completed:
            one.record(work, self.source)
        keep_number(work, self.last_number)


def whose(
    work: UnitOfWork,
    found: FoundPeople,
    erased: Erased | None = None,
    orders: FoundOrders | None = None,
) -> Whose:
    """Find the people of a source in a store, and name those who are new.

    Somebody is whom their id finds, else whom their e-mail addresses find, else, without either,
    whom their phone numbers find: where that is one customer to whom the source has given no other
    id. Of those who were merged it is the one who has what finds them. An address or a number that
    somebody had before finds them for orders alone that are theirs already. Anybody else is new,
    and named by the id of the source, where that is no contact; with the source before it, where it
    is taken; by the next number of the shop, where there is none. Whose contact is of somebody who
    was erased is that one, but for a customer whose id it is: of them the address is left away.

    What is told of somebody who is there fills what is blank; what orders tell otherwise than
    before stands from then on, as `custinsights.shop.contacts` says.

    Raises
    ------
    InvalidValue
        Somebody was erased from the store, and nothing tells who must not come back.
    """
    if erased is None and any("name" in entry for entry in work.annotations.records(SUPPRESSIONS)):
        raise InvalidValue(
            "people were erased from this store, and nothing tells who must not come back",
            None,
            "erased=privacy.suppressed(work, key=key).erased, with the key of their erasure",
            "A Shop asks for key= alone, a command line for --key-file",
        )
    merged = work.people.merged()
    known, lost = _known_today(work, _known(work, found), orders, merged)
    alive = {} if erased is None else _by_living_ids(work, known, erased, merged)
    known = {**known, **alive}
    ids = np.full(found.count, None, dtype=object)
    gone: set[int] = set()
    returned: dict[int, str] = {}
    for person, held in known.items():
        was, living = (None, None) if erased is None or person in alive else _was(held, erased)
        if was is not None:
            gone.add(person)
        if living is not None:
            returned[person] = living
        ids[person] = was or _customer(work, found.source, held, merged)
    are_new = [person for person, own in enumerate(ids.tolist()) if own is None]
    last = _name(work, found.source, ids, are_new, known)
    told = {name: column.array().tolist() for name, column in found.told.items()}
    without = {
        person
        for person, email in enumerate(told.get("email", ()))
        if person not in gone and is_kept_away(email, erased)
    }
    for person in without:
        told["email"][person] = ""

    def contacts(person: int) -> dict[str, str]:
        return {name: texts[person] for name, texts in told.items() if texts[person]}

    others = _in_time(orders, set(range(found.count)) - gone - set(are_new))
    more = {ids[person]: contact for person in others if (contact := contacts(person))}
    latest = partial(latest_orders, orders, ids.tolist()) if orders is not None else dict
    return Whose(
        found.source,
        ids,
        frozenset(ids[person] for person in gone),
        [
            Customer(ids[person], **contacts(person))  # type: ignore[arg-type]  # texts of contacts
            for person in are_new
        ],
        [*_told(work, more, found.source, latest)],
        _new_identities(known, ids, gone, lost),
        last,
        returned,
        merged,
        len(gone) + len(without),
    )


def _new_identities(
    known: _Known,
    ids: AnyArray,
    gone: AbstractSet[int],
    lost: AbstractSet[tuple[str, str, str]],
) -> list[tuple[Key, Identity]]:
    """Return what nobody has yet and who has it now: each identity once, none of who is gone."""
    found: dict[tuple[str, str, str], tuple[Key, Identity]] = {}
    for person, held in known.items():
        for identity, owner in held:
            if owner is None and person not in gone and identity.key not in lost:
                found.setdefault(identity.key, (ids[person], identity))
    return [*found.values()]


def _in_time(orders: FoundOrders | None, persons: set[int]) -> list[int]:
    """Return persons, who has the latest order last: of two who are one the latest word counts."""
    if orders is None:
        return sorted(persons)
    placed = np.full(max(persons, default=-1) + 1, NO_INSTANT)
    rows = np.flatnonzero(np.isin(orders.person, [*persons]))
    at = np.asarray(orders.orders["placed_at"])
    rows = rows[np.argsort(at[rows], kind="stable")]
    placed[orders.person[rows]] = at[rows]  # of equal places the last is written last
    return sorted(persons, key=lambda person: (placed[person], person))


def is_kept_away(email: str | None, erased: Erased | None) -> bool:
    """Whether an e-mail address is of somebody who was erased, and is not taken of others."""
    return bool(email and erased and erased(Identity("email", email)) is not None)


def _by_living_ids(
    work: UnitOfWork, known: _Known, erased: Erased, merged: Mapping[Key, Key]
) -> _Known:
    """Return those whose id is a customer's, known by all but what is of who was erased."""
    nameless = {*erasure_instants(work)}
    found = {}
    for person, held in known.items():
        own = {
            str(merged.get(owner, owner))
            for one, owner in held
            if one.kind == "id" and owner is not None and erased(one) is None
        }
        if len(own) == 1 and not own & nameless:
            is_theirs = (one.kind == "phone" or erased(one) is None for one, _ in held)
            found[person] = [one for one, theirs in zip(held, is_theirs, strict=True) if theirs]
    return found


def _was(
    held: Sequence[tuple[Identity, Key | None]], erased: Erased
) -> tuple[str | None, str | None]:
    """Return who was erased and comes again, and who has what tells it now, if somebody has.

    A number alone tells it only of who has nothing else: others of a household may have the same.
    """
    told = [(one, owner) for one, owner in held if one.kind != "phone"] or held
    gone = [(str(name), owner) for one, owner in told if (name := erased(one)) is not None]
    living = [str(owner) for name, owner in gone if owner is not None and str(owner) != name]
    return gone[0][0] if gone else None, living[0] if living else None


def _known(work: UnitOfWork, found: FoundPeople) -> _Known:
    told: list[tuple[int, Identity]] = []
    for kind, (person, values) in found.known.items():
        source = found.source if kind == "id" else ""
        texts = zip(person.tolist(), values.texts().tolist(), strict=True)
        told += [(row, Identity(kind, text, source)) for row, text in texts]
    owners = _owners(work, [identity for _, identity in told])
    known: dict[int, list[tuple[Identity, Key | None]]] = defaultdict(list)
    for (row, identity), owner in zip(told, owners, strict=True):
        known[row].append((identity, owner))
    return known


def _known_today(
    work: UnitOfWork, known: _Known, orders: FoundOrders | None, merged: Mapping[Key, Key]
) -> tuple[_Known, frozenset[tuple[str, str, str]]]:
    """Return whose identities are without those of former contacts, and the keys of these."""
    if orders is None:
        return known, frozenset()
    by_contact = {
        person: held
        for person, held in known.items()
        if not any(one.kind == "id" and owner is not None for one, owner in held)
    }
    lost = former(work.people, (one for held in by_contact.values() for one in held))
    if not lost:
        return known, frozenset()
    asked = {person: held for person, held in by_contact.items() if lost.intersection(held)}
    theirs = kept_by_orders(work, orders, asked)

    def is_theirs(person: int, who: Key | None) -> bool:
        return who is not None and str(merged.get(who, who)) in theirs[person]

    today = {
        person: [
            (one, None if (one, who) in lost and not is_theirs(person, who) else who)
            for one, who in held
        ]
        for person, held in asked.items()
    }
    return {**known, **today}, frozenset(one.key for one, _ in lost)


def _owners(work: UnitOfWork, identities: Sequence[Identity]) -> list[Key | None]:
    """Return whose each of any number of identities is, by the ids that they have themselves."""
    parts = (identities[at : at + _AT_ONCE] for at in range(0, len(identities), _AT_ONCE))
    some = (work.people.find_all(part, before_merging=True) for part in parts)
    return [owner for owners in some for owner in owners]


def _customer(
    work: UnitOfWork,
    source: str,
    held: Sequence[tuple[Identity, Key | None]],
    merged: Mapping[Key, Key],
) -> str | None:
    """Return the customer whom the identities of one person find."""
    own = {identity.key for identity, _ in held if identity.kind == "id"}
    for kind in ("id", "email", "phone"):
        owners = {str(owner) for one, owner in held if one.kind == kind and owner is not None}
        now = {str(merged.get(one, one)) for one in owners}
        if len(now) == 1:
            [owner] = owners if len(owners) == 1 else now
            is_other = kind != "id" and own and _has_another_id(work, owner, source)
            return None if is_other else owner
        if kind == "email" and any(one.kind != "phone" for one, _ in held):
            return None
    return None


def _has_another_id(work: UnitOfWork, customer: str, source: str) -> bool:
    known = work.people.identities(customer)
    return any(one.kind == "id" and one.source == source for one in known)


def _name(work: UnitOfWork, source: str, ids: AnyArray, new: Sequence[int], known: _Known) -> int:
    """Give new people their ids; return the number in the last of those that the shop gave."""
    outside = {
        person: identity.value
        for person in new
        for identity, _ in known.get(person, ())
        if identity.kind == "id" and not looks_like_contact(identity.value)
    }
    free = [*outside] if not source else _free(work, outside)
    taken = {outside[person] for person in free}
    for person in free:
        ids[person] = outside[person]
    named = {person: f"{source}:{value}" for person, value in outside.items() if source}
    named = {person: name for person, name in named.items() if ids[person] is None}
    for person in _free(work, named):
        ids[person] = named[person]
    taken |= set(named.values())
    last = last_number(work)
    left = [person for person in reversed(new) if ids[person] is None]
    while left:
        numbers = [n for n, _ in zip(count(last + 1), left, strict=False)]
        names = {n: f"c{n}" for n in numbers if f"c{n}" not in taken}
        for n in _free(work, names):
            ids[left.pop()] = names[n]
        last = numbers[-1]
    return last


def _free(work: UnitOfWork, names: Mapping[int, str]) -> list[int]:
    """Return the keys of the names that no customer of the shop has or had."""
    owners = _owners(work, [Identity("id", name) for name in names.values()])
    return [key for key, owner in zip(names, owners, strict=True) if owner is None]


def last_number(work: UnitOfWork) -> int:
    """Return the number in the last id that the shop itself gave; 0 where it gave none."""
    return int((work.annotations.setting(_NUMBERS) or {}).get("last", 0))


def keep_number(work: UnitOfWork, number: int) -> None:
    """Keep the number in an id that the shop gave, if none was higher."""
    if number > last_number(work):
        work.annotations.set(_NUMBERS, {"last": number})


def _told(
    work: UnitOfWork,
    told: Mapping[str, Mapping[str, str]],
    source: str,
    latest: Callable[[], Mapping[str, Latest]],
) -> Iterator[Told]:
    """Yield customers of whom something is told that is blank, or stands otherwise."""
    ids = [*told]
    others: list[Customer] = []
    for at in range(0, len(ids), _AT_ONCE):
        listed = themselves(work.people, ids[at : at + _AT_ONCE])
        others += [one for one in listed if tells_anew(one, told[str(one.id)])]
    if others:
        yield from told_by_orders(work, others, told, source, latest())
