"""How large a part of a whole is something?"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def shares(parts: Any, whole: Any) -> npt.NDArray[np.float64]:
    """Return parts of a whole, missing where that is not positive.

    Examples
    --------
    >>> shares(np.array([1, 2]), np.array([4, 0]))
    array([0.25,  nan])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        below = np.asarray(whole, dtype=float)
        found: npt.NDArray[np.float64] = np.where(below > 0, parts / below, np.nan)
    return found
