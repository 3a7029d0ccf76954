"""Gamma-Gamma: what an order of a customer is worth, whatever they have spent so far.

Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013). Values of one customer's orders
vary around their own mean as Gamma(p, 1/z), and z varies between customers as Gamma(q, γ). How
much is spent is independent of how often: `correlation` says how far that holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import attrs
import numpy as np

from custinsights.analyses.prediction.fitted import FittedModel, with_remarks
from custinsights.analyses.prediction.fitting import maximised, unfitted
from custinsights.analyses.prediction.patterns import Patterns, Purchases
from custinsights.analyses.prediction.uncertainty import Draws, check_draws
from custinsights.domain.frozen import Frozen
from custinsights.errors import Incompatible
from custinsights.history.columnar.columns import FloatArray
from custinsights.results.customer_table import CustomerTable
from custinsights.results.table import Column

_FEWEST = 10
_SAME = 1e-9
INFINITE = "values are so unequal that no mean is to be expected of who has few orders"


@attrs.frozen(eq=False, repr=False)
class GammaGamma(FittedModel):
    """A model of the mean value of each customer's orders.

    Parameters
    ----------
    params
        p, q and v (the papers' γ) by name; v is in major units of the currency.
    unit
        The currency of the values.
    log_likelihood, covariance, convergence, purchases
        As of every `FittedModel`.
    customers
        How many it was fitted to: those with a repeat order of a value above zero.
    left_out
        How many customers have repeat orders that are worth nothing or less in the mean.
    correlation
        Of x and m among the customers: near 0 if the model's assumption holds.
    """

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
        if len(x) < _FEWEST or np.ptp(m) <= _SAME * m.mean():
            reason = f"fewer than {_FEWEST} customers have repeat orders of a value above zero"
            if len(x) >= _FEWEST:
                reason = "the orders of all customers are worth the same"
            fitted = unfitted(3, reason, "Take the mean value of the orders instead")
        else:
            scale = float(np.exp(np.log(m).mean()))  # one order, however large, hardly moves it
            log_likelihood = Patterns.among((x, m)).log_likelihood(likelihood, (1.0, scale))
            starts = [np.array(start) for start in ((1.0, 3.0, 1.0), (6.0, 4.0, 0.5))]
            advice = "Give more customers with repeat orders"
            found = maximised(log_likelihood, starts, len(x), advice, _heavy)
            times = np.array([1.0, 1.0, scale])
            fitted = attrs.evolve(
                found,
                values=found.values * times,
                log_likelihood=found.log_likelihood - len(x) * np.log(scale),
                covariance=found.covariance * times[:, None] * times[None, :],
            )
        varies = len(x) > 1 and np.ptp(x) > 0 and np.ptp(m) > 0
        return cls(
            params=Frozen(dict(zip(cls.NAMES, fitted.values.tolist(), strict=True))),
            unit=currency,
            log_likelihood=fitted.log_likelihood,
            covariance=fitted.covariance,
            convergence=fitted.convergence,
            customers=len(x),
            purchases=summary,
            left_out=left_out,
            correlation=float(np.corrcoef(x, m)[0, 1]) if varies else float("nan"),
        )

    def expected_value(
        self, summary: CustomerTable | None = None, *, draws: Draws | None = None
    ) -> CustomerTable:
        """Return the mean value to expect of each customer's orders, in major units.

        E(Z | p, q, γ; m, x) = p (γ + x m) ÷ (p x + q − 1), equation (5) of the paper: between the
        customer's own mean and that of all. An own mean below zero counts as zero. NaN where
        p x + q is at most 1, for then the mean is infinite.

        Parameters
        ----------
        summary
            The purchases of the customers; default: those that the model was fitted to.
        draws
            Adds the columns ``low`` and ``high``: bounds as unsure as the parameters are.

        Raises
        ------
        NoModel
            The model has not converged.
        Incompatible
            The purchases are in another currency.
        """
        check_draws(draws)
        table = self.asked(summary)
        seen = self.purchases_of(table)
        told = {"expected_value": self.worth(seen)}
        if draws is not None:
            told |= draws.bounds([model.worth for model in draws.of(self)], seen)
        return attrs.evolve(
            table,
            provenance=with_remarks(table.provenance, self.remarks(are_drawn=draws is not None)),
            columns={name: Column(name, "number", of, unit=self.unit) for name, of in told.items()},
            title="value of an order by GammaGamma",
        )

    def remarks(self, *, are_drawn: bool) -> tuple[str, ...]:
        """Return what else a reader has to know of what it tells: that it has no mean of all."""
        said = (f"By GammaGamma {INFINITE}.",) if self.params["q"] <= 1 else ()
        return (*said, *super().remarks(are_drawn=are_drawn))

    def purchases_of(self, summary: CustomerTable) -> Purchases:
        """Return the purchases of customers; refuse another currency."""
        seen = Purchases.of(summary)
        currency = summary.column("mean_repeat_value").unit
        if currency != self.unit:
            raise Incompatible("the currencies of the model and the purchases", self.unit, currency)
        return seen

    def worth(self, seen: Purchases) -> FloatArray:
        """Return the mean value to expect of customers' orders."""
        p, q, v = self.params.values()
        own = np.where(seen.x > 0, np.fmax(seen.m, 0.0), 0.0)
        below = p * seen.x + q - 1
        unknown = np.full(len(own), np.nan)
        worth: FloatArray = np.divide(p * (v + seen.x * own), below, out=unknown, where=below > 0)
        return worth


def _heavy(params: FloatArray) -> tuple[Sequence[int], str]:
    """With q at most 1 the mean of all is infinite: nothing is idle, but it is told."""
    return (), INFINITE if params[1] <= 1 else ""


def likelihood(params: FloatArray, x: FloatArray, m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the log-likelihood of each pattern and its gradient.

    Equation (1a) of the paper: ln Γ(px+q) − ln Γ(px) − ln Γ(q) + q ln γ + (px−1) ln m + px ln x
    − (px+q) ln(γ + m x).
    """
    from scipy.special import digamma, gammaln

    p, q, v = params
    shape, spent = p * x, m * x
    above = np.log1p(spent / v)  # no figures are lost where q and v are large
    value = gammaln(shape + q) - gammaln(shape) - gammaln(q) - q * above
    value += shape * (np.log(spent) - np.log(v + spent)) - np.log(m)
    gradient = np.array(
        [
            x * (digamma(shape + q) - digamma(shape) + np.log(spent) - np.log(v + spent)),
            digamma(shape + q) - digamma(q) - above,
            (q * spent / v - shape) / (v + spent),
        ]
    )
    return value, gradient
