"""How is the shop doing, in a dozen numbers?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import attrs
from attrs.validators import optional

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.declarations import Metric
from custinsights.analyses.measuring.comparing import (
    COMPARISONS,
    WHAT_THEY_ARE,
    earlier_window,
    window_or_last_year,
)
from custinsights.analyses.measuring.measure import Measure, Window, metrics_of
from custinsights.analyses.measuring.measured import Measured
from custinsights.domain.fields import instance, named
from custinsights.domain.money import minor_exponent
from custinsights.errors import Incompatible
from custinsights.history.columnar.columns import FloatArray
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.cube import Cube
from custinsights.results.overview import Headline, Overview

HEADLINES = (
    "revenue",
    "orders",
    "customers",
    "new_customers",
    "returning_customers",
    "average_order_value",
    "median_order_value",
    "orders_per_customer",
    "revenue_per_customer",
    "refund_rate",
    "new_customer_rate",
    "total_customers",
    "active_customers",
    "repeat_customers",
    "repeat_rate",
    "churn_rate",
    "customer_lifetime_value",
    "average_gap_days",
    "order_frequency",
)
"""The metrics of an overview for which none are named."""


@attrs.frozen(eq=False)
class OverviewState:
    """The state behind an overview: one or two measurements, and who has refunds only."""

    current: Measured
    previous: Measured | None
    balance_only: int
    balance: int

    def __add__(self, other: OverviewState) -> OverviewState:
        if not isinstance(other, OverviewState):
            return NotImplemented
        ours, theirs = (
            "none" if state.previous is None else "an earlier window" for state in (self, other)
        )
        if ours != theirs:
            raise Incompatible("the comparisons of the overviews", ours, theirs)
        return OverviewState(
            self.current + other.current,
            None
            if self.previous is None or other.previous is None
            else self.previous + other.previous,
            self.balance_only + other.balance_only,
            self.balance + other.balance,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OverviewState):
            return NotImplemented
        return (self.current, self.previous, self.balance_only, self.balance) == (
            other.current,
            other.previous,
            other.balance_only,
            other.balance,
        )


@attrs.frozen
class Overviewing(Analysis[OverviewState, Overview]):
    """The analysis behind `overview`."""

    metrics: tuple[str | Metric, ...] = attrs.field(default=HEADLINES, converter=metrics_of)
    compare: str | None = attrs.field(
        default=None, validator=optional(named("comparison", COMPARISONS, WHAT_THEY_ARE))
    )
    window: Window = None
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def summarise(self, history: Facts) -> OverviewState:
        """Return the mergeable state of a history or of a part of one."""
        check_history(history)
        window = window_or_last_year(history.context, self.window, self.as_of)
        compare = self.compare
        earlier = None if compare is None else earlier_window(history.context, window, compare)
        view = CountedHistory(history, history.context.instant(self.as_of))
        only_refunds = (view.order_count == 0) & (view.refunded_per_customer > 0)
        return OverviewState(
            self._measure(window).summarise(history),
            None if earlier is None else self._measure(earlier).summarise(history),
            int(only_refunds.sum()),
            int(view.spent[only_refunds].sum()),
        )

    def finish(self, state: OverviewState) -> Overview:
        """Return the overview of a merged state."""
        measure = Measure(self.metrics, catalog=self.catalog)
        current = measure.finish(state.current)
        previous = None if state.previous is None else measure.finish(state.previous)
        return Overview(
            headlines=tuple(_headline(name, current, previous) for name in current.metrics),
            current=current,
            previous=previous,
            balance_only=state.balance_only,
            balance=state.balance,
            exponent=minor_exponent(current.provenance.currency),
        )

    def _measure(self, window: tuple[dt.datetime, dt.datetime]) -> Measure:
        return Measure(self.metrics, window=window, as_of=self.as_of, catalog=self.catalog)


def overview(
    history: Facts,
    metrics: str | Metric | Sequence[str | Metric] | None = None,
    *,
    compare: str | None = None,
    window: Window = None,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Overview:
    """Return the headline metrics of a window, beside an earlier one where asked.

    Parameters
    ----------
    history
        An order history.
    metrics
        Names or metrics; default: the usual ones. Stock metrics tell the state at the end of the
        window.
    compare
        ``"previous_period"`` (as many days before), ``"previous_year"`` (both ends a year
        earlier), or None.
    window
        A period's label or ``(start, end)``; default: the 12 months before `as_of`.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    Overview
        One row per metric: value, previous, change, and for proportions n and a Wilson interval.
        There is no change where either window begins before the observation or ends after `as_of`.
        A metric that the history cannot tell (discounts that its source lacks) raises; the usual
        ones need nothing but orders.
    """
    chosen = HEADLINES if metrics is None else metrics
    return Overviewing(chosen, compare, window, as_of, catalog)(history)


def _headline(name: str, current: Cube, previous: Cube | None) -> Headline:
    column = current.metrics[name]
    value = _one(current[name])
    before = None if previous is None else _one(previous[name])
    low = high = n = None
    if column.is_proportion and column.denominator is not None and len(current):
        lows, highs = current.interval(name)
        low, high, n = _one(lows), _one(highs), int(column.denominator[0])
    return Headline(
        metric=name,
        value=value,
        previous=before,
        change=_change(value, before, current, previous),
        low=low,
        high=high,
        n=n,
        unit=column.unit,
        target=column.target,
        definition=current.provenance.definitions[name],
    )


def _change(
    value: float | None, before: float | None, current: Cube, previous: Cube | None
) -> float | None:
    """Return the growth, or None where one of the windows was not wholly observed."""
    if previous is None or value is None or before is None or before <= 0:
        return None
    if not (current.provenance.is_whole and previous.provenance.is_whole):
        return None
    return (value - before) / before


def _one(values: FloatArray) -> float | None:
    return None if not len(values) or math.isnan(values[0]) else float(values[0])
