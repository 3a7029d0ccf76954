"""The formats of order exports: what each shop system writes, and how a file finds its format."""

from custinsights.sources.formats.declaration import OrderFormat, Packed
from custinsights.sources.formats.etsy import ETSY_ITEMS, ETSY_ORDERS, ETSY_PAYMENTS
from custinsights.sources.formats.finding import (
    BUILT_IN,
    GROUP,
    format_asked,
    format_for,
    places_in,
)
from custinsights.sources.formats.generic import generic
from custinsights.sources.formats.gumroad import GUMROAD
from custinsights.sources.formats.shopify import SHOPIFY
from custinsights.sources.formats.square import SQUARE_ITEMS

__all__ = [
    "BUILT_IN",
    "ETSY_ITEMS",
    "ETSY_ORDERS",
    "ETSY_PAYMENTS",
    "GROUP",
    "GUMROAD",
    "SHOPIFY",
    "SQUARE_ITEMS",
    "OrderFormat",
    "Packed",
    "format_asked",
    "format_for",
    "generic",
    "places_in",
]
