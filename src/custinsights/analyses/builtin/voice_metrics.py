"""What do customers say? Answers to surveys, reviews, and what they do and feel in public."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from custinsights.analyses.builtin.activity_metrics import OfKind, activity_count, people_with
from custinsights.analyses.declaring.declarations import Metric
from custinsights.analyses.declaring.tally import Sum, Tally
from custinsights.domain.activities import ACTIVITY_KINDS, activity_kind, activity_word
from custinsights.domain.fields import checked_name, from_thousandths, refuse_other
from custinsights.errors import InvalidValue

NPS, CSAT = "nps", "csat"
"""The subjects of answers to the two usual surveys."""

SURVEY, REVIEW = "survey_response", "review"
TO_TEN, TO_FIVE = (0, 10_000), (1_000, 5_000)
PROMOTERS, DETRACTORS, SATISFIED = (9_000, 10_000), (0, 6_000), (4_000, 5_000)
_SOCIAL = tuple(name for name, kind in ACTIVITY_KINDS.items() if kind.family == "social")


@attrs.frozen
class Graded:
    """Which activities carry a grade, in thousandths, of a scale; all of it or a band.

    A grade off the scale is refused: it belongs to another question, and nothing would tell.
    """

    kind: str
    scale: tuple[int, int]
    subject: str | None = None
    band: tuple[int, int] | None = None

    def __call__(self, activities: Any) -> Any:
        """Return a truth value per activity."""
        meant = activities.is_kind(self.kind) & activities.has("score")
        if self.subject is not None:
            meant = meant & _is_about(activities, self.subject)
        score = activities.score
        off = np.flatnonzero(meant & ~_lies_in(score, self.scale))
        if len(off):
            about = "" if self.subject is None else f" about {self.subject!r}"
            low, high = map(from_thousandths, self.scale)
            raise InvalidValue(
                what=f"the grade of a {self.kind}{about} lies off its scale",
                given=str(from_thousandths(int(score[off[0]]))),
                allowed=f"grades from {low} to {high}, or none",
                advice="Mend such rows, or name what they are about otherwise",
            )
        return meant if self.band is None else meant & _lies_in(score, self.band)


def _lies_in(score: Any, band: tuple[int, int]) -> Any:
    return (score >= band[0]) & (score <= band[1])


def _is_about(activities: Any, subject: str) -> Any:
    told = activities.label("subject")
    table = np.array([*(activity_word(name) == subject for name in told.names), False])
    return table.astype(np.bool_).take(told.codes)


def _answers(name: str, graded: Graded) -> Tally:
    return Tally(name, "activities", filters=(graded,), unit="answers")


def _survey(survey: object, kind: str) -> tuple[str, str]:
    refuse_other(str, "the survey", survey)
    return activity_word(str(survey)), activity_kind(kind)


def net_promoter_score(
    survey: str = NPS, *, kind: str = SURVEY, name: str = "net_promoter_score"
) -> Metric:
    """Return the net promoter score of a survey.

    100 × (grades 9 to 10 − grades 0 to 6) ÷ grades. Answers without a grade do not count, and a
    grade off 0 to 10 is refused when it is measured.

    Parameters
    ----------
    survey
        The subject of its answers; case, blanks and hyphens do not matter.
    kind
        The kind of activity that an answer is.
    name
        What to call it in a catalog.
    """
    subject, kind = _survey(survey, kind)
    promoters, detractors, every = (
        Graded(kind, TO_TEN, subject, band) for band in (PROMOTERS, DETRACTORS, None)
    )
    return Metric(
        name=checked_name(name),
        numerator=Sum(
            ((1, _answers("promoters", promoters)), (-1, _answers("detractors", detractors)))
        ),
        denominator=Sum(((1, _answers("answers", every)),)),
        unit="points",
        factor=100.0,
        is_difference=True,
        definition=f"100 × (grades 9 to 10 − grades 0 to 6) ÷ grades, of answers about {subject}.",
    )


def customer_satisfaction(
    survey: str = CSAT, *, kind: str = SURVEY, name: str = "customer_satisfaction"
) -> Metric:
    """Return the share of satisfied answers, grades 4 to 5 of 1 to 5, of a survey.

    Parameters
    ----------
    survey, kind, name
        See `net_promoter_score`.
    """
    subject, kind = _survey(survey, kind)
    satisfied, every = (Graded(kind, TO_FIVE, subject, band) for band in (SATISFIED, None))
    return Metric(
        name=checked_name(name),
        numerator=Sum(((1, _answers("satisfied", satisfied)),)),
        denominator=Sum(((1, _answers("answers", every)),)),
        unit="share",
        proportion=True,
        definition=f"Grades 4 to 5 ÷ grades (1 to 5), of answers about {subject}.",
    )


def _score(activities: Any) -> Any:
    return activities.score


@attrs.frozen
class WithScore:
    """Which activities of some kinds carry a score."""

    kinds: tuple[str, ...]

    def __call__(self, activities: Any) -> Any:
        """Return a truth value per activity."""
        return OfKind(self.kinds)(activities) & activities.has("score")


def _mean(name: str, filters: tuple[Any, ...], unit: str, definition: str) -> Metric:
    """Return the mean score of the activities that pass filters."""
    total = Tally(f"{name}_total", "activities", of=_score, filters=filters, unit=unit, scale=1000)
    count = Tally(f"{name}_count", "activities", filters=filters, unit="scores")
    above, below = Sum(((1, total),)), Sum(((1, count),))
    return Metric(name, above, below, unit=unit, definition=definition)


_STARS = Graded(REVIEW, TO_FIVE)
_MOODS = (*_SOCIAL, "message_received")

BUILT_IN: tuple[Metric, ...] = (
    activity_count("survey_responses", "Answers to surveys, with a grade or without.", SURVEY),
    net_promoter_score(),
    customer_satisfaction(),
    activity_count("reviews", "Reviews, with stars or without.", REVIEW),
    _mean("average_review_score", (_STARS,), "stars", "Mean stars (1 to 5) of the reviews."),
    Metric(
        "good_review_share",
        Sum(((1, _answers("good", attrs.evolve(_STARS, band=SATISFIED))),)),
        Sum(((1, _answers("starred", _STARS)),)),
        unit="share",
        proportion=True,
        definition="Reviews of 4 stars and more ÷ reviews with stars (1 to 5).",
    ),
    activity_count(
        "social_engagements", "Follows, likes, shares, comments and mentions.", *_SOCIAL
    ),
    people_with("socially_engaged_people", "Distinct people with a social engagement.", *_SOCIAL),
    _mean(
        "average_sentiment",
        (WithScore(_MOODS),),
        "",
        "Mean score of social engagements and messages received that have one, as given.",
    ),
)
"""What customers say, by the usual surveys."""
