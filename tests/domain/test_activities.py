"""An activity says who did what when, in words that are compared in one way."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from custinsights.domain import ACTIVITY_KINDS, Activity, Money
from custinsights.domain.activities import activity_kind
from custinsights.errors import InvalidValue, NaiveTime, UnknownName

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", ACTIVITY_KINDS)
def test_known_kinds_are_themselves_however_they_are_written(kind: str) -> None:
    """Case, blanks and hyphens do not matter, and every kind has a family."""
    assert Activity("c7", NOON, f" {kind.replace('_', ' ').title()} ").kind == kind
    assert Activity("c7", NOON, kind.replace("_", "-")).family == ACTIVITY_KINDS[kind].family


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *(("email_open", "email_opened"), ("bids", "bid"), ("Calls", "call"), ("visits", "visit")),
        *(("Deliveries", "delivery"), ("delivey", "delivery"), ("delivered", "delivery")),
    ],
)
def test_what_is_nearly_a_kind_is_misspelt(word: str, meant: str) -> None:
    """A word with a letter lost or added is refused, with the kind that it is near to."""
    with pytest.raises(UnknownName, match=f"kind of activity.*{meant}"):
        activity_kind(word)


@pytest.mark.parametrize(
    "word", ["studio_tour", "Email bounced", "ticket_closed", "besuch", "studies"]
)
def test_a_shop_may_have_kinds_of_its_own(word: str) -> None:
    """Any other name is a kind, without a family."""
    activity = Activity("c7", NOON, word)
    assert activity.kind == word.lower().replace(" ", "_")
    assert activity.family is None


@pytest.mark.parametrize("word", ["", "  ", "3d", "a/b", None, 7])
def test_what_is_no_name_is_no_kind(word: Any) -> None:
    """Blanks, signs and other types are refused."""
    with pytest.raises(InvalidValue, match="The kind of an activity is no name"):
        activity_kind(word)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"amount": Money("-1", "EUR")}, "negative"),
        ({"amount": 5}, "no Money"),
        ({"score": 4.5}, "The score is no exact number"),
        ({"score": "0.0001"}, "The score is finer than a thousandth"),
        ({"subject": " "}, "no text"),
        ({"id": 0}, "empty"),
    ],
)
def test_wrong_values_are_refused(more: dict[str, Any], says: str) -> None:
    """Amounts are not negative, scores are exact, texts say something."""
    with pytest.raises(InvalidValue, match=says):
        Activity("c7", NOON, "bid", **more)


def test_the_time_knows_its_zone() -> None:
    """A naive time is refused."""
    with pytest.raises(NaiveTime, match="The at of an Activity"):
        Activity("c7", datetime(2024, 3, 5), "bid")


def test_outcomes_are_compared_and_scores_exact() -> None:
    """Outcomes are spelled as kinds are; a score keeps its decimals."""
    bid = Activity("c7", NOON, "bid", outcome="Under-bid", score="4.50")
    assert (bid.outcome, bid.score) == ("under_bid", Decimal("4.5"))


def test_nobody_is_shown() -> None:
    """The repr masks a customer who is named by a contact."""
    assert "ada@example.com" not in repr(Activity("ada@example.com", NOON, "visit"))
