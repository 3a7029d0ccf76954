"""What does a funnel say where a cube of metrics would ask its history again?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import attrs

from custinsights.errors import CannotAsk
from custinsights.results.cube import Cube


@attrs.frozen
class NotAsking:
    """What a funnel says where a cube would ask its history again: how to ask for a finer one."""

    def __call__(self, *_args: Any, **_labels: Any) -> NoReturn:
        """Refuse to be asked."""
        _refuse("ask")

    def drill(self, *_args: Any) -> NoReturn:
        """Refuse a finer dimension."""
        _refuse("drill")

    def rows(self, _cube: Cube, stream: str, *_args: Any) -> NoReturn:
        """Refuse the orders, or the activities."""
        _refuse(stream)

    def without(self, *_args: Any) -> NoReturn:
        """Refuse a coarser question."""
        _refuse("without")

    def since(self, cube: Cube, _periods: int) -> Cube:
        """Return all cells that there are."""
        return cube.finish(cube.state) if cube.is_slice else cube

    def within(self, labels: Mapping[str, Any]) -> NotAsking:  # noqa: ARG002 - as others do
        """Return the same of some cells."""
        return self


def _refuse(what: str) -> NoReturn:
    raise CannotAsk(
        what,
        advice="Call funnel(...) once more with another by= or window=; for orders in cells ask "
        "measure(...).orders(...)",
        reason="a funnel counts people on their way, which no cell of it tells",
    )
