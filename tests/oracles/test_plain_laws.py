"""The oracle keeps its own laws on random shops: a slip in it would break one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracles.cohorts import cohort_grid
from tests.oracles.dimensions import (
    CUSTOMER_LABELS,
    DIMENSIONS,
    LINE_LABELS,
    ORDER_LABELS,
)
from tests.oracles.periods import PERIODS
from tests.oracles.plain import METRICS, admits, measure
from tests.oracles.scores import rfm, tiers
from tests.oracles.shop import PlainOrder, Shop
from tests.oracles.strategies import as_ofs, shops, windows
from tests.oracles.traits import traits

RANDOM = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
SUMMED = ["orders", "first_orders", "revenue", "gross_revenue", "refunded"]
SPLITS = [
    *([name] for name in (*PERIODS, "weekday", "hour", *ORDER_LABELS, *CUSTOMER_LABELS, "age")),
    ["month", "country"],
    ["week", "customer_type"],
    ["cohort_quarter", "age"],
]


def held(shop: Shop, metrics: list[str]) -> list[str]:
    """Those of the metrics for which the shop has the columns."""
    has_goods = all(order.goods is not None for order in shop.orders)
    has_lines = all(order.lines for order in shop.orders)
    has_units = has_lines or all(order.units is not None for order in shop.orders)
    return [
        name
        for name in metrics
        if ("discount" not in name or has_goods)
        and ("units" not in name or has_units)
        and (name != "line_revenue" or has_lines)
    ]


@RANDOM
@given(st.data())
def test_every_split_adds_up(data: st.DataObject) -> None:
    """Orders and money by any label of theirs, None included, sum to the whole."""
    shop = data.draw(shops())
    as_of = data.draw(as_ofs(shop))
    window = data.draw(windows(shop, as_of))
    whole = measure(shop, SUMMED, window=window, as_of=as_of)[()]
    for by in SPLITS:
        parts = measure(shop, SUMMED, by, window=window, as_of=as_of).values()
        sums: dict[str, Any] = {name: sum(part[name] or 0 for part in parts) for name in SUMMED}
        assert sums == whole, by


@RANDOM
@given(st.data())
def test_new_and_returning_and_revenue(data: st.DataObject) -> None:
    """In every cell new + returning = active, revenue = gross - refunded, one + repeat = all."""
    shop = data.draw(shops())
    by = data.draw(
        st.sampled_from((["month"], ["country"], ["week", "order_type"], ["day", "age"]))
    )
    flows = ["customers", "new_customers", "returning_customers", *SUMMED]
    for cell in measure(shop, flows, by).values():
        row: dict[str, Any] = dict(cell)
        assert row["new_customers"] + row["returning_customers"] == row["customers"]
        assert row["revenue"] == row["gross_revenue"] - row["refunded"]
    stocks = ["total_customers", "repeat_customers", "one_time_customers"]
    for cell in measure(shop, stocks, ["week", "customer_country"]).values():
        row = dict(cell)
        assert row["one_time_customers"] + row["repeat_customers"] == row["total_customers"]


@RANDOM
@given(st.data())
def test_nothing_at_or_after_as_of_matters(data: st.DataObject) -> None:
    """The shop without its later orders and refunds gives the same answers."""
    shop = data.draw(shops())
    as_of = data.draw(as_ofs(shop))
    earlier = [place for place, order in enumerate(shop.orders) if order.placed_at < as_of]
    cut = replace(
        shop,
        orders=tuple(shop.orders[place] for place in earlier),
        refunds=tuple(
            replace(r, order=None if r.order is None else earlier.index(r.order))
            for r in shop.refunds
            if r.at < as_of
        ),
    )
    for by in (["month"], ["weekday"], ["customer_country"], ["cohort_month", "age"]):
        names = [m for m in held(shop, list(METRICS)) if admits(m, by)]
        assert measure(shop, names, by, as_of=as_of) == measure(cut, names, by, as_of=as_of)
    later, now = traits(shop, as_of), traits(cut, as_of)
    # A shop without orders is not one without a units column.
    assert later == {who: {name: now[who][name] for name in row} for who, row in later.items()}
    assert later.keys() == now.keys()
    assert rfm(shop, as_of) == rfm(cut, as_of)
    assert cohort_grid(shop, as_of=as_of) == cohort_grid(cut, as_of=as_of)


@RANDOM
@given(st.data())
def test_row_order_does_not_matter(data: st.DataObject) -> None:
    """Shuffled orders give the same answers, by every dimension the metric admits."""
    shop = data.draw(shops())
    places = data.draw(st.permutations(range(len(shop.orders))))
    new_place = {old: new for new, old in enumerate(places)}
    orders: tuple[PlainOrder, ...] = tuple(shop.orders[place] for place in places)
    refunds = tuple(
        replace(refund, order=None if refund.order is None else new_place[refund.order])
        for refund in shop.refunds
    )
    shuffled = replace(shop, orders=orders, refunds=refunds)
    for name in DIMENSIONS:
        if name not in LINE_LABELS or any(order.lines for order in shop.orders):
            names = [m for m in held(shop, list(METRICS)) if admits(m, [name])]
            assert measure(shop, names, [name]) == measure(shuffled, names, [name]), name
    assert tiers(shop, "value") == tiers(shuffled, "value")


@RANDOM
@given(shops())
def test_one_answer_by_two_ways(shop: Shop) -> None:
    """Retention, grid, traits and tallies tell the same story."""
    grid = cohort_grid(shop)
    rates = measure(shop, ["retention_rate"], ["cohort_month", "age"])
    for cohort, row, marks in zip(grid.cohorts, grid.retention(), grid.partial, strict=True):
        for age, (rate, running) in enumerate(zip(row, marks, strict=True)):
            if not running:
                assert rates.get((cohort, age), {"retention_rate": None})["retention_rate"] == rate
    rows: list[dict[str, Any]] = [dict(row) for row in traits(shop).values()]
    whole: dict[str, Any] = measure(shop, ["orders", "customers", "revenue"])[()]
    assert sum(row["order_count"] for row in rows) == whole["orders"]
    assert sum(row["order_count"] > 0 for row in rows) == whole["customers"]
    assert sum(row["total_spent"] for row in rows) == whole["revenue"]
