"""How far does each fact of step 1 lead? The facts that take the steps after it, one each."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from custinsights.analyses.declaring.tally import Tally
from custinsights.analyses.journey.within import Within
from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray
from custinsights.history.kernels.cells import truths
from custinsights.history.kernels.chains import Timeline
from custinsights.history.views.counted import CountedHistory


@attrs.frozen(eq=False, slots=False)
class Paths:
    """From every fact of step 1 the steps after it, each as early as it can be taken.

    Step by step the earliest fact is taken that no step before has. Where facts of one instant fit
    several steps, those before may have the only one that fits this step: they change to others of
    that instant (an augmenting path of a matching), so that an instant takes as many steps as its
    facts can, and no step is later than it has to be.
    """

    view: CountedHistory
    steps: Sequence[Tally]
    within: Within
    timelines: dict[str, Timeline] = attrs.field(factory=dict)
    meant: list[BoolArray | None] = attrs.field(init=False)
    first: IntArray = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "meant", [self._meant(step) for step in self.steps])
        count, is_first = len(self._timeline(0)), self.meant[0]
        rows = np.arange(count) if is_first is None else np.flatnonzero(is_first)
        object.__setattr__(self, "first", rows)

    def _timeline(self, place: int) -> Timeline:
        facts = self.steps[place].facts
        if facts not in self.timelines:
            stream = getattr(self.view, facts)
            line = Timeline(stream.customer, stream.instant, self.view.people)
            self.timelines[facts] = line
        return self.timelines[facts]

    def _meant(self, step: Tally) -> BoolArray | None:
        """Return which facts of its stream are a step; None for all."""
        stream, kept = getattr(self.view, step.facts), None
        for condition in step.filters:
            passes = truths(step.name, condition(stream), len(stream)) > 0
            kept = passes if kept is None else kept & passes
        return kept

    def followed(self) -> tuple[IntArray, list[IntArray]]:
        """Return how many steps each fact of step 1 leads to, and the instant of each step."""
        line = self._timeline(0)
        customer, start = line.customer.take(self.first), line.instant.take(self.first)
        last = self._measured(start) + self.within.length
        reach, instants = np.ones(len(start), dtype=np.int64), [start]
        alive, rows, at = np.arange(len(start)), self.first, start
        held = np.full((len(self.steps), len(start)), -1, dtype=np.int64)
        held[0] = self.first
        for place in range(1, len(self.steps)):
            is_same = self._timeline(place) is line
            line, who = self._timeline(place), customer.take(alive)
            begin = line.at_once(rows) if is_same else line.since(who, at)
            taken = [held[other].take(alive) for other in self._beside(place)]
            rows, is_there = line.following(self.meant[place], begin, who, taken)
            if rivals := self._rivals(place):
                is_late = ~is_there | (line.instant.take(rows, mode="clip") > at)
                is_held = np.logical_or.reduce([held[p].take(alive) >= begin for p in rivals])
                late = np.flatnonzero(is_late & is_held)
                won, freed = self._freed(place, held, alive.take(late), begin.take(late))
                rows[late[won]], is_there[late[won]] = freed, True
            alive, rows = alive.take(np.flatnonzero(is_there)), rows[is_there]
            at = line.instant.take(rows)
            in_time = np.flatnonzero(self._measured(at) <= last.take(alive))
            alive, rows, at = alive.take(in_time), rows.take(in_time), at.take(in_time)
            reach[alive] = place + 1
            reached = np.zeros(len(start), dtype=np.int64)
            reached[alive] = at
            instants.append(reached)
            held[place, alive] = rows
        return reach, instants

    def _measured(self, instants: IntArray) -> AnyArray:
        return self.within.measured(self.view.clock, instants)

    def _beside(self, place: int) -> list[int]:
        """Return the steps before one that are facts of its stream."""
        stream = self.steps[place].facts
        return [other for other in range(place) if self.steps[other].facts == stream]

    def _rivals(self, place: int) -> list[int]:
        """Return the steps before one that share facts with it, and not all of them."""
        own = self._fits(place)
        others = [(other, self._fits(other)) for other in self._beside(place) if other]
        return [p for p, theirs in others if (own & theirs).any() and (own != theirs).any()]

    def _fits(self, place: int) -> BoolArray:
        meant = self.meant[place]
        return np.ones(len(self._timeline(place)), np.bool_) if meant is None else meant

    def _freed(
        self, place: int, held: IntArray, who: IntArray, begin: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return for whom steps of one instant can change so that it takes one more, and its fact.

        `held` (steps x facts of step 1) is changed; `begin` is the first row of the instant.
        """
        line, customer = self._timeline(place), self._timeline(0).customer.take(self.first[who])
        beside = self._beside(place)
        movable = [other for other in beside if other]  # step 1 stays where it is
        given_to = np.full((place + 1, len(who)), -1, dtype=np.int64)
        given_to[place] = place
        for _ in movable:
            for step in movable:
                row = held[step].take(who)
                for to in (place, *movable):
                    gives = (given_to[to] >= 0) & (given_to[step] < 0) & (row >= begin)
                    given_to[step, gives & self._fits(to).take(row)] = to
        last, fact = np.full((2, len(who)), -1, dtype=np.int64)
        for step in movable:
            asked = np.flatnonzero((given_to[step] >= 0) & (last < 0))
            taken = [held[other].take(who[asked]) for other in beside]
            found, is_there = line.following(self.meant[step], begin[asked], customer[asked], taken)
            is_there &= line.instant.take(found, mode="clip") == line.instant[begin[asked]]
            last[asked[is_there]], fact[asked[is_there]] = step, found[is_there]
        won = np.flatnonzero(last >= 0)
        while len(moving := np.flatnonzero((last >= 0) & (last != place))):
            at = last[moving], who[moving]
            fact[moving], held[at] = held[at], fact[moving]
            last[moving] = given_to[last[moving], moving]
        return won, fact[won]
