"""For whom does a condition hold for certain, and for whom perhaps?"""

from collections.abc import Iterable
from typing import Any, Final

import attrs
from sqlalchemy import ColumnElement, and_, false, or_, true

__all__ = ["NOBODY", "OPEN", "SOMEBODY", "Bounds", "all_hold", "exactly", "one_holds"]


@attrs.frozen(eq=False)
class Bounds:
    """Two conditions of a database about a person: who fulfils the first fulfils the second.

    Both may be NULL, which is as good as false: they are only ever joined by AND and OR.
    """

    sure: ColumnElement[bool]
    perhaps: ColumnElement[bool]


OPEN: Final = Bounds(false(), true())
"""Nothing is known."""
NOBODY: Final = Bounds(false(), false())
SOMEBODY: Final = Bounds(true(), true())
"""It never holds, and it always does."""


def exactly(condition: Any) -> Bounds:
    """Return the bounds of what the database knows."""
    return Bounds(condition, condition)


def all_hold(parts: Iterable[Bounds]) -> Bounds:
    """Return the bounds of several conditions together."""
    told = [*parts]
    return Bounds(and_(*(one.sure for one in told)), and_(*(one.perhaps for one in told)))


def one_holds(parts: Iterable[Bounds]) -> Bounds:
    """Return the bounds of one of several conditions, or more."""
    told = [*parts]
    return Bounds(or_(*(one.sure for one in told)), or_(*(one.perhaps for one in told)))
