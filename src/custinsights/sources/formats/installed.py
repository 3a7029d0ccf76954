"""Which formats do other distributions add? Looked up when a name or a header asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points

import attrs

from custinsights.errors import PlugInFailed
from custinsights.sources.formats.declaration import OrderFormat

GROUP = "custinsights.formats"
"""The entry point group under which other distributions add formats."""

GENERIC = "generic"
"""The name of any table whose columns are told."""


def installed_names() -> list[str]:
    """List the names of the formats that other distributions declare, and load none of them."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def installed_format(name: str, shipped: Mapping[str, OrderFormat]) -> OrderFormat | None:
    """Load the format that a distribution adds under a name; None where none does.

    Raises
    ------
    PlugInFailed
        It does not load, is no format, or several distributions bring one of this name; its name
        or its headers are those of a shipped one.
    """
    points = [point for point in entry_points(group=GROUP) if point.name == name]
    return _loaded(points, shipped) if points else None


def installed_formats(
    shipped: Mapping[str, OrderFormat],
) -> tuple[list[OrderFormat], list[PlugInFailed]]:
    """Load every format that distributions add; return them, and why others cannot be used."""
    found: list[OrderFormat] = []
    failed: list[PlugInFailed] = []
    by_name: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        by_name.setdefault(point.name, []).append(point)
    for _, points in sorted(by_name.items()):
        try:
            found.append(_loaded(points, shipped))
        except PlugInFailed as error:
            failed.append(error)
    return found, failed


def hidden_by(format: OrderFormat, shipped: Mapping[str, OrderFormat]) -> str | None:
    """Return the shipped format that each file of a format would be taken for, None without one."""
    own = sorted(format.recognised_by)
    return next((name for name, one in shipped.items() if one.recognises(own)), None)


def _loaded(points: Sequence[EntryPoint], shipped: Mapping[str, OrderFormat]) -> OrderFormat:
    """Load the format of one name."""
    name = points[0].name
    owners = " and ".join(sorted({_owner(point) for point in points}))
    if name in shipped or name == GENERIC:
        raise PlugInFailed(name, owners, "a format of custinsights has this name")
    if len(points) > 1:
        raise PlugInFailed(name, owners, "several distributions bring a format of this name")
    try:
        loaded = points[0].load()
    except (Exception, SystemExit) as error:
        told = f"{type(error).__name__}: {error}"
        raise PlugInFailed(name, owners, f"it does not load ({told})") from error
    if not isinstance(loaded, OrderFormat):
        raise PlugInFailed(name, owners, f"it is no OrderFormat but a {type(loaded).__name__}")
    like = hidden_by(loaded, shipped)
    if like is not None:
        told = f"the headers that it is recognised by are those of {like!r}, which comes first"
        raise PlugInFailed(name, owners, told)
    return attrs.evolve(loaded, name=name)


def _owner(point: EntryPoint) -> str:
    return "an unknown package" if point.dist is None else point.dist.name
