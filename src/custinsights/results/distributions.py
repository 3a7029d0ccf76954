"""How are the values of every cell distributed? Counts, exact quantiles and bins."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.fields import looked_up
from custinsights.results.door import Presented
from custinsights.results.freezing import frozen_array, frozen_arrays, same_array
from custinsights.results.provenance import Provenance
from custinsights.results.shares import shares
from custinsights.results.table import Column, Table

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Distributions(Presented):
    """The values of every cell: how many, their mean, exact quantiles, and counts by bin.

    Parameters
    ----------
    name, unit
        What is distributed, and what one is one of.
    axes
        Dimension name -> the label of every cell.
    n
        int64[m], the values in each cell.
    mean
        float64[m] in natural units; NaN without values.
    quantiles
        Name such as ``"q90"`` -> float64[m] in natural units, type 7; NaN without values.
    bins
        The cut points, in natural units.
    counts
        int64[m, len(bins) + 1]: values under the first cut point, from each up to under the next,
        and from the last one on. Without cut points there are no columns.
    is_incomplete
        bool[m], cells of whose period only part is known, as `Cube.is_partial`.
    """

    name: str
    unit: str
    axes: Mapping[str, npt.NDArray[Any]] = attrs.field(converter=frozen_arrays)
    n: IntArray = attrs.field(converter=frozen_array)
    mean: FloatArray = attrs.field(converter=frozen_array)
    quantiles: Mapping[str, FloatArray] = attrs.field(converter=frozen_arrays)
    bins: tuple[float | Decimal, ...]
    counts: IntArray = attrs.field(converter=frozen_array)
    is_incomplete: BoolArray
    provenance: Provenance

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self.n)

    def __getitem__(self, q: float) -> FloatArray:
        """Return one of the quantiles of every cell, such as ``found[0.9]``."""
        return looked_up("quantile", quantile_name(q), self.quantiles)

    def __eq__(self, other: object) -> bool:
        """Tell whether two distributions hold the same cells and numbers."""
        if not isinstance(other, Distributions):
            return NotImplemented
        plain = ("name", "unit", "bins", "provenance")
        return (
            all(getattr(self, name) == getattr(other, name) for name in plain)
            and self.axes.keys() == other.axes.keys()
            and all(column.tolist() == other.axes[n].tolist() for n, column in self.axes.items())
            and all(
                same_array(getattr(self, name), getattr(other, name))
                for name in ("n", "mean", "counts")
            )
            and self.quantiles.keys() == other.quantiles.keys()
            and all(same_array(q, other.quantiles[n]) for n, q in self.quantiles.items())
        )

    def labels(self, dimension: str) -> npt.NDArray[Any]:
        """Return the label of every cell on one dimension."""
        return looked_up("dimension of the distributions", dimension, self.axes)

    @property
    def shares(self) -> FloatArray:
        """float64[m, bins], the counts as shares of the cell's values; NaN without values."""
        return shares(self.counts, self.n[:, None])

    @property
    def bin_names(self) -> tuple[str, ...]:
        """What the bins are called in tables."""
        ends = [figures(cut) for cut in self.bins]
        if not ends:
            return ()
        between = [f"{low} to {high}" for low, high in itertools.pairwise(ends)]
        return (f"under {ends[0]}", *between, f"{ends[-1]} and up")

    def table(self) -> Table:
        """Return one row per cell: labels, n, mean, quantiles, counts by bin."""
        marks = self.is_incomplete if self.is_incomplete.any() else None
        columns = [Column(name, "label", labels) for name, labels in self.axes.items()]
        columns.append(Column("n", "count", self.n, provisional=marks))
        columns.append(Column("mean", "number", self.mean, unit=self.unit, provisional=marks))
        columns += [
            Column(name, "number", found, unit=self.unit, provisional=marks)
            for name, found in self.quantiles.items()
        ]
        columns += [
            Column(name, "count", self.counts[:, place], provisional=marks)
            for place, name in enumerate(self.bin_names)
        ]
        title = self.name + (" by " + ", ".join(self.axes) if self.axes else "")
        zone = self.provenance.calendar.timezone
        return Table(title, columns, notes=self.provenance.notes(), timezone=zone)


def quantile_name(q: float) -> str:
    """Return what a quantile is called: q90, or q97_5."""
    return f"q{figures(Decimal(str(q)) * 100)}".replace(".", "_")


def figures(number: float | Decimal) -> str:
    """Return a number as it was written, without zeros at its end."""
    text = str(Decimal(str(number)))
    return text.rstrip("0").rstrip(".") if "." in text else text
