"""Anomalies, distributions, sequences, drills and drivers of growth are the oracle's."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.trends.growth import FACTORS, decomposed
from custinsights.results.cube import Cube
from custinsights.results.series import Series
from tests.oracles.agreement import differences, natural
from tests.oracles.asking import plain_cells, plain_label
from tests.oracles.bridge import to_history
from tests.oracles.hand import shop
from tests.oracles.plain import measure, wilson
from tests.oracles.shop import PlainOrder
from tests.oracles.strategies import as_ofs, shops, windows
from tests.oracles.trends import quantile, shapley, values_of, z_score

FEW = settings(max_examples=15, suppress_health_check=list(HealthCheck))
NONE_OR_VALUE = st.none() | st.sampled_from([0.0, 1.0, 5.0, 5.0, 6.0, 7.0, 100.0])


def plain_values(values: Any) -> list[float | None]:
    """NaN as None."""
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124


@given(
    st.lists(st.lists(NONE_OR_VALUE, min_size=40, max_size=40), min_size=1, max_size=3),
    st.sampled_from([1, 7]),
    st.integers(0, 40),
)
def test_z_scores(columns: list[list[float | None]], season: int, length: int) -> None:
    """Each value is judged by the twelve before it of its own label and season."""
    columns = [column[:length] for column in columns]
    series = Series(
        values=np.array([np.nan if v is None else v for c in columns for v in c], dtype=float),
        period=np.tile(np.arange(length), len(columns)),
        label=np.repeat(np.arange(len(columns)), length),
        is_usable=np.ones(length * len(columns), dtype=bool),
    )
    expected = [
        z_score(column[row % season : row : season], value)
        for column in columns
        for row, value in enumerate(column)
    ]
    assert plain_values(series.z_scores(season)) == pytest.approx(expected)


@pytest.mark.covers("P06")
def test_anomalies_by_weekday() -> None:
    """A quiet Sunday is ordinary, a quiet Monday is not; the label, the cut day are its own."""
    start = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday
    placed = []
    for day in range(98):
        monday = 30 if day == 91 else 9 + day // 7 % 3
        count = {6: 1 + day // 7 % 2}.get(day % 7, monday if day % 7 == 0 else 8)
        placed += [start + timedelta(days=day, hours=1)] * count
    orders = [PlainOrder(None, f"c{n}", at, 100) for n, at in enumerate(placed)]
    asked = shop(*orders, observed_from=start, observed_until=start + timedelta(days=98))
    days = ci.measure(to_history(asked), "orders", by="day")
    flagged = [
        label
        for label, is_one in zip(days.labels("day"), days.anomalies("orders"), strict=True)
        if is_one
    ]
    assert flagged == ["2024-04-01"]
    flags = days.anomalies("orders").tolist()
    assert flags[:56] == [None] * 56  # nobody can tell
    assert [flags[day] for day in (62, 63, 90, 91, 92)] == [False, False, False, True, None]
    april = ci.measure(to_history(asked), "orders", by="day", window="2024-04")
    months = ci.measure(to_history(asked), "orders", by="month")
    for narrow in (april, months.drill("day", month="2024-04"), days.at(day="2024-04-01")):
        assert narrow.labels("day")[narrow.anomalies("orders")].tolist() == flagged
    z = days.z_scores("orders")
    assert z[91] == pytest.approx((30 - 10) / 1.4826)  # of 9, 10, 11 the median is 10, the MAD 1
    assert np.isnan(z[:56]).all()  # under eight weeks
    assert np.isnan(z[92:97]).all()  # the same number each week: a deviation of 0
    weeks = ci.measure(to_history(asked), "orders", by="week", as_of="2024-04-02")
    assert np.isnan(weeks.z_scores("orders")[-1])
    assert weeks.anomalies("orders").tolist()[-1] is None
    with pytest.raises(ci.errors.InvalidValue, match=r"anomaly stands out.*by weekday"):
        ci.measure(to_history(asked), "orders", by="weekday").anomalies("orders")


@FEW
@given(data=st.data())
def test_windows_do_not_blind(data: st.DataObject) -> None:
    """A whole period is compared with the same ones before it in every window that holds it."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    window = data.draw(windows(asked, as_of))
    units = data.draw(st.sampled_from([["day"], ["week"], ["month"], ["month", "week"]]))
    names = ["revenue", "customers", "new_customers", "average_gap_days"]
    by = [*units, "customer_type"]
    whole, narrow = (
        ci.measure(to_history(asked), names, by=by, window=span, as_of=as_of)
        for span in (None, window)
    )
    rows = {labels: row for row, labels in enumerate(zip(*whole.axes.values(), strict=True))}
    for row, labels in enumerate(zip(*narrow.axes.values(), strict=True)):
        if narrow.is_incomplete[row] or labels not in rows:
            continue
        for name in names:
            for compared in (Cube.growth, Cube.z_scores):
                here, there = compared(narrow, name)[row], compared(whole, name)[rows[labels]]
                assert plain_values(here[None]) == plain_values(there[None])


@pytest.mark.parametrize("what", ["gap_days", "order_value", "days_since_last_order"])
@FEW
@given(data=st.data())
def test_distributions(what: str, data: st.DataObject) -> None:
    """n, mean, every quantile and every bin are those of the plain list of values."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    window = data.draw(windows(asked, as_of))
    by = data.draw(st.sampled_from([(), ("month",), ("week",), ("month", "cohort_year")]))
    if what != "days_since_last_order":
        by = data.draw(st.sampled_from([by, ("order_number",), ("country", "month")]))
    expected = values_of(asked, what, by, window, as_of)
    metric = "revenue" if what == "order_value" else "orders"
    cuts, shares = (0, 1, 10, 30.5), (0.0, 0.1, 0.5, 0.975, 1.0)
    result = ci.distribution(
        to_history(asked), what, by=by, bins=cuts, quantiles=shares, window=window, as_of=as_of
    )
    seen = set()
    for row in range(len(result)):
        key = tuple(plain_label(n, column[row]) for n, column in result.axes.items())
        values = expected.get(key, [])
        seen |= {key}
        assert result.n[row] == len(values)
        exact = [natural(asked, metric, value) or Fraction(0) for value in values]
        for q in shares:
            at_q = natural(asked, metric, quantile(values, Fraction(str(q))))
            assert plain_values(result[q])[row] == (
                None if at_q is None else pytest.approx(float(at_q), rel=1e-9, abs=1e-12)
            )
        if values:
            assert result.mean[row] == pytest.approx(float(sum(exact) / len(exact)), rel=1e-9)
        ends = [None, *map(Fraction, cuts), None]
        assert result.counts[row].tolist() == [
            sum((low is None or v >= low) and (high is None or v < high) for v in exact)
            for low, high in itertools.pairwise(ends)
        ]
    assert {key for key, values in expected.items() if values} <= seen


@FEW
@given(data=st.data())
def test_quantile_metrics_are_the_distributions(data: st.DataObject) -> None:
    """A quantile as a metric beside others is that of the distribution, also of a trait."""
    asked = data.draw(shops())
    history, as_of = to_history(asked), data.draw(as_ofs(asked))
    for what in ("gap_days", "days_since_last_order", "order_count", "total_spent"):
        metric = ci.quantile(what, 0.9)
        cube = ci.measure(history, ["total_customers", metric], by="month", as_of=as_of)
        spread = ci.distribution(history, what, by="month", quantiles=[0.9], as_of=as_of)
        assert plain_values(cube[f"{what}_q90"]) == plain_values(spread[0.9])


@FEW
@given(data=st.data())
def test_order_sequence(data: st.DataObject) -> None:
    """Each step has the customers who reached it, of all, and what the orders of it came to."""
    asked = data.draw(shops())
    as_of, last = data.draw(as_ofs(asked)), data.draw(st.sampled_from([2, 3, 10]))
    names = ["customers", "orders", "revenue"]
    plain = measure(asked, names, ["cohort_year", "order_number"], None, as_of)
    table = ci.order_sequence(to_history(asked), by="cohort_year", last=last, as_of=as_of)
    steps: dict[Any, dict[str, int]] = {}
    for (cohort, number), values in plain.items():
        if number is not None:
            step = steps.setdefault((cohort, min(int(number), last)), dict.fromkeys(names, 0))
            for name in names:
                is_first = name != "customers" or number == min(int(number), last)
                step[name] += int(values[name] or 0) if is_first else 0
    assert {row["cohort_year"] for row in table.to_dicts()} == {cohort for cohort, _ in steps}
    for row in table.to_dicts():
        place = int(str(row["order_number"]).rstrip("+"))
        step = steps.get((row["cohort_year"], place), dict.fromkeys(names, 0))
        everybody = steps.get((row["cohort_year"], 1), {"customers": 0})["customers"]
        assert [row["customers"], row["orders"]] == [step["customers"], step["orders"]]
        assert Fraction(row["revenue"]) == natural(asked, "revenue", step["revenue"])
        if everybody:
            assert row["share_reaching"] == step["customers"] / everybody
            bounds = wilson(step["customers"], everybody)
            assert (row["low"], row["high"]) == pytest.approx(bounds, abs=1e-9)
        else:
            assert (row["share_reaching"], row["low"], row["high"]) == (None, None, None)


@pytest.mark.covers("P10")
@FEW
@given(data=st.data())
def test_every_level_of_a_drill_is_asked_again(data: st.DataObject) -> None:
    """Year, month, day, hour: each is what measuring it directly in the window gives."""
    asked = data.draw(shops())
    history = to_history(asked)
    metrics = ["customers", "new_customers", "orders", "revenue", "new_customer_revenue"]
    cube = ci.measure(history, metrics, by=["year", "customer_country"])
    if not len(cube):
        return
    label = data.draw(st.sampled_from(sorted(set(cube.labels("customer_country")), key=str)))
    at: dict[str, Any] = {"customer_country": label}
    window: str | None = None
    for coarse, fine in (("year", "month"), ("month", "day"), ("day", "hour")):
        window = data.draw(st.sampled_from(cube.labels(coarse).tolist()))
        cube = cube.drill(fine, **{coarse: window}, **at)
        at = {}  # what was chosen holds on
        span = history.calendar.window(window)
        expected = measure(asked, metrics, [fine, "customer_country"], span)
        cells = plain_cells(cube)
        assert {key[1] for key in cells} <= {label}
        for key, values in expected.items():
            if key[1] == label and any(values.values()):
                assert not differences(asked, {key: values}, {key: cells[key]})
        assert len(cube.orders()) == cube["orders"].sum()
        if not len(cube):
            return


AMOUNTS = st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(-50, 500)).map(
    lambda t: (t[0], t[0] + t[1] if t[0] else 0, t[2])
)


@pytest.mark.covers("P12")
@given(AMOUNTS, AMOUNTS)
def test_growth_is_shared_among_its_factors(
    before: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    """The terms sum to the change, and each is the Shapley value to the minor unit."""
    terms = decomposed(before, after)
    assert sum(terms.values()) == after[2] - before[2]
    if not (before[0] and after[0]):
        assert len(terms) == 1
        return
    factors = [[Fraction(c), Fraction(o, c), Fraction(r, o)] for c, o, r in (before, after)]
    exact = shapley(*factors)
    for name, value in zip(FACTORS, exact, strict=True):
        assert abs(terms[name] - value) < 1
    rest = {name: value - terms[name] for name, value in zip(FACTORS, exact, strict=True)}
    kept = [r for r in rest.values() if r >= 0]
    raised = [r + 1 for r in rest.values() if r < 0]
    assert not kept or not raised or min(raised) >= max(kept)  # the largest remainders got them


@FEW
@given(data=st.data())
def test_growth_by_labels_sums_to_growth(data: st.DataObject) -> None:
    """Every row is a plain measurement of two windows; rows sum to the whole, terms to rows."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    middle = asked.observed_from + (as_of - asked.observed_from) / 2
    spans = ((asked.observed_from, middle), (middle, as_of))
    if not asked.observed_from < middle < as_of:
        return
    plain = [measure(asked, ["revenue"], (), span, as_of)[()]["revenue"] for span in spans]
    change = natural(asked, "revenue", int(plain[1] or 0) - int(plain[0] or 0))
    for by in (None, "country", "customer_type", "order_type", "first_channel"):
        table = ci.growth_drivers(
            to_history(asked), by=by, compare=spans[0], window=spans[1], as_of=as_of
        )
        rows = table.to_dicts()
        assert sum(Fraction(row["change"]) for row in rows) == change
        for row in rows:
            terms = [Fraction(row[n]) for n in table.names if n in TERMS]
            assert sum(terms) == Fraction(row["change"])
            assert Fraction(row["after"]) - Fraction(row["before"]) == sum(terms)
        if by in ("country", "order_type"):
            for place, name in enumerate(("before", "after")):
                cells = measure(asked, ["revenue"], [by], spans[place], as_of)
                for row in rows:
                    expected = cells.get((row[by],), {"revenue": 0})["revenue"]
                    assert Fraction(row[name]) == natural(asked, "revenue", expected)


TERMS = {*FACTORS, "entering", "leaving", "without_orders", "moved_in", "moved_out"}
