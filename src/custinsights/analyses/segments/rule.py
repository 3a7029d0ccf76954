"""What is a rule that can be asked? Its tree, and the words that it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.cuts import CutPoints, Cuts
from custinsights.analyses.segments.judging import judged
from custinsights.analyses.segments.population import Against, marks_of, needs_cuts
from custinsights.analyses.segments.words import CatalogWords
from custinsights.domain.fields import instance, refuse_other
from custinsights.domain.frozen import frozen
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.reading import read
from custinsights.domain.rules.tree import Condition, Not, every, some
from custinsights.errors import InvalidValue
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import When
from custinsights.results.segment_set import spelled

VERSION = 1

RuleLike: TypeAlias = "str | Mapping[str, Any] | Rule"
"""What `rule` makes a rule of: text, the JSON of one, or a rule."""


@attrs.frozen(eq=False, repr=False)
class Rule:
    """A condition on customers: who fulfils it is in the segment.

    Make one with `rule`. Rules join with ``&``, ``|`` and ``~``, print as text that reads back as
    the same rule, and are equal where their texts are.

    Parameters
    ----------
    condition
        The tree.
    catalog
        What its names and functions mean.
    segments
        The conditions that ``in_segment("name")`` may name, by spelled name.
    filled
        The tree, in which the segments that it names are filled in.
    """

    condition: Condition
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))
    segments: Mapping[str, Condition] = attrs.field(default=frozen({}), converter=frozen)
    filled: Condition = attrs.field(init=False)

    @filled.default
    def _filled(self) -> Condition:
        found = Against(self.segments).filled(self.condition)
        marks_of(found)
        return found

    @property
    def text(self) -> str:
        """The rule as text."""
        return written(self.condition)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"rule({self.text!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rule):
            return NotImplemented
        return self.condition == other.condition

    def __hash__(self) -> int:
        return hash(self.condition)

    def __and__(self, other: Rule) -> Rule:
        return self._joined(other, every((self.condition, other.condition)))

    def __or__(self, other: Rule) -> Rule:
        return self._joined(other, some((self.condition, other.condition)))

    def __invert__(self) -> Rule:
        part = self.condition
        return attrs.evolve(self, condition=part.part if isinstance(part, Not) else Not(part))

    def _joined(self, other: object, condition: Condition) -> Rule:
        refuse_other(Rule, "what is joined with a rule", other)
        assert isinstance(other, Rule)  # noqa: S101 - for mypy
        if other.catalog is not self.catalog:
            what = "the rules take their words from two catalogs"
            raise InvalidValue(what, repr(other.catalog), "rules of one catalog")
        segments = {**self.segments, **other.segments}
        return attrs.evolve(self, condition=condition, segments=segments)

    def to_json(self) -> dict[str, Any]:
        """Return the rule as JSON holds it: ``{"rule": text, "version": 1}``."""
        return {"rule": self.text, "version": VERSION}

    @property
    def needs_cuts(self) -> bool:
        """Whether it compares a customer with all others, so that one alone needs their `Cuts`."""
        return needs_cuts(self.filled)

    def cuts(self, history: Facts, *, as_of: When | None = None) -> Cuts:
        """Return what the whole population says, to judge one customer by.

        Parameters
        ----------
        history
            The whole history.
        as_of
            Limits the facts, exclusive; default: the end of the observation.
        """
        points = CutPoints(as_of=as_of, marks=marks_of(self.filled), catalog=self.catalog)
        return points(history)

    def plain(self, cuts: Cuts | None) -> Condition:
        """Return the rule as one about a customer alone, judged against the cuts."""
        return Against(cuts=cuts).plain(self.filled)

    def matches(self, history: Facts, *, as_of: When, cuts: Cuts | None = None) -> bool:
        """Tell whether one customer fulfils the rule.

        Parameters
        ----------
        history
            Of this customer alone: ``history.history_of(id)``, or what `read_objects` makes of the
            customer's orders.
        as_of
            Facts at or after it do not exist.
        cuts
            For rules about the population: see `cuts`.

        Raises
        ------
        NeedsCuts
            The rule compares the customer with all others, and no cuts are given.

        Notes
        -----
        Cost: the traits of one customer, well under a millisecond.
        """
        check_one(history)
        as_of_ = history.context.instant(as_of)
        return bool(judged(history, [self.plain(cuts)], as_of_, self.catalog)[0][0])


def check_one(history: Facts) -> None:
    """Refuse what is not the history of one customer."""
    check_history(history)
    if history.people != 1:
        raise InvalidValue(
            what="one customer is asked about",
            given=f"a history of {history.people} people",
            allowed="the history of one",
            advice="history.history_of(id) gives it; custinsights.segment asks about all",
        )


def rule(
    what: RuleLike,
    *,
    catalog: Catalog = DEFAULT,
    segments: Mapping[str, RuleLike] | None = None,
) -> Rule:
    """Read a rule.

    Parameters
    ----------
    what
        The text, such as ``"order_count >= 3 and not tagged('wholesale')"``; or its JSON,
        ``{"rule": text, "version": 1}``; or a rule, which keeps its own catalog.
    catalog
        Where the names of traits and functions are looked up.
    segments
        Rules by name that ``in_segment("name")`` may name, also within each other.

    Raises
    ------
    RuleError
        The text is no rule: the error points at the place.

    Examples
    --------
    >>> rule("3 <= order_count and not order_count >= 10").text
    'order_count >= 3 and not order_count >= 10'
    """
    given = {} if segments is None else segments
    named = {spelled(name): _condition(one, catalog) for name, one in given.items()}
    if isinstance(what, Rule):
        return attrs.evolve(what, segments={**what.segments, **named}) if named else what
    return Rule(_condition(what, catalog), catalog, named)


def _condition(what: RuleLike, catalog: Catalog) -> Condition:
    refuse_other(Catalog, "the catalog", catalog)
    if isinstance(what, Rule):
        return what.filled
    return read(_text_of(what) if isinstance(what, Mapping) else what, CatalogWords(catalog))


def _text_of(given: Mapping[str, Any]) -> str:
    if set(given) != {"rule", "version"} or given["version"] != VERSION:
        allowed = f'{{"rule": text, "version": {VERSION}}}'
        raise InvalidValue("this is no rule in JSON", sorted(map(str, given)), allowed)
    text: str = given["rule"]
    return text
