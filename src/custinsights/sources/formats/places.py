"""A table of places and where they are, by a mapping from our fields to its headers."""

from __future__ import annotations

from custinsights.domain.people import MOST_DEGREES
from custinsights.sources.formats.listing import Listing
from custinsights.sources.texts.vocabulary import Words

TEXTS = ("country", "region", "city")

PLACES = Listing(
    words=Words(
        fields=frozenset({*TEXTS, *MOST_DEGREES}),
        synonyms={
            "lat": "latitude",
            "lon": "longitude",
            "lng": "longitude",
            "state": "region",
            "province": "region",
            "town": "city",
            "place": "city",
        },
        example="'city', 'country', 'latitude', 'longitude'",
        has_others=False,
    ),
    kinds=dict.fromkeys(MOST_DEGREES, "quantity"),
    required=(*MOST_DEGREES,),
)
"""The tables of places."""
