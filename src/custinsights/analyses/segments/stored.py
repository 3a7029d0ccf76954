"""How is a rule stored? As JSON, which holds its text and says how that is to be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custinsights.analyses.segments.words import IN_SEGMENT
from custinsights.domain.rules.lexing import check_text
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.tree import Call, Condition, Node, nodes_of
from custinsights.domain.segments import space_and_name
from custinsights.errors import InvalidValue

VERSION = 1


def as_json(text: str, condition: Condition, filled: Condition) -> dict[str, Any]:
    """Return a rule as JSON that reads back without the segments that it has been told.

    Parameters
    ----------
    text, condition
        The rule; the text is kept where it names no segment of its own.
    filled
        The rule, in which the segments that it names are filled in.
    """
    if any(map(_names_own, nodes_of(condition))):
        text = written(filled)
        check_text(text)
    return {"rule": text, "version": VERSION}


def text_in_json(given: Mapping[str, Any]) -> str:
    """Return the text of a rule that is stored as JSON."""
    allowed = f'{{"rule": text, "version": {VERSION}}}'
    if set(given) != {"rule", "version"}:
        raise InvalidValue("this is no rule in JSON", sorted(map(str, given)), allowed)
    if type(given["version"]) is not int or given["version"] != VERSION:
        raise InvalidValue("this version of a rule in JSON is unknown", given["version"], allowed)
    text: str = given["rule"]
    return text


def _names_own(node: Node) -> bool:
    """Whether a part of a rule names a segment that the rule has been told."""
    if isinstance(node, Call) and node.function == IN_SEGMENT:
        return not space_and_name(str(node.arguments[0]))[0]
    return False
