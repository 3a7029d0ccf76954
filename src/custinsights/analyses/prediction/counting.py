"""What do all models of repeat buying have in common? How they are fitted and asked.

A model knows one likelihood and, of a customer who is still alive, how many orders to expect; the
rest follows: who is alive, expected orders, their distribution, when the next one comes.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import attrs
import numpy as np

from custinsights.analyses.prediction.fitting import (
    GIVEN,
    Convergence,
    Fitted,
    maximised,
    unfitted,
)
from custinsights.analyses.prediction.horizons import in_unit
from custinsights.analyses.prediction.patterns import Patterns, Purchases
from custinsights.analyses.prediction.telling import parameters_table
from custinsights.domain.frozen import Frozen
from custinsights.errors import NoModel
from custinsights.history.columnar.columns import FloatArray
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.table import Column, Table

_BISECTIONS = 60
_FEWEST = 10
_NEVER = 1e9


@attrs.frozen(eq=False, repr=False)
class CountingModel(Presented):
    """A model of how often customers buy while they are alive, and when they drop out.

    Parameters
    ----------
    params
        The parameters by the names of the papers.
    unit
        In what times are counted: that of the purchase summary.
    log_likelihood
        Of the customers it was fitted to; NaN where it was not fitted.
    covariance
        float64[p, p] of the parameters in their order.
    convergence
        Whether to believe it.
    customers
        How many it was fitted to.
    """

    params: Mapping[str, float]
    unit: str
    log_likelihood: float = float("nan")
    covariance: FloatArray = attrs.field(factory=lambda: np.full((0, 0), np.nan))
    convergence: Convergence = GIVEN
    customers: int = 0

    NAMES: ClassVar[tuple[str, ...]]
    STARTS: ClassVar[tuple[tuple[float, ...], ...]]
    IS_TIME: ClassVar[tuple[bool, ...]]
    """Which parameters are times, and so are in the unit."""

    @classmethod
    def fit(cls, summary: CustomerTable) -> Self:
        """Fit the model to a purchase summary, by maximum likelihood.

        Parameters
        ----------
        summary
            What `purchase_summary` gives.

        Returns
        -------
        CountingModel
            The model; its `convergence` says whether to believe it. One that has not converged
            refuses to predict.

        Notes
        -----
        Cost: a few dozen passes over the distinct patterns (x, t_x, T), however many customers
        share each.
        """
        seen = Purchases.of(summary)
        fitted = _degenerate(seen, len(cls.NAMES)) or cls._fitted(seen)
        return cls(
            Frozen(dict(zip(cls.NAMES, fitted.values.tolist(), strict=True))),
            seen.unit,
            fitted.log_likelihood,
            fitted.covariance,
            fitted.convergence,
            len(seen.x),
        )

    @classmethod
    def _fitted(cls, seen: Purchases) -> Fitted:
        patterns = Patterns.among((seen.x, seen.t_x, seen.T))
        x, t_x, T = patterns.columns  # noqa: N806 - as the papers write it
        scale = float(np.average(T, weights=patterns.count)) or 1.0
        weights = patterns.count.astype(np.float64)
        times = np.where(cls.IS_TIME, scale, 1.0)

        def log_likelihood(params: FloatArray) -> tuple[float, FloatArray]:
            value, gradient = cls.likelihood(params, x, t_x / scale, T / scale)
            return float(weights @ value), gradient @ weights

        advice = "Give more customers or a longer history; the naive rate may do as well"
        starts = [np.array(start) for start in cls.STARTS]
        found = maximised(log_likelihood, starts, len(seen.x), advice)
        # Densities of times are per unit of time.
        shift = float(weights @ x) * np.log(scale)
        return attrs.evolve(
            found,
            values=found.values * times,
            log_likelihood=found.log_likelihood - shift,
            covariance=found.covariance * times[:, None] * times[None, :],
        )

    @property
    def standard_errors(self) -> Mapping[str, float]:
        """The standard error of each parameter."""
        with np.errstate(invalid="ignore"):
            errors = np.sqrt(np.diag(self.covariance)) if len(self.covariance) else ()
        return dict(zip(self.NAMES, (float(one) for one in errors), strict=False))

    def table(self) -> Table:
        """Return the parameters with their standard errors, and the verdict as notes."""
        return parameters_table(type(self).__name__, self.params, self.standard_errors, self)

    # ---- what a model has to say -------------------------------------------------------------

    @classmethod
    @abstractmethod
    def likelihood(
        cls,
        params: FloatArray,
        x: FloatArray,
        t_x: FloatArray,
        T: FloatArray,  # noqa: N803 - as the papers write it
    ) -> tuple[FloatArray, FloatArray]:
        """Return the log-likelihood of each pattern, and its gradient float64[p, patterns]."""

    @abstractmethod
    def alive(self, seen: Purchases) -> FloatArray:
        """Return the probability of each customer to be alive at the end of what was observed."""

    @abstractmethod
    def orders_while_alive(self, seen: Purchases, time: FloatArray | float) -> FloatArray:
        """Return the orders to expect within a time of who is alive at its start."""

    @abstractmethod
    def silence_while_alive(self, seen: Purchases, time: FloatArray | float) -> FloatArray:
        """Return the probability of no order within a time, of who is alive at its start."""

    @abstractmethod
    def number_while_alive(self, seen: Purchases, time: float, most: int) -> FloatArray:
        """Return float64[k, most + 1]: the probability of n orders, of who is alive."""

    # ---- what follows ------------------------------------------------------------------------

    def probability_alive(self, summary: CustomerTable) -> CustomerTable:
        """Return the probability that each customer has not dropped out."""
        return self._table(summary, {"probability_alive": self.alive(self._seen(summary))})

    def expected_orders(self, summary: CustomerTable, *, horizon: Any) -> CustomerTable:
        """Return the orders to expect of each customer within a horizon after what was observed.

        Parameters
        ----------
        summary
            The purchases of the customers.
        horizon
            A duration such as ``"13w"``, ``"90d"``, ``"1y"``, or a number of the model's units.
        """
        seen = self._seen(summary)
        time = in_unit(horizon, self.unit)
        orders = self.alive(seen) * self.orders_while_alive(seen, time)
        return self._table(summary, {"expected_orders": orders}, unit="orders")

    def order_distribution(
        self, summary: CustomerTable, *, horizon: Any, most: int = 10
    ) -> FloatArray:
        """Return float64[k, most + 1]: the probability of n orders within a horizon."""
        seen = self._seen(summary)
        alive = self.alive(seen)
        chances = alive[:, None] * self.number_while_alive(seen, in_unit(horizon, self.unit), most)
        chances[:, 0] += 1 - alive
        return chances

    def next_order(self, summary: CustomerTable, *, interval: float = 0.8) -> CustomerTable:
        """Return when the next order of each customer is to be expected, in units from the end.

        The median and the bounds of an interval of the time until it comes. NaN where it comes
        with less probability than that: a customer who is alive with 0.4 has no median.
        """
        seen = self._seen(summary)
        low = (1 - interval) / 2
        alive = self.alive(seen)
        times = {
            name: self._quantile(seen, alive, share)
            for name, share in (("median", 0.5), ("low", low), ("high", 1 - low))
        }
        return self._table(summary, times, unit=f"{self.unit}s")

    def _quantile(self, seen: Purchases, alive: FloatArray, share: float) -> FloatArray:
        """Return the time by which the next order has come with a probability, by bisection."""
        comes = alive > share
        wanted = 1 - share / np.where(comes, alive, 1.0)
        high = np.maximum(seen.T, 1.0)
        for _ in range(_BISECTIONS):
            is_short = comes & (self.silence_while_alive(seen, high) > wanted) & (high < _NEVER)
            if not is_short.any():
                break
            high = np.where(is_short, 2 * high, high)
        reached = comes & (self.silence_while_alive(seen, high) <= wanted)
        low = np.zeros_like(high)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            late = self.silence_while_alive(seen, middle) > wanted
            low, high = np.where(late, middle, low), np.where(late, high, middle)
        return np.where(reached, high, np.nan)

    def _seen(self, summary: CustomerTable) -> Purchases:
        if not self.convergence:
            raise NoModel(type(self).__name__, self.convergence.reason, self.convergence.advice)
        seen = Purchases.of(summary)
        if seen.unit != self.unit:
            raise NoModel(
                type(self).__name__,
                f"it counts {self.unit}s, and these purchases {seen.unit}s",
                f"Give purchase_summary(history, unit={self.unit!r})",
            )
        return seen

    def _table(
        self, summary: CustomerTable, columns: Mapping[str, FloatArray], unit: str = ""
    ) -> CustomerTable:
        kind = "number" if unit else "share"
        return attrs.evolve(
            summary,
            columns={name: Column(name, kind, of, unit=unit) for name, of in columns.items()},
            title=f"{', '.join(columns).replace('_', ' ')} by {type(self).__name__}",
        )


def _degenerate(seen: Purchases, parameters: int) -> Fitted | None:
    """Return the verdict on data to which no model of this kind can be fitted."""
    advice = "Count what happened instead, or give a longer history"
    reasons: Sequence[tuple[bool, str]] = (
        (not len(seen.x), "there are no customers"),
        (len(seen.x) < _FEWEST, f"there are fewer than {_FEWEST} customers"),
        (len(seen.x) > 0 and not np.any(seen.T > 0), "all customers first bought on the last day"),
        (len(seen.x) > 0 and not np.any(seen.x > 0), "nobody has ordered again"),
    )
    reason = next((text for fails, text in reasons if fails), None)
    return None if reason is None else unfitted(parameters, reason, advice)
