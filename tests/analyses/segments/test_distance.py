"""The smallest change of one trait: the nearest value that moves, and none that cannot be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import RuleError
from custinsights.history.orders import OrderHistory
from custinsights.results.explanation import Change

AT = "2024-03-01"


def history(*orders: tuple[str, float]) -> OrderHistory:
    """Return the orders of one customer, by day and amount."""
    return OrderHistory.from_arrays(
        customer=["ada"] * len(orders),
        placed_at=[day for day, _ in orders],
        amount=[amount for _, amount in orders],
        currency="EUR",
        timezone="Europe/Paris",
    )


def change(rule: str, facts: OrderHistory) -> Change | None:
    """Return the smallest change, which is seen to move the customer."""
    asked = ci.rule(rule)
    found = asked.distance(facts, as_of=AT)
    if found is not None:
        supposing: dict[str, Any] = {found.trait: found.to}
        now = asked.matches(facts, as_of=AT)
        assert asked.matches(facts, as_of=AT, supposing=supposing) != now
    return found


def to(rule: str, facts: OrderHistory) -> tuple[str, object] | None:
    """Return which trait must become what."""
    found = change(rule, facts)
    return None if found is None else (found.trait, found.to)


THREE = history(("2024-01-01", 50), ("2024-01-08", 30), ("2024-01-18", 20))


@pytest.mark.parametrize(
    ("rule", "trait", "expected"),
    [
        ("100 / order_count < 20", "order_count", 6),
        ("100 / order_count <= 20", "order_count", 5),
        ("order_count * order_count >= 20", "order_count", 5),
        ("(order_count - 6) * (order_count - 6) <= 1", "order_count", 5),
        ("1 / total_spent > 0.05", "total_spent", 19.99),
        ("order_count - order_count == 1", None, None),
        ("order_count >= 0", None, None),
        ("order_count < 100000", "order_count", 100_000),
        ("order_count * order_count > 1000000", "order_count", 1001),
        ("days_since_last_order < 40", "days_since_last_order", 39),
        ("average_gap_days < 8.5", "average_gap_days", 8.49),
        ("median_gap_days <= 8.1", "median_gap_days", 8.1),
    ],
)
def test_the_nearest_value_is_found(rule: str, trait: str | None, expected: float | None) -> None:
    """Quotients, products and powers too; whole days only where a trait counts whole days."""
    found = to(rule, THREE)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found[0] == trait
        assert float(str(found[1])) == expected


def test_one_trait_over_another() -> None:
    """What stands below a line is changed as what stands above it."""
    facts = history(("2024-01-01", 50), ("2024-01-08", 30))
    rule = "first_order_value / average_order_value > 2"
    assert to(rule, facts) == ("first_order_value", Decimal("80.01"))
    rule = "first_order_value * 0 + 50 / average_order_value > 2"
    assert to(rule, facts) == ("average_order_value", Decimal("24.99"))


def test_of_one_trait_the_nearest_counts() -> None:
    """Across 0 the nearest by difference is told, though its share is larger."""
    table = attrs.evolve(THREE.people_table, attributes={"balance": np.array([-10.0])})
    owing = attrs.evolve(THREE, people_table=table)
    assert to('attribute("balance") >= 36', owing) == ('attribute("balance")', 36)
    assert to('attribute("balance") > 36', owing) == ('attribute("balance")', Decimal("36.01"))
    whole = attrs.evolve(table, attributes={"points": np.array([4])})
    points = attrs.evolve(THREE, people_table=whole)
    assert to('attribute("points") > 5.5', points) == ('attribute("points")', 6)


def test_no_time_is_later_than_as_of() -> None:
    """No fact at or after as_of counts, so that none is proposed."""
    assert to('last_order_at > "2024-02-29"', THREE) is None
    assert to('last_order_at < "9999-12-31"', THREE) is None
    assert to('last_order_at > "2024-02-28"', THREE) == ("last_order_at", date(2024, 2, 29))
    assert to('last_order_at > "2024-03-05" or order_count > 4', THREE) == ("order_count", 5)


def test_a_day_is_less_than_a_decade() -> None:
    """The share of a date is that of its days before as_of."""
    near = change('last_order_at >= "2024-01-19"', THREE)
    far = change('last_order_at < "2014-01-19"', THREE)
    assert near is not None
    assert far is not None
    assert near.share == pytest.approx(1 / 43)
    assert near.share < far.share < 1
    both = to('last_order_at >= "2024-01-19" or order_count >= 4', THREE)
    assert both == ("last_order_at", date(2024, 1, 19))


def test_labels_that_can_be() -> None:
    """The nearest stage of the lifecycle; for open labels a text that says it is any other."""
    assert to('lifecycle == "Loyal Fan"', THREE) == ("lifecycle", "Repeat Customer")
    with pytest.raises(RuleError, match=r'Lifecycle is never "Nobody"'):
        to('lifecycle == "Nobody"', THREE)
    shop = OrderHistory.from_arrays(
        customer=["ada"],
        placed_at=["2024-01-01"],
        amount=[5],
        channel=["web"],
        currency="EUR",
        timezone="UTC",
    )
    assert to('preferred_channel == "web"', shop) == ("preferred_channel", "another")
    assert to('preferred_channel in ["web", "another"]', shop) == ("preferred_channel", "another_")
    assert to('preferred_channel in ["shop", "fair"]', shop) == ("preferred_channel", "shop")


SUMS = st.recursive(
    st.just("order_count") | st.integers(1, 12).map(str),
    lambda parts: st.builds(
        "({} {} {})".format, parts, st.sampled_from(("+", "-", "*", "/")), parts
    ),
    max_leaves=4,
)
CLAUSES = st.builds(
    "{} {} {}".format,
    SUMS.filter(lambda text: "order_count" in text),
    st.sampled_from(("<", "<=", ">", ">=", "==", "!=")),
    st.integers(-5, 60),
)


@settings(max_examples=60, deadline=None)
@given(
    rule=st.lists(CLAUSES, min_size=1, max_size=3).flatmap(
        lambda parts: st.sampled_from((" and ", " or ")).map(lambda word: word.join(parts))
    )
)
def test_no_count_is_nearer(rule: str) -> None:
    """Of all counts up to 60, tried one by one, none nearer than the one told moves."""
    asked = ci.rule(rule)
    now = asked.matches(THREE, as_of=AT)
    moving = [
        abs(count - 3)
        for count in range(61)
        if asked.matches(THREE, as_of=AT, supposing={"order_count": count}) != now
    ]
    found = to(rule, THREE)
    if moving:
        assert found is not None
        assert isinstance(found[1], int)
        assert abs(found[1] - 3) == min(moving)
