"""How are the segments of a history asked again, as of other instants?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Protocol

import attrs
import numpy as np

from custinsights.analyses.customers.cuts import MONETARY, Cuts
from custinsights.analyses.customers.traits import Traits
from custinsights.domain.segments import ENTERED, LEFT, SegmentEvent
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, BoolArray
from custinsights.history.columnar.identities import codes_among
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.facts import Facts
from custinsights.history.orders import When
from custinsights.history.selection import is_known
from custinsights.results.segment_changes import SegmentChanges
from custinsights.results.segment_set import SegmentSet
from custinsights.results.table import Column, Table


class Segmenting(Protocol):
    """An analysis that puts customers into segments, an attrs class with ``as_of`` and ``cuts``."""

    def segmented(self, history: Facts) -> SegmentSet:
        """Return the segments of a history."""

    def cuts_of(self, history: Facts) -> Cuts:
        """Return the cut points of a history by which it judges; refuse where it uses none."""


@attrs.frozen(eq=False)
class AskingSegments:
    """How a set of segments asks its history again; what is pickled or copied forgets it."""

    analysis: Segmenting
    history: Facts

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        return type(None), ()

    def _asking(self, instant: int, **others: Any) -> Segmenting:
        analysis: Any = self.analysis
        found: Segmenting = attrs.evolve(analysis, as_of=to_datetime(instant), **others)
        return found

    def _at(self, instant: int, cuts: Cuts | None) -> SegmentSet:
        asking = self._asking(instant) if cuts is None else self._asking(instant, cuts=cuts)
        return asking.segmented(self.history)

    def cuts(self, as_of: When | None) -> Cuts:
        """Return what the population says at an instant."""
        asking = self._asking(self.history.context.instant(as_of), cuts=None)
        return asking.cuts_of(self.history)

    def diff(self, first: When, second: When, cuts: Cuts | None) -> SegmentChanges:
        """Return who moved between two instants."""
        start, end = (self.history.context.moment(at) for at in (first, second))
        if end < start:
            raise InvalidValue(
                what="the later of the two instants comes first",
                given=(str(first), str(second)),
                allowed="the earlier before the later, or both alike",
            )
        before, after = (self._at(instant, cuts) for instant in (start, end))
        people = Traits(MONETARY, as_of=to_datetime(end)).summarise(self.history)
        window = to_datetime(start), to_datetime(end)
        definitions = {
            **after.customers.provenance.definitions,
            **people.provenance.definitions,
        }
        was_known, is_now = (self._known(instant) for instant in (start, end))
        return SegmentChanges(
            space=after.space,
            names=after.names,
            exclusive=after.exclusive,
            people=attrs.evolve(
                people,
                provenance=attrs.evolve(people.provenance, window=window, definitions=definitions),
                title=f"changes of {after.title}",
            ),
            before=_among(before, people.ids),
            after=_among(after, people.ids),
            was_known=was_known[is_now],
        )

    def _known(self, instant: int) -> BoolArray:
        known = is_known(self.history, instant)
        return np.ones(self.history.people, dtype=np.bool_) if known is None else known

    def over(self, dates: Iterable[When], cuts: Cuts | None) -> Table:
        """Return the rows of the segments at every date."""
        instants = self._ascending(dates)
        tables = [self._at(instant, cuts).table() for instant in instants]
        rows = [len(table) for table in tables]
        columns = [Column("as_of", "instant", np.repeat(np.array(instants, dtype=np.int64), rows))]
        for column in tables[0].columns:
            parts = [table.column(column.name).values for table in tables]
            columns.append(attrs.evolve(column, values=np.concatenate(parts)))
        return attrs.evolve(
            tables[0],
            title=f"{tables[0].title} by date",
            columns=tuple(columns),
            notes=("Each date is exclusive, as as_of is.",),
        )

    def events(self, dates: Iterable[When], cuts: Cuts | None) -> Iterator[SegmentEvent]:
        """Return an iterator over who entered and left, from each date to the next."""
        return self._events(self._ascending(dates), cuts)

    def _events(self, instants: list[int], cuts: Cuts | None) -> Iterator[SegmentEvent]:
        everybody = self.history.customer_ids
        sets = ((instant, self._at(instant, cuts)) for instant in instants)
        for (_, before), (instant, after) in pairwise(sets):
            at = to_datetime(instant).astimezone(self.history.calendar.zone)
            were, are = _among(before, everybody), _among(after, everybody)
            people, places = np.nonzero((were != are).T)
            entered = are[places, people]
            for row in np.lexsort((places, entered, people)).tolist():
                yield SegmentEvent(
                    everybody[people[row] : people[row] + 1].tolist()[0],
                    after.names[places[row]],
                    ENTERED if entered[row] else LEFT,
                    at,
                )

    def _ascending(self, dates: Iterable[When]) -> list[int]:
        """Return dates as instants; refuse none, and those that do not ascend."""
        is_one = isinstance(dates, str) or not isinstance(dates, Iterable)
        given = [] if is_one else list(dates)
        instants = [self.history.context.moment(at) for at in given]
        if not given or any(later <= at for at, later in pairwise(instants)):
            raise InvalidValue(
                what="these are no dates that ascend",
                given=str(dates) if is_one else [str(at) for at in given],
                allowed="a list of at least one date, each after the one before it",
            )
        return instants


def _among(segments: SegmentSet, ids: AnyArray) -> BoolArray:
    """Return the membership of more people, in the order of their ids."""
    held = segments.customers.ids
    found = np.zeros((len(segments.names), len(ids)), dtype=np.bool_)
    found[:, codes_among(ids, held)] = segments.membership
    return found
