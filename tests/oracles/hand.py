"""Shops small enough to work out on paper.

Times are UTC and midday unless said otherwise; a day is given as "03-05" of 2024.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.oracles.flow import Key
from tests.oracles.shop import PlainLine, PlainOrder, PlainPerson, PlainRefund, Shop, Value


def at(day: str, hour: int = 12) -> datetime:
    """Return the hour of a day of 2024."""
    return datetime.fromisoformat(f"2024-{day}").replace(hour=hour, tzinfo=UTC)


def order(customer: str, day: str, amount: int, **more: Any) -> PlainOrder:
    """Return an order without an id, at midday."""
    made = PlainOrder(id=None, customer=customer, placed_at=at(day), amount=amount)
    return replace(made, **more)


def shop(*orders: PlainOrder, refunds: tuple[PlainRefund, ...] = (), **more: Any) -> Shop:
    """Return a shop observed from New Year to the end of June 2024."""
    span = {"observed_from": at("01-01", 0), "observed_until": at("07-01", 0)}
    return Shop(orders, refunds, **{**span, **more})


def of(cells: dict[Key, dict[str, Value]], metric: str) -> dict[object, Value]:
    """Return one metric by label; a single label stands without its tuple."""
    return {key[0] if len(key) == 1 else key: row[metric] for key, row in cells.items()}


ADA_AND_BO = shop(
    order("ada", "01-10", 1000),
    order("bo", "01-20", 3000),
    order("ada", "02-10", 2000),
    order("bo", "03-20", 500),
    order("ada", "03-30", 1500),
)


REFUNDED = shop(
    order("ada", "01-10", 1000),
    order("ada", "02-10", 2000),
    order("bo", "02-11", 500),
    refunds=(
        PlainRefund("ada", at("02-15"), 1000, order=0),
        PlainRefund("bo", at("03-01"), 100, order=2),
        PlainRefund("cy", at("03-02"), 50),
    ),
)


LINES = shop(
    order(
        "ada",
        "01-10",
        900,
        labels={"country": "FR"},
        lines=(PlainLine("print", 2000, 600), PlainLine("card", 1000, 300)),
    ),
    order("bo", "02-10", 400, lines=(PlainLine("print", 1000, 300), PlainLine("print", 1000, 100))),
    refunds=(
        PlainRefund("ada", at("03-01"), 250, product="print"),
        PlainRefund("ada", at("03-01"), 10),
        PlainRefund("bo", at("03-02"), 400, order=1, product="print"),
    ),
    products={"print": {"category": "Prints"}, "card": {"category": None}},
    people={"bo": PlainPerson(labels={"country": "IE"})},
)


DISCOUNTED = shop(
    order("ada", "01-10", 900, goods=1000, discount=100),
    order("bo", "01-11", 2000, goods=1500, discount=0),
)
