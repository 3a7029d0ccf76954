"""Every covered capability, asked as a user asks it and held to a figure known from elsewhere.

The figures of Online Retail are published or counted by hand from the raw lines; those of the
gallery are counted here from its objects, without the library.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.domain import Order


@pytest.fixture(scope="module")
def retail() -> ci.OrderHistory:
    """Return a year of real orders."""
    return ci.datasets.load_online_retail()


@pytest.fixture(scope="module")
def gallery() -> ci.OrderHistory:
    """Return two years of an invented gallery."""
    return ci.datasets.gallery()


@pytest.fixture(scope="module")
def paid() -> list[Order]:
    """Return the gallery's orders that count: paid and not refunded in full, of known people."""
    return [
        order
        for order in ci.datasets.gallery_objects().orders
        if order.status == "paid" and order.customer and not is_refunded(order)
    ]


def is_refunded(order: Order) -> bool:
    """Tell whether the refunds of an order reach what was paid."""
    back = sum(refund.amount.minor for refund in order.refunds)
    return order.amount.minor > 0 and back >= order.amount.minor


def cells(cube: Any, *labels: str) -> dict[Any, dict[str, Any]]:
    """Return the cells of a cube by their labels."""
    return {
        tuple(cell[label] for label in labels) if len(labels) > 1 else cell[labels[0]]: cell
        for cell in cube.to_dicts()
    }


@pytest.mark.covers("A03", "A07")
def test_customers_are_one_time_or_repeat_and_some_are_active(retail: ci.OrderHistory) -> None:
    """4,339 customers are 1,494 with one order and 2,845 with more; 2,876 bought within 90 days."""
    names = ["total_customers", "one_time_customers", "repeat_customers", "active_customers"]
    [cell] = ci.measure(retail, names).to_dicts()
    assert [cell[name] for name in names] == [4339, 1494, 2845, 2876]


@pytest.mark.covers("A04", "A23")
def test_new_customers_of_a_month_are_those_with_the_first_order_in_it(
    retail: ci.OrderHistory,
) -> None:
    """885 came in December 2010, 417 in January, and the months add up to all 4,339."""
    months = cells(ci.measure(retail, ["new_customers"], by=["month"]), "month")
    assert months["2010-12"]["new_customers"] == 885
    assert months["2011-01"]["new_customers"] == 417
    assert sum(cell["new_customers"] for cell in months.values()) == 4339


@pytest.mark.covers("A05", "A08", "A10", "M49")
def test_rates_of_the_whole_history(retail: ci.OrderHistory) -> None:
    """First orders are 4,339 of 18,536; 2,845 of 4,339 came back; each brought 1,912.90."""
    [cell] = ci.measure(
        retail, ["new_customer_rate", "repeat_rate", "customer_lifetime_value"]
    ).to_dicts()
    assert cell["new_customer_rate"] == 4339 / 18536
    assert cell["repeat_rate"] == 2845 / 4339
    assert cell["customer_lifetime_value"] == pytest.approx(8300065.81 / 4339, rel=1e-12)
    assert f"{cell['customer_lifetime_value']:.2f}" == "1912.90"


@pytest.mark.covers("A08")
def test_the_repeat_rate_of_a_month_is_that_of_its_end(retail: ci.OrderHistory) -> None:
    """It was .297 after December 2010, .542 after June and .642 after November."""
    months = cells(ci.measure(retail, ["repeat_rate"], by=["month"]), "month")
    asked = [months[month]["repeat_rate"] for month in ("2010-12", "2011-06", "2011-11")]
    assert [f"{rate:.3f}" for rate in asked] == ["0.297", "0.542", "0.642"]


@pytest.mark.covers("A06", "A09")
def test_the_overview_sets_rates_beside_their_bands(retail: ci.OrderHistory) -> None:
    """First orders should be 40 to 70 % of orders, repeat customers 20 to 30 % of customers."""
    rows = cells(ci.overview(retail), "metric")
    assert (rows["new_customer_rate"]["target_low"], rows["new_customer_rate"]["target_high"]) == (
        0.4,
        0.7,
    )
    assert (rows["repeat_rate"]["target_low"], rows["repeat_rate"]["target_high"]) == (0.2, 0.3)


@pytest.mark.covers("A15", "A16", "A17")
def test_tiers_by_value_frequency_and_recency(retail: ci.OrderHistory) -> None:
    """The tiers of Online Retail, each adding up to its customers."""
    assert dict(ci.tiers(retail, "value").sizes) == {"VIP": 433, "Regular": 2605, "Casual": 1301}
    assert dict(ci.tiers(retail, "frequency").sizes) == {
        "Loyal": 2010,
        "Returning": 835,
        "One-time": 1494,
    }
    assert dict(ci.tiers(retail, "recency").sizes) == {
        "Active": 2876,
        "At-risk": 594,
        "Lapsed": 869,
    }


@pytest.mark.covers("A18")
def test_rfm_scores_and_groups(retail: ci.OrderHistory) -> None:
    """The groups of Online Retail, and the known days and orders of five customers."""
    rfm = ci.rfm(retail)
    assert dict(rfm.sizes) == {
        "Champions": 919,
        "Loyal": 720,
        "Potential": 942,
        "At Risk": 335,
        "Lost": 99,
        "Dormant": 1324,
    }
    rows = cells(rfm, "customer")
    known = {12346: (326, 1), 12347: (3, 7), 12348: (76, 4), 12349: (19, 1), 12350: (311, 1)}
    assert {
        customer: (rows[customer]["days_since_last_order"], rows[customer]["order_count"])
        for customer in known
    } == known


@pytest.mark.covers("A19")
def test_countries_of_orders_and_of_customers(retail: ci.OrderHistory) -> None:
    """By order 4,347 are counted, since eight bought from two countries; by customer 4,339."""
    by_order = ci.measure(retail, ["customers"], by=["country"]).to_dicts()
    by_customer = ci.measure(retail, ["customers"], by=["customer_country"]).to_dicts()
    assert sum(cell["customers"] for cell in by_order) == 4347
    assert sum(cell["customers"] for cell in by_customer) == 4339


@pytest.mark.covers("A20")
def test_regions_of_orders(gallery: ci.OrderHistory, paid: list[Order]) -> None:
    """An order has the region that it was shipped to, else billed to, else the customer's."""
    homes = {person.id: person.addresses for person in ci.datasets.gallery_objects().customers}
    counted: Counter[str | None] = Counter()
    for order in paid:
        places = [order.shipping_address, order.billing_address, *homes[order.customer or ""]]
        counted[next((place.region for place in places if place and place.region), None)] += 1
    found = cells(ci.measure(gallery, ["orders"], by=["region"]), "region")
    assert {name: cell["orders"] for name, cell in found.items() if cell["orders"]} == counted


@pytest.mark.covers("A25")
def test_growth_is_against_the_period_before(retail: ci.OrderHistory) -> None:
    """Growth is (this − previous) ÷ previous, and nothing where either period is not whole."""
    cube = ci.measure(retail, ["revenue"], by=["month"])
    growth = cube.growth("revenue")
    revenue = [float(cell["revenue"]) for cell in cube.to_dicts()]
    assert np.isnan(growth[0])
    assert np.isnan(growth[-1])
    assert growth[2:-1] == pytest.approx(
        [(now - before) / before for before, now in pairwise(revenue[1:-1])]
    )


@pytest.mark.covers("A26", "A27", "M52")
def test_cohorts_by_month_and_what_they_do_later(retail: ci.OrderHistory) -> None:
    """The published retention of the first two cohorts, and no figure where nobody could return."""
    grid = ci.cohorts(retail, period="month")
    first = [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]
    second = [417, 92, 111, 96, 134, 120, 103, 101, 125, 136, 152, 49]
    assert list(grid.cohorts[:2]) == ["2010-12", "2011-01"]
    assert grid.values[0].tolist() == first
    assert grid.values[1][:-1].tolist() == second
    assert np.isnan(grid.values[1][-1])
    assert grid.partial[1].tolist() == [False] * 11 + [True, False]
    assert grid.retention[0][1] == 324 / 885


@pytest.mark.covers("A27", "A11")
def test_lifetime_value_at_thirty_days(retail: ci.OrderHistory) -> None:
    """Gross 568.22 a customer who is older than thirty days."""
    found = ci.lifetime_value(retail, [30], gross=True)
    assert round(float(found["lifetime_value_30"][0]), 2) == 568.22


@pytest.mark.covers("A29")
def test_what_goes_with_a_second_order(gallery: ci.OrderHistory, paid: list[Order]) -> None:
    """By the channel of the first order: who had 90 days for a second one, and who placed it."""
    as_of = gallery.observed_until.astimezone(gallery.calendar.zone).date()
    mine: dict[str, list[Order]] = defaultdict(list)
    for order in sorted(paid, key=lambda order: order.placed_at):
        mine[str(order.customer)].append(order)
    zone = gallery.calendar.zone
    expected: dict[str | None, Counter[str]] = defaultdict(Counter)
    for first, *later in mine.values():
        day = first.placed_at.astimezone(zone).date()
        if (as_of - day).days > 90:
            waited = [(order.placed_at.astimezone(zone).date() - day).days for order in later]
            expected[first.channel]["n"] += 1
            expected[first.channel]["again"] += any(days <= 90 for days in waited)
    found = ci.second_order(gallery, 90, by="channel")
    rows = [row for row in found.to_dicts() if row["dimension"] == "channel"]
    assert {r["label"]: (r["observable"], r["reordered"]) for r in rows} == {
        label: (count["n"], count["again"]) for label, count in expected.items()
    }
    rate = cells(ci.measure(gallery, ["second_order_rate"], by="channel"), "channel")
    assert all(rate[row["label"]]["second_order_rate"] == row["share"] for row in rows)


@pytest.mark.covers("E03")
def test_customers_above_fifteen_orders_a_year(retail: ci.OrderHistory) -> None:
    """As many as have the trait; the year before as_of is nearly all that was observed."""
    counts = ci.traits(retail, ["order_count", "orders_last_year"])
    [cell] = ci.measure(retail, [ci.frequent_customers(15)]).to_dicts()
    assert cell["frequent_customers"] == int((counts["orders_last_year"] > 15).sum()) == 153
    assert (counts["orders_last_year"] <= counts["order_count"]).all()


@pytest.mark.covers("A06", "A09")
def test_bands_can_be_set(retail: ci.OrderHistory) -> None:
    """The repeat rate of 65.6 % lies above its usual band, and within one of 60 to 70 %."""
    usual = ci.overview(retail, ["repeat_rate"])["repeat_rate"]
    assert (usual.target, usual.standing) == ((0.2, 0.3), "above")
    catalog = ci.DEFAULT.with_targets(repeat_rate=(0.6, 0.7), churn_rate=(0.0, 0.1))
    own = ci.overview(retail, ["repeat_rate"], catalog=catalog)["repeat_rate"]
    assert (own.target, own.standing) == ((0.6, 0.7), "within")
    [row] = ci.measure(retail, ["repeat_rate"], catalog=catalog).rate("repeat_rate").to_dicts()
    assert (row["n"], row["standing"], row["small"]) == (4339, "within", False)
    assert (row["low"], row["high"]) == (own.low, own.high)


@pytest.mark.covers("A26")
@pytest.mark.parametrize(
    ("period", "labels"),
    [
        ("quarter", ["2010-Q4", "2011-Q1", "2011-Q2", "2011-Q3", "2011-Q4"]),
        ("year", ["2010", "2011"]),
    ],
)
def test_cohorts_by_quarter_and_year(
    retail: ci.OrderHistory, period: str, labels: list[str]
) -> None:
    """Longer cohorts have their own labels and hold the same customers."""
    grid = ci.cohorts(retail, period=period)
    assert list(grid.cohorts) == labels
    assert sum(grid.sizes) == 4339


@pytest.mark.covers("P02", "P03", "P05", "P07", "M51")
def test_new_and_returning_customers_make_up_every_month(retail: ci.OrderHistory) -> None:
    """Customers, orders and revenue split into new, returning and (for refunds) neither."""
    metrics = ["customers", "orders", "revenue", "average_order_value"]
    parts = ci.measure(retail, metrics, by=["month", "customer_type"]).to_dicts()
    months = cells(
        ci.measure(retail, [*metrics, "new_customers", "returning_customers"], by=["month"]),
        "month",
    )
    summed: dict[str, Counter[str]] = defaultdict(Counter)
    for part in parts:
        summed[part["month"]].update({name: part[name] for name in metrics[:3]})
        if part["orders"]:
            quotient = float(part["revenue"]) / part["orders"]
            assert part["average_order_value"] == pytest.approx(quotient, rel=1e-12)
    for month, cell in months.items():
        assert dict(summed[month]) == {name: cell[name] for name in metrics[:3]}
        assert cell["new_customers"] + cell["returning_customers"] == cell["customers"]


@pytest.mark.covers("P04")
def test_dates_and_lengths_of_periods_are_chosen_freely(retail: ci.OrderHistory) -> None:
    """A window of one quarter holds the same orders by day, week or month."""
    whole = ci.measure(retail, ["orders"], window="2011-Q2").to_dicts()[0]["orders"]
    for period in ("day", "week", "month"):
        cube = ci.measure(retail, ["orders"], by=[period], window="2011-Q2")
        assert sum(cell["orders"] for cell in cube.to_dicts()) == whole
    assert len(ci.measure(retail, ["orders"], by=["day"], window="2011-Q2").to_dicts()) == 91


@pytest.mark.covers("P08")
def test_spend_by_place_in_the_sequence(retail: ci.OrderHistory) -> None:
    """4,339 first orders, 2,845 second ones, 2,010 third ones."""
    by_number = cells(
        ci.measure(retail, ["orders", "average_order_value"], by=["order_number"]), "order_number"
    )
    assert [by_number[number]["orders"] for number in (1, 2, 3)] == [4339, 2845, 2010]
    assert all(cell["average_order_value"] for number, cell in by_number.items() if number)


@pytest.mark.covers("P09", "M26")
def test_time_between_and_since_orders(retail: ci.OrderHistory) -> None:
    """567,287 days lie between 14,197 pairs of orders; .58 orders a month; recency is its own."""
    metrics = [
        "average_gap_days",
        "median_gap_days",
        "average_days_since_last_order",
        "order_frequency",
    ]
    [cell] = ci.measure(retail, metrics).to_dicts()
    days = [row["days_since_last_order"] for row in ci.rfm(retail).to_dicts()]
    assert cell["average_gap_days"] == 567287 / 14197
    assert cell["median_gap_days"] < cell["average_gap_days"]
    assert cell["average_days_since_last_order"] == pytest.approx(sum(days) / 4339)
    assert f"{cell['order_frequency']:.2f}" == "0.58"


@pytest.mark.covers("P10", "P11")
def test_from_a_year_down_to_its_orders(retail: ci.OrderHistory) -> None:
    """The months of a year add up to it, the days of a month to the month, the rows to the cell."""
    years = ci.measure(retail, ["orders", "revenue"], by=["year"])
    year = cells(years, "year")["2011"]
    months = years.drill("month", year="2011")
    assert sum(cell["revenue"] for cell in months.to_dicts()) == year["revenue"]
    month = cells(months, "month")["2011-11"]
    days = months.drill("day", month="2011-11")
    assert sum(cell["orders"] for cell in days.to_dicts()) == month["orders"]
    assert len(years.orders(month="2011-11")) == month["orders"]


@pytest.mark.covers("M02", "M03")
def test_what_one_customer_spends(retail: ci.OrderHistory) -> None:
    """Customer 12347 spent 4,310.00 in seven orders."""
    names = ["order_count", "total_spent", "average_order_value", "median_order_value"]
    row = cells(ci.traits(retail, names), "customer")[12347]
    assert (row["order_count"], row["total_spent"]) == (7, Decimal("4310.00"))
    assert row["average_order_value"] == pytest.approx(4310 / 7)
    assert row["median_order_value"] > 0


@pytest.mark.covers("M22")
def test_the_state_of_an_order_decides_whether_it_counts(
    gallery: ci.OrderHistory, paid: list[Order]
) -> None:
    """Paid orders count; with a policy that says so, pending ones do as well."""
    pending = [
        order
        for order in ci.datasets.gallery_objects().orders
        if order.status == "pending" and order.customer and not is_refunded(order)
    ]
    policy = ci.domain.PurchasePolicy(counted_statuses=frozenset({"paid", "pending"}))
    found = cells(
        ci.measure(gallery.with_policy(policy), ["orders"], by=["order_status"]), "order_status"
    )
    assert pending
    assert found["paid"]["orders"] == len(paid)
    assert found["pending"]["orders"] == len(pending)


@pytest.mark.covers("M25")
def test_the_products_bought_most(gallery: ci.OrderHistory, paid: list[Order]) -> None:
    """Units by product are the sums over the lines of the orders that count."""
    counted: Counter[str] = Counter()
    for order in paid:
        for line in order.lines:
            counted[str(line.product)] += int(line.quantity * 1000)
    found = cells(ci.measure(gallery, ["units"], by=["product"]), "product")
    units = {name: int(cell["units"] * 1000) for name, cell in found.items() if cell["units"]}
    assert units == {name: thousandths for name, thousandths in counted.items() if thousandths}


@pytest.mark.covers("M27")
def test_how_customers_pay(gallery: ci.OrderHistory, paid: list[Order]) -> None:
    """Orders by payment method, counted one by one."""
    counted = Counter(order.payment_method for order in paid)
    found = cells(ci.measure(gallery, ["orders"], by=["payment_method"]), "payment_method")
    assert {name: cell["orders"] for name, cell in found.items() if cell["orders"]} == counted


@pytest.mark.covers("M28")
def test_when_customers_shop(gallery: ci.OrderHistory, paid: list[Order]) -> None:
    """Weekdays and hours are those of the shop's clock, and all 168 cells are there."""
    zone = gallery.calendar.zone
    local = (order.placed_at.astimezone(zone) for order in paid)
    counted = Counter((f"{at:%A}", at.hour) for at in local)
    found = cells(ci.measure(gallery, ["orders"], by=["weekday", "hour"]), "weekday", "hour")
    assert len(found) == 168
    assert {cell: row["orders"] for cell, row in found.items() if row["orders"]} == counted


@pytest.mark.covers("M17")
def test_tags_are_set_by_hand_and_by_a_rule(gallery: ci.OrderHistory) -> None:
    """Whom the rule tags are those of the tier; who has the tag by hand too keeps it afterwards."""
    start, then = datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)
    lapsed = ci.tiers(gallery, "recency", as_of=start).members("Lapsed").ids
    by_hand = str(min(ci.datasets.gallery_objects().customers, key=lambda one: one.id).id)
    book = ci.domain.TagBook().add("quiet", by_hand, at=start, by="Ada", why="moved away")
    book = ci.maintain(gallery, book, {"quiet": lapsed}, as_of=start, by="a rule")
    assert {*book.customers(any="quiet", at=start)} == {by_hand, *lapsed.tolist()}
    book = ci.maintain(gallery, book, {"Quiet": []}, as_of=then, by="a rule")
    assert book.customers(any="quiet", at=then) == (by_hand,)


@pytest.mark.covers("M18", "M20")
def test_customers_and_what_they_bring_by_tag(gallery: ci.OrderHistory, paid: list[Order]) -> None:
    """Who carries any of two tags and none of a third, and the orders of each tag."""
    until = gallery.observed_until
    tags: dict[str, set[str]] = defaultdict(set)
    for one in ci.datasets.gallery_objects().customers:
        for tag in one.tags:
            if tag.holds_at(until):
                tags[tag.name].add(str(one.id))
    mask = ci.tagged(gallery, any=["vip", "COLLECTOR"], none="wholesale")
    expected = (tags["VIP"] | tags["collector"]) - tags["wholesale"]
    assert gallery.customer_ids[mask].tolist() == sorted(expected)
    counted = Counter(
        tag for order in paid for tag, who in tags.items() if str(order.customer) in who
    )
    found = cells(ci.measure(gallery, ["orders"], by="tag"), "tag")
    assert {tag: cell["orders"] for tag, cell in found.items() if tag} == counted


@pytest.mark.covers("M19")
def test_prices_by_tag() -> None:
    """Thirty percent off 45.00 is 31.50, for who carries the tag and buys ten."""
    rule = ci.domain.PriceRule("wholesale", percent_off=30, at_least=10)
    day, price = datetime(2024, 3, 5, tzinfo=UTC), ci.domain.Money("45.00", "EUR")
    asked = [(["Wholesale"], 10), (["Wholesale"], 9), (["VIP"], 10)]
    found = [ci.domain.price_for(price, who, [rule], at=day, quantity=n) for who, n in asked]
    assert [str(one.price.amount) for one in found] == ["31.50", "45.00", "45.00"]
    assert [one.rule for one in found] == [rule, None, None]


@pytest.mark.covers("M50", "E16")
def test_churn_is_over_a_stated_period(retail: ci.OrderHistory) -> None:
    """Of 2,646 who had bought in the 180 days before June, 794 had not in those before December."""
    last = {"start": retail.up_to("2011-06-01"), "end": retail.up_to("2011-12-01")}
    active = {
        when: {
            row["customer"]
            for row in ci.traits(history, ["order_count", "days_since_last_order"]).to_dicts()
            if row["order_count"] and row["days_since_last_order"] < 180
        }
        for when, history in last.items()
    }
    [cell] = ci.measure(
        retail, ["churn_rate"], window=("2011-06-01", "2011-12-01"), as_of="2011-12-01"
    ).to_dicts()
    lost = len(active["start"] - active["end"])
    assert (lost, len(active["start"])) == (794, 2646)
    assert cell["churn_rate"] == lost / len(active["start"])


@pytest.mark.covers("B11")
def test_a_department_as_the_whole_shop(gallery: ci.OrderHistory) -> None:
    """What was paid in the view of a department is its lines of the orders in the right state."""
    shop = ci.datasets.gallery_objects()
    department = {product.id: product.department for product in shop.products}
    counted = sum(
        line.revenue.minor
        for order in shop.orders
        if order.status == "paid" and order.customer
        for line in order.lines
        if department[str(line.product)] == "Prints"
    )
    view = gallery.for_lines(department="Prints")
    [cell] = ci.measure(view, ["gross_revenue", "revenue"]).to_dicts()
    assert cell["gross_revenue"] == Decimal(counted) / 100
    assert 0 < cell["revenue"] < cell["gross_revenue"]


@pytest.mark.covers("B20")
def test_spend_by_category_inside_a_department(gallery: ci.OrderHistory) -> None:
    """The categories of a department add up to it."""
    parts = ci.measure(gallery, ["line_revenue"], by=["department", "category"]).to_dicts()
    whole = cells(ci.measure(gallery, ["line_revenue"], by=["department"]), "department")
    summed: Counter[str] = Counter()
    for part in parts:
        summed[part["department"]] += part["line_revenue"]
    assert summed == {name: cell["line_revenue"] for name, cell in whole.items()}


@pytest.mark.covers("E14")
def test_the_average_order(retail: ci.OrderHistory) -> None:
    """Revenue of 8,300,065.81 in 18,536 orders is 447.78 each."""
    [cell] = ci.measure(retail, ["revenue", "orders", "average_order_value"]).to_dicts()
    assert (cell["revenue"], cell["orders"]) == (Decimal("8300065.81"), 18536)
    assert f"{cell['average_order_value']:.2f}" == "447.78"
