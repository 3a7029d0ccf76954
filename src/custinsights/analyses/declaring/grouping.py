"""What may stand in `by`? Names, dimensions, and segments, which become labels of customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, TypeAlias

import attrs
import numpy as np

from custinsights.analyses.declaring.declarations import Dimension, entries
from custinsights.domain.fields import checked_name
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import IntArray, Labels
from custinsights.history.columnar.identities import codes_among
from custinsights.history.views.counted import CountedHistory
from custinsights.results.customer_table import CustomerTable
from custinsights.results.segment_set import SegmentSet

By: TypeAlias = str | Dimension | SegmentSet | CustomerTable
"""A name, a dimension, or segments: a set of them, or the table of scores that has groups."""


@attrs.frozen(eq=False)
class Membership:
    """The one segment of every person: a function for a dimension of customers."""

    segments: SegmentSet

    def __call__(self, history: CountedHistory) -> Labels:
        """Labels of the k people; None for those who are in no segment."""
        people, rows = self.held(history)
        codes: IntArray = np.full(history.people, -1, dtype=np.int64)
        codes[people] = self.segments.codes.take(rows)
        return Labels(codes.astype(np.int32), self.segments.names)

    def held(self, history: CountedHistory) -> tuple[IntArray, IntArray]:
        """Return the people who were judged, and the row of each among the customers of the set."""
        ids = self.segments.customers.ids
        self._refuse_others(history)
        rows = codes_among(ids, history.customer_ids)
        people = np.flatnonzero(rows >= 0)
        return people, rows.take(people)

    def _refuse_others(self, history: CountedHistory) -> None:
        """Refuse a history that is not the one, or a part of the one, that was segmented."""
        told, asked, ids = self.segments.customers.provenance, history.facts, history.customer_ids
        differ = [
            what
            for what, ours, theirs in (
                ("currency", told.currency, asked.currency),
                ("calendar", told.calendar, asked.calendar),
                ("beginning of the observation", told.observed_from, asked.observed_from),
                ("end of the observation", told.observed_until, asked.observed_until),
            )
            if ours != theirs
        ]
        if (
            len(self.segments.customers)
            and self.segments.customers.ids.dtype.kind != ids.dtype.kind
        ):
            differ.append("kind of identities")
        if differ:
            raise InvalidValue(
                what="the segments are of the customers of another history",
                given=f"another {', '.join(differ)}",
                allowed="segments of this history, as of any instant",
                advice="Make them anew of the history that is asked",
            )


@attrs.frozen(eq=False)
class Memberships(Membership):
    """All segments of every person: people, and the place of a segment that each is in."""

    @property
    def names(self) -> tuple[str, ...]:
        """The segments."""
        return self.segments.names

    def __call__(self, history: CountedHistory) -> Any:
        """Return who is in which segment, some more than once."""
        people, rows = self.held(history)
        places, columns = np.nonzero(self.segments.membership[:, rows])
        return people.take(columns), places


def segment_dimension(
    segments: SegmentSet | CustomerTable, *, name: str | None = None
) -> Dimension:
    """Return the dimension that groups customers by the segments they are in.

    Parameters
    ----------
    segments
        What `segments`, `tiers`, `lifecycle` and `rfm` give, of the same history.
    name
        What the dimension is called, as two of one kind need to be; default: after the space, such
        as ``value_segment``, or ``segment`` alone.

    Returns
    -------
    Dimension
        Its labels are the names of the segments, in their order, and None for customers who are in
        none: the excluded, and those who were no customers when the segments were made. Where
        segments overlap a customer is in the cells of each, so that these come to more than the
        whole. It goes wherever a label of customers does: `measure`, `growth_drivers` (where
        segments do not overlap), `lifetime_value`, `second_order`, `distribution`, `cohorts`, ...,
        and so do the segments themselves, which stand for it in ``by=``. A history of another
        currency, calendar, observation or kind of identities is refused when it is asked.

    Notes
    -----
    Segments are those of one instant: customers keep them in all cells. What a customer had become
    at the end of each window is told by a trait that is a label. Answers merge where the members
    are the same: for parts of a history, make the segments of all of it once.

    Examples
    --------
    >>> from custinsights.analyses.customers.tiers import tiers
    >>> from custinsights.analyses.measuring.measure import measure
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     amount=[10, 5, 7],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> frequency = segment_dimension(tiers(history, "frequency"))
    >>> measure(history, "orders", by=frequency).to_dicts()[0]
    {'frequency_segment': 'Loyal', 'orders': 0}
    """
    found = _segments_in(segments)
    if found is None:
        raise InvalidValue(
            what="what is to be a dimension has no segments",
            given=f"a value of type {type(segments).__name__}",
            allowed="what segments, tiers, lifecycle and rfm (with groups) give",
        )
    as_of = found.customers.provenance.as_of.isoformat()
    kind = f"{found.space} segment".strip()
    one = f"The customer's {kind} as of {as_of}; none for who is in none."
    several = f"A {kind} that the customer is in as of {as_of}; one is in each of several."
    return Dimension(
        kind.replace(" ", "_") if name is None else checked_name(name),
        "customers",
        of=Membership(found) if found.exclusive else Memberships(found),
        kind=None if found.exclusive else "segments",
        never_falls=True,
        closed=found.names,
        definition=one if found.exclusive else several,
        content=_digest(found),
    )


def grouped_by(given: Any, *kinds: type) -> tuple[Any, ...]:
    """Return the names and entries that `by` lists; segments stand for their dimension."""
    if isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping):
        given = tuple(map(as_label, given))
    return entries("by", as_label(given), Dimension, *kinds)


def as_label(given: Any) -> Any:
    """Return the dimension of segments; all else as it is."""
    return given if _segments_in(given) is None else segment_dimension(given)


def _segments_in(given: Any) -> SegmentSet | None:
    """Return a set of segments, or that of a table of scores; None where there is none."""
    if isinstance(given, CustomerTable) and getattr(given, "groups", None):
        given = given.segments  # type: ignore[attr-defined]  # of scores
    return given if isinstance(given, SegmentSet) else None


def _digest(segments: SegmentSet) -> str:
    """Return what tells a membership from any other: who is in which segment."""
    found = sha256(repr(segments.names).encode())
    ids = segments.customers.ids
    found.update("\n".join(map(str, ids.tolist())).encode())
    found.update(np.packbits(segments.membership).tobytes())
    return found.hexdigest()[:16]
