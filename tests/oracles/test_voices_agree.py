"""What is counted of activities, in the gallery and at random, is the plain oracle's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings

import custinsights as ci
from custinsights.analyses.builtin import activity_metrics, voice_metrics
from custinsights.datasets import gallery, gallery_objects
from tests.oracles.agreement import Found
from tests.oracles.journeys import ORDER, Deed
from tests.oracles.test_journeys_agree import HAPPENINGS, START, deeds, history_of
from tests.oracles.voices import VOICES, Count

MANY = settings(max_examples=30, suppress_health_check=list(HealthCheck))
MORE = (
    *HAPPENINGS[4:],
    *(Deed("", START, kind) for kind in ("email_sent", "email_opened", "email_clicked")),
    *(Deed("", START, "bid", outcome=outcome) for outcome in ("won", "underbid", None)),
    *(Deed("", START, "survey_response", subject="csat", score=Fraction(n)) for n in (1, 3, 5)),
    *(Deed("", START, f"social_{what}") for what in ("followed", "shared", "commented")),
    *(Deed("", START, "social_mentioned", score=Fraction(n, 4)) for n in (-3, 1)),
    Deed("", START, "message_received", score=Fraction(1, 2)),
    Deed("", START, "review"),
)


def test_every_metric_of_activities_has_its_oracle() -> None:
    """No metric of activities lacks its line."""
    built_in = (*activity_metrics.BUILT_IN, *voice_metrics.BUILT_IN)
    assert {metric.name for metric in built_in} == VOICES.keys()


def check(
    history: ci.OrderHistory, done: Sequence[Deed], by: str, label: Callable[[Deed], object]
) -> None:
    """Compare every metric in every cell; cells in which nothing was done are empty."""
    cells: dict[object, list[Deed]] = {}
    for deed in done:
        cells.setdefault(label(deed), []).append(deed)
    cube = ci.measure(history, list(VOICES), by=by or ())
    rows = {row.pop(by, None): row for row in cube.to_dicts()}
    assert rows.keys() >= cells.keys()
    for key, row in rows.items():
        for name, oracle in VOICES.items():
            assert agrees(row[name], oracle(cells.get(key, []))), (key, name)


def agrees(found: Found, expected: Count) -> bool:
    """Whether a value is the oracle's; a quotient up to rounding."""
    return found == (expected if expected is None else pytest.approx(float(expected), abs=1e-12))


LABELS: dict[str, Callable[[Deed], object]] = {
    "": lambda _: None,
    "month": lambda deed: f"{deed.at:%Y-%m}",
    "activity_kind": lambda deed: deed.kind,
    "subject": lambda deed: deed.subject,
    "outcome": lambda deed: deed.outcome and deed.outcome.replace(" ", "_"),
}


@pytest.mark.parametrize("by", LABELS)
def test_the_gallery(by: str) -> None:
    """Of a shop of a hundred stories every metric is the oracle's, by every label."""
    zone = ZoneInfo("America/New_York")
    done = [
        Deed(
            str(one.customer),
            one.at.astimezone(zone),
            one.kind,
            subject=one.subject,
            outcome=one.outcome,
            score=None if one.score is None else Fraction(one.score),
        )
        for one in gallery_objects().activities
        if one.customer is not None
    ]
    check(gallery(activities=True), done, by, LABELS[by])


@pytest.mark.parametrize("by", LABELS)
@MANY
@given(done=deeds(most=25, happenings=MORE))
def test_random_activities(by: str, done: list[Deed]) -> None:
    """So it is of few people who do many things at one instant."""
    others = [deed for deed in done if deed.kind != ORDER]
    check(history_of(done), others, by, LABELS[by])
