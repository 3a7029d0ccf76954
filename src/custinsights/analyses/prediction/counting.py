"""What do all models of repeat buying have in common? How they are fitted and asked.

A model knows one likelihood and, of a customer who is still alive, how many orders to expect; the
rest follows: who is alive, expected orders, their distribution, when the next one comes.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar, Self, TypeAlias

import attrs
import numpy as np

from custinsights.analyses.prediction.coming import days_ahead
from custinsights.analyses.prediction.fitted import FittedModel, with_remarks
from custinsights.analyses.prediction.fitting import Fitted, maximised
from custinsights.analyses.prediction.horizons import continuous, for_ever, in_unit
from custinsights.analyses.prediction.patterns import Patterns, Purchases, degenerate
from custinsights.analyses.prediction.purchases import DAYS
from custinsights.analyses.prediction.uncertainty import Draws, check_draws
from custinsights.domain.fields import looked_up, whole_number
from custinsights.domain.frozen import Frozen
from custinsights.errors import InvalidValue, NoModel
from custinsights.history.columnar.columns import FloatArray
from custinsights.history.columnar.localtime import day_number
from custinsights.results.customer_table import CustomerTable
from custinsights.results.table import Column

Tells: TypeAlias = "Callable[[Any, Purchases], FloatArray]"
"""What a model tells of customers."""

_BISECTIONS = 60
_MOST = 1000
NOBODY_STOPS = "nobody seems to stop buying"
_MANY = 20_000
_HARDLY_ANYBODY = 1e-3
_NEVER = 1e9
_ADVICE = "Give more customers or a longer history; the naive rate may do as well"


@attrs.frozen(eq=False, repr=False)
class CountingModel(FittedModel):
    """A model of how often customers buy while they are alive, and when they drop out.

    Parameters
    ----------
    params, log_likelihood, covariance, convergence, customers, purchases
        As of every `FittedModel`.
    unit
        In what times are counted: that of the purchase summary.
    """

    STARTS: ClassVar[tuple[tuple[float, ...], ...]]
    IS_TIME: ClassVar[tuple[bool, ...]]
    """Which parameters are times, and so are in the unit."""

    def __attrs_post_init__(self) -> None:
        looked_up("unit of time", self.unit, DAYS)

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
        fitted = degenerate(seen, len(cls.NAMES)) or cls._fitted(seen)
        return cls(
            params=Frozen(dict(zip(cls.NAMES, fitted.values.tolist(), strict=True))),
            unit=seen.unit,
            log_likelihood=fitted.log_likelihood,
            covariance=fitted.covariance,
            convergence=fitted.convergence,
            customers=len(seen.x),
            purchases=summary,
        )

    @classmethod
    def _fitted(cls, seen: Purchases) -> Fitted:
        patterns = Patterns.among((seen.x, seen.t_x, seen.T))
        scale = float(seen.T.mean())
        times = np.where(cls.IS_TIME, scale, 1.0)

        starts = [np.array(start) for start in cls.STARTS]

        def fit_to(some: Patterns, near: Fitted | None) -> Fitted:
            likely = some.log_likelihood(cls.likelihood, (1.0, scale, scale))
            customers = int(some.count.sum())
            return maximised(likely, starts, customers, _ADVICE, cls._idle, near=near)

        is_large = len(patterns.count) > 2 * _MANY  # then begin where a part of them leads to
        found = fit_to(patterns, fit_to(patterns.some(_MANY), None) if is_large else None)
        # Densities of times are per unit of time.
        shift = float(seen.x.sum()) * np.log(scale)
        return attrs.evolve(
            found,
            values=found.values * times,
            log_likelihood=found.log_likelihood - shift,
            covariance=found.covariance * times[:, None] * times[None, :],
        )

    @classmethod
    def _idle(cls, params: FloatArray) -> tuple[Sequence[int], str]:
        """Where nobody leaves, the parameters of leaving, the last two, do nothing."""
        return ((2, 3), NOBODY_STOPS) if cls.leaving(params) < _HARDLY_ANYBODY else ((), "")

    @property
    def nobody_stops(self) -> bool:
        """Whether hardly anybody stops buying by it, so that it tells nobody apart by that.

        Orders are to be expected as by the negative binomial model (NBD), and everybody is alive.
        """
        return NOBODY_STOPS in self.convergence.reason

    def remarks(self, *, are_drawn: bool) -> tuple[str, ...]:
        """Return what else a reader has to know of what it tells: that nobody seems to stop."""
        said = (f"By {type(self).__name__} {NOBODY_STOPS}.",) if self.nobody_stops else ()
        return (*said, *super().remarks(are_drawn=are_drawn))

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

    @classmethod
    @abstractmethod
    def leaving(cls, params: FloatArray) -> float:
        """Return which part of the customers drops out at a chance, or within one unit of time."""

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

    def probability_alive(
        self, summary: CustomerTable | None = None, *, draws: Draws | None = None
    ) -> CustomerTable:
        """Return the probability that each customer has not dropped out.

        Parameters
        ----------
        summary
            The purchases of the customers; default: those that the model was fitted to.
        draws
            Adds the columns ``low`` and ``high``: bounds as unsure as the parameters are.
        """
        return self._told(summary, "probability_alive", type(self).alive, draws)

    def expected_orders(
        self,
        summary: CustomerTable | None = None,
        *,
        horizon: Any,
        draws: Draws | None = None,
    ) -> CustomerTable:
        """Return the orders to expect of each customer within a horizon after what was observed.

        P(alive) × the orders to expect of who is alive.

        Parameters
        ----------
        summary, draws
            As in `probability_alive`.
        horizon
            A duration such as ``"13w"``, ``"90d"``, ``"1y"``, or a number of the model's units.
        """
        time = in_unit(horizon, self.unit)
        return self._told(
            summary,
            "expected_orders",
            lambda model, seen: model.expected(seen, time),
            draws,
            unit="orders",
        )

    def expected(self, seen: Purchases, time: float) -> FloatArray:
        """Return the orders to expect of customers within a time."""
        return self.alive(seen) * self.orders_while_alive(seen, time)

    def discounted_orders(
        self,
        summary: CustomerTable | None = None,
        *,
        discount_rate: float,
        draws: Draws | None = None,
    ) -> CustomerTable:
        """Return the orders that ever come of each customer, each discounted from when it comes.

        The discounted expected residual transactions (DERT) of Fader, Hardie and Lee, "RFM and
        CLV: Using Iso-Value Curves for Customer Base Analysis", Journal of Marketing Research 42
        (2005), whose equation (2) it is for Pareto/NBD: P(alive) × ∫ e^(−δt) dE[X(t)] of who is
        alive, with δ = ln(1 + rate) by year; here by quadrature, for every model.

        Parameters
        ----------
        summary, draws
            As in `probability_alive`.
        discount_rate
            By year, above 0: 0.15 is 15 %.
        """
        rate = continuous(discount_rate, self.unit)
        return self._told(
            summary,
            "discounted_orders",
            lambda model, seen: model.residual(seen, rate),
            draws,
            unit="orders",
        )

    def residual(self, seen: Purchases, rate: float) -> FloatArray:
        """Return the orders that ever come, discounted at a continuous rate by unit of time."""
        return self.alive(seen) * for_ever(partial(self.orders_while_alive, seen), rate)

    def expected_of_new(self, horizon: Any) -> float:
        """Return the repeat orders to expect of a new customer within a horizon after the first.

        BG/NBD: equation (9) of the paper, E[X(t)]; Pareto/NBD: the note's expression of that name.
        """
        nothing = np.zeros(1)
        new = Purchases(nothing, nothing, nothing, np.full(1, np.nan), self.unit)
        return float(self.expected(new, in_unit(horizon, self.unit))[0])

    def order_distribution(
        self, summary: CustomerTable | None = None, *, horizon: Any, most: int = 10
    ) -> FloatArray:
        """Return float64[k, most + 1]: the probability of 0, 1, ... orders within a horizon.

        `most` is at most 1000.
        """
        asked = self._seen(self.asked(summary))
        seen, rows = asked.distinct()
        least = whole_number("the largest number of orders is wrong", most, 0, _MOST)
        alive = self.alive(seen)
        chances = alive[:, None] * self.number_while_alive(seen, in_unit(horizon, self.unit), least)
        chances[:, 0] += 1 - alive
        found: FloatArray = chances[rows]
        return found

    def next_order(
        self, summary: CustomerTable | None = None, *, interval: float = 0.8
    ) -> CustomerTable:
        """Return when the next order of each customer is to be expected.

        Parameters
        ----------
        summary
            As in `probability_alive`.
        interval
            Between 0 and 1: with which probability the next order comes between the bounds.

        Returns
        -------
        CustomerTable
            ``median_on``, ``low_on`` and ``high_on``: the first local day by whose end the next
            order has come with that probability, as the instant at which it begins; ``median``,
            ``low`` and ``high``: the time until then, in units from the end of what was observed.
            Missing where it comes with less probability than that: a customer who is alive with
            0.4 has no median.
        """
        if not isinstance(interval, float) or not 0 < interval < 1:
            what = "the interval of the next order is out of range"
            raise InvalidValue(what, interval, "a number between 0 and 1, such as 0.8")
        table = self.asked(summary)
        seen, rows = self._seen(table).distinct()
        alive = self.alive(seen)
        low = (1 - interval) / 2
        shares = {"median": 0.5, "low": low, "high": 1 - low}
        times = {name: self.time_until(seen, alive, share) for name, share in shares.items()}
        unit, calendar = f"{self.unit}s", table.provenance.calendar
        last = day_number(calendar.local_date(table.provenance.as_of)) - 1
        columns = {}
        for name, time in times.items():
            days = days_ahead(time * DAYS[self.unit], last, calendar)
            columns[f"{name}_on"] = Column(f"{name}_on", "instant", days.take(rows))
        for name, time in times.items():
            columns[name] = Column(name, "number", time.take(rows), unit=unit)
        title = f"next order by {type(self).__name__}"
        return attrs.evolve(table, columns=columns, title=title)

    def time_until(self, seen: Purchases, alive: FloatArray, share: float) -> FloatArray:
        """Return the time by which the next order has come with a probability; NaN for never."""
        comes = np.flatnonzero(alive > share)
        found = np.full(len(alive), np.nan)
        found[comes] = self.time_silent(seen.take(comes), 1 - share / alive.take(comes))
        return found

    def time_silent(self, seen: Purchases, wanted: FloatArray) -> FloatArray:
        """Return after what time who is alive is silent with a probability, by bisection."""
        low, high = np.zeros(len(seen.x)), np.maximum(seen.T, 1.0)
        for _ in range(_BISECTIONS):
            is_short = (self.silence_while_alive(seen, high) > wanted) & (high < _NEVER)
            if not is_short.any():
                break
            high = np.where(is_short, 2 * high, high)
        reached = self.silence_while_alive(seen, high) <= wanted
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            late = self.silence_while_alive(seen, middle) > wanted
            low, high = np.where(late, middle, low), np.where(late, high, middle)
        return np.where(reached, high, np.nan)

    def _seen(self, summary: CustomerTable) -> Purchases:
        seen = Purchases.of(summary)
        if seen.unit != self.unit:
            raise NoModel(
                type(self).__name__,
                f"it counts {self.unit}s, and these purchases {seen.unit}s",
                f"Give purchase_summary(history, unit={self.unit!r})",
            )
        return seen

    def purchases_of(self, summary: CustomerTable | None) -> Purchases:
        """Return the purchases of the customers who are asked about; refuse other units."""
        return self._seen(self.asked(summary))

    def _told(
        self,
        summary: CustomerTable | None,
        name: str,
        tells: Tells,
        draws: Draws | None,
        unit: str = "",
    ) -> CustomerTable:
        check_draws(draws)
        table = self.asked(summary)
        seen, rows = self._seen(table).distinct()
        told = {name: tells(self, seen)}
        if draws is not None:
            models = draws.of(self)
            told |= draws.bounds([_of(tells, model) for model in models], seen)
        kind = "number" if unit else "share"
        return attrs.evolve(
            table,
            provenance=with_remarks(table.provenance, self.remarks(are_drawn=draws is not None)),
            columns={key: Column(key, kind, of.take(rows), unit=unit) for key, of in told.items()},
            title=f"{name.replace('_', ' ')} by {type(self).__name__}",
        )


def refuse_no_model(given: Any) -> None:
    """Refuse what is no class of a model of how often customers buy."""
    if not (isinstance(given, type) and issubclass(given, CountingModel)):
        what = "this is no model of how often customers buy"
        shown = (
            given if isinstance(given, str) else getattr(given, "__name__", type(given).__name__)
        )
        raise InvalidValue(what, shown, "a class such as custinsights.ParetoNBD")


def _of(tells: Tells, model: CountingModel) -> Callable[[Purchases], FloatArray]:
    """Return what one model tells."""
    return lambda seen: tells(model, seen)
