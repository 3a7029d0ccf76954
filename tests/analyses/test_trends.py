"""Trends by hand: the mix, sequences, distributions, slices that drill, drivers of growth."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.catalog import metric as metric_of
from custinsights.analyses.declaring.tally import Tally
from custinsights.analyses.declaring.values import GAP_DAYS
from custinsights.errors import CustInsightsError, InvalidValue, Refused, UnknownName
from custinsights.history.orders import OrderHistory
from tests.oracles.bridge import to_history
from tests.oracles.hand import ADA_AND_BO, order, shop


def history() -> OrderHistory:
    """Ada buys for 10 in January, 20 in February, 15 in March; Bo for 30 in January, 5 in March."""
    return to_history(ADA_AND_BO)


@pytest.fixture(scope="module")
def retail() -> OrderHistory:
    """UCI Online Retail."""
    return ci.datasets.load_online_retail()


@pytest.mark.covers("P02", "P03", "M51")
def test_shares_of_the_mix_come_in_one_call() -> None:
    """Both are new in January; in the year after all of it is new, in March none."""
    names = ["new_customer_share", "new_customer_revenue", "new_customer_revenue_share"]
    months = ci.measure(history(), names, by="month").to_dicts()
    assert [row["new_customer_revenue"] for row in months[:3]] == [40, 0, 0]
    assert [row["new_customer_share"] for row in months[:3]] == [1.0, 0.0, 0.0]
    assert [row["new_customer_revenue_share"] for row in months[:4]] == [1.0, 0.0, 0.0, None]
    [year] = ci.measure(history(), names, by="year").to_dicts()
    assert year["new_customer_revenue"] == 80


def test_the_mix_agrees_with_its_cells(retail: OrderHistory) -> None:
    """The share of new customers in revenue is that of the cells by customer_type."""
    shares = ci.measure(retail, ["new_customer_revenue", "revenue"], by="month")
    cells = ci.measure(retail, ["revenue"], by=["month", "customer_type"])
    new = cells.at(customer_type="new")
    assert shares.minor("new_customer_revenue").tolist() == new.minor("revenue").tolist()


def test_relative_tallies_do_not_run_up() -> None:
    """New in one month is not new in the next: what is new does not sum so far."""
    with pytest.raises(InvalidValue, match="Only what adds up from period to period"):
        ci.DEFAULT.metric("new_customer_revenue").so_far()


# --- by order number ------------------------------------------------------------------------------


@pytest.mark.covers("P08")
def test_the_sequence_of_online_retail(retail: OrderHistory) -> None:
    """Of 4,339 customers 2,845 order again (65.6 %) and 2,010 a third time; the tail is folded."""
    table = ci.order_sequence(retail, last=4)
    rows = table.to_dicts()
    assert [row["order_number"] for row in rows] == [1, 2, 3, "4+"]
    assert [row["customers"] for row in rows] == [4339, 2845, 2010, 1502]
    assert [row["orders"] for row in rows] == [4339, 2845, 2010, 18536 - 4339 - 2845 - 2010]
    assert [row["share_reaching"] for row in rows] == [1, 2845 / 4339, 2010 / 4339, 1502 / 4339]
    assert [row["share_of_previous"] for row in rows] == [
        None,
        2845 / 4339,
        2010 / 2845,
        1502 / 2010,
    ]
    assert all(row["low"] < row["share_reaching"] <= row["high"] + 1e-12 for row in rows)
    whole = ci.measure(retail, "revenue", by=ci.order_number(4)).to_dicts()
    assert [row["revenue"] for row in rows] == [
        row["revenue"] for row in whole if row["order_number"]
    ]


def test_a_folded_order_number_goes_wherever_the_plain_one_goes() -> None:
    """It is a dimension like the other: in windows, beside periods, down to the rows."""
    cube = ci.measure(history(), ["orders", "revenue"], by=["month", ci.order_number(2)])
    assert cube.at(month="2024-03", order_number="2+").minor("revenue").tolist() == [2000]
    assert len(cube.orders(order_number="2+", month="2024-03")) == 2


# --- distributions --------------------------------------------------------------------------------


@pytest.mark.covers("P09")
def test_the_recency_of_online_retail_in_bins(retail: OrderHistory) -> None:
    """2,876 are active, 594 at risk, 869 lapsed: the tiers are bins of the same days."""
    found = ci.distribution(retail, "days_since_last_order", bins=(90, 180))
    assert found.counts.tolist() == [[2876, 594, 869]]
    assert found.shares.sum() == pytest.approx(1)
    gaps = ci.distribution(retail, "gap_days", by=ci.order_number(3), quantiles=[0.5])
    assert gaps.n.tolist() == [0, 2845, 14197 - 2845]
    assert float((gaps.mean * gaps.n)[1:].sum()) == pytest.approx(567287)
    months = ci.distribution(retail, "gap_days", by="month", quantiles=[0.5])
    medians = ci.measure(retail, "median_gap_days", by="month")["median_gap_days"]
    assert np.array_equal(months[0.5], medians, equal_nan=True)


def test_customers_at_the_end_of_each_period() -> None:
    """At the end of February Ada bought 9 days ago and Bo 40: each period has its own state."""
    found = ci.distribution(history(), "days_since_last_order", by="month", quantiles=(0, 1))
    last = ci.measure(history(), "average_days_since_last_order", by="month")
    assert found.n.tolist() == [2] * 6
    assert found.mean.tolist() == last["average_days_since_last_order"].tolist()
    assert found[0][5] < found[1][5]


def test_a_distribution_shows_itself() -> None:
    """One row per cell: labels, n, mean, quantiles and bins by names that can be read."""
    found = ci.distribution(
        history(), "order_value", by="month", quantiles=(0.975,), bins=(10, Decimal("12.50"))
    )
    row = found.to_dicts()[0]
    assert list(row) == ["month", "n", "mean", "q97_5", "under 10", "10 to 12.5", "12.5 and up"]
    assert (row["n"], row["mean"], row["10 to 12.5"], row["12.5 and up"]) == (2, 20.0, 1, 1)
    assert found.labels("month")[0] == "2024-01"
    assert found == ci.distribution(
        history(), "order_value", by="month", quantiles=(0.975,), bins=(10, 12.5)
    )
    assert found != ci.distribution(history(), "order_value", by="month")


@ci.tally("pence", facts="orders", unit="money", definition="What was paid.")
def pence(orders: Any) -> Any:
    """Minor units."""
    return orders.amount


def test_any_tally_and_any_whole_trait_is_distributed() -> None:
    """A tally of one's own, some of its facts, a trait of whole numbers: in natural units."""
    assert ci.distribution(history(), pence, quantiles=[1])[1].tolist() == [30.0]
    small = pence.where(lambda orders: orders.amount < 1000).named("small", definition="Small.")
    assert ci.distribution(history(), small).n.tolist() == [1]
    assert ci.distribution(history(), "order_count", quantiles=[1])[1].tolist() == [3.0]
    trait = ci.DEFAULT.trait("total_spent")
    assert ci.distribution(history(), trait, quantiles=[1])[1].tolist() == [45.0]


def test_a_quantile_of_new_customers() -> None:
    """What counts for new customers only has its own quantiles, too."""
    new = Tally("gaps_of_new", "gaps", of=GAP_DAYS.of, customer_type="new")
    metric = ci.quantile(metric_of(new))
    by_month = ci.measure(history(), metric, by="month")
    assert np.isnan(by_month["gaps_of_new_q50"]).all()  # their second order is a month later
    assert not np.isnan(ci.measure(history(), metric, by="year")["gaps_of_new_q50"][0])


CI: Any = ci


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (lambda: CI.distribution(history(), "gapdays"), UnknownName, "Did you mean 'gap_days'"),
        (lambda: CI.distribution(history(), 5), UnknownName, "distributed value"),
        (lambda: CI.distribution(history(), "first_channel"), InvalidValue, "whole numbers.*label"),
        (lambda: CI.distribution(history(), "median_gap_days"), InvalidValue, "of the kind number"),
        (lambda: CI.distribution(history(), ci.revenue), InvalidValue, "a single tally"),
        (lambda: CI.distribution(history(), ci.orders), InvalidValue, "counts or runs up"),
        (
            lambda: CI.distribution(history(), "days_since_last_order", by="country"),
            Refused,
            "state of customers.*customer_country",
        ),
        (lambda: CI.distribution(history(), "gap_days", by="product"), Refused, "whole orders"),
        (lambda: CI.distribution(history(), "gap_days", bins=(3, 3)), InvalidValue, "ascend"),
        (lambda: CI.distribution(history(), "gap_days", bins=("a",)), InvalidValue, "cut points"),
        (lambda: CI.distribution(history(), "gap_days", bins=5), InvalidValue, "single value"),
        (lambda: CI.distribution(history(), "gap_days", quantiles=[5]), InvalidValue, "no share"),
        (lambda: CI.distribution(history(), "gap_days")[0.3], UnknownName, "q30"),
        (lambda: CI.quantile("gap_days", 2), InvalidValue, "no share: 2"),
        (lambda: CI.order_number(1), InvalidValue, "from 2 up"),
        (lambda: CI.order_sequence(history(), by="country"), Refused, "cohort_year"),
        (lambda: CI.order_sequence(history(), by="month"), Refused, "label of customers"),
        (lambda: CI.growth_drivers(history(), by="month"), Refused, "no period in common"),
        (lambda: CI.growth_drivers(history(), by="order_count"), Refused, "segments are labels"),
        (lambda: CI.growth_drivers(history(), by="product"), Refused, "revenue.*product"),
        (lambda: CI.growth_drivers(history(), compare=None), InvalidValue, "previous_period"),
        (lambda: CI.growth_drivers(history(), compare="last"), InvalidValue, "last"),
        (
            lambda: CI.growth_drivers(history(), compare="last_year"),
            InvalidValue,
            r"previous_year, or a window such as '2023'\. previous_year is the same window",
        ),
        (lambda: CI.growth_drivers(history(), by=5), InvalidValue, "names"),
        (lambda: CI.audit([]), InvalidValue, "order history"),
        (lambda: CI.measure(history(), "orders").orders(sort="value"), UnknownName, "'-amount'"),
        (lambda: CI.measure(history(), "orders").orders(limit=0), InvalidValue, "limit"),
    ],
)
def test_what_cannot_be_asked(
    ask: Callable[[], object], error: type[CustInsightsError], says: str
) -> None:
    """Each mistake is an error that says what was given and what is allowed."""
    with pytest.raises(error, match="(?s)" + says):
        ask()


# --- down to the rows -----------------------------------------------------------------------------


def test_a_slice_drills_inside_itself() -> None:
    """What `at` has chosen holds in drills, in the rows behind them and without a dimension."""
    cube = ci.measure(history(), ["orders", "customers"], by=["month", "order_type"])
    repeat = cube.at(order_type="repeat")
    march = repeat.at(month="2024-03")
    assert len(march.orders()) == 2
    assert march.drill("day") == cube.drill("day", month="2024-03", order_type="repeat")
    assert march.drill("day")["orders"].sum() == 2
    assert len(repeat.orders()) == 3
    assert repeat.without("month")["orders"].tolist() == [3]
    assert march.without("order_type")["orders"].tolist() == [2]
    assert march.without("order_type").labels("month").tolist() == ["2024-03"]
    with pytest.raises(UnknownName, match="2024-02"):
        march.drill("day", month="2024-02")


@pytest.mark.covers("P10", "P11")
def test_from_the_year_to_the_hour_to_the_orders(retail: OrderHistory) -> None:
    """Each level is what measuring it directly gives, and ends in the orders behind it."""
    names = ["orders", "customers", "new_customers", "revenue"]
    months = ci.measure(retail, names, by=["year", "country"]).drill(
        "month", year="2011", country="France"
    )
    days = months.drill("day", month="2011-11")
    hours = days.drill("hour", day="2011-11-10")
    for cube, by, window in (
        (months, "month", "2011"),
        (days, "day", "2011-11"),
        (hours, "hour", "2011-11-10"),
    ):
        direct = ci.measure(retail, names, by=[by, "country"], window=window).at(country="France")
        assert cube == direct
    assert hours["orders"].sum() == days.at(day="2011-11-10")["orders"][0] > 0
    busiest = int(hours["orders"].argmax())
    noon = hours.orders(hour=busiest)
    assert {row["country"] for row in noon.to_dicts()} == {"France"}
    assert len(noon) == hours.at(hour=busiest)["orders"][0] > 0


@pytest.mark.covers("M21")
def test_orders_by_date_or_value() -> None:
    """Rows lie by time or amount, either way round; a limit keeps the first and says so."""
    cube = ci.measure(history(), "orders")

    def amounts(**how: Any) -> list[int]:
        return [int(row["amount"]) for row in cube.orders(**how).to_dicts()]

    assert amounts() == [10, 30, 20, 5, 15]
    assert amounts(sort="-placed_at") == [15, 5, 20, 30, 10]
    assert amounts(sort="amount") == [5, 10, 15, 20, 30]
    assert amounts(sort="-amount", limit=2) == [30, 20]
    assert cube.orders(limit=2).title == "2 of 5 orders"
    assert cube.orders(limit=9).title == "5 orders"


def test_rows_of_new_customers_are_those_of_the_cells() -> None:
    """New is relative to the cube's periods, also where no period is chosen."""
    cube = ci.measure(history(), "orders", by=["month", "customer_type"])
    new = cube.at(customer_type="new")
    assert new["orders"].sum() == len(new.orders()) == 2
    assert len(cube.orders(customer_type="returning")) == 3


# --- what drives growth ---------------------------------------------------------------------------


@ci.trait(kind="label", definition="How often the customer has bought.")
def how_often(view: Any) -> Any:
    """Tell customers of one order from the others."""
    return np.where(view.order_count > 1, "often", "once")


@pytest.mark.covers("P12")
def test_growth_by_hand() -> None:
    """Two customers spend 40 in January, two 20 in March: order value alone took 20 away."""
    [row] = ci.growth_drivers(history(), window="2024-03", compare="2024-01").to_dicts()
    assert (row["before"], row["after"], row["change"]) == (40, 20, -20)
    assert (row["from_customers"], row["from_orders_per_customer"]) == (0, 0)
    assert (row["from_order_value"], row["share_of_change"]) == (-20, 1.0)
    [row] = ci.growth_drivers(history(), window="2024-02", compare="2024-01").to_dicts()
    assert (row["from_customers"], row["from_order_value"]) == (-20, 0)
    [row] = ci.growth_drivers(history(), window="2024-04", compare="2024-03").to_dicts()
    assert (row["leaving"], row["entering"], row["from_customers"]) == (-20, 0, 0)


def test_customers_who_move_are_terms_of_their_own() -> None:
    """Ada buys again: her 10 leave those of one order, her 20 enter those of more; Cy is new."""
    asked = shop(
        order("ada", "01-10", 1000),
        order("bo", "01-11", 300),
        order("ada", "02-10", 2000),
        order("cy", "02-11", 500),
    )
    table = ci.growth_drivers(to_history(asked), by=how_often, window="2024-02", compare="2024-01")
    often, once = table.to_dicts()
    assert (often["how_often"], often["moved_in"], often["change"]) == ("often", 20, 20)
    assert (once["before"], once["after"], once["moved_out"]) == (13, 5, -10)
    assert once["from_order_value"] == 2  # Bo's 3 in January, Cy's 5 in February
    assert sum(row["change"] for row in (often, once)) == 12


def test_growth_says_what_is_not_whole() -> None:
    """A window that begins before the observation, or that as_of cuts, is told."""
    notes = " ".join(ci.growth_drivers(history(), window="2024-02", as_of="2024-02-20").notes)
    assert "The window is not over: as_of cuts it. Compared:" in notes
    assert "The observation begins" not in notes
    notes = " ".join(ci.growth_drivers(history(), window="2024-01").notes)
    assert re.search(r"Compared: .*The observation begins on", notes)


def test_labels_in_one_window_only_enter_or_leave(retail: OrderHistory) -> None:
    """A country without customers before is growth of its own, and all rows make up the whole."""
    table = ci.growth_drivers(retail, by="country", window="2011-11", compare="2011-10")
    rows = table.to_dicts()
    [whole] = ci.growth_drivers(retail, window="2011-11", compare="2011-10").to_dicts()
    assert sum(row["change"] for row in rows) == whole["change"]
    entering = [row for row in rows if row["entering"]]
    assert entering
    assert all(row["entering"] == row["change"] for row in entering)
    assert [row["change"] for row in rows] == sorted((r["change"] for r in rows), reverse=True)
