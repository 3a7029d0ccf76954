"""Where and what customers buy, as the page lists it."""

from __future__ import annotations

import custinsights as ci
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import Listing
from custinsights.presentation.report.places import products


def test_products_are_named_whatever_signs_are_in_their_codes() -> None:
    """A title is looked up by the code as it is, not by the one that is cleaned to be shown."""
    codes = ["a\tb", "a\u200bb", "a\u202eb", "plain"]
    history = ci.read_frame(
        {
            "order_id": ["o1", "o2", "o3", "o4"],
            "customer": ["c1", "c2", "c3", "c4"],
            "placed_at": ["2024-01-03T10:00:00Z"] * 4,
            "product": codes,
            "product_name": ["Tab", "Nothing", "Turned", "Plain"],
            "quantity": ["1"] * 4,
            "unit_price": ["40", "30", "20", "10"],
        },
        currency="EUR",
    )
    (listing,) = products(Inquiry(history)).parts
    assert isinstance(listing, Listing)
    titles = listing.table.column("title").values.tolist()
    assert titles == ["Tab", "Nothing", "Turned", "Plain"]
