"""A table of activities, by a mapping from our fields to its headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.vocabulary import Kind, Words, fields_named

KINDS: Mapping[str, Kind] = {
    "customer_id": "identity",
    "email": "identity",
    "phone": "identity",
    "activity_id": "key",
    "at": "time",
    "amount": "money",
    "currency": "code",
    "score": "quantity",
}
"""The kind of every field that is not a text."""

TEXTS = ("kind", "subject", "outcome", "campaign", "channel")

ACTIVITIES = Words(
    fields=frozenset({*KINDS, *TEXTS}),
    synonyms={
        "customer": "customer_id",
        "e_mail": "email",
        "telephone": "phone",
        "id": "activity_id",
        "event_id": "activity_id",
        "time": "at",
        "timestamp": "at",
        "date": "at",
        "created_at": "at",
        "occurred_at": "at",
        "event": "kind",
        "event_name": "kind",
        "activity": "kind",
        "action": "kind",
        "type": "kind",
        "lot": "subject",
        "product": "subject",
        "product_id": "subject",
        "sku": "subject",
        "result": "outcome",
        "status": "outcome",
        "medium": "channel",
        "rating": "score",
    },
    example="'customer', 'at', 'kind', 'subject'",
    has_others=False,
)
"""The words for activities."""


def generic(columns: Mapping[str, str | Sequence[str]], *, has_kind: bool = True) -> OrderFormat:
    """Return the format of a table of activities whose columns are told."""
    return OrderFormat(
        name="generic",
        columns=fields_named(columns, words=ACTIVITIES),
        required=("at", "kind") if has_kind else ("at",),
        kinds=KINDS,
    )
