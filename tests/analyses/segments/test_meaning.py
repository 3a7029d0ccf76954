"""What a rule means: the segments that it names, and the cuts by which it judges one customer."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

import custinsights as ci
from custinsights.errors import Incompatible, InvalidValue, NeedsCuts

GALLERY = ci.datasets.gallery()
AT = GALLERY.observed_until
SMALL, LARGE = (
    ci.rule('in_segment("VIP")', segments={"VIP": f"total_spent > {least}"})
    for least in (500, 5000)
)
CLASH = "different segments by one name: 'vip' was given"
ONE = GALLERY.history_of("c001")
BY_CUTS = ci.rule('in_segment("value:vip")')
CUTS = BY_CUTS.cuts(GALLERY)


def test_rules_are_equal_where_they_mean_the_same() -> None:
    """Two segments of one name are two rules; one that is named is what it is defined as."""
    assert SMALL != LARGE
    assert len({SMALL, LARGE}) == 2
    assert ci.rule("total_spent > 500") == SMALL
    assert hash(SMALL) == hash(ci.rule("total_spent > 500"))


def test_rules_that_mean_different_segments_by_a_name_are_not_joined() -> None:
    """Neither side wins: the name is refused, whichever comes first."""
    for one, other in ((SMALL, LARGE), (LARGE, SMALL)):
        with pytest.raises(InvalidValue, match=CLASH):
            _ = one | other
    named: dict[str, Any] = {"vip": 'in_segment("big")', "big": LARGE}
    same = ci.rule('in_segment("vip")', segments=named)
    assert (LARGE & same).filled == (LARGE & LARGE).filled


def test_a_segment_that_is_given_does_not_change_a_rule() -> None:
    """A rule keeps its own definition; another one of the name is refused."""
    with pytest.raises(InvalidValue, match=CLASH):
        ci.segment(GALLERY, SMALL, segments={"VIP": "total_spent > 5000"})
    rules: dict[str, Any] = {"mine": SMALL, "VIP": "total_spent > 5000"}
    with pytest.raises(InvalidValue, match=CLASH):
        ci.segments(GALLERY, rules)
    same: dict[str, Any] = {"vip": "total_spent > 500"}
    expected = ci.segment(GALLERY, "total_spent > 500").tolist()
    assert ci.segment(GALLERY, SMALL, segments=same).tolist() == expected
    both: dict[str, Any] = {**same, "mine": SMALL}
    assert ci.segments(GALLERY, both).sizes["mine"] == sum(expected)


@pytest.mark.parametrize("ask", ["matches", "explain", "distance", "leaves_on", "enters_on"])
def test_one_customer_is_not_judged_by_what_are_no_cuts_of_theirs(ask: str) -> None:
    """Cuts of another currency, and what are no cuts, are refused as for a whole history."""
    foreign = attrs.evolve(CUTS, currency="GBP")
    with pytest.raises(Incompatible, match="currencies of the cuts and the history"):
        getattr(BY_CUTS, ask)(ONE, as_of=AT, cuts=foreign)
    wrong: tuple[Any, ...] = ({}, 5)
    for given in wrong:
        with pytest.raises(InvalidValue, match=r"is no Cuts.*rule\.cuts\(history\)"):
            getattr(BY_CUTS, ask)(ONE, as_of=AT, cuts=given)
        with pytest.raises(InvalidValue, match="is no Cuts"):
            ci.segment(GALLERY, BY_CUTS, cuts=given)


def test_a_part_has_no_cuts() -> None:
    """The cuts are those of all customers."""
    part = GALLERY.partition(2)[0]
    with pytest.raises(NeedsCuts, match=r"in_segment\(\"value:vip\"\)"):
        BY_CUTS.cuts(part)
    with pytest.raises(NeedsCuts, match=r"value:vip"):
        ci.segments(part, {"vip": BY_CUTS}, cuts=CUTS).cuts()
