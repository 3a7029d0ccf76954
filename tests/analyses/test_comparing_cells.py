"""Cells against the periods before them: fragments of weeks, slices of merged cubes, small ones."""

from __future__ import annotations

import pickle
from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.measuring.measure import Measure
from custinsights.errors import InvalidValue
from custinsights.history.orders import OrderHistory
from custinsights.results.cube import Cube
from tests.oracles.bridge import to_history
from tests.oracles.periods import PERIODS, period_of
from tests.oracles.strategies import shops

FEW = settings(max_examples=15, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def gallery() -> OrderHistory:
    """The gallery."""
    return ci.datasets.gallery()


def merged(history: OrderHistory, parts: int = 2) -> Cube:
    """Return the orders of each month, added up from parts of the history."""
    asked = Measure("orders", by="month")
    return reduce(add, [asked(part) for part in history.partition(parts)])


# --- two periods in one question ------------------------------------------------------------------


def test_a_piece_of_a_week_is_no_week(gallery: OrderHistory) -> None:
    """What a month leaves of a week is marked, and compared with nothing, as in a drill."""
    both = ci.measure(gallery, "orders", by=["month", "week"])
    drilled = ci.measure(gallery, "orders", by="month").drill("week", month="2023-05")
    for cube in (both.at(month="2023-05", week="2023-W22"), drilled.at(week="2023-W22")):
        assert cube.is_incomplete.tolist() == [True]
        assert np.isnan(cube.growth("orders")).all()
        assert cube.anomalies("orders").tolist() == [None]
    [line] = [row for row in repr(both.at(month="2023-05")).splitlines() if "W22" in row]
    assert "*" in line


def test_whole_weeks_are_judged_by_twelve_whole_ones(gallery: OrderHistory) -> None:
    """Pieces are left out of the series, and a window's first week is judged all the same."""
    both = ci.measure(gallery, "orders", by=["month", "week"])
    whole = ci.measure(gallery, "orders", by="week")
    by_week = dict(zip(whole.labels("week").tolist(), whole["orders"].tolist(), strict=True))
    usable = ~(both.is_incomplete | both.is_unobserved)
    assert both["orders"][usable].tolist() == [by_week[w] for w in both.labels("week")[usable]]
    alone = both["orders"][usable]
    expected = []
    for place, value in enumerate(alone):
        before = alone[max(place - 12, 0) : place]
        deviation = np.median(np.abs(before - np.median(before))) if len(before) else 0
        known = len(before) >= 8 and deviation > 0
        score = (value - np.median(before)) / (1.4826 * deviation) if known else np.nan
        expected.append(score)
    found = both.z_scores("orders")
    assert found[usable] == pytest.approx(expected, nan_ok=True)
    assert np.isfinite(found[usable]).sum() > 20
    late = ci.measure(gallery, "orders", by=["month", "week"], window="2023-10")
    there = both.labels("month") == "2023-10"
    assert late.z_scores("orders") == pytest.approx(found[there], nan_ok=True)


@FEW
@given(st.data())
def test_a_cell_of_two_periods_is_whole_where_one_lies_in_the_other(data: st.DataObject) -> None:
    """Complete are the cells whose one period lies wholly inside the other, and is not cut."""
    asked = data.draw(shops())
    units = data.draw(st.lists(st.sampled_from(PERIODS), min_size=2, max_size=2, unique=True))
    alone = [ci.measure(to_history(asked), "orders", by=unit) for unit in units]
    cut = [
        dict(zip(cube.labels(unit).tolist(), cube.is_incomplete.tolist(), strict=True))
        for unit, cube in zip(units, alone, strict=True)
    ]
    cube = ci.measure(to_history(asked), "orders", by=units)
    day, days = asked.observed_from.date(), {}
    while day <= asked.observed_until.date():
        spans = [period_of(asked, unit, day) for unit in units]
        days[tuple(span.label for span in spans)] = spans
        day = min(span.end for span in spans)
    cells = zip(*(cube.labels(unit).tolist() for unit in units), strict=True)
    for labels, is_cut in zip(cells, cube.is_incomplete.tolist(), strict=True):
        if labels not in days:  # the local first or last day
            continue
        one, other = days[labels]
        inner = [
            place
            for place, (a, b) in enumerate(((one, other), (other, one)))
            if b.first <= a.first and a.end <= b.end
        ]
        assert is_cut == all(cut[place][labels[place]] for place in inner)


# --- slices of what cannot ask --------------------------------------------------------------------


def test_a_slice_of_a_merged_cube_keeps_what_came_before(gallery: OrderHistory) -> None:
    """A merged or stored cube has its own earlier cells, and so has every slice of it."""
    whole, of_parts = ci.measure(gallery, "orders", by="month"), merged(gallery)
    growth, z = whole.growth("orders"), whole.z_scores("orders")
    for row, month in enumerate(whole.labels("month").tolist()):
        for cube in (of_parts, pickle.loads(pickle.dumps(whole)), whole):
            one = cube.at(month=month)
            assert one.growth("orders") == pytest.approx(growth[row : row + 1], nan_ok=True)
            assert one.z_scores("orders") == pytest.approx(z[row : row + 1], nan_ok=True)
    assert of_parts.growth("orders") == pytest.approx(growth, nan_ok=True)


def test_a_slice_of_a_funnel_keeps_what_came_before() -> None:
    """So does the slice of a funnel, which asks no history again."""
    whole = ci.funnel(ci.datasets.gallery(activities=True), by="quarter")
    growth = whole.growth("people")
    assert np.isfinite(growth).any()
    for quarter in dict.fromkeys(whole.labels("quarter").tolist()):
        rows = whole.labels("quarter") == quarter
        found = whole.at(quarter=quarter).growth("people")
        assert found == pytest.approx(growth[rows], nan_ok=True)


# --- small ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["revenue", "average_order_value", "median_order_value"])
def test_only_a_proportion_is_small(gallery: OrderHistory, metric: str) -> None:
    """What is no proportion rests on no number of trials: is_small refuses it as interval does."""
    cube = ci.measure(gallery, [metric, "repeat_rate"], by="month")
    for ask in (cube.is_small, cube.interval, cube.rate):
        with pytest.raises(InvalidValue, match=r"is no proportion.*repeat_rate"):
            ask(metric)
