"""A book of tags is a set of names for each customer, with who gave and took them, when and why."""

import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from custinsights.domain import Customer, Tag, TagBook, TagChange
from custinsights.errors import InvalidValue, NaiveTime, UnknownName

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
JUST_BEFORE = -timedelta(microseconds=1)
ADA: Any = {"by": "Ada", "why": "met at the fair"}
RULE: Any = {"by": "a rule", "why": "buys often"}


def names(book: TagBook, customer: str | int, at: datetime) -> list[str]:
    """Return the names of what a customer carries."""
    return [tag.name for tag in book.tags_of(customer, at=at)]


def test_a_tag_holds_from_when_it_was_added_to_before_it_was_removed() -> None:
    """For one customer as for many, given in any order and more than once."""
    book = TagBook().add("VIP", ["c9", "c7", "c9"], at=NOON, **ADA)
    book = book.remove("vip", "c9", at=NOON + DAY, **ADA)
    times = (NOON + JUST_BEFORE, NOON, NOON + DAY + JUST_BEFORE, NOON + DAY)
    held = [book.customers(any="vip", at=t) for t in times]
    assert held == [(), ("c7", "c9"), ("c7", "c9"), ("c7",)]
    assert book.tags_of("c7", at=NOON + DAY) == (Tag("VIP", NOON),)
    assert book.tags_of("a stranger", at=NOON) == ()
    assert list(book.spans()) == [("c7", Tag("VIP", NOON)), ("c9", Tag("VIP", NOON, NOON + DAY))]


def test_a_book_is_a_value() -> None:
    """Every operation gives a new book; equal logs are equal books, also out of a pickle."""
    first = TagBook().add("VIP", 7, at=NOON, **ADA)
    second = first.remove("VIP", 7, at=NOON + DAY, **ADA)
    assert (len(first.log), len(second.log)) == (1, 2)
    assert second.log[:1] == first.log
    assert TagBook(second.log) == second == pickle.loads(pickle.dumps(second))
    assert len({second, TagBook(second.log)}) == 1


def test_what_changes_nothing_is_not_written_down() -> None:
    """A tag that is there is not added again, nor one removed that is not there."""
    book = TagBook().add("VIP", "c7", at=NOON, **ADA)
    assert book.add("vip", "c7", at=NOON + DAY, **ADA) == book
    assert book.remove("VIP", "c8", at=NOON, **ADA) == book
    assert book.remove("wholesale", "c7", at=NOON, **ADA) == book
    assert book.add("VIP", [], at=NOON, **ADA) == book


def test_a_book_spells_a_tag_in_one_way() -> None:
    """As it came first, until it is renamed."""
    book = TagBook().add("Straße", "c7", at=NOON, **ADA).add(" STRASSE ", "c8", at=NOON, **ADA)
    assert book.counts(at=NOON) == {"Straße": 2}
    again = book.rename("strasse", "STRASSE", at=NOON + DAY, **ADA)
    assert again.counts(at=NOON + DAY) == {"STRASSE": 2}
    assert again.tags_of("c8", at=NOON + DAY) == (Tag("strasse", NOON),)


def test_a_tag_for_a_time() -> None:
    """It ends by itself; adding it again makes the time longer and never shorter."""
    book = TagBook().add("VIP", "c7", at=NOON, until=NOON + 2 * DAY, **ADA)
    assert book.tags_of("c7", at=NOON + DAY) == (Tag("VIP", NOON, NOON + 2 * DAY),)
    assert names(book, "c7", NOON + 2 * DAY) == []
    assert book.add("VIP", "c7", at=NOON, until=NOON + DAY, **ADA) == book
    longer = book.add("VIP", "c7", at=NOON + DAY, until=NOON + 5 * DAY, **ADA)
    assert list(longer.spans()) == [("c7", Tag("VIP", NOON, NOON + 5 * DAY))]
    for_good = longer.add("VIP", "c7", at=NOON + DAY, **ADA)
    assert list(for_good.spans()) == [("c7", Tag("VIP", NOON))]
    assert for_good.add("VIP", "c7", at=NOON + DAY, until=NOON + 9 * DAY, **ADA) == for_good
    later = book.add("VIP", "c7", at=NOON + 3 * DAY, **ADA)
    assert [tag for _, tag in later.spans()] == [
        Tag("VIP", NOON, NOON + 2 * DAY),
        Tag("VIP", NOON + 3 * DAY),
    ]


def test_the_changes_of_a_tag_come_in_the_order_of_their_instants() -> None:
    """One before the last of the same customer and tag is refused, and changes nothing at all."""
    book = TagBook().add("VIP", ["anna@example.com", "c8"], at=NOON, **ADA)
    book = book.remove("VIP", "anna@example.com", at=NOON + 2 * DAY, **ADA)
    says = r"tag 'VIP' of the customer 'xxxx@x.*' changed later already: 2024-03-06.* was given; "
    with pytest.raises(InvalidValue, match=says + "allowed is an instant from 2024-03-07") as told:
        book.remove("vip", ["c8", "anna@example.com"], at=NOON + DAY, **ADA)
    assert "anna" not in str(told.value)
    assert names(book.remove("vip", "c8", at=NOON + DAY, **ADA), "c8", NOON + DAY) == []
    assert names(book.add("local", "c8", at=NOON - DAY, **ADA), "c8", NOON - DAY) == ["local"]
    with pytest.raises(InvalidValue, match="changed later already"):
        book.rename("VIP", "Gold", at=NOON - DAY, **ADA)
    with pytest.raises(InvalidValue, match="changed later already"):
        TagBook(TagChange("c7", "VIP", "added", at, **ADA) for at in (NOON, NOON - DAY))


def test_a_tag_that_ends_as_it_begins_never_was() -> None:
    """Removed at the instant at which it was added, it has no time at all."""
    book = TagBook().add("VIP", "c7", at=NOON, **ADA).remove("VIP", "c7", at=NOON, **ADA)
    assert names(book, "c7", NOON) == []
    assert list(book.spans()) == []
    assert len(book.log) == 2


def test_a_renamed_tag_is_the_same_under_another_name() -> None:
    """Before, it has the old name; what was given by hand, by a segment and until when stays."""
    book = TagBook().add("VIP", "c7", at=NOON, until=NOON + 5 * DAY, **ADA)
    book = book.follow("VIP", ["c8"], at=NOON, **RULE)
    book = book.rename("vip", "Gold", at=NOON + DAY, **ADA)
    assert book.counts(at=NOON) == {"VIP": 2}
    assert book.counts(at=NOON + DAY) == {"Gold": 2}
    assert book.tags_of("c7", at=NOON + DAY) == (Tag("Gold", NOON + DAY, NOON + 5 * DAY),)
    assert book.follow("gold", ["c8"], at=NOON + DAY, **RULE) == book
    assert [(one.customer, one.was) for one in book.changes(tag="gold")] == [
        ("c7", "VIP"),
        ("c8", "VIP"),
    ]
    assert names(book.follow("gold", [], at=NOON + DAY, **RULE), "c8", NOON + DAY) == []
    assert book.rename("gold", "Gold", at=NOON + DAY, **ADA) == book
    again = book.add("VIP", "c9", at=NOON + DAY, **ADA)
    with pytest.raises(InvalidValue, match=r"name of a tag is that of another one: 'vip' .* Merge"):
        again.rename("Gold", "vip", at=NOON + DAY, **ADA)


def test_merged_tags_are_one() -> None:
    """Who had one of them has it, for as long as the longest; a rule takes what it alone gave."""
    book = TagBook().add("VIP", ["c6", "c7"], at=NOON, until=NOON + 3 * DAY, **ADA)
    book = book.add("gold", ["c7", "c8"], at=NOON, until=NOON + 5 * DAY, **ADA)
    book = book.follow("often", ["c8", "c9"], at=NOON, **RULE)
    book = book.merge(["often", "vip", "gold"], into="Gold", at=NOON + DAY, **ADA)
    assert book.counts(at=NOON) == {"Gold": 2, "often": 2, "VIP": 2}
    assert book.counts(at=NOON + DAY) == {"Gold": 4}
    held = [book.customers(any="gold", at=NOON + n * DAY) for n in (3, 5)]
    assert held == [("c7", "c8", "c9"), ("c8", "c9")]
    after = book.follow("gold", [], at=NOON + DAY, **RULE)
    assert after.customers(any="gold", at=NOON + DAY) == ("c6", "c7", "c8")
    with pytest.raises(UnknownName, match=r"There is no tag named 'golt'\. Did you mean 'Gold'"):
        book.merge(["golt"], into="x", at=NOON + DAY, **ADA)
    with pytest.raises(InvalidValue, match="tags to merge are one text: 'gold'"):
        book.merge("gold", into="x", at=NOON + DAY, **ADA)


def test_a_tag_follows_a_segment() -> None:
    """Afterwards those carry it whom the segment holds; who entered and left is in the log."""
    book = TagBook().follow("often", ["c8", "c7"], at=NOON, **RULE)
    book = book.follow("often", ["c8", "c9"], at=NOON + DAY, **RULE)
    assert book.customers(any="often", at=NOON + DAY) == ("c8", "c9")
    assert [(c.customer, c.what, c.at, c.by, c.why) for c in book.changes(tag="OFTEN")] == [
        ("c7", "entered", NOON, "a rule", "buys often"),
        ("c8", "entered", NOON, "a rule", "buys often"),
        ("c9", "entered", NOON + DAY, "a rule", "buys often"),
        ("c7", "left", NOON + DAY, "a rule", "buys often"),
    ]
    assert book.follow("often", ["c9", "c8"], at=NOON + 2 * DAY, **RULE) == book
    with pytest.raises(InvalidValue, match="segment of the tag 'often' changed later already"):
        book.follow("often", ["c1"], at=NOON, **RULE)


def test_a_rule_does_not_take_what_was_given_by_hand() -> None:
    """Whether it was given before the customer was in the segment, or while they were."""
    before = TagBook().add("often", "c7", at=NOON, **ADA).follow("often", ["c7"], at=NOON, **RULE)
    while_in = TagBook().follow("often", ["c7"], at=NOON, **RULE).add("often", "c7", at=NOON, **ADA)
    for book in (before, while_in):
        left = book.follow("often", [], at=NOON + DAY, **RULE)
        assert names(left, "c7", NOON + DAY) == ["often"]
        assert names(left.remove("often", "c7", at=NOON + DAY, **ADA), "c7", NOON + DAY) == []


def test_a_rule_does_not_give_back_what_was_taken_by_hand() -> None:
    """Not before the customer has left the segment and entered it again."""
    book = TagBook().follow("often", ["c7"], at=NOON, **RULE)
    book = book.remove("often", "c7", at=NOON, **ADA).follow("often", ["c7"], at=NOON + DAY, **RULE)
    assert names(book, "c7", NOON + DAY) == []
    book = book.follow("often", [], at=NOON + 2 * DAY, **RULE)
    book = book.follow("often", ["c7"], at=NOON + 3 * DAY, **RULE)
    assert names(book, "c7", NOON + 2 * DAY) == []
    assert names(book, "c7", NOON + 3 * DAY) == ["often"]


def test_what_is_given_by_hand_lifts_what_was_taken_by_hand() -> None:
    """After its time the segment decides again, also where the two tags of a merger differ."""
    inside = TagBook().follow("often", ["c7"], at=NOON, **RULE)
    book = inside.remove("often", "c7", at=NOON, **ADA)
    book = book.add("often", "c7", at=NOON, until=NOON + DAY, **ADA)
    assert names(book, "c7", NOON + DAY) == ["often"]
    assert names(book.follow("often", [], at=NOON, **RULE), "c7", NOON + DAY) == []
    taken = inside.follow("vip", ["c7"], at=NOON, **RULE).remove("vip", "c7", at=NOON, **ADA)
    for into in ("vip", "often"):
        merged = taken.merge(["vip", "often"], into=into, at=NOON, **ADA)
        assert names(merged, "c7", NOON) == [into]
    assert names(taken.rename("vip", "x", at=NOON, **ADA), "c7", NOON) == ["often"]


def test_customers_are_chosen_by_any_all_and_none() -> None:
    """Each takes one tag or several; without a condition everybody of the book, or those named."""
    book = TagBook().add("a", [1, 2, 3], at=NOON, **ADA).add("b", [2, 3, 4], at=NOON, **ADA)
    book = book.add("c", [3, "five"], at=NOON, **ADA)
    assert book.customers(any=["a", "b"], at=NOON) == (1, 2, 3, 4)
    assert book.customers(all=["A", "b"], at=NOON) == (2, 3)
    assert book.customers(any=["a", "b"], none="c", at=NOON) == (1, 2, 4)
    assert book.customers(any="a", all="b", none="c", at=NOON) == (2,)
    assert book.customers(at=NOON) == (1, 2, 3, 4, "five")
    assert book.customers(none=["a", "c"], among=[9, 1, 4], at=NOON) == (4, 9)
    with pytest.raises(UnknownName, match=r"no tag named 'd'. Known names: 'a', 'b', 'c'"):
        book.customers(none="d", at=NOON)


def test_changes_are_told_by_customer_and_tag() -> None:
    """Everybody's in the order in which they were made, of one customer, of one tag, of both."""
    book = TagBook().add("a", ["c7", "c8"], at=NOON, **ADA).add("b", "c7", at=NOON, **ADA)
    assert book.changes() == book.log
    assert [one.tag for one in book.changes(customer="c7")] == ["a", "b"]
    assert [one.customer for one in book.changes(tag="A")] == ["c7", "c8"]
    assert [(one.tag, one.by) for one in book.changes(customer="c7", tag="b")] == [("b", "Ada")]
    assert book.changes(customer="c9") == ()


def test_a_book_begins_with_the_tags_of_customers() -> None:
    """An undated tag was always there; the times of others stay; overlapping ones are one."""
    customers = [
        Customer("c8", tags=["vip", Tag("VIP", since=NOON)]),
        Customer(
            "c7",
            tags=[
                Tag("VIP", NOON + DAY, NOON + 3 * DAY),
                Tag("VIP", NOON, NOON + 2 * DAY),
                Tag("local", until=NOON),
            ],
        ),
    ]
    book = TagBook.of_customers(customers)
    assert list(book.spans()) == [
        ("c7", Tag("local", until=NOON)),
        ("c7", Tag("vip", NOON, NOON + 3 * DAY)),
        ("c8", Tag("vip")),
    ]
    assert {(one.by, one.why) for one in book.log} == {
        ("customer table", "stands in the customer table")
    }
    assert TagBook.of_spans(book.spans()) == TagBook.of_spans(reversed([*book.spans()]))
    assert names(book.remove("vip", "c8", at=NOON, **ADA), "c8", NOON) == []


def test_nothing_personal_shows() -> None:
    """A contact as identity is masked, also that of who did it; the reason is not shown."""
    told: Any = {"by": "ada@example.com", "why": "her sister Anna called"}
    book = TagBook().add("VIP", "anna@example.com", at=NOON, **told)
    assert repr(book) == "<TagBook: 1 change of 1 tag of 1 customer>"
    shown = repr(book.log)
    assert "'xxxx@xxxxxxx.xxx'" in shown
    for personal in ("anna", "Anna", "ada", "sister"):
        assert personal not in shown


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"what": "given"}, "There is no change of a tag named 'given'"),
        ({"customer": 0}, "The customer of a TagChange is empty"),
        ({"tag": " "}, "The tag of a TagChange is no text that says something"),
        ({"by": ""}, "The by of a TagChange is no text"),
        ({"why": None}, "The why of a TagChange is no text"),
        ({"what": "removed", "at": None}, "tag that was removed has no instant, or has an end"),
        ({"what": "left", "until": NOON + DAY}, "tag that was left has no instant, or has an end"),
        ({"what": "renamed"}, "earlier name of a tag that was renamed is wrong: None was given"),
        ({"was": "vip"}, "earlier name of a tag that was added is wrong: 'vip'"),
        ({"until": NOON}, "tag 'VIP' ends before it begins"),
    ],
)
def test_a_change_is_validated(given: dict[str, Any], says: str) -> None:
    """The message names what is wrong and what it may be."""
    fields: dict[str, Any] = {"customer": "c7", "tag": "VIP", "what": "added", "at": NOON, **ADA}
    with pytest.raises((InvalidValue, UnknownName), match=says):
        TagChange(**fields | given)


def test_what_is_no_tag_or_instant_is_refused() -> None:
    """There is no clock: an instant is given, and knows its zone."""
    book = TagBook().add("VIP", "c7", at=NOON, **ADA)
    naive: Any = datetime(2024, 3, 5)
    with pytest.raises(NaiveTime, match="The instant of a change has no time zone"):
        book.rename("VIP", "Gold", at=naive, **ADA)
    with pytest.raises(NaiveTime, match="The instant has no time zone"):
        book.tags_of("c7", at=naive)
    no_instant: Any = date(2024, 3, 5)
    with pytest.raises(InvalidValue, match="The instant of a change is no instant"):
        book.add("VIP", [], at=no_instant, **ADA)
    no_text: Any = 5
    with pytest.raises(InvalidValue, match="The name of a tag is no text: 5 was given"):
        book.remove(no_text, "c7", at=NOON, **ADA)
    no_change: Any = [("c7", "VIP")]
    with pytest.raises(InvalidValue, match="An entry of a TagBook is no TagChange"):
        TagBook(no_change)


PEOPLE = ("c1", "c2")
SOME_TAG = st.sampled_from(("vip", "gold", "VIP"))
SOME_PEOPLE = st.lists(st.sampled_from(PEOPLE), max_size=2)


def latest(ends: list[datetime | None]) -> datetime | None:
    """Return the last of several ends; None never comes."""
    told = [end for end in ends if end is not None]
    return max(told) if len(told) == len(ends) else None


class Plain:
    """Who has what, as sets: by hand until when, inside a segment, and refused to a segment."""

    def __init__(self) -> None:
        self.hand: dict[str, dict[str, datetime | None]] = {}
        self.inside: dict[str, set[str]] = {}
        self.refused: dict[str, set[str]] = {}

    def settle(self, now: datetime) -> None:
        """Forget what is over."""
        for tag, held in self.hand.items():
            self.hand[tag] = {c: end for c, end in held.items() if end is None or now < end}

    def carried(self) -> dict[str, set[str]]:
        """Return who carries each tag."""
        tags = {*self.hand, *self.inside}
        found = {
            tag: {*self.hand.get(tag, {})}
            | (self.inside.get(tag, set()) - self.refused.get(tag, set()))
            for tag in tags
        }
        return {tag: who for tag, who in found.items() if who}

    def knows(self, tag: str) -> bool:
        """Whether anybody stands to a tag in any way."""
        return bool(self.hand.get(tag) or self.inside.get(tag))

    def move(self, old: str, new: str) -> None:
        """Let a tag be another one, of who has any of the two."""
        ruled = {
            tag: self.inside.get(tag, set()) - self.refused.get(tag, set()) for tag in (old, new)
        }
        hand = self.hand.setdefault(new, {})
        for one, end in self.hand.pop(old, {}).items():
            ends = [end, hand[one]] if one in hand else [end]
            hand[one] = latest(ends)
        inside = self.inside.setdefault(new, set())
        inside |= self.inside.pop(old, set())
        self.refused.pop(old, None)
        self.refused[new] = inside - ruled[old] - ruled[new]


class Books(RuleBasedStateMachine):
    """Whatever is done, a book holds what plain sets hold, at every instant that there was."""

    @initialize()
    def begin(self) -> None:
        """Begin with nothing."""
        self.book, self.plain, self.now = TagBook(), Plain(), NOON
        self.seen: dict[datetime, dict[str, set[str]]] = {}

    @rule(hours=st.integers(1, 5))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.now += timedelta(hours=hours)
        self.plain.settle(self.now)

    @rule(tag=SOME_TAG, people=SOME_PEOPLE, hours=st.none() | st.integers(1, 5))
    def add(self, tag: str, people: list[str], hours: int | None) -> None:
        """Give a tag by hand."""
        until = None if hours is None else self.now + timedelta(hours=hours)
        self.book = self.book.add(tag, people, at=self.now, until=until, **ADA)
        held = self.plain.hand.setdefault(tag.casefold(), {})
        for one in people:
            ends = [until, held[one]] if one in held else [until]
            held[one] = latest(ends)
            self.plain.refused.setdefault(tag.casefold(), set()).discard(one)

    @rule(tag=SOME_TAG, people=SOME_PEOPLE)
    def remove(self, tag: str, people: list[str]) -> None:
        """Take a tag by hand."""
        self.book = self.book.remove(tag, people, at=self.now, **ADA)
        key = tag.casefold()
        for one in people:
            self.plain.hand.setdefault(key, {}).pop(one, None)
            if one in self.plain.inside.get(key, ()):
                self.plain.refused.setdefault(key, set()).add(one)

    @rule(tag=SOME_TAG, people=SOME_PEOPLE)
    def follow(self, tag: str, people: list[str]) -> None:
        """Follow a segment."""
        self.book = self.book.follow(tag, people, at=self.now, **RULE)
        self.plain.inside[tag.casefold()] = {*people}
        self.plain.refused[tag.casefold()] = self.plain.refused.get(tag.casefold(), set()) & {
            *people
        }

    @rule(old=SOME_TAG, new=SOME_TAG)
    def rename(self, old: str, new: str) -> None:
        """Rename a tag, unless there is none, or the new name is another one's."""
        keys = (old.casefold(), new.casefold())
        if not any(keys[0] in change.keys for change in self.book.log):
            with pytest.raises(UnknownName, match="There is no tag named"):
                self.book.rename(old, new, at=self.now, **ADA)
        elif keys[0] != keys[1] and self.plain.knows(keys[1]):
            with pytest.raises(InvalidValue, match="that of another one"):
                self.book.rename(old, new, at=self.now, **ADA)
        else:
            self.book = self.book.rename(old, new, at=self.now, **ADA)
            if keys[0] != keys[1]:
                self.plain.move(*keys)

    @rule(tags=st.lists(SOME_TAG, max_size=3), into=SOME_TAG)
    def merge(self, tags: list[str], into: str) -> None:
        """Merge those tags that there are."""
        told = {key for change in self.book.log for key in change.keys}
        tags = [tag for tag in tags if tag.casefold() in told]
        self.book = self.book.merge(tags, into=into, at=self.now, **ADA)
        for key in {tag.casefold() for tag in tags} - {into.casefold()}:
            self.plain.move(key, into.casefold())

    @invariant()
    def it_holds_what_the_sets_hold(self) -> None:
        """Of every customer, by every filter, now and at every instant before."""
        self.seen[self.now] = self.plain.carried()
        for at, carried in self.seen.items():
            counts = {name.casefold(): n for name, n in self.book.counts(at=at).items()}
            assert counts == {tag: len(who) for tag, who in carried.items()}
            for one in PEOPLE:
                held = {tag for tag, who in carried.items() if one in who}
                assert {name.casefold() for name in names(self.book, one, at)} == held
        for key in {key for change in self.book.log for key in change.keys}:
            who = self.plain.carried().get(key, set())
            assert self.book.customers(any=key, at=self.now) == tuple(sorted(who))
            assert {*self.book.customers(none=key, at=self.now, among=PEOPLE)} == {*PEOPLE} - who

    @invariant()
    def its_log_and_its_spans_tell_the_same(self) -> None:
        """A book made of its log is the book; a tag holds in its spans, and nowhere else."""
        assert TagBook(self.book.log) == self.book
        spans = [*self.book.spans()]
        for at, carried in self.seen.items():
            held = {(one, tag.name.casefold()) for one, tag in spans if tag.holds_at(at)}
            assert held == {(one, tag) for tag, who in carried.items() for one in who}


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
