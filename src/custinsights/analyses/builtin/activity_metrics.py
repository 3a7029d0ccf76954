"""What can be measured of activities? Messages opened, lots won, people who did anything."""

from __future__ import annotations

from typing import Any

import attrs

from custinsights.analyses.declaring.declarations import Metric
from custinsights.analyses.declaring.tally import Sum, Tally


@attrs.frozen
class OfKind:
    """Which activities are of some kinds; a condition that travels to other processes."""

    kinds: tuple[str, ...]

    def __call__(self, activities: Any) -> Any:
        """Return a truth value per activity."""
        return activities.is_kind(*self.kinds)


@attrs.frozen
class WithOutcome:
    """Which activities ended in a certain way."""

    outcome: str

    def __call__(self, activities: Any) -> Any:
        """Return a truth value per activity."""
        return activities.is_outcome(self.outcome)


def activity_count(name: str, definition: str, *kinds: str) -> Metric:
    """Return a count of the activities of some kinds, or of all."""
    filters = (OfKind(kinds),) if kinds else ()
    tally = Tally(name, "activities", definition=definition, filters=filters)
    return Metric(name, Sum(((1, tally),)), unit=tally.unit, definition=definition)


def people_with(name: str, definition: str, *kinds: str) -> Metric:
    """Return a count of the distinct people with an activity of some kinds, or of any."""
    filters = (OfKind(kinds),) if kinds else ()
    tally = Tally(
        name,
        "activities",
        distinct="customers",
        unit="people",
        definition=definition,
        filters=filters,
    )
    return Metric(name, Sum(((1, tally),)), unit=tally.unit, definition=definition)


activities = activity_count("activities", "What people did beside ordering.")
active_people = people_with(
    "active_people", "Distinct people, customers or not, with an activity in the cell."
)
visits = activity_count("visits", "Visits.", "visit")
emails_sent = activity_count("emails_sent", "E-mails sent.", "email_sent")
emails_opened = activity_count(
    "emails_opened", "E-mails opened, as often as they were.", "email_opened"
)
emails_clicked = activity_count("emails_clicked", "Clicks in e-mails.", "email_clicked")
email_open_rate = (emails_opened / emails_sent).named(
    "email_open_rate",
    unit="share",
    definition="E-mails opened ÷ e-mails sent in the same cell; above 1 where one is opened again.",
)
email_click_rate = (emails_clicked / emails_sent).named(
    "email_click_rate",
    unit="share",
    definition="Clicks in e-mails ÷ e-mails sent in the same cell.",
)
bids = activity_count("bids", "Bids.", "bid")
bids_won = bids.where(WithOutcome("won")).named("bids_won", definition="Bids whose outcome is won.")
win_rate = (bids_won / bids).named(
    "win_rate", unit="share", proportion=True, definition="Bids won ÷ bids."
)

BUILT_IN: tuple[Metric, ...] = (
    activities,
    active_people,
    visits,
    emails_sent,
    emails_opened,
    emails_clicked,
    email_open_rate,
    email_click_rate,
    bids,
    bids_won,
    win_rate,
)
