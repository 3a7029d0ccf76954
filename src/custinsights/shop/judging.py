"""In which groups and segments is one customer, against the kept cuts of all?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

import attrs
import numpy as np

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.cuts import Cuts
from custinsights.analyses.customers.groups import FIVE
from custinsights.analyses.customers.rfm import RFM
from custinsights.analyses.customers.tiers import Tiers
from custinsights.analyses.customers.traits import traits
from custinsights.analyses.segments.rule import Rule
from custinsights.analyses.segments.sets import Segments
from custinsights.domain.people import Customer
from custinsights.domain.segments import Segment, spelled
from custinsights.errors import MissingData, NeedsCuts
from custinsights.history.columnar.columns import AnyArray, Labels
from custinsights.history.orders import OrderHistory

__all__ = [
    "Membership",
    "attributes_of",
    "labels_of",
    "membership_of",
    "read_segments",
    "with_attributes",
]

_NOTHING: Final = {
    "flag": np.int8(-1),
    "number": np.float64("nan"),
    "date": np.datetime64("NaT", "D"),
}
"""What stands in a column of attributes where nothing is known, by kind; texts are coded."""


def labels_of(
    history: OrderHistory, customer: Customer, as_of: datetime, cuts: Cuts | None
) -> tuple[str, ...]:
    """Return the built-in groups of one customer by spaced names; VIP and RFM need cuts.

    Parameters
    ----------
    history
        Of this customer alone.
    customer
        The customer, with the tags that hold.
    as_of
        Facts at or after it do not exist.
    cuts
        The kept cuts of all, None where there are none.
    """
    stages = traits(history, "lifecycle", as_of=as_of).column("lifecycle").values.tolist()
    flags = customer.attributes
    return (
        *_groups(history, as_of, cuts),
        *(f"lifecycle:{spelled(stage)}" for stage in stages),
        *sorted(f"tag:{spelled(tag.name)}" for tag in customer.tags),
        *sorted(f"status:{spelled(name)}" for name in flags if flags[name] is True),
    )


def _groups(history: OrderHistory, as_of: datetime, cuts: Cuts | None) -> Iterator[str]:
    state = Tiers("recency", as_of=as_of).summarise(history)
    if not len(state):
        return
    for kind in ("value", "frequency", "recency"):
        if kind != "value":
            found = Tiers(kind, as_of=as_of).finish(state)
        elif cuts is not None:
            found = Tiers(kind, as_of=as_of, cuts=cuts).finish(state)
        else:
            continue
        yield f"{kind}:{spelled(found.customers.column('segment').values[0])}"
    if cuts is not None and cuts.bins == FIVE.bins:
        group = RFM(cuts=cuts, as_of=as_of).finish(state).column("group").values[0]
        yield f"rfm:{spelled(group)}"


@attrs.frozen
class Membership:
    """In which of a shop's segments somebody is, and of which nobody can say so."""

    inside: tuple[str, ...]
    unjudged: tuple[str, ...]


def read_segments(segments: Iterable[Segment], catalog: Catalog = DEFAULT) -> dict[str, Rule]:
    """Return the rules of segments by name; they may name each other."""
    given = tuple(segments)
    if not given:
        return {}
    read = Segments(given, catalog=catalog)
    return dict(zip(read.names, read.read, strict=True))


def membership_of(
    history: OrderHistory, rules: dict[str, Rule], as_of: datetime, cuts: Cuts | None
) -> Membership:
    """Return in which segments one customer is; unjudged is what needs cuts or facts not here."""
    inside, unjudged = [], []
    if not history.people:  # who ordered in other currencies alone
        return Membership((), ())
    for name, rule in rules.items():
        try:
            if rule.matches(history, as_of=as_of, cuts=cuts):
                inside.append(name)
        except (NeedsCuts, MissingData):
            unjudged.append(name)
    return Membership(tuple(inside), tuple(unjudged))


def attributes_of(history: OrderHistory) -> dict[str, str]:
    """Return the kinds of the attributes that the customers of a shop have, by name."""
    kinds = {"i": "flag", "f": "number", "M": "date"}
    return {
        name: "text" if isinstance(column, Labels) else kinds[column.dtype.kind]
        for name, column in history.people_table.attributes.items()
    }


def with_attributes(history: OrderHistory, kinds: Mapping[str, str]) -> OrderHistory:
    """Return a part of a shop with the attributes of all: what others have is unknown of these."""
    held = history.people_table.attributes
    known: dict[str, Labels | AnyArray] = dict(held)
    for name, kind in kinds.items():
        if kind == "text":
            known.setdefault(name, Labels(np.full(history.people, -1, dtype=np.int32), ()))
        else:
            known.setdefault(name, np.full(history.people, _NOTHING[kind]))
    if len(known) == len(held):
        return history
    people = attrs.evolve(history.people_table, attributes=dict(sorted(known.items())))
    return history.of_facts(attrs.evolve(history, people_table=people))
