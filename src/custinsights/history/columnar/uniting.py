"""What do several sources know together of the same people and the same products?

Of what they say differently, the source of the first rank is believed; among equal ranks the
smallest value, so that the order of the sources does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import attrs
import numpy as np

from custinsights.errors import Incompatible
from custinsights.history.columnar.columns import (
    NO_INSTANT,
    AnyArray,
    BoolArray,
    IntArray,
    Labels,
    People,
    Products,
    Tags,
)
from custinsights.history.columnar.identities import code_together

_KINDS = {"f": "number", "M": "date", "i": "flag"}

T = TypeVar("T")


def below_each_other(columns: Sequence[Labels]) -> Labels:
    """Return several columns of labels as one, its names in order."""
    names = tuple(sorted({name for column in columns for name in column.names}))
    codes = [column.renamed(names).codes for column in columns]
    return Labels(np.concatenate(codes) if codes else np.empty(0, dtype=np.int32), names)


@attrs.frozen(eq=False)
class _Rows:
    """The rows of several customer tables: the person of each and the rank of its table."""

    person: IntArray
    rank: IntArray
    count: int

    def told(self, column: AnyArray, says: BoolArray, missing: object) -> AnyArray:
        """Return to each person the value of the row that is believed."""
        found: AnyArray = np.full(
            (self.count, *column.shape[1:]), np.array(missing, dtype=column.dtype)
        )
        rows = np.flatnonzero(says)
        values = column[rows].T if column.ndim > 1 else column[rows][None]
        keys = [*reversed(values), self.rank[rows], self.person[rows]]
        believed = rows.take(np.lexsort(keys))[::-1]  # the first of each person is written last
        found[self.person[believed]] = column[believed]
        return found

    def labels(self, column: Labels) -> Labels:
        """Return to each person the label that is believed."""
        return Labels(self.told(column.codes, column.codes >= 0, -1), column.names)

    def typed(self, column: AnyArray) -> AnyArray:
        """Return to each person the number, date or flag that is believed."""
        if column.dtype.kind == "i":
            return self.told(column, column >= 0, -1)
        is_date = column.dtype.kind == "M"
        unknown: AnyArray = np.isnat(column) if is_date else np.isnan(column)
        says: AnyArray = ~unknown if column.ndim == 1 else ~np.asarray(unknown.any(axis=1))
        return self.told(column, says, "NaT" if is_date else np.nan)


def united_people(tables: Sequence[People], ranks: Sequence[int]) -> People:
    """Unite customer tables: who was known first when, and who carries which tags, in any of them.

    Parameters
    ----------
    tables
        A table may name somebody in several rows.
    ranks
        The lowest is believed first.
    """
    ids, codes = code_together([table.ids for table in tables])
    lengths = [len(table) for table in tables]
    rows = _Rows(
        np.concatenate(codes) if codes else np.empty(0, dtype=np.int64),
        np.repeat(np.array(ranks, dtype=np.int64), lengths),
        len(ids),
    )
    tags = [table.tags for table in tables]
    owners = [code.take(held.customer) for code, held in zip(codes, tags, strict=True)]
    labels = [table.labels for table in tables]
    attributes = [table.attributes for table in tables]
    return People(
        ids=ids.astype(object) if ids.dtype.kind == "T" else ids,
        created_at=_earliest([table.created_at for table in tables], lengths, rows),
        birthday=_typed([table.birthday for table in tables], lengths, rows),
        coordinates=_typed([table.coordinates for table in tables], lengths, rows),
        labels={
            name: rows.labels(_labels([held.get(name) for held in labels], lengths))
            for name in _names(labels)
        },
        attributes={
            name: _attribute(name, [held.get(name) for held in attributes], lengths, rows)
            for name in _names(attributes)
        },
        tags=united_tags(tags, owners),
        is_listed=_listed(tables, rows),
    )


def _listed(tables: Sequence[People], rows: _Rows) -> BoolArray | None:
    """Return who is listed in any of the tables."""
    if all(table.is_listed is None for table in tables):
        return None
    listed = np.zeros(rows.count, dtype=np.bool_)
    told = [np.ones(len(t), np.bool_) if t.is_listed is None else t.is_listed for t in tables]
    listed[rows.person[np.concatenate(told)]] = True
    return listed


def _names(columns: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted({name for held in columns for name in held})


def _earliest(
    columns: Sequence[IntArray | None], lengths: Sequence[int], rows: _Rows
) -> IntArray | None:
    if all(column is None for column in columns):
        return None
    whole = np.concatenate(
        [
            np.full(length, NO_INSTANT) if column is None else column
            for column, length in zip(columns, lengths, strict=True)
        ]
    )
    earliest = attrs.evolve(rows, rank=np.zeros_like(rows.rank))
    return earliest.told(whole, whole != NO_INSTANT, NO_INSTANT)


def _typed(
    columns: Sequence[AnyArray | None], lengths: Sequence[int], rows: _Rows
) -> AnyArray | None:
    """Unite columns of one type, of which some tables have none."""
    first = next((column for column in columns if column is not None), None)
    if first is None:
        return None
    missing = {"M": "NaT", "f": np.nan, "i": -1}[first.dtype.kind]
    nothing = np.array(missing, dtype=first.dtype)
    return rows.typed(
        np.concatenate(
            [
                np.full((length, *first.shape[1:]), nothing) if column is None else column
                for column, length in zip(columns, lengths, strict=True)
            ]
        )
    )


def _labels(columns: Sequence[Labels | None], lengths: Sequence[int]) -> Labels:
    return below_each_other(
        [
            Labels.missing(length) if column is None else column
            for column, length in zip(columns, lengths, strict=True)
        ]
    )


def _attribute(
    name: str, columns: Sequence[Labels | AnyArray | None], lengths: Sequence[int], rows: _Rows
) -> Labels | AnyArray:
    """Unite the columns of one attribute, which must be of one kind."""
    kinds = sorted(
        {
            "text" if isinstance(column, Labels) else _KINDS[column.dtype.kind]
            for column in columns
            if column is not None
        }
    )
    if len(kinds) > 1:
        raise Incompatible(f"the kinds of the attribute {name!r}", kinds[0], kinds[1])
    if kinds == ["text"]:
        texts = [column if isinstance(column, Labels) else None for column in columns]
        return rows.labels(_labels(texts, lengths))
    typed = _typed([None if isinstance(one, Labels) else one for one in columns], lengths, rows)
    assert typed is not None  # noqa: S101 - some table has the attribute
    return typed


def united_tags(tags: Sequence[Tags], owners: Sequence[IntArray]) -> Tags:
    """Return the tags of all tables on the united people, equal ones once."""
    if not any(map(len, tags)):
        return Tags.of(())
    name = below_each_other([held.name for held in tags])
    columns: list[IntArray] = [
        np.concatenate(owners),
        name.codes.astype(np.int64),
        np.concatenate([held.since for held in tags]),
        np.concatenate([held.until for held in tags]),
    ]
    found: IntArray = np.unique(np.stack(columns), axis=1)
    return Tags(found[0], Labels(found[1].astype(np.int32), name.names), found[2], found[3])


def united_products(
    tables: Sequence[Products | None], ranks: Sequence[int]
) -> tuple[Products | None, list[IntArray | None]]:
    """Unite product tables; return also the codes of each table's products in it."""
    held = [(table, rank) for table, rank in zip(tables, ranks, strict=True) if table is not None]
    if not held:
        return None, [None for _ in tables]
    ids = tuple(sorted({product for table, _ in held for product in table.ids}))
    place = {product: code for code, product in enumerate(ids)}
    codes = [
        None if table is None else np.array([place[one] for one in table.ids], dtype=np.int64)
        for table in tables
    ]

    def believed(said: Callable[[Products], Iterator[tuple[str, T]]]) -> dict[str, T]:
        """Return to each product what the first table says of it that says anything."""
        found: dict[str, tuple[int, T]] = {}
        for table, rank in held:
            for product, value in said(table):
                before = found.get(product)
                if before is None or (rank, value) < before:
                    found[product] = (rank, value)
        return {product: value for product, (_, value) in found.items()}

    labels = {}
    for name in _names([table.labels for table, _ in held]):
        texts = believed(partial(_texts, name=name))
        labels[name] = Labels.encode([texts.get(product) for product in ids])
    numbers = {}
    for name in _names([table.numbers for table, _ in held]):
        known = believed(partial(_numbers, name=name))
        numbers[name] = np.array([known.get(one, NO_INSTANT) for one in ids], dtype=np.int64)
    keywords = None
    if any(table.keywords is not None for table, _ in held):
        words = believed(_keywords)
        keywords = tuple(words.get(product, ()) for product in ids)
    return Products(ids=ids, labels=labels, numbers=numbers, keywords=keywords), codes


def _texts(table: Products, name: str) -> Iterator[tuple[str, str]]:
    column = table.labels.get(name)
    if column is not None:
        pairs = zip(table.ids, column.texts().tolist(), strict=True)
        yield from ((product, text) for product, text in pairs if text is not None)


def _numbers(table: Products, name: str) -> Iterator[tuple[str, int]]:
    column = table.numbers.get(name)
    if column is not None:
        pairs = zip(table.ids, column.tolist(), strict=True)
        yield from ((product, number) for product, number in pairs if number != NO_INSTANT)


def _keywords(table: Products) -> Iterator[tuple[str, tuple[str, ...]]]:
    pairs = zip(table.ids, table.keywords or (), strict=table.keywords is not None)
    yield from ((product, words) for product, words in pairs if words)
