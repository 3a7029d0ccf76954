"""Down from a cell of activities to the activities: who, when and what was told of each."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

import custinsights as ci
from custinsights.errors import CannotAsk, InvalidValue, Refused, UnknownName
from custinsights.history.activity_history import ActivityHistory
from custinsights.history.orders import OrderHistory
from custinsights.results.cube import Cube


def doings() -> ActivityHistory:
    """Return five activities of Ada, Bo and Cy in the winter of 2024."""
    return ActivityHistory.from_arrays(
        customer=["bo", "ada", "ada", "cy", "bo"],
        at=["2024-02-01", "2024-01-04", "2024-01-05T09:00", "2024-02-02", "2024-02-03"],
        kind=["email_sent", "email_sent", "email_opened", "bid", "bid"],
        subject=["letter", "letter", "letter", "lot 1", "lot 2"],
        outcome=["bounced", "delivered", None, "won", "underbid"],
        channel=[None, None, None, "web", None],
        amount=[None, None, None, "90.00", 45],
        score=[None, 4.5, None, None, -1],
        currency="EUR",
        timezone="Europe/Paris",
    )


def both() -> OrderHistory:
    """Return two orders of Ada beside the activities."""
    orders = OrderHistory.from_arrays(
        customer=["ada", "ada"],
        placed_at=["2024-01-05", "2024-02-05"],
        amount=[10, 20],
        currency="EUR",
        timezone="Europe/Paris",
    )
    return orders.with_activities(doings())


def test_the_activities_of_a_cell() -> None:
    """They are those that the metric counts, by time, with all that the source tells of each."""
    for history in (doings(), both()):
        cube = ci.measure(history, ["emails_sent"], by=["month"])
        [row] = cube.activities(month="2024-01").to_dicts()
        assert {**row, "at": row["at"].isoformat()} == {
            "customer": "ada",
            "at": "2024-01-04T00:00:00+01:00",
            "kind": "email_sent",
            "subject": "letter",
            "outcome": "delivered",
            "channel": None,
            "amount": None,
            "score": 4.5,
        }
        assert len(cube.activities()) == cube.minor("emails_sent").sum() == 2
        assert len(cube.at(month="2024-02").activities()) == 1
        assert cube.activities(outcome="bounced").to_dicts()[0]["customer"] == "bo"


def test_they_are_those_of_any_metric_of_the_cube() -> None:
    """A rate shows both its parts, several metrics all of theirs; each activity once."""
    history = both()
    rate = ci.measure(history, "email_open_rate").activities()
    assert [row["kind"] for row in rate.to_dicts()] == ["email_sent", "email_opened", "email_sent"]
    several = ci.measure(history, ["revenue", "bids_won", "bids"]).activities()
    assert [row["subject"] for row in several.to_dicts()] == ["lot 1", "lot 2"]
    people = ci.measure(history, ["active_people"], by="customer_type", window="2024-01")
    assert len(people.activities(customer_type="new")) == 2


def test_sorted_and_limited() -> None:
    """By time, amount or score, upwards or downwards, so many at most."""
    cube = ci.measure(doings(), "activities", by="activity_kind")

    def customers(**how: Any) -> list[str]:
        return [str(row["customer"]) for row in cube.activities(**how).to_dicts()]

    assert customers(sort="-at") == ["bo", "cy", "bo", "ada", "ada"]
    assert customers(sort="-amount", limit=2) == ["cy", "bo"]
    assert customers(sort="score", limit=1) == ["bo"]
    assert cube.activities(limit=2).title == "2 of 5 activities"
    assert cube.activities().title == "5 activities"
    amounts = [row["amount"] for row in cube.activities(activity_kind="bid").to_dicts()]
    assert amounts == [Decimal("90.00"), Decimal(45)]


@pytest.mark.parametrize(
    ("metric", "ask", "error", "message"),
    [
        ("orders", lambda cube: cube.activities(), InvalidValue, r"orders.*cube\.orders\("),
        ("bids", lambda cube: cube.orders(), InvalidValue, r"bids.*cube\.activities\("),
        ("bids", lambda cube: cube.activities(sort="placed_at"), UnknownName, "'-score'"),
        ("bids", lambda cube: cube.activities(limit=0), InvalidValue, "limit"),
        ("bids", lambda cube: cube.activities(product="print"), Refused, "no such label"),
        ("bids", lambda cube: cube.activities(subject="lot 3"), UnknownName, "lot 2"),
    ],
)
def test_what_cannot_be_shown(
    metric: str, ask: Callable[[Cube], Any], error: type[Exception], message: str
) -> None:
    """Rows that no metric counts are refused with the method that shows those it does."""
    cube = ci.measure(both(), metric)
    with pytest.raises(error, match="(?s)" + message):
        ask(cube)


def test_a_merged_cube_has_no_activities_to_show() -> None:
    """What was added up can be shown, not asked."""
    parts = [ci.measure(part, "bids") for part in doings().partition(2)]
    with pytest.raises(CannotAsk, match="'activities' asks the history again"):
        (parts[0] + parts[1]).activities()
