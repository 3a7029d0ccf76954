"""Who of a shop's customers is one person, who decided so, and how is it undone?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from custinsights.domain.contacts import hidden_if_contact, masked
from custinsights.domain.fields import refuse_naive, refuse_other
from custinsights.domain.matching import (
    MATCHING_RULES,
    Match,
    Matching,
    MatchingRules,
    Person,
    find_matches,
)
from custinsights.domain.people import Address, Customer
from custinsights.domain.records import object_of
from custinsights.errors import InvalidValue
from custinsights.privacy.access import PERSONAL, Access, enter, shown_to
from custinsights.repositories.people import somebody
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.rows import instant_of
from custinsights.repositories.stored import IDENTITY_LOG, Key

__all__ = ["Identities"]

_TOLD_APART: Final = frozenset({"different", "undone"})


@attrs.frozen(eq=False, repr=False)
class Identities:
    """Makes one of customers who are one person, and of one the two that they were.

    Every act is kept in the log ``identity``, with who did it and when. Nothing is rewritten where
    two become one, so that undoing it leaves both as they were, byte for byte; what was written
    meanwhile stays with whom it was written to. An import and a sign-up write to the one of them
    whose the id, the e-mail address or the phone number is.

    Parameters
    ----------
    store : Store
        Where the customers rest.
    access : Access, optional
        Who asks; without the permission ``pii`` what rules have found comes out masked.
    rules : MatchingRules
        What tells that two are one person.
    region : str, optional
        The country of the shop in two letters, in which phone numbers are dialled that name none.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from custinsights.domain import Customer
    >>> from custinsights.repositories.memory import MemoryStore
    >>> store = MemoryStore()
    >>> with store.begin() as work:
    ...     for id, phone in (("c1", "020 7946 0018"), ("c2", "+44 20 7946 0018")):
    ...         _ = work.people.put(Customer(id, name="Ada Ray", phone=phone))
    >>> shop = Identities(store, region="GB")
    >>> noon = datetime(2024, 3, 5, 12, tzinfo=UTC)
    >>> [(match.left, match.right) for match in shop.merge_same(by="Kim", at=noon)]
    [('c1', 'c2')]
    """

    store: Store
    access: Access | None = None
    rules: MatchingRules = MATCHING_RULES
    region: str | None = None

    def matches(self) -> Matching:
        """Return who is one person and who may be, but for those on whom somebody has decided.

        The cost is that of reading all customers, identities and addresses of orders, and of the
        pairs that share something: seconds for a hundred thousand customers.

        Raises
        ------
        AccessRefused
            The permission to read is missing.
        """
        enter(self.store, self.access, "who may be one person")
        with self.store.begin(read_only=True) as work:
            found = self._found(work)
        return attrs.evolve(found, matches=self._seen(found.matches))

    def review(self) -> tuple[Match, ...]:
        """Return the pairs at which somebody should look, those with the most points first.

        A pair on which somebody has decided (`merge`, `different`, `undo`) does not come back.
        """
        return self.matches().doubtful

    def merge_same(self, *, by: str, at: datetime) -> tuple[Match, ...]:
        """Merge all who are one person by the rules, and return why.

        Of two, the one stays who was created earlier, else who has the lower id.

        Parameters
        ----------
        by
            Who lets it be done.
        at
            When.
        """
        with self._writing("merging customers", at) as work:
            matches = self._found(work).same
            for match in matches:
                pair = [somebody(work.people, one).value for one in (match.left, match.right)]
                if pair[0].id != pair[1].id:
                    into, customer = sorted(pair, key=_known_since)
                    why = {"score": match.score, "reasons": [*match.reasons]}
                    _merge(work, customer.id, into.id, {"by": by, **why})
        return self._seen(matches)

    def merge(self, customer: Key, into: Key, *, by: str, at: datetime) -> None:
        """Make one person of two: all that belongs to `customer` is from now on that of `into`.

        The history, its metrics and who is new follow. The id of `customer` finds `into`.

        Raises
        ------
        UnknownName
            There is nobody of that id.
        InvalidValue
            They are one person already.
        """
        with self._writing("merging customers", at) as work:
            for one in (customer, into):
                somebody(work.people, one)
            _merge(work, customer, into, {"by": by})

    def different(self, left: Key, right: Key, *, by: str, at: datetime) -> None:
        """Keep for good that two are not one person: no rule brings them together again.

        Raises
        ------
        UnknownName
            There is nobody of that id.
        InvalidValue
            They are one person now; undo that first.
        """
        with self._writing("telling customers apart", at) as work:
            ids = [somebody(work.people, one).value.id for one in (left, right)]
            if ids[0] == ids[1]:
                given = (hidden_if_contact(left), hidden_if_contact(right))
                advice = "Undo the merging of the one that was merged"
                raise InvalidValue("these two are one person", given, "two people", advice)
            _record(work, "different", left, {"from": str(right), "by": by})

    def undo(self, customer: Key, *, by: str, at: datetime) -> None:
        """Undo the merging of a customer, by the id that they had; rules do not merge them again.

        Nor with anybody else who is one with those whom they leave: that is kept as `different`.

        Raises
        ------
        InvalidValue
            They were not merged.
        UnknownName
            There is nobody of that id.
        """
        with self._writing("undoing a merge", at) as work:
            into = somebody(work.people, customer).value.id
            work.people.unmerge(customer)
            _record(work, "undone", customer, {"from": str(into), "by": by})
            for other, now in work.people.merged().items():
                if str(now) == str(into):
                    _record(work, "different", customer, {"from": str(other), "by": by})

    def rename(self, customer: Key, to: Key, *, by: str, at: datetime) -> None:
        """Give a customer another id, with all that is theirs; the old one still finds them.

        Raises
        ------
        AlreadyTaken
            The new id is somebody else's, or was.
        UnknownName
            There is nobody of the old id.
        """
        with self._writing("changing the id of a customer", at) as work:
            before = somebody(work.people, customer).value.id
            work.people.rename(customer, to)
            _record(work, "renamed", to, {"before": str(before), "by": by})

    def log(self, customer: Key | None = None) -> tuple[Mapping[str, Any], ...]:
        """Return what was decided, of all or of one customer, in the order in which it was.

        An entry says ``what`` (``merged``, ``undone``, ``different``, ``renamed``), ``by`` whom and
        ``at`` what instant, of which ``customer`` and ``id`` (the one that they had), and ``into``,
        ``from`` or ``before``. Where rules have merged, ``score`` and ``reasons`` say why.
        """
        enter(self.store, self.access, "the log of identities", customer=customer)
        with self.store.begin(read_only=True) as work:
            return shown_to(self.access, work.annotations.records(IDENTITY_LOG, customer))

    def _writing(self, what: str, at: datetime) -> UnitOfWork:
        refuse_naive("the instant of a decision", at)
        enter(self.store, self.access, what, at=at)
        return self.store.begin(at=at)

    def _seen(self, matches: tuple[Match, ...]) -> tuple[Match, ...]:
        """Return matches as who asks may see them."""
        is_open = self.access is None or self.access.may(PERSONAL)
        return matches if is_open else tuple(map(_masked, matches))

    def _found(self, work: UnitOfWork) -> Matching:
        return find_matches(_people(work, self.region), self.rules, apart=_told_apart(work))


def _known_since(customer: Customer) -> tuple[bool, datetime, str]:
    last = datetime.max.replace(tzinfo=UTC)
    return customer.created_at is None, customer.created_at or last, str(customer.id)


def _merge(work: UnitOfWork, customer: Key, into: Key, entry: Mapping[str, Any]) -> None:
    work.people.merge(customer, into)
    _record(work, "merged", customer, {"into": str(into), **entry})


def _record(work: UnitOfWork, what: str, customer: Key, entry: Mapping[str, Any]) -> None:
    refuse_other(str, "who decides", entry["by"])
    told = {"what": what, "id": str(customer), **entry}
    work.annotations.record(IDENTITY_LOG, told, customer=customer)


def _told_apart(work: UnitOfWork) -> list[tuple[Key, Key]]:
    """Return who was told apart, by today's ids."""
    pairs = []
    for entry in work.annotations.records(IDENTITY_LOG):
        if entry.get("what") in _TOLD_APART:
            people = [work.people.get(entry[name]) for name in ("id", "from")]
            pairs.append(tuple(one.value.id for one in people if one is not None))
    return [(pair[0], pair[1]) for pair in pairs if len({*pair}) > 1]


def _people(work: UnitOfWork, region: str | None) -> Iterator[Person]:
    """Yield all that is known of everybody."""
    addresses: dict[str, dict[str, Address]] = defaultdict(dict)
    orders: dict[str, list[int]] = defaultdict(list)
    for batch in work.orders.scan(["placed_at", "addresses"]):
        columns = (batch.orders[name].tolist() for name in ("customer", "placed_at", "addresses"))
        for customer, placed_at, told in zip(*columns, strict=True):
            if customer is not None:
                orders[customer].append(placed_at)
                for one in (told or {}).values():
                    addresses[customer].setdefault(str(one), object_of(Address, one))
    joined = {*map(str, work.people.merged().values())}
    for customer in work.people.listed():
        own = str(customer.id)
        merged = work.people.export(own)["merged"] if own in joined else ()
        everyone = [customer, *(object_of(Customer, one) for one in merged)]
        person = Person.of(
            customer,
            identities=work.people.identities(own),
            addresses=[
                *addresses[own].values(),
                *(a for one in everyone[1:] for a in one.addresses),
            ],
            orders=filter(None, map(instant_of, orders[own])),
            region=region,
        )
        yield attrs.evolve(
            person,
            names=[one.name for one in everyone if one.name is not None],
            birthday=next((one.birthday for one in everyone if one.birthday is not None), None),
        )


def _masked(match: Match) -> Match:
    evidence = [
        attrs.evolve(one, left=masked(one.left), right=masked(one.right)) for one in match.evidence
    ]
    left, right = (str(hidden_if_contact(one)) for one in (match.left, match.right))
    return attrs.evolve(match, left=left, right=right, evidence=tuple(evidence))
