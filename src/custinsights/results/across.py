"""How does a metric by two dimensions look as a grid? The labels of one become columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from custinsights.results.metric_column import MetricColumn
from custinsights.results.table import Column


def laid_across(
    axes: Mapping[str, npt.NDArray[Any]],
    dimension: str,
    column: MetricColumn,
    is_partial: npt.NDArray[np.bool_],
) -> list[Column]:
    """Return the labels of all axes but one as columns, and the metric in one for each of its.

    A sum is 0 where no fact lies, any other metric missing there.
    """
    own = axes[dimension].tolist()
    others = {axis: labels for axis, labels in axes.items() if axis != dimension}
    rows = list(zip(*others.values(), strict=True)) if others else [()] * len(own)
    lines = {row: place for place, row in enumerate(dict.fromkeys(rows))}
    labels = list(dict.fromkeys(own))
    if len(labels) * len(lines) != len(own):  # not all everywhere, so in their own order
        labels.sort(key=lambda x: (x is not None, isinstance(x, str), 0 if x is None else x))
    place = {label: at for at, label in enumerate(labels)}
    is_sum = column.numerator is not None and column.denominator is None
    values = column.numerator if is_sum else column.values
    assert values is not None  # noqa: S101 - a sum has a numerator
    grid = np.full((len(lines), len(labels)), 0 if is_sum else np.nan, dtype=values.dtype)
    is_marked = np.zeros(grid.shape, dtype=np.bool_)
    at = ([lines[row] for row in rows], [place[label] for label in own])
    grid[at], is_marked[at] = values, is_partial
    found = [Column(axis, "label", [row[n] for row in lines]) for n, axis in enumerate(others)]
    for position, label in enumerate(labels):
        found.append(
            Column(
                "(unknown)" if label is None else str(label),
                column.kind,
                grid[:, position],
                unit=column.unit,
                exponent=column.exponent if is_sum else 0,
                provisional=is_marked[:, position] if is_partial.any() else None,
            )
        )
    return found
