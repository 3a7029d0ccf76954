"""Is a model to be believed? Fitted to the past and held against what came after."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from custinsights.analyses.prediction.counting import NOBODY_STOPS, CountingModel, refuse_no_model
from custinsights.analyses.prediction.patterns import Purchases
from custinsights.analyses.prediction.purchases import DAYS, purchase_summary
from custinsights.errors import InvalidValue, counted
from custinsights.errors.wording import sentences
from custinsights.history.columnar.columns import AnyArray, FloatArray, IntArray
from custinsights.history.columnar.identities import codes_among
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.facts import Facts
from custinsights.history.kernels.cells import distinct
from custinsights.history.orders import When
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.table import Column, Table

NAIVE = "past rate"
"""The naive forecast: the orders per time of the past go on."""

_GROUPS = 10


@attrs.frozen(eq=False, repr=False)
class Validation(Presented):
    """How far forecasts lie from what came, customer by customer and in sum.

    Parameters
    ----------
    model
        The model, fitted to what lies before `until`; its `convergence` says whether it forecasts.
    customers
        The ids of the customers of the calibration.
    actual
        int64[k], orders (days with one) in the holdout.
    forecasts
        float64[k] by name: of the model, where it has converged, and of `NAIVE`.
    until
        Where the calibration ends and the holdout begins, as a local date.
    """

    model: CountingModel
    customers: AnyArray
    actual: IntArray
    forecasts: Mapping[str, FloatArray]
    until: str

    @property
    def mean_absolute_error(self) -> dict[str, float]:
        """The mean distance of the forecast from what came, by forecast."""
        return {name: float(np.abs(of - self.actual).mean()) for name, of in self.forecasts.items()}

    @property
    def root_mean_square_error(self) -> dict[str, float]:
        """The root of the mean of the squared distances, by forecast."""
        return {
            name: float(np.sqrt(((of - self.actual) ** 2).mean()))
            for name, of in self.forecasts.items()
        }

    @property
    def totals(self) -> dict[str, float]:
        """The orders of all customers: those that came, and by forecast."""
        told = {name: float(of.sum()) for name, of in self.forecasts.items()}
        return {"actual": float(self.actual.sum()), **told}

    @property
    def is_recommended(self) -> bool:
        """Whether the model errs less than the naive forecast, by the root mean square error.

        Where no order came nothing is: whichever expects less would err less.
        """
        if not self.actual.any():
            return False
        errors = self.root_mean_square_error
        return errors.get(type(self.model).__name__, np.inf) < errors[NAIVE]

    @property
    def recommendation(self) -> str:
        """Which forecast to use, and why, in a sentence or two."""
        name = type(self.model).__name__
        if name not in self.forecasts:
            reason = f"{name} tells nothing here: {self.model.convergence.reason}"
            expected, came = (f"{round(self.totals[one]):,}" for one in (NAIVE, "actual"))
            beside = f"The {NAIVE}, which is all that is left, expects {expected}, and {came} came"
            return sentences("No model is recommended", reason, beside)
        if not self.actual.any():
            reason = "no order came in the holdout, and what expects least would seem best"
            return sentences("No forecast is recommended", reason, "Let the holdout begin earlier")
        aside = ""
        if self.model.nobody_stops:
            aside = f"By {name} {NOBODY_STOPS}: it tells how often customers buy, not who has left"
        if self.is_recommended:
            return sentences(f"To be used: {name}, which errs less than the {NAIVE}", aside)
        return sentences(f"To be used: the {NAIVE}, which errs no more than {name}", aside)

    def calibration(self) -> Table:
        """Return ten groups of customers by forecast: mean forecast and mean of what came.

        The group is 1 + (10 · customers with a strictly smaller forecast) ÷ customers, without its
        rest, as of every score: equal forecasts are in one group, and a group may be empty, which
        is then left out. Without a model the naive forecast is told of.
        """
        name, forecast = next(iter(self.forecasts.items()))
        smaller = np.searchsorted(np.sort(forecast), forecast, side="left")
        group = _GROUPS * smaller // max(len(forecast), 1)
        found, _ = distinct(group)
        groups = [np.flatnonzero(group == place) for place in found.tolist()]
        return Table(
            f"calibration of {name}",
            [
                Column("group", "label", [str(place + 1) for place in found.tolist()]),
                Column("customers", "count", np.array([len(rows) for rows in groups])),
                Column("forecast", "number", np.array([forecast[rows].mean() for rows in groups])),
                Column("actual", "number", np.array([self.actual[rows].mean() for rows in groups])),
            ],
            notes=["From the smallest forecast to the largest; equal ones are in one group."],
        )

    def table(self) -> Table:
        """Return a row for each forecast, with the recommendation as a note."""
        names = list(self.forecasts)
        actual = self.totals["actual"]
        totals = np.array([self.totals[name] for name in names])
        share = totals / actual - 1 if actual else np.full(len(names), np.nan)
        absolute, squared = self.mean_absolute_error, self.root_mean_square_error
        customers = counted(len(self.actual), "customer")
        return Table(
            f"forecasts from {self.until}",
            [
                Column("forecast", "label", names),
                Column("orders", "number", totals, unit="orders"),
                Column("against_actual", "share", share, unit="change"),
                Column("mean_absolute_error", "number", np.array([*absolute.values()])),
                Column("root_mean_square_error", "number", np.array([*squared.values()])),
            ],
            notes=[
                f"{customers} placed {counted(int(actual), 'order')} in the holdout.",
                self.recommendation,
            ],
        )


def validate(
    model: type[CountingModel],
    history: Facts,
    *,
    until: When,
    as_of: When | None = None,
    unit: str = "week",
) -> Validation:
    """Fit a model to the past and hold its forecast against what came after.

    Beside it stands the naive forecast: every customer goes on at the rate of their past, x ÷ T.
    Where the model cannot be fitted only that one is told, with the reason, and none recommended.

    Parameters
    ----------
    model
        The class of the model, such as `BetaGeoNBD`.
    history
        An order history.
    until
        Where the calibration ends and the holdout begins.
    as_of
        Where the holdout ends, exclusive; default: the end of the observation.
    unit
        In what times are counted.

    Raises
    ------
    InvalidValue
        The holdout has no whole day, ends after the observation, or nobody has ordered before it.
    """
    refuse_no_model(model)
    calendar = history.context.calendar
    begin, end = history.context.instant(until), history.context.instant(as_of)
    seen_until = history.context.observed_until
    if end > seen_until:  # that nobody saw an order then is no silence of customers
        last = calendar.local_date(to_datetime(seen_until))
        allowed = f"an as_of up to {last}, when the observation ends"
        raise InvalidValue("the holdout ends after the observation", str(as_of), allowed)
    days = history.context.day(end) - history.context.day(begin)
    if days <= 0:
        allowed = "an instant at least a day before as_of, or before the end of the observation"
        raise InvalidValue("the holdout has no whole day", str(until), allowed)
    before = purchase_summary(history, as_of=until, unit=unit)
    if not len(before):
        allowed = "an instant after the first orders"
        raise InvalidValue("nobody has ordered before the holdout", str(until), allowed)
    after = purchase_summary(history, as_of=as_of, unit=unit)
    fitted = model.fit(before)
    seen = Purchases.of(before)
    time = days / DAYS[unit]
    forecasts = {}
    if fitted.convergence:
        forecasts[model.__name__] = fitted.expected_orders(horizon=time)["expected_orders"]
    rate = np.divide(seen.x, seen.T, out=np.zeros(len(seen.x)), where=seen.T > 0)
    forecasts[NAIVE] = rate * time
    label = str(calendar.local_date(calendar.instant(until)))
    return Validation(fitted, before.ids, _came(before, after), forecasts, label)


def _came(before: CustomerTable, after: CustomerTable) -> IntArray:
    """Return the orders of the holdout: what is known at its end less what was at its beginning.

    Who has no order at the end any more, for all were given back, has placed none.
    """
    place = codes_among(after.ids, before.ids)
    found = np.zeros(len(place), dtype=np.int64)
    found[place >= 0] = after["repeat_orders"].take(place[place >= 0])
    came: IntArray = np.maximum(found - before["repeat_orders"], 0)
    return came
