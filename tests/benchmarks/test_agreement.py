"""No time is told before all answers are equal."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import pytest

from benchmarks.agreement import AnswersDifferError, check_agreement
from benchmarks.contestants import NAMES, contestant
from benchmarks.questions import BY_NAME, QUESTIONS, Answer
from benchmarks.shop import Shop, make_shop
from custinsights.history.columnar.columns import Labels

PARTS = [question.name for question in QUESTIONS]
MARCH, APRIL = 12 * 2023 + 2, 12 * 2023 + 3


def micros(text: str) -> int:
    """Return an ISO instant in microseconds UTC."""
    return int(dt.datetime.fromisoformat(text).timestamp()) * 1_000_000


# Customer 7: two orders in one minute on March 31 in New York (April 1 in UTC), one on April 10.
# Customer 5: one in March. Customer 9: one in April, to no known country.
SHOP = Shop(
    customer=np.array([7, 9, 7, 5, 7]),
    placed_at=np.array(
        [
            micros("2023-04-10T12:00:00-04:00"),
            micros("2023-04-02T09:00:00-04:00"),
            micros("2023-03-31T22:30:00-04:00"),
            micros("2023-03-12T01:30:00-05:00"),
            micros("2023-03-31T22:30:00-04:00"),
        ]
    ),
    amount=np.array([400, 250, 1000, 700, 300]),
    country=Labels(np.array([0, -1, 0, 1, 1], dtype=np.int32), ("CA", "US")),
    channel=Labels(np.array([0, 0, 1, 1, 1], dtype=np.int32), ("direct", "etsy")),
    as_of=dt.date(2023, 4, 11),
)

# What the orders held: customer 7's first order, the earlier row of two at one instant, 3 and 5.
LINES: dict[str, Any] = {
    "line_order": np.array([0, 1, 2, 2, 2, 3, 4]),
    "line_product": np.array([9, 5, 3, 5, 5, 3, 8]),
}

# What was done when: customer 7 comes and looks at one instant, and has a cart ten local days
# later; customer 9 only comes, and customer 5 has a cart and never came.
STEPS: dict[str, Any] = {"step": np.array([2, 0, 0, 2, 1])}

# In the order of each question's keys and values, by hand.
RIGHT: dict[str, list[tuple[object, ...]]] = {
    "summary": [
        (5, 1, 700, micros("2023-03-12T01:30:00-05:00"), micros("2023-03-12T01:30:00-05:00")),
        (7, 3, 1700, micros("2023-03-31T22:30:00-04:00"), micros("2023-04-10T12:00:00-04:00")),
        (9, 1, 250, micros("2023-04-02T09:00:00-04:00"), micros("2023-04-02T09:00:00-04:00")),
    ],
    "rfm": [
        (5, 1, 1, 2, "Dormant"),
        (7, 4, 4, 4, "Champions"),
        (9, 2, 1, 1, "Dormant"),
    ],
    "retention": [(MARCH, 0, 2), (MARCH, 1, 1), (APRIL, 0, 1)],
    "mix": [
        (MARCH, "new", 2, 2000),
        (APRIL, "new", 1, 250),
        (APRIL, "returning", 1, 400),
    ],
    "sequence": [(1, 3, 1250, 1250 / 3), (2, 1, 1000, 1000.0), (3, 1, 400, 400.0)],
    "gaps": [(5.0,)],
    "distinct": [("", APRIL, 1), ("CA", MARCH, 1), ("CA", APRIL, 1), ("US", MARCH, 2)],
    "cube": [
        (MARCH, "CA", "etsy", 1, 1000),
        (MARCH, "US", "etsy", 2, 1000),
        (APRIL, "", "direct", 1, 250),
        (APRIL, "CA", "direct", 1, 400),
    ],
    "medians": [(MARCH, 700.0), (APRIL, 325.0)],
    "first_product": [(3, 0, 2), (3, 1, 1), (5, 0, 2), (5, 1, 1)],
    "quantiles": [(MARCH, 380.0, 700.0, 940.0), (APRIL, 265.0, 325.0, 385.0)],
    "drill": [
        (0, 2023, 3, 2650),
        (1, 3, 2, 2000),
        (1, 4, 2, 650),
        (2, 2, 1, 250),
        (2, 10, 1, 400),
        (3, 12, 1, 400),
    ],
    "funnel": [(0, 2, None), (1, 1, 0.0), (2, 1, 229.5), (3, 0, None)],
}


def answers(name: str, shop: Shop, part: str) -> dict[str, Answer]:
    """Return what a contestant says to a part, by each of its formulations."""
    who = contestant(name)
    data = who.ready(shop)
    ways = enumerate(who.ways.get(part, ()))
    return {f"{name} {number}": who.plain(part, way(data)) for number, way in ways}


def rows(answer: Mapping[str, np.ndarray]) -> list[tuple[object, ...]]:
    """Return an answer's rows."""
    plain = (
        [None if value != value else value for value in column.tolist()]  # noqa: PLR0124 - NaN
        for column in answer.values()
    )
    return list(zip(*plain, strict=True))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_contestant_is_right(name: str, part: str) -> None:
    """Each formulation of each contestant finds the answer worked out by hand."""
    shop = attrs.evolve(SHOP, **LINES) if BY_NAME[part].lines else SHOP
    shop = attrs.evolve(SHOP, **STEPS) if BY_NAME[part].activities else shop
    for way, answer in answers(name, shop, part).items():
        assert rows(BY_NAME[part].sorted(answer)) == RIGHT[part], way


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("strings", "shuffled"), [(False, False), (True, True)])
def test_all_contestants_agree(part: str, strings: bool, shuffled: bool) -> None:
    """All formulations of all contestants say the same of a generated shop."""
    lines = BY_NAME[part].lines
    done = BY_NAME[part].activities
    shop = make_shop(
        3_000, seed=4, strings=strings, shuffled=shuffled, lines=lines, activities=done
    )
    said: dict[str, Answer] = {}
    for name in NAMES:
        said |= answers(name, shop, part)
    assert len({who.split()[0] for who in said}) >= (3 if lines or done else len(NAMES))
    check_agreement(part, said)


def changed(answer: Answer, column: str, **change: Any) -> Answer:
    """Return an answer with one column changed."""
    return {**answer, column: answer[column] + change["by"]}


ANSWER: Answer = {
    "number": np.array([2, 1]),
    "orders": np.array([10, 20]),
    "revenue": np.array([500, 900]),
    "average": np.array([50.0, 45.0]),
}


def test_row_order_is_no_difference() -> None:
    """Answers are compared by their keys, wherever the rows lie."""
    turned = {name: column[::-1] for name, column in ANSWER.items()}
    check_agreement("sequence", {"a": ANSWER, "b": turned})


@pytest.mark.parametrize(("column", "by"), [("revenue", 1), ("average", 1e-6), ("number", 1)])
def test_a_difference_is_named(column: str, by: float) -> None:
    """One cent or one key more is a difference, and the message says whose and where."""
    with pytest.raises(AnswersDifferError, match=f"sequence: {column} of b, of a: .* in row 0"):
        check_agreement("sequence", {"a": ANSWER, "b": changed(ANSWER, column, by=by)})


def test_a_missing_row_is_a_difference() -> None:
    """Answers of different length differ."""
    short = {name: column[:1] for name, column in ANSWER.items()}
    with pytest.raises(AnswersDifferError, match="number of b, of a: 1 rows and 2"):
        check_agreement("sequence", {"a": ANSWER, "b": short})
