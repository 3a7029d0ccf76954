"""What an explanation shows: what decided, in so many digits that it agrees with the verdict."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.catalog import Catalog
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import Labels
from custinsights.history.orders import OrderHistory
from custinsights.results.explanation import Explanation

GALLERY = ci.datasets.gallery(activities=True)
SIZES = attrs.evolve(
    GALLERY.people_table,
    attributes={
        "size": Labels.encode(["S"] * GALLERY.people),
        "visits": np.arange(GALLERY.people),
    },
)
SIZED = attrs.evolve(GALLERY, people_table=SIZES)


def told(rule: str, history: OrderHistory = SIZED, customer: str = "c001") -> Explanation:
    """Return the explanation of a rule for one customer."""
    return ci.rule(rule).explain(history.history_of(customer), as_of="2024-03-01")


def test_what_is_shown_agrees_with_the_verdict() -> None:
    """A value that differs from its threshold is not shown as its threshold."""
    thirds = OrderHistory.from_arrays(
        customer=["ada"] * 3,
        placed_at=["2024-01-01", "2024-01-08", "2024-01-18"],
        amount=[50, 30, 20],
        currency="EUR",
        timezone="Europe/Paris",
    )
    found = told("average_order_value <= 33.33", thirds, "ada")
    assert (found.verdict, found.words) == (False, "average_order_value is 33.333 EUR")
    found = told("average_order_value in [33.33, 33.3333]", thirds, "ada")
    assert found.words == "average_order_value is 33.33333 EUR"
    assert told("average_order_value > 5", thirds, "ada").words.endswith("is 33.33 EUR")
    assert told("average_gap_days <= 8.5", thirds, "ada").words.endswith("is 8.50 days")


def test_an_attribute_is_named() -> None:
    """An attribute is no function; neither is a sum in brackets."""
    assert told('attribute("size") == "S"').words == 'attribute("size") is S'
    assert told("(order_count + 1) * 2 > 4").words == "(order_count + 1) * 2 is 14"


def test_a_table_shows_its_clauses_in_full() -> None:
    """Neither a long clause nor one of many is cut."""
    rule = " or ".join(f'customer_country == "{place}, a country of a long name"' for place in "ab")
    shown = repr(told(rule))
    assert "…" not in shown
    assert shown.count(rule) == 2
    many = " and ".join(f"order_count >= {least}" for least in range(30))
    assert len(repr(told(many)).splitlines()) == 33


@pytest.mark.parametrize(
    ("rule", "value", "threshold", "since", "words"),
    [
        (
            'bought(department="Prints", spent=30)',
            Decimal("424.00"),
            Decimal(30),
            None,
            "bought finds 424.00 USD",
        ),
        ('bought(department="Prints", at_least=9, spent=3)', 5, 9, None, "bought finds 5 orders"),
        ('bought(department="Prints")', 5, 1, None, "bought finds 5 orders"),
        (
            'ordered(count=2, within="30d")',
            0,
            2,
            date(2024, 1, 31),
            "ordered finds 0 orders since 2024-01-31",
        ),
        ('did("review")', 0, 1, None, "did finds 0 activities"),
        (
            'never_did("review", within="1y")',
            0,
            0,
            date(2023, 3, 1),
            "never_did finds 0 activities since 2023-03-01",
        ),
    ],
)
def test_a_function_shows_what_decides(
    rule: str, value: Any, threshold: Any, since: date | None, words: str
) -> None:
    """The number that decides, what it is compared with, and from which day on it counts."""
    found = told(rule)
    assert (found.value, found.threshold, found.since) == (value, threshold, since)
    assert found.words == words


def test_what_a_function_shows_is_what_it_compares() -> None:
    """The money that is shown is the most for which the clause holds."""
    shown = told('bought(department="Prints", spent=424)')
    more = told('bought(department="Prints", spent=424.01)')
    assert (shown.verdict, more.verdict) == (True, False)
    assert more.value == shown.value


def test_an_anniversary_shows_the_days_it_may_be_away() -> None:
    """A duration ahead is counted in days, as what is found is."""
    found = told('anniversary(first_order_at, within="7d")')
    assert (found.threshold, found.unit) == (7, "days")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ('attribute("size") == 3', r"attribute\(\"size\"\) are texts.*== 3' was given"),
        ('attribute("size") + 1 > 3', r"attribute\(\"size\"\) are texts.*\+ 1' was given"),
        ('attribute("size") in [1, 2]', r"are texts.*in \[1, 2\]' was given"),
        ('attribute("visits")', r"attribute\(\"visits\"\) are numbers.*a comparison, or a flag"),
        ('attribute("visits") == "a"', r"are numbers.*allowed is a comparison with numbers"),
    ],
)
def test_an_attribute_of_another_kind_is_named_with_its_clause(rule: str, says: str) -> None:
    """The error names the attribute, what it holds, and what the rule makes of it."""
    with pytest.raises(InvalidValue, match=says):
        ci.segment(SIZED, rule)


@pytest.mark.parametrize(
    ("gives", "wrong", "says"),
    [
        ("flag", np.array([1.5]), r"function odd\(2\) does not give one flag.*float64"),
        ("label", np.array([1, 2]), r"function odd\(2\) does not give one label.*int64"),
        ("number", None, r"function odd\(2\) does not give one number.*object"),
    ],
)
def test_a_function_of_wrong_results_is_named_with_its_call(
    gives: str, wrong: Any, says: str
) -> None:
    """The error names the function as the rule calls it, and not a trait."""

    def odd(history: Any, least: Any) -> Any:
        del history, least
        return wrong

    declared = ci.segment_function(parameters={"least": "number"}, definition="-", gives=gives)(odd)
    catalog = Catalog({}, {}, {}, {"odd": declared})
    rule = {"flag": "odd(2)", "label": 'odd(2) == "a"', "number": "odd(2) > 1"}[gives]
    with pytest.raises(InvalidValue, match=says):
        ci.segment(GALLERY, rule, catalog=catalog)
