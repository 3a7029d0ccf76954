"""A table of what was spent to win customers, by a mapping from our fields to its headers."""

from __future__ import annotations

from collections.abc import Mapping

from custinsights.domain.channel_words import CHANNEL_FIELDS
from custinsights.sources.formats.listing import Listing
from custinsights.sources.texts.vocabulary import Kind, Words

_KINDS: Mapping[str, Kind] = {
    "first_day": "time",
    "last_day": "time",
    "amount": "money",
    "currency": "code",
}
"""The kind of every field that is not a text."""

SPEND = Listing(
    words=Words(
        fields=frozenset({*_KINDS, "period", "kind", *CHANNEL_FIELDS}),
        synonyms={
            "day": "first_day",
            "date": "first_day",
            "start": "first_day",
            "starts": "first_day",
            "reporting_starts": "first_day",
            "end": "last_day",
            "ends": "last_day",
            "reporting_ends": "last_day",
            "month": "period",
            "quarter": "period",
            "week": "period",
            "year": "period",
            "spend": "amount",
            "amount_spent": "amount",
            "cost": "amount",
            "acquisition_channel": "channel",
            "platform": "utm_source",
            "medium": "utm_medium",
        },
        example="'period', 'channel', 'amount'",
        has_others=False,
    ),
    kinds=_KINDS,
    required=("amount",),
)
"""The tables of what was spent."""
