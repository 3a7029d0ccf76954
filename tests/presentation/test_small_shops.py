"""What the page shows of a shop of few orders: no empty half of a chart, no unit of nothing."""

from __future__ import annotations

from typing import Any

import custinsights as ci
from custinsights.presentation.cells import of_unit
from custinsights.presentation.report.buying import order_numbers
from custinsights.presentation.report.headline import headlines
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.writing import report


def _shop(*customers: str) -> Any:
    return ci.OrderHistory.from_arrays(
        customer=list(customers),
        placed_at=[f"2023-0{month}-05" for month, _ in enumerate(customers, start=1)],
        amount=["10.00"] * len(customers),
        currency="EUR",
        timezone="UTC",
    )


def test_order_numbers_end_with_the_last_that_somebody_reached() -> None:
    """Of two orders at most there is no chart of ten."""
    for part in order_numbers(Inquiry(_shop("a", "b", "a"))).parts:
        assert part.table.columns[0].values.tolist() == [1, 2]  # type: ignore[union-attr]


def test_a_headline_without_a_value_has_no_unit_and_no_band() -> None:
    """It says so in words."""
    (cards,) = headlines(Inquiry(_shop())).parts
    nothing = [card for card in cards if card.value == "no value"]  # type: ignore[union-attr]
    assert "repeat rate" in {card.name for card in nothing}
    assert {(card.unit, card.band) for card in nothing} == {("", None)}


def test_small_numbers_keep_the_digits_that_tell_them_apart() -> None:
    """Two frequencies of 0.02 that differ by a quarter are no equal numbers; money is in cents."""
    assert [of_unit(one, "per month") for one in (0.0161, 0.0221, 1.5)] == [
        "0.0161",
        "0.0221",
        "1.50",
    ]
    assert of_unit(0.0161, "EUR") == "0.02"


def test_a_map_of_cohorts_tells_where_its_colours_end(tmp_path: Any) -> None:
    """Beyond that all are alike."""
    page = report(ci.datasets.gallery(), tmp_path / "r.html", sections=["cohorts"])
    assert "The colour is strongest from " in page.read_text("utf-8")
