"""How does a result keep what it says? Arrays that cannot be written, labels that are meant."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Any, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from custinsights.domain.frozen import Frozen

AnyArray: TypeAlias = npt.NDArray[Any]


@overload
def frozen_array(array: AnyArray) -> AnyArray: ...
@overload
def frozen_array(array: None) -> None: ...
def frozen_array(array: AnyArray | None) -> AnyArray | None:
    """Return a view of an array that cannot be written."""
    if array is None or not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view


def frozen_arrays(arrays: Mapping[str, AnyArray]) -> Mapping[str, AnyArray]:
    """Return arrays by name, none of which can be written or exchanged."""
    return Frozen({name: frozen_array(array) for name, array in arrays.items()})


def meant(wanted: object, labels: Collection[object]) -> object:
    """Return the label that is meant: itself, or the one that reads the same (2011, "2011")."""
    if wanted is None or (isinstance(wanted, Hashable) and wanted in labels):
        return wanted
    alike = [label for label in labels if label is not None and str(label) == str(wanted)]
    return alike[0] if len(alike) == 1 else str(wanted)


def same_array(left: AnyArray, right: AnyArray) -> bool:
    """Tell whether two arrays hold the same, NaN being the same as NaN."""
    return np.array_equal(left, right, equal_nan=left.dtype.kind == "f")
