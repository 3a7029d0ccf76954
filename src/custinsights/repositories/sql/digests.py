"""Are two orders equal? They are where their digests are: 64 bits of all that they say.

A digest is the sum, over columns and rows, of values that are mixed with the name of the column
and the place in the order. What is nothing adds nothing, so that a column that comes later changes
no digest.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from custinsights.repositories.batches import NOTHING
from custinsights.repositories.sql.columns import Columns, json_of

__all__ = ["per_order", "places", "row_digests"]

_Digests = npt.NDArray[np.uint64]
_NUMBERS: Final = frozenset({"money", "quantity", "instant"})
_JSON: Final = frozenset({"mapping", "texts"})


def row_digests(kinds: Mapping[str, str], columns: Columns, many: int) -> _Digests:
    """Return a digest of each row of some columns; the kinds say which ones count."""
    total = np.zeros(many, dtype=np.uint64)
    for name, kind in kinds.items():
        if name not in columns:
            continue
        salt = np.uint64(_hash(name))
        column = columns[name]
        if kind in _NUMBERS:
            is_told = column != NOTHING
            mixed = _mixed(column.astype(np.int64).view(np.uint64) ^ salt)
        else:
            hashes, is_told = _text_hashes(column, is_json=kind in _JSON)
            mixed = _mixed(hashes ^ salt)
        if is_told.any():
            total += np.where(is_told, mixed, np.uint64(0))
    return total


def per_order(
    name: str, digests: _Digests, starts: npt.NDArray[np.int64], at: npt.NDArray[np.int64]
) -> _Digests:
    """Return the sum for each order of the digests of its rows, which lie together in order."""
    salted = _mixed(digests + _mixed(at.view(np.uint64) ^ np.uint64(_hash(name))))
    running = np.zeros(len(salted) + 1, dtype=np.uint64)
    np.cumsum(salted, out=running[1:])
    return running[starts[1:]] - running[starts[:-1]]


def places(
    rows: npt.NDArray[np.int64], many: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return where the rows of each order start, and the place of each row in its order.

    `rows` are the orders, ascending.
    """
    starts = np.searchsorted(rows, np.arange(many + 1)).astype(np.int64)
    return starts, np.arange(len(rows), dtype=np.int64) - starts[rows]


def _text_hashes(column: npt.NDArray[Any], *, is_json: bool) -> tuple[_Digests, Any]:
    values = column.tolist()
    if values.count(None) == len(values):
        return np.zeros(len(values), dtype=np.uint64), np.zeros(len(values), dtype=bool)
    if is_json:
        values = [json_of(one, in_order=True) if one else None for one in values]
    known: dict[str | None, int] = {one: _hash(one or "") for one in set(values)}
    hashes = np.array([known[one] for one in values], dtype=np.uint64)
    return hashes, np.array([one is not None for one in values], dtype=bool)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _mixed(values: _Digests) -> _Digests:
    """Return values whose bits all depend on each other: the finalizer of splitmix64."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
