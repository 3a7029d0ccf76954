"""What speaks for two customers being one person, what against it, and how much?"""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

import attrs

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import as_tuple, flag, function, instance, named, text
from custinsights.domain.matching.persons import Person
from custinsights.errors import InvalidValue, UnknownName

__all__ = ["VERDICTS", "Compare", "Evidence", "Match", "MatchingRule", "MatchingRules"]

VERDICTS: Final = ("doubtful", "same")
"""What may be said of two: that somebody should look, and that they are one person."""

Compare: TypeAlias = Callable[[Person, Person], tuple[str, str] | None]
"""Tells what of each of two people a rule has found, None where it says nothing of them."""


@attrs.frozen
class MatchingRule:
    """One thing that speaks for two customers being one person, or against it.

    Parameters
    ----------
    name : str
        How a match names it.
    definition : str
        When it holds, as a sentence.
    compare : callable
        Takes two `Person`, in any order, and returns what it found of each, or None.
    points : int
        How much it speaks for one person; below zero against it.
    at_most : {"same", "doubtful"}
        ``doubtful``: where it holds, somebody has to look, whatever else holds.
    tells_apart : bool
        Whether it speaks for two people: others never join those of whom it holds.
    keys : callable, optional
        Takes a `Person` and returns texts. Only people who share one of them, by any rule, are
        compared; a rule without keys judges those whom others have brought together.

    Examples
    --------
    >>> shoes = MatchingRule(
    ...     "same shoe size", "They wear the same shoes.", lambda left, right: None, points=5
    ... )
    >>> shoes.name
    'same shoe size'
    """

    name: str = attrs.field(validator=text)
    definition: str = attrs.field(validator=text)
    compare: Compare = attrs.field(validator=function, repr=False)
    points: int = attrs.field(default=0, validator=instance(int), kw_only=True)
    at_most: str = attrs.field(default="same", validator=named("verdict", VERDICTS), kw_only=True)
    tells_apart: bool = attrs.field(default=False, validator=flag, kw_only=True)
    keys: Callable[[Person], Iterable[str]] | None = attrs.field(
        default=None, validator=attrs.validators.optional(function), repr=False, kw_only=True
    )


@attrs.frozen
class Evidence:
    """What a rule has found of two people; `left` and `right` are personal: not in `repr`."""

    rule: str
    points: int
    left: str = attrs.field(repr=False)
    right: str = attrs.field(repr=False)


@attrs.frozen
class Match:
    """Two customers who are, or may be, one person.

    Parameters
    ----------
    left, right : str or int
        The ids of the customers, the lower one first.
    verdict : {"same", "doubtful"}
        Whether they are one person, or somebody should look.
    evidence : tuple of Evidence
        What has been found, in the order of the rules.
    """

    left: str | int = attrs.field(repr=shown_id)
    right: str | int = attrs.field(repr=shown_id)
    verdict: str
    evidence: tuple[Evidence, ...]

    @property
    def score(self) -> int:
        """The points of all that has been found."""
        return sum(one.points for one in self.evidence)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What has been found, by the names of the rules; nothing personal."""
        return tuple(one.rule for one in self.evidence)


def _rules(given: Iterable[MatchingRule]) -> tuple[MatchingRule, ...]:
    rules = as_tuple(given)
    names = [one.name for one in rules if isinstance(one, MatchingRule)]
    if len(names) < len(rules) or len({*names}) < len(names):
        raise InvalidValue("the rules of matching are not told apart", names, "each name once")
    return rules


@attrs.frozen
class MatchingRules:
    """Rules with the points from which on two customers are one person.

    Parameters
    ----------
    rules : tuple of MatchingRule
        The rules, each name once.
    same : int
        From how many points on two are one person, where no rule allows less.
    doubtful : int
        From how many points on somebody should look.
    most_sharing : int
        How many people may have an e-mail address or phone number in common; one that more have is
        nobody's, such as that of the till.
    most_compared : int
        How many people who share a key are compared with each other; a key that more share says too
        little.

    Raises
    ------
    InvalidValue
        If two rules have one name, or less is needed for one person than for a doubt.

    Examples
    --------
    >>> from custinsights.domain.matching import MATCHING_RULES
    >>> strict = MATCHING_RULES.without("same address").needing(same=120)
    >>> len(MATCHING_RULES.rules) - len(strict.rules), strict.same
    (1, 120)
    """

    rules: tuple[MatchingRule, ...] = attrs.field(converter=_rules)
    same: int = attrs.field(default=90, validator=instance(int), kw_only=True)
    doubtful: int = attrs.field(default=55, validator=instance(int), kw_only=True)
    most_sharing: int = attrs.field(default=5, validator=instance(int), kw_only=True)
    most_compared: int = attrs.field(default=100, validator=instance(int), kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not 0 < self.doubtful <= self.same:
            what = "the points for a doubt are more than those for one person, or none"
            raise InvalidValue(what, (self.doubtful, self.same), "0 < doubtful <= same")

    def with_(self, *rules: MatchingRule) -> "MatchingRules":
        """Return the rules with others, which take the place of those with the same names."""
        added = {one.name: one for one in rules}
        kept = [added.pop(one.name, one) for one in self.rules]
        return attrs.evolve(self, rules=(*kept, *added.values()))

    def without(self, *names: str) -> "MatchingRules":
        """Return the rules without some.

        Raises
        ------
        UnknownName
            If there is no such rule.
        """
        known = tuple(one.name for one in self.rules)
        for name in names:
            if name not in known:
                raise UnknownName("matching rule", name, known)
        return attrs.evolve(self, rules=[one for one in self.rules if one.name not in names])

    def needing(self, *, same: int | None = None, doubtful: int | None = None) -> "MatchingRules":
        """Return the same rules with other points from which on two are one, or may be."""
        return attrs.evolve(
            self,
            same=self.same if same is None else same,
            doubtful=self.doubtful if doubtful is None else doubtful,
        )

    def judge(self, left: Person, right: Person) -> Match | None:
        """Return what the rules say of two people; None where that is nothing."""
        found = [(rule, rule.compare(left, right)) for rule in self.rules]
        holding = [(rule, told) for rule, told in found if told is not None]
        points = sum(rule.points for rule, _ in holding)
        if points < self.doubtful:
            return None
        is_same = points >= self.same and all(rule.at_most == "same" for rule, _ in holding)
        evidence = tuple(Evidence(rule.name, rule.points, *told) for rule, told in holding)
        return Match(left.id, right.id, "same" if is_same else "doubtful", evidence)

    def tell_apart(self, left: Person, right: Person) -> bool:
        """Whether a rule speaks for two people."""
        return any(rule.tells_apart and rule.compare(left, right) for rule in self.rules)
