"""The random histories hold every difficulty that they promise, and stay small."""

import builtins
import importlib
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from custinsights import testing
from custinsights.errors import MissingExtra
from custinsights.history.columnar.columns import NO_INSTANT
from custinsights.history.columnar.localtime import date_of
from custinsights.history.orders import OrderHistory
from custinsights.testing.strategies import CLOCK_CHANGES, MOST_ORDERS, questions

QUICK = settings(
    max_examples=400,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def every(history: OrderHistory, column: str) -> list[Any]:
    """Return a column of the orders that count by status and of those that do not."""
    held = [history] if history.aside is None else [history, history.aside]
    return [value for facts in held for value in getattr(facts, column).tolist()]


def _moments(history: OrderHistory) -> list[Any]:
    """Return customer and instant of every activity."""
    held = history.activities
    return [] if held is None else list(zip(held.customer.tolist(), held.at.tolist(), strict=True))


def features(history: OrderHistory) -> dict[str, bool]:
    """Return which of the difficulties a history contains, by name."""
    refunds, amount = history.refunds, history.amount
    linked = refunds.order >= 0
    back = np.zeros(len(history), dtype=np.int64)
    np.add.at(back, refunds.order[linked], refunds.amount[linked])
    counts = np.diff(history.offsets)
    keys = list(zip(every(history, "customer"), every(history, "placed_at"), strict=True))
    same = list(zip(keys, every(history, "amount"), strict=True))
    no_ids = history.order_ids is None and bool(len(history))
    people = history.people_table
    days = {date_of(int(day)) for day in history.context.clock.days(history.placed_at)}
    lines = 0 if history.lines is None else np.diff(history.lines.offsets).max(initial=0)
    statuses = {
        text
        for facts in (history, history.aside)
        if facts is not None
        for text in facts.label("order_status").texts()
    }
    tags = people.tags
    did = np.zeros(0) if history.activities is None else np.diff(history.activities.offsets)
    only = (did > 0) & (counts == 0) if len(did) else np.zeros(0, dtype=np.bool_)
    return {
        "nobody tells of activities": history.activities is None,
        "no activities": history.activities is not None and not len(history.activities),
        "activities of customers": bool(len(did)) and bool(((did > 0) & (counts > 0)).any()),
        "activities of somebody without orders": bool(only.any()),
        "activities at one instant": history.activities is not None
        and len({*_moments(history)}) < len(history.activities),
        "activities without orders": history.activities is not None and not len(history),
        "no orders": not len(history),
        "many orders": len(every(history, "amount")) > 18,
        "a tie in time": len(set(keys)) < len(keys),
        "a tie without ids": no_ids and len(set(same)) < len(same),
        "one customer with everything": len(history) > 3 and len(counts[counts > 0]) == 1,
        "many customers": int((counts > 0).sum()) >= 6,
        "an order of amount zero": bool((amount == 0).any()),
        "a large amount": bool((amount > 10**9).any()),
        "zero amounts that do not count": not history.policy.zero_amount_counts,
        "a partial refund": bool(((back > 0) & (back < amount)).any()),
        "a full refund": bool(((back == amount) & (amount > 0)).any()),
        "an over-refund": bool((back > amount).any()),
        "a refund that names no order": bool((~linked).any()),
        "a refund that names only a product": bool((~linked & (refunds.product >= 0)).any()),
        "a refund that names order and product": bool((linked & (refunds.product >= 0)).any()),
        "refunds dated by themselves": history.policy.refund_date == "refund"
        and bool(linked.any()),
        "somebody with refunds only": bool(
            ((counts == 0) & (np.diff(refunds.offsets) > 0)).any() and history.aside is None
        ),
        "a prospect": bool((counts == 0).any()) and history.people > 1,
        "somebody created later": people.created_at is not None
        and bool((people.created_at > history.context.observed_from).any()),
        "somebody created at no known time": people.created_at is not None
        and bool((people.created_at == NO_INSTANT).any()),
        "a customer table without dates": bool(people.labels) and people.created_at is None,
        "a missing label": bool((history.label("country").codes < 0).any()),
        "many lines": lines > 8,
        "an order without lines": history.lines is not None
        and bool((np.diff(history.lines.offsets) == 0).any()),
        "several statuses": len(statuses) > 2,
        "pending orders count": history.policy.counts_status("pending"),
        "a discount": "discount" in history.numbers and bool(history.number("discount").any()),
        "no columns of goods": "goods" not in history.numbers and bool(len(history)),
        "units without lines": "units" in history.numbers and history.lines is None,
        "integer customers": history.customer_ids.dtype.kind == "i" and bool(len(history)),
        "text customers": history.customer_ids.dtype.kind == "T",
        "integer orders": history.order_ids is not None and history.order_ids.dtype.kind == "i",
        "text orders": history.order_ids is not None and history.order_ids.dtype.kind != "i",
        "a tag that begins": tags is not None and bool((tags.since > NO_INSTANT).any()),
        "a tag that ends": tags is not None and bool((tags.until < 2**62).any()),
        "a tag for ever": tags is not None and bool((tags.since == NO_INSTANT).any()),
        "a week from Sunday": history.calendar.first_weekday == "sunday",
        "a fiscal year from July": history.calendar.fiscal_start_month == 7,
        "spend by channel": any(row.channel for row in history.context.spend or ()),
        "spend of no channel": any(row.channel is None for row in history.context.spend or ()),
        "a currency without decimals": history.currency == "JPY",
        **{
            f"orders on a day when the clocks of {zone} change": zone == history.calendar.timezone
            and bool(days.intersection(changes))
            for zone, changes in CLOCK_CHANGES.items()
        },
    }


def test_every_difficulty_is_drawn() -> None:
    """Together, 400 histories show every feature; each has at most 8 buyers and 24 orders."""
    seen: dict[str, bool] = {}

    @QUICK
    @given(testing.histories())
    def collect(history: OrderHistory) -> None:
        for name, shows in features(history).items():
            seen[name] = seen.get(name, False) or bool(shows)
        assert len(history) <= MOST_ORDERS
        assert len(np.flatnonzero(np.diff(history.offsets))) <= 8

    collect()
    assert [name for name, shown in seen.items() if not shown] == []


def test_the_usual_number_of_examples_shows_most_of_them() -> None:
    """The 25 histories of a check hold nearly every difficulty, facts after as_of among them."""
    seen: dict[str, bool] = {}
    for rows, as_of in questions(25):
        history = rows.history()
        found = features(history) | {
            "an order exactly at as_of": bool((history.placed_at == as_of).any()),
            "orders after as_of": bool((history.placed_at > as_of).any()),
            "activities after as_of": history.activities is not None
            and bool((history.activities.at > as_of).any()),
            "refunds after as_of": bool((history.refunds.refunded_at > as_of).any()),
            "nothing after as_of": not (history.placed_at >= as_of).any(),
        }
        for name, shows in found.items():
            seen[name] = seen.get(name, False) or bool(shows)
    missing = [name for name, shown in seen.items() if not shown and "clocks" not in name]
    assert len(missing) <= len(seen) // 8, missing


def test_questions_are_always_the_same() -> None:
    """The same number of examples gives the same histories, the smallest first."""
    once = [(len(rows.orders), as_of) for rows, as_of in questions.__wrapped__(12)]
    again = [(len(rows.orders), as_of) for rows, as_of in questions.__wrapped__(12)]
    assert once == again
    assert once[0][0] == 0


def test_hypothesis_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Hypothesis the room can be imported, and drawing names the extra to install."""
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "hypothesis":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.delitem(sys.modules, "custinsights.testing.strategies")
    assert importlib.import_module("custinsights.testing").check_trait
    with pytest.raises(MissingExtra, match=r"custinsights\[testing\]"):
        testing.check_anchor("first_order")
    with pytest.raises(MissingExtra, match="Drawing random histories needs hypothesis"):
        _ = testing.histories


def test_the_room_has_only_what_it_lists() -> None:
    """A name that the room lacks is an attribute error, as everywhere."""
    with pytest.raises(AttributeError, match="has no attribute 'check_everything'"):
        _ = testing.check_everything
