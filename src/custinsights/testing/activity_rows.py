"""What did the people of a small invented shop do? Activities drawn, and changed for the laws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs
import numpy as np

from custinsights.history.activities import ActivityColumns
from custinsights.history.columnar.columns import NO_NUMBER, AnyArray, IntArray, Labels, uncoded
from custinsights.history.columnar.localtime import HOUR

HAPPENINGS: tuple[tuple[str, str | None, str | None, str | None, str | None], ...] = (
    ("visit", None, None, "spring", "instagram"),
    ("email_sent", "letter", "delivered", "spring", None),
    ("email_sent", "letter", "bounced", "Spring", None),
    ("email_opened", "letter", None, "spring", None),
    ("email_clicked", "p1", None, "spring", None),
    ("message_received", None, None, None, "whatsapp"),
    ("message_sent", None, "delivered", None, None),
    ("call", None, None, None, None),
    ("bid", "lot 1", "won", None, "auction room"),
    ("bid", "lot 1", "underbid", None, None),
    ("product_viewed", "p2", None, None, "web"),
    ("survey_response", "nps", None, None, None),
    ("survey_response", "csat", None, None, None),
    ("review", "p1", "published", None, None),
    ("referral", None, "converted", None, None),
    ("added_to_cart", "p2", None, None, None),
    ("ticket_opened", "t1", None, None, None),
    ("ticket_resolved", "t1", None, None, None),
    ("delivery", None, "late", None, None),
    ("studio_tour", "p2", None, None, None),
)
"""Kind, subject, outcome, campaign and channel of what may happen; one kind is a shop's own."""

TEXTS = ("kind", "subject", "outcome", "campaign", "channel")
WORTH = (None, None, 0, 2500)
Scores: TypeAlias = tuple[int | None, int | None, int | None, int | None]

SCORES: Scores = (None, None, -500, 9000)
GRADES: dict[tuple[str, str | None], Scores] = {
    ("survey_response", "nps"): (None, 6000, 8000, 9000),
    ("survey_response", "csat"): (None, 1000, 4000, 5000),
    ("review", "p1"): (None, 2000, 4000, 5000),
}
"""Scores on the scale of what is graded, in the places of `SCORES`; by kind and subject."""

HOURS = (0, 0, 0, 1, 23, 24, 720, 2160, 4320)

ActivityDraw: TypeAlias = tuple[int, ...]
"""Person, moment, hours later, happening, amount, score: places in the tuples."""

MOST = (7, 3, len(HOURS) - 1, len(HAPPENINGS) - 1, len(WORTH) - 1, len(SCORES) - 1)
ZEROS = (0,) * len(MOST)
"""The largest and the smallest of what is drawn of an activity."""


def activities_of(
    draws: Sequence[ActivityDraw], people: AnyArray, moments: Sequence[int]
) -> ActivityColumns:
    """Return the activities that draws mean, of some people at some moments."""
    texts = zip(*(HAPPENINGS[one[3]] for one in draws), strict=True) if draws else [()] * len(TEXTS)
    return ActivityColumns(
        customer=people[[one[0] % len(people) for one in draws]],
        at=np.array([moments[one[1]] + HOURS[one[2]] * HOUR for one in draws], dtype=np.int64),
        labels={name: Labels.encode(column) for name, column in zip(TEXTS, texts, strict=True)},
        amount=_numbers([WORTH[one[4]] for one in draws]),
        score=_numbers([GRADES.get(HAPPENINGS[one[3]][:2], SCORES)[one[5]] for one in draws]),
    )


def _numbers(told: Sequence[int | None]) -> IntArray:
    return np.array([NO_NUMBER if one is None else one for one in told], dtype=np.int64)


def with_other_activities_later(
    given: ActivityColumns, as_of: int, at: IntArray, everybody: AnyArray
) -> ActivityColumns:
    """Return activities that are others from `as_of` on; everybody does something at it.

    Parameters
    ----------
    at
        When each happens instead; before `as_of` the same instant.
    """
    is_later, rows = given.at >= as_of, len(everybody)
    texts = {}
    for name, column in given.labels.items():
        new = "visit" if name == "kind" else "later"
        told = np.where(is_later, new, column.texts()).tolist()
        texts[name] = Labels.encode([*told, *[new] * rows])
    numbers = {
        name: np.concatenate([np.where(is_later, 17, column), np.full(rows, 23)])
        for name, column in given.numbers.items()
    }
    return attrs.evolve(
        given,
        customer=np.concatenate([uncoded(given.customer), everybody]),
        at=np.concatenate([at, np.full(rows, as_of)]),
        labels=texts,
        **numbers,
    )
