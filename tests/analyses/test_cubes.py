"""Cubes by hand: sliced, grown, drilled into, asked for their orders, added up."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.catalog import dimension
from custinsights.analyses.measuring.measure import Measure, measure
from custinsights.domain.period import Period
from custinsights.errors import (
    CannotAsk,
    Incompatible,
    InvalidValue,
    MissingData,
    Refused,
    UnknownName,
)
from custinsights.history.orders import OrderHistory
from custinsights.results.cube import Cube
from tests.oracles.bridge import to_history
from tests.oracles.hand import ADA_AND_BO, LINES, REFUNDED, at, order, shop


def history() -> OrderHistory:
    """Ada buys for 10 in January, 20 in February, 15 in March; Bo for 30 in January, 5 in March."""
    return to_history(ADA_AND_BO)


def column(table: Any, name: str) -> list[Any]:
    """Return a column of a table as it leaves the library."""
    return [row[name] for row in table.to_dicts()]


@dimension("is_loyal", facts="customers", definition="Three orders or more.")
def is_loyal(view: Any) -> Any:
    """Tell who bought three times."""
    return view.order_count > 2


@dimension("pence", definition="Amount in minor units.")
def pence(orders: Any) -> Any:
    """Give each order a label of its own amount."""
    return orders.amount


# --- what a cube holds ----------------------------------------------------------------------------


def test_values_in_natural_units_and_in_whole_numbers() -> None:
    """Money is float64 in major units by name, int64 in minor units where asked."""
    cube = measure(history(), ["revenue", "average_order_value", "orders"], by="month")
    assert cube["revenue"].tolist() == [40.0, 20.0, 20.0, 0.0, 0.0, 0.0]
    assert cube["revenue"].dtype == np.float64
    assert cube.minor("revenue").tolist() == [4000, 2000, 2000, 0, 0, 0]
    assert cube.minor("revenue").dtype == np.int64
    assert np.isnan(cube["average_order_value"]).tolist() == [False] * 3 + [True] * 3
    above, below = cube.numerator("average_order_value"), cube.denominator("average_order_value")
    assert above is not None
    assert below is not None
    assert (above.tolist()[0], below.tolist()[0]) == (4000, 2)
    assert cube.denominator("orders") is None
    rows = cube.to_dicts()
    assert rows[0] == {
        "month": "2024-01",
        "revenue": Decimal("40.00"),
        "average_order_value": 20.0,
        "orders": 2,
    }
    assert rows[5]["average_order_value"] is None


def test_a_quantile_has_no_parts() -> None:
    """A median is no sum: it has neither numerator nor denominator."""
    cube = measure(history(), "median_order_value")
    assert cube["median_order_value"].tolist() == [15.0]
    assert cube.numerator("median_order_value") is None
    assert cube.denominator("median_order_value") is None


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda cube: cube["sales"], UnknownName, "metric of the cube.*'sales'.*'revenue'"),
        (lambda cube: cube.labels("year"), UnknownName, "dimension of the cube.*'month'"),
        (lambda cube: cube.minor("repeat_rate"), InvalidValue, "no sum of whole numbers"),
        (lambda cube: cube.minor("median_gap_days"), InvalidValue, "no sum of whole numbers"),
        (lambda cube: cube.interval("revenue"), InvalidValue, "no proportion.*repeat_rate"),
        (lambda cube: cube.rate("revenue"), InvalidValue, "Its values are cube..revenue.."),
        (lambda cube: cube.at(month="2024-09"), UnknownName, "'2024-09'.*'2024-01'"),
        (lambda cube: cube.at(year="2024"), UnknownName, "dimension of the cube"),
        (lambda cube: cube.growth("sales"), UnknownName, "metric of the cube"),
        (lambda cube: cube.without("year"), UnknownName, "dimension of the cube"),
        (lambda cube: cube.drill("week", year="2024"), UnknownName, "dimension of the cube"),
        (lambda cube: cube.drill("wek"), UnknownName, "Did you mean 'week'"),
        (lambda cube: cube.drill("day", month="2024-12"), UnknownName, "'2024-12'"),
        (lambda cube: cube.orders(weekday="Mondy"), UnknownName, "Did you mean 'Monday'"),
        (lambda cube: cube.orders(hour=25), UnknownName, "'25'"),
        (lambda cube: cube.orders(year="twenty"), InvalidValue, "twenty"),
        (lambda cube: cube.orders(product="print"), MissingData, "order lines"),
    ],
)
def test_what_is_not_there_is_said(
    ask: Callable[[Cube], Any], error: type[Exception], message: str
) -> None:
    """A metric, dimension or label that the cube lacks is an error that names what it has."""
    cube = measure(history(), ["revenue", "repeat_rate", "median_gap_days"], by="month")
    with pytest.raises(error, match="(?s)" + message):
        ask(cube)


# --- slices ---------------------------------------------------------------------------------------


def test_at() -> None:
    """A slice has the cells with the labels; a label may be given as it reads."""
    cube = measure(history(), ["orders", "revenue"], by=["year", "month", "weekday"])
    slice_ = cube.at(year=2024, month="2024-03")
    assert len(slice_) == 7
    assert slice_.labels("weekday").tolist()[:2] == ["Monday", "Tuesday"]
    assert slice_["orders"].sum() == 2
    assert slice_.at(weekday="Saturday").minor("revenue").tolist() == [1500]
    assert slice_.is_incomplete.tolist() == [False] * 7
    assert len(cube.at()) == len(cube)


def test_slices_do_not_add_up() -> None:
    """Adding merges whole measurements, so a slice is refused."""
    parts = [measure(part, "orders", by="month") for part in history().partition(2)]
    assert (parts[0] + parts[1])["orders"].tolist() == [2, 1, 2, 0, 0, 0]
    with pytest.raises(Incompatible, match=r"'some cells' and 'all cells'.*Add the cubes first"):
        _ = parts[0].at(month="2024-01") + parts[1]
    assert parts[0].at() + parts[1] == parts[0] + parts[1]


# --- growth ---------------------------------------------------------------------------------------


def test_growth_by_hand() -> None:
    """(20 - 40) ÷ 40 in February; nothing before the first month, nor after a month of nothing."""
    cube = measure(history(), ["revenue", "orders"], by="month")
    assert cube.growth("revenue").tolist()[1:4] == [-0.5, 0.0, -1.0]
    assert np.isnan(cube.growth("revenue")[[0, 4, 5]]).all()


def test_growth_label_by_label() -> None:
    """Each label grows against itself; one that was not there before has nothing to grow from."""
    cube = measure(history(), "orders", by=["month", is_loyal])
    grown = {
        (month, label): value
        for month, label, value in zip(
            cube.labels("month"), cube.labels("is_loyal"), cube.growth("orders"), strict=True
        )
    }
    assert grown["2024-02", True] == 0.0
    assert grown["2024-02", False] == -1.0
    assert np.isnan(grown["2024-03", False])


def test_growth_of_cut_and_unobserved_periods() -> None:
    """A period that as_of cuts, or that began unobserved, neither grows nor bases.

    One that the window cuts does not grow; the next grows from the whole of it.
    """
    cut = measure(history(), "orders", by="month", as_of="2024-03-31")
    assert np.isnan(cut.growth("orders")).tolist() == [True, False, True]
    windowed = measure(history(), "orders", by="month", window=("2024-01-11", "2024-04-01"))
    assert np.isnan(windowed.growth("orders")).tolist() == [True, False, False]
    asked = shop(*ADA_AND_BO.orders, observed_from=at("01-05"))
    unobserved = measure(to_history(asked), "orders", by="month")
    assert np.isnan(unobserved.growth("orders")).tolist()[:3] == [True, True, False]


def test_growth_looks_before_the_window() -> None:
    """January of 2023 grows from December 2022, in a window, a drill, a slice; it has to ask."""
    shop_of_2023 = ci.datasets.gallery()
    asked, by = ["revenue", "new_customers"], ["month", "customer_type"]
    whole = measure(shop_of_2023, asked, by=by)
    is_2023 = np.array([month.startswith("2023") for month in whole.labels("month")])
    years = measure(shop_of_2023, asked, by=["year", "customer_type"])
    for metric in asked:
        expected = whole.growth(metric)[is_2023]
        assert np.isfinite(expected[:2]).any()
        for narrow in (
            measure(shop_of_2023, asked, by=by, window="2023"),
            years.drill("month", year="2023"),
            whole.take(np.flatnonzero(is_2023)),
        ):
            assert np.array_equal(narrow.growth(metric), expected, equal_nan=True)
    windowed = measure(shop_of_2023, "revenue", by="month", window="2023")
    assert windowed.growth("revenue")[0] == pytest.approx(-0.9282, abs=1e-4)
    assert windowed.at(month="2023-01").growth("revenue")[0] == windowed.growth("revenue")[0]
    unasked = pickle.loads(pickle.dumps(windowed))
    assert np.isnan(unasked.growth("revenue")[0])
    assert np.array_equal(unasked.growth("revenue")[1:], windowed.growth("revenue")[1:])
    late = measure(shop_of_2023, "revenue", by="month", window="2025", as_of="2024-01-01")
    assert len(late.growth("revenue")) == len(late)


def test_growth_without_periods() -> None:
    """Where nothing passes, nothing grows: the message names what a cube must be measured by."""
    for by, given in (
        ("weekday", "by weekday"),
        ("cohort_month", "by cohort_"),
        ((), "by nothing"),
    ):
        cube = measure(history(), "orders", by=by)
        with pytest.raises(InvalidValue, match=rf"{given}.*cube by day, week, month.*fiscal_year"):
            cube.growth("orders")


# --- asking again ---------------------------------------------------------------------------------


def test_drill() -> None:
    """The months of a year are asked anew: distinct customers of months do not add up."""
    years = measure(history(), ["customers", "new_customers"], by="year")
    assert years["customers"].tolist() == [2]
    months = years.drill("month", year="2024")
    assert months.labels("month").tolist()[:3] == ["2024-01", "2024-02", "2024-03"]
    assert months["customers"].tolist()[:3] == [2, 1, 2]
    assert months["new_customers"].tolist()[:3] == [2, 0, 0]
    assert years.drill("month", year=2024) == months


def test_drill_keeps_the_other_labels() -> None:
    """Inside a label the finer cells are those of the label, also where it has none."""
    cube = measure(history(), "orders", by=["month", is_loyal])
    days = cube.drill("week", month="2024-03", is_loyal=False)
    assert set(days.labels("is_loyal")) == {False}
    assert days["orders"].sum() == 1
    empty = cube.drill("day", month="2024-02", is_loyal=False)
    assert empty["orders"].sum() == 0


def test_drill_inside_a_window() -> None:
    """What the window cuts off stays cut off."""
    years = measure(history(), "orders", by="year", window=("2024-01-15", "2024-03-25"))
    months = years.drill("month", year="2024")
    assert months["orders"].tolist() == [1, 1, 1]
    assert months.is_incomplete.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("by", "unit", "finer"),
    [
        ("month", "year", "week, day, hour"),
        ("month", "month", "week, day, hour"),
        ("day", "week", "Drill into hour"),
        ("quarter", "fiscal_quarter", "month, week, day, hour"),
        (["year", "month"], "quarter", "week, day, hour"),
    ],
)
def test_a_drill_goes_to_finer_periods(by: Any, unit: str, finer: str) -> None:
    """Periods no shorter than the cells are refused with those that are shorter."""
    with pytest.raises(Refused, match=rf"'{unit}'.*goes to what is finer.*{finer}"):
        measure(history(), "orders", by=by).drill(unit)


def test_without() -> None:
    """The cube without a dimension is asked anew."""
    cube = measure(history(), ["customers"], by=["month", is_loyal])
    assert cube.without("month")["customers"].tolist() == [1, 1]
    assert cube.without("is_loyal") == measure(history(), ["customers"], by="month")


@pytest.mark.parametrize(
    ("labels", "amounts"),
    [
        ({}, [10, 30, 20, 5, 15]),
        ({"month": "2024-03"}, [5, 15]),
        ({"year": 2024, "weekday": "Saturday"}, [30, 20, 15]),
        ({"order_type": "first"}, [10, 30]),
        ({"order_number": 2}, [20, 5]),
        ({"country": None}, [10, 30, 20, 5, 15]),
        ({"hour": 3}, []),
        ({"cohort_month": "2024-01", "age": 2}, [5, 15]),
        ({"quarter": "2024-Q1", "month": "2024-02"}, [20]),
        ({"quarter": "2024-Q2", "month": "2024-02"}, []),
        ({"month": "2031-01"}, []),
    ],
)
def test_orders_of_a_cell(labels: dict[str, Any], amounts: list[int]) -> None:
    """The counted orders of a cell lie by time, with what is known of each."""
    table = measure(history(), "revenue", by="quarter").orders(**labels)
    assert column(table, "amount") == [Decimal(amount) for amount in amounts]
    assert len(table) == len(amounts)


def test_orders_of_lines() -> None:
    """The orders of a cell of lines are those that have such a line, each once, as counted."""
    gallery = ci.datasets.gallery()
    for by in (["category"], ["category", "product"], ["month", "category"]):
        cube = ci.measure(gallery, "orders", by=by)
        for place, count in enumerate(cube["orders"].tolist()):
            labels = {name: cube.labels(name)[place] for name in by}
            assert len(cube.orders(**labels)) == count, labels
    cube = ci.measure(gallery, "orders", by="category")
    assert len(cube.orders()) == int(ci.measure(gallery, "orders")["orders"][0])
    assert set(cube.at(category="Books").orders().to_dicts()[0]) >= {"order_id", "amount"}


def test_orders_by_labels_of_our_own() -> None:
    """Dimensions passed as objects are known, with more labels than were foreseen."""
    many = [order(f"c{n}", "01-10", n) for n in range(600)]
    cube = measure(to_history(shop(*many)), "orders", by=[pence, is_loyal])
    assert column(cube.orders(pence=599), "customer") == ["c599"]
    assert len(cube.orders(is_loyal=False)) == 600
    assert len(cube.orders(is_loyal=False, pence=5)) == 1


def test_orders_that_count() -> None:
    """Orders that were refunded in full are in no cell; what came back of others is shown."""
    table = measure(to_history(REFUNDED), "revenue").orders()
    assert column(table, "customer") == ["ada", "bo"]
    assert column(table, "refunded") == [Decimal(0), Decimal(1)]
    assert column(table, "order_number") == [1, 1]
    assert column(table, "placed_at")[0] == datetime(2024, 2, 10, 12, tzinfo=UTC)


def test_orders_know_the_window_and_as_of() -> None:
    """The orders are those of the question: in its window, before its as_of."""
    cube = measure(history(), "revenue", window=("2024-02-01", "2024-04-01"), as_of="2024-03-25")
    assert column(cube.orders(), "amount") == [Decimal(20), Decimal(5)]
    assert column(cube.orders(order_type="first"), "amount") == []


def test_orders_of_new_customers() -> None:
    """New and returning are relative to the cube's window."""
    cube = measure(history(), "customers", window="2024-02", by="customer_type")
    assert column(cube.orders(customer_type="returning"), "amount") == [Decimal(20)]
    assert column(cube.orders(customer_type="new"), "amount") == []


def test_a_merged_cube_has_no_history_to_ask() -> None:
    """What was added up can be shown, not asked: the error says so."""
    parts = [measure(part, "orders", by="month") for part in history().partition(2)]
    whole = parts[0] + parts[1]
    for ask in (
        lambda: whole.drill("week"),
        whole.orders,
        lambda: whole.without("month"),
    ):
        with pytest.raises(CannotAsk, match="asks the history again"):
            ask()


# --- the question ---------------------------------------------------------------------------------


def test_the_same_question_in_other_words() -> None:
    """A name or a list of names, a label, a Period or instants, a date or its text."""
    january = history().calendar.period("month", date(2024, 1, 10))
    assert isinstance(january, Period)
    expected = measure(history(), ["orders"], by=["week"], window="2024-01", as_of="2024-03-01")
    for window in (january, ("2024-01-01", "2024-02-01"), (date(2024, 1, 1), at("02-01", 0))):
        for as_of in (date(2024, 3, 1), at("03-01", 0), "2024-03-01T00:00+00:00"):
            cube = measure(history(), "orders", by="week", window=window, as_of=as_of)
            assert cube == expected
    assert Measure("orders", by="week", window="2024-01", as_of="2024-03-01")(history()) == expected


@pytest.mark.parametrize(
    ("question", "error", "message"),
    [
        ({"metrics": []}, InvalidValue, "at least one"),
        ({"metrics": "revenu"}, UnknownName, "Did you mean 'revenue'"),
        ({"metrics": ["orders", "orders"]}, InvalidValue, "twice"),
        ({"metrics": [3]}, InvalidValue, "int"),
        ({"by": "moth"}, UnknownName, "Did you mean 'month'"),
        ({"by": ["month", "month"]}, InvalidValue, "twice"),
        ({"by": [None]}, InvalidValue, "NoneType"),
        ({"by": ["cohort_month", "cohort_week", "age"]}, InvalidValue, "one cohort_"),
        ({"by": "customer_type"}, InvalidValue, "together with a period"),
        (
            {"window": ("2024-03-01", "2024-02-01")},
            InvalidValue,
            "window ends before it begins",
        ),
        ({"window": ("2024-03-01", "2024-03-01")}, InvalidValue, "window"),
        ({"window": "Marz"}, InvalidValue, "Marz"),
        ({"as_of": "soon"}, InvalidValue, "soon"),
        ({"metrics": "units"}, MissingData, "units"),
        ({"metrics": "discounts"}, MissingData, "discount"),
        ({"metrics": "line_revenue"}, MissingData, "order lines"),
        ({"by": "product"}, MissingData, "order lines"),
    ],
)
def test_questions_that_cannot_be_asked(
    question: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Each mistake is an error that says what was given and what is allowed."""
    with pytest.raises(error, match="(?s)" + message):
        measure(history(), **({"metrics": "orders"} | question))


def test_a_source_of_dates_knows_no_hours() -> None:
    """Hours of a source without times are refused, with what to ask instead."""
    dated = OrderHistory.from_arrays(
        customer=["ada"],
        placed_at=["2024-01-05"],
        amount=[1],
        currency="EUR",
        timezone="Europe/Paris",
    )
    assert measure(dated, "orders", by="weekday").at(weekday="Friday")["orders"].tolist() == [1]
    with pytest.raises(MissingData, match=r"dates only.*weekday or day"):
        measure(dated, "orders", by="hour")


def test_a_label_and_a_metric_of_one_name() -> None:
    """A row cannot hold two columns of one name."""

    @dimension("orders", definition="Not the metric.")
    def named_orders(orders: Any) -> Any:
        return orders.amount

    with pytest.raises(InvalidValue, match="orders"):
        measure(history(), "orders", by=named_orders).to_dicts()


def test_more_cells_than_can_be_shown() -> None:
    """A cube of billions of cells is refused before it is made, with what to do."""
    everywhen = shop(
        *(order(f"c{n}", "01-10", n) for n in range(300)),
        observed_from=datetime(1900, 1, 1, tzinfo=UTC),
        observed_until=datetime(2190, 1, 1, tzinfo=UTC),
    )
    with pytest.raises(
        InvalidValue, match=r"too many cells.*105,9.*50,400 combinations.*coarser period"
    ):
        measure(to_history(everywhen), "orders", by=["day", "hour", "weekday", pence])


def test_provenance() -> None:
    """A cube says as of when it is, by which definitions, and what a reader has to know."""
    cube = measure(to_history(LINES), ["revenue", "units"], by="month", window="2024-01")
    told = cube.provenance
    assert told.as_of == at("07-01", 0)
    assert told.window == (at("01-01", 0), at("02-01", 0))
    assert told.definitions.keys() == {"revenue", "units", "month"}
    assert told.currency == "USD"
    assert not told.distributions
    assert "2024-07-01" in told.notes()[0]
