"""What does one report ask, and whom? The history, and answers that several sections want."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import attrs

from custinsights.history.orders import OrderHistory

__all__ = ["Inquiry"]

Told = TypeVar("Told")


@attrs.frozen(eq=False)
class Inquiry:
    """One report on a history: every section asks it, and what two of them want is asked once.

    Parameters
    ----------
    history : OrderHistory
        Of what the report is.
    """

    history: OrderHistory
    _told: dict[Callable[[OrderHistory], Any], Any] = attrs.field(factory=dict, init=False)

    def once(self, ask: Callable[[OrderHistory], Told]) -> Told:
        """Return what a function says of the history, asked by the first section that wants it."""
        if ask not in self._told:
            self._told[ask] = ask(self.history)
        return cast("Told", self._told[ask])
