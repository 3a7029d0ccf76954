"""Every argument is checked before anything is computed, whether or not it comes to matter."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Callable
from functools import cache
from operator import add, sub, truediv
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.cohorts.cohorts import Cohorts
from custinsights.analyses.customers.cuts import CutPoints
from custinsights.analyses.customers.groups import Box
from custinsights.analyses.declaring.declarations import Dimension, Metric
from custinsights.analyses.declaring.tally import Quantile
from custinsights.analyses.declaring.values import ORDER_VALUE
from custinsights.analyses.trends.overview import Overviewing
from custinsights.errors import (
    CustInsightsError,
    InvalidValue,
    MissingData,
    NaiveTime,
    UnknownName,
)

ORDERS: dict[str, Any] = {
    "customer": ["ada", "bo", "ada"],
    "placed_at": ["2024-01-05", "2024-01-06", "2024-02-01"],
    "amount": [10, 5, 7],
}


@cache
def history(kind: str) -> ci.OrderHistory:
    """Return three orders of two people, or none of nobody."""
    columns = ORDERS if kind == "orders" else {name: [] for name in ORDERS}
    return ci.OrderHistory.from_arrays(**columns, currency="EUR", timezone="Europe/Paris")


ASK: dict[str, Callable[..., Any]] = {
    "measure": lambda h, **given: ci.measure(h, **({"metrics": "orders"} | given)),
    "tiers": lambda h, **given: ci.tiers(h, **({"kind": "value"} | given)),
    "cohorts": ci.cohorts,
    "overview": ci.overview,
    "cuts": ci.cuts,
    "rfm": ci.rfm,
    "traits": ci.traits,
}
NAMES = [5, -1.5, True, object(), np.ones(2), b"x", {"orders": 1}]
WRONG: list[tuple[str, str, list[Any], type[CustInsightsError], str]] = [
    *(
        (name, "as_of", ["soon", "", "2024-13-01", 5, True, [], b""], InvalidValue, "time")
        for name in ASK
    ),
    *((name, "as_of", [dt.datetime(2024, 1, 1)], NaiveTime, "no time zone") for name in ASK),
    *(
        (name, "window", [5, True, [], {}, ("2024-01-01",), "soon"], InvalidValue, "window|period")
        for name in ("measure", "overview")
    ),
    *(
        (name, "window", [("2024-02-01", "2024-01-01")], InvalidValue, "'2024-02-01', '2024-01-01'")
        for name in ("measure", "overview")
    ),
    *(
        (name, "window", [("2024-01-01", "2024-01-01")], InvalidValue, "'2024-01-01', '2024-01-01'")
        for name in ("measure", "overview")
    ),
    *(
        (name, "catalog", [None, {}, "x", 5], InvalidValue, "catalog of .* is no Catalog")
        for name in ("measure", "overview", "cohorts", "traits")
    ),
    *(
        (name, "metrics", [*NAMES, ["orders", 5]], InvalidValue, "argument metrics .* names")
        for name in ("measure", "overview")
    ),
    *(
        (name, "metrics", [[], (), ""], CustInsightsError, "nothing to measure|named ''")
        for name in ("measure", "overview")
    ),
    *(
        (name, "metrics", ["ordres", ["orders", "ordres"]], UnknownName, "Did you mean 'orders'")
        for name in ("measure", "overview")
    ),
    ("measure", "by", [*NAMES, ["month", None]], InvalidValue, "argument by .* names"),
    ("measure", "by", ["moth", ["moth"]], UnknownName, "Did you mean 'month'"),
    ("tiers", "kind", [*NAMES, None, "worth"], UnknownName, "kind of tiers"),
    ("traits", "names", [*NAMES, ["order_count", 5]], InvalidValue, "argument names .* names"),
    ("traits", "names", ["order_cuont"], UnknownName, "Did you mean 'order_count'"),
    ("rfm", "cuts", [*NAMES, "x"], InvalidValue, "cuts of a RFM is no Cuts"),
    ("cohorts", "anchor", [len, lambda h: h.order_count / 1], InvalidValue, "one instant"),
    ("tiers", "exclude", ["nobody", ["nobody"]], MissingData, "needs tags of its customers"),
    ("tiers", "exclude", [5, True, [5], [""], object()], InvalidValue, "tags? to exclude"),
    ("cohorts", "period", [*NAMES, None, "day"], UnknownName, "period of cohorts"),
    ("cohorts", "by", [*NAMES, None, ["month"]], InvalidValue, "argument by .* names"),
    ("cohorts", "by", ["contry", "customer_contry"], UnknownName, "Did you mean '.*country'"),
    ("cohorts", "metric", [*NAMES, None, ["orders"]], InvalidValue, "argument metric .* names"),
    ("cohorts", "metric", ["ordres"], UnknownName, "Did you mean 'orders'"),
    ("cohorts", "anchor", [*NAMES, None, "frist_order"], UnknownName, "no anchor named"),
    ("overview", "compare", NAMES, UnknownName, "no comparison named"),
    ("overview", "compare", ["last_year"], UnknownName, "previous_year is the same window"),
    ("measure", "metrics", ["aov", "AOV"], UnknownName, "stands for 'average_order_value'"),
    ("measure", "metrics", ["clv", "ltv"], UnknownName, "stands for 'customer_lifetime_value'"),
    ("measure", "metrics", ["cac"], UnknownName, "stands for 'customer_acquisition_cost'"),
    ("measure", "metrics", ["nps"], UnknownName, "stands for 'net_promoter_score'"),
    ("measure", "metrics", ["csat"], UnknownName, "stands for 'customer_satisfaction'"),
    ("cuts", "bins", [None, 1, 11, 5.0, "5", True, np.True_, [5]], InvalidValue, "2 to 10"),
    ("cuts", "scoring", [*NAMES, None, "ranks"], UnknownName, "Did you mean 'rank'|no scoring"),
    ("rfm", "bins", [None, 1, 11, 5.0, "5", True, np.True_, [5]], InvalidValue, "2 to 10"),
    ("rfm", "scoring", [*NAMES, None, "ranks"], UnknownName, "no scoring named"),
    ("rfm", "groups", NAMES, InvalidValue, "group map is no GroupMap"),
    ("rfm", "groups", ["six"], UnknownName, "no group map named 'six'"),
]


@pytest.mark.parametrize("kind", ["orders", "nobody"])
@pytest.mark.parametrize(
    ("name", "given", "error", "says"),
    [
        pytest.param(name, {argument: value}, error, says, id=f"{name}-{argument}-{place}")
        for name, argument, values, error, says in WRONG
        for place, value in enumerate(values)
    ],
)
def test_arguments_of_the_facade(
    kind: str, name: str, given: dict[str, Any], error: type[CustInsightsError], says: str
) -> None:
    """A wrong argument is refused for what it is, also where there is no order to ask about."""
    with pytest.raises(error, match=says):
        ASK[name](history(kind), **given)


@pytest.mark.parametrize("given", [None, 5, "x", [], {}, ORDERS, np.ones(2)])
@pytest.mark.parametrize("name", ASK)
def test_what_is_asked_is_a_history(name: str, given: object) -> None:
    """Anything else is refused, with what makes a history; its content is not shown."""
    with pytest.raises(InvalidValue, match=rf"'a value of type {type(given).__name__}'.*read_o"):
        ASK[name](given)


@pytest.mark.parametrize("bins", [np.int64(4), np.int8(4), np.uint32(4)])
def test_a_number_of_scores_of_any_library(bins: int) -> None:
    """The integers of numpy count as Python's own, and are kept as those."""
    assert ci.cuts(history("orders"), bins=bins) == ci.cuts(history("orders"), bins=4)
    assert type(ci.cuts(history("nobody"), bins=bins).bins) is int
    assert ci.rfm(history("orders"), bins=bins) == ci.rfm(history("orders"), bins=4)
    assert type(ci.rfm(history("nobody"), bins=bins).cuts.bins) is int
    assert ci.GroupMap(name="one", boxes=[Box("all")], bins=bins).bins == 4
    thirty: Any = np.int64(30)
    churn = ci.churn_rate(thirty)
    assert (churn.name, churn) == ("churn_rate", ci.churn_rate(30))


STATES: dict[str, Callable[[], Any]] = {
    "measure": lambda: ci.Measure("orders"),
    "median": lambda: ci.Measure("median_order_value"),
    "traits": ci.Traits,
    "rfm": ci.RFM,
    "cuts": CutPoints,
    "cohorts": Cohorts,
    "overview": Overviewing,
}


@pytest.mark.parametrize("other", [1, None, "x", {}])
@pytest.mark.parametrize("name", STATES)
def test_only_states_add_up(name: str, other: object) -> None:
    """What is no state is refused as Python refuses what it cannot add."""
    state = STATES[name]().summarise(history("orders"))
    with pytest.raises(TypeError, match="unsupported operand type"):
        _ = state + other


@pytest.mark.parametrize("other", [1, None, "x", {}])
def test_scores_and_other_things_do_not_add_up(other: Any) -> None:
    """A table of scores and what is none are refused as Python refuses what it cannot add."""
    with pytest.raises(TypeError, match="unsupported operand type"):
        _ = ci.rfm(history("orders")) + other


@pytest.mark.parametrize("exclude", ["wholesael", ["wholesale", "wholesael"], "tag:wholesael"])
def test_a_tag_to_exclude_is_one_that_somebody_carries(exclude: str | list[str]) -> None:
    """A misspelt tag would exclude nobody in silence; spelling in capitals is no other tag."""
    gallery = ci.datasets.gallery()
    with pytest.raises(UnknownName, match=r"no tag named 'wholesael'\. Did you mean 'wholesale'"):
        ci.tiers(gallery, "value", exclude=exclude)
    assert ci.tiers(gallery, "value", exclude="tag:WHOLESALE").excluded > 0
    for part in gallery.partition(3):
        assert ci.tiers(part, "value", exclude="wholesale").excluded >= 0


def test_the_time_of_day_is_missed_in_one_sentence() -> None:
    """A source of dates has no hours, and the message says so."""
    says = "'hour' needs the time of day, which this history does not hold. Its source knows dates"
    with pytest.raises(MissingData, match=says):
        ci.measure(history("orders"), "orders", by="hour")


def test_comparisons_that_differ_do_not_add_up() -> None:
    """An overview beside an earlier window does not lose it by being merged with one without."""
    one, two = history("orders").partition(2)
    with pytest.raises(ci.errors.Incompatible, match="comparisons of the overviews differ"):
        _ = Overviewing(compare="previous_year").summarise(one) + Overviewing().summarise(two)


def test_one_metric_stands_for_its_list() -> None:
    """A metric itself is taken wherever metrics are."""
    for ask in (ci.measure, ci.overview):
        assert ask(history("orders"), ci.orders) == ask(history("orders"), ["orders"])


# Untyped, so that they can be called with what they do not take.
CI: Any = ci
BOX: Any = Box
METRIC: Any = Metric
DIMENSION: Any = Dimension
QUANTILE: Any = Quantile
CUTS: Any = ci.cuts(history("orders"))


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (lambda: CUTS.score("order_cuont", [1]), UnknownName, "Did you mean 'order_count'"),
        (lambda: CUTS.score([], [1]), UnknownName, "trait that is scored"),
        (lambda: CUTS.score("order_count", [1.5]), InvalidValue, "whole numbers: 'float64'"),
        (lambda: CUTS.score("order_count", "x"), InvalidValue, "whole numbers"),
        (lambda: CUTS.tier([True]), InvalidValue, "total_spent is judged by whole numbers"),
        (lambda: CUTS.tier(None), InvalidValue, "whole numbers"),
        (lambda: CI.GroupMap(name="x", boxes=5), InvalidValue, "single value"),
        (lambda: CI.GroupMap(name="x", boxes=["Loyal"]), InvalidValue, "is no Box"),
        (lambda: CI.GroupMap(name=None, boxes=()), InvalidValue, "name of a GroupMap"),
        (lambda: CI.GroupMap(name="x", boxes=(), fallback=5), InvalidValue, "fallback of a"),
        (lambda: BOX("x", r=5), InvalidValue, "limits of r in a Box.*two numbers"),
        (lambda: BOX("x", v=(3,)), InvalidValue, "limits of v in a Box"),
        (lambda: BOX("x", f=(3, 1)), InvalidValue, "limits of f in a Box"),
        (lambda: BOX("x", m=("1", "2")), InvalidValue, "limits of m in a Box"),
        (lambda: BOX([]), InvalidValue, "group of a Box"),
        (lambda: CI.Catalog(None, {}, {}), InvalidValue, "table of names is no Mapping"),
        (lambda: CI.Catalog({"x": 5}, {}, {}), InvalidValue, "metrics of a Catalog is no Metric"),
        (lambda: CI.DEFAULT.metric([]), UnknownName, "no metric named"),
        (lambda: CI.DEFAULT.dimension(None), UnknownName, "no dimension named None"),
        (lambda: CI.churn_rate("x"), InvalidValue, "no longer active are wrong: 'x'"),
        (lambda: CI.churn_rate(0), InvalidValue, "0 was given"),
        (lambda: CI.orders.where("coupon"), InvalidValue, "filters of a Tally is no function"),
        (lambda: CI.orders.named("x", definition=5), InvalidValue, "definition of a Metric"),
        (lambda: CI.orders.named("x", unit=5, definition=""), InvalidValue, "unit of a Metric"),
        (lambda: named(factor=0), InvalidValue, "factor of a Metric"),
        (lambda: named(factor=float("nan")), InvalidValue, "factor of a Metric"),
        (lambda: named(proportion="yes"), InvalidValue, "neither True nor False"),
        (lambda: named(target=5), InvalidValue, "single value"),
        (lambda: named(target=(1, 0)), InvalidValue, "no band: 1, 0"),
        (lambda: METRIC("x"), InvalidValue, "neither numerator nor quantile"),
        (lambda: DIMENSION("x", "lnes"), UnknownName, "Did you mean 'lines'"),
        (lambda: QUANTILE(ORDER_VALUE, 50), InvalidValue, "no share: 50"),
        (lambda: QUANTILE("orders"), InvalidValue, "What a Quantile is of is no Tally"),
        (
            lambda: QUANTILE(ci.orders.tallies[0]),
            InvalidValue,
            "number per fact.*counts or runs up",
        ),
        (lambda: CI.tally(5), InvalidValue, "identifier: 5"),
        (lambda: CI.tally("x", facts=[]), UnknownName, "stream of facts"),
        (lambda: CI.tally("x")("y"), InvalidValue, "no function: 'y'"),
        (lambda: CI.tally("x", scale=0)(len), InvalidValue, "scale of a Tally is wrong: 0"),
        (lambda: CI.tally("x", scale="a")(len), InvalidValue, "scale of a Tally is wrong"),
        (lambda: CI.tally("x", unit=[])(len), InvalidValue, "unit of a Tally"),
        (lambda: CI.tally("x", distinct=[])(len), InvalidValue, "cannot tell apart"),
        (lambda: CI.tally("x", distinct="")(len), InvalidValue, "cannot tell apart"),
        (lambda: CI.dimension(None), InvalidValue, "identifier: None"),
        (lambda: CI.dimension("x", facts=[]), UnknownName, "kind of facts"),
        (lambda: CI.dimension("x")(5), InvalidValue, "no function: 5"),
        (lambda: CI.dimension("x", never_falls=None)(len), InvalidValue, "True nor False: None"),
        (lambda: CI.dimension("x", never_falls="no")(len), InvalidValue, "True nor False: 'no'"),
        (lambda: CI.trait(name="")(len), InvalidValue, "identifier: ''"),
        (lambda: CI.trait(kind=[])(len), UnknownName, "kind of trait"),
        (lambda: CI.trait(name="x")(5), InvalidValue, "no function: 5"),
        (lambda: CI.trait(name="x", unit=5)(len), InvalidValue, "unit of a Trait"),
        (lambda: CI.Traits().finish(None), InvalidValue, "state to finish is no CustomerTable"),
        (lambda: CI.RFM().finish(5), InvalidValue, "state to finish is no CustomerTable: 5"),
        (lambda: CI.Measure("orders").finish(None), InvalidValue, "state to finish is no Measured"),
    ],
)
def test_what_is_declared(
    ask: Callable[[], object], error: type[CustInsightsError], says: str
) -> None:
    """A declaration that cannot work is refused where it is written."""
    with pytest.raises(error, match=says):
        ask()


def named(**more: Any) -> Metric:
    """Return the orders under another name."""
    return ci.orders.named("x", definition="", **more)


@pytest.mark.parametrize("other", [1, None, "orders"])
@pytest.mark.parametrize("make", [add, sub, truediv])
def test_only_metrics_make_metrics(make: Callable[[Any, Any], Any], other: object) -> None:
    """A metric and what is none neither add, subtract nor divide."""
    with pytest.raises(TypeError, match="unsupported operand type"):
        make(ci.orders, other)


def test_declarations_still_travel() -> None:
    """A declared metric is pickled as it was."""
    assert pickle.loads(pickle.dumps(ci.churn_rate(30))) == ci.churn_rate(30)
