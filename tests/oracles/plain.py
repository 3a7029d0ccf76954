"""Ask the plain oracle: `measure`, `admits`, `overview`, and what makes a period incomplete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from math import sqrt

from tests.oracles.cohorts import measure_retention
from tests.oracles.dimensions import (
    COHORTS,
    CUSTOMER_LABELS,
    DIMENSIONS,
    LINE_LABELS,
    Window,
)
from tests.oracles.facts import View
from tests.oracles.flow import FLOW, Cell, Key, measure_flow, ratio
from tests.oracles.periods import PERIODS, instant, local_date, months_before, period_of, start_of
from tests.oracles.shop import RefusedPairError, Shop, Value
from tests.oracles.stock import STOCK, measure_stock

METRICS = (*FLOW, *STOCK, "retention_rate")
STOCK_METRICS = tuple(name for name in STOCK if name != "order_frequency")
PROPORTIONS = (
    "new_customer_rate",
    "new_customer_share",
    "repeat_rate",
    "churn_rate",
    "retention_rate",
)
LINE_METRICS = (
    "line_revenue",
    "units",
    "orders",
    "customers",
    "new_customers",
    "returning_customers",
    "first_orders",
    "new_customer_rate",
    "new_customer_share",
    "orders_per_customer",
    "units_per_order",
    "discounted_order_share",
)
# The definitions neither admit nor refuse these by a line dimension (reading 8).
OPEN_BY_LINE = frozenset(LINE_METRICS[4:])


def admits(metric: str, dimensions: Sequence[str], *, windowed: bool = False) -> bool:
    """Whether the metric makes sense by these dimensions, each refusal by its sentence."""
    asked = set(dimensions)
    if not asked <= set(DIMENSIONS) or len(asked) < len(dimensions):
        return False
    # "Age in the unit of the cohort_* beside it": one unit, so at most one cohort beside an age.
    if "age" in asked and len(asked & set(COHORTS)) > 1:
        return False
    # "customer_type is that label in the frame; without periods and window it raises."
    if "customer_type" in asked and not (windowed or asked & set(PERIODS)):
        return False
    # "active at age a ÷ observable at age a": nobody is observable at a country or in a month.
    if metric == "retention_rate":
        return "age" in asked and asked <= {"age", *CUSTOMER_LABELS}
    # Stock: "`by` takes periods and customer labels only, anything else raises." A customer-month
    # (order_frequency) has no order, line or hour either, so the same holds for it.
    if metric in STOCK:
        return asked <= {*PERIODS, *CUSTOMER_LABELS}
    # "`line_revenue`, `units`; `orders` = orders containing, `customers` = buyers of; `revenue`,
    # AOV, `refunded`, gaps are refused there": money and gaps belong to the whole order.
    if asked & set(LINE_LABELS):
        return metric in LINE_METRICS
    return metric in FLOW


def measure(
    shop: Shop,
    metrics: Sequence[str],
    by: Sequence[str] = (),
    window: tuple[date | datetime, date | datetime] | None = None,
    as_of: date | datetime | None = None,
) -> dict[Key, dict[str, Value]]:
    """Each metric in each cell: tallies as int, quotients as Fraction, None where undefined.

    Money is in minor units and quantity in thousandths, also inside quotients. A flow metric is
    given where a fact lies, a stock metric for every period of the window, and where several
    metrics are asked for, in all cells of any of them.
    """
    for metric in metrics:
        if not admits(metric, by, windowed=window is not None):
            raise RefusedPairError(f"{metric} by {', '.join(by)}")
    view = View(shop, shop.observed_until if as_of is None else instant(shop, as_of))
    frame: Window | None = None
    if window is not None:
        frame = (instant(shop, window[0]), instant(shop, window[1]))
    flows = [metric for metric in metrics if metric in FLOW]
    stocks = [metric for metric in metrics if metric in STOCK]
    found: list[dict[Key, dict[str, Value]]] = []
    if flows:
        found.append(measure_flow(view, flows, by, frame))
    if stocks:
        found.append(measure_stock(view, stocks, by, frame))
    if "retention_rate" in metrics:
        found.append(measure_retention(view, by, frame))
    empty = {metric: nothing(view, metric) for metric in metrics}
    cells: dict[Key, dict[str, Value]] = {}
    for part in found:
        for key, values in part.items():
            cells.setdefault(key, dict(empty)).update(values)
    return cells


def nothing(view: View, metric: str) -> Value:
    """The metric of a cell without facts and people."""
    if metric in FLOW:
        return FLOW[metric](view, Cell())
    tallies = ("total_customers", "repeat_customers", "one_time_customers", "active_customers")
    return 0 if metric in tallies else None


def is_incomplete(
    shop: Shop,
    unit: str,
    day: date,
    as_of: datetime,
    window: Window | None = None,
) -> bool:
    """Whether as_of or the window cuts the period of the day."""
    span = period_of(shop, unit, day)
    start, end = start_of(shop, span.first), start_of(shop, span.end)
    cut = window is not None and (start < window[0] or window[1] < end)
    return as_of < end or cut


def growth(this: Value, previous: Value) -> Value:
    """Growth is (this − previous) ÷ previous; undefined when previous ≤ 0."""
    if this is None or previous is None or previous <= 0:
        return None
    return ratio(this - previous, previous)


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The Wilson 95 % interval of a proportion."""
    z = 1.959963984540054
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


def overview(
    shop: Shop,
    metrics: Sequence[str],
    as_of: datetime | None = None,
    compare: str = "previous_period",
) -> dict[str, tuple[Value, Value, Value]]:
    """Of each metric: its value in the 12 months before as_of, that of the time before, change."""
    until = shop.observed_until if as_of is None else as_of
    start = a_year_before(shop, until)
    before = (a_year_before(shop, start), a_year_before(shop, until))
    if compare == "previous_period":
        length = local_date(shop, until) - local_date(shop, start)
        before = (start_of(shop, local_date(shop, start) - length), start)
    now = measure(shop, metrics, window=(start, until), as_of=until)[()]
    then = measure(shop, metrics, window=before, as_of=until)[()]
    return {name: (now[name], then[name], growth(now[name], then[name])) for name in metrics}


def a_year_before(shop: Shop, at: datetime) -> datetime:
    """The same local time twelve months earlier; 29 February becomes the 28th."""
    local = at.astimezone(shop.zone)
    day = months_before(local.date(), 12)
    return datetime.combine(day, local.timetz())
