"""One dimension across: a cube as a grid, such as the heat map of the week."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

import custinsights as ci
from custinsights.errors import UnknownName
from tests.oracles.bridge import to_history
from tests.oracles.hand import ADA_AND_BO, order, shop

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.mark.covers("M28")
def test_the_week_by_hours() -> None:
    """Each order is counted once, at its local weekday and hour; empty hours are 0."""
    retail = ci.datasets.load_online_retail()
    cube = ci.measure(retail, ["orders", "customers"], by=["weekday", "hour"])
    grid = cube.across("hour")
    assert grid.names == ("weekday", *map(str, range(24)))
    assert grid.column("weekday").values.tolist() == list(WEEK)
    total = sum(int(grid.column(str(hour)).values.sum()) for hour in range(24))
    assert total == len(retail) == 18_536
    by_hand = {(row["weekday"], row["hour"]): row["customers"] for row in cube.to_dicts()}
    for row in cube.across("hour", "customers").to_dicts():
        for hour in range(24):
            assert row[str(hour)] == by_hand[row["weekday"], hour]
    local = [
        dt.datetime.fromtimestamp(at / 1e6, ZoneInfo("Europe/London"))
        for at in retail.placed_at.tolist()
    ]
    counted = Counter((at.weekday(), at.hour) for at in local)
    for day, row in enumerate(grid.to_dicts()):
        assert [row[str(hour)] for hour in range(24)] == [counted[day, hour] for hour in range(24)]


def test_labels_that_are_not_everywhere() -> None:
    """Labels come in their own order, the unknown first; where none lies, a quotient is missing."""
    made = shop(
        order("ada", "01-10", 100, labels={"channel": "web"}),
        order("ada", "01-11", 300, labels={"channel": "fair"}),
        order("bo", "02-10", 500, labels={"channel": "web"}),
        order("bo", "02-11", 700),
    )
    cube = ci.measure(
        to_history(made),
        ["orders", "average_order_value"],
        by=["month", "channel"],
        window="2024-Q1",
    )
    grid = cube.across("channel")
    assert grid.names == ("month", "(unknown)", "fair", "web")
    assert [tuple(row.values()) for row in grid.to_dicts()] == [
        ("2024-01", 0, 1, 1),
        ("2024-02", 1, 0, 1),
        ("2024-03", 0, 0, 0),
    ]
    assert cube.across("channel", "average_order_value").to_dicts()[0] == {
        "month": "2024-01",
        "(unknown)": None,
        "fair": 3.0,
        "web": 1.0,
    }
    assert cube.across("month").names == ("channel", "2024-01", "2024-02", "2024-03")


def test_cells_that_are_not_there() -> None:
    """Where no fact lies at all a count is 0 and a quotient is missing."""
    made = shop(
        order("ada", "01-10", 100, labels={"channel": "fair", "coupon": "b"}),
        order("ada", "01-11", 300, labels={"channel": "web", "coupon": "a"}),
        order("bo", "02-10", 500, labels={"channel": "web"}),
    )
    cube = ci.measure(to_history(made), ["orders", "average_order_value"], by=["channel", "coupon"])
    assert len(cube) == 3
    assert cube.across("coupon").to_dicts() == [
        {"channel": "fair", "(unknown)": 0, "a": 0, "b": 1},
        {"channel": "web", "(unknown)": 1, "a": 1, "b": 0},
    ]
    assert cube.across("coupon").names == ("channel", "(unknown)", "a", "b")
    assert cube.across("coupon", "average_order_value").to_dicts()[0] == {
        "channel": "fair",
        "(unknown)": None,
        "a": None,
        "b": 1.0,
    }


def test_money_and_partial_periods() -> None:
    """Money stays exact, and a period that is not over is marked in the grid as in the cube."""
    cube = ci.measure(
        to_history(ADA_AND_BO), "revenue", by=["month", "order_type"], as_of="2024-03-25"
    )
    grid = cube.across("month")
    assert grid.to_dicts()[0]["2024-01"].to_eng_string() == "40.00"
    marked = grid.column("2024-03").provisional
    assert marked is not None
    assert marked.tolist() == [True, True]
    assert grid.title == "revenue by order_type, month"


def test_alone_and_empty() -> None:
    """One dimension alone is one row; a cube without cells has none."""
    cube = ci.measure(to_history(ADA_AND_BO), "orders", by="order_number")
    assert cube.across("order_number").to_dicts() == [{"1": 2, "2": 2, "3": 1}]
    nobody = ci.measure(to_history(shop()), "orders", by=["channel", "coupon"])
    assert len(nobody.across("coupon")) == 0


def test_what_is_not_in_the_cube_is_refused() -> None:
    """Only dimensions and metrics of the cube are laid out."""
    cube = ci.measure(to_history(ADA_AND_BO), "orders", by="order_number")
    with pytest.raises(UnknownName, match=r"dimension of the cube.*'hour'.*order_number"):
        cube.across("hour")
    with pytest.raises(UnknownName, match=r"metric of the cube.*'revenue'"):
        cube.across("order_number", "revenue")
