"""Tags go from a history into a book and back, stay with their customers, and wait for as_of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custinsights.domain import PurchasePolicy, Tag, TagBook
from custinsights.errors import InvalidValue
from custinsights.history.activity_history import ActivityHistory
from custinsights.history.columnar.localtime import to_microseconds
from custinsights.history.orders import OrderHistory
from tests.history.plainly import columns
from tests.oracles.bridge import a_customer, to_history
from tests.oracles.facts import View
from tests.oracles.hand import ADA_AND_BO, at, shop
from tests.oracles.shop import Identity, PlainPerson, PlainTag, Shop
from tests.oracles.strategies import as_ofs, shops

RANDOM = settings(max_examples=60, suppress_health_check=list(HealthCheck))
ADA: Any = {"by": "Ada", "why": "met at the fair"}
BOTH = PurchasePolicy(counted_statuses=frozenset({"paid", "pending"}))
TAGS = ("vip", "Gold", "wholesale")


@st.composite
def books(draw: st.DrawFn, asked: Shop, begun: TagBook) -> TagBook:
    """Draw what was done to the tags of people of a shop, and of one stranger."""
    people = [*View(asked, asked.observed_until).known]
    stranger: Identity = "a stranger" if isinstance(a_customer(asked), str) else 999_999
    last = [one.at for one in begun.log if one.at is not None]
    times = draw(st.lists(as_ofs(asked), max_size=4))
    for when in sorted(t for t in times if not last or t >= max(last)):
        some = draw(st.lists(st.sampled_from([*people, stranger]), max_size=4))
        tag, what = draw(st.sampled_from(TAGS)), draw(st.sampled_from(("add", "remove", "follow")))
        begun = getattr(begun, what)(tag, some, at=when, **ADA)
        if draw(st.booleans()) and begun.changes(tag=tag):
            begun = begun.merge([tag], into=draw(st.sampled_from(TAGS)), at=when, **ADA)
    return begun


def just_before(instant: datetime) -> datetime:
    """Return the last instant that lies before as_of."""
    return instant - timedelta(microseconds=1)


def carried(history: OrderHistory, as_of: datetime) -> set[tuple[Identity, str]]:
    """Return who carries which tag just before an instant, from the columns themselves."""
    tags = history.people_table.tags
    if tags is None:
        return set()
    rows = zip(
        history.customer_ids[tags.customer].tolist(),
        tags.name.texts().tolist(),
        (tags.since < to_microseconds(as_of)).tolist(),
        (tags.until >= to_microseconds(as_of)).tolist(),
        strict=True,
    )
    return {(one, name.casefold()) for one, name, begun, lasts in rows if begun and lasts}


def in_book(book: TagBook, as_of: datetime) -> set[tuple[Identity, str]]:
    """Return who carries which tag just before an instant, by a book."""
    return {
        (one, tag.name.casefold())
        for one in book.customers(at=as_of)
        for tag in book.tags_of(one, at=just_before(as_of))
    }


@RANDOM
@given(st.data())
def test_a_book_has_the_last_word_on_what_it_tells_of(data: st.DataObject) -> None:
    """At every instant; tags of which it says nothing stay, and strangers are counted."""
    asked = data.draw(shops())
    history = to_history(asked)
    begun = history.tag_book() if data.draw(st.booleans()) else TagBook()
    book = data.draw(books(asked, begun))
    tagged, as_of = history.with_tags(book), data.draw(as_ofs(asked))
    known = {*history.customer_ids.tolist()}
    told = {(one.customer, key) for one in book.log for key in one.keys}
    expected = {pair for pair in carried(history, as_of) if pair not in told}
    expected |= {pair for pair in in_book(book, as_of) if pair[0] in known}
    assert carried(tagged, as_of) == expected
    strangers = len({one for one, _ in told} - known)
    note = "customers of the tag book of whom this history does not tell"
    assert dict(tagged.load_report.notes).get(note, 0) == strangers
    assert columns(tagged.with_tags(book)) == columns(tagged)


@RANDOM
@given(st.data())
def test_a_history_and_its_own_book_tell_the_same(data: st.DataObject) -> None:
    """At every instant, and joining the book changes nothing else."""
    asked = data.draw(shops())
    history, as_of = to_history(asked), data.draw(as_ofs(asked))
    book = history.tag_book()
    assert in_book(book, as_of) == carried(history, as_of)
    tagged = history.with_tags(book)
    assert carried(tagged, as_of) == carried(history, as_of)
    assert without_tags(tagged) == without_tags(history)


def without_tags(history: OrderHistory) -> dict[str, Any]:
    """Return a history without its tags, written down."""
    aside = history.aside
    return columns(
        attrs.evolve(
            history,
            people_table=attrs.evolve(history.people_table, tags=None),
            aside=aside
            and attrs.evolve(aside, people_table=attrs.evolve(aside.people_table, tags=None)),
        )
    )


@RANDOM
@given(st.data())
def test_tags_stay_with_their_customers(data: st.DataObject) -> None:
    """In parts, in choices, under another policy, appended and beside activities."""
    asked = data.draw(shops())
    plain = to_history(asked)
    history = plain.with_tags(data.draw(books(asked, TagBook())))
    as_of = data.draw(as_ofs(asked))
    expected = carried(history, as_of)
    parts = history.partition(3)
    assert set().union(*(carried(part, as_of) for part in parts)) == expected
    assert carried(history.with_policy(BOTH), as_of) == expected
    mask = np.arange(history.people) % 2 == 0
    even, odd = history.where(customers=mask), history.where(customers=~mask)
    assert carried(even, as_of) | carried(odd, as_of) == expected
    both = even.append(odd)
    assert carried(both, as_of) == expected
    visits = ActivityHistory.from_arrays(
        customer=[a_customer(asked)],
        at=[asked.observed_from],
        kind=["visit"],
        timezone=asked.timezone,
    )
    assert carried(history.with_activities(visits), as_of) == expected
    known = plain.with_policy(BOTH).up_to(as_of).customer_ids.tolist()
    assert history.with_policy(BOTH).up_to(as_of).customer_ids.tolist() == known
    untagged = plain.where(customers=mask).append(plain.where(customers=~mask))
    known = untagged.up_to(as_of).customer_ids.tolist()
    assert both.up_to(as_of).customer_ids.tolist() == known


@RANDOM
@given(st.data())
def test_what_is_done_later_is_not_there(data: st.DataObject) -> None:
    """The history of an instant carries the tags of then, however far one asks ahead."""
    asked = data.draw(shops())
    history = to_history(asked)
    book = data.draw(books(asked, TagBook()))
    then = data.draw(as_ofs(asked))
    cut = history.with_tags(book).up_to(then)
    known = {*cut.customer_ids.tolist()}
    expected = {pair for pair in carried(history.with_tags(book), then) if pair[0] in known}
    assert carried(cut, then) == expected
    assert carried(cut, then + timedelta(days=3000)) == expected


def test_tags_of_a_history_on_paper() -> None:
    """Undated ones were always there; the book takes, gives, and says who it does not know."""
    people = {
        "ada": PlainPerson(tags=(PlainTag("VIP"), PlainTag("local", since=at("02-01")))),
        "cy": PlainPerson(
            tags=(
                PlainTag("vip", at("01-01"), at("03-01")),
                PlainTag("never", at("03-01"), at("03-01")),
            )
        ),
    }
    history = to_history(shop(*ADA_AND_BO.orders, people=people))
    book = history.tag_book()
    assert [(one, tag) for one, tag in book.spans()] == [
        ("ada", Tag("local", at("02-01"))),
        ("ada", Tag("VIP")),
        ("cy", Tag("VIP", at("01-01"), at("03-01"))),
    ]
    book = book.remove("vip", ["ada", "cy"], at=at("02-10"), **ADA)
    book = book.add("wholesale", ["bo", "dee", "eve"], at=at("03-10"), **ADA)
    tagged = history.with_tags(book)
    assert [*tagged.tag_book().spans()] == [
        ("ada", Tag("local", at("02-01"))),
        ("ada", Tag("VIP", until=at("02-10"))),
        ("bo", Tag("wholesale", at("03-10"))),
        ("cy", Tag("VIP", at("01-01"), at("02-10"))),
    ]
    note = ("customers of the tag book of whom this history does not tell", 2)
    assert tagged.load_report.notes == (note,)
    assert tagged.with_tags(TagBook()).load_report.notes == ()
    assert tagged.people == history.people == 3
    assert [*tagged.up_to(at("02-10")).tag_book().spans()] == [
        ("ada", Tag("local", at("02-01"))),
        ("ada", Tag("VIP")),
        ("cy", Tag("VIP", at("01-01"))),
    ]
    assert [*tagged.up_to(at("02-11")).tag_book().spans()] == [
        ("ada", Tag("local", at("02-01"))),
        ("ada", Tag("VIP", until=at("02-10"))),
        ("cy", Tag("VIP", at("01-01"), at("02-10"))),
    ]


def test_what_is_no_book_is_refused() -> None:
    """The message says what is."""
    no_book: Any = [("ada", "VIP")]
    with pytest.raises(InvalidValue, match="What holds the tags is no TagBook"):
        to_history(ADA_AND_BO).with_tags(no_book)
