"""By what label are things told apart that were bought? One question for baskets and gaps."""

from __future__ import annotations

from custinsights.analyses.catalog import Catalog
from custinsights.analyses.declaring.declarations import Dimension, entries
from custinsights.analyses.measuring.measure import Measure, Window
from custinsights.analyses.measuring.plan import Question
from custinsights.errors import InvalidValue
from custinsights.history.facts import Facts
from custinsights.history.orders import When


def things_bought(
    history: Facts,
    by: str | Dimension,
    *,
    window: Window,
    as_of: When | None,
    catalog: Catalog,
    of_orders: bool = False,
) -> Question:
    """Return the question for the customers of each thing.

    Parameters
    ----------
    of_orders
        Whether a thing may be a label of orders, too, such as a coupon.

    Raises
    ------
    InvalidValue
        `by` is no label of order lines (or of orders).
    """
    entries("by", (by,), Dimension)
    question = Measure("customers", by, window, as_of, catalog).question(history.context)
    label = question.by[0]
    fits = label.facts == "lines" or (of_orders and label.facts == "orders")
    if not fits or label.kind == "order_number":
        raise InvalidValue(
            what=f"what is bought is a label of order lines{' or of orders' if of_orders else ''}",
            given=label.name,
            allowed="dimensions such as category, product, department"
            + (" or coupon" if of_orders else ""),
        )
    return question
