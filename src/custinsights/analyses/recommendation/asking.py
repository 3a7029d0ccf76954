"""Who is asked about? Those whom the history knows, and others, of whom it tells nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TypeAlias

import attrs
import numpy as np

from custinsights.analyses.recommendation.content import OwnWords, in_no_product
from custinsights.analyses.recommendation.scoring import Matcher
from custinsights.domain.fields import Identity, identities
from custinsights.domain.interests import Interest
from custinsights.errors import UnknownName
from custinsights.history.columnar.columns import AnyArray, BoolArray, FloatArray, IntArray
from custinsights.history.columnar.threads import in_threads
from custinsights.history.facts import Facts
from custinsights.history.selection import is_known
from custinsights.history.views.counted import CountedHistory
from custinsights.results.customer_table import CustomerTable

Asked: TypeAlias = CustomerTable | Identity | Iterable[Identity] | None
"""One customer or several, or a table of them; None is everybody known."""

Block: TypeAlias = tuple[IntArray, IntArray, dict[str, FloatArray]]
"""Rows among those asked about, places of products, and parts of the score."""


@attrs.frozen(eq=False)
class Group:
    """Some of those asked about.

    Parameters
    ----------
    ids, codes
        Who they are, and their numbers for what scores.
    matcher
        Scores products for them.
    """

    ids: AnyArray
    codes: IntArray
    matcher: Matcher

    def blocks(self, is_offered: BoolArray, most: int) -> list[Block]:
        """Return the best products for each of them, stretch by stretch."""

        def block(stretch: tuple[int, int]) -> Block:
            some, matcher = self.codes[slice(*stretch)], self.matcher
            best = matcher.beside(some).best(is_offered, matcher.held(some), most)
            return best[0] + stretch[0], *best[1:]

        lately = self.matcher.deeds.lately.take(self.codes)
        return in_threads(block, lately.blocks_for(self.matcher.companions))


@attrs.frozen
class Said:
    """What customers said, or the shop for them.

    Parameters
    ----------
    interests
        All of it.
    in_vain
        What of it is in no product, and what is of nobody in the history.
    """

    interests: tuple[Interest, ...] = ()
    in_vain: tuple[Interest, ...] = ()

    def heard_by(self, facts: Facts, matcher: Matcher) -> tuple[Said, Matcher]:
        """Return it with what of it is in vain, and what scores by it."""
        features = matcher.shelf.features
        codes = codes_of(facts, {one.customer for one in self.interests})
        of_nobody = (one for one in self.interests if one.customer not in codes)
        in_vain = dict.fromkeys((*in_no_product(self.interests, features), *of_nobody))
        own = OwnWords.of(self.interests, codes, features)
        return attrs.evolve(self, in_vain=tuple(in_vain)), attrs.evolve(matcher, own=own)

    def of_strangers(self, strangers: Sequence[Identity], matcher: Matcher) -> Group:
        """Return people of whom the history tells nothing, and all else only what they said."""
        numbers = {one: number for number, one in enumerate(strangers)}
        own = OwnWords.of(self.interests, numbers, matcher.shelf.features)
        blank = matcher.of_strangers(own, len(strangers))
        return Group(np.array(strangers, dtype=object), np.arange(len(strangers)), blank)

    def unheard(self, facts: Facts, groups: Sequence[Group]) -> tuple[Interest, ...]:
        """Return what did nothing, of what those asked about said and of what nobody said."""
        known, *others = ({*group.ids.tolist()} for group in groups)
        strangers = {*()}.union(*others)
        theirs = [one for one in self.interests if one.customer in strangers]
        codes = codes_of(facts, {one.customer for one in self.in_vain})
        rest = [one for one in self.in_vain if one.customer in known or one.customer not in codes]
        kept = (one for one in rest if one.customer not in strangers)
        return (*in_no_product(theirs, groups[0].matcher.shelf.features), *kept)


def codes_of(facts: Facts, customers: Iterable[Identity]) -> dict[Identity, int]:
    """Return the codes of those customers whom the history knows."""
    codes = {}
    for one in customers:
        with suppress(UnknownName):
            codes[one] = facts.code_of(one)
    return codes


def groups_of(view: CountedHistory, customers: Asked, said: Said, matcher: Matcher) -> list[Group]:
    """Return those asked about whom the history knows, ascending, and then the others, if any."""
    facts = view.facts
    if customers is None:
        known = is_known(facts, view.as_of)
        everybody = np.arange(view.people) if known is None else np.flatnonzero(known)
        return [Group(facts.customer_ids.take(everybody), everybody, matcher)]
    asked = customers.ids.tolist() if isinstance(customers, CustomerTable) else customers
    people = identities(asked)
    held = codes_of(facts, people)
    codes = np.array(sorted(held.values()), dtype=np.int64)
    group = Group(facts.customer_ids.take(codes), codes, matcher)
    strangers = [one for one in people if one not in held]
    return [group, said.of_strangers(strangers, matcher)] if strangers else [group]
