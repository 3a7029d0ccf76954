"""The shipped formats of order exports, and whether a table is one where another kind is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custinsights.errors import InvalidValue
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.etsy import ETSY_ITEMS, ETSY_ORDERS, ETSY_PAYMENTS
from custinsights.sources.formats.gumroad import GUMROAD
from custinsights.sources.formats.shopify import SHOPIFY
from custinsights.sources.formats.square import SQUARE_ITEMS
from custinsights.sources.formats.squarespace import SQUARESPACE
from custinsights.sources.formats.stripe_payments import STRIPE_PAYMENTS
from custinsights.sources.formats.woocommerce_advanced import WOOCOMMERCE_ADVANCED
from custinsights.sources.formats.woocommerce_analytics import WOOCOMMERCE_ANALYTICS
from custinsights.sources.formats.woocommerce_webtoffee import (
    WOOCOMMERCE_WEBTOFFEE,
    WOOCOMMERCE_WEBTOFFEE_ITEMS,
)

BUILT_IN: Mapping[str, OrderFormat] = {
    format.name: format
    for format in (
        SHOPIFY,
        ETSY_ORDERS,
        ETSY_ITEMS,
        ETSY_PAYMENTS,
        GUMROAD,
        SQUARE_ITEMS,
        SQUARESPACE,
        STRIPE_PAYMENTS,
        WOOCOMMERCE_ADVANCED,
        WOOCOMMERCE_ANALYTICS,
        WOOCOMMERCE_WEBTOFFEE,
        WOOCOMMERCE_WEBTOFFEE_ITEMS,
    )
}
"""The formats that have headers of their own; ``generic`` has those that it is told."""


def refuse_other_table(
    header: Sequence[str], formats: Mapping[str, OrderFormat], kind: str
) -> None:
    """Refuse a table that is a known export of another kind than the one that is read.

    Raises
    ------
    InvalidValue
        One of the formats recognises the header; `kind` is what their rows are, such as orders.
    """
    found = next((one for one in formats.values() if one.recognises(header)), None)
    if found is not None:
        raise InvalidValue(
            f"the header is that of an export of {kind}",
            found.name,
            "a table of what is to be read",
            f"Read it with read_{kind}, or say which header holds which field: columns={{...}}",
        )
