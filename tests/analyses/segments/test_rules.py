"""What a rule is refused for before anybody is judged by it, and what would move a customer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

import custinsights as ci
from custinsights.errors import InvalidValue, NeedsCuts, RuleError

HIGH = "percentile(total_spent) >= 0.9"


@pytest.mark.parametrize(
    "other",
    [
        "percentile(total_spent) is None",
        "percentile(total_spent) in [0.9]",
        "percentile(total_spent) == 0.9",
        "1 - percentile(total_spent) < 0.1",
        "percentile(total_spent) > percentile(order_count)",
    ],
)
def test_a_percentile_is_only_compared_with_a_share(other: str) -> None:
    """Any other use is refused where the rule is read, also beside one that is right."""
    ci.rule(HIGH)
    for text in (other, f"{HIGH} and {other}", f"not ({HIGH} or {other})"):
        with pytest.raises(RuleError, match=r"percentile.* compared with a written"):
            ci.rule(text)


def test_rules_that_mean_different_segments_by_one_name_do_not_join() -> None:
    """Whose segment should it be? Those that mean the same join."""
    few, many = (
        ci.rule('in_segment("big")', segments={"big": f"order_count >= {count}"})
        for count in (2, 9)
    )
    assert (few | ~few).text == 'in_segment("big") or not in_segment("big")'
    for join in (few.__or__, few.__and__):
        with pytest.raises(InvalidValue, match="different segments by one name: 'big' was given"):
            join(many)


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ('last_order_at in ["2022-09-24", "2020-01-01"]', "out"),
        ('last_order_at not in ["2022-09-24"]', "in"),
        ("last_order_at > first_order_at", "out"),
        ("first_order_at > last_order_at", "in"),
        ("customer_country == customer_city", "in"),
        ('last_order_at > "99999y"', "out"),
    ],
)
def test_a_day_or_a_text_moves_a_customer(text: str, moves: str) -> None:
    """In a list, beside another value of the customer, and at the ends of the calendar."""
    rule, shop = ci.rule(text), ci.datasets.gallery()
    asked: Any = {"history": shop.history_of("c006"), "as_of": shop.observed_until}
    change = rule.distance(**asked)
    assert change is not None
    assert change.moves == moves
    supposed = rule.matches(**asked, supposing={change.trait: change.to})
    assert rule.matches(**asked) is (moves == "out")
    assert supposed is (moves == "in")


@pytest.mark.parametrize("text", ["order_count >= 1", "order_count >= 100"])
def test_how_far_to_look_ahead_is_a_duration(text: str) -> None:
    """Another text is refused, also where there is nothing to look for."""
    rule, shop = ci.rule(text), ci.datasets.gallery()
    asked: Any = {"history": shop.history_of("c006"), "as_of": shop.observed_until}
    for turns in (rule.leaves_on, rule.enters_on):
        with pytest.raises(InvalidValue, match="no duration: '5 years' was given"):
            turns(**asked, within="5 years")


def test_an_instant_is_no_day_that_is_supposed() -> None:
    """Days are local, and an instant does not tell of which zone its day is to be."""
    shop, rule = ci.datasets.gallery(), ci.rule('last_order_at >= "90d"')
    asked: Any = {"history": shop.history_of("c006"), "as_of": shop.observed_until}
    assert rule.matches(**asked, supposing={"last_order_at": date(2024, 2, 1)})
    with pytest.raises(InvalidValue, match="last_order_at cannot be what is supposed"):
        rule.matches(**asked, supposing={"last_order_at": datetime(2024, 2, 1, tzinfo=UTC)})


def test_the_cuts_of_a_part_judge_nobody() -> None:
    """They are of the whole population, and of rules of one catalog."""
    shop = ci.datasets.gallery()
    of_all = ci.segments(shop, {"high": HIGH})
    of_part = ci.segments(shop.partition(2)[0], {"high": HIGH}, cuts=of_all.cuts())
    with pytest.raises(NeedsCuts, match="percentile"):
        of_part.cuts()
    apart = ci.rule(HIGH, catalog=attrs.evolve(ci.DEFAULT))
    with pytest.raises(InvalidValue, match="words from several catalogs"):
        ci.segments(shop, {"high": ci.rule(HIGH), "apart": apart})


@pytest.mark.parametrize(
    ("text", "segments", "stored"),
    [
        ('in_segment("a")', {"a": "units > 5"}, "units > 5"),
        ('not in_segment("a")', {"a": "not units > 5"}, "units > 5"),
        (
            'is_overdue and in_segment("A") and not in_segment("b")',
            {"a": 'units > 5 or in_segment("b")', "b": "order_count > 1"},
            "is_overdue and (units > 5 or order_count > 1) and not order_count > 1",
        ),
        ('in_segment("value:vip")', {"a": "units > 5"}, 'in_segment("value:vip")'),
    ],
)
def test_a_stored_rule_needs_no_segments_beside_it(
    text: str, segments: dict[str, str], stored: str
) -> None:
    """JSON holds the rules of the segments that it was told, and reads back as an equal rule."""
    asked = ci.rule(text, segments=segments)
    assert asked.to_json() == {"rule": stored, "version": 1}
    assert ci.rule(asked.to_json()) == asked


@pytest.mark.parametrize("version", [True, 1.0, "1", 2, None])
def test_a_version_of_json_is_a_number_that_is_known(version: Any) -> None:
    """True is no version, though Python takes it for 1."""
    with pytest.raises(InvalidValue, match=r"version of a rule in JSON is unknown.*\"version\": 1"):
        ci.rule({"rule": "units > 5", "version": version})


def test_segments_have_the_catalog_of_the_rule_that_names_them() -> None:
    """A rule of another catalog would be judged by words that it does not mean."""
    other = attrs.evolve(ci.DEFAULT)
    apart = ci.rule("units > 5", catalog=other)
    with pytest.raises(InvalidValue, match=r"from another catalog than the rule.*'apart'"):
        ci.rule('in_segment("apart")', segments={"apart": apart})
    with pytest.raises(InvalidValue, match="from another catalog than the rule"):
        ci.rule(ci.rule("is_overdue"), segments={"apart": apart})
    assert ci.rule('in_segment("apart")', catalog=other, segments={"apart": apart}) == apart
    assert ci.rule(apart, segments={"b": "is_overdue"}).catalog is other


def test_joined_rules_mean_what_their_text_means() -> None:
    """What is joined is not looked through again, and is equal to what its text reads as."""
    one = ci.rule('in_segment("a") and is_overdue', segments={"a": "not units > 5 or units < 2"})
    two = ci.rule("order_count > 1 or " + HIGH)
    for joined in (one & two, one | two, ~one, ~~one, ~(one & two) | one):
        assert joined == ci.rule(joined.text, segments={"a": "not units > 5 or units < 2"})
        assert joined == ci.rule(joined.to_json())
    told = ci.rule(~one, segments={"b": "is_overdue"})
    assert told == ~one
