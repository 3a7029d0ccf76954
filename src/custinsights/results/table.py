"""What does any result look like once it is only rows and columns?

Every result, whatever its shape, hands out a `Table`: named, typed columns of one length, in the
scaled integers in which they were computed. Presentation knows tables and nothing else, so a new
analysis has its exports, its `repr` and its place in the report for free.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.fields import (
    any_text,
    as_tuple,
    flag,
    instance,
    looked_up,
    members,
    named,
    shown_text,
    text,
)
from custinsights.errors import InvalidValue, counted
from custinsights.results.door import Presented

__all__ = ["KINDS", "NO_INSTANT", "Column", "Table", "checked_rows"]

#: What a column can hold; the numpy type that carries each.
KINDS: dict[str, str] = {
    "label": "object",
    "count": "int64",
    "money": "int64",
    "quantity": "int64",
    "number": "float64",
    "share": "float64",
    "instant": "int64",
    "flag": "bool",
}

#: The instant that stands for "none" in a column of microseconds.
NO_INSTANT = int(np.iinfo(np.int64).min)


def _mask(mask: npt.ArrayLike | None) -> npt.NDArray[np.bool_] | None:
    return None if mask is None else np.asarray(mask, dtype=bool)


def _array(values: Sequence[object] | npt.NDArray[Any]) -> npt.NDArray[Any]:
    return values if isinstance(values, np.ndarray) else _objects(as_tuple(values))


def _objects(values: Sequence[object]) -> npt.NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _carried(name: str, kind: str, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The values in the type of their kind, read-only; never rounded."""
    carrier = np.dtype(KINDS[kind])
    if carrier.kind == "O":
        array = values.view() if values.dtype.kind == "O" else _objects(values.tolist())
    else:
        array = np.asarray(values.tolist()) if values.dtype.kind == "O" else values
        if array.size == 0:
            array = array.astype(carrier)
        mixes_flags = (array.dtype.kind == "b") != (carrier.kind == "b")
        if mixes_flags or not np.can_cast(array.dtype, carrier):
            raise InvalidValue(
                f"the {kind} column {name!r} cannot hold these values",
                array.dtype,
                f"an array that {carrier} holds exactly",
            )
        array = array.astype(carrier, copy=False).view()
    array.flags.writeable = False
    return array


def _one_per_row(name: str, what: str, array: npt.NDArray[Any], rows: int) -> None:
    if array.shape != (rows,):
        raise InvalidValue(
            f"the {what} of the column {name!r} are not one per row",
            array.shape,
            f"an array of the shape ({rows},)",
        )


@attrs.frozen(eq=False, repr=False)
class Column:
    """One named column of a table, in the scaled integers in which it was computed.

    Parameters
    ----------
    name : str
        The name under which every export shows the column.
    kind : str
        One of ``label`` (str, int or None), ``count``, ``money`` (minor units), ``quantity``
        (thousandths), ``number``, ``share`` (float64), ``instant`` (microseconds UTC), ``flag``.
    values : array
        One value per row; int64, float64, bool or object after its kind. Read-only.
    missing : array of bool, optional
        True where there is no value. None labels, NaN and `NO_INSTANT` are missing anyway.
    unit : str, default ""
        What one is one of: ``"GBP"``, ``"days"``, ``"items"``. A number whose unit is a currency
        is a quotient of money in major units.
    exponent : int, default 0
        Decimals of the scaled integer: the currency's for money, three for quantities.
    provisional : array of bool, optional
        True where only part of the value's period is known: it is not over, or had begun before
        the observation did; shown with a mark.
    units : sequence of str, optional
        For numbers that stand for different things in each row, what each is one of; ``"share"``
        shows as percent.
    """

    name: str = attrs.field(validator=shown_text)
    kind: str = attrs.field(validator=named("kind of column", tuple(KINDS)))
    values: npt.NDArray[Any] = attrs.field(converter=_array)
    missing: npt.NDArray[np.bool_] | None = attrs.field(default=None, converter=_mask)
    unit: str = attrs.field(default="", validator=any_text)
    exponent: int = 0
    provisional: npt.NDArray[np.bool_] | None = attrs.field(default=None, converter=_mask)
    units: npt.NDArray[Any] | None = attrs.field(
        default=None, converter=attrs.converters.optional(_array)
    )

    def __attrs_post_init__(self) -> None:
        rows = len(self.values)
        _one_per_row(self.name, "values", self.values, rows)
        for what in ("missing", "provisional", "units"):
            if (given := getattr(self, what)) is not None:
                _one_per_row(self.name, what, given, rows)
        object.__setattr__(self, "values", _carried(self.name, self.kind, self.values))

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return f"Column({self.name!r}, {self.kind!r}, {counted(len(self), 'row')})"

    @property
    def absent(self) -> npt.NDArray[np.bool_]:
        """True where the column has no value, for whichever reason."""
        if self.kind == "label":
            absent = np.fromiter((v is None for v in self.values), bool, count=len(self))
        elif self.kind in ("number", "share"):
            absent = np.isnan(self.values)
        elif self.kind == "instant":
            absent = self.values == NO_INSTANT
        else:
            absent = np.zeros(len(self), dtype=bool)
        return absent if self.missing is None else absent | self.missing

    def take(self, rows: npt.ArrayLike) -> Column:
        """The same column with the given rows only, in the given order."""
        chosen = np.asarray(rows, dtype=np.int64)
        return attrs.evolve(
            self,
            values=self.values[chosen],
            missing=None if self.missing is None else self.missing[chosen],
            provisional=None if self.provisional is None else self.provisional[chosen],
            units=None if self.units is None else self.units[chosen],
        )


def checked_rows(rows: npt.ArrayLike, size: int) -> npt.NDArray[np.int64]:
    """Return rows as whole numbers; refuse those that a table of that size does not have."""
    found = np.asarray(rows)
    is_whole = found.dtype.kind in "iu" or not found.size
    if not is_whole or found.ndim != 1 or np.any((found < -size) | (found >= size)):
        given = f"rows from {found.min()} to {found.max()}" if is_whole else str(found.dtype)
        raise InvalidValue(
            f"a table of {counted(size, 'row')} is asked for rows that it does not have",
            given,
            f"a list of whole numbers, from 0 to {size - 1}" if size else "no rows",
            "" if is_whole else "Of a mask take numpy.flatnonzero(mask)",
        )
    return found.astype(np.int64)


def _alike(table: Table, _attribute: attrs.Attribute[Any], columns: tuple[Column, ...]) -> None:
    lengths = sorted({len(column) for column in columns})
    if len(lengths) > 1:
        raise InvalidValue(
            f"the columns of the table {table.title!r} differ in length", lengths, "one length"
        )
    names = [column.name for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidValue(
            f"the table {table.title!r} names columns twice", twice, "each name once"
        )


@attrs.frozen(eq=False, repr=False)
class Table(Presented):
    """Finished rows and columns, ready to be shown or exported.

    Parameters
    ----------
    title : str
        What the rows say, in a few words.
    columns : sequence of Column
        All of one length, each name once.
    notes : sequence of str, default ()
        What a reader has to know to read the numbers right: the window, as_of, what is left out.
    timezone : str, default "UTC"
        The IANA zone in which instants are shown.
    in_full : bool, default False
        Whether text shows all rows and the whole labels, however long the lines become.

    Examples
    --------
    >>> table = Table(
    ...     "Revenue",
    ...     [
    ...         Column("year", "label", ["2010", "2011"]),
    ...         Column("revenue", "money", [57120, 123456], unit="GBP", exponent=2),
    ...     ],
    ... )
    >>> table.to_dicts()[1]
    {'year': '2011', 'revenue': Decimal('1234.56')}
    """

    title: str = attrs.field(validator=any_text)
    columns: tuple[Column, ...] = attrs.field(
        converter=as_tuple, validator=[members(instance(Column)), _alike]
    )
    notes: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    timezone: str = attrs.field(default="UTC", validator=text)
    in_full: bool = attrs.field(default=False, validator=flag)

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def table(self) -> Table:
        """A table shows itself."""
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; `UnknownName` tells the nearest ones."""
        return looked_up("column", name, {column.name: column for column in self.columns})

    def take(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> Table:
        """The same table with the given rows only, in the given order."""
        chosen = checked_rows(rows, len(self))
        return attrs.evolve(self, columns=tuple(column.take(chosen) for column in self.columns))
