"""Segments and their moves agree with the plain oracle, on random rules over random shops."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.domain.money import minor_exponent
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.tree import Condition, Not, every
from custinsights.history.orders import OrderHistory
from tests.oracles.bridge import to_history
from tests.oracles.segments import PlainSet
from tests.oracles.shop import Shop
from tests.oracles.strategies import as_ofs, shops
from tests.oracles.test_rules_agree import rules

MANY = settings(max_examples=60, suppress_health_check=list(HealthCheck))
NAMES = ("Big", "at-risk", "Third", "Fourth")


class Drawn:
    """A shop, its history, rules of which one names others, exclusive or not."""

    def __init__(self, data: st.DataObject) -> None:
        self.shop: Shop = data.draw(shops())
        self.history: OrderHistory = to_history(self.shop)
        trees = data.draw(st.lists(rules(), min_size=1, max_size=3))
        self.one = data.draw(st.booleans())
        self.trees: dict[str, Condition] = dict(zip(NAMES, trees, strict=False))
        self.texts = {name: written(tree) for name, tree in self.trees.items()}
        if len(trees) > 1:
            self.trees["of others"] = every((trees[0], Not(trees[1])))
            self.texts["of others"] = 'in_segment("BIG") and not in_segment("at risk")'
        self.instants = sorted(data.draw(st.lists(as_ofs(self.shop), min_size=3, max_size=3)))

    def found(self, as_of: datetime) -> Any:
        """What the library finds."""
        return ci.segments(self.history, self.texts, exclusive=self.one, as_of=as_of)

    def plain(self, as_of: datetime) -> PlainSet:
        """What the oracle finds."""
        decimals = minor_exponent(self.history.currency)
        return PlainSet(self.shop, as_of, decimals, self.trees, one=self.one)


def agree(found: Any, expected: Any) -> None:
    """Hold a row against the oracle's."""
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        if isinstance(found[name], float):
            assert found[name] == pytest.approx(float(value), rel=1e-12, abs=1e-12), name
        else:
            shown = Fraction(found[name]) if isinstance(value, Fraction) else found[name]
            assert shown == value, name


@MANY
@given(data=st.data())
def test_who_is_in_and_what_they_spent(data: st.DataObject) -> None:
    """Members, sizes, the table and the overlap are those of the plain rules."""
    drawn = Drawn(data)
    as_of = drawn.instants[0]
    found, plain = drawn.found(as_of), drawn.plain(as_of)
    assert set(found.customers.ids.tolist()) == plain.known
    for name, inside in plain.members.items():
        assert set(found.members(name).ids.tolist()) == inside
        assert found.mask(name).sum() == found.sizes[name] == len(inside)
    nowhere = plain.known - set().union(*plain.members.values())
    assert found.sizes.none == len(nowhere)
    for row, name in zip(found.to_dicts(), plain.members, strict=True):
        agree(row, plain.row(name))
    both, share = found.overlap().to_dicts(), found.overlap("share").to_dicts()
    for first, one in plain.members.items():
        [row] = [row for row in both if row["segment"] == first]
        [part] = [row for row in share if row["segment"] == first]
        for second, other in plain.members.items():
            assert row[second] == len(one & other)
            expected = None if not one else pytest.approx(len(one & other) / len(one))
            assert part[second] == expected
    event(f"somebody in some: {bool(len(plain.known) - len(nowhere))}, exclusive: {drawn.one}")


@MANY
@given(data=st.data())
def test_who_moved_and_with_how_much(data: st.DataObject) -> None:
    """Entered, left, stayed and every flow, in people and in the money of the later instant."""
    drawn = Drawn(data)
    first, _, last = drawn.instants
    before, after = drawn.plain(first), drawn.plain(last)
    changes = drawn.found(last).diff(first, last)
    assert set(changes.people.ids.tolist()) == after.known
    for row, name in zip(changes.to_dicts(), after.members, strict=True):
        were, are = before.members[name], after.members[name]
        ways = {"entered": are - were, "left": were - are, "stayed": were & are}
        assert (row["before"], row["after"]) == (len(were), len(are))
        for way, people in ways.items():
            assert row[way] == getattr(changes, way)[name] == len(people)
            assert Fraction(row[f"{way}_spent"]) == after.spent(people)
            assert set(changes.members(name, way).ids.tolist()) == people
    if drawn.one:
        count, money = (changes.migration(what).to_dicts() for what in ("customers", "total_spent"))
        for row, cells in zip(count, money, strict=True):
            for to in (*after.members, "none"):
                moved = {
                    c for c in after.known if (before.place(c), after.place(c)) == (row["from"], to)
                }
                assert row[to] == len(moved)
                assert Fraction(cells[to]) == after.spent(moved)
                behind = changes.customers(from_=row["from"], to=to)
                assert set(behind.ids.tolist()) == moved


@MANY
@given(data=st.data())
def test_history_and_events(data: st.DataObject) -> None:
    """Every date has the sizes of then; events are the differences from date to date."""
    drawn = Drawn(data)
    dates = sorted(set(drawn.instants))
    plain = [drawn.plain(at) for at in dates]
    found = drawn.found(dates[-1])
    rows = found.over(dates).to_dicts()
    expected = [
        (at, one, name) for at, one in zip(dates, plain, strict=True) for name in drawn.trees
    ]
    for row, (at, one, name) in zip(rows, expected, strict=True):
        assert row.pop("as_of").astimezone(UTC) == at  # a repeated hour equals none elsewhere
        agree(row, one.row(name))
    events = [(e.customer, e.segment, e.kind, e.at.astimezone(UTC)) for e in found.events(dates)]
    assert len(events) == len(set(events))
    moved = set()
    for one, other, at in zip(plain, plain[1:], dates[1:], strict=False):
        for name in drawn.trees:
            were, are = one.members[name], other.members[name]
            moved |= {(c, name, "entered", at) for c in are - were}
            moved |= {(c, name, "left", at) for c in were - are}
    assert set(events) == moved
    assert [at for *_, at in events] == sorted(at for *_, at in events)


def test_the_stages_are_those_of_the_transitions() -> None:
    """On the gallery the migration of the lifecycle is what `transitions` counts."""
    shop = ci.datasets.gallery(activities=True)
    instants = ("2023-06-01", "2024-01-01")
    moved = ci.lifecycle(shop).diff(*instants).migration().to_dicts()
    found = {(row["from"].lower(), to): n for row in moved for to, n in row.items() if to != "from"}
    for row in ci.transitions(shop, *instants).to_dicts():
        assert found.pop((row["before"].lower(), row["after"])) == row["people"]
    assert set(found.values()) == {0}


@pytest.mark.covers("A15", "A16", "A17", "A18")
def test_real_customers() -> None:
    """Tiers and groups of real orders have their published sizes, by rules too."""
    retail = ci.datasets.load_online_retail()
    sizes = {"value": [433, 2_605, 1_301], "frequency": [2_010, 835, 1_494]}
    for kind, expected in {**sizes, "recency": [2_876, 594, 869]}.items():
        tiers = ci.tiers(retail, kind)
        assert list(tiers.sizes.values()) == expected
        rules = {name: f'in_segment("{kind}:{name}")' for name in tiers.names}
        by_rules = ci.segments(retail, rules, exclusive=True)
        assert by_rules.sizes == tiers.sizes
        assert by_rules.table().column("total_spent").values.tolist() == (
            tiers.table().column("total_spent").values.tolist()
        )
    groups = ci.rfm(retail).segments
    assert list(groups.sizes.values()) == [919, 720, 942, 335, 99, 1_324]
    assert groups.table().column("orders").values.sum() == ci.measure(retail, "orders")["orders"][0]
    moved = groups.diff("2011-06-01", "2011-12-10")
    cells = moved.migration().to_dicts()
    by_column = {to: sum(row[to] for row in cells) for to in (*groups.names, "none")}
    assert by_column == {**groups.sizes, "none": len(moved.people) - 4_339}
