"""What does a shop look like to who asks, what may they ask, and when did they ask?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, cast

import attrs
import numpy as np

from custinsights.analyses.segments.rule import Rule
from custinsights.domain.contacts import hidden_if_contact, looks_like_contact
from custinsights.domain.rules.tree import Attribute, Call, nodes_of
from custinsights.history.facts import Facts
from custinsights.history.orders import OrderHistory
from custinsights.privacy.access import PERSONAL, READ, Access, enter
from custinsights.privacy.pseudonyms import under_names
from custinsights.repositories.protocols import Store, UnitOfWork

__all__ = ["dated", "enter_rule", "hidden_in", "history_given", "history_shown"]

_HIDDEN: Final[Mapping[str, str]] = {"within_km": "coordinates", "email_domain": "e-mail addresses"}
"""What the functions of rules ask that is personal."""


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
    """Return a history as somebody may see it: without what tells who people are, or as it is.

    Of attributes the flags stay, which are shown as statuses.
    """
    if access is None or access.may(PERSONAL):
        return history
    return OrderHistory.of_facts(_without_what_tells(history))


def history_given(access: Access | None, history: OrderHistory) -> OrderHistory:
    """Return a history as it is handed to somebody: `history_shown`, and no id is a contact.

    Of two ids of one shape the second bears a number. Who works on with the ids of the shop asks
    `history_shown`.
    """
    shown = history_shown(access, history)
    if shown is history or not any(map(looks_like_contact, history.customer_ids.tolist())):
        return shown
    names: dict[str | int, str] = {}
    times: Counter[str] = Counter()

    def named(customer: str | int) -> str:
        if customer not in names:
            shape = str(hidden_if_contact(customer))
            times[shape] += 1
            names[customer] = shape if times[shape] == 1 else f"{shape} {times[shape]}"
        return names[customer]

    return OrderHistory.of_facts(under_names(shown, named))


def _without_what_tells(facts: Facts) -> Facts:
    told = facts.people_table.attributes.items()
    is_flag = {name: getattr(column, "dtype", None) == np.int8 for name, column in told}
    nothing: dict[str, Any] = {
        "birthday": None,
        "coordinates": None,
        "attributes": {name: column for name, column in told if is_flag[name]},
        "contacts": {},
    }
    return attrs.evolve(
        facts,
        people_table=attrs.evolve(facts.people_table, **nothing),
        aside=None if facts.aside is None else _without_what_tells(facts.aside),
    )


def hidden_in(rule: Rule) -> list[str]:
    """Return what of a rule, and of the segments that it names, is masked without ``pii``.

    Attributes, birthdays, coordinates and e-mail addresses are; a status is not.
    """
    return list(dict.fromkeys(_hidden(rule)))


def _hidden(rule: Rule) -> Iterator[str]:
    for node in nodes_of(rule.filled):
        match node:
            case Attribute(name):
                yield f"the attribute {name!r}"
            case Call("anniversary", ("birthday", *_)):
                yield "birthdays"
            case Call(function) if function in _HIDDEN:
                yield _HIDDEN[function]


def enter_rule(store: Store, access: Access | None, rule: Rule) -> None:
    """Let somebody ask a rule, or refuse them one about what they may not see; see `enter`.

    By what it answers, who it is true for, what is masked could be guessed.
    """
    if hidden := hidden_in(rule):
        enter(store, access, f"a rule about {' and '.join(hidden)}", needs=(READ, PERSONAL))
