"""How do segments become labels of customers, to measure by?"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from custinsights.analyses.catalog import Catalog
from custinsights.analyses.declaring.declarations import Dimension, Trait
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import IntArray, Labels
from custinsights.history.views.counted import CountedHistory
from custinsights.results.segment_set import SegmentSet


@attrs.frozen(eq=False)
class Membership:
    """The segment of every person: a function for a dimension of customers."""

    segments: SegmentSet

    def __call__(self, history: CountedHistory) -> Labels:
        """Labels of the k people; None for those who are in no segment."""
        ids = self.segments.customers.ids
        codes: IntArray = np.full(history.people, -1, dtype=np.int64)
        if not len(ids):
            return Labels(codes.astype(np.int32), self.segments.names)
        if ids.dtype.kind != history.customer_ids.dtype.kind:
            raise InvalidValue(
                what="the segments are of the customers of another history",
                given="identities of another kind",
                allowed="segments of this history: its identities are "
                + ("texts" if history.customer_ids.dtype.kind == "T" else "integers"),
            )
        place = np.searchsorted(ids, history.customer_ids)
        inside = np.flatnonzero(place < len(ids))
        place = place.take(inside)
        is_held = ids.take(place) == history.customer_ids.take(inside)
        codes[inside[is_held]] = self.segments.codes.take(place[is_held])
        return Labels(codes.astype(np.int32), self.segments.names)


def segments_of(given: Any, catalog: Catalog) -> Dimension:
    """Return the dimension of customers that is meant: segments, a trait of labels, or a name."""
    if isinstance(given, SegmentSet):
        return Dimension(
            f"{given.space}_segment",
            "customers",
            of=Membership(given),
            never_falls=True,
            definition=f"The customer's {given.space} segment; none for who is in none.",
        )
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
        allowed="what tiers and rfm give, a dimension of customers such as customer_country, or a "
        "trait that is a label",
    )
