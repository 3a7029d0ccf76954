"""The checks refuse what they cannot check, before they draw a single history."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights import testing
from custinsights.errors import CustInsightsError, InvalidValue, UnknownName
from custinsights.testing import strategies

CHECKS: dict[str, tuple[Callable[..., Any], Any]] = {
    "tally": (testing.check_tally, ci.orders),
    "trait": (testing.check_trait, ci.DEFAULT.trait("order_count")),
    "dimension": (testing.check_dimension, ci.DEFAULT.dimension("country")),
    "segment_function": (
        partial(testing.check_segment_function, arguments={"name": "vip"}),
        ci.DEFAULT.function("tagged"),
    ),
    "anchor": (testing.check_anchor, "first_order"),
}


@pytest.fixture(autouse=True)
def _no_history_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategies, "questions", None)


@pytest.mark.parametrize("given", ["orders", None, 5, [], {}, ci.DEFAULT, len])
@pytest.mark.parametrize("name", ["tally", "trait", "dimension", "segment_function"])
def test_what_is_checked_is_what_it_is_called(name: str, given: object) -> None:
    """A name is no thing to check: the message says what makes one, and where the built-in are."""
    with pytest.raises(
        InvalidValue, match=rf"checked is no {name}: .*custinsights\.{name} made.*DEFAULT\."
    ):
        CHECKS[name][0](given)


@pytest.mark.parametrize("given", ["frist_order", None, 5, [], {}])
def test_an_anchor_is_a_function_or_a_name(given: object) -> None:
    """Any other value names no anchor."""
    with pytest.raises(UnknownName, match=r"no anchor named .*'first_order'"):
        CHECKS["anchor"][0](given)


@pytest.mark.parametrize(
    ("argument", "error", "says"),
    [
        ({"max_examples": 0}, InvalidValue, "number of histories is wrong: 0.*from 1 up"),
        ({"max_examples": "x"}, InvalidValue, "number of histories is wrong: 'x'"),
        ({"max_examples": True}, InvalidValue, "number of histories is wrong: True"),
        ({"max_examples": np.float64(3)}, InvalidValue, "number of histories is wrong"),
        ({"expected": 5}, InvalidValue, "expected to fail is no Mapping: 5"),
        ({"expected": "any row order"}, InvalidValue, "expected to fail is no Mapping"),
        ({"expected": {"any order": "ties"}}, UnknownName, "Did you mean 'any row order'"),
        ({"expected": {"any row order": ""}}, InvalidValue, "expected to fail for no reason"),
        ({"raising": "no"}, InvalidValue, "argument raising is no bool: 'no'"),
    ],
)
@pytest.mark.parametrize("name", CHECKS)
def test_arguments_of_a_check(
    name: str, argument: dict[str, Any], error: type[CustInsightsError], says: str
) -> None:
    """Every argument is checked first, also where the part would have passed."""
    check, thing = CHECKS[name]
    with pytest.raises(error, match=says):
        check(thing, **argument)
