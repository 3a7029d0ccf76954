"""A table of products, by a mapping from our fields to its headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.vocabulary import Kind, Words, fields_named

KINDS: Mapping[str, Kind] = {
    "product": "key",
    "price": "money",
    "currency": "code",
    "stock": "quantity",
}
"""The kind of every field that is not a text."""

TEXTS = ("title", "category", "department", "ladder", "sale")

PRODUCTS = Words(
    fields=frozenset({*KINDS, *TEXTS, "keywords"}),
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
)
"""The words for products."""


def generic(columns: Mapping[str, str | Sequence[str]]) -> OrderFormat:
    """Return the format of a table of products whose columns are told."""
    return OrderFormat(
        name="generic",
        columns=fields_named(columns, words=PRODUCTS),
        required=("product",),
        kinds=KINDS,
    )
