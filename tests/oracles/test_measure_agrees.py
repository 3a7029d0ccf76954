"""`measure` and the plain oracle give the same answer: every metric, every dimension."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custinsights.analyses.catalog import DEFAULT
from custinsights.analyses.measuring.measure import measure as measure_history
from custinsights.analyses.measuring.plan import Question
from custinsights.errors import InvalidValue, MissingData, Refused
from tests.laws.kernels import Kernel
from tests.oracles.agreement import differences
from tests.oracles.asking import askable, found, held, plain_label
from tests.oracles.bridge import to_history
from tests.oracles.dimensions import COHORTS, DIMENSIONS, LINE_LABELS, Window
from tests.oracles.hand import ADA_AND_BO, DISCOUNTED, LINES, REFUNDED, at, order, shop
from tests.oracles.periods import PERIODS, period_of, periods_between, start_of
from tests.oracles.plain import (
    METRICS,
    PROPORTIONS,
    admits,
    growth,
    is_incomplete,
    measure,
    wilson,
)
from tests.oracles.shop import PlainOrder, PlainPerson, PlainRefund, Shop
from tests.oracles.strategies import as_ofs, shops, windows

MANY = settings(max_examples=30, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=10, suppress_health_check=list(HealthCheck))
BY_NONE_OR_ONE = [(), *((name,) for name in DIMENSIONS)]
BY_TWO = list(permutations(DIMENSIONS, 2))
BY_THREE = list(permutations(DIMENSIONS, 3))


def disagreements(
    asked: Shop,
    questions: Sequence[Sequence[str]],
    window: Window | None = None,
    as_of: datetime | None = None,
) -> list[str]:
    """All metrics that each combination of dimensions admits, asked at once of both."""
    history = to_history(asked)
    wrong = []
    for by in questions:
        names = askable(history, by, windowed=window is not None)
        if names:
            expected = measure(asked, names, by, window, as_of)
            lines = differences(asked, expected, found(history, names, by, window, as_of))
            wrong += [f"by {', '.join(by)}: {line}" for line in lines]
    return wrong


@MANY
@given(st.data())
def test_by_nothing_and_by_every_dimension(data: st.DataObject) -> None:
    """In every cell every metric is the oracle's: sums exactly, quotients within 1e-12."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    window = data.draw(windows(asked, as_of))
    assert disagreements(asked, BY_NONE_OR_ONE, window, as_of) == []


@pytest.mark.parametrize("kernel", list(Kernel), ids=lambda kernel: kernel.name.lower())
@FEW
@given(data=st.data())
def test_by_two_and_three_dimensions(kernel: Kernel, data: st.DataObject) -> None:
    """So it is by several dimensions in any order, in one block or many, dense or sparse."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    window = data.draw(windows(asked, as_of))
    questions = data.draw(st.lists(st.sampled_from(BY_TWO), min_size=12, max_size=12))
    questions += data.draw(st.lists(st.sampled_from(BY_THREE), min_size=12, max_size=12))
    with kernel.used():
        assert disagreements(asked, questions, window, as_of) == []


NOBODY = shop()
PROSPECTS = shop(people={"ada": PlainPerson(), "bo": PlainPerson(created_at=at("02-01"))})
REFUND_ONLY = shop(refunds=(PlainRefund("ada", at("03-01"), 700),))
ALL_SET_ASIDE = shop(order("ada", "01-10", 5, status="failed", labels={"country": "FR"}))
ALL_RETURNED = shop(
    order("ada", "01-10", 5, labels={"country": "FR"}),
    refunds=(PlainRefund("ada", at("01-11"), 5, order=0),),
)
ONE_CUSTOMER = shop(*(order("ada", f"0{month}-10", month) for month in (1, 1, 2, 4, 6)))
NUMBERED = shop(
    *(PlainOrder(number, 7 - number % 2, at("01-10"), 5 + number) for number in (9, 10, 2))
)
BY_HAND = {
    "nobody": NOBODY,
    "prospects only": PROSPECTS,
    "a refund and no order": REFUND_ONLY,
    "no order that counts": ALL_SET_ASIDE,
    "every order returned": ALL_RETURNED,
    "one customer": ONE_CUSTOMER,
    "integer identities": NUMBERED,
    "two customers": ADA_AND_BO,
    "refunds": REFUNDED,
    "lines": LINES,
    "discounts": DISCOUNTED,
}


@pytest.mark.parametrize("window", [None, (at("02-01", 0), at("03-10", 13))], ids=["all", "cut"])
@pytest.mark.parametrize("name", BY_HAND)
def test_shops_at_the_edge(name: str, window: Window | None) -> None:
    """Shops with nobody, without orders, or with one customer have their answers too."""
    asked = BY_HAND[name]
    questions = [*BY_NONE_OR_ONE, ("week", "country"), ("cohort_month", "age"), ("month", "hour")]
    for as_of in (None, at("01-01", 0), at("02-10"), at("12-31")):
        if window is None or as_of is None or as_of > window[0]:
            assert disagreements(asked, questions, window, as_of) == []


def test_a_window_after_as_of_is_empty() -> None:
    """Nothing has happened in a window that begins after as_of; there is one empty cell."""
    cells = found(
        to_history(ADA_AND_BO),
        ["orders", "revenue", "average_order_value"],
        window=(at("03-01"), at("04-01")),
        as_of=at("02-20"),
    )
    assert cells == {(): {"orders": 0, "revenue": 0, "average_order_value": None}}


@pytest.mark.parametrize("windowed", [False, True], ids=["all time", "in a window"])
def test_refuses_what_makes_no_sense(*, windowed: bool) -> None:
    """A metric by one or two dimensions is refused exactly where the oracle admits it not.

    What is wrong with the dimensions alone is an invalid value; a metric that does not go by a
    dimension is refused. Beyond the oracle the library refuses a retention rate in a window.
    """
    window = (0, 1) if windowed else None
    for by in [*BY_NONE_OR_ONE, *BY_TWO, ("month", "month")]:
        dimensions = tuple(DEFAULT.dimension(name) for name in by)
        for name in METRICS:
            admitted = admits(name, by, windowed=windowed)
            if name == "retention_rate" and windowed:
                admitted = False
            given: Any = {"metrics": (DEFAULT.metric(name),), "by": dimensions}
            try:
                Question(**given, window=window, as_of=0)
            except Refused:
                assert not admitted, (name, by)
            except InvalidValue:
                assert not admitted, (name, by)
                assert not any(admits(metric, by, windowed=windowed) for metric in METRICS)
            else:
                assert admitted, (name, by)


@MANY
@given(shops())
def test_misses_what_the_shop_does_not_hold(asked: Shop) -> None:
    """A metric of a column that a shop with orders lacks is an error that names the column."""
    history = to_history(asked)
    lacking = {*METRICS} - {*held(history, METRICS)}
    for name in sorted(lacking):
        with pytest.raises(MissingData, match=r"does not hold|lines"):
            measure_history(history, name)
    if history.lines is None:
        for name in LINE_LABELS:
            with pytest.raises(MissingData, match="order lines"):
                measure_history(history, "orders", by=name)


@MANY
@given(st.data())
def test_every_period_is_shown_and_marked(data: st.DataObject) -> None:
    """All periods of the window are there in order, also empty ones, and the cut ones marked."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    window = data.draw(windows(asked, as_of))
    start, end = (asked.observed_from, as_of) if window is None else window
    end = min(end, as_of)
    history = to_history(asked)
    for unit in PERIODS:
        cube = measure_history(history, "orders", by=unit, window=window, as_of=as_of)
        spans = periods_between(asked, unit, start, end)
        assert cube.labels(unit).tolist() == [span.label for span in spans]
        cut = [is_incomplete(asked, unit, span.first, as_of, window) for span in spans]
        assert cube.is_incomplete.tolist() == cut
        early = [start_of(asked, span.first) < asked.observed_from for span in spans]
        assert cube.is_unobserved.tolist() == early


@MANY
@given(shops())
def test_closed_axes_are_filled(asked: Shop) -> None:
    """Seven weekdays, 24 hours, new and returning beside every label that occurs."""
    history = to_history(asked)
    days = measure_history(history, "orders", by="weekday").labels("weekday").tolist()
    first = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    place = first.index(asked.first_weekday)
    named = [plain_label("weekday", day) for day in days]
    assert [day for day in named if day is not None] == first[place:] + first[:place]
    hours = measure_history(history, "orders", by=["hour"]).labels("hour").tolist()
    assert [hour for hour in hours if hour is not None] == list(range(24))
    types = measure_history(history, "orders", by=["year", "customer_type"])
    for year in {*types.labels("year").tolist()}:
        shown = types.at(year=year).labels("customer_type").tolist()
        assert shown[-2:] == ["new", "returning"]


@MANY
@given(shops())
def test_proportions_carry_their_interval(asked: Shop) -> None:
    """Its n is the denominator, the interval Wilson's, and under 30 is small."""
    history = to_history(asked)
    names = [name for name in PROPORTIONS if admits(name, ["cohort_month"])]
    cube = measure_history(history, names, by="cohort_month")
    for name in names:
        above, below = cube.numerator(name), cube.denominator(name)
        assert above is not None
        assert below is not None
        low, high = cube.interval(name)
        for row, (part, n) in enumerate(zip(above.tolist(), below.tolist(), strict=True)):
            if n:
                assert (low[row], high[row]) == pytest.approx(wilson(part, n), abs=1e-12)
            assert bool(cube.is_small(name)[row]) == (n < 30)


@MANY
@given(st.data())
def test_growth(data: st.DataObject) -> None:
    """Growth is (this - previous) ÷ previous; undefined in and after a period that is cut."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    for unit in ("week", "month", "fiscal_quarter"):
        cube = measure_history(to_history(asked), ["revenue", "orders"], by=unit, as_of=as_of)
        spans = periods_between(asked, unit, asked.observed_from, as_of)
        usable = [
            not is_incomplete(asked, unit, span.first, as_of)
            and start_of(asked, span.first) >= asked.observed_from
            for span in spans
        ]
        for name in ("revenue", "orders"):
            values, grown = cube.minor(name).tolist(), cube.growth(name).tolist()
            for row, value in enumerate(grown):
                known = row > 0 and usable[row] and usable[row - 1]
                expected = growth(values[row], values[row - 1]) if known else None
                found_growth = None if value != value else value  # noqa: PLR0124 - NaN
                assert (found_growth is None) == (expected is None)
                if expected is not None:
                    assert value == pytest.approx(float(expected), rel=1e-9, abs=1e-12)


def test_the_day_that_the_clocks_repeat() -> None:
    """In Newfoundland the clocks fell back over midnight: a day ends, begins and ends again.

    Ada buys on the 7th at 0:00:30, half a minute before it is the 6th for another hour; she is
    one customer of each day, and no gap is negative.
    """
    midnight = datetime(2010, 11, 7, 2, 30, tzinfo=UTC)  # the clock shows 0:00 of 7 November
    seconds = (-60, 30, 90, 3600, 7200)
    asked = shop(
        *(order("ada", "01-01", 5, placed_at=midnight + timedelta(seconds=s)) for s in seconds),
        timezone="America/St_Johns",
        observed_from=datetime(2010, 11, 1, tzinfo=UTC),
        observed_until=datetime(2010, 12, 1, tzinfo=UTC),
    )
    names = ["orders", "customers", "average_gap_days", "median_gap_days", "first_orders"]
    for by in (["day"], ["week"], ["day", "hour"], ["weekday"], ["month"]):
        expected = measure(asked, names, by)
        assert differences(asked, expected, found(to_history(asked), names, by)) == []
    days = found(to_history(asked), names, ["day"])
    assert [days[f"2010-11-0{day}",]["orders"] for day in (6, 7)] == [2, 3]
    assert [days[f"2010-11-0{day}",]["customers"] for day in (6, 7)] == [1, 1]


def test_the_day_that_never_was() -> None:
    """Samoa left 30 December 2011 out: the 29th ended when the 31st began, two dates later.

    A row never changes because of a later period: at its end the 29th is the same whether or not
    anything follows.
    """
    noon = datetime(2011, 12, 29, 22, tzinfo=UTC)  # the clock shows noon of 29 December
    asked = shop(
        order("ada", "01-01", 5, placed_at=noon),
        timezone="Pacific/Apia",
        observed_from=datetime(2011, 12, 29, 10, tzinfo=UTC),
        observed_until=datetime(2012, 1, 2, 10, tzinfo=UTC),
    )
    end = start_of(asked, date(2011, 12, 30))
    assert end == start_of(asked, date(2011, 12, 31))
    for as_of in (None, end, end + timedelta(hours=5)):
        assert disagreements(asked, BY_NONE_OR_ONE, as_of=as_of) == []
        days = found(to_history(asked), ["average_days_since_last_order"], ["day"], as_of=as_of)
        assert days["2011-12-29",] == {"average_days_since_last_order": 2.0}
    shown = [key[0] for key in found(to_history(asked), ["orders"], ["day"])]
    assert shown == ["2011-12-29", "2011-12-30", "2011-12-31", "2012-01-01", "2012-01-02"]


def test_cohorts_of_every_unit_beside_age() -> None:
    """The age is counted in the unit of the cohort beside it, alone in months."""
    for name in (*COHORTS, None):
        by = ["age"] if name is None else [name, "age"]
        assert disagreements(ADA_AND_BO, [by], as_of=at("06-20")) == []
    assert period_of(ADA_AND_BO, "month", date(2024, 1, 31)).label == "2024-01"
