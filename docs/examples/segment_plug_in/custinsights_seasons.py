"""What one package adds to the rules of custinsights: a function, a trait and a preset."""

from typing import Any

import numpy as np

import custinsights as ci
from custinsights.domain import Segment

MONTHS = {
    "spring": (3, 4, 5),
    "summer": (6, 7, 8),
    "autumn": (9, 10, 11),
    "winter": (12, 1, 2),
}
HOLIDAYS = (11, 12)


def is_placed_in(history: Any, months: tuple[int, ...]) -> Any:
    """Tell which counted orders were placed in some months of the shop's calendar."""
    month = history.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.isin(month, months)


def orders_in_season(history: Any, season: str, at_least: int = 1) -> Any:  # noqa: ARG001
    """Count the orders of each person in a season: what an explanation shows."""
    if season not in MONTHS:
        raise ci.errors.UnknownName("season", season, tuple(MONTHS))
    return history.sum_per_customer(is_placed_in(history, MONTHS[season]))


@ci.segment_function(
    parameters={"season": "text", "at_least": "count"},
    definition="Whether the customer has `at_least` counted orders (default 1) in a season of the "
    "northern hemisphere, of any year.",
    unit="orders",
    shown=orders_in_season,
)
def bought_in_season(history: Any, season: str, at_least: int = 1) -> Any:
    """Tell who has so many orders in a season."""
    return orders_in_season(history, season) >= at_least


@ci.trait(unit="share", definition="Orders of November and December ÷ orders, of any year.")
def holiday_order_share(history: Any) -> Any:
    """Tell which share of each person's orders was placed before the holidays."""
    return history.mean_per_customer(is_placed_in(history, HOLIDAYS))


GIFT_GIVER = Segment(
    "gift_giver",
    'bought_in_season("winter", at_least=2) and holiday_order_share >= 0.5',
    "Two winter orders or more, and half of all orders or more in November and December.",
    "Write in the first days of November, with what arrives before the holidays.",
)
