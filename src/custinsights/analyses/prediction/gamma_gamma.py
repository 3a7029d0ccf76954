"""Gamma-Gamma: what an order of a customer is worth, whatever they have spent so far.

Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013). Values of one customer's orders
vary around their own mean as Gamma(p, 1/z), and z varies between customers as Gamma(q, γ). How
much is spent is independent of how often: `correlation` says how far that holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import attrs
import numpy as np

from custinsights.analyses.prediction.fitting import (
    GIVEN,
    Convergence,
    maximised,
    unfitted,
)
from custinsights.analyses.prediction.patterns import Patterns, Purchases
from custinsights.analyses.prediction.telling import parameters_table
from custinsights.domain.frozen import Frozen
from custinsights.errors import NoModel
from custinsights.history.columnar.columns import FloatArray
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.table import Column, Table

_FEWEST = 10


@attrs.frozen(eq=False, repr=False)
class GammaGamma(Presented):
    """A model of the mean value of each customer's orders.

    Parameters
    ----------
    params
        p, q and v (the papers' γ) by name; v is in major units of the currency.
    currency
        Of the values.
    log_likelihood, covariance, convergence, customers
        As of `CountingModel`; customers are those with a repeat order of a value above zero.
    left_out
        How many customers have repeat orders that are worth nothing or less in the mean.
    correlation
        Of x and m among the customers: near 0 if the model's assumption holds.
    """

    params: Mapping[str, float]
    currency: str
    log_likelihood: float = float("nan")
    covariance: FloatArray = attrs.field(factory=lambda: np.full((0, 0), np.nan))
    convergence: Convergence = GIVEN
    customers: int = 0
    left_out: int = 0
    correlation: float = float("nan")

    NAMES: ClassVar[tuple[str, ...]] = ("p", "q", "v")

    @classmethod
    def fit(cls, summary: CustomerTable) -> Self:
        """Fit the model to the customers with repeat orders, by maximum likelihood.

        Customers whose repeat orders are worth nothing or less in the mean are left out and
        counted.
        """
        seen = Purchases.of(summary)
        repeats = seen.x > 0
        with np.errstate(invalid="ignore"):
            used = repeats & (seen.m > 0)
        x, m = seen.x[used], seen.m[used]
        currency = summary.column("mean_repeat_value").unit
        left_out = int(np.count_nonzero(repeats)) - len(x)
        if len(x) < _FEWEST or np.ptp(m) == 0:
            reason = f"fewer than {_FEWEST} customers have repeat orders of a value above zero"
            if len(x) >= _FEWEST:
                reason = "the orders of all customers are worth the same"
            fitted = unfitted(3, reason, "Take the mean value of the orders instead")
        else:
            scale = float(m.mean())
            patterns = Patterns.among((x, m / scale))
            weights = patterns.count.astype(np.float64)

            def log_likelihood(params: FloatArray) -> tuple[float, FloatArray]:
                value, gradient = likelihood(params, *patterns.columns)
                return float(weights @ value), gradient @ weights

            starts = [np.array(start) for start in ((1.0, 3.0, 1.0), (6.0, 4.0, 0.5))]
            advice = "Give more customers with repeat orders"
            found = maximised(log_likelihood, starts, len(x), advice)
            times = np.array([1.0, 1.0, scale])
            fitted = attrs.evolve(
                found,
                values=found.values * times,
                log_likelihood=found.log_likelihood - len(x) * np.log(scale),
                covariance=found.covariance * times[:, None] * times[None, :],
            )
        varies = len(x) > 1 and np.ptp(x) > 0 and np.ptp(m) > 0
        return cls(
            Frozen(dict(zip(cls.NAMES, fitted.values.tolist(), strict=True))),
            currency,
            fitted.log_likelihood,
            fitted.covariance,
            fitted.convergence,
            len(x),
            left_out,
            float(np.corrcoef(x, m)[0, 1]) if varies else float("nan"),
        )

    @property
    def standard_errors(self) -> Mapping[str, float]:
        """The standard error of each parameter."""
        with np.errstate(invalid="ignore"):
            errors = np.sqrt(np.diag(self.covariance)) if len(self.covariance) else ()
        return dict(zip(self.NAMES, (float(one) for one in errors), strict=False))

    def table(self) -> Table:
        """Return the parameters with their standard errors, and the verdict as notes."""
        return parameters_table("GammaGamma", self.params, self.standard_errors, self)

    def expected_value(self, summary: CustomerTable) -> CustomerTable:
        """Return the mean value to expect of each customer's orders, in major units.

        p (v + x m) ÷ (p x + q − 1): between the customer's own mean and that of all. NaN where q is
        at most 1, for then the mean of all is infinite.
        """
        if not self.convergence:
            raise NoModel("GammaGamma", self.convergence.reason, self.convergence.advice)
        seen = Purchases.of(summary)
        p, q, v = self.params.values()
        with np.errstate(invalid="ignore"):
            own = np.where((seen.x > 0) & (seen.m > 0), seen.m, 0.0)
        x = np.where(own > 0, seen.x, 0.0)
        below = p * x + q - 1
        value = np.divide(p * (v + x * own), below, out=np.full(len(x), np.nan), where=below > 0)
        column = Column("expected_value", "number", value, unit=self.currency)
        return attrs.evolve(
            summary, columns={"expected_value": column}, title="value of an order by GammaGamma"
        )


def likelihood(params: FloatArray, x: FloatArray, m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the log-likelihood of each pattern and its gradient.

    Equation (1a) of the paper: ln Γ(px+q) − ln Γ(px) − ln Γ(q) + q ln γ + (px−1) ln m + px ln x
    − (px+q) ln(γ + m x).
    """
    from scipy.special import digamma, gammaln

    p, q, v = params
    shape = p * x
    together = np.log(v + m * x)
    value = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v)
    value += (shape - 1) * np.log(m) + shape * np.log(x) - (shape + q) * together
    gradient = np.array(
        [
            x * (digamma(shape + q) - digamma(shape) + np.log(m) + np.log(x) - together),
            digamma(shape + q) - digamma(q) + np.log(v) - together,
            q / v - (shape + q) / (v + m * x),
        ]
    )
    return value, gradient
