"""The comparison with the oracle can fail: equal values agree, the smallest difference does not."""

from decimal import Decimal
from fractions import Fraction

import pytest

from tests.oracles.agreement import Found, agrees, differences
from tests.oracles.flow import Key
from tests.oracles.shop import Shop, Value

DINARS = Shop(orders=(), currency="KWD")


@pytest.mark.parametrize(
    ("metric", "expected", "found", "equal"),
    [
        ("revenue", 1234, Decimal("1.234"), True),
        ("revenue", 1234, Decimal("1.235"), False),
        ("units", 500, Decimal("0.5"), True),
        ("orders", 3, 3, True),
        ("orders", 3, 4, False),
        ("average_order_value", Fraction(1000, 3), 1 / 3, True),
        ("average_order_value", Fraction(1000, 3), 0.33333, False),
        ("repeat_rate", None, None, True),
        ("repeat_rate", None, float("nan"), True),
        ("repeat_rate", None, 0.0, False),
        ("repeat_rate", Fraction(0), None, False),
    ],
)
def test_values(metric: str, expected: Value, found: Found, *, equal: bool) -> None:
    """Money in KWD has three decimals; undefined is None or NaN, never 0."""
    assert agrees(DINARS, metric, expected, found) is equal


def test_cells_without_facts_may_be_shown_or_not() -> None:
    """An absent cell stands for 0 and undefined, and for nothing else."""
    expected: dict[Key, dict[str, Value]] = {("a",): {"orders": 1}, ("b",): {"orders": 0}}
    assert differences(DINARS, expected, {("a",): {"orders": 1}, ("c",): {"orders": 0}}) == []
    assert differences(DINARS, expected, {("c",): {"orders": 2}}) == [
        "('a',) orders: expected 1, found None",
        "('c',) orders: expected None, found 2",
    ]
