"""What became of the customers who came together? Cohorts by age, a view of a cube."""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.results.door import Presented
from custinsights.results.freezing import frozen_array, same_array
from custinsights.results.provenance import Provenance
from custinsights.results.table import Column, Table

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


@attrs.frozen(eq=False, repr=False, kw_only=True)
class CohortGrid(Presented):
    """Cohorts (rows) by age in periods (columns).

    Parameters
    ----------
    cohorts
        The label of every cohort.
    sizes
        int64[rows], the customers of each cohort.
    values
        float64[rows, ages], the metric in natural units; NaN where the age lies in the future.
    partial
        bool[rows, ages], cells whose period is not over for every customer; they are in `values`
        and left out of means.
    active
        float64[rows, ages], customers with an order at each age; NaN as in `values`.
    observed
        int64[rows, ages], customers whose period at each age is over.
    metric, unit, period
        What the values are, in what, by which period.
    """

    cohorts: tuple[Any, ...]
    sizes: IntArray = attrs.field(converter=frozen_array)
    values: FloatArray = attrs.field(converter=frozen_array)
    partial: BoolArray = attrs.field(converter=frozen_array)
    active: FloatArray = attrs.field(converter=frozen_array)
    observed: IntArray = attrs.field(converter=frozen_array)
    metric: str
    kind: str
    unit: str
    exponent: int
    period: str
    provenance: Provenance

    def __eq__(self, other: object) -> bool:
        """Tell whether two grids hold the same cohorts and numbers."""
        if not isinstance(other, CohortGrid):
            return NotImplemented
        return (
            (self.cohorts, self.metric, self.period) == (other.cohorts, other.metric, other.period)
            and self.provenance == other.provenance
            and all(
                same_array(getattr(self, name), getattr(other, name))
                for name in ("sizes", "values", "partial", "active", "observed")
            )
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
        """float64[rows, ages]: customers active at an age ÷ customers of the cohort.

        NaN where nobody could have returned yet; partial cells are in it.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.sizes[:, None] > 0, self.active / self.sizes[:, None], np.nan)

    @property
    def mean_retention(self) -> FloatArray:
        """float64[ages]: retention over all cohorts that are observable, weighed by customers."""
        whole = ~self.partial & ~np.isnan(self.active) & (self.sizes[:, None] > 0)
        above = np.where(whole, self.active, 0).sum(axis=0)
        below = np.where(whole, self.sizes[:, None], 0).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(below > 0, above / below, np.nan)

    def table(self) -> Table:
        """Return one row per cohort: its label, its size, then one column per age."""
        columns = [
            Column("cohort", "label", list(self.cohorts)),
            Column("size", "count", self.sizes, unit="customers"),
        ]
        for age in range(self.ages):
            cells, missing = self.values[:, age], np.isnan(self.values[:, age])
            values: Any = cells
            if self.kind in ("count", "money", "quantity"):
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
            notes=self.provenance.notes(),
            timezone=self.provenance.calendar.timezone,
        )
