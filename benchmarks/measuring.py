"""How long, how much memory, and on what machine?

Times are the best of a few runs in one process; memory is the peak of a process of its own. The
yardstick is a copy of one int64 column of the same length: what the machine needs to touch the data
once.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

LIBRARIES = ("numpy", "attrs", "python-dateutil", "polars", "duckdb", "pandas", "pyarrow")


def timed(question: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that a call takes, and its result."""
    start = time.perf_counter()
    result = question()
    return time.perf_counter() - start, result


def copy_seconds(rows: int) -> dict[str, float]:
    """Return the best times to copy an int64 column, into memory in use and into fresh memory."""
    column = np.arange(rows, dtype=np.int64)
    target = np.zeros_like(column)
    warm = min(timed(lambda: np.copyto(target, column))[0] for _ in range(5))
    fresh = min(timed(column.copy)[0] for _ in range(5))
    return {"warm": warm, "fresh": fresh}


def peak_bytes() -> int:
    """Return the most memory that this process has held."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def machine() -> dict[str, Any]:
    """Return the facts of the machine that times depend on."""
    return {
        "processor": _processor(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": platform.system(),
        "python": platform.python_version(),
    }


def versions(names: tuple[str, ...] = LIBRARIES) -> dict[str, str]:
    """Return the installed versions of libraries; those that are absent are left out."""
    found = {}
    for name in (*names, "custinsights"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
