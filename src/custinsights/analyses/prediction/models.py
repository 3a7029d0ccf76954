"""Which models tell of everybody? Fitted once to all customers, asked of each one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import attrs
import numpy as np
from attrs.validators import optional

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.forecasts import ALIVE, NEXT, ORDERS, RISK, RISKS, TRAITS, VALUE
from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.prediction.beta_geometric import ModifiedBetaGeoNBD
from custinsights.analyses.prediction.coming import days_ahead
from custinsights.analyses.prediction.counting import CountingModel, refuse_no_model
from custinsights.analyses.prediction.gamma_gamma import GammaGamma
from custinsights.analyses.prediction.keeping import read, written
from custinsights.analyses.prediction.lifetime_models import Worth
from custinsights.analyses.prediction.pareto import ParetoNBD
from custinsights.analyses.prediction.patterns import Purchases
from custinsights.analyses.prediction.purchases import (
    DAYS,
    PurchaseSummary,
    Span,
    mean_repeat_value,
    repeat_orders,
)
from custinsights.domain.fields import as_tuple, instance, named, whole_number
from custinsights.domain.money import minor_exponent
from custinsights.errors import Incompatible, InvalidValue, NeedsModels, NoModel
from custinsights.history.columnar.columns import NO_INSTANT, FloatArray, IntArray, Labels
from custinsights.history.columnar.localtime import to_microseconds
from custinsights.history.facts import Facts
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.table import Column, Table

_YEAR = 365
_IN_ORDER = tuple(sorted(RISKS))

Predicts: TypeAlias = Callable[[CountedHistory, Purchases], Any]
"""From what counts, and the purchases of those who have ordered, to a value of each of these."""


def _risks(given: Any) -> tuple[float, float]:
    """Return below which probability of no order the risk is low, and from which on it is high."""
    ends = as_tuple(given)
    are_numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in ends)
    if len(ends) != 2 or not are_numbers or not 0 <= ends[0] <= ends[1] <= 1:  # noqa: PLR2004 - low, high
        what = "the limits of the churn risk are wrong"
        raise InvalidValue(what, ends, "two probabilities, such as (0.3, 0.7)")
    return ends[0], ends[1]


def _instant(_owner: object, _field: attrs.Attribute[Any], given: Any) -> None:
    """Refuse what is no instant in microseconds."""
    whole_number("the end of what the models know is wrong", given, -(1 << 63), (1 << 63) - 1)


@attrs.frozen(eq=False, repr=False)
class FittedModels(Presented):
    """Models of a population: enough to tell what one customer is going to do.

    `Catalog.with_models` makes traits of them, for rules, tables, reports and exports.

    Parameters
    ----------
    orders
        How often customers buy, and until when.
    values
        What an order is worth; its verdict may be that it tells nothing, and then it alone does.
    worth
        How far ahead value counts, and how much of it.
    risks
        Below the first the probability of no order within 365 days is a low risk of churn, from the
        second on a high one.
    remarks
        Of what they were fitted, as of when, and what of that time nobody observed.
    learned_until
        As of when, microseconds UTC; what they tell as of an earlier instant says so.
    """

    orders: CountingModel = attrs.field(validator=instance(CountingModel))
    values: GammaGamma = attrs.field(validator=instance(GammaGamma))
    worth: Worth = attrs.field(factory=Worth, validator=instance(Worth))
    risks: tuple[float, float] = attrs.field(default=(0.3, 0.7), converter=_risks)
    remarks: tuple[str, ...] = ()
    learned_until: int | None = attrs.field(default=None, validator=optional(_instant))

    @classmethod
    def from_json(cls, text: str | bytes) -> FittedModels:
        """Return models that `to_json` wrote, which tell the same as those did.

        Raises
        ------
        InvalidValue
            It is something else, broken, or of a later version.
        """
        return cls(**read(text))

    def to_json(self) -> str:
        """Return the models as a text: fitted at night, they predict by day.

        It holds parameters and verdicts, and nothing of any customer.
        """
        return written(
            {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}
        )

    @property
    def traits(self) -> tuple[Trait, ...]:
        """The traits that the models tell of one customer after the other."""
        year = _YEAR / DAYS[self.orders.unit]
        by_name: dict[str, Predicts] = {
            ALIVE: lambda _history, seen: self.orders.alive(seen),
            ORDERS: lambda _history, seen: self.orders.expected(seen, year),
            VALUE: self._value,
            NEXT: self._next,
            RISK: self._risk,
        }
        by = f"By {type(self.orders).__name__} of {self.orders.customers:,} customers."
        return tuple(
            attrs.evolve(
                trait,
                of=partial(self._told, trait.kind, by_name[trait.name]),
                definition=f"{trait.definition} {by}",
                learned_until=self.learned_until,
            )
            for trait in TRAITS
        )

    def table(self) -> Table:
        """Return the parameters of both models, with their verdicts as notes."""
        of_orders, of_values = self.orders.table(), self.values.table()
        models = [one.title for one in (of_orders, of_values) for _ in range(len(one))]
        columns = [
            Column(name, kind, [*of_orders.column(name).values, *of_values.column(name).values])
            for name, kind in (
                ("parameter", "label"),
                ("value", "number"),
                ("standard_error", "number"),
            )
        ]
        return Table(
            "fitted models",
            [Column("model", "label", models), *columns],
            notes=[
                *(f"{one.title}: {note}" for one in (of_orders, of_values) for note in one.notes),
                *self.remarks,
            ],
        )

    def _told(self, kind: str, predicts: Predicts, history: CountedHistory) -> Any:
        """Return what is predicted of the k people; unknown of who has not ordered."""
        rows = np.flatnonzero(history.order_count > 0)
        seen = _seen(history, self.orders.unit).take(rows)
        found = predicts(history, seen)
        if kind == "label":
            codes = np.full(history.people, -1, dtype=np.int32)
            codes[rows] = found
            return Labels(codes, _IN_ORDER)
        unknown = NO_INSTANT if kind == "instant" else np.nan
        told = np.full(history.people, unknown, dtype=np.int64 if kind == "instant" else np.float64)
        told[rows] = found
        return told

    def _value(self, history: CountedHistory, seen: Purchases) -> FloatArray:
        """Return minor units."""
        currency = history.facts.context.currency
        if not self.values.convergence:
            verdict = self.values.convergence
            raise NoModel("GammaGamma", verdict.reason, verdict.advice)
        if self.values.unit != currency:
            what = "the currencies of the models and the history"
            raise Incompatible(what, self.values.unit, currency)
        scale = 10.0 ** minor_exponent(currency)
        in_major = attrs.evolve(seen, m=seen.m / scale)
        return self.worth.of(self.orders, self.values, in_major) * scale

    def _next(self, history: CountedHistory, seen: Purchases) -> IntArray:
        """Return microseconds UTC."""
        time = self.orders.time_until(seen, self.orders.alive(seen), 0.5)
        last = history.as_of_day - 1
        days = time * DAYS[self.orders.unit]
        return days_ahead(days, last, history.facts.context.calendar)

    def _risk(self, _history: CountedHistory, seen: Purchases) -> IntArray:
        """Return places in the names of the risks."""
        comes = 1 - self.orders.silence_while_alive(seen, _YEAR / DAYS[self.orders.unit])
        silent = 1 - self.orders.alive(seen) * comes
        low, high = self.risks
        places = [_IN_ORDER.index(name) for name in RISKS]
        found: IntArray = np.select([silent < low, silent < high], places[:2], places[2])
        return found


def _seen(history: CountedHistory, unit: str) -> Purchases:
    """Return the purchases of the k people, m in minor units."""
    days = DAYS[unit]
    last, observed = (Span(days, to_end=to_end)(history) for to_end in (False, True))
    return Purchases(
        repeat_orders(history).astype(np.float64),
        last,
        observed,
        mean_repeat_value(history),
        unit,
    )


def _candidates(given: Any) -> tuple[type[CountingModel], ...]:
    """Return the classes of models to choose from."""
    offered = (given,) if isinstance(given, type) else as_tuple(given)
    for one in offered or (None,):
        refuse_no_model(one)
    return offered


@attrs.frozen
class FitModels(Analysis[CustomerTable, FittedModels]):
    """The analysis behind `fit_models`; its state is the purchase summary."""

    orders: tuple[type[CountingModel], ...] = attrs.field(
        default=(ModifiedBetaGeoNBD, ParetoNBD), converter=_candidates
    )
    worth: Worth = attrs.field(factory=Worth, validator=instance(Worth))
    risks: tuple[float, float] = attrs.field(default=(0.3, 0.7), converter=_risks)
    as_of: When | None = None
    unit: str = attrs.field(default="week", validator=named("unit of time", tuple(DAYS)))

    def __call__(self, history: Facts) -> FittedModels:
        """Summarise and finish; a part of a history has no models of all."""
        if history.context.part is not None:
            raise NeedsModels("models of a part of a history")
        return self.finish(self.summarise(history))

    def summarise(self, history: Facts) -> CustomerTable:
        """Return the purchases of a history or of a part of one."""
        return PurchaseSummary(self.as_of, self.unit)(history)

    def finish(self, state: CustomerTable) -> FittedModels:
        """Return the fitted models of a merged summary: of several the likeliest one.

        Raises
        ------
        NoModel
            No model of how often customers buy can be fitted.
        """
        fits = [model.fit(state) for model in self.orders]
        reached = [fit for fit in fits if fit.convergence]
        if not reached:
            first, *others = ((type(fit).__name__, fit.convergence.reason) for fit in fits)
            reasons = [first[1], *(f"nor does {name}: {reason}" for name, reason in others)]
            raise NoModel(first[0], "; ".join(reasons), fits[0].convergence.advice)
        best = max(reached, key=lambda fit: fit.log_likelihood)
        values = GammaGamma.fit(state)
        return FittedModels(
            attrs.evolve(best, purchases=None),
            attrs.evolve(values, purchases=None),
            self.worth,
            self.risks,
            state.provenance.notes(),
            to_microseconds(state.provenance.as_of),
        )


def fit_models(
    history: Facts,
    *,
    as_of: When | None = None,
    orders: Any = (ModifiedBetaGeoNBD, ParetoNBD),
    unit: str = "week",
    horizon: Any = "1y",
    discount_rate: float = 0.0,
    margin: float = 1.0,
    risks: tuple[float, float] = (0.3, 0.7),
) -> FittedModels:
    """Fit models to a whole history, to tell with them what each customer is going to do.

    Parameters
    ----------
    history
        The whole history.
    as_of
        Limits the facts, exclusive; default: the end of the observation. What is fitted once can be
        asked at any later instant; at an earlier one it tells with what was learned later, which is
        no test of it, and a note says so.
    orders
        Classes of models of how often customers buy, or one: of those that can be fitted the
        likeliest is taken. By default MBG/NBD and Pareto/NBD; by BG/NBD nobody who has ordered but
        once can have stopped.
    unit
        In what times are counted.
    horizon, discount_rate, margin
        Of ``predicted_lifetime_value``; see `customer_lifetime_value`.
    risks
        Below the first the probability of no order within 365 days is a low ``churn_risk``, from
        the second on a high one.

    Returns
    -------
    FittedModels
        For ``catalog=custinsights.DEFAULT.with_models(...)``.

    Raises
    ------
    NoModel
        No model can be fitted; the message says why and what to do.
    NeedsModels
        The history is a part of one, which says nothing about all.
    """
    worth = Worth(horizon, discount_rate, margin)
    return FitModels(orders, worth, risks, as_of, unit)(history)
