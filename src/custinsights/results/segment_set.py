"""Who belongs where? Customers in named segments, which may overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.fields import looked_up
from custinsights.domain.segments import SegmentEvent, segment_named
from custinsights.errors import CannotAsk, InvalidValue, counted
from custinsights.results.across import laid_across
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Pictured
from custinsights.results.freezing import frozen_array, same_array
from custinsights.results.metric_column import MetricColumn
from custinsights.results.segment_changes import SegmentChanges
from custinsights.results.shares import shares
from custinsights.results.table import Column, Table

IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

SPENT, ORDERS, DAYS = "total_spent", "order_count", "days_since_last_order"


class AskSegments(Protocol):
    """How a set asks its history again; analyses supply one."""

    def cuts(self, as_of: Any) -> Any:
        """Return what the population says at an instant."""

    def diff(self, first: Any, second: Any, cuts: Any) -> SegmentChanges:
        """Return who moved between two instants."""

    def over(self, dates: Iterable[Any], cuts: Any) -> Table:
        """Return the segments at every date."""

    def events(self, dates: Iterable[Any], cuts: Any) -> Iterator[SegmentEvent]:
        """Return who entered and left between the dates."""


class Sizes(dict[str, int]):
    """Segment name -> number of customers; also found by spaced name and in any case.

    Parameters
    ----------
    space
        What the names belong to.
    none
        How many customers are in no segment.

    Examples
    --------
    >>> sizes = Sizes({"VIP": 433, "Casual": 594}, space="value")
    >>> sizes["value:vip"], sizes["casual"]
    (433, 594)
    """

    def __init__(
        self,
        sizes: Iterable[tuple[str, int]] | Mapping[str, int] = (),
        space: str = "",
        none: int = 0,
    ) -> None:
        super().__init__(sizes)
        self.space = space
        self.none = none

    def __missing__(self, name: str) -> int:
        """Find a segment under another spelling of its name."""
        return self[segment_named(name, tuple(self), self.space)]


def membership_of(codes: IntArray, segments: int) -> BoolArray:
    """Return the membership of customers of whom each is in one segment at most."""
    membership: BoolArray = codes == np.arange(segments)[:, None]
    return membership


@attrs.frozen(eq=False, repr=False, kw_only=True)
class SegmentSet(Pictured):
    """Customers in named segments; shows itself as `table` does.

    Parameters
    ----------
    space
        What the names belong to: ``value``, ``frequency``, ``recency``, ``rfm``, ``lifecycle``;
        empty for segments by rules of one's own.
    names
        The segments, in order: of built-in ones from the best to the worst.
    customers
        One row per customer who was judged, with `total_spent`, `order_count` and
        `days_since_last_order`; where each is in one segment at most the column ``segment`` names
        it, None for none.
    membership
        bool[n, k], whether customer k is in segment n.
    exclusive
        Whether nobody is in two segments.
    """

    space: str
    names: tuple[str, ...]
    customers: CustomerTable
    membership: BoolArray = attrs.field(converter=frozen_array)
    exclusive: bool = True
    ask: AskSegments | None = None

    def __eq__(self, other: object) -> bool:
        """Tell whether two sets put the same customers into the same segments."""
        if not isinstance(other, SegmentSet):
            return NotImplemented
        return (
            (self.space, self.names, self.exclusive, self.customers)
            == (other.space, other.names, other.exclusive, other.customers)
        ) and same_array(self.membership, other.membership)

    @property
    def codes(self) -> IntArray:
        """int64[k], the place of each customer's one segment in `names`, -1 for none."""
        if not self.exclusive:
            raise InvalidValue(
                what="the segments overlap, so that a customer has not one of them",
                given=", ".join(self.names),
                allowed="segments of which each customer is in one at most",
                advice="segments(..., exclusive=True) takes the first that fits",
            )
        codes: IntArray = np.full(len(self.customers), -1, dtype=np.int64)
        for place, inside in enumerate(self.membership):
            codes[inside] = place
        return codes

    @property
    def sizes(self) -> Sizes:
        """Segment name -> how many customers, in the order of `names`; ``.none`` are in none."""
        return Sizes(
            zip(self.names, self.membership.sum(axis=1).tolist(), strict=True),
            space=self.space,
            none=int((~self._is_placed).sum()) - self.excluded,
        )

    @property
    def _is_placed(self) -> BoolArray:
        placed: BoolArray = np.logical_or.reduce(self.membership, axis=0)
        return placed

    @property
    def _is_judged(self) -> BoolArray:
        """Who is part of the whole: all but the excluded."""
        if "excluded" not in self.customers.columns:
            return np.ones(len(self.customers), dtype=np.bool_)
        return ~self.customers.column("excluded").values

    @property
    def excluded(self) -> int:
        """How many customers were excluded beforehand; they are no part of the whole."""
        return int((~self._is_judged).sum())

    def mask(self, name: str) -> BoolArray:
        """Return who is in a segment, as bool[k] over the rows of `customers`."""
        mask: BoolArray = self.membership[self._place(name)]
        return mask

    def members(self, name: str) -> CustomerTable:
        """Return the customers of a segment, by name or spaced name (``value:vip``)."""
        return self.customers.take(np.flatnonzero(self.mask(name)))

    def _place(self, name: str) -> int:
        return self.names.index(segment_named(name, self.names, self.space))

    def table(self) -> Table:
        """Return one row per segment: how many they are, what they spent, how long ago.

        ``customers`` and their ``share`` of all who were judged; ``total_spent`` and its share of
        what all of these spent (missing where that is not positive); ``orders``; the median of
        ``days_since_last_order`` of those who ordered; and ``average_order_value``, which is
        total_spent ÷ orders of the segment (a quotient of sums, never a mean of means; missing
        without orders). Segments that overlap have shares that come
        to more than 1.
        """
        spent = self.customers.column(SPENT)
        judged = self._is_judged
        people, money, orders = (
            np.array([int(values[inside].sum()) for inside in self.membership], dtype=np.int64)
            for values in (judged, spent.values, self.customers.column(ORDERS).values)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            value = money / float(10**spent.exponent) / orders
        whole = int(spent.values[judged].sum())
        days = self.customers.column(DAYS).values
        as_money: dict[str, Any] = {"unit": spent.unit, "exponent": spent.exponent}
        return Table(
            self.title,
            [
                Column("segment", "label", list(self.names)),
                Column("customers", "count", people),
                Column("share", "share", shares(people, int(judged.sum()))),
                Column(SPENT, "money", money, **as_money),
                Column("share_of_spent", "share", shares(money, whole)),
                Column("orders", "count", orders),
                Column(
                    f"median_{DAYS}",
                    "number",
                    np.array([_median(days[inside]) for inside in self.membership], dtype=float),
                    unit="days",
                ),
                Column(
                    "average_order_value",
                    "number",
                    np.where(orders > 0, value, np.nan),
                    unit=spent.unit,
                ),
            ],
            notes=self._notes(),
            timezone=self.customers.provenance.calendar.timezone,
        )

    @property
    def title(self) -> str:
        """What the rows say."""
        return f"{self.space} segments".strip()

    def _notes(self) -> list[str]:
        notes = list(self.customers.provenance.notes())
        if self.excluded:
            notes.append(f"{counted(self.excluded, 'customer')} excluded.")
        if self.sizes.none:
            notes.append(f"{counted(self.sizes.none, 'person', 'people')} in none of the segments.")
        twice = int((self.membership.sum(axis=0) > 1).sum())
        if twice:
            notes.append(f"{counted(twice, 'person', 'people')} in several of the segments.")
        return notes

    def overlap(self, what: str = "customers") -> Table:
        """Return, for every two segments, how many customers are in both.

        Parameters
        ----------
        what
            ``"customers"``, or ``"share"``: those in both ÷ those in the segment of the row,
            missing where nobody is.
        """
        count = len(self.names)
        both = np.array(
            [(self.membership & inside).sum(axis=1) for inside in self.membership], dtype=np.int64
        ).reshape(count * count)
        sizes = np.repeat(self.membership.sum(axis=1), count)
        columns = {
            "customers": (both.astype(float), both, None, "count"),
            "share": (shares(both, sizes), both, sizes, "share"),
        }
        values, above, below, kind = looked_up("measure of an overlap", what, columns)
        column = MetricColumn(
            name=what, values=values, numerator=above, denominator=below, kind=kind, unit=""
        )
        names = np.array([*self.names, None], dtype=object)[:-1]
        axes = {"segment": np.repeat(names, count), "also": np.tile(names, count)}
        return Table(
            f"{what} of each of the {self.title} who are also in others",
            laid_across(axes, "also", column, np.zeros(count * count, dtype=np.bool_)),
            notes=self._notes(),
            timezone=self.customers.provenance.calendar.timezone,
        )

    def cuts(self, as_of: Any = None) -> Any:
        """Return the `Cuts` of the population at an instant, by which `diff` can judge two alike.

        Parameters
        ----------
        as_of
            Exclusive; default: the end of the observation.
        """
        return self._asked("cuts").cuts(as_of)

    def diff(self, as_of_1: Any, as_of_2: Any, *, cuts: Any = None) -> SegmentChanges:
        """Return who entered, left and stayed between two instants; the history is asked again.

        Parameters
        ----------
        as_of_1, as_of_2
            The two instants, exclusive as ``as_of`` is.
        cuts
            Judge both instants by these, for segments that compare a customer with all others;
            default: each by its own population, unless the set was made with cuts. By its own a
            VIP can fall to Regular because others spent more; by fixed cuts only what customers
            do themselves (and days that go by) moves them.

        Raises
        ------
        CannotAsk
            If the set was saved, merged or sent.
        InvalidValue
            If the second instant comes before the first, or cuts are given to tiers that compare
            nobody.

        Notes
        -----
        Cost: the segments at two instants.
        """
        return self._asked("diff").diff(as_of_1, as_of_2, cuts)

    def over(self, dates: Iterable[Any], *, cuts: Any = None) -> Table:
        """Return the segments at every one of some ascending dates: the rows of `table` by date.

        Parameters
        ----------
        dates
            Instants, each exclusive as ``as_of`` is, ascending.
        cuts
            As in `diff`.

        Notes
        -----
        Cost: the segments at every date.
        """
        return self._asked("over").over(dates, cuts)

    def events(self, dates: Iterable[Any], *, cuts: Any = None) -> Iterator[SegmentEvent]:
        """Yield who entered and who left the segments, from each date to the next.

        The first date is where it begins: those who are in then do not enter. Applied to the
        segments of the first date, the events give those of the last. They come by date, then by
        customer in the order of the ids, who leaves before they enter, then in the order of
        `names`.

        Parameters
        ----------
        dates, cuts
            As in `over`.

        Notes
        -----
        Cost: the segments at every date, two of which are held at a time.
        """
        return self._asked("events").events(dates, cuts)

    def _asked(self, what: str) -> AskSegments:
        if self.ask is None:
            raise CannotAsk(what, "Make the segments once more")
        return self.ask


def _median(values: npt.NDArray[Any]) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")
