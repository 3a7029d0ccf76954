"""How are rules joined, so that a reader takes what comes out? By tree and text at once.

The text of a joined rule is put together from those of its parts, and only what comes into brackets
is looked through again: to join many rules is no more work than to write each of them.
"""

from __future__ import annotations

from typing import TypeAlias

from custinsights.domain.rules.lexing import MOST_SIGNS, check_text
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.tree import Condition, Or, every, negated, some

Joined: TypeAlias = tuple[Condition, str]
"""A condition and its text."""


def both(one: Joined, two: Joined) -> Joined:
    """Return the rule that both hold."""
    texts = (_inside(one), _inside(two))
    return every((one[0], two[0])), _bounded(" and ".join(texts))


def either(one: Joined, two: Joined) -> Joined:
    """Return the rule that one of both holds."""
    return some((one[0], two[0])), _bounded(f"{one[1]} or {two[1]}")


def opposite(one: Condition) -> Joined:
    """Return the rule that one does not hold."""
    found = negated(one)
    text = written(found)
    check_text(text)
    return found, text


def _inside(told: Joined) -> str:
    """Return the text of a part of an ``and``, in brackets where it needs them."""
    condition, text = told
    if not isinstance(condition, Or):
        return text
    check_text(f"({text})")
    return f"({text})"


def _bounded(text: str) -> str:
    if len(text) > MOST_SIGNS:
        check_text(text)
    return text
