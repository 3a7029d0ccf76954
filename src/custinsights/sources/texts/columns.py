"""A column as it comes: texts coded by their distinct values, or values that have a type already.

Everything that must be done to a text is done once for each distinct one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.history.columnar.amounts import distinct
from custinsights.history.columnar.columns import AnyArray, BoolArray, CodeArray, Labels
from custinsights.history.columnar.identities import ascending
from custinsights.history.columnar.row_groups import coded
from custinsights.history.columnar.threads import gather


@attrs.frozen(eq=False, slots=False)
class Texts:
    """A column of texts.

    Parameters
    ----------
    codes
        int32[n], an index into `names`.
    names
        The texts; the empty one stands for a blank cell. Some may be in no row, and where most
        cells of a column differ some may be there twice: `distinct` sees to that.
    is_distinct
        Whether it is known that no text is there twice.
    """

    codes: CodeArray
    names: Sequence[str]
    is_distinct: bool = False

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Code texts."""
        return cls(*distinct(texts), is_distinct=True)

    @classmethod
    def same(cls, text: str, n: int) -> Texts:
        """Return a column of n times one text."""
        return cls(np.zeros(n, dtype=np.int32), [text])

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def is_blank(self) -> BoolArray:
        """bool[n], where the cell is empty."""
        return ~self.where(bool)

    @cached_property
    def stripped(self) -> Texts:
        """The column without blanks around the texts."""
        return self.renamed(list(map(str.strip, self.names)))

    def has(self, text: str) -> bool:
        """Tell whether some text may contain another one."""
        return text in "".join(self.names)

    def where(self, holds: Callable[[str], bool]) -> BoolArray:
        """Return bool[n], where something holds of the text."""
        told = np.fromiter(map(holds, self.names), np.bool_, len(self.names))
        if told.all() or not told.any():
            return np.full(len(self), len(told) > 0 and told[0])
        return told.take(self.codes)

    def having(self, text: str) -> BoolArray:
        """Return bool[n], where another text is in the text."""
        return self.where(lambda one: text in one)

    def of_each(self, values: Sequence[object], dtype: npt.DTypeLike) -> AnyArray:
        """Return the value of each row, given the value of each distinct text."""
        if not len(self.names):
            return np.empty(len(self), dtype=dtype)
        return np.array(values, dtype=dtype).take(self.codes)

    def mapped(self, change: Callable[[str], str]) -> Texts:
        """Return the column with every text changed; equal results become one."""
        return self.renamed(list(map(change, self.names)))

    def renamed(self, names: list[str]) -> Texts:
        """Return the column with other names in the places of its own."""
        if names == self.names:
            return self
        return Texts(self.codes, names).distinct()

    def distinct(self) -> Texts:
        """Return the column with every text in one place, so that equal texts are equal codes."""
        if self.is_distinct:
            return self
        places, names = distinct(self.names)
        if len(names) == len(self.names):
            return attrs.evolve(self, is_distinct=True)
        return Texts(places.take(self.codes), names, is_distinct=True)

    def take(self, rows: AnyArray) -> Texts:
        """Return the texts in some rows."""
        return attrs.evolve(self, codes=self.codes.take(rows))

    def or_else(self, other: Texts) -> Texts:
        """Return the column with its blank cells filled from another."""
        codes = np.where(self.is_blank, other.codes + np.int32(len(self.names)), self.codes)
        return Texts(codes, [*self.names, *other.names]).distinct()

    def used(self) -> Texts:
        """Return the column with the names that stand in some row, and no other."""
        is_used = np.zeros(len(self.names), dtype=np.bool_)
        is_used[self.codes] = True
        if is_used.all():
            return self
        table = np.cumsum(is_used, dtype=np.int32) - np.int32(1)
        names = [name for name, used in zip(self.names, is_used.tolist(), strict=True) if used]
        return attrs.evolve(self, codes=table.take(self.codes), names=names)

    def labels(self) -> Labels:
        """Return the column as labels, blank cells as missing."""
        column = self.used().distinct()
        order = ascending(column.names)
        names = tuple(map(column.names.__getitem__, order.tolist()))
        blanks = 1 if names[:1] == ("",) else 0
        table = np.empty(len(names), dtype=np.int32)
        table[order] = np.arange(-blanks, len(names) - blanks)
        return Labels(gather(table, column.codes) if names else column.codes, names[blanks:])

    def array(self) -> AnyArray:
        """Return the texts themselves, object[n]."""
        return self.of_each(list(self.names), object)


@attrs.frozen(eq=False)
class Values:
    """A column of typed values, as Parquet and frames have them.

    Parameters
    ----------
    array
        [n] integers, floats, datetime64 or objects.
    missing
        bool[n], where there is no value.
    is_instant
        Whether datetime64 values are instants (UTC) and not times on some wall clock.
    """

    array: AnyArray
    missing: BoolArray
    is_instant: bool = False

    @classmethod
    def of(cls, array: AnyArray) -> Values:
        """Return an array as a column; NaN, NaT and None are missing."""
        if array.dtype.kind == "f":
            missing = np.isnan(array)
        elif array.dtype.kind in "mM":
            missing = np.isnat(array)
        elif array.dtype.kind == "O":
            missing = np.fromiter(map(_is_missing, array.tolist()), np.bool_, len(array))
        else:
            missing = np.zeros(len(array), dtype=np.bool_)
        return cls(array, missing)

    def __len__(self) -> int:
        return len(self.array)

    def take(self, rows: AnyArray) -> Values:
        """Return the values in some rows."""
        return attrs.evolve(self, array=self.array.take(rows), missing=self.missing.take(rows))

    def filled(self) -> AnyArray:
        """Return the values, 0 where they are missing."""
        return np.where(self.missing, 0, self.array) if self.missing.any() else self.array

    def texts(self) -> Texts:
        """Return the values as texts: whole floats without a point, missing ones blank."""
        if self.array.dtype.kind in "iuf":
            codes, values = coded(self.filled())
            names = [_number_text(value) for value in values.tolist()]
            blank = np.where(self.missing, np.int32(len(names)), codes)
            return Texts(blank, [*names, ""], is_distinct=True)
        return Texts.of(
            "" if is_missing else _number_text(item)
            for item, is_missing in zip(self.array.tolist(), self.missing.tolist(), strict=True)
        )


Cells: TypeAlias = Texts | Values


def one_below_another(columns: Sequence[Cells]) -> Cells:
    """Return several columns as one; columns of different types become texts."""
    typed = [column for column in columns if isinstance(column, Values)]
    kinds = {(column.array.dtype.kind, column.is_instant) for column in typed}
    if len(typed) == len(columns) and len(kinds) == 1:
        return Values(
            np.concatenate([column.array for column in typed]),
            np.concatenate([column.missing for column in typed]),
            is_instant=typed[0].is_instant,
        )
    texts = [column.texts() if isinstance(column, Values) else column for column in columns]
    starts = np.cumsum([0, *(len(column.names) for column in texts)])
    codes = [column.codes + np.int32(start) for column, start in zip(texts, starts, strict=False)]
    names = [name for column in texts for name in column.names]
    return Texts(np.concatenate(codes), names).distinct()


def _is_missing(item: object) -> bool:
    try:
        return item is None or bool(item != item)  # noqa: PLR0124 - NaN and NaT are not themselves
    except TypeError:  # the NA of pandas is neither itself nor another
        return True
    except ValueError:  # an array in the place of a value
        return False


def _number_text(value: object) -> str:
    """A value as people write it: whole floats, as frames make of ids with gaps, as integers."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
