"""Funnels, stages, milestones, silence, reasons and scores agree with the plain oracle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.history.orders import OrderHistory
from tests.oracles import journeys
from tests.oracles.journeys import ORDER, Deed, Step

MANY = settings(max_examples=60, suppress_health_check=list(HealthCheck))
START, PEOPLE = datetime(2023, 11, 20, 9, tzinfo=UTC), ("ada", "bo", "cy")
END = START + timedelta(days=400)

HAPPENINGS = (
    Deed("", START, ORDER, amount=1200),
    Deed("", START, ORDER, amount=1200, discount=100),
    Deed("", START, ORDER, amount=0),
    Deed("", START, "visit"),
    Deed("", START, "added_to_cart"),
    Deed("", START, "referral", outcome="converted"),
    Deed("", START, "referral", outcome="invited"),
    *(Deed("", START, "survey_response", subject="nps", score=Fraction(g)) for g in (0, 6, 7, 9)),
    *(Deed("", START, "survey_response", subject="csat", score=Fraction(g)) for g in (2, 4)),
    Deed("", START, "survey_response", subject="nps"),
    Deed("", START, "review", outcome="published", score=Fraction(4)),
    Deed("", START, "review", outcome="pending", score=Fraction(5, 2)),
    Deed("", START, "review", outcome="published", score=Fraction(2)),
    Deed("", START, "ticket_opened", subject="t1"),
    Deed("", START, "ticket_resolved", subject="t1"),
    Deed("", START, "ticket_replied", subject="t1"),
    Deed("", START, "ticket_opened"),
    Deed("", START, "delivery", outcome="late"),
    Deed("", START, "delivery", outcome="in time"),
)


@st.composite
def deeds(
    draw: st.DrawFn, *, most: int = 14, happenings: Sequence[Deed] = HAPPENINGS
) -> list[Deed]:
    """Draw what a few people did, often at one instant."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from(PEOPLE),
                st.integers(0, 3) | st.sampled_from((89, 90, 150, 179, 180, 390)),
                st.sampled_from((0, 0, 5, 15)),
                st.sampled_from(happenings),
            ),
            max_size=most,
        )
    )
    return [
        Deed(
            who,
            START + timedelta(days=days, hours=hours),
            what.kind,
            what.amount,
            what.discount,
            what.subject,
            what.outcome,
            what.score,
        )
        for who, days, hours, what in drawn
    ]


@st.composite
def crowds(draw: st.DrawFn) -> list[Deed]:
    """Draw what two people did on two days, many things at each instant."""
    days, kinds = st.sampled_from((0, 0, 1)), st.sampled_from(("v", "o", "c", "a", ORDER))
    drawn = draw(st.lists(st.tuples(st.sampled_from(PEOPLE[:2]), days, kinds), max_size=9))
    return [Deed(who, START + timedelta(days=day), kind, 100) for who, day, kind in drawn]


def history_of(done: Sequence[Deed]) -> OrderHistory:
    """Return deeds as a history in UTC."""
    orders = [d for d in done if d.kind == ORDER]
    others = [d for d in done if d.kind != ORDER]
    history = OrderHistory.from_arrays(
        customer=[d.customer for d in orders],
        placed_at=[d.at for d in orders],
        amount=[d.amount for d in orders],
        discount=[d.discount for d in orders],
        currency="EUR",
        timezone="UTC",
        observed_from=START - timedelta(days=30),
        observed_until=END,
    )
    return history.with_activities(
        ci.ActivityHistory.from_arrays(
            customer=[d.customer for d in others],
            at=[d.at for d in others],
            kind=[d.kind for d in others],
            subject=[d.subject for d in others],
            outcome=[d.outcome for d in others],
            score=[None if d.score is None else float(d.score) for d in others],
            timezone="UTC",
        )
    )


def by_customer(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return rows by their customer."""
    return {row["customer"]: row for row in rows}


WAYS = (
    ("visit", "added_to_cart"),
    ("visit", "added_to_cart", "order"),
    ("order", "survey_response", "ticket_opened", "visit"),
    ("ticket_opened", "ticket_resolved"),
    ("order", "visit", "order", "order"),
)
SHARED: tuple[tuple[Step, ...], ...] = (
    ("v", ("o", "c"), "c"),
    (("v", "o"), ("o", "c"), ("c", "a"), "c"),
    ("v", ("o", "c"), "order", ("c", "a"), ("o", "a"), "order"),
    (("v", "o"), ("v", "c"), ("o", "c"), ("a", "v"), ("c", "v")),
    (("v", "o", "c", "a"), ("o", "c", "a"), ("o", "v", "c"), ("c", "o"), "o"),
    ("v", ("a", "o"), ("o", "c"), ("c", "a", "v"), ("a", "v"), "a"),
)


@pytest.mark.covers("A28")
@pytest.mark.parametrize("by", ["", "month", "activity_kind"])
@pytest.mark.parametrize("way", WAYS)
@MANY
@given(done=deeds(), within=st.sampled_from((0, 1, 30, 400)))
def test_funnel(done: list[Deed], within: int, way: tuple[str, ...], by: str) -> None:
    """Everybody goes as far as the oracle says, from the same fact of step 1, by its label."""
    by = "" if by == "activity_kind" and way[0] == "order" else by
    labels = {"": lambda _: None, "month": lambda d: f"{d.at:%Y-%m}"}
    cell = labels.get(by, lambda d: d.kind)
    expected = journeys.funnel(done, way, within, cell)
    agrees(done, way, within, by, expected)


@pytest.mark.covers("A28")
@pytest.mark.parametrize("by", ["", "month", "activity_kind"])
@pytest.mark.parametrize("way", SHARED, ids=range(len(SHARED)))
@MANY
@given(done=crowds(), within=st.sampled_from((0, 1, 30)))
def test_funnel_of_steps_that_share_facts(
    done: list[Deed], within: int, way: tuple[Step, ...], by: str
) -> None:
    """Of every way on which each fact fills one step, also at one instant, the furthest counts."""
    labels = {"": lambda _: None, "month": lambda d: f"{d.at:%Y-%m}"}
    cell = labels.get(by, lambda d: d.kind)
    agrees(done, way, within, by, journeys.funnel(done, way, within, cell))


def agrees(done: list[Deed], way: Sequence[Step], within: int, by: str, expected: Any) -> None:
    """Check the people at each step of every cell, and the median hours to it."""
    steps = {f"{place} {kind}": kind for place, kind in enumerate(way)}
    cube = ci.funnel(history_of(done), steps, within=within, by=by or ())
    found: dict[object, list[tuple[int, float | None]]] = {}
    for row in cube.to_dicts():
        hours = row["median_hours"]
        found.setdefault(row.get(by), []).append((row["people"], hours))
    empty = [(0, None)] * len(way)
    for label in {*found, *expected}:
        ours, theirs = expected.get(label, empty), found.get(label, empty)
        assert [people for people, _ in theirs] == [people for people, _ in ours]
        for (_, hours), (_, right) in zip(theirs, ours, strict=True):
            assert hours == (right if right is None else pytest.approx(right, abs=1e-9))


@pytest.mark.covers("A30")
@MANY
@given(done=deeds(), days=st.sampled_from((2, 91, 200, 400)))
def test_lifecycle(done: list[Deed], days: int) -> None:
    """Everybody is at the oracle's stage, and moved to it from where they were before."""
    history, early = history_of(done), START + timedelta(days=days)
    known = sorted({d.customer for d in done})
    before = [d for d in done if d.at < early]
    stages = ci.traits(history, "lifecycle").to_dicts()
    right = {who: journeys.stage(done, who) for who in known}
    assert {row["customer"]: row["lifecycle"] for row in stages} == right
    moves = Counter(
        (
            journeys.stage(before, who) if journeys.of(before, who) else "Not yet known",
            right[who],
        )
        for who in known
    )
    table = ci.transitions(history, early, END).to_dicts()
    assert {(r["before"], r["after"]): r["people"] for r in table if r["people"]} == moves


@pytest.mark.covers("E10")
@MANY
@given(done=deeds(), k=st.sampled_from((Fraction(1, 2), Fraction(2), Fraction(7))))
def test_overdue(done: list[Deed], k: Fraction) -> None:
    """Overdue is who has been silent for longer than k times the own median gap; it says both."""
    found = by_customer(ci.overdue(history_of(done), k=float(k)).to_dicts())
    late = {who for who in PEOPLE if journeys.is_overdue(done, who, END.date(), k)}
    assert found.keys() == late
    for who, row in found.items():
        told = (row["days_since_last_order"], row["median_gap_days"])
        assert told == journeys.silence(done, who, END.date())


@pytest.mark.covers("E09")
@MANY
@given(done=deeds(), days=st.sampled_from((95, 200, 260, 400)))
def test_slipping(done: list[Deed], days: int) -> None:
    """Who slips away, and every reason that anything tells of, is the oracle's."""
    as_of = START + timedelta(days=days)
    before = [d for d in done if d.at < as_of]
    found = ci.slipping(history_of(done), k=2, as_of=as_of)
    who = {w for w in PEOPLE if journeys.is_slipping(before, w, as_of.date(), Fraction(2))}
    rows = by_customer(found.customers.to_dicts())
    assert rows.keys() == who
    for name, row in rows.items():
        told = {reason for reason in found.reasons if row[reason]}
        assert told == journeys.reasons(before, name, as_of.date(), Fraction(2))
    tells = {
        "late_delivery": any(d.kind == "delivery" for d in before),
        "low_rating": any(d.score is not None for d in before),
        "open_ticket": any(d.kind.startswith("ticket") for d in before),
        "discount_gone": any(d.discount for d in before),
        "refund": False,
    }
    assert {name: name not in found.untold for name in tells} == tells


@pytest.mark.covers("M39", "E17")
@MANY
@given(done=deeds())
def test_net_promoter_score(done: list[Deed]) -> None:
    """The score by month is the oracle's, and undefined without an answer."""
    cube = ci.measure(history_of(done), "net_promoter_score", by="month")
    grades: dict[str, list[Fraction]] = {}
    for deed in done:
        if deed.subject == "nps" and deed.score is not None:
            grades.setdefault(f"{deed.at:%Y-%m}", []).append(deed.score)
    for row in cube.to_dicts():
        right = journeys.promoter_score(grades.get(row["month"], []))
        assert row["net_promoter_score"] == (None if right is None else pytest.approx(float(right)))


@pytest.mark.covers("A43")
@MANY
@given(
    born=st.dates(date(1960, 1, 1), date(2024, 12, 31)) | st.just(date(2000, 2, 29)),
    start=st.dates(date(2021, 1, 1), date(2026, 1, 1)),
    days=st.integers(1, 900),
)
def test_birthdays(born: date, start: date, days: int) -> None:
    """A birthday falls on its day of every year, and on the 28th where there is no 29 February."""
    end = start + timedelta(days=days)
    history = ci.read_objects(
        [], [ci.domain.Customer("ada", birthday=born)], currency="EUR", timezone="Europe/Paris"
    )
    found = ci.milestones(history, (start, end)).to_dicts()
    assert [(row["at"].date(), row["number"]) for row in found] == journeys.yearly(born, start, end)
    assert {row["milestone"] for row in found} <= {"birthday"}


@MANY
@given(
    done=deeds(),
    marks=st.lists(st.integers(1, 4000), max_size=2, unique=True),
    days=st.sampled_from((0, 2, 180)),
)
def test_milestones(done: list[Deed], marks: list[int], days: int) -> None:
    """Numbered orders, sums reached and join days between two instants are the oracle's."""
    start = START + timedelta(days=days)
    found = ci.milestones(history_of(done), (start, "2026-01-01"), orders=[1, 3], spend=marks)
    rows = {
        (r["customer"], r["milestone"], r["number"] or r["mark"], r["at"]) for r in found.to_dicts()
    }
    right = set()
    for who in PEOPLE:
        orders, spent = journeys.of(done, who, ORDER), 0
        right |= {(who, "order", n, orders[n - 1].at) for n in (1, 3) if n <= len(orders)}
        for order in orders:
            right |= {
                (who, "spend", m, order.at) for m in marks if spent < m <= spent + order.amount
            }
            spent += order.amount
        if orders:
            for day, years in journeys.yearly(orders[0].at.date(), START.date(), date(2026, 1, 1)):
                right.add(
                    (who, "join_day", years, datetime(day.year, day.month, day.day, tzinfo=UTC))
                )
    assert rows == {row for row in right if row[3] >= start}
