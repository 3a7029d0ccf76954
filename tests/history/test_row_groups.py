"""Groups of rows know their first rows, sizes and sums, as a slow reading finds them."""

from collections import defaultdict
from collections.abc import Callable
from unittest import mock

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from custinsights.history.columnar.identities import ascending
from custinsights.history.columnar.row_groups import LoneRows, RowGroups, placed

Rows = list[tuple[int, int, int, bool]]


@given(
    st.lists(
        st.tuples(st.integers(-1, 3), st.integers(-1, 3000), st.integers(-9, 9), st.booleans()),
        max_size=12,
    )
)
def test_groups_agree_with_plain_loops(rows: Rows) -> None:
    """Grouping by several keys, firsts, any, sizes, sums, least and spread are exact."""
    columns = [np.array([row[at] for row in rows], dtype=np.int64) for at in range(3)]
    marked = np.array([row[3] for row in rows], dtype=np.bool_)
    groups = RowGroups.by(columns[0], columns[1])
    members: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for at, (first, second, _, _) in enumerate(rows):
        if first >= 0 and second >= 0:
            members[first, second].append(at)
        else:
            assert groups.codes[at] == -1

    firsts, of_marked = groups.first(), groups.first(marked)
    sizes, sums = groups.sizes(), groups.sums(columns[2])
    least = groups.least(columns[2], marked, 99)
    for found in members.values():
        [code] = {int(groups.codes[at]) for at in found}
        chosen = [at for at in found if marked[at]]
        assert firsts[code] == found[0]
        assert of_marked[code] == (chosen[0] if chosen else -1)
        assert groups.any(marked)[code] == bool(chosen)
        assert sizes[code] == len(found)
        assert groups.sizes(marked)[code] == len(chosen)
        assert sums[code] == sum(rows[at][2] for at in found)
        assert least[code] == min((rows[at][2] for at in chosen), default=99)
    assert sizes.sum() == sum(map(len, members.values()))
    spread = groups.spread(sums, default=77)
    for at in range(len(rows)):
        assert spread[at] == (77 if groups.codes[at] < 0 else sums[groups.codes[at]])


@given(st.lists(st.one_of(st.integers(-9, 9), st.integers(-(2**62), 2**62))))
def test_places_are_those_of_a_sort(numbers: list[int]) -> None:
    """Integers have their place among the distinct ones, whether these lie densely or not."""
    column = np.array(numbers, dtype=np.int64)
    codes, distinct = placed(column)
    assert distinct.tolist() == sorted(set(numbers))
    assert distinct.take(codes).tolist() == numbers


def test_dense_integers_are_counted_and_not_sorted() -> None:
    """Numbers that lie densely, as ids do, cost passes and no sort."""
    with mock.patch.object(np, "unique", side_effect=AssertionError("sorted")):
        assert placed(np.array([107, 100, 107]))[0].tolist() == [1, 0, 1]


def test_first_rows_are_found_once() -> None:
    """The first row of each group is asked for again and again, and found once."""
    groups = RowGroups(np.array([1, 0, 1, -1]), 2)
    assert groups.first() is groups.first()
    assert groups.first().tolist() == [1, 0]


def test_names_in_order_are_not_sorted_again() -> None:
    """Many names that are sorted already cost one comparison each."""
    names = [f"{at:06}" for at in range(1 << 15)]
    with mock.patch.object(np, "argsort", side_effect=AssertionError("sorted")):
        assert ascending(names).tolist() == list(range(1 << 15))
    assert ascending(["b", "a", ""]).tolist() == [2, 1, 0]


@given(st.lists(st.tuples(st.integers(-9, 9), st.booleans()), max_size=9))
def test_lone_rows_answer_like_groups_of_one_row_each(rows: list[tuple[int, bool]]) -> None:
    """Where each row is a group, everything that is asked has the answer of other groups."""
    n = len(rows)
    values = np.array([value for value, _ in rows], dtype=np.int64)
    marked = np.array([is_marked for _, is_marked in rows], dtype=np.bool_)
    plain, lone = RowGroups(np.arange(n), n), LoneRows(n)
    questions: list[Callable[[RowGroups], object]] = [
        lambda groups: groups.codes,
        lambda groups: groups.holds,
        lambda groups: groups.is_again,
        lambda groups: groups.first(),
        lambda groups: groups.first(marked),
        lambda groups: groups.any(marked),
        lambda groups: groups.sizes(),
        lambda groups: groups.sizes(marked),
        lambda groups: groups.sums(values),
        lambda groups: groups.of_first(values),
        lambda groups: groups.least(values, marked, 99),
        lambda groups: groups.spread(values, 77),
        lambda groups: groups.kept(marked).codes,
        lambda groups: groups.kept(marked).count,
    ]
    for ask in questions:
        expected, found = np.asarray(ask(plain)), np.asarray(ask(lone))
        assert found.dtype == expected.dtype
        assert found.tolist() == expected.tolist()


@given(st.lists(st.tuples(st.integers(-1, 3), st.booleans()), max_size=9))
def test_groups_that_are_kept_are_numbered_by_their_first_rows(
    rows: list[tuple[int, bool]],
) -> None:
    """Of the marked rows each group is numbered as it comes; rows after its first are again."""
    codes = np.array([code for code, _ in rows], dtype=np.int64)
    marked = np.array([is_marked for _, is_marked in rows], dtype=np.bool_)
    groups = RowGroups(codes, 4)
    numbers: dict[int, int] = {}
    kept = [
        numbers.setdefault(code, len(numbers)) if code >= 0 and is_marked else -1
        for code, is_marked in rows
    ]
    assert groups.kept(marked).codes.tolist() == kept
    assert groups.kept(marked).count == len(numbers)
    listed = codes.tolist()
    again = [code >= 0 and code in listed[:at] for at, code in enumerate(listed)]
    assert groups.is_again.tolist() == again


def test_keys_that_are_each_once_make_lone_rows() -> None:
    """Ids of which none is there twice, in any order, need no groups; others, and gaps, do."""
    assert isinstance(RowGroups.by(np.array([2, 0, 1])), LoneRows)
    assert isinstance(RowGroups.by(np.array([5_000, 0])), LoneRows)
    for codes in ([0, 1, 1], [0, -1, 1], [0, 2, -1]):
        assert not isinstance(RowGroups.by(np.array(codes)), LoneRows)


def test_numbers_that_rise_are_looked_up_nowhere() -> None:
    """Ids in ascending order, as orders have them, have the places of their rows."""
    ids = np.cumsum(np.arange(1, 70_000) % 7 + 1)
    with mock.patch(
        "custinsights.history.columnar.row_groups.gather", side_effect=AssertionError("asked")
    ):
        places, distinct = placed(ids)
    assert places.tolist() == list(range(len(ids)))
    assert distinct.tolist() == ids.tolist()
    assert not np.shares_memory(distinct, ids)
