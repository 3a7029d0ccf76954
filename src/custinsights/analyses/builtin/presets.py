"""Which segments does every shop ask for, and what may it do with them? Data, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from custinsights.domain.frozen import frozen
from custinsights.domain.segments import Segment

_DATA = tomllib.loads(files(__package__).joinpath("presets.toml").read_text("utf-8"))

BUILT_IN = tuple(Segment(name, **told) for name, told in _DATA["presets"].items())
"""The segments, in the order of the file."""

MADE: Mapping[str, str] = frozen(_DATA["made"])
"""What to do with segments that are made by arguments: name -> action."""

ACTIONS: Mapping[str, str] = frozen(
    {
        f"{space}:{name}": action
        for space, actions in _DATA["actions"].items()
        for name, action in actions.items()
    }
)
"""What to do with the segments that there always are: spaced name -> action."""
