"""Words that shops use, and ours: what an error says of a short name depends on where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import custinsights as ci
from custinsights.errors import CustInsightsError, InvalidValue, UnknownName

HINTS: list[tuple[Callable[[Any], Any], str]] = [
    (lambda h: ci.traits(h, "aov"), "stands for 'average_order_value'"),
    (lambda h: ci.traits(h, "ltv"), "one customer it is 'total_spent'"),
    (lambda h: ci.traits(h, ["clv"]), "one customer it is 'total_spent'"),
    (lambda h: ci.traits(h, "customer_lifetime_value"), "one customer it is 'total_spent'"),
    (lambda _: ci.rule("aov > 50"), "Did you mean 'average_order_value'"),
    (lambda _: ci.rule("LTV > 50"), "Did you mean 'total_spent'"),
    (lambda _: ci.words.clv > 5, "one customer it is 'total_spent'"),
    (lambda h: ci.cohorts(h, metric="ltv"), "'cumulative_revenue_per_customer'"),
    (lambda h: ci.cohorts(h, metric="CLV"), "'cumulative_revenue_per_customer'"),
    (lambda h: ci.cohorts(h, metric="customer_lifetime_value"), "cumulative_revenue_per_customer"),
    (lambda h: ci.cohorts(h, metric="aov"), "stands for 'average_order_value'"),
    (lambda h: ci.measure(h, "ltv"), "stands for 'customer_lifetime_value'"),
]


@pytest.mark.parametrize("place", range(len(HINTS)))
def test_a_short_name_is_hinted_at_where_it_stands(place: int) -> None:
    """The hint names what the very same call takes."""
    ask, says = HINTS[place]
    with pytest.raises(CustInsightsError, match=says):
        ask(ci.datasets.gallery())


def test_what_cohorts_are_told_they_take() -> None:
    """The metric that stands for a lifetime value in cohorts is one of theirs."""
    assert ci.cohorts(ci.datasets.gallery(), metric="cumulative_revenue_per_customer").ages


@pytest.mark.parametrize("ask", [ci.ranking, ci.measure])
def test_the_error_names_all_that_by_takes(ask: Callable[..., Any]) -> None:
    """What is neither name nor dimension is refused with both."""
    for given in (5, [5]):
        with pytest.raises(InvalidValue, match="a name or a Dimension"):
            ask(ci.datasets.gallery(), "orders", by=given)


def test_an_acquisition_takes_dimensions() -> None:
    """Its labels are taken as dimensions, too; others are refused by name."""
    shop = ci.datasets.gallery().with_spend(
        [ci.domain.Spend("2023-05", ci.domain.Money("100.00", "USD"))]
    )
    for name in ("month", "year"):
        by_name = ci.acquisition(shop, by=name)
        assert by_name.to_dicts() == ci.acquisition(shop, by=ci.DEFAULT.dimension(name)).to_dicts()
    own = ci.dimension("month", facts="customers")(lambda history: history.order_count)
    for other in (ci.DEFAULT.dimension("channel"), ci.DEFAULT.dimension("week"), own):
        with pytest.raises(
            UnknownName, match=f"acquisition named {other.name!r}.*acquisition_channel"
        ):
            ci.acquisition(shop, by=other)
