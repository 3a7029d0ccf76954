"""How does an arm stand beside the control, by what its customers did?"""

from __future__ import annotations

from math import nan
from statistics import NormalDist
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.experiments import significance
from custinsights.history.columnar.columns import FloatArray, IntArray
from custinsights.results.comparison import CONVERSION, VALUE
from custinsights.results.intervals import SMALL, apart, lift, wilson
from custinsights.results.table import Column, Table


@attrs.frozen(eq=False)
class Arm:
    """What the customers of an arm did whose time is over."""

    name: str
    orders: IntArray
    values: FloatArray
    currency: str

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.orders)

    @property
    def converted(self) -> int:
        """How many of them ordered."""
        return int((self.orders > 0).sum())


def rate_of(arm: Arm, control: Arm, level: float, tests: int) -> dict[str, Any]:
    """Return what is to be said of the conversion of an arm."""
    own = (np.array([arm.converted]), np.array([arm.size]))
    pair = (*own, np.array([control.converted]), np.array([control.size]))
    low, high = wilson(*own, z=_z(level))
    row = _row(CONVERSION, arm, arm.converted, "share", (float(low[0]), float(high[0])))
    if arm is not control:
        row["difference_low"], row["difference_high"] = (
            float(bound[0]) for bound in apart(*pair, z=_z(level / tests))
        )
        row["lift"], row["lift_low"], row["lift_high"] = (
            float(bound[0]) for bound in lift(*pair, z=_z(level / tests))
        )
        row["difference"] = row["mean"] - _quotient(control.converted, control.size)
        row["p_value"], row["test"] = significance.of_rates(
            arm.converted, arm.size, control.converted, control.size
        )
    return row


def mean_of(outcome: str, arm: Arm, control: Arm, level: float, tests: int) -> dict[str, Any]:
    """Return what is to be said of the mean number of orders of an arm, or of their value."""
    values, others = (
        one.values if outcome == VALUE else one.orders.astype(np.float64) for one in (arm, control)
    )
    unit = arm.currency if outcome == VALUE else "orders"
    row = _row(outcome, arm, float(values.sum()), unit, significance.of_mean(values, level))
    if arm is not control:
        found = significance.of_means(values, others, level / tests)
        base = _quotient(float(others.sum()), control.size)
        row["difference"] = row["mean"] - base
        row["difference_low"], row["difference_high"] = found.low, found.high
        row["p_value"], row["test"] = found.p_value, significance.WELCH
        if row["mean"] > 0 < base:
            spread = np.hypot(_error(values) / row["mean"], _error(others) / base)
            factor = float(np.exp(_z(level / tests) * spread))
            ratio = row["mean"] / base
            row["lift"], row["lift_low"], row["lift_high"] = ratio, ratio / factor, ratio * factor
    return row


def _row(
    outcome: str, arm: Arm, total: float, unit: str, bounds: tuple[float, float]
) -> dict[str, Any]:
    unknown = ("difference", "lift")
    beside = [f"{name}{end}" for name in unknown for end in ("", "_low", "_high")]
    return {
        "outcome": outcome,
        "arm": arm.name,
        "customers": arm.size,
        "total": float(total),
        "mean": _quotient(total, arm.size),
        "low": bounds[0],
        "high": bounds[1],
        **dict.fromkeys((*beside, "p_value"), nan),
        "test": None,
        "small": arm.size < SMALL,
        "unit": unit,
    }


def corrected(rows: list[dict[str, Any]], level: float) -> list[dict[str, Any]]:
    """Add p-values corrected for the number of arms that are compared."""
    p_values = np.array([row["p_value"] for row in rows], dtype=np.float64)
    adjusted = significance.holm(p_values).tolist()
    return [
        {**row, "p_adjusted": p, "significant": p < level}
        for row, p in zip(rows, adjusted, strict=True)
    ]


def outcome_table(title: str, rows: list[dict[str, Any]], notes: tuple[str, ...]) -> Table:
    """Return the rows of all arms and outcomes as a table."""

    def column(name: str, kind: str = "number", units: list[str] | None = None) -> Column:
        return Column(name, kind, [row[name] for row in rows], units=units)

    units = [row["unit"] for row in rows]
    totals = ["customers" if unit == "share" else unit for unit in units]
    return Table(
        title,
        [
            column("outcome", "label"),
            column("arm", "label"),
            column("customers", "count"),
            column("total", units=totals),
            *(column(name, units=units) for name in ("mean", "low", "high")),
            *(column(f"difference{end}", units=units) for end in ("", "_low", "_high")),
            *(column(f"lift{end}") for end in ("", "_low", "_high")),
            column("p_value"),
            column("p_adjusted"),
            column("significant", "flag"),
            column("test", "label"),
            column("small", "flag"),
        ],
        notes=notes,
    )


def _z(level: float) -> float:
    return NormalDist().inv_cdf(1 - level / 2)


def _quotient(above: float, below: int) -> float:
    return above / below if below else nan


def _error(values: FloatArray) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else nan
