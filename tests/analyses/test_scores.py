"""Scores: judged against cut points of the same money, merged only where they were the same."""

import pytest

import custinsights as ci
from custinsights.errors import Incompatible
from tests.analyses.test_cut_points import shop


def test_cuts_judge_only_money_of_their_own_currency() -> None:
    """Minor units of two currencies cannot be compared."""
    with pytest.raises(Incompatible, match="currencies"):
        ci.rfm(shop("USD"), cuts=ci.cuts(shop("EUR")))


def test_scores_of_parts_merge_where_the_same_cuts_judged_them() -> None:
    """Against given cuts every part is judged alone; the parts' own cuts judge by other scales."""
    left, right = shop().partition(2)
    cuts = ci.cuts(shop())
    assert ci.rfm(left, cuts=cuts) + ci.rfm(right, cuts=cuts) == ci.rfm(shop())
    with pytest.raises(Incompatible, match="cut points"):
        _ = ci.rfm(left) + ci.rfm(right)
