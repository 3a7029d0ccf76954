"""Cohorts by label, lifetime value and the second order agree with the plain oracle."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.history.orders import OrderHistory
from custinsights.results.cohort_grid import CohortGrid
from tests.laws.kernels import Kernel
from tests.oracles.agreement import agrees
from tests.oracles.bridge import to_history
from tests.oracles.cohorts import anchors, lifetime_value
from tests.oracles.dimensions import LINE_LABELS
from tests.oracles.facts import View
from tests.oracles.first_orders import (
    LabelGrid,
    amount_thirds,
    days_to_second,
    groups,
    labels_of,
    observable_for,
    ordered_again,
    orders_last_year,
    second_order_table,
)
from tests.oracles.hand import LINES, at, order, shop
from tests.oracles.periods import days_between
from tests.oracles.plain import wilson
from tests.oracles.shop import Identity, Label, PlainPerson, PlainRefund, Shop
from tests.oracles.strategies import as_ofs, shops

FEW = settings(max_examples=20, suppress_health_check=list(HealthCheck))
TEXTS = ("channel", "payment_method", "coupon", "country", "region", "city")
BY = ("first_product", "first_category", "first_department", "customer_country", "first_channel")


def drawn(data: st.DataObject) -> tuple[Shop, OrderHistory, View]:
    """Draw a shop, its history, and what exists when it is asked."""
    shop = data.draw(shops())
    return shop, to_history(shop), View(shop, data.draw(as_ofs(shop)))


def held(history: OrderHistory, names: tuple[str, ...]) -> list[str]:
    """Return the names that do not need order lines which the history lacks."""
    has_lines = history.lines is not None and history.products is not None
    return [n for n in names if has_lines or n.removeprefix("first_") not in LINE_LABELS]


def natural(shop: Shop, metric: str, value: Any, found: float) -> bool:
    """Tell whether a value is the oracle's, NaN standing for none."""
    return agrees(shop, metric, value, found)


def anchored(view: View, by: str, anchor: str) -> dict[Label, set[Identity]]:
    """Return the customers with each label who have an anchor."""
    known = anchors(view, anchor).keys()
    return {label: who & known for label, who in groups(view, by).items() if who & known}


def label_differences(
    view: View, grid: CohortGrid, by: str, period: str, metric: str, *, anchor: str = "first_order"
) -> list[str]:
    """Return where a grid by label and the oracle's disagree."""
    expected = anchored(view, by, anchor)
    if set(grid.cohorts) != set(expected):
        return [f"cohorts {grid.cohorts}, expected {sorted(expected, key=str)}"]
    wrong = []
    for row, label in enumerate(grid.cohorts):
        plain = LabelGrid(view, period, expected[label], anchor)
        if grid.sizes[row] != len(expected[label]):
            wrong.append(f"{label}: {grid.sizes[row]} customers")
        for age in range(grid.ages + 1):
            is_there = age < grid.ages
            cell = f"{label} at {age}"
            seen = len(plain.observable(age))
            value = plain.value(metric, age) if plain.has_begun(age) else None
            found = float(grid.values[row, age]) if is_there else math.nan
            if not natural(view.shop, metric, value, found):
                wrong.append(f"{cell}: {found}, expected {value}")
            share = float(grid.retention[row, age]) if is_there else math.nan
            if not natural(view.shop, "", plain.retention(age), share):
                wrong.append(f"{cell}: retention {share}, expected {plain.retention(age)}")
            if not is_there:
                continue
            if int(grid.observed[row, age]) != seen:
                wrong.append(f"{cell}: {grid.observed[row, age]} observable, expected {seen}")
            whole = plain.returned(age) if seen == len(expected[label]) else None
            if not natural(view.shop, "", whole, float(grid.returned[row, age])):
                wrong.append(f"{cell}: {grid.returned[row, age]} returned, expected {whole}")
    return wrong


@pytest.mark.parametrize("by", BY)
@FEW
@given(data=st.data())
def test_cohorts_by_label_from_creation(data: st.DataObject, by: str) -> None:
    """From another anchor who has none is in no cohort, and no age is later than one reached."""
    _, history, view = drawn(data)
    period = data.draw(st.sampled_from(("month", "quarter", "year")))
    assume(history.people_table.created_at is not None)
    for name in held(history, (by,)):
        grid = ci.cohorts(
            history, period=period, metric="orders", by=name, anchor="created_at", as_of=view.as_of
        )
        wrong = label_differences(view, grid, name, period, "orders", anchor="created_at")
        assert wrong == []
        members = anchored(view, name, "created_at").values()
        reached = [LabelGrid(view, period, who, "created_at") for who in members]
        assert grid.ages == 1 or any(plain.has_begun(grid.ages - 1) for plain in reached)
        since = anchors(view, "created_at")
        ageless = [
            place
            for customer, mine in view.orders_of.items()
            for place in mine
            if customer not in since or view.shop.orders[place].placed_at < since[customer]
        ]
        if not name.startswith("first_"):
            count = f"In no cell: {len(ageless):,} fact"
            assert any(note.startswith(count) for note in grid.table().notes) is bool(ageless)


@pytest.mark.parametrize("by", BY)
@FEW
@given(data=st.data())
def test_cohorts_by_label(data: st.DataObject, by: str) -> None:
    """A customer is in the cohort of each label; retention is of those observable at the age."""
    _, history, view = drawn(data)
    period = data.draw(st.sampled_from(("week", "month", "quarter", "year")))
    metric = data.draw(st.sampled_from(("customers", "orders", "revenue")))
    for name in held(history, (by,)):
        kernel = data.draw(st.sampled_from(list(Kernel)))
        with kernel.used():
            grid = ci.cohorts(history, period=period, metric=metric, by=name, as_of=view.as_of)
        assert label_differences(view, grid, name, period, metric) == []


def test_the_comparison_by_label_can_fail() -> None:
    """A grid by another label or as of another day is not taken for the right one."""
    view = View(LINES, at("07-01", 0))
    history = to_history(LINES)
    right = ci.cohorts(history, by="first_product", metric="orders")
    assert label_differences(view, right, "first_product", "month", "orders") == []
    assert label_differences(view, right, "first_category", "month", "orders") != []
    early = ci.cohorts(history, by="first_product", metric="orders", as_of=at("03-15"))
    assert label_differences(view, early, "first_product", "month", "orders") != []


@FEW
@given(st.data())
def test_cumulative_retention(data: st.DataObject) -> None:
    """By period: customers with a second order by the end of an age ÷ customers of the cohort."""
    _, history, view = drawn(data)
    period = data.draw(st.sampled_from(("week", "month", "quarter", "year")))
    grid = ci.cohorts(history, period=period, as_of=view.as_of)
    members = groups_by_period(view, period)
    for row, label in enumerate(grid.cohorts):
        plain = LabelGrid(view, period, members.get(label, set()))
        for age in range(grid.ages):
            size = len(plain.since)
            share = plain.returned(age) / size if size and plain.has_begun(age) else None
            found = float(grid.cumulative[row, age])
            assert math.isnan(found) if share is None else found == pytest.approx(share), label


def groups_by_period(view: View, period: str) -> dict[str, set[Identity]]:
    """Return the customers by the period of their first order."""
    found: dict[str, set[Identity]] = {}
    for customer in view.orders_of:
        first = LabelGrid(view, period, {customer}).spans(customer, 0).label
        found.setdefault(first, set()).add(customer)
    return found


@pytest.mark.parametrize("gross", [False, True])
@FEW
@given(data=st.data())
def test_lifetime_value(data: st.DataObject, gross: bool) -> None:
    """LTV at exact ages is the oracle's, overall and by label; its n is who is old enough."""
    shop, history, view = drawn(data)
    ages = (0, 1, 30, 90, 360)
    cube = ci.lifetime_value(history, ages, gross=gross, as_of=view.as_of)
    for days in ages:
        expected = lifetime_value(shop, days, view.as_of, gross=gross)
        name = f"lifetime_value_{days}"
        assert agrees(shop, "customer_lifetime_value", expected, float(cube[name][0]))
        below = cube.denominator(name)
        assert below is not None
        assert below.tolist() == [len(observable_for(view, days))]
    for by in held(history, BY):
        cube = ci.lifetime_value(history, ages, by=by, gross=gross, as_of=view.as_of)
        labels = cube.labels(by).tolist()
        assert len({*labels}) == len(labels)
        for label, who in groups(view, by).items():
            for days in ages:
                expected = lifetime_value(shop, days, view.as_of, gross=gross, of=who)
                found = float(cube[f"lifetime_value_{days}"][labels.index(label)])
                assert agrees(shop, "customer_lifetime_value", expected, found), (label, days)


def test_the_first_day_of_a_lifetime() -> None:
    """At age 0 lie the first order that counts and what follows on its day, nothing before it."""
    made = shop(
        order("ada", "01-10", 500),  # at noon, and refunded in full: it does not count
        order("ada", "01-20", 1000),
        order("ada", "01-20", 70),
        order("ada", "01-21", 9),
        refunds=(
            PlainRefund("ada", at("01-11"), 500, order=0),
            PlainRefund("ada", at("01-20", 11), 3),
            PlainRefund("ada", at("01-20", 12), 20),
            PlainRefund("ada", at("01-20", 23), 100),
        ),
    )
    history = to_history(made)
    for gross, minor in ((True, 1070), (False, 950)):
        cube = ci.lifetime_value(history, (0,), gross=gross)
        assert lifetime_value(made, 0, made.observed_until, gross=gross) == minor
        assert cube["lifetime_value_0"].tolist() == [minor / 100]


def test_facts_before_the_anchor_are_told() -> None:
    """A grid says how many facts are in none of its cells; customers without an anchor in none."""
    made = shop(
        order("ada", "03-10", 100, labels={"country": "FR"}),
        order("bo", "03-12", 100, labels={"country": "FR"}),
        order("cy", "02-12", 100, labels={"country": "IE"}),
        people={
            "ada": PlainPerson(created_at=at("03-01")),
            "bo": PlainPerson(),
            "cy": PlainPerson(created_at=at("04-01")),
        },
    )
    told = "In no cell: 2 facts before the anchor or of people without one."
    for by in ("period", "customer_country"):
        grid = ci.cohorts(to_history(made), by=by, anchor="created_at")
        assert told in grid.table().notes
        assert (grid.sizes.tolist(), grid.ages) == ([1, 1], 4)
        assert grid.retention[0].tolist() == [1.0, 0.0, 0.0, 0.0]
    plain = ci.cohorts(to_history(made), by="customer_country")
    assert not any("In no cell" in note for note in plain.table().notes)


@FEW
@given(st.data())
def test_second_order(data: st.DataObject) -> None:
    """Counts, curve, waiting times and every label of the first order are the oracle's."""
    _, history, view = drawn(data)
    within = data.draw(st.sampled_from((0, 7, 30, 90, 400)))
    names = held(history, (*TEXTS, "weekday", *LINE_LABELS))
    found = ci.second_order(history, within, by=names, as_of=view.as_of)
    seen, again = observable_for(view, within), ordered_again(view, within)
    waits = [wait for wait in (days_to_second(view, c) for c in again) if wait is not None]
    assert (found.observable, found.reordered) == (len(seen), len(again))
    assert found.customers == len(view.orders_of)
    assert found.returned == sum(len(mine) > 1 for mine in view.orders_of.values())
    assert dict(zip(found.days.tolist(), found.counts.tolist(), strict=True)) == {
        wait: waits.count(wait) for wait in waits
    }
    for days, n, back in zip(found.ages, found.observable_at, found.reordered_by, strict=True):
        assert n == len(observable_for(view, int(days)))
        assert back == len(ordered_again(view, int(days)))
    rows = list(
        zip(
            zip(found.dimensions, (plain(x) for x in found.labels), strict=True),
            zip(found.label_observable.tolist(), found.label_reordered.tolist(), strict=True),
            strict=True,
        )
    )
    told = [(key, pair) for key, pair in rows if key[0] != "amount"]
    assert dict(told) == second_order_table(view, within, names)
    assert len(told) == len(dict(told))
    assert [pair for key, pair in rows if key[0] == "amount"] == amount_thirds(view, within)


def plain(label: object) -> object:
    """Return a label as the oracle writes it, weekdays in small letters."""
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return str(label).lower() if label in days else label


@FEW
@given(st.data())
def test_second_order_rate_by_month(data: st.DataObject) -> None:
    """By period the rate is of the first orders made in it, with its n and interval."""
    _, history, view = drawn(data)
    metric = ci.second_order_rate(30)
    cube = ci.measure(history, [metric], by="month", as_of=view.as_of)
    seen, again = observable_for(view, 30), ordered_again(view, 30)
    members = groups_by_period(view, "month")
    low, high = cube.interval("second_order_rate")
    for row, month in enumerate(cube.labels("month").tolist()):
        who = members.get(month, set())
        n, back = len(who & seen), len(who & again)
        found = float(cube["second_order_rate"][row])
        assert math.isnan(found) if not n else found == pytest.approx(back / n)
        if n:
            assert (low[row], high[row]) == pytest.approx(wilson(back, n))


@FEW
@given(st.data())
def test_orders_of_a_year(data: st.DataObject) -> None:
    """The trait counts the orders of 365 days; the metric those with more than a number of them."""
    shop, history, view = drawn(data)
    names = ["orders_last_year", "order_frequency", "days_to_second_order", "first_order_value"]
    names += ["first_country", "first_coupon", "first_channel"]
    found = {
        row.pop("customer"): row for row in ci.traits(history, names, as_of=view.as_of).to_dicts()
    }
    for customer, row in found.items():
        count = orders_last_year(view, customer, view.as_of)
        assert row["orders_last_year"] == count
        if customer not in view.orders_of:
            assert [row[name] for name in names[1:]] == [None] * 6
            continue
        mine = [shop.orders[position] for position in view.orders_of[customer]]
        days = days_between(shop, mine[0].placed_at, view.as_of)
        if days:
            assert row["order_frequency"] == pytest.approx(len(mine) / (days / 30.4375))
        else:
            assert row["order_frequency"] is None
        assert row["days_to_second_order"] == days_to_second(view, customer)
        assert agrees(shop, "total_spent", mine[0].amount, row["first_order_value"])
        for name in names[4:]:
            assert {row[name]} == labels_of(view, name, customer)
    cube = ci.measure(history, [ci.frequent_customers(1)], as_of=view.as_of)
    frequent = [c for c in view.orders_of if orders_last_year(view, c, view.as_of) > 1]
    assert cube.minor("frequent_customers").tolist() == [len(frequent)]
