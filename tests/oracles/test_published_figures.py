"""On UCI Online Retail the plain oracle gives the published figures and the definitions' own."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.oracles.cohorts import cohort_grid, lifetime_value
from tests.oracles.facts import View
from tests.oracles.plain import measure
from tests.oracles.scores import rfm, sizes, tiers
from tests.oracles.shop import PlainOrder, PlainRefund, Shop, Value
from tests.oracles.traits import traits_of

DATA = Path(__file__).parents[1] / "data" / "oracles"
LONDON = ZoneInfo("Europe/London")


def rows(name: str) -> Iterator[dict[str, str]]:
    """Read a packed CSV row by row."""
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def local(text: str) -> datetime:
    """Return the instant of a time in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.fixture(scope="module")
def retail() -> Shop:
    """Return a year of a gift wholesaler in the UK."""
    orders = [
        PlainOrder(
            id=int(row["invoice"]),
            customer=int(row["customer"]),
            placed_at=local(row["placed_at"]),
            amount=int(row["pence"]),
            units=1000 * int(row["items"]),
            labels={"country": row["country"]},
        )
        for row in rows("online_retail_orders.csv.gz")
    ]
    refunds = [
        PlainRefund(int(row["customer"]), local(row["refunded_at"]), int(row["pence"]))
        for row in rows("online_retail_refunds.csv.gz")
    ]
    return Shop(
        orders=tuple(orders),
        refunds=tuple(refunds),
        currency="GBP",
        timezone="Europe/London",
        observed_from=local("2010-12-01"),
        observed_until=local("2011-12-10"),
    )


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
