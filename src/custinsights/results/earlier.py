"""How are cells compared with those before them, where a wider cube holds these?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from custinsights.results.series import Series

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


class _Cells(Protocol):
    """What a comparison needs of a cube."""

    @property
    def axes(self) -> Mapping[str, npt.NDArray[Any]]: ...
    @property
    def is_partial(self) -> BoolArray: ...
    @property
    def period(self) -> IntArray: ...
    @property
    def state(self) -> Any: ...
    def __getitem__(self, metric: str) -> FloatArray: ...


def compared(
    cells: _Cells, wider: _Cells, metric: str, compare: Callable[[Series], FloatArray]
) -> FloatArray:
    """Return what `compare` says of some cells in the series of a cube that holds them all.

    NaN in a period that is not whole or not wholly observed.
    """
    periods = {d.name for d in wider.state.question.by if d.kind == "period"}
    labels = [column for name, column in wider.axes.items() if name not in periods]
    found = compare(Series.of(wider[metric], wider.period, labels, ~wider.is_partial))
    if wider is cells:
        return found
    row = {one: place for place, one in enumerate(_rows(wider))}
    rows = np.array([row[one] for one in _rows(cells)], dtype=np.int64)
    return np.where(cells.is_partial, np.nan, found.take(rows))


def _rows(cells: _Cells) -> list[tuple[Any, ...]]:
    """Return the labels of every cell."""
    return list(zip(*(labels.tolist() for labels in cells.axes.values()), strict=True))
