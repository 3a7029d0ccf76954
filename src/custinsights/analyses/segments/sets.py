"""Who is in which of several segments?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self, TypeAlias

import attrs
import numpy as np
from attrs.validators import optional

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.lifecycle import STAGES
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.asking import AskingSegments
from custinsights.analyses.customers.cuts import SCORED, Cuts
from custinsights.analyses.customers.traits import Traits
from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.measuring.measured import remarks_of
from custinsights.analyses.segments.naming import kept, refuse_alike
from custinsights.analyses.segments.population import together
from custinsights.analyses.segments.rule import Clause, Rule, RuleLike, conditions_of, text_of
from custinsights.analyses.segments.segment import cuts_for, masks
from custinsights.domain.fields import flag, instance, refuse_other
from custinsights.domain.rules.tree import Name, nodes_of
from custinsights.domain.segments import Segment, naming, spelled
from custinsights.errors import Incompatible, InvalidValue
from custinsights.history.columnar.columns import AnyArray
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import When
from custinsights.history.selection import is_known
from custinsights.results.customer_table import CustomerTable
from custinsights.results.segment_set import SegmentSet
from custinsights.results.table import Column

_IN = "in "
"""Stands before a segment's name in the column that says who is in it."""

RulesLike: TypeAlias = Mapping[str, RuleLike] | Iterable[Segment]
"""Rules by name, in order, or segments."""


def _segments(rules: RulesLike) -> tuple[Segment, ...]:
    """Return rules as segments; refuse a name that comes twice."""
    if isinstance(rules, Mapping):
        found = tuple(_segment(name, rule) for name, rule in rules.items())
    else:
        found = tuple(rules)
    if not found:
        raise InvalidValue("there are no segments", "none", "at least one name with a rule")
    refuse_alike(segment.name for segment in found)
    return found


def _segment(name: str, rule: RuleLike) -> Segment:
    if isinstance(rule, Segment):
        return attrs.evolve(rule, name=name)
    with naming(name):
        text = text_of(rule)
        refuse_other(str, "the rule", text)
        return Segment(name, text)


def _rules(given: Mapping[str, RuleLike], catalog: Catalog) -> tuple[Rule, ...]:
    """Read rules that may name each other with ``in_segment("name")``; a circle is refused."""
    conditions = conditions_of(given, catalog)
    found = []
    for name, one in given.items():
        with naming(name):
            if isinstance(one, Clause):
                found.append(one.as_rule())
                together(found[-1].segments, conditions, catalog)
            else:
                found.append(Rule(conditions[spelled(name)], catalog, conditions))
    return tuple(found)


@attrs.frozen(eq=False, repr=False)
class SegmentedTable(CustomerTable):
    """Who is in which segment, one row per customer: a flag for each segment.

    Parameters
    ----------
    cuts
        By which the rules judged, None where they compare nobody.
    """

    cuts: Cuts | None = attrs.field(default=None, kw_only=True)

    def __add__(self, other: CustomerTable) -> Self:
        """Merge with other customers who were judged by the same cuts."""
        if not isinstance(other, SegmentedTable):
            return NotImplemented
        if self.cuts != other.cuts:
            raise Incompatible(
                "the cut points of the tables",
                "those of one population",
                "those of another",
                "Judge all by the same: pass cuts=",
            )
        return super().__add__(other)


@attrs.frozen
class Segments(Analysis[CustomerTable, SegmentSet]):
    """The analysis behind `segments`; its state is a `CustomerTable` with a flag per segment.

    Rules about the population are judged where the customers are: parts of a history need `cuts`.
    """

    rules: RulesLike = attrs.field(converter=kept, hash=False)
    exclusive: bool = attrs.field(default=False, validator=flag)
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))
    cuts: Cuts | None = attrs.field(default=None, validator=optional(instance(Cuts)))
    space: str = ""
    named: tuple[Segment, ...] = attrs.field(init=False)
    read: tuple[Rule, ...] = attrs.field(init=False)

    @named.default
    def _name(self) -> tuple[Segment, ...]:
        return _segments(self.rules)

    @read.default
    def _read(self) -> tuple[Rule, ...]:
        given = self.rules.values() if isinstance(self.rules, Mapping) else self.rules
        rules = (one.rule if isinstance(one, Segment) else one for one in given)
        named = dict(zip(self.names, rules, strict=True))
        return _rules(named, self.catalog)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the segments, in order."""
        return tuple(segment.name for segment in self.named)

    def __call__(self, history: Facts) -> SegmentSet:
        """Summarise and finish; the set can ask the history again."""
        return attrs.evolve(self.segmented(history), ask=AskingSegments(self, history))

    def segmented(self, history: Facts) -> SegmentSet:
        """Summarise and finish."""
        return self.finish(self.summarise(history))

    def cuts_of(self, history: Facts) -> Cuts:
        """Return the cut points that the rules are judged against."""
        found = cuts_for(history, self.read, as_of=self.as_of, cuts=None)
        if found is None:
            raise InvalidValue(
                what="these segments compare no customer with others, so that no cuts judge them",
                given=", ".join(self.names),
                allowed="rules with percentile(...), or in_segment of value or rfm",
            )
        return found

    def summarise(self, history: Facts) -> SegmentedTable:
        """Return who of a history, or of a part of one, is in which segment."""
        check_history(history)
        cuts = cuts_for(history, self.read, as_of=self.as_of, cuts=self.cuts)
        inside = np.array(masks(history, self.read, as_of=self.as_of, cuts=cuts))
        if self.exclusive:  # the first that fits
            inside[1:] &= ~np.logical_or.accumulate(inside, axis=0)[:-1]
        as_of = history.context.instant(self.as_of)
        known = is_known(history, as_of)
        inside = inside if known is None else inside[:, known]
        table = Traits(SCORED, as_of=self.as_of).summarise(history)
        remarks = remarks_of(history.context, as_of, self._asked(cuts))
        flags = {
            _IN + name: Column(_IN + name, "flag", mask)
            for name, mask in zip(self.names, inside, strict=True)
        }
        return SegmentedTable(
            table.ids,
            {**table.columns, **flags},
            attrs.evolve(
                table.provenance,
                definitions={**table.provenance.definitions, **self._definitions()},
                remarks=(*table.provenance.remarks, *remarks),
            ),
            f"{self.space} segments of each customer".strip(),
            table.parts,
            cuts=cuts,
        )

    def _asked(self, cuts: Cuts | None) -> list[Trait]:
        """Return the traits that the rules ask for."""
        nodes = (node for rule in self.read for node in nodes_of(rule.plain(cuts)))
        names = dict.fromkeys(node.name for node in nodes if isinstance(node, Name))
        return [self.read[0].catalog.trait(name) for name in names]

    def _definitions(self) -> dict[str, str]:
        first = "The first that fits. " if self.exclusive else ""
        return {
            _IN + segment.name: f"{first}{segment.definition} {segment.rule}".strip()
            for segment in self.named
        }

    def finish(self, state: CustomerTable) -> SegmentSet:
        """Return the segments of a merged table."""
        refuse_other(CustomerTable, "the state to finish", state)
        membership = np.array([state.column(_IN + name).values for name in self.names])
        columns: dict[str, Column] = dict(state.columns)
        if self.exclusive:
            columns = {name: column for name, column in columns.items() if name in SCORED}
            labels: AnyArray = np.array([*self.names, None], dtype=object)
            place = np.where(membership.any(axis=0), membership.argmax(axis=0), -1)
            columns["segment"] = Column("segment", "label", labels.take(place))
        return SegmentSet(
            space=self.space,
            names=self.names,
            customers=attrs.evolve(state, columns=columns),
            membership=membership,
            exclusive=self.exclusive,
        )


def segments(
    history: Facts,
    rules: RulesLike,
    *,
    exclusive: bool = False,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
    cuts: Cuts | None = None,
) -> SegmentSet:
    """Put everybody known, prospects too, into the segments whose rules they fulfil.

    Parameters
    ----------
    history
        An order history, or a part of one.
    rules
        Rules by name, in order, or a list of `custinsights.domain.Segment`. A rule may name
        another of them with ``in_segment("name")``.
    exclusive
        Whether the first that fits wins, in the order of `rules`, so that nobody is in two.
        ``in_segment`` asks for the rule of a segment alone, whoever won.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where the names of the rules are looked up; that of a rule made by `rule` stays its own.
    cuts
        Judge rules about the population against these; default: those of the history itself.

    Returns
    -------
    SegmentSet
        ``.sizes`` has name -> customers, and ``.sizes.none`` who fulfils no rule; a rule whose
        value is unknown for a customer is not fulfilled. ``.diff(as_of_1, as_of_2)`` tells who
        moved.

    Raises
    ------
    InvalidValue
        If there are no segments, a name comes twice, or segments are defined by each other.
    RuleError
        If a rule cannot be read.
    NeedsCuts
        If a rule compares with all customers, and `history` is only a part.

    Notes
    -----
    Cost: every trait that the rules name once, and a pass over the k people per comparison; a
    truth value per segment and person is kept.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     amount=[10, 5, 7],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> segments(history, {"loyal": "order_count >= 2", "new": "order_count == 1"}).sizes
    {'loyal': 1, 'new': 1}
    """
    return Segments(rules, exclusive, as_of, catalog, cuts)(history)


def lifecycle(history: Facts, *, as_of: When | None = None) -> SegmentSet:
    """Put everybody known into the stage of the lifecycle that they have reached.

    Prospect without an order, First-Time Buyer with one, Repeat Customer with two, Loyal Fan with
    three and more, and Advocate: a Loyal Fan who speaks for the shop. Other than in `tiers`,
    prospects are in it, and everybody is in one stage.

    Parameters
    ----------
    history
        An order history; without activities nobody is an advocate.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    SegmentSet
        From the first stage to the last.

    Examples
    --------
    >>> from custinsights.datasets import gallery
    >>> lifecycle(gallery()).sizes["prospect"]
    23
    """
    return Lifecycle(as_of)(history)


def Lifecycle(as_of: When | None = None) -> Segments:  # noqa: N802 - an analysis, made of rules
    """Return the analysis behind `lifecycle`."""
    rules: Any = {stage: f'lifecycle == "{stage}"' for stage in STAGES}
    return Segments(rules, exclusive=True, as_of=as_of, space="lifecycle")
