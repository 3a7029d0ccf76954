"""Of which steps does a journey consist? Kinds of activities, orders, facts under a condition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.builtin.activity_metrics import OfKind
from custinsights.analyses.builtin.metrics import first_orders
from custinsights.analyses.declaring.declarations import Metric
from custinsights.analyses.declaring.tally import Tally
from custinsights.domain.activities import (
    ACTIVITY_KINDS,
    activity_kind,
    activity_word,
    nearest_kind,
)
from custinsights.errors import InvalidValue, MissingData, UnknownName
from custinsights.history.facts import Facts
from custinsights.history.views.activity_view import activities_of

ORDER, FIRST_ORDER = "order", "first_order"

FIRST_PURCHASE: Mapping[str, str | tuple[str, ...]] = {
    "discover": (
        *("social_followed", "social_liked", "social_shared", "social_commented"),
        *("social_mentioned", "referral", "email_clicked", "sms_clicked"),
    ),
    "visit": "visit",
    "browse": "product_viewed",
    "add to cart": "added_to_cart",
    "purchase": FIRST_ORDER,
}
"""The way to a first purchase: what each step is seen by."""

_ALLOWED = (
    "a kind of activity, several of them, 'order', 'first_order', or a metric that counts orders "
    "or activities, such as ci.orders.where(...)"
)
_FEWEST = 2


def steps_of(given: object) -> tuple[Tally, ...]:
    """Return the steps that are meant, in order: a tally each of the facts that are the step.

    Raises
    ------
    InvalidValue
        If there are fewer than two, two of one name, or something that is no step.
    UnknownName
        If the kind of an activity is misspelt.
    """
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        shown = given if isinstance(given, str) else f"a value of type {type(given).__name__}"
        raise InvalidValue("the steps of a journey are no list", shown, f"a list: {_ALLOWED}")
    named = given.items() if isinstance(given, Mapping) else ((None, one) for one in given)
    found = tuple(_step(None if name is None else str(name), meant) for name, meant in named)
    names = [step.name for step in found]
    if len(found) < _FEWEST or len(set(names)) < len(names):
        raise InvalidValue(
            what="a journey has two steps or more, each of a name of its own",
            given=names,
            allowed="at least two different steps",
            advice="A mapping names each, also where two are of one kind: "
            "{'bought': 'order', 'came back': 'order'}",
        )
    return found


def _step(name: str | None, meant: Any) -> Tally:
    if isinstance(meant, Metric):
        return _counted(name, meant)
    if meant == ORDER:
        return Tally(name or ORDER, "orders", definition="Any counted order.")
    if meant == FIRST_ORDER:
        (tally,) = first_orders.tallies
        return Tally(
            name or FIRST_ORDER, "orders", filters=tally.filters, definition="The first order."
        )
    words = (meant,) if isinstance(meant, str) else meant
    is_list = isinstance(words, tuple | list | set | frozenset)
    if not is_list or not words or not all(isinstance(word, str) for word in words):
        shown = meant if isinstance(meant, str) else f"a value of type {type(meant).__name__}"
        raise InvalidValue("a step of a journey is nothing that happens", shown, _ALLOWED)
    found = {*map(activity_word, words)} & {ORDER, FIRST_ORDER}
    if found and not isinstance(meant, str):
        allowed = "it as a step of its own, with no list around it"
        raise InvalidValue("an order stands among kinds of activity", min(found), allowed)
    kinds = tuple(map(_kind, words))
    return Tally(
        name or " or ".join(kinds),
        "activities",
        filters=(OfKind(kinds),),
        definition=f"Activities of the kinds {', '.join(kinds)}.",
    )


def _kind(word: str) -> str:
    """Return the kind of activity that a word means, which is not nearly an order."""
    kind = activity_kind(word)
    if kind not in ACTIVITY_KINDS and nearest_kind(kind, (ORDER, FIRST_ORDER)):
        raise UnknownName("step of a journey", word, (ORDER, FIRST_ORDER))
    return kind


def _counted(name: str | None, metric: Metric) -> Tally:
    """Return the tally of a metric that counts facts."""
    terms = () if metric.numerator is None or metric.denominator else metric.numerator.terms
    plain = [tally for weight, tally in terms if weight == 1 and _counts_facts(tally)]
    if len(terms) != 1 or not plain:
        raise InvalidValue(
            what="a step of a journey does not say which facts it is",
            given=f"the metric {metric.name!r}",
            allowed=_ALLOWED,
        )
    (tally,) = plain
    own = name or metric.name
    return attrs.evolve(tally, name=own, on_lines=None, distinct=None, definition=metric.definition)


def _counts_facts(tally: Tally) -> bool:
    is_plain = tally.of is None and tally.distinct in (None, "customers") and not tally.is_stock
    known = tally.facts in ("orders", "activities")
    return known and is_plain and tally.special is None and tally.customer_type is None


def _happened(facts: Facts, as_of: int) -> set[str]:
    """Return the kinds of the activities before an instant."""
    held = activities_of(facts)
    kind = held.label("kind")
    codes = kind.codes if facts.context.last < as_of else kind.codes[held.at < as_of]
    is_there = np.zeros(len(kind.names), dtype=np.bool_)
    is_there[codes] = True
    return {kind.names[code] for code in np.flatnonzero(is_there).tolist()}


def unheard_of(facts: Facts, steps: Iterable[Tally], as_of: int) -> tuple[str, ...]:
    """Return the names of the steps of whose kinds no activity tells.

    Raises
    ------
    MissingData
        If the history has no activities, and a step is one.
    UnknownName
        If a kind is nearly one of those that happened, and none of them.
    """
    of_kinds = {
        step.name: condition.kinds
        for step in steps
        for condition in step.filters
        if isinstance(condition, OfKind)
    }
    happened = _happened(facts, as_of) if of_kinds else set()
    for kind in {kind for kinds in of_kinds.values() for kind in kinds} - happened:
        if kind not in ACTIVITY_KINDS and nearest_kind(kind, happened):
            raise UnknownName("kind of activity", kind, tuple(sorted(happened)))
    return tuple(name for name, kinds in of_kinds.items() if happened.isdisjoint(kinds))


def known_steps(facts: Facts, as_of: int) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the steps to a first purchase of which activities tell, and the names of the others.

    Raises
    ------
    MissingData
        If the history has no activities before `as_of`, or none of these kinds.
    """
    happened = _happened(facts, as_of)
    told = {
        name: meant
        for name, meant in FIRST_PURCHASE.items()
        if meant == FIRST_ORDER or happened & {*((meant,) if isinstance(meant, str) else meant)}
    }
    if len(told) < _FEWEST:
        raise MissingData(
            "activities such as visits, products viewed or carts",
            needed_by="the way to a first purchase",
            advice="Name the steps of which your activities tell",
        )
    return told, tuple(name for name in FIRST_PURCHASE if name not in told)
