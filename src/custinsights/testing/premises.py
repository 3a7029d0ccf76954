"""What does a small invented shop sell, and what does it know of people from where they live?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from custinsights.history.columnar.columns import Labels, Products

PLACES = (
    (None, None, None),
    ("US", "CA", "Fresno"),
    ("US", "NY", "Albany"),
    ("Éire", "Cork", "Cobh"),
)
PRODUCTS = Products(
    ids=("p1", "p2", "p3", "p4"),
    labels={
        "title": Labels.encode(["Print A3", "Print A4", "Card", None]),
        "category": Labels.encode(["Prints", "Prints", "Cards", None]),
        "department": Labels.encode(["Paper", "Paper", None, None]),
    },
    keywords=((), ("Original", "large"), (), ("original",)),
)

BIRTHDAYS = np.array(["NaT", "1980-02-29", "1999-12-31", "2000-03-10"], dtype="M8[D]")
DEGREES = np.array([(np.nan, np.nan), (36.74, -119.79), (42.65, -73.75), (51.85, -8.29)])
STATUSES_OF_PEOPLE = (None, "VIP", "press", "vip")
IS_PRESS = np.array([-1, 1, 0, -1], dtype=np.int8)


def known_of(places: Sequence[int]) -> dict[str, Any]:
    """Return the columns of a customer table of people who live at some of `PLACES`."""
    addresses = [PLACES[place] for place in places]
    columns = zip(("country", "region", "city"), zip(*addresses, strict=True), strict=True)
    return {
        "birthday": BIRTHDAYS[[*places]],
        "coordinates": DEGREES[[*places]],
        "labels": {name: Labels.encode(column) for name, column in columns},
        "attributes": {
            "status": Labels.encode([STATUSES_OF_PEOPLE[place] for place in places]),
            "press": IS_PRESS[[*places]],
        },
    }
