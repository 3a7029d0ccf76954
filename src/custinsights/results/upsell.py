"""Who went up from step to step, and who may yet? The steps of a ladder of products."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.domain.fields import looked_up
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.intervals import SMALL, wilson
from custinsights.results.shares import shares
from custinsights.results.table import NO_INSTANT, Column, Table


def first_at(step: str) -> str:
    """Return the column that tells when a customer first bought the lower rung of a step."""
    return f"{step}: first_at"


def climbed(step: str) -> str:
    """Return the column that tells after how many days the customer took a step."""
    return f"{step}: days"


def has_higher(step: str) -> str:
    """Return the column that tells whether the customer ever bought a higher rung."""
    return f"{step}: has_higher"


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Upsell(Presented):
    """The steps of a ladder, with those who took them and those who may.

    Parameters
    ----------
    ladder
        Its name.
    steps
        The names of the steps, such as ``print -> original``.
    customers
        One row per customer who bought a lower rung, and for each step: when first
        (``...: first_at``), after how many days a higher one followed (``...: days``), and whether
        one was ever bought (``...: has_higher``).
    """

    ladder: str
    steps: tuple[str, ...]
    customers: CustomerTable

    def __eq__(self, other: object) -> bool:
        """Tell whether the same customers stand on the same steps."""
        if not isinstance(other, Upsell):
            return NotImplemented
        return (self.ladder, self.steps) == (other.ladder, other.steps) and (
            self.customers == other.customers
        )

    def candidates(self, step: str | None = None) -> CustomerTable:
        """Return who bought the lower rung of a step and never a higher one, and when first.

        Parameters
        ----------
        step
            Its name; may be left out where there is only one.

        Raises
        ------
        UnknownName
            If the ladder has no such step.
        """
        table = dict.fromkeys(self.steps)
        name = self.steps[0] if step is None and len(self.steps) == 1 else step
        looked_up("step of the ladder", name, table)
        at = self.customers.column(first_at(str(name)))
        is_buyer = at.values != NO_INSTANT
        is_asked = is_buyer & ~self.customers.column(has_higher(str(name))).values
        rows = np.flatnonzero(is_asked)
        column = attrs.evolve(at, name="first_bought_at")
        chosen = attrs.evolve(
            self.customers, columns={column.name: column}, title=f"candidates for {name}"
        )
        return chosen.take(rows)

    def table(self) -> Table:
        """Return a row per step."""
        counts, medians = [], []
        for step in self.steps:
            days = self.customers.column(climbed(step)).values
            is_buyer = self.customers.column(first_at(step)).values != NO_INSTANT
            is_later = ~np.isnan(days)
            has = self.customers.column(has_higher(step)).values
            of_buyers = (is_buyer, is_later, is_buyer & has & ~is_later, is_buyer & ~has)
            counts.append([np.count_nonzero(mask) for mask in of_buyers])
            medians.append(float(np.median(days[is_later])) if is_later.any() else np.nan)
        buyers, later, already, candidates = np.array(counts, dtype=np.int64).T
        low, high = wilson(later, buyers)
        people = "customers"
        return Table(
            f"the ladder {self.ladder}",
            [
                Column("step", "label", self.steps),
                Column("buyers", "count", buyers, unit=people),
                Column("later", "count", later, unit=people),
                Column("already", "count", already, unit=people),
                Column("candidates", "count", candidates, unit=people),
                Column("conversion", "share", shares(later, buyers), unit="share"),
                Column("low", "share", low, unit="share"),
                Column("high", "share", high, unit="share"),
                Column("small", "flag", buyers < SMALL),
                Column("median_days", "number", np.array(medians), unit="days"),
            ],
            notes=self.customers.provenance.notes(),
            timezone=self.customers.provenance.calendar.timezone,
        )
