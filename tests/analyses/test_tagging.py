"""Who carries a tag, tags that follow segments, and customers by their tags."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.domain import TagBook
from custinsights.errors import InvalidValue, MissingData, Refused, RuleError, UnknownName
from custinsights.testing import check_dimension
from tests.oracles.bridge import to_history
from tests.oracles.facts import View
from tests.oracles.hand import ADA_AND_BO, at, order, shop
from tests.oracles.shop import Identity, PlainPerson, PlainTag, Shop
from tests.oracles.strategies import as_ofs, shops

RANDOM = settings(max_examples=80, suppress_health_check=list(HealthCheck))
ADA: Any = {"by": "Ada", "why": "met at the fair"}
SHOP = shop(
    *ADA_AND_BO.orders,
    order("cy", "03-01", 700),
    people={
        "ada": PlainPerson(tags=(PlainTag("VIP"), PlainTag("local", since=at("02-01")))),
        "bo": PlainPerson(tags=(PlainTag("vip", since=at("03-01")),)),
        "dee": PlainPerson(tags=(PlainTag("local", until=at("06-01")),)),
    },
)


def carried(asked: Shop, as_of: Any) -> dict[Identity, set[str]]:
    """Return what everybody who is known carries just before an instant, casefolded."""
    found: dict[Identity, set[str]] = {one: set() for one in View(asked, as_of).known}
    for one, held in found.items():
        person = asked.people.get(one)
        for tag in () if person is None else person.tags:
            begun = tag.since is None or tag.since < as_of
            if begun and (tag.until is None or tag.until >= as_of):
                held.add(tag.name.casefold())
    return found


def test_customers_of_a_history_are_chosen_by_tags() -> None:
    """Everybody who is known, with and without orders, as of before the instant."""
    history = to_history(SHOP)

    def chosen(**asked: Any) -> list[str]:
        mask = ci.tagged(history, **asked)
        return history.customer_ids[mask].tolist()  # type: ignore[no-any-return]

    assert chosen(any="vip") == ["ada", "bo"]
    assert chosen(any=["VIP", "tag: local "]) == ["ada", "bo"]
    assert chosen(any=["VIP", "local"], as_of="2024-06-01") == ["ada", "bo", "dee"]
    assert chosen(all=["vip", "local"]) == ["ada"]
    assert chosen(none="vip") == ["cy", "dee"]
    assert chosen(any="vip", none="local") == ["bo"]
    assert chosen(any="vip", as_of=at("03-01")) == ["ada"]
    assert chosen() == ["ada", "bo", "cy", "dee"]
    assert len(history.where(customers=ci.tagged(history, any="vip"))) == 5


@RANDOM
@given(st.data())
def test_the_mask_is_who_carries_them(data: st.DataObject) -> None:
    """By any, all and none, at every instant; the history of that instant says the same."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    history, held = to_history(asked), carried(asked, as_of)
    told = sorted({tag.name for person in asked.people.values() for tag in person.tags})
    some, every, no = (
        data.draw(st.lists(st.sampled_from(told), max_size=2)) if told else [] for _ in range(3)
    )
    mask = ci.tagged(history, any=some, all=every, none=no, as_of=as_of)
    found = {*history.customer_ids[mask].tolist()}
    folded = [{name.casefold() for name in names} for names in (some, every, no)]
    expected = {
        one
        for one, tags in held.items()
        if (not some or tags & folded[0]) and folded[1] <= tags and not folded[2] & tags
    }
    assert found & {*held} == expected
    cube_names = {tag for tags in held.values() for tag in tags}
    for name in cube_names:
        then = history.up_to(as_of)
        one = then.customer_ids[ci.tagged(then, any=name)].tolist()
        assert {*one} == {who for who, tags in held.items() if name in tags}


def test_tags_follow_segments() -> None:
    """Each tag its own, from masks or identities; entering and leaving carries the instant."""
    history = to_history(SHOP)
    book = history.tag_book()
    spent = history.customer_ids == "bo"
    book = ci.maintain(
        history, book, {"vip": spent, "often": ["ada", "bo"]}, as_of="2024-04-01", by="a rule"
    )
    again = ci.maintain(history, book, {"vip": spent, "often": ["ada", "bo"]}, by="a rule")
    assert again == book
    told = [(one.customer, one.tag, one.what, one.at) for one in book.log[4:]]
    midnight = at("04-01", 0)
    assert told == [
        ("bo", "VIP", "entered", midnight),
        ("ada", "often", "entered", midnight),
        ("bo", "often", "entered", midnight),
    ]
    book = ci.maintain(history, book, {"vip": ~spent, "often": []}, by="a rule", why="quiet")
    assert [(one.customer, one.what, one.why) for one in book.log[7:]] == [
        ("ada", "entered", "quiet"),
        ("cy", "entered", "quiet"),
        ("dee", "entered", "quiet"),
        ("bo", "left", "quiet"),
        ("ada", "left", "quiet"),
        ("bo", "left", "quiet"),
    ]
    tagged = history.with_tags(book)
    ends = at("07-01", 0)
    assert book.counts(at=ends) == {"VIP": 4, "local": 1}
    assert ci.tagged(tagged, any="vip").sum() == 2
    assert ci.tagged(tagged, any="vip", as_of=ends + timedelta(days=1)).sum() == 4


def test_a_tag_follows_a_rule() -> None:
    """Its text is the reason, in any of the forms of a rule; as_of is that of both."""
    history = to_history(SHOP)
    text = "order_count >= 2 and total_spent > 40"
    for asked in (text, ci.rule(text), {"rule": text, "version": 1}):
        early = ci.maintain(history, TagBook(), {"big": asked}, as_of="2024-03-25", by="nightly")
        assert early.log == ()
        book = ci.maintain(history, TagBook(), {"big": asked}, as_of="2024-04-01", by="nightly")
        assert [(one.customer, one.what, one.why) for one in book.log] == [("ada", "entered", text)]
    with pytest.raises(RuleError, match="order_cuont"):
        ci.maintain(history, TagBook(), {"big": "order_cuont > 1"}, by="nightly")


def test_a_rule_sees_the_tags_of_the_book() -> None:
    """Given by hand before as_of, they count; the book has the last word over the history."""
    history, unless = to_history(SHOP), {"mail": "order_count >= 1 and not tagged('Blocked')"}

    def mailed(book: TagBook, as_of: Any) -> tuple[Identity, ...]:
        found = ci.maintain(history, book, unless, as_of=as_of, by="nightly")
        return found.customers(any="mail", at=at("08-01"))

    book = history.tag_book().add("blocked", "ada", at=at("04-01"), **ADA)
    assert mailed(book, at("04-01")) == ("ada", "bo", "cy")  # not yet
    assert mailed(book, at("04-02")) == ("bo", "cy")
    book = book.remove("blocked", "ada", at=at("04-03"), **ADA)
    assert mailed(book, at("04-04")) == ("ada", "bo", "cy")
    gone = history.tag_book().remove("vip", "ada", at=at("04-01"), **ADA)
    found = ci.maintain(history, gone, {"treat": "tagged('vip')"}, as_of="2024-05-01", by="x")
    assert found.customers(any="treat", at=at("08-01")) == ("bo",)


def test_a_tag_follows_the_members_of_a_segment() -> None:
    """One segment for each tag: a whole set is refused, and says how."""
    history = to_history(SHOP)
    found = ci.segments(history, {"big": "total_spent > 40", "small": "total_spent <= 40"})
    big = found.members("big")
    book = ci.maintain(history, TagBook(), {"large": big}, by="nightly")
    assert book.customers(any="large", at=at("08-01")) == tuple(big.ids.tolist()) != ()
    with pytest.raises(InvalidValue, match=r"several: 'big, small' .* found\.members\('vip'\)"):
        ci.maintain(history, TagBook(), found, by="nightly")  # type: ignore[arg-type]


def test_what_a_tag_cannot_follow_is_named_with_the_tag() -> None:
    """Of many that follow, the error says which one is wrong."""
    history = to_history(SHOP)
    asked: Any
    for asked, error, told in (
        ("order_cuont > 1", RuleError, "In 'bad' there is no trait named 'order_cuont'"),
        (5, InvalidValue, "In 'bad' this is nothing that a tag follows: 'int' .* a rule, a mask"),
        (["eve"], UnknownName, "customer named 'eve'. It is asked for in 'bad'. The identities"),
        ("in_segment('x')", RuleError, "In 'bad' there is no segment named 'x'"),
    ):
        with pytest.raises(error, match=told):
            ci.maintain(history, TagBook(), {"good": "order_count > 1", "bad": asked}, by="a rule")


def test_tags_do_not_follow_segments_of_a_part() -> None:
    """Everybody else would leave; nor of what is no book, no mask or nobody known."""
    history, none = to_history(SHOP), TagBook()
    part = history.partition(2)[0]
    with pytest.raises(InvalidValue, match=r"segments of a part, .* 'part 1 of 2' was given"):
        ci.maintain(part, none, {"vip": []}, by="a rule")
    with pytest.raises(InvalidValue, match="mask over the customers has another length"):
        ci.maintain(history, none, {"vip": np.ones(2, dtype=np.bool_)}, by="a rule")
    with pytest.raises(UnknownName, match="There is no customer named 'eve'"):
        ci.maintain(history, none, {"vip": ["eve"]}, by="a rule")
    no_mapping: Any = ["vip"]
    with pytest.raises(InvalidValue, match="segments that tags follow is no Mapping"):
        ci.maintain(history, none, no_mapping, by="a rule")
    no_book: Any = {}
    with pytest.raises(InvalidValue, match="What holds the tags is no TagBook"):
        ci.maintain(history, no_book, {}, by="a rule")


def test_measures_by_tag() -> None:
    """A customer is in each of several tags, however they are spelled, or in none."""
    history = to_history(SHOP)
    cube = ci.measure(history, ["customers", "revenue", "total_customers"], by="tag")
    assert cube.labels("tag").tolist() == [None, "VIP", "local"]
    assert cube.minor("customers").tolist() == [1, 2, 1]
    assert cube.minor("revenue").tolist() == [700, 8000, 4500]
    early = ci.measure(history, ["customers"], by="tag", as_of=at("03-01"))
    assert [tuple(row.values()) for row in early.to_dicts()] == [
        (None, 1),
        ("VIP", 1),
        ("local", 1),
    ]
    grid = ci.cohorts(history, by="tag", metric="orders")
    assert grid.cohorts == (None, "VIP", "local")
    assert grid.sizes.tolist() == [1, 2, 1]
    assert "in several of these cohorts" in repr(grid)


@RANDOM
@given(st.data())
def test_what_a_tag_brings_is_what_its_customers_bring(data: st.DataObject) -> None:
    """The cell of a tag is the whole of the history of those who carry it; as so of no tag."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    history = to_history(asked)
    metrics = ["orders", "customers", "revenue", "average_order_value", "repeat_rate"]
    cube = ci.measure(history, metrics, by="tag", as_of=as_of)
    cells = {row["tag"]: row for row in cube.to_dicts()}
    names = {tag.name.casefold() for person in asked.people.values() for tag in person.tags}
    assert {name.casefold() for name in cells if name is not None} <= names
    for name in (None, *names):
        mask = ci.tagged(history, any=name, none=None if name else sorted(names), as_of=as_of)
        [whole] = ci.measure(history.where(customers=mask), metrics, as_of=as_of).to_dicts()
        own = [row for tag, row in cells.items() if (tag and tag.casefold()) == name]
        for row in own:
            assert all(same(row[metric], whole[metric]) for metric in metrics)
        assert own or not whole["orders"]


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal, or both none."""
    both = [None if isinstance(v, float) and math.isnan(v) else v for v in (left, right)]
    return both[0] == both[1]


def test_a_tag_is_one_of_several_labels() -> None:
    """Nothing is summed over tags; two dimensions of several labels are not asked together."""
    history = to_history(SHOP)
    with pytest.raises(InvalidValue, match="Customers carry several labels of each of these"):
        ci.measure(history, "orders", by=["tag", "first_product"])
    with pytest.raises(Refused, match=r"'mean' .* several of them"):
        ci.cohorts(history, by="tag").mean()
    untagged = ci.measure(to_history(ADA_AND_BO), "customers", by="tag")
    assert [tuple(row.values()) for row in untagged.to_dicts()] == [(None, 2)]
    with pytest.raises(MissingData, match=r"choice by tags needs tags .* join a book: with_tags"):
        ci.tagged(to_history(ADA_AND_BO), any="vip")
    with pytest.raises(UnknownName, match=r"There is no tag named 'vib'\. Did you mean 'vip'"):
        ci.tagged(history, none="vib")
    no_names: Any = [5]
    with pytest.raises(InvalidValue, match="tags are no names: 'list' was given"):
        ci.tagged(history, any=no_names)


def test_the_dimension_holds_the_laws_of_dimensions() -> None:
    """On random histories, also without tags: parts, row order, names, and nothing after as_of."""
    check_dimension(ci.DEFAULT.dimension("tag"), max_examples=30)
