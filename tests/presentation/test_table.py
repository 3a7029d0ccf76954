"""What a table accepts, and what it tells about itself."""

import numpy as np
import pytest

from custinsights.errors import InvalidValue, UnknownName
from custinsights.results.table import KINDS, NO_INSTANT, Column, Table


def test_a_column_never_rounds() -> None:
    """Floats are refused where an exact integer is carried: money is in minor units already."""
    with pytest.raises(InvalidValue, match="money column 'revenue' cannot hold"):
        Column("revenue", "money", [10.5])


def test_flags_are_no_counts() -> None:
    """A bool array in a count column is a mistake of the caller, not ones and zeros."""
    with pytest.raises(InvalidValue, match="count column"):
        Column("n", "count", [True])


def test_small_integers_widen() -> None:
    """Whatever int64 holds exactly is welcome."""
    column = Column("n", "count", np.array([1, 2], dtype=np.int32))
    assert column.values.dtype == np.int64


def test_an_unknown_kind_names_the_known_ones() -> None:
    """A misspelt kind is told the nearest one."""
    with pytest.raises(UnknownName, match="Did you mean 'money'"):
        Column("n", "mony", [1])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_may_be_empty(kind: str) -> None:
    """No rows is an ordinary result, whatever the kind."""
    assert len(Column("x", kind, [])) == 0


def test_masks_have_one_value_per_row() -> None:
    """A mask of another length is refused and named."""
    with pytest.raises(InvalidValue, match="missing of the column 'n'"):
        Column("n", "count", [1, 2], missing=[True])


def test_units_have_one_value_per_row() -> None:
    """Units of another length are refused, and they stay with their rows."""
    with pytest.raises(InvalidValue, match="units of the column 'n'"):
        Column("n", "number", [1.0, 2.0], units=["days"])
    column = Column("n", "number", [1.0, 2.0], units=["days", "GBP"]).take([1])
    assert column.units is not None
    assert column.units.tolist() == ["GBP"]


def test_values_are_one_dimensional() -> None:
    """A column is no matrix."""
    with pytest.raises(InvalidValue, match="one per row"):
        Column("n", "count", np.zeros((2, 2), dtype=np.int64))


def test_values_cannot_be_changed_through_the_column() -> None:
    """A finished result stays as it was computed; the caller's own array stays writable."""
    mine = np.array([1, 2])
    column = Column("n", "count", mine)
    with pytest.raises(ValueError, match="read-only"):
        column.values[0] = 7
    mine[0] = 3


def test_absent_joins_the_mask_and_the_values() -> None:
    """None, NaN and the no-instant are missing without a mask; the mask adds to them."""
    assert Column("a", "label", ["x", None]).absent.tolist() == [False, True]
    assert Column("a", "number", [np.nan, 1.0], [False, True]).absent.tolist() == [True, True]
    assert Column("a", "instant", [NO_INSTANT, 0]).absent.tolist() == [True, False]
    assert Column("a", "count", [0, 0], [False, True]).absent.tolist() == [False, True]


def test_columns_have_one_length() -> None:
    """A ragged table is refused."""
    with pytest.raises(InvalidValue, match="differ in length"):
        Table("t", [Column("a", "count", [1]), Column("b", "count", [1, 2])])


def test_each_name_appears_once() -> None:
    """Two columns of one name would overwrite each other in every export."""
    with pytest.raises(InvalidValue, match="'a'"):
        Table("t", [Column("a", "count", [1]), Column("a", "count", [1])])


def test_an_unknown_column_is_told_the_nearest(table: Table) -> None:
    """A misspelt column name gets an answer that helps."""
    with pytest.raises(UnknownName, match="Did you mean 'revenue'"):
        table.column("revenu")


def test_take_keeps_masks_with_their_rows(table: Table) -> None:
    """Chosen rows keep what was missing in them."""
    assert table.take([2, 0]).column("revenue").absent.tolist() == [True, False]


def test_a_table_without_columns_has_no_rows() -> None:
    """Nothing asked, nothing shown."""
    assert len(Table("t", [])) == 0
