"""How far has a customer come, from prospect to advocate?"""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.analyses.builtin.voice_metrics import (
    NPS,
    PROMOTERS,
    REVIEW,
    SATISFIED,
    SURVEY,
    TO_FIVE,
    TO_TEN,
    Graded,
)
from custinsights.analyses.declaring.declarations import Dimension, Metric, Trait
from custinsights.analyses.declaring.tally import Sum, Tally
from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray, Labels
from custinsights.history.views.counted import CountedHistory

STAGES = ("Prospect", "First-Time Buyer", "Repeat Customer", "Loyal Fan", "Advocate")
"""Known without an order, one order, two, three and more, and a loyal fan who speaks for us."""

_LOYAL, _ADVOCATE = 3, 4
_DEFINITION = (
    "Prospect 0 orders, First-Time Buyer 1, Repeat Customer 2, Loyal Fan 3 and more; Advocate: a "
    "Loyal Fan with a converted referral, a grade of 9 to 10 (nps), or a published review of 4 "
    "stars and more."
)
_WITHOUT = "Without activities nobody is known as an Advocate: they are among the Loyal Fans."


def lifecycle(history: CountedHistory) -> Labels:
    """Labels of the k people: the stage that each has reached; without activities no advocate."""
    stages = np.minimum(history.order_count, _LOYAL).astype(np.int32)
    stages[(stages == _LOYAL) & _speaks_for_us(history)] = _ADVOCATE
    return Labels(stages, STAGES)


def _speaks_for_us(history: CountedHistory) -> BoolArray:
    """Return which people won somebody, gave the best grades or published a good review."""
    speaks = np.zeros(history.people, dtype=np.bool_)
    if history.facts.activities is None:
        return speaks
    done = history.activities
    praised = Graded(SURVEY, TO_TEN, NPS, PROMOTERS)(done)
    praised |= done.is_kind("referral") & done.is_outcome("converted")
    praised |= Graded(REVIEW, TO_FIVE, band=SATISFIED)(done) & done.is_outcome("published")
    speaks[done.customer.take(np.flatnonzero(praised))] = True
    return speaks


@attrs.frozen
class OfStage:
    """Which people have reached a stage and no later one, as 1 and 0."""

    stage: int

    def __call__(self, history: CountedHistory) -> IntArray:
        """Return 1 or 0 per person."""
        reached: AnyArray = lifecycle(history).codes == self.stage
        return reached.astype(np.int64)


def _at_stage(name: str, stage: int, definition: str) -> Metric:
    tally = Tally(
        name,
        "customers",
        of=OfStage(stage),
        unit="customers",
        definition=definition,
        without_activities=_WITHOUT,
    )
    return Metric(name, Sum(((1, tally),)), unit=tally.unit, definition=definition)


TRAIT = Trait(
    "lifecycle",
    lifecycle,
    "label",
    definition=_DEFINITION,
    without_activities=_WITHOUT,
    closed=STAGES,
)
DIMENSION = Dimension(
    "lifecycle",
    "customers",
    of=lifecycle,
    never_falls=True,
    closed=STAGES,
    definition=f"The customer's stage at as_of, one for all cells. {_DEFINITION}",
    without_activities=_WITHOUT,
)
METRICS = (
    _at_stage(
        "loyal_fans",
        _LOYAL,
        "Customers with three or more orders at the period's end who are no advocates.",
    ),
    _at_stage(
        "advocates",
        _ADVOCATE,
        "Customers with three or more orders at the period's end who won somebody, gave a grade "
        "of 9 to 10 (nps), or published a review of 4 stars and more.",
    ),
)
