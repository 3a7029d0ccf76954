"""Is a model to be believed? Fitted to the past and held against what came after."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.analyses.prediction.counting import CountingModel
from custinsights.analyses.prediction.fitting import Convergence
from custinsights.analyses.prediction.patterns import Purchases
from custinsights.analyses.prediction.purchases import DAYS, purchase_summary
from custinsights.errors import InvalidValue, NoModel
from custinsights.history.columnar.columns import FloatArray, IntArray
from custinsights.history.facts import Facts
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
        The model, fitted to what lies before `until`.
    customers
        The ids of the customers of the calibration.
    actual
        int64[k], orders (days with one) in the holdout.
    forecasts
        float64[k] by name: of the model, and of `NAIVE`.
    until
        Where the calibration ends and the holdout begins, as it was told.
    """

    model: CountingModel
    customers: IntArray
    actual: IntArray
    forecasts: dict[str, FloatArray]
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
        """Whether the model errs less than the naive forecast, by the root mean square error."""
        errors = self.root_mean_square_error
        return errors[type(self.model).__name__] < errors[NAIVE]

    def calibration(self) -> Table:
        """Return ten groups of customers by forecast: mean forecast and mean of what came."""
        forecast = self.forecasts[type(self.model).__name__]
        order = np.argsort(forecast, kind="stable")
        groups = [part for part in np.array_split(order, _GROUPS) if len(part)]
        return Table(
            f"calibration of {type(self.model).__name__}",
            [
                Column("group", "label", [str(place) for place in range(1, len(groups) + 1)]),
                Column("customers", "count", np.array([len(part) for part in groups])),
                Column("forecast", "number", np.array([forecast[p].mean() for p in groups])),
                Column("actual", "number", np.array([self.actual[p].mean() for p in groups])),
            ],
            notes=["Groups of equally many customers, from the smallest forecast to the largest."],
        )

    def table(self) -> Table:
        """Return a row for each forecast, with the recommendation as a note."""
        names = list(self.forecasts)
        actual = self.totals["actual"]
        totals = np.array([self.totals[name] for name in names])
        share = totals / actual - 1 if actual else np.full(len(names), np.nan)
        said = type(self.model).__name__ if self.is_recommended else f"the {NAIVE}"
        return Table(
            f"forecasts from {self.until}",
            [
                Column("forecast", "label", names),
                Column("orders", "number", totals, unit="orders"),
                Column("against_actual", "share", share, unit="change"),
                Column(
                    "mean_absolute_error", "number", np.array([*self.mean_absolute_error.values()])
                ),
                Column(
                    "root_mean_square_error",
                    "number",
                    np.array([*self.root_mean_square_error.values()]),
                ),
            ],
            notes=[
                f"{len(self.actual):,} customers placed {int(actual):,} orders in the holdout.",
                f"To be used: {said}.",
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
        The holdout has no whole day.
    NoModel
        The model cannot be fitted to the calibration; the message says why.
    """
    calendar = history.context.calendar
    begin, end = history.context.instant(until), history.context.instant(as_of)
    days = history.context.day(end) - history.context.day(begin)
    if days <= 0:
        allowed = "an instant before the end of the observation, or an as_of after it"
        raise InvalidValue("the holdout has no whole day", str(until), allowed)
    before = purchase_summary(history, as_of=until, unit=unit)
    after = purchase_summary(history, as_of=as_of, unit=unit)
    fitted = model.fit(before)
    verdict: Convergence = fitted.convergence
    if not verdict:
        raise NoModel(model.__name__, verdict.reason, verdict.advice)
    seen = Purchases.of(before)
    time = days / DAYS[unit]
    rate = np.divide(seen.x, seen.T, out=np.zeros(len(seen.x)), where=seen.T > 0)
    forecasts = {
        model.__name__: fitted.expected_orders(before, horizon=time)["expected_orders"],
        NAIVE: rate * time,
    }
    label = str(calendar.local_date(calendar.instant(until)))
    return Validation(fitted, before.ids, _came(before, after), forecasts, label)


def _came(before: CustomerTable, after: CustomerTable) -> IntArray:
    """Return the orders of the holdout: what is known at its end less what was at its beginning.

    Who has no order at the end any more, for all were given back, has placed none.
    """
    place = {customer: row for row, customer in enumerate(after.ids.tolist())}
    later = after["repeat_orders"]
    rows = [place.get(customer, -1) for customer in before.ids.tolist()]
    found = np.where(np.array(rows) >= 0, later.take(rows), 0)
    came: IntArray = np.maximum(found - before["repeat_orders"], 0)
    return came
