"""What `measure` answers, in the words of the oracle: cells by label, values in natural units.

The two write some labels differently: the library says "Monday", the oracle "monday".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from custinsights.analyses.measuring.measure import measure
from custinsights.history.facts import Facts
from custinsights.results.cube import Cube
from tests.oracles.agreement import Found
from tests.oracles.dimensions import LINE_LABELS, Window
from tests.oracles.flow import Key
from tests.oracles.plain import METRICS, admits
from tests.oracles.shop import Label


def held(history: Facts, metrics: Sequence[str]) -> list[str]:
    """Those of the metrics for which the history has the columns."""
    names = history.numbers
    return [
        metric
        for metric in metrics
        if ("discount" not in metric or {"discount", "goods"} <= names.keys())
        and ("units" not in metric or "units" in names)
        and (metric != "line_revenue" or history.lines is not None)
    ]


def askable(history: Facts, by: Sequence[str], *, windowed: bool) -> list[str]:
    """Every metric that makes sense by these dimensions and that the history can answer.

    The library refuses a retention rate with a window, which the definitions leave open.
    """
    if history.lines is None and any(name in LINE_LABELS for name in by):
        return []
    if "price_type" in by and "discount" not in history.numbers:
        return []
    names = [metric for metric in METRICS if admits(metric, by, windowed=windowed)]
    return held(history, [n for n in names if not (windowed and n == "retention_rate")])


def plain_label(dimension: str, label: Any) -> Label:
    """Return a label of the library as the oracle writes it."""
    return label.lower() if dimension == "weekday" else label  # type: ignore[no-any-return]


def plain_cells(cube: Cube) -> dict[Key, dict[str, Found]]:
    """Return every cell of a cube by its labels, its values as they leave the library."""
    cells: dict[Key, dict[str, Found]] = {}
    for row in cube.to_dicts():
        key = tuple(plain_label(name, row.pop(name)) for name in cube.axes)
        assert key not in cells, f"the cell {key} is there twice"
        cells[key] = row
    return cells


def found(
    history: Facts,
    metrics: Sequence[str],
    by: Sequence[str] = (),
    window: Window | None = None,
    as_of: Any = None,
) -> dict[Key, dict[str, Found]]:
    """Return the library's answer to the question that the oracle's `measure` takes."""
    return plain_cells(measure(history, metrics, by=by, window=window, as_of=as_of))
