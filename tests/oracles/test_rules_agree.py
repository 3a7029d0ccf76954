"""Segments agree with the plain oracle of rules, for whole histories, parts and one customer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.domain.money import minor_exponent
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.tree import (
    Among,
    Call,
    Comparison,
    Condition,
    Is,
    IsUnknown,
    Literal,
    Name,
    Not,
    every,
    some,
)
from custinsights.errors import NeedsCuts
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from tests.oracles.bridge import to_history
from tests.oracles.rules import Population, holds
from tests.oracles.shop import Shop
from tests.oracles.strategies import as_ofs, shops

MANY = settings(max_examples=80, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=25, suppress_health_check=list(HealthCheck))

NUMBERS = (
    *("order_count", "total_spent", "average_order_value", "days_since_last_order"),
    *("average_gap_days", "median_gap_days", "median_order_value"),
)
TIMES = ("first_order_at", "last_order_at")
LABELS = ("customer_country", "customer_city", "preferred_channel")
SIGNS = ("==", "!=", "<", "<=", ">", ">=")
TIERS = (
    *("value:vip", "value:regular", "value:casual", "frequency:loyal", "frequency:returning"),
    *("frequency:one_time", "recency:active", "recency:at_risk", "recency:lapsed"),
    *("rfm:champions", "rfm:loyal", "rfm:potential", "rfm:at_risk", "rfm:lost", "rfm:dormant"),
)

decimals = st.decimals(-3, 120, places=2) | st.integers(-1, 400).map(Decimal)
literals = decimals.map(Literal)
numbers = st.sampled_from(NUMBERS).map(Name)
shares = st.sampled_from([Decimal(one) for one in ("0", "0.1", "0.25", "0.5", "0.9", "1")])


def comparisons() -> st.SearchStrategy[Condition]:
    """Clauses of every kind that the oracle knows."""
    signs = st.sampled_from(SIGNS)
    texts = st.sampled_from(("US", "CA", "DE", "web", "shop", "nowhere")).map(Literal)
    days = st.sampled_from(("2024-01-05", "2023-03-26", "1d", "30d", "400d")).map(Literal)
    percentile = st.builds(lambda name: Call("percentile", (name,)), numbers)
    return st.one_of(
        st.builds(Comparison, numbers, signs, literals),
        st.builds(Comparison, numbers, signs, numbers),
        st.builds(Comparison, st.sampled_from(LABELS).map(Name), st.sampled_from(SIGNS[:2]), texts),
        st.builds(
            Comparison, st.sampled_from(("first_order_at", "last_order_at")).map(Name), signs, days
        ),
        st.builds(Comparison, percentile, st.sampled_from(SIGNS[2:]), shares.map(Literal)),
        st.builds(
            Among,
            st.sampled_from(LABELS).map(Name),
            st.lists(texts, min_size=1, max_size=3, unique=True).map(tuple),
        ),
        st.builds(
            Among, numbers, st.lists(decimals.map(Literal), min_size=1, max_size=3).map(tuple)
        ),
        st.builds(IsUnknown, st.sampled_from((*NUMBERS, *LABELS)).map(Name)),
        st.sampled_from(TIERS).map(lambda name: Is(Call("in_segment", (name,)))),
    )


def rules() -> st.SearchStrategy[Condition]:
    """Rules of some depth."""
    return st.recursive(
        comparisons(),
        lambda parts: st.one_of(
            st.lists(parts, min_size=2, max_size=3).map(every),
            st.lists(parts, min_size=2, max_size=3).map(some),
            parts.map(Not),
        ),
        max_leaves=6,
    )


def drawn(data: st.DataObject) -> tuple[Shop, OrderHistory, datetime, ci.Rule]:
    """Draw a shop, its history, when to ask, and a rule."""
    shop = data.draw(shops())
    rule = ci.rule(written(data.draw(rules())))
    return shop, to_history(shop), data.draw(as_ofs(shop)), rule


@MANY
@given(data=st.data())
def test_a_rule_is_true_of_whom_the_oracle_says(data: st.DataObject) -> None:
    """Every clause, Kleene's logic and the ranks among all customers, on random shops."""
    shop, history, as_of, rule = drawn(data)
    everybody = Population(shop, as_of, minor_exponent(history.context.currency))
    mask = ci.segment(history, rule, as_of=as_of)
    found = dict(zip(history.customer_ids.tolist(), mask.tolist(), strict=True))
    expected = {
        c: c in everybody.rows and holds(rule.condition, everybody, c) is True for c in found
    }
    event(f"{sum(expected.values()) > 0} {sum(expected.values()) < len(expected)}")
    assert found == expected, rule.text


@FEW
@given(data=st.data())
def test_one_customer_is_judged_as_all(data: st.DataObject) -> None:
    """A rule gives the same answer for one customer by the cuts of all, whole and in parts."""
    _, history, as_of, rule = drawn(data)
    cuts = rule.cuts(history, as_of=as_of)
    mask = ci.segment(history, rule, as_of=as_of)
    of_parts = [ci.segment(part, rule, as_of=as_of, cuts=cuts) for part in history.partition(3)]
    assert np.concatenate(of_parts).tolist() == mask.tolist()
    for customer, expected in zip(history.customer_ids.tolist(), mask.tolist(), strict=True):
        one = history.history_of(customer)
        assert rule.matches(one, as_of=as_of, cuts=cuts) == expected


@FEW
@given(data=st.data())
def test_an_explanation_has_the_verdict_of_the_rule(data: st.DataObject) -> None:
    """The first clause that is explained is the rule, and its verdict is that of the oracle."""
    shop, history, as_of, rule = drawn(data)
    everybody = Population(shop, as_of, minor_exponent(history.context.currency))
    cuts = rule.cuts(history, as_of=as_of)
    for customer in everybody.rows:
        told = rule.explain(history.history_of(customer), as_of=as_of, cuts=cuts)
        assert told.clause == rule.text
        assert told.verdict == holds(rule.condition, everybody, customer)
        assert repr(told)


@FEW
@given(data=st.data())
def test_a_change_that_is_told_moves_the_customer(data: st.DataObject) -> None:
    """Supposing the smallest change of one trait turns the answer."""
    _, history, as_of, rule = drawn(data)
    assume(history.people)
    cuts = rule.cuts(history, as_of=as_of)
    moved = 0
    for customer in history.customer_ids.tolist():
        one = history.history_of(customer)
        change = rule.distance(one, as_of=as_of, cuts=cuts)
        if change is None:
            continue
        moved += 1
        before = rule.matches(one, as_of=as_of, cuts=cuts)
        told: dict[str, Any] = {change.trait: change.to}
        if ci.segment(history, "order_count is not None", as_of=as_of)[
            history.customer_ids.tolist().index(customer)
        ]:
            after = rule.matches(one, as_of=as_of, cuts=cuts, supposing=told)
            assert before != after, (rule.text, change)
            assert change.moves == ("out" if before else "in")
    event(f"some moved: {moved > 0}")


@FEW
@given(data=st.data())
def test_time_takes_a_customer_out_on_the_day_that_is_told(data: st.DataObject) -> None:
    """The rule, asked day after day at local midnight, turns first on the day that is told."""
    _, history, as_of, rule = drawn(data)
    assume(history.people)
    cuts = rule.cuts(history, as_of=as_of)
    customer = data.draw(st.sampled_from(history.customer_ids.tolist()))
    one = history.up_to(as_of)
    assume(customer in one.customer_ids.tolist())
    one = one.history_of(customer)
    now = rule.matches(one, as_of=as_of, cuts=cuts)
    turns = rule.leaves_on if now else rule.enters_on
    told = turns(one, as_of=as_of, cuts=cuts, within="40d")
    context = one.context
    today = context.day(context.instant(as_of))
    later = [to_datetime(context.start_of(today + step)) for step in range(1, 41)]
    turned = [at for at in later if rule.matches(one, as_of=at, cuts=cuts) != now]
    expected = context.calendar.local_date(turned[0]) if turned else None
    assert told == expected
    other = rule.enters_on if now else rule.leaves_on
    assert other(one, as_of=as_of, cuts=cuts) is None


def test_a_part_needs_the_cuts_of_all() -> None:
    """A part of a history is not judged against itself."""
    part = ci.datasets.gallery().partition(2)[0]
    with pytest.raises(NeedsCuts, match=r"percentile.*judges a customer against all"):
        ci.segment(part, "percentile(total_spent) > 0.5")
    with pytest.raises(NeedsCuts, match="value:vip"):
        ci.segment(part, 'in_segment("value:vip")')


def test_the_segments_of_the_tiers_are_the_tiers() -> None:
    """On a year of real orders the words of rules name the customers of tiers and groups."""
    history = ci.datasets.load_online_retail()
    for kind in ("value", "frequency", "recency"):
        sizes = ci.tiers(history, kind).sizes
        for name, size in sizes.items():
            assert ci.segment(history, f'in_segment("{kind}:{name}")').sum() == size
    for name, size in ci.rfm(history).sizes.items():
        assert ci.segment(history, f'in_segment("rfm:{name}")').sum() == size
    assert ci.segment(history, "percentile(total_spent) >= 0.9").sum() == 433
