"""What did it cost to win the customers, and when had they paid it back?"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.spend_metrics import customer_acquisition_cost
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.cohorts.cohorts import CUMULATIVE, Cohorts
from custinsights.analyses.declaring.declarations import Dimension, Metric, entries
from custinsights.analyses.measuring.finish import finish
from custinsights.analyses.measuring.measure import Measure, Window, window_of
from custinsights.analyses.measuring.together import Together
from custinsights.domain.fields import instance, refuse_other
from custinsights.domain.money import minor_exponent
from custinsights.errors import InvalidValue, UnknownName
from custinsights.history import selection
from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.context import Context
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.cohort_grid import CohortGrid
from custinsights.results.cube import Cube
from custinsights.results.table import Column, Table

CHANNEL = "acquisition_channel"
UNITS = ("month", "quarter", "year")


def _everybody(history: CountedHistory) -> IntArray:
    return np.zeros(history.people, dtype=np.int64)


_ALL = Dimension("all", "customers", of=_everybody, never_falls=True)


def _by(given: object) -> str | None:
    """Return the one label by which customers are won."""
    items = () if given is None else entries("by", given, Dimension)
    names = [item if isinstance(item, str) else item.name for item in items]
    if len(names) > 1:
        what = "the customers are won by several labels"
        raise InvalidValue(what, names, f"one of {CHANNEL}, {', '.join(UNITS)}, or none")
    meant = [item if isinstance(item, str) else item.period or item.kind for item in items]
    if meant and meant[0] not in (CHANNEL, *UNITS):
        raise UnknownName("label of an acquisition", names[0], (CHANNEL, *UNITS))
    return meant[0] if meant else None


def _margin(given: Any) -> Fraction:
    """Return the share of revenue that is left."""
    is_number = isinstance(given, int | float | Decimal | Fraction) and not isinstance(given, bool)
    if not is_number or not 0 < given <= 1:
        what = "the margin is no share of revenue"
        raise InvalidValue(what, given, "a number above 0, at most 1 (all of the revenue)")
    return Fraction(str(given))


@attrs.frozen
class Acquisition(Analysis[Together, Table]):
    """The analysis behind `acquisition`."""

    by: str | None = attrs.field(default=None, converter=_by)
    spend: str | Metric = "acquisition_spend"
    margin: Fraction = attrs.field(default=Fraction(1), converter=_margin)
    window: Window = None
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    @property
    def _spend(self) -> Metric:
        found = self.catalog.metric(self.spend) if isinstance(self.spend, str) else self.spend
        if not isinstance(found, Metric) or any(t.facts != "spend" for t in found.tallies):
            given = found.name if isinstance(found, Metric) else type(found).__name__
            raise InvalidValue(
                "the spend of an acquisition is no tally of what was spent",
                given,
                "'acquisition_spend' (all of it), 'media_spend', or a tally of the stream spend",
            )
        return found

    @property
    def _label(self) -> Dimension:
        """The label of a customer that is also one of spend."""
        if self.by is None:
            return _ALL
        return self.catalog.dimension(self.by if self.by == CHANNEL else f"cohort_{self.by}")

    def _measure(self, window: Window) -> Measure:
        metrics = (self._spend, customer_acquisition_cost(self._spend, name="cost"))
        by = () if self.by is None else (self.by,)
        return Measure(metrics, by=by, window=window, as_of=self.as_of, catalog=self.catalog)

    @property
    def _worth(self) -> Measure:
        metrics = ("total_customers", "customer_lifetime_value")
        return Measure(metrics, by=(self._label,), as_of=self.as_of, catalog=self.catalog)

    @property
    def _cohorts(self) -> Cohorts:
        return Cohorts("month", self._label, CUMULATIVE, as_of=self.as_of, catalog=self.catalog)

    def summarise(self, history: Facts) -> Together:
        """Return the mergeable state of a history or of a part of one."""
        check_history(history)
        context = history.context
        as_of = context.instant(self.as_of)
        start, end = self._window(context, as_of)
        window = to_datetime(start), to_datetime(end)
        spent = self._measure(window).summarise(history)  # says that there is no spend, if so
        won = selection.where(
            history, won_between(CountedHistory(history, as_of), start, end), None
        )
        return Together((spent, self._worth.summarise(won), self._cohorts.summarise(won)))

    def _window(self, context: Context, as_of: int) -> tuple[int, int]:
        """Return the window, else the span in which something was spent."""
        given = window_of(context, self.window)
        if given is not None:
            return given
        rows = [row for row in context.spend or () if row.end <= as_of]
        start = min((row.start for row in rows), default=as_of - 1)
        return start, max((row.end for row in rows), default=as_of)

    def finish(self, state: Together) -> Table:
        """Return a row for each label, from a merged state."""
        refuse_other(Together, "the state to finish", state)
        spent, worth, cohorts = state.states
        return self._table(finish(spent), finish(worth), self._cohorts.finish(cohorts))

    def _table(self, spent: Cube, worth: Cube, grid: CohortGrid) -> Table:
        provenance = spent.provenance
        labels = [0] if self.by is None else spent.labels(self.by).tolist()
        found = worth.labels(self._label.name).tolist()
        place = {label: row for row, label in enumerate(found)}
        at = np.array([place.get(label, -1) for label in labels], dtype=np.int64)
        minor = spent.minor(spent_name := next(iter(spent.metrics)))
        new = _taken(worth.metrics["total_customers"].values, at, 0).astype(np.int64)
        value = _taken(worth.metrics["customer_lifetime_value"].values, at, np.nan)
        value = value * float(self.margin)
        cost = spent.metrics["cost"].values
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(cost > 0, value / cost, np.nan)
        months = [
            _payback(grid, label, int(minor[row]), self.margin) if cost[row] > 0 else None
            for row, label in enumerate(labels)
        ]
        currency, exponent = provenance.currency, minor_exponent(provenance.currency)
        columns = [
            Column(spent_name, "money", minor, unit=currency, exponent=exponent),
            Column("new_customers", "count", new, unit="customers"),
            Column("customer_acquisition_cost", "number", cost, unit=currency),
            Column("customer_lifetime_value", "number", value, unit=currency),
            Column("ltv_to_cac", "number", ratio),
            Column(
                "payback_months",
                "count",
                np.array([month or 0 for month in months], dtype=np.int64),
                missing=np.array([month is None for month in months], dtype=np.bool_),
                unit="months",
            ),
        ]
        if self.by is not None:
            columns.insert(0, Column(self.by, "label", labels, provisional=spent.is_partial))
        return Table(
            "Acquisition" if self.by is None else f"Acquisition by {self.by}",
            columns,
            notes=provenance.notes(),
            timezone=provenance.calendar.timezone,
        )


def won_between(view: CountedHistory, start: int, end: int) -> BoolArray:
    """bool[k], who placed the first counted order from `start` to before `end`."""
    first = view.first_per_customer(view.placed_at)
    won: BoolArray = (view.order_count > 0) & (first >= start) & (first < end)
    return won


def _taken(values: np.ndarray, at: IntArray, missing: float) -> np.ndarray:
    return np.append(values, missing).take(at)


def _payback(grid: CohortGrid, label: object, spent: int, margin: Fraction) -> int | None:
    """Return the first observable age at which a cohort has paid what it cost, None before it."""
    row = grid.cohorts.index(label)
    minor = grid.values[row] * int(grid.sizes[row]) * 10.0 ** minor_exponent(grid.unit)
    for age in np.flatnonzero(~np.isnan(grid.values[row]) & ~grid.partial[row]).tolist():
        if round(minor[age]) * margin >= spent:
            return int(age)
    return None


def acquisition(
    history: Facts,
    *,
    by: str | Dimension | None = None,
    spend: str | Metric = "acquisition_spend",
    margin: float | Decimal | Fraction = 1,
    window: Window = None,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Table:
    """Weigh what customers cost to win against what they have paid since.

    The customers are those whose first counted order lies in the window.

    Parameters
    ----------
    history
        An order history that knows what was spent (`OrderHistory.with_spend`).
    by
        ``"acquisition_channel"``; ``"month"``, ``"quarter"`` or ``"year"`` in which they were won,
        or one of these dimensions; None for all together.
    spend
        ``"acquisition_spend"``, all of it, or ``"media_spend"``, what was paid for reach alone; or
        a tally of one's own of the stream ``spend``.
    margin
        The share of revenue that is left to pay for the customer, above 0, at most 1.
    window
        Of the spend and of the first orders; by default the span in which something was spent.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    Table
        For each label: the spend; ``new_customers``; ``customer_acquisition_cost`` = spend ÷ new
        customers; ``customer_lifetime_value`` = margin x what they paid so far, less refunds, ÷ new
        customers; ``ltv_to_cac``, the one by the other; ``payback_months``, the first month of age
        (0 is that of the first order) which is over for all of them and at whose end margin x
        revenue had reached the spend. Undefined, never 0, without customers or spend, and before it
        was paid back.

    Raises
    ------
    MissingData
        Nobody said what was spent.
    InvalidValue, UnknownName
        An argument is wrong.

    Notes
    -----
    Cost: three measurements of the history.

    Examples
    --------
    >>> from custinsights.domain import Money, Spend
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     amount=[10, 5, 7],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ...     observed_until="2024-03-01",
    ... ).with_spend([Spend("2024-01", Money("20.00", "EUR"))])
    >>> row = acquisition(history).to_dicts()[0]
    >>> row["customer_acquisition_cost"], row["ltv_to_cac"], row["payback_months"]
    (10.0, 1.1, 1)
    """
    return Acquisition(by, spend, _margin(margin), window, as_of, catalog)(history)
