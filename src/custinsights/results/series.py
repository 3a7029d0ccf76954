"""How does a value stand against the periods before it? Growth and what is out of the ordinary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
MaskedBools: TypeAlias = np.ma.MaskedArray[Any, np.dtype[np.bool_]]

LOOK_BACK = 12
"""With how many periods before it a value is compared."""
FEWEST = 8
"""With fewer of them nothing is out of the ordinary."""
MAD_TO_SIGMA = 1.4826
"""By this the median absolute deviation of normal values is their standard deviation."""
OUTLYING = 3.5
"""Beyond so many of them a value is an anomaly."""
_MOST_AT_ONCE = 1 << 22


@attrs.frozen(eq=False, kw_only=True)
class Series:
    """Values of a metric, one series over the periods for every combination of labels.

    Parameters
    ----------
    values
        float64[m].
    period
        int64[m], counted from 0.
    label
        int64[m], which series each value belongs to; a series has one value for a period at most.
    is_usable
        bool[m], whether the period is whole and wholly observed.
    """

    values: FloatArray
    period: IntArray
    label: IntArray
    is_usable: BoolArray

    @classmethod
    def of(
        cls,
        values: FloatArray,
        period: IntArray,
        labels: Sequence[npt.NDArray[Any]],
        is_usable: BoolArray,
    ) -> Series:
        """Make one series for every combination of labels; no labels make a single series."""
        columns = [column.tolist() for column in labels]
        rows = list(zip(*columns, strict=True)) if columns else [()] * len(values)
        place = {row: code for code, row in enumerate(dict.fromkeys(rows))}
        label = np.array([place[row] for row in rows], dtype=np.int64)
        return cls(values=values, period=period, label=label, is_usable=is_usable)

    @property
    def _grid(self) -> FloatArray:
        """float64[periods, series], NaN where a value is missing or not usable."""
        shape = (int(self.period.max(initial=-1)) + 1, int(self.label.max(initial=-1)) + 1)
        grid = np.full(shape, np.nan)
        grid[self.period, self.label] = np.where(self.is_usable, self.values, np.nan)
        return grid

    def growth(self) -> FloatArray:
        """float64[m], (this − previous) ÷ previous; NaN after what is not positive."""
        grid = self._grid
        grown = np.full(grid.shape, np.nan)
        before = np.where(grid[:-1] > 0, grid[:-1], np.nan)
        grown[1:] = (grid[1:] - before) / before
        return grown[self.period, self.label]

    def z_scores(self, season: int) -> FloatArray:
        """float64[m], (x − median) ÷ (1.4826 MAD) over the periods before that are alike.

        Every `season`-th period is alike, of those that are usable in some series. NaN with fewer
        than eight values before, and where their median absolute deviation is 0.
        """
        grid = self._grid
        is_held = np.zeros(len(grid), dtype=np.bool_)
        is_held[self.period[self.is_usable]] = True
        held = np.flatnonzero(is_held)
        found = np.full(grid.shape, np.nan)
        for phase in range(season):
            rows = held[phase::season]
            alike = grid[rows]
            for columns in _chunks(alike):
                found[rows, columns] = _z_scores(alike[:, columns])
        return found[self.period, self.label]


def outlying(z: FloatArray) -> MaskedBools:
    """Return which scores are those of anomalies, masked where there is no score."""
    with np.errstate(invalid="ignore"):
        return np.ma.MaskedArray(np.abs(z) > OUTLYING, mask=np.isnan(z))


def _chunks(grid: FloatArray) -> Iterator[slice]:
    """Yield columns of a grid, as many as can be looked back on at once."""
    width = max(_MOST_AT_ONCE // (max(len(grid), 1) * LOOK_BACK), 1)
    for start in range(0, grid.shape[1], width):
        yield slice(start, start + width)


def _z_scores(grid: FloatArray) -> FloatArray:
    """Return the score of each value against the twelve above it."""
    if not len(grid):
        return grid
    nothing = np.full((LOOK_BACK, grid.shape[1]), np.nan)
    padded = np.concatenate([nothing, grid[:-1]])
    before = np.lib.stride_tricks.sliding_window_view(padded, LOOK_BACK, axis=0)
    median = _median(before)
    deviation = _median(np.abs(before - median[..., None]))
    is_judged = (np.isfinite(before).sum(axis=-1) >= FEWEST) & (deviation > 0)
    scale = np.where(is_judged, MAD_TO_SIGMA * deviation, np.nan)
    return (grid - median) / scale


def _median(values: FloatArray) -> FloatArray:
    """Return medians along the last axis of the values that are there; NaN for none."""
    ordered = np.sort(values, axis=-1)  # NaN comes last
    count = np.isfinite(values).sum(axis=-1)
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[-1] - 1)
    at_low: Any = np.take_along_axis(ordered, low[..., None], axis=-1)[..., 0]
    at_high: Any = np.take_along_axis(ordered, high[..., None], axis=-1)[..., 0]
    return np.asarray(at_low + (at_high - at_low) / 2)
