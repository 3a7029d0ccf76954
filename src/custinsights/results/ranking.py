"""What comes first? Labels in the order of a metric, with their shares and how concentrated."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.fields import whole_number
from custinsights.domain.frozen import frozen
from custinsights.errors import InvalidValue
from custinsights.results.cube import Cube
from custinsights.results.door import Presented
from custinsights.results.freezing import frozen_array
from custinsights.results.table import Column, Table

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Ranking(Presented):
    """Labels from the largest to the smallest, one row each.

    Parameters
    ----------
    cube
        The metrics by label, in the order of the ranks; labels of one rank in their own order, and
        the unknown last.
    totals
        Sum by its name -> the whole number of which a share is.
    ranks
        int64[m]: 1 + labels with a strictly larger value of the first metric, so that equal ones
        share a rank; 0 for the unknown and where the metric is undefined.
    overlapping
        The metrics whose labels share customers or orders, so that they do not add up.
    """

    cube: Cube
    totals: Mapping[str, int] = attrs.field(converter=frozen)
    ranks: IntArray = attrs.field(converter=frozen_array)
    overlapping: frozenset[str]

    def __len__(self) -> int:
        """Return the number of labels, the unknown included."""
        return len(self.ranks)

    def __eq__(self, other: object) -> bool:
        """Tell whether two rankings hold the same labels and numbers."""
        if not isinstance(other, Ranking):
            return NotImplemented
        return (self.cube, self.totals) == (other.cube, other.totals) and bool(
            np.array_equal(self.ranks, other.ranks)
        )

    @property
    def metric(self) -> str:
        """The metric that ranks."""
        return next(iter(self.cube.metrics))

    def share(self, metric: str) -> FloatArray:
        """Return each label's share of a sum of all: NaN where there is nothing to share.

        All are those whose label is unknown too. Of customers by product, who buy several, it is
        the share of all customers who bought it; such shares overlap and do not add up to 1.
        """
        above, below = self.cube.minor(metric), self.totals[metric]
        return above / below if below > 0 else np.full(len(self), np.nan)

    @property
    def unknown(self) -> Cube:
        """The row without a label, if there is one: it has no rank and is in no concentration."""
        return self.cube.take(np.flatnonzero(_is_unknown(self.cube)))

    def top(self, n: int) -> Ranking:
        """Return the labels of the ranks up to n: more than n where the last of them are equal."""
        n = whole_number("the number of ranks is wrong", n, 1)
        rows = np.flatnonzero((self.ranks > 0) & (self.ranks <= n))
        return attrs.evolve(self, cube=self.cube.take(rows), ranks=self.ranks[rows])

    def _concentrated(self, metric: str | None) -> list[int]:
        """Return the positive sums of the known labels, the largest first."""
        name = self.metric if metric is None else metric
        sums = self.cube.minor(name)
        if name in self.overlapping:
            raise InvalidValue(
                what=f"the {name} of one label are among those of another",
                given=f"{name} by {', '.join(self.cube.axes)}",
                allowed="what each has of its own: revenue, or customers by where they live",
            )
        if self.cube.is_slice:
            raise InvalidValue(
                what="the concentration is that of all labels",
                given="some of them",
                allowed="a whole ranking, as ci.ranking gives it",
            )
        known = sums[~_is_unknown(self.cube)]
        return sorted(known[known > 0].tolist(), reverse=True)

    def top_share(self, n: int, metric: str | None = None) -> float:
        """Return what the n largest labels have of all known ones; NaN where there is nothing.

        Only positive sums count. Of which labels it is does not matter where several are equal.
        """
        n = whole_number("the number of labels is wrong", n, 1)
        sums = self._concentrated(metric)
        return sum(sums[:n]) / sum(sums) if sums else float("nan")

    def hhi(self, metric: str | None = None) -> float:
        """Return the Herfindahl-Hirschman index: the sum of squared shares, from 1/m to 1.

        Of the first metric by default; the unknown and sums that are not positive are left out. NaN
        where nothing is left.

        References
        ----------
        Hirschman, A. O. (1964). The paternity of an index. American Economic Review 54, 761.
        """
        sums = self._concentrated(metric)
        if not sums:
            return float("nan")
        return float(Fraction(sum(one * one for one in sums), sum(sums) ** 2))

    def table(self) -> Table:
        """Return rank, labels, metrics, and the share of every sum."""
        plain = self.cube.table()
        columns = [Column("rank", "count", self.ranks, missing=self.ranks == 0)]
        columns += plain.columns[: len(self.cube.axes)]
        for column in plain.columns[len(self.cube.axes) :]:
            columns.append(column)
            metric = self.cube.metrics[column.name]
            if metric.denominator is None and metric.numerator is not None:
                columns.append(Column(f"{column.name}_share", "share", self.share(column.name)))
        return attrs.evolve(plain, columns=tuple(columns))


def _is_unknown(cube: Cube) -> npt.NDArray[np.bool_]:
    """Return which rows have no label: of several, none of the last and finest."""
    finest = list(cube.axes.values())[-1]
    return np.array([label is None for label in finest], dtype=np.bool_)
