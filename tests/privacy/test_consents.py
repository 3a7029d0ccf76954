"""Nobody is written to who did not agree, or who took it back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain import MARKETING, Consent, allows
from custinsights.errors import InvalidValue, NaiveTime, UnknownName
from custinsights.privacy import MESSAGE_KINDS, MessageKind, PreferenceCentre, may_send

START = datetime(2024, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)
CENTRE = PreferenceCentre()


def said(answer: str, day: int = 0, purpose: str = "newsletter", channel: str = "email") -> Consent:
    """Return an entry of a ledger: a yes or a no."""
    return Consent(
        customer="c7",
        purpose=purpose,
        channel=channel,
        granted=answer == "yes",
        at=START + day * DAY,
        how="form",
    )


def yes(day: int = 0, purpose: str = "newsletter", channel: str = "email") -> Consent:
    """Return an entry by which somebody agreed."""
    return said("yes", day, purpose, channel)


def no(day: int = 0, purpose: str = "newsletter", channel: str = "email") -> Consent:
    """Return an entry by which somebody took it back."""
    return said("no", day, purpose, channel)


@pytest.mark.covers("M58")
def test_silence_is_no_consent() -> None:
    """Who never said anything, or only about something else, did not agree."""
    assert not allows([], "newsletter", "email", at=START)
    assert not allows([yes()], "offers", "email", at=START)
    assert not allows([yes()], "newsletter", "sms", at=START)
    assert allows([yes()], "Newsletter ", "EMAIL", at=START)


def test_the_last_word_counts_from_its_instant_on() -> None:
    """What holds is the entry with the latest instant that is not after the question."""
    ledger = [yes(), no(2), yes(4)]
    days = [allows(ledger, "newsletter", "email", at=START + day * DAY) for day in range(-1, 6)]
    assert days == [False, True, True, False, False, True, True]


def test_an_entry_written_late_overrules_nothing_newer() -> None:
    """An old Yes that is imported after a No does not bring the letters back."""
    assert not allows([no(5), yes(1)], "newsletter", "email", at=START + 9 * DAY)


def test_of_one_instant_the_last_written_counts() -> None:
    """Two entries of one instant count in the order in which they were written."""
    assert not allows([yes(), no()], "newsletter", "email", at=START)
    assert allows([no(), yes()], "newsletter", "email", at=START)


def test_marketing_stands_for_every_topic() -> None:
    """Consent to marketing is consent to each topic, until the topic is taken back, and back."""
    ledger = [yes(0, MARKETING)]
    assert allows(ledger, "offers", "email", at=START)
    ledger.append(no(1, "offers"))
    assert not allows(ledger, "offers", "email", at=START + DAY)
    assert allows(ledger, "newsletter", "email", at=START + DAY)
    assert not allows([*ledger, no(2, MARKETING)], "newsletter", "email", at=START + 3 * DAY)


def test_an_instant_has_a_zone() -> None:
    """A question at a naive time is refused."""
    with pytest.raises(NaiveTime, match="instant of writing"):
        allows([], "newsletter", "email", at=datetime(2024, 5, 1))


@pytest.mark.covers("A35")
@pytest.mark.parametrize(
    "kind", ["order_confirmation", "shipping_confirmation", "delivery_confirmation"]
)
def test_what_belongs_to_an_order_is_sent_anyway(kind: str) -> None:
    """Confirmations of an order, of sending and of delivery need no consent."""
    assert may_send(kind, [no(0, MARKETING)], "email", at=START)


@pytest.mark.covers("A36")
@pytest.mark.parametrize("kind", ["new work", "offers", "studio-updates", "Newsletter"])
def test_what_advertises_needs_consent(kind: str) -> None:
    """Each topic of marketing needs consent by that channel."""
    assert not may_send(kind, [], "email", at=START)
    assert may_send(kind, [yes(0, kind)], "email", at=START)
    assert not may_send(kind, [yes(0, kind)], "sms", at=START)


def test_a_kind_of_ones_own_says_what_it_needs() -> None:
    """A kind of one's own says whether it needs consent, and to what; an unknown one is refused."""
    assert may_send(MessageKind("reminder", needs_consent=False), [], "sms", at=START)
    birthday = MessageKind("birthday", needs_consent=True, topic="offers")
    assert may_send(birthday, [yes(0, "offers")], "email", at=START)
    with pytest.raises(UnknownName, match="no kind of message named 'birthday'"):
        may_send("birthday", [], "email", at=START)
    assert len(MESSAGE_KINDS) == 7


@pytest.mark.covers("M60", "B07")
def test_a_preference_centre_reads_and_changes() -> None:
    """What is chosen becomes entries of the ledger, and only what is new does."""
    centre = PreferenceCentre(["Newsletter", "Offers"], ["email", "sms"])
    assert centre.read([], at=START) == {
        "newsletter": {"email": False, "sms": False},
        "offers": {"email": False, "sms": False},
    }
    choice = {"newsletter": {"email": True, "sms": False}}
    first = centre.changed("c7", [], choice, at=START, how="form", evidence="f-1")
    assert [(one.channel, one.granted, one.evidence) for one in first] == [
        ("email", True, "f-1"),
        ("sms", False, "f-1"),
    ]
    assert centre.read(first, at=START)["newsletter"] == choice["newsletter"]
    assert centre.changed("c7", first, choice, at=START + DAY, how="form") == ()
    back = centre.changed("c7", first, {"newsletter": {"email": False}}, at=START + DAY, how="form")
    assert [one.granted for one in back] == [False]
    assert not allows([*first, *back], "newsletter", "email", at=START + DAY)


@given(
    st.lists(
        st.builds(
            said,
            st.sampled_from(["yes", "no"]),
            st.integers(0, 5),
            st.sampled_from([MARKETING, *CENTRE.topics]),
            st.sampled_from(CENTRE.channels),
        ),
        max_size=8,
    ),
    st.dictionaries(
        st.sampled_from(CENTRE.topics),
        st.dictionaries(st.sampled_from(CENTRE.channels), st.booleans()),
    ),
)
def test_what_is_chosen_is_what_is_read(
    ledger: list[Consent], choice: dict[str, dict[str, bool]]
) -> None:
    """After any ledger any choice is read as chosen, and all else stays as it was."""
    at = START + 5 * DAY
    before = CENTRE.read(ledger, at=at)
    ledger = [*ledger, *CENTRE.changed("c7", ledger, choice, at=at, how="form")]
    after = CENTRE.read(ledger, at=at)
    for topic in CENTRE.topics:
        assert after[topic] == {**before[topic], **choice.get(topic, {})}


@pytest.mark.parametrize(
    ("choice", "match"),
    [
        ({"newsleter": {"email": True}}, "Did you mean 'newsletter'"),
        ({"newsletter": {"mail": True}}, "no channel of the preference centre named 'mail'"),
    ],
)
def test_what_cannot_be_chosen_is_refused(choice: dict[str, dict[str, bool]], match: str) -> None:
    """A topic or channel that the centre does not have is refused with those that it has."""
    with pytest.raises(UnknownName, match=match):
        CENTRE.changed("c7", [], choice, at=START, how="form")


def test_a_choice_is_yes_or_no() -> None:
    """What only looks like a Yes is refused."""
    with pytest.raises(InvalidValue, match="neither True nor False"):
        CENTRE.changed("c7", [], {"newsletter": {"email": 1}}, at=START, how="form")  # type: ignore[dict-item]


EVERYTHING = [yes(0, topic, way) for topic in CENTRE.topics for way in (*CENTRE.channels, "fax")]


@pytest.mark.covers("M57")
@pytest.mark.parametrize(
    ("topic", "channel", "left"),
    [(None, None, 0), ("offers", None, 15), (None, "sms", 16), ("offers", "sms", 19)],
)
def test_an_unsubscription_is_honoured(topic: str | None, channel: str | None, left: int) -> None:
    """Taking back all, a topic, a channel or both leaves the rest; channels of the ledger count."""
    taken = CENTRE.unsubscribed(
        "c7", EVERYTHING, at=START + DAY, how="link", topic=topic, channel=channel
    )
    ledger = [*EVERYTHING, *taken]
    allowed = [
        (one, way)
        for one in CENTRE.topics
        for way in (*CENTRE.channels, "fax")
        if allows(ledger, one, way, at=START + DAY)
    ]
    assert len(allowed) == left
    assert all(one != topic and way != channel for one, way in allowed) or (topic and channel)


def test_who_never_agreed_can_say_no() -> None:
    """An unsubscription is kept of somebody with an empty ledger, and holds for later topics."""
    taken = CENTRE.unsubscribed("c7", [], at=START, how="letter")
    assert {one.channel for one in taken} == {*CENTRE.channels}
    assert not allows([yes(-1, "a later topic"), *taken], "a later topic", "email", at=START)


@pytest.mark.parametrize("topics", [[""], [7], "newsletter"])
def test_a_topic_says_something(topics: list[str]) -> None:
    """A preference centre of blank topics, or of one text, is refused."""
    with pytest.raises(InvalidValue, match=r"says nothing|several"):
        PreferenceCentre(topics)


def test_evidence_is_never_shown() -> None:
    """The repr of an entry shows no evidence."""
    entry = CENTRE.changed(
        "ada@example.com", [], {"offers": {"email": True}}, at=START, how="form", evidence="M4RK"
    )
    assert "M4RK" not in repr(entry)
    assert "ada@" not in repr(entry)
