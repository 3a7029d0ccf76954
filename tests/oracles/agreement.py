"""How the oracle's values look in natural units, and when a found value agrees with them.

The oracle speaks in minor units and thousandths; results leave the library in major units: a
tally as int or Decimal, a quotient as float64, None where undefined.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from tests.oracles.flow import Key
from tests.oracles.shop import Shop, Value

Found: TypeAlias = int | float | Decimal | None

EXPONENTS = {"USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}
MONEY = frozenset(
    {
        "revenue",
        "gross_revenue",
        "new_customer_revenue",
        "refunded",
        "discounts",
        "line_revenue",
        "customer_lifetime_value",
        "average_order_value",
        "revenue_per_customer",
        "median_order_value",
        "total_spent",
        "discounted_spent",
        "mean_repeat_value",
        "cumulative_revenue",
    }
)
QUANTITIES = frozenset({"units", "units_per_order"})


def natural(shop: Shop, metric: str, value: Value) -> Fraction | None:
    """Return the value in major units of the currency, in items, in days or as a share; exact."""
    if value is None:
        return None
    exponent = EXPONENTS[shop.currency] if metric in MONEY else 3 if metric in QUANTITIES else 0
    return Fraction(value) / int(10**exponent)


def agrees(shop: Shop, metric: str, expected: Value, found: Found) -> bool:
    """Whether a found int or Decimal is equal, and a float within 1e-12 of the exact quotient."""
    exact = natural(shop, metric, expected)
    if isinstance(found, float) and math.isnan(found):
        found = None
    if exact is None or found is None:
        return exact is None and found is None
    if isinstance(found, int | Decimal):
        return Fraction(found) == exact
    return math.isclose(float(found), float(exact), rel_tol=1e-12, abs_tol=1e-12)


def differences(
    shop: Shop,
    expected: Mapping[Key, Mapping[str, Value]],
    found: Mapping[Key, Mapping[str, Found]],
) -> list[str]:
    """Every cell on which the two disagree; one that is shown only once must be empty there."""
    lines = []
    for key in sorted({*expected, *found}, key=repr):
        oracle, result = expected.get(key, {}), found.get(key, {})
        for metric in sorted({*oracle, *result}):
            theirs = result.get(metric)
            ours = oracle.get(metric)
            if key not in found and ours == 0:
                continue
            if key not in expected and theirs == 0:
                continue
            if not agrees(shop, metric, ours, theirs):
                lines.append(f"{key} {metric}: expected {ours}, found {theirs}")
    return lines
