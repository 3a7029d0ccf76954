"""How is a result turned so that it fits a screen?

A cell of a cube is one row; on a screen months run down and customer types run across. These
functions rearrange tables and choose rows. They compute nothing but shares of a total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from custinsights.results.table import Column, Table

__all__ = [
    "in_brief",
    "labelled",
    "ranked",
    "sentence",
    "share_of",
    "spread",
    "stacked",
    "unrepeated",
    "with_last",
    "without",
    "without_unlabelled",
    "without_zeros",
]


def sentence(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def in_brief(segments: Table) -> Table:
    """Segments with as many columns as a screen has room for."""
    told = {"kind", "segment", "customers", "share", "total_spent"}
    return attrs.evolve(segments, columns=[c for c in segments.columns if c.name in told])


def spread(
    table: Table, across: str, words: Mapping[str | None, str], values: Sequence[str]
) -> Table:
    """One row per label of the other dimension, one column per value and label of `across`.

    Parameters
    ----------
    table : Table
        A cube by two dimensions.
    across : str
        The dimension whose labels become columns.
    words : mapping
        The labels to show, in order, and the word for each in the column's name; a label that
        holds only zeros is left out.
    values : sequence of str
        The metric columns, in order.
    """
    down = next(c for c in table.columns if c.kind == "label" and c.name != across)
    cells = zip(down.values.tolist(), table.column(across).values.tolist(), strict=True)
    place = {cell: row for row, cell in enumerate(cells)}
    labels = dict.fromkeys(label for label, _ in place)
    first = [next(row for (down, _), row in place.items() if down == label) for label in labels]
    columns = [down.take(first)]
    for value in values:
        for label, word in words.items():
            found = _gathered(table.column(value), [place.get((row, label)) for row in labels])
            if np.any(found.values[~found.absent]):
                columns.append(attrs.evolve(found, name=f"{word} {value}"))
    return attrs.evolve(table, columns=columns)


def _gathered(column: Column, rows: Sequence[int | None]) -> Column:
    """Those rows of a column, missing where there is none."""
    if not len(column):
        return column
    found = column.take([0 if row is None else row for row in rows])
    is_lost = np.array([row is None for row in rows], dtype=bool)
    return attrs.evolve(found, missing=found.absent | is_lost, provisional=None)


def ranked(table: Table, by: str, limit: int) -> Table:
    """The rows with the largest values, the largest first; equal ones keep their order."""
    column = table.column(by)
    rows = np.flatnonzero(~column.absent).tolist()
    return table.take(sorted(rows, key=column.values.tolist().__getitem__, reverse=True)[:limit])


def share_of(table: Table, name: str, label: str) -> Table:
    """The table with a last column: each row's part of the sum of the column over all rows.

    Rows without a label and rows below zero, such as refunds that name no order, are in the sum.
    """
    column = table.column(name)
    values = np.where(column.absent, 0, column.values)
    whole = int(values.sum())
    shares = values / whole if whole > 0 else np.full(len(values), np.nan)
    return attrs.evolve(table, columns=(*table.columns, Column(label, "share", shares)))


def labelled(table: Table, name: str, label: str, texts: Mapping[object, str | None]) -> Table:
    """The table with a column of texts after the one that they belong to; as it is without any."""
    if not texts:
        return table
    found = [texts.get(value) for value in table.column(name).values]
    place = table.names.index(name) + 1
    columns = (*table.columns[:place], Column(label, "label", found), *table.columns[place:])
    return attrs.evolve(table, columns=columns)


def without_unlabelled(table: Table) -> Table:
    """The rows whose first label is known."""
    return table.take(np.flatnonzero(~table.columns[0].absent))


def unrepeated(table: Table, name: str) -> Table:
    """The table with a label left blank where the row before has the same."""
    labels = table.column(name).values.tolist()
    seen = ["" if i and labels[i - 1] == label else label for i, label in enumerate(labels)]
    columns = (
        Column(name, "label", seen) if column.name == name else column for column in table.columns
    )
    return attrs.evolve(table, columns=columns)


def without_zeros(table: Table) -> Table:
    """The table without columns of numbers in which nothing but zeros and gaps stand."""
    kept = tuple(c for c in table.columns if c.kind == "label" or np.any(c.values[~c.absent]))
    return attrs.evolve(table, columns=kept)


def without(table: Table, name: str) -> Table:
    """The table without a column."""
    kept = tuple(column for column in table.columns if column.name != name)
    return attrs.evolve(table, columns=kept)


def with_last(table: Table, row: Mapping[str, object]) -> Table:
    """The table with one row more; columns that the row does not name are missing in it."""
    columns = []
    for column in table.columns:
        named = column.name in row
        value = row[column.name] if named else column.values[-1]
        provisional = None if column.provisional is None else [*column.provisional, False]
        columns.append(
            attrs.evolve(
                column,
                values=[*column.values.tolist(), value],
                missing=[*column.absent, not named],
                provisional=provisional,
            )
        )
    return attrs.evolve(table, columns=columns)


def stacked(tables: Mapping[str, Table], name: str) -> Table:
    """Tables of equal columns one above the other, each row beginning with its table's key."""
    first, *_ = tables.values()
    heads = [key for key, table in tables.items() for _ in range(len(table))]
    columns = [Column(name, "label", heads)]
    for column in first.columns:
        parts = [table.column(column.name) for table in tables.values()]
        values = np.concatenate([part.values for part in parts])
        missing = np.concatenate([part.absent for part in parts])
        columns.append(attrs.evolve(column, values=values, missing=missing, provisional=None))
    return attrs.evolve(first, columns=columns)
