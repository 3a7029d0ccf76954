"""What came out for every customer? One row each, in the order of the ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.fields import as_int, looked_up, refuse_different
from custinsights.domain.frozen import frozen
from custinsights.errors import Incompatible, InvalidValue, UnknownName
from custinsights.results.door import Pictured
from custinsights.results.freezing import frozen_array
from custinsights.results.provenance import PLURALS, Provenance, refuse_repeated
from custinsights.results.table import Column, Table, checked_rows

AnyArray: TypeAlias = npt.NDArray[Any]


@attrs.frozen(eq=False, repr=False)
class CustomerTable(Pictured):
    """Typed columns with one row per customer, in ascending order of the ids.

    Tables of disjoint customers merge with ``+``. `table` names the ids ``customer``.

    Parameters
    ----------
    ids
        k outside identities, ascending.
    columns
        Name -> `Column` of k values, in scaled integers where they are scaled.
    provenance
        Of what, as of when, by which definitions.
    title
        What the rows say.
    parts
        The first customer of every part in it.
    """

    ids: AnyArray = attrs.field(converter=frozen_array)
    columns: Mapping[str, Column] = attrs.field(converter=frozen)
    provenance: Provenance
    title: str = "customers"
    parts: frozenset[int | str] = frozenset()

    def __len__(self) -> int:
        """Return the number k of rows."""
        return len(self.ids)

    def column(self, name: str) -> Column:
        """Return a column by name, or raise `UnknownName`."""
        return looked_up("column of the table", name, self.columns)

    def __getitem__(self, name: str) -> AnyArray:
        """Return a column in natural units.

        Money and quantities come as float64 in major units and items, instants as
        ``datetime64[us]`` UTC with NaT, counts as int64, labels as objects with None.
        """
        column = self.column(name)
        if column.kind in ("money", "quantity"):
            return column.values / float(10**column.exponent)
        if column.kind == "instant":
            return column.values.astype("datetime64[us]")
        return column.values

    def minor(self, name: str) -> AnyArray:
        """Return a money or quantity column as int64 minor units or thousandths."""
        column = self.column(name)
        if column.kind not in ("money", "quantity"):
            raise InvalidValue(
                f"the column {name!r} is not kept in scaled whole numbers",
                column.kind,
                "a column of money or quantities",
            )
        return column.values

    def row(self, customer: int | str) -> dict[str, Any]:
        """Return one customer's row as a dict, as `to_dicts` gives it."""
        is_identity = isinstance(customer, str) or as_int(customer) is not None
        places = np.flatnonzero(self.ids == customer) if is_identity else np.empty(0, np.int64)
        if not len(places):
            raise UnknownName("customer", hidden_if_contact(customer), (), "ids lists them all")
        return self.take(places).to_dicts()[0]

    def take(self, rows: AnyArray) -> Self:
        """Return some rows."""
        chosen = checked_rows(rows, len(self))
        return attrs.evolve(
            self,
            ids=self.ids[chosen],
            columns={name: column.take(chosen) for name, column in self.columns.items()},
        )

    def __add__(self, other: CustomerTable) -> Self:
        """Merge with the table of other customers; the result is in the order of the ids."""
        if not isinstance(other, CustomerTable):
            return NotImplemented
        if self.columns.keys() != other.columns.keys():
            raise Incompatible(
                "the columns of the tables", tuple(self.columns), tuple(other.columns)
            )
        refuse_different("the tables", self.provenance, other.provenance, PLURALS)
        refuse_repeated(self.parts, other.parts)
        ids = joined(self.ids, other.ids)
        order = np.argsort(ids, kind="stable")
        said = [one for one in self.provenance.remarks if one in other.provenance.remarks]
        return attrs.evolve(
            self,
            provenance=attrs.evolve(self.provenance, remarks=tuple(said)),
            ids=ids[order],
            columns={
                name: _joined(column, other.columns[name]).take(order)
                for name, column in self.columns.items()
            },
            parts=self.parts | other.parts,
        )

    def __eq__(self, other: object) -> bool:
        """Tell whether two tables hold the same rows."""
        if not isinstance(other, CustomerTable):
            return NotImplemented
        return (
            self.provenance == other.provenance
            and self.ids.tolist() == other.ids.tolist()
            and self.columns.keys() == other.columns.keys()
            and all(_same(column, other.columns[name]) for name, column in self.columns.items())
        )

    def table(self) -> Table:
        """Return the rows with the ids under ``customer``."""
        return Table(
            self.title,
            [Column("customer", "label", self.ids.tolist()), *self.columns.values()],
            notes=self.provenance.notes(),
            timezone=self.provenance.calendar.timezone,
        )


def joined(first: AnyArray, second: AnyArray) -> AnyArray:
    """Concatenate two arrays of identities, of which an empty one has any type."""
    if not len(first) or not len(second):
        return second if not len(first) else first
    return np.concatenate([first, second])


def _joined(first: Column, second: Column) -> Column:
    return attrs.evolve(first, values=np.concatenate([first.values, second.values]))


def _same(first: Column, second: Column) -> bool:
    if first.kind != second.kind or first.unit != second.unit:
        return False
    if first.kind in ("number", "share"):
        return np.array_equal(first.values, second.values, equal_nan=True)
    return bool(first.values.tolist() == second.values.tolist())
