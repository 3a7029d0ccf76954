"""What people do and say beside ordering, in plain Python: one line a metric."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from tests.oracles.flow import ratio
from tests.oracles.journeys import Deed, promoter_score

Count = int | Fraction | None


def kinds(deeds: Sequence[Deed], *names: str) -> list[Deed]:
    """The deeds of some kinds."""
    return [deed for deed in deeds if deed.kind in names]


def social(deeds: Sequence[Deed]) -> list[Deed]:
    """Follows, likes, shares, comments and mentions."""
    return [deed for deed in deeds if deed.kind.startswith("social_")]


def people(deeds: Sequence[Deed]) -> int:
    """How many different people did them."""
    return len({deed.customer for deed in deeds})


def grades(deeds: Sequence[Deed], subject: str) -> list[Fraction]:
    """The grades of answers about something; answers without one do not count."""
    about = [deed for deed in kinds(deeds, "survey_response") if deed.subject == subject]
    return [deed.score for deed in about if deed.score is not None]


def scores(deeds: Sequence[Deed]) -> list[Fraction]:
    """The scores that there are."""
    return [deed.score for deed in deeds if deed.score is not None]


def good(values: Sequence[Fraction]) -> Count:
    """The share of 4 and more."""
    return ratio(sum(value >= 4 for value in values), len(values))


def mean(values: Sequence[Fraction]) -> Count:
    """The mean."""
    return ratio(sum(values), len(values))


def share(deeds: Sequence[Deed], part: str, whole: str) -> Count:
    """Deeds of a kind ÷ those of another."""
    return ratio(len(kinds(deeds, part)), len(kinds(deeds, whole)))


VOICES: dict[str, Callable[[Sequence[Deed]], Count]] = {
    "activities": len,
    "active_people": people,
    "visits": lambda deeds: len(kinds(deeds, "visit")),
    "emails_sent": lambda deeds: len(kinds(deeds, "email_sent")),
    "emails_opened": lambda deeds: len(kinds(deeds, "email_opened")),
    "emails_clicked": lambda deeds: len(kinds(deeds, "email_clicked")),
    "email_open_rate": lambda deeds: share(deeds, "email_opened", "email_sent"),
    "email_click_rate": lambda deeds: share(deeds, "email_clicked", "email_sent"),
    "bids": lambda deeds: len(kinds(deeds, "bid")),
    "bids_won": lambda deeds: sum(bid.outcome == "won" for bid in kinds(deeds, "bid")),
    "win_rate": lambda deeds: ratio(
        sum(bid.outcome == "won" for bid in kinds(deeds, "bid")), len(kinds(deeds, "bid"))
    ),
    "survey_responses": lambda deeds: len(kinds(deeds, "survey_response")),
    "net_promoter_score": lambda deeds: promoter_score(grades(deeds, "nps")),
    "customer_satisfaction": lambda deeds: good(grades(deeds, "csat")),
    "reviews": lambda deeds: len(kinds(deeds, "review")),
    "average_review_score": lambda deeds: mean(scores(kinds(deeds, "review"))),
    "good_review_share": lambda deeds: good(scores(kinds(deeds, "review"))),
    "social_engagements": lambda deeds: len(social(deeds)),
    "socially_engaged_people": lambda deeds: people(social(deeds)),
    "average_sentiment": lambda deeds: mean(
        scores([*social(deeds), *kinds(deeds, "message_received")])
    ),
}
