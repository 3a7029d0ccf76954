"""Tables turned for a screen: rows and cells move, numbers stay."""

import numpy as np

from custinsights.presentation.report.views import (
    labelled,
    ranked,
    share_of,
    spread,
    stacked,
    unrepeated,
    with_last,
    without,
    without_unlabelled,
)
from custinsights.results.table import Column, Table


def _mix() -> Table:
    return Table(
        "mix",
        [
            Column("month", "label", ["01", "01", "02", "02"], provisional=[0, 0, 1, 1]),
            Column("type", "label", [None, "new", "new", "back"]),
            Column("n", "count", [0, 3, 2, 4]),
            Column("money", "money", [-5, 30, 20, 40], exponent=2),
        ],
    )


def test_spread_puts_labels_across() -> None:
    """One row per month; a cell that is not there is missing, a label of zeros has no column."""
    words = {"new": "new", "back": "returning", None: "other"}
    table = spread(_mix(), "type", words, ["n", "money"])
    assert table.names == (
        "month",
        "new n",
        "returning n",
        "new money",
        "returning money",
        "other money",
    )
    first, second = table.to_dicts()
    assert (first["new n"], first["returning n"], second["returning n"]) == (3, None, 4)
    assert str(first["other money"]) == "-0.05"
    assert second["other money"] is None
    marks = table.column("month").provisional
    assert marks is not None
    assert marks.tolist() == [False, True]


def test_spread_of_nothing() -> None:
    """No rows stay no rows."""
    assert len(spread(_mix().take([]), "type", {"new": "new"}, ["n"])) == 0


def test_ranked_keeps_the_order_of_equals() -> None:
    """The largest first, equal ones as they came, missing ones not at all."""
    values = Column("n", "count", [1, 3, 3, 9], missing=[False, False, False, True])
    table = Table("t", [Column("a", "label", ["w", "x", "y", "z"]), values])
    assert ranked(table, "n", 2).column("a").values.tolist() == ["x", "y"]


def test_shares_are_of_the_sum_of_their_own_column() -> None:
    """Rows below zero are in the whole as they are in the column, so that shares add up to 1."""
    table = share_of(Table("t", [Column("m", "money", [300, 150, -50])]), "m", "part")
    assert table.column("part").values.tolist() == [0.75, 0.375, -0.125]


def test_shares_of_nothing_are_missing() -> None:
    """Nothing has no parts."""
    table = share_of(Table("t", [Column("n", "count", [0, 0])]), "n", "part")
    assert table.column("part").absent.all()


def test_labels_are_joined_by_value() -> None:
    """A text beside each label; without any texts no column at all."""
    table = Table("t", [Column("id", "label", ["a", "b"]), Column("n", "count", [1, 2])])
    assert labelled(table, "id", "title", {"a": "Mug"}).to_dicts() == [
        {"id": "a", "title": "Mug", "n": 1},
        {"id": "b", "title": None, "n": 2},
    ]
    assert labelled(table, "id", "title", {}) is table


def test_unlabelled_rows_leave() -> None:
    """Only the first label decides."""
    table = Table("t", [Column("a", "label", [None, 1]), Column("b", "label", ["x", None])])
    assert without_unlabelled(table).to_dicts() == [{"a": 1, "b": None}]


def test_stacked_tables_keep_their_keys() -> None:
    """Each row tells from which table it came; on a screen only the first of them does."""
    one = Table("t", [Column("s", "label", ["x", "y"]), Column("n", "count", [1, 2])])
    table = stacked({"a": one, "b": one.take([0])}, "kind")
    assert table.column("kind").values.tolist() == ["a", "a", "b"]
    assert table.column("n").values.tolist() == [1, 2, 1]
    assert unrepeated(table, "kind").column("kind").values.tolist() == ["a", "", "b"]


def test_a_last_row_is_added() -> None:
    """Columns that it does not name are missing in it, and it is not provisional."""
    rate = Column("1", "share", [0.5, np.nan], provisional=[True, False])
    table = Table("t", [Column("c", "label", ["x", "y"]), Column("n", "count", [1, 2]), rate])
    last = with_last(table, {"c": "mean", "1": 0.5})
    assert last.to_dicts()[-1] == {"c": "mean", "n": None, "1": 0.5}
    marks = last.column("1").provisional
    assert marks is not None
    assert marks.tolist() == [True, False, False]


def test_without_drops_a_column() -> None:
    """The other columns stay."""
    assert without(_mix(), "n").names == ("month", "type", "money")
