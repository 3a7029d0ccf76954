"""What is to be expected of the customers, by the risk that they stay away?"""

from __future__ import annotations

from custinsights.analyses.builtin.forecasts import ORDERS, RISK, RISKS, VALUE
from custinsights.analyses.catalog import DEFAULT
from custinsights.analyses.customers.traits import traits
from custinsights.analyses.prediction.models import FittedModels
from custinsights.history.orders import OrderHistory
from custinsights.results.table import Column, Table

__all__ = ["by_risk"]

_SPENT = "total_spent"


def by_risk(history: OrderHistory, models: FittedModels) -> Table:
    """Return how many customers have each risk of churn, what they spent, and what is expected.

    Value is expected of them within the horizon of the models, orders within 365 days. Value is
    left out where the models cannot tell it; why and by which models stands in the notes.
    """
    names = (RISK, _SPENT, ORDERS, *([VALUE] if models.values.convergence else []))
    told = traits(history, names, catalog=DEFAULT.with_models(models))
    groups = [(told[RISK] == risk).nonzero()[0] for risk in RISKS]
    everybody = max(sum(map(len, groups)), 1)
    spent = told.column(_SPENT)
    columns = [
        Column(RISK, "label", list(RISKS)),
        Column("customers", "count", [len(rows) for rows in groups]),
        Column("share", "share", [len(rows) / everybody for rows in groups]),
        Column(
            _SPENT,
            "money",
            [int(spent.values[rows].sum()) for rows in groups],
            unit=spent.unit,
            exponent=spent.exponent,
        ),
    ]
    for name in names[2:]:
        sums = [float(told[name][rows].sum()) for rows in groups]
        columns.append(Column(name, "number", sums, unit=told.column(name).unit))
    return Table("customers by risk of churn", columns, notes=_notes(models))


def _notes(models: FittedModels) -> tuple[str, ...]:
    name, verdict = type(models.orders).__name__, models.values.convergence
    low, high = (f"{100 * risk:.0f}%" for risk in models.risks)
    fitted = f"By {name} and GammaGamma, fitted to this history"
    risk = f"the risk that 365 days pass without an order is low under {low}, high from {high} on"
    notes = [f"{fitted}; {risk}."]
    if models.orders.nobody_stops:
        notes.append(f"By {name} nobody seems to stop buying: the risk is that of a slow customer.")
    if not verdict:
        notes.append(f"No value is told: {verdict.reason}.")
    return tuple(notes)
