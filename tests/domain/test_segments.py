"""A segment is a named rule; what happens to its members is an event."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custinsights.domain import Segment, SegmentEvent
from custinsights.domain.segments import spelled
from custinsights.errors import CustInsightsError, InvalidValue, NaiveTime

AT = datetime(2024, 1, 1, tzinfo=UTC)


def test_names_that_are_spelled_alike_are_one() -> None:
    """Case, dashes, blanks and apostrophes do not tell two names apart; all else does."""
    assert spelled(" Can't  LOSE-them") == "cant_lose_them"
    one = Segment("At-risk", "days_since_last_order >= 90")
    assert one == Segment("at risk", "days_since_last_order >= 90")
    assert hash(one) == hash(Segment("AT_RISK", one.rule))
    assert one != Segment("at risk", "days_since_last_order > 90")
    assert one != Segment("no risk", one.rule)


def test_the_rule_is_kept_as_it_is_written() -> None:
    """Nothing is read before the segment is asked for."""
    one = Segment("odd", "  3<order_count", "More than three.", "Say hello")
    assert (one.rule, one.definition, one.action) == (
        "  3<order_count",
        "More than three.",
        "Say hello",
    )


@pytest.mark.parametrize("name", ["value:vip", "-", "'", "None", "not yet known", "not-yet-known"])
def test_names_that_mean_something_else(name: str) -> None:
    """A space is written before a colon, and nobody can be in a segment that stands for none."""
    with pytest.raises(InvalidValue, match="cannot name a segment"):
        Segment(name, "order_count > 1")


@pytest.mark.parametrize(
    "given", [("", "order_count > 1"), (5, "order_count > 1"), ("a", " "), ("a", None), ("a", 3)]
)
def test_blank_and_other_things(given: tuple[object, object]) -> None:
    """A segment has a name and a rule, both of them texts."""
    with pytest.raises(InvalidValue, match="of a Segment is no text that says something"):
        Segment(*given)  # type: ignore[arg-type]


def test_events_hide_contacts() -> None:
    """An event says who, what and when; an address that serves as an identity stays hidden."""
    event = SegmentEvent("ada@example.com", "VIP", "entered", AT)
    assert "ada" not in repr(event)
    assert event.customer == "ada@example.com"


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        (("", "VIP", "entered", AT), InvalidValue, "customer of a SegmentEvent is empty"),
        (("ada", "", "entered", AT), InvalidValue, "segment of a SegmentEvent is no text"),
        (("ada", "VIP", "moved", AT), CustInsightsError, "kind of event.*entered.*left"),
        (("ada", "VIP", "left", datetime(2024, 1, 1)), NaiveTime, "at of a SegmentEvent"),
    ],
)
def test_what_is_no_event(
    given: tuple[Any, ...], error: type[CustInsightsError], says: str
) -> None:
    """Somebody, a segment, one of two kinds, an aware instant."""
    with pytest.raises(error, match=says):
        SegmentEvent(*given)
