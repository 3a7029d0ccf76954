"""Stages of the lifecycle, silence, reasons and milestones, worked out on paper."""

from __future__ import annotations

import operator
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.builtin.lifecycle import STAGES
from custinsights.analyses.journey.slipping import REASONS
from custinsights.analyses.journey.transitions import UNKNOWN
from custinsights.analyses.segments.sets import Segments
from custinsights.domain import Customer, Money, Order, Refund
from custinsights.errors import Incompatible, InvalidValue, MissingData, UnknownName
from custinsights.history.context import Context

GALLERY = ci.datasets.gallery(activities=True)


def orders(*placed: tuple[str, str, int], **more: Any) -> ci.OrderHistory:
    """Return orders of (customer, day, euros) in Paris, watched up to 1 July 2024."""
    return ci.OrderHistory.from_arrays(
        customer=[one[0] for one in placed],
        placed_at=[one[1] for one in placed],
        amount=[one[2] for one in placed],
        currency="EUR",
        timezone="Europe/Paris",
        observed_until="2024-07-01",
        **more,
    )


def every(who: str, *days: str) -> list[tuple[str, str, int]]:
    """Return an order on each day."""
    return [(who, day, 10) for day in days]


def stages_of(history: ci.OrderHistory, as_of: str | None = None) -> list[str]:
    """Return the stage of everybody known."""
    return [row["lifecycle"] for row in ci.traits(history, "lifecycle", as_of=as_of).to_dicts()]


def said(*done: dict[str, Any]) -> ci.ActivityHistory:
    """Return activities in Paris."""
    names = sorted({name for one in done for name in one})
    columns: dict[str, Any] = {name: [one.get(name) for one in done] for name in names}
    return ci.ActivityHistory.from_arrays(**columns, timezone="Europe/Paris")


# --- stages ----------------------------------------------------------------------------------


@pytest.mark.covers("A30")
def test_transitions_by_hand() -> None:
    """Ada goes from first-time buyer to loyal fan, Bo comes new, Cy stays."""
    history = orders(
        *every("ada", "2024-01-05", "2024-03-01", "2024-03-02"),
        *every("bo", "2024-04-01"),
        *every("cy", "2024-01-01", "2024-01-02"),
    )
    table = ci.transitions(history, "2024-02-01", "2024-07-01").to_dicts()
    moved = [row for row in table if row["people"]]
    assert [(row["before"], row["after"], row["share_of_before"]) for row in moved] == [
        ("Not yet known", "First-Time Buyer", 1.0),
        ("First-Time Buyer", "Loyal Fan", 1.0),
        ("Repeat Customer", "Repeat Customer", 1.0),
    ]


@pytest.mark.covers("A30")
@pytest.mark.parametrize("first", ["2022-06-01", "2023-01-01", "2024-01-01"])
def test_transitions_sum_to_both_margins(first: str) -> None:
    """Everybody known at the later instant is in one row: rows and columns sum to the stages."""
    table = ci.transitions(GALLERY, first, "2024-01-01").to_dicts()
    assert len(table) == (len(STAGES) + 1) * len(STAGES)
    sides = ("before", (UNKNOWN, *STAGES), first), ("after", STAGES, "2024-01-01")
    for side, names, as_of in sides:
        stages = stages_of(GALLERY, as_of)
        for name in names:
            rows = [row for row in table if row[side] == name]
            if name != UNKNOWN:
                assert sum(row["people"] for row in rows) == stages.count(name)
            total = sum(row["people"] for row in rows)
            for row in rows:
                share = row[f"share_of_{side}"]
                assert share == (row["people"] / total if total else None)
    still = ci.transitions(GALLERY, "2024-01-01", "2024-01-01").to_dicts()
    assert all(row["before"] == row["after"] for row in still if row["people"])


@pytest.mark.covers("A30")
def test_moves_as_a_matrix_and_who_made_them() -> None:
    """The matrix holds the people of the rows, and the members of a cell are as many."""
    moves = ci.transitions(GALLERY, "2023-01-01", "2024-01-01")
    wide = moves.across()
    assert wide.names == ("before", *STAGES)
    grid = {row["before"]: row for row in wide.to_dicts()}
    for row in moves.to_dicts():
        assert grid[row["before"]][row["after"]] == row["people"]
        assert len(moves.members(row["before"], row["after"])) == row["people"]
    assert len(moves) == len(moves.to_dicts())
    came = moves.members(UNKNOWN, "First-Time Buyer").to_dicts()[0]
    assert (came["before"], came["after"]) == (UNKNOWN, "First-Time Buyer")
    assert moves == ci.transitions(GALLERY, "2023-01-01", "2024-01-01")
    assert moves != ci.transitions(GALLERY, "2023-01-01", "2023-12-01")
    with pytest.raises(UnknownName, match=r"no stage before named 'Loyal'.*Did you mean 'Loyal"):
        moves.members("Loyal", "Advocate")


def test_transitions_go_forward() -> None:
    """The later instant comes second; one instant twice is answered, and was observed."""
    says = "The later of the two instants comes first.*allowed is from_ before to, or both alike"
    with pytest.raises(InvalidValue, match=says):
        ci.transitions(GALLERY, "2024-01-01", "2023-01-01")
    first, second = ci.transitions(GALLERY, "2024-01-01", "2024-01-01").table().notes
    assert (first[:16], second[:17]) == ("As of 2024-01-01", "Window 2024-01-01")
    early = ci.transitions(GALLERY, "2001-01-01", "2001-01-01").table().notes
    assert "Nothing of this window was observed." in early


@pytest.mark.covers("A30")
def test_the_label_is_that_of_as_of_and_the_stock_that_of_each_period() -> None:
    """By lifecycle, customers are those of the traits; at a period's end, those as of it."""
    cube = ci.measure(GALLERY, "customers", by="lifecycle")
    assert cube.labels("lifecycle").tolist() == list(STAGES)
    stages = stages_of(GALLERY)
    assert cube["customers"].tolist()[1:] == [stages.count(name) for name in STAGES[1:]]
    stock = ci.measure(GALLERY, ["loyal_fans", "advocates"], by="quarter").at(quarter="2022-Q4")
    then = stages_of(GALLERY, "2023-01-01")
    assert stock.minor("loyal_fans").tolist() == [then.count("Loyal Fan")]
    assert stock.minor("advocates").tolist() == [then.count("Advocate")]


@pytest.mark.covers("A30")
@pytest.mark.parametrize(
    ("deed", "stage"),
    [
        ({"kind": "referral", "outcome": "converted"}, "Advocate"),
        ({"kind": "referral", "outcome": "invited"}, "Loyal Fan"),
        ({"kind": "survey_response", "subject": "nps", "score": 9}, "Advocate"),
        ({"kind": "survey_response", "subject": "nps", "score": 8}, "Loyal Fan"),
        ({"kind": "survey_response", "subject": "fair", "score": 9}, "Loyal Fan"),
        ({"kind": "review", "outcome": "published", "score": 4}, "Advocate"),
        ({"kind": "review", "outcome": "published", "score": 3.5}, "Loyal Fan"),
        ({"kind": "review", "outcome": "pending", "score": 5}, "Loyal Fan"),
    ],
)
def test_what_makes_an_advocate(deed: dict[str, Any], stage: str) -> None:
    """One deed does, of a loyal fan and of nobody else."""
    history = orders(
        *every("ada", "2024-01-01", "2024-01-02", "2024-01-03"), *every("bo", "2024-01-01")
    )
    done = [{"customer": who, "at": "2024-02-01", **deed} for who in ("ada", "bo")]
    assert stages_of(history.with_activities(said(*done))) == [stage, "First-Time Buyer"]


def test_without_activities_nobody_is_an_advocate() -> None:
    """Stages go by orders alone where nothing else is told, and every answer says so."""
    silent = ci.datasets.gallery()
    assert set(stages_of(silent)) == set(STAGES[:-1])

    def answers(history: ci.OrderHistory) -> list[str]:
        share = (ci.DEFAULT.metric("advocates") / ci.DEFAULT.metric("total_customers")).named(
            "share_of_advocates", definition="Advocates ÷ customers."
        )
        return [
            " ".join(repr(answer).split())
            for answer in (
                ci.measure(history, ["orders", "advocates"], by="quarter"),
                ci.measure(history, share),
                ci.measure(history, "customers", by="lifecycle"),
                ci.traits(history, "lifecycle"),
                ci.transitions(history, "2023-01-01", "2024-01-01"),
                ci.cohorts(history, by="lifecycle"),
                reduce(operator.add, [ci.measure(p, "advocates") for p in history.partition(3)]),
                reduce(operator.add, [ci.traits(p, "lifecycle") for p in history.partition(3)]),
            )
        ]

    said = "Without activities nobody is known as an Advocate"
    assert [answer.count(said) for answer in answers(silent)] == [1] * 8
    assert not any(said in answer for answer in answers(GALLERY))
    assert said not in repr(ci.measure(silent, "orders"))


def test_whoever_tells_of_activities() -> None:
    """What one part tells of, nobody says is unknown, whichever comes first."""
    ada, bo = (orders(*every(who, "2024-01-01")) for who in ("ada", "bo"))
    heard = bo.with_activities(said({"customer": "bo", "at": "2024-02-01", "kind": "visit"}))
    cubes: list[Any] = [ci.measure(one, "advocates") for one in (ada, heard)]
    tables: list[Any] = [ci.traits(one, "lifecycle") for one in (ada, heard)]
    for first, second in (cubes, cubes[::-1], tables, tables[::-1]):
        assert not (first + second).provenance.remarks


# --- silence and its reasons -----------------------------------------------------------------


@pytest.mark.covers("E10")
def test_overdue_by_hand() -> None:
    """Silent for 61 days: late for who comes every 30 days, not quite for every 30.5 and 40."""
    history = orders(
        *every("ada", "2024-04-01", "2024-05-01"),
        *every("bo", "2024-02-29", "2024-03-30", "2024-05-01"),
        *every("cy", "2024-03-22", "2024-05-01"),
        *every("di", "2024-01-01"),
        *every("ed", "2024-01-01", "2024-01-01"),
    )
    found = ci.overdue(history, k=2)
    assert found.ids.tolist() == ["ada"]
    row = found.row("ada")
    assert (row["days_since_last_order"], row["median_gap_days"]) == (61, 30)
    assert row["silence_in_gaps"] == 61 / 30
    silent = ci.traits(history, ["silence_in_gaps", "is_overdue"]).to_dicts()
    assert [row["silence_in_gaps"] for row in silent][3:] == [None, None]
    assert [row["is_overdue"] for row in silent] == [True, False, False, False, False]
    assert ci.overdue(history, k=1.5).ids.tolist() == ["ada", "bo", "cy"]
    assert ci.overdue(history, k=Decimal("1.5")) == ci.overdue(history, k=1.5)


@pytest.mark.parametrize(
    "k", [0, -1, float("nan"), float("inf"), True, "2", None, Decimal(0), Decimal("nan")]
)
def test_how_many_gaps(k: Any) -> None:
    """Gaps are counted by a number above 0."""
    for ask in (ci.overdue, ci.slipping):
        with pytest.raises(InvalidValue, match="The number of median gaps is wrong"):
            ask(GALLERY, k=k)


@pytest.mark.covers("E09")
def test_a_refund_since_the_last_order_is_a_reason() -> None:
    """What went back before the last order is none; nor is what went back of the lapsed."""

    def placed(name: str, who: str, day: str, *refunds: Refund) -> Order:
        at = ci.domain.Calendar("Europe/Paris").instant(day)
        return Order(id=name, customer=who, placed_at=at, total=Money(50, "EUR"), refunds=refunds)

    def back(day: str) -> Refund:
        return Refund(Money(5, "EUR"), ci.domain.Calendar("Europe/Paris").instant(day))

    history = ci.read_objects(
        [
            placed("1", "ada", "2024-03-10", back("2024-03-20")),
            placed("2", "bo", "2024-01-10", back("2024-01-20")),
            placed("3", "bo", "2024-03-10"),
            placed("4", "cy", "2023-03-10", back("2023-03-20")),
        ],
        timezone="Europe/Paris",
        observed_until="2024-07-01",
    )
    found = ci.slipping(history)
    flags = {row["customer"]: row["refund"] for row in found.customers.to_dicts()}
    assert flags == {"ada": True, "bo": False}
    assert found.counts["refund"] == 1
    assert found.untold == ("late_delivery", "low_rating", "open_ticket", "discount_gone")


@pytest.mark.covers("E09")
@pytest.mark.parametrize(
    ("deeds", "reason"),
    [
        ([("delivery", "2024-03-10", None, "late", None)], "late_delivery"),
        ([("delivery", "2024-03-10", None, "in time", None)], None),
        ([("delivery", "2024-03-09", None, "late", None)], None),
        ([("survey_response", "2024-03-10", "nps", None, 6)], "low_rating"),
        ([("survey_response", "2024-03-10", "nps", None, 7)], None),
        ([("survey_response", "2024-03-10", "csat", None, 2)], "low_rating"),
        ([("survey_response", "2024-03-10", "csat", None, 3)], None),
        ([("review", "2024-03-10", "p1", None, 2)], "low_rating"),
        ([("review", "2024-03-09", "p1", None, 1)], None),
        ([("ticket_opened", "2024-01-10", "t1", None, None)], "open_ticket"),
        (
            [
                ("ticket_opened", "2024-01-10", "t1", None, None),
                ("ticket_resolved", "2024-01-10", "t1", None, None),
            ],
            None,
        ),
        (
            [
                ("ticket_opened", "2024-01-10", "t1", None, None),
                ("ticket_resolved", "2024-01-11", "t2", None, None),
            ],
            "open_ticket",
        ),
        (
            [
                ("ticket_resolved", "2024-01-10", "t1", None, None),
                ("ticket_reopened", "2024-01-11", "t1", None, None),
            ],
            "open_ticket",
        ),
        ([("ticket_replied", "2024-01-10", "t1", None, None)], "open_ticket"),
        (
            [
                ("ticket_resolved", "2024-01-10", "t1", None, None),
                ("ticket_replied", "2024-01-11", "t1", None, None),
            ],
            None,
        ),
        (
            [
                ("ticket_reopened", "2024-01-10", "t1", None, None),
                ("ticket_replied", "2024-01-11", "t1", None, None),
            ],
            "open_ticket",
        ),
    ],
)
def test_each_reason_by_hand(deeds: list[tuple[Any, ...]], reason: str | None) -> None:
    """What happened since the last order, of its own instant too, and a ticket that is open."""
    names = ("kind", "at", "subject", "outcome", "score")
    done = [{"customer": "ada", **dict(zip(names, deed, strict=True))} for deed in deeds]
    found = ci.slipping(orders(*every("ada", "2024-03-10")).with_activities(said(*done)))
    counts = {name for name, count in found.counts.items() if count}
    assert counts == ({reason} if reason else set())


@pytest.mark.covers("E09")
@pytest.mark.parametrize(
    ("last_order", "cuts", "is_slipping"),
    [
        ("2024-06-01", {}, False),
        ("2024-06-01", {"at_risk_days": 30}, True),
        ("2024-06-01", {"at_risk_days": 31}, False),
        ("2024-01-01", {}, False),
        ("2024-01-01", {"lapsed_days": 182}, False),
        ("2024-01-01", {"lapsed_days": 183}, True),
    ],
)
def test_after_how_many_days(last_order: str, cuts: dict[str, Any], *, is_slipping: bool) -> None:
    """From 30 days on is at risk, and up to 182 not lapsed, if somebody says so."""
    assert len(ci.slipping(orders(("ada", last_order, 10)), **cuts)) == int(is_slipping)


@pytest.mark.covers("E09")
@pytest.mark.parametrize(
    ("kind", "subject", "score", "cuts", "is_low"),
    [
        ("survey_response", "nps", 7, {"low_nps": 7}, True),
        ("survey_response", "nps", 6, {"low_nps": 5}, False),
        ("survey_response", "csat", 2.5, {"low_csat": "2.5"}, True),
        ("survey_response", "csat", 2, {"low_stars": 3, "low_csat": 1}, False),
        ("review", "p1", 3, {"low_stars": Decimal(3)}, True),
        ("review", "p1", 3, {"low_csat": 3}, False),
    ],
)
def test_which_grades_are_low(
    kind: str, subject: str, score: float, cuts: dict[str, Any], *, is_low: bool
) -> None:
    """Each scale has its own highest grade that is low, and the result tells it."""
    done = {"customer": "ada", "at": "2024-03-10", "kind": kind, "subject": subject, "score": score}
    found = ci.slipping(orders(("ada", "2024-03-10", 10)).with_activities(said(done)), **cuts)
    assert found.counts["low_rating"] == int(is_low)
    told = found.customers.provenance.definitions["low_rating"]
    assert all(f"to {cut} " in told for cut in cuts.values())


@pytest.mark.parametrize(
    ("cuts", "says"),
    [
        ({"at_risk_days": 0}, "at_risk_days is no number of days: 0 was given"),
        ({"lapsed_days": 1.5}, "lapsed_days is no number of days: 1.5 was given"),
        ({"at_risk_days": 180}, "Customers would have lapsed before they are at risk"),
        ({"low_nps": 11}, "low_nps lies off its scale: 11 was given; allowed is a grade from 0"),
        ({"low_csat": 0}, "low_csat lies off its scale"),
        ({"low_stars": True}, "low_stars is no exact number"),
    ],
)
def test_what_is_no_cut(cuts: dict[str, Any], says: str) -> None:
    """Days are whole numbers in order, and grades lie on their scale."""
    with pytest.raises(InvalidValue, match=says):
        ci.slipping(GALLERY, **cuts)


@pytest.mark.covers("E09")
@pytest.mark.parametrize(
    ("discounts", "is_gone"),
    [([0, 2, 0], True), ([2, 0, 0], False), ([0, 0, 2], False), ([0, 2, 2], False)],
)
def test_a_discount_that_is_gone(discounts: list[int], is_gone: bool) -> None:
    """The order before the last had one, and the last has none."""
    days = ("2024-01-10", "2024-02-10", "2024-03-10")
    found = ci.slipping(orders(*every("ada", *days), discount=discounts))
    assert found.counts["discount_gone"] == int(is_gone)


@pytest.mark.covers("E09")
def test_reasons_of_which_nothing_tells_are_absent() -> None:
    """Without activities and discounts there is None, not 0, and a note says so."""
    history = orders(("ada", "2024-03-10", 10), ("bo", "2024-06-10", 10))
    found = ci.slipping(history)
    assert len(found) == 1
    assert found.counts == dict.fromkeys(REASONS)
    assert [row["customers"] for row in found.to_dicts()] == [None] * len(REASONS) + [1]
    assert "Nothing in the history tells of open_ticket." in found.table().notes
    assert found.customers.row("ada")["cadence"] is None
    assert found == ci.slipping(history)
    assert found != ci.slipping(history, as_of="2024-06-30")


@pytest.mark.covers("E09")
def test_the_counts_are_those_of_the_customers() -> None:
    """Every reason counts its flags, and who has none is in the last row."""
    found = ci.slipping(GALLERY)
    rows, customers = found.to_dicts(), found.customers.to_dicts()
    for row in rows[:-1]:
        flags = [one[row["reason"]] for one in customers]
        assert row["customers"] == (None if None in flags else sum(flags))
    without = [one for one in customers if not any(one[name] for name in REASONS)]
    assert rows[-1]["customers"] == len(without)
    assert rows[-1]["share"] == len(without) / len(found)


# --- milestones ------------------------------------------------------------------------------


@pytest.mark.covers("A43")
def test_milestones_by_hand() -> None:
    """The second order, the sum of 100, a year since the first order, a birthday to come."""
    history = ci.read_objects(
        [
            Order(
                id=str(number),
                customer="ada",
                placed_at=ci.domain.Calendar("Europe/Paris").instant(day),
                total=Money(60, "EUR"),
            )
            for number, day in enumerate(("2023-07-05", "2024-02-01"))
        ],
        [Customer("ada", birthday=date(1990, 7, 3))],
        timezone="Europe/Paris",
        observed_until="2024-07-01",
    )
    due = ci.milestones(history, ("2024-01-01", "2024-07-06"), orders=[2], spend=[100])
    assert [tuple(row.values())[1:] for row in due.to_dicts()] == [
        ("order", ci.domain.Calendar("Europe/Paris").instant("2024-02-01"), 2, None),
        ("spend", ci.domain.Calendar("Europe/Paris").instant("2024-02-01"), None, Decimal(100)),
        ("birthday", ci.domain.Calendar("Europe/Paris").instant("2024-07-03"), 34, None),
        ("join_day", ci.domain.Calendar("Europe/Paris").instant("2024-07-05"), 1, None),
    ]
    some = ci.milestones(
        history, ("2024-01-01", "2024-07-06"), orders=(), spend=(), birthdays=False
    )
    assert [row["milestone"] for row in some.to_dicts()] == ["join_day"]
    assert not len(ci.milestones(history, ("2024-07-03T10:00Z", "2024-07-04"), join_days=False))


def test_a_sum_is_reached_once() -> None:
    """What went back lowers the sum, and a sum reached again is no second milestone."""
    history = orders(*[("ada", f"2024-01-0{day}", 10) for day in range(1, 7)])
    due = ci.milestones(history, ("2024-01-01", "2024-02-01"), orders=(), spend=["20.00", 50])
    assert [row["at"].day for row in due.to_dicts()] == [2, 5]


def test_marks_as_money_and_windows_by_their_label() -> None:
    """A mark is the same as money of the currency, a window by its label; other money is none."""
    history = orders(*[("ada", f"2024-01-0{day}", 10) for day in range(1, 7)])
    ends, marks = ("2024-01-01", "2024-02-01"), (Money("50.00", "EUR"), 20)
    due = ci.milestones(history, "2024-01", orders=(), spend=marks)
    assert due.to_dicts() == ci.milestones(history, ends, orders=(), spend=["20", 50]).to_dicts()
    assert len(due) == 2
    with pytest.raises(Incompatible, match="currencies of a mark and of the history differ: 'USD'"):
        ci.milestones(history, "2024-01", spend=[Money(50, "USD")])


@pytest.mark.covers("A43")
def test_a_refund_moves_the_mark() -> None:
    """Sums are less the refunds before as_of: a later one moves the mark to a later order."""
    day = ci.domain.Calendar("Europe/Paris").instant
    refund = Refund(Money(5, "EUR"), day("2024-02-01"))
    history = ci.read_objects(
        [
            Order(
                id="1",
                customer="ada",
                placed_at=day("2024-01-01"),
                total=Money(50, "EUR"),
                refunds=[refund],
            ),
            Order(id="2", customer="ada", placed_at=day("2024-01-05"), total=Money(50, "EUR")),
        ],
        timezone="Europe/Paris",
        observed_until="2024-07-01",
    )
    for as_of, at in (("2024-02-01", "2024-01-01"), ("2024-02-02", "2024-01-05")):
        due = ci.milestones(history, "2024-01", orders=(), spend=[50], as_of=as_of).to_dicts()
        assert [row["at"] for row in due] == [day(at)]


def test_questions_of_orders_to_activities_alone() -> None:
    """What is told of orders is refused where none are told, instead of being nothing at all."""
    history = said({"customer": "ada", "at": "2024-01-01", "kind": "visit"})
    for ask in (ci.overdue, ci.slipping, lambda held: ci.milestones(held, "2024-01")):
        with pytest.raises(MissingData, match="needs orders, which this history does not hold"):
            ask(history)


@pytest.mark.covers("A43")
def test_the_gallery_has_all_kinds_of_milestones() -> None:
    """Join days go by the customer table; a history without birthdays says that it has none."""
    due = ci.milestones(GALLERY, ("2023-01-01", "2024-03-01")).to_dicts()
    assert {row["milestone"] for row in due} == {"order", "spend", "join_day", "birthday"}
    instants = [row["at"] for row in due]
    assert instants == sorted(instants)
    created = GALLERY.people_table.created_at
    assert created is not None
    joined = {row["customer"]: row for row in due if row["milestone"] == "join_day"}
    for who, row in joined.items():
        place = GALLERY.code_of(who)
        since = np.datetime64(int(created[place]), "us")
        assert int(str(since)[:4]) + row["number"] in (row["at"].year, row["at"].year + 1)
    bare = ci.milestones(orders(("ada", "2024-01-01", 1)), ("2024-01-01", "2024-02-01"))
    assert "No birthday is known." in bare.notes


def test_only_days_that_are_due_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of a long window is what falls due in it, and not each of its days."""
    asked: list[int] = []
    start_of = Context.start_of

    def counted(context: Context, day: int) -> int:
        asked.append(day)
        return start_of(context, day)

    monkeypatch.setattr(Context, "start_of", counted)
    due = ci.milestones(orders(("ada", "2024-02-29", 1)), ("2024-01-01", "9999-12-31"))
    assert len(due) == 9999 - 2024
    assert len(asked) <= len(due) + 2  # and the two ends


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"orders": 5}, "The numbers of orders to celebrate are wrong"),
        ({"orders": [0]}, "The numbers of orders to celebrate are wrong"),
        ({"spend": "100"}, "The marks of spend to celebrate are wrong"),
        ({"spend": [1.5]}, "The marks of spend to celebrate are wrong"),
        ({"spend": [0]}, "The marks of spend to celebrate are wrong"),
        ({"spend": [Money(0, "USD")]}, "The marks of spend to celebrate are wrong"),
        ({"window": ("2024-01-01", "2023-01-01")}, "The window ends before it begins"),
        ({"window": None}, "Milestones are due in a window"),
    ],
)
def test_what_is_no_milestone(arguments: dict[str, Any], says: str) -> None:
    """Orders are numbers from 1 on, marks are exact amounts above 0, and time goes forward."""
    given = {"window": "2024-01", **arguments}
    with pytest.raises(InvalidValue, match=says):
        ci.milestones(GALLERY, **given)


RULES_OF_ADVOCATES = ["lifecycle == 'Advocate'", "in_segment('lifecycle:advocate')"]


@pytest.mark.parametrize("text", RULES_OF_ADVOCATES)
def test_segments_say_that_nobody_can_be_an_advocate(text: str) -> None:
    """Without activities the result says so, merged or not; with them, and for others, not."""
    plain, told = ci.datasets.gallery(), ci.datasets.gallery(activities=True)
    without = "Without activities nobody is known as an Advocate: they are among the Loyal Fans."
    found = ci.segments(plain, {"speaks": text, "again": text, "big": "order_count > 4"})
    assert found.table().notes.count(without) == 1
    asked = Segments({"speaks": text})
    one, other = (asked.summarise(part) for part in plain.partition(2))
    assert asked.finish(one + other) == asked(plain)
    assert without in asked.finish(one + other).table().notes
    assert without not in ci.segments(told, {"speaks": text}).table().notes
    assert without not in ci.segments(plain, {"big": "order_count > 4"}).table().notes
