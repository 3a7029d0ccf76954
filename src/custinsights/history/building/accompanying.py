"""How do activities join the orders of the same people?"""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.domain.currencies import NO_CURRENCY
from custinsights.errors import Incompatible
from custinsights.history.building.joining import (
    check_new,
    columns_of,
    concatenated,
    relaid,
    spanning,
)
from custinsights.history.building.matching import matched
from custinsights.history.columnar.uniting import united_people
from custinsights.history.context import Context
from custinsights.history.facts import Facts


def with_activities(facts: Facts, activities: Facts) -> Facts:
    """Lay activities out beside the orders; see `OrderHistory.with_activities`."""
    context = _context(facts, activities)
    own, other = matched(facts, activities)
    aside = None if facts.aside is None else attrs.evolve(facts.aside, customer_ids=own)
    parts = [
        columns_of(attrs.evolve(facts, customer_ids=own, aside=aside)),
        columns_of(attrs.evolve(activities, customer_ids=other)),
    ]
    check_new(*parts)
    same = None if facts.products is None else np.arange(len(facts.products))
    people = united_people([part.people for part in parts], [0, 1])
    return relaid(concatenated(parts, [same, None], people), facts.products, context)


def _context(facts: Facts, activities: Facts) -> Context:
    """Return what holds for both; without orders, that of the activities."""
    ours, theirs = facts.context, activities.context
    held = activities.activities
    has_amounts = held is not None and held.amount is not None and theirs.currency != NO_CURRENCY
    if has_amounts and theirs.currency != ours.currency:
        raise Incompatible(
            "the currencies of the orders and the activities",
            ours.currency,
            theirs.currency,
            "Give the amounts of the activities in the currency of the orders",
        )
    zones = (ours.calendar.timezone, theirs.calendar.timezone)
    is_told = not (theirs.source_report.timezone_assumed and theirs.has_times)
    if is_told and zones[0] != zones[1]:
        raise Incompatible(
            "the time zones of the orders and the activities",
            *zones,
            f"Read the activities with timezone={zones[0]!r}",
        )
    both = spanning([ours, theirs])
    is_seen = ours.observed_from < ours.observed_until or len(facts)
    report = attrs.evolve(both.source_report, timezone_assumed=ours.source_report.timezone_assumed)
    return attrs.evolve(
        both,
        observed_from=both.observed_from if is_seen else theirs.observed_from,
        observed_until=ours.observed_until if is_seen else theirs.observed_until,
        source_report=report,
    )
