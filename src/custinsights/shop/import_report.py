"""What did an import change?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from custinsights.domain.load_report import LoadReport
from custinsights.errors import counted

__all__ = ["ImportReport"]

_NUMBERS: Final = (
    *("added", "changed", "same", "older", "refused"),
    *("new_customers", "customers_changed", "customers_kept", "kept_away"),
    "done_before",
)


@attrs.frozen(kw_only=True)
class ImportReport:
    """What an import added and changed, and what was left out on the way.

    Parameters
    ----------
    what : str
        ``"orders"``, ``"customers"``, ``"products"`` or ``"activities"``.
    added, changed, same : int
        How many of them are new in the store, were there otherwise, and were there as they are;
        refunds that are told by themselves count among the orders.
    older : int
        How many orders are told otherwise, and stay as a file that was watched for longer told.
    refused : int
        How many orders were left out, for their ids are those of other people's on other days.
    new_customers : int
        How many customers it made.
    customers_changed : int
        Of how many who were there something is known now that was not, or otherwise.
    customers_kept : int
        Of how many something stays that is told otherwise: as the shop corrected it by hand, as
        another source or a newer file tells it, or as it was when they were merged.
    kept_away : int
        Of how many people in it nothing is taken but orders, as they were erased, or no e-mail
        address, as it is of somebody who was.
    done_before : int
        How many an earlier import of the same files had written before it was stopped.
    load_report : LoadReport
        What was read, left out and why.

    Examples
    --------
    >>> print(ImportReport(what="orders", added=2, same=1, new_customers=1))
    orders: 2 added, 0 changed, 1 the same; 1 new customer
    """

    what: str
    added: int = 0
    changed: int = 0
    same: int = 0
    older: int = 0
    refused: int = 0
    new_customers: int = 0
    customers_changed: int = 0
    customers_kept: int = 0
    kept_away: int = 0
    done_before: int = 0
    load_report: LoadReport = attrs.field(factory=LoadReport)

    @property
    def changes_nothing(self) -> bool:
        """Whether everything was in the store already, as it is."""
        return not (self.added or self.changed or self.new_customers or self.customers_changed)

    def __add__(self, other: object) -> ImportReport:
        """Return the report of two imports of the same kind, one after the other."""
        if not isinstance(other, ImportReport) or other.what != self.what:
            return NotImplemented
        return attrs.evolve(
            self,
            **{name: getattr(self, name) + getattr(other, name) for name in _NUMBERS},
            load_report=self.load_report + other.load_report,
        )

    def with_counts(self, counts: Mapping[str, int]) -> ImportReport:
        """Return the report after more were written."""
        return attrs.evolve(self, **{n: getattr(self, n) + counts.get(n, 0) for n in _NUMBERS})

    def record(self) -> dict[str, Any]:
        """Return what the log of imports keeps: numbers, and the load report as a text."""
        report = self.load_report
        return {
            **{name: getattr(self, name) for name in ("what", *_NUMBERS)},
            "sources": list(report.sources),
            "rows_read": report.rows_read,
            "rows_left_out": report.rows_left_out,
            "rows_bad": report.rows_bad,
            "load_report": str(report),
        }

    def __str__(self) -> str:
        parts = [f"{self.added:,} added", f"{self.changed:,} changed", f"{self.same:,} the same"]
        if self.older:
            parts.append(f"{self.older:,} kept as a newer file told")
        if self.refused:
            parts.append(f"{self.refused:,} left out with the id of another order")
        if self.done_before:
            parts.append(f"{self.done_before:,} by an import before, which was stopped")
        people = [counted(self.new_customers, "new customer")]
        if self.customers_changed:
            people.append(f"{self.customers_changed:,} told anew")
        if self.customers_kept:
            people.append(f"{self.customers_kept:,} with contacts told otherwise, which stay")
        if self.kept_away:
            people.append(f"{self.kept_away:,} kept away as of who was erased")
        return f"{self.what}: {', '.join(parts)}; {', '.join(people)}"
