"""Cohorts by hand."""

import numpy as np

import custinsights as ci
from custinsights.history.columns import RefundColumns
from custinsights.history.localtime import to_microseconds


def test_cumulative_revenue_is_added_up_in_whole_numbers() -> None:
    """A million millions that come and go leave the one cent by which they differ."""
    gone = to_microseconds(ci.domain.Calendar("Europe/Paris").instant("2024-02-05"))
    history = ci.OrderHistory.from_arrays(
        customer=["ada", "ada"],
        placed_at=["2024-01-05", "2024-03-05"],
        amount_minor=[10**14 + 1, 5],
        refunds=RefundColumns(
            customer=np.array(["ada"], dtype=object),
            refunded_at=np.array([gone]),
            amount=np.array([10**14]),
            order=np.array([-1]),
            product=np.array([-1]),
        ),
        currency="EUR",
        timezone="Europe/Paris",
    )
    grid = ci.cohorts(history, metric="cumulative_revenue_per_customer", as_of="2024-04-01")
    assert grid.values.tolist() == [[1e12 + 0.01, 0.01, 0.06]]
