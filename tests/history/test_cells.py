"""Facts are added into cells exactly, however many cells there could be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import groupby
from statistics import median
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.errors import Incompatible, InvalidValue
from custinsights.history.columnar.columns import IntArray
from custinsights.history.kernels import cells
from custinsights.history.kernels.cells import CellTotals, count_values, one_cell, starts_of, whole
from custinsights.history.kernels.distribution import Distribution, GroupedValues
from custinsights.history.kernels.medians import median_per_group
from custinsights.history.kernels.tallies import Axis, Tallies, label_key

SIZES = (5, 2000, 1 << 40, 1 << 61)
DENSE = (1 << 21, 0)
FACTS = st.lists(st.tuples(st.integers(0, 4), st.integers(-(10**12), 10**12)), max_size=40)


def ints(values: Any) -> IntArray:
    """Return an int64 column."""
    return np.array(list(values), dtype=np.int64)


@contextmanager
def dense_up_to(size: int) -> Iterator[None]:
    """Keep totals in arrays only up to so many cells."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "DENSE_CELLS", size)
        yield


def spread(cell: int, size: int) -> int:
    """Spread five cells over all there could be."""
    return cell * ((size - 1) // 4)


def read(totals: CellTotals) -> dict[str, dict[int, int]]:
    """Return every total by cell."""
    found, sums = totals.finished("facts")
    return {
        name: dict(zip(found.tolist(), column.tolist(), strict=True))
        for name, column in sums.items()
    }


@pytest.mark.parametrize("dense", DENSE, ids=["dense", "sparse"])
@pytest.mark.parametrize("size", SIZES)
@given(batches=st.lists(FACTS, min_size=1, max_size=3))
def test_sums_and_counts(size: int, dense: int, batches: list[list[tuple[int, int]]]) -> None:
    """Totals are those of a dictionary, over several batches and threads' parts."""
    count: Counter[int] = Counter()
    total: Counter[int] = Counter()
    with dense_up_to(dense):
        merged = CellTotals(size)
        merged.touch("facts")
        for batch in batches:
            part = CellTotals(size)
            where = ints(spread(cell, size) for cell, _ in batch)
            part.count("facts", where)
            part.add("sum", where, ints(value for _, value in batch))
            merged += part
            count.update(where.tolist())
            for cell, value in zip(where.tolist(), batch, strict=True):
                total[cell] += value[1]
        found = read(merged)
    assert found["facts"] == dict(count)
    assert found.get("sum", {}) == {cell: total[cell] for cell in count}


@pytest.mark.parametrize("dense", DENSE, ids=["dense", "sparse"])
@pytest.mark.parametrize("size", SIZES)
@given(
    facts=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=40),
    is_sorted=st.booleans(),
)
def test_distinct_owners(
    size: int, dense: int, *, facts: list[tuple[int, int]], is_sorted: bool
) -> None:
    """An owner counts once in a cell, whether cells ascend or not, and however wide they are."""
    facts = sorted(facts) if is_sorted else sorted(facts, key=lambda fact: fact[0])
    where = ints(spread(cell, size) for _, cell in facts)
    with dense_up_to(dense):
        totals = CellTotals(size)
        totals.count("facts", where)
        starts = starts_of(ints(owner for owner, _ in facts))
        totals.count_distinct("owners", where, starts, never_falls=is_sorted)
        found = read(totals)
    expected = Counter(spread(cell, size) for _, cell in set(facts))
    assert found.get("owners", {}) == dict(expected)


@pytest.mark.parametrize("dense", DENSE, ids=["dense", "sparse"])
def test_many_runs_are_merged(dense: int) -> None:
    """More batches than are kept apart add up all the same."""
    with dense_up_to(dense):
        totals = CellTotals(10_000)
        for batch in range(200):
            totals.count("facts", ints([batch % 7, 9_999]))
        found = read(totals)["facts"]
    assert found == {**Counter(batch % 7 for batch in range(200)), 9_999: 200}


@pytest.mark.parametrize("dense", DENSE, ids=["dense", "sparse"])
@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u4", "?"])
def test_narrow_whole_numbers_do_not_overflow(kind: str, dense: int) -> None:
    """Values of any integer kind are added in 64 bits."""
    values = np.ones(1000, dtype=kind)
    if kind != "?":
        values *= 100
    with dense_up_to(dense):
        totals = CellTotals(3)
        where = np.zeros(1000, dtype=np.int64)
        totals.count("facts", where)
        totals.add("sum", where, values)
        assert read(totals)["sum"] == {0: 1000 if kind == "?" else 100_000}


@pytest.mark.parametrize("dense", DENSE, ids=["dense", "sparse"])
def test_facts_in_one_cell(dense: int) -> None:
    """Facts that all lie in one cell add up without being looked at one by one."""
    with dense_up_to(dense):
        totals = CellTotals(3)
        totals.count("facts", one_cell(1, 4))
        totals.add("sum", one_cell(1, 4), ints([1, 2, 3, -4]))
        totals.count_distinct("owners", one_cell(1, 4), ints([0, 3]), never_falls=True)
        assert read(totals) == {"facts": {1: 4}, "sum": {1: 2}, "owners": {1: 2}}


@pytest.mark.parametrize("values", [[1.0, 2.0], ["1", "2"], [[1, 2]], [1], [None, 1]])
def test_only_one_whole_number_per_fact(values: Any) -> None:
    """Floats would be truncated and other shapes spread: both are refused by name."""
    with pytest.raises(InvalidValue, match=r"'points'.*one whole number per fact.*minor units"):
        whole("points", np.array(values), 2)


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 1, 1 << 40]), st.sampled_from([-5, 0, 3, 1 << 50])),
        max_size=40,
    )
)
def test_values_are_counted(facts: list[tuple[int, int]]) -> None:
    """Distinct values of every cell, ascending, with how often each occurs."""
    where, value, count = count_values(ints(c for c, _ in facts), ints(v for _, v in facts))
    found = list(zip(where.tolist(), value.tolist(), count.tolist(), strict=True))
    assert found == [(*key, n) for key, n in sorted(Counter(facts).items())]


VALUES = st.lists(st.integers(-20, 20) | st.sampled_from([10**15, -(10**15)]), max_size=30)


@given(VALUES.filter(bool), st.sampled_from([0.0, 0.25, 0.5, 0.75, 0.9, 1.0]))
def test_quantiles(values: list[int], q: float) -> None:
    """The type-7 quantile from counts is NumPy's; the median the mean of the two middle values."""
    spread_out = Distribution.of(ints(values))
    grouped = GroupedValues(
        values=spread_out.values,
        counts=spread_out.counts,
        starts=ints([0]),
        places=ints([0]),
        rows=1,
    )
    [found] = grouped.quantile(q)
    assert (grouped.n.tolist(), grouped.total.tolist()) == ([len(values)], [sum(values)])
    assert found == pytest.approx(np.quantile(np.array(values), q), rel=1e-12)
    if q == 0.5:
        assert found == median(values)


def test_values_of_groups_in_rows() -> None:
    """Each group is told in its row; a row without a group has nothing, a hidden group no row."""
    grouped = GroupedValues(
        values=ints([1, 4, 7, -2]),
        counts=ints([1, 1, 2, 5]),
        starts=ints([0, 2, 3]),
        places=ints([3, -1, 0]),
        rows=4,
    )
    assert grouped.quantile(0.5)[[0, 3]].tolist() == [-2.0, 2.5]
    assert np.isnan(grouped.quantile(0.5)[[1, 2]]).all()
    assert grouped.n.tolist() == [5, 0, 0, 2]
    assert grouped.total.tolist() == [-10, 0, 0, 5]
    assert grouped.binned(ints([-2, 4])).tolist() == [[0, 5, 0], [0, 0, 0], [0, 0, 0], [0, 1, 1]]


def test_values_of_no_groups() -> None:
    """Without groups every row has nothing."""
    nothing = ints([])
    grouped = GroupedValues(values=nothing, counts=nothing, starts=nothing, places=nothing, rows=2)
    assert np.isnan(grouped.quantile(0.9)).tolist() == [True, True]
    assert grouped.n.tolist() == grouped.total.tolist() == [0, 0]
    assert grouped.binned(ints([1])).tolist() == [[0, 0], [0, 0]]


@given(VALUES, VALUES)
def test_distributions_merge(ours: list[int], theirs: list[int]) -> None:
    """The distribution of all is the sum of the parts', in either order."""
    one, other = Distribution.of(ints(ours)), Distribution.of(ints(theirs))
    whole_one = Distribution.of(ints(ours + theirs))
    assert one + other == whole_one == other + one
    counted = Counter(ours + theirs)
    assert whole_one.values.tolist() == sorted(counted)
    assert whole_one.counts.tolist() == [counted[value] for value in sorted(counted)]
    assert whole_one.total == len(ours + theirs)
    assert whole_one != Distribution.of(ints([*ours, *theirs, 1]))
    assert (one == 5) is False


@given(st.lists(VALUES, max_size=6))
def test_medians_of_groups(groups: list[list[int]]) -> None:
    """Each group has the median of its own values, an empty one none."""
    offsets = ints([0, *np.cumsum([len(group) for group in groups])])
    found = median_per_group(ints(v for group in groups for v in group), offsets).tolist()
    for group, value in zip(groups, found, strict=True):
        if group:
            assert value == pytest.approx(float(Fraction(median(group))))
        else:
            assert np.isnan(value)


LABELS = st.sampled_from([None, 3, 1, True, "b", "a", ""])
PARTS = st.lists(st.tuples(LABELS, st.integers(0, 3), st.integers(-9, 9)), max_size=12)


def tallies_of(part: list[tuple[Any, int, int]]) -> Tallies:
    """Return tallies of cells by a labelled axis and by an axis of numbers."""
    names = tuple({label: None for label, _, _ in part})
    codes = [ints(names.index(label) for label, _, _ in part), ints(n for _, n, _ in part)]
    values = ints(value for _, _, value in part)
    return Tallies.of([Axis("x", names), Axis("n")], codes, {"sum": values, "n": values * 0 + 1})


@given(PARTS, PARTS, PARTS)
def test_tallies_add_up(
    first: list[tuple[Any, int, int]],
    second: list[tuple[Any, int, int]],
    third: list[tuple[Any, int, int]],
) -> None:
    """Addition aligns labels, commutes, associates, and the empty tallies change nothing."""
    a, b, c = tallies_of(first), tallies_of(second), tallies_of(third)
    everything = tallies_of(first + second + third)
    assert (a + b) + c == everything == a + (b + c) == c + b + a
    assert a + tallies_of([]) == a == tallies_of([]) + a
    cells_of = list(zip(everything.labels_of("x"), everything.labels_of("n"), strict=True))
    assert cells_of == sorted(cells_of, key=lambda cell: (label_key(cell[0]), cell[1]))
    by_cell = {
        key: sum(value for *_, value in group)
        for key, group in groupby(
            sorted(first + second + third, key=lambda fact: (label_key(fact[0]), fact[1])),
            key=lambda fact: fact[:2],
        )
    }
    assert dict(zip(cells_of, everything.columns["sum"].tolist(), strict=True)) == by_cell


def test_tallies_of_other_questions_do_not_add_up() -> None:
    """Other axes or other columns are another question, and said so."""
    ours = tallies_of([("a", 1, 1)])
    other = Tallies.of([Axis("y", ("a",)), Axis("n")], [ints([0]), ints([1])], {"sum": ints([1])})
    with pytest.raises(Incompatible, match=r"n, sum by x, n.*sum by y, n"):
        _ = ours + other
    assert (ours == 3) is False
