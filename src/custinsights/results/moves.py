"""Who moved from which stage to which? People by where they were and where they are."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.fields import looked_up
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.freezing import frozen_array
from custinsights.results.intervals import wilson
from custinsights.results.shares import shares
from custinsights.results.table import Column, Table


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Moves(Presented):
    """People by the stage at which they were and the one at which they are.

    Parameters
    ----------
    customers
        A row per person, with the labels ``before`` and ``after``.
    earlier, later
        The stages before and after, in order.
    people
        int64[earlier, later].
    """

    customers: CustomerTable
    earlier: tuple[str, ...]
    later: tuple[str, ...]
    people: npt.NDArray[np.int64] = attrs.field(converter=frozen_array)

    def __len__(self) -> int:
        """Return the number of moves that there may be."""
        return int(self.people.size)

    def __eq__(self, other: object) -> bool:
        """Tell whether the same people moved alike."""
        if not isinstance(other, Moves):
            return NotImplemented
        return self.customers == other.customers

    def members(self, before: str, after: str) -> CustomerTable:
        """Return the people who moved from one stage to another, or stayed."""
        looked_up("stage before", before, dict.fromkeys(self.earlier))
        looked_up("stage after", after, dict.fromkeys(self.later))
        held = (self.customers.column(name).values for name in ("before", "after"))
        from_, to = (np.equal(own, name) for own, name in zip(held, (before, after), strict=True))
        return self.customers.take(np.flatnonzero(from_ & to))

    def across(self) -> Table:
        """Lay the people out as a grid: a row per stage before, a column per stage after."""
        stages = [
            Column(name, "count", self.people[:, place], unit="people")
            for place, name in enumerate(self.later)
        ]
        return self._table([Column("before", "label", self.earlier), *stages])

    def table(self) -> Table:
        """Return a row for every two stages."""
        people = self.people.reshape(-1)
        left = np.repeat(self.people.sum(axis=1), len(self.later))
        came = np.tile(self.people.sum(axis=0), len(self.earlier))
        before = [name for name in self.earlier for _ in self.later]
        low, high = wilson(people, left)
        columns = [
            Column("before", "label", before),
            Column("after", "label", [*self.later] * len(self.earlier)),
            Column("people", "count", people, unit="people"),
            Column("share_of_before", "share", shares(people, left), unit="share"),
            Column("low", "share", low, unit="share"),
            Column("high", "share", high, unit="share"),
            Column("share_of_after", "share", shares(people, came), unit="share"),
        ]
        return self._table(columns)

    def _table(self, columns: list[Column]) -> Table:
        told = self.customers.provenance
        zone = told.calendar.timezone
        return Table("people by stage before and after", columns, notes=told.notes(), timezone=zone)
