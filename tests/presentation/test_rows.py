"""What a page shows, as rows: each table once, under a name that stays."""

from __future__ import annotations

import re
from typing import Any

import pytest

import custinsights as ci
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.questions import QUESTIONS, answers, chosen


def test_every_table_has_a_name_of_its_own() -> None:
    """A program finds it by a word without dates and numbers, and each section tells something."""
    found = [*answers(Inquiry(ci.datasets.gallery(activities=True)), chosen(None))]
    keys = [answer.key for answer in found]
    assert len(keys) == len({*keys})
    assert all(re.fullmatch(r"[a-z_]+", key) for key in keys)
    assert keys[0] == "load_report"
    assert all(answer.rows is not None or answer.remarks for answer in found)


def test_charts_of_one_table_are_drawn_beside_it() -> None:
    """The months of customers and revenue are one table, with two charts; unusual ones are told."""
    [growth] = QUESTIONS["trend"].answers(Inquiry(ci.datasets.load_online_retail()))
    assert [chart.title for chart in growth.charts] == ["Customers by month", "Revenue by month"]
    assert growth.rows is not None
    unusual = growth.rows.column("unusual").values.tolist()
    assert unusual[9] == "customers, revenue"
    assert unusual[0] == ""


def test_of_many_labels_some_are_drawn_and_all_are_told() -> None:
    """A page draws the largest twelve; a program and a spreadsheet get every one."""
    n = 40
    history = ci.read_frame(
        {
            "customer": [f"c{place}" for place in range(n)],
            "placed_at": ["2024-03-05"] * n,
            "amount": [str(place) for place in range(n)],
            "payment_method": [f"method {place}" for place in range(n)],
        },
        currency="EUR",
        timezone="UTC",
    )
    inquiry = Inquiry(history)
    [payments] = QUESTIONS["payments"].answers(inquiry)
    assert {row["payment_method"]: row["orders"] for row in payments.data} == {
        f"method {place}": 1 for place in range(n)
    }
    assert payments.rows is not None
    assert len(payments.rows) == n
    part: Any = QUESTIONS["payments"].section(inquiry).parts[0]
    assert len(part.figure["data"][0]["x"]) == part.rows == 12
    assert "The first 12 of 40." in part.says


def test_shares_change_by_points_and_numbers_by_a_part_of_themselves() -> None:
    """A spreadsheet tells what the page tells; what is not compared has no time before."""
    history = ci.datasets.load_online_retail()
    [overview] = QUESTIONS["overview"].answers(Inquiry(history))
    assert overview.sheet is not None
    rows = {row["metric"]: row for row in overview.sheet.to_dicts()}
    rate, revenue = rows["new customer rate"], rows["revenue"]
    assert rate["change"] is revenue["change in points"] is None
    points = 100 * (rate["value"] - rate["the time before"])
    assert rate["change in points"] == pytest.approx(points)
    assert round(points, 1) == -17.4  # as the page says
    assert round(revenue["change"], 3) == 0.628
    first = ci.read_frame(
        {"customer": ["a"], "placed_at": ["2024-03-05"], "amount": ["1"]},
        currency="EUR",
        timezone="UTC",
    )
    [alone] = QUESTIONS["overview"].answers(Inquiry(first))
    assert alone.sheet is not None
    heads = {*alone.sheet.to_dicts()[0], *alone.data[0]}
    assert not {"previous", "the time before", "change", "change in points"} & heads


def test_a_section_without_data_says_so_in_a_line() -> None:
    """Its rows are none, in every form."""
    [payments] = QUESTIONS["payments"].answers(Inquiry(ci.datasets.load_online_retail()))
    assert payments.rows is None
    assert payments.remarks == ("The orders name no payment methods.",)
