"""How much somebody gives back, and how many of their bids win."""

import pytest

import custinsights as ci

HISTORY = ci.OrderHistory.from_arrays(
    customer=["ada", "bo"],
    placed_at=["2024-01-05", "2024-01-06"],
    amount=["10.00", "0.00"],
    currency="EUR",
    timezone="Europe/Paris",
)
BIDS = ci.ActivityHistory.from_arrays(
    customer=["ada", "ada", "ada", "bo", "ada"],
    at=["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-02-01"],
    kind=["bid", "bid", "bid", "visit", "bid"],
    outcome=["won", "underbid", None, "won", "won"],
    timezone="Europe/Paris",
)


@pytest.mark.covers("B10", "B18")
def test_the_win_rate_of_a_customer_is_bids_won_of_all_bids() -> None:
    """Won ÷ bids before as_of; unknown of who did not bid, and of all without activities."""
    with_bids = HISTORY.with_activities(BIDS)
    rows = ci.traits(with_bids, "win_rate", as_of="2024-01-31").to_dicts()
    assert [row["win_rate"] for row in rows] == [pytest.approx(1 / 3), None]
    assert [row["win_rate"] for row in ci.traits(HISTORY, "win_rate").to_dicts()] == [None, None]


@pytest.mark.covers("B10")
def test_the_refund_rate_of_a_customer_is_what_went_back_of_what_was_paid() -> None:
    """Refunded ÷ paid before refunds; unknown of who paid nothing."""
    rows = ci.traits(ci.datasets.gallery(), ["refund_rate", "refunded", "total_spent"]).to_dicts()
    for row in rows:
        paid = row["total_spent"] + row["refunded"]
        expected = None if paid <= 0 else pytest.approx(float(row["refunded"] / paid))
        assert row["refund_rate"] == expected
    assert max(row["refund_rate"] or 0 for row in rows) > 0
    assert ci.traits(HISTORY, "refund_rate").row("bo")["refund_rate"] is None
