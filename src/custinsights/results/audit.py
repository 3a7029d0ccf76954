"""Do the numbers of a history agree with each other? One outcome per law."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from custinsights.domain.fields import as_tuple, looked_up
from custinsights.results.door import Presented
from custinsights.results.provenance import Provenance
from custinsights.results.table import Column, Table


@attrs.frozen
class AuditOutcome:
    """What one law came to.

    Parameters
    ----------
    name
        The law.
    passed
        Whether it holds.
    detail
        What was added up, what could not be asked, and where the law is broken, by how much.
    """

    name: str
    passed: bool
    detail: str = ""


@attrs.frozen(eq=False, repr=False)
class Audit(Presented):
    """The outcomes of an audit, one per law, in order."""

    outcomes: tuple[AuditOutcome, ...] = attrs.field(converter=as_tuple)
    provenance: Provenance

    def __len__(self) -> int:
        """Return the number of laws."""
        return len(self.outcomes)

    def __iter__(self) -> Iterator[AuditOutcome]:
        """Go through the outcomes."""
        return iter(self.outcomes)

    def __getitem__(self, name: str) -> AuditOutcome:
        """Return the outcome of one law by its name."""
        return looked_up("law of the audit", name, {one.name: one for one in self.outcomes})

    @property
    def passed(self) -> bool:
        """Whether every law holds."""
        return all(one.passed for one in self.outcomes)

    @property
    def failed(self) -> tuple[AuditOutcome, ...]:
        """The outcomes of the laws that are broken."""
        return tuple(one for one in self.outcomes if not one.passed)

    def table(self) -> Table:
        """Return one row per law."""
        columns = [
            Column("law", "label", [one.name for one in self.outcomes]),
            Column("passed", "flag", np.array([one.passed for one in self.outcomes], dtype=bool)),
            Column("detail", "label", [one.detail for one in self.outcomes]),
        ]
        failed = len(self.failed)
        title = f"audit: {len(self)} laws, {f'{failed} broken' if failed else 'all hold'}"
        return Table(title, columns, self.provenance.notes(), self.provenance.calendar.timezone)
