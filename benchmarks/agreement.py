"""Do all contestants say the same?

Times are worth nothing before this: every column of every answer is compared with the first
contestant's. Whole numbers and texts must be equal, quotients within a few rounding errors.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.questions import BY_NAME, Answer

_TOLERANCE = 1e-12


class AnswersDifferError(AssertionError):
    """Two contestants gave different answers to one question."""


def check_agreement(part: str, answers: Mapping[str, Answer]) -> None:
    """Refuse answers that differ, and say where they do first.

    Parameters
    ----------
    part
        The name of a question.
    answers
        The answer of each contestant, by its name; the first one is what the others are held to.

    Raises
    ------
    AnswersDifferError
        When a column differs in length or in a value.
    """
    question = BY_NAME[part]
    (first, expected), *others = [(who, question.sorted(said)) for who, said in answers.items()]
    for who, answer in others:
        for name, column in answer.items():
            difference = _difference(expected[name], column)
            if difference:
                raise AnswersDifferError(f"{part}: {name} of {who}, of {first}: {difference}")


def _difference(left: np.ndarray, right: np.ndarray) -> str:
    if len(left) != len(right):
        return f"{len(right):,} rows and {len(left):,}"
    if left.dtype.kind == "f" or right.dtype.kind == "f":
        wrong = ~np.isclose(
            left.astype(np.float64), right.astype(np.float64), rtol=_TOLERANCE, equal_nan=True
        )
    else:
        wrong = left != right
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return ""
    row = int(rows[0])
    return f"{right[row]!r} and {left[row]!r} in row {row:,}, the first of {len(rows):,}"
