"""What holds for segments and their moves, whatever the rules and whatever the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import reduce
from operator import add
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import Incompatible, NeedsCuts
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.testing.rows import Rows, in_another_order, under_other_names
from custinsights.testing.strategies import as_ofs, rows

LAWS = settings(max_examples=12, suppress_health_check=list(HealthCheck))
RULES = {
    "VIP": "percentile(total_spent) >= 0.7",
    "At-risk": "days_since_last_order >= 20",
    "abroad": 'customer_country != "US"',
    "VIP abroad": 'in_segment("vip") and in_segment("abroad")',
    "either": 'in_segment("VIP") or in_segment("abroad")',
    "good": 'in_segment("rfm:champions") or in_segment("value:vip")',
}
Maker = Callable[[OrderHistory, Any], Any]
EXCLUSIVE: dict[str, Maker] = {
    "rules": lambda h, at: ci.segments(h, RULES, exclusive=True, as_of=at),
    "lifecycle": lambda h, at: ci.lifecycle(h, as_of=at),
    "value": lambda h, at: ci.tiers(h, "value", as_of=at),
    "recency": lambda h, at: ci.tiers(h, "recency", as_of=at),
    "rfm": lambda h, at: ci.rfm(h, as_of=at).segments,
}
SETS: dict[str, Maker] = {
    **EXCLUSIVE,
    "overlapping": lambda h, at: ci.segments(h, RULES, as_of=at),
}
every_set = pytest.mark.parametrize("make", SETS.values(), ids=list(SETS))
every_exclusive_set = pytest.mark.parametrize("make", EXCLUSIVE.values(), ids=list(EXCLUSIVE))


def drawn(data: st.DataObject, count: int = 1) -> tuple[Rows, OrderHistory, list[Any]]:
    """Draw a shop, its history, and ascending instants."""
    shop = data.draw(rows())
    instants = data.draw(st.lists(as_ofs(shop), min_size=count, max_size=count))
    return shop, shop.history(), [to_datetime(at) for at in sorted(instants)]


def members(found: Any) -> dict[str, set[int | str]]:
    """Return who is in which segment."""
    return {name: set(found.members(name).ids.tolist()) for name in found.names}


@every_exclusive_set
@LAWS
@given(data=st.data())
def test_each_is_in_one_at_most(data: st.DataObject, make: Maker) -> None:
    """The sizes of exclusive segments and who is in none come to everybody in the set."""
    _, history, [as_of] = drawn(data)
    found = make(history, as_of)
    assert found.exclusive
    assert sum(found.sizes.values()) + found.sizes.none + found.excluded == len(found.customers)
    both = found.overlap().to_dicts()
    for row in both:
        name = row.pop("segment")
        assert row.pop(name) == found.sizes[name]
        assert not any(row.values())
    segment = found.customers.column("group" if found.space == "rfm" else "segment").values
    assert Counter(segment.tolist()) == Counter(
        {
            **{n: k for n, k in found.sizes.items() if k},
            **({None: k} if (k := found.sizes.none) else {}),
        }
    )


@LAWS
@given(data=st.data())
def test_overlaps_are_counted_out(data: st.DataObject) -> None:
    """|A or B| = |A| + |B| - |A and B|, by rules and by the matrix, which is symmetric."""
    _, history, [as_of] = drawn(data)
    found = ci.segments(history, RULES, as_of=as_of)
    both = {row["segment"]: row for row in found.overlap().to_dicts()}
    sizes = found.sizes
    assert both["VIP"]["abroad"] == sizes["VIP abroad"]
    assert sizes["either"] == sizes["VIP"] + sizes["abroad"] - sizes["VIP abroad"]
    for one in found.names:
        for other in found.names:
            assert both[one][other] == both[other][one] <= min(sizes[one], sizes[other])
    first = ci.segments(history, RULES, exclusive=True, as_of=as_of)
    assert first.sizes["VIP"] == sizes["VIP"]
    assert first.sizes["VIP abroad"] == 0
    assert first.sizes.none == sizes.none
    event(f"overlap: {sizes['VIP abroad'] > 0}")


@every_set
@LAWS
@given(data=st.data())
def test_nothing_moves_in_no_time(data: st.DataObject, make: Maker) -> None:
    """Between an instant and itself nobody enters and nobody leaves."""
    _, history, [as_of] = drawn(data)
    found = make(history, as_of)
    changes = found.diff(as_of, as_of)
    assert not any([*changes.entered.values(), *changes.left.values()])
    assert changes.stayed == found.sizes
    assert not list(found.events([as_of]))


@every_set
@LAWS
@given(data=st.data())
def test_what_enters_and_leaves_is_the_difference(data: st.DataObject, make: Maker) -> None:
    """Entered - left is the later size less the earlier; money of each segment is that of then."""
    _, history, [first, last] = drawn(data, 2)
    before, after = make(history, first), make(history, last)
    changes = after.diff(first, last)
    assert changes == before.diff(first, last)
    for name in after.names:
        gained = changes.entered[name] - changes.left[name]
        assert gained == after.sizes[name] - before.sizes[name]
        assert changes.stayed[name] + changes.left[name] == before.sizes[name]
    spent = [row["entered_spent"] + row["stayed_spent"] for row in changes.to_dicts()]
    assert spent == [row["total_spent"] for row in after.to_dicts()]
    event(f"moved: {any(changes.left.values())}")


@every_exclusive_set
@LAWS
@given(data=st.data())
def test_flows_sum_to_sizes_and_to_the_money_of_all(data: st.DataObject, make: Maker) -> None:
    """Rows of the migration are the sizes before, columns those after, money the total spent."""
    _, history, [first, last] = drawn(data, 2)
    changes = make(history, last).diff(first, last)
    before, after = make(history, first).sizes, make(history, last).sizes
    cells = {row.pop("from"): row for row in changes.migration().to_dicts()}
    assert {name: sum(cells[name].values()) for name in before} == before
    assert {name: sum(row[name] for row in cells.values()) for name in after} == after
    known = [len(ci.traits(history, "order_count", as_of=at)) for at in (first, last)]
    assert sum(cells["not yet known"].values()) == known[1] - known[0]
    assert sum(sum(row.values()) for row in cells.values()) == known[1] == len(changes.people)
    money = changes.migration("total_spent")
    total = sum(int(column.values.sum()) for column in money.columns[1:])
    assert total == ci.traits(history, "total_spent", as_of=last).minor("total_spent").sum()


@every_set
@LAWS
@given(data=st.data())
def test_events_replayed_are_the_last_set(data: st.DataObject, make: Maker) -> None:
    """From the segments of the first date the events lead to those of the last, in any halves."""
    _, history, instants = drawn(data, 4)
    dates = sorted(set(instants))
    found = make(history, dates[-1])
    inside = members(make(history, dates[0]))
    events = list(found.events(dates))
    for one in events:
        assert (one.customer in inside[one.segment]) == (one.kind == "left")
        (inside[one.segment].add if one.kind == "entered" else inside[one.segment].remove)(
            one.customer
        )
        if found.exclusive:
            assert sum(one.customer in people for people in inside.values()) <= 1
    assert inside == members(found)
    assert events == list(found.events(dates))
    middle = len(dates) // 2
    halves = [*found.events(dates[: middle + 1]), *found.events(dates[middle:])]
    assert events == halves
    event(f"events: {len(events) > 0}")


@every_set
@LAWS
@given(data=st.data())
def test_names_and_order_of_rows(data: st.DataObject, make: Maker) -> None:
    """Renaming customers renames members and movers; the order of the rows changes nothing."""
    shop, history, [first, last] = drawn(data, 2)
    found = make(history, last)
    other = make(in_another_order(shop, data.draw(st.integers(0, 999))).history(), last)
    assert other == found
    assert other.diff(first, last) == found.diff(first, last)
    renamed, new_name = under_other_names(shop, data.draw(st.integers(0, 999)))
    again = make(renamed.history(), last)
    expected = {name: {new_name[one] for one in inside} for name, inside in members(found).items()}
    assert members(again) == expected
    assert again.to_dicts() == found.to_dicts()
    ours, theirs = found.diff(first, last), again.diff(first, last)
    assert ours.to_dicts() == theirs.to_dicts()
    for name in found.names:
        moved = {new_name[one] for one in ours.members(name).ids.tolist()}
        assert set(theirs.members(name).ids.tolist()) == moved


@LAWS
@given(data=st.data())
def test_parts_merge_by_the_cuts_of_all(data: st.DataObject) -> None:
    """Judged by the cuts of all, parts merge to the whole; without them a part cannot be judged."""
    _, history, [as_of] = drawn(data)
    assume(history.people > 1)
    analysis = ci.Segments(RULES, data.draw(st.booleans()), as_of)
    whole = analysis(history)
    parts = history.partition(3)
    with pytest.raises(NeedsCuts, match=r"percentile.*judges a customer against all"):
        analysis.summarise(parts[0])
    judged = attrs.evolve(analysis, cuts=whole.cuts(as_of))
    merged = judged.finish(reduce(add, [judged.summarise(part) for part in parts]))
    assert merged == whole
    assert merged.to_dicts() == whole.to_dicts()
    others = attrs.evolve(analysis, cuts=attrs.evolve(whole.cuts(as_of), customers=10_000))
    with pytest.raises(Incompatible, match=r"cut points.*pass cuts="):
        _ = judged.summarise(parts[0]) + others.summarise(parts[1])


@every_set
@LAWS
@given(data=st.data(), factor=st.sampled_from((3, 100)))
def test_scale_of_money(data: st.DataObject, make: Maker, factor: int) -> None:
    """Prices that are so many times as high put the same customers into the same segments."""
    shop, history, [first, last] = drawn(data, 2)
    dearer = attrs.evolve(
        shop,
        orders=attrs.evolve(shop.orders, amount=shop.orders.amount * factor),
        refunds=attrs.evolve(shop.refunds, amount=shop.refunds.amount * factor),
    ).history()
    ours, theirs = make(history, last), make(dearer, last)
    assert members(ours) == members(theirs)
    for one, other in zip(ours.to_dicts(), theirs.to_dicts(), strict=True):
        assert one["total_spent"] * factor == other["total_spent"]
        assert one["customers"] == other["customers"]
    assert ours.diff(first, last).entered == theirs.diff(first, last).entered


@LAWS
@given(data=st.data())
def test_fixed_cuts_leave_moves_to_the_customers(data: st.DataObject) -> None:
    """By fixed cuts nobody leaves the VIPs whose total spent did not fall."""
    _, history, [first, last] = drawn(data, 2)
    found = ci.tiers(history, "value", as_of=last)
    changes = found.diff(first, last, cuts=found.cuts(first))
    spent = ci.traits(history, "total_spent", as_of=first)
    then = dict(zip(spent.ids.tolist(), spent.minor("total_spent").tolist(), strict=True))
    left = changes.members("VIP", "left")
    for customer, now in zip(left.ids.tolist(), left.minor("total_spent").tolist(), strict=True):
        still = ci.traits(history, "order_count", as_of=last).row(customer)["order_count"]
        assert now < then[customer] or not still
    own = found.diff(first, last, cuts=None)
    assert own == found.diff(first, last)
