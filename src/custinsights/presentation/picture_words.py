"""In which words does a picture of a result say what it shows?"""

from __future__ import annotations

from typing import Any, Final

from custinsights.domain.contacts import hidden_if_contact
from custinsights.errors import counted
from custinsights.presentation.cells import UNKNOWN
from custinsights.presentation.figures import number_format
from custinsights.results.table import Column

__all__ = [
    "LETTERS",
    "first_of",
    "label_of",
    "labels_of",
    "says_of",
    "title_of",
    "word_of",
    "wrapped",
]

LETTERS: Final = 80
"""How many letters stand beside each other along a picture."""


def labels_of(name: str, n: int) -> str:
    """Return how many labels of a dimension there are: 3 categories."""
    word = word_of(name)
    is_ies = word.endswith("y") and not word.endswith("ay")
    return counted(n, word, f"{word[:-1]}ies" if is_ies else f"{word}s")


def wrapped(says: str) -> list[str]:
    """Return the parts of what is said, as many in a line as fit."""
    lines = [""]
    for part in says.split(" · "):
        joined = " · ".join(filter(None, [lines[-1], part]))
        if lines[-1] and len(joined) > LETTERS + 20:
            lines.append(part)
        else:
            lines[-1] = joined
    return lines


def says_of(column: Column | None, n: str, notes: Any) -> str:
    """Return in what unit, of how many and as of when."""
    unit = "" if column is None else number_format(column)[1].strip()
    return " · ".join(filter(None, [unit, f"n = {n}", *notes[:1]]))


def word_of(name: str) -> str:
    """Return a name as people write it."""
    return name.replace("_", " ")


def title_of(name: str) -> str:
    """Return a name as a title begins."""
    word = word_of(name)
    return f"{word[:1].upper()}{word[1:]}"


def label_of(label: object) -> str:
    """Return a label as a reader wants it: also where it is unknown, and no contact."""
    return UNKNOWN if label is None else str(hidden_if_contact(label))


def first_of(shown: int, labels: int) -> str:
    """Return that only the first labels are drawn, where there are more."""
    return f"the first {shown} of {labels:,}" if shown < labels else ""
