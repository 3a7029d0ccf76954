"""How are numbers of different kinds made alike? Shifted and scaled, or ranked."""

from __future__ import annotations

from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.fields import named
from custinsights.results.freezing import frozen_array

FloatArray: TypeAlias = npt.NDArray[np.float64]

SCALINGS = ("standard", "robust", "minmax", "log", "rank", "none")


@attrs.frozen(eq=False)
class Scaler:
    """How one column is scaled, worked out from its known values.

    Parameters
    ----------
    kind
        ``"standard"``: less the mean, by the standard deviation (of all, not of a sample).
        ``"robust"``: less the median, by the distance of the quartiles. ``"minmax"``: from 0 to 1.
        ``"log"``: the logarithm of 1 + the amount, with its sign, and then as ``"standard"``.
        ``"rank"``: the share of customers with a smaller value and half of those with an equal one.
        ``"none"``: as it is. A column in which all are equal becomes 0 (by rank 0.5).
    known
        float64, the values that are known, at least one.
    """

    kind: str = attrs.field(validator=named("scaling", SCALINGS))
    known: FloatArray = attrs.field(converter=frozen_array)

    @property
    def middle(self) -> float:
        """The median of the known values."""
        return float(np.median(self.known))

    def __call__(self, values: FloatArray) -> FloatArray:
        """Return values, of these or of other customers, scaled as the known ones are."""
        if self.kind == "rank":
            known = np.sort(self.known)
            below, upto = (np.searchsorted(known, values, side) for side in ("left", "right"))
            return np.asarray((below + upto) / (2 * len(known)), dtype=np.float64)
        shift, scale = self._shift_and_scale()
        return (self._bent(values) - shift) / (scale or 1.0)

    def _bent(self, values: FloatArray) -> FloatArray:
        bent: FloatArray = np.sign(values) * np.log1p(np.abs(values))
        return bent if self.kind == "log" else values

    def _shift_and_scale(self) -> tuple[float, float]:
        known = self._bent(self.known)
        if self.kind == "none":
            return 0.0, 1.0
        if self.kind == "robust":
            low, middle, high = np.quantile(known, [0.25, 0.5, 0.75]).tolist()
            return middle, high - low
        if self.kind == "minmax":
            return float(known.min()), float(np.ptp(known))
        is_one = bool((known == known[0]).all())  # else rounding makes a deviation of nothing
        return (float(known[0]), 1.0) if is_one else (float(known.mean()), float(known.std()))
