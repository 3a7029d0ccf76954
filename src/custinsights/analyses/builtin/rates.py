"""How much does a customer give back, and how many of their bids win?"""

from __future__ import annotations

import numpy as np

from custinsights.analyses.declaring.declarations import Trait
from custinsights.history.columnar.columns import FloatArray, IntArray
from custinsights.history.views.counted import CountedHistory
from custinsights.history.views.timed import sum_per_customer

_WITHOUT = "Without activities nobody is known to have bid."


def refund_rate(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN of who paid nothing."""
    refunded = history.refunded_per_customer
    return _share(refunded, history.spent + refunded)


def win_rate(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN of who did not bid."""
    if history.facts.activities is None:
        return np.full(history.people, np.nan)
    done = history.activities
    is_bid = done.is_kind("bid")
    won = sum_per_customer(done, is_bid & done.is_outcome("won"))
    return _share(won, sum_per_customer(done, is_bid))


def _share(part: IntArray, whole: IntArray) -> FloatArray:
    share = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share


TRAITS = (
    Trait("refund_rate", refund_rate, "number", "share", "Refunded ÷ paid before refunds."),
    Trait("win_rate", win_rate, "number", "share", "Bids won ÷ bids.", without_activities=_WITHOUT),
)
