"""Which group does a score triple belong to? Maps from (R, F, M) to named groups."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

import attrs
import numpy as np
from attrs.validators import optional

from custinsights.analyses.customers.cuts import checked_bins
from custinsights.domain.fields import (
    as_tuple,
    instance,
    looked_up,
    members,
    refuse_other,
    text,
)
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray

_SHOWN = 5


def _limits(_box: object, field: attrs.Attribute[Any], value: Any) -> None:
    """A pair of numbers of which the second is not below the first."""
    is_pair = isinstance(value, tuple) and len(value) == 2  # noqa: PLR2004 - from and to
    are_numbers = is_pair and all(isinstance(end, int | float) for end in value)
    if not are_numbers or not value[0] <= value[1]:
        what = f"the limits of {field.name} in a Box are wrong"
        raise InvalidValue(what, value, "a tuple of two numbers, from and to")


@attrs.frozen
class Box:
    """A named block of score triples.

    Parameters
    ----------
    group
        The group that it belongs to; a group may have several boxes.
    r, f, m
        Lowest and highest score, both included; None for any.
    v
        From and below, for V = (F + M) / 2: ``v=(3, 4)`` is 3 ≤ V < 4; None for any.
    """

    group: str = attrs.field(validator=text)
    r: tuple[int, int] | None = attrs.field(default=None, validator=optional(_limits))
    v: tuple[float, float] | None = attrs.field(default=None, validator=optional(_limits))
    f: tuple[int, int] | None = attrs.field(default=None, validator=optional(_limits))
    m: tuple[int, int] | None = attrs.field(default=None, validator=optional(_limits))

    def holds(self, r: int, f: int, m: int) -> bool:
        """Tell whether a triple lies in the box."""
        for score, limits in ((r, self.r), (f, self.f), (m, self.m)):
            if limits is not None and not limits[0] <= score <= limits[1]:
                return False
        return self.v is None or 2 * self.v[0] <= f + m < 2 * self.v[1]


@attrs.frozen(kw_only=True)
class GroupMap:
    """A total and disjoint map from score triples to groups, checked when it is made.

    Parameters
    ----------
    name
        What to call it.
    boxes
        The blocks of triples; all bins³ cells are enumerated.
    bins
        How many scores there are.
    fallback
        The group of the cells in no box; without one every cell needs a box.

    Raises
    ------
    InvalidValue
        If a cell lies in boxes of several groups, or in none without a fallback: the offending
        cells are named.
    """

    name: str = attrs.field(validator=text)
    boxes: tuple[Box, ...] = attrs.field(converter=as_tuple, validator=members(instance(Box)))
    bins: int = attrs.field(default=5, converter=checked_bins)
    fallback: str | None = attrs.field(default=None, validator=optional(text))
    table: AnyArray = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        places = {group: place for place, group in enumerate(self.groups)}
        table = np.zeros((self.bins,) * 3, dtype=np.int64)
        none, several = [], []
        for r, f, m in product(range(1, self.bins + 1), repeat=3):
            held = {box.group for box in self.boxes if box.holds(r, f, m)}
            if len(held) > 1:
                several.append((r, f, m))
            if not held and self.fallback is None:
                none.append((r, f, m))
            group = min(held) if held else self.fallback
            table[r - 1, f - 1, m - 1] = places.get(group or "", 0)
        if several:
            self._refuse("gives some score triples to several groups", several)
        if none:
            self._refuse("gives some score triples to no group", none)
        table.flags.writeable = False
        object.__setattr__(self, "table", table)

    def _refuse(self, what: str, cells: list[tuple[int, int, int]]) -> None:
        shown = ", ".join(map(str, cells[:_SHOWN])) + (" ..." if len(cells) > _SHOWN else "")
        raise InvalidValue(
            what=f"the group map {self.name!r} {what}",
            given=f"{len(cells)} of {self.bins**3} cells (R, F, M): {shown}",
            allowed="exactly one group for every cell",
            advice="change the boxes, or name a fallback group",
        )

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups in the order of their first box, the fallback last."""
        named: Iterable[str] = (box.group for box in self.boxes)
        last = () if self.fallback is None else (self.fallback,)
        return tuple(dict.fromkeys((*named, *last)))

    def codes(self, r: AnyArray, f: AnyArray, m: AnyArray) -> AnyArray:
        """Return the place in `groups` of every score triple."""
        for scores in (r, f, m):
            if scores.size and not 1 <= scores.min() <= scores.max() <= self.bins:
                raise InvalidValue(
                    what=f"the group map {self.name!r} has no such scores",
                    given=f"{scores.min()} to {scores.max()}",
                    allowed=f"1 to {self.bins}",
                )
        cells = ((r - 1) * self.bins + (f - 1)) * self.bins + (m - 1)
        codes: AnyArray = self.table.ravel().take(cells)
        return codes


FIVE = GroupMap(
    name="five",
    boxes=(
        Box("Champions", r=(4, 5), v=(4, 6)),
        Box("Loyal", r=(4, 5), v=(3, 4)),
        Box("Loyal", r=(3, 3), v=(3, 6)),
        Box("Potential", r=(3, 5), v=(0, 3)),
        Box("At Risk", r=(2, 2), v=(3, 6)),
        Box("Lost", r=(1, 1), v=(3, 6)),
        Box("Dormant", r=(1, 2), v=(0, 3)),
    ),
)
"""Champions, Loyal, Potential, At Risk, Lost, and Dormant for who was never of much value."""

ELEVEN = GroupMap(
    name="eleven",
    boxes=(
        Box("Champions", r=(4, 5), v=(4, 6)),
        Box("Loyal", r=(4, 5), v=(3, 4)),
        Box("Loyal", r=(3, 3), v=(4, 6)),
        Box("Potential loyalist", r=(4, 5), v=(2, 3)),
        Box("New", r=(5, 5), v=(0, 2)),
        Box("Promising", r=(4, 4), v=(0, 2)),
        Box("Needs attention", r=(3, 3), v=(2, 4)),
        Box("About to sleep", r=(3, 3), v=(0, 2)),
        Box("At risk", r=(2, 2), v=(3, 6)),
        Box("At risk", r=(1, 1), v=(3, 4)),
        Box("Can't lose", r=(1, 1), v=(4, 6)),
        Box("Hibernating", r=(2, 2), v=(0, 3)),
        Box("Lost", r=(1, 1), v=(0, 3)),
    ),
)
"""The eleven groups of the trade."""

PRESETS = {"five": FIVE, "eleven": ELEVEN}


def group_map(given: str | GroupMap | None, bins: int) -> GroupMap | None:
    """Return the map that is meant: a preset's, the map given, or the default for five bins."""
    if given is None:
        return FIVE if bins == FIVE.bins else None
    found = looked_up("group map", given, PRESETS) if isinstance(given, str) else given
    refuse_other(GroupMap, "the group map", found)
    if found.bins != bins:
        raise InvalidValue(
            what=f"the group map {found.name!r} is made for another number of scores",
            given=f"bins={bins}",
            allowed=f"bins={found.bins}",
            advice="make a GroupMap with as many bins",
        )
    return found
