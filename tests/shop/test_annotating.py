"""What the shop writes down: notes, tags, interests, segments; who may, and what stays of it."""

from datetime import timedelta

import pytest

from custinsights.domain import Segment
from custinsights.errors import AccessRefused, InvalidValue, RuleError, StaleWrite, UnknownName
from custinsights.privacy import Access
from custinsights.shop.shop import Shop
from tests.shop.conftest import DAY, NOON

AS_OF = NOON + 40 * DAY
KIM = Access({"customer_insights"}, who="Kim")


@pytest.mark.covers("M04", "B04")
def test_a_note_is_written_changed_and_deleted(shop: Shop) -> None:
    """It keeps what it said and who wrote it; once deleted only the log says that it was there."""
    note = shop.notes.add("c1", "likes ink", at=NOON + DAY, by="Ada")
    edited = shop.notes.edit(note.id, "likes ink and oil", at=NOON + 2 * DAY, by="Bo")
    assert [(one.text, one.by) for one in edited.texts] == [
        ("likes ink", "Ada"),
        ("likes ink and oil", "Bo"),
    ]
    assert [one.text for one in shop.notes.of("c1")] == ["prefers oils", "likes ink and oil"]
    assert [one.author for one in shop.notes.of("c1")] == ["Bo", "Ada"]
    early = shop.profile("c1", as_of=NOON + 2 * DAY)
    assert [one.text for one in early.notes] == ["prefers oils", "likes ink"]
    kinds = [
        entry.kind for entry in shop.profile("c1", as_of=AS_OF).timeline.where(families="notes")
    ]
    assert kinds == ["note_edited", "note_written", "note_written"]
    shop.notes.delete(note.id, at=NOON + 3 * DAY, by="Bo")
    assert [one.text for one in shop.notes.of("c1")] == ["prefers oils"]
    with shop.begin(read_only=True) as work:
        [entry] = work.annotations.records("note", "c1")
    assert (entry["what"], entry["by"], entry["note"]) == ("deleted", "Bo", note.id)
    assert "ink" not in str(entry)


def test_a_note_that_is_gone_is_not_changed(shop: Shop) -> None:
    """Neither is one changed to say what it said before it was written."""
    [note] = shop.notes.of("c1")
    with pytest.raises(InvalidValue, match="not in order"):
        shop.notes.edit(note.id, "earlier", at=NOON - DAY, by="Bo")
    shop.notes.delete(note.id, at=NOON, by="Bo")
    for act in (
        lambda: shop.notes.edit(note.id, "again", at=AS_OF, by="Bo"),
        lambda: shop.notes.delete(note.id, at=AS_OF, by="Bo"),
    ):
        with pytest.raises(UnknownName, match="note named"):
            act()
    with pytest.raises(UnknownName, match="customer named 'c77'"):
        shop.notes.add("c77", "who?", at=NOON, by="Bo")


def test_notes_have_ids_of_their_own(shop: Shop) -> None:
    """Also where one was deleted before, or two are written at one instant."""
    first = shop.notes.add("c2", "one", at=NOON, by="Bo")
    shop.notes.delete(first.id, at=NOON, by="Bo")
    ids = {shop.notes.add("c2", "two", at=NOON, by="Bo").id for _ in range(3)}
    assert len({first.id, *ids}) == 4


def test_tags_are_given_and_taken(shop: Shop) -> None:
    """For good or for a time, by any id that the customer has or had, with who did it and why."""
    shop.identities.rename("c2", "bert", by="Bo", at=NOON)
    shop.tags.add("fair", "c2", at=NOON + DAY, until=NOON + 9 * DAY, by="Ada", why="stand 3")
    shop.tags.remove("press", "c2", at=NOON + 2 * DAY, by="Ada", why="left the paper")
    for day, names in ((1, ["press"]), (2, ["fair", "press", "vip"]), (3, ["fair", "vip"])):
        told = shop.customer("bert", as_of=NOON + day * DAY)
        assert [tag.name for tag in told.tags] == names
    assert [tag.name for tag in shop.customer("bert", as_of=NOON + 10 * DAY).tags] == ["vip"]
    changes = shop.tags.book().changes(customer="bert")
    assert [(one.what, one.tag, one.by) for one in changes[-2:]] == [
        ("added", "fair", "Ada"),
        ("removed", "press", "Ada"),
    ]


def test_a_book_that_was_changed_elsewhere_is_kept(shop: Shop) -> None:
    """Many changes at once: what was merged or maintained; one that does not go on is refused."""
    book = shop.tags.book()
    merged = book.merge(["press"], into="media", at=NOON + 5 * DAY, by="Bo", why="one list")
    shop.tags.write(merged)
    assert shop.customers(tags_any="media").ids == ("c2",)
    with pytest.raises(StaleWrite, match="book of tags"):
        shop.tags.write(book.add("x", "c1", at=AS_OF, by="Bo", why="late"))


@pytest.mark.covers("B22", "B23", "B24", "B25")
def test_the_own_list_of_a_customer(shop: Shop) -> None:
    """Typed in, starred, refused, resting, active again, and taken off; case is no difference."""
    shop.refresh_cuts(AS_OF)
    counting = {"active": True, "starred": True, "refused": False, "inactive": False}
    for state, counts in counting.items():
        shop.interests.set("c1", "Gouache", state, at=NOON)
        words = {word.word: word for word in shop.profile("c1", as_of=AS_OF).keywords}
        assert words["Gouache"].state == state
        assert (words["Gouache"].weight > 0) is counts
    shop.interests.set("c1", "gouache", at=NOON)
    assert [(one.keyword, one.state) for one in shop.interests.of("c1")] == [("gouache", "active")]
    shop.interests.set("c1", "SEA", "refused", at=NOON)
    profile = shop.profile("c1", as_of=AS_OF)
    assert {word.word: word.weight for word in profile.keywords}["SEA"] == 0
    assert "SEA" not in {bubble.label for bubble in profile.bubbles}
    shop.interests.remove("c1", "gouache", at=NOON)
    shop.interests.remove("c1", "sea", at=NOON)
    assert shop.interests.of("c1") == ()
    assert {word.word: word.weight for word in shop.profile("c1", as_of=AS_OF).keywords}["sea"] > 0
    with pytest.raises(UnknownName, match="interest named"):
        shop.interests.remove("c1", "gouache", at=NOON)
    with pytest.raises(UnknownName, match="state of an interest"):
        shop.interests.set("c1", "gouache", "adored", at=NOON)


@pytest.mark.covers("B09")
def test_departments_are_ranked_and_decided_by_hand(shop: Shop) -> None:
    """Added though nothing was bought there, put first, last, or taken out."""

    def names() -> list[str]:
        return [one.name for one in shop.profile("c1", as_of=AS_OF).departments]

    assert names() == ["Originals", "Prints", "Stationery"]
    shop.interests.set_department("c1", "Books", at=NOON)
    shop.interests.set_department("c1", "Prints", "starred", at=NOON)
    shop.interests.set_department("c1", "originals", "inactive", at=NOON)
    shop.interests.set_department("c1", "Stationery", "refused", at=NOON)
    assert names() == ["Prints", "Books", "Originals"]


def test_segments_are_kept_by_name(shop: Shop) -> None:
    """Names that are spelled alike are one; a rule that is none is refused, and changes nothing."""
    assert list(shop.segments.all()) == ["Big spenders", "Returning"]
    shop.segments.put(Segment("big-spenders", "total_spent > 500"))
    assert list(shop.segments.all()) == ["big-spenders", "Returning"]
    for rule in ("total_spend > 5", "in_segment('gone')"):
        with pytest.raises(RuleError, match=r"total_spend|gone"):
            shop.segments.put(Segment("New", rule))
    shop.segments.put(Segment("Both", "in_segment('returning') and in_segment('Big spenders')"))
    assert shop.profile("c1", as_of=AS_OF).segments == ("big-spenders", "Both", "Returning")
    shop.segments.remove("BOTH")
    assert list(shop.segments.all()) == ["big-spenders", "Returning"]
    with pytest.raises(UnknownName, match="segment named"):
        shop.segments.remove("Both")


def test_a_segment_that_others_name_stays(shop: Shop) -> None:
    """Whoever would take it away is told which one needs it."""
    shop.segments.put(Segment("Best", "in_segment('Returning') and order_count > 3"))
    with pytest.raises(RuleError, match="Best"):
        shop.segments.remove("returning")
    assert shop.profile("c1", as_of=AS_OF).segments == ("Returning",)


def test_what_is_written_down_is_as_somebody_may_see_it(shop: Shop) -> None:
    """Without pii the words of notes and the reasons of tags are shapes; without both nothing."""
    clerk = shop.seen_by(KIM, at=AS_OF)
    assert [note.text for note in clerk.notes.of("c1")] == ["xxxxxxx xxxx"]
    assert "checkout" not in str([one.why for one in clerk.tags.book().log])
    assert {one.why for one in clerk.tags.book().changes(customer="c2")} == {"xxxx", "xxxxxx"}
    note = clerk.notes.add("c1", "wants blue", at=AS_OF, by="Kim")
    assert clerk.notes.edit(note.id, "wants red", at=AS_OF, by="Kim").text == "xxxxx xxx"
    assert [one.text for one in shop.notes.of("c1")][-1] == "wants red"
    with pytest.raises(AccessRefused, match="pii"):
        clerk.tags.write(clerk.tags.book())
    stranger = shop.seen_by(Access((), who="Lee"), at=AS_OF + timedelta(hours=1))
    acts = (
        lambda: stranger.notes.of("c1"),
        lambda: stranger.notes.add("c1", "x", at=AS_OF, by="Lee"),
        lambda: stranger.notes.edit(note.id, "x", at=AS_OF, by="Lee"),
        lambda: stranger.notes.delete(note.id, at=AS_OF, by="Lee"),
        stranger.tags.book,
        lambda: stranger.tags.add("x", "c1", at=AS_OF, by="Lee", why="x"),
        lambda: stranger.tags.remove("vip", "c1", at=AS_OF, by="Lee", why="x"),
        lambda: stranger.interests.of("c1"),
        lambda: stranger.interests.set("c1", "x", at=AS_OF),
        lambda: stranger.interests.remove("c1", "x", at=AS_OF),
        stranger.segments.all,
        lambda: stranger.segments.put(Segment("x", "order_count > 1")),
        lambda: stranger.segments.remove("Returning"),
    )
    for act in acts:
        with pytest.raises(AccessRefused, match="customer_insights"):
            act()
    with shop.begin(read_only=True) as work:
        refused = [one for one in work.annotations.records("access") if one["who"] == "Lee"]
    assert len(refused) == len(acts)
    assert {one["outcome"] for one in refused} == {"refused"}
