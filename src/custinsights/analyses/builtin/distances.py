"""How far away does somebody live, by the coordinates that the customer table has?"""

from __future__ import annotations

import numpy as np

from custinsights.domain.places import Coordinates
from custinsights.history.columnar.columns import FloatArray
from custinsights.history.views.counted import CountedHistory

EARTH_KM = 6371.0088
"""The mean radius of the earth (IUGG)."""


def own_degrees(history: CountedHistory) -> FloatArray:
    """float64[k, 2], the degrees that the customer table has; NaN where it has none."""
    own = history.facts.people_table.coordinates
    return np.full((history.people, 2), np.nan) if own is None else own


def kilometres_between(centre: Coordinates, degrees: FloatArray) -> FloatArray:
    """Return float64[n], the great-circle distance of points on a sphere by the haversine.

    References
    ----------
    Sinnott, R. W. (1984). Virtues of the haversine. Sky and Telescope 68 (2), 158.

    Examples
    --------
    >>> london, paris = (51.5074, -0.1278), np.array([[48.8566, 2.3522]])
    >>> int(kilometres_between(london, paris)[0])
    343
    """
    north, east = np.ascontiguousarray(np.radians(degrees).T)
    own_north, own_east = np.radians(centre)
    half = np.sin((north - own_north) / 2) ** 2
    half += np.cos(own_north) * np.cos(north) * np.sin((east - own_east) / 2) ** 2
    found: FloatArray = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return found
