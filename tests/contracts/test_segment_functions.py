"""Every built-in function of rules keeps the laws, and the check catches those that do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.declaring.segment_functions import SegmentFunction
from custinsights.errors import InvalidValue, RuleError

EXAMPLES = 16
REMEMBERED: list[int] = []

CALLS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("tagged", {"name": "VIP"}),
    ("tagged", {"name": ["wholesale", "nobody's"]}),
    ("status", {"name": "press"}),
    ("status", {"name": "vip"}),
    ("anniversary", {"of": "birthday", "within": "1m"}),
    ("anniversary", {"of": "created_at", "within": "90d"}),
    ("anniversary", {"of": "last_order_at"}),
    ("within_km", {"lat": 36.5, "lon": -119.5, "km": 60}),
    ("email_domain", {"domain": "example.com"}),
    ("bought", {"keyword": "original"}),
    ("bought", {"keyword": ["print", "card"], "within": "90d"}),
    ("bought", {"category": "Prints", "department": "Paper", "at_least": 2}),
    ("bought", {"product": ["p1", "p4"], "within": "6m", "spent": 10}),
    ("bought", {"spent": 0.005}),
    ("did", {"kind": "visit", "within": "90d"}),
    ("did", {"kind": ["bid", "review"], "outcome": "won", "at_least": 2}),
    ("never_did", {"kind": "email_opened", "within": "1y"}),
    ("ordered", {"count": 2}),
    ("ordered", {"between": ["2024-03-10", "1w"], "channel": ["web", "fair"]}),
    ("ordered", {"between": [None, "2024-04-01"], "country": "US"}),
    ("ordered", {"within": "1m", "coupon": "SPRING", "payment_method": "card"}),
)


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_a_built_in_function_keeps_the_laws(name: str, arguments: Mapping[str, Any]) -> None:
    """Every built-in function keeps the laws of functions of rules."""
    function = ci.DEFAULT.function(name)
    ci.testing.check_segment_function(function, arguments=arguments, max_examples=EXAMPLES)


def test_every_built_in_function_is_checked() -> None:
    """None is left out above."""
    assert {name for name, _ in CALLS} == {*ci.DEFAULT.functions}


def function_of(of: Callable[..., Any], gives: str = "flag", **more: Any) -> SegmentFunction:
    """Declare a function without parameters."""
    return ci.segment_function(parameters={}, definition="Broken.", gives=gives, **more)(of)


def divides_by_all(history: Any) -> Any:
    """More than the mean of everybody in sight."""
    return history.spent * max(history.people, 1) > history.spent.sum()


def counts_the_future(history: Any) -> Any:
    """Orders, also those after as_of."""
    return np.diff(history.facts.offsets) > 1


def reads_the_clock(history: Any) -> Any:
    """Whether it is late."""
    return np.full(history.people, dt.datetime.now(tz=dt.UTC).year > 2020)


def draws(history: Any) -> Any:
    """By the dice, which roll alike where they are thrown anew."""
    return np.random.default_rng().integers(0, 2, history.people) == 1


def looks_at_names(history: Any) -> Any:
    """By the identity."""
    return np.array([str(one)[-1] in "13579d" for one in history.customer_ids.tolist()], np.bool_)


def writes(history: Any) -> Any:
    """Writes into the column of orders."""
    history.order_count[:] = 0
    return history.order_count > 0


def fails_on_nobody(history: Any) -> Any:
    """Divides by the first customer."""
    return history.order_count > history.order_count[0]


def in_floats(history: Any) -> Any:
    """A flag as a number."""
    return (history.order_count > 0).astype(np.float64)


def in_twos(history: Any) -> Any:
    """An int8 that is no flag."""
    return np.minimum(history.order_count, 2).astype(np.int8)


def one_too_many(history: Any) -> Any:
    """A value more than people."""
    return np.zeros(history.people + 1, dtype=np.bool_)


def raises(history: Any) -> Any:
    """Fails where somebody has no order."""
    if (history.order_count == 0).any():
        raise ZeroDivisionError
    return history.order_count > 0


def remembers(history: Any) -> Any:
    """How often it was called."""
    REMEMBERED.append(history.people)
    return np.full(history.people, len(REMEMBERED))


def is_a_buyer(history: Any) -> Any:
    """Whether somebody ordered, unknown for prospects: all is well."""
    return np.where(history.order_count > 0, 1, -1).astype(np.int8)


def how_often(history: Any) -> Any:
    """The number of orders."""
    return history.order_count


def shows_infinity(history: Any) -> Any:
    """Infinite numbers."""
    return np.full(history.people, np.inf)


@pytest.mark.parametrize(
    ("function", "law"),
    [
        (function_of(divides_by_all), "one customer's facts alone"),
        (function_of(divides_by_all), "whole = sum of parts"),
        (function_of(counts_the_future), "nothing at or after as_of matters"),
        (function_of(reads_the_clock), "no clock and no chance"),
        (function_of(draws), "same input, same bytes"),
        (function_of(looks_at_names), "renamed customers"),
        (function_of(writes), "inputs unchanged"),
        (function_of(fails_on_nobody), "empty history"),
        (function_of(in_floats), "declared kind and shape"),
        (function_of(in_twos), "declared kind and shape"),
        (function_of(one_too_many), "declared kind and shape"),
        (function_of(in_floats, "count"), "declared kind and shape"),
        (function_of(is_a_buyer, shown=shows_infinity), "declared kind and shape"),
        (function_of(is_a_buyer, shown=how_often), ""),
        (function_of(how_often, "count"), ""),
        (function_of(raises), "works on every history"),
        (function_of(is_a_buyer, shown=counts_the_future), "nothing at or after as_of matters"),
        (function_of(remembers, "count"), "any row order"),
    ],
    ids=lambda one: one.name if isinstance(one, SegmentFunction) else one or "nothing",
)
def test_a_broken_function_is_caught(function: SegmentFunction, law: str) -> None:
    """The check of the law that a function breaks fails; one that breaks none passes them all."""
    outcomes = ci.testing.check_segment_function(function, max_examples=24, raising=False)
    found = {one.name: one.detail for one in outcomes if not one.passed}
    assert law in found if law else found == {}


def test_arguments_are_read_as_a_rule_reads_them() -> None:
    """What a rule could not write, or not read, is refused."""
    function = ci.DEFAULT.function("did")
    with pytest.raises(RuleError, match="kind"):
        ci.testing.check_segment_function(function, arguments={"within": "90d"})
    with pytest.raises(RuleError, match="times"):
        ci.testing.check_segment_function(function, arguments={"kind": "bid", "times": 3})
    with pytest.raises(InvalidValue, match="cannot write an argument of the function"):
        ci.testing.check_segment_function(function, arguments={"kind": {"bid"}})
    with pytest.raises(InvalidValue, match=r"custinsights\.DEFAULT\.functions"):
        ci.testing.check_segment_function("did")  # type: ignore[call-overload]


def test_a_trait_as_an_argument_comes_as_its_values() -> None:
    """In natural units, NaN where unknown; with it the function keeps the laws."""

    @ci.segment_function(parameters={"of": "trait", "than": "number"}, definition="More than.")
    def is_more(_history: Any, of: Any, than: Any) -> Any:
        return np.where(np.isnan(of), -1, of > float(than)).astype(np.int8)

    catalog, shop = ci.DEFAULT.with_(is_more), ci.datasets.gallery()
    for name in ("total_spent", "average_gap_days"):
        found = ci.segment(shop, f"not is_more({name}, 45.5)", catalog=catalog)
        assert found.tolist() == ci.segment(shop, f"not {name} > 45.5").tolist()
        assert 0 < found.sum() < shop.people
        arguments = {"of": name, "than": 45.5}
        ci.testing.check_segment_function(is_more, arguments=arguments, max_examples=EXAMPLES)
