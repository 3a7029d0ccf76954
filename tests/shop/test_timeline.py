"""What happened with one customer, in order."""

from datetime import UTC, datetime, timedelta

import pytest

from custinsights.domain import (
    Activity,
    Calendar,
    Consent,
    Fulfilment,
    Money,
    Note,
    NoteText,
    Order,
    Product,
    Refund,
    TagChange,
)
from custinsights.domain.references import Campaign, Sale
from custinsights.errors import UnknownName
from custinsights.shop.timeline import Timeline, timeline

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)

LOT = Product("lot-12", title="Low Water", sale="spring sale")
OTHER = Product("lot-13", title="Fog Signal", sale="spring sale")
ORDER = Order(
    id="1001",
    customer="c7",
    placed_at=NOON,
    total=Money(9, "EUR"),
    campaign="March letter",
    fulfilment=Fulfilment(shipped_at=NOON + DAY),
)
ACTIVITIES = (
    Activity("c7", NOON - DAY, "email opened", campaign="March letter"),
    Activity("c7", NOON + 2 * DAY, "bid", subject="lot-12", outcome="won"),
    Activity("c7", NOON + 2 * DAY, "studio tour", subject="lot-99"),
)
NOTE = Note("n1", "c7", [NoteText("likes oils", NOON, "Ada")]).edited(
    "likes oils, not ink", at=NOON + 3 * DAY, by="Bo"
)
CONSENT = Consent(
    customer="c7", purpose="newsletter", channel="email", granted=False, at=NOON, how="link"
)
TAGS = (
    TagChange("c7", "vip", "added", None, by="Ada", why="always"),
    TagChange("c7", "vip", "removed", NOON + DAY, by="Ada", why="asked"),
)


def whole(as_of: datetime | None = None) -> Timeline:
    """Return all entries."""
    return timeline(
        [ORDER],
        ACTIVITIES,
        notes=[NOTE],
        consents=[CONSENT],
        tags=TAGS,
        products={"lot-12": LOT, "lot-13": OTHER},
        calendar=Calendar("Europe/Paris"),
        as_of=as_of,
    )


@pytest.mark.covers("B01")
def test_all_that_is_recorded_stands_in_one_list() -> None:
    """Orders by their steps, activities, notes, consents and tags: the latest first."""
    assert [entry.kind for entry in whole()] == [
        "note_edited",
        "studio_tour",
        "bid",
        "tag_removed",
        "order_shipped",
        "consent_withdrawn",
        "note_written",
        "order_placed",
        "email_opened",
    ]


@pytest.mark.covers("B13", "B14", "B15")
def test_a_timeline_is_filtered_by_kind_family_and_time() -> None:
    """Kinds in any spelling; since is inclusive, until exclusive."""
    assert [entry.kind for entry in whole().where(kinds="Email opened")] == ["email_opened"]
    families = [entry.kind for entry in whole().where(families=["bidding", "ordering"])]
    assert families == ["bid", "order_shipped", "order_placed"]
    within = whole().where(since=NOON + DAY, until=NOON + 2 * DAY)
    assert [entry.kind for entry in within] == ["tag_removed", "order_shipped"]


@pytest.mark.covers("B15")
@pytest.mark.parametrize("told", [{"kinds": "order_plced"}, {"families": "biddng"}])
def test_a_misspelled_kind_is_told(told: dict[str, str]) -> None:
    """A kind that is nearly one, and a family that there is not; others may be one's own."""
    with pytest.raises(UnknownName, match=r"Did you mean '(order_placed|bidding)'"):
        whole().where(**told)  # type: ignore[arg-type]
    assert len(whole().where(kinds="fair_visited")) == 0


def test_a_timeline_is_grouped() -> None:
    """By the shop's days, by kind, by family, by campaign: all entries in one group each."""
    days = whole().by("day")
    assert [(day, len(group)) for day, group in days.items()] == [
        ("2024-03-08", 1),
        ("2024-03-07", 2),
        ("2024-03-06", 2),
        ("2024-03-05", 3),
        ("2024-03-04", 1),
    ]
    assert list(whole().by("month")) == ["2024-03"]
    assert len(whole().by("kind")["bid"]) == 1
    assert len(whole().by("family")[None]) == 1
    assert [entry.kind for entry in whole().by("campaign")["March letter"]] == [
        "order_shipped",
        "order_placed",
        "email_opened",
    ]
    with pytest.raises(UnknownName, match="grouping of a timeline"):
        whole().by("week")


@pytest.mark.covers("B16")
def test_an_entry_points_to_objects() -> None:
    """A campaign, the lot and the sale of the lot are objects; an unknown subject is nothing."""
    bid, tour = (whole().where(kinds=kind).entries[0] for kind in ("bid", "studio tour"))
    assert bid.references == {"lot": LOT, "sale": Sale("spring sale", (LOT, OTHER))}
    assert tour.references == {}
    opened = whole().where(kinds="email_opened").entries[0]
    assert opened.references == {"campaign": Campaign("March letter")}
    assert opened.record is ACTIVITIES[0]


def test_nothing_at_or_after_as_of_is_in_it() -> None:
    """as_of is exclusive, also within one record."""
    assert next(iter(whole(NOON + DAY))).kind == "consent_withdrawn"
    assert len(whole(NOON)) == 1


def test_a_refund_of_no_order_is_told_where_it_has_an_instant() -> None:
    """A refund by itself stands at its instant; one without an instant is not in the list."""
    dated = Refund(Money(4, "EUR"), NOON, customer="c7")
    found = timeline([], (), refunds=[Refund(Money(3, "EUR"), customer="c7"), dated])
    assert [(entry.at, entry.kind, entry.record) for entry in found] == [
        (NOON, "refund_given", dated)
    ]


def test_nothing_personal_is_shown() -> None:
    """Neither a timeline nor an entry shows what a note says."""
    shown = repr(whole()) + "".join(map(repr, whole()))
    assert "oils" not in shown
    assert repr(whole()) == "<Timeline: 9 entries>"
