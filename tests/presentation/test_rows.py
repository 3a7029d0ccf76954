"""What a page shows, as rows: each table once, under a name that stays."""

from __future__ import annotations

import re

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


def test_a_section_without_data_says_so_in_a_line() -> None:
    """Its rows are none, in every form."""
    [payments] = QUESTIONS["payments"].answers(Inquiry(ci.datasets.load_online_retail()))
    assert payments.rows is None
    assert payments.remarks == ("The orders name no payment methods.",)
