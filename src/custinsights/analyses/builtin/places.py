"""Where did an order go? Its own place, else what the customer table says of its customer."""

from __future__ import annotations

import numpy as np

from custinsights.history.columnar.columns import Labels
from custinsights.history.views.counted import CountedHistory

PLACES = ("country", "region", "city")
"""The text columns that fall back on the customer table's."""


def place_of_sales(view: CountedHistory, name: str) -> Labels:
    """Return a place of each sale: the order's own, else what the customer table says."""
    own = view.sales.label(name)
    table = view.facts.people_table.labels.get(name)
    if table is None:
        return own
    names = tuple(sorted({*own.names, *table.names}))
    theirs = table.renamed(names).codes.take(view.sales.customer)
    codes = own.renamed(names).codes
    return Labels(np.where(codes >= 0, codes, theirs), names)
