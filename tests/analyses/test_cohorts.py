"""Cohorts by hand."""

import numpy as np
import pytest

import custinsights as ci
from custinsights.errors import Refused
from custinsights.history.columnar.columns import RefundColumns
from custinsights.history.columnar.localtime import to_microseconds


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


def test_who_lacks_the_label_is_a_cohort() -> None:
    """The sizes of the cohorts of a label add up to all customers, the unknown among them."""
    gallery = ci.datasets.gallery()
    grid = ci.cohorts(gallery, by="first_coupon", period="year")
    assert dict(zip(grid.cohorts, grid.sizes.tolist(), strict=True)) == {
        None: 91,
        "HOLIDAY15": 2,
        "WELCOME10": 18,
    }
    assert "(unknown)" in repr(grid)
    assert ci.audit(gallery)["cohorts by first_coupon hold every customer once"].passed
    nowhere = ci.OrderHistory.from_arrays(
        customer=["ada"],
        placed_at=["2024-01-05"],
        amount=[1],
        currency="EUR",
        timezone="Europe/Paris",
    )
    assert ci.cohorts(nowhere, by="first_coupon").cohorts == (None,)


@pytest.mark.parametrize(("as_of", "running"), [("2024-04-01", 0), ("2024-04-10", 1)])
def test_a_period_in_which_nobody_came(as_of: str, running: int) -> None:
    """Its sums are 0 at every age that has begun, and undefined later; quotients always are."""
    history = ci.OrderHistory.from_arrays(
        customer=["ada", "bo"],
        placed_at=["2024-01-05", "2024-03-05"],
        amount=[10, 5],
        currency="EUR",
        timezone="Europe/Paris",
        observed_until="2024-05-01",
    )
    for metric in ("customers", "orders", "revenue"):
        grid = ci.cohorts(history, metric=metric, as_of=as_of)
        assert grid.cohorts[1] == "2024-02"
        begun = [0.0] * (2 + running)
        assert grid.values[1].tolist() == pytest.approx([*begun, np.nan], nan_ok=True)
        assert grid.partial[1].tolist() == [False, False, *[True] * running, False]
    share = ci.cohorts(history, metric="average_order_value", as_of=as_of)
    assert np.isnan(share.values[1]).all()
    assert np.isnan(share.retention[1]).all()


@pytest.mark.parametrize("metric", ["new_customers", "returning_customers", "new_customer_share"])
def test_new_customers_make_no_cohorts(metric: str) -> None:
    """What is relative to a period or a window is refused: by age everybody would be new."""
    with pytest.raises(Refused, match="relative to a period or a window"):
        ci.cohorts(ci.datasets.gallery(), metric=metric)
