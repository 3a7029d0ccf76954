"""What is the state of a measurement? Whole numbers in labelled cells, which add up.

`Tallies` of histories over disjoint customers merge with ``+``: labels are aligned, numbers added.
The empty tallies change nothing, and neither the order nor the grouping of the parts matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from custinsights.errors import Incompatible
from custinsights.history.columnar.columns import IntArray

Label: TypeAlias = str | int | None


@attrs.frozen
class Axis:
    """A named axis; cells hold codes into its labels, or the labels themselves if None."""

    name: str
    labels: tuple[Label, ...] | None = None


@attrs.frozen(eq=False)
class Tallies:
    """Int64 columns over sparse cells: those in which a fact lies, sorted, None first.

    Parameters
    ----------
    axes
        The axes, most significant first. Labels are distinct and sorted.
    codes
        int64[axes, m]: per axis the code of every cell; cells are distinct and sorted.
    columns
        Name -> int64[m].
    """

    axes: tuple[Axis, ...]
    codes: IntArray
    columns: Mapping[str, IntArray]

    @classmethod
    def of(
        cls, axes: Sequence[Axis], codes: Sequence[IntArray], columns: Mapping[str, IntArray]
    ) -> Tallies:
        """Make tallies of cells in any order; equal cells are added up."""
        rows = len(next(iter(columns.values()))) if columns else 0
        stacked = np.empty((len(axes), rows), dtype=np.int64)
        kept_axes = []
        for place, (axis, column) in enumerate(zip(axes, codes, strict=True)):
            kept, stacked[place] = _canonical(axis, np.asarray(column, dtype=np.int64))
            kept_axes.append(kept)
        if _ascends(stacked):
            sums = {name: column.astype(np.int64) for name, column in sorted(columns.items())}
            return cls(tuple(kept_axes), stacked, sums)
        order = np.lexsort(stacked[::-1]) if len(axes) else np.arange(rows)
        stacked = stacked[:, order]
        starts = starts_of_columns(stacked)
        sums = {
            name: np.add.reduceat(column.take(order), starts)
            for name, column in sorted(columns.items())
        }
        return cls(tuple(kept_axes), stacked[:, starts], sums)

    def __len__(self) -> int:
        return int(self.codes.shape[1])

    def __add__(self, other: Tallies) -> Tallies:
        if not isinstance(other, Tallies):
            return NotImplemented
        if [axis.name for axis in self.axes] != [axis.name for axis in other.axes] or (
            self.columns.keys() != other.columns.keys()
        ):
            raise Incompatible(
                what="the questions of the tallies",
                left=self._shape(),
                right=other._shape(),
            )
        axes, codes = [], []
        for place, (left, right) in enumerate(zip(self.axes, other.axes, strict=True)):
            axis, ours, theirs = _united(left, right)
            axes.append(axis)
            mine, added = self.codes[place], other.codes[place]
            codes.append(
                np.concatenate(
                    [
                        mine if ours is None else ours.take(mine),
                        added if theirs is None else theirs.take(added),
                    ]
                )
            )
        columns = {
            name: np.concatenate([column, other.columns[name]])
            for name, column in self.columns.items()
        }
        return Tallies.of(axes, codes, columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tallies):
            return NotImplemented
        return (
            self.axes == other.axes
            and np.array_equal(self.codes, other.codes)
            and self.columns.keys() == other.columns.keys()
            and all(np.array_equal(c, other.columns[n]) for n, c in self.columns.items())
        )

    def _shape(self) -> str:
        return f"{', '.join(self.columns)} by {', '.join(a.name for a in self.axes) or 'nothing'}"

    def labels_of(self, name: str, rows: IntArray | None = None) -> list[Any]:
        """Return the label of every cell, or of some, on an axis."""
        place = [axis.name for axis in self.axes].index(name)
        labels, column = self.axes[place].labels, self.codes[place]
        codes = (column if rows is None else column.take(rows)).tolist()
        return codes if labels is None else [labels[code] for code in codes]


def starts_of_columns(codes: IntArray) -> IntArray:
    """Return the columns of a two-dimensional array that differ from the one before."""
    is_new = np.ones(codes.shape[1], dtype=np.bool_)
    is_new[1:] = (codes[:, 1:] != codes[:, :-1]).any(axis=0)
    return np.flatnonzero(is_new)


def _ascends(stacked: IntArray) -> bool:
    """Tell whether cells are distinct and sorted already."""
    undecided = np.ones(max(stacked.shape[1] - 1, 0), dtype=np.bool_)
    for codes in stacked:
        if bool((undecided & (codes[1:] < codes[:-1])).any()):
            return False
        undecided &= codes[1:] == codes[:-1]
    return not bool(undecided.any())


def label_key(label: Label) -> tuple[bool, bool, Any]:
    """Sort None first, then numbers, then texts."""
    return (label is not None, isinstance(label, str), 0 if label is None else label)


def _canonical(axis: Axis, codes: IntArray) -> tuple[Axis, IntArray]:
    """Return the axis with only the labels that occur, sorted, and the codes in it."""
    labels = axis.labels
    if labels is None:
        return axis, codes
    order = sorted(np.unique(codes).tolist(), key=lambda code: label_key(labels[code]))
    table = np.zeros(len(labels), dtype=np.int64)
    table[order] = np.arange(len(order))
    return Axis(axis.name, tuple(labels[code] for code in order)), table.take(codes)


def _united(left: Axis, right: Axis) -> tuple[Axis, IntArray | None, IntArray | None]:
    """Return one axis for two and the tables that recode each into it."""
    if left.labels is None or right.labels is None or left.labels == right.labels:
        return left, None, None
    labels = tuple(sorted({*left.labels, *right.labels}, key=label_key))
    place = {label: code for code, label in enumerate(labels)}
    ours, theirs = (
        np.array([place[label] for label in axis.labels or ()], dtype=np.int64)
        for axis in (left, right)
    )
    return Axis(left.name, labels), ours, theirs
