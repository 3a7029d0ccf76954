"""What do two histories of one shop answer, whoever the customers are called?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import custinsights as ci
from custinsights.errors import CustInsightsError
from custinsights.history.orders import OrderHistory

_METRICS = ("orders", "customers", "gross_revenue", "refunded", "revenue", "average_order_value")
_LABELS = (
    *("country", "region", "city", "channel", "source", "payment_method", "coupon", "campaign"),
    *("order_number", "customer_type", "weekday", "hour"),
)


def answers(history: OrderHistory) -> dict[str, Any]:
    """Return what a history answers to many questions; to one that it cannot, the kind of error."""
    asked: dict[str, Callable[[], Any]] = {
        "totals": lambda: ci.measure(history, _METRICS).to_dicts(),
        "months": lambda: ci.measure(history, _METRICS, by=["month", "customer_type"]).to_dicts(),
        **{label: partial(_by, history, label) for label in _LABELS},
        "units": lambda: ci.measure(history, ["units"], by=["month"]).to_dicts(),
        "products": lambda: ci.measure(
            history, ["line_revenue"], by=["product", "category"]
        ).to_dicts(),
        "rfm": lambda: _without_names(ci.rfm(history).to_dicts()),
        "traits": lambda: _without_names(ci.traits(history).to_dicts()),
        "retention": lambda: ci.cohorts(history).to_dicts(),
        "span": lambda: (history.observed_from, history.observed_until, history.people),
        "kind": lambda: (history.currency, history.calendar, history.context.has_times),
        "left out": lambda: {
            (entry.reason, entry.detail, entry.money)
            for entry in history.load_report.left_out
            if entry.reason != "duplicate"
        },
    }
    return {name: _answer(ask) for name, ask in asked.items()}


def _by(history: OrderHistory, label: str) -> Any:
    return ci.measure(history, _METRICS[:5], by=[label]).to_dicts()


def _answer(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except CustInsightsError as error:
        return type(error)


def _without_names(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(repr({n: v for n, v in row.items() if n != "customer"}) for row in rows)
