"""What has changed since something was read? The feed of changes tells."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Final

import attrs

from custinsights.domain.identities import Identity

if TYPE_CHECKING:
    from custinsights.repositories.protocols import UnitOfWork
    from custinsights.shop.once import Once

__all__ = ["Noticed", "noticed"]

MOST: Final = 1_000
"""How many changes are looked through; after more of them all is read anew."""

_Key = tuple[str, ...]


@attrs.frozen
class Noticed:
    """What changed after a number of the feed: the keys that it tells, by repository."""

    since: int
    people: AbstractSet[_Key]
    orders: AbstractSet[_Key]
    activities: AbstractSet[_Key]
    annotations: AbstractSet[_Key]

    def of(self, *kinds: str) -> bool:
        """Tell whether anything of some kinds changed: a repository, or a kind of annotations."""
        told = {one[0] for one in self.annotations}
        return any(getattr(self, kind, None) or kind in told for kind in kinds)

    def touched(self, work: UnitOfWork, seen: Mapping[str, Once]) -> AbstractSet[str]:
        """Tell of whom anything changed but their notes, among some by today's ids."""
        if self.of("setting"):
            return seen.keys()
        found = {key[1] for key in self.annotations if key[0] in ("tag", "interest")}
        if self.people:
            found |= {key[0] for key in self.people}
            now = work.people.find_all([Identity("id", one) for one in seen])
            found |= {one for one, who in zip(seen, now, strict=True) if str(who) != one}
        for name, once in seen.items():
            # Of who has no order, that of anybody tells the currency.
            has_orders = any(len(batch) for batch in once.orders)
            if self.orders and not (has_orders and self.orders.isdisjoint(once.order_keys)):
                found.add(name)
            if not self.activities.isdisjoint(once.activity_keys):
                found.add(name)
        # What is theirs since then has a key that was not among theirs.
        since, some = self.since, [*seen]
        orders = work.orders.scan(["id"], since=since, customers=some)
        for batch in orders if self.orders else ():
            if not len(batch):  # refunds, of which the orders tell whose they are
                return seen.keys()
            found |= {*batch.orders["customer"].tolist()}
        activities = work.activities.scan(since=since, customers=some)
        for done in activities if self.activities else ():
            found |= {*done.activities["customer"].tolist()}
        return found & seen.keys()


def noticed(work: UnitOfWork, since: int) -> Noticed | None:
    """Return what changed after a number of the feed; None where it is too much to tell apart."""
    if work.last_change() - since > MOST:
        return None
    told: dict[str, set[_Key]] = {one.name: set() for one in attrs.fields(Noticed)[1:]}
    for change in work.changes(since):
        told[change.repository].add(change.key)
    return Noticed(since, **told)
