"""How much of the revenue hangs on the best customers, by hand, by the oracle, by real orders."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import InvalidValue
from tests.oracles.bridge import to_history
from tests.oracles.facts import View
from tests.oracles.hand import order, shop
from tests.oracles.scores import gini, numbers, top_share
from tests.oracles.strategies import as_ofs, shops

ONE_TO_FOUR = shop(*(order(f"c{n}", "01-10", n) for n in range(-1, 5) if n >= 0))


def test_by_hand() -> None:
    """Of 4, 3, 2, 1 the best half have 70 %, the best three eighths 4 + 1.5 of 10; 0 is out."""
    found = ci.concentration(to_history(ONE_TO_FOUR))
    assert (found.customers, found.excluded, found.total) == (4, 1, 10)
    assert found.top_share(0.5) == 0.7
    assert found.top_share(Fraction(3, 8)) == 0.55
    assert found.top_share(Decimal("0.375")) == 0.55
    assert (found.top_share(0), found.top_share(1)) == (0.0, 1.0)
    assert found.gini == 0.25  # differences 1 + 2 + 3 + 1 + 2 + 1, twice, ÷ 2 · 4 · 10
    shares, spent = found.lorenz
    assert shares.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert spent.tolist() == [0, 0.1, 0.3, 0.6, 1]
    assert "1 customer, together 0.00 USD" in found.table().notes[-1]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_as_the_oracle(data: st.DataObject) -> None:
    """Top shares and the Gini coefficient are the oracle's, rounded once."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    p = data.draw(st.fractions(0, 1, max_denominator=40))
    totals = [spent for _, _, spent in numbers(View(asked, as_of)).values()]
    found = ci.concentration(to_history(asked), as_of=as_of)
    share, coefficient = top_share(totals, p), gini(totals)
    assert found.excluded == sum(total <= 0 for total in totals)
    assert found.balance == sum(total for total in totals if total <= 0)
    if share is None or coefficient is None:
        assert math.isnan(found.top_share(p))
        assert math.isnan(found.gini)
        assert [column.tolist() for column in found.lorenz] == [[0], [0]]
    else:
        assert found.top_share(p) == float(share)
        assert found.gini == float(coefficient)
        poorest, spent = found.lorenz
        assert np.interp(float(1 - p), poorest, spent) == pytest.approx(1 - float(share))


def test_sums_too_large_for_a_machine_word() -> None:
    """The Gini coefficient is exact where its sums exceed 64 bits."""
    big = 10**17
    found = ci.concentration(
        to_history(shop(*(order(f"c{n}", "01-10", big + n) for n in range(40))))
    )
    assert found.gini == float(gini([big + n for n in range(40)]) or 0)


def gini_of(totals: list[int]) -> Fraction:
    """The Gini coefficient by ranks: the oracle compares every two customers, too many here."""
    ours = sorted(total for total in totals if total > 0)
    weighed = sum(2 * rank * total for rank, total in enumerate(ours, start=1))
    return Fraction(weighed, len(ours) * sum(ours)) - Fraction(len(ours) + 1, len(ours))


@pytest.mark.covers("E12")
def test_real_orders() -> None:
    """The best fifth of 4,317 customers of Online Retail spent 73.4 %; 22 are left out."""
    retail = ci.datasets.load_online_retail()
    found = ci.concentration(retail)
    totals = ci.traits(retail, ["order_count", "total_spent"])
    spent = totals.minor("total_spent")[totals["order_count"] > 0].tolist()
    assert (found.customers, found.excluded) == (4_317, 22)
    assert found.customers + found.excluded == 4_339
    assert found.top_share(0.2) == float(top_share(spent, Fraction(1, 5)) or 0)
    assert round(found.top_share(0.2), 4) == 0.7345
    assert found.gini == float(gini_of(spent))
    assert round(found.gini, 4) == 0.7028


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), True, "a fifth", None])
def test_what_is_no_share_is_refused(share: Any) -> None:
    """A share of the customers is a number from 0 to 1."""
    found = ci.concentration(to_history(ONE_TO_FOUR))
    with pytest.raises(InvalidValue, match=r"share of the customers is none.*from 0 to 1"):
        found.top_share(share)
