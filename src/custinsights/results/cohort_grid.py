"""What became of the customers who came together? Cohorts by age, a view of a cube."""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.errors import Refused
from custinsights.results.door import Pictured
from custinsights.results.freezing import frozen_array, same_array
from custinsights.results.intervals import wilson
from custinsights.results.provenance import Provenance
from custinsights.results.shares import shares
from custinsights.results.table import Column, Table

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

SUMS = ("count", "money", "quantity")
"""The kinds of values that are whole numbers added up."""

OVERLAPS = "A customer may be in several of these cohorts; they do not add up."

ARRAYS = ("sizes", "values", "partial", "active", "base", "returned", "observed")
"""The fields of a grid that are arrays."""


@attrs.frozen(eq=False, repr=False, kw_only=True)
class CohortGrid(Pictured):
    """Cohorts (rows) by age in periods (columns).

    Parameters
    ----------
    cohorts
        The label of every cohort; None for the customers whose label is unknown.
    sizes
        int64[rows], the customers of each cohort.
    values
        float64[rows, ages], the metric in natural units; NaN where the age lies in the future.
    partial
        bool[rows, ages], cells whose period is not over for every customer; they are in `values`
        and left out of means.
    active
        float64[rows, ages], customers with an order at each age, of those in `base`; NaN as in
        `values`.
    base
        int64[rows, ages], whom retention is of: in cohorts by period all of the cohort's
        customers, in cohorts by label those who are observable at the age.
    returned
        float64[rows, ages], customers who had a second order by the end of each age; NaN as in
        `values`, and in cohorts by label wherever somebody's period is not over.
    observed
        int64[rows, ages], customers whose period at each age is over.
    metric, unit, period
        What the values are, in what, by which period.
    overlaps
        Whether a customer may be in several of the cohorts; then nothing is summed over them.
    """

    cohorts: tuple[Any, ...]
    sizes: IntArray = attrs.field(converter=frozen_array)
    values: FloatArray = attrs.field(converter=frozen_array)
    partial: BoolArray = attrs.field(converter=frozen_array)
    active: FloatArray = attrs.field(converter=frozen_array)
    base: IntArray = attrs.field(converter=frozen_array)
    returned: FloatArray = attrs.field(converter=frozen_array)
    observed: IntArray = attrs.field(converter=frozen_array)
    metric: str
    kind: str
    unit: str
    exponent: int
    period: str
    overlaps: bool
    provenance: Provenance

    def __eq__(self, other: object) -> bool:
        """Tell whether two grids hold the same cohorts and numbers."""
        if not isinstance(other, CohortGrid):
            return NotImplemented
        return (
            (self.cohorts, self.metric, self.period) == (other.cohorts, other.metric, other.period)
            and self.provenance == other.provenance
            and all(same_array(getattr(self, name), getattr(other, name)) for name in ARRAYS)
        )

    def __len__(self) -> int:
        """Return the number of cohorts."""
        return len(self.cohorts)

    @property
    def ages(self) -> int:
        """How many ages there are, from 0."""
        return int(self.values.shape[1])

    @property
    def retention(self) -> FloatArray:
        """float64[rows, ages]: customers active at an age ÷ the customers whom it is of.

        NaN where nobody could have returned yet; partial cells are in it.
        """
        return shares(self.active, self.base)

    @property
    def retention_interval(self) -> tuple[FloatArray, FloatArray]:
        """Wilson 95 % bounds of the retention, float64[rows, ages] each; NaN where it is."""
        is_known = ~np.isnan(self.active)
        active = np.where(is_known, self.active, 0).astype(np.int64)
        return wilson(active, np.where(is_known, self.base, 0))

    @property
    def cumulative(self) -> FloatArray:
        """float64[rows, ages]: customers with a second order by the end of an age ÷ the cohort's.

        Cumulative retention: it never falls. At age 0 it is of those who ordered again in their
        first period. NaN where `returned` is.
        """
        return shares(self.returned, np.repeat(self.sizes[:, None], self.ages, axis=1))

    @property
    def mean_retention(self) -> FloatArray:
        """float64[ages]: the retention of all cohorts, weighed by the customers observable there.

        Raises
        ------
        Refused
            If customers are in several of the cohorts.
        """
        self._refuse_overlap("mean_retention")
        whole = ~np.isnan(self.active) & (self.base == self.observed)
        above = np.where(whole, self.active, 0).sum(axis=0)
        return shares(above, np.where(whole, self.base, 0).sum(axis=0))

    def mean(self) -> FloatArray:
        """Return float64[ages]: the mean over cohorts, weighed by the customers observable there.

        A sum such as orders or revenue comes out per customer; a quotient such as
        average_order_value or cumulative revenue per customer as it is. Partial cells, and
        quotients that are undefined, are skipped; NaN where no cell is left.

        Raises
        ------
        Refused
            If customers are in several of the cohorts.
        """
        self._refuse_overlap("mean")
        whole = ~self.partial & ~np.isnan(self.values)
        people = np.where(whole, self.sizes[:, None], 0)
        is_sum = self.kind in SUMS
        above = np.where(whole, self.values * (1 if is_sum else people), 0).sum(axis=0)
        return shares(above, people.sum(axis=0))

    def _refuse_overlap(self, what: str) -> None:
        if self.overlaps:
            raise Refused(
                what,
                "these cohorts",
                "customers are in several of them, so that some would count more than once",
                "Read them one by one, or take a label that each customer has one of",
            )

    def table(self) -> Table:
        """Return one row per cohort: its label, its size, then one column per age."""
        columns = [
            Column("cohort", "label", list(self.cohorts)),
            Column("size", "count", self.sizes, unit="customers"),
        ]
        for age in range(self.ages):
            cells, missing = self.values[:, age], np.isnan(self.values[:, age])
            values: Any = cells
            if self.kind in SUMS:
                values = np.where(missing, 0, np.rint(cells * 10**self.exponent)).astype(np.int64)
            columns.append(
                Column(
                    str(age),
                    self.kind,
                    values,
                    missing=missing,
                    unit=self.unit,
                    exponent=self.exponent if values is not cells else 0,
                    provisional=self.partial[:, age],
                )
            )
        return Table(
            f"{self.metric} by cohort and age in {self.period}s",
            columns,
            notes=(*self.provenance.notes(), *([OVERLAPS] if self.overlaps else [])),
            timezone=self.provenance.calendar.timezone,
        )
