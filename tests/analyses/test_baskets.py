"""What is bought together: by hand, by the plain facts, by real orders, and by hostile ones."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.products.baskets import Basketing
from custinsights.errors import Incompatible, InvalidValue, MissingData, UnknownName
from custinsights.history.kernels import itemsets
from custinsights.history.kernels.baskets import BasketCounts
from custinsights.history.kernels.itemsets import frequent_sets
from custinsights.results.itemsets import BETWEEN, Itemsets
from tests.oracles.bridge import to_history
from tests.oracles.dimensions import line_label
from tests.oracles.facts import View
from tests.oracles.hand import ADA_AND_BO, order, shop
from tests.oracles.plain import wilson
from tests.oracles.shop import PlainLine
from tests.oracles.strategies import as_ofs, shops, windows

MANY = settings(max_examples=60, suppress_health_check=list(HealthCheck))


def of(customer: str, day: str, *products: str) -> Any:
    """Return an order of one of each."""
    lines = tuple(PlainLine(product, 1000, 100) for product in products)
    return order(customer, day, 100, lines=lines)


TEA = to_history(
    shop(
        *(of(f"a{n}", "01-10", "tea", "pot") for n in range(3)),
        of("a0", "01-11", "tea", "pot", "cup", "tea"),  # twice in one order is once in its basket
        of("b0", "01-10", "tea"),
        of("b1", "01-10", "pot"),
        *(of(f"c{n}", "01-10", "cup") for n in range(2)),
        of("d", "02-10", "mug"),
        order("none", "01-10", 5),  # an order without lines is no basket
        products={name: {} for name in ("tea", "pot", "cup", "mug")},
    )
)


@pytest.mark.covers("M61")
def test_by_hand() -> None:
    """Of nine baskets five hold tea, five a pot and four both: lift 4 · 9 ÷ (5 · 5)."""
    found = ci.baskets(TEA, least_support=0.2)
    assert (found.baskets, found.sets) == (9, [("cup",), ("pot",), ("tea",), ("pot", "tea")])
    assert [row["orders"] for row in found.singles().to_dicts()] == [5, 5, 3]
    assert found.orders_with("tea") == 5
    assert found.orders_with(["tea", "pot"]) == 4
    (pair,) = found.to_dicts()
    assert (pair["together"], pair["size"], pair["orders"]) == ("pot + tea", 2, 4)
    assert (pair["support"], pair["small"]) == (4 / 9, True)
    assert (pair["low"], pair["high"]) == tuple(map(pytest.approx, wilson(4, 9)))
    assert pair["lift"] == pytest.approx(36 / 25)
    first, second = found.rules().to_dicts()
    assert (first["bought"], first["also"]) == ("pot", "tea")
    assert (second["bought"], second["also"]) == ("tea", "pot")
    assert (first["n"], first["orders"], first["confidence"]) == (5, 4, 0.8)
    assert (first["low"], first["high"]) == tuple(map(pytest.approx, wilson(4, 5)))
    assert (first["expected"], first["lift"]) == (5 / 9, 36 / 25)
    assert first["leverage"] == pytest.approx(4 / 9 - 25 / 81)
    assert first["conviction"] == pytest.approx((4 / 9) / 0.2)


def test_conviction_of_what_never_fails() -> None:
    """Where everybody who bought one bought the other, conviction has no value: it is not 0."""
    certain = ci.baskets(TEA, least_support=0, least_orders=1).rules(bought=["cup", "pot"])
    (rule,) = certain.to_dicts()
    assert (rule["also"], rule["confidence"], rule["conviction"]) == ("tea", 1.0, None)


@pytest.mark.covers("M62")
def test_bundles_by_hand() -> None:
    """Pot and tea: 4 orders where 25/9 were to be expected, in 4 of the 5 with the commoner."""
    (bundle,) = ci.baskets(TEA, least_support=0.2).bundles().to_dicts()
    assert (bundle["bundle"], bundle["orders"], bundle["cohesion"]) == ("pot + tea", 4, 0.8)
    assert bundle["expected"] == pytest.approx(25 / 9)
    assert bundle["extra"] == pytest.approx(4 - 25 / 9)
    rare = ci.baskets(TEA, least_support=0, least_orders=1)
    assert ("cup", "tea") in rare.sets
    told = {row["bundle"] for row in rare.bundles(least_lift=0).to_dicts()}
    assert told == {"pot + tea", "cup + pot + tea"}  # cup + tea comes with a pot every time


def test_complements_are_surely_above_chance() -> None:
    """A complement's lower bound lies above the share of all: heart and drawer knobs, both ways."""
    found = ci.baskets(ci.datasets.load_online_retail())
    rows = found.complements("85123A").to_dicts()
    assert {row["bought"] for row in rows} == {"85123A"}
    assert [row["also"] for row in rows][:2] == ["22804", "21733"]
    assert all(row["low"] > row["expected"] for row in rows)
    everything = {(row["bought"], row["also"]) for row in found.complements().to_dicts()}
    assert {("85123A", row["also"]) for row in rows} < everything
    of_two = found.rules().to_dicts()
    assert everything == {
        (row["bought"], row["also"])
        for row in of_two
        if BETWEEN not in row["bought"] and row["low"] > row["expected"]
    }


def baskets_of(
    view: View, by: str, window: tuple[Any, Any] | None, made: Any
) -> list[frozenset[str]]:
    """Return the labels of every counted order of a window that has lines."""
    inside = [
        one
        for one in (made.orders[position] for position in view.counted)
        if one.lines and (window is None or window[0] <= one.placed_at < window[1])
    ]
    labels = [{line_label(view, by, line.product) for line in one.lines} for one in inside]
    return [frozenset(str(one) for one in found if one is not None) for found in labels]


@MANY
@given(st.data())
def test_as_the_plain_facts(data: st.DataObject) -> None:
    """Every set that enough baskets hold is there and no other, and every rule is the plain one."""
    made = data.draw(shops().filter(lambda made: bool(made.products)))
    as_of = data.draw(as_ofs(made))
    window = data.draw(windows(made, as_of))
    by = data.draw(st.sampled_from(("product", "category", "department")))
    support = data.draw(st.sampled_from((0.0, 0.1, 0.34, 1.0)))
    least, longest = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 4))
    plain = baskets_of(View(made, as_of), by, window, made)
    labels = sorted({label for basket in plain for label in basket})
    expected = {
        some: count
        for size in range(1, longest + 1)
        for some in combinations(labels, size)
        if (count := sum(basket >= {*some} for basket in plain)) >= least
        and count >= Fraction(str(support)) * len(plain)
    }
    found = ci.baskets(
        to_history(made),
        by,
        least_support=support,
        least_orders=least,
        longest=longest,
        window=window,
        as_of=as_of,
    )
    assert found.baskets == len(plain)
    assert dict(zip(found.sets, found.orders.tolist(), strict=True)) == expected
    rules = {}
    for some, both in expected.items():
        for many in range(1, len(some)):
            for then in combinations(some, many):
                first = tuple(one for one in some if one not in then)
                n, others = expected[first], expected[then]
                rules[BETWEEN.join(first), BETWEEN.join(then)] = (n, both, both / n, others)
    rows = found.rules(most_consequents=longest).to_dicts()
    assert {
        (row["bought"], row["also"]): (
            row["n"],
            row["orders"],
            row["confidence"],
            round(row["expected"] * len(plain)),
        )
        for row in rows
    } == rules
    lifts = [row["lift"] for row in rows]
    assert lifts == sorted(lifts, reverse=True)
    for row in rows:
        n, both, others = row["n"], row["orders"], round(row["expected"] * len(plain))
        assert row["lift"] == pytest.approx(both * len(plain) / (n * others))
        assert row["leverage"] == pytest.approx(
            both / len(plain) - n * others / len(plain) ** 2, abs=1e-12
        )


@MANY
@given(
    baskets=st.lists(st.sets(st.integers(0, 7)), max_size=12),
    at_once=st.integers(1, 9),
    room=st.sampled_from((0, 4)),
)
def test_in_many_steps(baskets: list[set[int]], at_once: int, room: int) -> None:
    """How much is worked on at once, and whether cells are dense, changes nothing."""
    counts = counted(baskets)
    whole = frequent_sets(counts, 2, 8, 1000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(itemsets, "_AT_ONCE", at_once)
        patch.setattr(itemsets, "_ROOM", room)
        patch.setattr(itemsets, "_FEW", 0)
        stepwise = frequent_sets(counts, 2, 8, 1000)
    for name in ("parents", "items", "orders"):
        assert getattr(stepwise, name).tolist() == getattr(whole, name).tolist()


def counted(baskets: list[set[int]]) -> BasketCounts:
    """Return baskets of whole numbers as the kernel takes them."""
    lengths = np.array([len(basket) for basket in baskets], dtype=np.int64)
    codes = np.array([one for basket in baskets for one in sorted(basket)], dtype=np.int64)
    return BasketCounts.of(range(8), [(lengths, codes, np.ones(len(baskets), dtype=np.int64))])


@MANY
@given(data=st.data(), baskets=st.lists(st.sets(st.integers(0, 7)), max_size=12))
def test_larger_sets_are_rarer(data: st.DataObject, baskets: list[set[int]]) -> None:
    """A set is in no more orders than any part of it; a smaller threshold only adds sets."""
    least = data.draw(st.integers(1, 4))
    few, many = (told(frequent_sets(counted(baskets), n, 8, 9999)) for n in (least + 1, least))
    assert few.items() <= many.items()
    for some, count in many.items():
        for left_out in range(len(some)):
            part = some[:left_out] + some[left_out + 1 :]
            assert not part or many[part] >= count


def told(found: Any) -> dict[tuple[int, ...], int]:
    """Return sets and their orders."""
    sets: list[tuple[int, ...]] = []
    for parent, item in zip(found.parents.tolist(), found.items.tolist(), strict=True):
        sets.append((*(sets[parent] if parent >= 0 else ()), item))
    return dict(zip(sets, found.orders.tolist(), strict=True))


def test_an_order_of_ten_thousand_lines() -> None:
    """A huge order neither takes long nor makes sets that few orders hold; two are refused."""
    everything = [f"p{n:05d}" for n in range(10_000)]
    small = [f"p{n:05d}" for n in range(3)]
    baskets = [everything, small, small, ["p09999"]]
    found = ci.baskets(written(baskets), least_support=0.01)
    assert found.sets[-1] == ("p00000", "p00001", "p00002")
    assert found.orders.tolist() == [3, 3, 3, 2, 3, 3, 3, 3]
    with pytest.raises(InvalidValue, match=r"more than 1,000,000 of them in 2 orders or more each"):
        ci.baskets(written([everything, everything]))


def written(baskets: list[list[str]]) -> Any:
    """Return a history of one order for each basket."""
    rows = [(f"o{place}", product) for place, held in enumerate(baskets) for product in held]
    return ci.read_frame(
        {
            "order_id": [row[0] for row in rows],
            "customer": [row[0] for row in rows],
            "placed_at": ["2024-01-05"] * len(rows),
            "product": [row[1] for row in rows],
            "quantity": [1] * len(rows),
            "unit_price": ["1.00"] * len(rows),
        },
        currency="EUR",
        timezone="Europe/Paris",
    )


@pytest.mark.covers("M61")
def test_real_orders() -> None:
    """Online Retail at 1 %: as many sets and rules as mlxtend's fpgrowth and association_rules."""
    retail = ci.datasets.load_online_retail()
    found = ci.baskets(retail, longest=20)
    assert (found.baskets, len(found)) == (18_536, 1031)
    assert len(found.rules(most_consequents=20)) == 1120
    assert found.orders_with(["22386", "85099B"]) == 546
    orders = ci.measure(retail, "orders", by="product").to_dicts()
    often = {(row["product"],): row["orders"] for row in orders if row["orders"] >= 186}
    single = {some: n for some, n in zip(found.sets, found.orders, strict=True) if len(some) == 1}
    assert often == single


def test_what_cannot_be_asked_is_refused() -> None:
    """Wrong bounds, labels of orders, histories without lines, unknown things say so."""
    for wrong in (-0.1, 1.5, True, "1%", float("nan")):
        with pytest.raises(InvalidValue, match="least support is wrong"):
            ci.baskets(TEA, least_support=wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="number of orders is wrong"):
        ci.baskets(TEA, least_orders=0)
    with pytest.raises(InvalidValue, match="number of things in a set is wrong"):
        ci.baskets(TEA, longest=0)
    with pytest.raises(InvalidValue, match="label of order lines"):
        ci.baskets(TEA, "country")
    with pytest.raises(MissingData, match="order lines"):
        ci.baskets(to_history(ADA_AND_BO))
    found = ci.baskets(TEA, least_support=0.2)
    with pytest.raises(UnknownName, match=r"no product named 'poot'.*'pot'"):
        found.complements("poot")
    with pytest.raises(InvalidValue, match=r"cup \+ tea.*Ask for baskets with a smaller"):
        found.orders_with(["cup", "tea"])
    with pytest.raises(InvalidValue, match="least confidence is wrong"):
        found.rules(least_confidence=-1)
    with pytest.raises(InvalidValue, match="things that follow"):
        found.rules(most_consequents=0)
    one, two = (Basketing(by).summarise(TEA) for by in ("product", "category"))
    with pytest.raises(Incompatible, match="dimensions of the questions differ"):
        _ = one + two


def test_nothing_bought() -> None:
    """Without orders there are no sets, no rules and no bundles, and no error."""
    found = ci.baskets(TEA, as_of="2023-01-01")
    assert (found.baskets, len(found), found.sets) == (0, 0, [])
    for table in (found.table(), found.singles(), found.rules(), found.bundles()):
        assert table.to_dicts() == []
    assert found == ci.baskets(TEA, as_of="2023-01-01") != ci.baskets(TEA)
    assert isinstance(found, Itemsets)


def test_a_part_is_added_once() -> None:
    """A state remembers of which parts it is, also after adding: none of them is added again."""
    one, other = (Basketing().summarise(part) for part in TEA.partition(2))
    with pytest.raises(InvalidValue, match="counted twice"):
        (one + other) + other


def test_the_number_of_an_order_is_no_thing() -> None:
    """What is bought is no count of orders, though orders have it as a label."""
    with pytest.raises(InvalidValue, match=r"label of order lines or of orders.*order_number"):
        ci.cross_sell_gaps(TEA, by="order_number")
