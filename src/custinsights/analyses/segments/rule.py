"""What is a rule that can be asked? Its tree, and the words that it means."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NoReturn, TypeAlias

import attrs

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.cuts import Cuts, check_cuts
from custinsights.analyses.segments.distance import smallest_change, supposed
from custinsights.analyses.segments.explaining import Explainer
from custinsights.analyses.segments.joining import Joined, both, either, opposite
from custinsights.analyses.segments.judging import Judge, check_one, is_heard_of
from custinsights.analyses.segments.leaving import turning_day
from custinsights.analyses.segments.naming import named_rules
from custinsights.analyses.segments.population import (
    Against,
    cuts_of_all,
    marks_of,
    needs_cuts,
    together,
)
from custinsights.analyses.segments.stored import as_json, text_in_json
from custinsights.analyses.segments.words import CatalogWords, pointing_into
from custinsights.domain.fields import instance, refuse_other
from custinsights.domain.frozen import frozen
from custinsights.domain.rules.durations import Duration
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.reading import read
from custinsights.domain.rules.tree import Condition, every, negated, some
from custinsights.domain.segments import Segment, naming, spelled
from custinsights.errors import InvalidValue
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.explanation import Change, Explanation, Told

RuleLike: TypeAlias = "str | Mapping[str, Any] | Segment | Clause"
"""What `rule` makes a rule of: text, the JSON of one, a segment, or a rule."""


class Clause(ABC):
    """What can be joined with ``&``, ``|`` and ``~`` to a rule."""

    __slots__ = ()

    @abstractmethod
    def as_rule(self) -> Rule:
        """Return it as a rule."""

    def __and__(self, other: Clause) -> Rule:
        return self._joined(other, both, every)

    def __or__(self, other: Clause) -> Rule:
        return self._joined(other, either, some)

    __rand__, __ror__ = __and__, __or__  # what is no rule on the left is refused as well

    def __invert__(self) -> Rule:
        rule = self.as_rule()
        condition, text = opposite(rule.condition)
        return attrs.evolve(rule, condition=condition, text=text, known=negated(rule.filled))

    def __bool__(self) -> NoReturn:
        raise InvalidValue(
            what="a rule alone is neither true nor false",
            given=str(self),
            allowed="&, | and ~ instead of and, or and not, with each comparison in brackets",
            advice="Write a < x < b as (x > a) & (x < b); custinsights.segment asks a rule",
        )

    def _joined(
        self,
        other: Any,
        join: Callable[[Joined, Joined], Joined],
        among: Callable[[Iterable[Condition]], Condition],
    ) -> Rule:
        if not isinstance(other, Clause):
            allowed = "a rule, or what custinsights.words makes"
            advice = "Put each comparison in brackets: (w.order_count >= 3) & (w.units > 5)"
            raise InvalidValue("what is joined with a rule is none", other, allowed, advice)
        one, two = self.as_rule(), other.as_rule()
        if one.catalog is not two.catalog:
            what = "the rules take their words from two catalogs"
            raise InvalidValue(what, repr(two.catalog), "rules of one catalog")
        named = together(one.segments, two.segments, one.catalog)
        condition, text = join((one.condition, one.text), (two.condition, two.text))
        known = among((one.filled, two.filled))
        return attrs.evolve(one, condition=condition, segments=named, text=text, known=known)


@attrs.frozen(eq=False, repr=False)
class Rule(Clause):
    """A condition on customers: who fulfils it is in the segment.

    Make one with `rule`. Rules join with ``&``, ``|`` and ``~``, print as text that reads back as
    the same rule, and are equal where they mean the same: segments that are named count as what
    they are.

    Parameters
    ----------
    condition
        The tree.
    catalog
        What its names and functions mean.
    segments
        The conditions that ``in_segment("name")`` may name, by spelled name.
    text, known
        The text of the tree, and `filled`, where they are known already.
    filled
        The tree with the segments that it names filled in.
    """

    condition: Condition
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))
    segments: Mapping[str, Condition] = attrs.field(default=frozen({}), converter=frozen)
    _text: str = ""
    _known: Condition | None = None
    filled: Condition = attrs.field(init=False)

    @filled.default
    def _filled(self) -> Condition:
        if self._known is not None:
            return self._known
        with pointing_into(self.text, self.catalog):
            found = Against(self.segments, catalog=self.catalog).filled(self.condition)
        marks_of(found)
        return found

    @property
    def text(self) -> str:
        """The rule as text."""
        return self._text or written(self.condition)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"rule({self.text!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rule):
            return NotImplemented
        return self.filled == other.filled

    def __hash__(self) -> int:
        return hash(self.filled)

    def as_rule(self) -> Rule:
        """Return the rule itself."""
        return self

    def to_json(self) -> dict[str, Any]:
        """Return the rule as JSON holds it: ``{"rule": text, "version": 1}``.

        In place of segments of its own stand their rules, so that it reads back as an equal rule.
        """
        return as_json(self.text, self.condition, self.filled)

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

        Raises
        ------
        NeedsCuts
            The history is a part of one, which says nothing about all.
        """
        check_history(history)
        return cuts_of_all(history, [self.filled], as_of, self.catalog)

    def plain(self, cuts: Cuts | None) -> Condition:
        """Return the rule as one about a customer alone, judged against the cuts."""
        return Against(cuts=cuts).plain(self.filled)

    def matches(
        self,
        history: Facts,
        *,
        as_of: When,
        cuts: Cuts | None = None,
        supposing: Mapping[str, Told] | None = None,
    ) -> bool:
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
        supposing
            Traits of the rule, by name, that are taken to be something else, in natural units:
            ``{"order_count": 3}``.

        Raises
        ------
        NeedsCuts
            The rule compares the customer with all others, and no cuts are given.

        Notes
        -----
        Cost: the traits of one customer, well under a millisecond.
        """
        judge, plain = self._of_one(history, as_of, cuts)
        asked = supposed(judge, plain, supposing) if supposing else judge
        return bool(asked.holds(plain)[0]) and is_heard_of(judge)

    def explain(self, history: Facts, *, as_of: When, cuts: Cuts | None = None) -> Explanation:
        """Tell why one customer fulfils the rule, or does not: every clause, judged.

        Parameters
        ----------
        history, as_of, cuts
            As in `matches`.

        Returns
        -------
        Explanation
            A tree of clauses, each with what was found, what it is compared with, and the verdict;
            prints as a table.
        """
        judge, _ = self._of_one(history, as_of, cuts)
        against = Against(self.segments, cuts, self.catalog)
        return Explainer(judge, against).explain(self.condition)

    def distance(self, history: Facts, *, as_of: When, cuts: Cuts | None = None) -> Change | None:
        """Return the smallest change of one single trait that moves the customer in or out.

        Of each trait the nearest value that does; of the traits the one whose change is smallest
        against what it changes: the difference ÷ the larger of both. Dates count as the days from
        them to as_of's, so that a day is less than a decade; texts and flags as 1. Counts, and
        traits that grow by one each day, move by whole numbers, money by its smallest unit, other
        numbers by a hundredth, or as finely as the rule writes them. No count is below 0, and no
        time of a fact at or after `as_of`. The text ``another`` is any that the rule does not name.

        Parameters
        ----------
        history, as_of, cuts
            As in `matches`. What the customer is compared with stays as it is.

        Returns
        -------
        Change or None
            None where no change of one trait alone is found. With ``supposing={change.trait:
            change.to}``, `matches` tells the opposite.
        """
        judge, plain = self._of_one(history, as_of, cuts)
        return smallest_change(judge, plain)

    def leaves_on(
        self,
        history: Facts,
        *,
        as_of: When,
        cuts: Cuts | None = None,
        within: str = "5y",
    ) -> date | None:
        """Return the day on which time alone takes the customer out of the segment.

        The first local day at whose start the rule is no longer true if nothing happens before.

        Parameters
        ----------
        history, as_of, cuts
            As in `matches`.
        within
            How far to look ahead: a duration.

        Returns
        -------
        date or None
            None where the customer is not in the segment, or still is at the end of `within`.

        Notes
        -----
        Cost: traits that change in ways of their own are asked for every day ahead.
        """
        return self._turns(history, as_of, cuts, within, is_in=True)

    def enters_on(
        self,
        history: Facts,
        *,
        as_of: When,
        cuts: Cuts | None = None,
        within: str = "5y",
    ) -> date | None:
        """Return the day on which time alone brings the customer into the segment; see `leaves_on`.

        None where the customer is in it already, or not before the end of `within`.
        """
        return self._turns(history, as_of, cuts, within, is_in=False)

    def _turns(
        self, history: Facts, as_of: When, cuts: Cuts | None, within: str, *, is_in: bool
    ) -> date | None:
        ahead = Duration(within)
        judge, plain = self._of_one(history, as_of, cuts)
        if bool(judge.holds(plain)[0]) != is_in or not is_heard_of(judge):
            return None
        return turning_day(judge, plain, ahead)

    def _of_one(self, history: Facts, as_of: When, cuts: Cuts | None) -> tuple[Judge, Condition]:
        """Return the judge of one customer, and the rule about that customer alone."""
        check_one(history)
        if cuts is not None:
            check_cuts(cuts, history.context.currency)
        view = CountedHistory(history, history.context.instant(as_of))
        return Judge(view, self.catalog), self.plain(cuts)


def rule(
    what: RuleLike,
    *,
    catalog: Catalog = DEFAULT,
    segments: Mapping[str, RuleLike] | Iterable[Segment] | None = None,
) -> Rule:
    """Read a rule.

    Parameters
    ----------
    what
        The text, such as ``"order_count >= 3 and not tagged('wholesale')"``; or its JSON,
        ``{"rule": text, "version": 1}``; or a `Segment`; or a rule, which keeps its own catalog.
    catalog
        Where the names of traits and functions are looked up.
    segments
        Rules by name, or segments, that ``in_segment("name")`` may name, also within each other.

    Raises
    ------
    RuleError
        The text is no rule: the error points at the place.

    Examples
    --------
    >>> rule("3 <= order_count and not order_count >= 10").text
    'order_count >= 3 and not order_count >= 10'
    """
    given = named_rules({} if segments is None else segments)
    if isinstance(what, Clause):
        found = what.as_rule()
        joined = together(found.segments, _named(given, found.catalog), found.catalog)
        return attrs.evolve(found, segments=joined, known=None)
    return Rule(_condition(what, catalog), catalog, _named(given, catalog))


def _named(given: Mapping[str, RuleLike], catalog: Catalog) -> dict[str, Condition]:
    """Read the segments that a rule may name, which must be of its own catalog."""
    clauses = {name: one.as_rule() for name, one in given.items() if isinstance(one, Clause)}
    if apart := [name for name, one in clauses.items() if one.catalog is not catalog]:
        what = "segments take their words from another catalog than the rule that names them"
        raise InvalidValue(what, apart, "rules of one catalog")
    return conditions_of(given, catalog)


def conditions_of(given: Mapping[str, RuleLike], catalog: Catalog) -> dict[str, Condition]:
    """Read conditions by spelled name."""
    found = {}
    for name, one in given.items():
        with naming(name):
            found[spelled(name)] = _condition(one, catalog)
    return found


def text_of(what: RuleLike) -> str:
    """Return the text of a rule as it was written."""
    if isinstance(what, Clause):
        return what.as_rule().text
    if isinstance(what, Segment):
        return what.rule
    return text_in_json(what) if isinstance(what, Mapping) else what


def _condition(what: RuleLike, catalog: Catalog) -> Condition:
    refuse_other(Catalog, "the catalog", catalog)
    if isinstance(what, Clause):
        return what.as_rule().filled
    return read(text_of(what), CatalogWords(catalog))
