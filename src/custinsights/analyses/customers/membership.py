"""Which segments are meant? Labels of customers, by name or given."""

from __future__ import annotations

from typing import Any

from custinsights.analyses.catalog import Catalog
from custinsights.analyses.declaring.declarations import Dimension, Trait
from custinsights.analyses.declaring.grouping import as_label
from custinsights.errors import InvalidValue


def segments_of(given: Any, catalog: Catalog) -> Dimension:
    """Return the dimension of customers that is meant: segments, a trait of labels, or a name."""
    given = as_label(given)
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
