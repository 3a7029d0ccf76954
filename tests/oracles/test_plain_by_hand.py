"""The metrics agree with shops small enough to work out on paper (tests/oracles/hand.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from tests.oracles.hand import ADA_AND_BO, DISCOUNTED, LINES, REFUNDED, at, of, order, shop
from tests.oracles.plain import measure
from tests.oracles.shop import PlainRefund, Texts
from tests.oracles.traits import traits


def test_new_and_returning_customers_make_up_the_active_ones() -> None:
    """A customer is new in the cell that holds the first order.

    January: ada and bo are new. February: ada returns. March: both return.
    """
    cells = measure(ADA_AND_BO, ["customers", "new_customers", "returning_customers"], ["month"])
    rows = {key[0]: tuple(row.values()) for key, row in cells.items()}
    assert rows == {"2024-01": (2, 2, 0), "2024-02": (1, 0, 1), "2024-03": (2, 0, 2)}


def test_relative_words_do_not_roll_up() -> None:
    """Revenue of the new is asked anew for every frame.

    By month only January's 1000 + 3000 are of new customers; by year all 8000 are, since both
    customers are new in 2024. In the window of February and March nobody is.
    """
    metric, by = ["gross_revenue"], ["month", "customer_type"]
    months = of(measure(ADA_AND_BO, metric, by), "gross_revenue")
    assert months == {
        ("2024-01", "new"): 4000,
        ("2024-02", "returning"): 2000,
        ("2024-03", "returning"): 2000,
    }
    year = of(measure(ADA_AND_BO, metric, ["year", "customer_type"]), "gross_revenue")
    assert year == {("2024", "new"): 8000}
    window = (at("02-01", 0), at("04-01", 0))
    cells = measure(ADA_AND_BO, metric, ["customer_type"], window=window)
    assert of(cells, "gross_revenue") == {"returning": 4000}


def test_a_gap_lies_where_its_later_order_lies() -> None:
    """The earlier order may lie before the window.

    ada: 10 January to 10 February 31 days, to 30 March 49; bo: 20 January to 20 March 60.
    Mean (31 + 49 + 60) / 3; in March (49 + 60) / 2; the median of all three is 49.
    """
    metrics = ["average_gap_days", "median_gap_days"]
    assert measure(ADA_AND_BO, metrics)[()] == {
        "average_gap_days": Fraction(140, 3),
        "median_gap_days": Fraction(49),
    }
    march = (date(2024, 3, 1), date(2024, 4, 1))
    cells = measure(ADA_AND_BO, metrics, window=march)
    assert of(cells, "average_gap_days") == {(): Fraction(109, 2)}


def test_gaps_of_one_day_are_zero_and_count() -> None:
    """Three orders on one day and one two days later: (0 + 0 + 2) / 3."""
    made = [
        replace(order("ada", "03-05", 100), placed_at=at("03-05", hour)) for hour in (9, 10, 11)
    ]
    found = measure(shop(*made, order("ada", "03-07", 100)), ["average_gap_days"])
    assert found[()]["average_gap_days"] == Fraction(2, 3)


def test_days_are_those_of_the_shops_calendar() -> None:
    """From 23:30 to 00:30 in New York is one day, though both instants share a date in UTC."""
    made = [
        replace(order("ada", "03-05", 100), placed_at=at("03-05", 4)),
        replace(order("ada", "03-05", 100), placed_at=at("03-05", 6)),
    ]
    found = measure(
        shop(*made, timezone="America/New_York"), ["average_gap_days", "orders"], ["day"]
    )
    assert of(found, "average_gap_days") == {"2024-03-04": None, "2024-03-05": 1}


def test_a_fully_refunded_order_leaves_every_tally_but_two() -> None:
    """The January order stays in gross_revenue and refunded; February's becomes ada's first.

    January: gross 1000, refunded 1000, no orders. February: gross 2500, refunded 100 (dated at
    the order), two orders of two new customers. March: only cy's 50, who is no customer.
    """
    metrics = ["gross_revenue", "refunded", "revenue", "orders", "new_customers", "first_orders"]
    cells = measure(REFUNDED, metrics, ["month"])
    rows = {key[0]: tuple(row.values()) for key, row in cells.items()}
    assert rows == {
        "2024-01": (1000, 1000, 0, 0, 0, 0),
        "2024-02": (2500, 100, 2400, 2, 2, 2),
        "2024-03": (0, 50, -50, 0, 0, 0),
    }


def test_what_counts_is_decided_once_at_as_of() -> None:
    """Before the refund of 15 February, midday, ada's January order still counts.

    At that instant itself the refund does not exist yet; a microsecond later it does.
    """
    before = measure(REFUNDED, ["orders", "refunded"], as_of=at("02-15"))
    assert before[()] == {"orders": 3, "refunded": 0}
    after = measure(REFUNDED, ["orders", "refunded"], as_of=at("02-15", 13))
    assert after[()] == {"orders": 2, "refunded": 1000}


def test_refunds_may_be_dated_by_themselves() -> None:
    """By policy the 1000 lie in February and bo's 100 in March; counting does not change."""
    dated = replace(REFUNDED, refund_date="refund")
    cells = measure(dated, ["refunded", "orders"], ["month"])
    assert of(cells, "refunded") == {"2024-01": 0, "2024-02": 1000, "2024-03": 150}
    assert of(cells, "orders") == {"2024-01": 0, "2024-02": 2, "2024-03": 0}


def test_labels_of_refunds() -> None:
    """A linked refund carries its order's labels, one without an order None.

    ada's fully refunded order has no number: its 1000 are in None on both sides. bo's 100 lower
    number 1; cy's 50 are in None too, so None is 1000 - 1050.
    """
    cells = measure(REFUNDED, ["revenue"], ["order_number"])
    assert of(cells, "revenue") == {1: 2400, None: -50}
    types = measure(REFUNDED, ["refunded"], ["year", "customer_type"])
    assert of(types, "refunded") == {("2024", "new"): 1100, ("2024", None): 50}


def test_customer_type_of_facts_outside_the_first_order() -> None:
    """Before the first counted order None, in its frame new, after it returning.

    ada's January order is refunded, so her first is February's: January's 1000 are of no type.
    """
    cells = measure(REFUNDED, ["gross_revenue"], ["month", "customer_type"])
    assert of(cells, "gross_revenue") == {
        ("2024-01", None): 1000,
        ("2024-02", "new"): 2500,
        ("2024-03", None): 0,
    }


def test_an_over_refund_makes_revenue_negative() -> None:
    """500 paid, 600 back: the order does not count, revenue is -100, the person a prospect."""
    made = shop(
        order("ada", "01-10", 500), refunds=(PlainRefund("ada", at("01-11"), 600, order=0),)
    )
    found = measure(made, ["revenue", "orders", "average_order_value", "total_customers"])
    assert found[()] == {
        "revenue": -100,
        "orders": 0,
        "average_order_value": None,
        "total_customers": 0,
    }
    assert traits(made)["ada"]["total_spent"] == -100


def test_zero_amount_orders_count_unless_the_policy_says_no() -> None:
    """A refund of a free order is no full refund: amount > 0 is part of that rule."""
    made = shop(order("ada", "01-10", 0), refunds=(PlainRefund("ada", at("01-11"), 5, order=0),))
    assert measure(made, ["orders", "revenue"])[()] == {"orders": 1, "revenue": -5}
    strict = replace(made, zero_amount_counts=False)
    assert measure(strict, ["orders", "revenue"])[()] == {"orders": 0, "revenue": 0}


def test_money_metrics_of_a_cell() -> None:
    """AOV is revenue ÷ orders, the median that of amounts less linked refunds.

    Revenue 3500 - 1150 = 2350 over two orders and two customers; net amounts 2000 and 400.
    """
    metrics = ["average_order_value", "revenue_per_customer", "median_order_value", "refund_rate"]
    assert measure(REFUNDED, metrics)[()] == {
        "average_order_value": Fraction(2350, 2),
        "revenue_per_customer": Fraction(2350, 2),
        "median_order_value": Fraction(1200),
        "refund_rate": Fraction(1150, 3500),
    }


def test_stock_is_the_state_at_the_end_of_the_period() -> None:
    """Every period appears, and a row never changes because of a later one.

    January: two customers, none with two orders. February: ada has two. March: both. April and
    later as March. CLV: 4000 / 2, 6000 / 2, 8000 / 2.
    """
    metrics = ["total_customers", "repeat_rate", "customer_lifetime_value"]
    cells = measure(ADA_AND_BO, metrics, ["month"])
    rows = [tuple(row.values()) for _, row in sorted(cells.items())]
    assert rows[:3] == [(2, 0, 2000), (2, Fraction(1, 2), 3000), (2, 1, 4000)]
    assert len(rows) == 6
    assert rows[3:] == rows[2:3] * 3


def test_lifetime_value_includes_the_balance_of_refund_only_people() -> None:
    """(3500 - 1150) ÷ 2 customers, cy's -50 among them."""
    found = measure(REFUNDED, ["customer_lifetime_value"])
    assert found[()]["customer_lifetime_value"] == Fraction(2350, 2)


def test_churn_is_lapsing_without_return() -> None:
    """Active at t: the last order before t is less than 180 days old.

    One order on 1 January: on 1 June it is 152 days old (31+29+31+30+31), on 1 July 182. bo's of
    20 May is 12 and 42 days old. So June's churn is 1 of 2; May's is 0 of 1.
    """
    made = shop(order("ada", "01-01", 100), order("bo", "05-20", 100))
    cells = of(measure(made, ["churn_rate"], ["month"]), "churn_rate")
    assert cells["2024-06"] == Fraction(1, 2)
    assert cells["2024-05"] == 0
    assert cells["2024-01"] is None


def test_recency_of_everybody_at_the_end() -> None:
    """At 1 July bo's last order of 20 March is 103 days old, ada's of 30 March 93: none active.

    At 1 June they are 73 and 63 days old.
    """
    metrics = ["active_customers", "average_days_since_last_order"]
    assert measure(ADA_AND_BO, metrics)[()] == {
        "active_customers": 0,
        "average_days_since_last_order": Fraction(196, 2),
    }
    may = measure(ADA_AND_BO, metrics, ["month"])["2024-05",]
    assert may == {"active_customers": 2, "average_days_since_last_order": Fraction(136, 2)}


@pytest.mark.parametrize(("day", "active"), [("03-30", 1), ("03-31", 0)])
def test_active_is_less_than_ninety_days(day: str, active: int) -> None:
    """1 January is 89 days before 30 March (30 + 29 + 30) and 90 before the 31st."""
    found = measure(shop(order("ada", "01-01", 1)), ["active_customers"], as_of=at(day, 0))
    assert found[()]["active_customers"] == active


@pytest.mark.parametrize(("day", "churn"), [("06-28", 0), ("06-29", 1)])
def test_lapsed_is_a_hundred_and_eighty_days(day: str, churn: int) -> None:
    """1 January is 179 days before 28 June and 180 before the 29th."""
    window = (at("06-01", 0), at(day, 0))
    found = measure(shop(order("ada", "01-01", 1)), ["churn_rate"], window=window)
    assert found[()]["churn_rate"] == churn


def test_a_window_is_half_open() -> None:
    """Orders at its start belong to it, those at its end do not."""
    made = shop(order("ada", "01-10", 1), order("ada", "01-11", 20), order("ada", "01-12", 300))
    found = measure(made, ["revenue"], window=(at("01-10"), at("01-12")))
    assert found[()]["revenue"] == 21


def test_order_frequency_counts_customer_months() -> None:
    """From the later of first order and cell start to the cell's end.

    March: 31 days each and two orders: 2 ÷ (62 / 30.4375). January: 22 days of ada (from the
    10th to 1 February) and 12 of bo: 2 ÷ (34 / 30.4375). April: no order, 60 days: 0.
    """
    cells = of(measure(ADA_AND_BO, ["order_frequency"], ["month"]), "order_frequency")
    assert cells["2024-03"] == 2 / (62 / Fraction("30.4375"))
    assert cells["2024-01"] == 2 / (34 / Fraction("30.4375"))
    assert cells["2024-04"] == 0


def test_line_dimensions() -> None:
    """Orders contain a product, customers buy it, refunds that name it lower its line revenue.

    bo's order is fully refunded and gone with its lines and its refund. print: 600 - 250, two
    items, one order. The refund of 10 names no product and lowers nothing here.
    """
    metrics = ["line_revenue", "units", "orders", "customers"]
    cells = measure(LINES, metrics, ["product"])
    assert {key: tuple(row.values()) for key, row in cells.items()} == {
        ("print",): (350, 2000, 1, 1),
        ("card",): (300, 1000, 1, 1),
    }
    by_category = of(measure(LINES, ["line_revenue"], ["category"]), "line_revenue")
    assert by_category == {"Prints": 350, None: 300}
    by_country = of(measure(LINES, ["line_revenue"], ["country", "product"]), "line_revenue")
    assert by_country == {("FR", "print"): 600, ("FR", "card"): 300, (None, "print"): -250}


def test_units_are_before_refunds() -> None:
    """At 2 March bo's order still counts: 3 + 2 items in two orders."""
    found = measure(LINES, ["units", "units_per_order"], as_of=at("03-02", 0))
    assert found[()] == {"units": 5000, "units_per_order": Fraction(5000, 2)}


def test_a_product_bought_twice_in_one_order_is_one_order() -> None:
    """Before its refund bo's order holds print on two lines."""
    found = measure(LINES, ["orders", "units"], ["product"], as_of=at("02-20", 0))
    assert found["print",] == {"orders": 2, "units": 4000}


def test_countries_of_orders_and_of_customers() -> None:
    """An order without a country takes the customer table's; a customer has one in all cells.

    ada's latest order, without a country, decides: None, also for her French order. bo is Irish.
    """
    texts: Texts = {"country": "FR"}
    made = replace(LINES, refunds=(), orders=(*LINES.orders, order("ada", "03-01", 100)))
    assert made.orders[0].labels == texts
    by_order = of(measure(made, ["orders"], ["country"]), "orders")
    assert by_order == {"FR": 1, "IE": 1, None: 1}
    by_customer = of(measure(made, ["orders"], ["customer_country"]), "orders")
    assert by_customer == {None: 2, "IE": 1}


def test_discounts() -> None:
    """100 off 2500 of goods, in one order of two."""
    metrics = ["discounts", "discount_rate", "discounted_order_share"]
    assert measure(DISCOUNTED, metrics)[()] == {
        "discounts": 100,
        "discount_rate": Fraction(100, 2500),
        "discounted_order_share": Fraction(1, 2),
    }


def test_order_numbers_and_types() -> None:
    """Ada's three orders are 1, 2, 3 and bo's 1, 2: AOV 2000, 1250, 1500."""
    cells = measure(ADA_AND_BO, ["average_order_value", "orders"], ["order_number"])
    assert of(cells, "average_order_value") == {1: 2000, 2: 1250, 3: 1500}
    types = measure(ADA_AND_BO, ["orders", "new_customer_rate"], ["order_type"])
    assert of(types, "orders") == {"first": 2, "repeat": 3}
    assert measure(ADA_AND_BO, ["new_customer_rate"])[()]["new_customer_rate"] == Fraction(2, 5)


def test_ties_in_time_go_by_order_id() -> None:
    """Two orders at one instant: the smaller id is the first, whatever the row order."""
    two = (order("ada", "01-10", 100, id=9), order("ada", "01-10", 700, id=2))
    for rows in (two, two[::-1]):
        cells = measure(shop(*rows), ["gross_revenue"], ["order_number"])
        assert of(cells, "gross_revenue") == {1: 700, 2: 100}
