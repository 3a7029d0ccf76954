"""What does a rule mean that asks about the other customers, or about other segments?

Against the cut points of a population it is a rule about one customer alone:
``percentile(total_spent) >= 0.9`` is ``total_spent > 843.5``, and ``in_segment("value:vip")`` is
``order_count >= 1 and total_spent > 1200``. So that is what is judged, in a request of one customer
as over millions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import product

import attrs

from custinsights.analyses.builtin.lifecycle import STAGES
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.cuts import (
    EXACT,
    FREQUENCY,
    MONETARY,
    RECENCY,
    CutPoints,
    Cuts,
    Mark,
)
from custinsights.analyses.customers.groups import FIVE
from custinsights.analyses.customers.tiers import (
    AT_RISK_DAYS,
    FREQUENCIES,
    LAPSED_DAYS,
    LOYAL_ORDERS,
    RECENCIES,
    RETURNING_ORDERS,
    VALUE,
)
from custinsights.analyses.declaring.installed import installed_names
from custinsights.analyses.segments.words import (
    IN_SEGMENT,
    PERCENTILE,
    PRESET,
    STATUS,
    TAGGED,
    CatalogWords,
)
from custinsights.domain.money import minor_exponent
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.reading import read
from custinsights.domain.rules.tree import (
    TURNED,
    And,
    Call,
    Comparison,
    Condition,
    Is,
    Literal,
    Name,
    Node,
    Not,
    Or,
    children,
    every,
    negated,
    nodes_of,
    some,
)
from custinsights.domain.segments import space_and_name, spelled
from custinsights.errors import InvalidValue, NeedsCuts, UnknownName
from custinsights.history.facts import Facts
from custinsights.history.orders import When

IS_CUSTOMER = Comparison(Name(FREQUENCY), ">=", Literal(Decimal(1)))
NOBODY = And((IS_CUSTOMER, Not(IS_CUSTOMER)))
_MORE = {">=": False, ">": True, "<": False, "<=": True}
_POPULATION_SPACES = {"value", "rfm"}


def marks_of(condition: Condition) -> frozenset[Mark]:
    """Return the marks that a rule's percentiles are judged against; refuse other uses of them."""
    marks = set()
    for node in nodes_of(condition):
        mark = _mark_of(node)
        if mark is not None:
            marks.add(mark)
            continue
        for child in children(node):
            if isinstance(child, Call) and child.function == PERCENTILE:
                raise InvalidValue(
                    what="a percentile can only be compared with a written share",
                    given=written(condition),
                    allowed="<, <=, > or >= and a number from 0 to 1, such as "
                    f"{written(child)} >= 0.9",
                )
    return frozenset(marks)


def _mark_of(node: Node) -> Mark | None:
    """Return the mark of a comparison of a percentile, None for anything else."""
    match node:
        case Comparison(Call(function, (Name(name),)), sign, Literal(Decimal() as share)):
            if function == PERCENTILE and sign in _MORE:
                return name, share, _MORE[sign]
    return None


def needs_cuts(condition: Condition) -> bool:
    """Whether a rule, in which other rules have been filled in, asks about all customers."""
    spaces = {
        space_and_name(str(node.arguments[0]))[0]
        for node in nodes_of(condition)
        if isinstance(node, Call) and node.function == IN_SEGMENT
    }
    return bool(spaces & _POPULATION_SPACES) or bool(marks_of(condition))


def cuts_of_all(
    history: Facts, conditions: Iterable[Condition], as_of: When | None, catalog: Catalog
) -> Cuts:
    """Return the cuts that filled rules are judged against; a part of a history has none."""
    asked = tuple(conditions)
    if history.context.part is not None:
        raise NeedsCuts(written(next(filter(needs_cuts, asked), asked[0])))
    marks = frozenset(mark for condition in asked for mark in marks_of(condition))
    return CutPoints(as_of=as_of, marks=marks, catalog=catalog)(history)


def together(
    one: Mapping[str, Condition], other: Mapping[str, Condition], catalog: Catalog
) -> dict[str, Condition]:
    """Return the segments that two rules may name; refuse a name that means two things."""
    for name in filter(other.__contains__, one):
        mine, theirs = (Against(given, None, catalog).filled(given[name]) for given in (one, other))
        if mine != theirs:
            raise InvalidValue(
                what="the rules mean different segments by one name",
                given=name,
                allowed="a name for each segment",
            )
    return {**one, **other}


@attrs.frozen
class Against:
    """Fills into rules what their words about other segments and customers mean.

    Parameters
    ----------
    segments
        The rules that ``in_segment("name")`` may name, by the spelled name.
    cuts
        Of the population; None where a rule about it is refused.
    catalog
        Whose presets ``in_segment("preset:name")`` may name.
    """

    segments: Mapping[str, Condition] = attrs.field(factory=dict)
    cuts: Cuts | None = None
    catalog: Catalog = DEFAULT

    def filled(self, condition: Condition, within: tuple[str, ...] = ()) -> Condition:
        """Return a rule with the rules of the segments that it names; a circle is refused."""
        match condition:
            case And(parts):
                return every(self.filled(part, within) for part in parts)
            case Or(parts):
                return some(self.filled(part, within) for part in parts)
            case Not(part):
                return negated(self.filled(part, within))
            case Is(Call(function, (str() as name,))) if function == IN_SEGMENT:
                return self._named(condition, name, within)
        return condition

    def _named(self, condition: Condition, name: str, within: tuple[str, ...]) -> Condition:
        space, bare = space_and_name(name)
        if space in ("tag", STATUS):
            return Is(Call(TAGGED if space == "tag" else STATUS, (name.partition(":")[2].strip(),)))
        if space and space != PRESET:
            _place(space, bare, name)
            return condition
        full = f"{space}:{bare}" if space else bare
        if full in within:
            path = " -> ".join((*within[within.index(full) :], full))
            raise InvalidValue(
                "segments are defined by each other", path, "rules that come to an end"
            )
        return self.filled(self._preset(bare) if space else self._own(bare, name), (*within, full))

    def _own(self, bare: str, name: str) -> Condition:
        if bare not in self.segments:
            offered = (*self.catalog.presets, *installed_names())
            presets = (f"{PRESET}:{one}" for one in offered)
            raise UnknownName("segment", name, (*self.segments, *_KNOWN, *presets))
        return self.segments[bare]

    def _preset(self, bare: str) -> Condition:
        return read(self.catalog.preset(bare).rule, CatalogWords(self.catalog))

    def plain(self, condition: Condition) -> Condition:
        """Return a filled rule as one about a customer alone, judged against the cuts."""
        match condition:
            case And(parts):
                return every(self.plain(part) for part in parts)
            case Or(parts):
                return some(self.plain(part) for part in parts)
            case Not(part):
                return Not(self.plain(part))
            case Is(Call(function, (str() as name,))) if function == IN_SEGMENT:
                return self._tier(name)
            case Comparison(_, sign, _) if (mark := _mark_of(condition)) is not None:
                at = Literal(self._value_at(mark))
                return Comparison(Name(mark[0]), ">" if sign in (">", ">=") else "<=", at)
        return condition

    def meant(self, condition: Condition) -> Condition | None:
        """Return the rule for which a word about other segments or customers stands, if it is one.

        A group of RFM is not: it stands for too many.
        """
        if isinstance(condition, Is) and isinstance(condition.value, Call):
            if condition.value.function != IN_SEGMENT or self.is_of_rfm(condition):
                return None
            name = str(condition.value.arguments[0])
            space, bare = space_and_name(name)
            if space == PRESET:
                return self._preset(bare)
            return self.plain(self.filled(condition)) if space else self.segments[bare]
        plain = self.plain(condition) if isinstance(condition, Comparison) else condition
        return None if plain is condition else plain

    def is_of_rfm(self, condition: Condition) -> bool:
        """Whether a clause asks for a group of RFM."""
        match condition:
            case Is(Call(function, (str() as name,))) if function == IN_SEGMENT:
                return space_and_name(name)[0] == "rfm"
        return False

    def _value_at(self, mark: Mark) -> Decimal:
        cuts = self.population(f"percentile({mark[0]})")
        if mark not in cuts.marks:
            raise NeedsCuts(f"percentile({mark[0]})", "Make them with rule.cuts(history)")
        return cuts.marks[mark]

    def population(self, what: str) -> Cuts:
        """Return the cuts, or refuse a question that needs them."""
        if self.cuts is None:
            raise NeedsCuts(what)
        return self.cuts

    def _tier(self, name: str) -> Condition:
        space, bare = space_and_name(name)
        place = _place(space, bare, name)
        if space == "lifecycle":
            return Comparison(Name("lifecycle"), "==", Literal(STAGES[place]))
        if space == "frequency":
            return _between(FREQUENCY, *_FREQUENCY[place])
        if space == "recency":
            return every((IS_CUSTOMER, _between(RECENCY, *_RECENCY[place])))
        cuts = self.population(f"in_segment({name!r})")
        found = _value_tier(place, cuts) if space == "value" else _rfm_group(place, cuts)
        return every((IS_CUSTOMER, found))


SPACES: Mapping[str, tuple[str, ...]] = {
    "value": VALUE,
    "frequency": FREQUENCIES,
    "recency": RECENCIES,
    "rfm": FIVE.groups,
    "lifecycle": STAGES,
}
"""The segments that there always are, by space."""

_KNOWN = tuple(f"{space}:{spelled(one)}" for space, names in SPACES.items() for one in names)

_FREQUENCY = ((LOYAL_ORDERS, None), (RETURNING_ORDERS, LOYAL_ORDERS), (1, RETURNING_ORDERS))
_RECENCY = ((None, AT_RISK_DAYS), (AT_RISK_DAYS, LAPSED_DAYS), (LAPSED_DAYS, None))


def _place(space: str, bare: str, name: str) -> int:
    """Return which segment of a space is meant."""
    if space not in SPACES:
        raise UnknownName("space of segments", space, (*SPACES, PRESET, "tag", STATUS))
    known = [spelled(one) for one in SPACES[space]]
    if bare not in known:
        raise UnknownName("segment", name, tuple(f"{space}:{one}" for one in known))
    return known.index(bare)


def _between(trait: str, low: int | None, high: int | None) -> Condition:
    """Return the condition that a trait lies from `low` to below `high`."""
    ends = ((">=", low), ("<", high))
    return every(
        Comparison(Name(trait), sign, Literal(Decimal(end)))
        for sign, end in ends
        if end is not None
    )


def _value_tier(place: int, cuts: Cuts) -> Condition:
    def spent(sign: str, minor: int | None) -> Condition:
        if minor is None:
            return NOBODY
        natural = Decimal(minor).scaleb(-minor_exponent(cuts.currency), EXACT)
        return Comparison(Name(MONETARY), sign, Literal(natural))

    vip, casual = spent(">", cuts.vip_above), spent("<", cuts.casual_below)
    return (vip, every((Not(vip), Not(casual))), every((Not(vip), casual)))[place]


def _rfm_group(place: int, cuts: Cuts) -> Condition:
    """Return the score triples of a group of the map for five bins, as ranges of the traits."""
    cells: dict[tuple[int, int], list[int]] = {}
    for r, f, m in product(range(1, 6), repeat=3):
        if FIVE.table[r - 1, f - 1, m - 1] == place:
            cells.setdefault((f, m), []).append(r)
    return some(
        every(
            (
                some(_scored(RECENCY, r, cuts) for r in scores),
                _scored(FREQUENCY, f, cuts),
                _scored(MONETARY, m, cuts),
            )
        )
        for (f, m), scores in cells.items()
    )


def _scored(trait: str, score: int, cuts: Cuts) -> Condition:
    """Return the condition that a trait has a score."""
    if trait in cuts.flat:
        return IS_CUSTOMER if score == (cuts.bins + 1) // 2 else NOBODY
    marks = cuts.thresholds[trait]
    decimals = minor_exponent(cuts.currency) if trait == MONETARY else 0
    parts = []
    for sign, at in ((">", score - 2), ("<=", score - 1)):
        if 0 <= at < len(marks):
            mark = Decimal(marks[at]).scaleb(-decimals, EXACT)
            above = Comparison(Name(trait), sign, Literal(mark))
            fewer = Comparison(Name(trait), TURNED[sign], Literal(-mark))
            parts.append(fewer if trait == RECENCY else above)
    return every(parts) if parts else IS_CUSTOMER
