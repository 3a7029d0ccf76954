"""How sure is a forecast? As sure as the parameters, drawn again and again from their normal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import attrs
import numpy as np

from custinsights.analyses.prediction.fitted import FittedModel
from custinsights.analyses.prediction.patterns import Purchases
from custinsights.domain.fields import refuse_other, whole_number
from custinsights.errors import InvalidValue, NoModel
from custinsights.history.columnar.columns import FloatArray

M = TypeVar("M", bound=FittedModel)

_BLOCK = 8192
_FEWEST = 20


def _seed(given: Any) -> int | np.random.Generator:
    """Return a seed or a generator; chance of its own would give other answers every time."""
    if isinstance(given, np.random.Generator):
        return given
    return whole_number("the seed of the draws is wrong", given, 0)


def _number(given: Any) -> int:
    return whole_number("the number of draws is wrong", given, _FEWEST)


def check_draws(given: object) -> None:
    """Refuse what asks for bounds and is no `Draws`, such as a seed alone."""
    if given is not None:
        refuse_other(Draws, "what asks for bounds", given)


@attrs.frozen
class Draws:
    """Asks for the bounds within which a forecast lies, as unsure as its parameters are.

    The logarithms of the parameters are drawn from the normal with the fitted covariance (by the
    delta method, so that every draw is a model: parameters stay above zero); the bounds are the
    quantiles of what the drawn models tell. They say how well the parameters are known, not how
    much one customer may differ from what is expected of their like: `order_distribution` says
    that.

    The normal is rough where customers are few. In 1,000 simulated shops of 500 customers by
    MBG/NBD, bounds at 95 % hold the truth of who came again in 91 to 97 %, but of who never did in
    89 %; in shops of 8,000 in 94 %: take a higher level where such bounds decide.

    Parameters
    ----------
    seed
        A whole number, which gives the same bounds each time, or a `numpy.random.Generator`.
    number
        How many models to draw, 20 or more.
    level
        Between 0 and 1: which part of the draws lies within the bounds.

    Examples
    --------
    >>> Draws(seed=7).number
    200
    """

    seed: int | np.random.Generator = attrs.field(converter=_seed)
    number: int = attrs.field(default=200, converter=_number)
    level: float = 0.95

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.level, float) or not 0 < self.level < 1:
            what = "the level of the draws is out of range"
            raise InvalidValue(what, self.level, "a number between 0 and 1, such as 0.95")

    @property
    def generator(self) -> np.random.Generator:
        """The generator that is given, or a new one of the seed."""
        given = self.seed
        return given if isinstance(given, np.random.Generator) else np.random.default_rng(given)

    def of(self, model: M, generator: np.random.Generator | None = None) -> list[M]:
        """Return models like a fitted one with drawn parameters.

        Raises
        ------
        NoModel
            The parameters were given, so that nothing tells how sure they are.
        """
        if not model.covariance.size:
            advice = "Fit the model to a purchase summary"
            raise NoModel(type(model).__name__, "nothing tells how sure its parameters are", advice)
        at = np.array([*model.params.values()])
        of_logs = np.nan_to_num(model.covariance / np.outer(at, at))  # what is idle stays
        dice = self.generator if generator is None else generator
        drawn = np.exp(dice.multivariate_normal(np.log(at), of_logs, self.number, method="eigh"))
        return [
            attrs.evolve(model, params=dict(zip(model.NAMES, one, strict=True)))
            for one in drawn.tolist()
        ]

    def bounds(
        self, answers: Sequence[Callable[[Purchases], FloatArray]], seen: Purchases
    ) -> dict[str, FloatArray]:
        """Return the lower and the upper bound of what the drawn models answer, block by block."""
        shares = [(1 - self.level) / 2, (1 + self.level) / 2]
        found = [np.empty((2, 0))]
        for begin in range(0, len(seen.x), _BLOCK):
            part = seen.take(np.arange(begin, min(begin + _BLOCK, len(seen.x))))
            told = [answer(part) for answer in answers]
            # One more of n draws is below the k-th with k ÷ (n + 1): so many lie outside.
            found.append(np.quantile(told, shares, axis=0, method="weibull"))
        low, high = np.concatenate(found, axis=1)
        return {"low": low, "high": high}
