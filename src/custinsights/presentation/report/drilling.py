"""What lies behind a year? Months, days, and the orders of a day, each asked of the library.

The page only shows what is here: no number at any level is a sum that the browser made.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from custinsights.analyses.measuring.measure import measure
from custinsights.history.orders import OrderHistory
from custinsights.presentation.cells import shown_unit
from custinsights.presentation.figures import values
from custinsights.presentation.report.parts import written
from custinsights.results.table import Table

__all__ = ["LEVELS", "levels", "orders_of_days"]

LEVELS = ("year", "month", "day")
_METRICS = ("revenue", "orders", "customers", "new_customers", "average_order_value")


def levels(history: OrderHistory) -> dict[str, Any]:
    """Return the numbers of every year, month and day in which something happened.

    Returns
    -------
    dict
        ``columns``, the heading of each number; by level a list of ``[label, texts, revenue]``,
        and a 1 behind them where only part of the period is known.
    """
    found: dict[str, Any] = {"columns": [], "unit": history.currency}
    for level in LEVELS:
        table = measure(history, _METRICS, by=[level]).table()
        columns = [table.column(name) for name in _METRICS]
        if not found["columns"]:
            found["columns"] = [
                " ".join(filter(None, [column.name.replace("_", " "), shown_unit(column)]))
                for column in columns
            ]
        texts = zip(*(written(column) for column in columns), strict=True)
        revenue = values(columns[0])
        partly = columns[0].provisional
        marks = [False] * len(table) if partly is None else partly.tolist()
        happened = np.any([column.values != 0 for column in columns[:3]], axis=0)
        if level == "day":  # days without orders stand beside others of their month
            days = table.column(level).values.tolist()
            months = {day[:7] for day, is_told in zip(days, happened, strict=True) if is_told}
            happened = np.array([day[:7] in months for day in days], dtype=bool)
        found[level] = [
            [label, list(cells), number, *([1] if mark else [])]
            for label, cells, number, mark, is_told in zip(
                table.column(level).values.tolist(),
                texts,
                revenue,
                marks,
                happened.tolist(),
                strict=True,
            )
            if is_told
        ]
    return found


def orders_of_days(history: OrderHistory, most: int, *, personal: bool) -> dict[str, Any]:
    """Return the latest orders as rows of texts; that at ``at`` begins with the day.

    Parameters
    ----------
    most
        How many at most; the page says how many there are in all.
    personal
        Whether identities that are contacts are shown as they are; else they are masked.
    """
    cube = measure(history, ["orders"])
    total = int(cube.minor("orders")[0]) if len(cube) else 0
    table = cube.orders(sort="-placed_at", limit=most) if total else None
    if table is None:
        return {"columns": [], "rows": [], "total": 0}
    cells = zip(*(_texts(table, name, personal=personal) for name in table.names), strict=True)
    return {
        "columns": [
            " ".join(filter(None, [column.name.replace("_", " "), shown_unit(column)]))
            for column in table.columns
        ],
        "numeric": [column.kind != "label" for column in table.columns],
        "at": table.names.index("placed_at"),
        "rows": [list(row) for row in cells],
        "total": total,
    }


def _texts(table: Table, name: str, *, personal: bool) -> list[str]:
    column = table.column(name)
    if personal and column.kind == "label":
        return ["" if value is None else str(value) for value in column.values.tolist()]
    return written(column, table.timezone)
