"""What does ``import custinsights`` cost beyond what it stands on?

``python -m benchmarks.import_cost`` starts fresh interpreters: some import only numpy, attrs and
dateutil, others custinsights too; the difference of the medians is the cost.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Any

from benchmarks.measuring import machine, versions
from benchmarks.running import ROOT

GROUND = "import numpy, attrs, dateutil"
_TIMED = "import time; start = time.perf_counter(); {0}; print(time.perf_counter() - start)"


def import_milliseconds(statement: str, *, runs: int = 7) -> float:
    """Return the median milliseconds of an import statement in fresh interpreters."""
    command = [sys.executable, "-c", _TIMED.format(statement)]
    return statistics.median(
        float(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout) * 1000
        for _ in range(runs)
    )


def import_cost(*, runs: int = 7) -> dict[str, Any]:
    """Return the milliseconds of the ground, of custinsights on it, and the difference."""
    import_milliseconds(f"{GROUND}, custinsights", runs=1)
    ground = import_milliseconds(GROUND, runs=runs)
    whole = import_milliseconds(f"{GROUND}, custinsights", runs=runs)
    return {
        "kind": "import",
        "ground_ms": ground,
        "with_custinsights_ms": whole,
        "cost_ms": whole - ground,
        "machine": machine(),
        "versions": versions(("numpy", "attrs", "python-dateutil")),
    }


if __name__ == "__main__":
    figures = import_cost()
    print(f"{GROUND}: {figures['ground_ms']:.1f} ms; custinsights adds {figures['cost_ms']:.1f} ms")
    target = ROOT / "benchmarks" / "results" / "import.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
