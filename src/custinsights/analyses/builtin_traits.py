"""What is known of one customer? The built-in traits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from custinsights.analyses.declarations import MONEY, Trait
from custinsights.history.columns import NO_INSTANT, AnyArray, FloatArray, IntArray, Labels
from custinsights.history.counted import CountedHistory
from custinsights.history.medians import median_per_group

BUILT_IN: list[Trait] = []


def _trait(
    kind: str, unit: str, definition: str
) -> Callable[[Callable[[CountedHistory], Any]], Callable[[CountedHistory], Any]]:
    def declare(function: Callable[[CountedHistory], Any]) -> Callable[[CountedHistory], Any]:
        BUILT_IN.append(Trait(function.__name__, function, kind, unit, definition))
        return function

    return declare


@_trait("count", "orders", "Orders that count.")
def order_count(history: CountedHistory) -> IntArray:
    """int64[k]."""
    return history.order_count


@_trait("money", MONEY, "What the customer paid, less all refunds.")
def total_spent(history: CountedHistory) -> IntArray:
    """int64[k], minor units."""
    return history.spent


@_trait("number", MONEY, "Total spent ÷ orders.")
def average_order_value(history: CountedHistory) -> FloatArray:
    """float64[k], minor units; NaN without orders."""
    return _divided(history.spent, history.order_count)


@_trait("number", MONEY, "Median over the orders of the amount less its refunds.")
def median_order_value(history: CountedHistory) -> FloatArray:
    """float64[k], minor units; NaN without orders."""
    return median_per_group(history.net_amount, history.offsets)


@_trait("instant", "", "When the first order was placed.")
def first_order_at(history: CountedHistory) -> IntArray:
    """int64[k], microseconds UTC."""
    return _instants(history, history.first_per_customer(history.placed_at))


@_trait("instant", "", "When the last order was placed.")
def last_order_at(history: CountedHistory) -> IntArray:
    """int64[k], microseconds UTC."""
    return _instants(history, history.last_per_customer(history.placed_at))


@_trait("number", "days", "Calendar days from the last order to as_of.")
def days_since_last_order(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN without orders."""
    return np.where(
        history.order_count > 0, (history.as_of_day - history.last_day).astype(np.float64), np.nan
    )


@_trait("number", "days", "Calendar days from the first order to as_of.")
def days_since_first_order(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN without orders."""
    days = (history.as_of_day - history.first_day).astype(np.float64)
    return np.where(history.order_count > 0, days, np.nan)


@_trait("number", "days", "Mean days between consecutive orders.")
def average_gap_days(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN with fewer than two orders."""
    days = history.last_day - history.first_day
    return _divided(days, np.maximum(history.order_count - 1, 0))


@_trait("number", "days", "Median days between consecutive orders.")
def median_gap_days(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN with fewer than two orders."""
    gaps = history.gaps
    sizes = np.maximum(history.order_count - 1, 0)
    offsets = np.zeros(history.people + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return median_per_group(gaps.days, offsets)


@_trait("quantity", "items", "Items in the orders that count, before refunds.")
def units(history: CountedHistory) -> IntArray:
    """int64[k], thousandths."""
    total: IntArray = history.sum_per_customer(history.units)
    return total


@_trait("money", MONEY, "What went back to the customer.")
def refunded(history: CountedHistory) -> IntArray:
    """int64[k], minor units."""
    return history.refunded_per_customer


def _place(name: str) -> Callable[[CountedHistory], Labels]:
    def place(history: CountedHistory) -> Labels:
        return history.customer_label(name)

    place.__name__ = f"customer_{name}"
    return place


for _name in ("country", "region", "city"):
    _trait("label", "", f"The customer table's {_name}, else that of the latest order.")(
        _place(_name)
    )


@_trait("label", "", "Sales channel of the first order.")
def first_channel(history: CountedHistory) -> Labels:
    """Labels of the k people."""
    channel = history.label("channel")
    codes = np.full(history.people, -1, dtype=np.int32)
    codes[history.buyers] = channel.codes.take(history.offsets.take(history.buyers))
    return Labels(codes, channel.names)


def _divided(above: AnyArray, below: AnyArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        share: FloatArray = above / below
    return np.where(below > 0, share, np.nan)


def _instants(history: CountedHistory, values: IntArray) -> IntArray:
    return np.where(history.order_count > 0, values, NO_INSTANT)
