"""The kit catches what it is for: every part here breaks a law on purpose, and a check says so."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

import custinsights as ci
from custinsights import testing
from custinsights.analyses.declaring.declarations import Dimension, Metric, Trait
from custinsights.analyses.declaring.tally import Quantile, Sum, Tally
from custinsights.errors import ContractBroken, InvalidValue, MissingData, UnknownName

Function = Callable[[Any], Any]
EXAMPLES = 16
REMEMBERED: list[int] = []


def trait_of(function: Function, kind: str = "number", unit: str = "") -> Trait:
    """Declare a function as a trait."""
    return Trait("broken", function, kind, unit, "Broken on purpose.")


def tally_of(function: Function, facts: str = "orders", **more: Any) -> Metric:
    """Declare a function as a tally."""
    return ci.tally("broken", facts=facts, definition="Broken on purpose.", **more)(function)


def dimension_of(function: Function, facts: str = "orders", **more: Any) -> Dimension:
    """Declare a function as a dimension."""
    return ci.dimension("broken", facts=facts, definition="Broken on purpose.", **more)(function)


def failed(outcomes: tuple[testing.Outcome, ...]) -> dict[str, str]:
    """Return the names of the failed checks, with what they say."""
    return {outcome.name: outcome.detail for outcome in outcomes if not outcome.passed}


# --- traits ----------------------------------------------------------------------------------


def reads_the_date(history: Any) -> Any:
    """Age by the calendar on the wall."""
    today = (dt.date.today() - dt.date(1970, 1, 1)).days
    return (today - history.first_day).astype(np.float64)


def reads_the_time(history: Any) -> Any:
    """Seconds since 1970, by the clock."""
    return np.full(history.people, time.time())


def draws(history: Any) -> Any:
    """A die for everybody."""
    return np.array([random.random() for _ in range(history.people)])


def draws_with_numpy(history: Any) -> Any:
    """Numpy's dice, seeded by the system."""
    return np.random.default_rng().random(history.people)


def is_ranked(history: Any) -> Any:
    """Best customer of all those present."""
    return (history.spent >= history.spent.max(initial=0)).astype(np.float64)


def divides_by_all(history: Any) -> Any:
    """Share of everybody's orders."""
    total = max(int(history.order_count.sum()), 1)
    return history.order_count / total


def uses_the_place(history: Any) -> Any:
    """Where in the history a customer lies."""
    return np.arange(history.people, dtype=np.float64)


def uses_the_identity(history: Any) -> Any:
    """A number made of the identity."""
    return np.array([float(sum(map(ord, str(name)))) for name in history.customer_ids.tolist()])


def writes_into_facts(history: Any) -> Any:
    """Writes into a column of the history."""
    history.facts.amount[:1] = 0
    return history.order_count


def writes_into_the_view(history: Any) -> Any:
    """Writes into what the view keeps."""
    history.order_count[:] += 1
    return history.order_count.copy()


def reaches_into_the_future(history: Any) -> Any:
    """Orders, also those after as_of."""
    return np.diff(history.facts.offsets)


def reaches_for_later_refunds(history: Any) -> Any:
    """Refunds, also those after as_of."""
    return np.diff(history.facts.refunds.offsets)


def reaches_for_later_tags(history: Any) -> Any:
    """Tags, also those that begin after as_of."""
    tags = history.facts.people_table.tags
    count = np.zeros(history.people, dtype=np.int64)
    if tags is not None:
        np.add.at(count, tags.customer, 1)
    return count


def reaches_for_later_lines(history: Any) -> Any:
    """Items, also of orders after as_of."""
    lines = history.facts.lines
    total = np.zeros(history.people, dtype=np.int64)
    if lines is not None:
        np.add.at(total, history.facts.customer.take(lines.order), lines.quantity)
    return total


def remembers(history: Any) -> Any:
    """How often it was called."""
    REMEMBERED.append(history.people)
    return np.full(history.people, float(len(REMEMBERED)))


def remembers_the_last(history: Any) -> Any:
    """How long the history before this one was."""
    last = REMEMBERED[-1] if REMEMBERED else 0
    REMEMBERED.append(len(history))
    return np.full(history.people, float(last))


def is_one_short(history: Any) -> Any:
    """One value too few."""
    return history.order_count[1:]


def is_infinite(history: Any) -> Any:
    """Infinite without orders."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1.0 / history.order_count


def needs_an_order(history: Any) -> Any:
    """Fails where nobody ordered."""
    return np.full(history.people, float(history.placed_at.min()))


def counts_what_was_read(history: Any) -> Any:
    """The last fact that was read, whenever it was."""
    return np.full(history.people, float(history.facts.context.last))


TRAITS: list[tuple[Trait, str]] = [
    (trait_of(reads_the_date), "no clock and no chance"),
    (trait_of(reads_the_time), "no clock and no chance"),
    (trait_of(reads_the_time), "same input, same bytes"),
    (trait_of(draws), "no clock and no chance"),
    (trait_of(draws), "same input, same bytes"),
    (trait_of(draws_with_numpy), "same input, same bytes"),
    (trait_of(is_ranked), "one customer's facts alone"),
    (trait_of(is_ranked), "whole = sum of parts"),
    (trait_of(divides_by_all), "one customer's facts alone"),
    (trait_of(uses_the_place), "renamed customers"),
    (trait_of(uses_the_identity), "renamed customers"),
    (trait_of(writes_into_facts, "count"), "inputs unchanged"),
    (trait_of(writes_into_the_view, "count"), "inputs unchanged"),
    (trait_of(reaches_into_the_future, "count"), "nothing at or after as_of matters"),
    (trait_of(reaches_for_later_refunds, "count"), "nothing at or after as_of matters"),
    (trait_of(reaches_for_later_tags, "count"), "nothing at or after as_of matters"),
    (trait_of(reaches_for_later_lines, "count"), "nothing at or after as_of matters"),
    (trait_of(counts_what_was_read), "nothing at or after as_of matters"),
    (trait_of(remembers), "same input, same bytes"),
    (trait_of(remembers_the_last), "same input, same bytes"),
    (trait_of(is_one_short, "count"), "declared kind and shape"),
    (trait_of(is_infinite), "declared kind and shape"),
    (trait_of(lambda h: h.order_count), "declared kind and shape"),
    (trait_of(lambda h: h.order_count / 2, "count"), "declared kind and shape"),
    (trait_of(lambda h: h.order_count, "count", "orders"), ""),
    (trait_of(lambda h: h.spent, "money"), "declared kind and shape"),
    (trait_of(lambda h: h.spent, "money", "money"), ""),
    (trait_of(lambda h: h.order_count > 1, "flag", "days"), "declared kind and shape"),
    (trait_of(lambda h: ["a"] * h.people, "label"), ""),
    (trait_of(lambda h: [len(h)] * h.people, "label"), "declared kind and shape"),
    (trait_of(lambda _: ["a"], "label"), "declared kind and shape"),
    (trait_of(needs_an_order), "works on every history"),
]


def named(value: Any) -> str | None:
    """Name a case by its function and the law that it breaks."""
    if isinstance(value, str):
        return value or "nothing"
    if isinstance(value, Metric):
        return value.name
    if isinstance(value, Trait | Dimension):
        return getattr(value.of, "__name__", value.name)
    return None


@pytest.mark.parametrize(("trait", "law"), TRAITS, ids=named)
def test_a_broken_trait_is_caught(trait: Trait, law: str) -> None:
    """The check of the law that a trait breaks fails; one that breaks none passes them all."""
    found = failed(testing.check_trait(trait, max_examples=EXAMPLES, raising=False))
    assert law in found if law else found == {}


# --- tallies ---------------------------------------------------------------------------------


def draws_per_fact(stream: Any) -> Any:
    """A die for every fact."""
    return np.random.default_rng().integers(0, 9, len(stream))


def counts_those_before(stream: Any) -> Any:
    """Its place among all facts."""
    return np.arange(len(stream))


def measures_against_the_mean(orders: Any) -> Any:
    """Whether an order is larger than the mean of all."""
    return (orders.amount * max(len(orders), 1) > orders.amount.sum()).astype(np.int64)


def weighs_by_the_future(orders: Any) -> Any:
    """How many orders there are, also after as_of."""
    return np.full(len(orders), len(orders.view.facts))


def weighs_by_the_customer(orders: Any) -> Any:
    """How long the customer's identity is."""
    names = orders.view.customer_ids.tolist()
    return np.array([len(str(names[c])) for c in orders.customer.tolist()], dtype=np.int64)


def clears_the_amounts(orders: Any) -> Any:
    """Writes into the amounts."""
    orders.amount[:] = 0
    return orders.amount


def clears_the_numbers(orders: Any) -> Any:
    """Writes into the order numbers that the view keeps."""
    orders.order_number[:] = 1
    return orders.order_number.copy()


def reads_the_clock_per_fact(orders: Any) -> Any:
    """The year, by the clock."""
    return np.full(len(orders), dt.datetime.now(tz=dt.UTC).year)


TALLIES: list[tuple[Metric, str]] = [
    (tally_of(lambda o: o.amount / 100, unit="money"), "declared kind and shape"),
    (tally_of(lambda o: o.amount[1:], unit="money"), "declared kind and shape"),
    (tally_of(lambda o: o.units, unit="items", scale=1), "declared kind and shape"),
    (tally_of(lambda o: o.units, unit="items"), ""),
    (tally_of(lambda refunds: refunds.amount, "refunds", unit="money"), ""),
    (tally_of(lambda gaps: gaps.days > 30, "gaps"), ""),
    (tally_of(lambda lines: lines.quantity, "lines", unit="items"), ""),
    (tally_of(lambda customers: customers.order_count > 2, "customers"), ""),
    (tally_of(lambda customers: customers.order_count / 2, "customers"), "declared kind and shape"),
    (tally_of(lambda o: o.amount > 0, distinct="customers"), ""),
    (tally_of(draws_per_fact), "same input, same bytes"),
    (tally_of(draws_per_fact, "gaps"), "same input, same bytes"),
    (tally_of(counts_those_before), "whole = sum of parts"),
    (tally_of(measures_against_the_mean), "whole = sum of parts"),
    (tally_of(weighs_by_the_future), "nothing at or after as_of matters"),
    (tally_of(weighs_by_the_customer), "renamed customers"),
    (tally_of(clears_the_amounts), "inputs unchanged"),
    (tally_of(clears_the_numbers), "inputs unchanged"),
    (tally_of(reads_the_clock_per_fact), "no clock and no chance"),
    (ci.orders.where(lambda o: o.amount / 2), "declared kind and shape"),
    (ci.orders.where(lambda o: o.has("coupon")), ""),
    (
        Metric("broken", Sum(((1, Tally("n", "orders")), (1, ci.revenue.tallies[0])))),
        "declared kind and shape",
    ),
    (
        (ci.revenue / ci.orders).named("broken", proportion=True, definition="No share."),
        "a proportion lies between 0 and 1",
    ),
    (
        Metric("broken", quantile=Quantile(Tally("x", "orders", of=lambda o: o.amount / 100))),
        "declared kind and shape",
    ),
    (
        Metric("broken", Sum(((1, Tally("a", "lines", of=lambda x: x.amount[:-1])),))),
        "declared kind and shape",
    ),
]


@pytest.mark.parametrize(("metric", "law"), TALLIES, ids=named)
def test_a_broken_tally_is_caught(metric: Metric, law: str) -> None:
    """The check of the law that a tally breaks fails; one that breaks none passes them all."""
    found = failed(testing.check_tally(metric, max_examples=EXAMPLES, raising=False))
    assert law in found if law else found == {}


# --- dimensions ------------------------------------------------------------------------------


def half_of_them(orders: Any) -> Any:
    """In which half of the rows an order lies."""
    return np.where(np.arange(len(orders)) * 2 < len(orders), "first half", "second half")


def by_the_busiest(history: Any) -> Any:
    """Whether nobody has more orders."""
    return history.order_count == history.order_count.max(initial=0)


def by_all_orders(history: Any) -> Any:
    """Whether there are two orders, also after as_of."""
    return np.diff(history.facts.offsets) > 1


def by_the_identity(history: Any) -> Any:
    """The identity itself."""
    return [str(name) for name in history.customer_ids.tolist()]


def by_the_clock(orders: Any) -> Any:
    """The year, by the clock."""
    return np.full(len(orders), dt.date.today().year)


def by_chance(orders: Any) -> Any:
    """A die for every order."""
    return np.random.default_rng().integers(0, 5, len(orders))


DIMENSIONS: list[tuple[Dimension, str]] = [
    (dimension_of(half_of_them), "whole = sum of parts"),
    (dimension_of(by_the_busiest, "customers"), "whole = sum of parts"),
    (dimension_of(by_all_orders, "customers"), "nothing at or after as_of matters"),
    (dimension_of(by_the_identity, "customers"), "renamed customers"),
    (dimension_of(by_the_clock), "no clock and no chance"),
    (dimension_of(by_chance), "same input, same bytes"),
    (dimension_of(lambda o: o.amount / 100), "declared kind and shape"),
    (dimension_of(lambda o: o.amount[1:]), "declared kind and shape"),
    (dimension_of(lambda o: [0.5] * len(o)), "declared kind and shape"),
    (dimension_of(lambda o: o.label("channel"), never_falls=True), "never falls"),
    (dimension_of(lambda o: o.amount > 1000, never_falls=True), "never falls"),
    (dimension_of(lambda o: -o.order_number, never_falls=True), "never falls"),
    (dimension_of(lambda o: o.placed_at // 10**15, never_falls=True), ""),
    (dimension_of(lambda o: o.label("channel")), ""),
    (dimension_of(lambda o: o.has("coupon")), ""),
    (dimension_of(lambda h: h.order_count >= 3, "customers"), ""),
    (dimension_of(lambda lines: lines.product % 2, "lines"), ""),
    (dimension_of(lambda lines: lines.quantity[1:], "lines"), "declared kind and shape"),
]


@pytest.mark.parametrize(("dimension", "law"), DIMENSIONS, ids=named)
def test_a_broken_dimension_is_caught(dimension: Dimension, law: str) -> None:
    """The check of the law that a dimension breaks fails; one that breaks none passes them all."""
    found = failed(testing.check_dimension(dimension, max_examples=EXAMPLES, raising=False))
    assert law in found if law else found == {}


# --- anchors ---------------------------------------------------------------------------------


def first_of_all(history: Any) -> Any:
    """The first order of anybody."""
    first = history.placed_at.min() if len(history) else np.iinfo(np.int64).min
    return np.full(history.people, first)


def last_ever(history: Any) -> Any:
    """The last order, also one that comes later."""
    ends = history.facts.offsets[1:]
    found = np.full(history.people, np.iinfo(np.int64).min)
    has = np.flatnonzero(np.diff(history.facts.offsets))
    found[has] = history.facts.placed_at.take(ends.take(has) - 1)
    return found


def in_seconds(history: Any) -> Any:
    """A wrong unit."""
    return history.first_per_customer(history.placed_at) / 1_000_000


def second_order(history: Any) -> Any:
    """A fair anchor: the second order, where there is one."""
    found = np.full(history.people, np.iinfo(np.int64).min)
    has = np.flatnonzero(history.order_count > 1)
    found[has] = history.placed_at.take(history.offsets.take(has) + 1)
    return found


def epoch(history: Any) -> Any:
    """Long before the history."""
    return np.zeros(history.people, dtype=np.int64)


@pytest.mark.parametrize(
    ("anchor", "law"),
    [
        (first_of_all, "one customer's facts alone"),
        (last_ever, "an instant before as_of"),
        (last_ever, "nothing at or after as_of matters"),
        (in_seconds, "declared kind and shape"),
        (epoch, "cohorts of parts add up"),
        (second_order, ""),
    ],
)
def test_a_broken_anchor_is_caught(anchor: Function, law: str) -> None:
    """The check of the law that an anchor breaks fails; one that breaks none passes them all."""
    found = failed(testing.check_anchor(anchor, max_examples=EXAMPLES, raising=False))
    assert law in found if law else found == {}


# --- what the kit says -----------------------------------------------------------------------


def test_every_failed_check_is_named_with_advice() -> None:
    """The error names the part and, for each failed check, what broke it and what to do."""
    with pytest.raises(ContractBroken, match="trait 'broken' breaks 2 checks") as caught:
        testing.check_trait(trait_of(divides_by_all))
    assert [line.partition(":")[0] for line in caught.value.failed] == [
        "whole = sum of parts",
        "one customer's facts alone",
    ]
    assert all(line.endswith(".") for line in caught.value.failed)
    assert "Use one customer's facts alone" in str(caught.value)


def test_an_expected_failure_needs_a_reason() -> None:
    """Without a reason it is refused, and so is a check that does not exist."""
    with pytest.raises(InvalidValue, match="expected to fail for no reason"):
        testing.check_trait(trait_of(is_ranked), expected={"whole = sum of parts": " "})
    with pytest.raises(UnknownName, match="check"):
        testing.check_trait(trait_of(is_ranked), expected={"sums": "it is a rank"})


def test_an_expected_failure_passes_and_a_surprise_fails() -> None:
    """What fails as expected passes; what is expected to fail and holds is a failure."""
    reason = "it is a rank among all"
    broken = ("whole = sum of parts", "one customer's facts alone")
    trait = trait_of(is_ranked)
    testing.check_trait(trait, expected=dict.fromkeys(broken, reason))
    with pytest.raises(ContractBroken, match="any row order: it passes, and was expected"):
        testing.check_trait(trait, expected=dict.fromkeys((*broken, "any row order"), reason))


def test_outcomes_are_returned_where_nothing_is_raised() -> None:
    """With raising=False every check has an outcome, passed or not; otherwise nothing returns."""
    outcomes = testing.check_tally(ci.orders, max_examples=3, raising=False)
    assert {outcome.passed for outcome in outcomes} == {True}
    assert len({outcome.name for outcome in outcomes}) == len(outcomes) == 10
    assert testing.check_tally(ci.orders, max_examples=3) is None


def test_what_no_history_holds_is_not_passed() -> None:
    """A part that could never be tried fails rather than passing unseen."""

    def needs_more(_history: Any) -> Any:
        raise MissingData("the costs of its products", needed_by="the margin")

    found = failed(testing.check_trait(trait_of(needs_more), max_examples=5, raising=False))
    assert "nothing was tried" in found["any row order"]


def test_the_same_histories_every_time() -> None:
    """Two runs give the same outcomes, to the letter."""
    first, second = (testing.check_trait(trait_of(is_ranked), raising=False) for _ in range(2))
    assert [attrs.astuple(one) for one in first] == [attrs.astuple(one) for one in second]
