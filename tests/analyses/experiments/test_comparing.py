"""What came of an experiment: by hand, by the plain facts, by published figures; and warnings."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy import stats

import custinsights as ci
from custinsights.analyses.experiments import significance
from custinsights.analyses.experiments.outcomes import Comparing
from custinsights.errors import InvalidValue, MissingExtra, UnknownName
from custinsights.results.intervals import apart, lift
from tests.oracles.bridge import to_history
from tests.oracles.facts import View
from tests.oracles.hand import at, order, shop
from tests.oracles.periods import local_date
from tests.oracles.shop import PlainRefund
from tests.oracles.strategies import as_ofs, shops

MANY = settings(max_examples=60, suppress_health_check=list(HealthCheck))
CONTROL, LETTER = ([f"{arm}{n:02d}" for n in range(40)] for arm in "cl")
ARMS = ci.Assignment.of(
    "spring",
    {**dict.fromkeys(CONTROL, "control"), **dict.fromkeys(LETTER, "letter")},
    ["control", "letter"],
)
SPRING = to_history(
    shop(
        *(order(who, "01-10", 10_00) for who in (*CONTROL[:39], *LETTER)),
        *(order(who, "03-05", 20_00) for who in CONTROL[:6]),
        *(order(who, "03-30", 30_00) for who in LETTER[:12]),
        order(LETTER[0], "03-30", 15_00),
        order(CONTROL[7], "03-31", 99_00),  # a day too late
        order(LETTER[20], "02-29", 99_00),  # before
        refunds=(PlainRefund(LETTER[0], at("06-01"), 500, order=79 + 6 + 12),),
    )
)


@pytest.mark.covers("E23", "E04")
def test_by_hand() -> None:
    """6 of 40 against 12 of 40: twice as often; the 40th of the control never bought at all."""
    found = ci.compare(SPRING, ARMS, at="2024-03-01", within=30, planned=40)
    assert (found.pending, found.smallest, found.is_early, found.is_suspect) == (
        0,
        40,
        False,
        False,
    )
    control, letter = found.row("control"), found.row("letter")
    assert (control["customers"], control["total"], control["mean"]) == (40, 6, 0.15)
    assert (control["p_value"], control["lift"]) == (None, None)
    assert (letter["customers"], letter["total"], letter["mean"]) == (40, 12, 0.3)
    assert letter["lift"] == pytest.approx(2)
    assert letter["difference"] == pytest.approx(0.15)
    chi = 80 * (6 * 28 - 12 * 34) ** 2 / (18 * 62 * 40 * 40)
    assert letter["p_value"] == pytest.approx(stats.chi2.sf(chi, 1))
    assert (letter["test"], letter["significant"]) == ("chi-square", False)
    low, high = (float(x[0]) for x in apart(*counts_of(12, 40, 6, 40)))
    assert letter["difference_low"] == pytest.approx(low)
    assert letter["difference_high"] == pytest.approx(high)
    often = found.row("letter", "orders")
    assert (often["total"], often["mean"]) == (13, 13 / 40)
    assert often["lift"] == pytest.approx(13 / 6)
    counts = [2.0, *[1.0] * 11, *[0.0] * 28]
    test = stats.ttest_ind(counts, [1.0] * 6 + [0.0] * 34, equal_var=False)
    assert often["p_value"] == pytest.approx(test.pvalue)
    value, base = found.row("letter", "value"), found.row("control", "value")
    assert (base["total"], base["mean"]) == (120, 3)
    assert (value["total"], value["mean"]) == (370, 9.25)  # 12 · 30 + 15 - 5
    assert (value["difference"], value["lift"]) == (6.25, pytest.approx(9.25 / 3))
    values = [40.0, *[30.0] * 11, *[0.0] * 28]
    welch = stats.ttest_ind(values, [20.0] * 6 + [0.0] * 34, equal_var=False)
    assert (value["p_value"], value["test"]) == (pytest.approx(welch.pvalue), "Welch's t")
    assert value["difference_low"] == pytest.approx(welch.confidence_interval()[0])
    assert value["significant"] == (welch.pvalue < 0.05)
    assert value["lift_low"] < 9.25 / 3 < value["lift_high"]


def test_read_too_early() -> None:
    """A comparison read before its size says so; one whose time is not over counts nobody."""
    early = ci.compare(SPRING, ARMS, at="2024-03-01", planned=100)
    assert early.is_early
    assert "Read too early: the smallest arm has 40 of its 100 planned customers" in repr(early)
    assert "No size was planned" in repr(ci.compare(SPRING, ARMS, at="2024-03-01"))
    running = ci.compare(SPRING, ARMS, at="2024-03-01", planned=40, as_of="2024-03-30")
    assert (running.pending, running.smallest, running.is_early) == (80, 0, True)
    assert running.row("letter")["mean"] is None
    assert "Left out, for their time is not over: 80" in repr(running)
    over = ci.compare(SPRING, ARMS, at="2024-03-01", planned=40, as_of="2024-03-31")
    assert (over.pending, over.is_early, "Read too early" in repr(over)) == (0, False, False)


def test_assigned_one_by_one() -> None:
    """Each has an own time: who was assigned late is not over yet, and is left out."""
    when = {
        **dict.fromkeys((*CONTROL[:20], *LETTER[:20]), "2024-03-01"),
        **dict.fromkeys((*CONTROL[20:], *LETTER[20:]), "2024-06-20"),
    }
    found = ci.compare(SPRING, ARMS, at=when)
    assert (found.pending, found.row("letter")["customers"]) == (40, 20)
    assert (found.row("letter")["total"], found.row("control")["total"]) == (12, 6)
    with pytest.raises(InvalidValue, match="1 of 80 customers without an instant"):
        ci.compare(SPRING, ARMS, at={k: v for k, v in when.items() if k != "c03"})


def test_arms_of_the_wrong_size() -> None:
    """Where chance makes arms so unlike less than once in a thousand times, nothing is believed."""
    meant = {**dict.fromkeys(CONTROL[:12], "control"), **dict.fromkeys(LETTER, "letter")}
    lost = ci.Assignment.of("spring", meant, ["control", "letter"])
    found = ci.compare(SPRING, lost, at="2024-03-01", planned=5)
    assert found.sizes_p_value == pytest.approx(stats.chisquare([12, 40]).pvalue)
    assert found.is_suspect
    assert "not as large as their weights say" in repr(found)
    as_meant = ci.Assignment.of("spring", meant, {"control": 3, "letter": 10})
    assert not ci.compare(SPRING, as_meant, at="2024-03-01", planned=5).is_suspect


def counts_of(a: int, n: int, b: int, m: int) -> tuple[Any, Any, Any, Any]:
    """Return counts as arrays of one."""
    return np.array([a]), np.array([n]), np.array([b]), np.array([m])


def test_several_arms_are_corrected() -> None:
    """Two arms beside the control: p-values by Holm, bounds at half the level each."""
    arms = {who: ("control", "a", "b")[n % 3] for n, who in enumerate((*CONTROL, *LETTER))}
    three = ci.Assignment.of("three", arms, ["control", "a", "b"])
    found = ci.compare(SPRING, three, at="2024-03-01", planned=1)
    for outcome in ("conversion", "orders", "value"):
        p = {arm: found.row(arm, outcome)["p_value"] for arm in "ab"}
        small, large = sorted(p, key=p.__getitem__)
        adjusted = {arm: found.row(arm, outcome)["p_adjusted"] for arm in "ab"}
        assert adjusted[small] == pytest.approx(min(2 * p[small], 1))
        assert adjusted[large] == pytest.approx(max(p[large], min(2 * p[small], 1)))
    row, base = found.row("a"), found.row("control")
    counts = [int(one[name]) for one in (row, base) for name in ("total", "customers")]
    z = stats.norm.isf(0.05 / 4)
    low, _ = apart(*counts_of(*counts), z=z)
    assert row["difference_low"] == pytest.approx(float(low[0]))
    few = ci.compare(SPRING, three, at="2024-03-01", within=10, planned=1).row("a")
    assert few["test"] == "Fisher's exact"
    with pytest.raises(UnknownName, match="no outcome named 'conversion of c'"):
        found.row("c")


def test_holm_by_hand() -> None:
    """The smallest of three is taken three times, the next twice, none below the one before."""
    corrected = significance.holm(np.array([0.02, np.nan, 0.04, 0.01]))
    assert corrected.tolist() == pytest.approx([0.04, np.nan, 0.04, 0.03], nan_ok=True)
    assert significance.holm(np.array([0.6, 0.5])).tolist() == [1.0, 1.0]


def test_published_figures() -> None:
    """Newcombe (1998), table II; the sleep data of Student; aspirin and infarction of Agresti."""
    for counts, low, high in (
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
    ):
        found = apart(*counts_of(*counts))
        assert [round(float(bound[0]), 4) for bound in found] == [low, high]
    one = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    two = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    sleep = significance.of_means(one, two, 0.05)
    assert sleep.p_value == pytest.approx(0.07939, abs=5e-6)
    assert sleep.low == pytest.approx(-3.3654832)
    assert sleep.high == pytest.approx(0.2054832)
    risk = lift(*counts_of(189, 11_034, 104, 11_037))
    assert [round(float(x[0]), 2) for x in risk] == [1.82, 1.43, 2.31]


@MANY
@given(st.data())
def test_as_the_plain_facts(data: st.DataObject) -> None:
    """Orders and value of everybody are those of the counted orders in the time, net of refunds."""
    made = data.draw(shops().filter(lambda made: bool(made.orders)))
    as_of = data.draw(as_ofs(made))
    view = View(made, as_of)
    people = sorted({one.customer for one in made.orders}, key=str)
    arm_of = {who: data.draw(st.sampled_from(["control", "letter"])) for who in people}
    start = data.draw(as_ofs(made))
    within = data.draw(st.sampled_from((1, 10, 200)))
    history = to_history(made)
    arms = ci.Assignment.of("e", arm_of, ["control", "letter"])
    found = ci.compare(history, arms, at=start, within=within, as_of=as_of, planned=1)
    end = local_date(made, start) + timedelta(days=within)
    is_over = end <= local_date(made, min(as_of, history.observed_until))
    assert found.pending == (0 if is_over else len(people))
    for row in found.customers.to_dicts():
        inside = [
            place
            for place in view.orders_of.get(row["customer"], [])
            if made.orders[place].placed_at >= start
            and local_date(made, made.orders[place].placed_at) < end
        ]
        assert (row["orders"], row["is_over"]) == (len(inside), is_over)
        assert found.customers.minor("value")[
            found.customers.ids.tolist().index(row["customer"])
        ] == sum(view.net_of(place) for place in inside)
        assert row["arm"] == arm_of[row["customer"]]


@MANY
@given(st.data())
def test_parts_add_up(data: st.DataObject) -> None:
    """The parts of a shop say together what the whole says."""
    made = data.draw(shops().filter(lambda made: bool(made.orders)))
    history = to_history(made)
    people = history.customer_ids.tolist()
    arms = ci.assign(people, ["control", "letter"], experiment="e", key="k")
    analysis = Comparing(assignment=arms, at=data.draw(as_ofs(made)), within=9)
    whole = analysis.summarise(history)
    parts = [analysis.summarise(part) for part in history.partition(data.draw(st.integers(1, 4)))]
    assume(len(whole))
    assert reduce(add, data.draw(st.permutations(parts))) == whole
    assert analysis.finish(reduce(add, parts)) == analysis.finish(whole)


def test_arms_alike_before() -> None:
    """The arms of real customers are alike before; arms by what they spent are not, and say so."""
    retail = ci.datasets.load_online_retail()
    known = ci.traits(retail, "order_count", as_of="2011-09-01")
    arms = ci.assign(known, {"control": 1, "letter": 2}, experiment="autumn", key="k")
    found = ci.balance(retail, arms, at="2011-09-01")
    assert (found.is_suspect, found.unlike) == (False, ())
    rows = {row["trait"]: row for row in found.to_dicts()}
    assert set(rows) == {
        *("order_count", "total_spent", "average_order_value", "days_since_last_order"),
    }
    ordered = dict(zip(known.ids.tolist(), known["order_count"].tolist(), strict=True))
    letter, control = ([ordered[one] for one in arms.members(a)] for a in ("letter", "control"))
    assert rows["order_count"]["mean"] == pytest.approx(np.mean(letter))
    deviation = np.sqrt((np.var(letter, ddof=1) + np.var(control, ddof=1)) / 2)
    assert rows["order_count"]["difference"] == pytest.approx(
        (np.mean(letter) - np.mean(control)) / deviation
    )
    by_orders = {who: "letter" if count > 1 else "control" for who, count in ordered.items()}
    skewed = ci.Assignment.of("autumn", by_orders, ["control", "letter"])
    unlike = ci.balance(retail, skewed, ["order_count", "total_spent"], at="2011-09-01")
    assert unlike.unlike == ("order_count", "total_spent")
    assert unlike.is_suspect
    with pytest.raises(InvalidValue, match="'customer_country' has no mean"):
        ci.balance(retail, arms, "customer_country", at="2011-09-01")


def test_what_cannot_be_compared_is_refused() -> None:
    """Customers nobody knows, days, sizes and levels that are none, and no assignment say so."""
    strangers = ci.assign(["x1", "x2"], ["control", "letter"], experiment="e", key="k")
    with pytest.raises(InvalidValue, match="knows none of the customers in the experiment"):
        ci.compare(SPRING, strangers, at="2024-03-01")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"within": 0}, "number of days is wrong"),
        ({"planned": 0}, "planned size is wrong"),
        ({"level": 5}, "level is wrong"),
    ]
    for argument, says in wrong:
        with pytest.raises(InvalidValue, match=says):
            ci.compare(SPRING, ARMS, at="2024-03-01", **argument)
    with pytest.raises(InvalidValue, match="no Assignment"):
        ci.compare(SPRING, {"c01": "control"}, at="2024-03-01")  # type: ignore[arg-type]


def test_nobody_converts() -> None:
    """Where nobody or everybody converts there is no p-value, and none is made up."""
    quiet = ci.compare(SPRING, ARMS, at="2024-04-10", planned=40)
    row = quiet.row("letter")
    assert (row["mean"], row["p_value"], row["lift"], row["significant"]) == (0, None, None, False)
    value = quiet.row("letter", "value")
    assert (value["p_value"], value["lift"], value["difference"]) == (None, None, 0)


def test_arms_that_differ_in_nothing() -> None:
    """Of 300 experiments in which nothing was done, one in twenty seems to find something."""
    retail = ci.datasets.load_online_retail()
    people = ci.traits(retail, "order_count", as_of="2011-09-01")
    arms = ci.assign(people, ["control", "letter"], experiment="0", key="k")
    found = ci.compare(retail, arms, at="2011-09-01", within=60, planned=1).customers
    bought = found["orders"] > 0
    p_values = []
    for name in map(str, range(300)):
        letter = ci.assign(people, ["control", "letter"], experiment=name, key="k").codes == 1
        counts = (bought[letter].sum(), letter.sum(), bought[~letter].sum(), (~letter).sum())
        p_values.append(significance.of_rates(*map(int, counts))[0])
    assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.05, abs=0.03)
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_an_arm_in_which_all_are_alike() -> None:
    """Where all of an arm ordered as much there is no spread in it: Welch takes the other's."""
    alike, others = np.full(9, 3.1), np.array([1.0, 2.0, 4.0, 2.5])
    for one, two in ((alike, others), (others, alike)):
        found = significance.of_means(one, two, 0.05)
        assert found.p_value == pytest.approx(stats.ttest_1samp(others, 3.1).pvalue)
        assert found.low < one.mean() - two.mean() < found.high


def test_without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arms and the sizes of rates need no SciPy; a comparison names the extra that brings it."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    assert ci.sample_size(0.5, 1.5, power=0.9).per_arm == 77
    asked: list[Callable[[], object]] = [
        lambda: ci.compare(SPRING, ARMS, at="2024-03-01"),
        lambda: ci.balance(SPRING, ARMS, at="2024-03-01"),
        lambda: ci.sample_size(10, 1.2, deviation=5),
    ]
    for ask in asked:
        with pytest.raises(MissingExtra, match=r"custinsights\[predict\]"):
            ask()
    with pytest.raises(InvalidValue, match="None"):
        ci.balance(SPRING, ARMS, at=None)  # type: ignore[arg-type]


def test_what_nobody_observed_is_no_silence() -> None:
    """Time after the end of the observation, before it, and unknown customers are told apart."""
    arms = ci.Assignment.of("e", {"x": "a", "y": "b", "z": "b"}, ["a", "b"])
    history = to_history(shop(order("x", "01-10", 10_00), order("y", "03-01", 10_00)))
    late = ci.compare(history, arms, at="2026-01-01", within=60, as_of="2030-01-01")
    assert (late.pending, late.row("b")["customers"]) == (3, 0)
    assert "time is not over: 3 customers" in " ".join(late.table().notes)
    early = ci.compare(history, arms, at="2000-01-01", within=60)
    assert (early.unknown, early.unobserved) == (1, 2)
    notes = " ".join(early.table().notes)
    assert "Not known to the history" in notes
    assert "Assigned before the observation begins" in notes
    known = ci.compare(SPRING, ARMS, at="2024-03-01", within=30)
    assert "Assigned before" not in repr(known)


def test_arms_take_the_whole_history() -> None:
    """In a part those of the other parts would have bought nothing: it is refused."""
    part = SPRING.partition(2)[0]
    for ask in (ci.compare, ci.balance):
        with pytest.raises(
            InvalidValue, match=r"Arms of an experiment take everybody.*part 1 of 2"
        ):
            ask(part, ARMS, at="2024-03-01")


def test_a_ratio_without_an_error_has_no_bounds() -> None:
    """Where everybody of both arms ordered, Katz' interval has no width and is not told."""
    twelve, eighteen = np.array([12]), np.array([18])
    ratio, low, high = lift(twelve, twelve, eighteen, eighteen)
    assert (ratio[0], np.isnan(low[0]), np.isnan(high[0])) == (1.0, True, True)


def test_all_outcomes_may_be_corrected_for() -> None:
    """Holm over the p-values of all outcomes, and bounds at a third of the level."""
    plain = ci.compare(SPRING, ARMS, at="2024-03-01", within=30)
    whole = ci.compare(SPRING, ARMS, at="2024-03-01", within=30, every_outcome=True)
    names = ("conversion", "orders", "value")
    raw = [plain.row("letter", name)["p_value"] for name in names]
    assert [whole.row("letter", name)["p_value"] for name in names] == raw
    order = sorted(range(3), key=raw.__getitem__)
    expected, reached = [0.0] * 3, 0.0
    for step, place in enumerate(order):
        reached = expected[place] = min(max(reached, (3 - step) * raw[place]), 1.0)
    assert [whole.row("letter", name)["p_adjusted"] for name in names] == pytest.approx(expected)
    assert [plain.row("letter", name)["p_adjusted"] for name in names] == raw
    third = ci.compare(SPRING, ARMS, at="2024-03-01", within=30, level=0.05 / 3)
    for name in names:
        for bound in ("difference_low", "difference_high", "lift_low", "lift_high"):
            told = whole.row("letter", name)[bound]
            assert told == pytest.approx(third.row("letter", name)[bound])
        assert whole.row("letter", name)["low"] == plain.row("letter", name)["low"]
    with pytest.raises(InvalidValue, match="every_outcome"):
        ci.compare(SPRING, ARMS, at="2024-03-01", every_outcome="yes")  # type: ignore[arg-type]


def test_five_to_be_expected_are_enough_for_chi_square() -> None:
    """Fisher's exact test is taken where fewer than five are to be expected in a cell."""
    assert significance.of_rates(3, 10, 7, 10)[1] == significance.CHI_SQUARE  # five in each cell
    assert significance.of_rates(2, 10, 7, 10)[1] == significance.FISHER  # 4.5


def test_identities_are_compared_as_they_are_written() -> None:
    """A tool that sends letters writes 7 as a text: it is the same customer all the same."""
    history = ci.OrderHistory.from_arrays(
        customer=[7, 8, 9],
        placed_at=["2024-03-05"] * 3,
        amount=[10] * 3,
        currency="EUR",
        timezone="UTC",
        observed_until="2024-06-01",
    )
    arms = {7: "a", 8: "b", 9: "b"}
    whens: list[tuple[type, Any]] = [
        (int, "2024-03-01"),
        (str, "2024-03-01"),
        (str, dict.fromkeys(arms, "2024-03-01")),
        (int, dict.fromkeys(map(str, arms), "2024-03-01")),
    ]
    told = []
    for kind, when in whens:
        drawn = ci.Assignment.of("e", {kind(who): arm for who, arm in arms.items()}, ["a", "b"])
        told.append(ci.compare(history, drawn, at=when))
    assert told[0].row("b")["total"] == 2
    for one in told:
        assert one.outcomes.to_dicts() == told[0].outcomes.to_dicts()
        assert one.unknown == 0
