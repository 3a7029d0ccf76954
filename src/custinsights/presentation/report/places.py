"""Where, what, how and when do they buy? Countries, products, payment, times of the week."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.analyses.measuring.measure import measure
from custinsights.history.orders import OrderHistory
from custinsights.presentation.report.charting import chart, word
from custinsights.presentation.report.parts import HeatTable, Listing, Part, Section
from custinsights.results.table import Column, Table

__all__ = ["geography", "payments", "peak_times", "products"]

_TOP = 12


def _largest(table: Table, by: str) -> Table:
    """Return the rows with the largest values of a column, with words for missing labels."""
    column = table.column(by)
    numbers = np.where(column.absent, 0, column.values)
    rows = np.argsort(-numbers, kind="stable")[:_TOP]
    chosen = table.take(rows)
    first, *rest = chosen.columns
    labels = Column(first.name, "label", [word(label) for label in first.values.tolist()])
    return attrs.evolve(chosen, columns=[labels, *rest])


def geography(history: OrderHistory) -> Section:
    """Return revenue and customers by country, region and city."""
    parts: list[Part] = []
    for label in ("country", "region", "city"):
        if label not in history.labels or not history.labels[label].names:
            continue
        cube = measure(history, ["customers", "orders", "revenue"], by=[label]).table()
        largest = _largest(cube, "revenue")
        title = f"Revenue by {label}"
        says = f"The {label} labels with most revenue, the largest first."
        parts.append(chart(title, says, largest, {"revenue": "revenue"}, lying=True))
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
            largest = _largest(measure(history, metrics, by=[label]).table(), "line_revenue")
            says = "By the revenue of the lines, the largest first."
            series = {"line_revenue": "line revenue"}
            parts.append(chart(f"Revenue by {label}", says, largest, series, lying=True))
    table = _largest(measure(history, metrics, by=["product"]).table(), "line_revenue")
    parts.append(Listing(_titled(table, history)))
    return Section(
        key="products",
        title="Products",
        about=f"buyers, units and line revenue in {history.currency}",
        parts=tuple(parts),
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
    section = Section(key="payments", title="Payment methods")
    if "payment_method" not in history.labels:
        return attrs.evolve(section, remarks=("The orders name no payment methods.",))
    cube = measure(history, ["orders", "customers", "revenue"], by=["payment_method"]).table()
    largest = _largest(cube, "orders")
    says = "How many orders each payment method has, the most used first."
    part = chart("Orders by payment method", says, largest, {"orders": "orders"}, lying=True)
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
    )
