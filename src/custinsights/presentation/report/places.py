"""Where, what, how and when do they buy? Countries, products, payment, times of the week."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.analyses.measuring.measure import measure
from custinsights.domain import Money
from custinsights.history.orders import OrderHistory
from custinsights.presentation.report.charting import MOST_LABELS, chart, largest, of_all, word
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import HeatTable, Listing, Part, Section
from custinsights.presentation.report.views import labelled
from custinsights.results.table import Table

__all__ = ["geography", "payments", "peak_times", "products", "titles", "unlabelled"]


def geography(inquiry: Inquiry) -> Section:
    """Return revenue and customers by country, region and city."""
    history = inquiry.history
    parts: list[Part] = []
    remarks: list[str] = []
    for label in ("country", "region", "city"):
        if label not in history.labels or not history.labels[label].names:
            continue
        cube = measure(history, ["customers", "orders", "revenue"], by=[label]).table()
        rows = largest(cube, "revenue")
        title = f"Revenue by {label}"
        says = f"Where most revenue comes from, the largest first.{of_all(rows)}"
        parts.append(chart(title, says, rows, {"revenue": "revenue"}, most=MOST_LABELS, lying=True))
        remarks += unlabelled(cube, "revenue", history.currency, f"of no {label}")
    return Section(
        key="geography",
        title="Geography",
        about=f"revenue in {history.currency}, by where the orders go",
        parts=tuple(parts),
        remarks=tuple(remarks) if parts else ("The orders name no places.",),
    )


def products(inquiry: Inquiry) -> Section:
    """Return the products and categories with most revenue."""
    history = inquiry.history
    parts: list[Part] = []
    metrics = ["customers", "units", "line_revenue"]
    for label in ("department", "category"):
        known = history.products is not None and label in history.products.labels
        if known:
            every = measure(history, metrics, by=[label]).table()
            rows = largest(every, "line_revenue")
            says = f"By the revenue of the lines, the largest first.{of_all(rows)}"
            series = {"line_revenue": "line revenue"}
            parts.append(
                chart(f"Revenue by {label}", says, rows, series, most=MOST_LABELS, lying=True)
            )
    every = measure(history, metrics, by=["product"]).table()
    every = labelled(every, "product", "title", titles(history))  # by codes as they are
    table = largest(every, "line_revenue")
    if len(table):
        named = attrs.evolve(table, title="products with most revenue")
        parts.append(Listing(named, rows=MOST_LABELS))
    return Section(
        key="products",
        title="Products",
        about=f"buyers, units and line revenue in {history.currency}",
        parts=tuple(parts),
        remarks=() if parts else ("The orders name no products.",),
    )


def unlabelled(cube: Table, metric: str, currency: str, what: str) -> tuple[str, ...]:
    """The money of what has no label, such as refunds that name no order; it is in the shares."""
    money = cube.column(metric)
    without_label = cube.columns[0].absent & ~money.absent
    sum_ = Money.from_minor(int(money.values[without_label].sum()), currency)
    if not sum_.minor:
        return ()
    has = f"{currency} {sum_.amount:,} of the revenue is {what}"
    return (f"{has} (such as refunds that name no order).",) if sum_.minor < 0 else (f"{has}.",)


def titles(history: OrderHistory) -> dict[object, str | None]:
    """Return the title of every product by its id; empty when the products have none."""
    known = history.products
    if known is None or "title" not in known.labels:
        return {}
    return dict(zip(known.ids, known.labels["title"].texts(), strict=True))


def payments(inquiry: Inquiry) -> Section:
    """Return how customers pay."""
    history = inquiry.history
    section = Section(key="payments", title="Payment methods", about="how the orders are paid")
    if "payment_method" not in history.labels:
        return attrs.evolve(section, remarks=("The orders name no payment methods.",))
    cube = measure(history, ["orders", "customers", "revenue"], by=["payment_method"]).table()
    rows = largest(cube, "orders")
    says = f"How many orders each payment method has, the most used first.{of_all(rows)}"
    part = chart(
        "Orders by payment method", says, rows, {"orders": "orders"}, most=MOST_LABELS, lying=True
    )
    return attrs.evolve(section, parts=(part,))


def peak_times(inquiry: Inquiry) -> Section:
    """Return the orders by weekday and hour in the shop's time."""
    history = inquiry.history
    cube = measure(history, ["orders"], by=["weekday", "hour"])
    days = list(dict.fromkeys(cube.labels("weekday").tolist()))
    counts = np.zeros((len(days), 24), dtype=np.int64)
    for day, hour, orders in zip(
        cube.labels("weekday").tolist(),
        cube.labels("hour").tolist(),
        cube.minor("orders").tolist(),
        strict=True,
    ):
        counts[days.index(day), hour] = orders
    is_midnight = bool(counts[:, 0].any()) and not counts[:, 1:].any()
    most = max(int(counts.max(initial=0)), 1)
    grid = HeatTable(
        title="Orders by weekday and hour",
        says="Weekdays down, hours of the local day across; a stronger colour is more orders.",
        corner="weekday",
        down=[word(day) for day in days],
        across=[f"{hour:02}" for hour in range(24)],
        numbers=counts.astype(np.float64),
        shades=np.where(counts > 0, counts / most, np.nan),
    )
    return Section(
        key="peak_times",
        title="Peak times",
        about=f"orders, in the time of {history.calendar.timezone}",
        parts=(grid,),
        remarks=("No hours are told: all orders are at midnight.",) if is_midnight else (),
    )
