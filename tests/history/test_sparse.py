"""Tables that are mostly empty do what full ones do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from custinsights.history.kernels.sparse import Sparse, best, last_of_each, strongest, united

numbers = st.sampled_from((0.0, 0.0, 0.25, 1.0, 2.0, -1.0))


def tables(rows: int, width: int) -> st.SearchStrategy[np.ndarray]:
    """Return full tables, of which most cells are 0."""
    return arrays.arrays(np.float64, (rows, width), elements=numbers)


def sparse(laid: np.ndarray) -> Sparse:
    """Return the sparse table of a full one, out of cells in another order."""
    rows, columns = (place[::-1] for place in np.nonzero(laid))
    return Sparse.summed(rows, columns, laid[rows, columns], laid.shape)


@given(tables(4, 3), tables(3, 5), tables(2, 3))
def test_products_are_those_of_full_tables(
    one: np.ndarray, other: np.ndarray, beside: np.ndarray
) -> None:
    """Products, sums and the tables laid out are what NumPy says of the full tables."""
    held = sparse(one)
    assert (held.full() == one).all()
    assert (held.transposed().full() == one.T).all()
    assert held.times(sparse(other)) == pytest.approx(one @ other)
    assert (held.meeting(sparse(other)) == (one != 0).astype(int) @ (other != 0)).all()
    gathered = held.gathered(beside)
    assert gathered == pytest.approx(beside @ (one != 0).T)
    others, rows = np.indices((2, 4))[:, ::-1].reshape(2, -1)
    assert held.gathered(beside, (others, rows)).tolist() == gathered[others, rows].tolist()
    assert held.sums == pytest.approx(one.sum(axis=1))
    most = one.max(axis=1)
    assert (held.largest == np.where(most > 0, most, 1.0)).all()
    assert held.totals == pytest.approx(one.sum(axis=0))
    assert held.counts.tolist() == np.count_nonzero(one, axis=0).tolist()


@given(tables(4, 3), st.lists(st.integers(0, 3)), st.integers(0, 4), st.integers(0, 4))
def test_rows_are_taken(one: np.ndarray, rows: list[int], low: int, high: int) -> None:
    """`take` and `part` hold the rows asked for; `united` lays parts below each other."""
    held = sparse(one)
    places = np.array(rows, dtype=np.int64)
    assert (held.take(places).full() == one[places]).all()
    low, high = sorted((low, high))
    assert (held.part(low, high).full() == one[low:high]).all()
    parts = [held.part(0, low), held.part(low, high), held.part(high, 4)]
    assert (united(parts, 3).full() == one).all()
    assert (united([], 3).full() == np.zeros((0, 3))).all()


def test_cells_that_are_told_twice_add_up() -> None:
    """What falls into one cell is added."""
    rows, columns = np.array([1, 1, 0]), np.array([1, 1, 0])
    held = Sparse.summed(rows, columns, np.array([1.5, 2, 4]), (2, 2))
    assert held.full().tolist() == [[4.0, 0.0], [0.0, 3.5]]


def are_the_best(laid: np.ndarray, most: int, above: float) -> bool:
    """Tell whether the best of each row are found, equal ones by their columns."""
    rows, columns = best(laid, most, above=above)
    return list(zip(rows.tolist(), columns.tolist(), strict=True)) == [
        (row, column)
        for row, numbers in enumerate(laid.tolist())
        for _, column in sorted((-number, at) for at, number in enumerate(numbers))[:most]
        if numbers[column] > above
    ]


@given(tables(3, 6), st.integers(1, 7))
def test_the_best_are_the_largest_by_place(laid: np.ndarray, most: int) -> None:
    """The largest numbers come first, equal ones by their columns, above a bound."""
    assert are_the_best(laid, most, -np.inf)
    assert are_the_best(laid, most, -0.5)


@given(st.integers(0, 99), st.sampled_from((3, 50, 1_000_000)), st.integers(1, 5))
def test_wide_rows_have_the_same_best(seed: int, values: int, most: int) -> None:
    """Rows of many columns, with many ties or none, are judged as narrow ones are."""
    laid = np.random.default_rng(seed).integers(-1, values, (3, 400)).astype(np.float64)
    assert are_the_best(laid, most, -np.inf)
    assert are_the_best(laid, most, 0.0)


@given(tables(3, 6), st.integers(1, 7))
def test_the_strongest_are_positive(laid: np.ndarray, most: int) -> None:
    """Of each row the largest positive numbers stay where they are, and nothing else does."""
    kept = strongest(laid, most).full()
    for row, left in zip(laid, kept, strict=True):
        order = [at for _, at in sorted((-x, at) for at, x in enumerate(row) if x > 0)][:most]
        assert {at: row[at] for at in order} == {at: left[at] for at in np.flatnonzero(left)}


@given(st.lists(st.integers(0, 3)))
def test_the_last_of_each_key_is_found(keys: list[int]) -> None:
    """Each key's last row, by key."""
    last = {key: at for at, key in enumerate(keys)}
    expected = [last[key] for key in sorted(last)]
    for far in (0, -7, 1 << 61):  # also keys that do not fit beside a row
        assert last_of_each(np.array(keys, dtype=np.int64) + far).tolist() == expected


def test_blocks_cover_the_rows_and_are_not_too_large() -> None:
    """Stretches follow each other without gaps; a row that is too much work stands alone."""
    rng = np.random.default_rng(3)
    held = sparse((rng.random((50, 40)) < 0.3).astype(float))
    wide = Sparse.summed(np.arange(40), np.arange(40), np.ones(40), (40, 1 << 15))
    cuts = list(held.blocks_for(wide))
    assert [low for low, _ in cuts] == [0, *(high for _, high in cuts[:-1])]
    assert cuts[-1][1] == 50
    assert max(high - low for low, high in cuts) == 4
