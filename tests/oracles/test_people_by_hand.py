"""Cohorts, traits, scores and periods agree with shops worked out on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from tests.oracles.cohorts import cohort_grid, lifetime_value
from tests.oracles.hand import ADA_AND_BO, LINES, REFUNDED, at, of, order, shop
from tests.oracles.periods import period_of, start_of
from tests.oracles.plain import admits, growth, is_incomplete, measure, overview, wilson
from tests.oracles.scores import (
    PlainScore,
    gini,
    percentile,
    rfm,
    sizes,
    tiers,
    top_share,
    value_tier,
)
from tests.oracles.shop import PlainOrder, RefusedPairError, Value
from tests.oracles.traits import traits


def test_cohorts_and_ages() -> None:
    """Both customers belong to January: active at age 0 two, 1 one (ada), 2 both; then nobody.

    cy joins in June, whose age 1 begins at as_of. With as_of in mid-June June is running:
    partial for both cohorts, and no part of the retention rate.
    """
    made = replace(ADA_AND_BO, orders=(*ADA_AND_BO.orders, order("cy", "06-02", 100)))
    grid = cohort_grid(made)
    assert grid.sizes == [2, 0, 0, 0, 0, 1]
    assert grid.values[0] == [2, 1, 2, 0, 0, 0]
    assert grid.values[5] == [1, None, None, None, None, None]
    assert not any(any(row) for row in grid.partial)
    assert grid.retention()[0][:2] == [1, Fraction(1, 2)]
    assert grid.mean(0) == 1
    running = cohort_grid(made, as_of=at("06-15"))
    assert running.values[0][5] == 0
    assert running.partial[0] == [False] * 5 + [True]
    assert running.partial[5] == [True] + [False] * 5
    rates = measure(made, ["retention_rate"], ["age"], as_of=at("06-15"))
    assert of(rates, "retention_rate") == {0: 1, 1: Fraction(1, 2), 2: 1, 3: 0, 4: 0}


def test_facts_before_the_anchor_have_no_age() -> None:
    """Ada's refunded January order lies before her first counted one: age None, same cohort."""
    cells = measure(REFUNDED, ["gross_revenue", "refunded"], ["cohort_month", "age"])
    assert of(cells, "gross_revenue") == {
        ("2024-02", None): 1000,
        ("2024-02", 0): 2500,
        (None, None): 0,
    }
    assert of(cells, "refunded")[None, None] == 50


def test_revenue_by_age_and_exact_age_lifetime_value() -> None:
    """Cumulative revenue per January customer: 4000 / 2, 6000 / 2, 8000 / 2.

    LTV(31): ada 1000 + 2000 (day 31), bo 3000, both older than 31 days: 3000. At as_of
    20 February bo's 20 January + 31 is not before as_of: ada alone, 3000 too; LTV(30): 1000 and
    3000 of ada and bo, bo's day 30 being 19 February.
    """
    grid = cohort_grid(ADA_AND_BO, metric="cumulative_revenue")
    assert grid.values[0][:3] == [2000, 3000, 4000]
    assert lifetime_value(ADA_AND_BO, 31, at("07-01", 0)) == 3000
    assert lifetime_value(ADA_AND_BO, 31, at("02-20", 0)) == 3000
    assert lifetime_value(ADA_AND_BO, 30, at("02-20", 0)) == Fraction(4000, 2)


def test_traits_of_everybody_known() -> None:
    """Ada's row by hand; cy, with only a refund, has a balance and nothing else."""
    found = traits(REFUNDED)
    assert set(found) == {"ada", "bo", "cy"}
    ada = found["ada"]
    assert ada["order_count"] == 1
    assert ada["total_spent"] == 2000
    assert ada["first_order_at"] == at("02-10")
    assert ada["days_since_last_order"] == 142  # 19 of February, 31, 30, 31, 30 and 1 July
    assert ada["average_gap_days"] is None
    assert found["bo"]["median_order_value"] == 400
    assert found["cy"]["order_count"] == 0
    assert found["cy"]["total_spent"] == -50
    assert found["cy"]["average_order_value"] is None


def test_same_day_orders_are_merged_for_the_models() -> None:
    """Days 10 and 10 January, then 24: one repeat, two weeks, T to 30 June; m = 700."""
    made = shop(order("ada", "01-10", 1), order("ada", "01-10", 2), order("ada", "01-24", 700))
    row = traits(made)["ada"]
    assert row["repeat_orders"] == 1
    assert row["weeks_from_first_to_last"] == 2
    assert row["weeks_observed"] == Fraction(172, 7)  # 21 of January, 29, 31, 30, 31, 30
    assert row["mean_repeat_value"] == 700


def test_rfm_scores_share_ties() -> None:
    """Five customers, one order each; money 1, 2, 2, 4, 5; days equal: everybody's R and F are 3.

    M = 1 + 5 · worse // 5: 1, 2, 2, 4, 5. V = (3 + M) / 2: 2, 2.5, 2.5, 3.5, 4.
    """
    made = [
        order(name, "03-05", money) for name, money in zip("abcde", (1, 2, 2, 4, 5), strict=True)
    ]
    scores = rfm(shop(*made))
    assert [scores[name] for name in "abcde"] == [PlainScore(3, 3, m) for m in (1, 2, 2, 4, 5)]
    assert sizes({name: one.group("five") for name, one in scores.items()}) == {
        "Potential": 3,
        "Loyal": 2,
    }
    assert sizes({name: one.group("eleven") for name, one in scores.items()}) == {
        "Needs attention": 4,
        "Loyal": 1,
    }


@pytest.mark.parametrize(
    ("totals", "names"),
    [
        (range(1, 11), "CCCRRRRRRV"),
        (range(1, 10), "CCRRRRRRR"),
        ([5] * 12, "R" * 12),
        ([1, 1, 1, 1, 5, 6, 7, 8, 9, 9], "RRRRRRRRRR"),
    ],
)
def test_value_tiers_never_exceed_their_shares(totals: list[int], names: str) -> None:
    """Of ten one may be VIP and three Casual; of nine nobody is VIP; ties stay together."""
    assert "".join(value_tier(total, list(totals))[0] for total in totals) == names


def test_tiers_by_frequency_recency_and_without_the_excluded() -> None:
    """Ada has three orders, 93 days ago at 1 July; bo two, 103 days ago."""
    assert tiers(ADA_AND_BO, "frequency") == {"ada": "Loyal", "bo": "Returning"}
    assert tiers(ADA_AND_BO, "recency") == {"ada": "At-risk", "bo": "At-risk"}
    june = tiers(ADA_AND_BO, "recency", as_of=at("06-28", 0))
    assert june == {"ada": "At-risk", "bo": "At-risk"}
    earlier = tiers(ADA_AND_BO, "recency", as_of=at("06-27", 0))
    assert earlier == {"ada": "Active", "bo": "At-risk"}
    without = tiers(ADA_AND_BO, "value", exclude=frozenset({"bo"}))
    assert without == {"ada": "Regular", "bo": None}


def test_weeks_and_fiscal_periods() -> None:
    """ISO weeks for Mondays, else the first day; a fiscal year is named after its end."""
    made = shop(fiscal_start_month=7)
    assert period_of(made, "week", date(2024, 12, 30)).label == "2025-W01"
    sunday = replace(made, first_weekday="sunday")
    assert period_of(sunday, "week", date(2024, 3, 9)).label == "W2024-03-03"
    assert period_of(made, "fiscal_year", date(2024, 6, 30)).label == "FY2024"
    assert period_of(made, "fiscal_year", date(2024, 7, 1)).label == "FY2025"
    assert period_of(made, "fiscal_quarter", date(2024, 12, 31)).label == "FY2025-Q2"
    plain = replace(made, fiscal_start_month=1)
    assert period_of(plain, "fiscal_quarter", date(2024, 12, 31)).label == "FY2024-Q4"


def test_days_begin_where_the_clocks_let_them() -> None:
    """Apia skipped 30 December 2011: it begins and ends at one instant."""
    made = shop(timezone="Pacific/Apia")
    start, end = (start_of(made, date(2011, 12, day)) for day in (30, 31))
    assert start == end == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_incomplete_periods() -> None:
    """A period that as_of or the window cuts."""
    made, june = ADA_AND_BO, date(2024, 6, 5)
    assert not is_incomplete(made, "month", june, at("07-01", 0))
    assert is_incomplete(made, "month", june, at("06-30", 0))
    window = (at("06-02", 0), at("07-01", 0))
    assert is_incomplete(made, "month", june, at("07-01", 0), window)


@pytest.mark.parametrize(
    ("metric", "dimensions"),
    [
        ("revenue", ["product"]),
        ("average_gap_days", ["category", "month"]),
        ("repeat_rate", ["country"]),
        ("churn_rate", ["product"]),
        ("order_frequency", ["channel"]),
        ("retention_rate", ["cohort_month"]),
        ("customers", ["customer_type"]),
        ("customers", ["cohort_month", "cohort_week", "age"]),
    ],
)
def test_pairs_without_sense_are_refused(metric: str, dimensions: list[str]) -> None:
    """The oracle answers none of them."""
    assert not admits(metric, dimensions)
    with pytest.raises(RefusedPairError, match=metric):
        measure(LINES, [metric], dimensions)


def test_the_overview_compares_with_the_year_before() -> None:
    """Orders in 2023 and 2024 at as_of 1 January 2025: 1 then, 2 now, growth 100 %."""
    old = PlainOrder(id=None, customer="ada", placed_at=datetime(2023, 6, 1, tzinfo=UTC), amount=5)
    made = shop(old, order("ada", "02-01", 7), order("ada", "03-01", 8))
    found = overview(made, ["orders", "revenue"], as_of=datetime(2025, 1, 1, tzinfo=UTC))
    assert found == {"orders": (2, 1, 1), "revenue": (15, 5, 2)}
    assert growth(5, 0) is None
    assert growth(Fraction(1), None) is None


def test_small_statistics() -> None:
    """Textbook values: Wilson of 8 in 10, Gini of 1 and 3, the better half's share, percentile."""
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert gini([1, 3, -5]) == Fraction(1, 4)
    assert top_share([1, 3, 0], Fraction(3, 4)) == Fraction(7, 8)
    assert percentile(3, [1, 2, 3, 3]) == Fraction(1, 2)


def test_an_empty_shop() -> None:
    """Tallies are 0, quotients undefined, nobody is known."""
    metrics = ["orders", "revenue", "average_order_value", "total_customers", "repeat_rate"]
    found: Mapping[str, Value] = measure(shop(), metrics)[()]
    assert list(found.values()) == [0, 0, None, 0, None]
    assert traits(shop()) == {}
    assert cohort_grid(shop()).cohorts == []
