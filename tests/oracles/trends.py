"""Trends, once more and plainly: what is ordinary, how values spread, what drives growth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from itertools import permutations
from math import ceil, floor
from statistics import median

from tests.oracles.dimensions import Window
from tests.oracles.facts import View
from tests.oracles.flow import Key, gather
from tests.oracles.shop import Shop, Value
from tests.oracles.stock import days_since_last, moments


def z_score(before: Sequence[float | None], value: float | None) -> float | None:
    """(x − median) ÷ (1.4826 MAD) over the 12 periods before; none under 8 or at MAD 0."""
    known = [one for one in before[-12:] if one is not None]
    if value is None or len(known) < 8:
        return None
    middle = median(known)
    deviation = median([abs(one - middle) for one in known])
    return None if deviation == 0 else (value - middle) / (1.4826 * deviation)


def quantile(values: Sequence[int], q: Fraction) -> Fraction | None:
    """Type 7: linear between the values on both sides of q (n − 1)."""
    if not values:
        return None
    ranked, place = sorted(values), q * (len(values) - 1)
    low, high = ranked[floor(place)], ranked[ceil(place)]
    return low + (high - low) * (place - floor(place))


def values_of(
    shop: Shop, what: str, by: Sequence[str], window: Window | None, as_of: datetime
) -> dict[Key, list[int]]:
    """The values in every cell: gaps and order values of its facts, days of its customers."""
    view = View(shop, as_of)
    if what == "days_since_last_order":
        return {key: days_since_last(m) for key, m in moments(view, by, window).items()}
    return {
        key: cell.gaps if what == "gap_days" else [view.net_of(i) for i in cell.orders]
        for key, cell in gather(view, by, window).items()
    }


def shapley(before: Sequence[Fraction], after: Sequence[Fraction]) -> list[Fraction]:
    """What each factor adds to the product when they change one by one, over all orders."""
    added = [Fraction(0)] * len(before)
    orders = list(permutations(range(len(before))))
    for order in orders:
        now = list(before)
        for place in order:
            was = product(now)
            now[place] = after[place]
            added[place] += product(now) - was
    return [value / len(orders) for value in added]


def product(factors: Sequence[Fraction]) -> Fraction:
    """All of them multiplied."""
    total = Fraction(1)
    for factor in factors:
        total *= factor
    return total


def as_float(value: Value) -> float | None:
    """The value as a result holds it."""
    return None if value is None else float(value)
