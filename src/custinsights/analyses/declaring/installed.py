"""Which entries of the catalog do other distributions add? Looked up when a name asks for one."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

import attrs

from custinsights.analyses.declaring.declarations import Dimension, Metric, Trait
from custinsights.analyses.declaring.segment_functions import SegmentFunction
from custinsights.domain.segments import Segment
from custinsights.errors import PlugInFailed

GROUP = "custinsights.catalog"
"""The entry point group in which installed packages offer entries by name."""


_USES = {
    Metric: "It is a metric of trends",
    Dimension: "It is a dimension: by={name!r}",
    Trait: "It is a trait: a rule compares it, as in {name} == ...",
    SegmentFunction: "It is a function of rules: {name}(...)",
    Segment: 'It is a preset: in_segment("preset:{name}") in a rule',
}
"""How entries are used."""


def installed_names() -> tuple[str, ...]:
    """Return the names under which installed packages offer entries; none is loaded."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def installed_entry(name: str, *wanted: type) -> Any:
    """Load the entry that a distribution offers under a name; None where none does.

    Raises
    ------
    PlugInFailed
        It does not load, is nothing of what is wanted, or several distributions offer the name.
    """
    found = [point for point in entry_points(group=GROUP) if point.name == name]
    if not found:
        return None
    if len(found) > 1:
        owners = ", ".join(sorted(_owner(point) for point in found))
        raise PlugInFailed(name, owners, "several installed packages offer this name")
    owner = _owner(found[0])
    try:
        entry = found[0].load()
    except Exception as error:
        raise PlugInFailed(name, owner, f"{type(error).__name__}: {error}") from error
    if not isinstance(entry, wanted):
        meant = " or ".join(one.__name__ for one in wanted)
        told = f"it is a {type(entry).__name__}, not a {meant}"
        raise PlugInFailed(name, owner, told, _USES.get(type(entry), "").format(name=name))
    return _renamed(entry, name, owner)


def _renamed(entry: Any, name: str, distribution: str) -> Any:
    """Return a loaded entry under the name by which a package offers it."""
    if isinstance(entry, SegmentFunction):
        signature = attrs.evolve(entry.signature, name=name)
        return attrs.evolve(entry, signature=signature, distribution=distribution)
    if isinstance(entry, Segment):
        return attrs.evolve(entry, name=name)
    return attrs.evolve(entry, name=name, distribution=distribution)


def _owner(point: EntryPoint) -> str:
    return "an unknown package" if point.dist is None else point.dist.name
