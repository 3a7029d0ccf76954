"""custinsights: one build, then a question a line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

import custinsights as ci
from benchmarks.contestants import Contestant
from benchmarks.questions import Answer
from benchmarks.shop import CURRENCY, PRODUCTS, STEPS, WITHIN_DAYS, ZONE, Shop
from custinsights.domain import Calendar
from custinsights.history.activities import ActivityColumns
from custinsights.history.columnar.columns import Labels, LineColumns, Products

_CENTS = 100


def _prepare(shop: Shop) -> dict[str, dict[str, Any]]:
    """Return the arguments of each build.

    ``build`` is of all columns, ``build_narrow`` of the three that the suite asks about. Text ids
    are a pyarrow column, as files and frames give them; ``build_plain`` has them without pyarrow.
    Of a shop with order lines or activities only the build with them is timed.
    """
    narrow = {
        "customer": pa.array(shop.customer) if shop.has_text_ids else shop.customer,
        "placed_at": shop.placed_at,
        "amount_minor": shop.amount,
        "currency": CURRENCY,
        "timezone": ZONE,
    }
    builds = {"build_plain": {**narrow, "customer": shop.customer}} if shop.has_text_ids else {}
    builds["build_narrow"] = narrow
    if len(shop.country):
        builds["build"] = {**narrow, "country": shop.country, "channel": shop.channel}
    wide = builds.get("build", narrow)
    if shop.has_lines:
        return {"build_lines": {**wide, **_lines(shop)}}
    if shop.has_activities:
        return {"build_activities": {"orders": wide, "activities": _activities(shop)}}
    return builds


def _activities(shop: Shop) -> ActivityColumns:
    names = tuple(sorted(STEPS))
    codes = np.array([names.index(kind) for kind in STEPS], dtype=np.int32).take(shop.step)
    texts = shop.has_text_ids
    customer = Labels.encode(shop.customer) if texts else shop.customer
    return ActivityColumns(
        customer=customer, at=shop.placed_at, labels={"kind": Labels(codes, names)}
    )


def _lines(shop: Shop) -> dict[str, Any]:
    nothing = np.zeros(len(shop.line_order), dtype=np.int64)
    return {
        "order_id": np.arange(len(shop)),
        "lines": LineColumns(
            order=shop.line_order, product=shop.line_product, quantity=nothing, amount=nothing
        ),
        "products": Products(ids=tuple(f"{number:04d}" for number in range(PRODUCTS))),
    }


def _builds(arguments: dict[str, dict[str, Any]]) -> dict[str, Callable[[], ci.OrderHistory]]:
    return {
        name: partial(_with_activities, **given)
        if "activities" in given
        else partial(ci.OrderHistory.from_arrays, **given)
        for name, given in arguments.items()
    }


def _with_activities(orders: dict[str, Any], activities: ActivityColumns) -> ci.OrderHistory:
    beside = ci.ActivityHistory.of(activities, calendar=Calendar(ZONE))
    return ci.OrderHistory.from_arrays(**orders).with_activities(beside)


def _summary(history: ci.OrderHistory) -> Any:
    return ci.traits(history, ["order_count", "total_spent", "first_order_at", "last_order_at"])


def _rfm(history: ci.OrderHistory) -> Any:
    return ci.rfm(history)


def _retention(history: ci.OrderHistory) -> Any:
    return ci.cohorts(history, period="month")


def _first_product(history: ci.OrderHistory) -> Any:
    return ci.cohorts(history, period="month", by="first_product")


def _funnel(history: ci.OrderHistory) -> Any:
    return ci.funnel(history, STEPS, within=WITHIN_DAYS)


def _measured(metrics: list[str], by: list[str]) -> Callable[[ci.OrderHistory], Any]:
    return lambda history: ci.measure(history, metrics, by=by)


def _quantiles(history: ci.OrderHistory) -> Any:
    return ci.distribution(history, "order_value", by="month", quantiles=(0.1, 0.5, 0.9))


def _drill(history: ci.OrderHistory) -> Any:
    last = history.calendar.local_date(history.observed_until) - timedelta(days=1)
    years = ci.measure(history, ["customers", "revenue"], by="year")
    months = years.drill("month", year=f"{last:%Y}")
    days = months.drill("day", month=f"{last:%Y-%m}")
    return years, months, days, days.drill("hour", day=f"{last:%Y-%m-%d}")


def _plain_levels(levels: Any) -> Answer:
    rows = [
        (level, int(str(label).rpartition("-")[2]), customers, revenue)
        for level, cube in enumerate(levels)
        for label, customers, revenue in zip(
            next(iter(cube.axes.values())),
            cube.minor("customers"),
            cube.minor("revenue"),
            strict=True,
        )
        if customers
    ]
    names = ("level", "label", "customers", "revenue")
    return {name: np.array([row[place] for row in rows]) for place, name in enumerate(names)}


def _plain(part: str, result: Any) -> Answer:
    if part == "drill":
        return _plain_levels(result)
    if part in ("retention", "first_product"):
        return _plain_grid(part, result)
    if part == "funnel":
        people, hours = result.minor("people"), result["median_hours"]
        return {"step": np.arange(len(people)), "people": people, "hours": hours}
    table = result.table()
    answer: Answer = {}
    for name, wanted in _COLUMNS[part].items():
        column = table.column(wanted)
        if wanted == "month":
            answer[name] = np.array([_month(label) for label in column.values])
        elif column.kind == "label":
            answer[name] = np.array(["" if v is None else v for v in column.values.tolist()])
        else:
            in_cents = column.kind == "number" and column.unit == CURRENCY
            answer[name] = column.values * _CENTS if in_cents else column.values
    counts = answer.get("customers", answer.get("orders"))
    if counts is None:
        return answer
    filled = np.flatnonzero(counts)  # the months and kinds without anybody are shown, too
    return {name: column[filled] for name, column in answer.items()}


def _plain_grid(part: str, grid: Any) -> Answer:
    rows, ages = np.nonzero(np.nan_to_num(grid.values))
    answer = {"age": ages, "customers": grid.values[rows, ages].astype(int)}
    if part == "first_product":
        return {"product": np.array([int(label) for label in grid.cohorts])[rows], **answer}
    return {"cohort": np.array([_month(label) for label in grid.cohorts])[rows], **answer}


def _month(label: str) -> int:
    year, month = label.split("-")
    return 12 * int(year) + int(month) - 1


_COLUMNS: dict[str, dict[str, str]] = {
    "summary": {
        "customer": "customer",
        "orders": "order_count",
        "revenue": "total_spent",
        "first": "first_order_at",
        "last": "last_order_at",
    },
    "rfm": {
        "customer": "customer",
        "r": "r_score",
        "f": "f_score",
        "m": "m_score",
        "group": "group",
    },
    "mix": {
        "month": "month",
        "type": "customer_type",
        "customers": "customers",
        "revenue": "revenue",
    },
    "sequence": {
        "number": "order_number",
        "orders": "orders",
        "revenue": "revenue",
        "average": "average_order_value",
    },
    "gaps": {"mean": "average_gap_days"},
    "distinct": {"country": "country", "month": "month", "customers": "customers"},
    "cube": {
        "month": "month",
        "country": "country",
        "channel": "channel",
        "orders": "orders",
        "revenue": "revenue",
    },
    "medians": {"month": "month", "median": "median_order_value"},
    "quantiles": {"month": "month", "q10": "q10", "q50": "q50", "q90": "q90"},
}

_WAYS: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "summary": (_summary,),
    "rfm": (_rfm,),
    "retention": (_retention,),
    "mix": (_measured(["customers", "revenue"], ["month", "customer_type"]),),
    "sequence": (_measured(["orders", "revenue", "average_order_value"], ["order_number"]),),
    "gaps": (_measured(["average_gap_days"], []),),
    "distinct": (_measured(["customers"], ["country", "month"]),),
    "cube": (_measured(["orders", "revenue"], ["month", "country", "channel"]),),
    "medians": (_measured(["median_order_value"], ["month"]),),
    "first_product": (_first_product,),
    "quantiles": (_quantiles,),
    "drill": (_drill,),
    "funnel": (_funnel,),
}

CONTESTANT = Contestant(
    name="custinsights",
    prepare=_prepare,
    ways=_WAYS,
    plain=_plain,
    builds=_builds,
)
