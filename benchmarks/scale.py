"""Does the time per order stay flat from a small shop to a very large one?

custinsights alone, in processes of its own for each size and row order: one with the three columns
that the suite asks about, which also tells the peak memory, one with all five for the other parts
that are asked of orders alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from benchmarks.measuring import machine, versions
from benchmarks.questions import PLAIN, SUITE
from benchmarks.running import Job, run_apart

_FEW = 20_000_000


def run_scale(sizes: Sequence[int], *, seed: int) -> dict[str, Any]:
    """Return build and part times, and peak memory, for shops of several sizes."""
    runs = []
    for orders in sizes:
        for shuffled in (False, True):
            wide = Job(
                contestant="custinsights",
                orders=orders,
                seed=seed,
                shuffled=shuffled,
                parts=tuple(part for part in PLAIN if part not in SUITE),
                repeats=3 if orders < _FEW else 1,
            )
            suite = attrs.evolve(wide, parts=SUITE, narrow=True)
            measured = run_apart(suite)
            measured["seconds"] |= run_apart(wide)["seconds"]
            runs.append({"orders": orders, "rows": "random" if shuffled else "time", **measured})
    return {
        "kind": "scale",
        "seed": seed,
        "machine": machine(),
        "versions": versions(),
        "runs": runs,
    }


def flatness(figures: dict[str, Any], part: str, rows: str) -> float:
    """Return the largest time per order of a part over the smallest, over all sizes."""
    runs = [run for run in figures["runs"] if run["rows"] == rows]
    each = [float(run["seconds"][part]) / int(run["orders"]) for run in runs]
    return max(each) / min(each)
