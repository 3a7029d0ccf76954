"""How do segments become labels of customers, to measure by?"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from custinsights.analyses.catalog import Catalog
from custinsights.analyses.declaring.declarations import Dimension, Trait
from custinsights.domain.fields import refuse_other
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import IntArray, Labels
from custinsights.history.views.counted import CountedHistory
from custinsights.results.segment_set import SegmentSet


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
        if not len(ids):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        rows = np.searchsorted(ids, history.customer_ids)
        people = np.flatnonzero(rows < len(ids))
        rows = rows.take(people)
        is_held = ids.take(rows) == history.customer_ids.take(people)
        return people[is_held], rows[is_held]

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


def segment_dimension(segments: SegmentSet) -> Dimension:
    """Return the dimension that groups customers by the segments they are in.

    Parameters
    ----------
    segments
        What `segments`, `tiers`, `lifecycle` and ``rfm(...).segments`` give, of the same history.

    Returns
    -------
    Dimension
        Named after the space, such as ``value_segment``, or ``segment`` alone. Its labels are the
        names of the segments, in their order, and None for customers who are in none: the excluded,
        and those who were no customers when the segments were made. Where segments overlap a
        customer is in the cells of each, so that these come to more than the whole. It goes
        wherever a label of customers does: `measure`, `growth_drivers` (where segments do not
        overlap), `lifetime_value`, `second_order`, `distribution`, `cohorts`, ... A history of
        another currency, calendar, observation or kind of identities is refused when it is asked.

    Notes
    -----
    Segments are those of one instant: customers keep them in all cells. What a customer had become
    at the end of each window is told by a trait that is a label.

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
    refuse_other(SegmentSet, "what is to be a dimension", segments)
    as_of = segments.customers.provenance.as_of.isoformat()
    name = f"{segments.space} segment".strip()
    one = f"The customer's {name} as of {as_of}; none for who is in none."
    several = f"A {name} that the customer is in as of {as_of}; one is in each of several."
    return Dimension(
        name.replace(" ", "_"),
        "customers",
        of=Membership(segments) if segments.exclusive else Memberships(segments),
        kind=None if segments.exclusive else "segments",
        never_falls=True,
        closed=segments.names,
        definition=one if segments.exclusive else several,
    )


def segments_of(given: Any, catalog: Catalog) -> Dimension:
    """Return the dimension of customers that is meant: segments, a trait of labels, or a name."""
    if isinstance(given, SegmentSet):
        return segment_dimension(given)
    if isinstance(given, str):
        is_trait = given in catalog.traits and given not in catalog.dimensions
        given = catalog.traits[given] if is_trait else catalog.dimension(given)
    if isinstance(given, Trait) and given.kind == "label":
        return given.as_dimension()
    if isinstance(given, Dimension) and given.of_customers:
        return given
    raise InvalidValue(
        what="the segments are no labels of customers",
        given=given.name if isinstance(given, Trait | Dimension) else type(given).__name__,
        allowed="what segments, tiers and rfm give, a dimension of customers such as "
        "customer_country, or a trait that is a label",
    )
