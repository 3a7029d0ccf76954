"""What is one metric in every cell?"""

from __future__ import annotations

from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.results.freezing import frozen_array

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]


@attrs.frozen(eq=False, kw_only=True)
class MetricColumn:
    """One metric in every cell.

    Parameters
    ----------
    values
        float64[m] in natural units (major units of money, items); NaN where undefined.
    numerator, denominator
        int64[m] sums, scaled (minor units, thousandths); the denominator is None for a sum.
        Both are None for a quantile.
    kind
        How the column shows in a `Table`.
    """

    name: str
    values: FloatArray = attrs.field(converter=frozen_array)
    numerator: IntArray | None = attrs.field(converter=frozen_array)
    denominator: IntArray | None = attrs.field(converter=frozen_array)
    kind: str
    unit: str
    exponent: int = 0
    is_proportion: bool = False
    target: tuple[float, float] | None = None

    def take(self, rows: IntArray) -> MetricColumn:
        """Return the metric in some of the cells."""
        return attrs.evolve(
            self,
            values=self.values.take(rows),
            numerator=None if self.numerator is None else self.numerator.take(rows),
            denominator=None if self.denominator is None else self.denominator.take(rows),
        )
