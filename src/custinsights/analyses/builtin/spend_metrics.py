"""What did it cost to win customers? The metrics of spend."""

from __future__ import annotations

from typing import Any

from custinsights.analyses.builtin.metrics import new_customers, revenue
from custinsights.analyses.declaring.declarations import Metric
from custinsights.analyses.declaring.tally import MONEY, Sum, Tally


def _is_media(facts: Any) -> Any:
    return facts.is_media


_DEFINITION = "What was spent to win customers in periods that lie in the cell as a whole."
acquisition_spend = Metric(
    name="acquisition_spend",
    numerator=Sum(((1, Tally("acquisition_spend", "spend", unit=MONEY)),)),
    unit=MONEY,
    definition=_DEFINITION,
)
media_spend = acquisition_spend.where(_is_media).named(
    "media_spend", definition="The part of acquisition_spend that was paid for reach alone."
)


def customer_acquisition_cost(
    spend: Metric = acquisition_spend, *, name: str = "customer_acquisition_cost"
) -> Metric:
    """Return the acquisition cost by another measure of what was spent.

    Parameters
    ----------
    spend
        A tally of the stream ``spend``: ``acquisition_spend`` is all of it (fully loaded),
        ``media_spend`` what was paid for reach alone.
    name
        What to call it in a catalog.
    """
    definition = f"{spend.name} ÷ new_customers; undefined where no spend is told."
    return (spend / new_customers).named(name, definition=definition)


return_on_ad_spend = (revenue / media_spend).named(
    "return_on_ad_spend",
    unit="",
    definition="Revenue ÷ media_spend; by acquisition_channel, of the customers it brought.",
)

BUILT_IN: tuple[Metric, ...] = (
    acquisition_spend,
    media_spend,
    customer_acquisition_cost(),
    return_on_ad_spend,
)
