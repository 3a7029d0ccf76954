"""How are customers won? First orders by channel, what they cost, and the funnel."""

from __future__ import annotations

import attrs

from custinsights.analyses.cohorts.acquisition import acquisition
from custinsights.analyses.journey.funnel import funnel
from custinsights.analyses.measuring.measure import measure
from custinsights.errors import MissingData
from custinsights.presentation.report.charting import MOST_LABELS, chart, largest, of_all
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import Listing, Part, Section

__all__ = ["channels", "experiments", "steps"]


def channels(inquiry: Inquiry) -> Section:
    """Return the new customers by channel, and what winning them cost where spend is told."""
    history = inquiry.history
    parts: list[Part] = []
    remarks = []
    if "channel" in history.labels or history.people_table.labels.get("acquisition_channel"):
        cube = measure(history, ["first_orders", "revenue"], by=["acquisition_channel"]).table()
        says = "How many customers each channel has won, and what all that it won have brought."
        renamed = attrs.evolve(cube.column("first_orders"), name="new_customers", unit="customers")
        columns = [renamed if one.name == "first_orders" else one for one in cube.columns]
        rows = largest(attrs.evolve(cube, columns=columns), "new_customers")
        says = f"{says}{of_all(rows)}"
        series = {"new_customers": "new customers"}
        part = chart("New customers by channel", says, rows, series, most=MOST_LABELS, lying=True)
        parts.append(part)
    else:
        remarks.append("The orders name no channels.")
    try:
        parts.append(Listing(acquisition(history)))
    except MissingData:
        remarks.append(
            "What winning them cost is not told, for lack of what was spent on each channel."
        )
    return Section(
        key="acquisition",
        title="Acquisition",
        about="which channels win customers, and what that costs",
        parts=tuple(parts),
        remarks=tuple(remarks),
    )


def steps(inquiry: Inquiry) -> Section:
    """Return how many get from one step of the funnel to the next."""
    history = inquiry.history
    section = Section(key="funnel", title="Funnel", about="from discovery to purchase")
    if history.activities is None or not len(history.activities):
        says = "No activities are known, such as visits and carts, so that there is no funnel."
        return attrs.evolve(section, about="", remarks=(says,))
    table = attrs.evolve(funnel(history).table(), title="Step by step")
    says = "How many people reach each step."
    part = chart("People by step", says, table, {"people": "people"}, lying=True)
    return attrs.evolve(section, parts=(part, Listing(table)))


def experiments(_inquiry: Inquiry) -> Section:
    """Say that a history does not tell who was in which arm, and what compares the arms."""
    says = (
        "Who was in which arm of an experiment is not in the orders: custinsights.assign makes "
        "arms, custinsights.compare tells what became of them."
    )
    return Section(key="experiments", title="Experiments", remarks=(says,))
