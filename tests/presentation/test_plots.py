"""A picture of a result says what it shows, in what unit and of how many, and nothing else."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.errors import InvalidValue, MissingExtra, UnknownName
from custinsights.presentation.figures import COLOURS, values

GALLERY = ci.datasets.gallery()
AS_OF = "As of 2024-03-01 00:00 America/New_York, exclusive."


def _told(figure: Any) -> tuple[str, str]:
    return figure.layout.title.text, figure.layout.title.subtitle.text


def test_a_cube_over_time_is_lines() -> None:
    """Its numbers are those of the table; title, unit, n and as_of are told."""
    cube = ci.measure(GALLERY, ["revenue", "average_order_value"], by=["quarter"])
    figure = cube.plot()
    assert _told(figure) == ("Revenue by quarter", f"USD · n = 9 quarters · {AS_OF}")
    (line,) = figure.data
    assert (line.type, line.line.color) == ("scatter", COLOURS[0])
    table = cube.table()
    assert list(line.x) == table.column("quarter").values.tolist()
    assert list(line.y) == values(table.column("revenue"))
    assert cube.plot("average_order_value").layout.title.subtitle.text.startswith("USD · n = 284 ")


def test_two_dimensions_are_a_line_for_each_label() -> None:
    """A label of which nothing is unknown has no line; part of a period is open."""
    cube = ci.measure(
        ci.datasets.load_online_retail(), ["customers"], by=["month", "customer_type"]
    )
    figure = cube.plot()
    assert [line.name for line in figure.data] == ["new", "returning"]
    assert figure.data[0].y[0] == 885
    assert figure.data[0].marker.symbol[-2:] == ("circle", "circle-open")


def test_labels_are_bars_with_the_largest_first() -> None:
    """At most thirty, lying, each with room for its name."""
    figure = ci.measure(GALLERY, ["line_revenue"], by=["category"]).plot()
    (bars,) = figure.data
    assert (bars.orientation, bars.y[0]) == ("h", "Seascapes")
    assert list(bars.x) == sorted(bars.x, reverse=True)
    many = ci.measure(ci.datasets.load_online_retail(), ["customers"], by=["country"]).plot()
    assert len(many.data[0].y) == 30
    assert many.layout.height >= 30 * 22
    numbers = ci.measure(GALLERY, ["average_order_value"], by=["order_number"]).plot().data[0]
    assert list(numbers.x)[:4] == ["(unknown)", "1", "2", "3"]


def test_many_labels_of_two_dimensions_are_a_grid() -> None:
    """Eight series and more are shaded cells, of which a missing one is empty."""
    cube = ci.measure(GALLERY, ["average_order_value"], by=["weekday", "hour"])
    (cells,) = cube.plot().data
    assert cells.type == "heatmap"
    table = cube.table()
    known = {
        (day, str(hour)): value
        for day, hour, value in zip(
            *(table.column(name).values.tolist() for name in ("weekday", "hour")),
            values(table.column("average_order_value")),
            strict=True,
        )
    }
    for day, row in zip(cells.y, cells.z, strict=True):
        for hour, value in zip(cells.x, row, strict=True):
            assert value == known.get((day, hour))


def test_cohorts_are_a_grid_with_cells_nobody_knows_left_empty() -> None:
    """Retention by default, or the values; few cells hold their numbers, with a mark on partial."""
    found = ci.cohorts(GALLERY, period="quarter")
    figure = found.plot()
    assert _told(figure) == (
        "Retention by cohort and quarters since",
        f"n = 111 customers · {AS_OF} · * only part of the period",
    )
    (cells,) = figure.data
    assert cells.texttemplate == "%{z:.0%}%{text}"
    drawn = np.array([[np.nan if one is None else one for one in row] for row in cells.z])
    np.testing.assert_array_equal(drawn, found.retention)
    np.testing.assert_array_equal(np.array(cells.text) == "*", found.partial)
    assert found.plot("values").data[0].z[0][0] == found.values[0, 0]
    money = ci.cohorts(GALLERY, period="month", metric="revenue").plot()
    assert money.layout.title.subtitle.text.startswith("USD · n = 111 customers")
    assert money.data[0].texttemplate == ""


def test_customers_are_counted_by_what_is_told_of_them() -> None:
    """Numbers in spans, labels as they are; every customer is in one bar."""
    people = ci.rfm(GALLERY)
    groups = people.plot("group")
    assert _told(groups) == ("Customers by group", f"n = 111 customers · {AS_OF}")
    assert dict(zip(groups.data[0].y, groups.data[0].x, strict=True)) == people.sizes
    spent = people.plot("total_spent")
    assert sum(spent.data[0].y) == len(people)
    assert spent.layout.title.text == "Customers by total spent (USD)"
    assert people.plot().layout.title.text == "Customers by days since last order (days)"


def test_labels_are_shown_as_they_are_and_contacts_are_hidden() -> None:
    """Plotly reads a little HTML, which customers may write: none of it is read."""
    history = ci.OrderHistory.from_arrays(
        customer=["a", "b"],
        placed_at=["2024-03-05", "2024-03-06"],
        amount=["1.00", "2.00"],
        city=["<a href='https://x.example'>here</a> %{x}", "ann@example.com"],
        currency="EUR",
        timezone="UTC",
    )
    drawn = ci.measure(history, ["revenue"], by=["city"]).plot().data[0].y
    assert not any("<" in name or "%{" in name or "ann@" in name for name in drawn)
    assert "&lt;a href=" in drawn[1]


def test_what_cannot_be_drawn_is_refused() -> None:
    """No dimension or three, a metric that is not there, customers without a number."""
    with pytest.raises(InvalidValue, match="shows a cube by one dimension or by two"):
        ci.measure(GALLERY, ["revenue"]).plot()
    with pytest.raises(UnknownName, match="metric of the cube"):
        ci.measure(GALLERY, ["revenue"], by=["month"]).plot("orders")
    with pytest.raises(UnknownName, match="picture of cohorts"):
        ci.cohorts(GALLERY).plot("nothing")
    with pytest.raises(InvalidValue, match="shows a column of numbers"):
        ci.traits(GALLERY, ["customer_city"]).plot()


def test_an_empty_result_is_an_empty_picture() -> None:
    """Nothing is drawn of nothing, and that is no error."""
    empty = ci.OrderHistory.from_arrays(
        customer=[], placed_at=[], amount=[], currency="EUR", timezone="UTC"
    )
    assert list(ci.measure(empty, ["revenue"], by=["month"]).plot().data[0].x) == []
    assert ci.rfm(empty).plot().layout.title.subtitle.text.startswith("days · n = 0 customers")


def test_a_missing_library_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Plotly one sentence says what to install."""
    for name in [one for one in sys.modules if one.partition(".")[0] == "plotly"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(MissingExtra, match=r"custinsights\[report\]"):
        ci.measure(GALLERY, ["revenue"], by=["month"]).plot()
