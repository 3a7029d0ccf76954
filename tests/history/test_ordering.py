"""Rows lie customer by customer, in time order, in one order only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custinsights.history.columnar.columns import AnyArray, IntArray
from custinsights.history.columnar.ordering import lay_out, offsets_of, ragged_rows
from tests.history.plainly import columns
from tests.oracles.bridge import micros, to_history
from tests.oracles.facts import tie_key
from tests.oracles.hand import order as made
from tests.oracles.hand import shop as shop_of
from tests.oracles.shop import PlainLine, PlainOrder, PlainRefund, Shop
from tests.oracles.strategies import shops

RANDOM = settings(max_examples=150, suppress_health_check=list(HealthCheck))
GROUPS = st.sampled_from([0, 1, 2, 3, 1 << 30, 1 << 50, (1 << 62) - 1])
INSTANTS = st.sampled_from([0, 1, 2, 1_700_000_000_000_000, 1_700_000_000_000_001, -(1 << 55)])
ROWS = st.lists(st.tuples(GROUPS, INSTANTS, st.integers(0, 2), st.integers(0, 2)), max_size=60)


def ints(values: Any) -> IntArray:
    """Return an int64 column."""
    return np.array(list(values), dtype=np.int64)


def shuffled(shop: Shop, places: list[int]) -> Shop:
    """Return the shop with its orders in another order, refunds too."""
    moved = {old: new for new, old in enumerate(places)}
    refunds = [
        replace(refund, order=None if refund.order is None else moved[refund.order])
        for refund in shop.refunds
    ]
    orders = [shop.orders[place] for place in places]
    orders = [replace(order, lines=tuple(reversed(order.lines))) for order in orders]
    return replace(shop, orders=tuple(orders), refunds=tuple(reversed(refunds)))


@RANDOM
@given(rows=ROWS, dense=st.booleans())
def test_rows_lie_by_group_instant_and_what_settles_ties(
    *, rows: list[tuple[int, int, int, int]], dense: bool
) -> None:
    """The layout is what sorting the rows by all their keys gives, however wide the keys."""
    if dense:
        rows = [(group % 4, *rest) for group, *rest in rows]  # type: ignore[misc]
    group, instant, first, second = (ints(row[n] for row in rows) for n in range(4))

    def tie_breakers(tied: IntArray) -> list[AnyArray]:
        return [first.take(tied), second.take(tied)]

    layout = lay_out(group, instant, tie_breakers)
    assert [rows[place] for place in layout.rows.tolist()] == sorted(rows)
    assert layout.groups.tolist() == sorted(row[0] for row in rows)
    assert sorted(layout.rows.tolist()) == list(range(len(rows)))


@pytest.mark.parametrize("is_sorted", [True, False])
def test_only_ties_are_asked_for(*, is_sorted: bool) -> None:
    """What settles ties is looked at for rows of equal group and instant and for no others."""
    asked: list[list[int]] = []

    def tie_breakers(tied: IntArray) -> list[AnyArray]:
        asked.append(sorted(tied.tolist()))
        return [-tied]

    instants = ints([1, 2, 2, 3, 4] if is_sorted else [4, 2, 2, 3, 1])
    layout = lay_out(ints([0, 0, 0, 0, 1]), instants, tie_breakers)
    assert asked == [[1, 2]]
    expected = [0, 2, 1, 3, 4] if is_sorted else [2, 1, 3, 0, 4]
    assert layout.rows.tolist() == expected


def test_nearly_equal_instants_of_many_rows_are_told_apart() -> None:
    """Instants a microsecond apart in a span of decades lie right, though keys cannot hold both."""
    n = 5000
    random = np.random.default_rng(7)
    groups = random.integers(0, 3, n) * (1 << 20)
    instants = random.integers(0, 50, n) + np.where(random.random(n) < 0.5, 0, 1 << 60)
    layout = lay_out(groups, instants, lambda tied: [-tied])
    expected = sorted(range(n), key=lambda row: (groups[row], instants[row], -row))
    assert layout.rows.tolist() == expected


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5))))
def test_ragged_rows(stretches: list[tuple[int, int]]) -> None:
    """Stretches of rows come one after another, empty ones vanish."""
    starts, lengths = ints(s for s, _ in stretches), ints(n for _, n in stretches)
    expected = [start + i for start, length in stretches for i in range(length)]
    assert ragged_rows(starts, lengths).tolist() == expected


@given(st.lists(st.integers(0, 6)))
def test_offsets(groups: list[int]) -> None:
    """Group g of sorted groups lies at offsets[g] to offsets[g + 1]."""
    offsets = offsets_of(ints(sorted(groups)), 7).tolist()
    assert offsets == [sum(group < place for group in groups) for place in range(8)]


@RANDOM
@given(st.data())
def test_no_column_depends_on_the_order_of_the_rows(data: st.DataObject) -> None:
    """Shuffled orders, refunds and lines make the same history, ties included."""
    shop = data.draw(shops())
    places = data.draw(st.permutations(range(len(shop.orders))))
    assert columns(to_history(shop)) == columns(to_history(shuffled(shop, list(places))))


@RANDOM
@given(shops())
def test_orders_of_a_customer_lie_by_time_and_id(shop: Shop) -> None:
    """Each customer owns a stretch: (placed_at, id), without ids by what else the order holds."""
    history = to_history(shop)
    known = {order.customer for order in shop.orders} | {r.customer for r in shop.refunds}
    assert history.customer_ids.tolist() == sorted(known | shop.people.keys())
    for code, customer in enumerate(history.customer_ids.tolist()):
        part = slice(int(history.offsets[code]), int(history.offsets[code + 1]))
        theirs = [o for o in shop.orders if o.customer == customer and counts(shop, o)]
        theirs.sort(key=tie_key)
        expected = [(micros(order.placed_at), order.amount) for order in theirs]
        found = zip(history.placed_at[part], history.amount[part], strict=True)
        assert list(found) == expected
        if history.order_ids is not None:
            assert history.order_ids[part].tolist() == [order.id for order in theirs]


def counts(shop: Shop, order: PlainOrder) -> bool:
    """Whether the policy lets the order count, at any time."""
    return order.status in shop.counted_statuses and (order.amount != 0 or shop.zero_amount_counts)


def test_orders_without_ids_that_differ_only_in_what_hangs_on_them() -> None:
    """Ties are settled by refunds and lines too, so that no number depends on the file's order."""
    first = made("ada", "01-10", 9, lines=(PlainLine("a", 1000, 9),))
    second = made("ada", "01-10", 9, lines=(PlainLine("b", 1000, 9),))
    shop = shop_of(
        first,
        second,
        first,
        refunds=(PlainRefund("ada", first.placed_at, 4, order=2),),
        products={"a": {}, "b": {}},
    )
    expected = columns(to_history(shop))
    for places in ([2, 1, 0], [1, 0, 2], [1, 2, 0]):
        assert columns(to_history(shuffled(shop, places))) == expected
