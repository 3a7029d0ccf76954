"""Traits, RFM, tiers, cohorts and the overview agree with the plain oracle."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.cohorts.cohorts import CUMULATIVE
from custinsights.analyses.trends.overview import HEADLINES
from custinsights.errors import MissingData, UnknownName
from custinsights.history.orders import OrderHistory
from custinsights.results.cohort_grid import CohortGrid
from tests.oracles import plain, scores
from tests.oracles.agreement import agrees
from tests.oracles.asking import held
from tests.oracles.bridge import to_history
from tests.oracles.cohorts import PlainGrid, cohort_grid
from tests.oracles.facts import View
from tests.oracles.hand import ADA_AND_BO
from tests.oracles.periods import MICROSECOND, local_date, period_of, start_of
from tests.oracles.shop import Identity, Shop, Value
from tests.oracles.strategies import as_ofs, shops
from tests.oracles.traits import traits

MANY = settings(max_examples=80, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=25, suppress_health_check=list(HealthCheck))

TRAITS = (
    "order_count",
    "total_spent",
    "average_order_value",
    "median_order_value",
    "first_order_at",
    "last_order_at",
    "days_since_last_order",
    "average_gap_days",
    "median_gap_days",
    "refund_rate",
    "customer_country",
    "customer_region",
    "customer_city",
    "preferred_payment_method",
    "preferred_channel",
)


def drawn(data: st.DataObject) -> tuple[Shop, OrderHistory, datetime]:
    """Draw a shop, its history, and when to ask."""
    shop = data.draw(shops())
    return shop, to_history(shop), data.draw(as_ofs(shop))


def by_customer(table: Any) -> dict[Identity, dict[str, Any]]:
    """Return the rows of a customer table by customer."""
    return {row.pop("customer"): row for row in table.to_dicts()}


@MANY
@given(st.data())
def test_traits(data: st.DataObject) -> None:
    """Everybody known has a row, with the oracle's value of every trait."""
    shop, history, as_of = drawn(data)
    names = [*TRAITS, *(["units"] if "units" in history.numbers else [])]
    if "discount" in history.numbers:
        names += ["discounted_order_share", "discounted_spent"]
    found = by_customer(ci.traits(history, names, as_of=as_of))
    expected = traits(shop, as_of)
    assert found.keys() == expected.keys()
    for customer, row in expected.items():
        for name in names:
            ours, theirs = row[name], found[customer][name]
            if isinstance(theirs, datetime):
                theirs = theirs.astimezone(UTC)  # a repeated hour equals nothing in another zone
            if isinstance(ours, str | datetime) or isinstance(theirs, str | datetime):
                assert theirs == ours, (customer, name)
            else:
                assert agrees(shop, name, ours, theirs), (customer, name, ours, theirs)


@MANY
@given(st.data())
def test_rfm(data: st.DataObject) -> None:
    """Scores are the oracle's for 2 to 10 bins, and groups those of both presets for 5."""
    shop, history, as_of = drawn(data)
    for bins in range(2, 11):
        expected = scores.rfm(shop, as_of, bins)
        found = by_customer(ci.rfm(history, bins=bins, as_of=as_of))
        assert {
            customer: (row["r_score"], row["f_score"], row["m_score"])
            for customer, row in found.items()
        } == {customer: tuple(digits) for customer, digits in expected.items()}
    expected = scores.rfm(shop, as_of)
    for preset in ("five", "eleven"):
        table = ci.rfm(history, groups=preset, as_of=as_of)
        groups = {customer: row["group"] for customer, row in by_customer(table).items()}
        assert groups == {customer: score.group(preset) for customer, score in expected.items()}
        sizes = {name: size for name, size in table.sizes.items() if size}
        assert sizes == scores.sizes(groups)


def tagged(shop: Shop, name: str, as_of: datetime) -> frozenset[Identity]:
    """Return the customers who carry a tag just before an instant."""
    return frozenset(
        customer
        for customer, person in shop.people.items()
        for tag in person.tags
        if tag.name.casefold() == name.casefold()
        and (tag.since is None or tag.since < as_of)
        and (tag.until is None or tag.until >= as_of)
    )


@pytest.mark.parametrize("exclude", [None, "wholesale", "VIP"])
@pytest.mark.parametrize("kind", ["value", "frequency", "recency"])
@FEW
@given(data=st.data())
def test_tiers(data: st.DataObject, kind: str, exclude: str | None) -> None:
    """Every customer is in the oracle's tier; who carries the excluded tag is in none."""
    shop, history, as_of = drawn(data)
    out = frozenset[Identity]() if exclude is None else tagged(shop, exclude, as_of)
    expected = scores.tiers(shop, kind, as_of, out)
    tags = {tag.name.casefold() for person in shop.people.values() for tag in person.tags}
    if exclude is not None and exclude.casefold() not in tags:
        with pytest.raises((MissingData, UnknownName), match=r"tags of its customers|no tag named"):
            ci.tiers(history, kind, exclude=exclude, as_of=as_of)
        return
    found = ci.tiers(history, kind, exclude=exclude, as_of=as_of)
    assert {c: row["segment"] for c, row in by_customer(found.customers).items()} == expected
    assert {name: size for name, size in found.sizes.items() if size} == scores.sizes(expected)
    assert found.excluded == sum(tier is None for tier in expected.values())


def cell_differences(shop: Shop, grid: CohortGrid, expected: PlainGrid, metric: str) -> list[str]:
    """Return where the two grids disagree; the oracle goes on with empty cohorts up to as_of."""
    labels = list(grid.cohorts)
    if labels != expected.cohorts[: len(labels)]:
        return [f"cohorts {labels}, expected {expected.cohorts}"]
    wrong = ["a cohort is not there"] if any(expected.sizes[len(labels) :]) else []
    for row, label in enumerate(labels):
        if grid.sizes[row] != expected.sizes[row]:
            wrong.append(f"{label}: {grid.sizes[row]} customers, expected {expected.sizes[row]}")
        wrong += [f"{label} {text}" for text in row_differences(shop, grid, expected, metric, row)]
    return wrong


def row_differences(
    shop: Shop, grid: CohortGrid, expected: PlainGrid, metric: str, row: int
) -> Iterator[str]:
    """Yield where two rows disagree; sums of a cohort of nobody are 0 once the age has begun."""
    name = "cumulative_revenue" if metric == CUMULATIVE else metric
    for age, value in enumerate(expected.values[row]):
        is_there = age < grid.ages
        found = float(grid.values[row, age]) if is_there else math.nan
        if not agrees(shop, name, value, found):
            yield f"at {age}: {found}, expected {value}"
        if is_there and bool(grid.partial[row, age]) != expected.partial[row][age]:
            yield f"at {age}: partial, expected {expected.partial[row][age]}"
        share = float(grid.retention[row, age]) if is_there else math.nan
        if metric == "customers" and not agrees(shop, "", expected.retention()[row][age], share):
            yield f"at {age}: retention {share}, expected {expected.retention()[row][age]}"


@pytest.mark.parametrize("anchor", ["first_order", "created_at"])
@pytest.mark.parametrize("period", ["week", "month", "quarter", "year"])
@FEW
@given(data=st.data())
def test_cohorts(data: st.DataObject, period: str, anchor: str) -> None:
    """Sizes, values, partial cells and retention are the oracle's, for every metric."""
    shop, history, as_of = drawn(data)
    if data.draw(st.booleans()):  # exactly where a period ends, nothing is partial
        last = local_date(shop, as_of - MICROSECOND)
        as_of = start_of(shop, period_of(shop, period, last).end)
    for metric in ("customers", "orders", "revenue", "average_order_value", CUMULATIVE):
        plain_metric = "cumulative_revenue" if metric == CUMULATIVE else metric
        try:
            grid = ci.cohorts(history, period=period, metric=metric, anchor=anchor, as_of=as_of)
        except MissingData:
            assert not shop.people
            return
        expected = cohort_grid(shop, period, plain_metric, as_of, anchor)
        assert cell_differences(shop, grid, expected, metric) == [], metric
        if metric == "customers":
            for age, mean in enumerate(grid.mean_retention.tolist()):
                ours = expected.mean(age) if expected.cohorts else None
                assert agrees(shop, "", ours, mean), age


def everybody(view: Any) -> Any:
    """Give all customers one label."""
    return np.zeros(view.people, dtype=np.int64)


@pytest.mark.covers("A27")
@pytest.mark.parametrize("period", ["week", "month", "quarter"])
@FEW
@given(data=st.data())
def test_value_by_age_of_a_label(data: st.DataObject, period: str) -> None:
    """By label, what customers had paid by an age is the oracle's of those observable there."""
    shop, history, as_of = drawn(data)
    expected = cohort_grid(shop, period, "cumulative_revenue", as_of)
    label = ci.dimension("everybody", facts="customers")(everybody)
    grid = ci.cohorts(history, period=period, by=label, metric=CUMULATIVE, as_of=as_of)
    for age in range(grid.ages if len(grid) else 0):
        seen = [
            (value[age], size)
            for value, marks, size in zip(
                expected.values, expected.partial, expected.sizes, strict=True
            )
            if value[age] is not None and not marks[age]
        ]
        people = sum(size for _, size in seen)
        paid = sum((Fraction(value or 0) * size for value, size in seen), Fraction(0))
        found = float(grid.values[0, age])
        assert agrees(shop, "cumulative_revenue", paid / people if people else None, found), age


def growth_of(shop: Shop, now: Value, then: Value, start: datetime) -> Fraction | None:
    """Return the oracle's growth, undefined where the earlier window begins before the data."""
    grown = plain.growth(now, then)
    return None if start < shop.observed_from or grown is None else Fraction(grown)


def start_before(shop: Shop, as_of: datetime, compare: str) -> datetime:
    """Return where the window begins with which the 12 months before an instant are compared."""
    start = plain.a_year_before(shop, as_of)
    if compare == "previous_year":
        return plain.a_year_before(shop, start)
    length = local_date(shop, as_of) - local_date(shop, start)
    return start_of(shop, local_date(shop, start) - length)


@pytest.mark.parametrize("compare", ["previous_period", "previous_year"])
@FEW
@given(data=st.data())
def test_overview(data: st.DataObject, compare: str) -> None:
    """Every headline has the oracle's value, that of the window before, and its growth."""
    shop, history, as_of = drawn(data)
    metrics = held(
        history, [*HEADLINES, "gross_revenue", "refunded", "one_time_customers", "units"]
    )
    expected = plain.overview(shop, metrics, as_of, compare)
    found = ci.overview(history, metrics, compare=compare, as_of=as_of)
    begins = start_before(shop, as_of, compare)
    for line in found.headlines:
        now, then, _ = expected[line.metric]
        assert agrees(shop, line.metric, now, line.value), line.metric
        assert agrees(shop, line.metric, then, line.previous), line.metric
        grown = growth_of(shop, now, then, begins)
        assert (line.change is None) == (grown is None), (line, grown)
        if grown is not None and line.change is not None:
            assert line.change == pytest.approx(float(grown), rel=1e-9, abs=1e-12)


@MANY
@given(st.data())
def test_overview_of_people_with_refunds_only(data: st.DataObject) -> None:
    """The line of balances is of the people who have refunds and no counted order."""
    shop, history, as_of = drawn(data)
    view = View(shop, as_of)
    paid_back = {fact.customer for fact in view.refund_facts if fact.amount} - view.orders_of.keys()
    found = ci.overview(history, as_of=as_of)
    assert found.balance_only == len(paid_back)
    assert found.balance == sum(view.balances.get(customer, 0) for customer in paid_back)


def test_the_comparison_of_grids_can_fail() -> None:
    """A grid as of another day, of another metric or period is not taken for the right one."""
    history = to_history(ADA_AND_BO)
    as_of = ADA_AND_BO.observed_until
    expected = cohort_grid(ADA_AND_BO, "month", "customers", as_of)
    right = ci.cohorts(history, as_of=as_of)
    assert cell_differences(ADA_AND_BO, right, expected, "customers") == []
    for wrong in (
        ci.cohorts(history, as_of=as_of - timedelta(days=95)),
        ci.cohorts(history, metric="revenue", as_of=as_of),
        ci.cohorts(history, period="quarter", as_of=as_of),
    ):
        assert cell_differences(ADA_AND_BO, wrong, expected, "customers") != []
