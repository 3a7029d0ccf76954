"""What becomes of a change that rests on what is there, where others are quicker?"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final, TypeVar

from custinsights.errors import StaleWrite
from custinsights.repositories.protocols import Store, UnitOfWork

__all__ = ["written"]

T = TypeVar("T")

TIMES: Final = 100
"""How often a change is made anew; each time somebody else has got on."""


def written(store: Store, change: Callable[[UnitOfWork], T], *, at: datetime | None = None) -> T:
    """Make a change that reads by itself all that it rests on, and return what it returns.

    Where others have changed it meanwhile, it is made anew on what they left: it is for changes of
    which the caller has read nothing before, such as a note with a number of its own.

    Parameters
    ----------
    store, at
        Where, and the instant that the change bears.
    change : callable
        Reads and writes in a unit of work of its own, each time from the beginning.

    Raises
    ------
    StaleWrite
        Others were quicker a hundred times.
    """
    for _ in range(TIMES):
        with suppress(StaleWrite), store.begin(at=at) as work:
            return change(work)
    with store.begin(at=at) as work:
        return change(work)
