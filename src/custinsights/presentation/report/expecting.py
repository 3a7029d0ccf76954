"""What is to be expected? Customers by risk, and how well such a forecast did."""

from __future__ import annotations

from datetime import timedelta

import attrs

from custinsights.analyses.prediction.models import fit_models
from custinsights.analyses.prediction.validation import validate
from custinsights.errors import InvalidValue, MissingExtra, NoModel
from custinsights.history.orders import OrderHistory
from custinsights.presentation.forecasts import by_risk
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import Listing, Section

__all__ = ["expectations"]

_HELD_OUT = 90
_ENOUGH = 3


def expectations(inquiry: Inquiry) -> Section:
    """Return what models expect of the customers, and what they would have told three months ago.

    Where no model fits, or SciPy is not installed, the section says so.
    """
    history = inquiry.history
    section = Section(key="forecast", title="What is to be expected")
    try:
        models = fit_models(history)
    except (NoModel, MissingExtra) as error:
        return attrs.evolve(section, remarks=(str(error),))
    table = by_risk(history, models)
    return attrs.evolve(
        section,
        about="by the risk that the next 365 days pass without an order",
        parts=(Listing(table, notes=table.notes), *_tried(history, type(models.orders))),
    )


def _tried(history: OrderHistory, model: type) -> tuple[Listing, ...]:
    """Hold the forecast of the last three months against them, where there were enough before."""
    span = history.observed_until - history.observed_from
    if span < timedelta(days=_ENOUGH * _HELD_OUT):
        return ()
    last = history.calendar.local_date(history.observed_until)
    try:
        found = validate(model, history, until=last - timedelta(days=_HELD_OUT))
    except InvalidValue:
        return ()
    table = found.table()
    return (
        Listing(table, key="validation", notes=table.notes),
        Listing(found.calibration(), key="calibration"),
    )
