"""What is one metric in every cell of a cube?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.errors import InvalidValue
from custinsights.results.freezing import frozen_array
from custinsights.results.intervals import SMALL, difference, wilson

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


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
    subtracted
        int64[m], what was taken off in a numerator that is one part of the denominator less
        another; None for other metrics.
    factor
        By what a quotient is multiplied.
    """

    name: str
    values: FloatArray = attrs.field(converter=frozen_array)
    numerator: IntArray | None = attrs.field(converter=frozen_array)
    denominator: IntArray | None = attrs.field(converter=frozen_array)
    kind: str
    unit: str
    exponent: int = 0
    is_proportion: bool = False
    subtracted: IntArray | None = attrs.field(default=None, converter=frozen_array)
    factor: float = 1.0
    target: tuple[float, float] | None = None

    def take(self, rows: IntArray) -> MetricColumn:
        """Return the metric in some of the cells."""
        return attrs.evolve(
            self,
            values=self.values.take(rows),
            numerator=None if self.numerator is None else self.numerator.take(rows),
            denominator=None if self.denominator is None else self.denominator.take(rows),
            subtracted=None if self.subtracted is None else self.subtracted.take(rows),
        )

    @property
    def has_interval(self) -> bool:
        """Whether it is a proportion, or a difference of two of the same facts."""
        is_one = self.is_proportion or self.subtracted is not None
        return is_one and self.numerator is not None and self.denominator is not None

    def interval(self) -> tuple[FloatArray, FloatArray]:
        """Return its 95 % bounds in every cell; only where it `has_interval`."""
        assert self.numerator is not None  # noqa: S101 - it has an interval
        assert self.denominator is not None  # noqa: S101 - as above
        if self.subtracted is None:
            return wilson(self.numerator, self.denominator)
        first = self.numerator + self.subtracted
        low, high = difference(first, self.subtracted, self.denominator)
        return low * self.factor, high * self.factor

    @property
    def is_small(self) -> BoolArray:
        """In which cells it rests on too few; only where it `has_interval`."""
        assert self.denominator is not None  # noqa: S101 - it has an interval
        small: BoolArray = self.denominator < SMALL
        return small


def proportion(column: MetricColumn, among: Mapping[str, MetricColumn]) -> MetricColumn:
    """Return a metric that has an interval, or refuse it with those that have one."""
    if column.has_interval:
        return column
    raise InvalidValue(
        what=f"{column.name!r} is no proportion",
        given=column.name,
        allowed=", ".join(name for name, one in among.items() if one.has_interval)
        or "a share such as repeat_rate",
        advice=f"Its values are cube[{column.name!r}]",
    )
