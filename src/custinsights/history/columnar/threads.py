"""How do passes over long columns use more than one core?

NumPy releases the interpreter lock in its kernels, so threads over blocks or column stretches
gain; results never depend on the number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np

from custinsights.history.columnar.columns import AnyArray, CodeArray, IntArray

T = TypeVar("T")
R = TypeVar("R")

_SHORT = 1 << 18


def workers() -> int:
    """Return how many threads are worth having here."""
    return max(1, min(8, os.cpu_count() or 1))


def in_threads(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Apply `work` to every item, in threads, and return the results in order."""
    waiting = list(items)
    if len(waiting) <= 1 or workers() == 1:
        return [work(item) for item in waiting]
    with ThreadPoolExecutor(workers()) as pool:
        return list(pool.map(work, waiting))


def gather(column: AnyArray, rows: IntArray | CodeArray) -> AnyArray:
    """Return ``column[rows]`` as a new read-only array, in threads when it is long."""
    if len(rows) < _SHORT or not column.dtype.isnative or column.dtype.kind not in "iufb":
        taken = column.take(rows)
    else:
        taken = np.empty(len(rows), dtype=column.dtype)
        cuts = np.linspace(0, len(rows), workers() + 1).astype(np.int64).tolist()

        def fill(stretch: tuple[int, int]) -> None:
            part = slice(*stretch)
            np.take(column, rows[part], out=taken[part], mode="clip")

        in_threads(fill, pairwise(cuts))
    taken.flags.writeable = False
    return taken
