"""What is bought together? Baskets of orders, and the sets of things that many of them hold."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.axes import labels_of
from custinsights.analyses.declaring.declarations import Dimension
from custinsights.analyses.measuring.measure import Window
from custinsights.analyses.measuring.measured import check_alike, parts_of, provenance
from custinsights.analyses.measuring.plan import Plan, Question
from custinsights.analyses.products.things import things_bought
from custinsights.domain.fields import instance, refuse_other, whole_number
from custinsights.errors import InvalidValue
from custinsights.history.context import Context
from custinsights.history.facts import BLOCK, Facts, check_history
from custinsights.history.kernels.baskets import BasketCounts, Ragged, baskets_of
from custinsights.history.kernels.itemsets import frequent_sets
from custinsights.history.orders import When
from custinsights.results.itemsets import Itemsets

MOST_SETS = 1_000_000
"""So many sets of things are refused: nobody reads them, and a memory is finite."""


@attrs.frozen(eq=False)
class BasketState:
    """The distinct baskets and how many orders hold each: the mergeable state of `baskets`."""

    question: Question
    context: Context
    baskets: BasketCounts
    parts: frozenset[int | str]

    @property
    def signature(self) -> Mapping[str, object]:
        """What states must share to be merged."""
        return self.question.signature

    def __add__(self, other: BasketState) -> BasketState:
        if not isinstance(other, BasketState):
            return NotImplemented
        check_alike(self, other)
        return attrs.evolve(
            self, baskets=self.baskets + other.baskets, parts=self.parts | other.parts
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BasketState):
            return NotImplemented
        return self.signature == other.signature and self.baskets == other.baskets


def _support(given: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
        raise InvalidValue("the least support is wrong", given, "a share from 0 to 1")
    return float(given)


def _orders(given: Any) -> int:
    return whole_number("the least number of orders is wrong", given, 1)


def _longest(given: Any) -> int:
    return whole_number("the number of things in a set is wrong", given, 1)


@attrs.frozen
class Basketing(Analysis[BasketState, Itemsets]):
    """The analysis behind `baskets`."""

    by: str | Dimension = "product"
    least_support: float = attrs.field(default=0.01, converter=_support)
    least_orders: int = attrs.field(default=2, converter=_orders)
    longest: int = attrs.field(default=3, converter=_longest)
    window: Window = None
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def _question(self, history: Facts) -> Question:
        return things_bought(
            history, self.by, window=self.window, as_of=self.as_of, catalog=self.catalog
        )

    def summarise(self, history: Facts) -> BasketState:
        """Return the mergeable state of a history or of a part of one."""
        check_history(history)
        plan = Plan(self._question(history), history)
        found = self._found(plan)
        while plan.has_grown():
            found = self._found(plan)
        return BasketState(
            plan.question,
            attrs.evolve(history.context, part=None),
            BasketCounts.of(labels_of(plan.coders[0]), found),
            parts_of(history),
        )

    def _found(self, plan: Plan) -> list[Ragged]:
        coder, none = plan.coders[0], np.empty(0, dtype=np.int64)
        found = [(none, none, none)]
        for low, high in pairwise(plan.facts.cuts_by_orders(BLOCK).tolist()):
            block = plan.block(plan.facts.part(low, high))
            lines = block.view.lines
            codes, bucket = coder.codes(block, lines), block.bucket(lines)
            inside = np.flatnonzero((bucket > 0) & (bucket <= plan.frames.count))
            owners = lines.counted_order.take(inside)
            found.append(baskets_of(owners, codes.take(inside), coder.size))
        return found

    def finish(self, state: BasketState) -> Itemsets:
        """Return the frequent sets of a merged state."""
        refuse_other(BasketState, "the state to finish", state)
        baskets, question = state.baskets, state.question
        orders = int(baskets.orders.sum())
        support = ceil(Fraction(str(self.least_support)) * orders)
        sets = frequent_sets(baskets, max(support, self.least_orders), self.longest, MOST_SETS)
        return Itemsets(
            by=question.by[0].name,
            labels=tuple(label for label in baskets.labels if label is not None),
            parents=sets.parents,
            items=sets.items,
            orders=sets.orders,
            baskets=orders,
            longest=self.longest,
            provenance=provenance(state.context, question.as_of, question.by, question.window),
        )


def baskets(
    history: Facts,
    by: str | Dimension = "product",
    *,
    least_support: float = 0.01,
    least_orders: int = 2,
    longest: int = 3,
    window: Window = None,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Itemsets:
    """Find what is bought together: every set of things that many orders hold, exactly.

    A basket is the distinct labels of the lines of one counted order, whatever their quantities. An
    order whose lines have no known label is a basket too, an empty one; an order without lines is
    none.

    Parameters
    ----------
    history
        An order history with lines, or a part of one.
    by
        What things are: ``"product"``, ``"title"``, ``"category"``, ``"department"``.
    least_support
        The share of the baskets that must hold a set: of 18,536 orders and 0.01 at least 186.
    least_orders
        The number of baskets that must hold it, whatever their share.
    longest
        How many things a set has at most.
    window
        Limits the orders: a period's label or ``(start, end)``.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    Itemsets
        The sets; ``rules()`` of what goes with what, ``complements(thing)``, ``bundles()``.

    Raises
    ------
    InvalidValue
        If `by` is no label of lines, or so many sets are frequent (over a million) that a smaller
        question is to be asked.
    MissingData
        If the history has no lines.

    Notes
    -----
    Cost: one sort of the lines, then for every frequent set and every order that holds it a step
    for each label behind it; memory is that of the distinct baskets and one block of work, however
    long an order is.

    References
    ----------
    Agrawal, R. and Srikant, R. (1994). Fast algorithms for mining association rules. Proceedings of
    the 20th VLDB Conference, 487-499.

    Examples
    --------
    >>> import custinsights as ci
    >>> found = baskets(ci.datasets.gallery(), "category")
    >>> found.baskets, found.orders_with(["Cards", "Calendars"])
    (284, 8)
    """
    return Basketing(by, least_support, least_orders, longest, window, as_of, catalog)(history)
