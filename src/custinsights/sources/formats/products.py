"""A table of products, by a mapping from our fields to its headers."""

from __future__ import annotations

from collections.abc import Mapping

from custinsights.sources.formats.listing import Listing
from custinsights.sources.texts.vocabulary import Kind, Words

_KINDS: Mapping[str, Kind] = {
    "product": "key",
    "price": "money",
    "currency": "code",
    "stock": "quantity",
}
"""The kind of every field that is not a text."""

TEXTS = ("title", "category", "department", "ladder", "sale")

PRODUCTS = Listing(
    words=Words(
        fields=frozenset({*_KINDS, *TEXTS, "keywords"}),
        synonyms={
            "id": "product",
            "product_id": "product",
            "sku": "product",
            "product_name": "title",
            "name": "title",
            "unit_price": "price",
            "tags": "keywords",
            "inventory": "stock",
        },
        example="'id', 'title', 'category', 'price'",
        has_others=False,
    ),
    kinds=_KINDS,
    required=("product",),
)
"""The tables of products."""
