"""How is the shop doing? Headline metrics beside an earlier window's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs
import numpy as np

from custinsights.domain.fields import looked_up
from custinsights.results.cube import Cube
from custinsights.results.door import Pictured
from custinsights.results.intervals import standing
from custinsights.results.table import Column, Table


@attrs.frozen
class Headline:
    """One metric of an overview.

    Parameters
    ----------
    value, previous
        In natural units; None where undefined or not asked for.
    change
        (value − previous) ÷ previous; None where previous is not positive, or either window begins
        before the observation or ends after as_of.
    low, high
        Wilson 95 % bounds of a proportion; None for other metrics.
    n
        What a proportion rests on; None for other metrics.
    target
        The band that is thought healthy, or None.
    """

    metric: str
    value: float | None
    previous: float | None
    change: float | None
    low: float | None
    high: float | None
    n: int | None
    unit: str
    target: tuple[float, float] | None
    definition: str

    @property
    def standing(self) -> str | None:
        """Where the value lies to its target: ``"below"``, ``"within"``, ``"above"`` or None."""
        return standing(self.value, self.target)


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Overview(Pictured):
    """Headline metrics of a window, one row each.

    Parameters
    ----------
    headlines
        The metrics in order.
    current, previous
        The cubes that they come from; the second is None without a comparison.
    balance_only
        How many people have refunds but no counted order; they are in revenue, not in customers.
    balance
        What they sum to, minor units.
    """

    headlines: tuple[Headline, ...]
    current: Cube
    previous: Cube | None
    balance_only: int
    balance: int
    exponent: int

    def __eq__(self, other: object) -> bool:
        """Tell whether two overviews say the same of the same."""
        if not isinstance(other, Overview):
            return NotImplemented
        names = ("headlines", "current", "previous", "balance_only", "balance")
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def __getitem__(self, metric: str) -> Headline:
        """Return one headline by the name of its metric."""
        table = {headline.metric: headline for headline in self.headlines}
        return looked_up("metric of the overview", metric, table)

    def __len__(self) -> int:
        """Return the number of headlines."""
        return len(self.headlines)

    def table(self) -> Table:
        """Return one row per metric."""
        rows = self.headlines
        notes = list(self.current.provenance.notes())
        if self.previous is not None:
            notes.append(self.previous.provenance.comparison())
            if not (self.current.provenance.is_whole and self.previous.provenance.is_whole):
                notes.append("No change is told: not all of both windows was observed.")
        if self.balance_only:
            money = Decimal(self.balance).scaleb(-self.exponent)
            notes.append(
                f"People with refunds and no order that counts: {self.balance_only:,}, together "
                f"{money:,} {self.current.provenance.currency}, "
                "in revenue and in no customer number."
            )
        units = [row.unit for row in rows]
        columns = [
            Column("metric", "label", [row.metric for row in rows]),
            Column("value", "number", _numbers([row.value for row in rows]), units=units),
        ]
        if self.previous is not None:
            columns += [
                Column("previous", "number", _numbers([row.previous for row in rows]), units=units),
                Column("change", "share", _numbers([row.change for row in rows]), unit="change"),
            ]
        counts = np.array([row.n or 0 for row in rows], dtype=np.int64)
        columns += [
            Column("low", "number", _numbers([row.low for row in rows]), units=units),
            Column("high", "number", _numbers([row.high for row in rows]), units=units),
            Column("n", "count", counts, missing=np.array([row.n is None for row in rows])),
            Column("target_low", "number", _bounds(rows, 0), units=units),
            Column("target_high", "number", _bounds(rows, 1), units=units),
            Column("unit", "label", [row.unit for row in rows]),
        ]
        return Table(
            "overview", columns, notes=notes, timezone=self.current.provenance.calendar.timezone
        )


def _numbers(values: list[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _bounds(rows: tuple[Headline, ...], place: int) -> Any:
    return _numbers([None if row.target is None else row.target[place] for row in rows])
