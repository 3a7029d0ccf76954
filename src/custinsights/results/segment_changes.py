"""Who moved between segments from one instant to another, and with how much money?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.fields import looked_up
from custinsights.domain.segments import NOT_YET_KNOWN, NOWHERE, segment_named
from custinsights.errors import InvalidValue
from custinsights.results.across import laid_across
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.freezing import frozen_array
from custinsights.results.metric_column import MetricColumn
from custinsights.results.shares import shares
from custinsights.results.table import Column, Table

IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

SPENT = "total_spent"


@attrs.frozen(eq=False, repr=False, kw_only=True)
class SegmentChanges(Presented):
    """The segments of the same customers at two instants; shows itself as `table` does.

    Parameters
    ----------
    space
        What the names belong to; see `SegmentSet`.
    names
        The segments, in order.
    exclusive
        Whether nobody is in two segments.
    people
        One row per person known at the later instant, with the `total_spent` of then.
    before, after
        bool[n, k], whether person k is in segment n at either instant.
    was_known
        bool[k], who was known at the earlier instant.

    Notes
    -----
    All money is the total spent as of the later instant, by those who moved: before and after are
    then of the same money, and the flows sum to it.
    """

    space: str
    names: tuple[str, ...]
    exclusive: bool
    people: CustomerTable
    before: BoolArray = attrs.field(converter=frozen_array)
    after: BoolArray = attrs.field(converter=frozen_array)
    was_known: BoolArray = attrs.field(converter=frozen_array)

    def __eq__(self, other: object) -> bool:
        """Tell whether the same customers moved in the same way."""
        if not isinstance(other, SegmentChanges):
            return NotImplemented
        return (self.names, self.exclusive, self.people) == (
            other.names,
            other.exclusive,
            other.people,
        ) and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("before", "after", "was_known")
        )

    @property
    def title(self) -> str:
        """What the segments are called."""
        return f"{self.space} segments".strip()

    @property
    def entered(self) -> Mapping[str, int]:
        """Segment -> how many are in it who were not, the newly known among them."""
        return self._counts("entered")

    @property
    def left(self) -> Mapping[str, int]:
        """Segment -> how many were in it and are no more."""
        return self._counts("left")

    @property
    def stayed(self) -> Mapping[str, int]:
        """Segment -> how many were in it and are."""
        return self._counts("stayed")

    def _who(self, how: str) -> BoolArray:
        """bool[n, k], who entered, left or stayed."""
        ways = {
            "entered": ~self.before & self.after,
            "left": self.before & ~self.after,
            "stayed": self.before & self.after,
        }
        return looked_up("way to move", how, ways)

    def _counts(self, how: str) -> dict[str, int]:
        return dict(zip(self.names, self._who(how).sum(axis=1).tolist(), strict=True))

    def members(self, name: str, how: str = "entered") -> CustomerTable:
        """Return who ``"entered"``, ``"left"`` or ``"stayed"`` in a segment."""
        inside = self._who(how)[self._place(name, self.names)]
        return self.people.take(np.flatnonzero(inside))

    def table(self) -> Table:
        """Return one row per segment: its size before and after, and who made the difference.

        ``before`` − ``left`` + ``entered`` is ``after``; each of them with the money behind it.
        """
        spent = self.people.column(SPENT)
        columns = [
            Column("segment", "label", list(self.names)),
            Column("before", "count", self.before.sum(axis=1)),
            Column("after", "count", self.after.sum(axis=1)),
        ]
        ways = ("entered", "left", "stayed")
        columns += [Column(way, "count", self._who(way).sum(axis=1)) for way in ways]
        for way in ways:
            sums = [int(spent.values[inside].sum()) for inside in self._who(way)]
            columns.append(
                Column(
                    f"{way}_spent",
                    "money",
                    np.array(sums, dtype=np.int64),
                    unit=spent.unit,
                    exponent=spent.exponent,
                )
            )
        return self._table(f"changes of {self.title}", columns)

    def migration(self, what: str = "customers") -> Table:
        """Return how many moved from where (rows) to where (columns), or with how much money.

        Everybody known at the later instant is in one cell. Who fits no segment is in ``none``;
        who was not known at the earlier instant comes from ``not yet known``.

        Parameters
        ----------
        what
            ``"customers"``; ``"total_spent"`` by them; or ``"share"``, of those in the row
            (missing where nobody is).

        Raises
        ------
        InvalidValue
            If the segments overlap, so that one customer moves from several to several.
        """
        before, after = self._codes()
        rows, columns = (*self.names, NOWHERE, NOT_YET_KNOWN), (*self.names, NOWHERE)
        cell = before * len(columns) + after
        spent = self.people.column(SPENT)
        people = np.zeros(len(rows) * len(columns), dtype=np.int64)
        money = np.zeros_like(people)
        for place in range(len(people)):
            inside = cell == place
            people[place], money[place] = inside.sum(), spent.values[inside].sum()
        were = np.repeat(people.reshape(len(rows), -1).sum(axis=1), len(columns))
        one: dict[str, Any] = {"name": what, "unit": "", "denominator": None}
        column = looked_up(
            "measure of a migration",
            what,
            {
                "customers": {"values": people.astype(float), "numerator": people, "kind": "count"},
                SPENT: {
                    "values": money / float(10**spent.exponent),
                    "numerator": money,
                    "kind": "money",
                    "unit": spent.unit,
                    "exponent": spent.exponent,
                },
                "share": {
                    "values": shares(people, were),
                    "numerator": people,
                    "denominator": were,
                    "kind": "share",
                },
            },
        )
        axes = {
            "from": _labels(rows).repeat(len(columns)),
            "to": np.tile(_labels(columns), len(rows)),
        }
        cells = laid_across(
            axes, "to", MetricColumn(**{**one, **column}), np.zeros(len(people), dtype=np.bool_)
        )
        return self._table(f"{what} by {self.title} before and after", cells)

    def customers(self, *, from_: str | None = None, to: str | None = None) -> CustomerTable:
        """Return who is behind a cell of `migration`, or behind a row or column of it.

        Parameters
        ----------
        from_, to
            Segments, ``"none"``, or for `from_` ``"not yet known"``; default: any.
        """
        inside = np.ones(len(self.people), dtype=np.bool_)
        rows = (*self.names, NOWHERE, NOT_YET_KNOWN)
        codes = self._codes()
        for wanted, known, held in zip((from_, to), (rows, rows[:-1]), codes, strict=True):
            if wanted is not None:
                inside &= held == self._place(wanted, known)
        labels = {
            name: Column(name, "label", _labels(rows).take(held))
            for name, held in zip(("from", "to"), codes, strict=True)
        }
        table = attrs.evolve(self.people, columns={**self.people.columns, **labels})
        return table.take(np.flatnonzero(inside))

    def _codes(self) -> tuple[IntArray, IntArray]:
        """Return where each person was and is, as places in the rows of `migration`."""
        if not self.exclusive:
            raise InvalidValue(
                what="the segments overlap, so that one customer moves from several to several",
                given=", ".join(self.names),
                allowed="segments of which each customer is in one at most",
                advice="table() and members(name, how) tell of each segment alone",
            )
        found = []
        for inside in (self.before, self.after):
            codes = np.full(len(self.people), len(self.names), dtype=np.int64)
            for place, one in enumerate(inside):
                codes[one] = place
            found.append(codes)
        found[0][~self.was_known] = len(self.names) + 1
        return found[0], found[1]

    def _place(self, name: str, known: tuple[str, ...]) -> int:
        return known.index(segment_named(name, known, self.space))

    def _table(self, title: str, columns: list[Column]) -> Table:
        provenance = self.people.provenance
        return Table(
            title,
            columns,
            notes=(*provenance.notes(), f"All money is {SPENT} as of the later instant."),
            timezone=provenance.calendar.timezone,
        )


def _labels(names: tuple[str, ...]) -> npt.NDArray[Any]:
    return np.array([*names, None], dtype=object)[:-1]
