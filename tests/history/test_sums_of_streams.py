"""Sums of activities, lines and refunds per person, as functions of rules take them."""

from typing import Any

import numpy as np
import pytest

from custinsights.errors import InvalidValue
from custinsights.history.views.counted import CountedHistory
from custinsights.history.views.timed import sum_per_customer
from tests.oracles.bridge import to_history
from tests.oracles.hand import at, order, shop
from tests.oracles.shop import PlainLine, PlainPerson, PlainRefund

MADE = shop(
    order("ada", "03-01", 700, lines=(PlainLine("p1", 1000, 300), PlainLine("p1", 1000, 400))),
    order("cy", "03-02", 500, lines=(PlainLine("p1", 1000, 500),)),
    refunds=(PlainRefund("cy", at("03-03"), 200, 1, "p1"),),
    products={"p1": {"title": "Print"}},
    people={"bo": PlainPerson()},
)


def test_facts_are_summed_for_each_person() -> None:
    """Whole numbers exactly, truth values as counts, 0 for who has none."""
    history = to_history(MADE)
    view = CountedHistory(history, history.context.observed_until)
    assert sum_per_customer(view.lines, view.lines.amount).tolist() == [700, 0, 500]
    assert sum_per_customer(view.lines, view.lines.amount > 300).tolist() == [1, 0, 1]
    assert sum_per_customer(view.line_refunds, view.line_refunds.amount).tolist() == [0, 0, 200]


@pytest.mark.parametrize("values", [np.ones(2, dtype=np.int64), np.ones(3), np.ones((3, 1), int)])
def test_what_is_not_one_whole_number_per_fact_is_refused(values: Any) -> None:
    """Another length, and floats, which would not add up exactly."""
    history = to_history(MADE)
    lines = CountedHistory(history, history.context.observed_until).lines
    with pytest.raises(InvalidValue, match="not one whole number or truth value per fact"):
        sum_per_customer(lines, values)
