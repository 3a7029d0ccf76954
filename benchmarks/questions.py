"""What is asked, and what does a right answer look like?

An answer is a dictionary of equally long columns, one row per customer or cell, without empty
cells, sorted by its keys. Months are counted: 12 × year + month − 1; money is in cents, an instant
in microseconds UTC, a missing label the empty text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

Answer: TypeAlias = dict[str, npt.NDArray[Any]]


@attrs.frozen
class Question:
    """One part of the benchmark: the keys and values of its answer.

    `suite` marks the first six; `lines` and `activities` those asked of a shop with order lines, or
    with activities, in a process of theirs.
    """

    name: str
    title: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    suite: bool = False
    lines: bool = False
    activities: bool = False

    def sorted(self, answer: Answer) -> Answer:
        """Return the answer's columns, rows sorted by the keys."""
        columns = {name: np.asarray(answer[name]) for name in (*self.keys, *self.values)}
        if not self.keys:
            return columns
        order = np.lexsort([columns[name] for name in reversed(self.keys)])
        return {name: column[order] for name, column in columns.items()}


QUESTIONS = (
    Question(
        "summary",
        "Customer summary: orders, revenue, first and last order",
        ("customer",),
        ("orders", "revenue", "first", "last"),
        suite=True,
    ),
    Question(
        "rfm",
        "RFM: three scores and the group of every customer",
        ("customer",),
        ("r", "f", "m", "group"),
        suite=True,
    ),
    Question(
        "retention",
        "Monthly retention grid",
        ("cohort", "age"),
        ("customers",),
        suite=True,
    ),
    Question(
        "mix",
        "New and returning customers and their revenue by month",
        ("month", "type"),
        ("customers", "revenue"),
        suite=True,
    ),
    Question(
        "sequence",
        "Orders, revenue and average value by order number",
        ("number",),
        ("orders", "revenue", "average"),
        suite=True,
    ),
    Question(
        "gaps",
        "Mean days between consecutive orders",
        (),
        ("mean",),
        suite=True,
    ),
    Question(
        "distinct",
        "Distinct customers by country and month",
        ("country", "month"),
        ("customers",),
    ),
    Question(
        "cube",
        "Orders and revenue by month, country and channel",
        ("month", "country", "channel"),
        ("orders", "revenue"),
    ),
    Question(
        "medians",
        "Median order value by month",
        ("month",),
        ("median",),
    ),
    Question(
        "first_product",
        "Cohorts by first product: customers by month of age",
        ("product", "age"),
        ("customers",),
        lines=True,
    ),
    Question(
        "quantiles",
        "Exact 10 %, 50 % and 90 % quantiles of order value by month",
        ("month",),
        ("q10", "q50", "q90"),
    ),
    Question(
        "drill",
        "Drill-down: years, months of the last, its last month's days, the last day's hours",
        ("level", "label"),
        ("customers", "revenue"),
    ),
    Question(
        "funnel",
        "Funnel of four steps within 30 days, with median times",
        ("step",),
        ("people", "hours"),
        activities=True,
    ),
)
"""The parts in the order in which they run and print."""

BY_NAME = {question.name: question for question in QUESTIONS}
PLAIN = tuple(one.name for one in QUESTIONS if not (one.lines or one.activities))
"""The parts that are asked of orders alone."""

SUITE = tuple(question.name for question in QUESTIONS if question.suite)
GROUPS = ("Champions", "Loyal", "Potential", "At Risk", "Lost", "Dormant")
"""The groups of the map that RFM is asked for (`five`)."""


def by_shop(parts: Iterable[str]) -> list[tuple[str, ...]]:
    """Return parts in groups: those asked of orders alone, of activities too, of lines too."""
    groups: dict[tuple[bool, bool], list[str]] = {}
    for part in parts:
        groups.setdefault((BY_NAME[part].lines, BY_NAME[part].activities), []).append(part)
    return [tuple(groups[shop]) for shop in sorted(groups)]
