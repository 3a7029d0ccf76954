"""From which instant of a customer are periods counted? Anchors of cohorts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from custinsights.domain.fields import looked_up
from custinsights.errors import MissingData
from custinsights.history.columnar.columns import NO_INSTANT, IntArray

Anchor: TypeAlias = Callable[[Any], IntArray]
"""From a counted history to one instant (int64 microseconds UTC) per person, the smallest int64
where there is none."""


def first_order(history: Any) -> IntArray:
    """Return the instant of the first counted order of each person."""
    first = history.first_per_customer(history.placed_at)
    return np.where(history.order_count > 0, first, NO_INSTANT)


def created_at(history: Any) -> IntArray:
    """Return when each person was created in the customer table, before as_of."""
    created: IntArray | None = history.facts.people_table.created_at
    if created is None:
        raise MissingData(
            "when its customers were created",
            needed_by="the anchor 'created_at'",
            advice="Load the customers too",
        )
    return np.where(created < history.as_of, created, NO_INSTANT)


ANCHORS: dict[str, Anchor] = {"first_order": first_order, "created_at": created_at}


def anchor_of(given: str | Anchor) -> Anchor:
    """Return the anchor that is meant: a built-in one by name, or a function of one's own."""
    if callable(given):
        return given
    return looked_up("anchor", given, ANCHORS)
