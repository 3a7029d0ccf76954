"""What do exports tell of the people who ordered that no number is made of?

Names, streets and postal codes: they are read where orders are imported into a store, and nowhere
else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.generic import named_columns
from custinsights.sources.formats.installed import GENERIC
from custinsights.sources.texts.vocabulary import Kind, Words

NAMES = ("name", "first_name", "last_name", "shipping_name")
"""Who ordered; to whom it went, where nothing tells who ordered."""

ADDRESSES: Mapping[str, str] = {"": "shipping", "billing_": "billing"}
"""Before the parts of an address, and which address it is."""

STREETS = ("street", "street_2", "postal_code")

FIELDS: Mapping[str, Kind] = {
    **dict.fromkeys(NAMES, "label"),
    **{f"{prefix}{part}": "label" for prefix in ADDRESSES for part in STREETS},
    "shipped_at": "time",
}
"""The fields that are read only where orders are imported, and how."""

_WORDS = Words(
    fields=frozenset(FIELDS),
    synonyms={
        "full_name": "name",
        "customer_name": "name",
        "zip": "postal_code",
        "postcode": "postal_code",
        "address": "street",
    },
    example="'name', 'street', 'postal_code'",
)


def with_personal(format: OrderFormat, header: Sequence[str]) -> OrderFormat:
    """Return a format that reads what is personal too, as far as a header has it."""
    personal = format.personal
    if format.name == GENERIC and format.recognised_by:
        personal = named_columns(header, _WORDS)
    there = attrs.evolve(format, columns=personal, column_patterns={}, computed={}, fallbacks={})
    found = {field: personal[field] for field in there.positions(header)}
    return attrs.evolve(
        format,
        columns={**found, **format.columns},
        kinds={**FIELDS, **format.kinds},
        converters={
            **{name: _without_apostrophe for name in found if name.endswith("postal_code")},
            **format.converters,
        },
    )


def _without_apostrophe(text: str) -> str:
    """Return a postal code without the sign that keeps a spreadsheet from reading a number."""
    return text.removeprefix("'")
