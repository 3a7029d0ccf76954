"""Segments as labels of customers: every analysis that goes by such labels goes by them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import reduce
from operator import add
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.cohorts.second_order import SecondOrdering
from custinsights.analyses.measuring.measure import Measure
from custinsights.analyses.trends.distributions import Distributing
from custinsights.analyses.trends.growth import GrowthDrivers
from custinsights.errors import Incompatible, InvalidValue
from custinsights.history.orders import OrderHistory
from tests.oracles.bridge import to_history
from tests.oracles.hand import ADA_AND_BO
from tests.oracles.strategies import shops

FEW = settings(max_examples=15, suppress_health_check=list(HealthCheck))
NAMES = ("revenue", "orders", "customers", "repeat_rate")


def segmentations(history: OrderHistory) -> list[Any]:
    """Return segments of every kind."""
    spaces = [ci.tiers(history, space) for space in ("value", "frequency", "recency")]
    return [*spaces, ci.rfm(history).segments]


@FEW
@given(st.data())
def test_a_segment_is_measured_as_its_members_are(data: st.DataObject) -> None:
    """Each cell is what the members alone come to, and the parts of a history add up to it."""
    history = to_history(data.draw(shops()))
    for segments in segmentations(history):
        by = ci.segment_dimension(segments)
        cube = ci.measure(history, NAMES, by=by)
        labels = cube.labels(by.name).tolist()
        assert [label for label in labels if label is not None] == list(segments.names)
        for row, label in enumerate(labels):
            if label is not None:
                members = history.where(customers=segments.members(label).ids)
                alone = ci.measure(members, NAMES)
                for name in NAMES:
                    assert cube[name][row] == pytest.approx(alone[name][0], nan_ok=True)
        analyses: list[Any] = [
            Measure(NAMES, by=("month", by)),
            Measure([ci.lifetime_value_at(30)], by=by),
            GrowthDrivers(by),
            SecondOrdering(30, by),
            Distributing("total_spent", by),
        ]
        for analysis in analyses:
            parts = [analysis.summarise(part) for part in history.partition(3)]
            whole = analysis.finish(analysis.summarise(history))
            merged = analysis.finish(reduce(add, parts))
            assert repr(merged) == repr(whole)


@pytest.mark.covers("P12")
def test_growth_and_lifetimes_by_segment() -> None:
    """The rows of growth sum to its change; the customers of a lifetime value are all of them."""
    shop = ci.datasets.gallery()
    by = ci.segment_dimension(ci.tiers(shop, "value", exclude="wholesale"))
    rows = ci.growth_drivers(shop, by=by, window="2023-Q4").to_dicts()
    [whole] = ci.growth_drivers(shop, window="2023-Q4").to_dicts()
    assert {row["value_segment"] for row in rows} == {None, "VIP", "Regular", "Casual"}
    assert sum(row["change"] for row in rows) == whole["change"]
    values = ci.lifetime_value(shop, (30,), by=by)
    total = ci.lifetime_value(shop, (30,)).denominator("lifetime_value_30")
    below = values.denominator("lifetime_value_30")
    assert below is not None
    assert total is not None
    assert below.sum() == total[0]
    again = ci.second_order(shop, by=by)
    assert "VIP" in again.labels
    assert ci.cohorts(shop, by=by).sizes.sum() == ci.cohorts(shop).sizes.sum()
    assert ci.distribution(shop, "days_since_last_order", by=by).n.sum() == 111


@pytest.mark.parametrize(
    "ask",
    [
        lambda history, by: ci.measure(history, "orders", by=by),
        lambda history, by: ci.growth_drivers(history, by=by),
        lambda history, by: ci.lifetime_value(history, by=by),
        lambda history, by: ci.second_order(history, by=by),
        lambda history, by: ci.distribution(history, "order_value", by=by),
    ],
)
def test_segments_of_another_history(ask: Callable[[Any, Any], Any]) -> None:
    """Customers of another history are refused with what differs; parts and selections are not."""
    shop = ci.datasets.gallery()
    by = ci.segment_dimension(ci.tiers(shop, "recency", as_of="2023-06-01"))
    message = "customers of another history.*beginning of the observation.*Make them anew"
    with pytest.raises(InvalidValue, match=message):
        ask(to_history(ADA_AND_BO), by)
    for history in (shop, shop.partition(2)[1], shop.where(customers=shop.customer_ids[:9])):
        ask(history, by)


def test_what_is_no_segment_and_what_differs() -> None:
    """Only segments become a dimension; those of another day make another question."""
    shop = ci.datasets.gallery()
    with pytest.raises(InvalidValue, match="to be a dimension"):
        ci.segment_dimension("value")  # type: ignore[arg-type]
    early, late = (
        ci.segment_dimension(ci.tiers(shop, "recency", as_of=as_of))
        for as_of in ("2023-06-01", "2024-01-01")
    )
    one, other = shop.partition(2)
    with pytest.raises(Incompatible, match="definitions of the dimensions"):
        _ = ci.measure(one, "orders", by=early) + ci.measure(other, "orders", by=late)
    kept = pickle.loads(pickle.dumps(late))
    assert ci.measure(shop, "orders", by=kept) == ci.measure(shop, "orders", by=late)


def test_what_merges_goes_by_the_same_members() -> None:
    """Cubes by the segments of other members are refused; those of parts of one set add up."""
    shop = ci.datasets.gallery()
    one, other = shop.partition(2)
    tiers = ci.tiers(shop, "value")
    by, fewer = map(ci.segment_dimension, (tiers, ci.tiers(shop, "value", exclude="VIP")))
    assert by.definition == fewer.definition
    with pytest.raises(Incompatible, match="contents of the dimensions"):
        _ = ci.measure(one, "orders", by=by) + ci.measure(other, "orders", by=fewer)
    overlapping = [
        ci.segment_dimension(ci.segments(shop, {"a": f"order_count > {n}", "b": "units > 1"}))
        for n in (1, 2)
    ]
    first, second = overlapping
    with pytest.raises(Incompatible, match="contents of the dimensions"):
        _ = ci.measure(one, "orders", by=first) + ci.measure(other, "orders", by=second)
    for same in (by, ci.segment_dimension(pickle.loads(pickle.dumps(tiers)))):
        added = ci.measure(one, "orders", by=by) + ci.measure(other, "orders", by=same)
        assert added == ci.measure(shop, "orders", by=by)


ASKING: list[Callable[[Any, Any], Any]] = [
    lambda history, by: ci.measure(history, "orders", by=by),
    lambda history, by: ci.measure(history, "orders", by=["month", by]),
    lambda history, by: ci.growth_drivers(history, by=by),
    lambda history, by: ci.lifetime_value(history, by=by),
    lambda history, by: ci.second_order(history, by=by),
    lambda history, by: ci.order_sequence(history, by=by),
    lambda history, by: ci.distribution(history, "order_value", by=by),
    lambda history, by: ci.cohorts(history, by=by),
    lambda history, by: ci.ranking(history, "orders", by=by),
    lambda history, by: ci.ranking(history, "orders", by=["customer_country", by]),
    lambda history, by: ci.preferences(history, by, by="channel"),
]


@pytest.mark.parametrize("ask", ASKING)
def test_segments_stand_in_by_as_they_are(ask: Callable[[Any, Any], Any]) -> None:
    """A SegmentSet, or a table of scores, is taken as the dimension of its segments."""
    shop = ci.datasets.gallery()
    for segments in (ci.tiers(shop, "value"), ci.rfm(shop)):
        assert repr(ask(shop, segments)) == repr(ask(shop, ci.segment_dimension(segments)))


def test_two_instants_of_one_kind_stand_side_by_side() -> None:
    """Tiers as of two dates get names of their own; one name twice is refused with the way out."""
    shop = ci.datasets.gallery()
    then, now = ci.tiers(shop, "value", as_of="2023-06-01"), ci.tiers(shop, "value")
    by = [ci.segment_dimension(then, name="before"), ci.segment_dimension(now, name="now")]
    moves = ci.measure(shop, "customers", by=by)
    assert list(moves.axes) == ["before", "now"]
    assert moves["customers"].sum() == ci.measure(shop, "customers")["customers"].sum()
    with pytest.raises(InvalidValue, match=r"twice.*segment_dimension\(\.\.\., name="):
        ci.measure(shop, "customers", by=[then, now])
    with pytest.raises(InvalidValue, match="identifier"):
        ci.segment_dimension(now, name="my tiers")


def test_what_is_no_segment_is_not_shown() -> None:
    """A table of customers that has no segments is refused by its kind, its rows stay unseen."""
    shop = ci.datasets.gallery()
    with pytest.raises(InvalidValue, match="CustomerTable") as raised:
        ci.segment_dimension(ci.traits(shop, "units"))
    assert "customer " not in str(raised.value)
    with pytest.raises(InvalidValue, match="to be a dimension"):
        ci.segment_dimension(ci.rfm(shop, bins=4))


@pytest.mark.parametrize("by", ["lifecycle", "tiers"])
def test_cohorts_keep_the_order_of_closed_labels(by: Any) -> None:
    """Cohorts by a label whose order is known come in it, as they do in measure."""
    shop = ci.datasets.gallery()
    by = ci.segment_dimension(ci.tiers(shop, "value", exclude="wholesale")) if by == "tiers" else by
    rows = list(ci.cohorts(shop, by=by).cohorts)
    cube = ci.measure(shop, "orders", by=by)
    order = [label for label in next(iter(cube.axes.values())).tolist() if label in rows]
    assert rows == order
    assert rows != sorted(rows, key=str)
