"""The overview compares only what was wholly observed."""

import pytest

import custinsights as ci
from custinsights.analyses.measuring.measure import Window

UNTOLD = "No change is told"
NOTHING = "Nothing of this window was observed."


@pytest.fixture
def history() -> ci.OrderHistory:
    """Return ten orders a month of 2024, observed until the middle of December."""
    days = [f"2024-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 11)]
    return ci.OrderHistory.from_arrays(
        customer=["ada"] * len(days),
        placed_at=days,
        amount=[1] * len(days),
        currency="EUR",
        timezone="Europe/Paris",
        observed_from="2024-01-01",
        observed_until="2024-12-15",
    )


@pytest.mark.parametrize(
    ("window", "compare", "change"),
    [
        ("2024-11", "previous_period", 10 / 9 - 1),
        ("2024-12", "previous_period", None),  # as_of cuts the window
        (("2024-11-20", "2024-12-15"), "previous_period", 0.0),
        ("2024-06", "previous_year", None),  # the year before was not observed
        ("2024-01", "previous_period", None),
        ("2025-12", "previous_year", None),  # as_of cuts the earlier window too
    ],
)
def test_a_window_that_is_cut_has_no_change(
    history: ci.OrderHistory, window: Window, compare: str, change: float | None
) -> None:
    """Growth is told between windows that as_of and the observation leave whole, and noted."""
    found = ci.overview(history, "orders", window=window, compare=compare)
    assert found["orders"].change == (None if change is None else pytest.approx(change))
    assert (UNTOLD in repr(found).replace("\n", " ")) is (change is None)


def test_a_window_in_the_future() -> None:
    """Of a window at or after as_of, or before the observation, nothing is known: it is said."""
    gallery = ci.datasets.gallery()
    for window, is_said in (("2030-01", True), ("2024-02", False), ("2001-01", True)):
        notes = ci.overview(gallery, "orders", window=window).table().notes
        assert (NOTHING in notes) is is_said, window
