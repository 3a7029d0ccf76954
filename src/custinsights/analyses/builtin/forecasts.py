"""What is a customer going to do? Traits that only models tell, which are fitted to everybody.

A model is state of the whole population, as the cut points of tiers are: `Catalog.with_models` puts
fitted ones behind these names; without them whoever asks is told how.
"""

from __future__ import annotations

from typing import NoReturn

import attrs

from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.declaring.tally import MONEY
from custinsights.errors import NeedsModels

ALIVE = "probability_alive"
ORDERS = "predicted_orders_365d"
VALUE = "predicted_lifetime_value"
NEXT = "next_order_expected_on"
RISK = "churn_risk"
RISKS = ("low", "medium", "high")


@attrs.frozen
class _Unfitted:
    """A trait whose models are not there."""

    name: str

    def __call__(self, _history: object) -> NoReturn:
        raise NeedsModels(self.name)


def _trait(
    name: str, kind: str, unit: str, definition: str, closed: tuple[str, ...] | None = None
) -> Trait:
    return Trait(name, _Unfitted(name), kind, unit, definition, closed=closed)


TRAITS = (
    _trait(
        ALIVE,
        "number",
        "share",
        "Probability that the customer has not stopped buying, by fitted models.",
    ),
    _trait(
        ORDERS,
        "number",
        "orders",
        "Orders to expect of the customer within the next 365 days, by fitted models.",
    ),
    _trait(
        VALUE,
        "number",
        MONEY,
        "Orders to expect × value of an order × margin, discounted, within the horizon of fitted "
        "models: a year by default.",
    ),
    _trait(
        NEXT,
        "instant",
        "",
        "Local day by whose end the next order has come with a probability of one half, by fitted "
        "models; unknown where it comes with less.",
    ),
    _trait(
        RISK,
        "label",
        "",
        "Risk that no order comes within the next 365 days, by fitted models: low (under 30 %), "
        "medium, or high (from 70 % on).",
        RISKS,
    ),
)
"""Every trait that needs models, by none of which it is told yet."""

PREDICTED = tuple(trait.name for trait in TRAITS)
