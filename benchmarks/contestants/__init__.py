"""Who answers? One module per library, each in the code that an expert of it would write.

No contestant assumes that the rows lie in time order. Where an expert would hesitate between two
formulations both are here, and the faster one counts.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from benchmarks.questions import Answer
from benchmarks.shop import Shop

NAMES = ("custinsights", "polars", "duckdb", "pandas")
"""The contestants of every comparison; ours first, since the others are held to its answers."""


@attrs.frozen(eq=False)
class Contestant:
    """One library and its ways to answer.

    Parameters
    ----------
    name
        The library's name.
    prepare
        Turns a shop into what the library works on; not timed.
    ways
        For each part its formulations; each takes the prepared data, or what the last build made.
    plain
        Turns a part's native result into an `Answer`; not timed.
    builds
        What custinsights does once before it answers, from several inputs: the last one's history
        is asked. The others build nothing.
    """

    name: str
    prepare: Callable[[Shop], Any]
    ways: Mapping[str, tuple[Callable[[Any], Any], ...]]
    plain: Callable[[str, Any], Answer]
    builds: Callable[[Any], Mapping[str, Callable[[], Any]]] = lambda _: {}

    def ready(self, shop: Shop) -> Any:
        """Return what the formulations take, prepared and built."""
        data = self.prepare(shop)
        for build in self.builds(data).values():
            data = build()
        return data


def contestant(name: str) -> Contestant:
    """Return a contestant; its library is imported only now."""
    found: Contestant = importlib.import_module(f"benchmarks.contestants.with_{name}").CONTESTANT
    return found
