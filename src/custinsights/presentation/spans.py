"""Into which spans of round numbers do values fall, so that a picture counts how many in each?"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["SPANS", "spans"]

FloatArray: TypeAlias = npt.NDArray[np.float64]

SPANS: Final = 12
"""About how many there are."""


def spans(known: FloatArray) -> tuple[FloatArray, list[str]]:
    """Return where spans of round numbers begin, and their names; the last one is open.

    It begins where two in a hundred are left, so that few large numbers hide nothing.
    """
    low, top, most = (
        np.quantile(known, [0, 0.98, 1], method="higher") if len(known) else (0.0, 1.0, 1.0)
    )
    whole = bool(np.all(known == np.rint(known)))
    step = _round_step((top - low) / SPANS, whole=whole)
    edges = np.arange(np.floor(low / step), np.floor(top / step) + 1) * step
    names = []
    for edge, after in pairwise(edges.tolist()):
        last = after - 1 if whole else after
        names.append(f"{edge:,g}" if edge == last else f"{edge:,g} to {last:,g}")
    end = edges[-1] + step
    last = f"{edges[-1] + step - 1:,g}" if whole else f"{end:,g}"
    is_open = most >= end
    single = whole and step == 1
    name = f"{edges[-1]:,g}" if single else f"{edges[-1]:,g} to {last}"
    return edges, [*names, f"{edges[-1]:,g} and more" if is_open else name]


def _round_step(width: float, *, whole: bool) -> float:
    """Return the least of 1, 2, 5, 10 and so on that is no less; of whole numbers a whole one."""
    least = max(width, 1.0 if whole else 1e-9)
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(power * one for one in (1, 2, 5, 10) if power * one >= least * (1 - 1e-9)))
