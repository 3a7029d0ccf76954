"""What does a shop look like to who asks, and when did they ask?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import attrs

from custinsights.history.facts import Facts
from custinsights.history.orders import OrderHistory
from custinsights.privacy.access import PERSONAL, Access
from custinsights.repositories.protocols import Store, UnitOfWork

__all__ = ["dated", "history_shown"]


def dated(store: Store, at: datetime) -> Store:
    """Return a store whose units of work bear an instant where none is told: that of a request."""
    return cast("Store", _Dated(store, at))


@attrs.frozen(eq=False)
class _Dated:
    store: Store
    at: datetime

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def begin(self, *, at: datetime | None = None, read_only: bool = False) -> UnitOfWork:
        return self.store.begin(at=at or self.at, read_only=read_only)


def history_shown(access: Access | None, history: OrderHistory) -> OrderHistory:
    """Return a history as somebody may see it: without what tells who people are, or as it is."""
    if access is None or access.may(PERSONAL):
        return history
    return OrderHistory.of_facts(_without_what_tells(history))


def _without_what_tells(facts: Facts) -> Facts:
    nothing: dict[str, Any] = {
        "birthday": None,
        "coordinates": None,
        "attributes": {},
        "contacts": {},
    }
    return attrs.evolve(
        facts,
        people_table=attrs.evolve(facts.people_table, **nothing),
        aside=None if facts.aside is None else _without_what_tells(facts.aside),
    )
