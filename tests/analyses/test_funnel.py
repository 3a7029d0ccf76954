"""What a funnel says of a few people, worked out on paper, and what it refuses."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.journey.funnel import Funnel
from custinsights.analyses.journey.within import MOST_DAYS
from custinsights.errors import (
    CannotAsk,
    Incompatible,
    InvalidValue,
    MissingData,
    Refused,
    UnknownName,
)
from custinsights.history.kernels.chains import Timeline, furthest

Deed = tuple[str, str, str]


def done(*deeds: Deed, **columns: Any) -> ci.ActivityHistory:
    """Return a history of (customer, instant, kind) in Paris."""
    customer, at, kind = zip(*deeds, strict=True)
    return ci.ActivityHistory.from_arrays(
        customer=customer, at=at, kind=kind, timezone="Europe/Paris", **columns
    )


def people(cube: Any, **labels: Any) -> list[int]:
    """Return the people at each step."""
    return [row["people"] for row in (cube.at(**labels) if labels else cube).to_dicts()]


ADA = (
    ("ada", "2024-01-01 10:00", "visit"),
    ("ada", "2024-02-20 10:00", "visit"),
    ("ada", "2024-02-20 10:30", "added_to_cart"),
    ("ada", "2024-03-01 12:30", "checkout_started"),
)
BO = (
    ("bo", "2024-01-05 09:00", "added_to_cart"),
    ("bo", "2024-01-05 09:00", "visit"),
    ("bo", "2024-03-05 09:00", "checkout_started"),
)
STEPS = ("visit", "added_to_cart", "checkout_started")


@pytest.mark.covers("A28")
def test_by_hand() -> None:
    """Ada's second visit leads furthest; Bo's cart at the instant of the visit is in order."""
    cube = ci.funnel(done(*ADA, *BO), STEPS)
    assert [tuple(row.values()) for row in cube.to_dicts()] == [
        ("visit", 2, None, 1.0, None),
        ("added_to_cart", 2, 1.0, 1.0, 0.25),
        ("checkout_started", 1, 0.5, 0.5, 242.0),
    ]
    low, high = cube.interval("conversion")
    assert np.isnan(low[0])
    assert (round(low[2], 4), round(high[2], 4)) == (0.0945, 0.9055)
    for name, n in (("conversion", [0, 2, 2]), ("overall_conversion", [2, 2, 2])):
        found = cube.denominator(name)
        assert found is not None
        assert found.tolist() == n


@pytest.mark.parametrize(("within", "last"), [(9, 0), (10, 1), ("60d", 2), (0, 0)])
def test_the_time_runs_from_step_1_in_local_days(within: int | str, last: int) -> None:
    """Ada's checkout lies ten local days after the visit, half a day more by the clock."""
    assert people(ci.funnel(done(*ADA, *BO), STEPS, within=within))[-1] == last


def test_of_several_that_lead_as_far_the_earliest_counts() -> None:
    """Two visits lead to the cart: the time to it is that from the first."""
    visits = (("ada", f"2024-01-01 1{hour}:00", "visit") for hour in range(3))
    cube = ci.funnel(done(*visits, ("ada", "2024-01-01 15:00", "added_to_cart")), STEPS[:2])
    assert cube["median_hours"][1] == 5.0


@pytest.mark.covers("A28")
def test_a_fact_fills_one_step() -> None:
    """A step is another fact than those before it, at the same instant too; so of repeats."""
    ada = [("ada", f"2024-01-0{day}", "visit") for day in (1, 1, 3)]
    both = done(*ada, ("ada", "2024-01-01", "added_to_cart"), ("bo", "2024-01-01", "visit"))
    again = ci.funnel(both, {"first": "visit", "next": "visit", "third": "visit", "4th": "visit"})
    assert people(again) == [2, 1, 1, 0]
    assert again["median_hours"].tolist()[1:3] == [0.0, 48.0]
    between = ci.funnel(both, {"a": "visit", "b": "added_to_cart", "c": "visit", "d": "visit"})
    assert people(between) == [2, 1, 1, 1]
    gallery = ci.datasets.gallery()
    second = ci.funnel(gallery, ["first_order", "order"], within=10_000)
    repeat = ci.measure(gallery, ["total_customers", "repeat_customers"])
    assert people(second) == [*repeat.minor("total_customers"), *repeat.minor("repeat_customers")]
    assert np.isclose(second["median_hours"][1], 1608.0, rtol=1)


@pytest.mark.covers("A28")
@pytest.mark.parametrize("clicked", ["2024-01-06", "2024-01-07"])
def test_of_one_instant_as_many_steps_as_its_facts_can_take(clicked: str) -> None:
    """Where a step may be one of several kinds, it leaves to a later one the kind that this needs.

    So of days alone as of distinct instants; the same of orders.
    """
    letters = done(
        ("a", "2024-01-05", "email_sent"),
        ("a", clicked, "email_clicked"),
        ("a", "2024-01-06", "email_opened"),
    )
    engaged = {"engaged": ["email_opened", "email_clicked"], "clicked": "email_clicked"}
    assert people(ci.funnel(letters, {"sent": "email_sent", **engaged})) == [1, 1, 1]
    bought = orders(("a", "2024-01-05"), ("a", "2024-01-06"), ("a", "2024-01-06"))
    cheap = ci.orders.where(lambda o: o.amount < 1150)
    steps = {"first": "first_order", "any": "order", "cheap": cheap}
    assert people(ci.funnel(bought, steps)) == [1, 1, 1]


@pytest.mark.covers("A28")
def test_a_step_that_nobody_tells_of() -> None:
    """It stays, at 0, and the answer names it; one that is nearly told is a slip of the pen."""
    cube = ci.funnel(done(*ADA), ["visit", "consultation", "added_to_cart"])
    assert people(cube) == [1, 0, 0]
    assert cube.provenance.remarks == ("No activity tells of: consultation.",)
    assert not ci.funnel(done(*ADA), STEPS).provenance.remarks
    early = ci.funnel(done(*ADA), ["visit", "added_to_cart"], as_of="2024-02-01")
    assert early.provenance.remarks == ("No activity tells of: added_to_cart.",)
    own = done(("ada", "2024-01-01", "consultation"), ("ada", "2024-01-02", "visit"))
    with pytest.raises(UnknownName, match=r"consultaton.*Did you mean 'consultation'"):
        ci.funnel(own, ["consultaton", "visit"])
    with pytest.raises(UnknownName, match=r"step of a journey.*orders.*Did you mean 'order'"):
        ci.funnel(own, ["visit", "orders"])


def test_the_order_of_steps_matters() -> None:
    """A cart before the visit leads nowhere."""
    early = (("ada", "2024-01-01", "added_to_cart"), ("ada", "2024-01-02", "visit"))
    assert people(ci.funnel(done(*early), STEPS[:2])) == [1, 0]


def test_nobody_goes_on_with_the_facts_of_another() -> None:
    """The last fact of one customer lies beside the first of the next."""
    both = (("ada", "2024-01-01", "visit"), ("bo", "2024-01-02", "added_to_cart"))
    assert people(ci.funnel(done(*both), STEPS[:2])) == [1, 0]


def test_by_the_period_of_step_1() -> None:
    """A person is in every month with a step 1, from which the chain in that month goes."""
    cube = ci.funnel(done(*ADA, *BO), STEPS, by="month")
    assert people(cube, month="2024-01") == [2, 1, 0]
    assert people(cube, month="2024-02") == [1, 1, 1]
    assert people(cube, month="2024-03") == [0, 0, 0]
    assert people(ci.funnel(done(*ADA, *BO), STEPS, window="2024-01")) == [2, 1, 0]


def test_by_a_label_of_step_1() -> None:
    """The label is that of the fact of step 1, whatever the later ones have."""
    history = done(*ADA, campaign=["spring", "summer", "autumn", None])
    cube = ci.funnel(history, STEPS, by="campaign")
    assert people(cube, campaign="spring") == [1, 0, 0]
    assert people(cube, campaign="summer") == [1, 1, 1]


def orders(*placed: tuple[str, str]) -> ci.OrderHistory:
    """Return orders of (customer, instant) in Paris."""
    return ci.OrderHistory.from_arrays(
        customer=[one[0] for one in placed],
        placed_at=[one[1] for one in placed],
        amount=range(10, 10 + len(placed)),
        currency="EUR",
        timezone="Europe/Paris",
        observed_until="2024-04-01",
    )


def test_orders_are_steps() -> None:
    """An order, the first order, and orders or activities under a condition."""
    history = orders(("ada", "2024-01-02"), ("ada", "2024-02-20 11:00"), ("bo", "2024-01-04"))
    history = history.with_activities(done(*ADA, *BO))
    assert people(ci.funnel(history, ["visit", "order"])) == [2, 1]
    assert people(ci.funnel(history, ["visit", "first_order"])) == [2, 1]
    assert people(ci.funnel(history, ["visit", "first_order"], window="2024-02")) == [1, 0]
    assert people(ci.funnel(history, ["first_order", "visit"], by="country")) == [2, 1]
    again = ci.orders.where(lambda o: o.order_number > 1)
    again = again.named("again", definition="A later one.")
    came = ci.activities.where(lambda a: a.is_kind("visit"))
    cube = ci.funnel(
        history, {"came": came, "again": again, "went on": ("call", "checkout_started")}
    )
    assert people(cube) == [2, 1, 1]
    assert cube.provenance.definitions["again"] == "A later one."


@pytest.mark.covers("A28")
def test_the_way_to_a_first_purchase() -> None:
    """By default the steps are those of which activities tell, and a note names the others."""
    history = orders(("ada", "2024-02-20 12:00")).with_activities(done(*ADA, *BO))
    cube = ci.funnel(history)
    assert cube.labels("step").tolist() == ["visit", "add to cart", "purchase"]
    assert people(cube) == [2, 2, 1]
    assert "No activity tells of: discover, browse." in repr(cube)
    with pytest.raises(MissingData, match="The way to a first purchase needs activities such as"):
        ci.funnel(history, as_of="2024-01-01")
    with pytest.raises(MissingData, match="needs activities, which this history does not hold"):
        ci.funnel(orders(("ada", "2024-01-01")))


def test_it_travels_and_adds_up() -> None:
    """A funnel of kinds is pickled, and the cubes of parts are added."""
    history = done(*ADA, *BO)
    whole = ci.funnel(history, STEPS, by="month")
    one, two = (ci.funnel(history.history_of(who), STEPS, by="month") for who in ("ada", "bo"))
    assert pickle.loads(pickle.dumps(whole)) == one + two == whole
    other = ci.funnel(history.history_of("bo"), STEPS, by="month", within=9)
    with pytest.raises(Incompatible, match="definitions of the metrics"):
        _ = one + other


@pytest.mark.parametrize(
    ("steps", "error", "says"),
    [
        ("visit", InvalidValue, "steps of a journey are no list: 'visit' was given"),
        (7, InvalidValue, "a value of type int"),
        (["visit"], InvalidValue, "two steps or more"),
        (["visit", "visit"], InvalidValue, "two steps or more, each of a name"),
        (["order", "order"], InvalidValue, "mapping names each, also where two are of one kind"),
        (["visit", "visits"], UnknownName, "Did you mean 'visit'"),
        (["visit", "Order"], UnknownName, "named 'Order'. Did you mean 'order'"),
        (["visit", ["order"]], InvalidValue, "among kinds of activity.*'order'.*step of its own"),
        (["visit", ("call", "first order")], InvalidValue, "among kinds of.*'first_order'.*own"),
        (["visit", 3], InvalidValue, "step of a journey is nothing that happens"),
        (["visit", ()], InvalidValue, "step of a journey is nothing that happens"),
        (
            ["visit", ci.revenue],
            InvalidValue,
            "which facts it is: \"the metric 'revenue'\"",
        ),
        (["visit", ci.DEFAULT.metric("repeat_rate")], InvalidValue, "does not say which facts"),
    ],
)
def test_what_is_no_step(steps: Any, error: type[Exception], says: str) -> None:
    """A step is a kind, several, orders, or a metric that counts facts; there are two or more."""
    with pytest.raises(error, match=says):
        ci.funnel(done(*ADA), steps)


@pytest.mark.parametrize(
    "within",
    ["soon", -1, 1.5, True, None, "30", 10**12, 109_801, "9999999h", timedelta(days=-1)],
)
def test_what_is_no_time(within: Any) -> None:
    """The time is a number of days, weeks or hours, which a history can tell."""
    with pytest.raises(InvalidValue, match="The time for a journey is no number of days or hours"):
        ci.funnel(done(*ADA), STEPS, within=within)


@pytest.mark.parametrize(
    ("within", "last"),
    [
        ("1w", 0),
        ("2 w", 1),
        (timedelta(days=9), 0),
        (timedelta(days=10), 1),
        ("241h", 0),
        ("242h", 0),
        ("243h", 1),
        (timedelta(hours=242, minutes=30), 1),
        (timedelta(hours=242, minutes=29), 0),
        (MOST_DAYS, 2),
    ],
)
def test_weeks_hours_and_timedeltas(within: Any, last: int) -> None:
    """Ada's checkout lies ten local days after the visit, and 242 and a half hours."""
    assert people(ci.funnel(done(*ADA, *BO), STEPS, within=within))[-1] == last


def test_who_may_go_on() -> None:
    """Of a month whose last day has not had its time at as_of the later steps are not final."""
    for within, as_of, is_open in (
        (10, "2024-03-10", True),
        (10, "2024-03-11", False),
        ("240h", "2024-03-10", True),
        ("240h", "2024-03-11", False),
    ):
        cube = ci.funnel(done(*ADA, *BO), STEPS, within=within, by="month", as_of=as_of)
        assert cube.at(month="2024-01").is_incomplete.tolist() == [False, False, False]
        assert cube.at(month="2024-02").is_incomplete.tolist() == [False, is_open, is_open]
        assert cube.at(month="2024-03").is_incomplete.tolist() == [True, True, True]
    windowed = ci.funnel(done(*ADA, *BO), STEPS, by="month", window="2024-01", within=60)
    assert windowed.is_incomplete.tolist() == [False, True, True]


@pytest.mark.parametrize("by", [(), "channel"])
def test_who_may_go_on_in_a_window(by: Any) -> None:
    """A window without periods is not final as its month would be; all time has no such end."""
    for as_of, is_open in (("2024-03-10", True), ("2024-03-11", False), ("2024-02-20", True)):
        asked = {"within": 10, "by": by, "as_of": as_of}
        cube = ci.funnel(done(*ADA, *BO), STEPS, window="2024-02", **asked)
        assert cube.is_incomplete.tolist() == [False, is_open, is_open][: len(cube)]
        assert not ci.funnel(done(*ADA, *BO), STEPS, **asked).is_incomplete.any()


@pytest.mark.parametrize(
    ("what", "call"),
    [
        ("drill", lambda cube: cube.drill("day", month="2024-01")),
        ("drill", lambda cube: cube.at(month="2024-01").drill("day")),
        ("without", lambda cube: cube.without("month")),
        ("orders", lambda cube: cube.orders()),
        ("activities", lambda cube: cube.activities()),
        ("ask", lambda cube: cube.ask("month")),
    ],
)
def test_a_funnel_is_not_drilled(what: str, call: Callable[[Any], Any]) -> None:
    """It says why, and what to ask instead; what it holds can still be compared."""
    cube = ci.funnel(done(*ADA, *BO), STEPS, by="month")
    says = f"'{what}' asks the history again, and a funnel counts people on their way"
    with pytest.raises(CannotAsk, match=f"{says}.*Call funnel.* once more with another by= or"):
        call(cube)
    assert len(cube.growth("people")) == len(cube)


def test_labels_that_step_1_does_not_have() -> None:
    """A visit has no coupon, and no label is called as the steps are."""
    with pytest.raises(Refused, match="an activity is no order, and has no such label"):
        ci.funnel(done(*ADA), STEPS, by="coupon")
    step = ci.dimension("step", facts="activities")(lambda a: a.kind)
    with pytest.raises(InvalidValue, match="A label has the name of the steps"):
        ci.funnel(done(*ADA), STEPS, by=step)


def test_one_row_per_customer_and_cell() -> None:
    """Of cells that fall along a customer, and of those that never do, the furthest first row."""
    customer, reach = np.array([0, 0, 0, 0, 1]), np.array([1, 2, 3, 2, 1])
    falling = np.array([1, 0, 1, 0, 0])
    at = [np.arange(5)]
    assert furthest(customer, falling, reach, at, never_falls=False).tolist() == [1, 2, 4]
    assert furthest(customer, np.sort(falling), reach, at, never_falls=True).tolist() == [2, 3, 4]
    nothing = customer[:0]
    assert furthest(nothing, nothing, nothing, [nothing], never_falls=True).tolist() == []


def test_of_rows_at_once_the_one_whose_steps_come_soonest() -> None:
    """Of rows that reach as far from one instant on, the second step decides, then the third."""
    customer, cells, reach = np.array([0, 0, 0, 0, 1]), np.zeros(5, np.int64), np.full(5, 3)
    at = [np.array(times) for times in ([5, 5, 5, 6, 5], [8, 7, 7, 6, 9], [9, 9, 8, 6, 9])]
    for never_falls in (False, True):
        assert furthest(customer, cells, reach, at, never_falls=never_falls).tolist() == [2, 4]


def test_the_first_row_at_or_after_an_instant() -> None:
    """Each customer is searched alone; where nothing follows it is the end."""
    line = Timeline(np.array([0, 0, 2]), np.array([5, 9, 1]), 3)
    found = line.since(np.array([0, 0, 0, 1, 2, 2]), np.array([5, 6, 10, 0, 0, 2]))
    assert found.tolist() == [0, 1, 2, 2, 2, 3]


def test_as_an_analysis() -> None:
    """The analysis behind it takes the same arguments, and its default is all five steps."""
    assert [step.name for step in Funnel().steps] == [
        *("discover", "visit", "browse", "add to cart", "purchase"),
    ]
