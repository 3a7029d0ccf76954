"""On UCI Online Retail and CDNOW the plain oracle gives the published figures and the definitions'.

CDNOW: P. S. Fader and B. G. S. Hardie, the master data set (2001) and the tenth of it by which
they fit their models ("Counting Your Customers" the Easy Way, Marketing Science 24 (2), 2005).
"""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import custinsights as ci
from custinsights.domain.policy import PurchasePolicy
from custinsights.history.orders import OrderHistory
from tests.oracles.bridge import to_history
from tests.oracles.cohorts import cohort_grid, lifetime_value
from tests.oracles.facts import View
from tests.oracles.plain import measure
from tests.oracles.published import cdnow_days, cdnow_sample, online_retail
from tests.oracles.scores import rfm, sizes, tiers
from tests.oracles.shop import Shop, Value
from tests.oracles.traits import traits_of


@pytest.fixture(scope="module")
def retail() -> Shop:
    """Return a year of a gift wholesaler in the UK."""
    return online_retail()


def rounded(value: Value, digits: int) -> float:
    """Return a quotient as the definitions print it."""
    assert value is not None
    return float(round(Fraction(value), digits))


def test_tallies(retail: Shop) -> None:
    """18,536 orders of 4,339 customers; gross 8,911,407.90, refunded 611,342.09."""
    metrics = ["orders", "customers", "gross_revenue", "refunded", "revenue"]
    found = measure(retail, metrics)[()]
    assert list(found.values()) == [18_536, 4_339, 891_140_790, 61_134_209, 830_006_581]
    assert len(View(retail, retail.observed_until).known) == 4_339 + 33


def test_quotients(retail: Shop) -> None:
    """AOV 447.78, CLV 1,912.90, order frequency .58 a month; 567,287 days in 14,197 gaps."""
    metrics = ["average_order_value", "customer_lifetime_value", "order_frequency"]
    found = measure(retail, [*metrics, "average_gap_days"])[()]
    assert rounded(found["average_order_value"], 0) == 44_778
    assert rounded(found["customer_lifetime_value"], 0) == 191_290
    assert rounded(found["order_frequency"], 2) == 0.58
    assert found["average_gap_days"] == Fraction(567_287, 14_197)


def test_repeat_rate_grows(retail: Shop) -> None:
    """It was .297 at the end of 2010-12, .542 of 2011-06, .642 of 2011-11."""
    cells = measure(retail, ["repeat_rate"], ["month"])
    months = ("2010-12", "2011-06", "2011-11")
    assert [rounded(cells[month,]["repeat_rate"], 3) for month in months] == [0.297, 0.542, 0.642]


def test_revenue_of_the_new_depends_on_the_frame(retail: Shop) -> None:
    """In 2011 it is 4.40 M by year and 1.68 M as the sum of months."""
    metric = ["gross_revenue"]
    year = measure(retail, metric, ["year", "customer_type"])["2011", "new"]["gross_revenue"]
    months = measure(retail, metric, ["month", "customer_type"])
    summed = sum(
        row["gross_revenue"] or 0
        for (month, kind), row in months.items()
        if kind == "new" and str(month).startswith("2011")
    )
    assert rounded(year, -6) == 440_000_000
    assert year == 439_925_968
    assert summed == 168_051_969


def test_countries_of_customers_and_orders(retail: Shop) -> None:
    """Customers sum to 4,339 by customer_country and to 4,347 by the order's country."""
    for by, total in (("customer_country", 4_339), ("country", 4_347)):
        cells = measure(retail, ["customers"], [by])
        assert sum(row["customers"] or 0 for row in cells.values()) == total


def test_tiers(retail: Shop) -> None:
    """Value 433 / 2,605 / 1,301; frequency 1,494 / 835 / 2,010; recency 2,876 / 594 / 869."""
    assert sizes(tiers(retail, "value")) == {"VIP": 433, "Regular": 2_605, "Casual": 1_301}
    frequency = {"One-time": 1_494, "Returning": 835, "Loyal": 2_010}
    assert sizes(tiers(retail, "frequency")) == frequency
    assert sizes(tiers(retail, "recency")) == {"Active": 2_876, "At-risk": 594, "Lapsed": 869}


def test_rfm_groups(retail: Shop) -> None:
    """The preset `five` holds 919 720 942 335 99 1,324."""
    scores = rfm(retail)
    assert sizes({customer: score.group("five") for customer, score in scores.items()}) == {
        "Champions": 919,
        "Loyal": 720,
        "Potential": 942,
        "At Risk": 335,
        "Lost": 99,
        "Dormant": 1_324,
    }


@pytest.mark.parametrize(
    ("customer", "days", "orders", "gross"),
    [
        (12346, 326, 1, 7_718_360),
        (12347, 3, 7, 431_000),
        (12348, 76, 4, 179_724),
        (12349, 19, 1, 175_755),
        (12350, 311, 1, 33_440),
    ],
)
def test_first_customers(retail: Shop, customer: int, days: int, orders: int, gross: int) -> None:
    """Days are calendar days before 10 December; 12346 was refunded in full, without an order."""
    view = View(retail, retail.observed_until)
    row = traits_of(view, customer)
    assert (row["days_since_last_order"], row["order_count"]) == (days, orders)
    assert sum(fact.amount for fact in view.gross_facts if fact.customer == customer) == gross
    assert row["total_spent"] == (0 if customer == 12346 else gross)


def test_monthly_cohorts(retail: Shop) -> None:
    """The first two rows of the grid as published; December 2011 is running."""
    grid = cohort_grid(retail)
    december = [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]
    january = [417, 92, 111, 96, 134, 120, 103, 101, 125, 136, 152, 49]
    assert grid.cohorts[:2] == ["2010-12", "2011-01"]
    assert grid.values[0] == december
    assert grid.values[1] == [*january, None]
    assert grid.partial[1] == [False] * 11 + [True, False]


def test_lifetime_value_at_thirty_days(retail: Shop) -> None:
    """Gross 568.22."""
    found = lifetime_value(retail, 30, retail.observed_until, gross=True)
    assert rounded(found, 0) == 56_822


def test_orders_without_those_of_no_amount() -> None:
    """Where quantity and price are positive: 18,532 invoices, 4,338 customers, the same money."""
    policy = PurchasePolicy(zero_amount_counts=False)
    history = ci.datasets.load_online_retail().with_policy(policy)
    names = ["orders", "customers", "gross_revenue"]
    [found] = ci.measure(history, names).to_dicts()
    assert (found["orders"], found["customers"]) == (18_532, 4_338)
    assert f"{found['gross_revenue']:.2f}" == "8911407.90"


def test_cdnow_master() -> None:
    """69,659 orders of 23,570 customers; 3,178,932 days in 46,089 gaps, 68.97 on average."""
    placed = list(cdnow_days())
    history = OrderHistory.from_arrays(
        customer=np.array([customer for customer, _ in placed]),
        placed_at=[day.isoformat() for _, day in placed],
        amount=np.ones(len(placed), dtype=np.int64),
        currency="USD",
        timezone="America/New_York",
    )
    cube = ci.measure(history, ["orders", "customers", "average_gap_days"])
    assert (cube.minor("orders")[0], cube.minor("customers")[0]) == (69_659, 23_570)
    days: dict[int, list[int]] = {}
    for customer, day in placed:
        days.setdefault(customer, []).append(day.toordinal())
    gaps = [later - earlier for mine in days.values() for earlier, later in pairwise(mine)]
    assert (sum(gaps), len(gaps)) == (3_178_932, 46_089)
    assert cube["average_gap_days"][0] == pytest.approx(3_178_932 / 46_089)
    assert round(cube["average_gap_days"][0], 2) == 68.97
    gap = ci.distribution(history, "gap_days")
    assert (int(gap.n[0]), round(float(gap.mean[0]), 2)) == (46_089, 68.97)


CALIBRATION_END = datetime(1997, 10, 1, tzinfo=UTC)  # exclusive: the papers' last day is the 30th


def test_cdnow_sample_until_the_end_of_calibration() -> None:
    """2,357 customers, of whom 946 came back on another day, 2,457 times for 95,357.01 in all.

    That is what the papers' table of x, t_x, T and mean repeat spend adds up to; the sums of t_x
    (16,135.52 weeks) and of T (77,111.21) are of values rounded to hundredths.
    """
    shop = cdnow_sample(by_day=True)
    history = to_history(shop)
    path = ci.second_order(history, 360, as_of=CALIBRATION_END)
    assert (path.customers, path.returned) == (2_357, 946)
    names = ["repeat_customers", "total_customers", "orders", "first_orders", "repeat_rate"]
    [cell] = ci.measure(history, names, as_of=CALIBRATION_END).to_dicts()
    assert (cell["repeat_customers"], cell["total_customers"]) == (946, 2_357)
    assert cell["repeat_rate"] == 946 / 2_357
    assert cell["orders"] - cell["first_orders"] == 2_457
    traits = ci.traits(
        history,
        ["days_since_first_order", "days_since_last_order", "total_spent", "first_order_value"],
        as_of=CALIBRATION_END,
    )
    since_first, since_last = traits["days_since_first_order"], traits["days_since_last_order"]
    rounding = 0.005 * 2_357
    assert float((since_first - since_last).sum()) / 7 == pytest.approx(16_135.52, abs=rounding)
    assert float((since_first - 1).sum()) / 7 == pytest.approx(77_111.21, abs=rounding)
    repeated = float((traits["total_spent"] - traits["first_order_value"]).sum())
    assert repeated == pytest.approx(95_357.01, abs=0.005 * 2_457)


def test_cdnow_sample_row_by_row() -> None:
    """6,919 orders of 2,357 customers, in which a day's second order is an order too."""
    [cell] = ci.measure(to_history(cdnow_sample()), ["orders", "customers", "revenue"]).to_dicts()
    assert (cell["orders"], cell["customers"]) == (6_919, 2_357)
    assert f"{cell['revenue']:.2f}" == "244091.94"
