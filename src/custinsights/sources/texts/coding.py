"""How do the cells of one column lie in memory while a file is read?

Chunk by chunk, in the cheapest form from which they can be told again: as numbers as long as every
cell is one as it is usually written, else as texts, each distinct one once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import TypeAlias

import numpy as np

from custinsights.history.columnar.columns import AnyArray, IntArray
from custinsights.sources.texts.columns import Cells, Texts, Values, one_below_another
from custinsights.sources.texts.vocabulary import Kind

NumberReader: TypeAlias = Callable[[Sequence[str]], AnyArray | None]

_ENOUGH_ROWS = 50_000
_MOST = 0.8
_DECIMALS = 2
_CENT = Decimal(1).scaleb(-_DECIMALS)
_LONGEST_AMOUNT = 15  # so many figures every float64 holds
_POWERS = 10 ** np.arange(1, 19, dtype=np.int64)


class ColumnCoder:
    """Collects the cells of one column.

    Parameters
    ----------
    kind
        How the column is read: ids may be integers, amounts have two decimals, as a rule; where
        equal texts need not be equal codes, a column of which most texts differ is not looked up
        text by text.
    """

    def __init__(self, kind: Kind) -> None:
        self._readers: Sequence[NumberReader] = _READERS.get(kind, ())
        self._numbers: list[AnyArray] = []
        self._may_repeat = kind not in {"identity", "code", "label"}
        self._table: defaultdict[str, int] | None = defaultdict(count().__next__)
        self._names: list[str] = []
        self._codes: list[AnyArray] = []
        self._rows = 0

    def add(self, texts: Sequence[str]) -> None:
        """Add some rows."""
        for reader in self._readers:
            found = reader(texts)
            if found is not None:
                self._numbers.append(found)
                self._readers = (reader,)
                return
        self._readers = ()
        self._add_texts(texts)

    def add_blanks(self, n: int) -> None:
        """Add rows without a text."""
        if n:
            self._readers = ()
            self._add_texts([""] * n)

    def column(self) -> Cells:
        """Return all rows."""
        parts: list[Cells] = []
        if self._numbers:
            numbers = Values.of(np.concatenate(self._numbers))
            is_text = self._codes and numbers.array.dtype.kind == "f"
            parts.append(numbers.texts().mapped(as_written) if is_text else numbers)
        if self._codes or not parts:
            codes = np.concatenate(self._codes) if self._codes else np.empty(0, dtype=np.int32)
            names = self._names if self._table is None else list(self._table)
            parts.append(Texts(codes, names, is_distinct=self._table is not None))
        return parts[0] if len(parts) == 1 else one_below_another(parts)

    def _add_texts(self, texts: Sequence[str]) -> None:
        n = len(texts)
        self._rows += n
        if self._table is None:
            first = len(self._names)
            self._names.extend(texts)
            self._codes.append(np.arange(first, first + n, dtype=np.int32))
            return
        self._codes.append(np.fromiter(map(self._table.__getitem__, texts), np.int32, n))
        if self._may_repeat and self._rows > _ENOUGH_ROWS:
            self._may_repeat = False  # asked once
            if len(self._table) > _MOST * self._rows:
                self._names, self._table = list(self._table), None


def integers(texts: Sequence[str]) -> IntArray | None:
    """Return texts as integers if all of them are written as Python writes these, else None.

    Examples
    --------
    >>> integers(["7", "-12"])
    array([  7, -12])
    >>> integers(["07"]) is integers([""]) is None
    True
    """
    joined = "".join(texts)
    if not joined.isascii():
        return None
    try:
        found = np.fromiter(map(int, texts), np.int64, len(texts))
    except (ValueError, OverflowError):
        return None
    # A text is never shorter than its number is written, so that sums tell: all are as long.
    return found if len(joined) == _figures(found) + int(np.count_nonzero(found < 0)) else None


def amounts(texts: Sequence[str]) -> AnyArray | None:
    """Return texts as floats if all of them are amounts with two decimals, else None.

    Examples
    --------
    >>> amounts(["19.99", "-0.50"])
    array([19.99, -0.5 ])
    >>> amounts(["1.999"]) is amounts(["nan"]) is None
    True
    """
    written = np.frombuffer(("\n".join(texts) + "\n").encode(), dtype=np.uint8)
    ends = np.flatnonzero(written == ord("\n"))
    dots = np.flatnonzero(written == ord("."))
    if not len(ends) == len(dots) == len(texts) or (ends - dots != _DECIMALS + 1).any():
        return None
    starts = np.concatenate([[0], ends[:-1] + 1])
    starts += written[starts] == ord("-")
    n_figures = dots - starts
    leads = written[starts] == ord("0")
    is_figure = (written >= ord("0")) & (written <= ord("9"))
    if (
        int(is_figure.sum()) != int(n_figures.sum()) + _DECIMALS * len(texts)
        or (n_figures < 1).any()
        or (n_figures > _LONGEST_AMOUNT - _DECIMALS).any()
        or (leads & (n_figures > 1)).any()
    ):
        return None
    return np.fromiter(map(float, texts), np.float64, len(texts))


def as_written(amount: str) -> str:
    """An amount with its two decimals, by which other cells of its column are understood."""
    return str(Decimal(amount).quantize(_CENT)) if amount else ""


def _figures(numbers: IntArray) -> int:
    """How many figures some integers have together."""
    more = np.searchsorted(_POWERS, np.abs(numbers), side="right")
    return len(numbers) + int(more.sum())


_READERS: Mapping[Kind, Sequence[NumberReader]] = {
    "identity": (integers,),
    "key": (integers,),
    "quantity": (integers, amounts),
    "money": (amounts, integers),
}
