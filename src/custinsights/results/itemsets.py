"""What is bought together? Sets of things with the orders that hold them, rules and bundles."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from itertools import combinations
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.fields import as_tuple, looked_up, whole_number
from custinsights.errors import InvalidValue
from custinsights.results.door import Presented
from custinsights.results.freezing import frozen_array, same_array
from custinsights.results.intervals import SMALL, wilson
from custinsights.results.provenance import Provenance
from custinsights.results.shares import shares
from custinsights.results.table import Column, Table

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
Label: TypeAlias = str | int

BETWEEN = " + "
_PAIR = 2


@attrs.frozen(eq=False, repr=False, kw_only=True, slots=False)
class Itemsets(Presented):
    """Sets of things that lie together in many orders; `table` shows those of two or more.

    Parameters
    ----------
    by
        What things are: ``product``, ``category``.
    labels
        Of every thing that was bought, ascending.
    parents
        int64[m], the place of each set without its last thing, -1 for a single thing.
    items
        int64[m], the place of its last thing in `labels`. Sets come by size, then ascending.
    orders
        int64[m], how many orders hold all of it.
    baskets
        How many orders there are.
    longest
        How many things a set has at most.
    """

    by: str
    labels: tuple[Label, ...]
    parents: IntArray = attrs.field(converter=frozen_array)
    items: IntArray = attrs.field(converter=frozen_array)
    orders: IntArray = attrs.field(converter=frozen_array)
    baskets: int
    longest: int
    provenance: Provenance

    def __len__(self) -> int:
        """Return the number of sets, single things among them."""
        return len(self.items)

    def __eq__(self, other: object) -> bool:
        """Tell whether two hold the same sets of the same orders."""
        if not isinstance(other, Itemsets):
            return NotImplemented
        plain = ("by", "labels", "baskets", "longest", "provenance")
        return all(getattr(self, name) == getattr(other, name) for name in plain) and all(
            same_array(getattr(self, name), getattr(other, name))
            for name in ("parents", "items", "orders")
        )

    @property
    def sets(self) -> list[tuple[Label, ...]]:
        """The things of every set, in ascending order of the labels."""
        found: list[tuple[Label, ...]] = []
        for parent, item in zip(self.parents.tolist(), self.items.tolist(), strict=True):
            found.append((*(found[parent] if parent >= 0 else ()), self.labels[item]))
        return found

    def orders_with(self, things: Label | Iterable[Label]) -> int:
        """Return how many orders hold all of some things.

        Raises
        ------
        UnknownName
            If a thing was never bought.
        InvalidValue
            If they are too rare together, or too many, to be among the sets.
        """
        wanted = (things,) if isinstance(things, str | int) else as_tuple(things)
        node = self._node_of(wanted)
        if node < 0:
            raise InvalidValue(
                what="these things are not among the sets that were found",
                given=_told(wanted),
                allowed="things that are bought together often enough, and not too many",
                advice="Ask for baskets with a smaller least_support, or a larger longest",
            )
        return int(self.orders[node])

    def table(self) -> Table:
        """Return a row per set of two things or more, those of most orders first.

        ``orders`` hold all of it; ``support`` is their share of all orders, with its Wilson 95 %
        bounds; ``lift`` is support ÷ the product of the supports of the single things, so what is
        to be expected if they had nothing to do with each other; ``small`` marks fewer than 30
        orders.
        """
        return self._shown(np.flatnonzero(self.parents >= 0), "bought together")

    def singles(self) -> Table:
        """Return a row per single thing, those of most orders first."""
        return self._shown(np.flatnonzero(self.parents < 0), "bought often")

    def _shown(self, rows: IntArray, what: str) -> Table:
        rows = rows[np.argsort(-self.orders[rows], kind="stable")]
        names, orders = self.sets, self.orders[rows]
        low, high = wilson(orders, np.full(len(rows), self.baskets))
        sizes = np.array([len(names[row]) for row in rows], dtype=np.int64)
        return Table(
            f"{what}, by {self.by}",
            [
                Column("together", "label", [_told(names[row]) for row in rows]),
                Column("size", "count", sizes),
                Column("orders", "count", orders, unit="orders"),
                Column("support", "share", shares(orders, self.baskets)),
                Column("low", "share", low),
                Column("high", "share", high),
                Column("lift", "number", self._lifts[rows]),
                Column("small", "flag", orders < SMALL),
            ],
            notes=self._notes(),
            timezone=self.provenance.calendar.timezone,
        )

    def bundles(self, *, least_lift: float = 1.0) -> Table:
        """Return the sets that more orders hold than are to be expected, by how many more.

        Returns
        -------
        Table
            ``expected`` are the orders with all of it if the things had nothing to do with each
            other (all orders × the product of their supports) and ``extra`` the orders beyond
            that, the most first; ``cohesion`` is the share of the orders with the commonest thing
            that hold all (all-confidence): near 1 hardly any is bought without the others.
            A set that is part of a larger one with as many orders is left out: who takes it takes
            the larger one.

        References
        ----------
        Omiecinski, E. R. (2003). Alternative interest measures for mining associations in
        databases. IEEE Transactions on Knowledge and Data Engineering 15, 57-69.
        """
        lifts, commonest = self._lifts, self._of_one.copy()
        for rows in self._levels[1:]:
            commonest[rows] = np.maximum(commonest[rows], commonest[self.parents[rows]])
        rows = np.flatnonzero(
            (self.parents >= 0) & ~self._is_within & (lifts > _number("lift", least_lift))
        )
        extra = self.orders - self.orders / lifts
        rows = rows[np.argsort(-extra[rows], kind="stable")]
        names, orders = self.sets, self.orders[rows]
        return Table(
            f"bundles, by {self.by}",
            [
                Column("bundle", "label", [_told(names[row]) for row in rows]),
                Column("orders", "count", orders, unit="orders"),
                Column("expected", "number", (orders - extra[rows]), unit="orders"),
                Column("extra", "number", extra[rows], unit="orders"),
                Column("lift", "number", lifts[rows]),
                Column("cohesion", "share", shares(orders, commonest[rows])),
                Column("small", "flag", orders < SMALL),
            ],
            notes=self._notes(),
            timezone=self.provenance.calendar.timezone,
        )

    def rules(
        self,
        *,
        least_confidence: float = 0.0,
        least_lift: float = 0.0,
        bought: Label | Iterable[Label] | None = None,
        most_consequents: int = 1,
    ) -> Table:
        """Return what else is in the orders that hold some things: association rules.

        Parameters
        ----------
        least_confidence, least_lift
            Leave out rules of less.
        bought
            Only rules of those who bought just this: a thing or several; default: all.
        most_consequents
            How many things a rule foretells at most.

        Returns
        -------
        Table
            One row per rule, the highest lift first. Of ``n`` orders with all of ``bought`` so many
            (``orders``) hold all of ``also``: ``support`` is their share of all orders,
            ``confidence`` their share of n with its Wilson 95 % bounds, ``expected`` the share of
            all orders that hold ``also``. ``lift`` = confidence ÷ expected. ``leverage`` = support
            less the product of the shares of ``bought`` and ``also``. ``conviction`` = (1 -
            expected) ÷ (1 - confidence), missing where confidence is 1. ``small`` marks n under 30.
            Orders are treated as independent, though one customer may place several.

        References
        ----------
        Agrawal, R., Imielinski, T. and Swami, A. (1993). Mining association rules between sets of
        items in large databases. Proceedings of ACM SIGMOD, 207-216. Brin, S., Motwani, R., Ullman,
        J. D. and Tsur, S. (1997). Dynamic itemset counting and implication rules for market basket
        data. Proceedings of ACM SIGMOD, 255-264. Piatetsky-Shapiro, G. (1991). Discovery, analysis
        and presentation of strong rules.
        """
        most = whole_number("the number of things that follow is wrong", most_consequents, 1)
        whole, first, then = self._splits(most)
        if bought is not None:
            wanted = (bought,) if isinstance(bought, str | int) else as_tuple(bought)
            chosen = np.flatnonzero(first == self._node_of(wanted))
            whole, first, then = whole[chosen], first[chosen], then[chosen]
        return self._rules(
            whole, first, then, _number("confidence", least_confidence), _number("lift", least_lift)
        )

    def complements(self, thing: Label | None = None) -> Table:
        """Return what goes with a thing beyond chance: rules of two whose interval lies above it.

        Parameters
        ----------
        thing
            With what; default: with anything.

        Returns
        -------
        Table
            The `rules` from one thing to one other of which even the lower bound of the confidence
            is above the share of all orders that hold the other.
        """
        whole, first, then = self._splits(1)
        is_pair = self.parents[first] < 0
        if thing is not None:
            is_pair &= first == self._node_of((thing,))
        low, _ = wilson(self.orders[whole], self.orders[first])
        chosen = np.flatnonzero(is_pair & (low > shares(self.orders[then], self.baskets)))
        return self._rules(whole[chosen], first[chosen], then[chosen], 0.0, 0.0)

    def _rules(
        self,
        whole: IntArray,
        first: IntArray,
        then: IntArray,
        least_confidence: float,
        least_lift: float,
    ) -> Table:
        both, n, others = (self.orders[rows] for rows in (whole, first, then))
        lift = (both * self.baskets) / (n * others)  # one division of whole numbers: ties stay ties
        kept = np.flatnonzero((both / n >= least_confidence) & (lift >= least_lift))
        kept = kept[np.lexsort((then[kept], first[kept], -both[kept], -lift[kept]))]
        both, n, others = both[kept], n[kept], others[kept]
        names, (low, high) = self.sets, wilson(both, n)
        support, expected = shares(both, self.baskets), shares(others, self.baskets)
        never = np.where(both < n, (n - both) / n, np.nan)
        return Table(
            f"what else lies in the orders, by {self.by}",
            [
                Column("bought", "label", [_told(names[row]) for row in first[kept]]),
                Column("also", "label", [_told(names[row]) for row in then[kept]]),
                Column("n", "count", n, unit="orders"),
                Column("orders", "count", both, unit="orders"),
                Column("support", "share", support),
                Column("confidence", "share", both / n),
                Column("low", "share", low),
                Column("high", "share", high),
                Column("expected", "share", expected),
                Column("lift", "number", lift[kept]),
                Column("leverage", "number", support - shares(n, self.baskets) * expected),
                Column("conviction", "number", (1 - expected) / never),
                Column("small", "flag", n < SMALL),
            ],
            notes=self._notes(),
            timezone=self.provenance.calendar.timezone,
        )

    def _notes(self) -> tuple[str, ...]:
        return (f"Of {self.baskets:,} orders.", *self.provenance.notes())

    def _node_of(self, things: tuple[Label, ...]) -> int:
        """Return the place of a set, or -2 where it is not among them."""
        table = {str(label): place for place, label in enumerate(self.labels)}
        places = sorted({looked_up(self.by, str(one), table) for one in things})
        node = np.full(1, -1, dtype=np.int64)
        for place in places:
            node, is_there = self._child(node, np.array([place]))
            if not is_there[0]:
                return -2
        return int(node[0])

    def _child(self, parents: IntArray, items: IntArray) -> tuple[IntArray, npt.NDArray[np.bool_]]:
        """Return the places of sets with one thing more, and which of them there are."""
        wanted = (parents + 1) * len(self.labels) + items
        at = np.minimum(np.searchsorted(self._keys, wanted), max(len(self) - 1, 0))
        is_there = self._keys[at] == wanted if len(self) else np.zeros(len(wanted), np.bool_)
        return at, is_there

    @cached_property
    def _keys(self) -> IntArray:
        """Ascending: sets come by size and then in order, and so do their parents."""
        keys: IntArray = (self.parents + 1) * len(self.labels) + self.items
        return keys

    @cached_property
    def _levels(self) -> list[IntArray]:
        """The places of all sets of one thing, of two, of three, and so on."""
        levels = [np.flatnonzero(self.parents < 0)]
        while len(rows := levels[-1]):
            inside = (self.parents >= rows[0]) & (self.parents <= rows[-1])
            levels.append(np.flatnonzero(inside))
        return levels

    @property
    def _of_one(self) -> IntArray:
        """The orders with the last thing of every set."""
        alone = self._levels[0]
        orders = np.zeros(len(self.labels), dtype=np.int64)
        orders[self.items[alone]] = self.orders[alone]
        found: IntArray = orders[self.items]
        return found

    @property
    def _lifts(self) -> FloatArray:
        """Support ÷ the product of the supports of the single things."""
        due = shares(self._of_one, self.baskets)
        for rows in self._levels[1:]:
            due[rows] *= due[self.parents[rows]]
        return shares(self.orders, self.baskets) / due

    @property
    def _is_within(self) -> npt.NDArray[np.bool_]:
        """Which sets are part of a larger one that as many orders hold."""
        within = np.zeros(len(self), dtype=np.bool_)
        whole, first, _ = self._splits(1)
        within[first[self.orders[first] == self.orders[whole]]] = True
        return within

    def _splits(self, most: int) -> tuple[IntArray, IntArray, IntArray]:
        """Return the places of sets, of a part of each, and of the rest, of at most so many.

        Every part of a frequent set is one, so that it is found by its things, one after another.
        """
        found = [np.empty((3, 0), dtype=np.int64)]
        things = self.items[self._levels[0]][:, None]
        for rows, fewer in zip(self._levels[1:], self._levels, strict=False):
            before = self.parents[rows] - fewer[0] if len(rows) else rows
            things = np.hstack([things[before], self.items[rows][:, None]])
            size = things.shape[1]
            for many in range(1, min(most, size - 1) + 1):
                for then in combinations(range(size), many):
                    first = [place for place in range(size) if place not in then]
                    parts = [np.full(len(rows), -1), np.full(len(rows), -1)]
                    for part, places in enumerate((first, then)):
                        for place in places:
                            parts[part], _ = self._child(parts[part], things[:, place])
                    found.append(np.stack([rows, *parts]))
        whole, first_places, then_places = np.concatenate(found, axis=1)
        return whole, first_places, then_places


def _told(things: tuple[Label, ...]) -> str:
    return BETWEEN.join(map(str, things))


def _number(what: str, given: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not given >= 0:
        raise InvalidValue(f"the least {what} is wrong", given, "a number from 0 up")
    return float(given)
