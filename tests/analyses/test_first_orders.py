"""Cohorts by what was bought first, exact ages and the second order, worked out on paper.

Ada buys a print and a card on 10 January; bo a print on 10 February. Both shops are those of the
oracle's hand-made examples, as of 1 July 2024.
"""

import math
import pickle

import numpy as np
import pytest

import custinsights as ci
from custinsights.errors import InvalidValue, MissingData, Refused
from custinsights.history.orders import OrderHistory
from custinsights.results.intervals import lift
from tests.oracles.bridge import to_history
from tests.oracles.hand import ADA_AND_BO, LINES, REFUNDED, order, shop
from tests.oracles.shop import PlainLine, Shop

PRINT, CARD = PlainLine("print", 1000, 100), PlainLine("card", 1000, 50)
SHOP: Shop = shop(
    order("ada", "01-10", 150, lines=(PRINT, CARD, PRINT)),
    order("bo", "02-10", 100, lines=(PRINT,)),
    order("ada", "02-20", 50, lines=(CARD,)),
    order("bo", "02-10", 300, placed_at=order("", "02-11", 0).placed_at, lines=(CARD,)),
    order("cy", "03-01", 70),
    products={"print": {"category": "Prints"}, "card": {"category": None}},
)


@pytest.fixture(scope="module")
def history() -> OrderHistory:
    """Return ada, bo and cy; cy's only order has no lines."""
    return to_history(SHOP)


def test_a_customer_is_in_every_cohort_of_the_first_order(history: OrderHistory) -> None:
    """Print: ada and bo; card: ada; nothing: cy. Ada's later card does not count, nor does bo's."""
    grid = ci.cohorts(history, by="first_product", metric="orders", as_of="2024-03-01")
    assert grid.cohorts == ("card", "print")
    assert grid.sizes.tolist() == [1, 2]
    assert np.nan_to_num(grid.values, nan=-1).tolist() == [[1, 1], [3, 1]]
    assert grid.partial.tolist() == [[False, False], [False, True]]
    assert grid.observed.tolist() == [[1, 1], [2, 1]]
    assert grid.retention.tolist() == [[1, 1], [1, 1]]
    assert grid.cumulative[0].tolist() == [0, 1]
    assert grid.cumulative[1, 0] == 0.5
    assert math.isnan(grid.cumulative[1, 1])
    assert "in several of these cohorts" in repr(grid)


def test_cells_overlap_and_tell_whole_customers(history: OrderHistory) -> None:
    """Ada's 200 are in both products, bo's 400 in print; who had no lines is unknown."""
    cube = ci.measure(history, ["customers", "revenue", "line_revenue"], by="first_product")
    assert cube.labels("first_product").tolist() == [None, "card", "print"]
    assert cube.minor("customers").tolist() == [1, 1, 2]
    assert cube.minor("revenue").tolist() == [70, 200, 600]
    assert cube.minor("line_revenue").tolist() == [0, 300, 450]
    beside = ci.measure(history, "units", by=["first_product", "product"])
    assert [tuple(row.values()) for row in beside.to_dicts()] == [
        ("card", "card", 2),
        ("card", "print", 2),
        ("print", "card", 3),
        ("print", "print", 3),
    ]


def test_a_product_without_a_label_is_unknown(history: OrderHistory) -> None:
    """Ada is in Prints and, by the card, in unknown; the grid shows both."""
    cube = ci.measure(history, "customers", by="first_category")
    assert cube.labels("first_category").tolist() == [None, "Prints"]
    assert cube.minor("customers").tolist() == [2, 2]
    assert ci.cohorts(history, by="first_category").cohorts == (None, "Prints")


def test_down_to_the_orders_of_a_cell(history: OrderHistory) -> None:
    """Behind card lie both of ada's orders, once each."""
    cube = ci.measure(history, "orders", by=["first_product", "month"])
    rows = cube.orders(first_product="card").to_dicts()
    assert [row["customer"] for row in rows] == ["ada", "ada"]
    assert len(cube.orders(first_product="print", month="2024-02")) == 3


def test_tags_refunds_and_tables_go_with_the_customer() -> None:
    """Refunds and the country of the customer table are the same in each of the labels."""
    cube = ci.measure(
        to_history(LINES), ["refunded", "customers"], by=["first_product", "customer_country"]
    )
    found = {tuple(row.values())[:2]: row["refunded"] for row in cube.to_dicts()}
    assert {key: round(100 * value) for key, value in found.items() if value} == {
        (None, "IE"): 400,
        ("card", "FR"): 260,
        ("print", "FR"): 260,
    }


def test_nothing_is_summed_over_cohorts_that_overlap(history: OrderHistory) -> None:
    """A mean over them would count ada twice."""
    grid = ci.cohorts(history, by="first_product")
    with pytest.raises(Refused, match=r"'mean' .* several of them"):
        grid.mean()
    with pytest.raises(Refused, match=r"'mean_retention' .* several of them"):
        _ = grid.mean_retention


def test_means_weigh_by_customers() -> None:
    """Two of January, one of March: 1.5 orders a customer of age 1 in January, none in March."""
    made = shop(
        order("ada", "01-10", 100),
        order("bo", "01-11", 100),
        *(order("ada", "02-10", 40) for _ in range(3)),
        order("cy", "03-10", 500),
    )
    history = to_history(made)
    assert ci.cohorts(history, metric="orders").mean().tolist()[:2] == [1, 1]
    assert ci.cohorts(history).mean().tolist()[:2] == [1, pytest.approx(1 / 3)]
    value = ci.cohorts(history, metric="average_order_value").mean()
    assert value[:2].tolist() == [pytest.approx((2 * 1 + 5) / 3), pytest.approx(0.4)]
    assert math.isnan(value[2])
    low, high = ci.cohorts(history).retention_interval
    assert (low[0, 1], high[0, 1]) == (
        pytest.approx(0.0945, abs=1e-4),
        pytest.approx(0.9055, abs=1e-4),
    )
    assert np.isnan(low[1]).all()


def test_lifetime_value_at_exact_ages() -> None:
    """LTV(31) 30.00; at 20 February LTV(30) is (10 + 30) / 2, bo's day 30 being the 19th."""
    history = to_history(ADA_AND_BO)
    assert ci.lifetime_value(history, [31])["lifetime_value_31"].tolist() == [30]
    early = ci.lifetime_value(history, [30, 31], as_of="2024-02-20")
    assert early["lifetime_value_30"].tolist() == [20]
    assert early.denominator("lifetime_value_31").tolist() == [1]  # type: ignore[union-attr]
    assert math.isnan(ci.lifetime_value(history, [400])["lifetime_value_400"][0])


def test_second_order_on_paper(history: OrderHistory) -> None:
    """Ada waits 41 days, bo one; cy has not come back. At 30 days one of three had."""
    path = ci.second_order(history, 30, by="product", ages=[0, 1, 41, 122])
    assert (path.observable, path.reordered, path.returned, path.customers) == (3, 1, 2, 3)
    assert path.share == pytest.approx(1 / 3)
    low, high = path.interval
    assert round(low, 4) == 0.0615
    assert round(high, 4) == 0.7923
    assert path.observable_at.tolist() == [3, 3, 3, 2]
    assert path.reordered_by.tolist() == [0, 1, 2, 2]
    assert path.days_until(1 / 3) == 1
    assert math.isnan(path.days_until(0.5))
    rows = {(row["dimension"], row["label"]): row for row in path.to_dicts()}
    row = rows["product", "print"]
    assert (row["observable"], row["reordered"], row["small"]) == (2, 1, True)
    assert rows["product", "card"]["share"] == 0
    thirds = ["lowest third", "middle third", "highest third"]
    assert [rows["amount", third]["observable"] for third in thirds] == [1, 1, 1]
    assert rows["amount", "middle third"]["reordered"] == 1
    with pytest.raises(InvalidValue, match="number above 0, up to 1"):
        path.days_until(1.5)


def test_small_is_told_of_share_and_lift() -> None:
    """The share of a label is small under 30, its lift against a rest under 30."""
    rows = ci.second_order(ci.datasets.gallery(), 90, by="department").to_dicts()
    told = {r["label"]: (r["observable"], r["small"], r["small_rest"]) for r in rows}
    assert told["Prints"] == (61, False, True)  # of 89
    assert told["Stationery"] == (38, False, False)
    assert told["Framing"] == (4, True, False)


def test_lift_is_a_ratio_with_katz_bounds() -> None:
    """20 of 40 against 10 of 40 is twice; with nobody on one side there are no bounds."""
    a, n, c, m = (np.array(column) for column in ([20, 0, 5], [40, 9, 9], [10, 3, 0], [40, 9, 9]))
    ratio, low, high = lift(a, n, c, m)
    assert ratio[0] == 2
    assert (low[0], high[0]) == (pytest.approx(1.0761, abs=1e-4), pytest.approx(3.7171, abs=1e-4))
    assert ratio[1] == 0
    assert np.isnan([low[1], high[1], ratio[2], low[2], high[2]]).all()


def test_what_makes_no_sense_is_refused(history: OrderHistory) -> None:
    """Each with what to ask instead."""
    with pytest.raises(InvalidValue, match="one such dimension in a question"):
        ci.measure(history, "orders", by=["first_product", "first_category"])
    with pytest.raises(MissingData, match="order lines"):
        ci.cohorts(to_history(ADA_AND_BO), by="first_product")
    value = ci.lifetime_value_at(30)
    for by in ("month", "country", "age"):
        with pytest.raises(Refused, match="cohort_month or another label of customers"):
            ci.measure(history, value, by=by)
    with pytest.raises(Refused, match="window"):
        ci.measure(history, value, window="2024")
    with pytest.raises(InvalidValue, match="does not give labels to group by"):
        ci.cohorts(history, by="order_count")
    with pytest.raises(InvalidValue, match="does not give labels to group by"):
        ci.measure(history, "orders", by="total_spent")
    with pytest.raises(Refused, match="changes from order to order"):
        ci.cohorts(history, by="country")
    for wrong in (ci.lifetime_value_at, ci.second_order_rate, ci.frequent_customers):
        with pytest.raises(InvalidValue, match="whole number from 0 up"):
            wrong(-1)


def test_bands_belong_to_metrics_that_exist() -> None:
    """Another catalog has the band; ours keeps its own, and a band has two ends."""
    other = ci.DEFAULT.with_targets(repeat_rate=(0.5, 0.6), new_customer_rate=None)
    assert other.metric("repeat_rate").target == (0.5, 0.6)
    assert other.metric("new_customer_rate").target is None
    assert ci.DEFAULT.metric("repeat_rate").target == (0.2, 0.3)
    with pytest.raises(InvalidValue, match="no band"):
        ci.DEFAULT.with_targets(repeat_rate=(0.6, 0.5))
    for band in ((20, 30), (-0.1, 0.3)):
        with pytest.raises(
            InvalidValue, match=r"proportion 'repeat_rate'.*two numbers from 0 to 1"
        ):
            ci.DEFAULT.with_targets(repeat_rate=band)
    assert ci.DEFAULT.with_targets(units_per_order=(2, 3)).metric("units_per_order").target == (
        2,
        3,
    )


def test_label_traits_are_dimensions(history: OrderHistory) -> None:
    """A trait that is a label groups customers under its own definition."""
    cube = ci.measure(history, "customers", by="first_channel")
    assert cube.minor("customers").sum() == 3
    told = cube.provenance.definitions["first_channel"]
    assert told == "Sales channel of the first order."


def test_metrics_of_ages_travel() -> None:
    """They hold functions that another process can read."""
    for metric in (ci.lifetime_value_at(30), ci.second_order_rate(7), ci.frequent_customers(2)):
        assert pickle.loads(pickle.dumps(metric)) == metric
    trait = ci.DEFAULT.trait("first_country")
    assert pickle.loads(pickle.dumps(trait)) == trait


def test_equal_amounts_are_in_the_same_third() -> None:
    """Of four first orders three are equal, with none smaller: the lowest third holds them all."""
    made = shop(
        *(order(name, "01-10", paid) for name, paid in zip("abcd", [5, 5, 5, 9], strict=True))
    )
    path = ci.second_order(to_history(made), 30, by=[])
    assert path.label_observable.tolist() == [3, 0, 1]


def test_a_year_has_365_days() -> None:
    """On 9 January 2025 an order of 10 January 2024 is 365 days old and counts; not a day later."""
    history = to_history(shop(order("ada", "01-10", 5)))
    for as_of, count in (("2025-01-09", 1), ("2025-01-10", 0)):
        assert ci.traits(history, "orders_last_year", as_of=as_of)["orders_last_year"] == [count]


def test_a_refund_before_the_first_counted_order_is_no_part_of_its_value() -> None:
    """Ada's order of January was paid back before that of February, which is worth 20."""
    value = ci.lifetime_value(to_history(REFUNDED), [60], by="cohort_month", gross=True)
    assert value["lifetime_value_60"].tolist()[-1] == 12.5


def test_what_people_did_is_in_every_cohort_of_theirs(history: OrderHistory) -> None:
    """Ada's visit counts by print and by card, bo's two by print; cy and dan have no product."""
    done = ci.ActivityHistory.from_arrays(
        customer=["bo", "cy", "ada", "dan", "bo"],
        at=["2024-01-02", "2024-01-03", "2024-02-01", "2024-02-02", "2024-03-04"],
        kind=["visit"] * 5,
        timezone="UTC",
    )
    cube = ci.measure(history.with_activities(done), "visits", by="first_product")
    found = {row["first_product"]: row["visits"] for row in cube.to_dicts()}
    assert found == {None: 2, "card": 1, "print": 3}


@pytest.mark.covers("A29")
def test_labels_of_few_customers_are_counted_and_not_listed() -> None:
    """Of each dimension the 20 labels of most customers are shown, and all are exported."""
    path = ci.second_order(ci.datasets.load_online_retail(), 90, by=["product", "weekday"])
    rows = path.top().to_dicts()
    products = [row for row in rows if row["dimension"] == "product"]
    assert (len(products), len(rows)) == (20, 20 + 6 + 3)
    every = path.to_dicts()
    assert len(every) == len(path.labels) > 2_000
    others = sorted((r["observable"] for r in every if r["dimension"] == "product"), reverse=True)
    assert [row["observable"] for row in products] == others[:20]
    more = f"And {len(others) - 20:,} more of product with fewer customers."
    assert more in path.top().notes
    assert more in repr(path)
    assert more not in path.table().notes
    with pytest.raises(InvalidValue, match="number of labels to show"):
        path.top(0)
