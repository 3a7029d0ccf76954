"""Who lives near a place? A customer table that says how many it could not place."""

from __future__ import annotations

from typing import Self

import attrs

from custinsights.errors import counted
from custinsights.results.customer_table import CustomerTable
from custinsights.results.table import Table


@attrs.frozen(eq=False, repr=False)
class NearbyCustomers(CustomerTable):
    """The people within a radius, in the order of their ids.

    Columns: distance_km, located_by (``address``, or ``place`` for the coordinates of a gazetteer),
    customer_city, order_count, total_spent.

    Parameters
    ----------
    unlocated
        How many people nobody could place: they may live near or far.
    """

    unlocated: int = attrs.field(kw_only=True)

    def __add__(self, other: CustomerTable) -> Self:
        """Merge with those of other customers."""
        if not isinstance(other, NearbyCustomers):
            return NotImplemented
        return attrs.evolve(super().__add__(other), unlocated=self.unlocated + other.unlocated)

    def table(self) -> Table:
        """Return the rows, with how many people could not be placed."""
        table = super().table()
        people = counted(self.unlocated, "person", "people")
        notes = (*table.notes, f"{people} without coordinates: near or far, nobody knows.")
        return attrs.evolve(table, notes=notes) if self.unlocated else table
