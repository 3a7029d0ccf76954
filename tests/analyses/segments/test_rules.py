"""What a rule is refused for before anybody is judged by it."""

from __future__ import annotations

import pytest

import custinsights as ci
from custinsights.errors import InvalidValue

HIGH = "percentile(total_spent) >= 0.9"


@pytest.mark.parametrize(
    "other",
    [
        "percentile(total_spent) is None",
        "percentile(total_spent) in [0.9]",
        "percentile(total_spent) == 0.9",
        "1 - percentile(total_spent) < 0.1",
        "percentile(total_spent) > percentile(order_count)",
    ],
)
def test_a_percentile_is_only_compared_with_a_share(other: str) -> None:
    """Any other use is refused where the rule is read, also beside one that is right."""
    ci.rule(HIGH)
    for text in (other, f"{HIGH} and {other}", f"not ({HIGH} or {other})"):
        with pytest.raises(InvalidValue, match="percentile can only be compared with a written"):
            ci.rule(text)
