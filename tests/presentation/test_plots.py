"""A picture of a result says what it shows, in what unit and of how many, and nothing else."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.errors import InvalidValue, MissingExtra, UnknownName
from custinsights.presentation.figures import COLOURS, values
from custinsights.presentation.spans import spans

GALLERY = ci.datasets.gallery()
AS_OF = "As of 2024-03-01 00:00 America/New_York, exclusive."


def _told(figure: Any) -> tuple[str, str]:
    return figure.layout.title.text, figure.layout.title.subtitle.text


def test_a_cube_over_time_is_lines() -> None:
    """Its numbers are those of the table; title, unit, n and as_of are told."""
    cube = ci.measure(GALLERY, ["revenue", "average_order_value"], by=["quarter"])
    figure = cube.plot("revenue")
    says = f"USD · n = 9 quarters · {AS_OF}<br>pale or open: only part of the period"
    assert _told(figure) == ("Revenue by quarter", says)
    (line,) = figure.data
    first, *whole, last = line.marker.symbol  # the shop began, and is watched, within a quarter
    assert (first, {*whole}, last) == ("circle-open", {"circle"}, "circle-open")
    assert (line.type, line.line.color) == ("scatter", COLOURS[0])
    table = cube.table()
    assert list(line.x) == table.column("quarter").values.tolist()
    assert list(line.y) == values(table.column("revenue"))


def test_n_is_never_money() -> None:
    """A quotient is told of how many: labels where it is divided by money or by time."""
    metrics = ["refund_rate", "average_order_value", "order_frequency", "repeat_rate"]
    cube = ci.measure(GALLERY, metrics, by=["quarter"])
    said = {name: cube.plot(name).layout.title.subtitle.text for name in metrics}
    bottom = cube.denominator("average_order_value")
    assert bottom is not None
    many = f"n = {bottom.min()} to {bottom.max()} for each quarter"
    assert many in said["average_order_value"]
    assert all("n = 9 quarters" in said[name] for name in ("refund_rate", "order_frequency"))
    assert "to 111 for each quarter" in said["repeat_rate"]


def test_all_metrics_are_drawn_or_named() -> None:
    """Those of one unit in one chart, each other unit below; what there is no room for is told."""
    metrics = ["revenue", "orders", "customers", "refund_rate"]
    figure = ci.measure(GALLERY, metrics, by=["quarter"]).plot()
    drawn = {line.name: line.yaxis for line in figure.data}
    assert drawn == {"revenue": "y", "orders": "y2", "customers": "y2", "refund rate": "y3"}
    assert len({line.line.color for line in figure.data}) == 4
    titles = [figure.layout[f"yaxis{n}"].title.text for n in ("", "2", "3")]
    assert titles == ["revenue (USD)", "orders, customers", "refund rate"]
    domains = [figure.layout[f"yaxis{n}"].domain for n in ("", "2", "3")]
    assert domains[0][0] > domains[1][1] > domains[1][0] > domains[2][1] > domains[2][0] >= 0
    hours = ci.measure(GALLERY, ["orders", "revenue"], by=["weekday", "hour"]).plot()
    assert hours.layout.title.subtitle.text.endswith("not drawn: revenue")
    assert hours.layout.yaxis.title.text == "weekday"
    two = ci.measure(GALLERY, metrics, by=["quarter"]).plot(["orders", "customers"])
    assert [line.name for line in two.data] == ["orders", "customers"]
    by_category = ci.measure(GALLERY, ["line_revenue", "units"], by=["category"]).plot()
    assert list(by_category.data[0].y) == list(by_category.data[1].y)


def test_axes_of_shaded_cells_are_named_by_what_lies_along_them() -> None:
    """Time runs along, the largest labels lie down, and the unit stands at the scale of colours."""
    retail = ci.datasets.load_online_retail()
    figure = ci.measure(retail, ["revenue"], by=["month", "country"]).plot()
    (cells,) = figure.data
    assert (cells.x[0], cells.y[0], len(cells.y)) == ("2010-12", "United Kingdom", 30)
    named = (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text)
    assert named == ("month", "country")
    assert cells.colorbar.title.text == "GBP"
    assert "the first 30 of 38" in figure.layout.title.subtitle.text


def test_segments_and_overviews_are_drawn() -> None:
    """Segments in their order, of any number in their table; an overview by what has changed."""
    tiers = ci.tiers(GALLERY, "value")
    (bars,) = tiers.plot().data
    assert dict(zip(bars.y, bars.x, strict=True)) == tiers.sizes
    assert tiers.plot("total_spent").layout.xaxis.title.text == "USD"
    with pytest.raises(InvalidValue, match="shows a number of each"):
        tiers.plot("segment")
    with pytest.raises(InvalidValue, match="One column is drawn at a time"):
        tiers.plot(["customers", "orders"])
    (rates,) = ci.overview(GALLERY).plot().data
    assert "repeat rate" in rates.y
    window = ("2023-09-01", "2024-03-01")
    found = ci.overview(GALLERY, window=window, compare="previous_year")
    changes = ci.overview(GALLERY, window=window, compare="previous_year").plot()
    assert changes.layout.title.text == "Changes of the headline numbers"
    drawn = dict(zip(changes.data[0].y, changes.data[0].x, strict=True))
    assert drawn["revenue"] == found["revenue"].change


@pytest.mark.parametrize(
    ("known", "names"),
    [
        ([], ["0"]),
        ([7], ["7"]),
        ([1, 2, 3], ["1", "2", "3"]),
        ([0.5, 1.25], ["0.5 to 0.6", "0.6 to 0.7", "1.2 to 1.3"]),
        ([*range(100), 5000], ["0 to 9", "10 to 19", "80 to 89"]),
    ],
)
def test_spans_are_round(known: list[float], names: list[str]) -> None:
    """They begin and end at numbers that one counts by; each value is in one of them."""
    edges, found = spans(np.array(known, dtype=np.float64))
    assert len(found) == len(edges) <= 14
    assert {*names} <= {*found} or not known
    assert np.all(np.array(known) >= edges[0])
    assert found[-1].endswith("and more") == (5000 in known)


def test_a_history_and_what_was_read_show_themselves_in_a_notebook() -> None:
    """As text that is escaped, with its lines."""
    shown = GALLERY._repr_html_()
    assert shown.startswith("<pre")
    assert "&lt;OrderHistory: 306 orders" in shown
    report = ci.datasets.load_online_retail().load_report
    assert report is not None
    assert "133,359 rows, GBP 1,755,276.64" in report._repr_html_()


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


def test_labels_that_have_an_order_are_drawn_in_it() -> None:
    """Numbers from the first on, however large; cohorts by time are a line; n is of those drawn."""
    history = ci.datasets.load_online_retail()
    figure = ci.measure(history, ["average_order_value"], by=["order_number"]).plot()
    assert list(figure.data[0].x) == ["(unknown)", *map(str, range(1, 30))]
    assert figure.layout.xaxis.title.text == "order number"
    assert "the first 30 of 211" in _told(figure)[1].replace("<br>", " ")
    folded = ci.measure(history, ["orders"], by=[ci.order_number(3, name="nth")]).plot()
    assert list(folded.data[0].x)[-3:] == ["1", "2", "3+"]
    months = ci.measure(history, ["orders"], by=["cohort_month"]).plot().data[0]
    assert (months.type, list(months.x)) == ("scatter", sorted(months.x))


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


def test_many_cohorts_by_label_are_cut_and_their_customers_never_added_up() -> None:
    """The largest thirty; whoever is in several counts in none of the sums; time is never cut."""
    history = ci.datasets.load_online_retail()
    found = ci.cohorts(history, period="quarter", metric="revenue", by="first_product")
    figure = found.plot()
    says = _told(figure)[1].replace("<br>", " ")
    assert f"n = up to {found.sizes.max():,} customers in a cohort, some in several" in says
    assert f"the first 30 of {len(found):,}" in says
    assert len(figure.data[0].y) == 30
    assert figure.data[0].y[0] == found.cohorts[int(found.sizes.argmax())]
    weeks = ci.cohorts(history, period="week")
    assert len(weeks.plot().data[0].y) == len(weeks) > 30


def test_customers_are_counted_by_what_is_told_of_them() -> None:
    """Numbers in spans, labels as they are; every customer is in one bar."""
    people = ci.rfm(GALLERY)
    groups = people.plot("group")
    assert _told(groups) == ("Customers by group", f"n = 111 customers · {AS_OF}")
    assert dict(zip(groups.data[0].y, groups.data[0].x, strict=True)) == people.sizes
    spent = people.plot("total_spent")
    assert sum(spent.data[0].y) == len(people)
    assert spent.layout.title.text == "Customers by total spent (USD)"
    assert _told(people.plot()) == _told(groups)
    days = people.plot("days_since_last_order")
    assert days.layout.title.text == "Customers by days since last order"
    assert days.data[0].x[0].startswith("0 to ")


def test_labels_are_shown_as_they_are_and_contacts_are_hidden() -> None:
    """Plotly reads a little HTML, which customers may write: none of it is read."""
    history = ci.OrderHistory.from_arrays(
        customer=["a", "b", "c"],
        placed_at=["2024-03-05", "2024-03-06", "2024-03-07"],
        amount=["1.00", "2.00", "0.50"],
        city=["<a href='https://x.example'>here</a> %{x}", "ann@example.com", r"$\alpha$"],
        currency="EUR",
        timezone="UTC",
    )
    drawn = ci.measure(history, ["revenue"], by=["city"]).plot().data[0].y
    assert not any(sign in name for name in drawn for sign in ("<", "%{", "ann@", "$"))
    assert "&lt;a href=" in drawn[1]
    assert drawn[2] == r"&#36;\alpha&#36;"


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
    assert ci.rfm(empty).plot().layout.title.subtitle.text.startswith("n = 0 customers")
    days = ci.rfm(empty).plot("days_since_last_order")
    assert days.layout.title.subtitle.text.startswith("n = 0 customers")


def test_a_missing_library_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Plotly one sentence says what to install."""
    for name in [one for one in sys.modules if one.partition(".")[0] == "plotly"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(MissingExtra, match=r"custinsights\[report\]"):
        ci.measure(GALLERY, ["revenue"], by=["month"]).plot()
