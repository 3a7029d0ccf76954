"""The audit holds on every history, and a dishonest entry of the catalog breaks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.declaring.declarations import Metric
from custinsights.domain import Money, Spend
from custinsights.errors import UnknownName
from custinsights.history.columnar.localtime import to_datetime
from custinsights.testing.strategies import as_ofs, rows


def without(names: Mapping[str, Metric]) -> ci.Catalog:
    """The built-in catalog with some of its metrics exchanged."""
    return attrs.evolve(ci.DEFAULT, metrics={**ci.DEFAULT.metrics, **names})


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(ci.datasets.load_online_retail, id="load_online_retail"),
        pytest.param(ci.datasets.gallery, id="gallery"),
        pytest.param(partial(ci.datasets.gallery, activities=True), id="gallery with activities"),
    ],
)
def test_bundled_data_pass(history: Callable[[], ci.OrderHistory]) -> None:
    """Every law holds on the bundled data, and each says what it added up."""
    audit = ci.audit(history())
    assert audit.failed == ()
    assert audit.passed
    assert len(audit) > 40
    assert all(one.detail for one in audit)
    assert audit.to_dicts()[0]["passed"] is True
    assert "all hold" in audit.table().title


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_histories_pass(data: st.DataObject) -> None:
    """Whatever a history holds, as of any instant, no law is broken."""
    shop = data.draw(rows())
    as_of = to_datetime(data.draw(as_ofs(shop)))
    assert ci.audit(shop.history(), as_of=as_of).failed == ()


def test_nobody_passes() -> None:
    """A history of nobody keeps every law."""
    gallery = ci.datasets.gallery()
    assert ci.audit(gallery.where(customers=np.zeros(gallery.people, bool))).passed


def test_what_a_history_lacks_is_not_asked() -> None:
    """A source of dates has no hours: the law says so instead of failing."""
    dated = ci.OrderHistory.from_arrays(
        customer=["ada"],
        placed_at=["2024-01-05"],
        amount=[1],
        currency="EUR",
        timezone="Europe/Paris",
    )
    audit = ci.audit(dated)
    assert audit.passed
    assert "not asked" in audit["sums by hour are the whole"].detail
    medium = audit["cohorts by preferred_message_medium hold every customer once"]
    assert "not asked: What is asked needs activities" in medium.detail
    with pytest.raises(UnknownName, match="sums by hour are the whole"):
        audit["sums by hours"]


_calls = count()


@ci.tally("drifting", definition="Another number at every call.")
def drifting(orders: Any) -> Any:
    """A tally that remembers how often it was asked."""
    return np.full(len(orders), next(_calls))


@ci.tally("against_the_mean", facts="orders", definition="Judged against the others at hand.")
def against_the_mean(orders: Any) -> Any:
    """A tally that compares customers."""
    return orders.amount > orders.amount.mean() if len(orders) else orders.amount


GROWING = (ci.revenue / ci.orders).named("a_share", proportion=True, definition="No share.")


@pytest.mark.parametrize(
    ("catalog", "law", "says"),
    [
        (
            without(
                {
                    "returning_customers": ci.customers.named(
                        "returning_customers", definition="All."
                    )
                }
            ),
            "new_customers + returning_customers = customers",
            "2022-03",
        ),
        (ci.DEFAULT.with_(drifting), "sums by month are the whole", "drifting: "),
        (
            ci.DEFAULT.with_(against_the_mean),
            "the whole is the sum of its parts",
            "against_the_mean differs",
        ),
        (ci.DEFAULT.with_(GROWING), "proportions lie between 0 and 1", "a_share of 2022-"),
    ],
)
def test_a_dishonest_entry_breaks_its_law(catalog: ci.Catalog, law: str, says: str) -> None:
    """The law that an entry of the catalog breaks fails and names it; nothing is raised."""
    audit = ci.audit(ci.datasets.gallery(), catalog=catalog)
    assert not audit.passed
    assert not audit[law].passed
    assert says in audit[law].detail
    assert law in [one.name for one in audit.failed]
    assert "broken" in audit.table().title


def test_the_orders_of_a_plug_in_are_audited() -> None:
    """An honest metric of one's own is asked by every dimension that it goes by."""
    with_coupon = ci.orders.where(lambda o: o.has("coupon")).named(
        "with_coupon", definition="Orders."
    )
    audit = ci.audit(ci.datasets.gallery(), catalog=ci.DEFAULT.with_(with_coupon))
    assert audit.passed
    assert "with_coupon" in audit["sums by country are the whole"].detail


def test_spend_is_no_sum_of_days() -> None:
    """What was spent in a month lies in no single day, and a history that knows it passes."""
    rows = [Spend("2023-03", Money("100.00", "USD"), channel="etsy")]
    audit = ci.audit(ci.datasets.gallery().with_spend(rows))
    assert audit.failed == ()
    assert "acquisition_spend" not in audit["sums by day are the whole"].detail
    assert "customer_acquisition_cost" in audit["the whole is the sum of its parts"].detail
