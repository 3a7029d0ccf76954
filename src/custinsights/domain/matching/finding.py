"""Who of many may be one person? Only those are compared who share a key."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Final

import attrs

from custinsights.domain.fields import in_order
from custinsights.domain.matching.builtin import MATCHING_RULES
from custinsights.domain.matching.persons import Person
from custinsights.domain.matching.rules import Evidence, Match, MatchingRules
from custinsights.errors import InvalidValue

__all__ = ["Matching", "find_matches"]

_BY_WAY_OF_OTHERS: Final = "apart by way of others"
"""The reason of a match that would make one of people whom a rule tells apart."""

_Id = str | int


@attrs.frozen
class Matching:
    """Who of many is one person, and who may be.

    Parameters
    ----------
    matches : tuple of Match
        The pairs, those with the most points first.
    too_common : mapping of str to int
        How many e-mail addresses (``email``) and phone numbers (``phone``) more people have in
        common than may be, and how many keys by which nobody was compared (by rule).
    """

    matches: tuple[Match, ...]
    too_common: Mapping[str, int]

    @property
    def same(self) -> tuple[Match, ...]:
        """Those who are one person."""
        return tuple(one for one in self.matches if one.verdict == "same")

    @property
    def doubtful(self) -> tuple[Match, ...]:
        """Those at whom somebody should look."""
        return tuple(one for one in self.matches if one.verdict == "doubtful")


def find_matches(
    people: Iterable[Person],
    rules: MatchingRules = MATCHING_RULES,
    *,
    among: Iterable[_Id] = (),
    apart: Iterable[Collection[_Id]] = (),
) -> Matching:
    """Find who of many is one person, and who may be.

    Who is one person by way of others is so too: where a rule tells two of such a group apart, the
    weakest pairs that would bring them together are doubtful. A pair does not depend on the order
    of the people.

    Parameters
    ----------
    people : iterable of Person
        The people, each id once.
    rules : MatchingRules
        What speaks for one person, what against it, and how much.
    among : iterable of str or int
        Only pairs of which one is among these; all where there are none.
    apart : iterable of pairs of str or int
        Who is known to be two people: they are no pair, and nobody joins them by way of others.

    Returns
    -------
    Matching
        The pairs.

    Raises
    ------
    InvalidValue
        If two people have one id.
    MissingExtra
        If the library by which likeness is told is not installed (extra ``identity``).

    Examples
    --------
    >>> ada = Person("c1", names=["Ada Ray"], phones=["+44 20 7946 0018"])
    >>> again = Person("c2", names=["RAY, Ada"], phones=["004420 79460018"])
    >>> [(one.left, one.right, one.verdict) for one in find_matches([ada, again]).matches]
    [('c1', 'c2', 'same')]
    """
    too_common: dict[str, int] = {}
    known = {one.id: one for one in _without_crowds([*people], rules, too_common)}
    wanted, decided = {*among}, {frozenset(pair) for pair in apart}
    found = []
    for left, right in _pairs(known, rules, too_common):
        is_asked = not wanted or left in wanted or right in wanted
        if is_asked and frozenset((left, right)) not in decided:
            match = rules.judge(known[left], known[right])
            if match is not None:
                found.append(match)
    found.sort(key=lambda one: -one.score)  # those of one score stay in the order of the ids

    def are_apart(one: _Id, other: _Id) -> bool:
        is_decided = frozenset((one, other)) in decided
        return is_decided or rules.tell_apart(known[one], known[other])

    return Matching(tuple(_joined(found, are_apart)), too_common)


def _without_crowds(
    people: list[Person], rules: MatchingRules, too_common: dict[str, int]
) -> list[Person]:
    """Take away contacts that so many have that they are nobody's."""
    if len({one.id for one in people}) < len(people):
        raise InvalidValue("two people to be matched have one id", len(people), "each id once")
    crowds: dict[str, set[str]] = {}
    for kind in ("emails", "phones"):
        having: dict[str, int] = defaultdict(int)
        for one in people:
            for contact in getattr(one, kind):
                having[contact] += 1
        crowds[kind] = {contact for contact, many in having.items() if many > rules.most_sharing}
        too_common[kind.removesuffix("s")] = len(crowds[kind])
    if not any(crowds.values()):
        return people
    return [_without(one, crowds) for one in people]


def _without(person: Person, crowds: Mapping[str, set[str]]) -> Person:
    emails, phones = (
        [one for one in getattr(person, kind) if one not in crowds[kind]]
        for kind in ("emails", "phones")
    )
    return attrs.evolve(person, emails=emails, phones=phones)


def _pairs(
    people: Mapping[_Id, Person], rules: MatchingRules, too_common: dict[str, int]
) -> list[tuple[_Id, _Id]]:
    """Return who shares a key of a rule, each pair once, in the order of the ids."""
    ids = in_order(people)
    pairs: set[tuple[int, int]] = set()
    for rule in rules.rules:
        if rule.keys is None:
            continue
        sharing: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(ids):
            for key in {*rule.keys(people[one])}:
                sharing[key].append(at)
        too_common[rule.name] = 0
        for members in sharing.values():
            if len(members) > rules.most_compared:
                too_common[rule.name] += 1
            else:
                pairs.update(combinations(members, 2))
    return [(ids[left], ids[right]) for left, right in sorted(pairs)]


def _joined(matches: Iterable[Match], are_apart: Callable[[_Id, _Id], bool]) -> Iterator[Match]:
    """Yield the matches; those that would join people who are told apart are doubtful."""
    group: dict[_Id, set[_Id]] = {}
    for match in matches:
        if match.verdict == "same":
            left, right = (group.get(one, {one}) for one in (match.left, match.right))
            if left is not right and any(are_apart(*pair) for pair in product(left, right)):
                other = Evidence(_BY_WAY_OF_OTHERS, 0, str(match.left), str(match.right))
                yield attrs.evolve(match, verdict="doubtful", evidence=(*match.evidence, other))
                continue
            whole = left | right
            group.update(dict.fromkeys(whole, whole))
        yield match
