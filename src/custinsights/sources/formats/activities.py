"""A table of activities, by a mapping from our fields to its headers."""

from __future__ import annotations

from collections.abc import Mapping

from custinsights.history.activities import ACTIVITY_TEXTS
from custinsights.sources.formats.listing import Listing
from custinsights.sources.texts.vocabulary import IDENTITIES, Kind, Words

_KINDS: Mapping[str, Kind] = {
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

ACTIVITIES = Listing(
    words=Words(
        fields=frozenset({*_KINDS, *ACTIVITY_TEXTS}),
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
    ),
    kinds=_KINDS,
    required=("at", "kind"),
    needs=IDENTITIES,
)
"""The tables of activities."""
