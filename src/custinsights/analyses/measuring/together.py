"""How do several measurements travel as one state? Side by side, each merged with its like."""

from __future__ import annotations

import attrs

from custinsights.analyses.measuring.measured import Measured
from custinsights.errors import Incompatible


@attrs.frozen
class Together:
    """The states of several measurements of the same history.

    Parameters
    ----------
    states
        The states in the order in which the analysis asks for them.
    """

    states: tuple[Measured, ...]

    def __add__(self, other: Together) -> Together:
        if not isinstance(other, Together):
            return NotImplemented
        if len(self.states) != len(other.states):
            counts = (len(self.states), len(other.states))
            raise Incompatible("the numbers of measurements", *counts)
        return Together(tuple(a + b for a, b in zip(self.states, other.states, strict=True)))
