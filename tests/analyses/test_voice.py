"""What customers say: net promoter score, satisfaction, reviews and moods, worked out on paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import InvalidValue, MissingData, Refused
from custinsights.results.intervals import Z_95, difference, wilson

GALLERY = ci.datasets.gallery(activities=True)


def said(*rows: tuple[str, str, str, float | None], **more: Any) -> ci.ActivityHistory:
    """Return a history of (day, kind, subject, score), each of somebody else, in Paris."""
    day, kind, subject, score = zip(*rows, strict=True)
    return ci.ActivityHistory.from_arrays(
        customer=range(len(rows)),
        at=day,
        kind=kind,
        subject=[text or None for text in subject],
        score=score,
        timezone="Europe/Paris",
        **more,
    )


def grades(survey: str, *given_: float | None) -> list[tuple[str, str, str, float | None]]:
    """Return answers to a survey in January."""
    return [("2024-01-05", "survey_response", survey, grade) for grade in given_]


@pytest.mark.covers("M39", "E17")
def test_net_promoter_score_by_hand() -> None:
    """Two promoters, one passive, one detractor: 25 of four grades; no grade is no answer."""
    history = said(*grades("nps", 9, 10, 7, 6, None), *grades("csat", 1, 1, 1))
    cube = ci.measure(history, "net_promoter_score")
    assert cube["net_promoter_score"].tolist() == [25.0]
    found = cube.denominator("net_promoter_score")
    assert found is not None
    assert found.tolist() == [4]
    low, high = cube.interval("net_promoter_score")
    ends = difference(np.array([2]), np.array([1]), np.array([4]))
    assert (low[0], high[0]) == (100 * ends[0][0], 100 * ends[1][0])
    assert cube.at().take(np.array([0])).interval("net_promoter_score")[0].tolist() == low.tolist()


@pytest.mark.covers("M38", "E21")
def test_satisfaction_by_hand() -> None:
    """Grades 4 and 5 of all grades; it is a proportion with Wilson's interval."""
    history = said(*grades("CSAT", 5, 4, 3, 1, None), *grades("nps", 10, 0))
    cube = ci.measure(history, ["customer_satisfaction", "survey_responses"])
    assert cube["customer_satisfaction"].tolist() == [0.5]
    assert cube["survey_responses"].tolist() == [7]
    low, high = cube.interval("customer_satisfaction")
    assert (low[0], high[0]) == tuple(end[0] for end in wilson(np.array([2]), np.array([4])))


@pytest.mark.covers("M38", "M39")
def test_a_survey_is_told_by_its_subject_or_kind() -> None:
    """Answers about other things, or of another kind, belong to another survey."""
    history = said(
        *grades("Autumn fair", 9, 2, 2),
        *grades("nps", 9),
        *(("2024-01-05", "exit_poll", "nps", grade) for grade in (0, 0, 9, 10)),
    )
    autumn = ci.net_promoter_score("autumn-fair", name="autumn")
    exits = ci.net_promoter_score(kind="exit_poll", name="exits")
    row = ci.measure(history, ["net_promoter_score", autumn, exits]).to_dicts()[0]
    assert row == {"net_promoter_score": 100.0, "autumn": pytest.approx(-100 / 3), "exits": 0.0}
    happy = ci.customer_satisfaction("service", name="happy")
    row = ci.measure(said(*grades("service", 4, 2)), happy).to_dicts()[0]
    assert row == {"happy": 0.5}


@pytest.mark.parametrize(
    ("rows", "metric", "says"),
    [
        (grades("nps", 9, 11), "net_promoter_score", r"'nps' lies off its scale: '11' .* 0 to 10"),
        (grades("nps", -0.5), "net_promoter_score", r"lies off its scale: '-0.5'"),
        (grades("csat", 0), "customer_satisfaction", r"'csat' lies off its scale: '0' .* 1 to 5"),
        (grades("csat", 9), "customer_satisfaction", "lies off its scale"),
        (
            [("2024-01-05", "review", "p1", 5.5)],
            "average_review_score",
            "of a review lies off",
        ),
        ([("2024-01-05", "review", "p1", 0)], "good_review_share", "of a review lies off"),
    ],
)
def test_a_grade_off_its_scale_is_refused(rows: Any, metric: str, says: str) -> None:
    """It is of another question: it is neither counted nor left out in silence."""
    with pytest.raises(InvalidValue, match=says):
        ci.measure(said(*rows), metric)


@pytest.mark.covers("E17", "E21")
def test_over_time_and_by_segment() -> None:
    """Scores go by periods and labels of customers and activities, not by labels of orders."""
    history = said(
        *grades("nps", 10, 0), ("2024-02-05", "survey_response", "nps", 9), channel=["a", "b", "a"]
    )
    months = ci.measure(history, "net_promoter_score", by="month")
    assert months["net_promoter_score"].tolist() == [0.0, 100.0]
    channels = ci.measure(history, "net_promoter_score", by="channel")
    assert channels["net_promoter_score"].tolist() == [100.0, -100.0]
    by_stage = ci.measure(GALLERY, ["net_promoter_score", "survey_responses"], by="lifecycle")
    assert int(by_stage["survey_responses"].sum()) == 82
    with pytest.raises(Refused, match="an activity is no order"):
        ci.measure(GALLERY, "net_promoter_score", by="country")
    with pytest.raises(MissingData, match="activities"):
        ci.measure(ci.datasets.gallery(), "net_promoter_score")


@pytest.mark.covers("E21", "E22")
def test_reviews_and_moods_by_hand() -> None:
    """Means are over what has a score; engagement is what is done in public."""
    day = "2024-01-05"
    history = said(
        (day, "review", "p1", 5),
        (day, "review", "p1", 3.5),
        (day, "review", "p2", None),
        (day, "social_liked", "", None),
        (day, "social_commented", "", -0.5),
        (day, "message_received", "", 0.75),
        (day, "call", "", 0.9),
    )
    names = ["reviews", "average_review_score", "good_review_share"]
    names += ["social_engagements", "socially_engaged_people", "average_sentiment"]
    assert list(ci.measure(history, names).to_dicts()[0].values()) == [3, 4.25, 0.5, 2, 2, 0.125]
    empty = ci.measure(history, names, window=("2023-01-01", "2023-02-01")).to_dicts()[0]
    assert list(empty.values()) == [0, None, None, 0, 0, None]


def test_a_mean_has_no_interval() -> None:
    """Only proportions have one, and differences of two."""
    cube = ci.measure(GALLERY, ["average_review_score", "good_review_share", "net_promoter_score"])
    with pytest.raises(InvalidValue, match="good_review_share, net_promoter_score"):
        cube.interval("average_review_score")


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_the_interval_of_a_difference(first: int, second: int, others: int) -> None:
    """It holds the difference, mirrors when the parts change places, and never has no width."""
    n = first + second + others
    low, high = (float(end[0]) for end in difference(*(np.array([x]) for x in (first, second, n))))
    if not n:
        assert math.isnan(low)
        assert math.isnan(high)
        return
    assert -1 <= low <= (first - second) / n <= high <= 1
    assert high - low > Z_95 / (2 * n + 10)
    mirrored = difference(*(np.array([x]) for x in (second, first, n)))
    assert (low, high) == pytest.approx((-mirrored[1][0], -mirrored[0][0]))
    if not others and first and second:
        ends = wilson(np.array([first]), np.array([n]))
        assert (low, high) == pytest.approx(tuple(2 * float(end[0]) - 1 for end in ends))


GROUPS = ("detractor", "passive", "promoter")


def bounds(answers: list[str]) -> tuple[float, float]:
    """Return the bounds of promoters less detractors."""
    counts = answers.count("promoter"), answers.count("detractor"), len(answers)
    low, high = difference(*(np.array([count]) for count in counts))
    return float(low[0]), float(high[0])


@given(answers=st.lists(st.sampled_from(GROUPS), min_size=1, max_size=60), data=st.data())
def test_a_better_answer_lowers_no_bound(answers: list[str], data: st.DataObject) -> None:
    """Raising one answer never lowers either bound."""
    place = data.draw(st.integers(0, len(answers) - 1))
    better = data.draw(st.sampled_from(GROUPS[GROUPS.index(answers[place]) :]))
    before = bounds(answers)
    after = bounds([*answers[:place], better, *answers[place + 1 :]])
    assert all(new >= old - 1e-12 for new, old in zip(after, before, strict=True))


def test_the_last_passive_becomes_a_promoter() -> None:
    """Where all promote there is no other part to go with: the correlation is 0, as Newcombe's."""
    some, every = bounds(["promoter"] * 10 + ["passive"]), bounds(["promoter"] * 11)
    assert (round(some[0], 3), round(every[0], 3)) == (0.523, 0.634)
    assert every[1] == 1.0
    assert round(bounds(["promoter"])[0], 3) == -0.122


@pytest.mark.parametrize("survey", [None, 7])
def test_what_is_no_survey(survey: Any) -> None:
    """A survey has a name."""
    for make in (ci.net_promoter_score, ci.customer_satisfaction):
        with pytest.raises(InvalidValue, match="survey"):
            make(survey)
