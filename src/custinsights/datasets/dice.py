"""How does an invented shop decide, the same way every time?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import attrs
import numpy as np

T = TypeVar("T")


@attrs.frozen(eq=False)
class Dice:
    """Draws from a seeded generator; uses nothing but its even numbers in [0, 1).

    Examples
    --------
    >>> dice = Dice.seeded(7)
    >>> 1 <= dice.whole(1, 6) <= 6, dice.pick(["only"]), dice.chance(1.0)
    (True, 'only', True)
    """

    generator: np.random.Generator

    @classmethod
    def seeded(cls, seed: int) -> Dice:
        """Return dice that fall the same way for the same seed."""
        return cls(np.random.default_rng(seed))

    def share(self) -> float:
        """Return an even number in [0, 1)."""
        return float(self.generator.random())

    def chance(self, share: float) -> bool:
        """Return True in that share of the draws."""
        return self.share() < share

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of several, all alike."""
        return choices[self.whole(0, len(choices) - 1)]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """Return one of several by weight."""
        rest = self.share() * sum(weights.values())
        for choice, weight in weights.items():
            rest -= weight
            if rest < 0:
                return choice
        return choice

    def waiting(self, mean: float) -> float:
        """Return a waiting time: most are short, some are long."""
        return float(-mean * np.log1p(-self.share()))
