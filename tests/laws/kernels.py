"""The ways in which the same facts can be added up; no answer may depend on them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

import pytest

from custinsights.analyses.measuring import summarise
from custinsights.history.kernels import cells


class Kernel(Enum):
    """Orders in a block, threads, and the number of cells up to which totals are dense."""

    WHOLE = (1 << 16, 1, 1 << 21)
    BLOCKS = (3, 3, 1 << 21)
    SPARSE = (1 << 16, 1, 0)
    SPARSE_BLOCKS = (4, 2, 40)

    @contextmanager
    def used(self, orders: int | None = None) -> Iterator[None]:
        """Measure in this way inside a ``with``, if told so in blocks of other size."""
        usual, threads, dense = self.value
        orders = usual if orders is None else orders
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(summarise, "BLOCK", orders)
            patch.setattr(cells, "DENSE_CELLS", dense)
            patch.setattr(os, "cpu_count", lambda: threads)
            yield
