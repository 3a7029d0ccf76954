"""Results cannot be changed by accident, travel whole, and take what is meant."""

import pickle
from collections.abc import Callable
from typing import Any

import pytest

import custinsights as ci
from custinsights.errors import InvalidValue, UnknownName


@pytest.fixture(scope="module")
def gallery() -> ci.OrderHistory:
    """The gallery, read once."""
    return ci.datasets.gallery()


RESULTS: dict[str, Callable[[ci.OrderHistory], Any]] = {
    "measure": lambda h: ci.measure(h, ["revenue", "median_order_value"], by=["year"]),
    "traits": ci.traits,
    "rfm": ci.rfm,
    "tiers": lambda h: ci.tiers(h, "value"),
    "cohorts": ci.cohorts,
    "overview": ci.overview,
    "cuts": ci.cuts,
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_travels_whole(name: str, gallery: ci.OrderHistory) -> None:
    """A result that was pickled and read again equals the one it was."""
    result = RESULTS[name](gallery)
    assert pickle.loads(pickle.dumps(result)) == result


@pytest.mark.parametrize(
    "analysis",
    [ci.Measure("revenue", by="year"), ci.Traits(), ci.RFM()],
    ids=lambda analysis: type(analysis).__name__,
)
def test_an_analysis_travels_to_another_process(analysis: Any, gallery: ci.OrderHistory) -> None:
    """An analysis that was pickled gives the same result."""
    sent = pickle.loads(pickle.dumps(analysis))
    assert sent(gallery) == analysis(gallery)


WRITES: dict[str, Callable[[ci.OrderHistory], Any]] = {
    "ids of a history": lambda h: h.customer_ids,
    "amounts of a history": lambda h: h.amount,
    "a metric": lambda h: ci.measure(h, "revenue", by="year")["revenue"],
    "ids of a table": lambda h: ci.traits(h).ids,
    "cells of a grid": lambda h: ci.cohorts(h).values[0],
    "sizes of a grid": lambda h: ci.cohorts(h).sizes,
    "membership of segments": lambda h: ci.tiers(h, "value").membership[0],
}


@pytest.mark.parametrize("name", WRITES)
def test_arrays_of_a_result_cannot_be_written(name: str, gallery: ci.OrderHistory) -> None:
    """Writing into an array of a history or of a result is refused."""
    array = WRITES[name](gallery)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = array[1]


def test_mappings_of_a_result_cannot_be_changed(gallery: ci.OrderHistory) -> None:
    """Neither the built-in catalog nor the columns of a table can be changed in place."""
    for mapping in (ci.DEFAULT.metrics, ci.traits(gallery).columns, ci.cuts(gallery).thresholds):
        with pytest.raises(InvalidValue, match="cannot be changed"):
            mapping["order_count"] = None  # type: ignore[index]


def test_a_drill_takes_only_dimensions_of_the_cube(gallery: ci.OrderHistory) -> None:
    """A label of a dimension that the cube lacks is refused, not ignored."""
    years = ci.measure(gallery, "revenue", by="year")
    with pytest.raises(UnknownName, match="no dimension of the cube named 'yr'"):
        years.drill("month", yr="2023")


def test_a_year_may_be_said_as_a_number(gallery: ci.OrderHistory) -> None:
    """``year=2023`` means the label "2023"."""
    years = ci.measure(gallery, "revenue", by="year")
    assert years.at(year=2023) == years.at(year="2023")
    assert years.drill("month", year=2023) == years.drill("month", year="2023")


def test_orders_of_a_month_that_does_not_exist_are_refused(gallery: ci.OrderHistory) -> None:
    """A label that names no period is an error and not an empty list."""
    with pytest.raises(InvalidValue, match="names no period: '2023-19'"):
        ci.measure(gallery, "revenue", by="year").orders(month="2023-19")


@pytest.mark.parametrize(
    "call",
    [
        lambda x: ci.measure(x, "revenue"),
        ci.traits,
        ci.rfm,
        ci.cuts,
        ci.cohorts,
        ci.overview,
        lambda x: ci.tiers(x, "value"),
    ],
)
@pytest.mark.parametrize("given", [None, "orders.csv", {}], ids=str)
def test_what_is_no_history_is_refused(call: Callable[[Any], Any], given: object) -> None:
    """Every analysis says what it needs when it is given something else."""
    with pytest.raises(InvalidValue, match=r"no order history: .* allowed is an OrderHistory"):
        call(given)


@pytest.mark.parametrize("given", [5, None])
def test_what_is_no_list_of_names_is_refused(given: Any, gallery: ci.OrderHistory) -> None:
    """Metrics and dimensions are names or lists of names."""
    with pytest.raises(InvalidValue, match="metrics is no list of names"):
        ci.measure(gallery, given)
    with pytest.raises(InvalidValue, match="by is no list of names"):
        ci.measure(gallery, "revenue", by=given)


def test_an_instant_after_the_observation_is_said(gallery: ci.OrderHistory) -> None:
    """A result as of later than the observation says where the observation ends."""
    late = ci.measure(gallery, "revenue", by="year", as_of="2030-01-01").table().notes
    assert any("observation ends on 2024-03-01" in note for note in late)
    assert len(ci.measure(gallery, "revenue", by="year").table().notes) == 1


def test_a_catalog_and_a_metric_show_themselves_briefly() -> None:
    """The repr of the catalog fits a line, so that signatures stay readable."""
    assert repr(ci.DEFAULT).startswith("<Catalog: ")
    assert repr(ci.orders) == "<Metric orders: Orders that count.>"
