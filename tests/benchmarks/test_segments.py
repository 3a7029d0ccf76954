"""The benchmark of rules asks the same of everybody, and says what was measured."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import custinsights as ci
from benchmarks import segments
from benchmarks.agreement import AnswersDifferError
from benchmarks.rules_elsewhere import pandas_query, sql
from benchmarks.shop import SEED, make_shop
from benchmarks.speed import speed_text


def test_there_are_a_hundred_rules_of_at_most_twenty_traits() -> None:
    """The file holds what the budget speaks of, each rule once."""
    rules = segments.read_rules()
    assert len(rules) == len(set(rules)) == 100
    assert len(segments.traits_of(rules)) <= 20


def test_no_rule_is_empty_of_meaning() -> None:
    """In a shop of some size every rule finds some, but those of what the shop lacks."""
    history = segments.history_of(make_shop(20_000, seed=SEED))
    found = {rule.text: int(ci.segment(history, rule).sum()) for rule in segments.read_rules()}
    empty = [text for text, size in found.items() if size in (0, history.people)]
    assert empty == ["first_channel is None or preferred_channel is None", "refunded > 0"]


def test_smoke_compares_all_and_keeps_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The smoke run holds every peer to our answers, prints the times, and keeps no figures."""
    monkeypatch.setattr(segments, "SMOKE_ORDERS", 2_000)
    segments.main(["--smoke"])
    said = capsys.readouterr().out
    assert "100 rules of 19 traits over 240 customers and 2,000 orders" in said
    assert all(who in said for who in ("custinsights", "pandas", "polars", "duckdb"))
    assert "Kept" not in said


def test_a_peer_that_differs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time is told beside an answer that differs."""
    wrong = np.zeros(24, dtype=np.bool_)
    monkeypatch.setattr(segments, "by_duckdb", lambda *_: [wrong] * 100)
    with pytest.raises(AnswersDifferError, match="duckdb differs on: order_count"):
        segments.compare_segments(200, repeats=1)


def test_the_readme_tells_the_figures() -> None:
    """The ratio to the traits, the budget, and what the peers took for the rules."""
    seconds = {"each_trait": 4.0, "all_traits": 3.0, "custinsights": 3.5}
    peers = {"pandas": 8.0, "polars": 2.0, "duckdb": 6.0}
    text = speed_text(
        [
            {
                "kind": "segments",
                "orders": 8_000_000,
                "customers": 960_000,
                "rules": 100,
                "traits": 19,
                "seconds": seconds | peers,
                "one": {"from_history": 0.0002, "from_objects": 0.003},
            }
        ]
    )
    assert "0.88 × the sum of the traits (4.00 s; budget 3)" in text
    assert "0.20 ms from a history (budget 1), 3.0 ms from Order objects" in text
    assert "| custinsights, from the history | 3.50 | 0.50 |" in text
    assert "| polars, over a frame of the traits |  | 2.00 |" in text


@pytest.mark.parametrize(
    ("rule", "pandas", "said"),
    [
        (
            "not (order_count >= 3 and customer_country != 'US')",
            "(order_count < 3) or (customer_country == 'US')",
            "NOT ((order_count >= 3) AND (customer_country <> 'US'))",
        ),
        (
            "last_order_at >= '90d'",
            "last_order_at >= 19693",
            "last_order_at >= 19693",
        ),
        (
            "customer_country not in ['US']",
            "customer_country not in ['US'] and customer_country == customer_country",
            "NOT (customer_country IN ('US'))",
        ),
    ],
)
def test_rules_in_other_languages(rule: str, pandas: str, said: str) -> None:
    """Opposites, days and lists are said as each language has them."""
    condition = ci.rule(rule).condition
    as_of = date(2024, 3, 1)
    assert pandas_query(condition, as_of) == pandas
    assert sql(condition, as_of) == said
