"""How does a cube become a chart? Its columns as series, its table as the text alternative."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.contacts import hidden_if_contact
from custinsights.presentation.cells import PARTLY, PROVISIONAL, UNKNOWN, plain
from custinsights.presentation.figures import Figure, bars
from custinsights.presentation.report.parts import Chart
from custinsights.results.cube import Cube
from custinsights.results.table import Column, Table

__all__ = ["MOST_LABELS", "across", "chart", "largest", "of_all", "of_table", "shares_of", "word"]

MOST_LABELS = 12
"""How many bars of the largest are drawn."""

PALE = f"Pale, open or {PROVISIONAL}: {PARTLY}."

_Draw = Callable[..., Figure]


def word(label: object) -> str:
    """Return a label as a reader wants it: also where it is unknown, and no contact."""
    return UNKNOWN if label is None else plain(str(hidden_if_contact(label)))


def chart(
    title: str,
    says: str,
    table: Table,
    series: Mapping[str, str],
    *,
    draw: _Draw = bars,
    most: int | None = None,
    **options: object,
) -> Chart:
    """Return a chart of some columns of a table over its first, by their names in the legend.

    At most so many rows are drawn, the first that are not 0; the table keeps all of them.
    """
    drawn = table if most is None else table.take(_told(table, next(iter(series)))[:most])
    first = drawn.columns[0]
    labels = [label if first.kind == "share" else word(label) for label in first.values.tolist()]
    columns = {name: drawn.column(column) for column, name in series.items()}
    figure = draw(labels, columns, title=title, **options)
    marks = [column.provisional for column in columns.values()]
    if any(mark is not None and mark.any() for mark in marks):
        says = f"{says} {PALE}"
    if first.kind == "share":
        figure["layout"]["xaxis"] |= {
            "range": [0, 1.001],
            "dtick": 0.2,
            "title": {"text": f"share of {first.name}", "font": {"size": 13}},
        }
        figure["layout"]["margin"]["r"] = 28
    return Chart(
        title=title, figure=figure, says=says, table=table, series=tuple(series), rows=len(drawn)
    )


def largest(table: Table, by: str) -> Table:
    """Return the rows with the largest values of a column first, with words for missing labels.

    Rows in which it is 0 are the last.
    """
    column = table.column(by)
    numbers = np.where(column.absent, 0, column.values)
    chosen = table.take(np.lexsort((-numbers, numbers == 0)))
    first, *rest = chosen.columns
    labels = Column(first.name, "label", [word(label) for label in first.values.tolist()])
    return attrs.evolve(chosen, columns=[labels, *rest])


def _told(table: Table, by: str) -> npt.NDArray[np.intp]:
    """Return in which rows a column has a number but 0."""
    column = table.column(by)
    return np.flatnonzero(np.where(column.absent, 0, column.values))


def of_all(rows: Table) -> str:
    """Return how many of the rows of a table are drawn, where not all are."""
    return f" The first {MOST_LABELS} of {len(rows):,}." if len(rows) > MOST_LABELS else ""


def of_table(title: str, says: str, table: Table, *, draw: _Draw = bars, **options: Any) -> Chart:
    """Return a chart of all columns of a table but the first, which are its labels."""
    return chart(title, says, table, {name: name for name in table.names[1:]}, draw=draw, **options)


def across(cube: Cube, down: str, side: str, metric: str, words: Mapping[object, str]) -> Table:
    """Return a metric as a table: one dimension down, the labels of another as columns.

    A label under which nothing but zeros and gaps stand has no column.
    """
    table = cube.table()
    column = table.column(metric)
    rows = table.column(down).values.tolist()
    sides = table.column(side).values.tolist()
    places = {label: place for place, label in enumerate(dict.fromkeys(rows))}
    columns = [Column(down, "label", [word(label) for label in places])]
    for label, name in words.items():
        at = [row for row, one in enumerate(sides) if one == label]
        if not at or not np.any(column.values[at][~column.absent[at]]):
            continue
        found = np.full(len(places), -1)
        found[[places[rows[row]] for row in at]] = at
        columns.append(_gathered(column, found, name))
    return Table(f"{metric.replace('_', ' ')} by {down}", columns, timezone=table.timezone)


def _gathered(column: Column, rows: np.ndarray, name: str) -> Column:
    taken = column.take(np.maximum(rows, 0))
    return attrs.evolve(taken, name=name, missing=taken.absent | (rows < 0))


def shares_of(table: Table) -> Table:
    """Return the columns of a table as shares of their sum in each row."""
    first, *rest = table.columns
    parts = [np.where(column.absent, 0, column.values).astype(np.float64) for column in rest]
    whole = np.sum(parts, axis=0) if parts else np.empty(0)
    shares = [
        np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0) for part in parts
    ]
    marks = [column.provisional for column in rest if column.provisional is not None]
    partly = np.any(marks, axis=0) if marks else None
    columns: Sequence[Column] = [
        Column(column.name, "share", share, provisional=partly)
        for column, share in zip(rest, shares, strict=True)
    ]
    return Table(f"shares of {table.title}", [first, *columns], timezone=table.timezone)
