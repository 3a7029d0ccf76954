"""Every answer says which part of the time that was asked about nobody observed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import custinsights as ci
from custinsights.history.orders import OrderHistory
from custinsights.results.table import Table

BEGINS = "The observation begins on 2022-03-13 00:00; nothing earlier is known."
NOTHING = "Nothing of this window was observed."
CUT = "The window is not over: as_of cuts it."

ASKED: dict[str, Callable[..., Any]] = {
    "measure": lambda shop, **how: ci.measure(shop, "orders", **how),
    "by month": lambda shop, **how: ci.measure(shop, "orders", by="month", **how),
    "overview": ci.overview,
    "ranking": lambda shop, **how: ci.ranking(shop, "orders", by="channel", **how),
    "funnel": ci.funnel,
    "distribution": lambda shop, **how: ci.distribution(shop, "gap_days", **how),
    "growth_drivers": ci.growth_drivers,
    "preferences": lambda shop, **how: ci.preferences(shop, "customer_country", **how),
    "cross_sell_gaps": ci.cross_sell_gaps,
    "product_velocity": ci.product_velocity,
    "milestones": ci.milestones,
}


@pytest.fixture(scope="module")
def shop() -> OrderHistory:
    """Return a shop that was observed from 2022-03-13."""
    return ci.datasets.gallery(activities=True)


def notes_of(result: Any) -> tuple[str, ...]:
    """Return what a result says of itself."""
    notes: tuple[str, ...] = (result if isinstance(result, Table) else result.table()).notes
    return notes


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (("2021-06-01", "2022-06-01"), {BEGINS}),
        (("2021-01-01", "2022-01-01"), {BEGINS, NOTHING}),
        (("2024-02-01", "2024-06-01"), {CUT}),
        (("2022-01-01", "2024-06-01"), {CUT, BEGINS}),
        (("2024-03-01", "2024-06-01"), {NOTHING}),
        (("2022-04-01", "2024-03-01"), set()),
    ],
)
def test_windows_outside_the_observation(
    shop: OrderHistory, name: str, window: tuple[str, str], expected: set[str]
) -> None:
    """What lies before the observation or after as_of is told by every analysis with a window."""
    notes = notes_of(ASKED[name](shop, window=window))
    assert {BEGINS, NOTHING, CUT} & set(notes) == expected


@pytest.mark.parametrize(
    "ask", [ci.cohorts, ci.second_order, ci.lifetime_value, ci.traits, ci.order_sequence]
)
def test_an_as_of_before_the_observation(shop: OrderHistory, ask: Callable[..., Any]) -> None:
    """Who asks as of an instant before the observation is told that nothing was observed then."""
    nothing = "Nothing before as_of was observed."
    notes = notes_of(ask(shop, as_of="2022-01-01"))
    assert {nothing, BEGINS} <= set(notes)
    assert not {nothing, BEGINS} & set(notes_of(ask(shop, as_of="2023-01-01")))


def test_what_is_compared_says_so_too(shop: OrderHistory) -> None:
    """The earlier window of a comparison tells what of it was not observed."""
    for found in (
        ci.growth_drivers(shop, window="2022-06", compare="previous_year"),
        ci.overview(shop, window="2022-06", compare="previous_year"),
    ):
        [compared] = [note for note in notes_of(found) if note.startswith("Compared: ")]
        assert NOTHING in compared
        assert BEGINS in compared
        assert BEGINS not in notes_of(found)
