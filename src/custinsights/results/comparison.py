"""What came of an experiment? Every arm beside the control."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from custinsights.errors import UnknownName, counted
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.table import Table

OUTCOMES = CONVERSION, ORDERS, VALUE = "conversion", "orders", "value"

SUSPECT = 0.001
"""Arms less likely than this to have their sizes are not as large as their weights say."""


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Comparison(Presented):
    """The arms of an experiment, by what their customers did.

    Parameters
    ----------
    experiment
        Its name.
    customers
        A row for everybody in it who is known: ``arm``, ``assigned_at``, whether the time is over
        (``is_over``), and within it ``orders`` and ``value``.
    outcomes
        A row for each outcome and arm.
    planned
        How many customers each arm was to have, if that was said.
    smallest
        How many customers the smallest arm has whose time is over.
    pending
        How many customers are left out, for their time is not over.
    sizes_p_value
        How likely arms of these weights are to differ so in size by chance.
    unknown
        How many customers the history does not know; they count as having ordered nothing.
    unobserved
        How many were assigned before the observation began.
    """

    experiment: str
    customers: CustomerTable
    outcomes: Table
    planned: int | None
    smallest: int
    pending: int
    sizes_p_value: float
    unknown: int = 0
    unobserved: int = 0

    def __eq__(self, other: object) -> bool:
        """Tell whether two compare the same customers and find the same."""
        if not isinstance(other, Comparison):
            return NotImplemented
        return (self.experiment, self.customers, self.planned, self.pending) == (
            *(other.experiment, other.customers, other.planned, other.pending),
        ) and self.outcomes.to_dicts() == other.outcomes.to_dicts()

    @property
    def is_early(self) -> bool:
        """Whether it is read before the smallest arm has its planned size."""
        return self.planned is not None and self.smallest < self.planned

    @property
    def is_suspect(self) -> bool:
        """Whether the arms are not as large as their weights say (sample ratio mismatch)."""
        return self.sizes_p_value < SUSPECT

    def row(self, arm: str, outcome: str = CONVERSION) -> dict[str, Any]:
        """Return what `table` says of one arm and outcome."""
        rows = {(row["outcome"], row["arm"]): row for row in self.outcomes.to_dicts()}
        if (outcome, arm) not in rows:
            known = tuple(f"{name} of {who}" for name, who in rows)
            raise UnknownName("outcome", f"{outcome} of {arm}", known)
        return rows[outcome, arm]

    def table(self) -> Table:
        """Return a row for each outcome and arm, with what to know before believing it."""
        return attrs.evolve(self.outcomes, notes=(*self._warnings(), *self.outcomes.notes))

    def _warnings(self) -> list[str]:
        notes = []
        if self.is_early:
            notes.append(
                f"Read too early: the smallest arm has {self.smallest:,} of its {self.planned:,} "
                "planned customers. A p-value that is looked at until it is small is none: decide "
                "when the arms are full."
            )
        if self.planned is None:
            notes.append(
                "No size was planned: say planned=, as ci.sample_size tells, and decide once."
            )
        if self.is_suspect:
            notes.append(
                f"The arms are not as large as their weights say (p < {SUSPECT}): find out why "
                "before believing anything else."
            )
        if self.pending:
            notes.append(f"Left out, for their time is not over: {self.pending:,} customers.")
        if self.unknown:
            told = "their identities may be written otherwise there"
            notes.append(
                f"Not known to the history, so without an order ({told}): {self.unknown:,}."
            )
        if self.unobserved:
            since = "Assigned before the observation begins, until when no order is known"
            notes.append(f"{since}: {counted(self.unobserved, 'customer')}.")
        return notes


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Balance(Presented):
    """Whether the arms are alike before anything was done to them.

    Parameters
    ----------
    experiment
        Its name.
    sizes_p_value
        As in `Comparison`.
    traits
        A row for each trait and arm.
    """

    experiment: str
    sizes_p_value: float
    traits: Table

    @property
    def is_suspect(self) -> bool:
        """Whether the arms are not as large as their weights say (sample ratio mismatch)."""
        return self.sizes_p_value < SUSPECT

    @property
    def unlike(self) -> tuple[str, ...]:
        """The traits in which some arm is not like the control."""
        rows = np.flatnonzero(self.traits.column("unlike").values)
        return tuple(dict.fromkeys(self.traits.column("trait").values[rows].tolist()))

    def table(self) -> Table:
        """Return a row for each trait and arm beside the control."""
        said = f"not as large as their weights say (p < {SUSPECT})"
        note = f"The arms are {said if self.is_suspect else 'as large as their weights say'}."
        return attrs.evolve(self.traits, notes=(note, *self.traits.notes))
