"""A metric by a dimension that makes no sense is refused, with what to ask instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.catalog import DEFAULT, dimension, tally
from custinsights.analyses.declaring.declarations import Dimension, Metric
from custinsights.analyses.declaring.tally import Tally
from custinsights.analyses.measuring.measure import measure
from custinsights.errors import InvalidValue, MissingData, Refused, UnknownName
from custinsights.history.columnar.columns import Labels
from tests.oracles.bridge import to_history
from tests.oracles.hand import ADA_AND_BO, LINES, REFUNDED

WHOLE_ORDERS = "belongs to whole orders.*Ask for line_revenue, units, orders or customers"
STATE = "state of customers.*periods and customer labels only"


@pytest.mark.parametrize(
    ("metric", "by", "window", "message"),
    [
        ("revenue", "product", None, WHOLE_ORDERS),
        ("average_order_value", ["month", "category"], None, WHOLE_ORDERS),
        ("refunded", "department", None, WHOLE_ORDERS),
        ("average_gap_days", "product", None, WHOLE_ORDERS),
        ("discounts", "product", None, WHOLE_ORDERS),
        ("median_order_value", "product", None, "lines of several labels.*Ask for line_revenue"),
        ("median_gap_days", "category", None, "lines of several labels"),
        ("churn_rate", "product", None, STATE),
        ("repeat_rate", "country", None, STATE + ".*Group by customer_country"),
        ("total_customers", "hour", None, STATE),
        ("order_frequency", "channel", None, STATE),
        ("active_customers", "customer_type", "2024", STATE),
        ("customer_lifetime_value", ["month", "order_type"], None, STATE),
        ("average_days_since_last_order", "age", None, STATE),
        ("retention_rate", (), None, "'nothing'.*cohort_month"),
        ("retention_rate", "cohort_month", None, "active at an age.*'age'"),
        ("retention_rate", "age", "2024", "'window'.*without a window"),
        ("retention_rate", ["age", "month"], None, "'month'.*denominator is customers"),
        ("retention_rate", ["age", "country"], None, "'country'.*another label of customers"),
    ],
)
def test_pairs_that_make_no_sense(
    metric: str, by: str | Sequence[str], window: str | None, message: str
) -> None:
    """The error names metric and dimension, the reason, and what does make sense."""
    with pytest.raises(Refused, match=rf"(?s)'{metric}' by .*{message}") as caught:
        measure(to_history(LINES), metric, by=by, window=window)
    assert caught.value.metric == metric


def test_one_refused_metric_refuses_the_question() -> None:
    """Nothing is left out in silence: one pair without sense among others is an error."""
    with pytest.raises(Refused, match="'repeat_rate' by 'hour'"):
        measure(to_history(ADA_AND_BO), ["orders", "repeat_rate"], by=["month", "hour"])


def revenue_of_large(orders: Any) -> Any:
    """Tell large orders."""
    return orders.amount > 999


def test_what_is_made_of_refused_metrics_is_refused() -> None:
    """A quotient, a part or a sum so far goes by what its tallies go by."""
    large = DEFAULT.metric("revenue").where(lambda facts: facts.amount > 999)
    share = (large / DEFAULT.metric("revenue")).named("share", definition="Large.")
    with pytest.raises(Refused, match="'share' by 'product'"):
        measure(to_history(LINES), share, by="product")
    so_far = DEFAULT.metric("revenue").so_far().named("so_far", definition="So far.")
    with pytest.raises(Refused, match="'so_far' by 'weekday'"):
        measure(to_history(ADA_AND_BO), so_far, by="weekday")


@tally("loyalty", facts="customers", definition="Orders of all customers so far.")
def loyalty(view: Any) -> Any:
    """Judge everybody."""
    return view.order_count


@tally("lines", facts="lines", definition="Lines.")
def lines(facts: Any) -> Any:
    """Count lines."""
    return np.ones(len(facts), dtype=np.int64)


@tally("refunds", facts="refunds", definition="Refunds.")
def refunds(facts: Any) -> Any:
    """Count refunds."""
    return facts.amount > 0


@dimension("initial", facts="customers", definition="First letter.")
def initial(view: Any) -> Any:
    """Label customers."""
    return [name[0] for name in view.customer_ids.tolist()]


def test_what_users_declare_is_judged_alike() -> None:
    """A judged customer is a state, a line tally goes by product, a refund tally does not."""
    history = to_history(LINES)
    assert measure(history, loyalty, by=["month", initial]).minor("loyalty").sum() > 0
    assert measure(history, lines, by=["product", initial]).minor("lines").tolist() == [1, 1]
    for metric, by in ((loyalty, "country"), (refunds, "product"), (loyalty, "product")):
        with pytest.raises(Refused, match=f"'{metric.name}' by '{by}'"):
            measure(history, metric, by=by)


# --- metrics made of metrics ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda c: c["customers"].so_far(), "period to period.*first_orders so far"),
        (lambda c: c["active_customers"].so_far(), "period to period"),
        (lambda c: c["total_customers"].so_far(), "period to period"),
        (lambda c: c["active_customers"].where(revenue_of_large), r"history.where\(customers"),
        (lambda c: c["revenue"] + c["orders"], "different units.*money and orders"),
        (lambda c: c["units"] - c["orders"], "different units.*items and orders"),
        (lambda c: c["repeat_rate"] / c["orders"], "before anything is divided"),
        (lambda c: c["orders"] / c["repeat_rate"], "before anything is divided"),
        (lambda c: c["median_gap_days"].where(revenue_of_large), "before anything is divided"),
        (lambda c: c["repeat_rate"] + c["orders"], "before anything is divided"),
        (lambda c: c["repeat_rate"].so_far(), "period to period"),
        (lambda c: c["orders"].named("two words", definition=""), "must be an identifier"),
    ],
)
def test_sums_that_would_be_wrong(make: Callable[[Any], Metric], message: str) -> None:
    """What cannot be added, narrowed or divided is refused where it is written."""
    with pytest.raises(InvalidValue, match="(?s)" + message):
        make(DEFAULT.metrics)


@pytest.mark.parametrize(
    ("declare", "error", "message"),
    [
        (lambda: tally("x", facts="baskets"), UnknownName, "stream of facts.*'orders'"),
        (lambda: tally("1x"), InvalidValue, "identifier"),
        (lambda: dimension("a b"), InvalidValue, "identifier"),
        (lambda: dimension("x", facts="refunds"), UnknownName, "kind of facts"),
        (lambda: tally("x", facts="customers", distinct="customers"), InvalidValue, "tell apart"),
        (lambda: tally("x", facts="refunds", distinct="orders"), InvalidValue, "tell apart"),
        (lambda: tally("x", distinct="cities"), InvalidValue, "tell apart.*'cities'"),
        (lambda: lambda _: Tally("x", "baskets"), UnknownName, "stream of facts named 'baskets'"),
        (
            lambda: lambda _: Tally("x", "orders", special="aging"),
            UnknownName,
            "treatment of a tally named 'aging'. Did you mean 'ageing'",
        ),
    ],
)
def test_declarations_that_mean_nothing(
    declare: Callable[[], Callable[[Any], Any]], error: type[Exception], message: str
) -> None:
    """An unknown stream, a name that is none and a count of nothing are refused at once."""
    with pytest.raises(error, match="(?s)" + message):
        declare()(len)


def numbers_of(make: Callable[[Any], Any]) -> Metric:
    """Return a tally of one's own over the orders."""
    return tally("own", definition="Own.")(make)


@pytest.mark.parametrize(
    "make",
    [
        lambda orders: orders.amount / 100,
        lambda orders: orders.amount[:1],
        lambda _orders: 1,
        lambda orders: [str(amount) for amount in orders.amount],
    ],
)
def test_a_tally_gives_one_whole_number_per_fact(make: Callable[[Any], Any]) -> None:
    """Floats would be cut, and other shapes spread: both are refused with advice."""
    with pytest.raises(InvalidValue, match=r"'own'.*one whole number per fact.*minor units"):
        measure(to_history(ADA_AND_BO), numbers_of(make), by="month")


def test_a_condition_gives_truth_values() -> None:
    """Whole numbers would weigh the facts instead of choosing among them."""
    for facts in (DEFAULT.metric("orders"), loyalty):
        weighed = facts.where(lambda view: np.full(len(view.amount), 2))
        with pytest.raises(InvalidValue, match=r"which facts count.*int64"):
            measure(to_history(ADA_AND_BO), weighed)


def labels_of(make: Callable[[Any], Any]) -> Dimension:
    """Return a dimension of one's own over the orders."""
    return dimension("own", definition="Own.")(make)


@pytest.mark.parametrize(
    "make",
    [
        lambda orders: orders.amount / 100,
        lambda orders: orders.amount[:1],
        lambda orders: Labels.missing(len(orders) + 1),
        lambda orders: np.array([b"x"] * len(orders)),
        lambda orders: [1.5] * len(orders),
        lambda orders: [("a", "b")] * len(orders),
    ],
)
def test_a_dimension_gives_one_label_per_fact(make: Callable[[Any], Any]) -> None:
    """Texts, whole numbers, truth values or Labels, one each."""
    with pytest.raises(InvalidValue, match=r"'own'.*one label per fact.*Labels of shape \(5,\)"):
        measure(to_history(ADA_AND_BO), "orders", by=labels_of(make))


@pytest.mark.parametrize(
    ("make", "labels"),
    [
        (lambda o: o.amount > 1000, [False, True]),
        (lambda o: (o.amount // 1000).astype(np.uint8), [0, 1, 2, 3]),
        (lambda o: ["big" if a > 1000 else None for a in o.amount.tolist()], [None, "big"]),
        (lambda o: [float("nan") if a > 1000 else "" for a in o.amount.tolist()], [None]),
        (lambda o: np.array(["x"] * len(o), dtype=np.dtypes.StringDType()), ["x"]),
        (lambda o: Labels.encode(["x", None, "y", "x", None][: len(o)]), [None, "x", "y"]),
    ],
)
def test_labels_of_every_kind(make: Callable[[Any], Any], labels: list[Any]) -> None:
    """What is missing in any way is unknown; the rest keeps its type and its order."""
    cube = measure(to_history(ADA_AND_BO), "orders", by=labels_of(make))
    assert cube.labels("own").tolist() == labels
    assert cube["orders"].sum() == 5


def test_metrics_by_hand() -> None:
    """With where, so_far, +, - and ÷ a metric of one's own is what its words say."""
    own = DEFAULT.metrics
    large = own["orders"].where(revenue_of_large)
    share = (large / own["orders"]).named(
        "large_share", unit="share", proportion=True, definition="Large orders ÷ orders."
    )
    both = (own["revenue"] + own["refunded"]).named("paid", definition="Paid.")
    back = (own["gross_revenue"] - own["revenue"]).named("back", definition="Back.")
    growing = own["orders"].so_far().named("orders_so_far", definition="So far.")
    cube = measure(to_history(REFUNDED), [share, both, back, growing, "refunded"], by="month")
    assert cube["large_share"].tolist()[1] == 0.5
    assert (
        cube.minor("paid").tolist()
        == cube.minor("refunded").tolist()[:0] + [1000, 2500, 0] + [0] * 3
    )
    assert cube.minor("back").tolist() == cube.minor("refunded").tolist()
    assert cube.minor("orders_so_far").tolist() == [0, 2, 2, 2, 2, 2]
    low, high = cube.interval("large_share")
    assert low[1] < 0.5 < high[1]
    buyers = own["customers"].where(revenue_of_large).named("large_buyers", definition="Large.")
    cube = measure(to_history(ADA_AND_BO), buyers, by="month")
    assert cube.minor("large_buyers").tolist() == [2, 1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    "ask",
    [
        lambda history: ci.measure(history, "orders"),
        lambda history: ci.measure(history, ["visits", "median_order_value"]),
        ci.overview,
        ci.cohorts,
        ci.rfm,
        lambda history: ci.tiers(history, "value"),
    ],
)
def test_activities_tell_nothing_of_orders(ask: Callable[[Any], object]) -> None:
    """Without orders they are asked for, not told as 0; where they are none, 0 is the answer."""
    alone = ci.ActivityHistory.from_arrays(
        customer=["ada"], at=["2024-01-05"], kind=["visit"], timezone="Europe/Paris"
    )
    with pytest.raises(MissingData, match=r"needs orders.*Load them with read_orders and join"):
        ask(alone)
    assert ci.measure(alone, "visits").minor("visits").tolist() == [1]
    nobody = ci.OrderHistory.from_arrays(
        customer=[], placed_at=[], amount=[], currency="EUR", timezone="Europe/Paris"
    )
    ask(nobody.with_activities(alone))
