"""The benchmark of baskets tells no time beside answers that differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import custinsights as ci
from benchmarks.agreement import AnswersDifferError
from benchmarks.baskets import check_rules, check_sets, lists_of
from benchmarks.speed import speed_text

GALLERY = ci.baskets(ci.datasets.gallery(), least_orders=3)
RULES = GALLERY.rules(most_consequents=2).to_dicts()
SETS = pd.DataFrame(
    {
        "support": GALLERY.orders / GALLERY.baskets,
        "itemsets": [frozenset(map(str, some)) for some in GALLERY.sets],
    }
)


def as_theirs() -> pd.DataFrame:
    """Return the rules of the gallery as mlxtend writes them."""
    rows = {
        "antecedents": [frozenset(row["bought"].split(" + ")) for row in RULES],
        "consequents": [frozenset(row["also"].split(" + ")) for row in RULES],
    }
    numbers = ("support", "confidence", "lift", "leverage", "conviction")
    told = {name: [np.inf if row[name] is None else row[name] for row in RULES] for name in numbers}
    return pd.DataFrame({**rows, **told})


def test_equal_answers_pass() -> None:
    """What says the same in mlxtend's words is the same."""
    assert len(RULES) > 10
    check_sets(GALLERY, SETS)
    check_rules(RULES, as_theirs())


def test_answers_that_differ_are_told() -> None:
    """A set too few, another count, a rule too few or another number is no equal answer."""
    fewer = SETS.assign(support=SETS["support"].where(SETS.index > 0, 0.5))
    for wrong in (SETS.iloc[1:], fewer):
        with pytest.raises(AnswersDifferError, match="sets of mlxtend"):
            check_sets(GALLERY, wrong)
    theirs = as_theirs()
    for other in (theirs.iloc[1:], theirs.assign(lift=theirs["lift"] + 1e-6)):
        with pytest.raises(AnswersDifferError, match="rules of mlxtend"):
            check_rules(RULES, other)


def test_lists_are_the_baskets() -> None:
    """Every order is a list of its products, in the order of the history."""
    retail = ci.datasets.load_online_retail()
    lists = lists_of(retail)
    assert retail.lines is not None
    assert [len(one) for one in lists] == np.diff(retail.lines.offsets).tolist()


def test_the_readme_tells_the_figures() -> None:
    """How many sets and rules, and the ratio."""
    figures = {
        "kind": "baskets",
        "orders": 18_536,
        "sets": 1031,
        "rules": 1120,
        "support": 0.01,
        "seconds": {"custinsights": 0.3, "mlxtend": 6.6},
        "versions": {"mlxtend": "0.25.0"},
    }
    text = speed_text([figures])
    assert "18,536 real orders at a support of 1%, 1,031 sets and 1,120 rules" in text
    assert "custinsights 0.30 s, mlxtend 0.25.0 6.60 s (22 ×)" in text
