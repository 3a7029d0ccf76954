"""What is the state of a measurement, and which states may be merged?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import attrs

from custinsights.analyses.declaring.declarations import Dimension, Metric, Trait
from custinsights.analyses.measuring.plan import Question
from custinsights.domain.fields import refuse_different
from custinsights.errors import Incompatible
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.context import PLURALS, Context
from custinsights.history.facts import Facts
from custinsights.history.kernels.tallies import Tallies
from custinsights.results.provenance import Provenance, refuse_repeated

FRAME = "frame"
FACTS = "facts in the cell"
ENDED = "ages ended"
VALUE = "value"
COUNT = "count"
SLOPE = " per day"


@attrs.frozen(eq=False)
class Measured:
    """The state of a measurement: mergeable, finished by `custinsights.analyses.measuring.finish`.

    Parameters
    ----------
    question, context
        What was asked of what; the same in states that merge.
    tallies
        Every tally in the cells in which a fact lies.
    values
        Per quantile metric its values and their counts in every cell.
    exposed
        Customers by their labels and the number of ages that have ended, where asked.
    parts
        The first customer of every part in it; parts of disjoint customers differ in it.
    """

    question: Question
    context: Context
    tallies: Tallies
    values: tuple[Tallies, ...] = ()
    exposed: Tallies | None = None
    parts: frozenset[int | str] = frozenset()

    @property
    def signature(self) -> Mapping[str, object]:
        """What states must share to be merged: the question."""
        return self.question.signature

    def __add__(self, other: Measured) -> Measured:
        if not isinstance(other, Measured):
            return NotImplemented
        check_alike(self, other)
        tells = self if self.context.has_activities else other
        return attrs.evolve(
            self,
            context=tells.context,
            tallies=self.tallies + other.tallies,
            values=tuple(a + b for a, b in zip(self.values, other.values, strict=True)),
            exposed=None
            if self.exposed is None or other.exposed is None
            else self.exposed + other.exposed,
            parts=self.parts | other.parts,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Measured):
            return NotImplemented
        return (
            self.signature == other.signature
            and self.tallies == other.tallies
            and self.values == other.values
            and self.exposed == other.exposed
        )


class _Mergeable(Protocol):
    @property
    def signature(self) -> Mapping[str, object]: ...
    @property
    def context(self) -> Context: ...
    @property
    def parts(self) -> frozenset[int | str]: ...


def check_alike(left: _Mergeable, right: _Mergeable) -> None:
    """Refuse to merge states of different questions, or of the same part twice."""
    for what, ours in left.signature.items():
        if ours != right.signature[what]:
            raise Incompatible(f"the {what} of the questions", ours, right.signature[what])
    shared = {**PLURALS, "spend": "spend tables"}
    refuse_different("the histories", left.context, right.context, shared)
    for what, field in (("beginnings", "observed_from"), ("ends", "observed_until")):
        ours, theirs = (to_datetime(getattr(one.context, field)) for one in (left, right))
        if ours != theirs:
            raise Incompatible(f"the {what} of the observation of the histories", ours, theirs)
    refuse_repeated(left.parts, right.parts)


def parts_of(facts: Facts) -> frozenset[int | str]:
    """Return what tells a part from all others of disjoint customers: its first customer."""
    return frozenset(facts.customer_ids[:1].tolist())


def provenance(
    context: Context,
    as_of: int,
    named: Sequence[Metric | Dimension | Trait],
    window: tuple[int, int] | None = None,
) -> Provenance:
    """Return where an answer comes from, and what the names in it mean."""
    return Provenance(
        as_of=to_datetime(as_of),
        window=None if window is None else (to_datetime(window[0]), to_datetime(window[1])),
        observed_from=to_datetime(context.observed_from),
        observed_until=to_datetime(context.observed_until),
        currency=context.currency,
        calendar=context.calendar,
        policy=context.policy,
        definitions={item.name: item.definition for item in named},
        distributions={i.name: i.distribution for i in named if i.distribution is not None},
        remarks=remarks_of(context, as_of, named),
    )


def remarks_of(
    context: Context, as_of: int, named: Sequence[Metric | Dimension | Trait]
) -> tuple[str, ...]:
    """Say what a reader has to know of names in an answer as of an instant."""
    untold = () if context.has_activities else _without_activities(named)
    known = [(i.name, i.learned_until) for i in named if not isinstance(i, Metric)]
    later = {name: until for name, until in known if until is not None and until > as_of}
    if not later:
        return untold
    until = context.calendar.local_date(to_datetime(max(later.values())))
    said = f"Told by models that know what came after as_of, up to {until}: {', '.join(later)}."
    return (*untold, f"{said} A fair test takes models fitted as of then.")


def _without_activities(named: Sequence[Metric | Dimension | Trait]) -> tuple[str, ...]:
    """Say what nobody can know without activities, each once."""
    entries = [
        part for item in named for part in (item.tallies if isinstance(item, Metric) else [item])
    ]
    return tuple(dict.fromkeys(e.without_activities for e in entries if e.without_activities))
