"""What lies behind a year, and what is said where nothing does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import custinsights as ci
from custinsights.presentation.report.drilling import levels
from custinsights.presentation.report.headline import told_quiet
from custinsights.presentation.report.writing import report


def _shop(*days: str) -> Any:
    return ci.OrderHistory.from_arrays(
        customer=[f"c{one}" for one, _ in enumerate(days)],
        placed_at=list(days),
        amount=["10.00"] * len(days),
        currency="EUR",
        timezone="UTC",
    )


def test_days_without_orders_stand_beside_others_of_their_month_alone() -> None:
    """One mistyped year makes no page of tens of thousands of empty days."""
    days = [row[0] for row in levels(_shop("2023-01-30", "2023-02-03", "2099-05-05"))["day"]]
    assert {"2023-01-31", "2023-02-01", "2023-02-28", "2099-05-01"} <= {*days}
    assert {day[:7] for day in days} == {"2023-01", "2023-02", "2099-05"}


def test_a_year_and_more_without_orders_is_told(tmp_path: Path) -> None:
    """With how many orders come after it: the last numbers are of these alone."""
    mistyped = _shop("2023-01-30", "2023-02-03", "2099-05-05")
    (said,) = told_quiet(mistyped)
    assert said == (
        "From 2023-03 to 2099-04 there is no order, and 1 of 3 come after it: see whether their "
        "dates are right."
    )
    page = report(mistyped, tmp_path / "r.html").read_text("utf-8")
    assert said in re.sub(r"\s+", " ", page)
    assert told_quiet(_shop("2023-01-30", "2024-02-01")) == ()
    assert told_quiet(_shop("2023-01-30", "2024-03-01")) != ()
    assert told_quiet(_shop("2023-01-30")) == told_quiet(_shop()) == ()
