"""Which shop do the benchmarks ask about?

An invented one of any size (`custinsights.datasets.power_law`), in New York time and dollars. The
contestants get its columns in memory, each in its own native form, before any clock runs.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.datasets.large_shop import power_law
from custinsights.history.columnar.columns import Labels

ZONE = "America/New_York"
CURRENCY = "USD"
SEED = 20_240_229


PRODUCTS = 1_000
_MOST_LINES = 4
STEPS = ("visit", "product_viewed", "added_to_cart", "checkout_started")
"""The kinds of activities, in the order of the funnel."""

WITHIN_DAYS = 30
_HOW_OFTEN = (0.4, 0.36, 0.16, 0.08)


def _none() -> npt.NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


@attrs.frozen(eq=False)
class Shop:
    """The columns of one shop: a row per order, in the order in which a file would hold them.

    `customer` holds integers or e-mail addresses, `placed_at` microseconds UTC, `amount` cents;
    `as_of` is the day after the last order. A narrow shop has no labels: they are empty. Where a
    shop has order lines, the row of an order is its id, which breaks ties of one instant. `step` is
    the place of each activity's kind in `STEPS`.
    """

    customer: npt.NDArray[Any]
    placed_at: npt.NDArray[np.int64]
    amount: npt.NDArray[np.int64]
    country: Labels
    channel: Labels
    as_of: date
    line_order: npt.NDArray[np.int64] = attrs.field(factory=_none)
    line_product: npt.NDArray[np.int64] = attrs.field(factory=_none)
    step: npt.NDArray[np.int64] = attrs.field(factory=_none)

    @property
    def has_activities(self) -> bool:
        """Whether there is an activity beside each order, of the same customer and instant."""
        return len(self.step) > 0

    @property
    def has_lines(self) -> bool:
        """Whether it knows what the orders held."""
        return len(self.line_order) > 0

    @property
    def has_text_ids(self) -> bool:
        """Whether customers go by e-mail address."""
        return self.customer.dtype == object

    def __len__(self) -> int:
        return len(self.amount)


def make_shop(
    orders: int,
    *,
    seed: int,
    strings: bool = False,
    shuffled: bool = False,
    narrow: bool = False,
    lines: bool = False,
    activities: bool = False,
) -> Shop:
    """Return the shop of so many orders; equal arguments give an equal shop."""
    columns = power_law(
        orders,
        seed=seed,
        ids="email" if strings else "int",
        shuffled=shuffled,
        labels=not narrow,
    )
    placed_at = columns["placed_at"]
    last = datetime.fromtimestamp(int(placed_at.max()) // 1_000_000, UTC)
    return Shop(
        customer=columns["customer"],
        placed_at=placed_at,
        amount=columns["amount_minor"],
        country=columns.get("country", Labels.missing(0)),
        channel=columns.get("channel", Labels.missing(0)),
        as_of=last.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=1),
        **(_lines(orders, seed) if lines else {}),
        step=_steps(orders, seed) if activities else _none(),
    )


def _lines(orders: int, seed: int) -> dict[str, npt.NDArray[np.int64]]:
    """Return one to four lines of each order; of a thousand products the first sell best."""
    dice = np.random.default_rng(seed)
    counts = dice.integers(1, _MOST_LINES + 1, orders)
    product = (PRODUCTS * dice.random(int(counts.sum())) ** 3).astype(np.int64)
    return {"line_order": np.repeat(np.arange(orders), counts), "line_product": product}


def _steps(activities: int, seed: int) -> npt.NDArray[np.int64]:
    """Return of which kind each activity is: the later the step, the rarer."""
    dice = np.random.default_rng(seed)
    return dice.choice(len(STEPS), activities, p=_HOW_OFTEN).astype(np.int64)
