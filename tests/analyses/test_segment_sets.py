"""Segments by rules: what is refused, how they look, what asks the history again."""

from __future__ import annotations

import pickle
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.domain import Segment
from custinsights.errors import (
    CannotAsk,
    Incompatible,
    InvalidValue,
    NeedsCuts,
    RuleError,
    UnknownName,
)

RULES = {
    "VIP": "percentile(total_spent) >= 0.9",
    "loyal": "order_count >= 3",
    "near": 'customer_country == "US"',
    "loyal and near": 'in_segment("Loyal") and in_segment("near")',
}
DATA = Path(__file__).parents[1] / "data"
TWO = ("2023-06-01", "2024-01-01")


@pytest.fixture(scope="module")
def shop() -> Any:
    """A small gallery with prospects."""
    return ci.datasets.gallery(activities=True)


@pytest.mark.covers("M11", "M12", "M13", "M15")
def test_what_a_set_tells(shop: Any) -> None:
    """Sizes, shares, money, orders, sum over sum, the median; who is in none or in several."""
    found = ci.segments(shop, RULES)
    assert found.to_dicts()[0] == {
        "segment": "VIP",
        "customers": 11,
        "share": 11 / 134,
        "total_spent": Decimal("42337.08"),
        "share_of_spent": pytest.approx(42337.08 / 66543.24),
        "orders": 66,
        "average_order_value": pytest.approx(42337.08 / 66),
        "median_days_since_last_order": 159.0,
    }
    assert repr(found.sizes) == "{'VIP': 11, 'loyal': 38, 'near': 88, 'loyal and near': 24}"
    assert found.sizes.none == 32
    one_each = ci.segments(shop, RULES, exclusive=True)
    assert one_each.members("near").table().names == (
        *("customer", "days_since_last_order", "order_count", "total_spent", "segment"),
    )


@pytest.mark.covers("M14", "E20")
def test_segments_by_interest_behaviour_and_place(shop: Any) -> None:
    """What customers bought, did, and where they live: as counted by the facts themselves."""
    rules = {
        "seascapes": 'bought(category="Seascapes", at_least=2)',
        "readers": 'did("email_clicked", within="180d")',
        "neighbours": 'customer_country in ["US", "CA"] and order_count >= 1',
    }
    found = ci.segments(shop, rules)
    since = ("2023-09-03", "2024-03-01")
    expected: dict[str, set[str]] = {name: set() for name in rules}
    for customer in shop.customer_ids.tolist():
        history = shop.where(customers=[customer])
        bought = ci.measure(history, "orders", by="category").to_dicts()
        if sum(row["orders"] for row in bought if row["category"] == "Seascapes") >= 2:
            expected["seascapes"].add(customer)
        recent = ci.measure(history, "emails_clicked", window=since)
        if recent.minor("emails_clicked").sum():
            expected["readers"].add(customer)
        row = ci.traits(history, ["customer_country", "order_count"]).to_dicts()[0]
        if row["customer_country"] in {"US", "CA"} and row["order_count"]:
            expected["neighbours"].add(customer)
    assert {name: set(found.members(name).ids.tolist()) for name in rules} == expected


def test_how_they_look(shop: Any) -> None:
    """Sets, overlaps, changes and migrations show themselves as in the reviewed file."""
    found = ci.segments(shop, RULES)
    stages = ci.lifecycle(shop).diff(*TWO)
    shown = [found, found.overlap(), found.diff(*TWO)]
    shown += [stages.migration(), stages.migration("total_spent")]
    reviewed = (DATA / "displays" / "segments.txt").read_text(encoding="utf-8")
    assert "\n\n".join(map(repr, shown)) + "\n" == reviewed


def test_cells_and_who_is_behind_them(shop: Any) -> None:
    """A share is of the row, missing where nobody is; names are found in any spelling."""
    stages = ci.lifecycle(shop).diff(*TWO)
    assert stages.migration("share").to_dicts()[0]["Prospect"] == 0.6
    assert stages.migration("share").to_dicts()[5]["Prospect"] is None
    [row] = stages.customers(from_="Not-yet-known", to="lifecycle:loyal_fan").to_dicts()
    assert (row["customer"], row["from"], row["to"]) == ("c071", "not yet known", "Loyal Fan")
    assert len(stages.customers(to="advocate")) == 21
    assert len(stages.customers(from_="prospect")) == 20
    assert stages.members("Lifecycle:loyal-fan") == stages.members("loyal fan")
    with pytest.raises(UnknownName, match="no segment named 'value:advocate'"):
        stages.members("value:advocate")


def test_each_population_judges_its_own_time_or_one_judges_both(shop: Any) -> None:
    """By fixed cuts somebody is VIP by what they spend, not by what others do."""
    found = ci.segments(shop, RULES)
    own, fixed = found.diff(*TWO), found.diff(*TWO, cuts=found.cuts(TWO[0]))
    assert (own.entered["VIP"], fixed.entered["VIP"]) == (4, 3)
    assert own.entered["loyal"] == fixed.entered["loyal"]
    made_with = ci.segments(shop, RULES, cuts=found.cuts(TWO[0]))
    assert made_with.diff(*TWO) == fixed
    tiers = ci.tiers(shop, "value", exclude="wholesale")
    cuts = tiers.cuts(TWO[0])
    assert tiers.diff(*TWO, cuts=cuts).stayed["VIP"] == len(
        set(ci.tiers(shop, "value", exclude="wholesale", as_of=TWO[0]).members("VIP").ids.tolist())
        & set(
            ci.tiers(shop, "value", exclude="wholesale", as_of=TWO[1], cuts=cuts)
            .members("VIP")
            .ids.tolist()
        )
    )
    groups = ci.rfm(shop).segments
    assert groups.diff(*TWO, cuts=groups.cuts(TWO[1])) != groups.diff(*TWO)


def test_the_excluded_are_no_part_of_the_whole(shop: Any) -> None:
    """Shares of tiers are of who was judged; the excluded are told apart."""
    tiers = ci.tiers(shop, "value", exclude="wholesale")
    assert tiers.excluded > 0
    assert tiers.sizes.none == 0
    assert sum(row["share"] for row in tiers.to_dicts()) == pytest.approx(1)
    assert sum(row["share_of_spent"] for row in tiers.to_dicts()) == pytest.approx(1)
    ids = tiers.customers.ids[~tiers.customers.column("excluded").values]
    alone = ci.tiers(shop.where(customers=ids), "value")
    assert alone.sizes == tiers.sizes != ci.tiers(shop, "value").sizes
    assert alone.to_dicts() == tiers.to_dicts()
    assert tiers.cuts() == alone.cuts() != ci.cuts(shop)


@pytest.mark.covers("M54")
def test_preferences_of_segments_that_overlap(shop: Any) -> None:
    """Each segment is what its members alone buy, against everybody once."""
    found = ci.segments(shop, RULES)
    rows = ci.preferences(shop, found).to_dicts()
    everybody = {
        row["category"]: row["customers"]
        for row in ci.measure(shop, "customers", by="category").to_dicts()
    }
    [buyers] = ci.measure(shop, "customers")["customers"].tolist()
    names = list(dict.fromkeys(row["segment"] for row in rows))
    assert names == [*RULES, None]
    for name in RULES:
        members = shop.where(customers=found.members(name).ids)
        counts = {
            row["category"]: row["customers"]
            for row in ci.measure(members, "customers", by="category").to_dicts()
        }
        [n] = ci.measure(members, "customers")["customers"].tolist()
        for row in (row for row in rows if row["segment"] == name):
            assert row["n"] == n
            assert row["buyers"] == counts.get(row["category"], 0)
            assert row["share_of_all"] == pytest.approx(everybody[row["category"]] / buyers)
            assert row["index"] == pytest.approx(100 * row["share"] / row["share_of_all"])


@pytest.mark.parametrize("exclusive", [False, True])
def test_segments_are_a_dimension(shop: Any, exclusive: Any) -> None:
    """Each cell is what the members alone come to, also where one customer is in several."""
    found = ci.segments(shop, RULES, exclusive=exclusive)
    cube = ci.measure(shop, ["revenue", "customers"], by=ci.segment_dimension(found))
    for name, size in found.sizes.items():
        if size:
            members = shop.where(customers=found.members(name).ids)
            alone = ci.measure(members, ["revenue", "customers"])
            cell = cube.at(segment=name)
            assert cell.minor("revenue").tolist() == alone.minor("revenue").tolist()
            assert cell["customers"].tolist() == alone["customers"].tolist()
    one, other = shop.partition(2)
    by = ci.segment_dimension(found)
    added = ci.measure(one, "orders", by=by) + ci.measure(other, "orders", by=by)
    assert added.to_dicts() == ci.measure(shop, "orders", by=by).to_dicts()


def test_an_answer_that_was_sent_cannot_ask(shop: Any) -> None:
    """What is pickled or merged keeps its members and loses its history, which is personal."""
    for found in (ci.segments(shop, RULES), ci.lifecycle(shop), ci.rfm(shop).segments):
        sent = pickle.loads(pickle.dumps(found))
        assert sent == found
        assert len(pickle.dumps(found)) < 100_000
        for ask in (sent.over, sent.events, sent.cuts, partial(sent.diff, TWO[0])):
            with pytest.raises(CannotAsk, match="Make the segments once more"):
                ask(TWO[1])
    slice_ = ci.rfm(shop).take(np.arange(3))
    with pytest.raises(CannotAsk, match="diff"):
        slice_.segments.diff(*TWO)


def test_an_iterator_of_segments_is_kept(shop: Any) -> None:
    """Segments may come one by one, and the set can still ask again."""
    given = (Segment(name, rule, f"{name}.") for name, rule in RULES.items())
    found = ci.segments(shop, given)
    assert found == ci.segments(shop, [Segment(n, r, f"{n}.") for n, r in RULES.items()])
    assert found.diff(*TWO).names == tuple(RULES)
    told = found.customers.provenance.definitions
    assert told["in loyal"] == "loyal. order_count >= 3"


def test_rules_of_every_form(shop: Any) -> None:
    """Text, JSON and rules are one; a rule keeps its own catalog."""
    made = ci.rule("order_count >= 3")
    forms: list[Any] = ["order_count >= 3", made, made.to_json()]
    for rule in forms:
        assert ci.segments(shop, {"loyal": rule}).sizes == {"loyal": 38}
    mixed: dict[str, Any] = {"a": made, "b": 'in_segment("A") and total_spent > 0'}
    both = ci.segments(shop, mixed)
    assert both.sizes["b"] == 38


def test_circles_are_refused_with_their_path(shop: Any) -> None:
    """Segments may name each other, but not come back to themselves."""
    rules = {
        "A": 'in_segment("b")',
        "B": 'order_count > 1 and in_segment("c")',
        "C": 'in_segment("a")',
    }
    with pytest.raises(InvalidValue, match=r"defined by each other.*b -> c -> a -> b"):
        ci.segments(shop, rules)
    with pytest.raises(InvalidValue, match=r"defined by each other.*a -> a"):
        ci.segments(shop, {"A": 'not in_segment("A")'})


def test_of_many_rules_the_wrong_one_is_named(shop: Any) -> None:
    """Whatever is wrong with it: what cannot be read, what it names, what it is."""
    asked: Any
    for asked, error, told in (
        (
            "order_cuont > 1",
            RuleError,
            "In 'bad' there is no trait named 'order_cuont'.*\n.*\n  \\^",
        ),
        (5, InvalidValue, "In 'bad' the rule is no text: 5 was given"),
        ("", InvalidValue, "In 'bad' the rule of a Segment is no text that says something"),
        ("in_segment('x')", RuleError, "In 'bad' there is no segment named 'x'.*\n"),
        ("in_segment('rfm:x')", RuleError, "In 'bad' there is no segment named 'rfm:x'.*\n"),
        ({"rule": "units > 1"}, InvalidValue, "In 'bad' this is no rule in JSON"),
    ):
        with pytest.raises(error, match=told):
            ci.segments(shop, {"good": "order_count > 1", "bad": asked})
    with pytest.raises(RuleError, match="In 'bad' there is no trait"):
        ci.segments(shop, [Segment("good", "order_count > 1"), Segment("bad", "wampum > 1")])
    with pytest.raises(RuleError, match="In 'bad' there is no trait"):
        ci.rule("in_segment('good')", segments={"good": "order_count > 1", "bad": "wampum > 1"})


@pytest.mark.parametrize(
    ("rules", "error", "says"),
    [
        ({}, InvalidValue, "There are no segments.*at least one name"),
        ([], InvalidValue, "There are no segments"),
        ("order_count > 1", InvalidValue, "These are no segments: 'str'.*judges a single rule"),
        (5, InvalidValue, "These are no segments"),
        (["order_count > 1"], InvalidValue, "These are no segments"),
        ({"At-risk": "order_count > 1", "at risk": "order_count > 2"}, InvalidValue, "same name"),
        ([Segment("a", "order_count > 1")] * 2, InvalidValue, "same name"),
        ({"a": "order_cuont > 1"}, RuleError, "order_count"),
        ({"a": 5}, InvalidValue, "In 'a' the rule is no text"),
        ({5: "order_count > 1"}, InvalidValue, "name of a Segment is no text"),
        ({"value:a": "order_count > 1"}, InvalidValue, "cannot name a segment"),
        ({"a": 'in_segment("b")'}, RuleError, "In 'a' there is no segment named 'b'"),
    ],
)
def test_what_are_no_segments(shop: Any, rules: Any, error: Any, says: str) -> None:
    """Names and rules, each name once, each rule one that can be read."""
    with pytest.raises(error, match=says):
        ci.segments(shop, rules)


def test_arguments(shop: Any) -> None:
    """Each argument is what it says, and cuts are of the same money."""
    loyal = {"loyal": "order_count >= 3"}
    with pytest.raises(InvalidValue, match="exclusive of a Segments is neither True nor False"):
        ci.segments(shop, loyal, exclusive="yes")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="cuts"):
        ci.segments(shop, RULES, cuts=0.9)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="catalog"):
        ci.segments(shop, loyal, catalog=None)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="no order history"):
        ci.segments(None, loyal)  # type: ignore[arg-type]
    pounds = ci.cuts(ci.datasets.load_online_retail())
    with pytest.raises(Incompatible, match="currencies of the cuts"):
        ci.segments(shop, RULES, cuts=pounds)
    with pytest.raises(Incompatible, match="currencies of the cuts"):
        ci.tiers(shop, "value", cuts=pounds)
    with pytest.raises(InvalidValue, match=r"compare no customer with others.*recency"):
        ci.tiers(shop, "recency", cuts=ci.cuts(shop))
    with pytest.raises(NeedsCuts, match="percentile"):  # these lack what the rule asks
        ci.segments(shop, RULES, cuts=ci.cuts(shop))
    for found in (ci.tiers(shop, "recency"), ci.segments(shop, loyal)):
        with pytest.raises(InvalidValue, match="compare no customer with others"):
            found.cuts()


def test_questions_of_a_set(shop: Any) -> None:
    """Instants and dates ascend, names are known, overlapping segments have no migration."""
    found = ci.segments(shop, RULES)
    says = "later of the two instants comes first.*the earlier before the later, or both alike"
    with pytest.raises(InvalidValue, match=says):
        found.diff(*TWO[::-1])
    wrong: list[Any] = [[], TWO[::-1], [TWO[0]] * 2, TWO[0], None]
    for dates in wrong:
        for ask in (found.over, found.events):
            with pytest.raises(InvalidValue, match="no dates that ascend"):
                ask(dates)
    for name in ("other", "value:vip2", 5):
        with pytest.raises(UnknownName, match="no segment named"):
            found.members(name)  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="measure of an overlap"):
        found.overlap("money")
    with pytest.raises(InvalidValue, match=r"segments overlap.*exclusive=True"):
        _ = found.codes
    changes = found.diff(*TWO)
    with pytest.raises(InvalidValue, match="several to several"):
        changes.migration()
    with pytest.raises(InvalidValue, match="several to several"):
        changes.customers()
    with pytest.raises(UnknownName, match=r"way to move.*entered"):
        changes.members("VIP", "enter")
    stages = ci.lifecycle(shop).diff(*TWO)
    with pytest.raises(UnknownName, match="no segment named"):
        stages.customers(to="not yet known")
    with pytest.raises(UnknownName, match="measure of a migration"):
        stages.migration("people")
    with pytest.raises(InvalidValue, match="cuts"):
        found.diff(*TWO, cuts=TWO[0])


def test_nobody(shop: Any) -> None:
    """A history of nobody has empty segments and no shares."""
    nobody = shop.where(customers=np.zeros(shop.people, np.bool_))
    found = ci.segments(nobody, RULES, exclusive=True)
    assert set(found.sizes.values()) == {0}
    assert [row["share"] for row in found.to_dicts()] == [None] * 4
    assert [row["average_order_value"] for row in found.to_dicts()] == [None] * 4
    assert found.diff(*TWO).migration().to_dicts()[0]["VIP"] == 0
    assert not list(found.events(TWO))
    assert found.over(TWO).to_dicts()[0]["customers"] == 0
