"""Who orders a second time, after how long, and what went with it?"""

from __future__ import annotations

from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.fields import whole_number
from custinsights.errors import InvalidValue
from custinsights.results.door import Presented
from custinsights.results.freezing import frozen_array, same_array
from custinsights.results.intervals import SMALL, lift, wilson
from custinsights.results.provenance import Provenance
from custinsights.results.table import Column, Table

MOST = 20
"""How many labels of a dimension are shown."""

IntArray: TypeAlias = npt.NDArray[np.int64]


@attrs.frozen(eq=False, repr=False, kw_only=True)
class SecondOrder(Presented):
    """The way to the second order; `table` tells what went with it, `curve` how long it takes.

    Parameters
    ----------
    within
        Days within which a second order is looked for.
    customers, returned
        All customers, and those with two orders or more so far, however young they are.
    observable, reordered
        Customers whose first order lies more than `within` days before as_of, and those of them
        with a second order within `within` days.
    ages, observable_at, reordered_by
        int64[a]: days, the customers observable at so many days, and those of them with a second
        order by then.
    days, counts
        int64[v]: the distinct days to the second order of the `reordered`, ascending, and how
        often each occurs.
    dimensions, labels
        Of each row: what the first order is told by, and its label there.
    label_observable, label_reordered
        int64[r]: `observable` and `reordered` of each row.
    """

    within: int
    customers: int
    returned: int
    observable: int
    reordered: int
    ages: IntArray = attrs.field(converter=frozen_array)
    observable_at: IntArray = attrs.field(converter=frozen_array)
    reordered_by: IntArray = attrs.field(converter=frozen_array)
    days: IntArray = attrs.field(converter=frozen_array)
    counts: IntArray = attrs.field(converter=frozen_array)
    dimensions: tuple[str, ...]
    labels: tuple[str | int | None, ...]
    label_observable: IntArray = attrs.field(converter=frozen_array)
    label_reordered: IntArray = attrs.field(converter=frozen_array)
    provenance: Provenance

    def __eq__(self, other: object) -> bool:
        """Tell whether two say the same of the same."""
        if not isinstance(other, SecondOrder):
            return NotImplemented
        pairs = [(getattr(self, f.name), getattr(other, f.name)) for f in attrs.fields(SecondOrder)]
        return all(
            same_array(one, two) if isinstance(one, np.ndarray) else one == two
            for one, two in pairs
        )

    def __len__(self) -> int:
        """Return the number of labels."""
        return len(self.labels)

    @property
    def share(self) -> float:
        """Reordered ÷ observable customers; NaN without any."""
        return self.reordered / self.observable if self.observable else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson 95 % bounds of the share."""
        low, high = wilson(np.array([self.reordered]), np.array([self.observable]))
        return float(low[0]), float(high[0])

    def days_until(self, share: float) -> float:
        """Return after how many days a share of the observable customers had ordered again.

        The smallest such number of days; NaN if fewer had within `within` days. Those who never
        came back are in it, unlike in the mean gap of those who did.
        """
        if not 0 < share <= 1:
            raise InvalidValue("the share is wrong", share, "a number above 0, up to 1")
        reached = np.flatnonzero(np.cumsum(self.counts) / max(self.observable, 1) >= share)
        return float(self.days[reached[0]]) if len(reached) else float("nan")

    @property
    def curve(self) -> Table:
        """One row per age: observable customers, how many had ordered again, share, interval."""
        low, high = wilson(self.reordered_by, self.observable_at)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = self.reordered_by / np.where(self.observable_at, self.observable_at, np.nan)
        return Table(
            "second order by days since the first",
            [
                Column("days", "count", self.ages, unit="days"),
                Column("observable", "count", self.observable_at, unit="customers"),
                Column("reordered", "count", self.reordered_by, unit="customers"),
                Column("share", "share", share),
                Column("low", "share", low),
                Column("high", "share", high),
                Column("small", "flag", self.observable_at < SMALL),
            ],
            notes=self.provenance.notes(),
            timezone=self.provenance.calendar.timezone,
        )

    def __repr__(self) -> str:
        return repr(self.top())

    def _repr_html_(self) -> str:
        return self.top()._repr_html_()

    def table(self) -> Table:
        """One row per label of the first order: share, interval, lift against all others.

        ``small`` marks a share of fewer than 30 customers, ``small_rest`` a lift against fewer than
        30 others. Labels that go with a second order need not be what brings it about.
        """
        return self._table(list(range(len(self.dimensions))), ())

    def top(self, most: int = MOST) -> Table:
        """The table of so many labels of each dimension, those of most customers; it is what shows.

        A note counts the others.
        """
        whole_number("the number of labels to show is wrong", most, 1)
        places: dict[str, list[int]] = {}
        for row, dimension in enumerate(self.dimensions):
            places.setdefault(dimension, []).append(row)
        more = tuple(
            f"And {len(rows) - most:,} more of {dimension} with fewer customers."
            for dimension, rows in places.items()
            if len(rows) > most
        )
        return self._table([row for rows in places.values() for row in rows[:most]], more)

    def _table(self, rows: list[int], more: tuple[str, ...]) -> Table:
        n, again = self.label_observable[rows], self.label_reordered[rows]
        low, high = wilson(again, n)
        rest, rest_again = self.observable - n, self.reordered - again
        ratio, lowest, highest = lift(again, n, rest_again, rest)
        share = again / np.where(n, n, np.nan)
        told = f"{self.reordered:,} of {self.observable:,} observable customers ordered again."
        return Table(
            f"second order within {self.within} days, by the first order",
            [
                Column("dimension", "label", [self.dimensions[row] for row in rows]),
                Column("label", "label", [self._label(row) for row in rows]),
                Column("observable", "count", n, unit="customers"),
                Column("reordered", "count", again, unit="customers"),
                Column("share", "share", share),
                Column("low", "share", low),
                Column("high", "share", high),
                Column("small", "flag", n < SMALL),
                Column("lift", "number", ratio),
                Column("lift_low", "number", lowest),
                Column("lift_high", "number", highest),
                Column("small_rest", "flag", rest < SMALL),
            ],
            notes=(told, *more, *self.provenance.notes()),
            timezone=self.provenance.calendar.timezone,
        )

    def _label(self, row: int) -> str | None:
        label = self.labels[row]
        return None if label is None else str(label)
