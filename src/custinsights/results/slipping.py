"""Who is slipping away, and what may have driven them? Customers and reasons."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.intervals import wilson
from custinsights.results.shares import shares
from custinsights.results.table import Column, Table


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Slipping(Presented):
    """Customers who are slipping away, by what may have driven them.

    Parameters
    ----------
    customers
        A row per customer who is slipping away, with a flag per reason: None throughout where
        nothing in the history tells of it.
    reasons
        The names of the reasons.
    """

    customers: CustomerTable
    reasons: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of customers who are slipping away."""
        return len(self.customers)

    def __eq__(self, other: object) -> bool:
        """Tell whether the same customers are slipping away for the same reasons."""
        if not isinstance(other, Slipping):
            return NotImplemented
        return self.customers == other.customers and self.untold == other.untold

    @property
    def untold(self) -> tuple[str, ...]:
        """The reasons of which nothing in the history tells."""
        return tuple(
            name for name in self.reasons if self.customers.column(name).missing is not None
        )

    @property
    def counts(self) -> dict[str, int | None]:
        """Reason -> customers whom it may have driven; None where nothing tells of it."""
        return {
            name: None if name in self.untold else int(self.customers.column(name).values.sum())
            for name in self.reasons
        }

    def table(self) -> Table:
        """Return a row per reason, and one for those for whom none is found."""
        flags = [self.customers.column(name).values for name in self.reasons]
        without = int(np.count_nonzero(~np.any(flags, axis=0))) if flags else len(self)
        counts = [*self.counts.values(), without]
        people = np.array([count or 0 for count in counts], dtype=np.int64)
        untold = np.array([count is None for count in counts])
        known = np.where(untold, 0, len(self))
        low, high = wilson(people, known)
        return Table(
            f"{len(self):,} customers slipping away, by reason",
            [
                Column("reason", "label", [*self.reasons, "none found"]),
                Column("customers", "count", people, missing=untold, unit="customers"),
                Column("share", "share", shares(people, known), unit="share"),
                Column("low", "share", low, unit="share"),
                Column("high", "share", high, unit="share"),
            ],
            notes=(
                *self.customers.provenance.notes(),
                *(f"Nothing in the history tells of {name}." for name in self.untold),
            ),
            timezone=self.customers.provenance.calendar.timezone,
        )
