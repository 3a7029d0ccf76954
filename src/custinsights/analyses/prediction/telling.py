"""How does a fitted model present itself? Its parameters, how sure they are, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from custinsights.analyses.prediction.fitting import Convergence
from custinsights.results.table import Column, Table


class Told(Protocol):
    """What is told of any fitted model."""

    @property
    def convergence(self) -> Convergence:
        """Whether to believe it."""

    @property
    def customers(self) -> int:
        """How many it was fitted to."""


def parameters_table(
    name: str, params: Mapping[str, float], errors: Mapping[str, float], told: Told
) -> Table:
    """Return a row for each parameter, with the verdict as a note."""
    verdict = told.convergence
    notes = [f"Fitted to {told.customers:,} customers: {verdict.reason}."]
    if not told.customers:
        notes = [f"{verdict.reason[:1].upper()}{verdict.reason[1:]}."]
    if not verdict and verdict.advice:
        notes.append(f"Not to be used. {verdict.advice}.")
    return Table(
        name,
        [
            Column("parameter", "label", list(params)),
            Column("value", "number", np.array([*params.values()], dtype=np.float64)),
            Column(
                "standard_error",
                "number",
                np.array([errors.get(one, np.nan) for one in params], dtype=np.float64),
            ),
        ],
        notes=notes,
    )
