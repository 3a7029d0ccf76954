"""Where, what, how and when do they buy? Countries, products, payment, times of the week."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.analyses.measuring.measure import measure
from custinsights.history.orders import OrderHistory
from custinsights.presentation.report.charting import chart, largest, word
from custinsights.presentation.report.parts import HeatTable, Listing, Part, Section
from custinsights.results.table import Column, Table

__all__ = ["geography", "payments", "peak_times", "products"]


def geography(history: OrderHistory) -> Section:
    """Return revenue and customers by country, region and city."""
    parts: list[Part] = []
    for label in ("country", "region", "city"):
        if label not in history.labels or not history.labels[label].names:
            continue
        cube = measure(history, ["customers", "orders", "revenue"], by=[label]).table()
        rows = largest(cube, "revenue")
        title = f"Revenue by {label}"
        says = "Where most revenue comes from, the largest first."
        parts.append(chart(title, says, rows, {"revenue": "revenue"}, lying=True))
    return Section(
        key="geography",
        title="Geography",
        about=f"revenue in {history.currency}, by where the orders go",
        parts=tuple(parts),
        remarks=() if parts else ("The orders name no places.",),
    )


def products(history: OrderHistory) -> Section:
    """Return the products and categories with most revenue."""
    parts: list[Part] = []
    metrics = ["customers", "units", "line_revenue"]
    for label in ("department", "category"):
        known = history.products is not None and label in history.products.labels
        if known:
            rows = largest(measure(history, metrics, by=[label]).table(), "line_revenue")
            says = "By the revenue of the lines, the largest first."
            series = {"line_revenue": "line revenue"}
            parts.append(chart(f"Revenue by {label}", says, rows, series, lying=True))
    table = largest(measure(history, metrics, by=["product"]).table(), "line_revenue")
    if len(table):
        parts.append(Listing(_titled(table, history)))
    return Section(
        key="products",
        title="Products",
        about=f"buyers, units and line revenue in {history.currency}",
        parts=tuple(parts),
        remarks=() if parts else ("The orders name no products.",),
    )


def _titled(table: Table, history: OrderHistory) -> Table:
    known = history.products
    if known is None or "title" not in known.labels:
        return attrs.evolve(table, title="products with most revenue")
    titles = dict(zip(known.ids, known.labels["title"].texts(), strict=True))
    first, *rest = table.columns
    told = Column("title", "label", [titles.get(one) for one in first.values.tolist()])
    return attrs.evolve(table, title="products with most revenue", columns=[first, told, *rest])


def payments(history: OrderHistory) -> Section:
    """Return how customers pay."""
    section = Section(key="payments", title="Payment methods", about="how the orders are paid")
    if "payment_method" not in history.labels:
        return attrs.evolve(section, remarks=("The orders name no payment methods.",))
    cube = measure(history, ["orders", "customers", "revenue"], by=["payment_method"]).table()
    rows = largest(cube, "orders")
    says = "How many orders each payment method has, the most used first."
    part = chart("Orders by payment method", says, rows, {"orders": "orders"}, lying=True)
    return attrs.evolve(section, parts=(part,))


def peak_times(history: OrderHistory) -> Section:
    """Return the orders by weekday and hour in the shop's time."""
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
    most = max(int(counts.max(initial=0)), 1)
    grid = HeatTable(
        title="Orders by weekday and hour",
        says="Weekdays down, hours of the local day across; darker is more orders.",
        corner="weekday",
        down=[word(day) for day in days],
        across=[f"{hour:02}" for hour in range(24)],
        texts=[[f"{count:,}" if count else "" for count in row] for row in counts.tolist()],
        shades=np.where(counts > 0, counts / most, np.nan),
    )
    return Section(
        key="peak_times",
        title="Peak times",
        about=f"orders, in the time of {history.calendar.timezone}",
        parts=(grid,),
        remarks=() if counts[:, 1:].any() else ("No hours are told: all orders are at midnight.",),
    )
