"""Which rules may be named? Those of segments: each by a name that is no other's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from custinsights.domain.frozen import frozen
from custinsights.domain.segments import Segment, refuse_as_name, spelled
from custinsights.errors import InvalidValue


def kept(given: Any) -> Any:
    """Return rules as they stay: a copy of a mapping, all that an iterator gives."""
    if isinstance(given, Mapping):
        return frozen(given)
    is_several = isinstance(given, Iterable) and not isinstance(given, str)
    items = tuple(given) if is_several else ()
    if not is_several or not all(isinstance(item, Segment) for item in items):
        raise InvalidValue(
            what="these are no segments",
            given=type(given).__name__,
            allowed="rules by name, such as {'big': 'total_spent > 500'}, or a list of Segment",
            advice="custinsights.segment judges a single rule",
        )
    return items


def refuse_alike(names: Iterable[str]) -> None:
    """Refuse what cannot name a segment, and names that are spelled alike."""
    found = list(names)
    for name in found:
        refuse_as_name(name)
    if len({spelled(name) for name in found}) != len(found):
        raise InvalidValue(
            "segments have the same name", found, "names that differ in more than case and dashes"
        )


def named_rules(given: Any) -> dict[str, Any]:
    """Return rules by name, of a mapping or of segments, as another rule may name them."""
    rules = kept(given)
    items = rules.items() if isinstance(rules, Mapping) else [(one.name, one) for one in rules]
    refuse_alike(name for name, _ in items)
    return dict(items)
